//! The limit per day: active appointments of this booking calendar by the local date of their start; in a class, seats.

use scheduling::Kind;

use crate::kinds::{EVERY, WITH_MEMBERS};
use crate::scene::{ALWAYS, BERLIN, DAY, day, days, only};
use crate::table::{case, hold};

#[test]
fn a_full_day_is_closed() {
    let three_days = || days(BERLIN, DAY, "2026-06-03", "09:00-10:00");
    hold([
        case(
            "a day with its number of bookings is closed and its neighbours are not",
            EVERY,
            three_days()
                .per_day(2)
                .booked("2026-06-02", 2)
                .booked("2026-06-03", 1),
        )
        .starts("01.09:00 01.09:30 03.09:00 03.09:30")
        .refuses("2026-06-02T09:00", "DAYLIMIT"),
        case(
            "a day with more than its number is closed, too",
            EVERY,
            day("09:00-10:00").per_day(2).booked(DAY, 3),
        )
        .nothing(),
        case(
            "without a number none closes a day",
            EVERY,
            day("09:00-10:00").booked(DAY, 1000),
        )
        .starts("09:00 09:30"),
    ]);
}

#[test]
fn a_booking_counts_for_the_local_date_of_its_start() {
    hold([
        case(
            "of a window that passes midnight only the part of the full day is closed",
            EVERY,
            only(BERLIN, DAY, "22:00-26:00").per_day(1).booked(DAY, 1),
        )
        .starts("00:00 00:30 01:00 01:30")
        .refuses("23:30", "DAYLIMIT"),
        case(
            "a day on which midnight is twice is closed as a whole",
            EVERY,
            days("America/Havana", "2025-11-01", "2025-11-03", ALWAYS)
                .per_day(1)
                .booked("2025-11-02", 1),
        )
        .count(96)
        .refuses("2025-11-02T04:00Z", "DAYLIMIT")
        .refuses("2025-11-02T05:00Z", "DAYLIMIT")
        .offers("2025-11-01T23:30")
        .offers("2025-11-03T00:00"),
        case(
            "a repeated hour is closed both times",
            EVERY,
            days(BERLIN, "2026-10-24", "2026-10-26", ALWAYS)
                .per_day(3)
                .booked("2026-10-25", 3),
        )
        .count(96)
        .refuses("2026-10-25T00:30Z", "DAYLIMIT")
        .refuses("2026-10-25T01:30Z", "DAYLIMIT"),
    ]);
    // Ten o'clock on Kiritimati's second of June.
    let far_away = || {
        days("Pacific/Pago_Pago", DAY, DAY, "09:00-10:00")
            .calendar_in("Pacific/Kiritimati")
            .per_day(1)
    };
    hold([
        case(
            "the date is that of the booking calendar's zone",
            WITH_MEMBERS,
            far_away().booked("2026-06-02", 1),
        )
        .nothing()
        .refuses("2026-06-01T20:00Z", "DAYLIMIT"),
        case("and not the member's", WITH_MEMBERS, far_away().booked(DAY, 1)).utc("20:00 20:30"),
    ]);
}

#[test]
fn what_counts_as_one() {
    hold([
        case(
            "a meeting of three members",
            &[Kind::Collective],
            day("09:00-10:00")
                .host("09:00-10:00")
                .host("09:00-10:00")
                .per_day(2)
                .booked(DAY, 1),
        )
        .starts("09:00 09:30"),
        case(
            "which is the last when there is one already",
            &[Kind::Collective],
            day("09:00-10:00")
                .host("09:00-10:00")
                .host("09:00-10:00")
                .per_day(1)
                .booked(DAY, 1),
        )
        .refuses("09:00", "DAYLIMIT"),
        case(
            "a visit of two services",
            &[Kind::Service],
            day("09:00-11:00")
                .step(30, 0, &[0])
                .step(30, 0, &[0])
                .per_day(2)
                .booked(DAY, 1),
        )
        .starts("09:00 09:30 10:00"),
        case(
            "each seat of a class",
            &[Kind::ClassBooking],
            day("09:00-10:00").places(9).per_day(5).booked(DAY, 3).party_of(2),
        )
        .starts("09:00 09:30"),
        case(
            "so that a party of three is one too many",
            &[Kind::ClassBooking],
            day("09:00-10:00").places(9).per_day(5).booked(DAY, 3).party_of(3),
        )
        .nothing()
        .refuses("09:00", "DAYLIMIT"),
        case(
            "and a party larger than the number is, on an empty day",
            &[Kind::ClassBooking],
            day("09:00-10:00").places(9).per_day(5).party_of(6),
        )
        .nothing()
        .refuses("09:00", "DAYLIMIT"),
    ]);
}
