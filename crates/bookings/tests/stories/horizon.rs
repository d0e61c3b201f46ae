//! How far ahead calendars are read: as far as can be booked, and nothing beyond is free.

use bookings::appointments::{self, Booking, OnConflict};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ServiceSettings};
use bookings::{DateRange, Error, Kind, Refusal, Rules, StaffId, WhenStale};
use jiff::{SignedDuration, Timestamp};
use scheduling::{Span, Unit};
use zones::Zone;

use crate::database::stories;
use crate::world::{World, adas_booking, at, date, member};

stories! {
    connected_on:
    an_event_of_2028_is_not_booked_over,
    beyond_what_was_read_nothing_is_free_whatever_the_host_chose,
    without_an_end_five_years_can_be_booked,
    staff_are_told_that_it_was_not_read,
    a_collective_is_not_offered_beyond_what_was_read_of_one_of_them,
    a_series_that_cannot_be_read_any_more_goes_on,
    a_visit_of_several_days_can_be_booked_on_the_last_one,
}

/// A Tuesday.
const IN_2028: &str = "2028-06-06";

fn in_2028(time: &str) -> Timestamp {
    at(&format!("{IN_2028}T{time}:00Z"))
}

async fn set_range(world: &World, slug: &str, range: DateRange) {
    let (id, mut form) = world.form_of(slug).await;
    form.settings.rules.range = range;
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

fn five_years() -> DateRange {
    DateRange::Rolling(Span::new(60, Unit::Months))
}

async fn free_on(world: &World, slug: &str, day: &str) -> Vec<String> {
    let (day, zone) = (date(day), Zone::utc());
    let free = availability::free(&world.quince, &SlotQuery::new(slug, day, day, &zone))
        .await
        .unwrap();
    let of_day = free.days.get(&day).into_iter().flatten();
    of_day
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect()
}

fn booking(slug: &str, start: Timestamp) -> Booking {
    Booking {
        slug: slug.into(),
        start,
        idempotency_key: format!("{slug} {start}"),
        ..adas_booking("10:00")
    }
}

async fn book(world: &World, start: Timestamp) -> Result<appointments::Booked, Error> {
    appointments::book(&world.quince, booking("intro", start)).await
}

fn put(world: &World, start: Timestamp) {
    let end = start + SignedDuration::from_hours(1);
    world
        .control
        .add_simple_event(world.icloud("Work"), "Conference", start, end);
}

async fn an_event_of_2028_is_not_booked_over(world: World) {
    put(&world, in_2028("10:00"));
    world.sync().await;
    world.control.set_down(true);
    set_range(&world, "intro", five_years()).await;
    world.later(1).await;
    for time in ["10:00", "14:00"] {
        let refused = book(&world, in_2028(time)).await;
        assert!(
            matches!(&refused, Err(Error::Refused(Refusal::DayNotBookable))),
            "{refused:?}"
        );
    }
    assert_eq!(free_on(&world, "intro", IN_2028).await, [] as [&str; 0]);
    assert!(
        !free_on(&world, "intro", "2027-06-01").await.is_empty(),
        "this was read"
    );
    world.control.set_down(false);
    // The next sync reads as far as can be booked, without asking for any event again.
    world.control.clear_requests();
    world.later(70).await;
    let requests = world.control.requests();
    assert!(
        !requests
            .iter()
            .any(|request| request.body.contains("calendar-multiget")),
        "{requests:?}"
    );
    let free = free_on(&world, "intro", IN_2028).await;
    assert!(
        !free.contains(&"10:00".to_owned()) && free.contains(&"14:00".to_owned()),
        "{free:?}"
    );
    let refused = book(&world, in_2028("10:00")).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    assert!(book(&world, in_2028("14:00")).await.is_ok());
}

async fn beyond_what_was_read_nothing_is_free_whatever_the_host_chose(world: World) {
    set_range(
        &world,
        "intro",
        DateRange::Fixed {
            from: date("2026-11-23"),
            to: date("2029-12-31"),
        },
    )
    .await;
    for choice in [
        WhenStale::UseLastKnown,
        WhenStale::StopOffering,
        WhenStale::IgnoreCalendar,
    ] {
        world.when_stale(choice).await;
        assert_eq!(
            free_on(&world, "intro", IN_2028).await,
            [] as [&str; 0],
            "{choice:?}"
        );
    }
    // Somebody who joins is read as far, too.
    world.sync().await;
    assert!(!free_on(&world, "intro", "2029-12-31").await.is_empty());
    let jonas = world.connected_colleague("Jonas").await.staff;
    sync_of(&world, jonas).await;
    world.set_members("intro", &[jonas]).await;
    assert_eq!(free_on(&world, "intro", IN_2028).await, [] as [&str; 0]);
    sync_of(&world, jonas).await;
    assert!(!free_on(&world, "intro", IN_2028).await.is_empty());
}

async fn sync_of(world: &World, staff: StaffId) {
    for connection in bookings::connections::list(&world.quince, staff).await.unwrap() {
        bookings::sync::connection(&world.quince, connection.id)
            .await
            .unwrap();
    }
}

async fn without_an_end_five_years_can_be_booked(world: World) {
    set_range(&world, "intro", DateRange::Unlimited).await;
    world.sync().await;
    // 1,830 days are up to the 27th of November 2031.
    assert!(!free_on(&world, "intro", "2031-11-26").await.is_empty());
    for day in ["2031-12-02", "2040-01-03", "2150-01-06"] {
        assert_eq!(free_on(&world, "intro", day).await, [] as [&str; 0], "{day}");
        let refused = book(&world, at(&format!("{day}T10:00:00Z"))).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{day}: {refused:?}");
    }
}

async fn staff_are_told_that_it_was_not_read(world: World) {
    set_range(&world, "intro", five_years()).await;
    let (id, _) = world.form_of("intro").await;
    let why = availability::why(&world.quince, world.owner, id, &[], date(IN_2028), &Zone::utc())
        .await
        .unwrap();
    let start = &why.starts[0];
    assert!(!start.is_offered);
    assert_eq!(start.reasons[0].reason.as_str(), "TOOFAR");
    assert!(
        start.reasons[0].sentence.contains("calendars are read"),
        "{start:?}"
    );
    assert_eq!(start.reasons[0].host.as_deref(), Some("Maya Lopez"));
    let refused = appointments::book_as_staff(
        &world.quince,
        world.owner,
        booking("intro", in_2028("10:00")),
        OnConflict::Refuse,
    )
    .await;
    let sentence = refused.unwrap_err().to_string();
    assert!(sentence.contains("calendars are read"), "{sentence}");
}

async fn a_collective_is_not_offered_beyond_what_was_read_of_one_of_them(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    sync_of(&world, jonas).await;
    world.collective("panel", &[world.owner, jonas]).await;
    set_range(&world, "panel", five_years()).await;
    world.sync().await;
    assert_eq!(
        free_on(&world, "panel", IN_2028).await,
        [] as [&str; 0],
        "Jonas' was not"
    );
    sync_of(&world, jonas).await;
    assert!(!free_on(&world, "panel", IN_2028).await.is_empty());
}

/// What is known of an event that the server does not hand out any more goes as far ahead as that of all others.
async fn a_series_that_cannot_be_read_any_more_goes_on(world: World) {
    let series = |notes: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:stand-up\r\nDTSTAMP:20261101T000000Z\r\n\
             SUMMARY:Stand-up\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z\r\nRRULE:FREQ=DAILY\r\n\
             DESCRIPTION:{notes}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let work = world.icloud("Work");
    world.control.put_event(work, &series("Short"));
    world.sync().await;
    // Longer than what is read of one event.
    world.control.put_event(work, &series(&"long ".repeat(1_000_000)));
    world.later(1).await;
    set_range(&world, "intro", five_years()).await;
    world.later(26 * 60).await;
    let free = free_on(&world, "intro", IN_2028).await;
    assert!(
        !free.contains(&"10:00".to_owned()) && free.contains(&"14:00".to_owned()),
        "{free:?}"
    );
}

async fn a_visit_of_several_days_can_be_booked_on_the_last_one(world: World) {
    let last = date("2028-06-05");
    let salon = world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "salon".into(),
                kind: Kind::Service,
                rules: Rules {
                    range: DateRange::Fixed { from: last, to: last },
                    ..Rules::default()
                },
                ..CalendarSettings::new("Salon")
            },
            vec![member(world.owner)],
        ))
        .await;
    // Half an hour of each of five days, at the same time.
    for name in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] {
        let form = ServiceSettings {
            group: String::new(),
            name: name.into(),
            description: String::new(),
            duration: 30,
            processing: 24 * 60 - 30,
            staff: vec![world.owner],
            resources: Vec::new(),
        };
        services::save(&world.quince, world.owner, salon, None, form)
            .await
            .unwrap();
    }
    let menu = services::menu(&world.quince, world.owner, salon).await.unwrap();
    let chosen: Vec<ChosenService> = menu
        .services
        .iter()
        .map(|service| ChosenService {
            service: service.id,
            host: None,
        })
        .collect();
    let free = async || {
        let zone = Zone::utc();
        let question = SlotQuery {
            services: &chosen,
            ..SlotQuery::new("salon", last, last, &zone)
        };
        let free = availability::free(&world.quince, &question).await.unwrap();
        let of_day = free.days.get(&last).into_iter().flatten();
        let times = of_day.map(|slot| slot.start.strftime("%H:%M").to_string());
        times.collect::<Vec<String>>()
    };
    world.sync().await;
    assert!(free().await.contains(&"10:00".to_owned()), "{:?}", free().await);
    // On Thursday.
    put(&world, at("2028-06-08T10:00:00Z"));
    world.sync().await;
    let free = free().await;
    assert!(
        !free.contains(&"10:00".to_owned()) && free.contains(&"14:00".to_owned()),
        "{free:?}"
    );
}
