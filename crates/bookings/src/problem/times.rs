//! Problems with times: instants, spans, hours and dates.

use jiff::civil::Date;

/// What is wrong with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    /// The date is outside the supported years.
    #[error("Choose a date between {first} and {last}.")]
    YearOutOfRange {
        /// The first supported year.
        first: i16,
        /// The last supported year.
        last: i16,
    },
    /// The end of a span is not after its start.
    #[error("The end must be after the start.")]
    EndNotAfterStart,
    /// Blocked-off time is longer than a year.
    #[error("Block off at most a year at once.")]
    BlockTooLong,
    /// A day has too many windows.
    #[error("A day may have at most {max} windows. Join some of them.")]
    TooManyWindows {
        /// Maximum number of windows of a day.
        max: usize,
    },
    /// A person has too many date overrides.
    #[error("At most {max} dates can differ. Remove past ones.")]
    TooManyDates {
        /// Maximum number of date overrides.
        max: usize,
    },
    /// The workspace has too many holidays.
    #[error("At most {max} holidays can be kept. Remove past ones.")]
    TooManyHolidays {
        /// Maximum number of holidays.
        max: usize,
    },
    /// A date is in a list twice.
    #[error("{0} is in the list twice. Remove one of both.")]
    DateTwice(Date),
}

impl TimeProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::YearOutOfRange { .. } => "year_out_of_range",
            Self::EndNotAfterStart => "end_not_after_start",
            Self::BlockTooLong => "block_too_long",
            Self::TooManyWindows { .. } => "too_many_windows",
            Self::TooManyDates { .. } => "too_many_dates",
            Self::TooManyHolidays { .. } => "too_many_holidays",
            Self::DateTwice(_) => "date_twice",
        }
    }
}
