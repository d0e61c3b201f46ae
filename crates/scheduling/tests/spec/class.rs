//! Class Booking: sessions and their seats.

use scheduling::{Cause, Interval, Kind, Reason, Slot, full_sessions, is_live};

use crate::scene::{CALENDAR, Scene, staff};

const NINE: (&str, &str) = ("2026-06-01T09:00", "2026-06-01T10:00");

/// A class of ten seats and an hour, from nine to twelve.
fn class() -> Scene {
    let mut scene = Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01")
        .duration(60)
        .interval(30)
        .rules(|rules| rules.seats = 10);
    scene.kind = Kind::ClassBooking;
    scene
}

fn left(slots: &[Slot]) -> Vec<Option<u32>> {
    slots.iter().map(|slot| slot.seats_left).collect()
}

#[test]
fn a_start_without_a_session_has_all_its_seats() {
    let scene = class();
    assert_eq!(scene.starts(), "09:00 09:30 10:00 10:30 11:00");
    assert_eq!(left(&scene.slots()), [Some(10); 5]);
    assert_eq!(scene.slots()[0].hosts[..], [staff(0)]);
}

#[test]
fn seats_are_not_lost_after_the_first_booking() {
    for (taken, left_over) in [(1, 9), (2, 8), (9, 1)] {
        let scene = class().shared(CALENDAR, NINE.0, NINE, taken);
        assert_eq!(scene.starts(), "09:00 10:00 10:30 11:00", "{taken} taken");
        assert_eq!(left(&scene.slots())[0], Some(left_over), "{taken} taken");
    }
}

#[test]
fn a_full_session_is_gone_and_says_why() {
    let scene = class().shared(CALENDAR, NINE.0, NINE, 10);
    assert_eq!(scene.starts(), "10:00 10:30 11:00");
    assert_eq!(scene.codes(NINE.0), ["NOSEATS"]);
}

#[test]
fn guests_need_a_seat_each() {
    for (taken, seats, offered) in [
        (8, 2, true),
        (8, 3, false),
        (0, 10, true),
        (0, 11, false),
        (10, 1, false),
    ] {
        let mut scene = class();
        if taken > 0 {
            scene = scene.shared(CALENDAR, NINE.0, NINE, taken);
        }
        scene.seats = seats;
        assert_eq!(
            scene.check(NINE.0).is_ok(),
            offered,
            "{seats} seats, {taken} taken"
        );
        if !offered {
            assert_eq!(scene.codes(NINE.0), ["NOSEATS"]);
        }
    }
}

#[test]
fn only_an_identical_start_shares_a_session() {
    let scene = class().shared(CALENDAR, NINE.0, NINE, 1);
    assert_eq!(scene.codes("2026-06-01T09:30"), ["BOOKED"]);
}

#[test]
fn the_sessions_buffers_keep_other_sessions_away_and_not_its_own_seats() {
    let scene = class()
        .buffers(30, 30)
        .shared(CALENDAR, NINE.0, ("2026-06-01T08:30", "2026-06-01T10:30"), 1);
    assert_eq!(scene.starts(), "09:00 11:00");
    assert_eq!(scene.codes("2026-06-01T10:30"), ["BUFFER"]);
}

#[test]
fn a_live_session_needs_no_free_owner_no_hours_and_no_grid() {
    // Its owner has an event by now, works from noon only, and the grid has moved.
    let scene = class()
        .shared(CALENDAR, NINE.0, NINE, 3)
        .event("2026-06-01T08:00", "2026-06-01T11:00")
        .on("2026-06-01", "12:10-13:10");
    assert_eq!(scene.starts(), "09:00 12:10");
    assert_eq!(left(&scene.slots()), [Some(7), Some(10)]);
    assert!(scene.check(NINE.0).is_ok());
}

#[test]
fn a_live_session_still_keeps_the_limits_of_time() {
    let session = || class().shared(CALENDAR, NINE.0, NINE, 3);
    assert_eq!(session().now("2026-06-01T09:01").codes(NINE.0), ["PAST"]);
    let noticed = session()
        .now("2026-06-01T08:00")
        .rules(|rules| rules.notice = scheduling::Span::new(2, scheduling::Unit::Hours));
    assert_eq!(noticed.codes(NINE.0), ["NOTICE"]);
}

#[test]
fn a_session_that_was_called_off_cannot_be_joined_nor_opened_again() {
    let scene = class().shared_by(Cause::Blocked, CALENDAR, NINE.0, NINE, u32::MAX);
    assert_eq!(scene.starts(), "10:00 10:30 11:00");
    assert_eq!(scene.codes(NINE.0), ["BLOCKED"]);
}

/// A class at nine of which a visitor holds seats.
fn held(seats: u32) -> Scene {
    class().shared_by(Cause::Hold, CALENDAR, NINE.0, NINE, seats)
}

#[test]
fn a_held_seat_leaves_a_free_start_with_fewer_seats() {
    let scene = held(3);
    assert_eq!(scene.starts(), "09:00 10:00 10:30 11:00");
    assert_eq!(left(&scene.slots())[..2], [Some(7), Some(10)]);
    assert_eq!(scene.codes("2026-06-01T09:30"), ["HELD"]);
}

