//! Class Booking: sessions with seats, one event for each, guests, moving, calling off, the waiting list.

use bookings::appointments::{self, Actor, BookError, Booked, Booking, HoldWish, hold, holder};
use bookings::calendars::{self, CalendarForm};
use bookings::classes::{self, WaitError};
use bookings::slots::Question;
use bookings::{CalendarId, Kind, Rules, SessionId, Status, slots};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_wish, date, member, tuesday};

stories! {
    connected_on:
    everybody_of_a_session_shares_one_event,
    a_guest_takes_a_seat,
    two_hundred_at_once_get_the_seats_that_there_are,
    the_seats_left_are_told_and_full_sessions_are_named,
    another_start_that_overlaps_a_session_is_blocked,
    an_event_of_the_owner_never_blocks_the_seats_of_a_live_session,
    leaving_gives_the_seat_back_and_the_last_one_takes_the_event_along,
    moving_to_another_session_changes_both_events,
    the_owner_calls_a_session_off_and_everybody_is_told,
    who_waits_longest_and_fits_moves_up,
    a_place_on_the_waiting_list_can_be_left,
    nobody_waits_for_a_session_with_seats,
    more_seats_let_those_who_wait_in,
    a_day_has_as_many_seats_as_it_may,
    the_owner_and_admins_see_who_comes_and_others_do_not,
    a_held_seat_is_no_session,
    the_owners_icloud_is_asked_until_somebody_has_a_seat,
}

fn form(world: &World, seats: u32) -> CalendarForm {
    CalendarForm {
        slug: "yoga".into(),
        kind: Kind::ClassBooking,
        members: vec![member(world.owner)],
        rules: Rules {
            seats,
            duration: 60,
            interval: 30,
            ..Rules::default()
        },
        ..CalendarForm::new("Yoga")
    }
}

async fn yoga(world: &World, seats: u32) -> CalendarId {
    world.make(form(world, seats)).await
}

fn wish(name: &str, time: &str, guests: &[&str]) -> Booking {
    Booking {
        slug: "yoga".into(),
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase().replace(' ', "-")),
        guests: guests.iter().map(|guest| (*guest).to_owned()).collect(),
        idempotency_key: format!("{name} at {time}"),
        ..adas_wish(time)
    }
}

async fn join(world: &World, name: &str, time: &str) -> Booked {
    appointments::book(&world.quince, wish(name, time, &[]))
        .await
        .unwrap()
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

/// The seats left of Tuesday's sessions, by their starts; 0 for a full one.
async fn seats(world: &World) -> Vec<(String, u32)> {
    let day = date(TUESDAY);
    let free = slots::free(&world.quince, &Question::new("yoga", day, day, &Zone::utc()))
        .await
        .unwrap();
    let label = |start: Timestamp| start.strftime("%H:%M").to_string();
    let open = free.days.get(&day).into_iter().flatten();
    let full = free.full.get(&day).into_iter().flatten();
    let mut all: Vec<(String, u32)> = open
        .map(|slot| (label(slot.start), slot.seats_left.unwrap()))
        .chain(full.map(|session| (label(session.start), 0)))
        .collect();
    all.sort();
    all
}

async fn left(world: &World, time: &str) -> Option<u32> {
    let all = seats(world).await;
    all.iter().find(|(start, _)| start == time).map(|(_, left)| *left)
}

fn titles(world: &World) -> Vec<String> {
    let events = world.events("Home");
    let mut titles: Vec<String> = events.into_iter().map(|event| event.summary).collect();
    titles.sort();
    titles
}

async fn session_of(world: &World, booked: &Booked) -> SessionId {
    world.appointment(booked).await.session.unwrap()
}

async fn everybody_of_a_session_shares_one_event(world: World) {
    yoga(&world, 5).await;
    join(&world, "Ada", "10:00").await;
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/5"]);
    join(&world, "Grace", "10:00").await;
    join(&world, "Edsger", "14:00").await;
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/5", "Yoga 2/5"]);
    let event = world
        .events("Home")
        .into_iter()
        .find(|event| event.ics.contains("2/5"));
    let text = event.unwrap().ics.replace("\r\n ", "");
    assert!(
        text.contains("Ada") && text.contains("Grace") && !text.contains("Edsger"),
        "{text}"
    );
    assert!(!text.contains("ATTENDEE"));
}

async fn a_guest_takes_a_seat(world: World) {
    yoga(&world, 3).await;
    let booked = appointments::book(&world.quince, wish("Ada", "10:00", &["Byron"])).await;
    let booked = booked.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(1));
    let too_many = appointments::book(&world.quince, wish("Grace", "10:00", &["Anne"])).await;
    assert!(
        matches!(too_many, Err(BookError::NotOffered(_) | BookError::SlotTaken)),
        "{too_many:?}"
    );
    join(&world, "Edsger", "10:00").await;
    assert_eq!(left(&world, "10:00").await, Some(0));
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    assert_eq!(
        left(&world, "10:00").await,
        Some(2),
        "the guest's seat is free, too"
    );
}

