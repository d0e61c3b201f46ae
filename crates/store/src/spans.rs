//! Claims of an owner's time.

use jiff::Timestamp;
use scheduling::{CalendarId, TimeOwner};

use crate::db::WriteTx;
use crate::error::StoreError;

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

/// Deletes a span without seats.
pub(crate) async fn remove_if_empty(tx: &mut WriteTx, span: uuid::Uuid) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM occupancy
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats WHERE occupancy_id = $1)",
        span
    )
    .map(drop)
}
