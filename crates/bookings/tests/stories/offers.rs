//! What a page offers: days that look busy, closed dates, and what lies months ahead.

use bookings::availability::{self, FreeSlots, SlotQuery};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Interval, Kind, Rules, WeeklyHours, blocked, booking_calendars};
use jiff::civil::Date;
use scheduling::{DateOverride, DateRange, LocalWindow, Span, Unit};
use zones::Zone;

use crate::database::stories;
use crate::world::{World, at, date, member};

stories! {
    on:
    a_day_that_looks_busy_does_so_however_much_of_it_is_asked_for,
    a_closed_date_closes_a_booking_calendar_without_hours_of_its_own,
    what_lies_months_ahead_is_found,
    the_last_date_is_told_in_the_visitors_zone,
    without_an_end_the_look_ahead_ends_after_a_year,
}

async fn offer(world: &World, rules: Rules) -> bookings::CalendarId {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "offer".into(),
            kind: Kind::Personal,
            rules,
            ..CalendarSettings::new("Offer")
        },
        vec![member(world.owner)],
    );
    world.make(form).await
}

async fn ask(world: &World, from: &str, to: &str, zone: &str) -> FreeSlots {
    let zone = Zone::named(zone).unwrap();
    let question = SlotQuery::new("offer", date(from), date(to), &zone);
    availability::free(&world.quince, &question).await.unwrap()
}

/// The free times in Berlin.
fn times(free: &FreeSlots) -> Vec<String> {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let slots = free.days.values().flatten();
    slots
        .map(|slot| zone.local(slot.start).strftime("%d %H:%M").to_string())
        .collect()
}

async fn a_day_that_looks_busy_does_so_however_much_of_it_is_asked_for(world: World) {
    world.clock.set(at("2026-05-25T08:00:00Z"));
    let zone = Zone::named("Europe/Berlin").unwrap();
    world
        .set_hours(
            world.owner,
            // Nine to five in Berlin.
            WeeklyHours::weekdays(7 * 60, 15 * 60),
            Vec::new(),
        )
        .await;
    let afternoon = Interval::new(at("2026-06-01T11:00:00Z"), at("2026-06-01T15:00:00Z"));
    blocked::add(&world.quince, world.owner, world.owner, afternoon, "Away")
        .await
        .unwrap();
    offer(
        &world,
        Rules {
            zone,
            look_busy_percent: 50,
            ..Rules::default()
        },
    )
    .await;
    // In Honolulu the day ends at noon in Berlin. Half of 16 may be shown, and eight are free.
    let free = ask(&world, "2026-05-31", "2026-05-31", "Pacific/Honolulu").await;
    assert_eq!(
        times(&free),
        [
            "01 09:00", "01 09:30", "01 10:00", "01 10:30", "01 11:00", "01 11:30"
        ]
    );
}

async fn a_closed_date_closes_a_booking_calendar_without_hours_of_its_own(world: World) {
    let closed = |day: &str, windows| DateOverride {
        date: date(day),
        windows,
    };
    let rules = Rules {
        overrides: vec![closed("2026-11-24", Vec::new())],
        ..Rules::default()
    };
    let id = offer(&world, rules).await;
    let free = ask(&world, "2026-11-24", "2026-11-25", "UTC").await;
    let days: Vec<Date> = free.days.into_keys().collect();
    assert_eq!(days, [date("2026-11-25")]);
    let (_, mut form) = world.form_of("offer").await;
    let morning = LocalWindow::new(9 * 60, 12 * 60).unwrap();
    form.settings.rules.overrides = vec![closed("2026-11-24", vec![morning])];
    let refused = booking_calendars::update(&world.quince, world.owner, id, form).await;
    assert!(refused.unwrap_err().to_string().contains("hours of its own"));
}

async fn what_lies_months_ahead_is_found(world: World) {
    let months = Rules {
        notice: Span::new(3, Unit::Months),
        range: DateRange::Rolling(Span::new(6, Unit::Months)),
        ..Rules::default()
    };
    let id = offer(&world, months).await;
    let free = ask(&world, "2026-11-01", "2026-11-30", "UTC").await;
    // Three months from Monday, 23 November, 08:00.
    assert_eq!(free.next_free, Some(date("2027-02-23")));
    assert_eq!(free.last, Some(date("2027-05-23")));

    let fixed = |from: &str, to: &str| Rules {
        range: DateRange::Fixed {
            from: date(from),
            to: date(to),
        },
        ..Rules::default()
    };
    let (_, form) = world.form_of("offer").await;
    for (rules, next) in [
        (fixed("2027-04-01", "2027-06-30"), Some("2027-04-01")),
        // A weekend.
        (fixed("2027-04-03", "2027-04-04"), None),
        (fixed("2026-10-01", "2026-10-31"), None),
    ] {
        let form = CalendarForm {
            settings: CalendarSettings {
                rules,
                ..form.settings.clone()
            },
            ..form.clone()
        };
        booking_calendars::update(&world.quince, world.owner, id, form)
            .await
            .unwrap();
        let free = ask(&world, "2026-11-01", "2026-11-30", "UTC").await;
        assert_eq!(free.next_free, next.map(date));
    }
}

async fn the_last_date_is_told_in_the_visitors_zone(world: World) {
    let fixed = DateRange::Fixed {
        from: date("2026-12-01"),
        to: date("2026-12-31"),
    };
    offer(
        &world,
        Rules {
            range: fixed,
            ..Rules::default()
        },
    )
    .await;
    for (zone, last) in [("UTC", "2026-12-31"), ("Pacific/Auckland", "2027-01-01")] {
        let free = ask(&world, "2026-12-01", "2026-12-31", zone).await;
        assert_eq!((free.last, free.next_free), (Some(date(last)), None), "{zone}");
    }
}

async fn without_an_end_the_look_ahead_ends_after_a_year(world: World) {
    offer(
        &world,
        Rules {
            range: DateRange::Unlimited,
            ..Rules::default()
        },
    )
    .await;
    let morning = vec![LocalWindow::new(9 * 60, 12 * 60).unwrap()];
    for (day, next) in [("2027-11-20", Some("2027-11-20")), ("2028-03-01", None)] {
        let only = DateOverride {
            date: date(day),
            windows: morning.clone(),
        };
        world
            .set_hours(world.owner, WeeklyHours::default(), vec![only])
            .await;
        let free = ask(&world, "2026-11-01", "2026-11-30", "UTC").await;
        assert_eq!((free.next_free, free.last), (next.map(date), None), "{day}");
    }
}
