//! What clients and hosts are told by mail.

use bookings::appointments::{self, Actor};

use crate::database::stories;
use crate::world::{World, tuesday};

stories! {
    connected_on:
    client_and_host_are_told_of_every_change,
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
