//! One odd calendar does not stop everybody: what is kept of it is bounded, stored in small parts, and what is not kept is not
//! free.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bookings::availability::{self, SlotQuery};
use bookings::connections::{self, EventsInIcloud};
use bookings::{DateRange, booking_calendars, warnings};
use jiff::Timestamp;
use store::external_events;
use zones::Zone;

use crate::database::stories;
use crate::world::{World, date};

stories! {
    connected_on:
    of_too_many_events_less_time_is_kept_and_the_rest_is_not_free,
    others_write_while_an_odd_calendar_is_read,
    a_clock_that_is_ahead_gives_up_no_time_to_come,
    a_sync_that_breaks_off_on_our_side_is_put_off,
}

fn series(uid: usize, start: &str, rule: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:series-{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:{start}\r\nDURATION:PT5M\r\nRRULE:{rule}\r\nSUMMARY:Again\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn rows(world: &World) -> u64 {
    let work = world.remote("Work").await;
    let mut tx = world.quince.store().read().await.unwrap();
    external_events::count_instances(&mut tx, work).await.unwrap()
}

async fn free_on(world: &World, day: &str) -> usize {
    let (day, zone) = (date(day), Zone::utc());
    let free = availability::free(&world.quince, &SlotQuery::new("intro", day, day, &zone))
        .await
        .unwrap();
    free.days.get(&day).map_or(0, Vec::len)
}

async fn can_be_booked_for_five_years(world: &World) {
    let (id, mut form) = world.form_of("intro").await;
    form.settings.rules.range = DateRange::Unlimited;
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

async fn of_too_many_events_less_time_is_kept_and_the_rest_is_not_free(world: World) {
    can_be_booked_for_five_years(&world).await;
    let work = world.icloud("Work");
    let put = |uid| {
        world
            .control
            .put_event(work, &series(uid, "20200101T030000Z", "FREQ=DAILY"))
    };
    let hrefs: Vec<String> = (0..60).map(put).collect();
    world.sync().await;
    let kept = rows(&world).await;
    assert!((1..=100_000).contains(&kept), "{kept}");
    assert!(free_on(&world, "2026-11-24").await > 0 && free_on(&world, "2028-06-06").await > 0);
    assert_eq!(free_on(&world, "2030-06-04").await, 0, "not kept, so not free");
    let connection = world.connection().await;
    let calendar = connection
        .calendars
        .iter()
        .find(|calendar| calendar.name == "Work")
        .unwrap();
    let problem = calendar.problem.as_deref().unwrap();
    assert!(
        problem.contains("100,000 dates") && problem.contains("not offered"),
        "{problem}"
    );
    let warnings = warnings::of(&world.quince, world.owner).await.unwrap();
    assert!(
        warnings
            .iter()
            .any(|warning| warning.title == "“Work” has too many events"),
        "{warnings:?}"
    );
    // When most of it is gone everything is back.
    for href in &hrefs[10..] {
        world.control.delete_event(work, href);
    }
    world.sync().await;
    world.sync().await;
    assert!(free_on(&world, "2030-06-04").await > 0);
    assert_eq!(warnings::of(&world.quince, world.owner).await.unwrap(), []);
    connections::disconnect(&world.quince, world.owner, connection.id, EventsInIcloud::Keep)
        .await
        .unwrap();
    let mut tx = world.quince.store().read().await.unwrap();
    assert_eq!(
        external_events::count_instances(&mut tx, calendar.id)
            .await
            .unwrap(),
        0
    );
    assert_eq!(external_events::count(&mut tx, calendar.id).await.unwrap(), 0);
}

/// A clock that is ahead takes days to come for over, and after its first read nothing tells that they are not.
async fn a_clock_that_is_ahead_gives_up_no_time_to_come(world: World) {
    let work = world.icloud("Work");
    let put = |uid| {
        let ics = series(uid, "20200101T000000Z", "FREQ=HOURLY;INTERVAL=6");
        world.control.put_event(work, &ics);
    };
    (0..50).for_each(put);
    world.event("Work", "10:00");
    world.sync().await;
    assert!(!world.is_free("10:00").await && world.is_free("14:00").await);
    let right = world.quince.now();
    world.clock.advance(jiff::SignedDuration::from_hours(3 * 24));
    world.sync().await;
    // Too many from now on.
    (50..65).for_each(put);
    world.sync().await;
    let kept = rows(&world).await;
    assert!((1..=100_000).contains(&kept), "{kept}");
    world.control.set_down(true);
    world.clock.set(right + jiff::SignedDuration::from_secs(6));
    world.jobs().await;
    assert!(!world.is_free("10:00").await);
    assert!(world.is_free("14:00").await, "what was known counts");
}

async fn others_write_while_an_odd_calendar_is_read(world: World) {
    can_be_booked_for_five_years(&world).await;
    let work = world.icloud("Work");
    for uid in 0..30 {
        world
            .control
            .put_event(work, &series(uid, "20200101T030000Z", "FREQ=DAILY"));
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let others = tokio::spawn({
        let (store, is_over) = (world.quince.store().clone(), Arc::clone(&is_over));
        let work = world.remote("Work").await;
        async move {
            // What is stored between two turns of somebody else, as they see it.
            let mut seen = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let mut tx = store.write().await.unwrap();
                seen.push(external_events::count_instances(&mut tx, work).await.unwrap());
                tx.commit().await.unwrap();
                tokio::task::yield_now().await;
            }
            seen
        }
    });
    world.sync().await;
    is_over.store(true, Ordering::Relaxed);
    let mut seen = others.await.unwrap();
    let (kept, turns) = (rows(&world).await, seen.len());
    assert!(kept > 30 * 1_800, "{kept}");
    seen.dedup();
    // One transaction for each event, or more.
    assert!(seen.len() >= 10, "{turns} turns saw {seen:?}");
}

async fn a_sync_that_breaks_off_on_our_side_is_put_off(world: World) {
    let id = world.connection().await.id;
    world.later(2).await;
    let mut tx = world.quince.store().write().await.unwrap();
    let discovered = store::connections::Discovered {
        principal_url: "nowhere".into(),
        home_urls: vec!["no address".into()],
        addresses: Vec::new(),
    };
    store::connections::set_discovered(&mut tx, id, &discovered)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tries = 0;
    for _ in 0..120 {
        world.clock.advance(jiff::SignedDuration::from_secs(60));
        tries += world.jobs().await.synced;
    }
    assert!((4..=10).contains(&tries), "{tries} in two hours");
    let mut tx = world.quince.store().read().await.unwrap();
    let found = store::connections::find(&mut tx, id).await.unwrap().unwrap();
    assert!(found.failures >= 4 && found.next_sync_at > Timestamp::MIN);
}
