//! Starting, stopping, saving.

use std::net::{IpAddr, Ipv4Addr};

use sandbox::{Options, Sandbox, SandboxError, Seed};

use crate::harness::{at, event, practice, world, world_of};

#[tokio::test]
async fn it_refuses_addresses_that_others_can_reach() {
    for address in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(192, 168, 0, 1)] {
        let options = Options {
            address: IpAddr::V4(address),
            ..Options::default()
        };
        let refused = Sandbox::start(options).await;
        assert!(matches!(refused, Err(SandboxError::NotLoopback(named)) if named == address));
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let world = world().await;
    let port: u16 = world
        .sandbox
        .entry_url()
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = Sandbox::start(Options::default().ports(port, 0))
        .await
        .unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn stopping_frees_the_ports() {
    let first = Sandbox::start(Options::default()).await.unwrap();
    let port = |url: String| -> u16 {
        url.trim_end_matches('/')
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let (entry, partition) = (port(first.entry_url()), port(first.partition_url()));
    first.stop().await;
    let again = Sandbox::start(Options::default().ports(entry, partition))
        .await
        .unwrap();
    assert_eq!(
        (port(again.entry_url()), port(again.partition_url())),
        (entry, partition)
    );
}

#[tokio::test]
async fn a_saved_sandbox_starts_again_with_the_same_addresses_and_events() {
    let first = practice().await;
    first.control.put_event(first.calendar("Home"), &event("mine"));
    let token = first
        .propfind(&first.path("Home"), "0", "<d:sync-token/>")
        .await
        .body;
    let saved = first.control.save().unwrap();
    let second = world_of(Options {
        seed: Seed::Saved(saved),
        ..Options::default()
    })
    .await;
    assert_eq!(second.control.logins(), first.control.logins());
    assert_eq!(
        second.control.calendars(second.account()),
        first.control.calendars(first.account())
    );
    let texts = |world: &crate::harness::World| {
        let all = world.control.events(world.calendar("Home"));
        all.into_iter()
            .map(|event| (event.href, event.ics))
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&second), texts(&first));
    assert_ne!(
        second
            .propfind(&second.path("Home"), "0", "<d:sync-token/>")
            .await
            .body,
        token,
        "tokens are not kept"
    );
}

#[tokio::test]
async fn nonsense_is_no_saved_sandbox() {
    let options = Options {
        seed: Seed::Saved("{}".into()),
        ..Options::default()
    };
    assert!(matches!(
        Sandbox::start(options).await,
        Err(SandboxError::Saved(_))
    ));
}

#[tokio::test]
async fn the_person_with_the_phone_can_do_everything_through_the_control() {
    let world = world().await;
    let home = world.calendar("Home");
    let href = world.control.add_simple_event(
        home,
        "Tea",
        at("2026-11-24T15:00:00Z"),
        at("2026-11-24T15:30:00Z"),
    );
    let before = world.control.events(home)[0].clone();
    assert_eq!(
        (before.href.as_str(), before.summary.as_str()),
        (href.as_str(), "Tea")
    );
    assert!(world.control.move_event(home, &href, at("2026-11-24T16:00:00Z")));
    assert!(world.control.retitle_event(home, &href, "Tea, late"));
    let after = world.control.events(home)[0].clone();
    assert!(
        after
            .ics
            .contains("DTSTART;TZID=America/New_York:20261124T110000"),
        "{}",
        after.ics
    );
    assert_eq!(
        (
            after.uid == before.uid,
            after.etag == before.etag,
            after.summary.as_str()
        ),
        (true, false, "Tea, late")
    );
    assert!(world.control.delete_event(home, &href));
    assert!(!world.control.delete_event(home, &href));
    assert!(!world.control.move_event(home, &href, at("2026-11-24T16:00:00Z")));
}
