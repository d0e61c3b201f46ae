//! Busy time and buffers: the occupied time of an appointment overlaps nothing in the host's busy set. All intervals are
//! half-open. Buffers may lie outside the hours.

use scheduling::{Cause, Kind};

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, CALENDAR, appointment, day, days};
use crate::table::{case, hold};

#[test]
fn busy_time_blocks() {
    let ten_to_eleven = |cause| day("09:00-12:00").taken("10:00", "11:00", cause);
    hold([
        case("an appointment blocks", EVERY, ten_to_eleven(appointment()))
            .starts("09:00 09:30 11:00 11:30")
            .refuses("10:00", "BOOKED"),
        case("another visitor's hold blocks", EVERY, ten_to_eleven(Cause::Hold))
            .starts("09:00 09:30 11:00 11:30")
            .refuses("10:30", "HELD"),
        case("blocked-off time blocks", EVERY, ten_to_eleven(Cause::Blocked))
            .starts("09:00 09:30 11:00 11:30")
            .refuses("10:00", "BLOCKED"),
        case(
            "an external event blocks",
            WITH_MEMBERS,
            ten_to_eleven(Cause::External),
        )
        .starts("09:00 09:30 11:00 11:30")
        .refuses("10:00", "CONFLICT"),
        case(
            "a calendar that cannot be read is never free",
            WITH_MEMBERS,
            ten_to_eleven(Cause::Unreadable),
        )
        .starts("09:00 09:30 11:00 11:30")
        .refuses("10:00", "STALE"),
        case(
            "what was not read of a calendar is too far ahead",
            WITH_MEMBERS,
            ten_to_eleven(Cause::NotRead),
        )
        .starts("09:00 09:30 11:00 11:30")
        .refuses("10:00", "TOOFAR"),
        case(
            "an appointment of another booking calendar blocks",
            WITH_MEMBERS,
            day("09:00-11:00").places(9).elsewhere("10:00", "10:30"),
        )
        .starts("09:00 09:30 10:30")
        .refuses("10:00", "BOOKED"),
    ]);
}

#[test]
fn intervals_are_half_open() {
    hold([
        case(
            "touching is not overlapping",
            EVERY,
            day("09:00-11:00").taken("09:30", "10:30", Cause::Blocked),
        )
        .starts("09:00 10:30"),
        case(
            "a ten-millionth of a second in common is",
            EVERY,
            day("09:00-11:00").taken("09:29:59.9999999", "10:30:00.0000001", Cause::Blocked),
        )
        .nothing(),
        case(
            "time without length blocks nothing",
            EVERY,
            day("09:00-10:00").taken("09:10", "09:10", Cause::Blocked),
        )
        .starts("09:00 09:30"),
        case(
            "a minute inside a meeting blocks it",
            EVERY,
            day("09:00-12:00")
                .duration(60)
                .taken("10:10", "10:11", Cause::Blocked),
        )
        .starts("09:00 10:30 11:00"),
        case(
            "what began long before still blocks",
            EVERY,
            day("09:00-11:00").taken("2026-05-01T00:00", "10:00", Cause::Blocked),
        )
        .starts("10:00 10:30"),
        case(
            "of two equal local times only the busy one is blocked",
            EVERY,
            days(BERLIN, "2026-10-25", "2026-10-25", "02:00-03:00").taken(
                "2026-10-25T00:30Z",
                "2026-10-25T01:00Z",
                Cause::Blocked,
            ),
        )
        .utc("00:00 01:00 01:30"),
    ]);
}

#[test]
fn no_busy_time_is_forgotten() {
    let many = (10..50).fold(
        day("09:00-12:00").taken("2026-05-01T00:00", "10:05", Cause::Blocked),
        |scene, minute| {
            let (from, to) = (format!("08:{minute}"), format!("08:{minute}:30"));
            scene.taken(&from, &to, Cause::Blocked)
        },
    );
    hold([
        case(
            "a long one before short ones",
            EVERY,
            day("09:00-12:00")
                .taken("08:00", "11:30", Cause::Blocked)
                .taken("08:30", "08:40", Cause::Blocked)
                .taken("09:00", "09:10", Cause::Blocked),
        )
        .starts("11:30"),
        case("one that began long ago before many", EVERY, many)
            .refuses("10:00", "BLOCKED")
            .offers("10:30"),
        case(
            "whatever order it is told in",
            EVERY,
            day("09:00-12:00")
                .taken("11:00", "11:30", Cause::Blocked)
                .taken("09:00", "09:30", Cause::Blocked)
                .taken("10:00", "10:30", Cause::Blocked),
        )
        .starts("09:30 10:30 11:30"),
    ]);
}

