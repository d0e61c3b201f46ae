//! Problems with what is chosen for an appointment: its host, its services and its guests.

/// Why a host cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostProblem {
    /// The person is not a member of the booking calendar.
    #[error("This person cannot be booked here any more. Choose somebody else, or anybody.")]
    NoMember,
    /// The kind of the booking calendar leaves no choice of host.
    #[error("Who takes part cannot be chosen in this booking calendar. Leave the person out.")]
    NoChoice,
}

impl HostProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NoMember => "host_no_member",
            Self::NoChoice => "host_no_choice",
        }
    }
}

/// Why the chosen services do not make a visit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisitProblem {
    /// No service was chosen.
    #[error("Choose at least one service first.")]
    NoServices,
    /// Too many services were chosen.
    #[error("Choose at most {max} services for one visit.")]
    TooMany {
        /// Maximum number of services.
        max: usize,
    },
    /// A service is not on the menu.
    #[error("A service that you chose is not offered any more. Choose again.")]
    NotOnTheMenu,
    /// The host chosen for a service does not do it.
    #[error("“{service}” is not done by the person you chose any more. Choose somebody else, or anyone.")]
    NotDoneByHost {
        /// The name of the service.
        service: String,
    },
    /// The booking calendar has no menu.
    #[error("There is no menu of services here. Leave them out.")]
    NoMenu,
}

impl VisitProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NoServices => "no_services",
            Self::TooMany { .. } => "too_many_services",
            Self::NotOnTheMenu => "service_not_on_menu",
            Self::NotDoneByHost { .. } => "service_not_done_by_host",
            Self::NoMenu => "no_menu",
        }
    }
}

/// Why guests cannot be brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuestProblem {
    /// There are too many.
    #[error("Bring at most {max} guests. For a larger group, please contact us.")]
    TooMany {
        /// Maximum number of guests.
        max: usize,
    },
    /// The booking calendar is not a class.
    #[error("Guests can be brought to classes only. Leave them out.")]
    NoClass,
}

impl GuestProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too_many_guests",
            Self::NoClass => "guests_no_class",
        }
    }
}

/// Why an appointment cannot be given from one host to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReassignProblem {
    /// The present host does not take part, or the kind of the booking calendar allows no exchange.
    #[error(
        "Choose somebody who takes part in this appointment. In a Class Booking or Simple calendar nobody can be exchanged."
    )]
    FromNoHost,
    /// The new host takes part already.
    #[error("This person takes part already. Choose somebody else.")]
    ToTakesPart,
    /// The new host is not in the team.
    #[error("This person is not in the team any more. Choose somebody else.")]
    ToNotInTeam,
}

impl ReassignProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::FromNoHost => "reassign_from_no_host",
            Self::ToTakesPart => "reassign_to_takes_part",
            Self::ToNotInTeam => "reassign_to_not_in_team",
        }
    }
}
