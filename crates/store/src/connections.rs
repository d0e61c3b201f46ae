//! Connections: staff members' logins to calendar servers.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::db::{ReadTx, WriteTx, expect_row, json, ms};
use crate::due::{At, far_lease};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{ConnectionId, new_id};
use crate::unreadable::Lenient;
use crate::words::{ConnectionState, ImportPolicy, Server, WhenStale};

/// Where a connection's password is sealed for, beside its id.
pub const SEALED_FOR: (&str, &str) = ("connections", "password");

/// A connection.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub staff_id: StaffId,
    /// What kind of server.
    pub server: Server,
    /// Where discovery starts.
    pub entry_url: String,
    /// The login's name: for iCloud the Apple ID.
    pub username: String,
    /// The sealed password; none once disconnected. Sealed for [`SEALED_FOR`] and its id.
    pub password_sealed: Option<Vec<u8>>,
    /// The principal found by discovery.
    pub principal_url: String,
    /// The calendar homes found by discovery; none when they must be found again.
    pub home_urls: Vec<String>,
    /// The owner's addresses.
    pub addresses: Vec<String>,
    /// How it stands.
    pub state: ConnectionState,
    /// What is wrong, as a sentence.
    pub problem: Option<String>,
    /// What later edits of external events do.
    pub import_policy: ImportPolicy,
    /// What happens while a calendar of it cannot be read.
    pub when_stale: WhenStale,
    /// When it was made.
    pub connected_at: Timestamp,
    /// When its calendars were last read.
    pub synced_at: Option<Timestamp>,
    /// When they are to be read next.
    pub next_sync_at: Timestamp,
    /// How many reads failed in a row.
    pub failures: u32,
    /// When the server first refused the login, which has not worked since.
    pub refused_at: Option<Timestamp>,
    /// When the person was told of the present outage.
    pub outage_mailed_at: Option<Timestamp>,
    /// When it was ended.
    pub disconnected_at: Option<Timestamp>,
}

/// Without the sealed password.
impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What discovery found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// The principal.
    pub principal_url: String,
    /// The calendar homes.
    pub home_urls: Vec<String>,
    /// The owner's addresses.
    pub addresses: Vec<String>,
}

/// A connection to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// Whose it is.
    pub staff_id: StaffId,
    /// What kind of server.
    pub server: Server,
    /// Where discovery starts.
    pub entry_url: String,
    /// The login's name.
    pub username: String,
    /// What discovery found.
    pub discovered: Discovered,
    /// What later edits of external events do.
    pub import_policy: ImportPolicy,
}

fn read(row: &dyn Fields) -> Result<Connection, StoreError> {
    let mut lenient = Lenient::of(row, "connections");
    Ok(Connection {
        id: ConnectionId(row.uuid("id")?),
        staff_id: StaffId(row.uuid("staff_id")?),
        server: lenient.word("server", Server::Caldav)?,
        entry_url: row.text("entry_url")?,
        username: row.text("username")?,
        password_sealed: row.opt_bytes("password_sealed")?,
        principal_url: row.text("principal_url")?,
        home_urls: lenient.json("home_urls")?,
        addresses: lenient.json("addresses")?,
        state: lenient.word("state", ConnectionState::Stale)?,
        problem: row.opt_text("problem")?,
        import_policy: lenient.word("import_policy", ImportPolicy::KeepUp)?,
        when_stale: lenient.word("when_stale", WhenStale::StopOffering)?,
        connected_at: row.instant("connected_at")?,
        synced_at: row.opt_instant("synced_at")?,
        next_sync_at: row.instant("next_sync_at")?,
        failures: row.count("failures")?,
        refused_at: row.opt_instant("refused_at")?,
        outage_mailed_at: row.opt_instant("outage_mailed_at")?,
        disconnected_at: row.opt_instant("disconnected_at")?,
    })
}

/// Makes a connection that is to be read at once. Its password is set by [`set_password`], which needs its id.
pub async fn insert(
    tx: &mut WriteTx,
    new: &NewConnection,
    now: Timestamp,
) -> Result<ConnectionId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO connections (id, staff_id, server, entry_url, username, principal_url, home_urls, addresses, state,
            import_policy, when_stale, connected_at, next_sync_at, planned_at, failures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 0)",
        id,
        new.staff_id.0,
        new.server.as_str(),
        &new.entry_url,
        &new.username,
        &new.discovered.principal_url,
        json(&new.discovered.home_urls)?,
        json(&new.discovered.addresses)?,
        ConnectionState::Connected.as_str(),
        new.import_policy.as_str(),
        WhenStale::UseLastKnown.as_str(),
        ms(now),
        ms(now)
    )?;
    Ok(ConnectionId(id))
}

