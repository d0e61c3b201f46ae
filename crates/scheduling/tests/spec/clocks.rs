//! Changes of the clocks: a local opening time that one skips becomes the first instant after the gap; a local time that occurs
//! twice is the first one as an opening and the second one as a closing. Expected in UTC.

use scheduling::Hours;

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, daily, date, days, only, zone};
use crate::table::{Case, case, hold};

/// A date on which the clocks change, with its hours and the starts in UTC.
fn on_the_day(sentence: &'static str, zone: &str, date: &str, hours: &str, starts: &'static str) -> Case {
    case(sentence, EVERY, only(zone, date, hours)).utc(starts)
}

#[test]
fn clocks_go_forward() {
    hold([
        on_the_day(
            "an hour that is left out has no starts",
            BERLIN,
            "2026-03-29",
            "01:00-04:00",
            "00:00 00:30 01:00 01:30",
        ),
        on_the_day(
            "who would open in the gap opens after it",
            BERLIN,
            "2026-03-29",
            "02:30-04:30",
            "01:00 01:30 02:00",
        ),
        on_the_day(
            "who would open and close in the gap stays closed",
            BERLIN,
            "2026-03-29",
            "02:15-02:45",
            "",
        ),
        on_the_day(
            "hours that the gap takes whole have no starts",
            BERLIN,
            "2026-03-29",
            "02:00-03:00",
            "",
        ),
        on_the_day(
            "who would close in the gap closes at it",
            BERLIN,
            "2026-03-29",
            "01:00-02:30",
            "00:00 00:30",
        ),
        on_the_day(
            "and so does yesterday's window",
            BERLIN,
            "2026-03-28",
            "23:00-26:30",
            "22:00 22:30 23:00 23:30 00:00 00:30",
        ),
        on_the_day(
            "in Nuuk the hour before midnight is left out, and the day ends at it",
            "America/Nuuk",
            "2026-03-28",
            "22:00-24:00",
            "00:00 00:30",
        ),
        on_the_day(
            "in Troll two hours are left out",
            "Antarctica/Troll",
            "2026-03-29",
            "00:00-04:00",
            "00:00 00:30 01:00 01:30",
        ),
        on_the_day(
            "who would open in Troll's gap opens after both hours",
            "Antarctica/Troll",
            "2026-03-29",
            "02:30-05:00",
            "01:00 01:30 02:00 02:30",
        ),
        on_the_day(
            "in St. John's offsets are odd",
            "America/St_Johns",
            "2026-03-08",
            "01:30-03:30",
            "05:00 05:30",
        ),
        on_the_day(
            "on Chatham the clocks change at a quarter to three",
            "Pacific/Chatham",
            "2026-09-27",
            "02:00-04:45",
            "13:15 13:45 14:15",
        ),
        on_the_day(
            "on Lord Howe half an hour is left out",
            "Australia/Lord_Howe",
            "2026-10-04",
            "02:10-03:10",
            "15:30",
        ),
        on_the_day(
            "in Havana a day without midnight begins at one",
            "America/Havana",
            "2026-03-08",
            "00:00-02:00",
            "05:00 05:30",
        ),
        on_the_day(
            "and the day before ends there",
            "America/Havana",
            "2026-03-07",
            "22:00-24:00",
            "03:00 03:30 04:00 04:30",
        ),
    ]);
}

