//! What takes a time that would be on offer otherwise.

/// What takes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
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

impl Taken {
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
pub enum Kept {
    /// The input of the booking form.
    Typed,
    /// The appointment that was to be changed.
    Appointment,
}

/// Returns the sentence for whoever wanted the time. It does not reveal why a host is busy.
pub(super) fn sentence(by: Taken, kept: Kept) -> String {
    let (what, next) = match (by, kept) {
        (Taken::Host | Taken::Event | Taken::Unread, _) => {
            ("This time was taken just now.", "Choose another one")
        }
        (Taken::Seats { left: 0 }, Kept::Typed) => (
            "This session is full.",
            "Choose another one, or wait for a seat of this one",
        ),
        (Taken::Seats { left: 0 }, Kept::Appointment) => ("This session is full.", "Choose another one"),
        (Taken::Seats { left }, _) => {
            return format!(
                "{} in this session. Bring fewer guests, or choose another time; {}.",
                seats_left(left),
                words(kept)
            );
        }
        (Taken::Day, _) => ("This day has no room left for this.", "Choose another day"),
        (Taken::Resource, _) => (
            "A room or piece of equipment that this takes is in use then.",
            "Choose another time",
        ),
    };
    format!("{what} {next}; {}.", words(kept))
}

fn words(kept: Kept) -> &'static str {
    match kept {
        Kept::Typed => "what you typed is kept",
        Kept::Appointment => "the appointment is unchanged",
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
        for kept in [Kept::Typed, Kept::Appointment] {
            for by in [Taken::Event, Taken::Unread] {
                assert_eq!(sentence(by, kept), sentence(Taken::Host, kept));
                assert_eq!(by.to_strangers(), Taken::Host);
            }
        }
    }
}
