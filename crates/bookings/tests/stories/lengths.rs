//! How long an appointment takes is settled when it is booked: a booking calendar that changes later changes nothing about it, also when
//! it is moved.

use bookings::appointments::{self, Actor, Booked, OnConflict};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ServiceSettings};
use bookings::{Kind, Rules};
use jiff::SignedDuration;
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date, member, tuesday};

stories! {
    connected_on:
    a_client_who_moves_keeps_the_length_after_the_duration_grew,
    a_client_who_moves_keeps_the_length_after_the_duration_shrank,
    staff_who_move_keep_the_length_also_over_what_is_in_the_way,
    the_buffers_move_along_as_they_were_booked,
    a_collective_keeps_its_length,
    a_visit_keeps_the_lengths_of_its_services_and_its_buffers,
    a_seat_is_as_long_as_the_session_it_moves_to,
    a_start_that_two_share_is_as_long_as_those_who_stay_need,
    who_shares_a_start_can_leave_although_staff_booked_over_it,
}

async fn change_rules(world: &World, slug: &str, change: impl FnOnce(&mut Rules)) {
    let (id, mut form) = world.form_of(slug).await;
    change(&mut form.settings.rules);
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

/// Tuesday's times to which an appointment can be moved: `9:00-9:30`.
async fn offered_to(world: &World, slug: &str, moving: &Booked) -> Vec<String> {
    let day = date(TUESDAY);
    let zone = Zone::utc();
    let question = SlotQuery {
        moving: Some(moving.id),
        ..SlotQuery::new(slug, day, day, &zone)
    };
    let free = availability::free(&world.quince, &question).await.unwrap();
    let slots = free.days.get(&day).into_iter().flatten();
    slots
        .map(|slot| {
            format!(
                "{}-{}",
                slot.start.strftime("%-H:%M"),
                slot.end.strftime("%-H:%M")
            )
        })
        .collect()
}

async fn a_client_who_moves_keeps_the_length_after_the_duration_grew(world: World) {
    let booked = world.book("10:00").await;
    world.book("12:00").await;
    change_rules(&world, "intro", |rules| rules.duration = 60).await;
    let kept = world.appointment(&booked).await;
    assert_eq!(kept.end, tuesday("10:30"), "what is booked stays as it is");

    let offered = offered_to(&world, "intro", &booked).await;
    for fits in ["11:30-12:00", "16:30-17:00"] {
        assert!(offered.contains(&fits.to_owned()), "{fits} in {offered:?}");
    }
    assert!(!world.is_free("16:30").await, "a new one takes an hour");

    for (start, end) in [("16:30", "17:00"), ("11:30", "12:00")] {
        let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday(start))
            .await
            .unwrap();
        assert_eq!((moved.start, moved.end), (tuesday(start), tuesday(end)));
    }
    world.jobs().await;
    let events = world.events("Home");
    let event = events.iter().find(|event| event.ics.contains("T113000Z"));
    assert!(
        event.unwrap().ics.contains("DTEND:20261124T120000Z"),
        "{events:?}"
    );
    assert!(
        !world.is_free("11:00").await,
        "an hour from eleven would overlap it"
    );
    assert!(world.is_free("10:00").await);
}

async fn a_client_who_moves_keeps_the_length_after_the_duration_shrank(world: World) {
    change_rules(&world, "intro", |rules| rules.duration = 60).await;
    let booked = world.book("10:00").await;
    world.book("12:00").await;
    change_rules(&world, "intro", |rules| rules.duration = 30).await;

    let offered = offered_to(&world, "intro", &booked).await;
    assert!(offered.contains(&"11:00-12:00".to_owned()), "{offered:?}");
    for short in ["11:30", "16:30"] {
        let is_start = |slot: &&String| slot.starts_with(short);
        assert_eq!(offered.iter().find(is_start), None, "an hour does not fit there");
        assert!(world.is_free(short).await, "half an hour does");
        let refused = appointments::reschedule(&world.quince, &client(&booked), tuesday(short)).await;
        assert!(refused.is_err(), "{refused:?}");
    }
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("11:00"))
        .await
        .unwrap();
    assert_eq!(moved.end, tuesday("12:00"));
    assert!(!world.is_free("11:30").await, "its whole length is taken");
}

async fn staff_who_move_keep_the_length_also_over_what_is_in_the_way(world: World) {
    let booked = world.book("10:00").await;
    world.book("12:00").await;
    change_rules(&world, "intro", |rules| rules.duration = 90).await;
    let move_to = async |time: &str, on_conflict| {
        let (quince, owner) = (&world.quince, world.owner);
        appointments::reschedule_as_staff(quince, owner, booked.id, tuesday(time), on_conflict)
            .await
            .unwrap()
    };
    let moved = move_to("11:30", OnConflict::Refuse).await;
    assert_eq!((moved.end, moved.overridden), (tuesday("12:00"), None));
    let moved = move_to("12:00", OnConflict::Override).await;
    assert_eq!(moved.end, tuesday("12:30"));
    assert!(moved.overridden.is_some());
}

async fn the_buffers_move_along_as_they_were_booked(world: World) {
    change_rules(&world, "intro", |rules| rules.post_buffer = 30).await;
    let booked = world.book("10:00").await;
    change_rules(&world, "intro", |rules| {
        (rules.pre_buffer, rules.post_buffer) = (60, 0);
    })
    .await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    change_rules(&world, "intro", |rules| rules.pre_buffer = 0).await;
    assert!(world.is_free("13:30").await, "it was booked without time before");
    assert!(!world.is_free("14:30").await, "and with half an hour after");
    assert!(world.is_free("15:00").await);
}

