//! What clients and hosts are told by mail.

use bookings::appointments::{self, Actor, Booked, Booking};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ServiceSettings};
use bookings::{Error, Kind, Rules, StaffId, Status, WeeklyHours};

use crate::database::stories;
use crate::world::{World, adas_booking, at, member, tuesday};

stories! {
    connected_on:
    client_and_host_are_told_of_every_change,
    everybody_reads_their_own_zone,
    no_name_and_no_note_reaches_a_mails_head,
    a_mail_is_written_once_however_often_the_jobs_run,
    the_reason_reaches_everybody_who_is_concerned,
    a_request_is_confirmed_or_declined_in_words_of_its_own,
    who_was_taken_for_a_mistake_is_told_that_it_takes_place_after_all,
    a_host_of_a_visit_reads_once_what_they_have_to_do,
    the_owner_and_admins_read_of_a_simple_calendar,
    a_client_is_reminded_a_day_and_an_hour_before,
    reminders_follow_a_move_and_go_with_a_cancellation,
}

async fn client_and_host_are_told_of_every_change(world: World) {
    let booked = world.book("10:00").await;
    world.later(1).await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::reschedule(&world.quince, &client, tuesday("14:00"))
        .await
        .unwrap();
    world.later(1).await;
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    world.later(1).await;
    world.later(1).await;
    let mails = world.mails();
    assert_eq!(mails.len(), 6, "{mails:?}");
    let to = |address: &str| {
        let is_to = |line: &str| line.starts_with("To: ") && line.contains(address);
        mails
            .iter()
            .filter(|mail| mail.lines().any(is_to))
            .collect::<Vec<_>>()
    };
    let (ada, maya) = (to("ada@example.com"), to("maya@example.org"));
    for (mail, subject) in ada.iter().zip(["Booked", "New time", "Cancelled"]) {
        assert!(
            mail.contains(&format!("Subject: {subject}: Intro call")),
            "{mail}"
        );
        assert!(mail.contains("appointment.ics"));
    }
    assert!(ada[0].contains(&booked.manage_token), "the client gets the link");
    for (mail, subject) in maya.iter().zip(["New booking", "New time", "Cancelled"]) {
        assert!(mail.contains(subject), "{mail}");
        assert!(
            !mail.contains(&booked.manage_token),
            "the host does not get the client's link"
        );
    }
}

async fn everybody_reads_their_own_zone(world: World) {
    world.set_zone(world.owner, "Europe/Berlin").await;
    // From nine to five in Berlin; Ada is in New York.
    world.book("10:00").await;
    world.jobs().await;
    let mails = world.mails();
    let of = |subject: &str| {
        let found = mails.iter().find(|mail| mail.contains(subject));
        found.unwrap_or_else(|| panic!("{subject} in {mails:?}"))
    };
    let ada = of("Subject: Booked");
    assert!(
        ada.contains("Tuesday, 24 November 2026, 05:00=E2=80=9305:30 (America/New_York)"),
        "{ada}"
    );
    assert!(ada.contains("With Maya Lopez"), "{ada}");
    assert!(
        ada.contains("Reply-To: \"Maya Lopez\" <maya@example.org>"),
        "{ada}"
    );
    assert!(ada.contains("From: Quince <quince@book.example>"), "{ada}");
    let maya = of("New booking");
    assert!(
        maya.contains("Tuesday, 24 November 2026, 11:00=E2=80=9311:30 (Europe/Berlin)"),
        "{maya}"
    );
    for part in ["ada@example.com", "+1 555 0100", "Bring tea"] {
        assert!(maya.contains(part), "{part} in {maya}");
    }
}

async fn no_name_and_no_note_reaches_a_mails_head(world: World) {
    for (name, email) in [
        ("Ada\r\nBcc: eve@example.com", "ada@example.com"),
        ("Ada", "ada@example.com\r\nBcc: eve@example.com"),
        ("Ada", "ada@example.com, eve@example.com"),
    ] {
        let booking = Booking {
            name: name.into(),
            email: email.into(),
            ..adas_booking("10:00")
        };
        let refused = appointments::book(&world.quince, booking).await;
        assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
    }
    let odd = Booking {
        name: "\"Ada\" <eve@example>, Byron; x".into(),
        notes: "tea\n.\nBcc: eve@example.com\n\nBEGIN:VEVENT".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, odd).await.unwrap();
    world.jobs().await;
    let mails = world.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("Bcc"), "{head}");
        let receivers: Vec<&str> = head.lines().filter(|line| line.starts_with("To:")).collect();
        assert_eq!(receivers.len(), 1, "{head}");
        assert!(!receivers[0].ends_with("<eve@example.com>"), "{head}");
    }
    let event = &world.events("Home")[0];
    assert_eq!(event.ics.matches("BEGIN:VEVENT\r\n").count(), 1, "{}", event.ics);
}

