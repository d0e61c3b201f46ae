//! The reasons against a start, as sentences for staff and operators.

use jiff::Timestamp;
use scheduling::{AppointmentId, Reason, Refusal};
use store::{BlockId, EventId};

/// A reason against a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedReason {
    /// The reason; programs use its code.
    pub reason: Reason,
    /// The name of the member it concerns; none if it concerns the booking calendar.
    pub host: Option<String>,
    /// The same as a sentence.
    pub sentence: String,
    /// What is in the way, if the viewer may see it.
    pub obstacle: Option<Obstacle>,
}

/// What is in the way of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// An appointment, for its host and for admins.
    Appointment(AppointmentId),
    /// Blocked-off time, for its owner and for admins.
    Block {
        /// The blocked-off time.
        id: BlockId,
        /// Its title.
        title: String,
    },
    /// An external event, for its owner only.
    Event {
        /// The event.
        id: EventId,
        /// The start of its instance.
        start: Timestamp,
        /// Its title.
        title: String,
        /// What was not understood of it, which makes it block to be safe.
        problem: Option<String>,
    },
}

fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Hours => "outside the hours",
        Reason::Grid => "no start of the grid",
        Reason::Past => "over already",
        Reason::Notice => "sooner than the notice",
        Reason::TooFar => "outside the dates that can be booked",
        Reason::DayLimit => "the day has as many appointments as it may have",
        Reason::Booked => "has an appointment",
        Reason::Held => "another visitor is about to book it",
        Reason::Blocked => "blocked off",
        Reason::Conflict => "has an event",
        Reason::Stale => "a calendar cannot be read",
        Reason::Buffer => "too close to something before or after",
        Reason::NoSeats => "has too few seats left",
        Reason::Collective => "somebody else who has to take part is not free",
        Reason::RoundRobin => "has had more than their share this month",
        Reason::LookBusy => "hidden, so that the day looks busy",
        Reason::Resource => "a room or piece of equipment is taken",
    }
}

/// Returns the sentence about a refusal. For a host, a start is too far ahead if their calendars are not read that far.
pub(crate) fn sentence_of(refusal: &Refusal) -> &'static str {
    match (refusal.reason, refusal.host()) {
        (Reason::TooFar, Some(_)) => "further ahead than their calendars are read",
        (reason, _) => sentence(reason),
    }
}

/// Returns the reasons that an appointment overrides, each with its code and in words: “BOOKED: has an appointment”.
pub fn record_in_words(reasons: &[Reason]) -> Vec<String> {
    let in_words = |reason: &Reason| format!("{}: {}", reason.as_str(), sentence(*reason));
    reasons.iter().map(in_words).collect()
}
