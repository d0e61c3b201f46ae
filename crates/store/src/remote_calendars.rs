//! Remote calendars: what discovery found on connections, and the choices made for each.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::db::{ReadTx, WriteTx, expect_row, ms, opt_ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{ConnectionId, RemoteCalendarId, new_id};
use crate::unreadable::Lenient;
use crate::words::{ConnectionState, WhenStale};

/// A calendar found on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact or choice of its own"
)]
pub struct RemoteCalendar {
    /// Its id.
    pub id: RemoteCalendarId,
    /// The connection it was found on.
    pub connection_id: ConnectionId,
    /// URL of the collection.
    pub url: String,
    /// Display name on the server.
    pub name: String,
    /// `#rrggbb`
    pub color: Option<String>,
    /// The zone set on the server, in which its all-day events are.
    pub zone: Option<String>,
    /// Whether events can be written to it.
    pub writable: bool,
    /// Whether its events can be read.
    pub readable: bool,
    /// Whether it is a conflict calendar.
    pub checked_for_conflicts: bool,
    /// Whether all-day events block that do not say whether they do.
    pub all_day_blocks: bool,
    /// Sync token of the next incremental read (RFC 6578).
    pub sync_token: Option<String>,
    /// `CTag` of the collection at the last read.
    pub ctag: Option<String>,
    /// When it was last read.
    pub synced_at: Option<Timestamp>,
    /// End of the range for which instances are stored.
    pub horizon_to: Option<Timestamp>,
    /// End of the range that was wanted; it is later than `horizon_to` if there are too many instances.
    pub horizon_wanted: Option<Timestamp>,
    /// When the whole calendar was last compared with what is stored. None requests a comparison, [`COMPARING`] means that one has not
    /// finished.
    pub compared_at: Option<Timestamp>,
    /// When a comparison that the server did not answer is tried again.
    pub compare_again_at: Option<Timestamp>,
    /// The owner's zone and addresses with which the instances were computed, to detect when they change.
    pub read_for: Option<String>,
    /// Whether the server's time-range search fails or omits events.
    pub search_fails: bool,
    /// Why the search or the comparison fails, as a sentence.
    pub search_problem: Option<String>,
    /// When it was found missing from the server.
    pub vanished_at: Option<Timestamp>,
    /// The problem with some of its events, as a sentence.
    pub problem: Option<String>,
    /// Why it cannot be read, as a sentence.
    pub failure: Option<String>,
    /// When reads began to fail.
    pub failing_since: Option<Timestamp>,
    /// When a read last failed.
    pub failed_at: Option<Timestamp>,
    /// Number of failed reads in a row.
    pub failures: u32,
    /// When it is read next, after a failure.
    pub next_read_at: Option<Timestamp>,
    /// When the person was informed of its present problem.
    pub notified_at: Option<Timestamp>,
}

/// A calendar in the server's listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCalendar {
    /// URL of the collection.
    pub url: String,
    /// Display name on the server.
    pub name: String,
    /// `#rrggbb`
    pub color: Option<String>,
    /// The zone set on the server.
    pub zone: Option<String>,
    /// Whether events can be written to it.
    pub writable: bool,
    /// Whether its events can be read.
    pub readable: bool,
}

/// Returns the primary calendar of a host with its connection, if it is connected.
pub async fn connected_primary(
    tx: &mut ReadTx,
    host: StaffId,
) -> Result<Option<(ConnectionId, RemoteCalendarId)>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok((
            ConnectionId(row.uuid("connection_id")?),
            RemoteCalendarId(row.uuid("id")?)
        )),
        "SELECT r.id, r.connection_id FROM staff s
         JOIN remote_calendars r ON r.id = s.primary_calendar_id
         JOIN connections c ON c.id = r.connection_id AND c.state <> 'disconnected'
         WHERE s.id = $1",
        host.0
    )
}

