//! Several processes on one Postgres share all work: sessions, bookings, writing to iCloud.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;
use sandbox::{Options, Sandbox};
use testdb::Postgres;
use tokio::task::JoinSet;

use crate::studio::{ask, events, free, set_up};
use crate::support::{Quince, eventually, json_of};

/// 32 bytes, the same for all processes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
/// Times that are asked for, each by several clients.
const STARTS: usize = 40;
/// Clients who want the same time.
const RIVALS: usize = 4;

/// Asks until there is an answer: a client whose server dies asks the next one, under the same key.
async fn insist(
    addresses: Vec<String>,
    first: usize,
    start: String,
    key: String,
) -> (String, Option<String>) {
    for turn in 0..60 {
        let address = &addresses[(first + turn) % addresses.len()];
        match ask(address, &start, &key).await {
            Ok(response) if response.status() == StatusCode::CREATED => {
                let booked = json_of(response).await;
                return (start, Some(booked["id"].as_str().unwrap().to_owned()));
            }
            Ok(response) if response.status() == StatusCode::CONFLICT => return (start, None),
            Ok(response) => panic!("{}: {}", response.status(), response.text().await.unwrap()),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answers for {start}");
}

#[tokio::test]
async fn three_processes_share_all_work_and_lose_nothing_when_one_is_killed() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let postgres = Postgres::start().await;
    let database = postgres.url();
    let icloud = sandbox.entry_url();
    let vars = [
        ("QUINCE_DATABASE_URL", database.as_str()),
        ("QUINCE_SECRET_KEY", KEY),
        ("QUINCE_ICLOUD_URL", icloud.as_str()),
        ("QUINCE_RATE_LIMITS", "off"),
    ];
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut processes: Vec<Quince> = folders
        .iter()
        .map(|folder| Quince::serve(folder.path(), &vars))
        .collect();
    let owner = set_up(&processes[0], &sandbox).await;
    for other in &processes[1..] {
        let mut same_person = crate::support::Browser::new(other);
        same_person.cookie.clone_from(&owner.cookie);
        let page = same_person.page("/booking-calendars").await;
        assert!(page.contains("Intro call"), "a session holds in every process");
    }

    let addresses: Vec<String> = processes.iter().map(|process| process.url.clone()).collect();
    let starts: Vec<String> = free(&processes[0]).await.into_iter().take(STARTS).collect();
    assert_eq!(starts.len(), STARTS);
    let mut clients = JoinSet::new();
    for rival in 0..RIVALS {
        for (number, start) in starts.iter().enumerate() {
            let key = format!("client {rival} at {start}");
            clients.spawn(insist(addresses.clone(), number + rival, start.clone(), key));
        }
    }
    let mut booked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut answers = 0;
    while let Some(answer) = clients.join_next().await {
        let (start, id) = answer.unwrap();
        booked.entry(start).or_default().extend(id);
        answers += 1;
        if answers == STARTS * RIVALS / 3 {
            processes.pop().unwrap().kill();
        }
    }
    assert_eq!(answers, STARTS * RIVALS);
    for (start, ids) in &booked {
        assert_eq!(ids.len(), 1, "{start} is booked exactly once");
    }
    assert!(
        free(&processes[0])
            .await
            .iter()
            .all(|left| !starts.contains(left))
    );

    eventually("every appointment is in iCloud", async || {
        events(&sandbox).len() >= STARTS
    })
    .await;
    // Nobody writes a second one, either.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let written = events(&sandbox);
    assert_eq!(written.len(), STARTS);
    let begins: BTreeSet<&str> = written
        .iter()
        .filter_map(|event| event.ics.lines().find(|line| line.starts_with("DTSTART")))
        .collect();
    assert_eq!(begins.len(), STARTS, "each at a time of its own");
}
