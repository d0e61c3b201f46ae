//! Collective: everybody or nobody, an event for each, and a member who is exchanged.

use bookings::appointments::{self, Actor, Booking, HoldRequest, OnConflict};
use bookings::availability::{self, SlotQuery};
use bookings::{Error, StaffId, blocked, configuration};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{Colleague, TUESDAY, World, adas_booking, date, tuesday};

stories! {
    connected_on:
    everybody_gets_the_event_and_nobody_shares_the_time,
    one_busy_member_stops_all,
    an_event_a_moment_old_in_anybodys_calendar_stops_all,
    two_hundred_at_once_give_one_appointment,
    moving_and_cancelling_follow_in_every_calendar,
    a_member_is_exchanged_and_the_events_follow,
    nobody_is_exchanged_who_does_not_take_part,
    who_is_exchanged_must_be_free,
    a_stand_in_stays_when_it_is_moved,
    what_is_off_the_grid_is_exchanged_only_with_who_is_free,
    nobody_can_be_chosen,
    a_member_without_a_primary_calendar_takes_part_all_the_same,
}

async fn panel(world: &World) -> (Colleague, Colleague) {
    let jonas = world.connected_colleague("Jonas").await;
    let priya = world.connected_colleague("Priya").await;
    world
        .collective("panel", &[world.owner, jonas.staff, priya.staff])
        .await;
    (jonas, priya)
}

fn booking(time: &str) -> Booking {
    Booking {
        slug: "panel".into(),
        ..adas_booking(time)
    }
}

async fn everybody_gets_the_event_and_nobody_shares_the_time(world: World) {
    let (jonas, priya) = panel(&world).await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    assert_eq!(booked.host_name, "Maya Lopez, Jonas, Priya");
    world.jobs().await;
    let mut uids = Vec::new();
    for events in [
        world.events("Home"),
        world.events_of(&jonas),
        world.events_of(&priya),
    ] {
        assert_eq!(events.len(), 1);
        let ics = events[0].ics.replace("\r\n ", "");
        assert!(ics.contains("Together with"), "{ics}");
        uids.push(
            ics.lines()
                .find(|line| line.starts_with("UID"))
                .unwrap()
                .to_owned(),
        );
    }
    uids.sort();
    uids.dedup();
    assert_eq!(uids.len(), 3, "each event has a UID of its own");
    assert!(!world.is_free("10:00").await);
    let again = Booking {
        idempotency_key: "another".into(),
        ..booking("10:00")
    };
    let again = appointments::book(&world.quince, again).await;
    assert!(matches!(again, Err(Error::SlotTaken { .. })), "{again:?}");
}

async fn one_busy_member_stops_all(world: World) {
    let (jonas, _) = panel(&world).await;
    world.calendar("jonas", &[jonas.staff]).await;
    let alone = Booking {
        slug: "jonas".into(),
        idempotency_key: "alone".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, alone).await.unwrap();
    let refused = appointments::book(&world.quince, booking("10:00")).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    assert!(
        world.is_free("10:00").await,
        "nothing of the others' time was taken"
    );
}

async fn an_event_a_moment_old_in_anybodys_calendar_stops_all(world: World) {
    let (_, priya) = panel(&world).await;
    let start = tuesday("10:00");
    world.control.add_simple_event(
        priya.calendar,
        "Dentist",
        start,
        start + SignedDuration::from_hours(1),
    );
    let refused = appointments::book(&world.quince, booking("10:00")).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    assert!(world.is_free("10:00").await);
}

async fn two_hundred_at_once_give_one_appointment(world: World) {
    let (jonas, _) = panel(&world).await;
    let mut tries = JoinSet::new();
    for number in 0..200 {
        let quince = world.quince.clone();
        let booking = Booking {
            idempotency_key: format!("k{number}"),
            ..booking("10:00")
        };
        tries.spawn(async move { appointments::book(&quince, booking).await });
    }
    let outcomes = tries.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    world.jobs().await;
    assert_eq!(
        (world.events("Home").len(), world.events_of(&jonas).len()),
        (1, 1)
    );
}

