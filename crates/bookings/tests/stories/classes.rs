//! Class Booking: sessions with seats, one event for each, guests, moving, cancelling, the waiting list.

use bookings::appointments::{self, Actor, Booked, Booking, Edit, HoldRequest, hold, holder};
use bookings::availability::SlotQuery;
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::classes;
use bookings::{
    CalendarId, Error, Kind, PartyName, Refusal, Rules, SessionId, StaffId, Status, TakenBy, availability,
};
use jiff::{SignedDuration, Timestamp};
use store::calendar_members;
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date, member, tuesday};

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
    somebody_else_holds_a_class_only_when_no_session_is_to_come,
    a_session_is_never_joined_in_somebody_elses_time,
    a_cancelled_session_stays_so_whoever_holds_the_class,
    whoever_waits_is_never_left_beside_a_free_seat,
    a_day_lets_no_more_move_up_than_it_may_have,
    the_last_seat_of_a_day_goes_to_who_waits_before_who_comes_now,
    a_group_reads_how_many_seats_are_left,
    the_event_stays_when_the_last_one_makes_room_for_who_waits,
    an_address_waits_once_and_not_beside_its_seat,
    a_seat_that_waits_to_be_confirmed_is_not_called_yours,
    nobody_comes_back_into_a_cancelled_session,
    a_seat_of_a_live_session_is_released_and_held_after_the_rules_grew,
    who_did_not_come_stays_in_the_roster_and_the_event,
    a_client_takes_guests_out_and_those_who_wait_get_the_seats,
    of_two_guests_who_are_taken_out_at_once_neither_comes_back,
    staff_change_guests_as_far_as_there_are_seats,
    the_owner_is_told_when_an_admin_calls_a_session_off,
}

fn form(world: &World, seats: u32) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats,
                duration: 60,
                interval: 30,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    )
}

async fn yoga(world: &World, seats: u32) -> CalendarId {
    world.make(form(world, seats)).await
}

fn booking(name: &str, time: &str, guests: &[&str]) -> Booking {
    Booking {
        slug: "yoga".into(),
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase().replace(' ', "-")),
        guests: guests.iter().map(|guest| (*guest).to_owned()).collect(),
        idempotency_key: format!("{name} at {time}"),
        ..adas_booking(time)
    }
}

async fn join(world: &World, name: &str, time: &str) -> Booked {
    appointments::book(&world.quince, booking(name, time, &[]))
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
    let free = availability::free(&world.quince, &SlotQuery::new("yoga", day, day, &Zone::utc()))
        .await
        .unwrap();
    let label = |start: Timestamp| start.strftime("%H:%M").to_string();
    let open = free.days.get(&day).into_iter().flatten();
    let full = free.full.get(&day).into_iter().flatten();
    let mut all: Vec<(String, u32)> = open
        .chain(full)
        .map(|slot| (label(slot.start), slot.seats_left.unwrap()))
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
    let booked = appointments::book(&world.quince, booking("Ada", "10:00", &["Byron"])).await;
    let booked = booked.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(1));
    let too_many = appointments::book(&world.quince, booking("Grace", "10:00", &["Anne"])).await;
    assert!(
        matches!(too_many, Err(Error::Refused(_) | Error::SlotTaken { .. })),
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
        let booking = booking(&format!("Client {number}"), "10:00", &[]);
        tries.spawn(async move { appointments::book(&quince, booking).await });
    }
    let outcomes = tries.join_all().await;
    let booked = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(booked, 7);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. } | Error::Refused(_))),
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
    let between = appointments::book(&world.quince, booking("Grace", "10:30", &[])).await;
    assert!(matches!(between, Err(Error::SlotTaken { .. })), "{between:?}");
    let other = world.try_to_book("10:00").await;
    assert!(
        matches!(other, Err(Error::SlotTaken { .. })),
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
    classes::join_waiting_list(&world.quince, &booking("Edsger", "10:00", &[]))
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
        ("edsger@", "Cancelled"),
    ] {
        assert!(
            mails.iter().any(|mail| mail.contains(who)
                && mail.contains(subject)
                && mail.contains("Reason: the roof leaks")),
            "{who} was told, and why"
        );
    }
    assert_eq!(left(&world, "10:00").await, None, "it is not offered again");
    let again = appointments::book(&world.quince, booking("Anne", "10:00", &[])).await;
    assert!(again.is_err(), "{again:?}");
    let view = classes::session(&world.quince, world.owner, session)
        .await
        .unwrap();
    let cancellation = view.cancellation.unwrap();
    assert_eq!(
        (cancellation.by, cancellation.reason.as_deref()),
        (
            Some(PartyName::Staff("Maya Lopez".to_owned())),
            Some("the roof leaks")
        )
    );
    assert_eq!((view.taken, view.waiting.len()), (0, 0));
}

