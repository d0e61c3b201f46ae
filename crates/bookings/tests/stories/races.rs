//! What happens at the same moment, or a second before.

use bookings::Error;
use bookings::Status;
use bookings::appointments::{self, Actor, Booked, Booking};
use jiff::SignedDuration;
use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinSet;

use crate::database::{Database, stories};
use crate::world::{World, adas_booking, tuesday};

stories! {
    connected_on:
    an_event_added_a_moment_ago_stops_a_move_to_its_time,
    round_robin_passes_over_a_host_whose_event_is_a_moment_old,
    two_who_move_to_one_slot_get_it_once,
    moving_and_cancelling_at_once_ends_as_one_of_both,
    the_events_own_write_never_stops_the_next_booking,
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn an_event_added_a_moment_ago_stops_a_move_to_its_time(world: World) {
    let booked = world.book("10:00").await;
    world.event("Work", "14:00");
    let moved = appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00")).await;
    assert!(matches!(moved, Err(Error::SlotTaken { .. })), "{moved:?}");
    assert_eq!(world.appointment(&booked).await.start, tuesday("10:00"));
    assert!(!world.is_free("10:00").await, "the appointment keeps its time");
    appointments::reschedule(&world.quince, &client(&booked), tuesday("15:00"))
        .await
        .unwrap();
}

async fn round_robin_passes_over_a_host_whose_event_is_a_moment_old(world: World) {
    let mira = world.connected_colleague("Mira").await;
    world.calendar("team", &[world.owner, mira.staff]).await;
    world.event("Work", "10:00");
    let booking = Booking {
        slug: "team".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    assert_eq!(booked.host_name, "Mira", "the first in turn has an event there");
    world.jobs().await;
    assert_eq!(world.events_of(&mira).len(), 1);
    assert_eq!(world.events("Home"), []);
}

async fn two_who_move_to_one_slot_get_it_once(world: World) {
    let booked = [
        world.book("09:00").await,
        world.book("10:00").await,
        world.book("11:00").await,
        world.book("12:00").await,
    ];
    let mut tries = JoinSet::new();
    for one in &booked {
        let (quince, actor) = (world.quince.clone(), client(one));
        tries.spawn(async move { appointments::reschedule(&quince, &actor, tuesday("15:00")).await });
    }
    let outcomes = tries.join_all().await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    world.jobs().await;
    let mut starts = Vec::new();
    for one in &booked {
        starts.push(world.appointment(one).await.start);
    }
    assert_eq!(
        starts.iter().filter(|start| **start == tuesday("15:00")).count(),
        1
    );
    assert_eq!(world.events("Home").len(), 4, "each has its one event");
}

async fn moving_and_cancelling_at_once_ends_as_one_of_both(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let actor = client(&booked);
    let (moved, cancelled) = tokio::join!(
        appointments::reschedule(&world.quince, &actor, tuesday("14:00")),
        appointments::cancel(&world.quince, &actor, ""),
    );
    cancelled.unwrap();
    assert!(matches!(moved, Ok(_) | Err(Error::Refused(_))), "{moved:?}");
    assert_eq!(world.appointment(&booked).await.status, Status::Cancelled);
    assert!(world.is_free("10:00").await && world.is_free("14:00").await);
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
}

async fn the_events_own_write_never_stops_the_next_booking(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    // Its event is still in iCloud, as the removal has not been sent yet.
    assert_eq!(world.events("Home").len(), 1);
    let again = Booking {
        idempotency_key: "again".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, again).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(1));
    world.jobs().await;
    world.sync().await;
    assert_eq!(world.events("Home").len(), 1);
    assert!(!world.is_free("10:00").await);
    let third = Booking {
        idempotency_key: "third".into(),
        ..adas_booking("10:00")
    };
    let third = appointments::book(&world.quince, third).await;
    assert!(matches!(third, Err(Error::SlotTaken { .. })), "{third:?}");
}

/// Waits until somebody waits for a lock.
async fn until_somebody_waits(postgres: &mut PgConnection) {
    const WAITING: &str = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE datname = current_database() AND NOT granted";
    while sqlx::query_scalar::<_, i64>(WAITING)
        .fetch_one(&mut *postgres)
        .await
        .unwrap()
        == 0
    {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// On Postgres alone, as SQLite has one writer, who waits for nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_database_breaks_up_is_done_again_and_never_called_taken() {
    let world = World::connected_on(Database::postgres().await).await;
    let quince = world.quince.clone();
    let booked = world.book("09:00").await;
    let actor = client(&booked);
    let mut watching = PgConnection::connect(world.database.url()).await.unwrap();
    let mut starts = ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"].into_iter();
    for moves in [false, true] {
        loop {
            let start = starts.next().unwrap();
            // It keeps the host's time to itself, and then wants what whoever waits for that has read.
            let mut other = PgConnection::connect(world.database.url()).await.unwrap();
            let mut blocker = other.begin().await.unwrap();
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('owner ' || id, 0)) FROM staff")
                .execute(&mut *blocker)
                .await
                .unwrap();
            let waits = tokio::spawn({
                let (quince, actor) = (quince.clone(), actor.clone());
                async move {
                    if moves {
                        appointments::reschedule(&quince, &actor, tuesday(start))
                            .await
                            .unwrap();
                    } else {
                        appointments::book(&quince, adas_booking(start)).await.unwrap();
                    }
                }
            });
            until_somebody_waits(&mut watching).await;
            // Whoever waits for a second looks for a circle: on a busy machine that can be too early to find one. Then the other finds it.
            let wanted = sqlx::query("LOCK TABLE booking_calendars IN ACCESS EXCLUSIVE MODE")
                .execute(&mut *blocker)
                .await;
            blocker.rollback().await.unwrap();
            waits.await.unwrap();
            if moves {
                assert_eq!(world.appointment(&booked).await.start, tuesday(start));
            } else {
                assert!(!world.is_free(start).await);
            }
            if wanted.is_ok() {
                break;
            }
        }
    }
    let broken_up = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert!(
        world.database.count(broken_up).await >= 2,
        "two waited for each other"
    );
}

/// As when Postgres is started again in the middle of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_whose_connection_is_lost_is_made_all_the_same() {
    const CUT: &str = "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l
        JOIN pg_database d ON d.oid = l.database WHERE datname = current_database() AND NOT granted";
    let world = World::connected_on(Database::postgres().await).await;
    let mut watching = PgConnection::connect(world.database.url()).await.unwrap();
    let mut other = PgConnection::connect(world.database.url()).await.unwrap();
    let mut blocker = other.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('owner ' || id, 0)) FROM staff")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let waits = tokio::spawn({
        let quince = world.quince.clone();
        async move { appointments::book(&quince, adas_booking("14:00")).await }
    });
    until_somebody_waits(&mut watching).await;
    let cut: i64 = sqlx::query_scalar(CUT).fetch_one(&mut watching).await.unwrap();
    assert_eq!(cut, 1);
    blocker.rollback().await.unwrap();
    let booked = waits.await.unwrap().unwrap();
    assert_eq!(world.appointment(&booked).await.start, tuesday("14:00"));
}
