//! The reasons: every start that is not offered has one, which names the host it concerns and what is in the way.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{Cause, Kind, Reason, Refusal, Unit, check};

use crate::kinds::EVERY;
use crate::scene::{DAY, Scene, appointment, day, staff};
use crate::table::{case, hold};

/// Refusals as "CODE of HOST event from MINUTES", as far as they have them: minutes after the start.
fn told(refusals: &[Refusal], start: Timestamp) -> Vec<String> {
    let host = |id: scheduling::StaffId| id.0.as_u128() - staff(0).0.as_u128();
    refusals
        .iter()
        .map(|refusal| {
            let mut told = vec![refusal.reason.as_str().to_owned()];
            told.extend(refusal.host().map(|id| format!("of {}", host(id))));
            if let Some(busy) = refusal.busy.filter(|busy| busy.cause == Cause::External) {
                let after = busy.interval.start.duration_since(start).as_mins();
                told.push(format!("event from {after}"));
            }
            told.join(" ")
        })
        .collect()
}

fn told_against(scene: &Scene, local: &str) -> Vec<String> {
    told(&scene.check(local).unwrap_err(), scene.at(local))
}

#[test]
fn every_reason_is_told_with_its_host_and_event() {
    let morning = || day("09:00-11:00");
    let two = || morning().host("09:00-11:00");
    let cases: [(&str, Scene, &[&str]); 9] = [
        (
            "one member's meeting would end after hours, the other is booked",
            day("09:00-10:15")
                .host("09:00-11:00")
                .busy(1, "10:00", "10:30", appointment()),
            &["HOURS of 0", "BOOKED of 1"],
        ),
        (
            "one of those who meet together has closed",
            day("09:00-10:15").host("09:00-11:00").kind(Kind::Collective),
            &["HOURS of 0", "COLLECTIVE"],
        ),
        (
            "one of those who meet together does not work then at all",
            day("13:00-15:00")
                .host("09:00-11:00")
                .own("09:00-17:00")
                .kind(Kind::Collective),
            &["HOURS of 0", "COLLECTIVE"],
        ),
        (
            "one of those who meet together is busy",
            two()
                .busy(1, "10:00", "10:30", Cause::Hold)
                .kind(Kind::Collective),
            &["HELD of 1", "COLLECTIVE"],
        ),
        (
            "all who meet together are busy",
            two()
                .taken("10:00", "10:30", Cause::Blocked)
                .taken("10:00", "10:10", Cause::External)
                .busy(1, "10:00", "10:30", Cause::Hold)
                .kind(Kind::Collective),
            &["BLOCKED of 0", "CONFLICT of 0 event from 0", "HELD of 1"],
        ),
        (
            "a member is busy and had more than their share",
            morning()
                .taken("10:00", "10:30", Cause::External)
                .held_back(0, DAY),
            &["CONFLICT of 0 event from 0", "ROUNDROBIN of 0"],
        ),
        (
            "two events lie in one meeting",
            morning()
                .taken("10:00", "10:10", Cause::External)
                .taken("10:20", "10:40", Cause::External),
            &["CONFLICT of 0 event from 0", "CONFLICT of 0 event from 20"],
        ),
        (
            "limits are told beside what is in the way",
            morning()
                .now("2026-06-01T09:00")
                .notice(2, Unit::Hours)
                .per_day(1)
                .booked(DAY, 1)
                .taken("10:00", "10:30", Cause::Blocked),
            &["NOTICE", "DAYLIMIT", "BLOCKED of 0"],
        ),
        (
            "also when it is over",
            morning()
                .now("2026-06-01T11:00")
                .per_day(1)
                .booked(DAY, 1)
                .taken("10:00", "10:30", Cause::External)
                .taken("10:15", "12:00", Cause::Blocked),
            &["PAST", "DAYLIMIT", "CONFLICT of 0 event from 0", "BLOCKED of 0"],
        ),
    ];
    for (sentence, scene, expected) in cases {
        assert_eq!(told_against(&scene, "10:00"), expected, "{sentence}");
    }
}

#[test]
fn what_is_in_the_way_is_named_whatever_it_is() {
    for cause in [
        appointment(),
        Cause::Hold,
        Cause::Blocked,
        Cause::External,
        Cause::Unreadable,
        Cause::NotRead,
    ] {
        let refusals = day("09:00-12:00")
            .taken("10:10", "10:20", cause)
            .check("10:00")
            .unwrap_err();
        let told = refusals
            .iter()
            .map(|refusal| (refusal.host(), refusal.busy.map(|busy| busy.cause)));
        assert_eq!(told.collect::<Vec<_>>(), [(Some(staff(0)), Some(cause))]);
    }
}

#[test]
fn a_full_day_is_never_said_to_look_busy() {
    let scene = day("09:00-11:00").looks_busy(100).per_day(1).booked(DAY, 1);
    for position in scene.explain() {
        let reasons: Vec<Reason> = position.refusals.iter().map(|refusal| refusal.reason).collect();
        assert_eq!(reasons, [Reason::DayLimit]);
    }
}

#[test]
fn starts_outside_hours_and_off_the_grid_are_told_apart() {
    hold([case("of every kind", EVERY, day("09:00-12:00"))
        .refuses("09:10", "GRID")
        .refuses("09:00:30", "GRID")
        .refuses("08:30", "HOURS")
        .refuses("03:00", "HOURS")
        .refuses("11:45", "HOURS")
        .refuses("12:00", "HOURS")]);
}

