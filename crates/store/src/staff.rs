//! Staff members: accounts that sign in and can be booked.

use jiff::Timestamp;
use scheduling::{DateOverride, StaffId, WeeklyHours};
use zones::Zone;

use crate::db::{ReadTx, WriteTx, expect_row, json, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{RemoteCalendarId, new_id};
use crate::unreadable::Lenient;
use crate::words::Role;

/// A staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// How they sign in, and what they may do.
    pub account: Account,
    /// What they set themselves.
    pub profile: Profile,
    /// The primary calendar, to which their appointments are written.
    pub primary_calendar_id: Option<RemoteCalendarId>,
    /// Grows when all their sessions are ended.
    pub session_epoch: i64,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Columns that could not be read. Their substitutes grant no access and offer no time.
    pub unreadable: Vec<&'static str>,
}

/// How a staff member signs in, and what they may do.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Their mail address in lower case, which they sign in with.
    pub email: String,
    /// Argon2id hash of their password.
    pub password_hash: String,
    /// Their role.
    pub role: Role,
}

/// Omits address and password hash.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Name, zone and hours of a staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Their full name.
    pub name: String,
    /// The zone of their hours.
    pub zone: Zone,
    /// Weekly hours, in `zone`.
    pub hours: WeeklyHours,
    /// Date overrides of the weekly hours.
    pub overrides: Vec<DateOverride>,
}

impl Staff {
    /// Whether their hours and zone could be read. If not, no time of theirs is offered.
    pub fn hours_are_known(&self) -> bool {
        const HOURS: [&str; 2] = ["hours", "overrides"];
        self.profile.zone.is_known() && !self.unreadable.iter().any(|column| HOURS.contains(column))
    }
}

pub(crate) fn read(row: &dyn Fields) -> Result<Staff, StoreError> {
    let mut lenient = Lenient::of(row, "staff");
    Ok(Staff {
        id: StaffId(row.uuid("id")?),
        account: Account {
            email: row.text("email")?,
            password_hash: row.text("password_hash")?,
            role: lenient.word("role", Role::Staff)?,
        },
        profile: Profile {
            name: row.text("name")?,
            zone: lenient.zone("zone")?,
            hours: lenient.json("hours")?,
            overrides: lenient.json("overrides")?,
        },
        primary_calendar_id: row.opt_uuid("primary_calendar_id")?.map(RemoteCalendarId),
        session_epoch: row.int("session_epoch")?,
        created_at: row.instant("created_at")?,
        unreadable: lenient.unreadable(),
    })
}

/// Inserts a staff member.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the address is in use.
pub async fn insert(
    tx: &mut WriteTx,
    account: &Account,
    profile: &Profile,
    now: Timestamp,
) -> Result<StaffId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO staff (id, email, name, password_hash, role, zone, hours, overrides, session_epoch, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
        id,
        &account.email,
        &profile.name,
        &account.password_hash,
        account.role.as_str(),
        profile.zone.name(),
        json(&profile.hours)?,
        json(&profile.overrides)?,
        ms(now)
    )?;
    Ok(StaffId(id))
}

/// Finds a staff member by id.
pub async fn find(tx: &mut ReadTx, id: StaffId) -> Result<Option<Staff>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM staff WHERE id = $1", id.0)
}

/// Returns these staff members in any order; unknown ids are omitted.
pub async fn list_of(tx: &mut ReadTx, ids: &[StaffId]) -> Result<Vec<Staff>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM staff WHERE id",
        ""
    )
}

/// Finds a staff member by address, which must be in lower case.
pub async fn find_by_email(tx: &mut ReadTx, email: &str) -> Result<Option<Staff>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM staff WHERE email = $1", email)
}

/// Returns all staff members, in the order of joining.
pub async fn list(tx: &mut ReadTx) -> Result<Vec<Staff>, StoreError> {
    fetch_all!(tx, read, "SELECT * FROM staff ORDER BY created_at, id")
}

/// Counts the staff members.
pub async fn count(tx: &mut ReadTx) -> Result<i64, StoreError> {
    Ok(fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("n"),
        "SELECT COUNT(*) AS n FROM staff"
    )?
    .unwrap_or(0))
}

/// Updates the profile.
pub async fn update_profile(tx: &mut WriteTx, id: StaffId, profile: &Profile) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE staff SET name = $2, zone = $3, hours = $4, overrides = $5 WHERE id = $1",
        id.0,
        &profile.name,
        profile.zone.name(),
        json(&profile.hours)?,
        json(&profile.overrides)?
    )?;
    expect_row(rows, "staff member")
}

/// Sets the password hash and ends all sessions of the person. Returns the epoch of later sessions.
pub async fn set_password(tx: &mut WriteTx, id: StaffId, hash: &str) -> Result<i64, StoreError> {
    execute!(tx, "DELETE FROM sessions WHERE staff_id = $1", id.0)?;
    let rows = execute!(
        tx,
        "UPDATE staff SET password_hash = $2, session_epoch = session_epoch + 1 WHERE id = $1",
        id.0,
        hash
    )?;
    expect_row(rows, "staff member")?;
    let epoch = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("session_epoch"),
        "SELECT session_epoch FROM staff WHERE id = $1",
        id.0
    )?;
    Ok(epoch.unwrap_or_default())
}

/// Sets the primary calendar.
pub async fn set_primary(
    tx: &mut WriteTx,
    id: StaffId,
    calendar: Option<RemoteCalendarId>,
) -> Result<(), StoreError> {
    let calendar = calendar.map(|calendar| calendar.0);
    expect_row(
        execute!(
            tx,
            "UPDATE staff SET primary_calendar_id = $2 WHERE id = $1",
            id.0,
            calendar
        )?,
        "staff member",
    )
}
