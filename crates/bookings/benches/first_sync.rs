//! First sync of a calendar with 10,000 events, and of one with 20 MB attachments, from the practice iCloud.
//!
//! `cargo bench -p bookings --bench first_sync`. Beside the time to read, and the time to read and store (SQLite on this
//! disk), stands the server's own: the same REPORT, its body thrown away as it arrives. The same from Radicale. Nothing here
//! passes or fails by time.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot set itself up has nothing to say, and it runs by the machine's clock"
)]

#[path = "first_sync/radicale.rs"]
mod radicale;
#[path = "first_sync/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bookings::accounts::{self, OwnerForm};
use bookings::clock::TestClock;
use bookings::connections::ServerLogin;
use bookings::{ConnectionId, MailSettings, Quince, Settings, StaffId, configuration, connections};
use caldav::{Account, Calendar, Client, Credentials, Guard};
use jiff::{SignedDuration, Timestamp};
use radicale::Radicale;
use server::{Server, start};
use store::{SecretKey, Store};
use url::Url;

const EVENTS: usize = 10_000;
const ATTACHMENTS: usize = 5;
const ATTACHMENT_BYTES: usize = 19 * 1024 * 1024;
const ROUNDS: usize = 9;
const STORING_ROUNDS: usize = 3;
const BYTES_PER_SECOND: u32 = 1_000_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if server::is_server() {
        runtime.block_on(server::serve());
        return;
    }
    let mut server = Server::start();
    runtime.block_on(async {
        let theirs = reading(&server).await;
        let icloud =
            async |quince: &Quince, owner| connections::connect(quince, owner, server.login()).await.unwrap();
        storing(server.entry.clone(), icloud, theirs).await;
        attachments(&server).await;
        slow_line(&mut server).await;
        match Radicale::start() {
            Some(radicale) => other_server(&radicale, &server).await,
            None => println!("Radicale is not installed (scripts/setup test), so it is left out."),
        }
    });
}

/// The client alone; returns the server's own time.
async fn reading(server: &Server) -> Duration {
    let reader = Reader::of(server).await;
    let many = reader.named("Work").await;
    let (mut ours, mut theirs, mut bytes) = (Vec::new(), Vec::new(), 0);
    let worked = processor_time();
    let mut reports = Duration::ZERO;
    for _ in 0..ROUNDS {
        // In turns, so that both meet the same machine.
        let before = processor_time();
        let (time, size) = report(&many.url, &reader.login).await;
        reports += processor_time().saturating_sub(before);
        theirs.push(time);
        bytes = size;
        let began = Instant::now();
        assert_eq!(reader.read("Work").await, EVENTS);
        ours.push(began.elapsed());
    }
    let busy = processor_time().saturating_sub(worked).saturating_sub(reports);
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "First sync of {EVENTS} events ({} kB); median of {ROUNDS} runs in turns",
        bytes / 1_000
    );
    println!("  the server's own time for one REPORT:    {theirs:>10.2?}");
    println!(
        "  list of calendars, REPORT and reading:   {ours:>10.2?}  = {:.2} x",
        ratio(ours, theirs)
    );
    println!(
        "  of that, processor time of the client:   {:>10.2?}",
        busy / u32::try_from(ROUNDS).unwrap()
    );
    println!(
        "  peak memory of this process meanwhile:   {:>7} MB",
        peak_memory()
    );
    theirs
}

/// All of Quince: reading, expanding over the horizon and storing, as it is when a person chooses the calendar.
async fn storing(icloud: Url, connect: impl AsyncFn(&Quince, StaffId) -> ConnectionId, theirs: Duration) {
    let mut times = Vec::new();
    let mut progress = Vec::new();
    for _ in 0..STORING_ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let (quince, owner) = workspace(icloud.clone(), folder.path()).await;
        let id = connect(&quince, owner).await;
        let connection = &connections::list(&quince, owner).await.unwrap()[0];
        let work = connection.calendars.iter().find(|found| found.name == "Work");
        let work = work.unwrap().id;
        let began = Instant::now();
        let watch = tokio::spawn(watch(quince.clone(), owner, id));
        configuration::save_primary(&quince, owner, Some(work))
            .await
            .unwrap();
        // The page does not wait for ever; the reading goes on without it.
        progress = watch.await.unwrap();
        times.push(began.elapsed());
    }
    let ours = median(times);
    println!(
        "  with all expanded and stored:            {ours:>10.2?}  = {:.2} x; median of {STORING_ROUNDS}",
        ratio(ours, theirs)
    );
    println!(
        "  peak memory of this process meanwhile:   {:>7} MB",
        peak_memory()
    );
    println!("  events that the page counted meanwhile:  {progress:?}");
}

/// The same over a line of the width that a server far away has: storing goes on while the answer comes in.
async fn slow_line(server: &mut Server) {
    server.pace(BYTES_PER_SECOND);
    let reader = Reader::of(server).await;
    let many = reader.named("Work").await;
    let (theirs, bytes) = report(&many.url, &reader.login).await;
    println!(
        "First sync of {EVENTS} events ({} kB) over a line of {} kB a second",
        bytes / 1_000,
        BYTES_PER_SECOND / 1_000
    );
    println!("  the server's own time for one REPORT:    {theirs:>10.2?}");
    let connect =
        async |quince: &Quince, owner| connections::connect(quince, owner, server.login()).await.unwrap();
    storing(server.entry.clone(), connect, theirs).await;
}

