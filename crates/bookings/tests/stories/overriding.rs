//! What staff book although it is not on offer: with a record of why it was not, and never without being told to.

use bookings::appointments::{self, Actor, Booked, Booking, OnConflict, SchedulingConflict};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Error, Kind, Party, Refusal, Rules, StaffId, Status};
use jiff::SignedDuration;
use scheduling::Reason;
use tokio::task::JoinSet;

use crate::database::stories;
use crate::world::{World, adas_booking, at, member, reason_of, tuesday};

stories! {
    connected_on:
    staff_may_book_over_what_is_taken_and_it_is_recorded,
    without_being_told_to_nothing_is_overridden,
    nobody_else_gets_a_time_that_was_overridden,
    what_is_over_stays_over,
    staff_book_only_where_they_are_members,
    staff_keep_no_notice,
    the_times_of_a_chosen_member_are_theirs_alone,
    a_collective_is_overridden_with_all_its_members,
    a_refusal_names_everything_in_the_way,
    a_class_has_no_more_seats_than_it_has,
    who_is_free_holds_it_in_turn,
    staff_who_insist_are_never_too_late,
    an_event_a_moment_old_is_overridden_too,
    a_move_is_overridden_and_a_regular_one_forgets_it,
    both_of_an_overlap_can_take_place_again,
    what_was_taken_meanwhile_stays_taken,
    a_member_of_an_overridden_collective_is_exchanged,
    who_booked_for_a_colleague_can_undo_it,
    off_the_grid_whoever_is_free_holds_it,
}

async fn book(
    world: &World,
    by: StaffId,
    booking: Booking,
    on_conflict: OnConflict,
) -> Result<Booked, Error> {
    appointments::book_as_staff(&world.quince, by, booking, on_conflict).await
}

fn another(time: &str) -> Booking {
    Booking {
        name: "Grace Hopper".into(),
        idempotency_key: format!("another-{time}"),
        ..adas_booking(time)
    }
}

fn scheduling_conflict(refused: Result<Booked, Error>) -> SchedulingConflict {
    match refused {
        Err(Error::Refused(Refusal::SchedulingConflict(conflict))) => conflict,
        other => panic!("{other:?}"),
    }
}

/// "BOOKED Maya Lopez"
fn reason_lines(refused: &SchedulingConflict) -> Vec<String> {
    let why = |why: &bookings::availability::ExplainedReason| {
        let host = why.host.as_deref().unwrap_or_default();
        format!("{} {host}", why.reason.as_str()).trim().to_owned()
    };
    refused.reasons.iter().map(why).collect()
}

async fn staff_may_book_over_what_is_taken_and_it_is_recorded(world: World) {
    world.book("10:00").await;
    world.event("Work", "11:00");
    world.sync().await;
    for (time, reason) in [
        ("10:00", Reason::Booked),
        ("11:00", Reason::Conflict),
        ("20:00", Reason::Hours),
        ("13:10", Reason::Grid),
    ] {
        let booked = book(&world, world.owner, another(time), OnConflict::Override)
            .await
            .unwrap();
        let view = world.appointment(&booked).await;
        let reasons = view.overridden.unwrap_or_default();
        assert!(reasons.contains(&reason), "{time}: {reasons:?}");
        assert_eq!(
            (view.booked_by, view.status),
            (Party::Staff(world.owner), Status::Confirmed)
        );
    }
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 5, "all of them are written");
}

async fn without_being_told_to_nothing_is_overridden(world: World) {
    world.book("10:00").await;
    let refused = book(&world, world.owner, another("10:00"), OnConflict::Refuse).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::SchedulingConflict(_)))),
        "{refused:?}"
    );
    let free = book(&world, world.owner, another("12:00"), OnConflict::Override).await;
    let view = world.appointment(&free.unwrap()).await;
    assert_eq!(view.overridden, None, "there was nothing to override");
}

async fn nobody_else_gets_a_time_that_was_overridden(world: World) {
    let booked = book(&world, world.owner, another("13:10"), OnConflict::Override)
        .await
        .unwrap();
    for time in ["13:00", "13:30"] {
        assert!(!world.is_free(time).await, "{time}");
        assert!(matches!(
            world.try_to_book(time).await,
            Err(Error::SlotTaken { .. })
        ));
    }
    appointments::set_status(&world.quince, world.owner, booked.id, Status::Cancelled)
        .await
        .unwrap();
    assert!(world.is_free("13:00").await);
}

