//! "Every slot that is *not* offered has a reason code with host and, for the owner of the calendar, the event."

use std::collections::BTreeSet;

use scheduling::{Cause, Kind, Reason, Unit};

use super::kinds::EVERY;
use super::words::{DAY, appointment, day};
use super::{case, hold};
use crate::scene::{Scene, staff};

/// Every refusal of the start at ten as "CODE of HOST event from MINUTES", as far as it has them: minutes after ten.
fn told(scene: &Scene) -> Vec<String> {
    let refusals = scene.check("10:00").unwrap_err();
    let ten = scene.at("10:00");
    let host = |id: scheduling::StaffId| id.0.as_u128() - staff(0).0.as_u128();
    refusals
        .iter()
        .map(|refusal| {
            let mut told = vec![refusal.reason.code().to_owned()];
            told.extend(refusal.host.map(|id| format!("of {}", host(id))));
            if let Some(busy) = refusal.busy.filter(|busy| busy.cause == Cause::External) {
                let after = busy.interval.start.duration_since(ten).as_mins();
                told.push(format!("event from {after}"));
            }
            told.join(" ")
        })
        .collect()
}

fn of(kind: Kind, mut scene: Scene) -> Scene {
    scene.kind = kind;
    scene
}

#[test]
fn every_reason_is_told_with_its_host_and_event() {
    let cases: [(&str, Scene, &[&str]); 6] = [
        (
            "one member's meeting would end after hours, the other is booked",
            of(Kind::RoundRobin, day("09:00-10:15").host("09:00-11:00")).busy(
                1,
                "10:00",
                "10:30",
                appointment(),
            ),
            &["HOURS of 0", "BOOKED of 1"],
        ),
        (
            "one of those who meet together has closed",
            of(Kind::Collective, day("09:00-10:15").host("09:00-11:00")),
            &["HOURS of 0", "COLLECTIVE"],
        ),
        (
            "one of those who meet together does not work then at all",
            of(Kind::Collective, day("13:00-15:00").host("09:00-11:00")).own("09:00-17:00"),
            &["HOURS of 0", "COLLECTIVE"],
        ),
        (
            "a member is busy and had more than their share",
            of(Kind::RoundRobin, day("09:00-11:00"))
                .taken("10:00", "10:30", Cause::External)
                .held_back("2026-06-01"),
            &["CONFLICT of 0 event from 0", "ROUNDROBIN of 0"],
        ),
        (
            "two events lie in one meeting",
            of(Kind::Personal, day("09:00-11:00"))
                .taken("10:00", "10:10", Cause::External)
                .taken("10:20", "10:40", Cause::External),
            &["CONFLICT of 0 event from 0", "CONFLICT of 0 event from 20"],
        ),
        (
            "limits are told beside what is in the way",
            of(Kind::Personal, day("09:00-11:00"))
                .now("2026-06-01T09:00")
                .notice(2, Unit::Hours)
                .per_day(1)
                .booked(DAY, 1)
                .taken("10:00", "10:30", Cause::Blocked),
            &["NOTICE", "DAYLIMIT", "BLOCKED of 0"],
        ),
    ];
    for (sentence, scene, expected) in cases {
        assert_eq!(told(&scene), expected, "{sentence}");
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
        .refuses("11:45", "HOURS")
        .refuses("12:00", "HOURS")]);
}

#[test]
fn every_code_is_reached() {
    let morning = || day("09:00-12:00");
    let busy = |cause| morning().taken("10:00", "10:30", cause);
    let one_room = of(
        Kind::Service,
        morning().step(30, 0, &[0]).room_taken("10:00", "10:30"),
    );
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
        ("NOSEATS", of(Kind::ClassBooking, morning().party_of(2))),
        (
            "COLLECTIVE",
            of(Kind::Collective, busy(Cause::Hold).host("09:00-12:00")),
        ),
        ("ROUNDROBIN", morning().held_back("2026-06-01")),
        ("RESOURCE", one_room),
    ];
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for (code, scene) in rows {
        let found = match scene.kind {
            Kind::Service => super::kinds::Asked::of(&scene, Kind::Service).verdict("10:00"),
            _ => scene.codes("10:00").join(" "),
        };
        assert!(found.split(' ').any(|found| found == code), "{code}: {found}");
        reached.insert(code);
    }
    // Only a list of times can look busy: what is hidden can be booked.
    let hidden = morning().looks_busy(100).explain();
    reached.extend(hidden[0].refusals.iter().map(|refusal| refusal.reason.code()));
    assert_eq!(
        reached.len(),
        17,
        "the sixteen of the specification, and GRID: {reached:?}"
    );
}
