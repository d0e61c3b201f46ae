//! The background jobs as they run in the server.

use std::time::Duration;

use bookings::{WriteState, jobs};
use tokio::sync::oneshot;

use crate::database::stories;
use crate::world::World;

stories! {
    connected_on:
    a_booking_is_pushed_without_waiting_and_the_jobs_stop_when_told,
    two_processes_write_each_event_once,
}

async fn a_booking_is_pushed_without_waiting_and_the_jobs_stop_when_told(world: World) {
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(jobs::run(world.quince.clone(), async move {
        let _ = stopped.await;
    }));
    let booked = world.book("10:00").await;
    while world.appointment(&booked).await.write.unwrap().state != WriteState::Written {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.events("Home").len(), 1);
    stop.send(()).unwrap();
    running.await.unwrap();
    let late = world.book("11:00").await;
    assert_eq!(
        world.appointment(&late).await.write.unwrap().state,
        WriteState::Waiting
    );
}

async fn two_processes_write_each_event_once(world: World) {
    for time in ["09:00", "10:00", "11:00", "12:00", "13:00"] {
        world.book(time).await;
    }
    let (one, other) = tokio::join!(jobs::run_due(&world.quince), jobs::run_due(&world.quince));
    assert_eq!(one.unwrap().written + other.unwrap().written, 5);
    assert_eq!(world.requests("PUT"), 5);
    assert_eq!(world.events("Home").len(), 5);
}
