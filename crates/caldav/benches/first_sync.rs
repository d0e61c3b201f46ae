//! First sync of a calendar with 10,000 events, and of one with 20 MB attachments, from the practice iCloud.
//!
//! `cargo bench -p caldav --bench first_sync`. The server runs in a process of its own, so that its memory does not count.
//! Beside the client's time stands the server's own: the same REPORT, its body thrown away as it arrives. Nothing here
//! passes or fails by time.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot set itself up has nothing to say"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use caldav::{Account, Calendar, Client, Credentials, Guard};
use jiff::{SignedDuration, Timestamp};
use sandbox::{NewCalendar, Options, Sandbox};
use url::Url;

const EVENTS: usize = 10_000;
const ATTACHMENTS: usize = 5;
const ATTACHMENT_BYTES: usize = 19 * 1024 * 1024;
const ROUNDS: usize = 9;
/// Tells the process that it is the server.
const SERVER: &str = "QUINCE_BENCH_SERVER";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if std::env::var_os(SERVER).is_some() {
        runtime.block_on(serve());
    } else {
        runtime.block_on(measure());
    }
}

/// Runs until standard input closes.
async fn serve() {
    let sandbox = Sandbox::start(Options::default().now(start())).await.unwrap();
    let control = sandbox.control();
    let account = control.accounts()[0];
    let many = control.calendar_named(account, "Work").unwrap();
    for number in 0..EVENTS {
        control.put_event(many, &event(number));
    }
    let heavy = control.add_calendar(account, NewCalendar::named("Attachments"));
    for number in 0..ATTACHMENTS {
        let uid = format!("heavy-{number}");
        control.put_event(heavy, &sandbox::large_attachment(&uid, start(), ATTACHMENT_BYTES));
    }
    let login = control.default_account();
    println!(
        "{} {} {}",
        sandbox.entry_url(),
        login.apple_id,
        login.app_password
    );
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
        .await
        .unwrap()
        .unwrap();
}

fn start() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

/// An ordinary event as a phone writes it, each in an hour of its own; every tenth recurs.
fn event(number: usize) -> String {
    let hours = SignedDuration::from_hours(i64::try_from(number).unwrap() % 4_000);
    let text = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (from, to) = (start() + hours, start() + hours + SignedDuration::from_mins(45));
    let rule = if number.is_multiple_of(10) {
        "RRULE:FREQ=WEEKLY;COUNT=20\r\n"
    } else {
        ""
    };
    format!(
        "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nPRODID:-//Apple Inc.//iOS 26.0//EN\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n\
         CREATED:20260101T000000Z\r\nDTSTAMP:20260101T000000Z\r\nLAST-MODIFIED:20260101T000000Z\r\nUID:event-{number:05}\r\n\
         DTSTART:{}\r\nDTEND:{}\r\n{rule}SUMMARY:Appointment {number}\r\nLOCATION:14 Harbor Street\\, Room {}\r\n\
         DESCRIPTION:Bring the plans and the keys.\\nCall before noon if it does not suit.\r\nSEQUENCE:0\r\nTRANSP:OPAQUE\r\n\
         X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\n\
         TRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        text(from),
        text(to),
        number % 40,
    )
}

struct Server {
    child: Child,
    entry: Url,
    login: Credentials,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn server() -> Server {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(SERVER, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    Server {
        child,
        entry: Url::parse(words[0]).unwrap(),
        login: Credentials::new(words[1], words[2]),
    }
}

async fn measure() {
    let server = server();
    let client = Client::builder()
        .guard(Guard::strict().allow_loopback())
        .build()
        .unwrap()
        .for_entry(&server.entry);
    let account = client.discover(&server.entry, &server.login).await.unwrap();
    let many = named(&client, &server, &account, "Work").await;
    let heavy = named(&client, &server, &account, "Attachments").await;

    let (mut ours, mut theirs, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut busy = Duration::ZERO;
    for _ in 0..ROUNDS {
        // In turns, so that both meet the same machine.
        let (time, size) = report(&many.url, &server.login).await;
        theirs.push(time);
        bytes = size;
        let (began, worked) = (Instant::now(), processor_time());
        assert_eq!(first_sync(&client, &server, &account, "Work").await, EVENTS);
        ours.push(began.elapsed());
        busy += processor_time().saturating_sub(worked);
    }
    let peak = peak_memory();
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "First sync of {EVENTS} events ({} kB); median of {ROUNDS} runs in turns",
        bytes / 1_000
    );
    println!("  the server's own time for one REPORT:   {theirs:>10.2?}");
    println!("  list of calendars, REPORT and reading:  {ours:>10.2?}  = {ratio:.2} x");
    println!(
        "  of that, processor time of the client:  {:>10.2?}",
        busy / u32::try_from(ROUNDS).unwrap()
    );
    println!("  peak memory of the client's process:    {peak:>7} MB");

    let (theirs, bytes) = report(&heavy.url, &server.login).await;
    let began = Instant::now();
    assert_eq!(
        first_sync(&client, &server, &account, "Attachments").await,
        ATTACHMENTS
    );
    println!(
        "First sync of {ATTACHMENTS} events with attachments ({} MB)",
        bytes / 1_000_000
    );
    println!("  the server's own time for one REPORT:   {theirs:>10.2?}");
    println!(
        "  list of calendars, REPORT and reading:  {:>10.2?}",
        began.elapsed()
    );
    println!(
        "  peak memory of the client's process:    {:>7} MB",
        peak_memory()
    );
}

async fn named(client: &Client, server: &Server, account: &Account, name: &str) -> Calendar {
    let all = client.calendars(&account.homes, &server.login).await.unwrap();
    all.into_iter().find(|calendar| calendar.name == name).unwrap()
}

/// What a first sync of a calendar asks for; returns how many events came.
async fn first_sync(client: &Client, server: &Server, account: &Account, name: &str) -> usize {
    let calendar = named(client, server, account, name).await;
    let (from, to) = span();
    let mut stream = client.stream_range(&calendar.url, &server.login, from, to);
    let mut count = 0;
    while let Some(bit) = stream.next().await.unwrap() {
        assert!(bit.unreadable.is_empty() && bit.missing.is_empty());
        count += bit
            .resources
            .iter()
            .filter(|resource| resource.data.contains("END:VEVENT"))
            .count();
    }
    count
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
        .request(http::Method::from_bytes(b"REPORT").unwrap(), calendar.clone())
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

/// The most memory that this process has held at once, in megabytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
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
