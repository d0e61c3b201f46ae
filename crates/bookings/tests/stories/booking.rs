//! Booking: once, for who is free, and never twice the same time.

use bookings::appointments::{self, Actor, Booking, HoldRequest, OnConflict};
use bookings::availability::SlotQuery;
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings, MemberSettings};
use bookings::{Error, Kind, PartyName, Refusal, Rules, Status, availability};
use jiff::{SignedDuration, Timestamp};
use sandbox::Fault;
use scheduling::{Span, Unit};
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, at, date, tuesday};

stories! {
    connected_on:
    fifty_parallel_bookings_of_one_slot_give_one_appointment,
    the_same_booking_sent_twice_books_once,
    the_same_booking_sent_twice_at_once_books_once,
    the_same_booking_sent_after_it_was_deleted_books_nothing,
    an_event_added_a_moment_ago_is_noticed,
    without_a_live_answer_the_last_known_events_count,
    a_time_that_is_not_offered_has_its_own_sentence,
    over_long_and_control_text_is_refused_by_field,
    a_client_moves_and_cancels_by_the_link,
    moving_by_half_an_hour_is_not_blocked_by_itself,
    cut_offs_hold_for_clients_and_not_for_staff,
    a_wrong_or_old_link_opens_nothing,
    statuses_take_and_give_back_time,
    whether_a_client_came_is_kept_when_it_has_begun,
    staff_see_only_what_is_theirs,
    the_next_free_day_is_told,
    buffers_keep_their_distance,
    a_pending_booking_blocks_until_confirmed,
    a_booking_calendar_that_is_switched_off_is_closed_to_new_clients_alone,
    what_is_held_goes_with_its_booking_calendar,
}

/// Sends all these bookings at the same moment.
pub(crate) async fn parallel(
    world: &World,
    requests: Vec<Booking>,
) -> Vec<Result<appointments::Booked, Error>> {
    let mut tries = JoinSet::new();
    for booking in requests {
        let quince = world.quince.clone();
        tries.spawn(async move { appointments::book(&quince, booking).await });
    }
    tries.join_all().await
}

async fn fifty_parallel_bookings_of_one_slot_give_one_appointment(world: World) {
    let booking = |n: usize| Booking {
        idempotency_key: format!("k{n}"),
        name: format!("Ada {n}"),
        ..adas_booking("10:00")
    };
    let outcomes = parallel(&world, (0..50).map(booking).collect()).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
}

async fn the_same_booking_sent_twice_books_once(world: World) {
    let first = world.book("10:00").await;
    let again = world.book("10:00").await;
    assert_eq!(first, again);
    let other = Booking {
        name: "Eve".into(),
        ..adas_booking("10:00")
    };
    assert!(matches!(
        appointments::book(&world.quince, other).await,
        Err(Error::Refused(Refusal::KeyReused))
    ));
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
}

async fn the_same_booking_sent_twice_at_once_books_once(world: World) {
    let outcomes = parallel(&world, vec![adas_booking("10:00"); 10]).await;
    let ids: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

async fn an_event_added_a_moment_ago_is_noticed(world: World) {
    world.event("Work", "10:00");
    assert!(world.is_free("10:00").await, "no sync has seen it yet");
    let taken = world.try_to_book("10:00").await;
    assert!(matches!(taken, Err(Error::SlotTaken { .. })), "{taken:?}");
    world.jobs().await;
    assert!(!world.is_free("10:00").await, "the look led to a sync");
}

async fn without_a_live_answer_the_last_known_events_count(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world
        .control
        .set_outage(Some(Fault::Slow(std::time::Duration::from_mins(1))));
    assert!(matches!(
        world.try_to_book("10:00").await,
        Err(Error::SlotTaken { .. })
    ));
    let started = std::time::Instant::now();
    world.book("11:00").await;
    // The look may take two seconds; anything near the server's minute means that it was waited for.
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
}

async fn a_time_that_is_not_offered_has_its_own_sentence(world: World) {
    let book = |start: Timestamp| {
        let booking = Booking {
            start,
            ..adas_booking("10:00")
        };
        let quince = world.quince.clone();
        async move { appointments::book(&quince, booking).await.unwrap_err() }
    };
    let past = book(tuesday("10:00") - SignedDuration::from_hours(48)).await;
    let off_grid = book(tuesday("10:07")).await;
    let soon = book("2026-11-23T09:00:00Z".parse().unwrap()).await;
    let far = book("2027-11-23T09:00:00Z".parse().unwrap()).await;
    let mut sentences: Vec<String> = [past, off_grid, soon, far]
        .into_iter()
        .map(|error| match error {
            Error::Refused(refusal) => refusal.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), 4, "{sentences:?}");
    let nowhere = Booking {
        slug: "nowhere".into(),
        ..adas_booking("10:00")
    };
    assert!(matches!(
        appointments::book(&world.quince, nowhere).await,
        Err(Error::NotFound(_))
    ));
}

async fn over_long_and_control_text_is_refused_by_field(world: World) {
    let booking = Booking {
        name: "x".repeat(201),
        notes: "a\0b".into(),
        ..adas_booking("10:00")
    };
    let Err(Error::Fields(problems)) = appointments::book(&world.quince, booking).await else {
        panic!("accepted")
    };
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["name", "notes"]);
}