#[test]
fn clocks_go_back() {
    hold([
        on_the_day(
            "an hour that is twice has its starts twice",
            BERLIN,
            "2026-10-25",
            "01:00-04:00",
            "23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30",
        ),
        on_the_day(
            "who opens in the repeated hour opens in the first",
            BERLIN,
            "2026-10-25",
            "02:30-03:00",
            "00:30 01:00 01:30",
        ),
        on_the_day(
            "who opens with the repeated hour and closes in it closes in the second",
            BERLIN,
            "2026-10-25",
            "02:00-02:30",
            "00:00 00:30 01:00",
        ),
        on_the_day(
            "who closes in the repeated hour closes in the second",
            BERLIN,
            "2026-10-25",
            "01:00-02:30",
            "23:00 23:30 00:00 00:30 01:00",
        ),
        on_the_day(
            "yesterday's window closes in the second, too",
            BERLIN,
            "2026-10-24",
            "23:00-26:30",
            "21:00 21:30 22:00 22:30 23:00 23:30 00:00 00:30 01:00",
        ),
        on_the_day(
            "in Nuuk the hour before midnight is twice",
            "America/Nuuk",
            "2026-10-24",
            "22:30-24:00",
            "23:30 00:00 00:30 01:00 01:30",
        ),
        on_the_day(
            "on Lord Howe half an hour is twice: open in its first",
            "Australia/Lord_Howe",
            "2026-04-05",
            "01:45-02:15",
            "14:45 15:15",
        ),
        on_the_day(
            "and closed in its second",
            "Australia/Lord_Howe",
            "2026-04-05",
            "01:00-01:45",
            "14:00 14:30",
        ),
        on_the_day(
            "in Havana midnight is twice, and the day begins at the first",
            "America/Havana",
            "2025-11-02",
            "00:00-01:00",
            "04:00 04:30 05:00 05:30",
        ),
    ]);
}

#[test]
fn each_zone_has_its_own_day_of_change() {
    let rows = [
        ("Europe/Berlin", "2026-03-29", "09:00-10:00", "07:00 07:30"),
        ("Europe/Berlin", "2026-10-25", "09:00-10:00", "08:00 08:30"),
        ("Europe/London", "2026-03-29", "00:30-02:30", "00:30 01:00"),
        ("America/New_York", "2026-03-08", "01:30-03:30", "06:30 07:00"),
        (
            "America/New_York",
            "2026-11-01",
            "00:30-02:00",
            "04:30 05:00 05:30 06:00 06:30",
        ),
        ("America/New_York", "2026-11-01", "09:00-10:00", "14:00 14:30"),
        ("Australia/Sydney", "2026-10-04", "01:30-03:30", "15:30 16:00"),
        // By half an hour.
        ("Australia/Lord_Howe", "2026-10-04", "01:30-03:00", "15:00 15:30"),
        (
            "Australia/Lord_Howe",
            "2026-04-05",
            "01:00-02:30",
            "14:00 14:30 15:00 15:30",
        ),
        // Midnight does not exist, or the day before has 25 hours.
        ("Asia/Beirut", "2026-03-29", "00:00-02:00", "22:00 22:30"),
        ("Africa/Cairo", "2026-04-24", "00:30-02:00", "22:00 22:30"),
        ("America/Santiago", "2026-09-06", "00:00-02:00", "04:00 04:30"),
        (
            "America/Santiago",
            "2026-04-04",
            "22:30-24:00",
            "01:30 02:00 02:30 03:00 03:30",
        ),
        // Ramadan: back on the Sunday before, forth on the one after.
        (
            "Africa/Casablanca",
            "2026-02-15",
            "01:00-04:00",
            "00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30",
        ),
        (
            "Africa/Casablanca",
            "2026-03-22",
            "01:00-04:00",
            "01:00 01:30 02:00 02:30",
        ),
        // No change any more.
        (
            "America/Sao_Paulo",
            "2026-11-01",
            "00:00-02:00",
            "03:00 03:30 04:00 04:30",
        ),
        (
            "Pacific/Apia",
            "2026-09-27",
            "02:00-05:00",
            "13:00 13:30 14:00 14:30 15:00 15:30",
        ),
        // Odd offsets.
        ("Asia/Kathmandu", "2026-06-01", "09:00-10:00", "03:15 03:45"),
        ("Pacific/Chatham", "2026-06-01", "09:00-10:00", "20:15 20:45"),
        ("Pacific/Kiritimati", "2026-06-01", "09:00-10:00", "19:00 19:30"),
    ];
    hold(rows.map(|(zone, date, hours, starts)| on_the_day(zone, zone, date, hours, starts)));
}

