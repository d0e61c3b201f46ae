//! "A host is free when … O overlaps nothing in the host's busy set. Buffers may lie outside hours." All intervals are
//! half-open.

use scheduling::Cause;

use super::kinds::{EVERY, WITH_MEMBERS};
use super::words::{ALWAYS, BERLIN, appointment, day, days};
use super::{case, hold};

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
            "a second in common is",
            EVERY,
            day("09:00-11:00").taken("09:29:59", "10:30:01", Cause::Blocked),
        )
        .nothing(),
        case(
            "time without length blocks nothing",
            EVERY,
            day("09:00-10:00").taken("09:10", "09:10", Cause::Blocked),
        )
        .starts("09:00 09:30"),
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
