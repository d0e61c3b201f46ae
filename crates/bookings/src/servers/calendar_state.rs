//! How a remote calendar stands that counts for its owner. The one place that decides it.

use jiff::Timestamp;
use store::remote_calendars::RemoteCalendar;
use store::{ReadTx, RemoteCalendarId, StoreError, staff};

use super::freshness;

/// How a remote calendar stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarState {
    /// It does not count: it is neither the primary calendar nor checked for conflicts.
    Unused,
    /// It was read lately, or is being read for the first time.
    Fresh,
    /// The last reads failed. What is known of it is still good.
    Trying,
    /// It could not be read for so long that what is known of it may be out of date.
    Stale,
    /// The server does not hand out its events: a subscription, or somebody else's without the right to read.
    Closed,
    /// It is no longer there.
    Vanished,
    /// It is the primary calendar, and can no longer be written to.
    ReadOnly,
}

impl CalendarState {
    /// How a calendar stands. `primary` is its owner's.
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

    /// Whether its owner has to be told: it does not do what it was chosen for.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Stale | Self::Closed | Self::Vanished | Self::ReadOnly)
    }

    /// Whether what is known of its events may be out of date, or is nothing at all.
    pub fn is_unread(self) -> bool {
        matches!(self, Self::Stale | Self::Closed | Self::Vanished)
    }
}

/// The age of what is known of a calendar. One that was never read is as old as its first failure.
fn known_at(calendar: &RemoteCalendar) -> Option<Timestamp> {
    calendar.synced_at.or(calendar.failing_since)
}

/// Calendars of one person, each with how it stands.
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
