//! What one stranger may send through the pages and the API, and what they read when that is too much.

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, Quince, http, json_of};

const PROXY: (&str, &str) = ("QUINCE_TRUSTED_PROXIES", "127.0.0.0/8");

/// Free times of some days, as the API writes them.
async fn free(quince: &Quince) -> Vec<String> {
    let query = "startDate=2026-12-02&endDate=2026-12-20&timezone=UTC";
    let days = http()
        .get(quince.at(&format!("api/v1/calendars/consultation/free-slots?{query}")))
        .send()
        .await
        .unwrap();
    let days: Value = json_of(days).await;
    let slots = days
        .as_object()
        .unwrap()
        .values()
        .flat_map(|day| day["slots"].as_array().unwrap());
    slots.map(|slot| slot.as_str().unwrap().to_owned()).collect()
}

/// A booking by the API, from an address of the internet.
async fn book(quince: &Quince, from: &str, email: &str, start: &str) -> Response {
    let body = json!({"start": start, "timezone": "UTC", "name": "Ada Byron", "email": email});
    http()
        .post(quince.at("api/v1/calendars/consultation/appointments"))
        .header("idempotency-key", format!("{email} at {start} from {from}"))
        .header("x-forwarded-for", from)
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn one_network_books_ten_times_and_reads_when_it_can_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[PROXY]);
    let free = free(&quince).await;
    for (n, start) in free.iter().take(10).enumerate() {
        // Another address each time, of one IPv6 network.
        let from = format!("2001:db8:0:1::{n}");
        let booked = book(&quince, &from, &format!("{n}@client.example"), start).await;
        assert_eq!(booked.status(), StatusCode::CREATED, "{n}");
    }
    let refused = book(&quince, "2001:db8:0:1::99", "x@client.example", &free[10]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((60..=1_200).contains(&wait), "{wait}");
    let problem = json_of(refused).await;
    let sentence = problem["detail"].as_str().unwrap();
    assert!(
        sentence.contains("minutes") && sentence.contains("contact us"),
        "{sentence}"
    );
    let log = quince.log.lock().unwrap().clone();
    let line = log.lines().find(|line| line.contains("tried too often")).unwrap();
    assert!(
        line.contains("audit") && line.contains("2001:db8:0:1::99"),
        "{line}"
    );
    let other = book(&quince, "2001:db8:0:2::1", "y@client.example", &free[10]).await;
    assert_eq!(other.status(), StatusCode::CREATED);
    let same_address = book(&quince, "203.0.113.1", "y@client.example", &free[11]).await;
    assert_eq!(
        same_address.status(),
        StatusCode::CREATED,
        "it has one booking so far"
    );
}

#[tokio::test]
async fn a_form_that_is_one_too_many_keeps_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[PROXY]);
    let free = free(&quince).await;
    for (n, start) in free.iter().take(10).enumerate() {
        let from = format!("203.0.113.{n}");
        let booked = book(&quince, &from, "eve@client.example", start).await;
        assert_eq!(booked.status(), StatusCode::CREATED, "{n}");
    }
    let mut browser = Browser::new(&quince);
    let page = format!("/book/consultation?start={}", free[10].replace('+', "%2B"));
    let fields = [
        ("slug", "consultation"),
        ("start", free[10].as_str()),
        ("zone", "UTC"),
        ("name", "Eve Typed-This"),
        ("email", "EVE@client.example"),
        ("phone", "+49 30 7654321"),
        ("notes", "I bring the plans."),
        ("key", "a key of the eleventh form"),
    ];
    let answer = browser.post(&page, "book", &fields).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(to.starts_with("/book/consultation"), "{to}");
    let shown = browser.page(to.split('#').next().unwrap()).await;
    for kept in [
        "Eve Typed-This",
        "EVE@client.example",
        "+49 30 7654321",
        "I bring the plans.",
    ] {
        assert!(shown.contains(kept), "{kept}");
    }
    assert!(
        shown.contains("Too many bookings came with this email address"),
        "it says why"
    );
    let log = quince.log.lock().unwrap().clone();
    assert!(log.contains("tried too often"), "{log}");
}

#[tokio::test]
async fn a_hold_too_many_is_refused_and_with_limits_off_everything_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    let times = free(&quince).await;
    let mut statuses = Vec::new();
    for start in times.iter().take(4) {
        let mut browser = Browser::new(&quince);
        let fields = [
            ("slug", "consultation"),
            ("start", start.as_str()),
            ("zone", "UTC"),
            ("host", ""),
            ("visit", ""),
        ];
        // The first time makes the visitor known.
        for _ in 0..2 {
            let answer = browser.post("/book/consultation", "hold-time", &fields).await;
            statuses.push(
                answer
                    .headers()
                    .get(LOCATION)
                    .map(|to| to.to_str().unwrap().contains("__err")),
            );
        }
    }
    let log = quince.log.lock().unwrap().clone();
    assert!(log.contains("attempt=Hold"), "{statuses:?} {log}");
    assert_eq!(log.matches("tried too often").count(), 1, "{log}");
    drop(quince);

    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[("QUINCE_RATE_LIMITS", "off")]);
    let times = free(&quince).await;
    for start in times.iter().take(12) {
        let booked = book(&quince, "203.0.113.1", "ada@client.example", start).await;
        assert_eq!(booked.status(), StatusCode::CREATED);
    }
}