async fn a_collective_keeps_its_length(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.collective("panel", &[world.owner, jonas.staff]).await;
    let booking = appointments::Booking {
        slug: "panel".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    change_rules(&world, "panel", |rules| rules.duration = 120).await;
    let offered = offered_to(&world, "panel", &booked).await;
    assert!(offered.contains(&"16:30-17:00".to_owned()), "{offered:?}");
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("16:30"))
        .await
        .unwrap();
    assert_eq!(moved.end, tuesday("17:00"));
    world.jobs().await;
    for events in [world.events("Home"), world.events_of(&jonas)] {
        assert!(events[0].ics.contains("DTEND:20261124T170000Z"), "{events:?}");
    }
}

async fn a_visit_keeps_the_lengths_of_its_services_and_its_buffers(world: World) {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "salon".into(),
            kind: Kind::Service,
            rules: Rules {
                post_buffer: 30,
                ..Rules::default()
            },
            ..CalendarSettings::new("Salon")
        },
        vec![member(world.owner)],
    );
    let calendar = world.make(form).await;
    let cut = |duration| ServiceSettings {
        group: String::new(),
        name: "Cut".into(),
        description: String::new(),
        duration,
        processing: 0,
        staff: vec![world.owner],
        resources: Vec::new(),
    };
    services::save(&world.quince, world.owner, calendar, None, cut(60))
        .await
        .unwrap();
    let menu = services::menu(&world.quince, world.owner, calendar)
        .await
        .unwrap();
    let service = menu.services[0].id;
    let booking = appointments::Booking {
        slug: "salon".into(),
        services: vec![ChosenService { service, host: None }],
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();

    services::save(&world.quince, world.owner, calendar, Some(service), cut(15))
        .await
        .unwrap();
    change_rules(&world, "salon", |rules| rules.post_buffer = 0).await;
    let offered = offered_to(&world, "salon", &booked).await;
    assert!(offered.contains(&"16:00-17:00".to_owned()), "{offered:?}");
    assert!(
        !offered.iter().any(|slot| slot.starts_with("16:30")),
        "{offered:?}"
    );
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    assert_eq!(moved.end, tuesday("15:00"));
    assert!(
        !world.is_free("15:00").await,
        "the buffer that it was booked with"
    );
    assert!(world.is_free("15:30").await);
}

async fn a_seat_is_as_long_as_the_session_it_moves_to(world: World) {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats: 4,
                duration: 30,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    let join = async |who: &str, time: &str| {
        let booking = appointments::Booking {
            slug: "yoga".into(),
            email: format!("{who}@example.com"),
            idempotency_key: format!("{who} at {time}"),
            ..adas_booking(time)
        };
        appointments::book(&world.quince, booking).await.unwrap()
    };
    join("grace", "14:00").await;
    let ada = join("ada", "10:00").await;
    change_rules(&world, "yoga", |rules| rules.duration = 60).await;
    for (start, length) in [("14:00", 30), ("11:00", 60)] {
        let moved = appointments::reschedule(&world.quince, &client(&ada), tuesday(start))
            .await
            .unwrap();
        let length = SignedDuration::from_mins(length);
        assert_eq!(moved.end, tuesday(start) + length, "of the session at {start}");
    }
}

/// An hour and half an hour that share ten o'clock.
async fn long_and_short(world: &World) -> (Booked, Booked) {
    let book = async |minutes| {
        change_rules(world, "intro", |rules| {
            (rules.per_slot, rules.duration) = (2, minutes);
        })
        .await;
        let mut booking = adas_booking("10:00");
        booking.idempotency_key = bookings::random_id().to_string();
        appointments::book(&world.quince, booking).await.unwrap()
    };
    let (long, short) = (book(60).await, book(30).await);
    assert!(!world.is_free("10:30").await, "the longer one is there");
    (long, short)
}

async fn who_shares_a_start_can_leave_although_staff_booked_over_it(world: World) {
    let (long, _short) = long_and_short(&world).await;
    let mut over = adas_booking("10:00");
    over.idempotency_key = bookings::random_id().to_string();
    appointments::book_as_staff(&world.quince, world.owner, over, OnConflict::Override)
        .await
        .unwrap();
    appointments::cancel(&world.quince, &client(&long), "")
        .await
        .unwrap();
    assert!(world.is_free("10:30").await, "the longer one has left");
    assert!(!world.is_free("10:00").await, "staff booked over it");
}

async fn a_start_that_two_share_is_as_long_as_those_who_stay_need(world: World) {
    let cancel = async |booked: &Booked| {
        appointments::cancel(&world.quince, &client(booked), "")
            .await
            .unwrap();
    };
    let (long, short) = long_and_short(&world).await;
    let offered = offered_to(&world, "intro", &long).await;
    assert!(offered.contains(&"10:30-11:30".to_owned()), "{offered:?}");
    appointments::reschedule(&world.quince, &client(&long), tuesday("10:30"))
        .await
        .unwrap();
    cancel(&long).await;
    assert!(world.is_free("10:30").await, "the longer one has left");
    cancel(&short).await;

    let (long, short) = long_and_short(&world).await;
    cancel(&short).await;
    assert!(!world.is_free("10:30").await, "the longer one has stayed");
    cancel(&long).await;

    let (long, short) = long_and_short(&world).await;
    cancel(&long).await;
    assert!(world.is_free("10:30").await, "the longer one was cancelled");
    assert!(world.is_free("10:00").await, "there is room for a second one");
    world.book("10:30").await;
    let kept = world.appointment(&short).await;
    assert_eq!((kept.start, kept.end), (tuesday("10:00"), tuesday("10:30")));
}
