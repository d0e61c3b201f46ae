//! No two appointments of one host overlap, whatever the code before the database believes.

use std::sync::Arc;

use store::occupancy::{Holds, TimeClaim};
use store::{Store, StoreError, busy_time, locks};
use tokio::task::JoinSet;

use crate::database::{
    Database, appointment, booking_calendar, claim, claim_held, in_minutes, now, person, place, release,
    relocate, stories,
};

stories! {
    overlapping_time_is_refused_and_touching_time_is_not,
    a_refusal_leaves_the_transaction_usable,
    appointments_of_one_calendar_share_an_identical_start_up_to_the_capacity,
    several_seats_are_taken_together_or_not_at_all,
    several_hosts_are_taken_together_or_not_at_all,
    staff_may_book_over_what_is_taken_and_nobody_over_that,
    a_move_that_is_refused_keeps_the_old_time,
    fifty_at_once_for_one_slot_leave_one,
    fifty_at_once_for_ten_seats_leave_ten,
}

async fn overlapping_time_is_refused_and_touching_time_is_not(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (host, other) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    let calendar = booking_calendar(&mut tx, "intro").await;
    let first = place(host, calendar, 60, 1);
    let booked = appointment(&mut tx, &first).await;
    claim(&mut tx, &[first], booked, 1, now()).await.unwrap();
    for minutes in [31, 45, 60, 89] {
        let overlapping = place(host, calendar, minutes, 1);
        let refused = claim(&mut tx, &[overlapping], booked, 1, now()).await;
        assert!(
            matches!(refused, Err(StoreError::SlotTaken)),
            "{minutes}: {refused:?}"
        );
    }
    for minutes in [30, 90] {
        let touching = place(host, calendar, minutes, 1);
        let next = appointment(&mut tx, &touching).await;
        claim(&mut tx, &[touching], next, 1, now()).await.unwrap();
    }
    let elsewhere = place(other, calendar, 60, 1);
    let next = appointment(&mut tx, &elsewhere).await;
    claim(&mut tx, &[elsewhere], next, 1, now()).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = database.store.read().await.unwrap();
    let taken = busy_time::taken_between(
        &mut tx,
        &[host.into()],
        in_minutes(60),
        in_minutes(90),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].appointment_id, taken[0].taken), (Some(booked), 1));
    let all = busy_time::taken_between(
        &mut tx,
        &[host.into(), other.into()],
        in_minutes(0),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(all.len(), 4);
}

