//! Odd data: each event reaches the client as it is, and a query for its time finds it.

use sandbox::{Options, Seed, large_attachment, oddities};
use zones::Zone;

use crate::harness::{at, in_range, world, world_of};

#[tokio::test]
async fn every_odd_event_that_blocks_is_found_by_a_query_for_its_time() {
    let world = world().await;
    let planted = world.control.put_oddities(world.calendar("Home"));
    assert_eq!(planted.len(), 13);
    for (odd, href) in planted {
        let Some((start, end)) = odd.blocks else { continue };
        let text = |instant: jiff::Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
        let reply = world
            .report(&world.path("Home"), &in_range(&text(start), &text(end)))
            .await;
        assert!(
            reply.row(&href).contains(&odd.ics),
            "{} must come back as it is",
            odd.name
        );
    }
}

#[tokio::test]
async fn odd_events_do_not_break_the_page() {
    let world = world().await;
    world.control.put_oddities(world.calendar("Home"));
    let reply = world.bare("GET", "/practice/", &[], "").await;
    assert_eq!(reply.status, 200);
    for shown in [
        "travel-time",
        "floating",
        "odd-tzid",
        "control-characters",
        "all-day-without-transp",
    ] {
        assert!(
            reply.body.contains(&format!("<strong>{shown}</strong>")),
            "{shown}"
        );
    }
}

#[test]
fn each_oddity_has_a_day_of_its_own() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let all = oddities(at("2026-11-23T12:00:00Z"), &berlin, "maya@icloud.example");
    let mut spans: Vec<_> = all.iter().filter_map(|odd| odd.blocks).collect();
    spans.sort();
    assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
}

#[tokio::test]
async fn an_event_with_a_large_attachment_is_served() {
    let world = world().await;
    let ics = large_attachment("big", at("2026-11-24T15:00:00Z"), 4 * 1024 * 1024);
    let href = world.control.put_event(world.calendar("Home"), &ics);
    let reply = world
        .report(
            &world.path("Home"),
            &in_range("20261124T150000Z", "20261124T151500Z"),
        )
        .await;
    assert!(ics.len() > 4 * 1024 * 1024 && reply.row(&href).len() > ics.len());
}

#[tokio::test]
async fn the_odd_seed_holds_each_oddity_and_a_20_mb_attachment_and_the_empty_one_nothing() {
    let seeded = |seed| async {
        world_of(Options {
            seed,
            ..Options::default()
        })
        .await
    };
    let world = seeded(Seed::Odd).await;
    let events = world.control.events(world.calendar("Home"));
    let expected = [
        "travel-time",
        "override",
        "cancelled-override",
        "exdate-in-utc",
        "floating",
        "odd-tzid",
        "duplicate-dtstamp",
        "all-day-without-transp",
        "duration-instead-of-end",
        "no-end",
        "control-characters",
        "transparent",
        "declined",
        "attachment",
    ];
    for name in expected {
        assert!(events.iter().any(|event| event.uid == name), "{name}");
    }
    assert_eq!(events.len(), expected.len());
    let attachment = events.iter().find(|event| event.uid == "attachment").unwrap();
    assert!((19_000_000..=20 * 1024 * 1024).contains(&attachment.ics.len()));
    let declined = events.iter().find(|event| event.uid == "declined").unwrap();
    let me = world.control.default_account().apple_id;
    assert!(declined.ics.contains(&format!("PARTSTAT=DECLINED:mailto:{me}")));
    assert!(world.control.events(world.calendar("Work")).is_empty());

    let empty = seeded(Seed::Empty).await;
    assert!(empty.control.events(empty.calendar("Home")).is_empty());
}