async fn what_is_over_stays_over(world: World) {
    let past = Booking {
        start: at("2026-11-20T10:00:00Z"),
        ..another("10:00")
    };
    let refused = scheduling_conflict(book(&world, world.owner, past, OnConflict::Override).await);
    assert_eq!(reason_lines(&refused), ["PAST"]);
    assert!(!refused.can_be_overridden);
}

async fn a_collective_is_overridden_with_all_its_members(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.collective("panel", &[world.owner, jonas.staff]).await;
    world.book("10:00").await;
    let booking = Booking {
        slug: "panel".into(),
        ..another("10:00")
    };
    let booked = book(&world, world.owner, booking, OnConflict::Override)
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.hosts, [world.owner, jonas.staff]);
    world.jobs().await;
    assert_eq!(
        (world.events("Home").len(), world.events_of(&jonas).len()),
        (2, 1)
    );
}

async fn staff_book_only_where_they_are_members(world: World) {
    let jonas = world.colleague("Jonas").await;
    let refused = book(&world, jonas, another("10:00"), OnConflict::Refuse).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}

async fn staff_keep_no_notice(world: World) {
    let today = bookings::availability::free_for_staff(
        &world.quince,
        world.owner,
        world.form_of("intro").await.0,
        &[],
        crate::world::date("2026-11-23"),
        &zones::Zone::utc(),
    )
    .await
    .unwrap();
    assert_eq!(
        today.first().map(|slot| slot.start),
        Some(at("2026-11-23T09:00:00Z"))
    );
    let soon = Booking {
        start: at("2026-11-23T09:00:00Z"),
        ..another("09:00")
    };
    book(&world, world.owner, soon, OnConflict::Refuse).await.unwrap();
}

async fn a_refusal_names_everything_in_the_way(world: World) {
    let mira = world.connected_colleague("Mira").await;
    world.calendar("team", &[world.owner, mira.staff]).await;
    let booking = |key: &str| Booking {
        slug: "team".into(),
        idempotency_key: key.into(),
        ..another("10:00")
    };
    world.book("10:00").await;
    let span = bookings::Interval::new(tuesday("09:00"), tuesday("12:00"));
    bookings::blocked::add(&world.quince, mira.staff, mira.staff, span, "Dentist")
        .await
        .unwrap();
    let refused =
        scheduling_conflict(book(&world, world.owner, booking("refused"), OnConflict::Refuse).await);
    assert_eq!(reason_lines(&refused), ["BOOKED Maya Lopez", "BLOCKED Mira"]);
    assert!(refused.can_be_overridden);
    let sentence = refused.to_string();
    assert!(
        sentence.contains("(Maya Lopez: has an appointment; Mira: blocked off)"),
        "{sentence}"
    );
    let client = appointments::book(&world.quince, booking("client")).await;
    assert!(matches!(client, Err(Error::SlotTaken { .. })), "{client:?}");
}

async fn a_class_has_no_more_seats_than_it_has(world: World) {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats: 1,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    let booking = |key: &str| Booking {
        slug: "yoga".into(),
        idempotency_key: key.into(),
        ..another("10:00")
    };
    appointments::book(&world.quince, booking("first")).await.unwrap();
    let refused = book(&world, world.owner, booking("second"), OnConflict::Override).await;
    let refused = scheduling_conflict(refused);
    assert_eq!(
        (reason_lines(&refused), refused.can_be_overridden),
        (vec!["NOSEATS".to_owned()], false)
    );
}

