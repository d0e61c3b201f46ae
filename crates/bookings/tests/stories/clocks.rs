//! Clocks that are wrong for a while: what happened then must not last until their time comes.

use std::sync::Arc;
use std::time::Duration;

use bookings::clock::Clock;
use bookings::{ConnectionState, Quince, WriteState, jobs};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Fault, PasswordState};
use store::connections as rows;

use crate::database::stories;
use crate::world::{NOW, World, adas_booking, at, tuesday};

stories! {
    connected_on:
    after_a_clock_was_ahead_icloud_is_read_at_once,
    after_a_clock_was_ahead_for_years_nothing_is_offered_that_is_not_known,
    what_failed_while_a_clock_was_ahead_is_tried_at_once,
    what_was_asked_for_while_a_clock_was_ahead_is_done_at_once,
    a_lease_of_a_clock_that_was_ahead_has_ended,
    a_refusal_noted_by_a_clock_that_was_ahead_keeps_no_look_from_being_made,
    a_hold_of_a_clock_that_was_ahead_ends_in_time,
    reminders_wait_for_their_day_whatever_the_clock_did,
    an_event_deleted_after_a_clock_was_ahead_is_noticed,
}

const SIX_SECONDS: SignedDuration = SignedDuration::from_secs(6);

/// Three days.
fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// The clock is ahead for a moment, in which something happens; then it is right again.
async fn ahead(world: &World, by: SignedDuration, happens: impl AsyncFnOnce()) {
    let right = world.quince.now();
    world.clock.set(right + by);
    happens().await;
    world.clock.set(right + SIX_SECONDS);
}

async fn after_a_clock_was_ahead_icloud_is_read_at_once(world: World) {
    for jump in [
        SignedDuration::from_mins(20),
        SignedDuration::from_hours(12),
        days(3),
        days(400),
    ] {
        world.jobs().await;
        ahead(&world, jump, async || {
            world.jobs().await;
        })
        .await;
        let seen = world.connection().await;
        assert_eq!(seen.state, ConnectionState::Stale, "{jump:?}");
        assert!(seen.freshness.contains("yet to come"), "{}", seen.freshness);
        let path = world.event("Home", "09:00");
        assert_eq!(world.jobs().await.synced, 1, "{jump:?}");
        assert_eq!(world.connection().await.state, ConnectionState::Connected);
        let free = world.free().await;
        assert!(!free.contains(&"09:00".to_owned()), "{jump:?}");
        assert!(free.contains(&"11:00".to_owned()), "{jump:?}: {free:?}");
        world.control.delete_event(world.icloud("Home"), &path);
        world.later(2).await;
        assert!(world.is_free("09:00").await, "{jump:?}");
        world.clock.set(at(NOW));
        world.jobs().await;
    }
}

async fn after_a_clock_was_ahead_for_years_nothing_is_offered_that_is_not_known(world: World) {
    world.event("Home", "09:00");
    world.later(2).await;
    assert!(!world.is_free("09:00").await);
    // A read by such a clock drops what is long over by then.
    ahead(&world, days(3_000), async || {
        world.jobs().await;
    })
    .await;
    world.control.set_down(true);
    world.jobs().await;
    assert_eq!(world.free().await, [""; 0]);
    world.control.set_down(false);
    world.later(2).await;
    let free = world.free().await;
    assert!(
        !free.contains(&"09:00".to_owned()) && free.contains(&"11:00".to_owned()),
        "{free:?}"
    );
}

async fn what_failed_while_a_clock_was_ahead_is_tried_at_once(world: World) {
    let mails = world.folder.path().join("mails");
    for (n, (time, jump)) in [("10:00", SignedDuration::from_mins(20)), ("11:00", days(3))]
        .into_iter()
        .enumerate()
    {
        let booked = world.book(time).await;
        let sent = world.mails().len();
        // Neither mails nor events can go out.
        std::fs::rename(&mails, world.folder.path().join("kept")).ok();
        std::fs::write(&mails, "in the way").unwrap();
        world.control.set_down(true);
        ahead(&world, jump, async || {
            world.jobs().await;
        })
        .await;
        let seen = world.appointment(&booked).await;
        assert_eq!(seen.write.unwrap().state, WriteState::Waiting);
        world.control.set_down(false);
        std::fs::remove_file(&mails).unwrap();
        std::fs::rename(world.folder.path().join("kept"), &mails).ok();
        let done = world.jobs().await;
        assert_eq!((done.synced, done.written), (1, 1), "{jump:?}");
        assert!(done.mailed > 0 && world.mails().len() > sent, "{jump:?}");
        assert_eq!(world.events("Home").len(), n + 1);
    }
    assert!(world.mails().iter().any(|mail| mail.contains("ada@example.com")));
}

