//! The mail server: how it fails, and what became of every mail by the time that all is quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bookings::{Status, jobs, mails};
use jiff::SignedDuration;
use uuid::Uuid;

use super::Soak;
use crate::database::KeptMail;
use crate::mail_server::{Behaviour, MailServer};

/// How a mail server says no: to everybody, for now, to the recipient for good, and for reasons of its own.
const REFUSALS: [(&str, &str); 9] = [
    ("greeting", "421 4.3.2 Not now"),
    ("EHLO", "550 Who are you?"),
    ("AUTH", "535 5.7.8 Wrong password"),
    ("MAIL", "451 4.3.0 Later"),
    ("RCPT", "450 4.2.0 Greylisted"),
    ("RCPT", "550 5.1.1 No such user"),
    ("RCPT TO:<ada@", "550 5.1.1 No such user"),
    ("DATA", "554 5.7.1 No"),
    (".", "452 4.3.1 Disk full"),
];
/// Where it drops the line.
const DROPS: [&str; 4] = ["greeting", "MAIL", "DATA", "."];
/// Where it says nothing more.
const HANGS: [&str; 3] = ["greeting", "RCPT", "."];
/// Mails that a process works on at the same time, which a kill may repeat.
const IN_HAND: usize = 4;
/// Rows of mails are looked at for so long. Reminders are asked for when somebody books, up to ten days ahead, and all is looked at
/// again twelve days after the end.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The mail server, and what it and the dead processes did with each mail.
pub(super) struct Post {
    pub(super) server: MailServer,
    /// How often the server said that it had taken a mail.
    taken: BTreeMap<Uuid, usize>,
    /// The leases that dead processes left: how often a mail may have been sent without being noted.
    left: BTreeMap<Uuid, BTreeSet<i64>>,
}

impl Post {
    pub(super) async fn open() -> Self {
        Self {
            server: MailServer::start(Behaviour::default()).await,
            taken: BTreeMap::new(),
            left: BTreeMap::new(),
        }
    }

    pub(super) fn url(&self) -> String {
        self.server.url("localhost")
    }

    fn taken(&self, mail: &KeptMail) -> usize {
        self.taken.get(&mail.id).copied().unwrap_or_default()
    }
}

impl Soak {
    /// The mail server begins to fail in another way, or works again.
    pub(super) async fn mail_trouble(&mut self) {
        self.counts.mail_faults += 1;
        let mut behaviour = Behaviour::default();
        match self.dice.below(8) {
            0..4 => behaviour.answers.extend(self.dice.pick(&REFUSALS)),
            4 => behaviour.drops_at = self.dice.pick(&DROPS),
            5 => {
                self.post.server.behave(Behaviour {
                    hangs_at: self.dice.pick(&HANGS),
                    ..Behaviour::default()
                });
                self.client().await;
                self.kill_after(Duration::from_millis(60)).await;
            }
            _ => {}
        }
        self.post.server.behave(behaviour);
    }

    /// A process has died: it leaves no more mails behind than it had in hand.
    pub(super) async fn note_what_was_in_hand(&mut self) {
        let mut left = 0;
        for mail in self.world.database.mails("state = 'waiting'").await {
            if let Some(lease) = mail.lease_until
                && self.post.left.entry(mail.id).or_default().insert(lease)
            {
                left += 1;
            }
        }
        assert!(left <= IN_HAND, "{left} mails were in hand; {:?}", self.counts);
    }

    /// All mails that were given up are listed, and sent again by whoever minds them.
    pub(super) async fn send_given_up_mails_again(&mut self) {
        let given_up = self.world.database.mails("state = 'failed'").await;
        let given_up: BTreeSet<Uuid> = given_up.iter().map(|mail| mail.id).collect();
        let listed = mails::given_up(&self.quince, self.world.owner).await.unwrap();
        let shown: BTreeSet<Uuid> = listed.iter().map(|mail| mail.id.0).collect();
        assert_eq!(shown, given_up, "vanished unseen");
        self.counts.given_up += listed.len() as u64;
        for mail in listed {
            mails::send_again(&self.quince, self.world.owner, mail.id)
                .await
                .unwrap();
        }
        jobs::run_due(&self.quince).await.unwrap();
    }

    /// Counts what the server took since the last time.
    fn count_mails(&mut self) {
        for mail in self.post.server.take() {
            let line = mail.lines().find(|line| line.starts_with("Message-ID: <"));
            let id = line.and_then(|line| line.split(['<', '@']).nth(1)).unwrap();
            let times = self.post.taken.entry(id.parse().unwrap()).or_default();
            *times += 1;
            match times {
                1 => self.counts.mails += 1,
                2 => self.counts.mails_twice += 1,
                _ => self.counts.mails_oftener += 1,
            }
        }
    }

    /// Every mail that was due went out once, or once more for each time that it was in a dead process' hands.
    pub(super) async fn check_mails(&mut self) {
        self.count_mails();
        let now = self.world.quince.now();
        let since = (now - LOOKED_AT).as_millisecond();
        let mails = self.world.database.mails(&format!("created_at > {since}")).await;
        for mail in &mails {
            let taken = self.post.taken(mail);
            let repeated = self.post.left.get(&mail.id).map_or(0, BTreeSet::len);
            let context = format!("{mail:?}, taken {taken} times, at {now}; {:?}", self.counts);
            assert!(taken <= 1 + repeated, "sent too often: {context}");
            match mail.state.as_str() {
                // One that is not due was tried by a clock that was ahead, in a process that died over it.
                "waiting" => assert!(
                    mail.next_attempt_at > now.as_millisecond() && (mail.attempts == 0 || repeated > 0),
                    "not sent though it is due: {context}"
                ),
                "sent" => assert!(mail.sent_at.is_none() || taken > 0, "lost: {context}"),
                state => panic!("{state}: {context}"),
            }
        }
        self.check_that_clients_know(&mails).await;
        self.post
            .taken
            .retain(|id, _| mails.iter().any(|mail| mail.id == *id));
        self.post
            .left
            .retain(|id, _| mails.iter().any(|mail| mail.id == *id));
    }

    /// Whoever booked was told of it, and of its end if they were.
    async fn check_that_clients_know(&self, mails: &[KeptMail]) {
        for booked in &self.booked {
            let view = self.world.appointment(booked).await;
            let arrived: Vec<&KeptMail> = mails
                .iter()
                .filter(|mail| mail.appointment_id == Some(booked.id.0))
                .filter(|mail| mail.kind.starts_with("client-") && self.post.taken(mail) > 0)
                .collect();
            let told_of_end = arrived.iter().any(|mail| mail.kind == "client-cancelled");
            let knows = match view.status {
                Status::Cancelled => arrived.is_empty() || told_of_end,
                _ => arrived.iter().any(|mail| mail.kind == "client-booked"),
            };
            assert!(knows, "{view:#?}\nwas told by {arrived:#?}; {:?}", self.counts);
        }
    }

    /// Time passes until every reminder is due, and everything works: nothing waits any more.
    pub(super) async fn check_that_no_mail_waits_for_ever(&mut self) {
        for _ in 0..12 * 4 {
            self.world.clock.advance(SignedDuration::from_hours(6));
            jobs::run_due(&self.quince).await.unwrap();
        }
        self.check_mails().await;
        let waiting = self.world.database.mails("state = 'waiting'").await;
        assert!(waiting.is_empty(), "{waiting:#?}");
    }
}