fn client(booked: &appointments::Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn a_client_moves_and_cancels_by_the_link(world: World) {
    let booked = world.book("10:00").await;
    let seen = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    assert_eq!(
        (seen.start, seen.host_name.as_str()),
        (tuesday("10:00"), "Maya Lopez")
    );
    assert_eq!((seen.may_reschedule, seen.may_cancel), (Ok(()), Ok(())));
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    assert_eq!((moved.id, moved.start), (booked.id, tuesday("14:00")));
    assert!(world.is_free("10:00").await && !world.is_free("14:00").await);
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    assert!(world.is_free("14:00").await);
    let seen = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    assert_eq!(seen.status, Status::Cancelled);
    let again = appointments::reschedule(&world.quince, &client(&booked), tuesday("15:00")).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
}

async fn moving_by_half_an_hour_is_not_blocked_by_itself(world: World) {
    let rules = Rules {
        duration: 60,
        ..Rules::default()
    };
    let member = MemberSettings::new(world.owner);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "long".into(),
            kind: Kind::Personal,
            rules,
            ..CalendarSettings::new("Long")
        },
        vec![member],
    );
    booking_calendars::create(&world.quince, world.owner, form)
        .await
        .unwrap();
    let booking = Booking {
        slug: "long".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    world.jobs().await;
    world.sync().await;
    let day = date(TUESDAY);
    let zone = Zone::utc();
    let question = SlotQuery {
        moving: Some(booked.id),
        ..SlotQuery::new("long", day, day, &zone)
    };
    let free = availability::free(&world.quince, &question).await.unwrap();
    assert!(free.days[&day].iter().any(|slot| slot.start == tuesday("10:30")));
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("10:30"))
        .await
        .unwrap();
    assert_eq!(moved.start, tuesday("10:30"));
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
}

async fn cut_offs_hold_for_clients_and_not_for_staff(world: World) {
    let id = booking_calendars::list(&world.quince, world.owner).await.unwrap()[0].id;
    let found = booking_calendars::get(&world.quince, world.owner, id)
        .await
        .unwrap();
    let cutoff = Span::new(1, Unit::Days);
    let rules = Rules {
        cancel_cutoff: cutoff,
        reschedule_cutoff: cutoff,
        ..found.settings.rules
    };
    let member = MemberSettings::new(world.owner);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: found.settings.slug,
            kind: found.settings.kind,
            rules,
            ..CalendarSettings::new("Intro call")
        },
        vec![member],
    );
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    let booked = world.book("16:00").await;
    let appointment_view = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    let monday = at("2026-11-23T16:00:00Z");
    assert_eq!(
        (appointment_view.movable_until, appointment_view.cancellable_until),
        (monday, monday),
        "in advance"
    );
    world.clock.set(tuesday("09:00"));
    let late = appointments::cancel(&world.quince, &client(&booked), "").await;
    assert!(
        matches!(&late, Err(Error::Refused(refusal)) if refusal.to_string().contains("1 day before")),
        "{late:?}"
    );
    let seen = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    assert!(seen.may_cancel.is_err() && seen.may_reschedule.is_err());
    let staff = Actor::Staff {
        id: world.owner,
        appointment: booked.id,
    };
    appointments::cancel(&world.quince, &staff, "ill").await.unwrap();
    let seen = world.appointment(&booked).await;
    let cancellation = seen.cancellation.unwrap();
    assert_eq!(
        (cancellation.by, cancellation.reason.as_deref()),
        (Some(PartyName::Staff("Maya Lopez".to_owned())), Some("ill"))
    );
}

