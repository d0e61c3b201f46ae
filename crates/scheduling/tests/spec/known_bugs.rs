//! What other schedulers have got wrong, by name.

use scheduling::{Cause, Kind};

use crate::scene::{CALENDAR, Scene, staff};

const DAY: &str = "2026-06-01";

fn day(hours: &str) -> Scene {
    Scene::new("Europe/Berlin", hours, DAY, DAY)
}

#[test]
fn pending_appointments_block() {
    // Whoever waits to be confirmed is an appointment as any other.
    let pending = Cause::Appointment(scheduling::AppointmentId(scheduling::ids::Uuid::from_u128(5)));
    let scene = day("09:00-10:00").busy(0, "2026-06-01T09:00", "2026-06-01T09:30", pending);
    assert_eq!(scene.starts(), "09:30");
}

#[test]
fn two_hosts_halves_are_not_one_slot() {
    for kind in [Kind::RoundRobin, Kind::Collective] {
        let mut scene = day("09:00-10:00").host("10:00-11:00").duration(120).interval(60);
        scene.kind = kind;
        assert_eq!(scene.starts(), "", "{kind:?}");
    }
}

#[test]
fn two_hosts_of_different_grids_do_not_lend_each_other_starts() {
    let scene = day("09:00-10:00").host("09:10-10:10");
    for slot in scene.slots() {
        let minute = scene.zone.local(slot.start).minute();
        let expected = if minute % 30 == 0 { staff(0) } else { staff(1) };
        assert_eq!(slot.hosts[..], [expected]);
    }
}

#[test]
fn an_appointment_may_move_by_a_quarter_of_an_hour_over_itself() {
    // The caller leaves out what is being moved; nothing else of it may stay in the way.
    let scene = day("09:00-10:30").duration(60).interval(15).buffers(15, 15);
    assert!(scene.check("2026-06-01T09:15").is_ok());
}

#[test]
fn buffers_are_not_reversed() {
    let before = day("09:00-11:00")
        .buffers(30, 0)
        .event("2026-06-01T09:00", "2026-06-01T09:30");
    assert_eq!(before.starts(), "10:00 10:30");
    let after = day("09:00-11:00")
        .buffers(0, 30)
        .event("2026-06-01T10:30", "2026-06-01T11:00");
    assert_eq!(after.starts(), "09:00 09:30");
}

#[test]
fn buffers_are_kept_once_on_each_side_between_neighbours() {
    // An appointment from 9:00 to 9:30 with 10 minutes after it; the next keeps 5 before: 9:45 at the earliest.
    let busy = ("2026-06-01T09:00", "2026-06-01T09:40");
    for (interval, first) in [(5, "09:45"), (15, "09:45"), (30, "10:00")] {
        let scene = day("09:00-10:30").interval(interval).buffers(5, 10).busy(
            0,
            busy.0,
            busy.1,
            Cause::Appointment(scheduling::AppointmentId(scheduling::ids::Uuid::from_u128(5))),
        );
        assert!(
            scene.starts().starts_with(first),
            "{interval}: {}",
            scene.starts()
        );
    }
}

#[test]
fn the_last_slot_before_midnight_is_there_and_the_first_after_it() {
    let scene = Scene::new("Europe/Berlin", "22:00-24:00", "2026-06-01", "2026-06-02");
    assert!(scene.check("2026-06-01T23:30").is_ok());
    let scene = Scene::new("Europe/Berlin", "00:00-24:00", "2026-06-01", "2026-06-02").duration(45);
    assert!(scene.check("2026-06-01T23:30").is_ok(), "it may pass midnight");
    assert!(scene.check("2026-06-02T00:00").is_ok());
}

#[test]
fn seats_are_not_lost_after_the_first_booking() {
    let start = ("2026-06-01T09:00", "2026-06-01T09:30");
    for kind in [Kind::ClassBooking, Kind::Personal, Kind::Simple] {
        for taken in 1..12 {
            let mut scene = day("09:00-10:00")
                .rules(|rules| (rules.seats, rules.per_slot) = (12, 12))
                .shared(CALENDAR, start.0, start, taken);
            scene.kind = kind;
            assert!(scene.check(start.0).is_ok(), "{kind:?}, {taken} taken");
        }
    }
}

#[test]
fn the_minimum_notice_is_counted_from_now_and_not_from_midnight() {
    let scene = day("09:00-12:00")
        .now("2026-06-01T08:10")
        .rules(|rules| rules.notice = scheduling::Span::new(2, scheduling::Unit::Hours));
    assert_eq!(scene.starts(), "10:30 11:00 11:30");
}

#[test]
fn a_day_on_which_the_clocks_change_is_shown_right_everywhere() {
    for (zone, day, hours, starts) in [
        ("America/New_York", "2026-03-08", "01:00-04:00", "01:00 03:00"),
        (
            "America/New_York",
            "2026-11-01",
            "00:00-03:00",
            "00:00 01:00 01:00 02:00",
        ),
        ("Europe/Berlin", "2026-03-29", "01:00-04:00", "01:00 03:00"),
        (
            "Europe/Berlin",
            "2026-10-25",
            "01:00-04:00",
            "01:00 02:00 02:00 03:00",
        ),
        // By half an hour.
        ("Australia/Lord_Howe", "2026-10-04", "01:00-04:00", "01:00 02:30"),
        (
            "Australia/Lord_Howe",
            "2026-04-05",
            "00:00-03:00",
            "00:00 01:00 01:30",
        ),
        // No change since 2019.
        ("America/Sao_Paulo", "2026-11-01", "00:00-02:00", "00:00 01:00"),
        // Ramadan: back on the Sunday before, forth on the one after.
        (
            "Africa/Casablanca",
            "2026-02-15",
            "01:00-04:00",
            "01:00 02:00 02:00 03:00",
        ),
        ("Africa/Casablanca", "2026-03-22", "01:00-04:00", "01:00 03:00"),
        // Midnight does not exist.
        ("America/Santiago", "2026-09-06", "00:00-03:00", "01:00 02:00"),
        ("Asia/Beirut", "2026-03-29", "00:00-03:00", "01:00 02:00"),
        // Midnight is twice: the day is one of 25 hours and its first hour is the earlier.
        ("America/Havana", "2025-11-02", "00:00-02:00", "00:00 00:00 01:00"),
        ("Pacific/Apia", "2026-09-27", "02:00-05:00", "02:00 03:00 04:00"),
    ] {
        let scene = Scene::new(zone, hours, day, day).duration(60).interval(60);
        assert_eq!(scene.starts(), starts, "{zone} on {day}");
    }
}
