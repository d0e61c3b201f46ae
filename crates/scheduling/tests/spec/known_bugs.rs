//! What other schedulers have got wrong, by name. A pending appointment that does not block, a moved occurrence that is
//! missed, and a real move by a quarter of an hour need more than rules: `crates/bookings/tests/stories/known_bugs.rs`.

use scheduling::{Cause, Kind};

use crate::cases::kinds::{EVERY, HIDING, WITH_PLACES};
use crate::cases::words::{ALWAYS, BERLIN, DAY, appointment, day, days};
use crate::cases::{case, hold};
use crate::scene::staff;

#[test]
fn a_day_on_which_the_clocks_change_is_shown_right_everywhere() {
    hold(
        [
            ("America/New_York", "2026-03-08", "01:00-04:00", "01:00 03:00"),
            (
                "America/New_York",
                "2026-11-01",
                "00:00-03:00",
                "00:00 01:00 01:00 02:00",
            ),
            ("Europe/Berlin", "2026-03-29", "01:00-04:00", "01:00 03:00"),
            (
                "Europe/Berlin",
                "2026-10-25",
                "01:00-04:00",
                "01:00 02:00 02:00 03:00",
            ),
            // By half an hour.
            ("Australia/Lord_Howe", "2026-10-04", "01:00-04:00", "01:00 02:30"),
            (
                "Australia/Lord_Howe",
                "2026-04-05",
                "00:00-03:00",
                "00:00 01:00 01:30",
            ),
            // No change since 2019.
            ("America/Sao_Paulo", "2026-11-01", "00:00-02:00", "00:00 01:00"),
            // Ramadan: back on the Sunday before, forth on the one after.
            (
                "Africa/Casablanca",
                "2026-02-15",
                "01:00-04:00",
                "01:00 02:00 02:00 03:00",
            ),
            ("Africa/Casablanca", "2026-03-22", "01:00-04:00", "01:00 03:00"),
            // Midnight does not exist.
            ("America/Santiago", "2026-09-06", "00:00-03:00", "01:00 02:00"),
            ("Asia/Beirut", "2026-03-29", "00:00-03:00", "01:00 02:00"),
            // Midnight is twice: the day is one of 25 hours and its first hour is the earlier.
            ("America/Havana", "2025-11-02", "00:00-02:00", "00:00 00:00 01:00"),
            ("Pacific/Apia", "2026-09-27", "02:00-05:00", "02:00 03:00 04:00"),
        ]
        .map(|(zone, on, hours, starts)| {
            let scene = days(zone, on, on, hours).duration(60).interval(60);
            case(zone, EVERY, scene).starts(starts)
        }),
    );
}

#[test]
fn two_hosts_halves_are_not_merged_into_one_slot() {
    let halves = || day("09:00-10:00").host("10:00-11:00").duration(120).interval(60);
    let free_in_turn = || {
        day("09:00-12:00")
            .host("09:00-12:00")
            .duration(60)
            .interval(60)
            .busy(0, "10:30", "11:00", Cause::Blocked)
            .busy(1, "10:00", "10:30", Cause::Blocked)
    };
    hold([
        case(
            "halves of opening hours",
            &[Kind::RoundRobin, Kind::Collective, Kind::Service],
            halves(),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "halves of free time",
            &[Kind::RoundRobin, Kind::Collective, Kind::Service],
            free_in_turn(),
        )
        .starts("09:00 11:00")
        .refuses("10:00", "BLOCKED"),
    ]);
}

#[test]
fn two_hosts_of_different_grids_do_not_lend_each_other_starts() {
    let scene = day("09:00-10:00").host("09:10-10:10");
    for slot in scene.slots() {
        let minute = scene.zone.local(slot.start).minute();
        let expected = if minute % 30 == 0 { staff(0) } else { staff(1) };
        assert_eq!(slot.hosts[..], [expected]);
    }
}

#[test]
fn seats_are_not_lost_after_the_first_booking() {
    hold((1..12).map(|taken| {
        let scene = day("09:00-10:00").places(12).session("09:00", "09:30", taken);
        case("of twelve", WITH_PLACES, scene).starts("09:00 09:30")
    }));
}

#[test]
fn an_appointment_may_move_by_a_quarter_of_an_hour_over_itself() {
    // An hour at nine with a quarter of an hour on both sides. Whoever moves it asks without it: then neither the grid nor
    // the buffers know of it, and what others have booked still counts.
    let morning = || day("08:30-12:00").duration(60).interval(15).buffers(15, 15);
    let with_another = || morning().taken("10:45", "11:45", appointment());
    hold([
        case(
            "to everybody else it is in the way",
            EVERY,
            morning().taken("08:45", "10:15", appointment()),
        )
        .refuses("09:15", "BOOKED")
        .offers("10:30"),
        case("to itself it is not", EVERY, morning())
            .offers("09:15")
            .offers("08:45"),
        case("and another one is", EVERY, with_another())
            .offers("09:30")
            .refuses("09:45", "BUFFER")
            .refuses("10:00", "BOOKED"),
    ]);
}

#[test]
fn buffers_are_not_reversed() {
    hold([
        case(
            "the one before lies before",
            EVERY,
            day("09:00-11:00")
                .buffers(30, 0)
                .taken("09:00", "09:30", Cause::Blocked),
        )
        .starts("10:00 10:30"),
        case(
            "the one after lies after",
            EVERY,
            day("09:00-11:00")
                .buffers(0, 30)
                .taken("10:30", "11:00", Cause::Blocked),
        )
        .starts("09:00 09:30"),
    ]);
}

#[test]
fn buffers_are_kept_once_on_each_side_between_neighbours() {
    // An appointment from 9:00 to 9:30 with 10 minutes after it; the next keeps 5 before: 9:45 at the earliest.
    let rows = [
        (5, "09:45", "09:40", "BUFFER"),
        (15, "09:45", "09:30", "BOOKED"),
        (30, "10:00", "09:30", "BOOKED"),
    ];
    hold(rows.map(|(interval, first, before, code)| {
        let scene = day("09:00-10:30").interval(interval).buffers(5, 10);
        let scene = scene.taken("09:00", "09:40", appointment());
        case("between neighbours", EVERY, scene)
            .offers(first)
            .refuses(before, code)
    }));
}

#[test]
fn the_last_slot_before_midnight_is_there_and_the_first_after_it() {
    hold([
        case("it ends at midnight", EVERY, day("22:00-24:00")).starts("22:00 22:30 23:00 23:30"),
        case("it may pass midnight", EVERY, day(ALWAYS).duration(45)).offers("23:30"),
        case(
            "the next day begins on time",
            EVERY,
            days(BERLIN, DAY, "2026-06-02", ALWAYS).duration(45),
        )
        .count(96)
        .offers("2026-06-02T00:00"),
    ]);
}

#[test]
fn the_minimum_notice_is_counted_from_now_and_not_from_midnight() {
    hold([case(
        "two hours from ten past eight",
        EVERY,
        day("09:00-12:00")
            .now("2026-06-01T08:10")
            .notice(2, scheduling::Unit::Hours),
    )
    .starts("10:30 11:00 11:30")]);
}

#[test]
fn what_looks_busy_is_the_same_on_every_visit() {
    let scene = || day("09:00-17:00").looks_busy(50);
    hold(
        [
            case("in the morning", HIDING, scene().now("2026-06-01T06:00")),
            case("and before", HIDING, scene()),
        ]
        .map(|case| case.starts("09:00 10:30 11:00 12:00 13:00 14:00 14:30 16:30")),
    );
}
