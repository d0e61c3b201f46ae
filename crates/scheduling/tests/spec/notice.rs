//! The past and the minimum notice: s ≥ now + notice. Minutes and hours are elapsed time; days, weeks and months are counted
//! on the calendar.

use jiff::Timestamp;
use scheduling::{Span, Unit};

use crate::kinds::EVERY;
use crate::scene::{BERLIN, day, days, only};
use crate::table::{case, hold};

#[test]
fn what_is_over_is_over() {
    hold([
        case(
            "now is not over yet",
            EVERY,
            day("09:00-10:30").now("2026-06-01T09:30"),
        )
        .starts("09:30 10:00")
        .refuses("09:00", "PAST"),
        case(
            "a moment later it is",
            EVERY,
            day("09:00-10:30").now("2026-06-01T09:30:00.0000001"),
        )
        .starts("10:00")
        .refuses("09:30", "PAST"),
    ]);
}

#[test]
fn a_start_is_at_least_the_notice_away() {
    let morning = || day("09:00-10:00");
    hold([
        case(
            "exactly the notice is enough",
            EVERY,
            morning().now("2026-06-01T07:30").notice(2, Unit::Hours),
        )
        .starts("09:30")
        .refuses("09:00", "NOTICE"),
        case(
            "a ten-millionth of a second less is not",
            EVERY,
            morning()
                .now("2026-06-01T07:00:00.0000001")
                .notice(2, Unit::Hours),
        )
        .starts("09:30")
        .refuses("09:00", "NOTICE"),
        case(
            "it is counted from now and not from midnight",
            EVERY,
            day("09:00-12:00").now("2026-06-01T08:10").notice(2, Unit::Hours),
        )
        .starts("10:30 11:00 11:30"),
        case(
            "minutes are elapsed time",
            EVERY,
            morning().now("2026-06-01T08:00").notice(90, Unit::Minutes),
        )
        .starts("09:30"),
        case(
            "however many",
            EVERY,
            morning().now("2026-01-13T11:10").notice(200_000, Unit::Minutes),
        )
        .starts("09:30"),
        case(
            "what is over is not called too soon",
            EVERY,
            morning().now("2026-06-01T09:15").notice(2, Unit::Hours),
        )
        .refuses("09:00", "PAST")
        .refuses("09:30", "NOTICE"),
        case(
            "days are counted on the calendar",
            EVERY,
            morning().now("2026-05-30T09:30").notice(2, Unit::Days),
        )
        .starts("09:30"),
        case(
            "weeks are",
            EVERY,
            morning().now("2026-05-25T09:30").notice(1, Unit::Weeks),
        )
        .starts("09:30"),
        case(
            "a month from the 28th is the 28th",
            EVERY,
            days(BERLIN, "2026-03-27", "2026-03-29", "09:00-10:00")
                .now("2026-02-28T09:30")
                .notice(1, Unit::Months),
        )
        .starts("28.09:30 29.09:00 29.09:30"),
        case(
            "a month from the 31st ends on the last day of February",
            EVERY,
            days(BERLIN, "2026-02-28", "2026-02-28", "09:00-10:00")
                .now("2026-01-31T09:30")
                .notice(1, Unit::Months),
        )
        .starts("09:30"),
        case(
            "which is the 29th in a leap year",
            EVERY,
            days(BERLIN, "2028-02-29", "2028-02-29", "09:00-10:00")
                .now("2028-01-31T09:30")
                .notice(1, Unit::Months),
        )
        .starts("09:30"),
    ]);
}

#[test]
fn a_notice_may_cross_a_change_of_the_clocks() {
    let forward = |hours| only(BERLIN, "2026-03-29", hours).now("2026-03-28T02:30");
    hold([
        case(
            "a day that ends in the gap ends after it",
            EVERY,
            forward("00:00-06:00").notice(1, Unit::Days),
        )
        .starts("03:00 03:30 04:00 04:30 05:00 05:30"),
        case(
            "24 hours are elapsed time",
            EVERY,
            forward("00:00-06:00").notice(24, Unit::Hours),
        )
        .starts("03:30 04:00 04:30 05:00 05:30"),
        case(
            "three days from half past nine end at half past nine",
            EVERY,
            days(BERLIN, "2026-03-31", "2026-03-31", "09:00-10:00")
                .now("2026-03-28T09:30")
                .notice(3, Unit::Days),
        )
        .starts("09:30"),
        case(
            "72 hours end an hour later on the clock",
            EVERY,
            days(BERLIN, "2026-03-31", "2026-03-31", "09:00-10:00")
                .now("2026-03-28T08:30")
                .notice(72, Unit::Hours),
        )
        .starts("09:30"),
        case(
            "a day that ends in the repeated hour ends in the first",
            EVERY,
            only(BERLIN, "2026-10-25", "02:00-04:00")
                .now("2026-10-24T02:30")
                .notice(1, Unit::Days),
        )
        .utc("00:30 01:00 01:30 02:00 02:30"),
    ]);
}

#[test]
fn too_soon_and_too_far_may_both_be_true() {
    hold([case(
        "a notice longer than the date range leaves nothing",
        EVERY,
        days(BERLIN, "2026-06-01", "2026-06-05", "09:00-10:00")
            .now("2026-06-01T08:00")
            .notice(3, Unit::Days)
            .rolling(1, Unit::Days),
    )
    .nothing()
    .refuses("2026-06-02T09:00", "NOTICE")
    .refuses("2026-06-03T09:00", "NOTICE TOOFAR")
    .refuses("2026-06-05T09:00", "TOOFAR")]);
}

#[test]
fn cut_offs_are_counted_back_on_the_calendar() {
    let scene = days(BERLIN, "2026-03-27", "2026-03-31", "09:00-10:00");
    let start = scene.at("2026-03-29T12:00");
    assert_eq!(
        Span::new(1, Unit::Days).before(start, &scene.zone),
        scene.at("2026-03-28T12:00")
    );
    assert_eq!(
        Span::new(24, Unit::Hours).before(start, &scene.zone),
        scene.at("2026-03-28T11:00")
    );
}

#[test]
fn absurd_lengths_are_cut_and_do_not_panic() {
    let scene = days(BERLIN, "2026-03-27", "2026-03-31", "09:00-10:00");
    for unit in [Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks, Unit::Months] {
        let span = Span::new(u32::MAX, unit);
        assert!(
            span.after(scene.now, &scene.zone) > scene.at("2031-01-01T00:00"),
            "{unit:?}"
        );
        assert!(
            span.before(scene.now, &scene.zone) < scene.at("2022-01-01T00:00"),
            "{unit:?}"
        );
        assert_eq!(
            Span::new(u32::MAX, unit).after(Timestamp::MAX, &scene.zone),
            Timestamp::MAX
        );
    }
}
