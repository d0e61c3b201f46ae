//! Booking calendars whose clients confirm by mail first: until then nobody is told, and after some minutes the time is free again.

use bookings::appointments::{self, Actor, Booked, Booking, CONFIRM_MINUTES, confirm_by_mail};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Error, Kind, Refusal, Rules, Status};
use jiff::SignedDuration;

use crate::database::stories;
use crate::world::{World, adas_booking, member};

stories! {
    connected_on:
    a_booking_counts_when_its_client_confirms_it,
    what_is_not_confirmed_in_time_is_free_again,
    only_the_mails_link_confirms,
    a_request_goes_on_to_its_host_when_it_is_confirmed,
    a_seat_of_a_class_is_kept_and_given_back,
    staff_confirm_and_decline_it_themselves,
    nothing_else_can_be_done_with_it_meanwhile,
    a_clock_that_was_ahead_keeps_no_time,
}

/// The booking calendar `intro`, or another kind of one, with the switch on.
async fn switched_on(world: &World) {
    let (id, form) = world.form_of("intro").await;
    let form = CalendarForm {
        settings: CalendarSettings {
            confirm_by_mail: true,
            ..form.settings
        },
        ..form
    };
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

/// The proof in the link of the mail that asks to confirm.
fn proof(world: &World, booked: &Booked) -> String {
    let link = format!(
        "https://book.example/manage/{}/confirm?mailed=3D",
        booked.manage_token
    );
    let mails = world.mails();
    let mail = mails.iter().find(|mail| mail.contains(&link)).unwrap();
    let rest = mail.split(&link).nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn count(world: &World, text: &str) -> usize {
    world.mails().iter().filter(|mail| mail.contains(text)).count()
}

async fn status(world: &World, booked: &Booked) -> Status {
    world.appointment(booked).await.status
}

async fn a_booking_counts_when_its_client_confirms_it(world: World) {
    switched_on(&world).await;
    let booked = world.book("10:00").await;
    assert!(booked.confirm_until.is_some());
    assert!(!world.is_free("10:00").await, "it is kept");
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 0, "no calendar is written to");
    assert_eq!(world.mails().len(), 1, "nobody else is told");
    assert_eq!(count(&world, "Subject: Please confirm: Intro call"), 1);
    assert_eq!(
        appointments::to_confirm(&world.quince, world.owner)
            .await
            .unwrap(),
        0
    );
    let proof = proof(&world, &booked);
    world.later(CONFIRM_MINUTES - 1).await;
    for _ in 0..2 {
        confirm_by_mail(&world.quince, &booked.manage_token, &proof)
            .await
            .unwrap();
    }
    world.jobs().await;
    assert_eq!(status(&world, &booked).await, Status::Confirmed);
    assert_eq!(world.events("Home").len(), 1);
    assert_eq!(count(&world, "Subject: Booked: Intro call"), 1);
    assert_eq!(count(&world, "New booking"), 1);
    world.later(60).await;
    assert!(!world.is_free("10:00").await);
    world.clock.set(booked.start - SignedDuration::from_mins(50));
    world.jobs().await;
    assert!(count(&world, "Subject: Reminder") > 0, "it is reminded of");
}

async fn what_is_not_confirmed_in_time_is_free_again(world: World) {
    switched_on(&world).await;
    let booked = world.book("10:00").await;
    world.later(CONFIRM_MINUTES - 1).await;
    assert!(!world.is_free("10:00").await);
    let proof = proof(&world, &booked);
    world.later(1).await;
    assert!(world.is_free("10:00").await);
    let seen = appointments::by_token(&world.quince, &booked.manage_token)
        .await
        .unwrap();
    assert!(seen.has_expired && seen.confirm_until.is_none());
    let late = confirm_by_mail(&world.quince, &booked.manage_token, &proof).await;
    assert!(
        matches!(&late, Err(Error::Refused(Refusal::NotConfirmedInTime))),
        "{late:?}"
    );
    let other = Booking {
        idempotency_key: "another".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, other).await.unwrap();
    world.jobs().await;
    assert_eq!(
        world.mails().len(),
        2,
        "two mails ask to confirm, and nobody is told of an end"
    );
    assert_eq!(world.events("Home").len(), 0);
}

async fn only_the_mails_link_confirms(world: World) {
    switched_on(&world).await;
    let (ten, eleven) = (world.book("10:00").await, world.book("11:00").await);
    world.jobs().await;
    let of_eleven = proof(&world, &eleven);
    for wrong in ["", "x", ten.manage_token.as_str(), of_eleven.as_str()] {
        let refused = confirm_by_mail(&world.quince, &ten.manage_token, wrong).await;
        assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    }
    // Programs open the links of mails.
    let opened = appointments::opened_from_mail(&world.quince, &ten.manage_token, &proof(&world, &ten)).await;
    opened.unwrap();
    assert_eq!(status(&world, &ten).await, Status::New);
    world.later(CONFIRM_MINUTES).await;
    assert_eq!(status(&world, &ten).await, Status::Cancelled);
}

async fn a_request_goes_on_to_its_host_when_it_is_confirmed(world: World) {
    let (id, form) = world.form_of("intro").await;
    let form = CalendarForm {
        settings: CalendarSettings {
            confirm_by_mail: true,
            auto_confirm: false,
            ..form.settings
        },
        ..form
    };
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    let booked = world.book("10:00").await;
    world.jobs().await;
    confirm_by_mail(&world.quince, &booked.manage_token, &proof(&world, &booked))
        .await
        .unwrap();
    world.later(60).await;
    assert_eq!(status(&world, &booked).await, Status::New);
    assert_eq!(
        appointments::to_confirm(&world.quince, world.owner)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        (
            count(&world, "Subject: Requested"),
            count(&world, "Subject: To confirm")
        ),
        (1, 1)
    );
}

async fn a_seat_of_a_class_is_kept_and_given_back(world: World) {
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            confirm_by_mail: true,
            rules: Rules {
                seats: 1,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    let seat = |email: &str| Booking {
        slug: "yoga".into(),
        email: email.into(),
        idempotency_key: format!("{email}'s seat"),
        ..adas_booking("10:00")
    };
    let ada = appointments::book(&world.quince, seat("ada@example.com"))
        .await
        .unwrap();
    bookings::classes::join_waiting_list(&world.quince, &seat("bob@example.com"))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 0, "nobody comes for certain");
    world.later(CONFIRM_MINUTES).await;
    world.jobs().await;
    assert_eq!(status(&world, &ada).await, Status::Cancelled);
    assert_eq!(count(&world, "You have a seat"), 1, "who waits gets it");
    assert_eq!(world.events("Home")[0].summary, "Yoga 1/1");
}

async fn staff_confirm_and_decline_it_themselves(world: World) {
    switched_on(&world).await;
    let (ten, eleven) = (world.book("10:00").await, world.book("11:00").await);
    world.jobs().await;
    appointments::set_status(&world.quince, world.owner, ten.id, Status::Confirmed)
        .await
        .unwrap();
    let actor = Actor::Staff {
        id: world.owner,
        appointment: eleven.id,
    };
    appointments::cancel(&world.quince, &actor, "").await.unwrap();
    world.later(60).await;
    assert_eq!(status(&world, &ten).await, Status::Confirmed);
    assert_eq!(count(&world, "Subject: Booked"), 1);
    assert_eq!(world.events("Home").len(), 1);
    assert!(world.is_free("11:00").await);
    assert_eq!(
        world.mails().len(),
        3,
        "whoever did not confirm is told nothing more"
    );
}

async fn nothing_else_can_be_done_with_it_meanwhile(world: World) {
    switched_on(&world).await;
    let booked = world.book("10:00").await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    let moved = appointments::reschedule(&world.quince, &client, crate::world::tuesday("12:00")).await;
    assert!(
        matches!(&moved, Err(Error::Refused(Refusal::NotConfirmed))),
        "{moved:?}"
    );
    let staff = Actor::Staff {
        id: world.owner,
        appointment: booked.id,
    };
    let moved = appointments::reschedule(&world.quince, &staff, crate::world::tuesday("12:00")).await;
    assert!(matches!(&moved, Err(Error::Refused(_))), "{moved:?}");
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    world.later(60).await;
    assert!(world.is_free("10:00").await);
    assert_eq!(world.mails(), [] as [&str; 0]);
    assert_eq!(world.events("Home").len(), 0);
}

async fn a_clock_that_was_ahead_keeps_no_time(world: World) {
    switched_on(&world).await;
    let now = bookings::clock::Clock::now(&*world.clock);
    world.clock.set(now + SignedDuration::from_hours(3));
    world.book("16:00").await;
    world.clock.set(now);
    world.jobs().await;
    assert!(world.is_free("16:00").await);
}
