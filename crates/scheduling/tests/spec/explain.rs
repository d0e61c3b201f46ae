//! Why (not)?

use scheduling::ids::Uuid;
use scheduling::{AppointmentId, Cause, DateRange, Reason, Span, Unit};

use crate::scene::{CALENDAR, Scene, date, staff};

fn day() -> Scene {
    Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01")
}

#[test]
fn every_cause_has_its_reason_and_names_host_and_cause() {
    let appointment = Cause::Appointment(AppointmentId(Uuid::from_u128(5)));
    for (cause, code) in [
        (appointment, "BOOKED"),
        (Cause::Hold, "HELD"),
        (Cause::Blocked, "BLOCKED"),
        (Cause::External, "CONFLICT"),
        (Cause::Unreadable, "STALE"),
    ] {
        let scene = day().busy(0, "2026-06-01T10:10", "2026-06-01T10:20", cause);
        let refusals = scene.check("2026-06-01T10:00").unwrap_err();
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].reason.code(), code);
        assert_eq!(
            (refusals[0].host, refusals[0].busy.map(|busy| busy.cause)),
            (Some(staff(0)), Some(cause))
        );
    }
}

#[test]
fn what_is_only_in_a_buffers_way_is_called_that() {
    let scene = day().buffers(0, 15).event("2026-06-01T10:35", "2026-06-01T10:40");
    assert_eq!(scene.codes("2026-06-01T10:00"), ["BUFFER"]);
    assert_eq!(scene.codes("2026-06-01T10:30"), ["CONFLICT"]);
}

#[test]
fn the_buffer_of_an_appointment_is_told_apart_from_its_meeting() {
    // From ten to half past, with a quarter of an hour before and after that was stored with it.
    let kept = ("2026-06-01T09:45", "2026-06-01T10:45");
    let scene = day().shared(CALENDAR, "2026-06-01T10:00", kept, 1);
    for (start, code) in [
        ("2026-06-01T09:30", "BUFFER"),
        ("2026-06-01T10:00", "BOOKED"),
        ("2026-06-01T10:30", "BUFFER"),
    ] {
        assert_eq!(scene.codes(start), [code], "{start}");
    }
}

#[test]
fn starts_outside_hours_and_off_the_grid_are_told_apart() {
    for (start, code) in [
        ("2026-06-01T09:10", "GRID"),
        ("2026-06-01T09:00:30", "GRID"),
        ("2026-06-01T08:30", "HOURS"),
        ("2026-06-01T11:45", "HOURS"),
        ("2026-06-01T12:00", "HOURS"),
        ("2026-06-01T03:00", "HOURS"),
    ] {
        assert_eq!(day().codes(start), [code], "{start}");
    }
}

#[test]
fn a_start_of_the_grid_too_late_to_end_in_hours_says_so() {
    let scene = day().duration(45);
    assert_eq!(scene.codes("2026-06-01T11:30"), ["HOURS"]);
    let last = scene.explain().pop().unwrap();
    assert_eq!((last.start, last.hosts.len()), (scene.at("2026-06-01T11:30"), 0));
    assert_eq!(last.refusals[0].host, Some(staff(0)));
}

#[test]
fn the_limits_have_reasons() {
    let noon = |scene: Scene| scene.now("2026-06-01T10:00");
    let notice = |scene: Scene| scene.rules(|rules| rules.notice = Span::new(1, Unit::Hours));
    assert_eq!(noon(day()).codes("2026-06-01T09:30"), ["PAST"]);
    assert_eq!(notice(noon(day())).codes("2026-06-01T09:30"), ["PAST"]);
    assert_eq!(notice(noon(day())).codes("2026-06-01T10:30"), ["NOTICE"]);
    let fixed = |from: &str, to: &str| {
        let range = DateRange::Fixed {
            from: date(from),
            to: date(to),
        };
        day().rules(|rules| rules.range = range)
    };
    assert_eq!(
        fixed("2026-05-01", "2026-05-31").codes("2026-06-01T09:00"),
        ["TOOFAR"]
    );
    assert_eq!(
        fixed("2026-06-02", "2026-06-30").codes("2026-06-01T09:00"),
        ["TOOFAR"]
    );
}

#[test]
fn every_reason_is_named_not_only_the_first() {
    let scene = day()
        .now("2026-06-01T10:00")
        .rules(|rules| rules.per_day = Some(1))
        .booked("2026-06-01", 1)
        .event("2026-06-01T09:00", "2026-06-01T09:30")
        .busy(0, "2026-06-01T09:15", "2026-06-01T11:00", Cause::Blocked);
    assert_eq!(
        scene.codes("2026-06-01T09:00"),
        ["PAST", "DAYLIMIT", "CONFLICT", "BLOCKED"]
    );
}

