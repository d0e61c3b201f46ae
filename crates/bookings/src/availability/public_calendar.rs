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
    let settings = &row.settings;
    PublicCalendar {
        slug: settings.slug.clone(),
        name: settings.name.clone(),
        description: settings.description.clone(),
        kind: settings.kind,
        duration: settings.rules.duration,
        location: settings.location.clone(),
        color: settings.color.clone(),
    }
}
