//! What one odd calendar costs everybody else: the memory of this process while it is read for the first time, and how long
//! bookings of another host take meanwhile, on SQLite and on Postgres.
//!
//! `cargo bench -p bookings --bench odd_calendar`. `ODD=dense,daily,gzip` in the environment keeps to those calendars, `EVENTS=30` makes them
//! smaller or larger. Nothing here passes or fails by time.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot set itself up has nothing to say, and it runs by the machine's clock"
)]

#[path = "odd_calendar/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bookings::accounts::{self, OwnerForm, StaffForm};
use bookings::appointments::{self, Booking};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings, MemberSettings};
use bookings::clock::TestClock;
use bookings::profile::{self, ProfileForm};
use bookings::{
    ConnectionId, Kind, MailSettings, Quince, Role, Rules, Settings, StaffId, WeeklyHours, connections,
};
use jiff::SignedDuration;
use scheduling::{DateRange, Span, Unit};
use server::{Odd, Server, start};
use store::{SecretKey, Store, remote_calendars};
use testdb::PostgresServer;
use tokio::task::JoinSet;
use url::Url;
use zones::Zone;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Visitors who book at the same time.
const VISITORS: usize = 4;
/// Bookings before the calendar is read, to compare with.
const BEFORE: usize = 400;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if server::is_server() {
        runtime.block_on(server::serve());
        return;
    }
    let only = std::env::var("ODD").ok();
    runtime.block_on(async {
        for odd in Odd::ALL {
            if only.as_deref().is_none_or(|only| only.contains(odd.name())) {
                println!("{}", odd.about());
                let folder = tempfile::tempdir().unwrap();
                let sqlite = format!("sqlite://{}", folder.path().join("quince.db").display());
                run("SQLite", &sqlite, folder.path(), odd).await;
                let postgres = PostgresServer::durable().await;
                run("Postgres", &postgres.url(), folder.path(), odd).await;
            }
        }
    });
}

async fn run(name: &str, database: &str, folder: &Path, odd: Odd) {
    let server = Server::start(odd);
    let (quince, owner) = workspace(&server, database, folder).await;
    let id = connect(&quince, owner, &server).await;
    let next = Arc::new(AtomicUsize::new(0));
    let alone = book(&quince, &next, Until::Count(BEFORE)).await;
    peak_memory();
    let over = Arc::new(AtomicBool::new(false));
    let meanwhile = tokio::spawn({
        let (quince, next, over) = (quince.clone(), Arc::clone(&next), Arc::clone(&over));
        async move { book(&quince, &next, Until::Over(over)).await }
    });
    let began = Instant::now();
    let outcome = bookings::sync::connection(&quince, id).await;
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let meanwhile = meanwhile.await.unwrap();
    println!("  {name}: read in {took:.1?}, peak memory {} MB", peak_memory());
    println!("    bookings before     {alone}");
    println!("    bookings meanwhile  {meanwhile}");
    if let Err(error) = outcome {
        println!("    the sync broke off: {}", error.cause());
    }
    let connection = connections::list(&quince, owner).await.unwrap().remove(0);
    if let Some(problem) = &connection.problem {
        println!("    said of its account: {problem}");
    }
    let calendar = connection
        .calendars
        .into_iter()
        .find(|calendar| calendar.name == "Odd")
        .unwrap();
    println!(
        "    said of it: {}",
        calendar.problem.as_deref().unwrap_or("nothing")
    );
}

/// How long bookings took, in order.
struct Latencies {
    sorted: Vec<Duration>,
    failed: usize,
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(last) = self.sorted.len().checked_sub(1) else {
            return write!(f, "none, {} failed", self.failed);
        };
        let at = |percent: usize| self.sorted[last * percent / 100];
        write!(
            f,
            "{:>6}  p50 {:>8.1?}  p99 {:>8.1?}  slowest {:>8.1?}  {} failed",
            self.sorted.len(),
            at(50),
            at(99),
            at(100),
            self.failed
        )
    }
}

#[derive(Clone)]
enum Until {
    Count(usize),
    Over(Arc<AtomicBool>),
}

