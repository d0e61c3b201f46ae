//! Sentences about stored values that cannot be read and the consequences, each with a next step.

use store::booking_calendars::BookingCalendar;
use store::staff::Staff;

/// Returns why a person cannot be offered: the zone or the hours of their profile cannot be read. It is written in the third person.
pub(crate) fn hours_of(person: &Staff) -> Option<String> {
    if !person.profile.zone.is_known() {
        return Some(format!(
            "the time zone “{}” of their hours is not known to this server; they can choose another one under My Profile",
            person.profile.zone.name()
        ));
    }
    (!person.hours_are_known())
        .then(|| "their hours could not be read; they can set them anew under My Profile".to_owned())
}

/// Like [`hours_of`], addressed to the person themselves.
pub(crate) fn own_hours(person: &Staff) -> Option<String> {
    if !person.profile.zone.is_known() {
        return Some(format!(
            "Your time zone “{}” is not known to this server, so that nobody can book you, and times are shown in UTC. Choose \
             another one, or ask whoever runs this server to bring its time zones up to date.",
            person.profile.zone.name()
        ));
    }
    (!person.hours_are_known()).then(|| {
        "Your hours could not be read, so that nobody can book you. Look through them under My Profile, and save them.".to_owned()
    })
}

/// Returns why an active booking calendar cannot be booked: its zone or its settings cannot be read.
pub(crate) fn settings_of(calendar: &BookingCalendar) -> Option<String> {
    if !calendar.settings.rules.zone.is_known() {
        return Some(format!(
            "Its time zone “{}” is not known to this server, so that nobody can book it. Choose another one, or ask whoever runs \
             this server to bring its time zones up to date.",
            calendar.settings.rules.zone.name()
        ));
    }
    (!calendar.is_readable()).then(|| {
        "Its settings could not be read, so that nobody can book it. Look through all of them, and save them.".to_owned()
    })
}
