//! Problems with services, rooms and equipment.

use jiff::Timestamp;
use zones::Zone;

/// What is wrong with a service of a menu.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceProblem {
    /// The menu is full.
    #[error("A menu has at most {max} services. Remove one first.")]
    TooMany {
        /// Maximum number of services of a menu.
        max: usize,
    },
    /// The duration is zero or longer than a day.
    #[error("Enter a duration between 1 minute and 24 hours (1440 minutes).")]
    Duration,
    /// The processing time is longer than a day.
    #[error("Enter a processing time of at most 24 hours (1440 minutes).")]
    Processing,
    /// Nobody does it.
    #[error("Choose at least one member who does this.")]
    NoStaff,
    /// Somebody who should do it is not a member of the booking calendar.
    #[error("Somebody in the list is no member of this booking calendar. Reload the page.")]
    NoMember,
    /// A room or piece of equipment that it needs does not exist.
    #[error("Something in the list does not exist any more. Reload the page.")]
    ResourceGone,
    /// It needs more than there are.
    #[error(
        "Of “{resource}” there are {quantity}, so no more can be needed. Enter a smaller number, or add some under Rooms and \
         equipment."
    )]
    TooFewResources {
        /// The name of the rooms or equipment.
        resource: String,
        /// How many there are.
        quantity: u32,
    },
}

impl ServiceProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "menu_full",
            Self::Duration => "service_duration_out_of_range",
            Self::Processing => "service_processing_too_long",
            Self::NoStaff => "service_no_staff",
            Self::NoMember => "service_staff_no_member",
            Self::ResourceGone => "service_resource_gone",
            Self::TooFewResources { .. } => "service_too_few_resources",
        }
    }
}

/// What is wrong with the list of rooms and equipment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceProblem {
    /// There are too many sorts.
    #[error("At most {max} sorts can be kept. Remove some of them.")]
    TooManySorts {
        /// Maximum number of sorts.
        max: usize,
    },
    /// The quantity of a sort is out of range.
    #[error("Of “{resource}” there can be 1 to {max}. To remove it, empty its name.")]
    Quantity {
        /// The name of the sort.
        resource: String,
        /// Maximum quantity.
        max: u32,
    },
    /// Services need more than would remain.
    #[error(
        "Of “{resource}”, {needed} must stay for: {}. Change what these services need first.",
        services.join(", ")
    )]
    Needed {
        /// The name of the sort.
        resource: String,
        /// The largest quantity that one service needs.
        needed: u32,
        /// The names of the services that need more than would remain.
        services: Vec<String>,
    },
    /// More are booked in future than would remain.
    #[error(
        "Of “{resource}”, more than {remaining} are booked until {} ({}). Keep {quantity} until then, or move or cancel the \
         appointments that have them.",
        zone.local(*until).strftime("%-d %B %Y, %H:%M"),
        zone.name()
    )]
    Booked {
        /// The name of the sort.
        resource: String,
        /// The present quantity.
        quantity: u32,
        /// The quantity that would remain.
        remaining: u32,
        /// The end of the last appointment that has one of the others.
        until: Timestamp,
        /// The zone of the workspace.
        zone: Zone,
    },
}

impl ResourceProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TooManySorts { .. } => "too_many_resources",
            Self::Quantity { .. } => "resource_quantity_out_of_range",
            Self::Needed { .. } => "resource_needed",
            Self::Booked { .. } => "resource_booked",
        }
    }
}