/// A connection by id.
pub async fn find(tx: &mut ReadTx, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM connections WHERE id = $1", id.0)
}

/// Connections by id, also those that have ended.
pub async fn list(tx: &mut ReadTx, ids: &[ConnectionId]) -> Result<Vec<Connection>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM connections WHERE id",
        "ORDER BY id"
    )
}

/// Somebody's connections, the oldest first, without ended ones.
pub async fn list_for_staff(tx: &mut ReadTx, staff: StaffId) -> Result<Vec<Connection>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM connections WHERE staff_id = $1 AND disconnected_at IS NULL ORDER BY connected_at, id",
        staff.0
    )
}

/// Everybody's connections, without ended ones.
pub async fn list_all(tx: &mut ReadTx) -> Result<Vec<Connection>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM connections WHERE disconnected_at IS NULL ORDER BY connected_at, id"
    )
}

/// Stores the sealed password, of which no server has refused anything yet.
pub async fn set_password(tx: &mut WriteTx, id: ConnectionId, sealed: &[u8]) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE connections SET password_sealed = $2, refused_at = NULL WHERE id = $1",
            id.0,
            sealed
        )?,
        "connection",
    )
}

/// Stores what discovery found anew.
pub async fn set_discovered(
    tx: &mut WriteTx,
    id: ConnectionId,
    found: &Discovered,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET principal_url = $2, home_urls = $3, addresses = $4 WHERE id = $1",
        id.0,
        &found.principal_url,
        json(&found.home_urls)?,
        json(&found.addresses)?
    )?;
    expect_row(rows, "connection")
}

/// Changes how a connection stands.
pub async fn set_state(
    tx: &mut WriteTx,
    id: ConnectionId,
    state: ConnectionState,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET state = $2, problem = $3 WHERE id = $1",
        id.0,
        state.as_str(),
        problem
    )?;
    expect_row(rows, "connection")
}

/// All its calendars were read. A connection that was ended meanwhile stays so.
pub async fn sync_succeeded(
    tx: &mut WriteTx,
    id: ConnectionId,
    now: Timestamp,
    next: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET state = $2, problem = NULL, synced_at = $3, next_sync_at = $4, planned_at = $3, failures = 0,
            refused_at = NULL, outage_mailed_at = NULL
         WHERE id = $1 AND disconnected_at IS NULL",
        id.0,
        ConnectionState::Connected.as_str(),
        ms(now),
        ms(next)
    )
    .map(drop)
}

/// A read failed. A connection that was ended meanwhile stays so.
pub async fn sync_failed(
    tx: &mut WriteTx,
    id: ConnectionId,
    state: ConnectionState,
    problem: &str,
    failures: u32,
    next: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET state = $2, problem = $3, failures = $4, next_sync_at = $5, planned_at = $6
         WHERE id = $1 AND disconnected_at IS NULL",
        id.0,
        state.as_str(),
        problem,
        i64::from(failures),
        ms(next),
        ms(now)
    )
    .map(drop)
}

/// A read broke off on our side. How the connection stands is not changed by that.
pub async fn sync_broke_off(
    tx: &mut WriteTx,
    id: ConnectionId,
    failures: u32,
    next: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET failures = $2, next_sync_at = $3, planned_at = $4
         WHERE id = $1 AND disconnected_at IS NULL",
        id.0,
        i64::from(failures),
        ms(next),
        ms(now)
    )
    .map(drop)
}

/// Remembers since when the server refuses the login.
pub async fn set_refused(tx: &mut WriteTx, id: ConnectionId, at: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET refused_at = $2 WHERE id = $1",
        id.0,
        ms(at)
    )
    .map(drop)
}

/// Chooses what later edits of external events do, and what happens while a calendar cannot be read.
pub async fn set_policies(
    tx: &mut WriteTx,
    id: ConnectionId,
    import_policy: ImportPolicy,
    when_stale: WhenStale,
) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE connections SET import_policy = $2, when_stale = $3 WHERE id = $1",
            id.0,
            import_policy.as_str(),
            when_stale.as_str()
        )?,
        "connection",
    )
}