async fn who_waits_longest_and_fits_moves_up(world: World) {
    yoga(&world, 3).await;
    let ada = join(&world, "Ada", "10:00").await;
    appointments::book(&world.quince, booking("Grace", "10:00", &["Anne"]))
        .await
        .unwrap();
    // The first needs more than one seat, so the second moves up when one becomes free.
    let group = classes::join_waiting_list(&world.quince, &booking("Edsger", "10:00", &["Ria"]))
        .await
        .unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
    let alone = classes::join_waiting_list(&world.quince, &booking("Barbara", "10:00", &[]))
        .await
        .unwrap();
    assert_eq!(
        classes::waiting_place(&world.quince, &alone)
            .await
            .unwrap()
            .before,
        1
    );
    let twice = classes::join_waiting_list(&world.quince, &booking("Barbara", "10:00", &[])).await;
    assert!(
        matches!(twice, Err(Error::Refused(Refusal::AlreadyWaiting))),
        "{twice:?}"
    );
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
    assert_eq!(
        classes::waiting_place(&world.quince, &group)
            .await
            .unwrap()
            .before,
        0
    );
    assert!(
        classes::waiting_place(&world.quince, &alone).await.is_err(),
        "the place on the list is used up"
    );
}

async fn a_place_on_the_waiting_list_can_be_left(world: World) {
    yoga(&world, 1).await;
    let ada = join(&world, "Ada", "10:00").await;
    let token = classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    classes::leave_waiting_list(&world.quince, &token).await.unwrap();
    assert!(classes::leave_waiting_list(&world.quince, &token).await.is_err());
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    assert_eq!(left(&world, "10:00").await, Some(1));
}

async fn nobody_waits_for_a_session_with_seats(world: World) {
    yoga(&world, 2).await;
    let early = classes::join_waiting_list(&world.quince, &booking("Ada", "10:00", &[])).await;
    assert!(
        matches!(early, Err(Error::Refused(Refusal::SeatsFree))),
        "{early:?}"
    );
    join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    let too_many = classes::join_waiting_list(&world.quince, &booking("Edsger", "10:00", &["A", "B"])).await;
    assert!(matches!(too_many, Err(Error::Refused(_))), "{too_many:?}");
    let nothing = classes::join_waiting_list(&world.quince, &booking("Edsger", "03:00", &[])).await;
    assert!(matches!(nothing, Err(Error::Refused(_))), "{nothing:?}");
}

async fn more_seats_let_those_who_wait_in(world: World) {
    let id = yoga(&world, 1).await;
    join(&world, "Ada", "10:00").await;
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    booking_calendars::update(&world.quince, world.owner, id, form(&world, 3))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(left(&world, "10:00").await, Some(1));
    assert_eq!(titles(&world), ["Yoga 2/3"]);
}

