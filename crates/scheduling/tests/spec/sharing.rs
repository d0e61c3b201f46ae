//! Appointments per slot: several clients may book the same start. One that overlaps and is not identical is blocked.

use scheduling::{Cause, Kind};

use crate::kinds::WITH_PLACES;
use crate::scene::{CALENDAR, day};
use crate::table::{case, hold};

#[test]
fn an_identical_start_is_shared_while_there_are_places() {
    let twelve = || day("09:00-11:00").places(12);
    hold([
        case(
            "the first booking takes one place and not all",
            WITH_PLACES,
            twelve().session("10:00", "10:30", 1),
        )
        .starts("09:00 09:30 10:00 10:30"),
        case(
            "the last place is there",
            WITH_PLACES,
            twelve().session("10:00", "10:30", 11),
        )
        .starts("09:00 09:30 10:00 10:30"),
        case(
            "without a place left the start is gone",
            WITH_PLACES,
            twelve().session("10:00", "10:30", 12),
        )
        .starts("09:00 09:30 10:30"),
        case(
            "nor with more taken than there are places by now",
            WITH_PLACES,
            day("09:00-11:00").places(3).session("10:00", "10:30", 4),
        )
        .starts("09:00 09:30 10:30"),
        case(
            "who moves one of two away from a slot of two leaves one: its start is open, others are not",
            WITH_PLACES,
            day("09:00-11:00")
                .interval(15)
                .places(2)
                .session("10:00", "10:30", 1),
        )
        .offers("10:00")
        .refuses("10:15", "BOOKED")
        .refuses("09:45", "BOOKED"),
        case(
            "buffers do not part those who share a start",
            WITH_PLACES,
            day("09:00-11:30")
                .places(12)
                .buffers(15, 15)
                .shared(CALENDAR, "10:00", ("09:45", "10:45"), 1),
        )
        .starts("09:00 10:00 11:00")
        .refuses("10:30", "BUFFER"),
        case(
            "with one place nothing is shared",
            WITH_PLACES,
            day("09:00-11:00").session("10:00", "10:30", 1),
        )
        .starts("09:00 09:30 10:30"),
        case(
            "a start of another booking calendar is not shared",
            WITH_PLACES,
            twelve().elsewhere("10:00", "10:30"),
        )
        .starts("09:00 09:30 10:30"),
    ]);
}

#[test]
fn a_shared_start_inside_a_longer_one_is_blocked() {
    hold([case(
        "the longer one can still be shared, and so can others",
        &[Kind::RoundRobin, Kind::Personal, Kind::Simple],
        day("09:00-12:00")
            .interval(15)
            .duration(15)
            .places(3)
            .session("09:00", "11:00", 1)
            .session("11:15", "11:30", 1)
            .session("09:15", "09:30", 1),
    )
    .starts("09:00 11:00 11:15 11:30 11:45")]);
}

#[test]
fn a_full_start_says_why() {
    let full = || day("09:00-11:00").places(2).session("10:00", "10:30", 2);
    hold([
        case(
            "an appointment",
            &[Kind::RoundRobin, Kind::Personal, Kind::Simple],
            full(),
        )
        .refuses("10:00", "BOOKED"),
        case("a class", &[Kind::ClassBooking], full()).refuses("10:00", "NOSEATS"),
    ]);
}

#[test]
fn an_event_takes_the_places_that_are_left() {
    let dentist = || {
        day("09:00-11:00")
            .places(2)
            .session("10:00", "10:30", 1)
            .taken("10:10", "10:20", Cause::External)
    };
    hold([
        case(
            "places of a slot need a free member",
            &[Kind::RoundRobin, Kind::Personal],
            dentist(),
        )
        .starts("09:00 09:30 10:30"),
        case(
            "later seats of a class only need the session to be live",
            &[Kind::ClassBooking],
            dentist(),
        )
        .starts("09:00 09:30 10:00 10:30"),
    ]);
}

#[test]
fn collective_and_service_have_one_place() {
    hold([case(
        "whatever the booking calendar says of places",
        &[Kind::Collective, Kind::Service],
        day("09:00-11:00").places(5).session("10:00", "10:30", 1),
    )
    .starts("09:00 09:30 10:30")
    .refuses("10:00", "BOOKED")]);
}
