//! What one stranger may send through the pages and the API, and what they read when that is too much.

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use store::booking_calendars::{self, CalendarSettings};

use crate::support::{Browser, Quince, eventually, http, json_of, logged, use_cases};

const PROXY: (&str, &str) = ("QUINCE_TRUSTED_PROXIES", "127.0.0.0/8");

/// Free times of some days.
pub async fn free(quince: &Quince) -> Vec<String> {
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
    // With some time between, so that one taken makes no other go; and as the pages write an instant.
    slots
        .step_by(3)
        .map(|slot| slot.as_str().unwrap().replace("+00:00", "Z"))
        .collect()
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
    let log = logged(&quince, "tried too often").await;
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
    let page = format!("/book/consultation?start={}&zone=UTC", free[10]);
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
    let log = logged(&quince, "tried too often").await;
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
    let log = logged(&quince, "attempt=Hold").await;
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

/// A demo whose consultations have other settings.
pub async fn with_settings(
    folder: &std::path::Path,
    change: impl FnOnce(&mut CalendarSettings),
) -> (Quince, Value) {
    let (demo, said) = Quince::demo(folder, &[]);
    demo.kill();
    let cases = use_cases(folder).await;
    let mut tx = cases.store().write().await.unwrap();
    let found = booking_calendars::find_by_slug(&mut tx, "consultation").await;
    let found = found.unwrap().unwrap();
    let mut changed = found.settings;
    change(&mut changed);
    booking_calendars::update(&mut tx, found.id, &changed, found.updated_at)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (Quince::demo(folder, &[]).0, said)
}

/// A demo whose consultations ask their clients to confirm by mail.
async fn confirming(folder: &std::path::Path) -> (Quince, Value) {
    with_settings(folder, |settings| settings.confirm_by_mail = true).await
}

/// The mails so far, with soft line breaks undone.
fn mails(folder: &std::path::Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder.join("mail")) else {
        return Vec::new();
    };
    let text = |path| {
        std::fs::read_to_string(path)
            .unwrap_or_default()
            .replace("=\r\n", "")
            .replace("=3D", "=")
    };
    files.map(|file| text(file.unwrap().path())).collect()
}

#[tokio::test]
async fn a_client_confirms_by_mail_without_script() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = confirming(folder.path()).await;
    let start = free(&quince).await.remove(0);
    let mut browser = Browser::new(&quince);
    let page = format!("/book/consultation?start={start}&zone=UTC");
    assert!(
        browser
            .page(&page)
            .await
            .contains("We will send a link to this address")
    );
    let fields = [
        ("slug", "consultation"),
        ("start", start.as_str()),
        ("zone", "UTC"),
        ("name", "Ada Byron"),
        ("email", "ada-confirms@client.example"),
        ("phone", ""),
        ("notes", ""),
        ("key", "a key of one who confirms"),
    ];
    let booked = browser.submit(&page, "book", &fields).await;
    let shown = browser.page(&booked).await;
    assert!(shown.contains("Almost booked") && shown.contains("ada-confirms@client.example"));
    assert!(!shown.contains("You are booked"));
    let find = || {
        let mails = mails(folder.path());
        let mail = mails.into_iter().find(|mail| mail.contains("Please confirm"))?;
        let rest = mail
            .split_once("/manage/")?
            .1
            .split_whitespace()
            .next()?
            .to_owned();
        Some(format!("/manage/{rest}"))
    };
    eventually("the mail comes", async || find().is_some()).await;
    let link = find().unwrap();
    let (path, proof) = link.split_once("?mailed=").unwrap();
    assert!(path.ends_with("/confirm"), "{link}");
    // Programs that open links confirm nothing.
    for _ in 0..2 {
        assert!(browser.page(&link).await.contains("Confirm the booking"));
    }
    assert!(browser.page(&booked).await.contains("Almost booked"));
    let token = path.trim_start_matches("/manage/").trim_end_matches("/confirm");
    let refused = browser
        .post(
            &link,
            "confirm-booking",
            &[("token", token), ("mailed", "made up")],
        )
        .await;
    assert!(
        refused.headers()[LOCATION]
            .to_str()
            .unwrap()
            .starts_with("/manage/")
    );
    let to = browser
        .submit(&link, "confirm-booking", &[("token", token), ("mailed", proof)])
        .await;
    assert_eq!(to, format!("/booked/{token}"));
    assert!(browser.page(&to).await.contains("You are booked"));
    assert!(
        browser
            .page(&link)
            .await
            .contains("You have confirmed this booking")
    );
    let log = quince.log.lock().unwrap().clone();
    assert!(
        !log.contains(token) && !log.contains(proof),
        "no secret is logged"
    );
    eventually("everybody is told", async || {
        let mails = mails(folder.path());
        mails
            .iter()
            .any(|mail| mail.contains("Subject: Booked") && mail.contains("ada-confirms@"))
    })
    .await;
}

#[tokio::test]
async fn a_program_reads_until_when_it_has_to_be_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = confirming(folder.path()).await;
    let start = free(&quince).await.remove(0);
    let booked = book(&quince, "203.0.113.1", "ada@client.example", &start).await;
    let booked = json_of(booked).await;
    assert_eq!(booked["status"], "new");
    assert!(
        booked["confirmBy"]
            .as_str()
            .is_some_and(|until| until.starts_with("2026-12-01T")),
        "{booked}"
    );
}

#[tokio::test]
async fn an_admin_undoes_what_one_network_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, said) = Quince::demo(folder.path(), &[PROXY]);
    let before = free(&quince).await;
    for (n, start) in before.iter().take(8).enumerate() {
        let booked = book(&quince, "203.0.113.7", &format!("{n}@client.example"), start).await;
        assert_eq!(booked.status(), StatusCode::CREATED);
    }
    assert_ne!(free(&quince).await, before);
    let mut owner = Browser::new(&quince);
    let of = |name: &str| said[name].as_str().unwrap().to_owned();
    owner.sign_in(&of("owner_email"), &of("owner_password")).await;
    assert!(owner.page("/settings/strangers").await.contains("203.0.113.7"));
    let page = "/settings/strangers?whose=203.0.113.7";
    assert!(owner.page(page).await.contains("8 appointments to come"));
    assert!(
        owner
            .page("/settings/strangers?whose=nobody")
            .await
            .contains("Enter a mail address such as")
    );
    owner
        .submit(page, "undo-strangers", &[("whose", "203.0.113.7")])
        .await;
    let shown = owner.page(page).await;
    assert!(
        shown.contains("Undone: 8 appointments to come"),
        "it says what was done"
    );
    assert!(shown.contains("There is nothing to undo"));
    assert_eq!(free(&quince).await, before);
    assert!(
        !mails(folder.path())
            .iter()
            .any(|mail| mail.contains("Subject: Cancelled"))
    );
}
