//! What happens at the same moment, or a second before.

use bookings::Status;
use bookings::appointments::{self, Actor, BookError, Booked, Booking, ChangeError};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::database::stories;
use crate::world::{World, adas_wish, tuesday};

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
    assert!(matches!(moved, Err(ChangeError::SlotTaken)), "{moved:?}");
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
    let wish = Booking {
        slug: "team".into(),
        ..adas_wish("10:00")
    };
    let booked = appointments::book(&world.quince, wish).await.unwrap();
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
            matches!(outcome, Ok(_) | Err(ChangeError::SlotTaken)),
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
    assert!(
        matches!(moved, Ok(_) | Err(ChangeError::AlreadyOver(_))),
        "{moved:?}"
    );
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
        ..adas_wish("10:00")
    };
    appointments::book(&world.quince, again).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(1));
    world.jobs().await;
    world.sync().await;
    assert_eq!(world.events("Home").len(), 1);
    assert!(!world.is_free("10:00").await);
    let third = Booking {
        idempotency_key: "third".into(),
        ..adas_wish("10:00")
    };
    let third = appointments::book(&world.quince, third).await;
    assert!(matches!(third, Err(BookError::SlotTaken)), "{third:?}");
}
