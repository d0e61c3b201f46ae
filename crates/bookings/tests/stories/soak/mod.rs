//! A soak: days pass in which people edit their calendars, clients book, calendar and mail servers fail, processes die, backups are
//! made and clocks are wrong, at random, and a checker compares what Quince knows, wrote and mailed with what the servers have.
//!
//! Among the other tests it takes some hundred steps. `scripts/soak MINUTES` lets it run for long.

mod backups;
mod checks;
mod events;
mod mail;
mod people;
mod trouble;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bookings::appointments::Booked;
use bookings::{Quince, jobs};
use jiff::{SignedDuration, Timestamp};
use sandbox::CalendarId;

use crate::database::stories;
use crate::dice::Dice;
use crate::world::World;

stories! {
    connected_on:
    a_soak,
}

/// Steps between two times of quiet, at which everything must be equal.
const STEPS: u32 = 40;

/// What the soak remembers.
struct Soak {
    world: World,
    /// The process that works now; killed and started anew at random.
    quince: Quince,
    dice: Dice,
    post: mail::Post,
    /// When people last edited each calendar on the server.
    edited: BTreeMap<CalendarId, Timestamp>,
    /// When Quince read each calendar by a clock that was ahead, until it reads it again.
    read_ahead: BTreeMap<CalendarId, Timestamp>,
    /// The clock, right or ahead, when the primary calendar was last changed. Appointments that were over by it stayed where they were.
    followed_from: Timestamp,
    /// Calendar files that others wrote.
    files: Vec<String>,
    /// Every booking that was accepted.
    booked: Vec<Booked>,
    counts: Counts,
}

/// What happened, for the report.
#[derive(Debug, Default)]
struct Counts {
    steps: u64,
    edits: u64,
    odd: u64,
    tries: u64,
    bookings: u64,
    changes: u64,
    faults: u64,
    mail_faults: u64,
    kills: u64,
    jumps: u64,
    backups: u64,
    /// Mails that the mail server took, those of them that it took twice, and oftener.
    mails: u64,
    mails_twice: u64,
    mails_oftener: u64,
    given_up: u64,
    pictures: u64,
    quiets: u64,
}

async fn a_soak(world: World) {
    let minutes = |text: String| text.parse::<u64>().unwrap();
    let long = std::env::var("SOAK_MINUTES")
        .ok()
        .map(|text| Duration::from_secs(60 * minutes(text)));
    let seed = std::env::var("SOAK_SEED")
        .ok()
        .map_or(20_261_123, |text| text.parse().unwrap());
    let started = Instant::now();
    let mut soak = Soak::new(world, seed).await;
    for round in 0.. {
        if long.map_or(round == 4, |long| started.elapsed() > long) {
            break;
        }
        for _ in 0..STEPS {
            soak.step().await;
        }
        soak.quiet().await;
        if long.is_some() && round % 50 == 0 {
            println!(
                "{:>6.0?} {}: {:?}",
                started.elapsed(),
                soak.world.quince.now(),
                soak.counts
            );
        }
    }
    soak.check_that_no_mail_waits_for_ever().await;
    println!(
        "seed {seed}, until {}: {:?}",
        soak.world.quince.now(),
        soak.counts
    );
    let counts = &soak.counts;
    let happened = [
        counts.pictures,
        counts.bookings,
        counts.mails,
        counts.mail_faults,
        counts.backups,
    ];
    assert!(!happened.contains(&0), "{counts:?}");
}

impl Soak {
    async fn new(world: World, seed: u64) -> Self {
        let post = mail::Post::open().await;
        Self {
            quince: world.posting_by(&post.url()).await,
            post,
            world,
            dice: Dice::new(seed),
            edited: BTreeMap::new(),
            read_ahead: BTreeMap::new(),
            followed_from: Timestamp::MIN,
            files: events::files(),
            booked: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Something happens; time passes; the jobs do what is due, or die over it.
    async fn step(&mut self) {
        self.counts.steps += 1;
        match self.dice.below(10) {
            0..4 => self.edit(),
            4..7 => self.client().await,
            7 => self.trouble(),
            8 if self.dice.below(4) == 0 => self.wrong_clock().await,
            9 if self.dice.below(2) == 0 => self.mail_trouble().await,
            9 if self.dice.below(8) == 0 => self.back_up().await,
            _ => {}
        }
        let seconds = i64::from([1, 20, 70, 300, 3600][self.dice.below(5) as usize]);
        self.world.clock.advance(SignedDuration::from_secs(seconds));
        if self.dice.below(12) == 0 {
            self.kill().await;
        } else {
            jobs::run_due(&self.quince).await.unwrap();
        }
        self.check_picture().await;
    }

    /// The process dies in the middle of whatever it does, and another starts.
    async fn kill(&mut self) {
        let longest = self.dice.pick(&[8_000, 40_000]).unwrap();
        let after = u64::from(self.dice.below(longest));
        self.kill_after(Duration::from_micros(after)).await;
    }

    async fn kill_after(&mut self, time: Duration) {
        self.counts.kills += 1;
        let quince = self.quince.clone();
        let work = tokio::spawn(async move { jobs::run_due(&quince).await });
        tokio::time::sleep(time).await;
        work.abort();
        let _ = work.await;
        self.note_what_was_in_hand().await;
        self.quince = self.world.posting_by(&self.post.url()).await;
    }
}
