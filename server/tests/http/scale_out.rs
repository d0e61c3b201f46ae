//! Several processes on one Postgres share all work: sessions, holds, bookings, reading and writing iCloud, mails.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::StatusCode;
use sandbox::{Fault, Sandbox};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use testdb::Postgres;
use tokio::task::JoinSet;

use crate::studio::{ask, events, free, set_up, value_after};
use crate::support::{Browser, Quince, eventually, json_of, practice_icloud};

/// 32 bytes, the same for all processes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
/// Times that are asked for, each by several clients.
const STARTS: usize = 40;
/// Clients who want the same time.
const RIVALS: usize = 4;

/// Three processes, their folders, and the owner's browser.
struct Office {
    sandbox: Sandbox,
    postgres: Postgres,
    folders: Vec<TempDir>,
    processes: Vec<Quince>,
    owner: Browser,
}

impl Office {
    async fn open() -> Self {
        let sandbox = practice_icloud().await;
        let postgres = Postgres::start().await;
        let (database, icloud) = (postgres.url(), sandbox.entry_url());
        let serve = |(number, folder): (usize, &TempDir)| {
            // A process's connections carry its number.
            let database = format!("{database}&application_name={number}");
            let vars = [
                ("QUINCE_DATABASE_URL", database.as_str()),
                ("QUINCE_SECRET_KEY", KEY),
                ("QUINCE_ICLOUD_URL", icloud.as_str()),
                ("QUINCE_RATE_LIMITS", "off"),
            ];
            Quince::serve(folder.path(), &vars)
        };
        let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let processes: Vec<Quince> = folders.iter().enumerate().map(serve).collect();
        let owner = set_up(&processes[0], &sandbox).await;
        Self {
            sandbox,
            postgres,
            folders,
            processes,
            owner,
        }
    }

    /// The same person's browser, at another process.
    fn owner_at(&self, process: usize) -> Browser {
        let mut browser = Browser::new(&self.processes[process]);
        browser.cookie.clone_from(&self.owner.cookie);
        browser
    }

    async fn query(&self) -> PgConnection {
        PgConnection::connect(&self.postgres.url()).await.unwrap()
    }