async fn what_was_asked_for_while_a_clock_was_ahead_is_done_at_once(world: World) {
    let booking = bookings::appointments::Booking {
        start: tuesday("10:00") + days(7),
        ..adas_booking("10:00")
    };
    ahead(&world, days(3), async || {
        bookings::appointments::book(&world.quince, booking)
            .await
            .unwrap();
    })
    .await;
    let done = world.jobs().await;
    assert_eq!(done.written, 1);
    assert_eq!(world.events("Home").len(), 1);
    let mails = world.mails();
    assert!(
        mails.iter().any(|mail| mail.contains("ada@example.com")),
        "{mails:?}"
    );
    assert_eq!(done.mailed as usize, mails.len(), "the reminders wait");
}

async fn a_lease_of_a_clock_that_was_ahead_has_ended(world: World) {
    world.book("10:00").await;
    ahead(&world, days(3), async || {
        // A process that dies with all that it has in its hands.
        let now = world.quince.now();
        let until = now + SignedDuration::from_mins(2);
        let mut tx = world.database.store.write().await.unwrap();
        let writes = store::event_writes::claim_due(&mut tx, now, until, 8)
            .await
            .unwrap();
        let mails = store::messages::claim_due(&mut tx, now, until, 8).await.unwrap();
        let read = rows::claim_due(&mut tx, now, until, 8).await.unwrap();
        assert!(!writes.is_empty() && !mails.is_empty() && !read.is_empty());
        tx.commit().await.unwrap();
    })
    .await;
    world.clock.advance(SignedDuration::from_mins(2));
    let done = world.jobs().await;
    assert_eq!((done.synced, done.written), (1, 1));
    assert!(done.mailed > 0);
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_refusal_noted_by_a_clock_that_was_ahead_keeps_no_look_from_being_made(world: World) {
    let account = world.control.accounts()[0];
    ahead(&world, SignedDuration::from_hours(12), async || {
        world.control.set_password_state(account, PasswordState::Revoked);
        world.jobs().await;
        world.control.set_password_state(account, PasswordState::Ok);
    })
    .await;
    world.event("Home", "10:00");
    assert!(world.try_to_book("10:00").await.is_err());
}

async fn a_hold_of_a_clock_that_was_ahead_ends_in_time(world: World) {
    use bookings::appointments::{HoldRequest, hold, holder};
    let request = HoldRequest {
        slug: "intro".into(),
        start: tuesday("10:00") + days(7),
        host: None,
        services: Vec::new(),
    };
    ahead(&world, days(3), async || {
        hold(
            &world.quince,
            holder("a secret of a session, long enough"),
            &request,
        )
        .await
        .unwrap();
    })
    .await;
    let other = holder("somebody else's secret, long enough");
    world.jobs().await;
    hold(&world.quince, other, &request).await.unwrap();
}

async fn reminders_wait_for_their_day_whatever_the_clock_did(world: World) {
    let booking = bookings::appointments::Booking {
        start: tuesday("10:00") + days(28),
        ..adas_booking("10:00")
    };
    bookings::appointments::book(&world.quince, booking)
        .await
        .unwrap();
    world.jobs().await;
    let before = world.mails().len();
    ahead(&world, days(3), async || {
        world.jobs().await;
    })
    .await;
    for _ in 0..3 {
        world.later(60).await;
    }
    assert_eq!(world.mails().len(), before);
    world.clock.set(tuesday("10:30") + days(27));
    world.jobs().await;
    assert_eq!(world.mails().len(), before + 1, "the first reminder");
}

async fn an_event_deleted_after_a_clock_was_ahead_is_noticed(world: World) {
    let booked = world.book("10:00").await;
    ahead(&world, days(3), async || {
        world.jobs().await;
    })
    .await;
    let path = world.events("Home")[0].href.clone();
    world.later(5).await;
    world.control.delete_event(world.icloud("Home"), &path);
    world.later(5).await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.write.unwrap().state, WriteState::ChangedInIcloud);
}

/// The machine's clock with an error, as a process has it.
struct Wrong(SignedDuration);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.0
    }

    fn is_actual(&self) -> bool {
        true
    }
}

/// On Postgres alone, as no two processes share an SQLite database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_whose_clocks_differ_do_not_hold_the_same_lease() {
    let world = World::on(crate::database::Database::postgres().await).await;
    world.clock.set(Timestamp::now());
    let id = world.connect().await;
    world.jobs().await;
    let process = async |off: i64| {
        let store = world.database.open_again().await;
        let clock = Arc::new(Wrong(SignedDuration::from_mins(off)));
        Quince::new(world.quince.settings().clone(), store, clock).unwrap()
    };
    for (first, second) in [(0, 5), (5, 0), (-7, 7), (7, -7)] {
        let (one, other) = (process(first).await, process(second).await);
        world
            .control
            .inject_on("PROPFIND", Fault::Slow(Duration::from_secs(2)));
        let reads = world.requests("PROPFIND");
        let reading = tokio::spawn({
            let one = one.clone();
            async move { bookings::sync::connection(&one, id).await }
        });
        while world.requests("PROPFIND") == reads {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let done = jobs::run_due(&other).await.unwrap();
        assert_eq!(
            done.synced, 0,
            "{second} minutes off, while {first} minutes off reads"
        );
        reading.await.unwrap().unwrap();
    }
}
