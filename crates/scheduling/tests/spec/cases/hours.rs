//! "A host is free when M lies inside the host's hours (∩ the booking calendar's hours, if it has its own)." "Date
//! overrides replace that date's weekly hours; closed is an override, too." "Windows may pass midnight."

use super::kinds::{EVERY, WITH_MEMBERS};
use super::words::{ALWAYS, BERLIN, DAY, day, days, only};
use super::{case, hold};

#[test]
fn meetings_lie_inside_hours() {
    hold([
        case(
            "a meeting ends by closing time",
            EVERY,
            day("09:00-11:00").duration(45),
        )
        .starts("09:00 09:30 10:00")
        .refuses("10:30", "HOURS"),
        case(
            "a meeting may be as long as its window",
            EVERY,
            day("09:00-10:00").interval(15).duration(60),
        )
        .starts("09:00"),
        case(
            "and not a minute longer",
            EVERY,
            day("09:00-10:00").interval(15).duration(61),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "no meeting lies across a break",
            EVERY,
            day("09:00-10:00 10:01-11:00").duration(60),
        )
        .starts("09:00"),
        case("a day without windows is closed", EVERY, day(""))
            .nothing()
            .refuses("09:00", "HOURS"),
        case(
            "the last slot before midnight is there",
            EVERY,
            day("22:30-24:00"),
        )
        .starts("22:30 23:00 23:30"),
    ]);
}

#[test]
fn windows_may_pass_midnight() {
    hold([
        case(
            "a window that passes midnight goes on",
            EVERY,
            only(BERLIN, DAY, "23:00-25:00"),
        )
        .starts("01.23:00 01.23:30 02.00:00 02.00:30"),
        case(
            "its part after midnight is there when only the later day is asked for",
            EVERY,
            days(BERLIN, "2026-06-02", "2026-06-02", "").on(DAY, "23:00-25:00"),
        )
        .starts("00:00 00:30"),
        case(
            "a closed date keeps what the day before has after midnight",
            EVERY,
            days(BERLIN, "2026-06-02", "2026-06-02", "23:00-25:00").on("2026-06-02", ""),
        )
        .starts("00:00 00:30"),
        case(
            "a meeting may pass midnight where the windows of two days touch",
            EVERY,
            day(ALWAYS).duration(120),
        )
        .count(48)
        .offers("23:30"),
        case(
            "and may not where the next day is closed",
            EVERY,
            days(BERLIN, DAY, DAY, ALWAYS).duration(120).on("2026-06-02", ""),
        )
        .count(45)
        .offers("22:00")
        .refuses("22:30", "HOURS"),
    ]);
}

#[test]
fn overrides_replace_the_hours_of_their_date() {
    let three_days = || days(BERLIN, DAY, "2026-06-03", "09:00-10:00");
    hold([
        case(
            "an override replaces the hours of its date only",
            EVERY,
            three_days().on("2026-06-02", "14:00-15:00"),
        )
        .starts("01.09:00 01.09:30 02.14:00 02.14:30 03.09:00 03.09:30"),
        case(
            "an override without windows closes its date",
            EVERY,
            three_days().on("2026-06-02", ""),
        )
        .starts("01.09:00 01.09:30 03.09:00 03.09:30")
        .refuses("2026-06-02T09:00", "HOURS"),
        case(
            "an override opens a closed day",
            EVERY,
            only(BERLIN, DAY, "10:00-11:00"),
        )
        .starts("10:00 10:30"),
    ]);
}

#[test]
fn the_booking_calendars_own_hours_count_as_well() {
    hold([
        case(
            "a meeting lies in the member's hours and in the booking calendar's",
            WITH_MEMBERS,
            day("09:00-12:00").own("11:00-14:00"),
        )
        .starts("11:00 11:30")
        .refuses("10:30", "HOURS")
        .refuses("12:00", "HOURS"),
        case(
            "both have an override of the same date",
            WITH_MEMBERS,
            day("").on(DAY, "10:00-12:00").own("").own_on(DAY, "11:00-14:00"),
        )
        .starts("11:00 11:30"),
        case(
            "an own week without hours never opens",
            EVERY,
            day("09:00-12:00").own_week_without_hours(),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "an own override closes a whole date and leaves its neighbours whole",
            EVERY,
            days(BERLIN, "2026-03-28", "2026-03-30", ALWAYS)
                .own(ALWAYS)
                .own_on("2026-03-29", ""),
        )
        .count(96)
        .offers("2026-03-28T00:00")
        .offers("2026-03-28T23:30")
        .refuses("2026-03-29T00:00", "HOURS")
        .refuses("2026-03-29T23:30", "HOURS")
        .offers("2026-03-30T00:00")
        .offers("2026-03-30T23:30"),
        case(
            "a member's own zone decides when they work",
            WITH_MEMBERS,
            days("America/New_York", DAY, DAY, "09:00-10:00")
                .calendar_in(BERLIN)
                .own(ALWAYS),
        )
        .utc("13:00 13:30"),
    ]);
}
