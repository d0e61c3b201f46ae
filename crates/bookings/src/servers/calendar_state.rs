//! The state of a remote calendar that its owner uses. It is determined here only.

use jiff::Timestamp;
use store::remote_calendars::RemoteCalendar;
use store::{ReadTx, RemoteCalendarId, StoreError, staff};

use super::freshness;

/// The state of a remote calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarState {
    /// It is neither the primary calendar nor checked for conflicts.
    Unused,
    /// It was read recently, or is being read for the first time.
    Fresh,
    /// The last reads failed, but the stored events are still recent.
    Trying,
    /// It could not be read for so long that the stored events may be out of date.
    Stale,
    /// The server does not return its events: a subscription, or a shared calendar without the right to read.
    Closed,
    /// It no longer exists.
    Vanished,
    /// It is the primary calendar, and is no longer writable.
    ReadOnly,
}

impl CalendarState {
    /// Determines the state of a calendar. `primary` is its owner's primary calendar.
    pub(crate) fn of(calendar: &RemoteCalendar, primary: Option<RemoteCalendarId>, now: Timestamp) -> Self {
        let is_primary = primary == Some(calendar.id);
        if !is_primary && !calendar.checked_for_conflicts {
            Self::Unused
        } else if calendar.vanished_at.is_some() {
            Self::Vanished
        } else if !calendar.readable {
            Self::Closed
        } else if known_at(calendar).is_some_and(|at| freshness::is_old(at, now)) {
            Self::Stale
        } else if is_primary && !calendar.writable {
            Self::ReadOnly
        } else if calendar.failing_since.is_some() {
            Self::Trying
        } else {
            Self::Fresh
        }
    }

    /// Whether its owner has to be informed, as it does not serve its purpose.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Stale | Self::Closed | Self::Vanished | Self::ReadOnly)
    }

    /// Whether the stored events may be out of date or missing.
    pub fn is_unread(self) -> bool {
        matches!(self, Self::Stale | Self::Closed | Self::Vanished)
    }
}

/// When the stored events were read; for a calendar that was never read, its first failure.
fn known_at(calendar: &RemoteCalendar) -> Option<Timestamp> {
    calendar.synced_at.or(calendar.failing_since)
}

/// Returns these calendars of one person, each with its state.
pub(crate) async fn of_staff(
    tx: &mut ReadTx,
    owner: scheduling::StaffId,
    calendars: Vec<RemoteCalendar>,
    now: Timestamp,
) -> Result<Vec<(RemoteCalendar, CalendarState)>, StoreError> {
    let person = staff::find(tx, owner).await?;
    let primary = person.and_then(|person| person.primary_calendar_id);
    let with_state = |calendar: RemoteCalendar| {
        let state = CalendarState::of(&calendar, primary, now);
        (calendar, state)
    };
    Ok(calendars.into_iter().map(with_state).collect())
}
