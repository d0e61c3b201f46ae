//! Deleting one appointment (D3): it is gone at once, its event follows whatever happens meanwhile, and a trace of it stays.

use std::time::Duration;

use bookings::appointments::{self, Actor, Booked, Booking, Filter, OnConflict};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::connections::{self, EventsInIcloud};
use bookings::services::{self, ChosenService, ServiceSettings};
use bookings::{CalendarId, Error, Kind, Rules, StaffId, Status, WriteState, classes, jobs};
use jiff::SignedDuration;
use sandbox::{Fault, PasswordState};

use crate::database::stories;
use crate::world::{World, adas_booking, at, member, tuesday};

stories! {
    connected_on:
    d3_deleting_removes_the_event_and_all_that_was_known,
    d3_the_client_is_told_only_if_that_is_wanted,
    a_request_is_declined_and_one_that_nobody_knows_of_is_told_to_nobody,
    hosts_are_told_and_who_deletes_is_not,
    what_is_over_or_cancelled_can_be_deleted_and_tells_nobody,
    an_event_that_is_being_written_meanwhile_goes_too,
    an_event_whose_write_was_never_answered_goes_too,
    an_event_in_the_hands_of_a_process_that_died_goes_too,
    an_event_behind_a_server_that_is_down_goes_later,
    an_event_behind_a_refused_login_goes_when_it_works_again,
    disconnecting_removes_what_deleting_could_not,
    a_seat_goes_to_who_waits_and_the_last_one_takes_the_event_along,
    the_event_goes_although_its_booking_calendar_is_deleted_next,
    d3_all_events_of_a_collective_go,
    d3_a_visit_goes_with_its_rooms_and_events,
    only_hosts_and_admins_delete_and_twice_is_as_good_as_once,
    deleting_and_moving_at_once_ends_as_deleted,
    the_record_holds_nothing_by_which_the_client_is_reached,
    nor_what_was_changed_before,
    who_was_promised_a_mail_gets_it_although_the_appointment_is_deleted,
}

async fn delete(world: &World, booked: &Booked) {
    delete_and_tell(world, booked, false).await;
}

async fn delete_and_tell(world: &World, booked: &Booked, tell: bool) {
    appointments::delete(&world.quince, world.owner, booked.id, tell)
        .await
        .unwrap();
}

async fn is_gone(world: &World, booked: &Booked) -> bool {
    let found = appointments::get(&world.quince, world.owner, booked.id).await;
    matches!(found, Err(Error::NotFound(_)))
}