async fn a_day_has_as_many_seats_as_it_may(world: World) {
    let mut form = form(&world, 5);
    form.settings.rules.per_day = Some(3);
    world.make(form).await;
    appointments::book(&world.quince, booking("Ada", "10:00", &["Byron"]))
        .await
        .unwrap();
    let two = appointments::book(&world.quince, booking("Grace", "12:00", &["Anne"])).await;
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

/// Lets somebody else hold the class.
async fn hand_over(world: &World, id: CalendarId, to: StaffId) -> Result<(), Error> {
    let form = CalendarForm {
        members: vec![member(to)],
        ..form(world, 2)
    };
    booking_calendars::update(&world.quince, world.owner, id, form).await
}

async fn somebody_else_holds_a_class_only_when_no_session_is_to_come(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let id = yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    let refused = hand_over(&world, id, jonas.staff).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Fields(problems) if problems[0].field == "members"),
        "{refused:?}"
    );
    assert!(
        refused
            .to_string()
            .starts_with("1 session is to come with Maya Lopez. Move those who take part"),
        "{refused}"
    );
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    hand_over(&world, id, jonas.staff).await.unwrap();
    join(&world, "Grace", "10:00").await;
    world.jobs().await;
    assert_eq!(titles(&world), [""; 0]);
    assert_eq!(world.events_of(&jonas).len(), 1);
}

