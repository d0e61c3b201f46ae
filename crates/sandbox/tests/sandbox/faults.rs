//! Everything that goes wrong on the way.

use std::time::{Duration, Instant};

use sandbox::{Fault, RetryAfter};

use crate::harness::{Reply, World, at, event, propfind, world};

async fn ask(world: &World) -> Reply {
    world.propfind(&world.path("Home"), "0", "<d:displayname/>").await
}

#[tokio::test]
async fn throttling_says_when_to_come_back_in_each_form() {
    let world = world().await;
    let date = RetryAfter::At(at("2026-11-23T12:30:00Z"));
    for (after, header) in [
        (RetryAfter::Missing, None),
        (RetryAfter::Seconds(120), Some("120")),
        (date, Some("Mon, 23 Nov 2026 12:30:00 GMT")),
    ] {
        for (fault, status) in [
            (Fault::Unavailable(after), 503),
            (Fault::TooManyRequests(after), 429),
        ] {
            world.control.inject(fault);
            let reply = ask(&world).await;
            assert_eq!((reply.status, reply.header("retry-after")), (status, header));
        }
    }
    assert_eq!(ask(&world).await.status, 207, "each fault strikes once");
}

#[tokio::test]
async fn a_throttling_403_comes_although_the_login_is_right() {
    let world = world().await;
    world.control.inject(Fault::ForbiddenThrottle);
    world.control.inject(Fault::ServerError);
    assert_eq!(ask(&world).await.status, 403);
    assert_eq!(ask(&world).await.status, 500);
    assert_eq!(ask(&world).await.status, 207);
}

#[tokio::test]
async fn a_fault_for_one_method_leaves_the_others_alone() {
    let world = world().await;
    world
        .control
        .inject_on("put", Fault::Unavailable(RetryAfter::Missing));
    assert_eq!(ask(&world).await.status, 207);
    let path = format!("{}one.ics", world.path("Home"));
    assert_eq!(world.put(&path, &[], &event("one")).await.status, 503);
    assert_eq!(world.put(&path, &[], &event("one")).await.status, 201);
}

#[tokio::test]
async fn a_slow_answer_is_late_and_right() {
    let world = world().await;
    let begun = Instant::now();
    world.control.inject(Fault::Slow(Duration::from_millis(150)));
    assert_eq!(ask(&world).await.status, 207);
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_body_can_break_off_or_end_early() {
    let world = world().await;
    let whole = ask(&world).await.body;
    world.control.inject(Fault::CutShort);
    let half = ask(&world).await;
    assert!(half.status == 207 && half.body.len() < whole.len() && whole.starts_with(&half.body));
    world.control.inject(Fault::BrokenBody);
    let (path, body) = (world.path("Home"), propfind("<d:displayname/>"));
    let broken = world.try_send("PROPFIND", &path, &[("Depth", "0")], &body).await;
    assert!(broken.is_err());
}

#[tokio::test]
async fn while_down_every_connection_is_reset_and_nothing_takes_effect() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.control.set_down(true);
    for _ in 0..3 {
        assert!(
            world
                .try_send("PUT", &path, &[("Content-Type", "text/calendar")], &event("one"))
                .await
                .is_err()
        );
    }
    assert!(world.control.events(world.calendar("Home")).is_empty());
    assert_eq!(
        world.bare("GET", "/practice/", &[], "").await.status,
        200,
        "the page keeps working"
    );
    world.control.set_down(false);
    assert_eq!(world.put(&path, &[], &event("one")).await.status, 201);
}

#[tokio::test]
async fn an_outage_can_take_any_form_and_ends_when_cleared() {
    let world = world().await;
    world
        .control
        .set_outage(Some(Fault::Unavailable(RetryAfter::Seconds(5))));
    assert_eq!((ask(&world).await.status, ask(&world).await.status), (503, 503));
    world.control.clear_faults();
    assert_eq!(ask(&world).await.status, 207);
}

#[tokio::test]
async fn an_answer_can_be_lost_although_the_request_took_effect() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.control.inject(Fault::ResetAfterEffect);
    let headers = [("Content-Type", "text/calendar"), ("If-None-Match", "*")];
    let lost = world.try_send("PUT", &path, &headers, &event("one")).await;
    assert!(lost.is_err());
    assert_eq!(world.control.events(world.calendar("Home")).len(), 1);
    assert_eq!(
        world
            .put(&path, &[("If-None-Match", "*")], &event("one"))
            .await
            .status,
        412
    );
    assert_eq!(world.control.requests()[0].status, None, "nobody saw an answer");
}

#[tokio::test]
async fn a_slow_line_brings_the_same_answer_later() {
    let world = world().await;
    let path = format!("{}big.ics", world.path("Home"));
    let padding = format!("X-PAD:{}\r\n", "x".repeat(60)).repeat(1_000);
    let text = event("big").replace("SEQUENCE:0\r\n", &padding);
    world.put(&path, &[("If-None-Match", "*")], &text).await;
    let usual = world.send("GET", &path, &[], "").await;
    world.switch(|switches| switches.bytes_per_second = Some(200_000));
    let began = Instant::now();
    let slow = world.send("GET", &path, &[], "").await;
    assert!(
        began.elapsed() >= Duration::from_millis(300),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(slow.body, usual.body);
}
