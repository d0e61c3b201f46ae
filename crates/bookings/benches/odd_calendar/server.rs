//! The practice iCloud with an odd calendar, in a process of its own, so that its memory and its work are not Quince's.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use bookings::connections::Login;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sandbox::{NewCalendar, Options, Sandbox};
use url::Url;

/// Tells the process that it is the server, and of which calendar.
const SERVER: &str = "QUINCE_BENCH_SERVER";

/// What is odd about the calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// Series with an occurrence every ten minutes, for ever.
    Dense,
    /// Very many series that happen each day.
    Daily,
    /// A search is answered with three megabytes that unpack to far more.
    Gzip,
}

impl Odd {
    pub const ALL: [Self; 3] = [Self::Dense, Self::Daily, Self::Gzip];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Daily => "daily",
            Self::Gzip => "gzip",
        }
    }

    pub fn about(self) -> String {
        let events = self.events();
        match self {
            Self::Dense => format!("{events} events that happen every ten minutes for ever"),
            Self::Daily => format!("{events} daily series"),
            Self::Gzip => "an answer of 3 MB that unpacks to gigabytes".to_owned(),
        }
    }

    fn events(self) -> usize {
        let asked = std::env::var("EVENTS").ok().map(|text| text.parse().unwrap());
        asked.unwrap_or(match self {
            Self::Dense => 250,
            Self::Daily => 5_000,
            Self::Gzip => 1,
        })
    }

    fn event(self, number: usize) -> String {
        let (rule, start) = match self {
            Self::Dense => ("FREQ=SECONDLY;INTERVAL=600", "20260101T000000Z".to_owned()),
            _ => (
                "FREQ=DAILY",
                format!("20260101T{:02}{:02}00Z", number % 24, number % 60),
            ),
        };
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:odd-{number:05}\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART:{start}\r\nDURATION:PT5M\r\nRRULE:{rule}\r\nSUMMARY:Odd\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }
}

/// The present: at midnight.
pub fn start() -> Timestamp {
    Timestamp::from_second(1_795_046_400).unwrap()
}

pub fn is_server() -> bool {
    std::env::var_os(SERVER).is_some()
}

/// Runs until standard input closes.
pub async fn serve() {
    let name = std::env::var(SERVER).unwrap();
    let odd = Odd::ALL.into_iter().find(|odd| odd.name() == name).unwrap();
    let sandbox = Sandbox::start(Options::default().now(start())).await.unwrap();
    let control = sandbox.control();
    let calendar = control.add_calendar(control.accounts()[0], NewCalendar::named("Odd"));
    for number in 0..odd.events() {
        control.put_event(calendar, &odd.event(number));
    }
    let login = control.default_account();
    let entry = if odd == Odd::Gzip {
        // All is asked for where the answer can be changed.
        control.switch(|switches| switches.absolute_home = false);
        front(sandbox.entry_url().clone()).await
    } else {
        sandbox.entry_url().clone()
    };
    println!("{entry} {} {}", login.apple_id, login.app_password);
    std::io::stdout().flush().unwrap();
    tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop))
        .await
        .unwrap();
}

/// Hands everything on, and answers searches by itself. Returns its address.
async fn front(behind: String) -> String {
    let answer = Bytes::from(packed());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    // It chooses how connections are secured, which another client needs, too.
    caldav::Client::builder().build().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let app = Router::new()
        .fallback(hand_on)
        .with_state(Arc::new((client, behind, answer)));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

async fn hand_on(
    State(shared): State<Arc<(reqwest::Client, String, Bytes)>>,
    request: Request,
) -> Response<Body> {
    let (client, behind, answer) = &*shared;
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    if String::from_utf8_lossy(&body).contains("calendar-query") {
        return Response::builder()
            .status(StatusCode::MULTI_STATUS)
            .header("Content-Type", "application/xml")
            .header("Content-Encoding", "gzip")
            .body(Body::from(answer.clone()))
            .unwrap();
    }
    let url = format!("{}{}", behind.trim_end_matches('/'), parts.uri);
    let mut headers = parts.headers;
    headers.remove("host");
    headers.remove("accept-encoding");
    let request = client.request(parts.method, url).headers(headers).body(body);
    let answer = request.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != "transfer-encoding" && name != "content-length" {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}

/// Three megabytes of blanks between two tags.
fn packed() -> Vec<u8> {
    let blanks = vec![b' '; 1024 * 1024];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(b"<?xml version='1.0'?><multistatus xmlns='DAV:'>")
        .unwrap();
    while encoder.get_ref().len() < 3_000_000 {
        encoder.write_all(&blanks).unwrap();
    }
    encoder.write_all(b"</multistatus>").unwrap();
    encoder.finish().unwrap()
}

/// The running server and its login.
pub struct Server {
    child: Child,
    pub entry: Url,
    apple_id: String,
    app_password: String,
}

impl Server {
    pub fn start(odd: Odd) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SERVER, odd.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        Self {
            child,
            entry: Url::parse(words[0]).unwrap(),
            apple_id: words[1].to_owned(),
            app_password: words[2].to_owned(),
        }
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
