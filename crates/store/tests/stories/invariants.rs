//! Whatever is taken, released and moved, in whatever order and from several processes: the rules hold.

use std::time::Duration;

use scheduling::{AppointmentId, CalendarId, StaffId, TimeOwner};
use sqlx::{Connection, PgConnection, SqliteConnection};
use store::holds::VisitorId;
use store::occupancy::{Holds, OccupiedSpan, TimeClaim};
use store::{Backend, Store, StoreError, busy_time, holds};
use tokio::task::JoinSet;

use crate::database::{
    Database, appointment, booking_calendar, claim, claim_held, hold, in_minutes, now, person, place,
    release, relocate, stories,
};

stories! {
    random_changes_from_several_connections_never_overlap,
    when_one_gives_a_time_up_one_of_those_who_wait_for_it_has_it,
    another_connection_is_refused_the_same_time,
    a_lowered_capacity_counts_the_seats_that_are_taken_already,
    a_later_booking_of_a_start_may_need_longer_buffers,
    what_breaks_a_rule_is_refused_by_the_database_itself,
    a_transaction_that_reads_cannot_write,
}

/// Numbers that look random and are the same in every run (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end).unwrap()
    }
}

/// Some half hour of someone, with a buffer or without: starts lie 15 minutes apart, so that many overlap and some are
/// identical.
fn somewhere(numbers: &mut Numbers, hosts: [StaffId; 2], calendars: [(CalendarId, u32); 2]) -> TimeClaim {
    let (calendar, capacity) = calendars[numbers.below(2)];
    let minutes = [0, 15, 30, 45, 60, 75, 90, 105][numbers.below(8)];
    let at = place(hosts[numbers.below(2)], calendar, minutes, capacity);
    TimeClaim {
        to: in_minutes(minutes + [30, 35][numbers.below(2)]),
        ..at
    }
}

/// Holds, books, cancels and moves; answers what the database said is kept, and how often it said yes and no.
async fn visitor(
    store: Store,
    seed: u64,
    hosts: [StaffId; 2],
    calendars: [(CalendarId, u32); 2],
) -> (Vec<(AppointmentId, TimeClaim)>, usize, usize) {
    let mut numbers = Numbers(seed);
    let mut mine: Vec<(AppointmentId, TimeClaim)> = Vec::new();
    let (mut kept, mut refused) = (0, 0);
    let holder = VisitorId([u8::try_from(seed).unwrap(); 32]);
    for _ in 0..60 {
        let at = somewhere(&mut numbers, hosts, calendars);
        let mut tx = store.write().await.unwrap();
        let which = (!mine.is_empty()).then(|| numbers.below(mine.len() as u64));
        let answer = match (numbers.below(6), which) {
            (0, Some(which)) => {
                let released = release(&mut tx, mine[which].0).await;
                released.map(|()| {
                    mine.swap_remove(which);
                })
            }
            (1, Some(which)) => {
                let moved = relocate(&mut tx, &[at], mine[which].0, 1, now()).await;
                moved.map(|()| mine[which].1 = at)
            }
            // Some holds have expired by the time that anybody looks.
            (2, _) => hold(&mut tx, &[at], holder, in_minutes(10), now())
                .await
                .map(drop),
            (3, _) => hold(&mut tx, &[at], holder, in_minutes(-1), in_minutes(-11))
                .await
                .map(drop),
            _ => {
                let new = appointment(&mut tx, &at).await;
                let taken = claim_held(
                    &mut tx,
                    &[at],
                    new,
                    1,
                    now(),
                    (Some(holder), Holds::MayBeInTheWay),
                )
                .await;
                taken.map(|()| mine.push((new, at)))
            }
        };
        match answer {
            Ok(()) => kept += 1,
            Err(StoreError::SlotTaken) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        tx.commit().await.unwrap();
    }
    let mut tx = store.write().await.unwrap();
    holds::release(&mut tx, holder, now()).await.unwrap();
    tx.commit().await.unwrap();
    (mine, kept, refused)
}

/// How many rows a rule finds that break it, asked past the store.
async fn count(url: &str, sql: &'static str) -> i64 {
    let (count,): (i64,) = if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
    };
    count
}

const OVERLAPS: &str = "SELECT COUNT(*) FROM occupancy a JOIN occupancy b
    ON a.owner_id = b.owner_id AND a.id <> b.id AND a.from_at < b.to_at AND b.from_at < a.to_at";
