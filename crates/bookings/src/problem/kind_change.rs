//! A change of a booking calendar's kind: why it is refused, and its consequences.

use std::fmt;

/// Why a booking calendar cannot be given another kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindProblem {
    /// The coming appointments have no place in a calendar of the other kind.
    #[error(
        "{} under way or to come, with no place in a calendar of the other kind. Make a new booking calendar of that kind and \
         switch this one off, or change the kind when they are over or cancelled.",
        appointments_are(*appointments)
    )]
    AppointmentsToCome {
        /// The number of active appointments that have not ended.
        appointments: usize,
    },
    /// The consequences are not confirmed.
    #[error("Tick that the kind is to change, if this is right: {}", joined(consequences))]
    NotConfirmed {
        /// What the change does.
        consequences: Vec<KindConsequence>,
    },
}

impl KindProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::AppointmentsToCome { .. } => "appointments_to_come",
            Self::NotConfirmed { .. } => "kind_change_not_confirmed",
        }
    }
}

/// A consequence of a change of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindConsequence {
    /// There are no coming appointments.
    NothingToCome,
    /// The coming appointments stay.
    AppointmentsStay {
        /// The number of active appointments that have not ended.
        appointments: usize,
    },
    /// All members are removed.
    MembersRemoved,
    /// All members but one are removed.
    OneMemberStays,
    /// The way of distribution stays without effect.
    DistributionIdle,
    /// The members' calendars are written and read.
    UsesIcloud,
    /// The number of seats stays without effect.
    SeatsIdle,
    /// There is no menu to keep.
    MenuEmpty,
    /// The menu stays without effect.
    MenuIdle {
        /// The number of its services.
        services: usize,
    },
    /// Appointments have the duration of the booking calendar.
    OneDuration,
    /// Bookings take seats of sessions.
    SeatsTaken,
    /// No calendar is written or read.
    NoIcloud,
    /// A menu has to be written.
    MenuNeeded,
    /// The menu takes effect again.
    MenuUsed {
        /// The number of its services.
        services: usize,
    },
    /// All else stays.
    OthersStay,
}

/// Formats the consequence as a sentence.
impl fmt::Display for KindConsequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::NothingToCome => "No appointment is under way or to come; past ones stay as they are.",
            Self::AppointmentsStay { appointments } => {
                return write!(
                    f,
                    "{} under way or to come. They stay as they are, with those who hold them; what is booked from now on \
                     follows the new kind.",
                    appointments_are(appointments)
                );
            }
            Self::MembersRemoved => {
                "Its members are taken out, and their priorities, weights and order are forgotten."
            }
            Self::OneMemberStays => {
                "Only the one member whom you leave ticked stays; the priorities, weights and order of the others are forgotten."
            }
            Self::DistributionIdle => {
                "Priorities, weights and the way of sharing out are kept, but count in a Round Robin calendar alone."
            }
            Self::UsesIcloud => {
                "From now on its appointments are written to its members' iCloud, and events there block it."
            }
            Self::SeatsIdle => {
                "The number of seats is kept, but counts in a Class Booking calendar alone."
            }
            Self::MenuEmpty => "Its menu is empty.",
            Self::MenuIdle { services } => {
                return write!(
                    f,
                    "Its menu of {} is kept, but nobody can book from it until this is a Service calendar again.",
                    counted(services, "service")
                );
            }
            Self::OneDuration => "Every appointment takes the duration that is set below.",
            Self::SeatsTaken => "Whoever books takes one of a session's seats.",
            Self::NoIcloud => "It no longer uses iCloud, and needs hours of its own.",
            Self::MenuNeeded => {
                "Nobody can book it until there is a service on its menu; each has a duration of its own."
            }
            Self::MenuUsed { services } => {
                return write!(
                    f,
                    "Its menu of {} is used again; each has a duration of its own.",
                    counted(services, "service")
                );
            }
            Self::OthersStay => "Its questions, hours and limits stay.",
        })
    }
}

fn joined(consequences: &[KindConsequence]) -> String {
    let sentences: Vec<String> = consequences.iter().map(KindConsequence::to_string).collect();
    sentences.join(" ")
}

fn appointments_are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, "appointment"))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