async fn a_mail_is_written_once_however_often_the_jobs_run(world: World) {
    world.book("10:00").await;
    let (one, other) = tokio::join!(
        bookings::jobs::run_due(&world.quince),
        bookings::jobs::run_due(&world.quince)
    );
    assert_eq!(one.unwrap().mailed + other.unwrap().mailed, 2);
    for _ in 0..3 {
        world.later(15).await;
    }
    assert_eq!(world.mails().len(), 2);
}

/// The mails to an address, oldest first.
fn mails_to(world: &World, address: &str) -> Vec<String> {
    let is_to = |line: &str| line.starts_with("To: ") && line.contains(address);
    let mut mails = world.mails();
    mails.retain(|mail| mail.lines().any(is_to));
    mails
}

async fn the_reason_reaches_everybody_who_is_concerned(world: World) {
    let [ten, eleven] = [world.book("10:00").await, world.book("11:00").await];
    world.later(1).await;
    let client = Actor::Client {
        token: ten.manage_token.clone(),
    };
    appointments::cancel(&world.quince, &client, "a cold")
        .await
        .unwrap();
    world.later(1).await;
    let maya = mails_to(&world, "maya@").pop().unwrap();
    assert!(
        maya.contains("Cancelled") && maya.contains("Reason: a cold"),
        "{maya}"
    );
    let staff = Actor::Staff {
        id: world.owner,
        appointment: eleven.id,
    };
    appointments::cancel(&world.quince, &staff, "the roof leaks")
        .await
        .unwrap();
    world.later(1).await;
    let ada = mails_to(&world, "ada@").pop().unwrap();
    assert!(
        ada.contains("Cancelled") && ada.contains("Reason: the roof leaks"),
        "{ada}"
    );
    let seen = appointments::by_token(&world.quince, &eleven.manage_token)
        .await
        .unwrap();
    assert_eq!(seen.cancel_reason.as_deref(), Some("the roof leaks"));
}

/// A calendar whose bookings wait to be confirmed, of a colleague.
async fn ask_first(world: &World) -> StaffId {
    let jonas = world.connected_colleague("Jonas").await.staff;
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "ask".into(),
                kind: Kind::Personal,
                auto_confirm: false,
                ..CalendarSettings::new("Ask first")
            },
            vec![member(jonas)],
        ))
        .await;
    jonas
}

async fn request(world: &World, time: &str) -> Booked {
    let booking = Booking {
        slug: "ask".into(),
        ..adas_booking(time)
    };
    appointments::book(&world.quince, booking).await.unwrap()
}

async fn a_request_is_confirmed_or_declined_in_words_of_its_own(world: World) {
    let jonas = ask_first(&world).await;
    let booked = request(&world, "10:00").await;
    world.later(1).await;
    let mail = mails_to(&world, "jonas@").pop().unwrap();
    for part in [
        "Subject: To confirm: Ask first",
        "was requested, and waits to be confirmed.",
        "Confirm or decline it in Quince:",
        &format!("https://book.example/appointments/{}", booked.id),
    ] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    let actor = Actor::Staff {
        id: jonas,
        appointment: booked.id,
    };
    appointments::cancel(&world.quince, &actor, "I am away")
        .await
        .unwrap();
    world.later(1).await;
    let mail = mails_to(&world, "ada@").pop().unwrap();
    assert!(
        mail.contains("Subject: Declined: Ask first") && mail.contains("Reason: I am away"),
        "{mail}"
    );
    assert!(!mail.contains("your appointment was cancelled"), "{mail}");
}

async fn who_was_taken_for_a_mistake_is_told_that_it_takes_place_after_all(world: World) {
    let jonas = ask_first(&world).await;
    let booked = request(&world, "10:00").await;
    world.later(1).await;
    for status in [Status::Invalid, Status::Confirmed] {
        appointments::set_status(&world.quince, jonas, booked.id, status)
            .await
            .unwrap();
        world.later(1).await;
    }
    let mails = mails_to(&world, "ada@");
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[1].contains("Subject: Booked: Ask first"), "{}", mails[1]);
}