async fn book(quince: &Quince, next: &Arc<AtomicUsize>, until: Until) -> Latencies {
    let first = next.load(Ordering::Relaxed);
    let mut visitors = JoinSet::new();
    for _ in 0..VISITORS {
        let (quince, next, until) = (quince.clone(), Arc::clone(next), until.clone());
        visitors.spawn(async move {
            let (mut times, mut failed) = (Vec::new(), 0);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let is_over = match &until {
                    Until::Count(count) => number >= first + count,
                    Until::Over(over) => over.load(Ordering::Relaxed),
                };
                if is_over {
                    return (times, failed);
                }
                let began = Instant::now();
                if appointments::book(&quince, booking(number)).await.is_err() {
                    failed += 1;
                }
                times.push(began.elapsed());
            }
        });
    }
    let mut all = Latencies {
        sorted: Vec::new(),
        failed: 0,
    };
    for (times, failed) in visitors.join_all().await {
        all.sorted.extend(times);
        all.failed += failed;
    }
    all.sorted.sort_unstable();
    all
}

fn booking(number: usize) -> Booking {
    let minutes = 5 * (i64::try_from(number).unwrap() + 1);
    Booking {
        slug: "other".into(),
        start: start() + SignedDuration::from_mins(minutes),
        zone: Zone::utc(),
        name: "Ada Byron".into(),
        email: "ada@example.com".into(),
        phone: String::new(),
        notes: String::new(),
        guests: Vec::new(),
        answers: Vec::new(),
        services: Vec::new(),
        host: None,
        holder: None,
        idempotency_key: format!("key-{number}"),
    }
}

/// An owner without calendars and a booking calendar of somebody else, who has none either.
async fn workspace(server: &Server, database: &str, folder: &Path) -> (Quince, StaffId) {
    let settings = Settings {
        base_url: Url::parse("https://book.example").unwrap(),
        icloud_url: server.entry.clone(),
        allow_loopback: true,
        calendar_hosts: Vec::new(),
        mail: MailSettings::Folder {
            path: folder.join("mails"),
            from: "Quince <quince@book.example>".into(),
        },
        setup_code: None,
        retention: bookings::Retention::default(),
        password_work: bookings::PasswordWork::Full,
        practice: None,
    };
    let store = Store::open(database, SecretKey::random().unwrap()).await.unwrap();
    let quince = Quince::new(settings, store, Arc::new(TestClock::at(start()))).unwrap();
    let owner = OwnerForm {
        workspace: "Lopez & Co".into(),
        name: "Maya Lopez".into(),
        email: "maya@example.org".into(),
        password: "correct horse battery".into(),
        zone: "UTC".into(),
        code: String::new(),
    };
    let owner = accounts::create_owner(&quince, owner).await.unwrap().staff;
    let other = StaffForm {
        name: "Jonas".into(),
        email: "jonas@example.org".into(),
        password: "correct horse battery".into(),
        zone: "UTC".into(),
        role: Role::Staff,
    };
    let other = accounts::add_staff(&quince, owner, other).await.unwrap();
    let around_the_clock = ProfileForm {
        name: "Jonas".into(),
        zone: "UTC".into(),
        hours: WeeklyHours::always(),
        overrides: Vec::new(),
    };
    profile::save(&quince, other, &around_the_clock).await.unwrap();
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "other".into(),
            kind: Kind::Personal,
            rules: Rules {
                duration: 5,
                interval: 5,
                notice: Span::new(0, Unit::Minutes),
                range: DateRange::Rolling(Span::new(700, Unit::Days)),
                ..Rules::default()
            },
            ..CalendarSettings::new("Other")
        },
        vec![MemberSettings::new(other)],
    );
    booking_calendars::create(&quince, owner, form).await.unwrap();
    (quince, owner)
}

/// Connects the odd calendar, which is read only when that is asked for.
async fn connect(quince: &Quince, owner: StaffId, server: &Server) -> ConnectionId {
    let id = connections::connect(quince, owner, server.login()).await.unwrap();
    let all = connections::list(quince, owner).await.unwrap();
    let odd = all[0]
        .calendars
        .iter()
        .find(|calendar| calendar.name == "Odd")
        .unwrap()
        .id;
    let mut tx = quince.store().write().await.unwrap();
    remote_calendars::set_conflicts(&mut tx, owner, &[odd])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// The most memory that this process has held at once since it was last asked, in megabytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    // 5 sets the peak back to what is held now (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kilobytes / 1_000
}
