//! Parsing numbers that people type.

use std::fmt;
use std::num::IntErrorKind;

/// A number of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberName {
    /// The duration of an appointment or a service, in minutes.
    Duration,
    /// The minutes between two starts.
    Interval,
    /// The minutes kept free before an appointment.
    PreBuffer,
    /// The minutes kept free after an appointment.
    PostBuffer,
    /// The minimum notice.
    Notice,
    /// The length of a rolling date range.
    Range,
    /// The seats of a session.
    Seats,
    /// The appointments at one time.
    PerSlot,
    /// The appointments a day.
    PerDay,
    /// The percentage of slots to hide.
    LookBusy,
    /// The cut-off for cancelling.
    CancelCutoff,
    /// The cut-off for rescheduling.
    RescheduleCutoff,
    /// A member's weight.
    Weight,
    /// A member's position in the list.
    Position,
    /// The processing time of a service, in minutes.
    Processing,
    /// How many rooms or pieces of equipment a service needs.
    Needed,
    /// How many there are of a sort of rooms or equipment.
    Quantity {
        /// The name of the sort.
        resource: String,
    },
}

/// Formats the number's name within a sentence: "the duration".
impl fmt::Display for NumberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duration => "the duration",
            Self::Interval => "the interval",
            Self::PreBuffer => "the buffer before",
            Self::PostBuffer => "the buffer after",
            Self::Notice => "the minimum notice",
            Self::Range => "how long ahead can be booked",
            Self::Seats => "the seats of a session",
            Self::PerSlot => "the appointments at one time",
            Self::PerDay => "the appointments a day",
            Self::LookBusy => "the percentage for looking busy",
            Self::CancelCutoff => "until when clients may cancel",
            Self::RescheduleCutoff => "until when clients may reschedule",
            Self::Weight => "the weight",
            Self::Position => "the place",
            Self::Processing => "the processing time",
            Self::Needed => "how many rooms or how much equipment it needs",
            Self::Quantity { resource } => return write!(f, "how many there are of “{resource}”"),
        })
    }
}

/// Why a text is not a whole number of 0 or more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberProblem {
    /// It is too large.
    #[error("Enter a smaller number for {0}; this one is too large.")]
    TooLarge(NumberName),
    /// It is negative.
    #[error("Enter 0 or a larger number for {0}.")]
    Negative(NumberName),
    /// It is not a whole number.
    #[error("Enter {0} as a whole number, such as 1 or 30.")]
    NotWhole(NumberName),
}

/// Parses a whole number of 0 or more.
pub fn whole_number(name: NumberName, typed: &str) -> Result<u32, NumberProblem> {
    let text = typed.trim();
    text.parse::<u32>().map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow => NumberProblem::TooLarge(name),
        _ if text.parse::<i64>().is_ok_and(|number| number < 0) => NumberProblem::Negative(name),
        _ => NumberProblem::NotWhole(name),
    })
}

#[cfg(test)]
mod tests {
    use super::{NumberName, whole_number};

    #[test]
    fn what_is_no_number_here_is_told_in_its_own_words() {
        assert_eq!(whole_number(NumberName::Notice, " 30 "), Ok(30));
        for (typed, sentence) in [
            ("", "Enter the minimum notice as a whole number, such as 1 or 30."),
            (
                "thirty",
                "Enter the minimum notice as a whole number, such as 1 or 30.",
            ),
            (
                "1.5",
                "Enter the minimum notice as a whole number, such as 1 or 30.",
            ),
            ("-5", "Enter 0 or a larger number for the minimum notice."),
            (
                "99999999999",
                "Enter a smaller number for the minimum notice; this one is too large.",
            ),
        ] {
            let problem = whole_number(NumberName::Notice, typed).unwrap_err();
            assert_eq!(problem.to_string(), sentence);
        }
    }
}