async fn two_hundred_at_once_get_the_seats_that_there_are(world: World) {
    yoga(&world, 7).await;
    let mut tries = JoinSet::new();
    for number in 0..200 {
        let quince = world.quince.clone();
        let wish = wish(&format!("Client {number}"), "10:00", &[]);
        tries.spawn(async move { appointments::book(&quince, wish).await });
    }
    let outcomes = tries.join_all().await;
    let booked = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(booked, 7);
    for outcome in &outcomes {
        assert!(
            matches!(
                outcome,
                Ok(_) | Err(BookError::SlotTaken | BookError::NotOffered(_))
            ),
            "{outcome:?}"
        );
    }
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 7/7"]);
}

async fn the_seats_left_are_told_and_full_sessions_are_named(world: World) {
    yoga(&world, 2).await;
    join(&world, "Ada", "09:00").await;
    join(&world, "Grace", "11:00").await;
    join(&world, "Edsger", "11:00").await;
    let seats = seats(&world).await;
    let seats: Vec<(&str, u32)> = seats
        .iter()
        .map(|(start, left)| (start.as_str(), *left))
        .collect();
    assert_eq!(
        seats[..4],
        [("09:00", 1), ("10:00", 2), ("11:00", 0), ("12:00", 2)],
        "{seats:?}"
    );
}

async fn another_start_that_overlaps_a_session_is_blocked(world: World) {
    yoga(&world, 5).await;
    join(&world, "Ada", "10:00").await;
    let between = appointments::book(&world.quince, wish("Grace", "10:30", &[])).await;
    assert!(matches!(between, Err(BookError::SlotTaken)), "{between:?}");
    let other = world.try_to_book("10:00").await;
    assert!(
        matches!(other, Err(BookError::SlotTaken)),
        "the owner is busy elsewhere, too: {other:?}"
    );
}

async fn an_event_of_the_owner_never_blocks_the_seats_of_a_live_session(world: World) {
    yoga(&world, 5).await;
    join(&world, "Ada", "10:00").await;
    world.jobs().await;
    world.event("Work", "10:00");
    world.sync().await;
    assert_eq!(
        left(&world, "10:00").await,
        Some(4),
        "nor does the session's own event"
    );
    join(&world, "Grace", "10:00").await;
    assert_eq!(left(&world, "10:00").await, Some(3));
}

async fn leaving_gives_the_seat_back_and_the_last_one_takes_the_event_along(world: World) {
    yoga(&world, 2).await;
    let (ada, grace) = (
        join(&world, "Ada", "10:00").await,
        join(&world, "Grace", "10:00").await,
    );
    world.jobs().await;
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/2"]);
    appointments::cancel(&world.quince, &client(&grace), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), [""; 0]);
    join(&world, "Edsger", "10:00").await;
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/2"], "the session can be opened again");
}