async fn who_is_free_holds_it_in_turn(world: World) {
    let mira = world.connected_colleague("Mira").await;
    let rules = Rules {
        per_day: Some(1),
        ..Rules::default()
    };
    let members = [world.owner, mira.staff].map(member).to_vec();
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "team".into(),
            kind: Kind::RoundRobin,
            rules,
            ..CalendarSettings::new("Team")
        },
        members,
    );
    world.make(form).await;
    let booking = |time: &str, key: &str| Booking {
        slug: "team".into(),
        idempotency_key: key.into(),
        ..another(time)
    };
    let first = appointments::book(&world.quince, booking("10:00", "first"))
        .await
        .unwrap();
    assert_eq!(first.host_name, "Maya Lopez");
    // The day is full, but everybody has time.
    let second = book(
        &world,
        world.owner,
        booking("15:00", "second"),
        OnConflict::Override,
    )
    .await
    .unwrap();
    let view = world.appointment(&second).await;
    assert_eq!(
        (view.host_name.as_str(), view.overridden.as_deref()),
        ("Mira", Some(&[Reason::DayLimit][..]))
    );
    assert_eq!(reason_of(&view).as_deref(), Some("not booked here before"));
    // Mira has no time, which nobody has to override.
    let third = book(
        &world,
        world.owner,
        booking("15:00", "third"),
        OnConflict::Override,
    )
    .await
    .unwrap();
    let view = world.appointment(&third).await;
    assert_eq!(
        (view.host_name.as_str(), view.overridden.as_deref()),
        ("Maya Lopez", Some(&[Reason::DayLimit][..]))
    );
    let fourth = book(
        &world,
        world.owner,
        booking("15:00", "fourth"),
        OnConflict::Override,
    )
    .await
    .unwrap();
    let view = world.appointment(&fourth).await;
    assert_eq!(
        view.overridden.as_deref(),
        Some(&[Reason::DayLimit, Reason::Booked][..])
    );
    assert_eq!(reason_of(&view).as_deref(), Some("nobody was on offer then"));
    let chosen = Booking {
        host: Some(mira.staff),
        ..booking("16:00", "chosen")
    };
    let chosen = book(&world, world.owner, chosen, OnConflict::Override)
        .await
        .unwrap();
    let view = world.appointment(&chosen).await;
    assert_eq!(reason_of(&view).as_deref(), Some("chosen by staff"));
}

async fn staff_who_insist_are_never_too_late(world: World) {
    let mut tries = JoinSet::new();
    for number in 0..20 {
        let (quince, owner) = (world.quince.clone(), world.owner);
        let booking = Booking {
            idempotency_key: format!("key {number}"),
            ..another("10:00")
        };
        tries.spawn(async move {
            appointments::book_as_staff(&quince, owner, booking, OnConflict::Override).await
        });
    }
    let mut regular = 0;
    for booked in tries.join_all().await {
        let view = world.appointment(&booked.unwrap()).await;
        match view.overridden.as_deref() {
            None => regular += 1,
            Some(reasons) => assert_eq!(reasons, [Reason::Booked]),
        }
    }
    assert_eq!(regular, 1, "the first one overrode nothing");
}

async fn an_event_a_moment_old_is_overridden_too(world: World) {
    world.event("Work", "10:00");
    let refused = scheduling_conflict(book(&world, world.owner, another("10:00"), OnConflict::Refuse).await);
    assert_eq!(reason_lines(&refused), ["CONFLICT Maya Lopez"]);
    let booked = book(&world, world.owner, another("10:00"), OnConflict::Override)
        .await
        .unwrap();
    let view = world.appointment(&booked).await;
    assert_eq!(view.overridden.as_deref(), Some(&[Reason::Conflict][..]));
}

async fn a_move_is_overridden_and_a_regular_one_forgets_it(world: World) {
    world.book("10:00").await;
    let booked = world.book("11:00").await;
    let to = |time: &str, on_conflict: OnConflict| {
        let (quince, start) = (&world.quince, tuesday(time));
        async move { appointments::reschedule_as_staff(quince, world.owner, booked.id, start, on_conflict).await }
    };
    let refused = to("10:00", OnConflict::Refuse).await;
    let Err(Error::Refused(Refusal::SchedulingConflict(refused))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(reason_lines(&refused), ["BOOKED Maya Lopez"]);
    assert!(refused.can_be_overridden);
    let moved = to("10:00", OnConflict::Override).await.unwrap();
    assert_eq!(
        (moved.start, moved.overridden.as_deref()),
        (tuesday("10:00"), Some(&[Reason::Booked][..]))
    );
    assert!(world.is_free("11:00").await);
    let moved = to("14:00", OnConflict::Override).await.unwrap();
    assert_eq!((moved.start, moved.overridden), (tuesday("14:00"), None));
    let actor = Actor::Staff {
        id: world.owner,
        appointment: booked.id,
    };
    let refused = appointments::reschedule(&world.quince, &actor, tuesday("10:00")).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::SchedulingConflict(_)))),
        "{refused:?}"
    );
}

async fn both_of_an_overlap_can_take_place_again(world: World) {
    let below = world.book("10:00").await;
    world.clock.advance(SignedDuration::from_secs(1));
    let above = book(&world, world.owner, another("10:00"), OnConflict::Override)
        .await
        .unwrap();
    world.clock.set(tuesday("10:05"));
    for booked in [&below, &above] {
        for status in [Status::NoShow, Status::Showed, Status::Confirmed] {
            appointments::set_status(&world.quince, world.owner, booked.id, status)
                .await
                .unwrap();
        }
    }
}