#[test]
fn every_code_is_reached() {
    let morning = || day("09:00-12:00");
    let busy = |cause| morning().taken("10:00", "10:30", cause);
    let one_room = morning()
        .step(30, 0, &[0])
        .needs(1, 1)
        .has(1, 1)
        .unit_taken(0, 0, "10:00", "10:30")
        .kind(Kind::Service);
    let rows: [(&str, Scene); 16] = [
        ("HOURS", day("13:00-15:00")),
        ("GRID", day("09:10-12:00")),
        ("PAST", morning().now("2026-06-01T10:30")),
        ("NOTICE", morning().now("2026-06-01T09:30").notice(2, Unit::Hours)),
        ("TOOFAR", morning().between("2026-06-02", "2026-06-30")),
        ("DAYLIMIT", morning().per_day(1).booked(DAY, 1)),
        ("BOOKED", busy(appointment())),
        ("HELD", busy(Cause::Hold)),
        ("BLOCKED", busy(Cause::Blocked)),
        ("CONFLICT", busy(Cause::External)),
        ("STALE", busy(Cause::Unreadable)),
        (
            "BUFFER",
            morning().buffers(15, 0).taken("09:50", "10:00", Cause::Blocked),
        ),
        ("NOSEATS", morning().party_of(2).kind(Kind::ClassBooking)),
        (
            "COLLECTIVE",
            busy(Cause::Hold).host("09:00-12:00").kind(Kind::Collective),
        ),
        ("ROUNDROBIN", morning().held_back(0, DAY)),
        ("RESOURCE", one_room),
    ];
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for (code, scene) in rows {
        let found = match scene.kind {
            Kind::Service => crate::kinds::Asked::of(&scene, Kind::Service).verdict("10:00"),
            _ => scene.codes("10:00").join(" "),
        };
        assert!(found.split(' ').any(|found| found == code), "{code}: {found}");
        reached.insert(code);
    }
    // Only a list of times can look busy: what is hidden can be booked.
    let hidden = morning().looks_busy(100).explain();
    reached.extend(hidden[0].refusals.iter().map(|refusal| refusal.reason.as_str()));
    assert_eq!(
        reached.len(),
        17,
        "the sixteen of the specification, and GRID: {reached:?}"
    );
}

#[test]
fn a_start_of_the_grid_too_late_to_end_in_hours_says_so() {
    let scene = day("09:00-12:00").duration(45);
    let last = scene.explain().pop().unwrap();
    assert_eq!((last.start, last.is_offered), (scene.at("11:30"), false));
    assert_eq!(told(&last.refusals, last.start), ["HOURS of 0"]);
}

#[test]
fn a_start_that_some_members_offer_still_says_why_others_do_not() {
    // The second is off until ten, the third begins at ten past, the fourth has an event.
    let scene = day("09:00-12:00")
        .host("10:00-12:00")
        .host("09:10-12:00")
        .host("09:00-12:00")
        .busy(3, "09:00", "09:30", Cause::External);
    let positions = scene.explain();
    let rows: [(&str, &[u128], &[&str]); 3] = [
        (
            "09:00",
            &[0],
            &["HOURS of 1", "HOURS of 2", "CONFLICT of 3 event from 0"],
        ),
        ("10:00", &[0, 1, 3], &["GRID of 2"]),
        ("10:10", &[2], &["GRID of 0", "GRID of 1", "GRID of 3"]),
    ];
    for (local, hosts, refusals) in rows {
        let start = scene.at(local);
        let position = positions.iter().find(|position| position.start == start).unwrap();
        let hosts: Vec<_> = hosts.iter().copied().map(staff).collect();
        assert_eq!(position.hosts[..], hosts, "{local}");
        assert_eq!(told(&position.refusals, start), refusals, "{local}");
    }
}

#[test]
fn off_the_grid_and_outside_hours_everything_in_the_way_is_named() {
    let scene = day("09:00-12:00")
        .host("09:00-12:00")
        .host("14:00-15:00")
        .event("09:20", "09:30")
        .busy(1, "08:00", "08:30", Cause::Blocked)
        .busy(2, "08:20", "09:20", Cause::Unreadable);
    assert_eq!(
        told_against(&scene, "09:10"),
        ["GRID", "CONFLICT of 0 event from 10", "HOURS of 2", "STALE of 2"],
        "the second is free"
    );
    assert_eq!(
        told_against(&scene, "08:00"),
        [
            "HOURS of 0",
            "HOURS of 1",
            "BLOCKED of 1",
            "HOURS of 2",
            "STALE of 2"
        ]
    );
}

#[test]
fn together_only_what_everybody_is_open_for_is_off_the_grid() {
    let scene = day("09:00-12:00").host("10:00-12:00").kind(Kind::Collective);
    assert_eq!(told_against(&scene, "10:10"), ["GRID"]);
    assert_eq!(told_against(&scene, "09:10"), ["HOURS of 1"]);
}

#[test]
fn a_check_needs_no_window_around_its_start() {
    let scene = day("09:00-12:00").asked("2027-01-01T00:00", "2027-01-02T00:00");
    assert!(scene.check("2026-06-01T09:00").is_ok());
}

#[test]
fn a_check_at_the_end_of_time_is_refused() {
    let scene = day("09:00-12:00");
    assert!(check(&scene.request(), Timestamp::MAX).is_err());
    assert!(check(&scene.request(), Timestamp::MIN).is_err());
}