/// How the removal of the one deleted appointment's events stands, if one is not done.
async fn pending_removal(world: &World) -> Option<WriteState> {
    let deleted = appointments::deleted_lately(&world.quince, world.owner)
        .await
        .unwrap();
    assert_eq!(deleted.len(), 1, "{deleted:?}");
    deleted[0].pending_removal.clone().map(|(state, _)| state)
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

/// The subjects of the mails to an address.
fn subjects(world: &World, address: &str) -> Vec<String> {
    let mails = world.mails().into_iter();
    let to = mails.filter(|mail| {
        mail.lines()
            .any(|line| line.starts_with("To:") && line.contains(address))
    });
    to.map(|mail| {
        let subject = mail.lines().find_map(|line| line.strip_prefix("Subject: "));
        subject.unwrap().to_owned()
    })
    .collect()
}

async fn yoga(world: &World, seats: u32) -> CalendarId {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await
}

fn seat(who: &str) -> Booking {
    Booking {
        slug: "yoga".into(),
        name: who.into(),
        email: format!("{who}@example.com"),
        idempotency_key: format!("seat of {who}"),
        ..adas_booking("10:00")
    }
}

async fn d3_deleting_removes_the_event_and_all_that_was_known(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
    let mails = world.mails().len();

    delete(&world, &booked).await;
    assert!(is_gone(&world, &booked).await);
    assert!(world.is_free("10:00").await);
    assert_eq!(pending_removal(&world).await, Some(WriteState::Waiting));
    for gone in [
        appointments::by_token(&world.quince, &booked.manage_token)
            .await
            .err(),
        appointments::ics(&world.quince, &booked.manage_token).await.err(),
        appointments::cancel(&world.quince, &client(&booked), "")
            .await
            .err(),
    ] {
        assert!(matches!(gone, Some(Error::NotFound(_))), "{gone:?}");
    }
    let again = Booking {
        idempotency_key: "again".into(),
        ..adas_booking("10:00")
    };
    let again = appointments::book(&world.quince, again).await.unwrap();
    delete(&world, &again).await;

    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    for table in [
        "SELECT COUNT(*) FROM appointments",
        "SELECT COUNT(*) FROM appointment_parts",
        "SELECT COUNT(*) FROM occupancy",
        "SELECT COUNT(*) FROM messages",
        "SELECT COUNT(*) FROM event_writes WHERE written_ics IS NOT NULL OR state <> 'removed'",
    ] {
        assert_eq!(world.database.count(table).await, 0, "{table}");
    }
    // What a reader of the calendar still finds for a while is known to be Quince's own.
    world.sync().await;
    assert!(world.is_free("10:00").await);
    world.later(48 * 60).await;
    assert_eq!(world.mails().len(), mails, "nobody is reminded");
}

async fn d3_the_client_is_told_only_if_that_is_wanted(world: World) {
    let quiet = world.book("10:00").await;
    let told_of = world.book("11:00").await;
    world.jobs().await;
    delete_and_tell(&world, &quiet, false).await;
    delete_and_tell(&world, &told_of, true).await;
    world.jobs().await;
    let mails = world.mails();
    let cancelled: Vec<&String> = mails
        .iter()
        .filter(|mail| mail.contains("Subject: Cancelled"))
        .collect();
    let [mail] = cancelled.as_slice() else {
        panic!("{mails:?}")
    };
    assert!(
        mail.contains("Hello Ada Byron") && mail.contains("was cancelled"),
        "{mail}"
    );
    assert!(
        mail.contains("06:00=E2=80=9306:30"),
        "of eleven, in New York: {mail}"
    );
    assert!(
        mail.contains("METHOD:CANCEL") || mail.contains("appointment.ics"),
        "{mail}"
    );
    let kept = "SELECT COUNT(*) FROM messages WHERE detail LIKE '%Ada%'";
    assert_eq!(
        world.database.count(kept).await,
        0,
        "nothing of it stays when it is sent"
    );
}

async fn a_request_is_declined_and_one_that_nobody_knows_of_is_told_to_nobody(world: World) {
    let (id, form) = world.form_of("intro").await;
    let to_confirm = CalendarForm {
        settings: CalendarSettings {
            auto_confirm: false,
            ..form.settings.clone()
        },
        ..form.clone()
    };
    booking_calendars::update(&world.quince, world.owner, id, to_confirm)
        .await
        .unwrap();
    let request = world.book("10:00").await;
    delete_and_tell(&world, &request, true).await;
    world.jobs().await;
    assert_eq!(subjects(&world, "ada@example.com"), ["Declined: Intro call"]);

    let by_mail = CalendarForm {
        settings: CalendarSettings {
            confirm_by_mail: true,
            ..form.settings
        },
        ..form
    };
    booking_calendars::update(&world.quince, world.owner, id, by_mail)
        .await
        .unwrap();
    let unconfirmed = world.book("11:00").await;
    assert!(unconfirmed.confirm_until.is_some());
    delete_and_tell(&world, &unconfirmed, true).await;
    assert!(world.is_free("11:00").await);
    world.jobs().await;
    assert_eq!(subjects(&world, "ada@example.com").len(), 1);
    assert_eq!(world.events("Home"), []);
}

async fn hosts_are_told_and_who_deletes_is_not(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.calendar("jonas", &[jonas.staff]).await;
    let booking = |time| Booking {
        slug: "jonas".into(),
        ..adas_booking(time)
    };
    let by_admin = appointments::book(&world.quince, booking("10:00")).await.unwrap();
    let by_host = appointments::book(&world.quince, booking("11:00")).await.unwrap();
    world.jobs().await;
    let before = subjects(&world, "jonas@example.org").len();
    delete(&world, &by_admin).await;
    appointments::delete(&world.quince, jonas.staff, by_host.id, false)
        .await
        .unwrap();
    world.jobs().await;
    let subjects = subjects(&world, "jonas@example.org");
    assert_eq!(subjects.len(), before + 1, "{subjects:?}");
    let mails = world.mails();
    let mail = mails.iter().find(|mail| mail.contains("was deleted")).unwrap();
    assert!(!mail.contains("/appointments/"), "its page leads nowhere: {mail}");
    assert!(!mail.contains("Bring tea"), "{mail}");
    assert_eq!(world.events_of(&jonas), []);
}

async fn what_is_over_or_cancelled_can_be_deleted_and_tells_nobody(world: World) {
    let missed = world.book("09:00").await;
    let held = world.book("10:00").await;
    let told_later = world.book("11:00").await;
    let cancelled = world.book("14:00").await;
    appointments::cancel(&world.quince, &client(&cancelled), "")
        .await
        .unwrap();
    world.jobs().await;
    world.clock.set(at("2026-11-24T12:00:00Z"));
    appointments::set_status(&world.quince, world.owner, missed.id, Status::NoShow)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(
        world.events("Home").len(),
        3,
        "who did not come stays in the calendar"
    );
    let mails = world.mails().len();
    for booked in [&missed, &held] {
        delete(&world, booked).await;
    }
    // Who does not come is told by this neither, nor who cancelled.
    for booked in [&missed, &cancelled] {
        delete_and_tell(&world, booked, true).await;
    }
    world.later(1).await;
    assert_eq!(world.mails().len(), mails);
    delete_and_tell(&world, &told_later, true).await;
    world.later(1).await;
    assert_eq!(world.mails().len(), mails + 1, "one that was may be told of");
    assert_eq!(world.events("Home"), []);
    let filter = Filter {
        upcoming: false,
        host: None,
        to_confirm: false,
        colliding: false,
        search: String::new(),
        cursor: None,
        limit: 50,
    };
    let past = appointments::list(&world.quince, world.owner, &filter)
        .await
        .unwrap();
    assert_eq!(past.appointments, []);
}

async fn an_event_that_is_being_written_meanwhile_goes_too(world: World) {
    let booked = world.book("10:00").await;
    world
        .control
        .inject_on("PUT", Fault::Slow(Duration::from_secs(1)));
    let delete_meanwhile = async {
        while world.requests("PUT") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        delete(&world, &booked).await;
    };
    let (done, ()) = tokio::join!(jobs::run_due(&world.quince), delete_meanwhile);
    done.unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
    let texts = "SELECT COUNT(*) FROM event_writes WHERE written_ics IS NOT NULL";
    assert_eq!(world.database.count(texts).await, 0);
}

async fn an_event_whose_write_was_never_answered_goes_too(world: World) {
    let booked = world.book("10:00").await;
    world.control.inject_on("PUT", Fault::ResetAfterEffect);
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
    delete(&world, &booked).await;
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
}

async fn an_event_in_the_hands_of_a_process_that_died_goes_too(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("12:00"))
        .await
        .unwrap();
    {
        let mut tx = world.database.store.write().await.unwrap();
        let now = world.quince.now();
        let lease = now + SignedDuration::from_mins(10);
        let claimed = store::event_writes::claim_due(&mut tx, now, lease, 10)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 1);
        tx.commit().await.unwrap();
    }
    delete(&world, &booked).await;
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1, "somebody else holds it");
    let restarted = world.another_process().await;
    world.clock.advance(SignedDuration::from_mins(11));
    jobs::run_due(&restarted).await.unwrap();
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
}

