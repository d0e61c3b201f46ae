//! The date range: rolling, two fixed dates, or unlimited; whole local days of the booking calendar's zone, the last one
//! included.

use scheduling::Unit;

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, DAY, days};
use crate::table::{case, hold};

#[test]
fn a_rolling_range_ends_with_its_last_day() {
    let from = |now: &str, hours: &str| days(BERLIN, "2026-06-01", "2026-06-30", hours).now(now);
    hold([
        case(
            "one day ahead is tomorrow, whole, even a minute before midnight",
            EVERY,
            from("2026-06-01T23:59", ALWAYS).rolling(1, Unit::Days),
        )
        .count(48)
        .offers("2026-06-02T23:30")
        .refuses("2026-06-03T00:00", "TOOFAR"),
        case(
            "and as whole a minute after it",
            EVERY,
            from("2026-06-01T00:00", ALWAYS).rolling(1, Unit::Days),
        )
        .count(96)
        .offers("2026-06-02T23:30")
        .refuses("2026-06-03T00:00", "TOOFAR"),
        case(
            "a week ahead is the same weekday",
            EVERY,
            from("2026-06-01T12:00", "09:00-10:00").rolling(1, Unit::Weeks),
        )
        .offers("2026-06-08T09:30")
        .refuses("2026-06-09T09:00", "TOOFAR"),
        case(
            "a month ahead is the same day of the month",
            EVERY,
            from("2026-05-27T12:00", "09:00-10:00").rolling(1, Unit::Months),
        )
        .offers("2026-06-27T09:30")
        .refuses("2026-06-28T09:00", "TOOFAR"),
        case(
            "a month from the 31st ends on the last day of February",
            EVERY,
            days(BERLIN, "2026-02-01", "2026-03-31", "09:00-10:00")
                .now("2026-01-31T12:00")
                .rolling(1, Unit::Months),
        )
        .offers("2026-02-28T09:30")
        .refuses("2026-03-01T09:00", "TOOFAR"),
        case(
            "which is the 29th in a leap year",
            EVERY,
            days(BERLIN, "2028-02-01", "2028-03-31", "09:00-10:00")
                .now("2028-01-31T12:00")
                .rolling(1, Unit::Months),
        )
        .offers("2028-02-29T09:30")
        .refuses("2028-03-01T09:00", "TOOFAR"),
        case(
            "twelve months from a leap day end on the 28th",
            EVERY,
            days(BERLIN, "2029-02-01", "2029-03-31", "09:00-10:00")
                .now("2028-02-29T12:00")
                .rolling(12, Unit::Months),
        )
        .offers("2029-02-28T09:30")
        .refuses("2029-03-01T09:00", "TOOFAR"),
    ]);
}

#[test]
fn fixed_dates_are_included_and_nothing_else() {
    let until = |zone: &str, last: &str| days(zone, last, last, ALWAYS).between("2025-01-01", last);
    hold([
        case(
            "both ends are included",
            EVERY,
            days(BERLIN, "2026-06-01", "2026-06-05", "09:00-09:30").between("2026-06-02", "2026-06-04"),
        )
        .starts("02.09:00 03.09:00 04.09:00")
        .refuses("2026-06-01T09:00", "TOOFAR")
        .refuses("2026-06-05T09:00", "TOOFAR"),
        case(
            "a last day of 25 hours is included to its end",
            EVERY,
            until(BERLIN, "2026-10-25"),
        )
        .count(50)
        .offers("2026-10-25T22:30Z")
        .refuses("2026-10-25T23:00Z", "TOOFAR"),
        case(
            "a day after the last that has no midnight begins at one",
            EVERY,
            until("Asia/Beirut", "2026-03-28"),
        )
        .count(48)
        .offers("2026-03-28T21:30Z")
        .refuses("2026-03-28T22:00Z", "TOOFAR"),
        case(
            "a day after the last that has midnight twice begins at the first",
            EVERY,
            until("America/Havana", "2025-11-01"),
        )
        .count(48)
        .offers("2025-11-02T03:30Z")
        .refuses("2025-11-02T04:00Z", "TOOFAR"),
    ]);
}

#[test]
fn days_are_those_of_the_booking_calendars_zone() {
    // Midnight in Berlin is 15:00 in Los Angeles on these days.
    let far_away = || days("America/Los_Angeles", DAY, DAY, ALWAYS).calendar_in(BERLIN);
    hold([
        case(
            "today on Kiritimati is tomorrow in UTC",
            WITH_MEMBERS,
            days("UTC", "2026-06-01", "2026-06-03", ALWAYS)
                .calendar_in("Pacific/Kiritimati")
                .now("2026-05-31T23:30Z")
                .rolling(1, Unit::Days),
        )
        .offers("2026-06-02T09:30Z")
        .refuses("2026-06-02T10:00Z", "TOOFAR"),
        case(
            "a last date ends when it does there",
            WITH_MEMBERS,
            far_away().between("2026-05-01", DAY),
        )
        .count(30)
        .offers("14:30")
        .refuses("15:00", "TOOFAR"),
        case(
            "a first date begins when it does there",
            WITH_MEMBERS,
            far_away().between("2026-06-02", "2026-06-02"),
        )
        .count(18)
        .refuses("14:30", "TOOFAR")
        .offers("15:00"),
    ]);
}