const EMPTY_OR_OVERFULL: &str = "SELECT COUNT(*) FROM occupancy o WHERE
    (SELECT COUNT(*) FROM occupancy_seats s WHERE s.occupancy_id = o.id) NOT BETWEEN 1 AND o.capacity";
const SEATS: &str = "SELECT COUNT(*) FROM occupancy_seats";

async fn random_changes_from_several_connections_never_overlap(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let hosts = [person(&mut tx, "ada").await, person(&mut tx, "bob").await];
    let calendars = [
        (booking_calendar(&mut tx, "intro").await, 1),
        (booking_calendar(&mut tx, "class").await, 3),
    ];
    tx.commit().await.unwrap();

    let mut visitors = JoinSet::new();
    for seed in 1..=4 {
        // Each as if it were a process of its own.
        let store = Store::open(&database.url, database.key.clone()).await.unwrap();
        visitors.spawn(visitor(store, seed, hosts, calendars));
    }
    let (mut expected, mut kept, mut refused) = (Vec::new(), 0, 0);
    for (theirs, yes, no) in visitors.join_all().await {
        expected.extend(theirs);
        kept += yes;
        refused += no;
    }
    assert!(
        kept > 20 && refused > 20,
        "both happened: {kept} kept, {refused} refused"
    );
    assert_eq!(count(&database.url, OVERLAPS).await, 0);
    assert_eq!(count(&database.url, EMPTY_OR_OVERFULL).await, 0);
    assert_eq!(
        usize::try_from(count(&database.url, SEATS).await).unwrap(),
        expected.len(),
        "whoever was told yes has one seat, and nobody else has any"
    );
    let mut tx = database.store.read().await.unwrap();
    let spans = busy_time::taken_between(
        &mut tx,
        &hosts.map(TimeOwner::Staff),
        in_minutes(0),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    for (id, at) in &expected {
        let is_theirs = |taken: &OccupiedSpan| {
            (taken.owner, taken.calendar_id, taken.meeting_start)
                == (at.owner, at.calendar_id, at.meeting_start)
        };
        assert!(
            spans
                .iter()
                .any(|taken| is_theirs(taken) && taken.from <= at.from && at.to <= taken.to),
            "{id:?} lost {at:?}"
        );
    }
}

/// Takes a place for an appointment of its own.
async fn take_at_once(store: Store, at: TimeClaim) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let new = appointment(&mut tx, &at).await;
    claim_held(&mut tx, &[at], new, 1, now(), (None, Holds::MayBeInTheWay)).await?;
    tx.commit().await
}

async fn when_one_gives_a_time_up_one_of_those_who_wait_for_it_has_it(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    tx.commit().await.unwrap();
    for round in 0..5 {
        let at = place(host, calendar, 30 * round, 1);
        let mut first = database.store.write().await.unwrap();
        let new = appointment(&mut first, &at).await;
        claim(&mut first, &[at], new, 1, now()).await.unwrap();
        let mut rivals = JoinSet::new();
        for _ in 0..6 {
            rivals.spawn(take_at_once(database.store.clone(), at));
        }
        // Long enough for all of them to wait for the first.
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(first);
        let mut have_it = 0;
        for outcome in rivals.join_all().await {
            match outcome {
                Ok(()) => have_it += 1,
                // Nobody is broken up for having waited for somebody who waits for them.
                Err(StoreError::SlotTaken) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(have_it, 1, "round {round}");
    }
}

async fn another_connection_is_refused_the_same_time(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let at = place(host, calendar, 60, 1);
    let first = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], first, 1, now()).await.unwrap();
    tx.commit().await.unwrap();

    let other = Store::open(&database.url, database.key.clone()).await.unwrap();
    let mut tx = other.write().await.unwrap();
    let second = appointment(&mut tx, &at).await;
    let refused = claim(&mut tx, &[at], second, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
}

async fn a_lowered_capacity_counts_the_seats_that_are_taken_already(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "class").await;
    let mut booked = Vec::new();
    for _ in 0..3 {
        let at = place(host, calendar, 60, 3);
        let next = appointment(&mut tx, &at).await;
        claim(&mut tx, &[at], next, 1, now()).await.unwrap();
        booked.push(next);
    }
    // Seat 1 becomes free, but two remain, which is all that the calendar now allows.
    release(&mut tx, booked[0]).await.unwrap();
    let at = place(host, calendar, 60, 2);
    let next = appointment(&mut tx, &at).await;
    let refused = claim(&mut tx, &[at], next, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
    release(&mut tx, booked[1]).await.unwrap();
    claim(&mut tx, &[at], next, 1, now()).await.unwrap();
}

async fn a_later_booking_of_a_start_may_need_longer_buffers(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "class").await;
    let at = place(host, calendar, 60, 3);
    let first = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], first, 1, now()).await.unwrap();
    let wide = TimeClaim {
        from: in_minutes(50),
        to: in_minutes(100),
        ..at
    };
    let second = appointment(&mut tx, &wide).await;
    claim(&mut tx, &[wide], second, 1, now()).await.unwrap();
    let after = place(host, calendar, 90, 1);
    let third = appointment(&mut tx, &after).await;
    let refused = claim(&mut tx, &[after], third, 1, now()).await;
    assert!(
        matches!(refused, Err(StoreError::SlotTaken)),
        "the wider time is taken: {refused:?}"
    );
    let next = place(host, calendar, 100, 1);
    claim(&mut tx, &[next], third, 1, now()).await.unwrap();
    // No wider than there is room.
    let wider = TimeClaim {
        to: in_minutes(110),
        ..wide
    };
    let fourth = appointment(&mut tx, &wider).await;
    let refused = claim(&mut tx, &[wider], fourth, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
}

