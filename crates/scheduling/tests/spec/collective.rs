//! Collective: everybody together, or nobody.

use scheduling::{Cause, Kind, Reason};

use crate::scene::{CALENDAR, Scene, staff};

const DAY: &str = "2026-06-01";

fn together(hours: &[&str]) -> Scene {
    let mut scene = Scene::new("Europe/Berlin", hours[0], DAY, DAY);
    scene.kind = Kind::Collective;
    hours[1..].iter().fold(scene, |scene, hours| scene.host(hours))
}

#[test]
fn a_start_is_offered_only_when_everybody_is_free() {
    let scene = together(&["09:00-11:00", "09:00-11:00"])
        .busy(0, "2026-06-01T09:00", "2026-06-01T09:30", Cause::External)
        .busy(1, "2026-06-01T10:00", "2026-06-01T10:30", Cause::Blocked);
    assert_eq!(scene.starts(), "09:30 10:30");
    assert!(
        scene
            .slots()
            .iter()
            .all(|slot| slot.hosts[..] == [staff(0), staff(1)])
    );
}

#[test]
fn two_halves_of_two_members_never_make_a_meeting() {
    let scene = together(&["09:00-09:30", "09:30-10:00"]).duration(60);
    assert_eq!(scene.starts(), "");
}

#[test]
fn the_grid_begins_when_the_last_of_them_opens() {
    for (hours, starts) in [
        (&["09:00-11:00", "09:20-11:00"][..], "09:20 09:50 10:20"),
        (&["09:00-12:00", "10:10-11:00 11:15-12:30"], "10:10 11:15"),
        (&["09:00-10:00", "10:00-11:00"], ""),
        (&["09:00-10:00", "09:00-10:00", ""], ""),
        (&["09:00-10:00", "08:45-10:00", "09:00-12:00"], "09:00 09:30"),
    ] {
        assert_eq!(together(hours).starts(), starts, "{hours:?}");
    }
}

#[test]
fn the_grid_is_the_booking_calendars_where_it_has_hours_of_its_own() {
    let scene = together(&["09:00-11:00", "09:20-11:00"])
        .rules(|rules| rules.hours = Some(crate::scene::daily("09:00-12:00")));
    assert_eq!(scene.starts(), "09:30 10:00 10:30");
}

#[test]
fn members_in_far_zones_meet_when_both_work() {
    let mut scene =
        Scene::new("Europe/Berlin", "09:00-17:00", DAY, DAY).host_in("America/New_York", "09:00-17:00");
    scene.kind = Kind::Collective;
    assert_eq!(scene.starts(), "15:00 15:30 16:00 16:30");
}

#[test]
fn the_grid_of_members_who_never_close_does_not_depend_on_what_is_asked() {
    let mut scene = together(&["00:00-24:00", "00:00-24:00"]).interval(100);
    let of_day = scene.starts();
    assert!(of_day.starts_with("00:00 01:40 03:20"), "{of_day}");
    scene.window = scene.span("2026-06-01T03:00", "2026-06-01T04:00");
    assert_eq!(scene.starts(), "03:20");
}

#[test]
fn nobody_shares_the_start_of_a_collective() {
    let ten = ("2026-06-01T10:00", "2026-06-01T10:30");
    let scene = together(&["09:30-11:00", "09:30-11:00"])
        .rules(|rules| rules.per_slot = 5)
        .shared(CALENDAR, ten.0, ten, 1);
    assert_eq!(scene.starts(), "09:30 10:30");
}

#[test]
fn everybodys_buffers_count() {
    let scene = together(&["09:00-11:00", "09:00-11:00"]).buffers(15, 0).busy(
        1,
        "2026-06-01T09:00",
        "2026-06-01T09:30",
        Cause::Blocked,
    );
    assert_eq!(scene.starts(), "10:00 10:30");
}

#[test]
fn without_members_there_are_no_slots() {
    let mut scene = together(&["09:00-11:00"]);
    scene.hosts.clear();
    assert_eq!(scene.starts(), "");
    assert_eq!(scene.codes("2026-06-01T09:00"), ["HOURS"]);
}

#[test]
fn a_refusal_says_who_is_busy_and_that_the_others_are_not() {
    let scene = together(&["09:00-11:00", "09:00-11:00"]).busy(
        1,
        "2026-06-01T10:00",
        "2026-06-01T10:30",
        Cause::Hold,
    );
    let refusals = scene.check("2026-06-01T10:00").unwrap_err();
    let told: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal.reason, refusal.host))
        .collect();
    assert_eq!(told, [(Reason::Held, Some(staff(1))), (Reason::Collective, None)]);
}

#[test]
fn when_nobody_is_free_the_reasons_are_each_ones_own() {
    let scene = together(&["09:00-11:00", "09:00-11:00"])
        .busy(0, "2026-06-01T10:00", "2026-06-01T10:30", Cause::Blocked)
        .event("2026-06-01T10:00", "2026-06-01T10:10")
        .busy(1, "2026-06-01T10:00", "2026-06-01T10:30", Cause::Hold);
    assert_eq!(scene.codes("2026-06-01T10:00"), ["BLOCKED", "CONFLICT", "HELD"]);
}
