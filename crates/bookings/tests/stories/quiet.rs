//! Mails are few: changes that soon follow each other become one, and an address that nobody confirmed gets some a day and no more.

use bookings::appointments::{self, Actor, Booked, Booking};
use bookings::mails;
use jiff::SignedDuration;

use crate::database::stories;
use crate::world::{World, adas_booking, tuesday};

stories! {
    connected_on:
    twenty_eight_moves_are_one_mail_each,
    moves_that_never_pause_are_told_every_five_minutes,
    there_and_back_is_told_to_nobody,
    a_cancellation_takes_the_waiting_changes_along,
    a_host_who_comes_and_goes_within_a_minute_is_told_nothing,
    an_address_that_nobody_confirmed_gets_six_mails_a_day,
    the_link_of_a_mail_confirms_its_address_and_the_link_on_the_page_does_not,
    a_mail_that_was_held_back_can_be_sent_all_the_same,
    reminders_count_on_their_own_day,
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn move_to(world: &World, booked: &Booked, time: &str) {
    appointments::reschedule(&world.quince, &client(booked), tuesday(time))
        .await
        .unwrap();
}

async fn seconds(world: &World, seconds: i64) {
    world.clock.advance(SignedDuration::from_secs(seconds));
    world.jobs().await;
}

/// The subjects of the mails to an address, in order of their letters.
fn subjects(world: &World, address: &str) -> Vec<String> {
    let is_to = |line: &str| line.starts_with("To: ") && line.contains(address);
    let mut mails = world.mails();
    mails.retain(|mail| mail.lines().any(is_to));
    let subject = |mail: &String| {
        let line = mail.lines().find_map(|line| line.strip_prefix("Subject: "));
        line.unwrap_or_default().to_owned()
    };
    let mut subjects: Vec<String> = mails.iter().map(subject).collect();
    subjects.sort();
    subjects
}

async fn twenty_eight_moves_are_one_mail_each(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    for n in 0..28 {
        move_to(&world, &booked, ["11:00", "12:00"][n % 2]).await;
        seconds(&world, 2).await;
    }
    move_to(&world, &booked, "15:00").await;
    assert_eq!(subjects(&world, "ada@").len(), 1, "only that it is booked");
    seconds(&world, 59).await;
    assert_eq!(subjects(&world, "ada@").len(), 1);
    seconds(&world, 1).await;
    for address in ["ada@", "maya@"] {
        let subjects = subjects(&world, address);
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        let moves = subjects.iter().filter(|subject| subject.starts_with("New time"));
        assert_eq!(moves.count(), 1, "{subjects:?}");
    }
    let mails = world.mails();
    let moved_mails = mails.iter().filter(|mail| mail.contains("New time"));
    for mail in moved_mails {
        // Ada's zone is five hours behind.
        let is_there = |times: [&str; 2]| {
            times
                .iter()
                .any(|time| mail.contains(&format!("{time}=E2=80=93")))
        };
        assert!(
            is_there(["15:00", "10:00"]) && is_there(["10:00", "05:00"]),
            "{mail}"
        );
        let between = is_there(["11:00", "06:00"]) || is_there(["12:00", "07:00"]);
        assert!(!between, "{mail}");
    }
    seconds(&world, 3_600).await;
    assert_eq!(subjects(&world, "ada@").len(), 2);
}

async fn moves_that_never_pause_are_told_every_five_minutes(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    for n in 0..19 {
        move_to(&world, &booked, ["11:00", "12:00"][n % 2]).await;
        seconds(&world, 30).await;
    }
    // Nine minutes of moving, and the last one still waits.
    assert_eq!(
        subjects(&world, "ada@").len(),
        2,
        "{:?}",
        subjects(&world, "ada@")
    );
    seconds(&world, 60).await;
    assert_eq!(subjects(&world, "ada@").len(), 3);
}

async fn there_and_back_is_told_to_nobody(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    move_to(&world, &booked, "11:00").await;
    seconds(&world, 20).await;
    move_to(&world, &booked, "10:00").await;
    seconds(&world, 3_600).await;
    assert_eq!(world.mails().len(), 2, "{:?}", world.mails());
}

async fn a_cancellation_takes_the_waiting_changes_along(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    for time in ["11:00", "12:00"] {
        move_to(&world, &booked, time).await;
    }
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    seconds(&world, 0).await;
    for address in ["ada@", "maya@"] {
        let subjects = subjects(&world, address);
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        assert!(
            subjects.iter().any(|subject| subject.starts_with("Cancelled")),
            "{subjects:?}"
        );
    }
    seconds(&world, 3_600).await;
    assert_eq!(world.mails().len(), 4);
}

async fn a_host_who_comes_and_goes_within_a_minute_is_told_nothing(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    world.calendar("team", &[world.owner, jonas]).await;
    let booking = Booking {
        slug: "team".into(),
        host: Some(world.owner),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    world.jobs().await;
    let exchange = async |from, to| {
        appointments::reassign(&world.quince, world.owner, booked.id, from, to)
            .await
            .unwrap();
    };
    exchange(world.owner, jonas).await;
    exchange(jonas, world.owner).await;
    seconds(&world, 3_600).await;
    assert_eq!(subjects(&world, "jonas@"), [] as [&str; 0]);
}

/// Books the `n`th hour from Monday in a week with an address.
async fn book(world: &World, n: i64, email: &str) -> Booked {
    let (day, hour) = (n / 8, n % 8);
    let days = 6 + day / 5 * 7 + day % 5;
    let booking = Booking {
        start: tuesday("09:00") + SignedDuration::from_hours(24 * days + hour),
        email: email.into(),
        idempotency_key: format!("{n} of {email}"),
        ..adas_booking("09:00")
    };
    appointments::book(&world.quince, booking).await.unwrap()
}

async fn an_address_that_nobody_confirmed_gets_six_mails_a_day(world: World) {
    // Days away, so that no reminder is due.
    let spellings = ["eve@gmail.com", "E.v.e@gmail.com", "eve+x@googlemail.com"];
    for n in 0..9 {
        book(&world, n, spellings[usize::try_from(n).unwrap() % 3]).await;
    }
    world.jobs().await;
    let sent = || {
        world
            .mails()
            .iter()
            .filter(|mail| mail.contains("Subject: Booked"))
            .count()
    };
    assert_eq!(sent(), 6);
    let held_back = mails::given_up(&world.quince, world.owner).await.unwrap();
    assert_eq!(held_back.len(), 3, "{held_back:?}");
    assert!(held_back[0].problem.contains("Held back"), "{held_back:?}");
    // Neither the team nor others are concerned.
    assert_eq!(subjects(&world, "maya@").len(), 9);
    book(&world, 20, "bob@example.com").await;
    world.jobs().await;
    assert_eq!(sent(), 7);
    // The next day.
    world
        .clock
        .advance(SignedDuration::from_hours(24) + SignedDuration::from_mins(1));
    book(&world, 30, "eve@gmail.com").await;
    world.jobs().await;
    assert_eq!(sent(), 8);
}

/// The proof in the link of the last mail to an address.
fn proof(world: &World) -> String {
    let mail = world
        .mails()
        .into_iter()
        .rfind(|mail| mail.contains("?mailed=3D"))
        .unwrap();
    let rest = mail.split("?mailed=3D").nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn the_link_of_a_mail_confirms_its_address_and_the_link_on_the_page_does_not(world: World) {
    let first = book(&world, 24, "eve@example.com").await;
    world.jobs().await;
    let proof = proof(&world);
    // Whoever booked sees this link without having the mail.
    appointments::by_token(&world.quince, &first.manage_token)
        .await
        .unwrap();
    for wrong in ["", "x", first.manage_token.as_str()] {
        appointments::opened_from_mail(&world.quince, &first.manage_token, wrong)
            .await
            .unwrap();
    }
    for n in 1..8 {
        book(&world, n, "eve@example.com").await;
    }
    world.jobs().await;
    assert_eq!(subjects(&world, "eve@").len(), 6);
    appointments::opened_from_mail(&world.quince, &first.manage_token, &proof)
        .await
        .unwrap();
    for n in 8..16 {
        book(&world, n, "Eve@example.com").await;
    }
    world.jobs().await;
    assert_eq!(
        subjects(&world, "eve@").len() + subjects(&world, "Eve@").len(),
        14
    );
}

async fn a_mail_that_was_held_back_can_be_sent_all_the_same(world: World) {
    for n in 0..7 {
        book(&world, n, "eve@example.com").await;
    }
    world.jobs().await;
    assert_eq!(subjects(&world, "eve@").len(), 6);
    let held_back = mails::given_up(&world.quince, world.owner).await.unwrap();
    mails::send_again(&world.quince, world.owner, held_back[0].id)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(subjects(&world, "eve@").len(), 7);
    assert_eq!(mails::given_up(&world.quince, world.owner).await.unwrap(), []);
}

async fn reminders_count_on_their_own_day(world: World) {
    // Two appointments in some days, with two reminders each, and one of today's.
    for n in [0, 8] {
        book(&world, n, "eve@example.com").await;
    }
    for _ in 0..(24 * 9) {
        world.later(60).await;
    }
    assert_eq!(subjects(&world, "eve@").len(), 6);
    assert_eq!(mails::given_up(&world.quince, world.owner).await.unwrap(), []);
}