/// A calendar whose events count for a host: a primary or conflict calendar on a connection that is not disconnected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact or choice of its own"
)]
pub struct Watched {
    /// Its id.
    pub id: RemoteCalendarId,
    /// The connection it was found on.
    pub connection_id: ConnectionId,
    /// The host.
    pub staff_id: StaffId,
    /// URL of the collection.
    pub url: String,
    /// Display name on the server.
    pub name: String,
    /// `#rrggbb`
    pub color: Option<String>,
    /// The zone set on the server.
    pub zone: Option<String>,
    /// Whether its events can be read.
    pub readable: bool,
    /// Whether it is the host's primary calendar.
    pub is_primary: bool,
    /// Whether all-day events block that do not say whether they do.
    pub all_day_blocks: bool,
    /// When it was last read.
    pub synced_at: Option<Timestamp>,
    /// When it was found missing from the server.
    pub vanished_at: Option<Timestamp>,
    /// End of the range for which instances are stored.
    pub horizon_to: Option<Timestamp>,
    /// Whether the server's time-range search fails or omits events.
    pub search_fails: bool,
    /// State of its connection.
    pub state: ConnectionState,
    /// What happens while it cannot be read.
    pub when_stale: WhenStale,
}

fn read(row: &dyn Fields) -> Result<RemoteCalendar, StoreError> {
    Ok(RemoteCalendar {
        id: RemoteCalendarId(row.uuid("id")?),
        connection_id: ConnectionId(row.uuid("connection_id")?),
        url: row.text("url")?,
        name: row.text("name")?,
        color: row.opt_text("color")?,
        zone: row.opt_text("zone")?,
        writable: row.flag("writable")?,
        readable: row.flag("readable")?,
        checked_for_conflicts: row.flag("checked_for_conflicts")?,
        all_day_blocks: row.flag("all_day_blocks")?,
        sync_token: row.opt_text("sync_token")?,
        ctag: row.opt_text("ctag")?,
        synced_at: row.opt_instant("synced_at")?,
        horizon_to: row.opt_instant("horizon_to")?,
        horizon_wanted: row.opt_instant("horizon_wanted")?,
        compared_at: row.opt_instant("compared_at")?,
        compare_again_at: row.opt_instant("compare_again_at")?,
        read_for: row.opt_text("read_for")?,
        search_fails: row.flag("search_fails")?,
        search_problem: row.opt_text("search_problem")?,
        vanished_at: row.opt_instant("vanished_at")?,
        problem: row.opt_text("problem")?,
        failure: row.opt_text("failure")?,
        failing_since: row.opt_instant("failing_since")?,
        failed_at: row.opt_instant("failed_at")?,
        failures: row.count("failures")?,
        next_read_at: row.opt_instant("next_read_at")?,
        notified_at: row.opt_instant("told_at")?,
    })
}

pub(crate) fn read_watched(row: &dyn Fields) -> Result<Watched, StoreError> {
    let mut lenient = Lenient::of(row, "remote_calendars");
    Ok(Watched {
        id: RemoteCalendarId(row.uuid("id")?),
        connection_id: ConnectionId(row.uuid("connection_id")?),
        staff_id: StaffId(row.uuid("staff_id")?),
        url: row.text("url")?,
        name: row.text("name")?,
        color: row.opt_text("color")?,
        zone: row.opt_text("zone")?,
        readable: row.flag("readable")?,
        is_primary: row.flag("is_primary")?,
        all_day_blocks: row.flag("all_day_blocks")?,
        synced_at: row.opt_instant("synced_at")?,
        vanished_at: row.opt_instant("vanished_at")?,
        horizon_to: row.opt_instant("horizon_to")?,
        search_fails: row.flag("search_fails")?,
        state: lenient.word("state", ConnectionState::Stale)?,
        when_stale: lenient.word("when_stale", WhenStale::StopOffering)?,
    })
}

/// Inserts or updates a calendar from a listing. The choices made for it stay, and it no longer counts as missing.
pub async fn upsert(
    tx: &mut WriteTx,
    connection: ConnectionId,
    listed: &ListedCalendar,
    now: Timestamp,
) -> Result<RemoteCalendarId, StoreError> {
    const UPSERT: &str = "INSERT INTO remote_calendars (id, connection_id, url, name, color, zone, writable, readable, checked_for_conflicts,
        all_day_blocks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE, TRUE)
     ON CONFLICT (connection_id, url) DO UPDATE
     SET name = excluded.name, color = excluded.color, zone = excluded.zone, writable = excluded.writable,
        readable = excluded.readable, vanished_at = NULL
     RETURNING id";
    let upserted = write_rows!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        UPSERT,
        UPSERT,
        new_id(now)?,
        connection.0,
        &listed.url,
        &listed.name,
        listed.color.as_deref(),
        listed.zone.as_deref(),
        listed.writable,
        listed.readable
    )?;
    let id = upserted.into_iter().next().map(RemoteCalendarId);
    id.ok_or(StoreError::Gone("calendar"))
}

