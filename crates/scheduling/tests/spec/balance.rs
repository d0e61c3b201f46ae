//! Members of an equal distribution who are too far ahead.

use std::collections::BTreeSet;

use scheduling::{Kind, Reason};

use crate::scene::{Scene, date, staff};

/// Two members from the last of June to the first of July; the first is held back in June.
fn held_back() -> Scene {
    let mut scene =
        Scene::new("Europe/Berlin", "09:00-10:00", "2026-06-30", "2026-07-01").host("09:30-10:00");
    scene
        .held_back
        .insert(date("2026-06-01"), BTreeSet::from([staff(0)]));
    scene
}

#[test]
fn whoever_is_ahead_in_a_month_is_not_offered_in_it() {
    let scene = held_back();
    assert_eq!(scene.starts(), "30.09:30 01.09:00 01.09:30");
    assert_eq!(scene.slots()[0].hosts[..], [staff(1)]);
    assert_eq!(scene.slots()[2].hosts[..], [staff(0), staff(1)]);
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
fn months_are_those_of_the_booking_calendars_zone() {
    // 22:30 UTC on the last of June is July in Berlin.
    let mut scene = Scene::new("UTC", "22:00-23:00", "2026-06-30", "2026-06-30")
        .rules(|rules| rules.zone = crate::scene::zone("Europe/Berlin"));
    scene
        .held_back
        .insert(date("2026-06-01"), BTreeSet::from([staff(0)]));
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
