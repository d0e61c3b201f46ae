//! Mails and the mail server: what becomes of a mail when the server refuses it, hangs or is away, and what is said to it before the
//! line is encrypted.

use bookings::Quince;

use crate::database::stories;
use crate::mail_server::{Behaviour, MailServer};
use crate::world::World;

stories! {
    connected_on:
    what_the_server_refuses_waits_until_it_is_mended,
    a_recipient_that_the_server_refuses_is_tried_once,
    a_server_that_is_away_for_days_gets_the_mails_afterwards,
    a_mail_that_was_taken_is_sent_however_the_server_says_goodbye,
    nothing_is_said_to_another_machine_without_encryption,
    encryption_is_used_where_it_is_offered,
}

fn behaves(answers: &[(&'static str, &'static str)]) -> Behaviour {
    Behaviour {
        answers: answers.to_vec(),
        ..Behaviour::default()
    }
}

/// Minutes pass one by one, and the mails that are due are sent.
async fn minutes(world: &World, quince: &Quince, minutes: u32) {
    for _ in 0..minutes {
        world.clock.advance(jiff::SignedDuration::from_mins(1));
        bookings::jobs::run_due(quince).await.unwrap();
    }
}

async fn hours(world: &World, quince: &Quince, hours: u32) {
    for _ in 0..hours {
        world.clock.advance(jiff::SignedDuration::from_hours(1));
        bookings::jobs::run_due(quince).await.unwrap();
    }
}

fn to_ada(server: &MailServer) -> usize {
    let taken = server.taken();
    taken
        .iter()
        .filter(|mail| mail.contains("Subject: Booked"))
        .count()
}

async fn what_the_server_refuses_waits_until_it_is_mended(world: World) {
    let server = MailServer::start(Behaviour::default()).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    for (time, answer) in [
        ("09:00", ("greeting", "554 No service")),
        ("09:30", ("EHLO", "550 Who are you?")),
        ("10:00", ("AUTH", "535 5.7.8 Wrong password")),
        ("10:30", ("MAIL", "550 5.7.1 You may not send as this")),
        ("11:00", ("RCPT", "451 4.7.1 Greylisted")),
        ("11:30", ("RCPT", "554 5.7.1 Relay access denied")),
        ("12:00", ("RCPT", "530 5.7.0 Authentication required")),
        ("12:30", ("DATA", "554 5.7.1 No")),
        ("13:00", (".", "552 5.3.4 Too large")),
        ("13:30", (".", "421 4.3.2 Shutting down")),
    ] {
        server.behave(behaves(&[answer]));
        let before = to_ada(&server);
        world.book(time).await;
        minutes(&world, &quince, 20).await;
        assert_eq!(to_ada(&server), before, "{answer:?}");
        server.behave(Behaviour::default());
        minutes(&world, &quince, 20).await;
        assert_eq!(to_ada(&server), before + 1, "{answer:?}");
    }
}

async fn a_recipient_that_the_server_refuses_is_tried_once(world: World) {
    let server = MailServer::start(behaves(&[("RCPT TO:<ada@", "550 5.1.1 No such user")])).await;
    let quince = world.posting_by(&server.url("127.0.0.1")).await;
    world.book("10:00").await;
    minutes(&world, &quince, 60).await;
    assert_eq!(server.count("RCPT TO:<ada@"), 1);
    assert_eq!(server.taken().len(), 1, "the host's mail arrives");
    server.behave(Behaviour::default());
    minutes(&world, &quince, 30).await;
    assert_eq!(to_ada(&server), 0);
}

async fn a_server_that_is_away_for_days_gets_the_mails_afterwards(world: World) {
    let server = MailServer::start(behaves(&[("AUTH", "535 5.7.8 Wrong password")])).await;
    let nobody_there = MailServer::start(Behaviour::default()).await.url("localhost");
    world.book("10:00").await;
    let refused = world.posting_by(&nobody_there).await;
    hours(&world, &refused, 24).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    hours(&world, &quince, 4 * 24).await;
    assert!(server.count("AUTH") > 50, "it is tried again and again");
    assert_eq!(server.taken().len(), 0);
    server.behave(Behaviour::default());
    hours(&world, &quince, 2).await;
    assert_eq!(
        server.taken().len(),
        2,
        "after five days the client's and the host's mail arrive"
    );
}

async fn a_mail_that_was_taken_is_sent_however_the_server_says_goodbye(world: World) {
    let server = MailServer::start(Behaviour::default()).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    for (time, behaviour) in [
        ("10:00", behaves(&[("QUIT", "500 What?")])),
        (
            "11:00",
            Behaviour {
                hangs_at: Some("QUIT"),
                ..Behaviour::default()
            },
        ),
    ] {
        server.behave(behaviour);
        let before = to_ada(&server);
        world.book(time).await;
        minutes(&world, &quince, 3).await;
        assert_eq!(to_ada(&server), before + 1);
    }
}

async fn nothing_is_said_to_another_machine_without_encryption(world: World) {
    let server = MailServer::start(Behaviour::default()).await;
    // An address of this machine that is not known to be one.
    let quince = world.posting_by(&server.url("0.0.0.0")).await;
    world.book("10:00").await;
    minutes(&world, &quince, 10).await;
    assert!(server.count("EHLO") > 0);
    assert_eq!(
        server.count("AUTH") + server.count("MAIL"),
        0,
        "{:?}",
        server.heard()
    );
    // Its certificate is not to be trusted, either.
    server.behave(Behaviour {
        offers_starttls: true,
        ..Behaviour::default()
    });
    minutes(&world, &quince, 20).await;
    assert!(server.count("STARTTLS") > 0);
    assert_eq!(
        server.count("AUTH") + server.count("MAIL"),
        0,
        "{:?}",
        server.heard()
    );
}

async fn encryption_is_used_where_it_is_offered(world: World) {
    let server = MailServer::start(Behaviour {
        offers_starttls: true,
        ..Behaviour::default()
    })
    .await;
    let quince = world.posting_by(&server.url("localhost")).await;
    world.book("10:00").await;
    minutes(&world, &quince, 1).await;
    assert_eq!(server.taken().len(), 2);
    for heard in server.heard() {
        let before = ["EHLO", "STARTTLS"]
            .iter()
            .any(|start| heard.line.starts_with(start));
        assert!(heard.encrypted || before, "{heard:?}");
    }
}
