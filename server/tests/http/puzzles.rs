//! Booking calendars that ask for proof of work, as programs and people without script meet them.

use std::path::Path;

use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::strangers::{free, with_settings};
use crate::support::{Browser, Quince, http, json_of, use_cases_at};

/// A demo whose consultations ask for it, at nine o'clock.
async fn asking(folder: &Path) -> Quince {
    with_settings(folder, |settings| settings.ask_puzzle = true)
        .await
        .0
}

/// A challenge that the demo made at another time of its day.
async fn made_at(time: &str, slug: &str, folder: &Path) -> String {
    let quince = use_cases_at(&format!("2026-12-01T{time}Z"), folder).await;
    bookings::strangers::challenge(&quince, slug, "").unwrap().text
}

/// As the README explains it.
fn solve(challenge: &str, bits: u64) -> String {
    let solves = |number: &u64| {
        let hash = Sha256::digest(format!("{challenge}{number}"));
        let head = u64::from_be_bytes(hash[..8].try_into().unwrap());
        u64::from(head.leading_zeros()) >= bits
    };
    (0..u64::MAX).find(solves).unwrap().to_string()
}

async fn book(quince: &Quince, key: &str, start: &str, proof: &[(&str, &str)]) -> Response {
    let mut body =
        json!({"start": start, "timezone": "UTC", "name": "Ada Byron", "email": "ada@client.example"});
    for (member, value) in proof {
        body[member] = (*value).into();
    }
    http()
        .post(quince.at("api/v1/calendars/consultation/appointments"))
        .header("idempotency-key", format!("a key of a program: {key}"))
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

/// The challenge of an answer that asks for proof of work.
async fn asked(answer: Response) -> Value {
    assert_eq!(answer.status(), StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
    let wait = answer.headers()[RETRY_AFTER].to_str().unwrap();
    assert!((1..=10).contains(&wait.parse::<u64>().unwrap()), "{wait}");
    json_of(answer).await
}

fn text<'a>(problem: &'a Value, member: &str) -> &'a str {
    problem[member].as_str().unwrap()
}

