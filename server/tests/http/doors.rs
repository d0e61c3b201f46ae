//! What keeps one client from starving the others: half-sent requests, connections that are never used, and a stop.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::support::{Quince, http};

fn connect(quince: &Quince) -> TcpStream {
    let address = quince.url.trim_start_matches("http://").trim_end_matches('/');
    let stream = TcpStream::connect(address).unwrap();
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
