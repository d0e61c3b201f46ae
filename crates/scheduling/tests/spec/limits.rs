//! The past, the notice, the date range and the day's number.

use scheduling::{DateRange, Span, Unit};

use crate::scene::{Scene, date};

fn week() -> Scene {
    Scene::new("Europe/Berlin", "09:00-10:00", "2026-03-27", "2026-03-31")
}

#[test]
fn what_is_over_is_not_on_offer_and_now_is() {
    assert_eq!(week().now("2026-03-31T09:30").starts(), "09:30");
    assert_eq!(week().now("2026-03-31T09:30:01").starts(), "");
    assert_eq!(week().now("2026-03-31T09:30:00.0000001").starts(), "");
}

#[test]
fn a_start_exactly_at_the_notice_is_on_offer() {
    for (amount, unit, now, first) in [
        (90, Unit::Minutes, "2026-03-31T08:00", "09:30"),
        (2, Unit::Hours, "2026-03-31T07:00", "09:00 09:30"),
        (2, Unit::Hours, "2026-03-31T07:00:01", "09:30"),
        // The clocks changed on the 29th: a day is a day on the calendar, 24 hours are elapsed time.
        (2, Unit::Days, "2026-03-29T09:30", "09:30"),
        (3, Unit::Days, "2026-03-28T09:30", "09:30"),
        (72, Unit::Hours, "2026-03-28T08:30", "09:30"),
        (72, Unit::Hours, "2026-03-28T08:31", ""),
        (1, Unit::Weeks, "2026-03-24T09:30", "09:30"),
        (
            1,
            Unit::Months,
            "2026-02-28T09:30",
            "28.09:30 29.09:00 29.09:30 30.09:00 30.09:30 31.09:00 31.09:30",
        ),
        (200_000, Unit::Minutes, "2025-11-12T11:10", "09:30"),
    ] {
        let scene = week()
            .now(now)
            .rules(|rules| rules.notice = Span::new(amount, unit));
        assert_eq!(scene.starts(), first, "{amount} {unit:?} from {now}");
    }
}

#[test]
fn the_last_day_of_the_range_is_bookable_as_a_whole() {
    for (amount, unit, now) in [
        (1, Unit::Days, "2026-03-26T23:59"),
        (1, Unit::Days, "2026-03-26T00:00"),
        (1, Unit::Weeks, "2026-03-20T12:00"),
        (1, Unit::Months, "2026-02-27T12:00"),
    ] {
        let scene = week()
            .now(now)
            .rules(|rules| rules.range = DateRange::Rolling(Span::new(amount, unit)));
        assert_eq!(scene.starts(), "09:00 09:30", "{amount} {unit:?} from {now}");
        assert!(scene.check("2026-03-27T09:30").is_ok());
        assert_eq!(scene.codes("2026-03-28T09:00"), ["TOOFAR"]);
    }
}

#[test]
fn fixed_dates_include_both_ends() {
    let scene = week().rules(|rules| {
        rules.range = DateRange::Fixed {
            from: date("2026-03-28"),
            to: date("2026-03-29"),
        };
    });
    assert_eq!(scene.starts(), "28.09:00 28.09:30 29.09:00 29.09:30");
}

#[test]
fn the_days_of_the_range_are_those_of_the_booking_calendar() {
    // 23:30 in Los Angeles on the 27th is already the 28th in Berlin.
    let mut scene =
        Scene::new("America/Los_Angeles", "00:00-24:00", "2026-03-27", "2026-03-27").rules(|rules| {
            rules.zone = crate::scene::zone("Europe/Berlin");
            rules.range = DateRange::Fixed {
                from: date("2026-03-01"),
                to: date("2026-03-27"),
            };
        });
    assert!(scene.starts().ends_with("15:00 15:30"), "{}", scene.starts());
    scene.rules.range = DateRange::Fixed {
        from: date("2026-03-28"),
        to: date("2026-03-28"),
    };
    assert!(scene.starts().starts_with("16:00 16:30"), "{}", scene.starts());
}

#[test]
fn a_full_day_is_closed_and_others_are_not() {
    let scene = week()
        .booked("2026-03-28", 2)
        .booked("2026-03-29", 1)
        .booked("2026-03-30", 3);
    let scene = scene.rules(|rules| rules.per_day = Some(2));
    assert_eq!(
        scene.starts(),
        "27.09:00 27.09:30 29.09:00 29.09:30 31.09:00 31.09:30"
    );
    assert_eq!(scene.codes("2026-03-28T09:00"), ["DAYLIMIT"]);
}

#[test]
fn without_a_limit_no_number_closes_a_day() {
    assert_eq!(week().booked("2026-03-28", 1000).slots().len(), 10);
}

#[test]
fn a_full_day_is_a_local_day_of_25_hours() {
    let scene = Scene::new("Europe/Berlin", "00:00-24:00", "2026-10-24", "2026-10-26")
        .rules(|rules| rules.per_day = Some(1))
        .booked("2026-10-25", 1);
    let days: Vec<_> = scene
        .slots()
        .iter()
        .map(|slot| scene.zone.date(slot.start))
        .collect();
    assert_eq!(days.len(), 96);
    assert!(!days.contains(&date("2026-10-25")));
}

#[test]
fn cut_offs_are_counted_back_on_the_calendar() {
    let scene = week();
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
    let scene = week();
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
            Span::new(u32::MAX, unit).after(jiff::Timestamp::MAX, &scene.zone),
            jiff::Timestamp::MAX
        );
    }
}