async fn moving_and_cancelling_follow_in_every_calendar(world: World) {
    let (jonas, priya) = panel(&world).await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    world.jobs().await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    // Its own time is not in its way.
    appointments::reschedule(&world.quince, &client, tuesday("10:30"))
        .await
        .unwrap();
    world.jobs().await;
    for events in [
        world.events("Home"),
        world.events_of(&jonas),
        world.events_of(&priya),
    ] {
        assert_eq!(events.len(), 1);
        assert!(
            events[0].ics.contains("DTSTART:20261124T103000Z"),
            "{}",
            events[0].ics
        );
    }
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    world.jobs().await;
    for events in [
        world.events("Home"),
        world.events_of(&jonas),
        world.events_of(&priya),
    ] {
        assert_eq!(events, []);
    }
    assert!(world.is_free("10:00").await && world.is_free("10:30").await);
}

async fn exchange(
    world: &World,
    booked: &appointments::Booked,
    from: StaffId,
    to: StaffId,
) -> Result<appointments::AppointmentView, Error> {
    appointments::reassign(&world.quince, world.owner, booked.id, from, to).await
}

async fn a_member_is_exchanged_and_the_events_follow(world: World) {
    let (jonas, priya) = panel(&world).await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    let mira = world.connected_colleague("Mira").await;
    world.jobs().await;
    let before = world.events("Home");
    let view = exchange(&world, &booked, jonas.staff, mira.staff).await.unwrap();
    assert_eq!(view.hosts, [world.owner, mira.staff, priya.staff]);
    world.jobs().await;
    assert_eq!(world.events_of(&jonas), []);
    assert_eq!(world.events_of(&mira).len(), 1);
    assert_eq!(world.events_of(&priya).len(), 1);
    let after = world.events("Home");
    assert_eq!((before.len(), after.len()), (1, 1));
    assert!(
        after[0].ics.replace("\r\n ", "").contains("Mira"),
        "the others' events name them"
    );
    // Changes wait for a minute, as another may follow.
    world.later(1).await;
    let mails = world.mails();
    for (who, subject) in [
        ("jonas@", "Subject: You no longer take part: Panel"),
        (
            "priya@",
            "Mira takes part in Panel with Ada Byron instead of Jonas.",
        ),
        ("mira@", "New booking"),
        ("ada@", "Changed"),
    ] {
        assert!(
            mails
                .iter()
                .any(|mail| mail.contains(who) && mail.contains(subject)),
            "{who} was told"
        );
    }
}

async fn who_is_exchanged_must_be_free(world: World) {
    let (jonas, priya) = panel(&world).await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    let same = exchange(&world, &booked, jonas.staff, priya.staff).await;
    assert!(
        matches!(same, Err(Error::Fields(_))),
        "takes part already: {same:?}"
    );
    let mira = world.connected_colleague("Mira").await;
    world
        .control
        .add_simple_event(mira.calendar, "Dentist", tuesday("10:00"), tuesday("11:00"));
    let busy = exchange(&world, &booked, jonas.staff, mira.staff).await;
    assert!(
        matches!(busy, Err(Error::Refused(_))),
        "an event a moment old: {busy:?}"
    );
    assert_eq!(
        world.appointment(&booked).await.hosts,
        [world.owner, jonas.staff, priya.staff]
    );
    let stranger =
        appointments::reassign(&world.quince, mira.staff, booked.id, jonas.staff, mira.staff).await;
    assert!(matches!(stranger, Err(Error::NotAllowed(_))), "{stranger:?}");
}

async fn a_member_without_a_primary_calendar_takes_part_all_the_same(world: World) {
    let (jonas, priya) = panel(&world).await;
    configuration::save_primary(&world.quince, jonas.staff, None)
        .await
        .unwrap();
    appointments::book(&world.quince, booking("10:00")).await.unwrap();
    world.jobs().await;
    assert_eq!(
        (world.events("Home").len(), world.events_of(&priya).len()),
        (1, 1)
    );
    assert_eq!(world.events_of(&jonas), []);
}