async fn a_session_is_never_joined_in_somebody_elses_time(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let id = yoga(&world, 2).await;
    join(&world, "Ada", "10:00").await;
    // As versions that did not look at the sessions left it behind.
    let mut tx = world.database.store.write().await.unwrap();
    calendar_members::replace(&mut tx, id, &[member(jonas.staff)], world.quince.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for name in ["Grace", "Edsger", "Barbara"] {
        let refused = appointments::book(&world.quince, booking(name, "10:00", &[])).await;
        assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    }
    join(&world, "Grace", "12:00").await;
}

async fn a_cancelled_session_stays_so_whoever_holds_the_class(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let id = yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    let session = session_of(&world, &ada).await;
    classes::cancel_session(&world.quince, world.owner, session, "")
        .await
        .unwrap();
    hand_over(&world, id, jonas.staff).await.unwrap();
    assert_eq!(left(&world, "10:00").await, None);
    let refused = appointments::book(&world.quince, booking("Grace", "10:00", &[])).await;
    assert!(refused.is_err(), "{refused:?}");
}

async fn whoever_waits_is_never_left_beside_a_free_seat(world: World) {
    yoga(&world, 1).await;
    let times = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"];
    let mut booked = Vec::new();
    for time in times {
        booked.push(join(&world, &format!("First at {time}").replace(':', ""), time).await);
    }
    let mut at_once = JoinSet::new();
    for (first, time) in booked.iter().zip(times) {
        let (quince, actor) = (world.quince.clone(), client(first));
        at_once.spawn(async move { drop(appointments::cancel(&quince, &actor, "").await) });
        let (quince, booking) = (world.quince.clone(), booking("Grace", time, &[]));
        at_once.spawn(async move { drop(classes::join_waiting_list(&quince, &booking).await) });
    }
    at_once.join_all().await;
    for (first, time) in booked.iter().zip(times) {
        let session = session_of(&world, first).await;
        let session = classes::session(&world.quince, world.owner, session)
            .await
            .unwrap();
        let waits = !session.waiting.is_empty();
        assert!(!(waits && session.taken < session.seats), "{time}: {session:?}");
    }
}

async fn a_day_lets_no_more_move_up_than_it_may_have(world: World) {
    let id = yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    let edsger = join(&world, "Edsger", "12:00").await;
    classes::join_waiting_list(&world.quince, &booking("Barbara", "10:00", &[]))
        .await
        .unwrap();
    let mut form = form(&world, 2);
    form.settings.rules.per_day = Some(2);
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    let session = session_of(&world, &ada).await;
    let before = classes::session(&world.quince, world.owner, session)
        .await
        .unwrap();
    assert_eq!((before.taken, before.waiting.len()), (1, 1), "the day is full");
    appointments::cancel(&world.quince, &client(&edsger), "")
        .await
        .unwrap();
    let after = classes::session(&world.quince, world.owner, session)
        .await
        .unwrap();
    assert_eq!(
        (after.taken, after.waiting.len()),
        (2, 0),
        "a seat of the day is free, wherever it was"
    );
}

async fn a_group_reads_how_many_seats_are_left(world: World) {
    yoga(&world, 3).await;
    join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    let group = appointments::book(&world.quince, booking("Edsger", "10:00", &["Ria"])).await;
    assert!(
        matches!(
            &group,
            Err(Error::SlotTaken {
                by: TakenBy::Seats { left: 1 },
                ..
            })
        ),
        "{group:?}"
    );
    let sentence = group.unwrap_err().to_string();
    assert!(
        sentence.starts_with("Only 1 seat is left in this session. Bring fewer guests"),
        "{sentence}"
    );
    join(&world, "Edsger", "10:00").await;
    let full = appointments::book(&world.quince, booking("Barbara", "10:00", &["Ria"])).await;
    let is_full = matches!(
        full,
        Err(Error::SlotTaken {
            by: TakenBy::Seats { left: 0 },
            ..
        })
    );
    assert!(is_full, "{full:?}");
}

async fn the_event_stays_when_the_last_one_makes_room_for_who_waits(world: World) {
    yoga(&world, 1).await;
    let ada = join(&world, "Ada", "10:00").await;
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    world.jobs().await;
    let before = world.events("Home");
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    world.jobs().await;
    let after = world.events("Home");
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!(before[0].uid, after[0].uid);
    assert!(after[0].ics.contains("Grace"), "{}", after[0].ics);
    assert_eq!(world.requests("DELETE"), 0);
}

async fn an_address_waits_once_and_not_beside_its_seat(world: World) {
    yoga(&world, 1).await;
    join(&world, "Ada", "10:00").await;
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    let shouted = |name: &str| Booking {
        email: format!("{}@Example.COM", name.to_uppercase()),
        ..booking(name, "10:00", &[])
    };
    let twice = classes::join_waiting_list(&world.quince, &shouted("Grace")).await;
    assert!(
        matches!(twice, Err(Error::Refused(Refusal::AlreadyWaiting))),
        "{twice:?}"
    );
    let attends = classes::join_waiting_list(&world.quince, &shouted("Ada")).await;
    assert!(
        matches!(&attends, Err(Error::Refused(Refusal::AlreadyHasSeat))),
        "{attends:?}"
    );
}

async fn a_seat_that_waits_to_be_confirmed_is_not_called_yours(world: World) {
    let mut form = form(&world, 1);
    form.settings.auto_confirm = false;
    world.make(form).await;
    let ada = join(&world, "Ada", "10:00").await;
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    world.later(1).await;
    appointments::cancel(&world.quince, &client(&ada), "")
        .await
        .unwrap();
    world.later(1).await;
    let mails = world.mails();
    let mail = mails
        .iter()
        .find(|mail| mail.contains("To: ") && mail.contains("A seat is kept for you"));
    let mail = mail.unwrap_or_else(|| panic!("{mails:?}"));
    assert!(mail.contains("grace@") && !mail.contains("it is yours"), "{mail}");
}

async fn set(world: &World, booked: &Booked, status: Status) -> Result<(), Error> {
    appointments::set_status(&world.quince, world.owner, booked.id, status).await
}

async fn nobody_comes_back_into_a_cancelled_session(world: World) {
    yoga(&world, 2).await;
    let ada = join(&world, "Ada", "10:00").await;
    join(&world, "Grace", "10:00").await;
    set(&world, &ada, Status::Invalid).await.unwrap();
    let session = session_of(&world, &ada).await;
    classes::cancel_session(&world.quince, world.owner, session, "")
        .await
        .unwrap();
    let back = set(&world, &ada, Status::Confirmed).await;
    assert!(
        matches!(&back, Err(Error::Refused(Refusal::SessionCancelled))),
        "{back:?}"
    );
    assert_eq!(world.appointment(&ada).await.status, Status::Invalid);
}

async fn a_seat_of_a_live_session_is_released_and_held_after_the_rules_grew(world: World) {
    let id = yoga(&world, 3).await;
    let ada = join(&world, "Ada", "10:00").await;
    let mut form = form(&world, 3);
    (
        form.settings.rules.duration,
        form.settings.rules.pre_buffer,
        form.settings.rules.post_buffer,
    ) = (90, 30, 30);
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    let grace = join(&world, "Grace", "10:00").await;
    set(&world, &grace, Status::Invalid).await.unwrap();
    let seat = HoldRequest {
        slug: "yoga".into(),
        start: tuesday("10:00"),
        host: None,
        services: Vec::new(),
    };
    hold(&world.quince, holder("a visitor's secret"), &seat)
        .await
        .unwrap();
    set(&world, &grace, Status::Confirmed).await.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(0));
    set(&world, &ada, Status::Invalid).await.unwrap();
    set(&world, &ada, Status::Confirmed).await.unwrap();
}