async fn a_wrong_or_old_link_opens_nothing(world: World) {
    let booked = world.book("10:00").await;
    let wrong = appointments::by_token(&world.quince, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(matches!(wrong, Err(Error::NotFound(_))));
    world.clock.advance(SignedDuration::from_hours(24 * 40));
    let old = appointments::by_token(&world.quince, &booked.manage_token).await;
    assert!(matches!(old, Err(Error::NotFound(_))));
}

async fn statuses_take_and_give_back_time(world: World) {
    let booked = world.book("10:00").await;
    let set = |status| appointments::set_status(&world.quince, world.owner, booked.id, status);
    let early = set(Status::NoShow).await;
    assert!(
        matches!(early, Err(Error::Refused(_))),
        "who comes is not known yet: {early:?}"
    );
    set(Status::Invalid).await.unwrap();
    assert!(world.is_free("10:00").await);
    let other = appointments::book(
        &world.quince,
        Booking {
            idempotency_key: "other".into(),
            ..adas_booking("10:00")
        },
    )
    .await;
    other.unwrap();
    let back = set(Status::Confirmed).await;
    assert!(matches!(back, Err(Error::SlotTaken { .. })), "{back:?}");
    assert_eq!(world.appointment(&booked).await.status, Status::Invalid);
}

async fn whether_a_client_came_is_kept_when_it_has_begun(world: World) {
    let booked = world.book("10:00").await;
    world.clock.set(tuesday("10:05"));
    for status in [Status::Showed, Status::NoShow, Status::Showed, Status::Confirmed] {
        appointments::set_status(&world.quince, world.owner, booked.id, status)
            .await
            .unwrap();
        assert_eq!(world.appointment(&booked).await.status, status);
    }
    let backwards = appointments::set_status(&world.quince, world.owner, booked.id, Status::New).await;
    assert!(matches!(backwards, Err(Error::Refused(_))), "{backwards:?}");
}

async fn staff_see_only_what_is_theirs(world: World) {
    let booked = world.book("10:00").await;
    let mira = world.colleague("Mira").await;
    assert!(matches!(
        appointments::get(&world.quince, mira, booked.id).await,
        Err(Error::NotAllowed(_))
    ));
    let actor = Actor::Staff {
        id: mira,
        appointment: booked.id,
    };
    assert!(matches!(
        appointments::cancel(&world.quince, &actor, "").await,
        Err(Error::NotAllowed(_))
    ));
    let filter = appointments::Filter {
        upcoming: true,
        host: Some(world.owner),
        to_confirm: false,
        colliding: false,
        search: String::new(),
        cursor: None,
        limit: 10,
    };
    let miras = appointments::list(&world.quince, mira, &filter).await.unwrap();
    assert_eq!(miras.appointments, []);
    let owners = appointments::list(&world.quince, world.owner, &filter).await;
    assert_eq!(owners.unwrap().appointments.len(), 1);
}

async fn the_next_free_day_is_told(world: World) {
    let sunday = date("2026-11-29");
    let free = availability::free(
        &world.quince,
        &SlotQuery::new("intro", sunday, sunday, &Zone::utc()),
    )
    .await
    .unwrap();
    assert!(free.days.is_empty());
    assert_eq!(free.next_free, Some(date("2026-11-30")));
}

async fn buffers_keep_their_distance(world: World) {
    let rules = Rules {
        post_buffer: 30,
        ..Rules::default()
    };
    let member = MemberSettings::new(world.owner);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "calm".into(),
            kind: Kind::Personal,
            rules,
            ..CalendarSettings::new("Calm")
        },
        vec![member],
    );
    booking_calendars::create(&world.quince, world.owner, form)
        .await
        .unwrap();
    appointments::book(
        &world.quince,
        Booking {
            slug: "calm".into(),
            ..adas_booking("10:00")
        },
    )
    .await
    .unwrap();
    let free = world.free().await;
    assert!(
        !free.contains(&"10:30".to_owned()),
        "the buffer counts in other booking calendars, too: {free:?}"
    );
    assert!(
        free.contains(&"09:30".to_owned()) && free.contains(&"11:00".to_owned()),
        "{free:?}"
    );
}

