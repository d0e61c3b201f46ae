//! Free slots over HTTP, uncached: ten hosts with a hundred busy spans each, 31 days, eight connections.
//!
//! Prints requests per second and the answer's latency; nothing here passes or fails by time.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot set itself up has nothing to say"
)]

mod support;

use support::{Latencies, Server, fill};

const HOSTS: usize = 10;
const BUSY: i64 = 100;
const CONNECTIONS: usize = 8;
const REQUESTS: usize = 2_000;

// One thread asks, so that it takes little of the processors that the server is measured on.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("quince.db").display());
    fill(folder.path(), &database, HOSTS, BUSY).await;
    let server = Server::start(folder.path(), &database);
    let question = server.free_slots(31);
    ask(&question, 20).await;
    let latencies = ask(&question, REQUESTS).await;
    println!(
        "free slots over HTTP: {HOSTS} hosts, {BUSY} busy spans each, 31 days, {CONNECTIONS} connections\n  {latencies}"
    );
}

async fn ask(question: &str, requests: usize) -> Latencies {
    let client = reqwest::Client::new();
    let request = || {
        let (client, question) = (client.clone(), question.to_owned());
        async move {
            let answer = client.get(&question).send().await.unwrap();
            answer.error_for_status().unwrap().bytes().await.unwrap();
        }
    };
    let connection = || (0..requests).map(|_| request()).collect();
    Latencies::of((0..CONNECTIONS).map(|_| connection()).collect()).await
}
