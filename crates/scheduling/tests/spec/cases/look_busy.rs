//! "Look busy: show min(free, round(total·(1−p))) of a day's slots, chosen by a stable hash; display only, never for class
//! or service; staff see all."

use scheduling::{Cause, Kind};

use super::kinds::HIDING;
use super::words::{ALWAYS, BERLIN, DAY, day, days};
use super::{case, hold};

#[test]
fn a_part_of_the_day_is_hidden() {
    hold([
        case(
            "half of sixteen: which, is the same for ever",
            HIDING,
            day("09:00-17:00").looks_busy(50),
        )
        .starts("09:00 10:30 11:00 12:00 13:00 14:00 14:30 16:30"),
        case(
            "more of the same at three quarters",
            HIDING,
            day("09:00-17:00").looks_busy(75),
        )
        .starts("11:00 13:00 14:00 16:30"),
        case(
            "half of fifteen is rounded up to eight",
            HIDING,
            day("09:00-16:30").looks_busy(50),
        )
        .count(8),
        case("half of one is one", HIDING, day("09:00-09:30").looks_busy(50)).starts("09:00"),
        case(
            "a whole share hides all",
            HIDING,
            day("09:00-17:00").looks_busy(100),
        )
        .nothing()
        .offers("09:00"),
        case(
            "a day of 25 hours shows half of them",
            HIDING,
            days(BERLIN, "2026-10-25", "2026-10-25", ALWAYS).looks_busy(50),
        )
        .count(25),
        case(
            "what is busy counts as hidden",
            HIDING,
            day("09:00-17:00")
                .looks_busy(50)
                .taken("09:00", "14:00", Cause::Blocked),
        )
        .starts("14:00 14:30 15:00 15:30 16:00 16:30"),
    ]);
}

#[test]
fn nothing_is_hidden_from_those_who_must_see_it() {
    hold([
        case(
            "staff see every time",
            HIDING,
            day("09:00-17:00").looks_busy(100).for_staff(),
        )
        .count(16),
        case(
            "a class or a service never looks busy",
            &[Kind::ClassBooking, Kind::Service],
            day("09:00-17:00").looks_busy(100),
        )
        .count(16),
        case(
            "a full day is full and does not only look so",
            HIDING,
            day("09:00-17:00").looks_busy(100).per_day(1).booked(DAY, 1),
        )
        .nothing()
        .refuses("09:00", "DAYLIMIT"),
    ]);
}
