//! Appointments that collide with external events: an event of a host's primary or conflict calendar that blocks overlaps one of this
//! host's parts. Buffers do not count, and written events are not external events.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::db::{ReadTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::words::BusyStatus;

/// The statuses of instances that take no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeStatuses {
    /// Those that never do.
    pub always: [BusyStatus; 3],
    /// The one that does only if all-day events of the calendar do.
    pub all_day: BusyStatus,
}

/// SQL condition: whether an external event collides with part `q` of an appointment. The arguments are the placeholders of [`FreeStatuses`].
///
/// An overlapping event ends after the part starts. An event of up to 25 hours, the longest day, ends less than 25 hours after the part
/// ends, which makes an index range. Longer events are few and have an index of their own: with one range for all, an event of several
/// years would make it several years long.
macro_rules! collides {
    ($always:literal, $all_day:literal) => {
        concat!(
            "(",
            $crate::collisions::lies_over!(
                "i.ends_at > q.starts_at AND i.ends_at < q.ends_at + 90000000",
                $always,
                $all_day
            ),
            " OR ",
            $crate::collisions::lies_over!(
                "(i.ends_at - i.starts_at) > 90000000 AND +i.ends_at > q.starts_at",
                $always,
                $all_day
            ),
            ")"
        )
    };
}
pub(crate) use collides;

/// The same condition for the events of an index range. `OFFSET 0` keeps Postgres from flattening the subquery: a join would read
/// everybody's events.
macro_rules! lies_over {
    ($range:literal, $always:literal, $all_day:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM watched_calendars w CROSS JOIN external_instances i
                WHERE w.staff_id = q.host_id AND i.remote_calendar_id = w.id AND ",
            $range,
            " AND i.starts_at < q.ends_at AND i.starts_at < i.ends_at AND i.blocks NOT IN (",
            $always,
            ") AND (i.blocks <> ",
            $all_day,
            " OR w.all_day_blocks)
                    AND NOT EXISTS (SELECT 1 FROM event_writes o WHERE o.uid = i.uid AND o.host_id = q.host_id)
                LIMIT 1 OFFSET 0)"
        )
    };
}
pub(crate) use lies_over;

/// Returns which of these appointments are active, have not ended and collide, each with the host whose event it is.
pub async fn of(
    tx: &mut ReadTx,
    appointments: &[AppointmentId],
    free: FreeStatuses,
    now: Timestamp,
) -> Result<BTreeSet<(AppointmentId, StaffId)>, StoreError> {
    let found = fetch_all_in!(
        tx,
        |row: &dyn Fields| {
            let host = StaffId(row.uuid("host_id")?);
            Ok::<_, StoreError>((AppointmentId(row.uuid("appointment_id")?), host))
        },
        appointments.iter().map(|id| id.0).collect(),
        concat!(
            "SELECT q.appointment_id, q.host_id FROM appointment_parts q CROSS JOIN appointments a
             WHERE a.id = q.appointment_id AND a.ends_at > $2 AND a.status IN ('new', 'confirmed', 'showed') AND ",
            collides!("$3, $4, $5", "$6"),
            " AND q.appointment_id"
        ),
        "",
        ms(now),
        free.always[0].as_str(),
        free.always[1].as_str(),
        free.always[2].as_str(),
        free.all_day.as_str()
    )?;
    Ok(found.into_iter().collect())
}