#[tokio::test]
async fn a_program_is_told_the_puzzle_and_books_once_with_its_solution() {
    let folder = tempfile::tempdir().unwrap();
    let quince = asking(folder.path()).await;
    let free = free(&quince).await;
    let problem = asked(book(&quince, "one", &free[0], &[]).await).await;
    let detail = text(&problem, "detail");
    for word in ["SHA-256", "18 zero bits", "challenge", "solution", "10 seconds"] {
        assert!(detail.contains(word), "{detail}");
    }
    let challenge = text(&problem, "challenge");
    let solution = solve(challenge, problem["bits"].as_u64().unwrap());
    let proof = [("challenge", challenge), ("solution", solution.as_str())];
    let wrong = [("challenge", challenge), ("solution", "x")];
    let again = asked(book(&quince, "one", &free[0], &wrong).await).await;
    assert_eq!(text(&again, "challenge"), challenge, "it can still be solved");
    // What cannot be booked spends nothing.
    let nowhen = book(&quince, "never", "2026-12-02T03:00:00Z", &proof).await;
    assert_eq!(nowhen.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let booked = book(&quince, "one", &free[0], &proof).await;
    assert_eq!(booked.status(), StatusCode::CREATED);
    let booked = json_of(booked).await;
    let other = asked(book(&quince, "two", &free[1], &proof).await).await;
    assert_ne!(text(&other, "challenge"), challenge);
    // A number may be sent as one.
    let solution: u64 = solve(text(&other, "challenge"), 18).parse().unwrap();
    let body = json!({"start": free[1], "timezone": "UTC", "name": "Ada Byron", "email": "ada@client.example",
        "challenge": other["challenge"], "solution": solution});
    let booked_by_number = http()
        .post(quince.at("api/v1/calendars/consultation/appointments"))
        .header("idempotency-key", "a key of a program: two")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(booked_by_number.status(), StatusCode::CREATED);
    for proof in [&proof[..], &[]] {
        let repeated = book(&quince, "one", &free[0], proof).await;
        assert_eq!(repeated.status(), StatusCode::CREATED);
        assert_eq!(json_of(repeated).await["id"], booked["id"]);
    }
}

#[tokio::test]
async fn without_a_solution_a_program_waits() {
    let folder = tempfile::tempdir().unwrap();
    let quince = asking(folder.path()).await;
    let free = free(&quince).await;
    let fresh = asked(book(&quince, "one", &free[0], &[]).await).await;
    let fresh = text(&fresh, "challenge");
    let early = asked(book(&quince, "one", &free[0], &[("challenge", fresh)]).await).await;
    assert_eq!(text(&early, "challenge"), fresh, "its seconds go on counting");
    let forged = made_at("08:59:40", "consultation", folder.path()).await;
    let forged = format!("{}x", &forged[..forged.len() - 1]);
    let nothing = [
        forged,
        made_at("08:59:40", "intro-call", folder.path()).await,
        made_at("08:35:00", "consultation", folder.path()).await,
        made_at("09:50:00", "consultation", folder.path()).await,
        "x".repeat(10_000),
    ];
    for nothing in nothing {
        let answer = book(&quince, "one", &free[0], &[("challenge", nothing.as_str())]).await;
        let problem = asked(answer).await;
        assert_ne!(text(&problem, "challenge"), nothing);
    }
    let aged = made_at("08:59:40", "consultation", folder.path()).await;
    let booked = book(&quince, "one", &free[0], &[("challenge", aged.as_str())]).await;
    assert_eq!(booked.status(), StatusCode::CREATED);
    asked(book(&quince, "two", &free[1], &[("challenge", aged.as_str())]).await).await;
}

/// The challenge in a page's form.
fn challenge_of(page: &str) -> String {
    let form = page.split_once("name=\"challenge\"").unwrap().1;
    let value = form.split_once("value=\"").unwrap().1;
    value.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_form_without_script_is_sent_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let quince = asking(folder.path()).await;
    let free = free(&quince).await;
    let mut browser = Browser::new(&quince);
    let pages = [0, 1].map(|n| format!("/book/consultation?start={}&zone=UTC", free[n]));
    let shown = browser.page(&pages[0]).await;
    assert!(shown.contains("this form can only be sent ten seconds after it was opened"));
    let first = challenge_of(&shown);
    let mut send = async |n: usize, challenge: &str, solution: &str| {
        let key = format!("a key of a form: {n}");
        let fields = [
            ("slug", "consultation"),
            ("start", free[n].as_str()),
            ("zone", "UTC"),
            ("name", "Ada Typed-This"),
            ("email", "ada@client.example"),
            ("phone", ""),
            ("notes", "I bring the plans."),
            ("challenge", challenge),
            ("solution", solution),
            ("key", key.as_str()),
        ];
        let answer = browser.post(&pages[n], "book", &fields).await;
        let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let shown = browser.page(to.split('#').next().unwrap()).await;
        (to, shown)
    };
    for challenge in [first.as_str(), first.as_str()] {
        let (to, shown) = send(0, challenge, "").await;
        assert!(to.starts_with("/book/consultation"), "{to}");
        for kept in [
            "sent sooner than a person types",
            "Ada Typed-This",
            "I bring the plans.",
        ] {
            assert!(shown.contains(kept), "{kept}");
        }
        assert_eq!(challenge_of(&shown), first);
    }
    let aged = made_at("08:59:40", "consultation", folder.path()).await;
    let (to, shown) = send(0, &aged, "").await;
    assert!(
        to.starts_with("/booked/") && shown.contains("You are booked"),
        "{to}"
    );
    // Spent, and none at all: the next form has another one, and what was typed.
    for challenge in [aged.as_str(), "", "made up"] {
        let (to, shown) = send(1, challenge, "").await;
        assert!(to.starts_with("/book/consultation"), "{to}");
        assert!(shown.contains("was sent before") && shown.contains("Ada Typed-This"));
        assert!(challenge_of(&shown).len() > 60 && challenge_of(&shown) != challenge);
    }
    let (to, _) = send(1, &first, &solve(&first, 18)).await;
    assert!(to.starts_with("/booked/"), "{to}");
}

#[tokio::test]
async fn script_asks_for_a_challenge_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let quince = asking(folder.path()).await;
    let ask = async || {
        let answer = http()
            .get(quince.at("api/fn/booking-challenge?slug=consultation"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        json_of(answer).await
    };
    let (one, two) = (ask().await, ask().await);
    assert_ne!(one["text"], two["text"]);
    let free = free(&quince).await;
    let challenge = text(&one, "text");
    let solution = solve(challenge, one["bits"].as_u64().unwrap());
    let proof = [("challenge", challenge), ("solution", solution.as_str())];
    let booked = book(&quince, "one", &free[0], &proof).await;
    assert_eq!(booked.status(), StatusCode::CREATED);
    // Where no puzzle is asked for, none is in the form.
    let mut browser = Browser::new(&quince);
    assert!(
        !browser
            .page("/book/intro-call")
            .await
            .contains("name=\"challenge\"")
    );
}
