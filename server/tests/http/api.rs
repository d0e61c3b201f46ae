//! The JSON API, as a program uses it, against a running demo.

use crate::support::{Quince, http, json_of};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

struct Api {
    quince: Quince,
    http: Client,
    _folder: tempfile::TempDir,
}

impl Api {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (quince, _) = Quince::demo(folder.path(), &[]);
        Self {
            quince,
            http: http(),
            _folder: folder,
        }
    }

    async fn get(&self, path: &str) -> Response {
        self.http.get(self.quince.at(path)).send().await.unwrap()
    }

    async fn free(&self, query: &str) -> Response {
        self.get(&format!("api/v1/calendars/consultation/free-slots?{query}"))
            .await
    }

    async fn first_free(&self) -> String {
        let days = json_of(
            self.free("startDate=2026-12-02&endDate=2026-12-20&timezone=America/New_York")
                .await,
        )
        .await;
        let (_, day) = days.as_object().unwrap().iter().next().expect("a free day");
        day["slots"][0].as_str().unwrap().to_owned()
    }

    async fn book(&self, key: Option<&str>, body: &Value) -> Response {
        let request = self
            .http
            .post(self.quince.at("api/v1/calendars/consultation/appointments"));
        let request = key
            .into_iter()
            .fold(request, |request, key| request.header("idempotency-key", key));
        request.body(body.to_string()).send().await.unwrap()
    }
}

/// An idempotency key as a program sends it.
const KEY: &str = "9f3c0a52-5d1e-4c7b-8a60-2f4be1d7c033";

fn appointment(start: &str) -> Value {
    json!({"start": start, "timezone": "America/New_York", "name": "Ada Byron", "email": "ada@client.example"})
}

async fn problem(response: Response, status: StatusCode) -> Value {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem = json_of(response).await;
    assert_eq!(problem["status"], status.as_u16());
    problem
}

