//! What takes a time that would be on offer otherwise.

/// What takes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBy {
    /// The host is busy, or a visitor holds the time.
    Host,
    /// The host has an event in a calendar.
    Event,
    /// A calendar of the host cannot be read.
    Unread,
    /// The session has too few seats left.
    Seats {
        /// The number of free seats.
        left: u32,
    },
    /// The day has reached its limit of appointments.
    Day,
    /// A room or piece of equipment is in use.
    Resource,
}

impl TakenBy {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Host => "host_busy",
            Self::Event => "event",
            Self::Unread => "calendar_unread",
            Self::Seats { left: 0 } => "class_full",
            Self::Seats { .. } => "too_few_seats",
            Self::Day => "day_full",
            Self::Resource => "resource_in_use",
        }
    }

    /// Returns what a visitor may know. Visitors may learn when hosts are busy but not why, so an event of a private calendar looks like an
    /// appointment.
    #[must_use]
    pub fn to_strangers(self) -> Self {
        match self {
            Self::Event | Self::Unread => Self::Host,
            other => other,
        }
    }
}

/// What was kept when a time turned out to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preserved {
    /// The input of the booking form.
    FormInput,
    /// The appointment that was to be changed.
    Appointment,
}

/// Returns the sentence for whoever wanted the time. It does not reveal why a host is busy.
pub(super) fn sentence(by: TakenBy, preserved: Preserved) -> String {
    let (what, next) = match (by, preserved) {
        (TakenBy::Host | TakenBy::Event | TakenBy::Unread, _) => {
            ("This time was taken just now.", "Choose another one")
        }
        (TakenBy::Seats { left: 0 }, Preserved::FormInput) => (
            "This session is full.",
            "Choose another one, or wait for a seat of this one",
        ),
        (TakenBy::Seats { left: 0 }, Preserved::Appointment) => {
            ("This session is full.", "Choose another one")
        }
        (TakenBy::Seats { left }, _) => {
            return format!(
                "{} in this session. Bring fewer guests, or choose another time; {}.",
                seats_left(left),
                words(preserved)
            );
        }
        (TakenBy::Day, _) => ("This day has no room left for this.", "Choose another day"),
        (TakenBy::Resource, _) => (
            "A room or piece of equipment that this takes is in use then.",
            "Choose another time",
        ),
    };
    format!("{what} {next}; {}.", words(preserved))
}

fn words(preserved: Preserved) -> &'static str {
    match preserved {
        Preserved::FormInput => "what you typed is kept",
        Preserved::Appointment => "the appointment is unchanged",
    }
}

/// Returns "Only 1 seat is left" or "Only 3 seats are left".
pub(super) fn seats_left(left: u32) -> String {
    match left {
        1 => "Only 1 seat is left".to_owned(),
        more => format!("Only {more} seats are left"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_what_a_host_does() {
        for preserved in [Preserved::FormInput, Preserved::Appointment] {
            for by in [TakenBy::Event, TakenBy::Unread] {
                assert_eq!(sentence(by, preserved), sentence(TakenBy::Host, preserved));
                assert_eq!(by.to_strangers(), TakenBy::Host);
            }
        }
    }
}
