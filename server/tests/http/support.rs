//! A running `quince` as its own process, and a person's browser without script.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bookings::clock::{Clock, SystemClock, TestClock};
use bookings::{MailSettings, Settings};
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use sandbox::{Options, Sandbox};
use serde_json::Value;
use store::{SecretKey, Store};
use tokio::runtime::{Builder, Runtime};

/// A `quince` process; killed when dropped.
pub struct Quince {
    child: Child,
    pub url: String,
    /// What it said on standard output so far.
    pub said: Arc<Mutex<String>>,
    /// What it said on standard error so far.
    pub log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Quince {
    /// `quince serve` in a folder.
    pub fn serve(folder: &Path, vars: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quince"));
        command.arg("serve");
        Self::serve_by(command, folder, vars)
    }

    /// `quince serve` in a folder, by a shell that does something before it becomes it.
    pub fn serve_in_shell(before: &str, folder: &Path, vars: &[(&str, &str)]) -> Self {
        let mut command = Command::new("sh");
        let script = format!("{before}; exec \"$0\" serve");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_quince")]);
        Self::serve_by(command, folder, vars)
    }

    fn serve_by(mut command: Command, folder: &Path, vars: &[(&str, &str)]) -> Self {
        command.env("QUINCE_DATA_DIR", folder);
        let (child, said, log, readers) = start(command, vars);
        let line = first_line(&said);
        let url = line
            .trim()
            .strip_prefix("Quince is ready: ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Self {
            child,
            url,
            said,
            log,
            readers,
        }
    }

    /// `quince demo` in a folder, with what it prints as JSON.
    pub fn demo(folder: &Path, vars: &[(&str, &str)]) -> (Self, Value) {
        Self::demo_at("2026-12-01T09:00:00Z", folder, vars)
    }

    /// As [`Quince::demo`], when its clock shows this instant.
    pub fn demo_at(now: &str, folder: &Path, vars: &[(&str, &str)]) -> (Self, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quince"));
        command
            .args(["demo", "--json", "--now", now, "--data-dir"])
            .arg(folder);
        let (child, said, log, readers) = start(command, vars);
        let line = first_line(&said);
        let json: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let url = json["app"].as_str().unwrap().to_owned();
        (
            Self {
                child,
                url,
                said,
                log,
                readers,
            },
            json,
        )
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself; answers its code and its log.
    pub async fn end(mut self) -> (Option<i32>, String) {
        let mut code = None;
        eventually("the process ends", async || {
            let status = self.child.try_wait().unwrap();
            code = status.and_then(|status| status.code());
            status.is_some()
        })
        .await;
        (code, self.whole_log())
    }

    /// What a process that has ended has said: other threads read it, to the end.
    fn whole_log(&mut self) -> String {
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        self.log.lock().unwrap().clone()
    }

    /// Asks it to stop, and waits until it has. Answers its log.
    pub fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
        self.whole_log()
    }

    /// The address that it listens on, which its log names: with a base address of its own it prints that.
    pub fn address(&self) -> String {
        for _ in 0..50 {
            let log = self.log.lock().unwrap().clone();
            let found = log.split("addr=").nth(1);
            if let Some(address) = found.and_then(|rest| rest.split_whitespace().next()) {
                return address.to_owned();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no address in the log");
    }

    /// An address of it on this machine.
    pub fn local(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address())
    }

    pub fn at(&self, path: &str) -> String {
        format!(
            "{}/{}",
            self.url.trim_end_matches('/'),
            path.trim_start_matches('/')
        )
    }
}

impl Drop for Quince {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line(said: &Mutex<String>) -> String {
    said.lock().unwrap().lines().next().unwrap_or_default().to_owned()
}

/// What a process says, kept as it comes, and the thread that reads it.
fn listen(output: impl Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let said = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&said);
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            kept.lock().unwrap().push_str(&(line + "\n"));
        }
    });
    (said, reader)
}

/// A process, what it says on standard output and on standard error, and who reads that.
type Started = (Child, Arc<Mutex<String>>, Arc<Mutex<String>>, Vec<JoinHandle<()>>);

/// Starts it and waits for its first line.
fn start(mut command: Command, vars: &[(&str, &str)]) -> Started {
    command
        .env("QUINCE_ADDR", "127.0.0.1:0")
        .envs(vars.iter().copied());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (log, of_log) = listen(child.stderr.take().unwrap());
    let (said, of_said) = listen(child.stdout.take().unwrap());
    while said.lock().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
        if child.try_wait().unwrap().is_some() {
            of_log.join().unwrap();
            panic!("quince did not start:\n{}", log.lock().unwrap());
        }
    }
    (child, said, log, vec![of_log, of_said])
}

