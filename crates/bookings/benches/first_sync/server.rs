//! The practice iCloud with the calendars to read, in a process of its own, so that its memory and its work are not the
//! client's.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use bookings::connections::Login;
use caldav::Credentials;
use jiff::{SignedDuration, Timestamp};
use sandbox::{NewCalendar, Options, Sandbox};
use url::Url;

use crate::{ATTACHMENT_BYTES, ATTACHMENTS, EVENTS};

/// Tells the process that it is the server.
const SERVER: &str = "QUINCE_BENCH_SERVER";

/// When the first event is.
pub fn start() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

pub fn is_server() -> bool {
    std::env::var_os(SERVER).is_some()
}

/// Runs until standard input closes.
pub async fn serve() {
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
    // Each line that comes in sets the pace of the line out, in bytes a second; an empty one takes it away.
    tokio::task::spawn_blocking(move || {
        for pace in std::io::stdin().lines().map_while(Result::ok) {
            control.switch(|switches| switches.bytes_per_second = pace.parse().ok());
            println!("{pace}");
        }
    })
    .await
    .unwrap();
}

/// An ordinary event as a phone writes it, each in an hour of its own; every tenth recurs.
pub fn event(number: usize) -> String {
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

/// The running server and its login.
pub struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    pub entry: Url,
    apple_id: String,
    app_password: String,
}

impl Server {
    pub fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SERVER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        Self {
            child,
            said,
            entry: Url::parse(words[0]).unwrap(),
            apple_id: words[1].to_owned(),
            app_password: words[2].to_owned(),
        }
    }

    /// Sets the pace of its line out, in bytes a second.
    pub fn pace(&mut self, bytes_per_second: u32) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{bytes_per_second}").unwrap();
        self.said.read_line(&mut String::new()).unwrap();
    }

    /// What the client logs in with.
    pub fn credentials(&self) -> Credentials {
        Credentials::new(&self.apple_id, self.app_password.as_str())
    }

    /// What a person types.
    pub fn login(&self) -> Login {
        Login {
            apple_id: self.apple_id.clone(),
            app_password: self.app_password.clone(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
