//! Free slots over HTTP, uncached: ten hosts with a hundred busy spans each, 31 days, eight connections.
//!
//! Prints requests per second and the answer's latency; nothing here passes or fails by time.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot set itself up has nothing to say"
)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bookings::accounts::{NewOwner, NewStaff};
use bookings::calendars::{CalendarForm, Member};
use bookings::clock::SystemClock;
use bookings::{Kind, Mail, Priority, Quince, Role, Settings, StaffId};
use jiff::{SignedDuration, Timestamp, ToSpan};
use store::{SecretKey, Store, blocked_time};
use url::Url;

const HOSTS: usize = 10;
const BUSY: i64 = 100;
const CONNECTIONS: usize = 8;
const REQUESTS: usize = 400;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;

    let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("serve")
        .env("QUINCE_DATA_DIR", folder.path())
        .env("QUINCE_ADDR", "127.0.0.1:0")
        .env("QUINCE_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().strip_prefix("Quince is ready: ").unwrap().to_owned();

    let today = zones::Zone::utc().date(Timestamp::now());
    let last = today.saturating_add(30.days());
    let question =
        format!("{url}api/v1/calendars/team/free-slots?startDate={today}&endDate={last}&timezone=UTC");
    measure(&question, 20).await;
    let (mut times, whole, bytes) = measure(&question, REQUESTS).await;
    child.kill().unwrap();
    child.wait().unwrap();

    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "free slots over HTTP: {HOSTS} hosts, {BUSY} busy spans each, 31 days, {CONNECTIONS} connections"
    );
    println!(
        "  {} requests, {} bytes each, {:.0} requests/s; p50 {:?}, p99 {:?}, slowest {:?}",
        times.len(),
        bytes,
        whole.as_secs_f64().recip() * f64::from(u32::try_from(times.len()).unwrap()),
        at(50),
        at(99),
        at(100)
    );
}

async fn measure(question: &str, requests: usize) -> (Vec<Duration>, Duration, usize) {
    let client = reqwest::Client::new();
    let begin = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, question) = (client.clone(), question.to_owned());
            tokio::spawn(async move {
                let (mut times, mut bytes) = (Vec::with_capacity(requests), 0);
                for _ in 0..requests {
                    let start = Instant::now();
                    let answer = client
                        .get(&question)
                        .send()
                        .await
                        .unwrap()
                        .error_for_status()
                        .unwrap();
                    bytes = answer.bytes().await.unwrap().len();
                    times.push(start.elapsed());
                }
                (times, bytes)
            })
        })
        .collect();
    let (mut all, mut size) = (Vec::new(), 0);
    for connection in connections {
        let (times, bytes) = connection.await.unwrap();
        all.extend(times);
        size = bytes;
    }
    (all, begin.elapsed(), size)
}

/// A workspace with a round robin of ten, written as the server will find it.
async fn fill(folder: &std::path::Path) {
    let key = SecretKey::load_or_create(&folder.join("secret.key")).unwrap();
    let store = Store::open(&format!("sqlite://{}", folder.join("quince.db").display()), key)
        .await
        .unwrap();
    let settings = Settings {
        base_url: Url::parse("http://127.0.0.1:3000/").unwrap(),
        icloud_url: Url::parse("https://caldav.icloud.com/").unwrap(),
        allow_loopback: false,
        mail: Mail::Folder {
            path: folder.join("mail"),
            from: "quince@bench.example".to_owned(),
        },
        calendar_hosts: Vec::new(),
        practice: None,
    };
    let quince = Quince::new(settings, store, Arc::new(SystemClock)).unwrap();
    let owner = NewOwner {
        workspace: "Bench".to_owned(),
        name: "Host 0".to_owned(),
        email: "host0@bench.example".to_owned(),
        password: "correct horse battery".to_owned(),
        zone: "UTC".to_owned(),
    };
    let mut hosts = vec![bookings::accounts::create_owner(&quince, owner).await.unwrap()];
    for number in 1..HOSTS {
        let new = NewStaff {
            name: format!("Host {number}"),
            email: format!("host{number}@bench.example"),
            password: "correct horse battery".to_owned(),
            zone: "UTC".to_owned(),
            role: Role::Staff,
        };
        hosts.push(
            bookings::accounts::add_staff(&quince, hosts[0], new)
                .await
                .unwrap(),
        );
    }
    block(&quince, &hosts).await;
    let member = |staff: &StaffId| Member {
        staff: *staff,
        priority: Priority::Medium,
        weight: 1,
    };
    let form = CalendarForm {
        kind: Kind::RoundRobin,
        members: hosts.iter().map(member).collect(),
        ..CalendarForm::new("Team")
    };
    bookings::calendars::create(&quince, hosts[0], form)
        .await
        .unwrap();
}

/// A hundred busy spans of each host, spread over the month and never at the same time for two hosts.
async fn block(quince: &Quince, hosts: &[StaffId]) {
    let now = quince.now();
    let mut tx = quince.store().write().await.unwrap();
    for (host, staff) in (0i64..).zip(hosts) {
        for number in 0..BUSY {
            let start = now + SignedDuration::from_mins(number * 7 * 60 + host * 37);
            let end = start + SignedDuration::from_mins(50);
            blocked_time::insert(&mut tx, *staff, start, end, "busy", now)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}
