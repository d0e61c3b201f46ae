//! What clients and hosts are told by mail.

use bookings::appointments::{self, Actor, BookError, Booking};
use bookings::profile;

use crate::database::stories;
use crate::world::{World, adas_wish, tuesday};

stories! {
    connected_on:
    client_and_host_are_told_of_every_change,
    everybody_reads_their_own_zone,
    no_name_and_no_note_reaches_a_mails_head,
    a_mail_is_written_once_however_often_the_jobs_run,
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
    profile::save(&world.quince, world.owner, "Maya Lopez", "Europe/Berlin")
        .await
        .unwrap();
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
        let wish = Booking {
            name: name.into(),
            email: email.into(),
            ..adas_wish("10:00")
        };
        let refused = appointments::book(&world.quince, wish).await;
        assert!(matches!(refused, Err(BookError::Fields(_))), "{refused:?}");
    }
    let odd = Booking {
        name: "\"Ada\" <eve@example.com>, Byron; x".into(),
        notes: "tea\n.\nBcc: eve@example.com\n\nBEGIN:VEVENT".into(),
        ..adas_wish("10:00")
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