async fn a_host_of_a_visit_reads_once_what_they_have_to_do(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    let salon = world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "salon".into(),
                kind: Kind::Service,
                ..CalendarSettings::new("Salon")
            },
            vec![member(world.owner), member(jonas)],
        ))
        .await;
    let mut visit = Vec::new();
    for (name, who) in [("Wash", jonas), ("Cut", world.owner), ("Style", jonas)] {
        let form = ServiceSettings {
            group: String::new(),
            name: name.into(),
            description: String::new(),
            duration: 30,
            processing: 0,
            staff: vec![who],
            resources: Vec::new(),
        };
        services::save(&world.quince, world.owner, salon, None, form)
            .await
            .unwrap();
    }
    for service in services::public_menu(&world.quince, "salon").await.unwrap() {
        visit.push(ChosenService {
            service: service.id,
            host: None,
        });
    }
    let booking = Booking {
        slug: "salon".into(),
        services: visit,
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    world.later(1).await;
    let client = Actor::Client {
        token: booked.manage_token,
    };
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    world.later(1).await;
    let mails = mails_to(&world, "jonas@");
    assert_eq!(mails.len(), 2, "{mails:?}");
    for mail in mails {
        for part in [
            "10:00=E2=80=9310:30 (UTC): Wash",
            "11:00=E2=80=9311:30 (UTC): Style",
        ] {
            assert!(mail.contains(part), "{part} in {mail}");
        }
        assert!(!mail.contains("Cut"), "{mail}");
    }
    let maya = mails_to(&world, "maya@");
    assert_eq!(maya.len(), 2);
    assert!(
        maya[0].contains("10:30=E2=80=9311:00 (UTC): Cut") && !maya[0].contains("Wash"),
        "{}",
        maya[0]
    );
}

async fn the_owner_and_admins_read_of_a_simple_calendar(world: World) {
    world.colleague("Jonas").await;
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "room".into(),
                kind: Kind::Simple,
                rules: Rules {
                    hours: Some(WeeklyHours::weekdays(9 * 60, 17 * 60)),
                    ..Rules::default()
                },
                ..CalendarSettings::new("Room")
            },
            Vec::new(),
        ))
        .await;
    let booking = Booking {
        slug: "room".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    world.later(1).await;
    let client = Actor::Client {
        token: booked.manage_token,
    };
    appointments::reschedule(&world.quince, &client, tuesday("14:00"))
        .await
        .unwrap();
    world.later(1).await;
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    world.later(1).await;
    let maya = mails_to(&world, "maya@");
    assert_eq!(maya.len(), 3, "{maya:?}");
    for (mail, subject) in maya.iter().zip(["New booking", "New time", "Cancelled"]) {
        assert!(mail.contains(subject), "{mail}");
    }
    assert_eq!(mails_to(&world, "jonas@").len(), 0);
}

/// The reminders that Ada has got so far.
fn reminders(world: &World) -> usize {
    let mut mails = mails_to(world, "ada@");
    mails.retain(|mail| mail.contains("Subject: Reminder: Intro call"));
    mails.len()
}

async fn reminded_at(world: &World, instant: &str) -> usize {
    world.clock.set(at(instant));
    world.jobs().await;
    reminders(world)
}

async fn a_client_is_reminded_a_day_and_an_hour_before(world: World) {
    let booked = world.book("10:00").await;
    assert_eq!(reminded_at(&world, "2026-11-23T09:59:59Z").await, 0);
    assert_eq!(reminded_at(&world, "2026-11-23T10:00:00Z").await, 1);
    let mails = mails_to(&world, "ada@");
    let mail = mails.iter().find(|mail| mail.contains("Reminder")).unwrap();
    assert!(
        mail.contains("05:00=E2=80=9305:30 (America/New_York)") && mail.contains(&booked.manage_token),
        "{mail}"
    );
    // Less than a day before, only the last one is left.
    world.book("09:30").await;
    assert_eq!(reminded_at(&world, "2026-11-24T08:29:00Z").await, 1);
    assert_eq!(reminded_at(&world, "2026-11-24T08:30:00Z").await, 2);
    assert_eq!(reminded_at(&world, "2026-11-24T09:00:00Z").await, 3);
    assert_eq!(reminded_at(&world, "2026-11-24T12:00:00Z").await, 3);
}

async fn reminders_follow_a_move_and_go_with_a_cancellation(world: World) {
    let booked = world.book("10:00").await;
    let other = world.book("11:00").await;
    let actor = |booked: &Booked| Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::reschedule(&world.quince, &actor(&booked), tuesday("14:00"))
        .await
        .unwrap();
    appointments::cancel(&world.quince, &actor(&other), "")
        .await
        .unwrap();
    assert_eq!(reminded_at(&world, "2026-11-23T13:59:00Z").await, 0);
    assert_eq!(reminded_at(&world, "2026-11-23T14:00:00Z").await, 1);
    assert_eq!(reminded_at(&world, "2026-11-24T12:59:00Z").await, 1);
    assert_eq!(reminded_at(&world, "2026-11-24T13:00:00Z").await, 2);
}
