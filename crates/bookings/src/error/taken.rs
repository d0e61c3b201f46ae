//! What takes a time that would be offered otherwise.

/// What takes a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Whoever would hold it has something else to do, or a visitor is about to book it.
    Host,
    /// Whoever would hold it has an event in a calendar of theirs.
    Event,
    /// A calendar of whoever would hold it cannot be read.
    Unread,
    /// The session has too few seats left.
    Seats {
        /// So many.
        left: u32,
    },
    /// The day has as many appointments as it may have.
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

    /// The same for somebody who may know when people are busy, and not with what: an event of a private calendar looks like an
    /// appointment.
    #[must_use]
    pub fn to_strangers(self) -> Self {
        match self {
            Self::Event | Self::Unread => Self::Host,
            other => other,
        }
    }
}

/// What is as it was when a time turned out to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// What was typed to book it.
    Typed,
    /// The appointment that was to be changed.
    Appointment,
}

/// The sentence for whoever wanted the time. It is the same whatever a host does then.
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

/// "Only 1 seat is left", "Only 3 seats are left".
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