/// The use cases on a folder whose process has ended, for what is quicker to set up without pages.
pub async fn use_cases(folder: &Path) -> bookings::Quince {
    let key = SecretKey::load_or_create(&folder.join("secret.key")).unwrap();
    let database = format!("sqlite://{}", folder.join("quince.db").display());
    open_use_cases(
        ICLOUD,
        Store::open(&database, key).await.unwrap(),
        folder,
        Arc::new(SystemClock),
    )
}

/// As [`use_cases`], when their clock shows this instant.
pub async fn use_cases_at(now: &str, folder: &Path) -> bookings::Quince {
    let key = SecretKey::load_or_create(&folder.join("secret.key")).unwrap();
    let database = format!("sqlite://{}", folder.join("quince.db").display());
    let clock = TestClock::at(now.parse().unwrap());
    open_use_cases(
        ICLOUD,
        Store::open(&database, key).await.unwrap(),
        folder,
        Arc::new(clock),
    )
}

/// As [`use_cases`], on a database of another process, which may go on.
pub async fn use_cases_on(database: &str, key: &str, folder: &Path) -> bookings::Quince {
    use_cases_beside(ICLOUD, database, key, folder).await
}

/// As [`use_cases_on`], with another iCloud than Apple's.
pub async fn use_cases_beside(icloud: &str, database: &str, key: &str, folder: &Path) -> bookings::Quince {
    let key = SecretKey::from_base64(key).unwrap();
    open_use_cases(
        icloud,
        Store::open(database, key).await.unwrap(),
        folder,
        Arc::new(SystemClock),
    )
}

const ICLOUD: &str = "https://caldav.icloud.com/";

fn open_use_cases(icloud: &str, store: Store, folder: &Path, clock: Arc<dyn Clock>) -> bookings::Quince {
    let settings = Settings {
        base_url: "http://127.0.0.1:3000/".parse().unwrap(),
        icloud_url: icloud.parse().unwrap(),
        allow_loopback: icloud.starts_with("http:"),
        mail: MailSettings::Folder {
            path: folder.join("mail"),
            from: "quince@studio.example".to_owned(),
        },
        calendar_hosts: Vec::new(),
        setup_code: None,
        retention: bookings::Retention::default(),
        password_work: bookings::PasswordWork::LeastForTests,
        practice: None,
    };
    bookings::Quince::new(settings, store, clock).unwrap()
}

/// Starts what serves, in a thread of its own: it answers even while the test's thread waits for a process to end.
pub async fn beside<T: Send + 'static>(start: impl Future<Output = T> + Send + 'static) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let builder = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        builder.unwrap()
    });
    RUNTIME.spawn(start).await.unwrap()
}

/// A practice iCloud as most tests have it.
pub async fn practice_icloud() -> Sandbox {
    beside(Sandbox::start(Options::default())).await.unwrap()
}

/// A client that follows no redirects, so that a test sees each answer.
pub fn http() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap()
}

/// A person's browser without script: it keeps its cookie, and its forms come from the page itself.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    base: String,
    pub cookie: Option<String>,
}

impl Browser {
    pub fn new(quince: &Quince) -> Self {
        Self {
            http: http(),
            base: quince.url.trim_end_matches('/').to_owned(),
            cookie: None,
        }
    }

    pub async fn get(&mut self, path: &str) -> Response {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .header("accept", "text/html");
        self.send(request).await
    }

    pub async fn page(&mut self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    /// Sends a form from a page.
    pub async fn post(&mut self, page: &str, endpoint: &str, fields: &[(&str, &str)]) -> Response {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .post(format!("{}/api/fn/{endpoint}", self.base))
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(ORIGIN, &self.base)
            .header("referer", format!("{}{page}", self.base))
            .body(body);
        self.send(request).await
    }

    /// Sends a form that must be accepted; answers where it leads.
    pub async fn submit(&mut self, page: &str, endpoint: &str, fields: &[(&str, &str)]) -> String {
        let response = self.post(page, endpoint, fields).await;
        assert_eq!(response.status(), StatusCode::FOUND, "{endpoint}");
        let to = response
            .headers()
            .get(LOCATION)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(!to.contains("__err"), "{endpoint} was refused: {to}");
        to
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
        }
        response
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) {
        let fields = [("email", email), ("password", password), ("to", "")];
        assert_eq!(self.submit("/sign-in", "sign-in", &fields).await, "/calendar");
    }
}

/// Waits until something holds, which a background job brings about.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(
            start.elapsed() < Duration::from_secs(40),
            "did not happen: {what}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What a server has logged, once it holds a text: lines are read a moment after they were written.
pub async fn logged(quince: &Quince, text: &str) -> String {
    eventually("the log holds a text", async || {
        quince.log.lock().unwrap().contains(text)
    })
    .await;
    quince.log.lock().unwrap().clone()
}

/// An answer's JSON.
pub async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
