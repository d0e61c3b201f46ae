//! "Class Booking: the one owner, to open a session; later seats only need the session to be live; a guest takes a seat."

use scheduling::{Cause, Kind, Unit};

use super::words::{BERLIN, day, days};
use super::{case, hold};
use crate::scene::Scene;

const CLASS: &[Kind] = &[Kind::ClassBooking];

/// Ten seats from nine to ten, of which some are taken.
fn session(taken: u32) -> Scene {
    day("09:00-11:00")
        .duration(60)
        .places(10)
        .session("09:00", "10:00", taken)
}

#[test]
fn seats() {
    hold([
        case(
            "after the first booking nine are left",
            CLASS,
            session(1).party_of(9),
        )
        .offers("09:00"),
        case("and not ten", CLASS, session(1).party_of(10)).refuses("09:00", "NOSEATS"),
        case("a guest takes a seat", CLASS, session(9).party_of(2)).refuses("09:00", "NOSEATS"),
        case("the last one is for who comes alone", CLASS, session(9)).offers("09:00"),
        case("a full session is gone, others are not", CLASS, session(10))
            .starts("10:00")
            .refuses("09:00", "NOSEATS"),
        case(
            "a party larger than the class finds no session at all",
            CLASS,
            day("09:00-11:00").duration(60).places(10).party_of(11),
        )
        .nothing()
        .refuses("10:00", "NOSEATS"),
        case(
            "fewer seats than are taken leave none",
            CLASS,
            session(7).rules(|rules| (rules.per_slot, rules.seats) = (1, 4)),
        )
        .refuses("09:00", "NOSEATS"),
        case(
            "a session that was called off cannot be joined nor opened again",
            CLASS,
            session(u32::MAX),
        )
        .starts("10:00")
        .refuses("09:00", "BOOKED"),
    ]);
}

#[test]
fn a_live_session() {
    hold([
        case("only an identical start shares it", CLASS, session(1)).refuses("09:30", "BOOKED"),
        case(
            "it needs no free owner, no hours and no grid",
            CLASS,
            session(3)
                .taken("08:00", "10:00", Cause::External)
                .on("2026-06-01", "12:10-13:10"),
        )
        .starts("09:00 12:10"),
        case(
            "it needs to lie ahead and to have seats: both reasons are told",
            CLASS,
            session(10).now("2026-06-01T09:30"),
        )
        .refuses("09:00", "PAST NOSEATS"),
        case(
            "it keeps the notice",
            CLASS,
            session(3).now("2026-06-01T08:00").notice(2, Unit::Hours),
        )
        .refuses("09:00", "NOTICE"),
        case(
            "it keeps the date range",
            CLASS,
            session(3).between("2026-06-02", "2026-06-30"),
        )
        .refuses("09:00", "TOOFAR"),
        case(
            "the owner's other time blocks a session that nobody has opened",
            CLASS,
            session(3).taken("10:10", "10:20", Cause::Blocked),
        )
        .starts("09:00")
        .refuses("10:00", "BLOCKED"),
    ]);
}

#[test]
fn attendees_of_a_day() {
    hold([case(
        "a day of 25 hours that is full is full in both of the repeated hours",
        CLASS,
        days(BERLIN, "2026-10-25", "2026-10-25", "02:00-03:00")
            .places(10)
            .per_day(3)
            .booked("2026-10-25", 3)
            .session("2026-10-25T00:30Z", "2026-10-25T01:00Z", 3),
    )
    .nothing()
    .refuses("2026-10-25T00:30Z", "DAYLIMIT")
    .refuses("2026-10-25T01:30Z", "DAYLIMIT")]);
}
