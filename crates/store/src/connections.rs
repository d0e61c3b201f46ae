//! Connections: staff members' logins to calendar servers.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::db::{ReadTx, WriteTx, expect_row, json, ms};
use crate::due::{ClaimTimes, far_lease};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{ConnectionId, new_id};
use crate::unreadable::Lenient;
use crate::words::{ConnectionState, ImportPolicy, Server, WhenStale};

/// Table and column that a password is sealed for; its connection's id is the row.
pub const SEALED_FOR: (&str, &str) = ("connections", "password");

/// A connection.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The staff member.
    pub staff_id: StaffId,
    /// Whose calendars they are, and on which server.
    pub account: RemoteAccount,
    /// The sealed password ([`SEALED_FOR`]); none once disconnected.
    pub password_sealed: Option<Vec<u8>>,
    /// What discovery found.
    pub discovered: Discovered,
    /// Its state.
    pub state: ConnectionState,
    /// The present problem, as a sentence.
    pub problem: Option<String>,
    /// What people set.
    pub policies: Policies,
    /// When it was connected.
    pub connected_at: Timestamp,
    /// When its calendars were last synced.
    pub synced_at: Option<Timestamp>,
    /// When the next sync is due.
    pub next_sync_at: Timestamp,
    /// Number of failed syncs in a row.
    pub failures: u32,
    /// When the server first refused the login; none since a login worked.
    pub refused_at: Option<Timestamp>,
    /// When a mail about the present outage was queued.
    pub outage_mailed_at: Option<Timestamp>,
    /// When it was disconnected.
    pub disconnected_at: Option<Timestamp>,
}

/// Omits the sealed password.
impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// An account on a calendar server, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteAccount {
    /// The kind of server.
    pub server: Server,
    /// The URL where discovery starts.
    pub entry_url: String,
    /// The login name; for iCloud the Apple ID.
    pub username: String,
}

/// The result of discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// URL of the principal.
    pub principal_url: String,
    /// URLs of the calendar homes; empty when discovery must run again.
    pub home_urls: Vec<String>,
    /// The owner's calendar user addresses.
    pub addresses: Vec<String>,
}

/// How the events of a connection's calendars are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// How later edits and deletions of its events are treated (product.md, D6).
    pub import_policy: ImportPolicy,
    /// What happens while one of its calendars cannot be read.
    pub when_stale: WhenStale,
}

impl Policies {
    /// Those of a connection that was just made.
    pub const NEW: Self = Self {
        import_policy: ImportPolicy::KeepUp,
        when_stale: WhenStale::UseLastKnown,
    };
}

fn read(row: &dyn Fields) -> Result<Connection, StoreError> {
    let mut lenient = Lenient::of(row, "connections");
    Ok(Connection {
        id: ConnectionId(row.uuid("id")?),
        staff_id: StaffId(row.uuid("staff_id")?),
        account: RemoteAccount {
            server: lenient.word("server", Server::Caldav)?,
            entry_url: row.text("entry_url")?,
            username: row.text("username")?,
        },
        password_sealed: row.opt_bytes("password_sealed")?,
        discovered: Discovered {
            principal_url: row.text("principal_url")?,
            home_urls: lenient.json("home_urls")?,
            addresses: lenient.json("addresses")?,
        },
        state: lenient.word("state", ConnectionState::Stale)?,
        problem: row.opt_text("problem")?,
        policies: Policies {
            import_policy: lenient.word("import_policy", ImportPolicy::KeepUp)?,
            when_stale: lenient.word("when_stale", WhenStale::StopOffering)?,
        },
        connected_at: row.instant("connected_at")?,
        synced_at: row.opt_instant("synced_at")?,
        next_sync_at: row.instant("next_sync_at")?,
        failures: row.count("failures")?,
        refused_at: row.opt_instant("refused_at")?,
        outage_mailed_at: row.opt_instant("outage_mailed_at")?,
        disconnected_at: row.opt_instant("disconnected_at")?,
    })
}

