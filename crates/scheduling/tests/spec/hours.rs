//! Opening hours, date overrides and changes of the clocks.

use scheduling::{DateOverride, Hours, LocalWindow, NotAWindow, WeeklyHours};

use crate::scene::{Scene, daily, date, windows, zone};

#[test]
fn a_meeting_must_end_by_closing_time() {
    let scene = Scene::new("Europe/Berlin", "09:00-11:00", "2026-06-01", "2026-06-01");
    assert_eq!(scene.starts(), "09:00 09:30 10:00 10:30");
    assert_eq!(scene.duration(45).starts(), "09:00 09:30 10:00");
}

#[test]
fn a_day_without_windows_is_closed() {
    let mut scene = Scene::new("Europe/Berlin", "", "2026-06-05", "2026-06-08");
    scene.hosts[0].hours.weekly = WeeklyHours::weekdays(16 * 60, 17 * 60);
    assert_eq!(scene.starts(), "05.16:00 05.16:30 08.16:00 08.16:30");
}

#[test]
fn the_last_slot_before_midnight_is_offered() {
    let scene = Scene::new("America/New_York", "22:30-24:00", "2026-06-01", "2026-06-01");
    assert_eq!(scene.starts(), "22:30 23:00 23:30");
}

#[test]
fn a_host_who_is_always_open_has_every_half_hour_of_the_asked_days() {
    let scene = Scene::new("Asia/Kathmandu", "00:00-24:00", "2026-06-01", "2026-06-03");
    assert_eq!(scene.slots().len(), 3 * 48);
}

#[test]
fn a_meeting_may_pass_midnight_where_the_windows_of_two_days_touch() {
    let scene = Scene::new("Europe/Paris", "00:00-24:00", "2026-06-01", "2026-06-01").duration(120);
    assert!(scene.starts().ends_with("23:00 23:30"), "{}", scene.starts());
    assert!(scene.check("2026-06-01T23:30").is_ok());
}

#[test]
fn a_window_may_pass_midnight() {
    let scene = Scene::new("Europe/Berlin", "", "2026-06-01", "2026-06-02").on("2026-06-01", "23:00-25:00");
    assert_eq!(scene.starts(), "01.23:00 01.23:30 02.00:00 02.00:30");
}

#[test]
fn the_part_after_midnight_is_found_when_only_the_later_day_is_asked_for() {
    let scene = Scene::new("Europe/Berlin", "", "2026-06-02", "2026-06-02").on("2026-06-01", "23:00-25:00");
    assert_eq!(scene.starts(), "00:00 00:30");
}

#[test]
fn a_short_window_inside_yesterdays_long_one_closes_nothing() {
    let scene = Scene::new("Europe/Berlin", "", "2026-06-02", "2026-06-02")
        .on("2026-06-01", "20:00-27:00")
        .on("2026-06-02", "01:00-02:00");
    assert_eq!(scene.starts(), "00:00 00:30 01:00 01:30 02:00 02:30");
}

#[test]
fn overlapping_windows_merge_and_touching_ones_join() {
    for hours in [
        "09:00-10:00 09:30-11:00",
        "09:00-10:00 10:00-11:00",
        "10:00-11:00 09:00-10:00",
    ] {
        let scene = Scene::new("Europe/Berlin", hours, "2026-06-01", "2026-06-01").duration(60);
        assert_eq!(scene.starts(), "09:00 09:30 10:00", "{hours}");
    }
}

#[test]
fn no_meeting_lies_across_a_break() {
    let scene = Scene::new(
        "Europe/Berlin",
        "09:00-10:00 10:01-11:00",
        "2026-06-01",
        "2026-06-01",
    )
    .duration(60);
    assert_eq!(scene.starts(), "09:00");
}

#[test]
fn an_override_replaces_the_hours_of_its_date_only() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-03")
        .on("2026-06-02", "14:00-15:00");
    assert_eq!(
        scene.starts(),
        "01.09:00 01.09:30 02.14:00 02.14:30 03.09:00 03.09:30"
    );
}

#[test]
fn an_override_without_windows_closes_its_date() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-03").on("2026-06-02", "");
    assert_eq!(scene.starts(), "01.09:00 01.09:30 03.09:00 03.09:30");
}

