//! Class Booking: the first client opens the session, for which the member has to be free; later ones only need it to take
//! place and enough seats. A client takes one seat and one for each guest.

use scheduling::{Cause, Kind, Shared, Slot, SlotHosts, Unit, full_sessions, is_live};

use crate::scene::{BERLIN, CALENDAR, Scene, appointment, day, days, staff};
use crate::table::{case, hold};

const CLASS: &[Kind] = &[Kind::ClassBooking];

/// Ten seats from nine to ten, of which so many are taken by this.
fn nine_to_ten(by: Cause, seats: u32) -> Scene {
    day("09:00-11:00")
        .kind(Kind::ClassBooking)
        .duration(60)
        .rules(|rules| rules.seats = 10)
        .shared_by(by, CALENDAR, "09:00", ("09:00", "10:00"), seats)
}

/// The same, taken by clients.
fn session(taken: u32) -> Scene {
    nine_to_ten(appointment(), taken)
}

/// The same, taken by a visitor who fills in the form.
fn held(seats: u32) -> Scene {
    nine_to_ten(Cause::Hold, seats)
}

/// The session, with so many seats left.
fn nine(scene: &Scene, left: u32) -> Slot {
    Slot {
        start: scene.at("09:00"),
        end: scene.at("10:00"),
        hosts: SlotHosts::from_iter([staff(0)]),
        seats_left: Some(left),
    }
}

fn left(slots: &[Slot]) -> Vec<Option<u32>> {
    slots.iter().map(|slot| slot.seats_left).collect()
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
            session(7).rules(|rules| rules.seats = 4),
        )
        .refuses("09:00", "NOSEATS"),
        case(
            "a party may fill a session that nobody has opened",
            CLASS,
            day("09:00-11:00").duration(60).places(10).party_of(10),
        )
        .offers("09:00"),
        case(
            "a session that is shared with nobody more has no seat for anybody",
            CLASS,
            session(Shared::CLOSED),
        )
        .starts("10:00")
        .refuses("09:00", "BOOKED"),
        case(
            "a cancelled session cannot be joined nor opened again",
            CLASS,
            nine_to_ten(Cause::Blocked, Shared::CLOSED),
        )
        .starts("10:00")
        .refuses("09:00", "BLOCKED"),
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

#[test]
fn a_start_tells_how_many_seats_are_left() {
    let empty = day("09:00-11:00")
        .kind(Kind::ClassBooking)
        .duration(60)
        .rules(|rules| rules.seats = 10);
    assert_eq!(left(&empty.slots()), [Some(10); 3]);
    for (taken, over) in [(1, 9), (2, 8), (9, 1)] {
        assert_eq!(
            left(&session(taken).slots()),
            [Some(over), Some(10)],
            "{taken} taken"
        );
        assert_eq!(left(&held(taken).slots()), [Some(over), Some(10)], "{taken} held");
    }
}

#[test]
fn a_seat_that_is_only_held_opens_nothing() {
    hold([
        case("the start has fewer seats", CLASS, held(3))
            .starts("09:00 10:00")
            .refuses("09:30", "HELD"),
        case(
            "who comes second needs a member who is free",
            CLASS,
            held(1).taken("09:30", "10:00", Cause::External),
        )
        .refuses("09:00", "CONFLICT"),
        case(
            "and has not blocked it off",
            CLASS,
            held(1).taken("09:00", "10:00", Cause::Blocked),
        )
        .refuses("09:00", "BLOCKED"),
        case("and works then", CLASS, held(1).on("2026-06-01", "10:00-12:00")).refuses("09:00", "HOURS"),
        case("all seats held", CLASS, held(10)).refuses("09:00", "HELD"),
    ]);
    let is_live = |scene: &Scene, start: &str| is_live(&scene.request(), scene.at(start));
    assert!(!is_live(&held(1), "09:00"));
    assert!(is_live(&session(1), "09:00"));
    assert!(!is_live(&session(1), "10:00"));
}

#[test]
fn full_are_the_sessions_that_lack_nothing_but_seats() {
    let full = |scene: &Scene| full_sessions(&scene.request());
    assert_eq!(full(&session(10)), [nine(&session(10), 0)]);
    assert_eq!(full(&session(8)), []);
    assert_eq!(full(&session(8).party_of(3)), [nine(&session(8), 2)]);
    assert_eq!(
        full(&session(8).party_of(11)),
        [nine(&session(8), 2)],
        "and no start without a session"
    );
    assert_eq!(full(&session(10).now("2026-06-01T09:01")), [], "it is over");
    assert_eq!(full(&held(10)), [], "seats that are only held may come back");
}

#[test]
fn a_session_ends_when_it_was_opened_to_end() {
    // Sessions are half an hour by now; this one was opened with an hour.
    let shorter = session(3).duration(30);
    let until: Vec<_> = shorter.slots().iter().map(|slot| slot.end).collect();
    assert_eq!(until[..2], [shorter.at("10:00"), shorter.at("10:30")]);
    assert_eq!(shorter.check("09:00").unwrap().end, shorter.at("10:00"));
    assert_eq!(shorter.explain()[0].end, shorter.at("10:00"));
    let full = session(10).duration(30);
    assert_eq!(full_sessions(&full.request()), [nine(&full, 0)]);
}