async fn moving_to_another_session_changes_both_events(world: World) {
    yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    join(&world, "Edsger", "14:00").await;
    appointments::reschedule(&world.quince, &client(&ada), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/2", "Yoga 2/2"]);
    assert_eq!(
        (left(&world, "10:00").await, left(&world, "14:00").await),
        (Some(1), Some(0))
    );
    let full = appointments::reschedule(&world.quince, &client(&ada), tuesday("15:30")).await;
    assert!(full.is_ok(), "a session of its own: {full:?}");
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/2", "Yoga 1/2", "Yoga 1/2"]);
}

async fn the_owner_calls_a_session_off_and_everybody_is_told(world: World) {
    yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    classes::wait(&world.quince, &wish("Edsger", "10:00", &[]))
        .await
        .unwrap();
    let session = session_of(&world, &ada).await;
    world.jobs().await;
    classes::cancel_session(&world.quince, world.owner, session, "the roof leaks")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), [""; 0]);
    assert_eq!(world.appointment(&ada).await.status, Status::Cancelled);
    let mails = world.mails();
    for (who, subject) in [
        ("ada@", "Cancelled"),
        ("grace@", "Cancelled"),
        ("edsger@", "Yoga"),
    ] {
        assert!(
            mails
                .iter()
                .any(|mail| mail.contains(who) && mail.contains(subject)),
            "{who} was told"
        );
    }
    assert_eq!(left(&world, "10:00").await, None, "it is not offered again");
    let again = appointments::book(&world.quince, wish("Anne", "10:00", &[])).await;
    assert!(again.is_err(), "{again:?}");
    let view = classes::session(&world.quince, world.owner, session)
        .await
        .unwrap();
    assert_eq!(view.cancelled_by.as_deref(), Some("Maya Lopez: the roof leaks"));
    assert_eq!((view.taken, view.waiting.len()), (0, 0));
}

async fn who_waits_longest_and_fits_moves_up(world: World) {
    yoga(&world, 3).await;
    let ada = join(&world, "Ada", "10:00").await;
    appointments::book(&world.quince, wish("Grace", "10:00", &["Anne"]))
        .await
        .unwrap();
    // The first needs more than one seat, so the second moves up when one becomes free.
    let group = classes::wait(&world.quince, &wish("Edsger", "10:00", &["Ria"]))
        .await
        .unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
    let alone = classes::wait(&world.quince, &wish("Barbara", "10:00", &[]))
        .await
        .unwrap();
    assert_eq!(classes::waiting(&world.quince, &alone).await.unwrap().before, 1);
    let twice = classes::wait(&world.quince, &wish("Barbara", "10:00", &[])).await;
    assert!(matches!(twice, Err(WaitError::AlreadyWaiting)), "{twice:?}");
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(left(&world, "10:00").await, Some(0), "nobody could come between");
    let session = classes::session(&world.quince, world.owner, session_of(&world, &ada).await).await;
    let session = session.unwrap();
    let names: Vec<&str> = session
        .attendees
        .iter()
        .map(|attendee| attendee.name.as_str())
        .collect();
    assert_eq!(names, ["Grace", "Barbara"]);
    assert_eq!(session.waiting.len(), 1);
    assert!(
        world
            .mails()
            .iter()
            .any(|mail| mail.contains("barbara@") && mail.contains("You have a seat")),
        "Barbara was told"
    );
    assert_eq!(classes::waiting(&world.quince, &group).await.unwrap().before, 0);
    assert!(
        classes::waiting(&world.quince, &alone).await.is_err(),
        "the place on the list is used up"
    );
}

async fn a_place_on_the_waiting_list_can_be_left(world: World) {
    yoga(&world, 1).await;
    let ada = join(&world, "Ada", "10:00").await;
    let token = classes::wait(&world.quince, &wish("Grace", "10:00", &[]))
        .await
        .unwrap();
    classes::leave(&world.quince, &token).await.unwrap();
    assert!(classes::leave(&world.quince, &token).await.is_err());
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    assert_eq!(left(&world, "10:00").await, Some(1));
}