/// A server whose own work is that of a real one.
async fn other_server(radicale: &Radicale, server: &Server) {
    let login = Credentials::new(radicale::USER, radicale::PASSWORD);
    // The first answer fills the server's own cache.
    report(&radicale.calendar(), &login).await;
    let mut theirs = Vec::new();
    for _ in 0..STORING_ROUNDS {
        theirs.push(report(&radicale.calendar(), &login).await.0);
    }
    let theirs = median(theirs);
    println!("First sync of {EVENTS} events from Radicale");
    println!("  the server's own time for one REPORT:    {theirs:>10.2?}");
    let connect = async |quince: &Quince, owner| {
        let login = ServerLogin {
            address: radicale.address.to_string(),
            username: radicale::USER.to_owned(),
            password: radicale::PASSWORD.to_owned(),
        };
        connections::connect_server(quince, owner, login).await.unwrap()
    };
    storing(server.entry.clone(), connect, theirs).await;
}

/// The counts that a person sees while a calendar is read for the first time.
async fn watch(quince: Quince, owner: StaffId, connection: ConnectionId) -> Vec<u32> {
    let mut seen = Vec::new();
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let all = connections::list(&quince, owner).await.unwrap();
        let found = all.iter().find(|found| found.id == connection).unwrap();
        let work = found.calendars.iter().find(|found| found.name == "Work").unwrap();
        if work.synced_at.is_some() {
            return seen;
        }
        seen.extend(work.first_read.filter(|count| seen.last() != Some(count)));
    }
}

async fn workspace(icloud: Url, folder: &Path) -> (Quince, StaffId) {
    let settings = Settings {
        base_url: Url::parse("https://book.example").unwrap(),
        icloud_url: icloud,
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
    let address = format!("sqlite://{}", folder.join("quince.db").display());
    let store = Store::open(&address, SecretKey::random().unwrap()).await.unwrap();
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
    (quince, owner)
}

async fn attachments(server: &Server) {
    let reader = Reader::of(server).await;
    let heavy = reader.named("Attachments").await;
    let (theirs, bytes) = report(&heavy.url, &reader.login).await;
    let began = Instant::now();
    assert_eq!(reader.read("Attachments").await, ATTACHMENTS);
    println!(
        "First sync of {ATTACHMENTS} events with attachments ({} MB)",
        bytes / 1_000_000
    );
    println!("  the server's own time for one REPORT:    {theirs:>10.2?}");
    println!(
        "  list of calendars, REPORT and reading:   {:>10.2?}",
        began.elapsed()
    );
    println!(
        "  peak memory of this process meanwhile:   {:>7} MB",
        peak_memory()
    );
}

/// A client with its login.
struct Reader {
    client: Client,
    login: Credentials,
    account: Account,
}

impl Reader {
    async fn of(server: &Server) -> Self {
        let client = Client::builder()
            .guard(Guard::strict().allow_loopback())
            .build()
            .unwrap()
            .for_entry(&server.entry);
        let login = server.credentials();
        let account = client.discover(&server.entry, &login).await.unwrap();
        Self {
            client,
            login,
            account,
        }
    }

    async fn named(&self, name: &str) -> Calendar {
        let all = self.client.calendars(&self.account.homes, &self.login).await;
        let mut all = all.unwrap().into_iter();
        all.find(|calendar| calendar.name == name).unwrap()
    }

    /// What a first sync of a calendar asks for; returns how many events came.
    async fn read(&self, name: &str) -> usize {
        let calendar = self.named(name).await;
        let (from, to) = span();
        let mut stream = self.client.stream_range(&calendar.url, &self.login, from, to);
        let mut count = 0;
        while let Some(bit) = stream.next().await.unwrap() {
            assert!(bit.unreadable.is_empty() && bit.missing.is_empty());
            let whole = |resource: &&caldav::Resource| resource.data.contains("END:VEVENT");
            count += bit.resources.iter().filter(whole).count();
        }
        count
    }
}

fn span() -> (Timestamp, Timestamp) {
    (
        start() - SignedDuration::from_hours(24),
        start() + SignedDuration::from_hours(24 * 365),
    )
}

/// The same REPORT without reading what it brings.
async fn report(calendar: &Url, login: &Credentials) -> (Duration, usize) {
    let text = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (from, to) = span();
    let body = format!(
        "<?xml version=\"1.0\"?><C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop><D:getetag/>\
         <C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
         <C:time-range start=\"{}\" end=\"{}\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>",
        text(from),
        text(to),
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let began = Instant::now();
    let mut response = client
        .request(reqwest::Method::from_bytes(b"REPORT").unwrap(), calendar.clone())
        .basic_auth(&login.username, Some(login.password.expose()))
        .header("Depth", "1")
        .header("User-Agent", "bench")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 207);
    let mut bytes = 0;
    while let Some(piece) = response.chunk().await.unwrap() {
        bytes += piece.len();
    }
    (began.elapsed(), bytes)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

/// The most memory that this process has held at once since it was last asked, in megabytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    // 5 sets the peak back to what is held now (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kilobytes / 1024
}

/// The processor time of this process so far, in steps of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, which may hold blanks, `utime` and `stime` are the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11..13]
        .iter()
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(10 * ticks)
}