async fn an_event_behind_a_server_that_is_down_goes_later(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.control.set_down(true);
    delete(&world, &booked).await;
    world.later(60).await;
    assert_eq!(pending_removal(&world).await, Some(WriteState::Waiting));
    world.control.set_down(false);
    world.later(120).await;
    world.later(1).await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
}

async fn an_event_behind_a_refused_login_goes_when_it_works_again(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    delete(&world, &booked).await;
    for _ in 0..6 {
        world.later(20).await;
    }
    assert_eq!(world.events("Home").len(), 1);
    assert_eq!(pending_removal(&world).await, Some(WriteState::Failed));
    world.control.set_password_state(account, PasswordState::Ok);
    let connection = world.connection().await.id;
    let password = world.control.default_account().app_password;
    connections::reconnect(&world.quince, world.owner, connection, &password)
        .await
        .unwrap();
    world.later(1).await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
}

async fn disconnecting_removes_what_deleting_could_not(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    delete(&world, &booked).await;
    let connection = world.connection().await.id;
    connections::disconnect(&world.quince, world.owner, connection, EventsInIcloud::Remove)
        .await
        .unwrap();
    assert_eq!(world.events("Home"), []);
    assert_eq!(pending_removal(&world).await, None);
}

async fn a_seat_goes_to_who_waits_and_the_last_one_takes_the_event_along(world: World) {
    yoga(&world, 1).await;
    let ada = appointments::book(&world.quince, seat("ada")).await.unwrap();
    classes::join_waiting_list(&world.quince, &seat("grace"))
        .await
        .unwrap();
    world.jobs().await;
    let texts = "SELECT COUNT(*) FROM event_writes WHERE written_ics LIKE '%ada@%'";
    assert_eq!(world.database.count(texts).await, 1);
    delete(&world, &ada).await;
    assert_eq!(world.database.count(texts).await, 0);
    world.later(1).await;
    let subjects = subjects(&world, "grace@example.com");
    assert!(
        subjects.contains(&"You have a seat: Yoga".to_owned()),
        "{subjects:?}"
    );
    let events = world.events("Home");
    assert_eq!(events.len(), 1);
    let ics = events[0].ics.replace("\r\n ", "");
    assert!(ics.contains("grace") && !ics.contains("ada@"), "{ics}");

    let filter = Filter {
        upcoming: true,
        host: None,
        to_confirm: false,
        colliding: false,
        search: "grace".into(),
        cursor: None,
        limit: 50,
    };
    let found = appointments::list(&world.quince, world.owner, &filter)
        .await
        .unwrap();
    let grace = found.appointments[0].id;
    appointments::delete(&world.quince, world.owner, grace, false)
        .await
        .unwrap();
    world.later(1).await;
    assert_eq!(world.events("Home"), []);
    let again = Booking {
        idempotency_key: "again".into(),
        ..seat("edsger")
    };
    appointments::book(&world.quince, again).await.unwrap();
}