#[tokio::test]
async fn booking_calendars_and_their_free_times_are_listed() {
    let api = Api::start();
    let listed = json_of(api.get("api/v1/calendars").await).await;
    let calendars = listed["calendars"].as_array().unwrap();
    assert!(calendars.iter().any(|calendar| {
        calendar["slug"] == "consultation"
            && calendar["name"] == "Consultation"
            && calendar["kind"] == "round-robin"
    }));

    let days = json_of(
        api.free("startDate=2026-12-02&endDate=2026-12-08&timezone=America/New_York")
            .await,
    )
    .await;
    let (date, day) = days.as_object().unwrap().iter().next().unwrap();
    let first = day["slots"][0].as_str().unwrap();
    assert!(
        first.starts_with(&format!("{date}T")) && first.ends_with("-05:00"),
        "{first}"
    );

    // The same days as instants.
    let same = json_of(
        api.free("startDate=1796187600000&endDate=1796792399000&timezone=America/New_York")
            .await,
    )
    .await;
    assert_eq!(same, days);
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_names_the_input_at_fault() {
    let api = Api::start();
    for (query, field) in [
        (
            "startDate=2026-12-02&endDate=2026-12-08&timezone=Mars/Olympus",
            "timezone",
        ),
        ("startDate=tomorrow&endDate=2026-12-08", "startDate"),
        ("startDate=2026-12-02", "endDate"),
        ("startDate=2026-12-08&endDate=2026-12-02", "endDate"),
        ("startDate=2026-12-01&endDate=2027-01-01", "endDate"),
        ("startDate=2026-12-02&endDate=2026-12-08&userId=maya", "userId"),
    ] {
        let problem = problem(api.free(query).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["field"], field, "{query}: {problem}");
    }
    for (query, cause) in [
        ("startDate=2026-12-08&endDate=2026-12-02", "last_day_first"),
        ("startDate=2026-12-01&endDate=2027-01-01", "too_many_days"),
        ("startDate=9999-12-30&endDate=9999-12-31", "year_out_of_range"),
        ("startDate=0001-01-01&endDate=0001-01-02", "year_out_of_range"),
    ] {
        let problem = problem(api.free(query).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["cause"], cause, "{query}: {problem}");
    }
    let missing = api
        .get("api/v1/calendars/nothing/free-slots?startDate=2026-12-02&endDate=2026-12-03")
        .await;
    problem(missing, StatusCode::NOT_FOUND).await;
    problem(api.get("api/v1/nothing").await, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn an_appointment_is_made_once_per_key_and_its_time_is_gone() {
    let api = Api::start();
    let start = api.first_free().await;
    let made = api.book(Some(KEY), &appointment(&start)).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made = json_of(made).await;
    assert_eq!(made["start"], start.as_str());
    assert_eq!(made["status"], "confirmed");
    assert!(
        made["manageUrl"]
            .as_str()
            .unwrap()
            .starts_with(&api.quince.at("manage/"))
    );

    let again = json_of(api.book(Some(KEY), &appointment(&start)).await).await;
    assert_eq!(again, made, "the same request again is answered as at first");

    let mut other = appointment(&start);
    other["name"] = "Somebody else".into();
    let reused = problem(
        api.book(Some(KEY), &other).await,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await;
    assert_eq!(reused["field"], "Idempotency-Key");

    let mut somebody = appointment(&start);
    somebody["email"] = "eve@client.example".into();
    let theirs = api.book(Some(KEY), &somebody).await;
    assert_eq!(
        theirs.status(),
        StatusCode::CREATED,
        "a key counts for one person alone"
    );
    assert_ne!(json_of(theirs).await["manageUrl"], made["manageUrl"]);

    let page = api
        .http
        .get(made["manageUrl"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("Ada Byron"));
    let ics = api
        .http
        .get(format!("{}/appointment.ics", made["manageUrl"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(ics.headers()["content-type"], "text/calendar; charset=utf-8");
    assert!(ics.text().await.unwrap().contains("BEGIN:VEVENT"));
}

#[tokio::test]
async fn a_time_that_everybody_has_lost_is_a_conflict() {
    let api = Api::start();
    let start = api.first_free().await;
    let mut last = StatusCode::CREATED;
    // There are three members; the fourth client comes too late at the latest.
    for key in 0..4 {
        let response = api
            .book(Some(&format!("{KEY} {key}")), &appointment(&start))
            .await;
        last = response.status();
        if last != StatusCode::CREATED {
            problem(response, StatusCode::CONFLICT).await;
            break;
        }
    }
    assert_eq!(last, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_appointment_that_cannot_be_made_names_the_input_at_fault() {
    let api = Api::start();
    let start = api.first_free().await;
    let with = |field: &str, value: &str| {
        let mut body = appointment(&start);
        body[field] = value.into();
        body
    };
    let long = "x".repeat(5000);
    for (body, field, code) in [
        (with("start", "tomorrow"), "start", Some("not_an_instant")),
        (with("start", "2020-01-01T10:00:00-05:00"), "start", None),
        (with("start", "2026-12-03T10:07:00-05:00"), "start", None),
        (with("timezone", "Nowhere/City"), "timezone", Some("unknown_zone")),
        (with("name", ""), "name", Some("text_missing")),
        (
            with("name", "Ada\r\nBcc: everybody@client.example"),
            "name",
            Some("text_not_one_line"),
        ),
        (with("email", "ada"), "email", Some("email_invalid")),
        (
            with("email", "ada@client.example\r\nBcc: x@y.example"),
            "email",
            Some("email_invalid"),
        ),
        (with("notes", &long), "notes", Some("text_too_long")),
        (with("notes", "a\u{0}b"), "notes", Some("text_control_characters")),
        (with("userId", "maya"), "userId", Some("not_a_staff_id")),
    ] {
        let problem = problem(api.book(Some(KEY), &body).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["field"], field, "{problem}");
        assert_eq!(problem["code"].as_str(), code, "{problem}");
        assert_eq!(problem["cause"] == "unusable_input", code.is_some(), "{problem}");
        assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    }
    for key in [None, Some(""), Some("booking-1"), Some("     a      b     ")] {
        let refused = problem(
            api.book(key, &appointment(&start)).await,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
        assert_eq!(
            refused["field"], "Idempotency-Key",
            "{key:?} is missing or easily guessed"
        );
    }
    problem(
        api.book(Some(KEY), &json!({"start": start})).await,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await;
    problem(
        api.book(Some(KEY), &with("nmae", "Ada")).await,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await;
}

#[tokio::test]
async fn too_many_bookings_from_one_address_must_wait() {
    let api = Api::start();
    for _ in 0..30 {
        api.book(Some(KEY), &json!({})).await;
    }
    let response = api.book(Some(KEY), &json!({})).await;
    let wait: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=2).contains(&wait));
    problem(response, StatusCode::TOO_MANY_REQUESTS).await;
}
