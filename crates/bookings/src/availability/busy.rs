//! Converts stored busy time for the rules.

use jiff::Timestamp;
use scheduling::{Busy, Cause, Interval, Shared, StaffId};
use store::WhenStale;
use store::class_sessions::Session;
use store::occupancy::OccupiedSpan;
use store::remote_calendars::Watched;

use crate::servers::freshness;

/// Converts the time of an appointment or a hold, with the number of seats that count as taken.
pub(crate) fn of_taken(taken: &OccupiedSpan, seats: u32) -> Busy {
    Busy {
        interval: Interval::new(taken.from, taken.to),
        cause: taken.appointment_id.map_or(Cause::Hold, Cause::Appointment),
        shared: Some(Shared {
            calendar: taken.calendar_id,
            start: taken.meeting_start,
            end: taken.meeting_end,
            // What staff booked over something else shares its time with nobody.
            taken: if taken.overriding { Shared::CLOSED } else { seats },
        }),
    }
}

/// Converts a cancelled session. Its time is not offered again, as the reason may still hold.
pub(crate) fn of_cancelled_session(session: &Session) -> Busy {
    Busy {
        interval: Interval::new(session.starts_at, session.ends_at),
        cause: Cause::Blocked,
        shared: Some(Shared {
            calendar: session.calendar_id,
            start: session.starts_at,
            end: session.ends_at,
            taken: Shared::CLOSED,
        }),
    }
}

/// Returns what a host's calendars block in a window: the events that take time, and everything after the read horizon. For a calendar that
/// cannot be read, the host's choice for its connection applies.
pub(crate) fn of_calendars<'a>(
    host: StaffId,
    calendars: impl Iterator<Item = (&'a Watched, &'a Vec<(Timestamp, Timestamp)>)>,
    window: Interval,
    now: Timestamp,
) -> Vec<Busy> {
    let mut busy = Vec::new();
    for (calendar, events) in calendars.filter(|(calendar, _)| calendar.staff_id == host) {
        match (freshness::is_stale(calendar, now), calendar.when_stale) {
            (true, WhenStale::IgnoreCalendar) => continue,
            (true, WhenStale::StopOffering) => busy.push(unreadable(window)),
            // There is no last known state, and an unknown calendar never counts as free.
            (true, WhenStale::UseLastKnown) if !freshness::is_known(calendar, now) => {
                busy.push(unreadable(window));
            }
            _ => {}
        }
        if freshness::is_known(calendar, now) {
            let read_to = calendar.horizon_to.unwrap_or(Timestamp::MIN).max(window.start);
            busy.extend((read_to < window.end).then(|| Busy {
                interval: Interval::new(read_to, window.end),
                cause: Cause::NotRead,
                shared: None,
            }));
        }
        busy.extend(events.iter().map(|(from, to)| Busy {
            interval: Interval::new(*from, *to),
            cause: Cause::External,
            shared: None,
        }));
    }
    busy
}

/// Returns busy time about which nothing is known: it blocks, so that nothing is offered in it.
pub(crate) fn unreadable(window: Interval) -> Busy {
    Busy {
        interval: window,
        cause: Cause::Unreadable,
        shared: None,
    }
}
