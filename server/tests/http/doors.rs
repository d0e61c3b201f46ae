//! Who gets in: half-sent requests, connections that are never used, other names of this server, the first visitor; and where a
//! redirect leads.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::header::{HOST, LOCATION, REFERER};
use reqwest::{RequestBuilder, StatusCode};

use crate::support::{Quince, eventually, http};

fn connect(quince: &Quince) -> TcpStream {
    let stream = TcpStream::connect(quince.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream
}

/// Whether the server closes the connection by itself.
fn is_closed(mut stream: &TcpStream) -> bool {
    match stream.read(&mut [0; 1024]) {
        Ok(0) => true,
        Ok(_) => panic!("something was answered"),
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_are_never_finished_starve_nobody_and_are_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let mut slow = Vec::new();
    for n in 0..300 {
        let mut stream = connect(&quince);
        // Some say nothing at all.
        if n % 3 > 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localh").unwrap();
        }
        slow.push(stream);
        if n % 100 == 99 {
            let ready = http().get(quince.at("/readyz")).send().await.unwrap();
            assert_eq!(ready.status(), StatusCode::OK);
        }
    }
    // Sending a little now and then buys no time.
    let trickling = slow.last_mut().unwrap();
    for _ in 0..8 {
        std::thread::sleep(Duration::from_secs(2));
        if trickling.write_all(b"x").is_err() {
            break;
        }
    }
    assert!(slow.iter().all(is_closed));
}

#[test]
fn a_connection_that_is_idle_serves_again() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let mut stream = connect(&quince);
    for pause in [12, 0] {
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut answer = [0; 1024];
        let read = stream.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        // Longer than a head may take.
        std::thread::sleep(Duration::from_secs(pause));
    }
}

#[test]
fn a_stop_does_not_wait_for_slow_clients() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let mut stream = connect(&quince);
    stream
        .write_all(b"POST /api/fn/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nemail=")
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    quince.stop();
    // Containers are killed ten seconds after they are told to stop.
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}

/// A form as a browser sends it that runs no script.
fn form(quince: &Quince, endpoint: &str, body: &'static str) -> RequestBuilder {
    http()
        .post(quince.local(&format!("api/fn/{endpoint}")))
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

#[tokio::test]
async fn a_name_that_is_not_this_servers_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let vars = [("QUINCE_BASE_URL", "https://book.example.com/")];
    let quince = Quince::serve(folder.path(), &vars);
    for (host, status) in [
        ("book.example.com", StatusCode::OK),
        ("localhost:3000", StatusCode::OK),
        ("evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("192.168.1.20:3000", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = http().get(quince.local("setup")).header(HOST, host);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{host}");
        let words = answer.text().await.unwrap();
        assert!(
            status == StatusCode::OK || words.contains("QUINCE_BASE_URL"),
            "{words}"
        );
    }
    let look = http().get(quince.local("readyz")).header(HOST, "quince-1:3000");
    assert_eq!(look.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_redirect_never_leaves_this_server() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    for body in ["", "email=a", "email=a&password=b&to=https://evil.example/"] {
        for referer in [
            "https://evil.example/x?y=1",
            "//evil.example/x",
            "https:evil.example",
        ] {
            let request = form(&quince, "sign-in", body).header(REFERER, referer);
            let answer = request.send().await.unwrap();
            let to = answer
                .headers()
                .get(LOCATION)
                .map(|to| to.to_str().unwrap().to_owned());
            let stays = to
                .as_deref()
                .is_none_or(|to| to.starts_with('/') && !to.starts_with("//"));
            assert!(stays, "{body} from {referer} leads to {to:?}");
        }
    }
}

#[tokio::test]
async fn the_first_visitor_of_a_server_that_others_reach_has_to_know_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let vars = [("QUINCE_BASE_URL", "https://book.example.com/")];
    let quince = Quince::serve(folder.path(), &vars);
    let code_said = || {
        let said = quince.said.lock().unwrap().clone();
        let mut lines = said.lines();
        lines.find_map(|line| Some(line.strip_prefix("Set-up code: ")?.to_owned()))
    };
    // It is said after the address.
    eventually("the code is said", async || code_said().is_some()).await;
    let code = code_said().unwrap();
    let page = http().get(quince.local("setup")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("name=\"code\""));
    let fields = "workspace=A&name=A&email=a%40quince.example&password=correct+horse+battery&zone=UTC";
    for wrong in ["", "&code=", "&code=0000-0000-0000"] {
        let body: &'static str = format!("{fields}{wrong}").leak();
        let answer = form(&quince, "create-owner", body).send().await.unwrap();
        let to = answer.headers()[LOCATION].to_str().unwrap();
        assert!(!to.contains("connect-icloud"), "{wrong}: {to}");
    }
    let body: &'static str = format!("{fields}&code={}", code.to_lowercase()).leak();
    let answer = form(&quince, "create-owner", body).send().await.unwrap();
    assert_eq!(answer.headers()[LOCATION], "/connect-icloud");
}

