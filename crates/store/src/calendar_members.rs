//! Members of booking calendars.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::{CalendarId, Priority, StaffId};

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::staff::{self, Staff};
use crate::unreadable::Lenient;

/// A member of a booking calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarMember {
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// What people set.
    pub settings: MemberSettings,
    /// Position in the team, from 0.
    pub position: u32,
    /// When they became a member.
    pub joined_at: Timestamp,
}

/// Who is a member of a booking calendar, and how they are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberSettings {
    /// The staff member.
    pub staff_id: StaffId,
    /// Priority when several members are free.
    pub priority: Priority,
    /// Share under equal distribution, at least 1.
    pub weight: u32,
}

impl MemberSettings {
    /// Those of a member like any other.
    pub fn new(staff_id: StaffId) -> Self {
        Self {
            staff_id,
            priority: Priority::Medium,
            weight: 1,
        }
    }
}

/// A membership with its staff member.
pub type Member = (CalendarMember, Staff);

/// The columns that [`read`] expects.
pub(crate) const COLUMNS: &[&str] = &[
    "id",
    "email",
    "name",
    "password_hash",
    "role",
    "zone",
    "hours",
    "overrides",
    "primary_calendar_id",
    "session_epoch",
    "created_at",
    "calendar_id",
    "priority",
    "weight",
    "position",
    "joined_at",
];

pub(crate) fn read(row: &dyn Fields) -> Result<Member, StoreError> {
    let staff = staff::read(row)?;
    let member = CalendarMember {
        calendar_id: CalendarId(row.uuid("calendar_id")?),
        settings: MemberSettings {
            staff_id: staff.id,
            priority: Lenient::keyed(row, "calendar_members", "calendar_id")
                .word("priority", Priority::Medium)?,
            weight: row.count("weight")?,
        },
        position: row.count("position")?,
        joined_at: row.instant("joined_at")?,
    };
    Ok((member, staff))
}

/// Returns the members of these booking calendars in team order, each with the staff member.
pub async fn with_staff(tx: &mut ReadTx, calendars: &[CalendarId]) -> Result<Vec<Member>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        calendars.iter().map(|id| id.0).collect(),
        "SELECT s.*, m.calendar_id, m.priority, m.weight, m.position, m.joined_at
         FROM calendar_members m JOIN staff s ON s.id = m.staff_id WHERE m.calendar_id",
        "ORDER BY m.calendar_id, m.position, s.id"
    )
}

/// Replaces the members of a booking calendar, in this order. Those who stay keep their date of joining.
pub async fn replace(
    tx: &mut WriteTx,
    calendar: CalendarId,
    members: &[MemberSettings],
    now: Timestamp,
) -> Result<(), StoreError> {
    let joined: BTreeMap<StaffId, i64> = fetch_all!(
        tx,
        |row: &dyn Fields| Ok((StaffId(row.uuid("staff_id")?), row.int("joined_at")?)),
        "SELECT staff_id, joined_at FROM calendar_members WHERE calendar_id = $1",
        calendar.0
    )?
    .into_iter()
    .collect();
    execute!(
        tx,
        "DELETE FROM calendar_members WHERE calendar_id = $1",
        calendar.0
    )?;
    for (position, member) in members.iter().enumerate() {
        execute!(
            tx,
            "INSERT INTO calendar_members (calendar_id, staff_id, priority, weight, position, joined_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            calendar.0,
            member.staff_id.0,
            member.priority.as_str(),
            i64::from(member.weight),
            i64::try_from(position).unwrap_or(i64::MAX),
            joined.get(&member.staff_id).copied().unwrap_or(ms(now))
        )?;
    }
    Ok(())
}
