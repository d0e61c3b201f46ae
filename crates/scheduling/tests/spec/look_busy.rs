//! Looking busy.

use scheduling::ids::Uuid;
use scheduling::{CalendarId, Request, slots};

use crate::scene::Scene;

/// Sixteen times a day.
fn days(percent: u8) -> Scene {
    Scene::new("Europe/Berlin", "09:00-17:00", "2026-06-01", "2026-06-10")
        .rules(|rules| rules.look_busy_percent = percent)
}

fn per_day(scene: &Scene) -> Vec<usize> {
    let slots = scene.slots();
    let mut days: Vec<_> = slots.iter().map(|slot| scene.zone.date(slot.start)).collect();
    days.dedup();
    days.iter()
        .map(|day| {
            slots
                .iter()
                .filter(|slot| scene.zone.date(slot.start) == *day)
                .count()
        })
        .collect()
}

#[test]
fn the_share_that_is_shown_is_rounded() {
    for (percent, shown) in [(0, 16), (1, 16), (25, 12), (50, 8), (60, 6), (75, 4), (96, 1)] {
        assert_eq!(per_day(&days(percent)), vec![shown; 10], "{percent} %");
    }
    assert_eq!(per_day(&days(97)), Vec::<usize>::new());
    assert_eq!(per_day(&days(100)), Vec::<usize>::new());
}

#[test]
fn busy_time_counts_as_hidden() {
    // Half of 16 is 8; where only 6 are free, all 6 are shown.
    let scene = days(50).event("2026-06-01T09:00", "2026-06-01T14:00");
    assert_eq!(per_day(&scene), [6, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
}

#[test]
fn the_choice_is_stable_and_part_of_what_is_free() {
    let (some, all) = (days(50).slots(), days(0).slots());
    assert_eq!(some, days(50).slots());
    assert!(some.iter().all(|slot| all.contains(slot)));
}

#[test]
fn the_choice_does_not_depend_on_how_much_is_asked_for() {
    let scene = days(50);
    let whole = scene.slots();
    let mut parts = Vec::new();
    let mut from = scene.window.start;
    while from < scene.window.end {
        let to = from
            .checked_add(jiff::SignedDuration::from_mins(205))
            .unwrap()
            .min(scene.window.end);
        let part = Request {
            window: scheduling::Interval::new(from, to),
            ..scene.request()
        };
        parts.extend(slots(&part).unwrap());
        from = to;
    }
    assert_eq!(parts, whole);
}

#[test]
fn a_higher_share_hides_more_of_the_same() {
    let (more, less) = (days(75).slots(), days(50).slots());
    assert!(more.iter().all(|slot| less.contains(slot)));
}

#[test]
fn the_choice_differs_from_day_to_day_and_between_booking_calendars() {
    let scene = days(50);
    let shown = scene.slots();
    let times: Vec<Vec<_>> = (1..=10)
        .map(|day| {
            shown
                .iter()
                .map(|slot| scene.zone.local(slot.start))
                .filter(|at| at.day() == day)
                .map(jiff::civil::DateTime::time)
                .collect()
        })
        .collect();
    assert!(times.windows(2).any(|days| days[0] != days[1]));
    let other = Request {
        calendar: CalendarId(Uuid::from_u128(2)),
        ..scene.request()
    };
    assert_ne!(slots(&other).unwrap(), shown);
}

#[test]
fn those_who_meet_together_have_the_times_that_they_have_in_common() {
    // Eight times in common, of twelve and twelve on two grids.
    let mut scene = Scene::new("Europe/Berlin", "09:00-15:00", "2026-06-01", "2026-06-01")
        .host("10:50-17:00")
        .rules(|rules| rules.look_busy_percent = 50);
    scene.kind = scheduling::Kind::Collective;
    assert_eq!(per_day(&scene), [4]);
}

#[test]
fn staff_see_everything() {
    let mut scene = days(75);
    scene.staff_view = true;
    assert_eq!(per_day(&scene), vec![16; 10]);
}

#[test]
fn what_only_looks_busy_can_be_booked() {
    let scene = days(100);
    assert_eq!(scene.slots(), []);
    assert!(scene.check("2026-06-01T09:00").is_ok());
}

#[test]
fn what_is_hidden_says_so() {
    let scene = days(50);
    let positions = scene.explain();
    let hidden = positions
        .iter()
        .filter(|position| position.hosts.is_empty())
        .count();
    assert_eq!((positions.len(), hidden), (160, 80));
    for position in positions.iter().filter(|position| position.hosts.is_empty()) {
        assert_eq!(
            position
                .refusals
                .iter()
                .map(|refusal| refusal.reason.code())
                .collect::<Vec<_>>(),
            ["LOOKBUSY"]
        );
    }
}