#[tokio::test]
async fn on_one_machine_alone_no_code_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let page = http().get(quince.at("setup")).send().await.unwrap();
    assert!(!page.text().await.unwrap().contains("name=\"code\""));
}

#[test]
fn the_demo_is_open_to_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args(["demo", "--data-dir"])
        .arg(folder.path().join("demo"))
        .env("QUINCE_ADDR", "0.0.0.0:0")
        .output()
        .unwrap();
    assert!(!demo.status.success());
    let words = String::from_utf8_lossy(&demo.stderr);
    assert!(words.contains("on this machine alone"), "{words}");
    assert!(!folder.path().join("demo").exists());
}

#[tokio::test]
async fn who_signs_in_and_who_does_not_leaves_a_line() {
    let proxy = ("QUINCE_TRUSTED_PROXIES", "127.0.0.0/8");
    for (filter, is_said) in [("info", true), ("info,audit=off", false)] {
        let folder = tempfile::tempdir().unwrap();
        let (quince, said) = Quince::demo(folder.path(), &[proxy, ("QUINCE_LOG", filter)]);
        let sign_in = async |password: &str| {
            let email = said["owner_email"].as_str().unwrap();
            let body = format!("email={email}%0Aforged&password={password}&to=").leak();
            form(&quince, "sign-in", body)
                .header("x-forwarded-for", "203.0.113.7")
                .send()
                .await
                .unwrap();
            let body = format!("email={email}&password={password}&to=").leak();
            let request = form(&quince, "sign-in", body);
            request
                .header("x-forwarded-for", "203.0.113.7")
                .send()
                .await
                .unwrap();
        };
        sign_in("wrong+horse+battery").await;
        let right = said["owner_password"].as_str().unwrap().replace(' ', "+");
        sign_in(&right).await;
        for _ in 0..10 {
            sign_in("wrong+horse+battery").await;
        }
        let log = quince.log.lock().unwrap().clone();
        for words in ["a sign-in was refused", "signed in", "tried too often"] {
            let line = log
                .lines()
                .find(|line| line.contains("audit") && line.contains(words));
            assert_eq!(line.is_some(), is_said, "{words} with {filter}: {log}");
            assert!(line.is_none_or(|line| line.contains("203.0.113.7")), "{line:?}");
        }
        for secret in ["wrong horse", "wrong+horse", &right] {
            assert!(!log.contains(secret), "{log}");
        }
        assert!(!log.lines().any(|line| line.starts_with("forged")), "{log}");
    }
}

#[tokio::test]
async fn a_line_of_a_request_has_its_number_however_little_is_logged() {
    for filter in ["info", "warn"] {
        let folder = tempfile::tempdir().unwrap();
        let (quince, said) = Quince::demo(folder.path(), &[("QUINCE_LOG", filter)]);
        let body = format!(
            "email={}&password=wrong&to=",
            said["owner_email"].as_str().unwrap()
        );
        // Of the log too little is there to find the address in it.
        let request = http()
            .post(quince.at("api/fn/sign-in"))
            .header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        let number = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let refused = || {
            let log = quince.log.lock().unwrap().clone();
            let mut lines = log.lines().map(str::to_owned);
            lines.find(|line| line.contains("a sign-in was refused"))
        };
        // What it says arrives by a pipe.
        while refused().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let line = refused();
        assert!(
            line.as_ref().is_some_and(|line| line.contains(&number)),
            "{filter}: {line:?}"
        );
    }
}

#[tokio::test]
async fn whom_to_tell_about_a_weakness_is_published_if_the_operator_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(
        folder.path(),
        &[("QUINCE_SECURITY_CONTACT", "safe@studio.example")],
    );
    let address = quince.at(".well-known/security.txt");
    let answer = http().get(&address).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(
        text.starts_with("Contact: mailto:safe@studio.example\n"),
        "{text}"
    );
    assert!(text.contains("\nExpires: 2027-05-30T"), "{text}");
    assert!(text.contains(&format!("\nCanonical: {address}\n")), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    let answer = http()
        .get(quince.at(".well-known/security.txt"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let quince = Quince::serve(&kept, &[]);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept), 0o700);
    for file in std::fs::read_dir(&kept).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    assert!(!quince.log.lock().unwrap().contains("chmod"));
    quince.kill();
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o755)).unwrap();
    let quince = Quince::serve(&kept, &[]);
    assert!(quince.log.lock().unwrap().contains("chmod 700"));
}
