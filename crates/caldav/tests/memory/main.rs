//! What answers cost that unpack to a thousand times what was sent: a bounded amount of memory and an error, never "nothing
//! there".
//!
//! One at a time, since the allocator counts for the whole process.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod gzip;
#[path = "../client/support/scripted.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod scripted;
mod shapes;

use std::sync::Arc;

use caldav::{Client, Error, Guard, Reading, Scope};
use peak_alloc::PeakAlloc;
use scripted::{Scripted, Seen, login, raw_answer};
use shapes::{Question, Shape};
use tokio::sync::Mutex;
use url::Url;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static ALONE: Mutex<()> = Mutex::const_new(());

const MEGABYTE: usize = 1024 * 1024;
/// What a text may cost, with the server of the test: less than holding one of the shapes as a whole would take.
const MOST_OF_TEXT: usize = 16 * MEGABYTE;
/// What a listing may cost.
const MOST_OF_ROWS: usize = 40 * MEGABYTE;

fn client(_: &Url) -> Client {
    let guard = Guard::strict().allow_loopback();
    let builder = Client::builder().guard(guard).scope(Scope::Loopback);
    builder.build().unwrap()
}

/// Asks until something is refused or everything was handed on; how much was named.
async fn ask(client: &Client, server: &Scripted, question: Question) -> Result<usize, Error> {
    let (calendar, login) = (server.at("cal/"), login());
    let (from, to) = (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    );
    let hrefs: Vec<String> = (0..2).map(|number| format!("/cal/{number}.ics")).collect();
    let count = |reading: &Reading| reading.resources.len() + reading.unreadable.len();
    match question {
        Question::List => Ok(client.list_etags(&calendar, &login).await?.len()),
        Question::Sync => Ok(client.sync(&calendar, &login, Some("t")).await?.changed.len()),
        Question::Calendars => Ok(client.calendars(&[calendar], &login).await?.len()),
        Question::Discovery => Ok(client.discover(&calendar, &login).await?.homes.len()),
        Question::Get => Ok(usize::from(
            client.fetch(&calendar, &login, "/cal/0.ics").await?.is_some(),
        )),
        Question::Etag => client.etag(&calendar, &login, "/cal/0.ics").await.map(|_| 1),
        Question::Range | Question::Multiget => {
            let mut events = match question {
                Question::Range => client.stream_range(&calendar, &login, from, to),
                _ => client.stream(&calendar, &login, &hrefs),
            };
            let mut found = 0;
            while let Some(reading) = events.next().await? {
                found += count(&reading);
            }
            Ok(found)
        }
    }
}

#[tokio::test]
async fn an_answer_of_long_texts_costs_no_more_than_its_bounds() {
    measure(shapes::texts, MOST_OF_TEXT).await;
}

#[tokio::test]
async fn an_answer_of_many_rows_elements_or_attributes_costs_no_more_than_its_bounds() {
    measure(shapes::numbers, MOST_OF_ROWS).await;
}

#[tokio::test]
async fn a_resource_or_an_error_costs_no_more_than_its_bounds() {
    measure(shapes::others, MOST_OF_TEXT).await;
}

async fn measure(shapes: impl Fn() -> Vec<Shape>, most: usize) {
    let _alone = ALONE.lock().await;
    for Shape {
        name,
        status,
        packed,
        questions,
    } in shapes()
    {
        let packed: Arc<[u8]> = packed.into();
        for &question in questions {
            let body = Arc::clone(&packed);
            let server = Scripted::start(move |_: &Seen| {
                raw_answer(status, &["Content-Encoding: gzip"], &body, body.len())
            })
            .await;
            let client = client(&server.url);
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            let outcome = ask(&client, &server, question).await;
            let cost = MEMORY.peak_usage() - before;
            println!(
                "{:>5} MB for {} kB of {name}, {question:?}: {outcome:?}, {} requests",
                cost / MEGABYTE,
                packed.len() / 1024,
                server.seen().len()
            );
            assert!(cost <= most, "{} MB for {name}, {question:?}", cost / MEGABYTE);
            let is_told = match outcome {
                // There may be rows without a calendar among them.
                Ok(found) => found > 0 || matches!(question, Question::Calendars),
                Err(error) => matches!(
                    error,
                    Error::TooLarge { .. } | Error::Malformed { .. } | Error::Refused { .. }
                ),
            };
            assert!(is_told, "{name}, {question:?}");
        }
    }
}