#[test]
fn hours_are_the_same_on_the_clock_on_both_sides_of_a_change() {
    let rows = [
        (
            "Europe/Berlin",
            "2026-03-27",
            "2026-03-30",
            "27.09:00 28.09:00 29.09:00 30.09:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-23",
            "2026-10-26",
            "23.09:00 24.09:00 25.09:00 26.09:00",
        ),
        (
            "America/Santiago",
            "2026-09-04",
            "2026-09-07",
            "04.09:00 05.09:00 06.09:00 07.09:00",
        ),
        (
            "Asia/Beirut",
            "2026-03-27",
            "2026-03-30",
            "27.09:00 28.09:00 29.09:00 30.09:00",
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-02",
            "2026-10-05",
            "02.09:00 03.09:00 04.09:00 05.09:00",
        ),
        (
            "Africa/Casablanca",
            "2026-02-13",
            "2026-02-16",
            "13.09:00 14.09:00 15.09:00 16.09:00",
        ),
    ];
    hold(rows.map(|(zone, first, last, starts)| {
        case(zone, EVERY, days(zone, first, last, "09:00-09:30")).starts(starts)
    }));
    hold([case(
        "New York's, whose nine o'clock is another in UTC",
        EVERY,
        days("America/New_York", "2026-03-07", "2026-03-09", "09:00-09:30"),
    )
    .starts("07.09:00 08.09:00 09.09:00")
    .utc("14:00 13:00 13:00")]);
}

#[test]
fn whole_days_have_the_hours_they_have() {
    let whole = |zone: &str, date: &str| days(zone, date, date, ALWAYS);
    hold([
        case("a spring day of 23 hours", EVERY, whole(BERLIN, "2026-03-29")).count(46),
        case("an autumn day of 25 hours", EVERY, whole(BERLIN, "2026-10-25")).count(50),
        case(
            "a day whose clocks change by half an hour",
            EVERY,
            whole("Australia/Lord_Howe", "2026-04-05"),
        )
        .count(49),
        case(
            "a day of 23 hours that begins at one",
            EVERY,
            whole("Asia/Beirut", "2026-03-29"),
        )
        .count(46),
        case(
            "a day of 25 hours that ends with one twice",
            EVERY,
            whole("America/Santiago", "2026-04-04"),
        )
        .count(50),
        case(
            "a day of 25 hours that begins with one twice",
            EVERY,
            whole("America/Havana", "2025-11-02"),
        )
        .count(50),
        case(
            "in Samoa the 30th of December 2011 never was",
            EVERY,
            days("Pacific/Apia", "2011-12-29", "2011-12-31", ALWAYS)
                .duration(60)
                .interval(60),
        )
        .count(48),
    ]);
}

#[test]
fn the_zone_of_the_hours_decides() {
    hold([case(
        "the booking calendar's own hours change with its own clocks, not with the member's",
        EVERY,
        days("America/New_York", "2026-03-28", "2026-03-29", ALWAYS)
            .calendar_in(BERLIN)
            .own("")
            .own_on("2026-03-29", "02:30-04:30"),
    )
    .utc("01:00 01:30 02:00")]);
    hold([case(
        "a member's hours change with their own clocks, not with the booking calendar's",
        WITH_MEMBERS,
        only(BERLIN, "2026-03-29", "02:30-04:30").calendar_in("America/New_York"),
    )
    .utc("01:00 01:30 02:00")]);
}

#[test]
fn a_date_that_a_zone_left_out_has_no_openings() {
    // Samoa went from 29 to 31 December 2011.
    let hours = Hours {
        zone: zone("Pacific/Apia"),
        weekly: daily("09:00-17:00"),
        overrides: Vec::new(),
    };
    let dates: Vec<_> = hours
        .open(date("2011-12-29"), date("2011-12-31"))
        .iter()
        .map(|open| open.date)
        .collect();
    assert_eq!(dates, [date("2011-12-29"), date("2011-12-31")]);
}
