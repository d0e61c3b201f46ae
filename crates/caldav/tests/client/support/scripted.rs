//! A server that says exactly what a test wants, byte by byte, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use caldav::{Credentials, Error, Listed};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::client;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    head: String,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Script = dyn Fn(&Seen) -> Vec<u8> + Send + Sync;

/// The running server. It stops with the test's runtime.
#[derive(Clone)]
pub struct Scripted {
    pub url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Scripted {
    /// Starts a server that answers every request with what `script` makes of it; an empty answer means silence.
    pub async fn start(script: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn at(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(seen) = read_request(&mut stream).await else {
        return;
    };
    let answer = script(&seen);
    log.lock().unwrap().push(seen);
    if answer.is_empty() {
        // Silence until the client gives up and closes.
        let _ = stream.read(&mut [0; 1]).await;
        return;
    }
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut words = head.split_ascii_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut seen = Seen {
        method,
        path,
        head,
        body: String::new(),
    };
    let length: usize = seen
        .header("content-length")
        .map_or(0, |value| value.parse().unwrap());
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = String::from_utf8_lossy(&bytes[head_end..]).into_owned();
    Some(seen)
}

/// An answer with a status line (`"404 Not Found"`), header lines and a body of known length.
pub fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    raw_answer(status, headers, body.as_bytes(), body.len())
}

/// An answer that claims `length` bytes of body and sends `body`.
pub fn raw_answer(status: &str, headers: &[&str], body: &[u8], length: usize) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// A 207 with these rows inside, in Apple's manner.
pub fn multistatus(rows: &str) -> Vec<u8> {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<multistatus xmlns='DAV:'>\n{rows}\n</multistatus>"
    );
    answer(
        "207 Multi-Status",
        &["Content-Type: text/xml; charset=UTF-8"],
        &body,
    )
}

/// A row with good properties.
pub fn row(href: &str, properties: &str) -> String {
    format!(
        "<response xmlns='DAV:'><href>{href}</href><propstat><prop>{properties}</prop>\
         <status>HTTP/1.1 200 OK</status></propstat></response>"
    )
}

/// A row that only has a status.
pub fn status_row(href: &str, status: &str) -> String {
    format!("<response xmlns='DAV:'><href>{href}</href><status>HTTP/1.1 {status}</status></response>")
}

/// A row with an event's data in CDATA.
pub fn event(href: &str, etag: &str) -> String {
    row(
        href,
        &format!(
            "<getetag>\"{etag}\"</getetag><calendar-data xmlns='urn:ietf:params:xml:ns:caldav'>\n<![CDATA[BEGIN:VCALENDAR\r\nX:{etag} & more\r\n\
             END:VCALENDAR\r\n]]></calendar-data>"
        ),
    )
}

/// A row with a version only.
pub fn version(href: &str, etag: &str) -> String {
    row(href, &format!("<getetag>\"{etag}\"</getetag>"))
}

/// The answer about an empty calendar at `/cal/`.
pub const EMPTY: &str =
    "<response><href>/cal/</href><propstat><prop/><status>HTTP/1.1 200 OK</status></propstat></response>";

/// The login for scripted servers.
pub fn login() -> Credentials {
    Credentials::new("mira@example.org", "abcd-efgh-ijkl-mnop")
}

/// Lists the calendar `/cal/` of the server.
pub async fn list(server: &Scripted) -> Result<Vec<Listed>, Error> {
    client(&server.url).list_etags(&server.at("cal/"), &login()).await
}