/// Lets a connection be read at once.
pub async fn read_now(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE connections SET next_sync_at = $2, planned_at = $2 WHERE id = $1",
            id.0,
            ms(now)
        )?,
        "connection",
    )
}

/// Brings the next read of a person's connections forward. Those whose reads fail keep to the time of their next try.
pub async fn read_soon(tx: &mut WriteTx, staff: StaffId, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET next_sync_at = $2, planned_at = $2
         WHERE staff_id = $1 AND disconnected_at IS NULL AND failures = 0 AND next_sync_at > $2",
        staff.0,
        ms(now)
    )
    .map(drop)
}

/// Remembers that the person is told of an outage. Answers whether nobody had done so: of several failures at once one tells.
pub async fn begin_outage(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET outage_mailed_at = $2 WHERE id = $1 AND outage_mailed_at IS NULL",
        id.0,
        ms(now)
    )?;
    Ok(rows > 0)
}

/// The outage is over; the person is told of the next one.
pub async fn end_outage(tx: &mut WriteTx, id: ConnectionId) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE connections SET outage_mailed_at = NULL WHERE id = $1",
            id.0
        )?,
        "connection",
    )
}

/// Ends a connection: its password is erased and it is never read again.
pub async fn disconnect(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET state = $2, problem = NULL, password_sealed = NULL, disconnected_at = $3, lease_until = NULL
         WHERE id = $1",
        id.0,
        ConnectionState::Disconnected.as_str(),
        ms(now)
    )?;
    expect_row(rows, "connection")
}

/// Claims connections that are due to be read, until `lease_until`. Those that need the person's attention are not.
pub async fn claim_due(
    tx: &mut WriteTx,
    at: impl Into<At>,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let at = at.into();
    // What was planned by a clock that was ahead.
    execute!(
        tx,
        "UPDATE connections SET next_sync_at = $1, planned_at = $1 WHERE planned_at > $2",
        ms(at.now),
        at.ahead()
    )?;
    let due = claim!(
        tx,
        read,
        "SELECT * FROM connections
         WHERE next_sync_at <= $1 AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $4)
            AND disconnected_at IS NULL AND password_sealed IS NOT NULL AND state <> 'needs-attention'
         ORDER BY next_sync_at LIMIT $2",
        ms(at.now),
        i64::from(limit),
        ms(at.leases),
        at.far_leases()
    )?;
    for connection in &due {
        execute!(
            tx,
            "UPDATE connections SET lease_until = $2 WHERE id = $1",
            connection.id.0,
            ms(lease_until)
        )?;
    }
    Ok(due)
}

/// Claims one connection until `lease_until`; false when somebody else holds it. Both times are of the clock of leases.
pub async fn claim(
    tx: &mut WriteTx,
    id: ConnectionId,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET lease_until = $3 WHERE id = $1
            AND (lease_until IS NULL OR lease_until <= $2 OR lease_until > $4)",
        id.0,
        ms(now),
        ms(lease_until),
        far_lease(now)
    )?;
    Ok(rows == 1)
}

/// Whether somebody holds a claim of a connection.
pub async fn is_held(tx: &mut ReadTx, id: ConnectionId, now: Timestamp) -> Result<bool, StoreError> {
    let held = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("held"),
        "SELECT COUNT(*) AS held FROM connections WHERE id = $1 AND lease_until > $2 AND lease_until <= $3",
        id.0,
        ms(now),
        far_lease(now)
    )?;
    Ok(held.is_some_and(|held| held > 0))
}

/// Prolongs a claim that ends at `held_until`; false when it was lost to somebody else.
pub async fn renew(
    tx: &mut WriteTx,
    id: ConnectionId,
    held_until: Timestamp,
    lease_until: Timestamp,
) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET lease_until = $3 WHERE id = $1 AND lease_until = $2",
        id.0,
        ms(held_until),
        ms(lease_until)
    )?;
    Ok(rows == 1)
}

/// Gives back a claim that ends at `held_until`, unless it was lost to somebody else.
pub async fn release(tx: &mut WriteTx, id: ConnectionId, held_until: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET lease_until = NULL WHERE id = $1 AND lease_until = $2",
        id.0,
        ms(held_until)
    )
    .map(drop)
}