async fn who_did_not_come_stays_in_the_roster_and_the_event(world: World) {
    yoga(&world, 5).await;
    let ada = join(&world, "Ada", "10:00").await;
    let grace = join(&world, "Grace", "10:00").await;
    world.jobs().await;
    world.clock.set(tuesday("11:30"));
    set(&world, &ada, Status::NoShow).await.unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 1/5"]);
    set(&world, &grace, Status::NoShow).await.unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 0/5"]);
    let text = world.events("Home")[0].ics.replace("\r\n ", "");
    assert!(text.contains("Ada (did not come)"), "{text}");
    let session = session_of(&world, &ada).await;
    let session = classes::session(&world.quince, world.owner, session)
        .await
        .unwrap();
    assert_eq!((session.attendees.len(), session.taken), (2, 0));
    assert_eq!(session.attendees[0].status, Status::NoShow);
}

fn names(guests: &[&str]) -> Vec<String> {
    guests.iter().map(|guest| (*guest).to_owned()).collect()
}

async fn a_client_takes_guests_out_and_those_who_wait_get_the_seats(world: World) {
    yoga(&world, 3).await;
    let ada = appointments::book(&world.quince, booking("Ada", "10:00", &["Byron", "Anne"]))
        .await
        .unwrap();
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    world.jobs().await;
    appointments::edit_guests(&world.quince, &client(&ada), &names(&["Anne"]))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 3/3"]);
    let text = world.events("Home")[0].ics.replace("\r\n ", "");
    assert!(text.contains("Grace") && !text.contains("Byron"), "{text}");
    let back = appointments::edit_guests(&world.quince, &client(&ada), &names(&["Anne", "Byron"])).await;
    assert!(
        matches!(&back, Err(Error::Refused(Refusal::NoSeatsForGuests { left: 0 }))),
        "{back:?}"
    );
    let seen = appointments::by_token(&world.quince, &ada.manage_token)
        .await
        .unwrap();
    assert_eq!(seen.guests, ["Anne"]);
    world.clock.set(tuesday("10:30"));
    let late = appointments::edit_guests(&world.quince, &client(&ada), &[]).await;
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
}

async fn staff_change_guests_as_far_as_there_are_seats(world: World) {
    yoga(&world, 3).await;
    let ada = join(&world, "Ada", "10:00").await;
    let edit = |guests: &[&str]| Edit {
        name: "Ada King".into(),
        email: "ada@example.com".into(),
        phone: String::new(),
        notes: String::new(),
        guests: names(guests),
    };
    let change =
        async |guests: &[&str]| appointments::edit(&world.quince, world.owner, ada.id, &edit(guests)).await;
    change(&["Byron", "Anne"]).await.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(0));
    let many = change(&["Byron", "Anne", "Ria"]).await;
    assert!(matches!(many, Err(Error::Refused(_))), "{many:?}");
    change(&["Anne"]).await.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(1));
    world.jobs().await;
    assert_eq!(titles(&world), ["Yoga 2/3"]);
    let elsewhere = world.book("14:00").await;
    let refused = appointments::edit(&world.quince, world.owner, elsewhere.id, &edit(&["Anne"])).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
}

