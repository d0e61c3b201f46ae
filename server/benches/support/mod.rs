//! What the benchmarks of the running server share: a filled workspace, a process, latencies.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bookings::accounts::{OwnerForm, StaffForm};
use bookings::booking_calendars::{CalendarForm, CalendarSettings, MemberSettings};
use bookings::clock::SystemClock;
use bookings::{Kind, MailSettings, Quince, Role, Settings, StaffId};
use jiff::{SignedDuration, Timestamp, ToSpan};
use store::connections::{Discovered, RemoteAccount};
use store::external_events::{FirstImport, NewEvent, NewInstance};
use store::remote_calendars::ListedCalendar;
use store::{RemoteCalendarId, SecretKey, Store, WriteTx, connections, external_events, remote_calendars};
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

    /// How many a second.
    pub fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.sorted.len()).unwrap()) / self.whole.as_secs_f64()
    }
}

/// "1,234/s, p50 3.1 ms, p99 8.0 ms, slowest 9.2 ms".
impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>6.0}/s  p50 {:>8.1?}  p99 {:>8.1?}  slowest {:>8.1?}",
            self.rate(),
            self.at(50),
            self.at(99),
            self.at(100)
        )
    }
}

/// A workspace with a round robin `team` of so many hosts, each with so many events in iCloud, written as the server will find
/// it.
pub async fn fill(folder: &Path, database: &str, hosts: usize, events: i64) {
    let key = SecretKey::load_or_create(&folder.join("secret.key")).unwrap();
    let store = Store::open(database, key).await.unwrap();
    let settings = Settings {
        base_url: Url::parse("http://127.0.0.1:3000/").unwrap(),
        icloud_url: Url::parse("https://caldav.icloud.com/").unwrap(),
        allow_loopback: false,
        mail: MailSettings::Folder {
            path: folder.join("mail"),
            from: "quince@bench.example".to_owned(),
        },
        calendar_hosts: Vec::new(),
        setup_code: None,
        retention: bookings::Retention::default(),
        password_work: bookings::PasswordWork::Full,
        practice: None,
    };
    let quince = Quince::new(settings, store, Arc::new(SystemClock)).unwrap();
    let owner = OwnerForm {
        workspace: "Bench".to_owned(),
        name: "Host 0".to_owned(),
        email: "host0@bench.example".to_owned(),
        password: "correct horse battery".to_owned(),
        zone: "UTC".to_owned(),
        code: String::new(),
    };
    let mut team = vec![
        bookings::accounts::create_owner(&quince, owner)
            .await
            .unwrap()
            .staff,
    ];
    for number in 1..hosts {
        let new = StaffForm {
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
    remember_events(&quince, &team, events).await;
    let form = CalendarForm::new(
        CalendarSettings {
            kind: Kind::RoundRobin,
            ..CalendarSettings::new("Team")
        },
        team.iter().copied().map(MemberSettings::new).collect(),
    );
    bookings::booking_calendars::create(&quince, team[0], form)
        .await
        .unwrap();
}

/// Events of each host's iCloud as a sync leaves them, spread over the two months that can be booked, at different times for
/// different hosts. The accounts have no password, so that nobody reads them.
async fn remember_events(quince: &Quince, hosts: &[StaffId], events: i64) {
    let now = quince.now();
    let mut tx = quince.store().write().await.unwrap();
    for (host, staff) in (0i64..).zip(hosts) {
        let calendar = watched_calendar(&mut tx, *staff, now).await;
        let minutes = 60 * 24 * 60 / events;
        let event = |number: i64| {
            let start = now + SignedDuration::from_mins(number * minutes + host * 37);
            let end = start + SignedDuration::from_mins((minutes / 2).min(50));
            busy_event(&number.to_string(), start, end)
        };
        let events: Vec<NewEvent> = (0..events).map(event).collect();
        external_events::upsert(&mut tx, calendar, &events, FirstImport::Replaced, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn watched_calendar(tx: &mut WriteTx, staff: StaffId, now: Timestamp) -> RemoteCalendarId {
    let account = RemoteAccount {
        server: store::Server::Icloud,
        entry_url: "https://caldav.icloud.com/".to_owned(),
        username: "host@icloud.example".to_owned(),
    };
    let discovered = Discovered {
        principal_url: "https://caldav.icloud.com/1/principal/".to_owned(),
        home_urls: vec!["https://caldav.icloud.com/1/calendars/".to_owned()],
        addresses: Vec::new(),
    };
    let connection = connections::insert(tx, staff, &account, &discovered, now)
        .await
        .unwrap();
    let listed = ListedCalendar {
        url: "https://caldav.icloud.com/1/calendars/work/".to_owned(),
        name: "Work".to_owned(),
        color: None,
        zone: None,
        writable: true,
        readable: true,
    };
    let calendar = remote_calendars::upsert(tx, connection, &listed, now)
        .await
        .unwrap();
    remote_calendars::set_conflicts(tx, staff, &[calendar])
        .await
        .unwrap();
    remote_calendars::mark_unchanged(tx, &[calendar], now)
        .await
        .unwrap();
    calendar
}

fn busy_event(uid: &str, starts_at: Timestamp, ends_at: Timestamp) -> NewEvent {
    NewEvent {
        href: format!("/1/calendars/work/{uid}.ics"),
        etag: None,
        uid: uid.to_owned(),
        ics: String::new(),
        problem: None,
        instances: vec![NewInstance {
            starts_at,
            ends_at,
            all_day: None,
            uid: uid.to_owned(),
            summary: "Dentist".to_owned(),
            location: None,
            busy_status: store::BusyStatus::Busy,
        }],
    }
}