#[test]
fn buffers_keep_their_side() {
    let around_ten = || day("09:00-12:00").taken("10:00", "10:30", Cause::Blocked);
    hold([
        case(
            "the buffer before lies before",
            EVERY,
            around_ten().buffers(30, 0),
        )
        .starts("09:00 09:30 11:00 11:30")
        .refuses("10:30", "BUFFER"),
        case("the buffer after lies after", EVERY, around_ten().buffers(0, 30))
            .starts("09:00 10:30 11:00 11:30")
            .refuses("09:30", "BUFFER"),
        case(
            "a buffer may end just where busy time begins",
            EVERY,
            around_ten().interval(10).buffers(10, 20),
        )
        .offers("09:10")
        .refuses("09:20", "BUFFER")
        .refuses("10:30", "BUFFER")
        .offers("10:40"),
        case(
            "buffers may lie outside hours",
            EVERY,
            day("09:00-10:00").buffers(60, 60),
        )
        .starts("09:00 09:30"),
        case(
            "and are blocked by what lies there",
            EVERY,
            day("09:00-11:00")
                .buffers(15, 15)
                .taken("08:30", "08:50", Cause::Blocked)
                .taken("11:10", "12:00", Cause::Blocked),
        )
        .starts("09:30 10:00"),
        case(
            "also on the day before",
            EVERY,
            days(BERLIN, "2026-06-02", "2026-06-02", "00:00-02:00")
                .buffers(15, 0)
                .taken("2026-06-01T23:50", "2026-06-01T23:59", Cause::Blocked),
        )
        .starts("00:30 01:00 01:30"),
        case(
            "and on the day after",
            EVERY,
            days(BERLIN, "2026-06-01", "2026-06-01", "22:00-24:00")
                .buffers(0, 15)
                .taken("2026-06-02T00:10", "2026-06-02T00:20", Cause::Blocked),
        )
        .starts("22:00 22:30 23:00"),
        case(
            "between two appointments are the stored buffer of one and the other's own",
            EVERY,
            // Booked from ten to half past, with a quarter of an hour after it.
            day("09:00-12:00")
                .interval(5)
                .buffers(10, 0)
                .taken("10:00", "10:45", appointment()),
        )
        .offers("09:30")
        .refuses("10:50", "BUFFER")
        .offers("10:55"),
        case(
            "the buffer stored with an appointment is told apart from its meeting",
            &[
                Kind::RoundRobin,
                Kind::Personal,
                Kind::Collective,
                Kind::Simple,
                Kind::Service,
            ],
            day("09:00-12:00").shared(CALENDAR, "10:00", ("09:45", "10:45"), 1),
        )
        .refuses("09:30", "BUFFER")
        .refuses("10:00", "BOOKED")
        .refuses("10:30", "BUFFER"),
        case(
            "a buffer is elapsed time when the clocks change",
            EVERY,
            days(BERLIN, "2026-03-29", "2026-03-29", ALWAYS)
                .buffers(60, 0)
                .taken("01:00", "01:30", Cause::Blocked),
        )
        .refuses("01:30", "BUFFER")
        .refuses("03:00", "BUFFER")
        .offers("03:30"),
    ]);
}

#[test]
fn buffers_are_kept_once_on_each_side_between_neighbours() {
    // An appointment from 9:00 to 9:30 with 10 minutes after it; the next keeps 5 before: 9:45 at the earliest.
    let rows = [
        (5, "09:45", "09:40", "BUFFER"),
        (15, "09:45", "09:30", "BOOKED"),
        (30, "10:00", "09:30", "BOOKED"),
    ];
    hold(rows.map(|(interval, first, before, code)| {
        let scene = day("09:00-10:30").interval(interval).buffers(5, 10);
        let scene = scene.taken("09:00", "09:40", appointment());
        case("between neighbours", EVERY, scene)
            .offers(first)
            .refuses(before, code)
    }));
}

#[test]
fn an_appointment_may_move_by_a_quarter_of_an_hour_over_itself() {
    // An hour at nine with a quarter of an hour on both sides. Whoever moves it asks without it: then neither the grid nor
    // the buffers know of it, and what others have booked still counts.
    let morning = || day("08:30-12:00").duration(60).interval(15).buffers(15, 15);
    let with_another = || morning().taken("10:45", "11:45", appointment());
    hold([
        case(
            "to everybody else it is in the way",
            EVERY,
            morning().taken("08:45", "10:15", appointment()),
        )
        .refuses("09:15", "BOOKED")
        .offers("10:30"),
        case("to itself it is not", EVERY, morning())
            .offers("09:15")
            .offers("08:45"),
        case("and another one is", EVERY, with_another())
            .offers("09:30")
            .refuses("09:45", "BUFFER")
            .refuses("10:00", "BOOKED"),
    ]);
}

#[test]
fn a_slot_ends_with_the_meeting_and_not_with_its_buffer() {
    let slot = day("09:00-12:00")
        .duration(45)
        .buffers(10, 10)
        .check("09:30")
        .unwrap();
    assert_eq!(slot.end.duration_since(slot.start).as_mins(), 45);
}