async fn the_owner_is_told_when_an_admin_calls_a_session_off(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let form = CalendarForm {
        members: vec![member(jonas.staff)],
        ..form(&world, 2)
    };
    world.make(form).await;
    let ada = join(&world, "Ada", "10:00").await;
    let session = session_of(&world, &ada).await;
    classes::cancel_session(&world.quince, world.owner, session, "the roof leaks")
        .await
        .unwrap();
    world.jobs().await;
    let mails = world.mails();
    let is_to_owner =
        |mail: &&String| mail.contains("jonas@") && mail.contains("Subject: Session cancelled: Yoga");
    let mail = mails
        .iter()
        .find(is_to_owner)
        .unwrap_or_else(|| panic!("{mails:?}"));
    assert!(
        mail.contains("Maya Lopez cancelled your session of Yoga") && mail.contains("Reason: the roof leaks"),
        "{mail}"
    );
}

/// A visitor holds a seat at ten while they fill in the form.
async fn hold_a_seat(world: &World) {
    let request = HoldRequest {
        slug: "yoga".into(),
        start: tuesday("10:00"),
        host: None,
        services: Vec::new(),
    };
    hold(&world.quince, holder("a visitor"), &request).await.unwrap();
}

async fn a_held_seat_is_no_session(world: World) {
    yoga(&world, 1).await;
    hold_a_seat(&world).await;
    assert_eq!(left(&world, "10:00").await, None, "there is nothing to wait for");
    let waiting = classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[])).await;
    assert!(matches!(waiting, Err(Error::Refused(_))), "{waiting:?}");
    let (id, _) = world.form_of("yoga").await;
    booking_calendars::update(&world.quince, world.owner, id, form(&world, 3))
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
    let refused = appointments::book(&world.quince, booking("Grace", "10:00", &[])).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
}

async fn the_last_seat_of_a_day_goes_to_who_waits_before_who_comes_now(world: World) {
    let form = form(&world, 2);
    let rules = Rules {
        per_day: Some(2),
        ..form.settings.rules.clone()
    };
    world
        .make(CalendarForm {
            settings: CalendarSettings {
                rules,
                ..form.settings
            },
            ..form
        })
        .await;
    join(&world, "Ada", "10:00").await;
    // There is a session at noon, in which nobody takes part any more.
    let left = join(&world, "Dora", "12:00").await;
    appointments::cancel(&world.quince, &client(&left), "")
        .await
        .unwrap();
    let request = HoldRequest {
        slug: "yoga".into(),
        start: tuesday("10:00"),
        host: None,
        services: Vec::new(),
    };
    hold(&world.quince, holder("Bob's"), &request).await.unwrap();
    classes::join_waiting_list(&world.quince, &booking("Grace", "10:00", &[]))
        .await
        .unwrap();
    // Bob's hold is over, and nobody has swept it away yet.
    world.clock.advance(SignedDuration::from_mins(11));
    let late = appointments::book(&world.quince, booking("Edsger", "12:00", &[])).await;
    assert!(late.is_err(), "{late:?}");
    world.later(1).await;
    let booked = "SELECT COUNT(*) FROM appointments WHERE status = 'confirmed'";
    assert_eq!(world.database.count(booked).await, 2, "Ada and Grace");
}

async fn of_two_guests_who_are_taken_out_at_once_neither_comes_back(world: World) {
    yoga(&world, 3).await;
    let ada = appointments::book(&world.quince, booking("Ada", "10:00", &["Byron", "Anne"]))
        .await
        .unwrap();
    let ada = client(&ada);
    let (byron, anne) = tokio::join!(
        appointments::remove_guest(&world.quince, &ada, "Byron"),
        appointments::remove_guest(&world.quince, &ada, "Anne")
    );
    byron.unwrap();
    anne.unwrap();
    assert_eq!(left(&world, "10:00").await, Some(2));
    appointments::remove_guest(&world.quince, &ada, "Anne")
        .await
        .unwrap();
}