#[test]
fn an_override_opens_a_closed_weekday() {
    let scene = Scene::new("Europe/Berlin", "", "2026-06-06", "2026-06-08").on("2026-06-07", "10:00-11:00");
    assert_eq!(scene.starts(), "10:00 10:30");
}

#[test]
fn a_closed_date_keeps_what_the_day_before_has_after_midnight() {
    let scene = Scene::new("Europe/Berlin", "23:00-25:00", "2026-06-02", "2026-06-02").on("2026-06-02", "");
    assert_eq!(scene.starts(), "00:00 00:30");
}

#[test]
fn a_meeting_must_lie_in_the_booking_calendars_hours_as_well() {
    let scene = Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01")
        .rules(|rules| rules.hours = Some(daily("11:00-14:00")));
    assert_eq!(scene.starts(), "11:00 11:30");
}

#[test]
fn the_booking_calendars_overrides_close_it() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-02").rules(|rules| {
        rules.hours = Some(daily("00:00-24:00"));
        rules.overrides = vec![DateOverride {
            date: date("2026-06-01"),
            windows: Vec::new(),
        }];
    });
    assert_eq!(scene.starts(), "09:00 09:30");
}

#[test]
fn each_host_works_in_a_zone_of_their_own() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-01")
        .host_in("America/New_York", "09:00-10:00")
        .host_in("Asia/Kolkata", "09:00-10:00");
    assert_eq!(scene.starts(), "05:30 06:00 09:00 09:30 15:00 15:30");
}

/// Local opening hours on the day of a change, the zone's quirk, and the starts in UTC.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    // Forward, 02:00 to 03:00: a skipped opening is the first valid instant.
    ("Europe/Berlin", "2026-03-29", "02:30-04:30", "01:00 01:30 02:00"),
    (
        "Europe/Berlin",
        "2026-03-29",
        "01:00-04:00",
        "00:00 00:30 01:00 01:30",
    ),
    ("Europe/Berlin", "2026-03-29", "02:00-03:00", ""),
    ("Europe/Berlin", "2026-03-29", "02:15-02:45", ""),
    ("Europe/Berlin", "2026-03-29", "01:00-02:30", "00:00 00:30"),
    ("Europe/Berlin", "2026-03-29", "09:00-10:00", "07:00 07:30"),
    // Back, 03:00 to 02:00: the first as a start, the second as an end.
    ("Europe/Berlin", "2026-10-25", "02:30-03:00", "00:30 01:00 01:30"),
    (
        "Europe/Berlin",
        "2026-10-25",
        "01:00-02:30",
        "23:00 23:30 00:00 00:30 01:00",
    ),
    ("Europe/Berlin", "2026-10-25", "02:00-02:30", "00:00 00:30 01:00"),
    ("Europe/Berlin", "2026-10-25", "09:00-10:00", "08:00 08:30"),
    ("America/New_York", "2026-03-08", "01:30-03:30", "06:30 07:00"),
    (
        "America/New_York",
        "2026-11-01",
        "00:30-02:00",
        "04:30 05:00 05:30 06:00 06:30",
    ),
    ("America/New_York", "2026-11-01", "09:00-10:00", "14:00 14:30"),
    ("Europe/London", "2026-03-29", "00:30-02:30", "00:30 01:00"),
    ("Australia/Sydney", "2026-10-04", "01:30-03:30", "15:30 16:00"),
    // Half an hour.
    ("Australia/Lord_Howe", "2026-10-04", "01:30-03:00", "15:00 15:30"),
    (
        "Australia/Lord_Howe",
        "2026-04-05",
        "01:00-02:30",
        "14:00 14:30 15:00 15:30",
    ),
    // At midnight: 00:00 does not exist, or the day before has 25 hours.
    ("Asia/Beirut", "2026-03-29", "00:00-02:00", "22:00 22:30"),
    ("Africa/Cairo", "2026-04-24", "00:30-02:00", "22:00 22:30"),
    ("America/Santiago", "2026-09-06", "00:00-02:00", "04:00 04:30"),
    (
        "America/Santiago",
        "2026-04-04",
        "22:30-24:00",
        "01:30 02:00 02:30 03:00 03:30",
    ),
    (
        "America/Havana",
        "2025-11-02",
        "00:00-01:00",
        "04:00 04:30 05:00 05:30",
    ),
    // Odd offsets without any change.
    ("Asia/Kathmandu", "2026-06-01", "09:00-10:00", "03:15 03:45"),
    ("Pacific/Chatham", "2026-06-01", "09:00-10:00", "20:15 20:45"),
    ("Pacific/Kiritimati", "2026-06-01", "09:00-10:00", "19:00 19:30"),
];