async fn the_event_goes_although_its_booking_calendar_is_deleted_next(world: World) {
    let yoga = yoga(&world, 4).await;
    let intro = world.form_of("intro").await.0;
    let ada = appointments::book(&world.quince, seat("ada")).await.unwrap();
    let alone = world.book("12:00").await;
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 2);
    for (booked, calendar) in [(&ada, yoga), (&alone, intro)] {
        delete(&world, booked).await;
        booking_calendars::delete(&world.quince, world.owner, calendar)
            .await
            .unwrap();
    }
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
}

async fn d3_all_events_of_a_collective_go(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.collective("panel", &[world.owner, jonas.staff]).await;
    let booking = Booking {
        slug: "panel".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking.clone()).await.unwrap();
    world.jobs().await;
    assert_eq!(
        (world.events("Home").len(), world.events_of(&jonas).len()),
        (1, 1)
    );
    delete(&world, &booked).await;
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(world.events_of(&jonas), []);
    let again = Booking {
        idempotency_key: "again".into(),
        ..booking
    };
    appointments::book(&world.quince, again).await.unwrap();
}

async fn d3_a_visit_goes_with_its_rooms_and_events(world: World) {
    let form = services::ResourceForm {
        id: None,
        settings: services::ResourceSettings {
            name: "Chair".into(),
            quantity: 1,
        },
    };
    services::save_resources(&world.quince, world.owner, vec![form])
        .await
        .unwrap();
    let chair = services::resources(&world.quince).await.unwrap()[0].id;
    let jonas: StaffId = world.connected_colleague("Jonas").await.staff;
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "salon".into(),
            kind: Kind::Service,
            ..CalendarSettings::new("Salon")
        },
        vec![member(world.owner), member(jonas)],
    );
    let calendar = world.make(form).await;
    let cut = ServiceSettings {
        group: String::new(),
        name: "Cut".into(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: vec![world.owner, jonas],
        resources: vec![(chair, 1)],
    };
    services::save(&world.quince, world.owner, calendar, None, cut)
        .await
        .unwrap();
    let menu = services::menu(&world.quince, world.owner, calendar)
        .await
        .unwrap();
    let chosen = |host| ChosenService {
        service: menu.services[0].id,
        host,
    };
    let visit = |key: &str| Booking {
        slug: "salon".into(),
        services: vec![chosen(Some(world.owner)), chosen(Some(jonas))],
        idempotency_key: key.into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, visit("first")).await.unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
    delete(&world, &booked).await;
    appointments::book(&world.quince, visit("second")).await.unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1, "that of the second");
}

