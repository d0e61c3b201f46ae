//! Hours: a meeting lies inside the open hours, which are the host's, and where the booking calendar has hours of its own what
//! both have in common. Date overrides replace the windows of their date. Windows may end on the next day.

use scheduling::{DateOverride, Hours, Kind, LocalWindow, NotAWindow, WeeklyHours};

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, DAY, Scene, date, day, days, only, windows, zone};
use crate::table::{case, hold};

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
            "each weekday has its own windows: Friday and Monday",
            EVERY,
            days(BERLIN, "2026-06-05", "2026-06-08", "").weekly(WeeklyHours::weekdays(16 * 60, 17 * 60)),
        )
        .starts("05.16:00 05.16:30 08.16:00 08.16:30"),
        case(
            "who is always open has every half hour of the asked days",
            EVERY,
            days("Asia/Kathmandu", DAY, "2026-06-03", ALWAYS),
        )
        .count(3 * 48),
        case(
            "a meeting may lie across windows that overlap",
            EVERY,
            day("09:00-10:00 09:30-11:00").duration(60),
        )
        .starts("09:00 09:30 10:00"),
        case(
            "the last slot before midnight is there",
            EVERY,
            day("22:30-24:00"),
        )
        .starts("22:30 23:00 23:30"),
        case(
            "and the first after it",
            EVERY,
            days(BERLIN, DAY, "2026-06-02", ALWAYS).duration(45),
        )
        .count(96)
        .offers("23:30")
        .offers("2026-06-02T00:00"),
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
            "a short window inside yesterday's long one closes nothing",
            EVERY,
            days(BERLIN, "2026-06-02", "2026-06-02", "")
                .on(DAY, "20:00-27:00")
                .on("2026-06-02", "01:00-02:00"),
        )
        .starts("00:00 00:30 01:00 01:30 02:00 02:30"),
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

#[test]
fn a_booking_calendar_without_hours_of_its_own_can_be_closed_on_a_date() {
    /// Closed on the second of June.
    fn closed(hours: &str) -> Scene {
        days(BERLIN, DAY, "2026-06-03", hours).own_on("2026-06-02", "")
    }
    hold([
        case(
            "the other days stay as they are",
            WITH_MEMBERS,
            closed("09:00-10:00"),
        )
        .starts("01.09:00 01.09:30 03.09:00 03.09:30")
        .refuses("2026-06-02T09:00", "HOURS"),
        case(
            "also for those who meet together",
            &[Kind::Collective],
            closed("09:00-10:00").host("09:30-10:00"),
        )
        .starts("01.09:30 03.09:30"),
        case(
            "the date is that of the booking calendar's zone, whatever its members say",
            &[Kind::RoundRobin, Kind::Service],
            // In Auckland the second begins ten hours earlier; the other member has hours for that date.
            closed("09:00-10:00")
                .on("2026-06-02", "08:00-12:00")
                .host_in("Pacific/Auckland", "09:00-10:00"),
        )
        .starts("01.09:00 01.09:30 01.23:00 01.23:30 03.09:00 03.09:30 03.23:00 03.23:30"),
        case(
            "a night shift is cut where the date begins and ends",
            WITH_MEMBERS,
            closed("22:00-26:00").duration(60).interval(60),
        )
        .starts("01.00:00 01.01:00 01.22:00 01.23:00 03.00:00 03.01:00 03.22:00 03.23:00"),
    ]);
}

#[test]
fn each_member_works_in_a_zone_of_their_own() {
    hold([case(
        "three who open at nine",
        &[Kind::RoundRobin, Kind::Service],
        day("09:00-10:00")
            .host_in("America/New_York", "09:00-10:00")
            .host_in("Asia/Kolkata", "09:00-10:00"),
    )
    .starts("05:30 06:00 09:00 09:30 15:00 15:30")]);
}

#[test]
fn spans_of_touching_days_are_one() {
    let hours = Hours {
        zone: zone("Europe/Berlin"),
        weekly: WeeklyHours::always(),
        overrides: Vec::new(),
    };
    assert_eq!(hours.spans(date("2026-03-01"), date("2026-04-30")).len(), 1);
    assert_eq!(hours.open(date("2026-03-01"), date("2026-04-30")).len(), 61);
}

#[test]
fn a_window_opens_before_midnight_closes_later_and_lasts_at_most_a_day() {
    assert!(LocalWindow::new(0, 1440).is_ok());
    assert!(LocalWindow::new(1439, 2879).is_ok());
    for (from, to) in [(1440, 1500), (600, 600), (600, 540), (60, 1501)] {
        assert_eq!(LocalWindow::new(from, to), Err(NotAWindow), "{from}-{to}");
    }
}

#[test]
fn a_window_that_is_none_cannot_be_read_from_text() {
    let good = serde_json::from_str::<LocalWindow>(r#"{"from":540,"to":1020}"#).unwrap();
    assert_eq!(vec![good], windows("09:00-17:00"));
    for text in [
        r#"{"from":1020,"to":540}"#,
        r#"{"from":60,"to":1501}"#,
        r#"{"from":1500,"to":1501}"#,
    ] {
        assert!(serde_json::from_str::<LocalWindow>(text).is_err(), "{text}");
    }
}

#[test]
fn hours_survive_being_written_and_read() {
    let hours = Hours {
        zone: zone("Europe/Berlin"),
        weekly: WeeklyHours::weekdays(540, 1020),
        overrides: vec![DateOverride {
            date: date("2026-12-24"),
            windows: windows("09:00-12:00"),
        }],
    };
    let text = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<Hours>(&text).unwrap(), hours);
}
