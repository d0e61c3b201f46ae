//! A soak: days pass in which people edit their calendars, clients book, servers fail, processes die and clocks are wrong, at
//! random, and a checker compares what Quince knows and wrote with what lies on the server.
//!
//! Among the other tests it takes some hundred steps. `scripts/soak MINUTES` lets it run for long.

mod checks;
mod events;
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
    kills: u64,
    jumps: u64,
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
    let mut soak = Soak::new(world, seed);
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
    println!(
        "seed {seed}, until {}: {:?}",
        soak.world.quince.now(),
        soak.counts
    );
    assert!(
        soak.counts.pictures > 0 && soak.counts.bookings > 0,
        "{:?}",
        soak.counts
    );
}

impl Soak {
    fn new(world: World, seed: u64) -> Self {
        Self {
            quince: world.quince.clone(),
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
        self.counts.kills += 1;
        let quince = self.quince.clone();
        let work = tokio::spawn(async move { jobs::run_due(&quince).await });
        tokio::time::sleep(Duration::from_micros(u64::from(self.dice.below(8_000)))).await;
        work.abort();
        let _ = work.await;
        self.quince = self.world.another_process().await;
    }
}