async fn only_hosts_and_admins_delete_and_twice_is_as_good_as_once(world: World) {
    let jonas = world.colleague("Jonas").await;
    let booked = world.book("10:00").await;
    let refused = appointments::delete(&world.quince, jonas, booked.id, false).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    let refused = appointments::deleted_lately(&world.quince, jonas).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    for _ in 0..2 {
        delete(&world, &booked).await;
    }
    let never = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let never = appointments::delete(&world.quince, world.owner, never, false).await;
    assert!(matches!(never, Err(Error::NotFound(_))), "{never:?}");
    assert_eq!(world.database.count("SELECT COUNT(*) FROM changes").await, 1);
}

async fn deleting_and_moving_at_once_ends_as_deleted(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let actor = client(&booked);
    let (moved, forced, cancelled, deleted, twice) = tokio::join!(
        appointments::reschedule(&world.quince, &actor, tuesday("14:00")),
        appointments::reschedule_as_staff(
            &world.quince,
            world.owner,
            booked.id,
            tuesday("15:00"),
            OnConflict::Override
        ),
        appointments::cancel(&world.quince, &actor, ""),
        appointments::delete(&world.quince, world.owner, booked.id, false),
        appointments::delete(&world.quince, world.owner, booked.id, false),
    );
    deleted.unwrap();
    twice.unwrap();
    for changed in [moved.map(drop), forced.map(drop), cancelled] {
        assert!(
            matches!(changed, Ok(()) | Err(Error::NotFound(_) | Error::Refused(_))),
            "{changed:?}"
        );
    }
    for time in ["10:00", "14:00", "15:00"] {
        assert!(world.is_free(time).await, "{time}");
    }
    world.later(1).await;
    assert_eq!(world.events("Home"), []);
    let traces = "SELECT COUNT(*) FROM changes WHERE deed = 'deleted'";
    assert_eq!(world.database.count(traces).await, 1);
}

async fn the_record_holds_nothing_by_which_the_client_is_reached(world: World) {
    let booked = world.book("10:00").await;
    delete(&world, &booked).await;
    let deleted = appointments::deleted_lately(&world.quince, world.owner)
        .await
        .unwrap();
    let [deleted] = deleted.as_slice() else {
        panic!("{deleted:?}")
    };
    assert_eq!(
        (
            deleted.name.as_str(),
            deleted.calendar_name.as_str(),
            deleted.by.as_str()
        ),
        ("Ada Byron", "Intro call", "Maya Lopez")
    );
    assert_eq!((deleted.start, deleted.end), (tuesday("10:00"), tuesday("10:30")));
    assert_eq!(deleted.at, world.quince.now());
    let more = "SELECT COUNT(*) FROM changes WHERE details LIKE '%@%' OR details LIKE '%555%' OR details LIKE '%tea%'";
    assert_eq!(world.database.count(more).await, 0);
}

async fn nor_what_was_changed_before(world: World) {
    let booked = world.book("10:00").await;
    let edit = appointments::Edit {
        name: "Ada Byron".into(),
        email: "countess@client.example".into(),
        phone: "+49 30 5550000".into(),
        notes: String::new(),
        guests: Vec::new(),
    };
    appointments::edit(&world.quince, world.owner, booked.id, &edit)
        .await
        .unwrap();
    assert_eq!(world.database.count("SELECT COUNT(*) FROM changes").await, 1);
    delete(&world, &booked).await;
    let left = "SELECT COUNT(*) FROM changes WHERE deed <> 'deleted' OR details LIKE '%@%'";
    assert_eq!(world.database.count(left).await, 0);
}

async fn who_was_promised_a_mail_gets_it_although_the_appointment_is_deleted(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    delete(&world, &booked).await;
    world.later(1).await;
    let client = subjects(&world, "ada@example.com");
    assert_eq!(
        client
            .iter()
            .filter(|subject| subject.starts_with("Cancelled"))
            .count(),
        1,
        "{client:?}"
    );
}