async fn nobody_waits_for_a_session_with_seats(world: World) {
    yoga(&world, 2).await;
    let early = classes::wait(&world.quince, &wish("Ada", "10:00", &[])).await;
    assert!(matches!(early, Err(WaitError::NotFull)), "{early:?}");
    join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    let too_many = classes::wait(&world.quince, &wish("Edsger", "10:00", &["A", "B"])).await;
    assert!(matches!(too_many, Err(WaitError::NotOffered(_))), "{too_many:?}");
    let nothing = classes::wait(&world.quince, &wish("Edsger", "03:00", &[])).await;
    assert!(matches!(nothing, Err(WaitError::NotOffered(_))), "{nothing:?}");
}

async fn more_seats_let_those_who_wait_in(world: World) {
    let id = yoga(&world, 1).await;
    join(&world, "Ada", "10:00").await;
    classes::wait(&world.quince, &wish("Grace", "10:00", &[]))
        .await
        .unwrap();
    calendars::update(&world.quince, world.owner, id, form(&world, 3))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(left(&world, "10:00").await, Some(1));
    assert_eq!(titles(&world), ["Yoga 2/3"]);
}

async fn a_day_has_as_many_seats_as_it_may(world: World) {
    let mut form = form(&world, 5);
    form.rules.per_day = Some(3);
    world.make(form).await;
    appointments::book(&world.quince, wish("Ada", "10:00", &["Byron"]))
        .await
        .unwrap();
    let two = appointments::book(&world.quince, wish("Grace", "12:00", &["Anne"])).await;
    assert!(two.is_err(), "{two:?}");
    join(&world, "Edsger", "12:00").await;
    assert_eq!(seats(&world).await, []);
}

async fn the_owner_and_admins_see_who_comes_and_others_do_not(world: World) {
    yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    let session = session_of(&world, &ada).await;
    let jonas = world.colleague("Jonas").await;
    assert!(classes::session(&world.quince, jonas, session).await.is_err());
    assert!(
        classes::cancel_session(&world.quince, jonas, session, "")
            .await
            .is_err()
    );
    assert!(
        classes::session(&world.quince, world.owner, session)
            .await
            .is_ok()
    );
}

/// A visitor holds a seat at ten while they fill in the form.
async fn hold_a_seat(world: &World) {
    let wish = HoldWish {
        slug: "yoga".into(),
        start: tuesday("10:00"),
        host: None,
        services: Vec::new(),
    };
    hold(&world.quince, holder("a visitor"), &wish).await.unwrap();
}

async fn a_held_seat_is_no_session(world: World) {
    yoga(&world, 1).await;
    hold_a_seat(&world).await;
    assert_eq!(left(&world, "10:00").await, None, "there is nothing to wait for");
    let waiting = classes::wait(&world.quince, &wish("Grace", "10:00", &[])).await;
    assert!(matches!(waiting, Err(WaitError::NotOffered(_))), "{waiting:?}");
    let (id, _) = world.form_of("yoga").await;
    calendars::update(&world.quince, world.owner, id, form(&world, 3))
        .await
        .unwrap();
    assert_eq!(left(&world, "10:00").await, Some(2));
    world.event("Work", "10:00");
    world.sync().await;
    assert_eq!(
        left(&world, "10:00").await,
        None,
        "the owner has something else to do"
    );
}

async fn the_owners_icloud_is_asked_until_somebody_has_a_seat(world: World) {
    yoga(&world, 5).await;
    hold_a_seat(&world).await;
    // Quince has not read this yet.
    world.event("Work", "10:00");
    let refused = appointments::book(&world.quince, wish("Grace", "10:00", &[])).await;
    assert!(matches!(refused, Err(BookError::SlotTaken)), "{refused:?}");
}
