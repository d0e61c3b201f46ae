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