/// Finds a calendar by id.
pub async fn find(tx: &mut ReadTx, id: RemoteCalendarId) -> Result<Option<RemoteCalendar>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM remote_calendars WHERE id = $1", id.0)
}

/// Returns the calendars of connections, by name.
pub async fn list_for_connections(
    tx: &mut ReadTx,
    ids: &[ConnectionId],
) -> Result<Vec<RemoteCalendar>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM remote_calendars WHERE connection_id",
        "ORDER BY name, id"
    )
}

/// Returns the calendars of a person's connections, without disconnected ones.
pub async fn list_for_staff(tx: &mut ReadTx, staff: StaffId) -> Result<Vec<RemoteCalendar>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT r.* FROM remote_calendars r JOIN connections c ON c.id = r.connection_id
         WHERE c.staff_id = $1 AND c.disconnected_at IS NULL ORDER BY r.name, r.id",
        staff.0
    )
}

/// Returns the calendars of all connections, without disconnected ones.
pub async fn list_all(tx: &mut ReadTx) -> Result<Vec<RemoteCalendar>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT r.* FROM remote_calendars r JOIN connections c ON c.id = r.connection_id
         WHERE c.disconnected_at IS NULL ORDER BY r.name, r.id"
    )
}

/// Returns the calendars whose events count for these people.
pub async fn watched(tx: &mut ReadTx, staff: &[StaffId]) -> Result<Vec<Watched>, StoreError> {
    fetch_all_in!(
        tx,
        read_watched,
        staff.iter().map(|id| id.0).collect(),
        "SELECT * FROM watched_calendars WHERE staff_id",
        "ORDER BY name, id"
    )
}

/// Sets which of a person's calendars are conflict calendars; all others are not.
pub async fn set_conflicts(
    tx: &mut WriteTx,
    staff: StaffId,
    chosen: &[RemoteCalendarId],
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET checked_for_conflicts = FALSE
         WHERE connection_id IN (SELECT id FROM connections WHERE staff_id = $1)",
        staff.0
    )?;
    for id in chosen {
        let rows = execute!(
            tx,
            "UPDATE remote_calendars SET checked_for_conflicts = TRUE
             WHERE id = $1 AND connection_id IN (SELECT id FROM connections WHERE staff_id = $2)",
            id.0,
            staff.0
        )?;
        expect_row(rows, "calendar")?;
    }
    Ok(())
}

/// Sets whether all-day events block that do not say whether they do.
pub async fn set_all_day_blocks(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    blocks: bool,
) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE remote_calendars SET all_day_blocks = $2 WHERE id = $1",
            id.0,
            blocks
        )?,
        "calendar",
    )
}

/// Records a successful read of changes and clears earlier failures.
pub async fn sync_done(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    sync_token: Option<&str>,
    ctag: Option<&str>,
    now: Timestamp,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE remote_calendars SET sync_token = $2, ctag = $3, synced_at = $4, problem = $5, failure = NULL,
            failing_since = NULL, failures = 0, next_read_at = NULL
         WHERE id = $1",
        id.0,
        sync_token,
        ctag,
        ms(now),
        problem
    )?;
    expect_row(rows, "calendar")
}

/// The result of comparing a whole calendar with what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared<'a> {
    /// When it was compared.
    pub at: Timestamp,
    /// End of the range for which instances are stored.
    pub horizon_to: Timestamp,
    /// End of the range that was wanted.
    pub horizon_wanted: Timestamp,
    /// The owner's zone and addresses that were used.
    pub read_for: &'a str,
    /// Whether the server's time-range search fails or omits events.
    pub search_fails: bool,
    /// Why the search or the comparison fails, as a sentence.
    pub search_problem: Option<&'a str>,
}

/// The value of `compared_at` while a comparison runs, or after it was interrupted. A request for another comparison overwrites it.
pub const COMPARING: Timestamp = Timestamp::UNIX_EPOCH;

/// Begins a comparison, and cuts the horizon to an instant: while events are expanded one after the other, some instances reach no
/// further.
pub async fn begin_comparison(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    to: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET compared_at = $2 WHERE id = $1",
        id.0,
        ms(COMPARING)
    )?;
    cut_horizon(tx, id, to).await
}

