//! The public data of a booking calendar.

use scheduling::Kind;
use store::booking_calendars::BookingCalendar;

/// A booking calendar as clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCalendar {
    /// The last part of its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// How hosts are chosen and how many.
    pub kind: Kind,
    /// Duration of a meeting in minutes.
    pub duration: u32,
    /// Where it takes place.
    pub location: String,
    /// The color, as `#rrggbb`.
    pub color: String,
}

/// Returns the public data of a booking calendar.
pub(crate) fn public(row: &BookingCalendar) -> PublicCalendar {
    PublicCalendar {
        slug: row.slug.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        kind: row.kind,
        duration: row.rules.duration,
        location: row.location.clone(),
        color: row.color.clone(),
    }
}
