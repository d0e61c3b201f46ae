//! Mails and the mail server: what becomes of a mail when the server refuses it, hangs or is away, and what is said to it before the
//! line is encrypted.

use bookings::appointments::{self, Actor};
use bookings::warnings::{self, Urgency, Warning};
use bookings::{Error, Quince, Refusal, jobs, mails};
use jiff::SignedDuration;

use crate::database::stories;
use crate::mail_server::{Behaviour, MailServer};
use crate::world::{World, tuesday};

stories! {
    connected_on:
    what_the_server_refuses_waits_until_it_is_mended,
    a_recipient_that_the_server_refuses_is_tried_once,
    a_server_that_is_away_for_days_gets_the_mails_afterwards,
    a_mail_that_was_taken_is_sent_however_the_server_says_goodbye,
    nothing_is_said_to_another_machine_without_encryption,
    encryption_is_used_where_it_is_offered,
    admins_are_told_when_no_mail_goes_out_until_one_does,
    one_recipient_who_is_put_off_is_told_late_and_one_who_is_refused_never,
    what_waited_for_a_broken_server_goes_out_with_the_first_mail,
    an_admin_who_mended_the_settings_has_what_waits_tried_at_once,
    mails_that_a_stop_breaks_off_are_sent_at_once_by_the_next_process,
    a_kill_repeats_at_most_the_few_mails_in_hand,
    a_moved_appointment_is_told_with_its_old_time,
    a_mail_that_was_given_up_is_listed_and_sent_again_to_the_address_as_it_is_by_then,
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

async fn current_warnings(world: &World) -> Vec<Warning> {
    warnings::of(&world.quince, world.owner).await.unwrap()
}

async fn admins_are_told_when_no_mail_goes_out_until_one_does(world: World) {
    let jonas = world.colleague("Jonas").await;
    for (time, answer, words) in [
        (
            "10:00",
            ("AUTH", "535 5.7.8 no: hunter22"),
            "did not accept the login",
        ),
        (
            "11:00",
            ("MAIL", "550 5.7.1 not you"),
            "did not accept the sender",
        ),
        ("12:00", (".", "452 4.3.1 disk full"), "did not take the mail"),
    ] {
        let server = MailServer::start(behaves(&[answer])).await;
        let quince = world.posting_by(&server.url("localhost")).await;
        world.book(time).await;
        minutes(&world, &quince, 3).await;
        assert_eq!(
            current_warnings(&world).await,
            [],
            "a server is started anew now and then"
        );
        minutes(&world, &quince, 10).await;
        let warnings = current_warnings(&world).await;
        let [warning] = warnings.as_slice() else {
            panic!("{answer:?}: {warnings:?}")
        };
        assert_eq!(warning.urgency, Urgency::Outage);
        let sentences = warning.sentences.join(" ");
        assert!(
            sentences.contains(words) && sentences.contains("Check") || sentences.contains("look into"),
            "{sentences}"
        );
        assert!(!sentences.contains("hunter22"), "{sentences}");
        assert!(mails::trouble(&world.quince).await.unwrap().is_some());
        assert_eq!(
            warnings::of(&world.quince, jonas).await.unwrap(),
            [],
            "it is not theirs to mend"
        );
        server.behave(Behaviour::default());
        minutes(&world, &quince, 20).await;
        assert_eq!(current_warnings(&world).await, [], "{answer:?}");
        assert!(mails::trouble(&world.quince).await.unwrap().is_none());
    }
}

async fn one_recipient_who_is_put_off_is_told_late_and_one_who_is_refused_never(world: World) {
    let server = MailServer::start(behaves(&[("RCPT TO:<ada@", "550 5.1.1 No such user")])).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    world.book("10:00").await;
    hours(&world, &quince, 3).await;
    assert_eq!(current_warnings(&world).await, []);
    server.behave(behaves(&[("RCPT", "450 4.2.0 Greylisted")]));
    world.book("15:00").await;
    minutes(&world, &quince, 30).await;
    assert_eq!(current_warnings(&world).await, []);
    minutes(&world, &quince, 60).await;
    assert_eq!(current_warnings(&world).await.len(), 1);
}

async fn what_waited_for_a_broken_server_goes_out_with_the_first_mail(world: World) {
    let server = MailServer::start(behaves(&[("AUTH", "535 5.7.8 Wrong password")])).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    for time in ["12:00", "13:00", "14:00"] {
        world.book(time).await;
    }
    hours(&world, &quince, 5).await;
    server.behave(Behaviour::default());
    world.book("15:00").await;
    minutes(&world, &quince, 2).await;
    let taken = server.taken();
    let booked = taken.iter().filter(|mail| !mail.contains("Subject: Reminder"));
    assert_eq!(booked.count(), 8, "nothing waits for its pause of an hour to end");
}

async fn an_admin_who_mended_the_settings_has_what_waits_tried_at_once(world: World) {
    let jonas = world.colleague("Jonas").await;
    let server = MailServer::start(behaves(&[("AUTH", "535 5.7.8 Wrong password")])).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    assert_eq!(mails::retry_summary(&quince, world.owner).await.unwrap().count, 0);
    let booked = world.book("12:00").await;
    minutes(&world, &quince, 45).await;
    let waiting = mails::retry_summary(&quince, world.owner).await.unwrap();
    assert_eq!(waiting.count, 2);
    let listed = mails::waiting_for_retry(&quince, world.owner).await.unwrap();
    assert_eq!(listed.len(), 2);
    for mail in &listed {
        assert_eq!(mail.appointment, Some(booked.id));
        assert!(mail.problem.contains("Wrong password"), "{}", mail.problem);
    }
    let about = mails::failed_of_appointment(&quince, booked.id).await.unwrap();
    assert_eq!((about.waiting.len(), about.given_up.len()), (2, 0));
    assert!(waiting.next > Some(quince.now()), "{waiting:?}");
    for refused in [
        mails::retry_summary(&quince, jonas).await.map(drop),
        mails::waiting_for_retry(&quince, jonas).await.map(drop),
        mails::retry_now(&quince, jonas).await,
    ] {
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    }
    // However often it is asked for in vain: a try a moment, and none of those after which a mail is given up.
    let tried = server.count("AUTH");
    for _ in 0..200 {
        mails::retry_now(&quince, world.owner).await.unwrap();
        jobs::run_due(&quince).await.unwrap();
    }
    assert!(server.count("AUTH") <= tried + 2, "each mail once");
    for _ in 0..200 {
        world.clock.advance(SignedDuration::from_secs(11));
        mails::retry_now(&quince, world.owner).await.unwrap();
        jobs::run_due(&quince).await.unwrap();
    }
    assert_eq!(mails::given_up(&quince, world.owner).await.unwrap(), []);
    server.behave(Behaviour::default());
    world.clock.advance(SignedDuration::from_secs(11));
    mails::retry_now(&quince, world.owner).await.unwrap();
    jobs::run_due(&quince).await.unwrap();
    assert_eq!(server.taken().len(), 2);
    assert_eq!(current_warnings(&world).await, []);
    assert_eq!(mails::retry_summary(&quince, world.owner).await.unwrap().count, 0);
}

async fn mails_that_a_stop_breaks_off_are_sent_at_once_by_the_next_process(world: World) {
    let server = MailServer::start(Behaviour {
        hangs_at: Some("RCPT"),
        ..Behaviour::default()
    })
    .await;
    let quince = world.posting_by(&server.url("localhost")).await;
    world.book("10:00").await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(jobs::run(quince, async move {
        let _ = stopped.await;
    }));
    while server.count("RCPT") < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    server.behave(Behaviour::default());
    // The clock stands still: no lease has ended.
    let next = world.posting_by(&server.url("localhost")).await;
    jobs::run_due(&next).await.unwrap();
    assert_eq!(server.taken().len(), 2);
}

async fn a_kill_repeats_at_most_the_few_mails_in_hand(world: World) {
    // It has the mail, and the process dies before it knows.
    let server = MailServer::start(Behaviour {
        hangs_at: Some("."),
        ..Behaviour::default()
    })
    .await;
    let quince = world.posting_by(&server.url("localhost")).await;
    for time in [
        "09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00",
    ] {
        world.book(time).await;
    }
    let running = tokio::spawn(jobs::run(quince, std::future::pending()));
    while server.taken().len() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    running.abort();
    let _ = running.await;
    server.behave(Behaviour::default());
    let next = world.posting_by(&server.url("localhost")).await;
    minutes(&world, &next, 12).await;
    let ids: Vec<String> = server
        .taken()
        .iter()
        .filter_map(|mail| {
            mail.lines()
                .find(|line| line.starts_with("Message-ID"))
                .map(str::to_owned)
        })
        .collect();
    let each: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(each.len(), 16, "none is lost");
    assert!(ids.len() <= 20, "{} for 16", ids.len());
}

async fn a_moved_appointment_is_told_with_its_old_time(world: World) {
    let server = MailServer::start(Behaviour::default()).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    let booked = world.book("10:00").await;
    minutes(&world, &quince, 1).await;
    let client = Actor::Client {
        token: booked.manage_token,
    };
    appointments::reschedule(&world.quince, &client, tuesday("14:00"))
        .await
        .unwrap();
    minutes(&world, &quince, 1).await;
    let taken = server.taken();
    let moved = |lines: [&str; 2]| {
        let mails = taken.iter().filter(|mail| mail.contains("Subject: New time"));
        let plain = |mail: &str| mail.replace("=E2=80=93", "–").replace("\r\n", "\n");
        assert_eq!(
            mails
                .clone()
                .filter(|mail| plain(mail).contains(&lines.join("\n")))
                .count(),
            1,
            "{:?}",
            mails.collect::<Vec<_>>()
        );
    };
    moved([
        "Tuesday, 24 November 2026, 09:00–09:30 (America/New_York)",
        "Before: Tuesday, 24 November 2026, 05:00–05:30 (America/New_York)",
    ]);
    moved([
        "Tuesday, 24 November 2026, 14:00–14:30 (UTC)",
        "Before: Tuesday, 24 November 2026, 10:00–10:30 (UTC)",
    ]);
    assert!(
        !taken
            .iter()
            .any(|mail| mail.contains("Subject: Booked") && mail.contains("Before:"))
    );
}

async fn a_mail_that_was_given_up_is_listed_and_sent_again_to_the_address_as_it_is_by_then(world: World) {
    let jonas = world.colleague("Jonas").await;
    let server = MailServer::start(behaves(&[("RCPT TO:<ada@", "550 5.1.1 No such user")])).await;
    let quince = world.posting_by(&server.url("localhost")).await;
    let booked = world.book("10:00").await;
    minutes(&world, &quince, 1).await;
    let listed = mails::given_up(&quince, world.owner).await.unwrap();
    let [mail] = listed.as_slice() else {
        panic!("{listed:?}")
    };
    assert_eq!(mail.recipient, "ada@example.com");
    assert_eq!(mail.appointment, Some(booked.id));
    assert_eq!(mail.about, Some(("Ada Byron".to_owned(), tuesday("10:00"))));
    let about = mails::failed_of_appointment(&quince, booked.id)
        .await
        .unwrap()
        .given_up;
    assert_eq!(about, listed, "the appointment tells it, too");
    assert!(
        mail.problem.contains("550 5.1.1 No such user"),
        "{}",
        mail.problem
    );
    for refused in [
        mails::given_up(&quince, jonas).await.map(drop),
        mails::send_again(&quince, jonas, mail.id).await,
    ] {
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    }
    world
        .database
        .set("appointments", "email", "new@example.com")
        .await;
    mails::send_again(&quince, world.owner, mail.id).await.unwrap();
    assert_eq!(mails::given_up(&quince, world.owner).await.unwrap(), []);
    let twice = mails::send_again(&quince, world.owner, mail.id).await;
    assert!(
        matches!(twice, Err(Error::Refused(Refusal::MailNotGivenUp))),
        "{twice:?}"
    );
    minutes(&world, &quince, 1).await;
    assert_eq!(server.count("RCPT TO:<new@example.com>"), 1);
    assert_eq!(server.taken().len(), 2);
}
