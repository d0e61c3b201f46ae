//! Several appointments at one start.

use scheduling::CalendarId;
use scheduling::ids::Uuid;

use crate::scene::{CALENDAR, Scene};

fn three_per_slot() -> Scene {
    Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01").rules(|rules| rules.per_slot = 3)
}

const TEN: (&str, &str) = ("2026-06-01T10:00", "2026-06-01T10:30");

#[test]
fn a_start_with_room_stays_on_offer() {
    assert_eq!(
        three_per_slot().shared(CALENDAR, TEN.0, TEN, 2).starts(),
        "09:00 09:30 10:00 10:30 11:00 11:30"
    );
}

#[test]
fn a_start_without_room_is_gone() {
    for taken in [3, 4] {
        assert_eq!(
            three_per_slot().shared(CALENDAR, TEN.0, TEN, taken).starts(),
            "09:00 09:30 10:30 11:00 11:30"
        );
    }
}

#[test]
fn only_an_identical_start_is_shared() {
    let scene = three_per_slot().interval(10).shared(CALENDAR, TEN.0, TEN, 1);
    let starts = scene.starts();
    assert!(starts.contains("09:30 10:00 10:30"), "{starts}");
}

#[test]
fn another_booking_calendars_start_is_not_shared() {
    let other = CalendarId(Uuid::from_u128(2));
    assert_eq!(
        three_per_slot().shared(other, TEN.0, TEN, 1).starts(),
        "09:00 09:30 10:30 11:00 11:30"
    );
}

#[test]
fn with_one_appointment_a_slot_nothing_is_shared() {
    let scene = three_per_slot()
        .rules(|rules| rules.per_slot = 1)
        .shared(CALENDAR, TEN.0, TEN, 1);
    assert_eq!(scene.starts(), "09:00 09:30 10:30 11:00 11:30");
}

#[test]
fn buffers_do_not_part_those_who_share_a_start() {
    let scene =
        three_per_slot()
            .buffers(15, 15)
            .shared(CALENDAR, TEN.0, ("2026-06-01T09:45", "2026-06-01T10:45"), 1);
    assert_eq!(scene.starts(), "09:00 10:00 11:00 11:30");
}

#[test]
fn an_event_blocks_the_remaining_places() {
    let scene = three_per_slot()
        .shared(CALENDAR, TEN.0, TEN, 1)
        .event("2026-06-01T10:20", "2026-06-01T10:40");
    assert_eq!(scene.starts(), "09:00 09:30 11:00 11:30");
}

#[test]
fn sharing_works_among_many_shared_starts_of_different_lengths() {
    let scene = three_per_slot()
        .interval(15)
        .duration(15)
        .shared(
            CALENDAR,
            "2026-06-01T09:00",
            ("2026-06-01T09:00", "2026-06-01T11:00"),
            1,
        )
        .shared(
            CALENDAR,
            "2026-06-01T11:15",
            ("2026-06-01T11:15", "2026-06-01T11:30"),
            1,
        )
        .shared(
            CALENDAR,
            "2026-06-01T09:15",
            ("2026-06-01T09:15", "2026-06-01T09:30"),
            1,
        );
    // 09:00 and 09:15 overlap one another, so neither has a place left that would not overlap the other.
    assert_eq!(scene.starts(), "09:00 11:00 11:15 11:30 11:45");
}

#[test]
fn the_refusal_of_a_full_start_is_that_it_is_booked() {
    assert_eq!(
        three_per_slot().shared(CALENDAR, TEN.0, TEN, 3).codes(TEN.0),
        ["BOOKED"]
    );
}