/// Records the result of a comparison, unless another one was requested meanwhile.
pub async fn comparison_done(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    found: &Compared<'_>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars
         SET compared_at = $2, horizon_to = $3, horizon_wanted = $4, search_fails = $5, search_problem = $6, read_for = $7,
            compare_again_at = NULL
         WHERE id = $1 AND compared_at = $8",
        id.0,
        ms(found.at),
        ms(found.horizon_to),
        ms(found.horizon_wanted),
        found.search_fails,
        found.search_problem,
        found.read_for,
        ms(COMPARING)
    )
    .map(drop)
}

/// Sets whether the server's time-range search fails, and why.
pub async fn set_search(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    fails: bool,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET search_fails = $2, search_problem = $3 WHERE id = $1",
        id.0,
        fails,
        problem
    )
    .map(drop)
}

/// Records the owner's zone and addresses with which all instances were computed.
pub async fn set_read_for(tx: &mut WriteTx, id: RemoteCalendarId, read_for: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET read_for = $2 WHERE id = $1",
        id.0,
        read_for
    )
    .map(drop)
}

/// Requests a comparison at the next read. `search_fails` is kept once it is set.
pub async fn request_comparison(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    search_fails: bool,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET compared_at = NULL, compare_again_at = NULL, search_fails = (search_fails OR $2)
         WHERE id = $1",
        id.0,
        search_fails
    )
    .map(drop)
}

/// Cuts the horizon to an instant, since there are too many instances after it.
pub async fn cut_horizon(tx: &mut WriteTx, id: RemoteCalendarId, to: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET horizon_to = $2 WHERE id = $1 AND horizon_to > $2",
        id.0,
        ms(to)
    )
    .map(drop)
}

/// Postpones a comparison that the server did not answer. A problem is shown until a comparison is answered.
pub async fn postpone_comparison(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    until: Timestamp,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE remote_calendars SET compare_again_at = $2, search_problem = COALESCE($3, search_problem),
            problem = COALESCE($3, problem)
         WHERE id = $1",
        id.0,
        ms(until),
        problem
    )
    .map(drop)
}

/// Records that calendars were checked and have not changed.
pub async fn mark_unchanged(
    tx: &mut WriteTx,
    ids: &[RemoteCalendarId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        execute!(
            tx,
            "UPDATE remote_calendars SET synced_at = $2, failure = NULL, failing_since = NULL, failures = 0, next_read_at = NULL
             WHERE id = $1",
            id.0,
            ms(now)
        )?;
    }
    Ok(())
}

/// Sets or clears when a calendar was found missing.
pub async fn set_vanished(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE remote_calendars SET vanished_at = $2 WHERE id = $1",
            id.0,
            opt_ms(at)
        )?,
        "calendar",
    )
}

/// Records a failed read, and when the next one is due.
pub async fn read_failed(
    tx: &mut WriteTx,
    id: RemoteCalendarId,
    failure: &str,
    now: Timestamp,
    next: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE remote_calendars SET failure = $2, failing_since = COALESCE(failing_since, $3), failed_at = $3,
            failures = failures + 1, next_read_at = $4
         WHERE id = $1",
        id.0,
        failure,
        ms(now),
        ms(next)
    )?;
    expect_row(rows, "calendar")
}

/// Clears the failures of calendars, so that they are read at once.
pub async fn forget_failures(tx: &mut WriteTx, ids: &[RemoteCalendarId]) -> Result<(), StoreError> {
    execute_in!(
        tx,
        ids.iter().map(|id| id.0).collect(),
        "UPDATE remote_calendars SET failure = NULL, failing_since = NULL, failures = 0, next_read_at = NULL WHERE id"
    )
    .map(drop)
}

/// Sets or clears when the person was informed of problems with these calendars.
pub async fn set_informed(
    tx: &mut WriteTx,
    ids: &[RemoteCalendarId],
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    for id in ids {
        execute!(
            tx,
            "UPDATE remote_calendars SET told_at = $2 WHERE id = $1",
            id.0,
            opt_ms(at)
        )?;
    }
    Ok(())
}

/// Clears the sync token, so that the next read fetches everything.
pub async fn forget_progress(tx: &mut WriteTx, id: RemoteCalendarId) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE remote_calendars SET sync_token = NULL, ctag = NULL, compared_at = NULL, compare_again_at = NULL
         WHERE id = $1",
        id.0
    )?;
    expect_row(rows, "calendar")
}