async fn a_refusal_leaves_the_transaction_usable(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let at = place(host, calendar, 60, 1);
    let first = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], first, 1, now()).await.unwrap();
    let second = appointment(&mut tx, &at).await;
    assert!(matches!(
        claim(&mut tx, &[at], second, 1, now()).await,
        Err(StoreError::SlotTaken)
    ));
    let later = place(host, calendar, 120, 1);
    claim(&mut tx, &[later], second, 1, now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn appointments_of_one_calendar_share_an_identical_start_up_to_the_capacity(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let other_calendar = booking_calendar(&mut tx, "other").await;
    let at = place(host, calendar, 60, 2);
    let mut booked = Vec::new();
    for _ in 0..2 {
        let next = appointment(&mut tx, &at).await;
        claim(&mut tx, &[at], next, 1, now()).await.unwrap();
        booked.push(next);
    }
    let third = appointment(&mut tx, &at).await;
    assert!(matches!(
        claim(&mut tx, &[at], third, 1, now()).await,
        Err(StoreError::SlotTaken)
    ));
    let foreign = place(host, other_calendar, 60, 2);
    assert!(matches!(
        claim(&mut tx, &[foreign], third, 1, now()).await,
        Err(StoreError::SlotTaken)
    ));

    release(&mut tx, booked[0]).await.unwrap();
    claim(&mut tx, &[at], third, 1, now()).await.unwrap();
    for left in [booked[1], third] {
        release(&mut tx, left).await.unwrap();
    }
    let taken = busy_time::taken_between(
        &mut tx,
        &[host.into()],
        in_minutes(0),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    assert!(taken.is_empty(), "a span without seats is gone");
    tx.commit().await.unwrap();
}

async fn several_seats_are_taken_together_or_not_at_all(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "class").await;
    let at = place(host, calendar, 60, 4);
    let party = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], party, 3, now()).await.unwrap();
    let two = appointment(&mut tx, &at).await;
    let refused = claim(&mut tx, &[at], two, 2, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
    let one = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], one, 1, now()).await.unwrap();
    let taken = busy_time::taken_between(
        &mut tx,
        &[host.into()],
        in_minutes(0),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(taken.iter().map(|span| span.taken).collect::<Vec<_>>(), [4]);
    release(&mut tx, party).await.unwrap();
    claim(&mut tx, &[at], two, 2, now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn several_hosts_are_taken_together_or_not_at_all(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (ada, bob) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    let calendar = booking_calendar(&mut tx, "panel").await;
    let of_bob = place(bob, calendar, 75, 1);
    let in_the_way = appointment(&mut tx, &of_bob).await;
    claim(&mut tx, &[of_bob], in_the_way, 1, now()).await.unwrap();
    let both = [place(ada, calendar, 60, 1), place(bob, calendar, 60, 1)];
    let together = appointment(&mut tx, &both[0]).await;
    let refused = claim(&mut tx, &both, together, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
    let taken = busy_time::taken_between(
        &mut tx,
        &[ada.into()],
        in_minutes(0),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(taken, [], "nobody's time is taken for half an appointment");

    let later = both.map(|at| TimeClaim {
        from: in_minutes(120),
        to: in_minutes(150),
        meeting_start: in_minutes(120),
        ..at
    });
    claim(&mut tx, &later, together, 1, now()).await.unwrap();
    let refused = relocate(&mut tx, &both, together, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
    let taken = busy_time::taken_between(
        &mut tx,
        &[ada.into(), bob.into()],
        in_minutes(110),
        in_minutes(600),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(taken.len(), 2, "both keep the old time");
    tx.commit().await.unwrap();
}

async fn staff_may_book_over_what_is_taken_and_nobody_over_that(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let at = place(host, calendar, 60, 2);
    let first = appointment(&mut tx, &at).await;
    claim(&mut tx, &[at], first, 1, now()).await.unwrap();
    let over = TimeClaim {
        from: in_minutes(75),
        to: in_minutes(105),
        overriding: true,
        ..at
    };
    let second = appointment(&mut tx, &over).await;
    claim(&mut tx, &[over], second, 1, now()).await.unwrap();
    let after = place(host, calendar, 90, 1);
    let third = appointment(&mut tx, &after).await;
    let refused = claim(&mut tx, &[after], third, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)), "{refused:?}");
    // What was there before keeps its room for others.
    claim(&mut tx, &[at], third, 1, now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_move_that_is_refused_keeps_the_old_time(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let (at, busy) = (place(host, calendar, 60, 1), place(host, calendar, 120, 1));
    let mine = appointment(&mut tx, &at).await;
    let theirs = appointment(&mut tx, &busy).await;
    claim(&mut tx, &[at], mine, 1, now()).await.unwrap();
    claim(&mut tx, &[busy], theirs, 1, now()).await.unwrap();
    let refused = relocate(&mut tx, &[place(host, calendar, 105, 1)], mine, 1, now()).await;
    assert!(matches!(refused, Err(StoreError::SlotTaken)));
    let taken = busy_time::taken_between(
        &mut tx,
        &[host.into()],
        in_minutes(60),
        in_minutes(90),
        now(),
        None,
    )
    .await
    .unwrap();
    assert_eq!(taken[0].appointment_id, Some(mine));
    // A quarter of an hour later overlaps only its own old time.
    relocate(&mut tx, &[place(host, calendar, 75, 1)], mine, 1, now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// So many at once try to take the same time; answers how many did.
async fn race(store: &Store, capacity: u32) -> usize {
    let mut tx = store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    tx.commit().await.unwrap();
    let mut visitors = JoinSet::new();
    let store = Arc::new(store.clone());
    for _ in 0..50 {
        let store = Arc::clone(&store);
        visitors.spawn(async move {
            let at = place(host, calendar, 60, capacity);
            let mut tx = store.write().await.unwrap();
            let mine = appointment(&mut tx, &at).await;
            match claim(&mut tx, &[at], mine, 1, now()).await {
                Ok(()) => tx.commit().await.is_ok(),
                Err(StoreError::SlotTaken) => false,
                Err(error) => panic!("{error}"),
            }
        });
    }
    visitors.join_all().await.into_iter().filter(|won| *won).count()
}

async fn fifty_at_once_for_one_slot_leave_one(database: Database) {
    assert_eq!(race(&database.store, 1).await, 1);
}

async fn fifty_at_once_for_ten_seats_leave_ten(database: Database) {
    assert_eq!(race(&database.store, 10).await, 10);
}

/// SQLite has one writer at a time, whatever they want.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_only_those_who_want_the_same_time_of_a_host_wait_for_each_other() {
    let database = Database::postgres().await;
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let at = |minutes| place(host, calendar, minutes, 1);
    let mut booked = Vec::new();
    for minutes in [60, 90, 75] {
        booked.push(appointment(&mut tx, &at(minutes)).await);
    }
    tx.commit().await.unwrap();

    let mut first = database.store.write().await.unwrap();
    let mut second = database.store.write().await.unwrap();
    let mut third = database.store.write().await.unwrap();
    claim_held(
        &mut first,
        &[at(60)],
        booked[0],
        1,
        now(),
        (None, Holds::MayBeInTheWay),
    )
    .await
    .unwrap();
    // Neither of the first two has committed, and neither waits.
    claim_held(
        &mut second,
        &[at(90)],
        booked[1],
        1,
        now(),
        (None, Holds::MayBeInTheWay),
    )
    .await
    .unwrap();
    let overlapping = [at(75)];
    let taken = claim_held(
        &mut third,
        &overlapping,
        booked[2],
        1,
        now(),
        (None, Holds::MayBeInTheWay),
    );
    let commits = async {
        first.commit().await.unwrap();
        second.commit().await.unwrap();
    };
    let (taken, ()) = tokio::join!(taken, commits);
    assert!(matches!(taken, Err(StoreError::SlotTaken)), "{taken:?}");
}

/// Who changes more than one span of a host at a time is alone with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_whoever_queues_for_a_host_waits_for_those_who_book() {
    let database = Database::postgres().await;
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let at = place(host, calendar, 60, 1);
    let booked = appointment(&mut tx, &at).await;
    tx.commit().await.unwrap();

    let mut books = database.store.write().await.unwrap();
    claim_held(&mut books, &[at], booked, 1, now(), (None, Holds::MayBeInTheWay))
        .await
        .unwrap();
    let store = database.store.clone();
    let alone = tokio::spawn(async move {
        let mut tx = store.write().await.unwrap();
        let _locked = locks::owners(&mut tx, [host]).await.unwrap();
        busy_time::taken_between(
            &mut tx,
            &[host.into()],
            in_minutes(0),
            in_minutes(120),
            now(),
            None,
        )
        .await
        .unwrap()
    });
    // Were it not for the queue, this would be seen before it is kept.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!alone.is_finished());
    books.commit().await.unwrap();
    assert_eq!(alone.await.unwrap().len(), 1);
}
