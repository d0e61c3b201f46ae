//! The grid: it begins at the start of each opening window of the booking calendar, if it has hours of its own, else of the
//! host. The step is the interval, in elapsed minutes. Busy time never shifts it. Windows that overlap or touch are one.

use scheduling::Kind;

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, DAY, day, days, only, staff};
use crate::table::{case, hold};

#[test]
fn the_grid_counts_from_the_opening() {
    hold([
        case(
            "each window of a day has a grid of its own",
            EVERY,
            day("09:10-10:30 13:05-14:05"),
        )
        .starts("09:10 09:40 13:05 13:35")
        .refuses("09:15", "GRID"),
        case(
            "the interval does not depend on the duration",
            EVERY,
            day("09:00-12:00").interval(60).duration(90),
        )
        .starts("09:00 10:00"),
        case(
            "and may be shorter than it",
            EVERY,
            day("09:00-10:00").interval(15),
        )
        .starts("09:00 09:15 09:30"),
        case(
            "busy time never shifts the grid",
            EVERY,
            day("09:00-11:00").event("2026-06-01T09:10", "2026-06-01T09:20"),
        )
        .starts("09:30 10:00 10:30"),
        case(
            "the grid starts anew on each day",
            EVERY,
            days(BERLIN, DAY, "2026-06-02", ALWAYS).interval(50),
        )
        .count(58)
        .offers("2026-06-01T23:20")
        .offers("2026-06-02T00:00")
        .offers("2026-06-02T00:50")
        .refuses("2026-06-02T00:10", "GRID"),
        case(
            "a window of a whole day that passes midnight has one grid until it closes",
            EVERY,
            day("09:00-33:00").interval(50),
        )
        .count(29)
        .offers("00:00")
        .offers("08:20")
        .offers("09:00")
        .offers("23:10")
        .refuses("08:30", "GRID"),
        case(
            "steps are elapsed minutes when the clocks go forward",
            EVERY,
            only(BERLIN, "2026-03-29", "00:00-06:00").interval(45),
        )
        .starts("00:00 00:45 01:30 03:15 04:00 04:45 05:30"),
        case(
            "steps are elapsed minutes when the clocks go back",
            EVERY,
            only(BERLIN, "2026-10-25", "00:30-04:00").interval(60),
        )
        .starts("00:30 01:30 02:30 02:30 03:30"),
    ]);
}

#[test]
fn overlapping_windows_merge_and_touching_ones_join() {
    hold([
        case(
            "where windows touch, the grid of the first goes on",
            EVERY,
            day("09:00-10:00 10:00-11:30").interval(45),
        )
        .starts("09:00 09:45 10:30"),
        case(
            "where windows overlap, too",
            EVERY,
            day("09:00-10:00 09:50-11:00").interval(25),
        )
        .starts("09:00 09:25 09:50 10:15"),
        case(
            "a window inside another changes nothing",
            EVERY,
            day("09:00-12:00 10:10-10:40").duration(60).interval(60),
        )
        .starts("09:00 10:00 11:00"),
        case(
            "the order in which windows are written does not matter",
            EVERY,
            day("10:00-11:30 09:00-10:00").interval(45),
        )
        .starts("09:00 09:45 10:30"),
    ]);
}

#[test]
fn the_booking_calendars_own_grid_goes_before_the_members() {
    hold([
        case(
            "the grid is the booking calendar's where it has hours of its own",
            WITH_MEMBERS,
            day("09:10-11:10").own("08:00-18:00"),
        )
        .starts("09:30 10:00 10:30"),
        case(
            "its windows are in its own zone",
            WITH_MEMBERS,
            days("Asia/Kathmandu", DAY, DAY, ALWAYS)
                .calendar_in("Europe/London")
                .own("09:00-10:00"),
        )
        .starts("13:45 14:15"),
    ]);
}

#[test]
fn members_with_different_grids_do_not_lend_each_other_starts() {
    let scene = day("09:00-10:00").host("09:15-10:15");
    hold([case(
        "each has their own starts",
        &[Kind::RoundRobin, Kind::Service],
        scene.clone(),
    )
    .starts("09:00 09:15 09:30 09:45")]);
    let hosts: Vec<_> = scene
        .slots()
        .into_iter()
        .map(|slot| slot.hosts.into_vec())
        .collect();
    assert_eq!(hosts, [0, 1, 0, 1].map(|number| vec![staff(number)]));
}

#[test]
fn what_is_asked_for_holds_its_start_and_not_its_end() {
    let morning = || day("09:00-12:00");
    hold([
        case("of a whole half hour", EVERY, morning().asked("09:30", "11:00")).starts("09:30 10:00 10:30"),
        case("a minute later", EVERY, morning().asked("09:31", "11:01")).starts("10:00 10:30 11:00"),
        case(
            "of no time there are no starts",
            EVERY,
            morning().asked("09:00", "09:00"),
        )
        .nothing(),
        case("nor backwards", EVERY, morning().asked("12:00", "09:00")).nothing(),
    ]);
}

#[test]
fn parts_of_what_is_asked_for_give_the_same_slots_as_the_whole() {
    let scene = days(
        "America/Santiago",
        "2026-09-04",
        "2026-09-08",
        "08:10-26:20 03:00-04:00",
    )
    .interval(35)
    .event("2026-09-06T10:00", "2026-09-06T11:00");
    assert_eq!(scene.slots_in_parts(97), scene.slots());
}