#[test]
fn a_start_that_one_host_offers_still_says_why_the_other_does_not() {
    let scene = day()
        .host("09:00-12:00")
        .event("2026-06-01T09:00", "2026-06-01T09:30");
    let first = scene.explain().remove(0);
    assert_eq!(first.hosts[..], [staff(1)]);
    assert_eq!(first.refusals.len(), 1);
    assert_eq!(
        (first.refusals[0].reason, first.refusals[0].host),
        (Reason::Conflict, Some(staff(0)))
    );
}

/// Reasons with the numbers of the members whom they concern.
fn told(refusals: &[scheduling::Refusal]) -> Vec<(&'static str, Option<usize>)> {
    let number = |host| (0..9).find(|number| staff(*number) == host);
    let number = |host| number(host).and_then(|number| usize::try_from(number).ok());
    refusals
        .iter()
        .map(|refusal| (refusal.reason.code(), refusal.host.and_then(number)))
        .collect()
}

#[test]
fn members_who_are_off_or_on_another_grid_say_so_at_each_start() {
    // The second is off until ten, the third begins at ten past.
    let scene = day().host("10:00-12:00").host("09:10-12:00");
    let positions = scene.explain();
    let at = |local: &str| {
        let start = scene.at(local);
        let position = positions.iter().find(|position| position.start == start);
        position.unwrap()
    };
    let nine = at("2026-06-01T09:00");
    assert_eq!(nine.hosts[..], [staff(0)]);
    assert_eq!(told(&nine.refusals), [("HOURS", Some(1)), ("HOURS", Some(2))]);
    let ten = at("2026-06-01T10:00");
    assert_eq!(ten.hosts[..], [staff(0), staff(1)]);
    assert_eq!(told(&ten.refusals), [("GRID", Some(2))]);
    let ten_past = at("2026-06-01T10:10");
    assert_eq!(ten_past.hosts[..], [staff(2)]);
    assert_eq!(told(&ten_past.refusals), [("GRID", Some(0)), ("GRID", Some(1))]);
}

#[test]
fn off_the_grid_and_outside_hours_everything_in_the_way_is_named() {
    let scene = day()
        .host("09:00-12:00")
        .host("14:00-15:00")
        .event("2026-06-01T09:20", "2026-06-01T09:30")
        .busy(1, "2026-06-01T08:00", "2026-06-01T08:30", Cause::Blocked)
        .busy(2, "2026-06-01T08:20", "2026-06-01T09:20", Cause::Unreadable);
    let refused = |local: &str| told(&scene.check(local).unwrap_err());
    assert_eq!(
        refused("2026-06-01T09:10"),
        [
            ("GRID", None),
            ("CONFLICT", Some(0)),
            ("HOURS", Some(2)),
            ("STALE", Some(2))
        ],
        "the second is free"
    );
    assert_eq!(
        refused("2026-06-01T08:00"),
        [
            ("HOURS", Some(0)),
            ("HOURS", Some(1)),
            ("BLOCKED", Some(1)),
            ("HOURS", Some(2)),
            ("STALE", Some(2))
        ]
    );
}

#[test]
fn together_only_what_everybody_is_open_for_is_off_the_grid() {
    let mut scene = day().host("10:00-12:00");
    scene.kind = scheduling::Kind::Collective;
    let refused = |local: &str| told(&scene.check(local).unwrap_err());
    assert_eq!(refused("2026-06-01T10:10"), [("GRID", None)]);
    assert_eq!(refused("2026-06-01T09:10"), [("HOURS", Some(1))]);
}

#[test]
fn of_many_busy_times_none_is_forgotten_however_long_ago_it_began() {
    let mut scene = day().event("2026-05-01T00:00", "2026-06-01T10:05");
    for minute in 10..50 {
        let (from, to) = (
            format!("2026-06-01T08:{minute}"),
            format!("2026-06-01T08:{minute}:30"),
        );
        scene = scene.event(&from, &to);
    }
    assert_eq!(scene.codes("2026-06-01T10:00"), ["CONFLICT"]);
    assert!(scene.check("2026-06-01T10:30").is_ok());
}

#[test]
fn a_check_needs_no_window_around_its_start() {
    let mut scene = day();
    scene.window = scene.span("2027-01-01T00:00", "2027-01-02T00:00");
    assert!(scene.check("2026-06-01T09:00").is_ok());
}

#[test]
fn a_check_at_the_end_of_time_is_refused() {
    assert!(scheduling::check(&day().request(), jiff::Timestamp::MAX).is_err());
    assert!(scheduling::check(&day().request(), jiff::Timestamp::MIN).is_err());
}

#[test]
fn the_second_of_two_equal_local_times_is_another_start() {
    let scene = Scene::new("Europe/Berlin", "01:00-05:00", "2026-10-25", "2026-10-25")
        .event("2026-10-25T02:30", "2026-10-25T02:31");
    let first = scene.at("2026-10-25T02:30");
    let second = first.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    assert!(scheduling::check(&scene.request(), first).is_err());
    assert!(scheduling::check(&scene.request(), second).is_ok());
}
