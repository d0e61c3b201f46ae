//! The problem of a calendar and its consequences, in sentences for its owner: the same on pages and in mails.

use store::WhenStale;
use store::remote_calendars::RemoteCalendar;

use super::calendar_state::CalendarState;

/// Returns why a calendar does not serve its purpose, with the next step.
pub(crate) fn sentence(calendar: &RemoteCalendar, state: CalendarState) -> String {
    match state {
        CalendarState::ReadOnly => {
            "You may no longer write to it, so appointments do not get there. Check its sharing settings, or choose another \
             primary calendar."
                .to_owned()
        }
        _ => calendar
            .failure
            .clone()
            .unwrap_or_else(|| "It could not be read. Quince tries again by itself.".to_owned()),
    }
}

/// Returns what happens to the owner's availability while a calendar cannot be read.
pub(crate) fn meanwhile(when_stale: WhenStale, never_read: bool) -> &'static str {
    match when_stale {
        WhenStale::StopOffering => "Until then you are not offered to clients, as you chose.",
        WhenStale::UseLastKnown if never_read => {
            "Until then you are not offered to clients, as nothing is known of your time."
        }
        WhenStale::UseLastKnown => {
            "Until then the events that were known go on blocking your time. Times that you have taken there since may be offered \
             to clients."
        }
        WhenStale::IgnoreCalendar => {
            "Until then its events do not block your time, as you chose. You may be booked twice."
        }
    }
}
