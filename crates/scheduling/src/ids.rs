//! Ids of the things that scheduling speaks of. Each is a UUID that cannot be taken for another kind of id.

#[doc(hidden)]
pub use serde::{Deserialize, Serialize};
#[doc(hidden)]
pub use uuid::Uuid;

/// A text that is not the id of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not an id.")]
pub struct NotAnId;

#[doc(hidden)]
pub fn parse(text: &str) -> Result<Uuid, NotAnId> {
    Uuid::try_parse(text).map_err(|_| NotAnId)
}

/// Makes an id: a newtype over a UUID that displays, parses and serialises as the UUID alone.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::ids::Serialize, $crate::ids::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::ids::Uuid);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::NotAnId;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::ids::parse(text).map(Self)
            }
        }
    };
}

id! {
    /// A staff member; called a host where an appointment is concerned.
    StaffId
}
id! {
    /// A booking calendar.
    CalendarId
}
id! {
    /// An appointment.
    AppointmentId
}
id! {
    /// Rooms or equipment of one sort.
    ResourceId
}
id! {
    /// One room, or one piece of equipment.
    UnitId
}

/// Whose time it is that is taken, held or blocked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeOwner {
    /// A staff member's.
    Staff(StaffId),
    /// A booking calendar's own, where nobody is assigned.
    Calendar(CalendarId),
    /// That of a room or a piece of equipment.
    Unit(UnitId),
}

impl TimeOwner {
    /// Their id, which nobody else has, of whatever kind.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Staff(StaffId(id)) | Self::Calendar(CalendarId(id)) | Self::Unit(UnitId(id)) => id,
        }
    }

    /// The staff member, if it is one.
    pub fn staff(self) -> Option<StaffId> {
        match self {
            Self::Staff(id) => Some(id),
            Self::Calendar(_) | Self::Unit(_) => None,
        }
    }
}

impl From<StaffId> for TimeOwner {
    fn from(id: StaffId) -> Self {
        Self::Staff(id)
    }
}

impl From<CalendarId> for TimeOwner {
    fn from(id: CalendarId) -> Self {
        Self::Calendar(id)
    }
}

impl From<UnitId> for TimeOwner {
    fn from(id: UnitId) -> Self {
        Self::Unit(id)
    }
}

/// A staff member's id alone; before other ids stands what they are.
impl std::fmt::Display for TimeOwner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Staff(id) => id.fmt(f),
            Self::Calendar(id) => write!(f, "calendar:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
        }
    }
}

impl std::str::FromStr for TimeOwner {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("calendar", id)) => id.parse().map(Self::Calendar),
            Some(("unit", id)) => id.parse().map(Self::Unit),
            Some(_) => Err(NotAnId),
            None => text.parse().map(Self::Staff),
        }
    }
}
