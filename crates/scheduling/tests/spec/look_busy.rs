//! Look busy hides a part p of each day's times from clients: shown are min(free, round(total · (1 − p))), chosen by a stable
//! hash. It is a matter of display: staff see all times, and a hidden start can be booked. Never in a class or for services.

use scheduling::ids::Uuid;
use scheduling::{CalendarId, Cause, Kind, Reason, Request, slots};

use crate::kinds::HIDING;
use crate::scene::{ALWAYS, BERLIN, DAY, Scene, day, days};
use crate::table::{case, hold};

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
fn the_share_that_is_shown_is_rounded() {
    let rows = [
        (0, 16),
        (1, 16),
        (25, 12),
        (50, 8),
        (60, 6),
        (75, 4),
        (96, 1),
        (97, 0),
        (100, 0),
    ];
    hold(rows.map(|(percent, shown)| {
        case("of sixteen", HIDING, day("09:00-17:00").looks_busy(percent)).count(shown)
    }));
}

#[test]
fn those_who_meet_together_have_the_times_that_they_have_in_common() {
    hold([case(
        "eight of twelve and twelve on two grids",
        &[Kind::Collective],
        day("09:00-15:00").host("10:50-17:00").looks_busy(50),
    )
    .count(4)]);
}

#[test]
fn the_choice_is_the_same_on_every_visit() {
    let half = || day("09:00-17:00").looks_busy(50);
    hold(
        [
            case("in the morning", HIDING, half().now("2026-06-01T06:00")),
            case("and before", HIDING, half()),
        ]
        .map(|case| case.starts("09:00 10:30 11:00 12:00 13:00 14:00 14:30 16:30")),
    );
}

/// Ten days of sixteen times, half of them hidden.
fn ten_days() -> Scene {
    days(BERLIN, DAY, "2026-06-10", "09:00-17:00").looks_busy(50)
}

#[test]
fn the_choice_does_not_depend_on_how_much_is_asked_for() {
    assert_eq!(ten_days().slots_in_parts(205), ten_days().slots());
}

#[test]
fn the_choice_differs_from_day_to_day_and_between_booking_calendars() {
    let scene = ten_days();
    let shown = scene.slots();
    let times: Vec<Vec<_>> = (1..=10)
        .map(|day| {
            shown
                .iter()
                .map(|slot| scene.zone.local(slot.start))
                .filter(|at| at.day() == day)
                .map(jiff::civil::DateTime::time)
                .collect()
        })
        .collect();
    assert!(times.iter().all(|times| times.len() == 8));
    assert!(times.windows(2).any(|days| days[0] != days[1]));
    let other = Request {
        calendar: CalendarId(Uuid::from_u128(2)),
        ..scene.request()
    };
    assert_ne!(slots(&other).unwrap(), shown);
}

#[test]
fn what_is_hidden_says_so() {
    let positions = ten_days().explain();
    let hidden = positions.iter().filter(|position| !position.is_offered);
    let reasons: Vec<Vec<Reason>> = hidden
        .map(|position| position.refusals.iter().map(|refusal| refusal.reason).collect())
        .collect();
    assert_eq!(positions.len(), 160);
    assert_eq!(reasons, vec![[Reason::LookBusy]; 80]);
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
