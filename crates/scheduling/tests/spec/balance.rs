//! Members of an equal distribution: who is too far ahead, and who is there at all.

use std::collections::BTreeSet;

use scheduling::ids::Uuid;
use scheduling::{AppointmentId, Cause, DateOverride, Kind, Reason, Span, Unit, present};

use crate::scene::{Scene, daily, date, staff};

/// Two members from the last of June to the first of July; the first is held back on the last of June.
fn held_back() -> Scene {
    let mut scene =
        Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-30", "2026-07-01").host("09:30-10:00");
    scene
        .held_back
        .insert(date("2026-06-30"), BTreeSet::from([staff(0)]));
    scene
}

#[test]
fn whoever_is_ahead_on_a_day_is_not_offered_on_it() {
    let scene = held_back();
    assert_eq!(scene.starts(), "30.09:30 01.09:00 01.09:30");
    assert_eq!(scene.slots()[0].hosts[..], [staff(1)]);
    assert_eq!(scene.slots()[2].hosts[..], [staff(0), staff(1)]);
}

#[test]
fn of_several_days_each_holds_back_its_own() {
    let mut scene = Scene::new("Europe/Berlin", "09:00-09:30", "2026-06-01", "2026-06-06");
    for day in ["2026-06-01", "2026-06-03", "2026-06-04"] {
        scene.held_back.insert(date(day), BTreeSet::from([staff(0)]));
    }
    scene
        .held_back
        .insert(date("2026-06-05"), BTreeSet::from([staff(1)]));
    assert_eq!(scene.starts(), "02.09:00 05.09:00 06.09:00");
    assert_eq!(scene.codes("2026-06-04T09:00"), ["ROUNDROBIN"]);
}

#[test]
fn the_reason_is_told() {
    let refusals = held_back().check("2026-06-30T09:00").unwrap_err();
    assert_eq!(
        (refusals[0].reason, refusals[0].host),
        (Reason::RoundRobin, Some(staff(0)))
    );
}

#[test]
fn days_are_those_of_the_booking_calendars_zone() {
    // 22:30 UTC on the last of June is the first of July in Berlin.
    let mut scene = Scene::new("UTC", "22:00-23:00", "2026-06-30", "2026-06-30")
        .rules(|rules| rules.zone = crate::scene::zone("Europe/Berlin"));
    scene
        .held_back
        .insert(date("2026-06-30"), BTreeSet::from([staff(0)]));
    assert_eq!(scene.starts(), "22:00 22:30");
}

#[test]
fn nobody_is_held_back_where_the_client_chose() {
    // The choice of a host asks without shares.
    let mut scene = held_back();
    scene.held_back.clear();
    scene.kind = Kind::RoundRobin;
    assert!(scene.check("2026-06-30T09:00").is_ok());
}

/// The days of June on which the first member is there, from the first to the fifth.
fn there(scene: &Scene) -> Vec<i8> {
    present(&scene.request())
        .into_iter()
        .filter(|(_, hosts)| hosts.contains(&staff(0)))
        .map(|(date, _)| date.day())
        .collect()
}

fn june() -> Scene {
    Scene::new("Europe/Berlin", "09:00-17:00", "2026-06-01", "2026-06-05")
}

#[test]
fn somebody_is_there_on_the_days_on_which_they_work() {
    assert_eq!(there(&june()), [1, 2, 3, 4, 5]);
    assert_eq!(there(&june().on("2026-06-02", "")), [1, 3, 4, 5]);
    assert_eq!(
        there(&june().on("2026-06-02", "09:00-09:20")),
        [1, 3, 4, 5],
        "too short for a meeting"
    );
    let evenings = june().rules(|rules| rules.hours = Some(daily("18:00-20:00")));
    assert!(
        there(&evenings).is_empty(),
        "the booking calendar is closed while they work"
    );
    let closed = june().rules(|rules| {
        rules.overrides.push(DateOverride {
            date: date("2026-06-04"),
            windows: Vec::new(),
        });
    });
    assert_eq!(there(&closed), [1, 2, 3, 5]);
}

#[test]
fn whoever_is_blocked_busy_elsewhere_or_not_to_be_read_for_whole_days_is_away() {
    let external = Cause::External;
    for cause in [Cause::Blocked, external, Cause::Unreadable] {
        let scene = june().busy(0, "2026-06-02T00:00", "2026-06-04T00:00", cause);
        assert_eq!(there(&scene), [1, 4, 5], "{cause:?}");
        let most_of_it = june()
            .busy(0, "2026-06-02T08:00", "2026-06-02T12:00", cause)
            .busy(0, "2026-06-02T12:20", "2026-06-02T17:00", cause)
            .busy(0, "2026-06-03T08:00", "2026-06-03T16:30", cause);
        assert_eq!(there(&most_of_it), [1, 3, 4, 5], "{cause:?}");
    }
}

#[test]
fn being_full_of_appointments_is_not_being_away() {
    let appointment = Cause::Appointment(AppointmentId(Uuid::from_u128(5)));
    for cause in [appointment, Cause::Hold] {
        let scene = june().busy(0, "2026-06-02T00:00", "2026-06-04T00:00", cause);
        assert_eq!(there(&scene), [1, 2, 3, 4, 5], "{cause:?}");
    }
}

#[test]
fn whoever_has_gone_home_for_the_day_is_away_for_the_rest_of_it() {
    assert_eq!(there(&june().now("2026-06-02T16:30")), [2, 3, 4, 5]);
    assert_eq!(there(&june().now("2026-06-02T16:31")), [3, 4, 5]);
    let noticed = june()
        .now("2026-06-02T08:00")
        .rules(|rules| rules.notice = Span::new(1, Unit::Days));
    assert_eq!(there(&noticed), [3, 4, 5]);
}

#[test]
fn a_question_about_one_start_is_answered_for_its_whole_day() {
    let mut scene = june().busy(0, "2026-06-02T12:00", "2026-06-02T17:00", Cause::Blocked);
    scene.window = scene.span("2026-06-02T15:00", "2026-06-02T15:01");
    assert_eq!(there(&scene), [2]);
}

#[test]
fn a_night_shift_counts_for_both_of_its_days() {
    let scene = Scene::new("Europe/Berlin", "", "2026-06-01", "2026-06-05").on("2026-06-02", "23:00-25:00");
    assert_eq!(there(&scene), [2, 3]);
}