/// Runs a statement past the store; answers what the database says against it.
async fn refusal(url: &str, sql: &'static str) -> Option<String> {
    let outcome = if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.map(drop)
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.map(drop)
    };
    outcome.err().map(|error| error.to_string())
}

async fn what_breaks_a_rule_is_refused_by_the_database_itself(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let other = person(&mut tx, "bob").await;
    let calendar = booking_calendar(&mut tx, "class").await;
    for (host, minutes, capacity, seats) in [(host, 60, 2, 2), (host, 90, 1, 1), (other, 60, 1, 1)] {
        let at = place(host, calendar, minutes, capacity);
        let next = appointment(&mut tx, &at).await;
        claim(&mut tx, &[at], next, seats, now()).await.unwrap();
    }
    tx.commit().await.unwrap();

    for (what, sql) in [
        (
            "a second span over the first",
            "INSERT INTO occupancy (id, owner_kind, owner_id, calendar_id, meeting_start, from_at, to_at, capacity, overriding)
             SELECT calendar_id, owner_kind, owner_id, calendar_id, meeting_start + 1, from_at + 1, to_at, 1, FALSE FROM occupancy
             WHERE capacity = 2",
        ),
        (
            "a span that grows over the next",
            "UPDATE occupancy SET to_at = to_at + 60000 WHERE capacity = 2",
        ),
        (
            "a span that changes hands",
            "UPDATE occupancy SET owner_id = (SELECT owner_id FROM occupancy WHERE capacity = 2)
             WHERE owner_id <> (SELECT owner_id FROM occupancy WHERE capacity = 2)",
        ),
        (
            "a seat more than there are",
            "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id)
             SELECT occupancy_id, 3, appointment_id FROM occupancy_seats WHERE seat = 2",
        ),
        (
            "a seat for two",
            "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id)
             SELECT occupancy_id, 2, appointment_id FROM occupancy_seats WHERE seat = 2",
        ),
        (
            "a seat that goes elsewhere",
            "UPDATE occupancy_seats SET seat = 3 WHERE seat = 2",
        ),
        (
            "fewer seats than are taken",
            "UPDATE occupancy SET capacity = 1 WHERE capacity = 2",
        ),
        (
            "a seat of nobody",
            "INSERT INTO occupancy_seats (occupancy_id, seat) SELECT id, 2 FROM occupancy WHERE capacity = 1",
        ),
    ] {
        let refused = refusal(&database.url, sql).await;
        assert!(refused.is_some(), "{what} is let in");
        let refused = refused.unwrap_or_default();
        assert!(
            !refused.contains("syntax") && !refused.contains("no such"),
            "{what}: {refused}"
        );
    }
    assert_eq!(count(&database.url, OVERLAPS).await, 0);
    assert_eq!(count(&database.url, EMPTY_OR_OVERFULL).await, 0);
    assert_eq!(count(&database.url, SEATS).await, 4);
}

async fn a_transaction_that_reads_cannot_write(database: Database) {
    const WRITING: &str = "DELETE FROM staff";
    let mut tx = database.store.read().await.unwrap();
    let outcome = match tx.backend() {
        Backend::Sqlite(tx) => sqlx::query(WRITING).execute(&mut **tx).await.map(drop),
        Backend::Postgres(tx) => sqlx::query(WRITING).execute(&mut **tx).await.map(drop),
    };
    let refused = outcome.unwrap_err().to_string().replace('-', "");
    assert!(refused.contains("readonly"), "{refused}");
}
