//! Settings of a booking calendar that cannot be used.

/// A setting that cannot be used. The text says what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The duration is zero or longer than a day.
    #[error("Enter a duration between 1 minute and 24 hours (1440 minutes).")]
    Duration,
    /// The interval is too short or longer than a day.
    #[error("Enter an interval between 5 and 1440 minutes.")]
    Interval,
    /// The buffer before a meeting is longer than a day.
    #[error("Enter a buffer of at most 1440 minutes (24 hours) before a meeting.")]
    PreBuffer,
    /// The buffer after a meeting is longer than a day.
    #[error("Enter a buffer of at most 1440 minutes (24 hours) after a meeting.")]
    PostBuffer,
    /// The minimum notice is too long.
    #[error("Enter a minimum notice of at most five years.")]
    Notice,
    /// The number of appointments at one time is out of range.
    #[error("Enter a number of appointments at one time between 1 and 9999.")]
    PerSlot,
    /// The number of seats is out of range.
    #[error("Enter a number of seats between 1 and 9999.")]
    Seats,
    /// The limit of appointments a day is zero.
    #[error("Enter at least 1 appointment a day, or leave it empty for no limit.")]
    PerDay,
    /// The percentage of slots to hide is above 100.
    #[error("Enter a percentage between 0 and 100 for looking busy.")]
    LookBusy,
    /// The cut-off for cancelling is too long.
    #[error("Let clients cancel until at most five years before the start.")]
    CancelCutoff,
    /// The cut-off for rescheduling is too long.
    #[error("Let clients reschedule until at most five years before the start.")]
    RescheduleCutoff,
    /// The rolling range is empty or too long.
    #[error("Enter how far ahead can be booked: at least 1 day, at most five years.")]
    Range,
    /// The last date of the fixed range is before its first.
    #[error("The last date is before the first. Choose a later one, or exchange the two.")]
    LastDateFirst,
    /// A date has other times, but the booking calendar has no hours of its own.
    #[error(
        "A date can have other times only where the booking calendar has hours of its own. Set these, or close the date."
    )]
    OverrideWithoutHours,
}

impl RuleProblem {
    /// Returns the setting, by the name of its field in [`Rules`](crate::Rules); `range_to` for the last of two dates.
    pub fn field(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Interval => "interval",
            Self::PreBuffer => "pre_buffer",
            Self::PostBuffer => "post_buffer",
            Self::Notice => "notice",
            Self::PerSlot => "per_slot",
            Self::Seats => "seats",
            Self::PerDay => "per_day",
            Self::LookBusy => "look_busy_percent",
            Self::CancelCutoff => "cancel_cutoff",
            Self::RescheduleCutoff => "reschedule_cutoff",
            Self::Range => "range",
            Self::LastDateFirst => "range_to",
            Self::OverrideWithoutHours => "overrides",
        }
    }

    /// Returns the code of the problem, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Duration => "duration_out_of_range",
            Self::Interval => "interval_out_of_range",
            Self::PreBuffer => "pre_buffer_too_long",
            Self::PostBuffer => "post_buffer_too_long",
            Self::Notice => "notice_too_long",
            Self::PerSlot => "per_slot_out_of_range",
            Self::Seats => "seats_out_of_range",
            Self::PerDay => "per_day_zero",
            Self::LookBusy => "look_busy_out_of_range",
            Self::CancelCutoff => "cancel_cutoff_too_long",
            Self::RescheduleCutoff => "reschedule_cutoff_too_long",
            Self::Range => "range_length",
            Self::LastDateFirst => "last_date_first",
            Self::OverrideWithoutHours => "override_without_hours",
        }
    }
}
