//! The grid of starts.

use scheduling::{Interval, Kind, UnsupportedKind, slots};

use crate::scene::{Scene, daily};

#[test]
fn the_grid_starts_when_a_window_opens() {
    let scene = Scene::new(
        "Europe/Berlin",
        "09:10-10:30 13:05-14:05",
        "2026-06-01",
        "2026-06-01",
    );
    assert_eq!(scene.starts(), "09:10 09:40 13:05 13:35");
}

#[test]
fn the_interval_is_independent_of_the_duration() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-01");
    assert_eq!(scene.interval(15).starts(), "09:00 09:15 09:30");
    let scene = Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01");
    assert_eq!(scene.interval(60).duration(90).starts(), "09:00 10:00");
}

#[test]
fn busy_time_never_shifts_the_grid() {
    let scene = Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01")
        .event("2026-06-01T09:10", "2026-06-01T09:20");
    assert_eq!(scene.starts(), "09:30 10:00 10:30 11:00 11:30");
}

#[test]
fn the_grid_starts_anew_on_each_day() {
    // 50 minutes do not divide a day.
    let scene = Scene::new("Europe/Berlin", "00:00-24:00", "2026-06-01", "2026-06-02").interval(50);
    let starts = scene.starts();
    assert!(starts.contains("01.23:20 02.00:00 02.00:50"), "{starts}");
}

#[test]
fn steps_are_elapsed_minutes_through_a_change_of_the_clocks() {
    let scene = Scene::new("Europe/Berlin", "00:00-06:00", "2026-03-29", "2026-03-29").interval(45);
    assert_eq!(scene.starts(), "00:00 00:45 01:30 03:15 04:00 04:45 05:30");
    let scene = Scene::new("Europe/Berlin", "00:30-04:00", "2026-10-25", "2026-10-25").interval(60);
    assert_eq!(scene.starts(), "00:30 01:30 02:30 02:30 03:30");
}

#[test]
fn the_grid_is_the_booking_calendars_where_it_has_hours_of_its_own() {
    let scene = Scene::new("Europe/Berlin", "09:10-11:10", "2026-06-01", "2026-06-01")
        .rules(|rules| rules.hours = Some(daily("08:00-18:00")));
    assert_eq!(scene.starts(), "09:30 10:00 10:30");
}

#[test]
fn the_booking_calendars_grid_is_in_its_own_zone() {
    let mut scene = Scene::new("Asia/Kathmandu", "00:00-24:00", "2026-06-01", "2026-06-01");
    scene.rules.zone = crate::scene::zone("Europe/London");
    scene.rules.hours = Some(daily("09:00-10:00"));
    // 09:00 in London is 13:45 in Kathmandu.
    assert_eq!(scene.starts(), "13:45 14:15");
}

#[test]
fn the_asked_window_holds_its_start_and_not_its_end() {
    let mut scene = Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01");
    scene.window = scene.span("2026-06-01T09:30", "2026-06-01T11:00");
    assert_eq!(scene.starts(), "09:30 10:00 10:30");
    scene.window = scene.span("2026-06-01T09:31", "2026-06-01T11:01");
    assert_eq!(scene.starts(), "10:00 10:30 11:00");
}

#[test]
fn parts_of_a_window_give_the_same_slots_as_the_whole() {
    let scene = Scene::new(
        "America/Santiago",
        "08:10-26:20 03:00-04:00",
        "2026-09-04",
        "2026-09-08",
    )
    .interval(35)
    .event("2026-09-06T10:00", "2026-09-06T11:00");
    let whole = scene.slots();
    let mut parts = Vec::new();
    let mut from = scene.window.start;
    while from < scene.window.end {
        let to = from
            .checked_add(jiff::SignedDuration::from_mins(97))
            .unwrap()
            .min(scene.window.end);
        parts.extend(
            slots(&scheduling::Request {
                window: Interval::new(from, to),
                ..scene.request()
            })
            .unwrap(),
        );
        from = to;
    }
    assert_eq!(parts, whole);
}

#[test]
fn hosts_with_different_grids_share_no_start_that_is_not_common() {
    let scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-01").host("09:15-10:15");
    assert_eq!(scene.starts(), "09:00 09:15 09:30 09:45");
    assert!(scene.slots().iter().all(|slot| slot.hosts.len() == 1));
}

#[test]
fn an_empty_or_reversed_window_has_no_slots() {
    let mut scene = Scene::new("Europe/Berlin", "00:00-24:00", "2026-06-01", "2026-06-01");
    scene.window = scene.span("2026-06-01T09:00", "2026-06-01T09:00");
    assert_eq!(scene.slots(), []);
    scene.window = scene.span("2026-06-01T12:00", "2026-06-01T09:00");
    assert_eq!(scene.slots(), []);
}

#[test]
fn without_hosts_nothing_is_on_offer() {
    let mut scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-01");
    scene.hosts.clear();
    assert_eq!(scene.slots(), []);
    assert_eq!(scene.codes("2026-06-01T09:00"), ["HOURS"]);
}

#[test]
fn a_service_calendar_has_no_times_before_something_is_chosen() {
    let mut scene = Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-01", "2026-06-01");
    scene.kind = Kind::Service;
    assert_eq!(slots(&scene.request()), Err(UnsupportedKind(Kind::Service)));
    assert!(scene.check("2026-06-01T09:00").is_err());
}
