//! What the benchmarks of the running server share: a filled workspace, a process, latencies.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bookings::accounts::{NewOwner, NewStaff};
use bookings::calendars::{CalendarForm, Member};
use bookings::clock::SystemClock;
use bookings::{Kind, Mail, Priority, Quince, Role, Settings, StaffId};
use jiff::{SignedDuration, Timestamp, ToSpan};
use store::{SecretKey, Store, blocked_time};
use tokio::task::JoinSet;
use url::Url;

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start(folder: &Path, database: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
            .arg("serve")
            .env("QUINCE_DATA_DIR", folder)
            .env("QUINCE_DATABASE_URL", database)
            .env("QUINCE_ADDR", "127.0.0.1:0")
            .env("QUINCE_RATE_LIMITS", "off")
            .env("QUINCE_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("Quince is ready: ").unwrap().to_owned();
        Self { child, url }
    }

    /// The address of `team`'s free times from today on.
    pub fn free_slots(&self, days: i64) -> String {
        let today = zones::Zone::utc().date(Timestamp::now());
        let last = today.saturating_add((days - 1).days());
        let url = &self.url;
        format!("{url}api/v1/calendars/team/free-slots?startDate={today}&endDate={last}&timezone=UTC")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long each of many requests took, and all of them together.
pub struct Latencies {
    sorted: Vec<Duration>,
    whole: Duration,
}

impl Latencies {
    /// What connections measured, all of them at work at once.
    pub async fn of<F>(connections: impl IntoIterator<Item = F>) -> Self
    where
        F: Future<Output = Vec<Duration>> + Send + 'static,
    {
        let begin = Instant::now();
        let running: JoinSet<Vec<Duration>> = connections.into_iter().collect();
        let mut sorted: Vec<Duration> = running.join_all().await.into_iter().flatten().collect();
        let whole = begin.elapsed();
        sorted.sort_unstable();
        Self { sorted, whole }
    }

    pub fn at(&self, percent: usize) -> Duration {
        self.sorted[(self.sorted.len() - 1) * percent / 100]
    }
}

/// "1,234/s, p50 3.1 ms, p99 8.0 ms, slowest 9.2 ms".
impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = f64::from(u32::try_from(self.sorted.len()).unwrap());
        write!(
            f,
            "{:>6.0}/s  p50 {:>8.1?}  p99 {:>8.1?}  slowest {:>8.1?}",
            count / self.whole.as_secs_f64(),
            self.at(50),
            self.at(99),
            self.at(100)
        )
    }
}

/// A workspace with a round robin `team` of so many hosts, each with so many busy spans, written as the server will find it.
pub async fn fill(folder: &Path, database: &str, hosts: usize, busy: i64) {
    let key = SecretKey::load_or_create(&folder.join("secret.key")).unwrap();
    let store = Store::open(database, key).await.unwrap();
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
    let mut team = vec![bookings::accounts::create_owner(&quince, owner).await.unwrap()];
    for number in 1..hosts {
        let new = NewStaff {
            name: format!("Host {number}"),
            email: format!("host{number}@bench.example"),
            password: "correct horse battery".to_owned(),
            zone: "UTC".to_owned(),
            role: Role::Staff,
        };
        team.push(
            bookings::accounts::add_staff(&quince, team[0], new)
                .await
                .unwrap(),
        );
    }
    block(&quince, &team, busy).await;
    let member = |staff: &StaffId| Member {
        staff: *staff,
        priority: Priority::Medium,
        weight: 1,
    };
    let form = CalendarForm {
        kind: Kind::RoundRobin,
        members: team.iter().map(member).collect(),
        ..CalendarForm::new("Team")
    };
    bookings::calendars::create(&quince, team[0], form).await.unwrap();
}

/// Busy spans of each host, spread over the two months that can be booked, at different times for different hosts.
async fn block(quince: &Quince, hosts: &[StaffId], busy: i64) {
    let now = quince.now();
    let mut tx = quince.store().write().await.unwrap();
    for (host, staff) in (0i64..).zip(hosts) {
        for number in 0..busy {
            let start = now + SignedDuration::from_mins(number * 60 * 24 * 60 / busy + host * 37);
            let end = start + SignedDuration::from_mins((60 * 24 * 60 / busy / 2).min(50));
            blocked_time::insert(&mut tx, *staff, start, end, "busy", now)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}
