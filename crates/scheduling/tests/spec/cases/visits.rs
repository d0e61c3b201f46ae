//! "Service: per service one qualified staff member, in order; processing time frees staff; staff 1; rooms and equipment by
//! quantity."

use scheduling::{Kind, Unit};

use super::words::{ALWAYS, BERLIN, DAY, appointment, day, days, only};
use super::{case, hold};
use crate::scene::Scene;

const SERVICE: &[Kind] = &[Kind::Service];

#[test]
fn steps() {
    hold([
        case(
            "a visit is whole or not there",
            SERVICE,
            day("09:00-11:00").step(30, 0, &[0]).step(60, 0, &[0]),
        )
        .starts("09:00 09:30"),
        case(
            "a visit through the repeated hour is counted in elapsed time",
            SERVICE,
            only(BERLIN, "2026-10-25", "01:00-04:00")
                .interval(60)
                .step(60, 0, &[0])
                .step(60, 0, &[0]),
        )
        .utc("23:00 00:00 01:00"),
        case(
            "a visit may pass midnight where the windows of two days touch",
            SERVICE,
            day(ALWAYS).step(30, 0, &[0]).step(30, 0, &[0]),
        )
        .count(48)
        .offers("23:30"),
        case(
            "each step lies in the hours of its own host",
            SERVICE,
            day("09:00-09:30")
                .host("09:30-10:00")
                .step(30, 0, &[0])
                .step(30, 0, &[1]),
        )
        .starts("09:00"),
        case(
            "nobody else's hours help",
            SERVICE,
            day("09:00-09:30")
                .host("09:30-10:00")
                .step(30, 0, &[0])
                .step(30, 0, &[0]),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
    ]);
}

#[test]
fn processing_time() {
    let colour = || day("09:00-11:00").step(30, 60, &[0]).step(30, 0, &[0]);
    hold([
        case(
            "it frees the host for others",
            SERVICE,
            colour().taken("09:30", "10:30", appointment()),
        )
        .starts("09:00"),
        case(
            "but not for their buffers",
            SERVICE,
            colour().buffers(0, 15).taken("09:40", "10:00", appointment()),
        )
        .refuses("09:00", "BUFFER"),
        case(
            "after which there is room",
            SERVICE,
            colour().buffers(0, 15).taken("09:45", "10:00", appointment()),
        )
        .starts("09:00"),
    ]);
}

#[test]
fn rooms() {
    let room = |from: &str, to: &str| day("09:00-11:00").step(30, 30, &[0]).room_taken(from, to);
    hold([
        case(
            "a room is taken while the client stays",
            SERVICE,
            room("09:45", "10:00"),
        )
        .starts("10:00 10:30")
        .refuses("09:00", "RESOURCE"),
        case(
            "rooms carry no buffers",
            SERVICE,
            room("09:00", "10:00").buffers(15, 0),
        )
        .starts("10:00 10:30"),
    ]);
}

#[test]
fn limits_look_at_the_start_of_the_visit() {
    /// Steps of an hour and two, so that what starts at 22:00 ends after midnight.
    fn late(scene: Scene) -> Scene {
        scene.interval(60).step(60, 0, &[0]).step(120, 0, &[0])
    }
    let two_days = || late(days(BERLIN, DAY, "2026-06-02", ALWAYS));
    hold([
        case(
            "the notice",
            SERVICE,
            late(day("09:00-14:00"))
                .now("2026-06-01T08:00")
                .notice(2, Unit::Hours),
        )
        .starts("10:00 11:00")
        .refuses("09:00", "NOTICE"),
        case(
            "the date range: what begins on its last day may end on the next",
            SERVICE,
            two_days().between(DAY, DAY),
        )
        .count(24)
        .offers("23:00")
        .refuses("2026-06-02T00:00", "TOOFAR"),
        case(
            "the day's number: what begins on a full day is refused",
            SERVICE,
            two_days().per_day(1).booked(DAY, 1),
        )
        .refuses("23:00", "DAYLIMIT")
        .offers("2026-06-02T00:00"),
        case(
            "and what only ends on one is not",
            SERVICE,
            two_days().per_day(1).booked("2026-06-02", 1),
        )
        .offers("23:00")
        .refuses("2026-06-02T00:00", "DAYLIMIT"),
    ]);
}