async fn what_was_taken_meanwhile_stays_taken(world: World) {
    let below = world.book("10:00").await;
    world.clock.advance(SignedDuration::from_secs(1));
    let above = book(&world, world.owner, another("10:00"), OnConflict::Override)
        .await
        .unwrap();
    let set = |booked: &Booked, status| {
        let (quince, id) = (&world.quince, booked.id);
        async move { appointments::set_status(quince, world.owner, id, status).await }
    };
    set(&below, Status::Cancelled).await.unwrap();
    set(&above, Status::Invalid).await.unwrap();
    let third = Booking {
        idempotency_key: "third".into(),
        ..adas_booking("10:00")
    };
    world.clock.advance(SignedDuration::from_secs(1));
    appointments::book(&world.quince, third).await.unwrap();
    let again = set(&above, Status::Confirmed).await;
    assert!(matches!(again, Err(Error::SlotTaken { .. })), "{again:?}");
}

async fn a_member_of_an_overridden_collective_is_exchanged(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let mira = world.connected_colleague("Mira").await;
    world.collective("panel", &[world.owner, jonas.staff]).await;
    let below = world.book("10:00").await;
    let booking = Booking {
        slug: "panel".into(),
        ..another("10:00")
    };
    let above = book(&world, world.owner, booking, OnConflict::Override)
        .await
        .unwrap();
    let exchange = |booked: &Booked, from, to| {
        let (quince, id) = (&world.quince, booked.id);
        async move { appointments::reassign(quince, world.owner, id, from, to).await }
    };
    let view = exchange(&above, jonas.staff, mira.staff).await.unwrap();
    assert_eq!(view.hosts, [world.owner, mira.staff]);
    assert!(view.overridden.is_some());
    let view = exchange(&below, world.owner, jonas.staff).await.unwrap();
    assert_eq!(view.hosts, [jonas.staff]);
}

async fn who_booked_for_a_colleague_can_undo_it(world: World) {
    let jonas = world.colleague("Jonas").await;
    world.calendar("team", &[world.owner, jonas]).await;
    let booking = Booking {
        slug: "team".into(),
        host: Some(world.owner),
        ..another("10:00")
    };
    let booked = book(&world, jonas, booking, OnConflict::Refuse).await.unwrap();
    let view = appointments::get(&world.quince, jonas, booked.id).await.unwrap();
    assert_eq!(view.hosts, [world.owner]);
    let actor = Actor::Staff {
        id: jonas,
        appointment: booked.id,
    };
    appointments::cancel(&world.quince, &actor, "").await.unwrap();
    let others = world.book("11:00").await;
    let refused = appointments::get(&world.quince, jonas, others.id).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
}

async fn the_times_of_a_chosen_member_are_theirs_alone(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    let team = world.calendar("team", &[world.owner, jonas]).await;
    world.book("10:00").await;
    let starts = async |host| {
        let day = crate::world::date(crate::world::TUESDAY);
        let zone = zones::Zone::utc();
        let free =
            bookings::availability::free_with_host(&world.quince, world.owner, team, &[], host, day, &zone);
        let free = free.await.unwrap().into_iter();
        free.map(|slot| slot.start).collect::<Vec<_>>()
    };
    let ten = crate::world::tuesday("10:00");
    assert!(starts(None).await.contains(&ten));
    assert!(starts(Some(jonas)).await.contains(&ten));
    assert!(!starts(Some(world.owner)).await.contains(&ten));
}

async fn off_the_grid_whoever_is_free_holds_it(world: World) {
    let mira = world.connected_colleague("Mira").await;
    world.calendar("team", &[world.owner, mira.staff]).await;
    world.book("13:00").await;
    let booking = Booking {
        slug: "team".into(),
        ..another("13:10")
    };
    let refused = scheduling_conflict(book(&world, world.owner, booking.clone(), OnConflict::Refuse).await);
    assert!(
        reason_lines(&refused).contains(&"BOOKED Maya Lopez".to_owned()),
        "{refused:?}"
    );
    let booked = book(&world, world.owner, booking, OnConflict::Override)
        .await
        .unwrap();
    let view = world.appointment(&booked).await;
    assert_eq!(
        (view.host_name.as_str(), view.overridden.as_deref()),
        ("Mira", Some(&[Reason::Grid][..]))
    );
}
