//! Problems with what a form sends that are found before a use case is called: a text is not the number, time or choice that it should be.

use jiff::civil::Date;

use crate::settings::hours::WEEKDAYS;
use crate::ui::number::NumberProblem;

/// What is wrong with a field. The text is a sentence for a person, with the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormProblem {
    /// A number is not one.
    #[error(transparent)]
    Number(#[from] NumberProblem),
    /// A date is missing.
    #[error("Choose a date.")]
    NoDate,
    /// A time is missing.
    #[error("Enter a time such as 14:30.")]
    NoTime,
    /// A time that may be empty is not a time.
    #[error("Enter a time such as 14:30, or leave it empty.")]
    NotATime,
    /// A unit of time is missing.
    #[error("Choose minutes, hours, days, weeks or months.")]
    NoUnit,
    /// The first of two dates is missing.
    #[error("Choose the first date.")]
    NoFirstDate,
    /// The last of two dates is missing.
    #[error("Choose the last date.")]
    NoLastDate,
    /// A person is missing.
    #[error("Choose somebody.")]
    NoPerson,

    /// The kind of a booking calendar is missing.
    #[error("Choose a kind.")]
    NoKind,
    /// The distribution of a Round Robin calendar is missing.
    #[error("Choose how appointments are distributed.")]
    NoDistribution,
    /// A member's priority is missing.
    #[error("Choose a priority.")]
    NoPriority,
    /// A member's weight is out of range.
    #[error("Enter a weight from {min} to {max}.")]
    Weight {
        /// The least weight.
        min: u32,
        /// The largest weight.
        max: u32,
    },
    /// Hours are typed that the booking calendar is not to have.
    #[error(
        "Hours or dates are filled in, but “This booking calendar has hours of its own” is not ticked. Tick that to use them, or \
         tick “Forget the hours and dates below”."
    )]
    HoursNotUsed,
    /// A question has choices and no text.
    #[error("Question {number}: enter its text, or empty its choices, too.")]
    QuestionWithoutText {
        /// The number of its row.
        number: usize,
    },
    /// A question has the text of an earlier one.
    #[error("Question {number} is listed twice. Change its text, or empty it.")]
    QuestionTwice {
        /// The number of its row.
        number: usize,
    },
    /// A question has too few or too many choices, or the same choice twice.
    #[error("Question {number}: enter 2 to {max} different choices.")]
    QuestionChoices {
        /// The number of its row.
        number: usize,
        /// Maximum number of choices.
        max: usize,
    },
    /// How a question is answered is missing.
    #[error("Question {number}: choose how it is answered.")]
    NoAnswerKind {
        /// The number of its row.
        number: usize,
    },

    /// The person who is preferred for a service does not do it.
    #[error("The preferred person must perform it. Tick them above, or choose somebody who is ticked.")]
    PreferredNotTicked,
    /// A new sort of rooms or equipment has a quantity and no name.
    #[error("Enter a name, or empty the number, too.")]
    ResourceWithoutName,
    /// A sort of rooms or equipment does not exist.
    #[error("“{name}” does not exist any more. Reload the page.")]
    ResourceGone {
        /// Its name.
        name: String,
    },
    /// The quantity of a sort is missing.
    #[error("Enter how many there are of “{name}”.")]
    NoQuantity {
        /// Its name.
        name: String,
    },

    /// The role of a staff member is missing.
    #[error("Choose a role.")]
    NoRole,
    /// What happens to written events is missing.
    #[error("Choose what happens to the events already written.")]
    NoEventsChoice,
    /// What happens when events change is missing.
    #[error("Choose what happens when events change.")]
    NoImportPolicy,
    /// What happens when a calendar cannot be read is missing.
    #[error("Choose what happens when a calendar cannot be read.")]
    NoStalePolicy,
    /// A calendar is missing.
    #[error("Choose one of your calendars.")]
    NoCalendar,
}

