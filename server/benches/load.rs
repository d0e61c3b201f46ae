//! How the server bears load: free times and bookings a second with their latency, on SQLite and on Postgres, with rising
//! numbers of hosts, busy spans and processes. Nothing here passes or fails by time.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot set itself up has nothing to say"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Latencies, Server, fill};
use testdb::Postgres;

const CONNECTIONS: usize = 8;
/// Questions for a month of free times, by each connection.
const QUESTIONS: usize = 50;
/// Bookings, by each connection.
const BOOKINGS: usize = 25;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    println!("{CONNECTIONS} connections; a question is 31 days of free times, a booking is one appointment");
    for (hosts, busy) in [(1, 100), (10, 100), (50, 100), (10, 10), (10, 1000)] {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("quince.db").display());
        run(folder.path(), &database, 1, hosts, busy).await;
        for processes in [1, 3] {
            let postgres = Postgres::start().await;
            let folder = tempfile::tempdir().unwrap();
            run(folder.path(), &postgres.url(), processes, hosts, busy).await;
        }
    }
}

async fn run(folder: &std::path::Path, database: &str, processes: usize, hosts: usize, busy: i64) {
    fill(folder, database, hosts, busy).await;
    let servers: Vec<Server> = (0..processes).map(|_| Server::start(folder, database)).collect();
    let kind = database.split(':').next().unwrap_or_default();
    println!("{kind}, {processes} process(es), {hosts} host(s), {busy} busy spans each");
    questions(&servers, 5).await;
    println!("  questions {}", questions(&servers, QUESTIONS).await);
    let starts = free(&servers[0]).await;
    let taken = Arc::new(AtomicUsize::new(0));
    let bookings = bookings(&servers, &starts, &taken).await;
    println!(
        "  bookings  {bookings}  ({} found their time taken)",
        taken.load(Ordering::Relaxed)
    );
}

async fn questions(servers: &[Server], each: usize) -> Latencies {
    let client = reqwest::Client::new();
    let connection = |number: usize| {
        let question = servers[number % servers.len()].free_slots(31);
        let request = move |client: reqwest::Client, question: String| async move {
            let answer = client.get(&question).send().await.unwrap();
            answer.error_for_status().unwrap().bytes().await.unwrap();
        };
        let all: Vec<_> = (0..each)
            .map(|_| request(client.clone(), question.clone()))
            .collect();
        in_turn(all)
    };
    Latencies::of((0..CONNECTIONS).map(connection)).await
}

/// Free times of the next month.
async fn free(server: &Server) -> Vec<String> {
    let answer = reqwest::get(server.free_slots(31)).await.unwrap();
    let days: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let days = days.as_object().unwrap().values();
    days.flat_map(|day| day["slots"].as_array().unwrap())
        .map(|slot| slot.as_str().unwrap().to_owned())
        .collect()
}

/// Every connection books times of its own, as long as there are enough of them.
async fn bookings(servers: &[Server], starts: &[String], taken: &Arc<AtomicUsize>) -> Latencies {
    let client = reqwest::Client::new();
    let connection = |connection: usize| {
        let address = format!(
            "{}api/v1/calendars/team/appointments",
            servers[connection % servers.len()].url
        );
        let all: Vec<_> = (0..BOOKINGS)
            .map(|number| {
                let start = &starts[(number * CONNECTIONS + connection) % starts.len()];
                let body = json!({
                    "start": start, "timezone": "UTC", "name": "Grace", "email": "grace@client.example"
                });
                let request = client
                    .post(&address)
                    .header("idempotency-key", format!("{connection} {number}"))
                    .body(body.to_string());
                let taken = Arc::clone(taken);
                async move {
                    let status = request.send().await.unwrap().status();
                    if status == reqwest::StatusCode::CONFLICT {
                        taken.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(status, reqwest::StatusCode::CREATED);
                    }
                }
            })
            .collect();
        in_turn(all)
    };
    Latencies::of((0..CONNECTIONS).map(connection)).await
}

/// Sends requests, each as soon as the one before is answered.
async fn in_turn(requests: Vec<impl Future<Output = ()>>) -> Vec<Duration> {
    let mut times = Vec::with_capacity(requests.len());
    for request in requests {
        let start = Instant::now();
        request.await;
        times.push(start.elapsed());
    }
    times
}
