//! "Per local day, from the start of each opening window of the booking calendar (else of the host), step = interval; the
//! grid is never shifted by busy time. Steps are elapsed minutes. Overlapping windows merge; touching ones join."

use super::kinds::{EVERY, WITH_MEMBERS};
use super::words::{ALWAYS, BERLIN, DAY, day, days, only};
use super::{case, hold};

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
