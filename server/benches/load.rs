//! How the server bears load: free times and bookings a second with their latency, on SQLite and on Postgres, with rising
//! numbers of hosts, busy spans and processes. Nothing here passes or fails by time.
//!
//! `LOAD=sqlite,10` in the environment keeps to arrangements of that database with that many hosts and 100 events each.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot set itself up has nothing to say, and it runs by the machine's clock"
)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use support::{Latencies, Server, fill};
use testdb::PostgresServer;

const CONNECTIONS: usize = 8;
/// Questions for a month of free times, by each connection.
const QUESTIONS: usize = 100;
/// Most bookings, by each connection.
const MAX_BOOKINGS: usize = 100;
/// Hosts and events of each.
const SIZES: [(usize, i64); 6] = [(1, 100), (10, 100), (25, 100), (50, 100), (10, 10), (10, 1000)];
/// Processes on one Postgres.
const PROCESSES: [usize; 3] = [1, 2, 3];

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    println!("{CONNECTIONS} connections; a question is 31 days of free times, a booking is one appointment");
    let mut results = Vec::new();
    let only = std::env::var("LOAD").ok();
    let is_wanted = |database: &str, (hosts, events): (usize, i64)| {
        let only = only.as_deref();
        only.is_none_or(|only| only == format!("{database},{hosts}") && events == 100)
    };
    for (hosts, events) in SIZES {
        if is_wanted("sqlite", (hosts, events)) {
            let folder = tempfile::tempdir().unwrap();
            let database = format!("sqlite://{}", folder.path().join("quince.db").display());
            results.push(run(folder.path(), &database, 1, hosts, events).await);
        }
        for processes in PROCESSES
            .into_iter()
            .filter(|_| is_wanted("postgres", (hosts, events)))
        {
            let postgres = PostgresServer::durable().await;
            let folder = tempfile::tempdir().unwrap();
            results.push(run(folder.path(), &postgres.url(), processes, hosts, events).await);
        }
    }
    println!(
        "\nHow cost grows: time of one, as a multiple of that with 10 hosts, 100 events and one process"
    );
    for result in &results {
        let usual = |other: &&Run| other.database == result.database && other.size == (1, 10, 100);
        let Some(usual) = results.iter().find(usual) else {
            continue;
        };
        let (processes, hosts, events) = result.size;
        println!(
            "{:>8} {processes} process(es) {hosts:>3} host(s) {events:>5} events   a question {:>5.2} ×   a booking {:>5.2} ×",
            result.database,
            usual.questions / result.questions,
            usual.bookings / result.bookings
        );
    }
}

/// What one arrangement came to, as rates a second.
struct Run {
    database: String,
    /// Processes, hosts, events.
    size: (usize, usize, i64),
    questions: f64,
    bookings: f64,
}

async fn run(folder: &Path, database: &str, processes: usize, hosts: usize, events: i64) -> Run {
    fill(folder, database, hosts, events).await;
    let servers: Vec<Server> = (0..processes).map(|_| Server::start(folder, database)).collect();
    let kind = database.split(':').next().unwrap_or_default().to_owned();
    println!("{kind}, {processes} process(es), {hosts} host(s), {events} events each");
    questions(&servers, 5).await;
    let asked = questions(&servers, QUESTIONS).await;
    println!("  questions {asked}");
    let starts = free(&servers[0]).await;
    let taken = Arc::new(AtomicUsize::new(0));
    let booked = bookings(&servers, &starts, hosts, &taken).await;
    println!(
        "  bookings  {booked}  ({} found their time taken)",
        taken.load(Ordering::Relaxed)
    );
    assert_eq!(overlaps(database).await, 0, "somebody is booked twice");
    Run {
        database: kind,
        size: (processes, hosts, events),
        questions: asked.rate(),
        bookings: booked.rate(),
    }
}

/// How many pairs of spans of one host overlap.
async fn overlaps(database: &str) -> i64 {
    const PAIRS: &str = "SELECT COUNT(*) FROM occupancy a JOIN occupancy b
        ON a.host_id = b.host_id AND a.id < b.id AND a.from_at < b.to_at AND b.from_at < a.to_at";
    if database.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database).await.unwrap();
        sqlx::query_scalar(PAIRS)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let mut connection = PgConnection::connect(database).await.unwrap();
        sqlx::query_scalar(PAIRS)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
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
async fn bookings(
    servers: &[Server],
    starts: &[String],
    hosts: usize,
    taken: &Arc<AtomicUsize>,
) -> Latencies {
    let client = reqwest::Client::new();
    // At least half of the hosts are free at most starts.
    let each = MAX_BOOKINGS.min(starts.len() * hosts.div_ceil(2) / CONNECTIONS);
    let connection = |connection: usize| {
        let address = format!(
            "{}api/v1/calendars/team/appointments",
            servers[connection % servers.len()].url
        );
        let all: Vec<_> = (0..each)
            .map(|number| {
                let start = &starts[(number * CONNECTIONS + connection) % starts.len()];
                let body = json!({
                    "start": start, "timezone": "UTC", "name": "Grace", "email": "grace@client.example"
                });
                let request = client
                    .post(&address)
                    .header(
                        "idempotency-key",
                        format!("connection {connection} number {number}"),
                    )
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