#[test]
fn a_held_seat_opens_no_session() {
    // The owner is busy, off, or closed off then: who comes second needs them as much as who came first.
    let busy = held(1).event("2026-06-01T09:30", "2026-06-01T10:00");
    assert_eq!(busy.codes(NINE.0), ["CONFLICT"]);
    let blocked = held(1).busy(0, NINE.0, NINE.1, Cause::Blocked);
    assert_eq!(blocked.codes(NINE.0), ["BLOCKED"]);
    let off = held(1).on("2026-06-01", "10:00-12:00");
    assert_eq!(off.codes(NINE.0), ["HOURS"]);
    assert!(!is_live(&held(1).request(), held(1).at(NINE.0)));
    let booked = class().shared(CALENDAR, NINE.0, NINE, 1);
    assert!(is_live(&booked.request(), booked.at(NINE.0)));
    assert!(!is_live(&booked.request(), booked.at("2026-06-01T10:00")));
}

#[test]
fn seats_that_are_all_held_make_no_full_session() {
    let scene = held(10);
    assert_eq!(scene.codes(NINE.0), ["HELD"]);
    assert_eq!(full_sessions(&scene.request()), []);
}

#[test]
fn full_are_the_sessions_that_lack_nothing_but_seats() {
    let full = class().shared(CALENDAR, NINE.0, NINE, 10);
    let nine = Interval::new(full.at(NINE.0), full.at(NINE.1));
    assert_eq!(full_sessions(&full.request()), [nine]);
    let mut group = class().shared(CALENDAR, NINE.0, NINE, 8);
    assert_eq!(full_sessions(&group.request()), []);
    group.seats = 3;
    assert_eq!(full_sessions(&group.request()), [nine]);
    group.seats = 11;
    assert_eq!(
        full_sessions(&group.request()),
        [nine],
        "and no start without a session"
    );
    let over = full.now("2026-06-01T09:01");
    assert_eq!(full_sessions(&over.request()), []);
}

#[test]
fn the_owners_events_block_a_session_that_is_not_open_yet() {
    let scene = class().event("2026-06-01T09:10", "2026-06-01T09:20");
    assert_eq!(scene.starts(), "09:30 10:00 10:30 11:00");
    assert_eq!(scene.codes(NINE.0), ["CONFLICT"]);
}

#[test]
fn the_days_number_counts_seats() {
    for (booked, seats, offered) in [
        (4, 1, true),
        (4, 2, false),
        (5, 1, false),
        (0, 5, true),
        (0, 6, false),
    ] {
        let mut scene = class()
            .rules(|rules| rules.per_day = Some(5))
            .booked("2026-06-01", booked);
        scene.seats = seats;
        let answer = scene.check(NINE.0);
        assert_eq!(answer.is_ok(), offered, "{seats} seats, {booked} booked");
        if let Err(refusals) = answer {
            assert_eq!(refusals[0].reason, Reason::DayLimit);
        }
    }
}

#[test]
fn more_seats_than_a_day_may_have_are_refused_on_an_empty_day() {
    let mut scene = class().rules(|rules| rules.per_day = Some(5));
    scene.seats = 6;
    assert_eq!(scene.starts(), "");
    assert_eq!(scene.codes(NINE.0), ["DAYLIMIT"]);
}

#[test]
fn a_class_never_looks_busy() {
    let scene = class().rules(|rules| rules.look_busy_percent = 90);
    assert_eq!(scene.slots().len(), 5);
}

#[test]
fn another_calendars_session_blocks_as_any_appointment() {
    let other = scheduling::CalendarId(scheduling::ids::Uuid::from_u128(2));
    let scene = class().shared(other, NINE.0, NINE, 1);
    assert_eq!(scene.starts(), "10:00 10:30 11:00");
}

#[test]
fn fewer_seats_than_are_taken_leave_none() {
    let scene = class()
        .rules(|rules| rules.seats = 4)
        .shared(CALENDAR, NINE.0, NINE, 7);
    assert_eq!(scene.codes(NINE.0), ["NOSEATS"]);
}

#[test]
fn a_session_ends_when_it_was_opened_to_end() {
    // Sessions are half an hour by now; this one was opened with an hour.
    let shorter = || class().shared(CALENDAR, NINE.0, NINE, 3).duration(30);
    let slots = shorter().slots();
    let until = |scene: &Scene, slot: &Slot| scene.zone.local(slot.end).time().to_string();
    assert_eq!(until(&shorter(), &slots[0]), "10:00:00");
    assert_eq!(until(&shorter(), &slots[1]), "10:30:00");
    assert_eq!(shorter().check(NINE.0).unwrap().end, shorter().at(NINE.1));
    assert_eq!(shorter().explain()[0].end, shorter().at(NINE.1));
    let full = class().shared(CALENDAR, NINE.0, NINE, 10).duration(30);
    assert_eq!(full_sessions(&full.request())[0].end, full.at(NINE.1));
}
