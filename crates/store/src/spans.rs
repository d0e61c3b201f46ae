//! Spans of somebody's time.

use jiff::Timestamp;
use scheduling::{CalendarId, TimeOwner};

use crate::db::WriteTx;
use crate::error::StoreError;

/// Time to take for an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeClaim {
    /// Whose time.
    pub owner: TimeOwner,
    /// The booking calendar; appointments of one calendar may share an identical start.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// From here, the buffer before the meeting included.
    pub from: Timestamp,
    /// Up to here, the buffer after the meeting included.
    pub to: Timestamp,
    /// How many seats it has.
    pub capacity: u32,
    /// A staff member takes it whatever is there already.
    pub overriding: bool,
}

/// Removes a span of which nobody has a seat.
pub(crate) async fn remove_if_empty(tx: &mut WriteTx, span: uuid::Uuid) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM occupancy
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats WHERE occupancy_id = $1)",
        span
    )
    .map(drop)
}