async fn a_pending_booking_blocks_until_confirmed(world: World) {
    let member = MemberSettings::new(world.owner);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "ask".into(),
            kind: Kind::Personal,
            auto_confirm: false,
            ..CalendarSettings::new("Ask first")
        },
        vec![member],
    );
    booking_calendars::create(&world.quince, world.owner, form)
        .await
        .unwrap();
    let booked = appointments::book(
        &world.quince,
        Booking {
            slug: "ask".into(),
            ..adas_booking("10:00")
        },
    )
    .await
    .unwrap();
    assert_eq!(booked.status, Status::New);
    assert!(!world.is_free("10:00").await);
    world.jobs().await;
    assert!(world.events("Home")[0].ics.contains("STATUS:TENTATIVE"));
    appointments::set_status(&world.quince, world.owner, booked.id, Status::Confirmed)
        .await
        .unwrap();
    world.jobs().await;
    assert!(world.events("Home")[0].ics.contains("STATUS:CONFIRMED"));
}

async fn a_booking_calendar_that_is_switched_off_is_closed_to_new_clients_alone(world: World) {
    let booked = world.book("10:00").await;
    let (id, _) = world.form_of("intro").await;
    booking_calendars::set_active(&world.quince, world.owner, id, false)
        .await
        .unwrap();
    let refused = world.try_to_book("11:00").await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    let (day, zone) = (date(TUESDAY), Zone::utc());
    let question = SlotQuery::new("intro", day, day, &zone);
    assert!(availability::free(&world.quince, &question).await.is_err());
    let question = SlotQuery {
        moving: Some(booked.id),
        ..question
    };
    let free = availability::free(&world.quince, &question).await.unwrap();
    assert!(free.days[&day].iter().any(|slot| slot.start == tuesday("14:00")));
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    let by_staff = Booking {
        idempotency_key: "by staff".into(),
        ..adas_booking("10:00")
    };
    appointments::book_as_staff(&world.quince, world.owner, by_staff, OnConflict::Refuse)
        .await
        .unwrap();
}

async fn what_is_held_goes_with_its_booking_calendar(world: World) {
    let id = world.calendar("gone", &[world.owner]).await;
    for (secret, time) in [("one", "10:00"), ("two", "11:00")] {
        let request = HoldRequest {
            slug: "gone".into(),
            start: tuesday(time),
            host: None,
            services: Vec::new(),
        };
        let visitor = appointments::holder(&format!("the secret of visitor {secret}"));
        appointments::hold(&world.quince, visitor, &request)
            .await
            .unwrap();
    }
    assert!(!world.is_free("10:00").await);
    booking_calendars::delete(&world.quince, world.owner, id)
        .await
        .unwrap();
    assert!(world.is_free("10:00").await && world.is_free("11:00").await);
}

async fn the_same_booking_sent_after_it_was_deleted_books_nothing(world: World) {
    let booked = world.book("10:00").await;
    appointments::delete(&world.quince, world.owner, booked.id, false)
        .await
        .unwrap();
    for _ in 0..2 {
        let again = world.try_to_book("10:00").await;
        assert!(
            matches!(again, Err(Error::Refused(Refusal::DeletedSince))),
            "{again:?}"
        );
    }
    assert!(world.is_free("10:00").await);
    let anew = Booking {
        idempotency_key: "another".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, anew).await.unwrap();
    // Nor is it said of a time that somebody else has by now that it was taken.
    let again = world.try_to_book("10:00").await;
    assert!(
        matches!(again, Err(Error::Refused(Refusal::DeletedSince))),
        "{again:?}"
    );
}