async fn a_stand_in_stays_when_it_is_moved(world: World) {
    let (jonas, priya) = panel(&world).await;
    let mira = world.connected_colleague("Mira").await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    exchange(&world, &booked, jonas.staff, mira.staff).await.unwrap();
    let span = bookings::Interval::new(tuesday("13:00"), tuesday("14:00"));
    blocked::add(&world.quince, mira.staff, mira.staff, span, "Dentist")
        .await
        .unwrap();
    let (day, zone) = (date(TUESDAY), Zone::utc());
    let question = SlotQuery {
        moving: Some(booked.id),
        ..SlotQuery::new("panel", day, day, &zone)
    };
    let free = availability::free(&world.quince, &question).await.unwrap();
    let is_free = |time: &str| free.days[&day].iter().any(|slot| slot.start == tuesday(time));
    assert!(!is_free("13:00") && is_free("14:00"), "Mira's time counts");
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    let moved = appointments::reschedule(&world.quince, &client, tuesday("14:00"))
        .await
        .unwrap();
    assert_eq!(moved.hosts, [world.owner, mira.staff, priya.staff]);
}

async fn what_is_off_the_grid_is_exchanged_only_with_who_is_free(world: World) {
    let (jonas, _) = panel(&world).await;
    let booked =
        appointments::book_as_staff(&world.quince, world.owner, booking("13:10"), OnConflict::Override)
            .await
            .unwrap();
    let mira = world.connected_colleague("Mira").await;
    let block = |from: &str, to: &str| {
        let (quince, span) = (&world.quince, bookings::Interval::new(tuesday(from), tuesday(to)));
        async move {
            blocked::add(quince, mira.staff, mira.staff, span, "Dentist")
                .await
                .unwrap()
                .id
        }
    };
    let blocked = block("13:30", "14:00").await;
    let busy = exchange(&world, &booked, jonas.staff, mira.staff).await;
    assert!(matches!(busy, Err(Error::Refused(_))), "{busy:?}");
    blocked::remove(&world.quince, mira.staff, blocked).await.unwrap();
    exchange(&world, &booked, jonas.staff, mira.staff).await.unwrap();
}

async fn nobody_can_be_chosen(world: World) {
    let (jonas, _) = panel(&world).await;
    let chosen = Some(jonas.staff);
    let field = |refused: Result<(), Error>| match refused {
        Err(Error::Fields(problems)) => problems[0].field,
        other => panic!("{other:?}"),
    };
    let booking = Booking {
        host: chosen,
        ..booking("10:00")
    };
    assert_eq!(
        field(appointments::book(&world.quince, booking).await.map(drop)),
        "host"
    );
    let hold = HoldRequest {
        slug: "panel".into(),
        start: tuesday("10:00"),
        host: chosen,
        services: Vec::new(),
    };
    let visitor = appointments::holder("a secret of a session, long enough");
    assert_eq!(
        field(appointments::hold(&world.quince, visitor, &hold).await.map(drop)),
        "host"
    );
    let (day, zone) = (date(TUESDAY), Zone::utc());
    let question = SlotQuery {
        host: chosen,
        ..SlotQuery::new("panel", day, day, &zone)
    };
    let refused = availability::free(&world.quince, &question).await;
    assert!(
        matches!(&refused, Err(Error::Fields(problems)) if problems[0].field == "host"),
        "{refused:?}"
    );
    assert!(world.is_free("10:00").await);
}

async fn nobody_is_exchanged_who_does_not_take_part(world: World) {
    let (jonas, priya) = panel(&world).await;
    let booked = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    let mira = world.connected_colleague("Mira").await;
    let none = exchange(&world, &booked, mira.staff, jonas.staff).await;
    assert!(matches!(none, Err(Error::Fields(_))), "{none:?}");
    exchange(&world, &booked, jonas.staff, mira.staff).await.unwrap();
    // What was carried out may be sent once more.
    exchange(&world, &booked, jonas.staff, mira.staff).await.unwrap();
    let hosts = world.appointment(&booked).await.hosts;
    assert_eq!(hosts, [world.owner, mira.staff, priya.staff]);
}