    async fn execute(&self, statements: &[&'static str]) {
        for statement in statements {
            sqlx::query(*statement)
                .execute(&mut self.query().await)
                .await
                .unwrap();
        }
    }

    /// Lets Postgres note which process claims which calendar write.
    async fn note_claims(&self) {
        self.execute(&[
            "CREATE TABLE claims
             (number BIGSERIAL, write_id UUID, process TEXT DEFAULT current_setting('application_name'))",
            "CREATE FUNCTION note_claim() RETURNS TRIGGER LANGUAGE plpgsql AS
             'BEGIN INSERT INTO claims (write_id) VALUES (NEW.id); RETURN NULL; END'",
            "CREATE TRIGGER note_claim AFTER UPDATE OF lease_until ON event_writes FOR EACH ROW
             WHEN (NEW.lease_until IS NOT NULL) EXECUTE FUNCTION note_claim()",
        ])
        .await;
    }

    /// Kills the process that was the last to claim a calendar write, while it has that in hand.
    async fn kill_who_writes(&mut self) {
        let mut database = self.query().await;
        let mut process: Option<String> = None;
        eventually("a process has a calendar write in hand", async || {
            process = sqlx::query_scalar(
                "SELECT process FROM claims JOIN event_writes ON event_writes.id = write_id
                 WHERE state = 'waiting' AND lease_until IS NOT NULL ORDER BY number DESC LIMIT 1",
            )
            .fetch_optional(&mut database)
            .await
            .unwrap();
            process.is_some()
        })
        .await;
        let number: usize = process.unwrap().parse().unwrap();
        self.processes.remove(number).kill();
    }

    /// The work of an outbox that is not done, by id: all of it, or what some process has in its hands. Reminders wait for
    /// their day.
    async fn waiting(&self, outbox: &str, in_hand: bool) -> BTreeSet<String> {
        let held = if in_hand {
            "AND lease_until IS NOT NULL"
        } else {
            ""
        };
        let kind = if outbox == "messages" {
            "AND kind <> 'client-reminder'"
        } else {
            ""
        };
        let sql = format!("SELECT id::TEXT FROM {outbox} WHERE state = 'waiting' {kind} {held}");
        let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut self.query().await)
            .await
            .unwrap();
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// What a dead process has in its hands, once the living ones have done all that they can.
    async fn left_by_the_dead(&self, outbox: &str) -> BTreeSet<String> {
        eventually("the living have done what they can", async || {
            let before = self.waiting(outbox, false).await;
            tokio::time::sleep(Duration::from_secs(4)).await;
            before == self.waiting(outbox, true).await && before == self.waiting(outbox, false).await
        })
        .await;
        self.waiting(outbox, true).await
    }

    /// As if a dead process's leases had ended, for which nobody waits in a test.
    async fn end_leases(&self) {
        self.execute(&[
            "UPDATE event_writes SET lease_until = 0 WHERE lease_until IS NOT NULL",
            "UPDATE messages SET lease_until = 0 WHERE lease_until IS NOT NULL",
        ])
        .await;
    }

    /// How often each mail was written to a folder, by the message's id.
    fn mails(&self) -> BTreeMap<String, usize> {
        let mut mails = BTreeMap::new();
        for folder in &self.folders {
            for file in std::fs::read_dir(folder.path().join("mail"))
                .into_iter()
                .flatten()
            {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
                let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
                let id = id.unwrap().split('@').next().unwrap();
                *mails.entry(id.to_owned()).or_default() += 1;
            }
        }
        mails
    }
}

/// Asks until there is an answer: a client whose server dies asks the next one, under the same key. The appointment's id,
/// or why there is none.
async fn insist(
    addresses: Vec<String>,
    first: usize,
    start: String,
    key: String,
) -> (String, Result<String, String>) {
    for turn in 0..60 {
        let address = &addresses[(first + turn) % addresses.len()];
        match ask(address, &start, &key).await {
            Ok(response) if response.status() == StatusCode::CREATED => {
                let booked = json_of(response).await;
                return (start, Ok(booked["id"].as_str().unwrap().to_owned()));
            }
            Ok(response) if response.status() == StatusCode::CONFLICT => {
                return (start, Err(response.text().await.unwrap()));
            }
            Ok(response) => panic!("{}: {}", response.status(), response.text().await.unwrap()),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answers for {start}");
}

#[tokio::test]
async fn three_processes_share_all_work_and_lose_nothing_when_one_is_killed() {
    let mut office = Office::open().await;
    office.note_claims().await;
    // Writing is slow, so that the process that is killed is in the middle of it.
    for _ in 0..STARTS {
        let slow = Fault::Slow(Duration::from_secs(2));
        office.sandbox.control().inject_on("PUT", slow);
    }
    let addresses: Vec<String> = office
        .processes
        .iter()
        .map(|process| process.url.clone())
        .collect();
    let starts: Vec<String> = free(&office.processes[0])
        .await
        .into_iter()
        .take(STARTS)
        .collect();
    assert_eq!(starts.len(), STARTS);
    let mut clients = JoinSet::new();
    for rival in 0..RIVALS {
        for (number, start) in starts.iter().enumerate() {
            let key = format!("client {rival} at {start}");
            clients.spawn(insist(addresses.clone(), number + rival, start.clone(), key));
        }
    }
    let mut booked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut refusals: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut answers = 0;
    while let Some(answer) = clients.join_next().await {
        let (start, answer) = answer.unwrap();
        let ids = booked.entry(start.clone()).or_default();
        match answer {
            Ok(id) => drop(ids.insert(id)),
            Err(refusal) => refusals.entry(start).or_default().push(refusal),
        }
        answers += 1;
        if answers == STARTS * RIVALS / 3 {
            office.kill_who_writes().await;
        }
    }
    assert_eq!(answers, STARTS * RIVALS);
    for (start, ids) in &booked {
        let refusals = refusals.get(start);
        assert_eq!(ids.len(), 1, "{start} is booked exactly once: {refusals:?}");
    }
    let left = free(&office.processes[0]).await;
    assert!(left.iter().all(|left| !starts.contains(left)));

    let writes = office.left_by_the_dead("event_writes").await;
    assert!(!writes.is_empty(), "the killed process had nothing in its hands");
    let mails = office.left_by_the_dead("messages").await;
    office.end_leases().await;
    eventually("what the dead process held is done, too", async || {
        office.waiting("event_writes", false).await.is_empty()
            && office.waiting("messages", false).await.is_empty()
    })
    .await;

    let written = events(&office.sandbox);
    assert_eq!(written.len(), STARTS, "every appointment is in iCloud, once");
    let begins: BTreeSet<&str> = written
        .iter()
        .filter_map(|event| event.ics.lines().find(|line| line.starts_with("DTSTART")))
        .collect();
    assert_eq!(begins.len(), STARTS, "each at a time of its own");
    let sent = office.mails();
    assert_eq!(
        sent.len(),
        2 * STARTS,
        "a mail to each client, and one to the host"
    );
    for (id, times) in sent {
        // Whether a mail went out before its process died, nobody knows.
        assert!(
            times == 1 || mails.contains(&id),
            "mail {id} went out {times} times"
        );
    }
}

#[tokio::test]
async fn what_one_process_knows_the_others_know() {
    let office = Office::open().await;
    for process in 1..3 {
        let page = office.owner_at(process).page("/booking-calendars").await;
        assert!(page.contains("Intro call"), "a session holds in every process");
    }

    // What a visitor holds in one process is taken in the others, and is still theirs there.
    let start = free(&office.processes[0]).await.remove(0);
    let mut visitor = Browser::new(&office.processes[0]);
    let hold = [
        ("slug", "intro-call"),
        ("start", start.as_str()),
        ("zone", "UTC"),
        ("host", ""),
        ("visit", ""),
    ];
    for _ in 0..2 {
        // The first time, the visitor becomes known.
        visitor.post("/book/intro-call", "hold-time", &hold).await;
    }
    assert!(!free(&office.processes[1]).await.contains(&start));
    let rival = ask(&office.processes[2].url, &start, "rival").await.unwrap();
    assert_eq!(rival.status(), StatusCode::CONFLICT);
    let mut elsewhere = Browser::new(&office.processes[1]);
    elsewhere.cookie.clone_from(&visitor.cookie);
    let day = &start[..10];
    let page = elsewhere
        .page(&format!("/book/intro-call?zone=UTC&date={day}"))
        .await;
    let instant: jiff::Timestamp = start.parse().unwrap();
    let time = instant.strftime("%Y-%m-%dT%H:%M").to_string();
    assert!(
        page.contains(&time.replace(':', "%3A")) || page.contains(&time),
        "{time} is theirs"
    );

    // What one of them reads in iCloud blocks in all of them.
    let next = free(&office.processes[1]).await.remove(0);
    let (control, from): (_, jiff::Timestamp) = (office.sandbox.control(), next.parse().unwrap());
    let calendars = control.calendars(control.accounts()[0]);
    for calendar in calendars {
        let to = from + jiff::SignedDuration::from_mins(30);
        control.add_simple_event(calendar.id, "Dentist", from, to);
    }
    control.clear_requests();
    let page = office.owner_at(1).page("/settings/integrations").await;
    let connection = value_after(&page, "name=\"id\"").to_owned();
    let mut checks = JoinSet::new();
    for process in 0..3 {
        let (mut owner, id) = (office.owner_at(process), connection.clone());
        checks.spawn(async move {
            owner
                .submit("/settings/integrations", "check-now", &[("id", &id)])
                .await
        });
    }
    checks.join_all().await;
    for process in &office.processes {
        assert!(!free(process).await.contains(&next));
    }
    let reads = control.requests();
    let whole = reads
        .iter()
        .filter(|request| request.method == "PROPFIND")
        .count();
    assert!(
        whole <= 3,
        "one reads while the others wait for what it reads: {whole}"
    );
}