#[test]
fn days_of_a_change_of_the_clocks_have_the_right_starts() {
    for (zone, day, hours, expected) in CHANGES {
        let scene = Scene::new(zone, "", day, day).on(day, hours);
        assert_eq!(scene.utc(), *expected, "{zone}, {day}, {hours}");
    }
}

#[test]
fn hours_are_the_same_on_the_clock_on_both_sides_of_a_change() {
    for (zone, first, last) in [
        ("Europe/Berlin", "2026-03-27", "2026-03-31"),
        ("Europe/Berlin", "2026-10-23", "2026-10-27"),
        ("America/New_York", "2026-03-06", "2026-03-10"),
        ("America/Santiago", "2026-09-04", "2026-09-08"),
        ("Asia/Beirut", "2026-03-27", "2026-03-31"),
        ("Australia/Lord_Howe", "2026-10-02", "2026-10-06"),
        ("Africa/Casablanca", "2026-02-13", "2026-02-17"),
    ] {
        let scene = Scene::new(zone, "09:00-09:30", first, last);
        let days: Vec<_> = scene
            .slots()
            .iter()
            .map(|slot| scene.zone.local(slot.start))
            .collect();
        assert_eq!(days.len(), 5, "{zone}");
        for (day, start) in date(first).series(jiff::Span::new().days(1)).zip(days) {
            assert_eq!(start, day.at(9, 0, 0, 0), "{zone}");
        }
    }
}

#[test]
fn a_whole_day_open_has_23_or_25_hours_when_the_clocks_change() {
    for (zone, day, hours) in [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Asia/Beirut", "2026-03-29", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("America/Havana", "2025-11-02", 25),
    ] {
        let scene = Scene::new(zone, "00:00-24:00", day, day);
        assert_eq!(scene.slots().len(), hours * 2, "{zone}, {day}");
    }
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

/// A booking calendar without hours of its own that is closed on the second of June.
fn closed_on_the_second(hours: &str) -> Scene {
    Scene::new("Europe/Berlin", hours, "2026-06-01", "2026-06-03").rules(|rules| {
        rules.overrides.push(DateOverride {
            date: date("2026-06-02"),
            windows: Vec::new(),
        });
    })
}

#[test]
fn a_booking_calendar_without_hours_of_its_own_can_be_closed_on_a_date() {
    let scene = closed_on_the_second("09:00-10:00");
    assert_eq!(scene.starts(), "01.09:00 01.09:30 03.09:00 03.09:30");
    assert_eq!(scene.codes("2026-06-02T09:00"), ["HOURS"]);
    let mut together = closed_on_the_second("09:00-10:00").host("09:30-10:00");
    together.kind = scheduling::Kind::Collective;
    assert_eq!(together.starts(), "01.09:30 03.09:30");
}

#[test]
fn the_closed_date_is_the_booking_calendars_whatever_its_members_say() {
    // In Auckland the second begins ten hours earlier; its member has hours for that date.
    let scene = closed_on_the_second("09:00-10:00")
        .on("2026-06-02", "08:00-12:00")
        .host_in("Pacific/Auckland", "09:00-10:00");
    assert_eq!(
        scene.starts(),
        "01.09:00 01.09:30 01.23:00 01.23:30 03.09:00 03.09:30 03.23:00 03.23:30"
    );
}

#[test]
fn a_night_shift_is_cut_where_a_closed_date_begins_and_ends() {
    let scene = closed_on_the_second("22:00-26:00").duration(60).interval(60);
    assert_eq!(
        scene.starts(),
        "01.00:00 01.01:00 01.22:00 01.23:00 03.00:00 03.01:00 03.22:00 03.23:00"
    );
}
