//! Simple: the booking calendar itself stands in for a host.

use scheduling::{Cause, Kind};

use crate::scene::{CALENDAR, Scene, daily};

const TEN: (&str, &str) = ("2026-06-01T10:00", "2026-06-01T10:30");

/// A calendar without members: its only host are its own hours.
fn simple() -> Scene {
    let mut scene = Scene::new("Europe/Berlin", "09:30-11:00", "2026-06-01", "2026-06-01")
        .rules(|rules| rules.hours = Some(daily("09:30-11:00")));
    scene.kind = Kind::Simple;
    scene
}

#[test]
fn its_hours_are_its_own() {
    assert_eq!(simple().starts(), "09:30 10:00 10:30");
}

#[test]
fn its_own_appointments_and_blocks_count() {
    assert_eq!(simple().shared(CALENDAR, TEN.0, TEN, 1).starts(), "09:30 10:30");
    assert_eq!(
        simple().busy(0, TEN.0, TEN.1, Cause::Blocked).starts(),
        "09:30 10:30"
    );
    assert_eq!(simple().busy(0, TEN.0, TEN.1, Cause::Hold).codes(TEN.0), ["HELD"]);
}

#[test]
fn several_may_share_a_start() {
    let scene = simple()
        .rules(|rules| rules.per_slot = 2)
        .shared(CALENDAR, TEN.0, TEN, 1);
    assert_eq!(scene.starts(), "09:30 10:00 10:30");
}

#[test]
fn it_may_look_busy() {
    let scene = simple().rules(|rules| rules.look_busy_percent = 67);
    assert_eq!(scene.slots().len(), 1);
}
