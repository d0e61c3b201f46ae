//! The practice events.

use sandbox::{Login, Options};

use crate::harness::{event, in_range, practice, world_of};

#[tokio::test]
async fn there_are_six_calendars_with_coming_weeks_of_events() {
    let world = practice().await;
    let names: Vec<String> = world
        .control
        .calendars(world.account())
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(
        names,
        [
            "Home",
            "Work",
            "Family",
            "Reminders",
            "US Holidays",
            "Office rooms"
        ]
    );
    for name in ["Home", "Work", "Family"] {
        let count = world.control.events(world.calendar(name)).len();
        assert!(count >= 4, "{name} has {count}");
    }
    let week = world
        .report(
            &world.path("Work"),
            &in_range("20261124T000000Z", "20261128T000000Z"),
        )
        .await;
    assert!(week.rows().len() > 3, "{}", week.body);
}

#[tokio::test]
async fn the_events_show_each_kind_that_matters_for_bookings() {
    let world = practice().await;
    let all: String = ["Home", "Work", "Family"]
        .iter()
        .flat_map(|name| world.control.events(world.calendar(name)))
        .map(|event| event.ics)
        .collect();
    for mark in [
        "RRULE:FREQ=WEEKLY",
        "RECURRENCE-ID",
        "EXDATE",
        "X-APPLE-TRAVEL-DURATION",
        "X-APPLE-TRAVEL-RETURN-DURATION",
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "STATUS:TENTATIVE",
        "PARTSTAT=DECLINED:mailto:maya@icloud.example",
        "DTSTART;VALUE=DATE:",
    ] {
        assert!(all.contains(mark), "{mark}");
    }
}

#[tokio::test]
async fn the_server_would_accept_each_practice_event_itself() {
    let world = practice().await;
    world.switch(|switches| switches.deleted_uids_stay_taken = false);
    for name in ["Home", "Work", "Family"] {
        for stored in world.control.events(world.calendar(name)) {
            assert_eq!(
                world
                    .put(&stored.href, &[("If-Match", &stored.etag)], &stored.ics)
                    .await
                    .status,
                204,
                "{}",
                stored.ics
            );
        }
    }
}

#[tokio::test]
async fn three_persons_have_different_days_and_the_same_ones_in_every_run() {
    let people = || {
        ["maya", "tom", "ana"]
            .iter()
            .map(|name| Login::new(&format!("{name}@icloud.example"), "aaaa-bbbb-cccc-dddd", name))
            .collect()
    };
    let first = world_of(Options::practice().accounts(people())).await;
    let second = world_of(Options::practice().accounts(people())).await;
    let work = |world: &crate::harness::World, person: usize| {
        let account = world.control.accounts()[person];
        let calendar = world.control.calendar_named(account, "Work").unwrap();
        world
            .control
            .events(calendar)
            .into_iter()
            .map(|event| (event.href, event.summary))
            .collect::<Vec<_>>()
    };
    for person in 0..3 {
        assert_eq!(work(&first, person), work(&second, person));
    }
    let titles = |person| {
        work(&first, person)
            .into_iter()
            .map(|(_, title)| title)
            .collect::<Vec<_>>()
    };
    assert!(titles(0) != titles(1) && titles(1) != titles(2));
}

#[tokio::test]
async fn nothing_of_a_client_is_there_at_the_start() {
    let world = practice().await;
    assert!(world.control.requests().is_empty() && world.control.invitations().is_empty());
    let path = format!("{}mine.ics", world.path("Home"));
    assert_eq!(
        world
            .put(&path, &[("If-None-Match", "*")], &event("mine"))
            .await
            .status,
        201
    );
}