/// What is wrong with a row of hours, of dates that differ, or of holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// The times of a weekday.
    #[error("{}: {problem}", WEEKDAYS.get(*day).copied().unwrap_or_default())]
    Weekday {
        /// The number of days after Monday.
        day: usize,
        /// What is wrong with the times.
        problem: WindowProblem,
    },
    /// The times of a date that differs.
    #[error("{date}: {problem}")]
    Times {
        /// The date, or the first of several.
        date: Date,
        /// What is wrong with the times.
        problem: WindowProblem,
    },
    /// A date that differs is missing.
    #[error("Choose the date that the override is for, or empty its row.")]
    NoOverrideDate,
    /// The date of a holiday is missing.
    #[error("Choose the date of “{name}”, or empty its row.")]
    NoHolidayDate {
        /// Its name.
        name: String,
    },
    /// The last day is not a date.
    #[error("{date}: choose the last day, or leave it empty.")]
    NotALastDay {
        /// The first day.
        date: Date,
    },
    /// The last day is before the first.
    #[error("{date}: the last day, {last}, is before it. Swap the two.")]
    LastDayBeforeFirst {
        /// The first day.
        date: Date,
        /// The last day.
        last: Date,
    },
    /// A row has too many dates that differ.
    #[error("{date}: choose a last day within a year.")]
    OverrideTooLong {
        /// The first day.
        date: Date,
    },
    /// A row has too many holidays.
    #[error("{date}: the last day is more than a year later. Choose an earlier one.")]
    HolidayTooLong {
        /// The first day.
        date: Date,
    },
    /// A date is closed by one row and has times by another.
    #[error("{date} is listed twice: once closed, once with times. Empty one of the two rows.")]
    ClosedAndOpen {
        /// The date.
        date: Date,
    },
}

/// What is wrong with the two times of a row. The text goes on behind the day and a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowProblem {
    /// The start is missing.
    #[error("enter when it starts, or empty both times.")]
    NoStart,
    /// The end is missing.
    #[error("enter when it ends, or empty both times.")]
    NoEnd,
    /// The start is not a time.
    #[error("enter times such as 09:00.")]
    StartNotATime,
    /// The end is not a time.
    #[error("enter times such as 17:00.")]
    EndNotATime,
    /// The end is not after the start.
    #[error("enter an end after the start.")]
    EndNotAfterStart,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::number::NumberName;

    /// A problem for each variant of an enum. A variant without a row does not compile.
    macro_rules! every {
        ($name:ident { $($variant:ident $(($($value:expr),*))? $({ $($field:ident: $inner:expr),* })?),* $(,)? }) => {{
            let _ = |problem: &$name| match problem {
                $($name::$variant { .. })|* => {}
            };
            vec![$($name::$variant $(($($value),*))? $({ $($field: $inner),* })?),*]
        }};
    }

    #[test]
    fn every_problem_is_told_in_a_sentence() {
        let name = || "Chair".to_owned();
        let date = jiff::civil::date(2026, 12, 24);
        let problem = WindowProblem::NoStart;
        let mut sentences: Vec<String> = Vec::new();
        let forms = every!(FormProblem {
            Number(NumberProblem::NotWhole(NumberName::Duration)),
            NoDate,
            NoTime,
            NotATime,
            NoUnit,
            NoFirstDate,
            NoLastDate,
            NoPerson,
            NoKind,
            NoDistribution,
            NoPriority,
            Weight { min: 1, max: 1_000 },
            HoursNotUsed,
            QuestionWithoutText { number: 1 },
            QuestionTwice { number: 1 },
            QuestionChoices { number: 1, max: 50 },
            NoAnswerKind { number: 1 },
            PreferredNotTicked,
            ResourceWithoutName,
            ResourceGone { name: name() },
            NoQuantity { name: name() },
            NoRole,
            NoEventsChoice,
            NoImportPolicy,
            NoStalePolicy,
            NoCalendar,
        });
        sentences.extend(forms.iter().map(ToString::to_string));
        let rows = every!(RowProblem {
            Weekday { day: 6, problem: problem },
            Times { date: date, problem: problem },
            NoOverrideDate,
            NoHolidayDate { name: name() },
            NotALastDay { date: date },
            LastDayBeforeFirst { date: date, last: date },
            OverrideTooLong { date: date },
            HolidayTooLong { date: date },
            ClosedAndOpen { date: date },
        });
        sentences.extend(rows.iter().map(ToString::to_string));
        let windows = every!(WindowProblem {
            NoStart,
            NoEnd,
            StartNotATime,
            EndNotATime,
            EndNotAfterStart,
        });
        sentences.extend(windows.iter().map(ToString::to_string));
        for sentence in sentences {
            assert!(sentence.len() > 1 && sentence.ends_with('.'), "{sentence:?}");
        }
        assert_eq!(
            rows[0].to_string(),
            "Sunday: enter when it starts, or empty both times."
        );
    }
}
