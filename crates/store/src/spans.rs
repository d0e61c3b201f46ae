//! Claims of an owner's time.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, TimeOwner};
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::OccupancyId;

/// Time to occupy for an appointment or a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeClaim {
    /// The owner of the time.
    pub owner: TimeOwner,
    /// The booking calendar. Appointments of one booking calendar may share a span with the same start.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// Start of the span, with the buffer before the meeting.
    pub from: Timestamp,
    /// End of the span, with the buffer after the meeting.
    pub to: Timestamp,
    /// How many seats the span has.
    pub capacity: u32,
    /// Whether a staff member claims it over other spans.
    pub overriding: bool,
}

/// What others need of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedSpan {
    /// The row.
    pub id: OccupancyId,
    /// How many appointments have seats of it.
    pub appointments: u32,
    /// They need it from here.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
}

impl SharedSpan {
    fn read(row: &dyn Fields) -> Result<Self, StoreError> {
        let (mut from, mut to) = (row.instant("from_at")?, row.instant("to_at")?);
        // How long a hold is for is not kept, and a session keeps the time that it was opened with: then the span stays as it is.
        if row.int("others")? == 0 {
            from = from.max(row.instant("first_from")?);
            to = to.min(row.instant("last_to")?);
        }
        Ok(Self {
            id: OccupancyId(row.uuid("id")?),
            appointments: row.count("appointments")?,
            from,
            to,
        })
    }
}

/// The spans of which some seats, besides those that the condition leaves out, are taken.
macro_rules! shared_spans {
    ($tx:expr, $condition:literal, $id:expr) => {
        fetch_all!(
            $tx,
            SharedSpan::read,
            concat!(
                "SELECT o.id, o.from_at, o.to_at, COUNT(s.appointment_id) AS appointments, COUNT(*) - COUNT(a.id) AS others,
                    MIN(a.starts_at - a.pre_buffer * 60000) AS first_from, MAX(a.ends_at + a.post_buffer * 60000) AS last_to
                 FROM occupancy o JOIN occupancy_seats s ON s.occupancy_id = o.id
                 LEFT JOIN appointments a ON a.id = s.appointment_id AND a.session_id IS NULL AND a.starts_at = o.meeting_start
                 WHERE ",
                $condition,
                " GROUP BY o.id, o.from_at, o.to_at"
            ),
            $id
        )
    };
}

/// The spans that an appointment shares with others, with what these need of them.
pub async fn shared_with_others(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<SharedSpan>, StoreError> {
    shared_spans!(
        tx,
        "o.id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)
            AND (s.appointment_id IS NULL OR s.appointment_id <> $1)",
        appointment.0
    )
}

/// Shrinks a span to what those who still have seats of it need, and deletes it when nobody has.
pub(crate) async fn shrink_to_fit(tx: &mut WriteTx, span: Uuid) -> Result<(), StoreError> {
    let removed = execute!(
        tx,
        "DELETE FROM occupancy
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats WHERE occupancy_id = $1)",
        span
    )?;
    if removed > 0 {
        return Ok(());
    }
    for needed in shared_spans!(tx, "o.id = $1", span)? {
        execute!(
            tx,
            "UPDATE occupancy SET from_at = $2, to_at = $3 WHERE id = $1 AND (from_at < $2 OR to_at > $3)",
            span,
            ms(needed.from),
            ms(needed.to)
        )?;
    }
    Ok(())
}
