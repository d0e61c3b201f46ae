//! Buffers, busy time and who of several hosts is free.

use scheduling::ids::Uuid;
use scheduling::{AppointmentId, Cause};

use crate::scene::{Scene, staff};

fn morning() -> Scene {
    Scene::new("Europe/Berlin", "09:00-12:00", "2026-06-01", "2026-06-01")
}

#[test]
fn every_cause_blocks_what_it_overlaps() {
    for cause in [
        Cause::Appointment(AppointmentId(Uuid::from_u128(1))),
        Cause::Hold,
        Cause::Blocked,
        Cause::External,
        Cause::Unreadable,
    ] {
        let scene = morning().busy(0, "2026-06-01T10:00", "2026-06-01T11:00", cause);
        assert_eq!(scene.starts(), "09:00 09:30 11:00 11:30", "{cause:?}");
    }
}

#[test]
fn touching_is_not_overlapping() {
    let scene = morning().event("2026-06-01T09:30", "2026-06-01T11:30");
    assert_eq!(scene.starts(), "09:00 11:30");
}

#[test]
fn a_single_second_in_common_blocks() {
    let scene = morning().event("2026-06-01T09:29:59", "2026-06-01T11:30:01");
    assert_eq!(scene.starts(), "");
}

#[test]
fn less_than_a_millisecond_in_common_blocks() {
    let scene = morning().event("2026-06-01T09:29:59.9999999", "2026-06-01T11:30:00.0000001");
    assert_eq!(scene.starts(), "");
}

#[test]
fn an_event_without_length_blocks_nothing() {
    let scene = morning().event("2026-06-01T09:10", "2026-06-01T09:10");
    assert_eq!(scene.slots().len(), 6);
}

#[test]
fn a_short_event_inside_a_meeting_blocks_it() {
    let scene = morning()
        .duration(60)
        .event("2026-06-01T10:10", "2026-06-01T10:11");
    assert_eq!(scene.starts(), "09:00 10:30 11:00");
}

#[test]
fn an_event_that_began_long_before_blocks() {
    let scene = morning().event("2026-05-01T00:00", "2026-06-01T10:30");
    assert_eq!(scene.starts(), "10:30 11:00 11:30");
}

#[test]
fn a_long_event_before_short_ones_is_not_forgotten() {
    let scene = morning()
        .event("2026-06-01T08:00", "2026-06-01T11:30")
        .event("2026-06-01T08:30", "2026-06-01T08:40")
        .event("2026-06-01T09:00", "2026-06-01T09:10");
    assert_eq!(scene.starts(), "11:30");
}

#[test]
fn the_order_of_busy_time_does_not_matter() {
    let scene = morning()
        .event("2026-06-01T11:00", "2026-06-01T11:30")
        .event("2026-06-01T09:00", "2026-06-01T09:30")
        .event("2026-06-01T10:00", "2026-06-01T10:30");
    assert_eq!(scene.starts(), "09:30 10:30 11:30");
}

#[test]
fn the_pre_buffer_lies_before_the_meeting() {
    let scene = morning()
        .buffers(30, 0)
        .event("2026-06-01T10:00", "2026-06-01T10:30");
    assert_eq!(scene.starts(), "09:00 09:30 11:00 11:30");
}

#[test]
fn the_post_buffer_lies_after_the_meeting() {
    let scene = morning()
        .buffers(0, 30)
        .event("2026-06-01T10:00", "2026-06-01T10:30");
    assert_eq!(scene.starts(), "09:00 10:30 11:00 11:30");
}

#[test]
fn a_buffer_may_end_exactly_where_busy_time_begins() {
    let scene = morning()
        .interval(5)
        .buffers(10, 20)
        .event("2026-06-01T10:00", "2026-06-01T10:30");
    let starts = scene.starts();
    assert!(starts.contains("09:10 10:40"), "{starts}");
}

#[test]
fn buffers_may_lie_outside_hours() {
    assert_eq!(morning().buffers(60, 60).slots().len(), 6);
}

#[test]
fn buffers_outside_hours_are_blocked_by_what_lies_there() {
    let scene = morning()
        .buffers(15, 15)
        .event("2026-06-01T08:30", "2026-06-01T08:50")
        .event("2026-06-01T12:10", "2026-06-01T13:00");
    assert_eq!(scene.starts(), "09:30 10:00 10:30 11:00");
}

#[test]
fn the_gap_between_appointments_is_at_least_the_stored_buffer_and_the_next_ones() {
    // The appointment 10:00-10:30 was booked with 15 minutes after it; the rules now ask for 10 before.
    let scene = morning().interval(5).buffers(10, 0).busy(
        0,
        "2026-06-01T10:00",
        "2026-06-01T10:45",
        Cause::Appointment(AppointmentId(Uuid::from_u128(1))),
    );
    let starts = scene.starts();
    assert!(starts.contains("09:30 10:55"), "{starts}");
}

#[test]
fn a_start_is_on_offer_while_one_host_is_free() {
    let scene = morning()
        .host("09:00-12:00")
        .event("2026-06-01T09:00", "2026-06-01T12:00")
        .busy(1, "2026-06-01T09:00", "2026-06-01T11:00", Cause::Blocked);
    assert_eq!(scene.starts(), "11:00 11:30");
    assert!(scene.slots().iter().all(|slot| slot.hosts[..] == [staff(1)]));
}

#[test]
fn two_hosts_halves_never_make_a_meeting() {
    let scene = Scene::new("Europe/Berlin", "09:00-09:30", "2026-06-01", "2026-06-01")
        .host("09:30-10:00")
        .duration(60);
    assert_eq!(scene.starts(), "");
    let scene = morning()
        .host("09:00-12:00")
        .duration(60)
        .interval(60)
        .busy(0, "2026-06-01T10:30", "2026-06-01T11:00", Cause::Blocked)
        .busy(1, "2026-06-01T10:00", "2026-06-01T10:30", Cause::Blocked);
    assert_eq!(scene.starts(), "09:00 11:00");
}

#[test]
fn a_slot_names_every_free_host_in_the_order_of_the_question() {
    let scene = morning().host("09:30-10:30").host("09:00-10:00");
    let hosts: Vec<_> = scene.slots().into_iter().map(|slot| slot.hosts).collect();
    assert_eq!(hosts[0][..], [staff(0), staff(2)]);
    assert_eq!(hosts[1][..], [staff(0), staff(1), staff(2)]);
    assert_eq!(hosts[2][..], [staff(0), staff(1)]);
    assert_eq!(hosts[3][..], [staff(0)]);
}

#[test]
fn slots_are_in_order_whatever_the_order_of_hosts() {
    let scene = Scene::new("Europe/Berlin", "15:00-16:00", "2026-06-01", "2026-06-01")
        .host("09:00-10:00")
        .host("12:00-13:00");
    assert_eq!(scene.starts(), "09:00 09:30 12:00 12:30 15:00 15:30");
}

#[test]
fn what_the_caller_leaves_out_does_not_block_its_own_move() {
    let booked = morning().event("2026-06-01T10:00", "2026-06-01T10:30");
    assert!(booked.check("2026-06-01T10:00").is_err());
    let mut moving = booked;
    moving.hosts[0].busy.clear();
    assert!(moving.check("2026-06-01T10:00").is_ok());
}

#[test]
fn a_slot_ends_with_the_meeting_and_not_with_its_buffer() {
    let slot = morning()
        .duration(45)
        .buffers(10, 10)
        .check("2026-06-01T09:30")
        .unwrap();
    assert_eq!(slot.end.duration_since(slot.start).as_mins(), 45);
}