/// Inserts a connection whose first sync is due at once. The password is sealed with the row's id, so [`set_password`] follows.
pub async fn insert(
    tx: &mut WriteTx,
    staff: StaffId,
    account: &RemoteAccount,
    discovered: &Discovered,
    now: Timestamp,
) -> Result<ConnectionId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO connections (id, staff_id, server, entry_url, username, principal_url, home_urls, addresses, state,
            import_policy, when_stale, connected_at, next_sync_at, planned_at, failures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 0)",
        id,
        staff.0,
        account.server.as_str(),
        &account.entry_url,
        &account.username,
        &discovered.principal_url,
        json(&discovered.home_urls)?,
        json(&discovered.addresses)?,
        ConnectionState::Connected.as_str(),
        Policies::NEW.import_policy.as_str(),
        Policies::NEW.when_stale.as_str(),
        ms(now),
        ms(now)
    )?;
    Ok(ConnectionId(id))
}

/// Finds a connection by id.
pub async fn find(tx: &mut ReadTx, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM connections WHERE id = $1", id.0)
}

/// Returns connections by id, disconnected ones included.
pub async fn list(tx: &mut ReadTx, ids: &[ConnectionId]) -> Result<Vec<Connection>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM connections WHERE id",
        "ORDER BY id"
    )
}

/// Returns a staff member's connections, oldest first, without disconnected ones.
pub async fn list_for_staff(tx: &mut ReadTx, staff: StaffId) -> Result<Vec<Connection>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM connections WHERE staff_id = $1 AND disconnected_at IS NULL ORDER BY connected_at, id",
        staff.0
    )
}

/// Returns all connections, without disconnected ones.
pub async fn list_all(tx: &mut ReadTx) -> Result<Vec<Connection>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM connections WHERE disconnected_at IS NULL ORDER BY connected_at, id"
    )
}

/// Stores a new sealed password and clears what is known of refused logins.
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

/// Stores the result of a repeated discovery.
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

/// Sets the state and the problem.
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

/// Records a successful sync. A connection that was disconnected meanwhile stays so.
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

/// Records a failed sync. A connection that was disconnected meanwhile stays so.
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

/// Records a sync that failed for a reason of our own. The state stays as it is.
pub async fn sync_aborted(
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

/// Records when the server began to refuse the login.
pub async fn set_refused(tx: &mut WriteTx, id: ConnectionId, at: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET refused_at = $2 WHERE id = $1",
        id.0,
        ms(at)
    )
    .map(drop)
}

/// Sets how the events of its calendars are treated.
pub async fn set_policies(tx: &mut WriteTx, id: ConnectionId, policies: Policies) -> Result<(), StoreError> {
    expect_row(
        execute!(
            tx,
            "UPDATE connections SET import_policy = $2, when_stale = $3 WHERE id = $1",
            id.0,
            policies.import_policy.as_str(),
            policies.when_stale.as_str()
        )?,
        "connection",
    )
}

/// Makes the next sync of a connection due now.
pub async fn sync_now(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
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

/// Makes the next sync of a person's connections due now. Connections whose syncs fail keep the time of their next attempt.
pub async fn sync_soon(tx: &mut WriteTx, staff: StaffId, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET next_sync_at = $2, planned_at = $2
         WHERE staff_id = $1 AND disconnected_at IS NULL AND failures = 0 AND next_sync_at > $2",
        staff.0,
        ms(now)
    )
    .map(drop)
}

/// Marks the start of an outage. True for the first caller only, who then informs the person.
pub async fn begin_outage(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "UPDATE connections SET outage_mailed_at = $2 WHERE id = $1 AND outage_mailed_at IS NULL",
        id.0,
        ms(now)
    )?;
    Ok(rows > 0)
}

/// Marks the end of an outage, so that the person hears of the next one.
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

/// Disconnects: the password is erased and nothing is read any more.
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

/// Claims connections whose sync is due, until `lease_until`. Those whose login needs attention are skipped.
pub async fn claim_due(
    tx: &mut WriteTx,
    at: impl Into<ClaimTimes>,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let at = at.into();
    // Syncs that were scheduled by a clock that was ahead are due now.
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

/// Claims one connection until `lease_until`; false when somebody else holds it. Both instants are by the lease clock.
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

/// Whether a connection is claimed.
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

/// Extends a claim that ends at `held_until`; false when it was lost.
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

/// Releases a claim that ends at `held_until`; nothing happens when it was lost.
pub async fn release(tx: &mut WriteTx, id: ConnectionId, held_until: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE connections SET lease_until = NULL WHERE id = $1 AND lease_until = $2",
        id.0,
        ms(held_until)
    )
    .map(drop)
}
