//! Free slots over HTTP, uncached: ten hosts with a hundred busy spans each, 31 days, eight connections.
//!
//! Prints requests per second and the answer's latency; nothing here passes or fails by time.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot set itself up has nothing to say, and it runs by the machine's clock"
)]

mod support;

use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use support::{Latencies, Server, fill};
use tokio::net::TcpStream;
use url::Url;

const HOSTS: usize = 10;
const EVENTS: i64 = 100;
const CONNECTIONS: usize = 8;
const REQUESTS: usize = 2_000;

// Who asks takes as little as possible of the processors that the server is measured on: one thread, and HTTP alone.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("quince.db").display());
    fill(folder.path(), &database, HOSTS, EVENTS).await;
    let server = Server::start(folder.path(), &database);
    let question: Url = server.free_slots(31).parse().unwrap();
    ask(&question, 100).await;
    let latencies = ask(&question, REQUESTS).await;
    println!(
        "free slots over HTTP: {HOSTS} hosts, {EVENTS} events each, 31 days, {CONNECTIONS} connections\n  {latencies}"
    );
}

async fn ask(question: &Url, requests: usize) -> Latencies {
    Latencies::of((0..CONNECTIONS).map(|_| over_one_connection(question.clone(), requests))).await
}

async fn over_one_connection(question: Url, requests: usize) -> Vec<Duration> {
    let host = question.authority().to_owned();
    let target = &question[url::Position::BeforePath..];
    let stream = TcpStream::connect(&host).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut times = Vec::with_capacity(requests);
    for _ in 0..requests {
        let request = Request::get(target)
            .header("host", &host)
            .body(Empty::<Bytes>::new())
            .unwrap();
        let start = Instant::now();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body().collect().await.unwrap();
        times.push(start.elapsed());
    }
    times
}
