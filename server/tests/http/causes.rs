//! Why a time cannot be had, as the API tells programs and as a booking page tells people.

use std::collections::BTreeMap;

use bookings::booking_calendars::{self, CalendarForm, CalendarSettings, MemberSettings};
use bookings::services::{self, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{Kind, StaffId};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION, ORIGIN};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::studio::set_up;
use crate::support::{Browser, Quince, http, json_of, use_cases};

/// A studio with a class of one seat, a booking calendar of one appointment a day, and a salon with one chair.
struct Studio {
    quince: Quince,
    sandbox: Sandbox,
    owner: Browser,
    /// The service of the salon.
    cut: String,
    /// The starts of intro-call on the days to come, by day.
    days: Vec<Vec<String>>,
    _folder: TempDir,
}

fn form(owner: StaffId, kind: Kind, name: &str) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            slug: name.to_lowercase(),
            kind,
            ..CalendarSettings::new(name)
        },
        vec![MemberSettings::new(owner)],
    )
}

/// A cut of half an hour, after which the client stays in the one chair for as long.
async fn salon(quince: &bookings::Quince, owner: StaffId) -> String {
    let salon = booking_calendars::create(quince, owner, form(owner, Kind::Service, "Salon"))
        .await
        .unwrap();
    let chair = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Chair".to_owned(),
            quantity: 1,
        },
    };
    services::save_resources(quince, owner, vec![chair])
        .await
        .unwrap();
    let chair = services::resources(quince).await.unwrap()[0].id;
    let cut = ServiceSettings {
        group: String::new(),
        name: "Cut".to_owned(),
        description: String::new(),
        duration: 30,
        processing: 30,
        staff: vec![owner],
        resources: vec![(chair, 1)],
    };
    services::save(quince, owner, salon, None, cut).await.unwrap();
    let menu = services::public_menu(quince, "salon").await.unwrap();
    menu[0].id.to_string()
}

impl Studio {
    async fn open() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let icloud = sandbox.entry_url();
        let vars = [
            ("QUINCE_ICLOUD_URL", icloud.as_str()),
            ("QUINCE_RATE_LIMITS", "off"),
        ];
        let quince = Quince::serve(folder.path(), &vars);
        let owner = set_up(&quince, &sandbox).await;
        let beside = use_cases(folder.path()).await;
        let ada = bookings::accounts::team(&beside).await.unwrap()[0].id;
        let mut yoga = form(ada, Kind::ClassBooking, "Yoga");
        yoga.settings.rules.seats = 1;
        let mut daily = form(ada, Kind::Personal, "Daily");
        daily.settings.rules.per_day = Some(1);
        for form in [yoga, daily] {
            booking_calendars::create(&beside, ada, form).await.unwrap();
        }
        let cut = salon(&beside, ada).await;
        beside.store().close().await;
        let days = days(&quince).await;
        Self {
            quince,
            sandbox,
            owner,
            cut,
            days,
            _folder: folder,
        }
    }

    /// Asks for a time as a program does, which may hold somebody's session.
    async fn ask(&self, slug: &str, start: &str, who: &str, cookie: Option<&str>) -> (StatusCode, Value) {
        let mut body =
            json!({"start": start, "timezone": "UTC", "name": who, "email": format!("{who}@client.example")});
        if slug == "salon" {
            body["services"] = json!([self.cut]);
        }
        let request = http()
            .post(self.quince.at(&format!("api/v1/calendars/{slug}/appointments")))
            .header("idempotency-key", format!("a key of {who} alone"))
            .header(ORIGIN, self.quince.url.trim_end_matches('/'))
            .body(body.to_string());
        let request = match cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status(), json_of(answer).await)
    }

    /// Somebody books, then somebody else is refused for this cause.
    async fn refused(&self, slug: &str, starts: [&str; 2], cause: &str) -> Value {
        let (status, booked) = self.ask(slug, starts[0], "Grace", None).await;
        assert_eq!(status, StatusCode::CREATED, "{slug}: {booked}");
        let (status, problem) = self.ask(slug, starts[1], "Edsger", None).await;
        assert_eq!(status, StatusCode::CONFLICT, "{slug}: {problem}");
        assert_eq!(problem["cause"], cause, "{problem}");
        problem
    }

    /// Puts an event of an hour into the owner's calendars.
    fn event(&self, start: &str) {
        let control = self.sandbox.control();
        let start: Timestamp = start.parse().unwrap();
        let end = start + SignedDuration::from_hours(1);
        for name in ["Home", "Work"] {
            let calendar = control.calendar_named(control.accounts()[0], name).unwrap();
            control.add_simple_event(calendar, "Dentist", start, end);
        }
    }
}

/// The starts of intro-call in the next weeks, by day.
async fn days(quince: &Quince) -> Vec<Vec<String>> {
    let first = zones::Zone::utc()
        .date(Timestamp::now())
        .saturating_add(jiff::ToSpan::days(1));
    let last = first.saturating_add(jiff::ToSpan::days(14));
    let query = format!("api/v1/calendars/intro-call/free-slots?startDate={first}&endDate={last}");
    let days = json_of(http().get(quince.at(&query)).send().await.unwrap()).await;
    let days: BTreeMap<String, Value> = serde_json::from_value(days).unwrap();
    let starts = |day: Value| serde_json::from_value(day["slots"].clone()).unwrap();
    days.into_values().map(starts).collect()
}

#[tokio::test]
async fn programs_get_a_word_for_each_cause() {
    let studio = Studio::open().await;
    let days = &studio.days;
    let host = studio
        .refused("intro-call", [&days[0][0], &days[0][0]], "host_busy")
        .await;
    studio
        .refused("yoga", [&days[1][0], &days[1][0]], "class_full")
        .await;
    studio
        .refused("daily", [&days[2][0], &days[2][6]], "day_full")
        .await;
    studio
        .refused("salon", [&days[3][0], &days[3][1]], "resource_in_use")
        .await;

    studio.event(&days[4][4]);
    let (status, stranger) = studio.ask("intro-call", &days[4][4], "Barbara", None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        (&stranger["cause"], &stranger["detail"]),
        (&host["cause"], &host["detail"]),
        "to a stranger a private calendar looks like any other appointment"
    );
    let cookie = studio.owner.cookie.as_deref();
    let (status, member) = studio.ask("intro-call", &days[4][4], "Barbara", cookie).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(member["cause"], "event", "{member}");
    assert_eq!(member["detail"], stranger["detail"]);
}

#[tokio::test]
async fn programs_get_a_word_for_what_is_never_offered_or_not_there() {
    let studio = Studio::open().await;
    let start = &studio.days[0][0];
    let off_grid = (start.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(7)).to_string();
    for (slug, start, who, status, cause, field) in [
        ("intro-call", off_grid.as_str(), "Grace", 422, "no_start", "start"),
        (
            "intro-call",
            "2020-01-06T10:00:00Z",
            "Grace",
            422,
            "past",
            "start",
        ),
        (
            "intro-call",
            "9999-12-30T10:00:00Z",
            "Grace",
            422,
            "unusable_input",
            "start",
        ),
        ("nowhere", start, "Grace", 404, "no_booking_calendar", ""),
    ] {
        let (answered, problem) = studio.ask(slug, start, who, None).await;
        assert_eq!(
            (answered.as_u16(), &problem["cause"]),
            (status, &json!(cause)),
            "{problem}"
        );
        assert_eq!(problem["field"].as_str().unwrap_or_default(), field, "{problem}");
    }
    let (status, _) = studio.ask("intro-call", start, "Grace", None).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, problem) = studio.ask("intro-call", &studio.days[0][1], "Grace", None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["cause"], "key_reused", "{problem}");
    assert_eq!(problem["field"], "Idempotency-Key");
}

/// What a visitor reads who sends the form of a time that they cannot have.
async fn refusal_page(studio: &Studio, slug: &str, start: &str) -> String {
    let mut browser = Browser::new(&studio.quince);
    let visit = if slug == "salon" { studio.cut.as_str() } else { "" };
    let fields = [
        ("slug", slug),
        ("start", start),
        ("zone", "UTC"),
        ("name", "Edsger Typed-This"),
        ("email", "edsger@client.example"),
        ("phone", ""),
        ("notes", ""),
        ("visit", visit),
        ("key", "a key of the form"),
    ];
    let page = format!("/book/{slug}?start={start}&zone=UTC&visit={visit}");
    let answer = browser.post(&page, "book", &fields).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    browser.page(to.split('#').next().unwrap()).await
}

#[tokio::test]
async fn visitors_read_a_true_sentence_for_each_cause() {
    let studio = Studio::open().await;
    let days = &studio.days;
    for (slug, booked) in [
        ("intro-call", &days[0][0]),
        ("yoga", &days[1][0]),
        ("daily", &days[2][0]),
        ("salon", &days[3][0]),
    ] {
        let (status, problem) = studio.ask(slug, booked, "Grace", None).await;
        assert_eq!(status, StatusCode::CREATED, "{slug}: {problem}");
    }
    studio.event(&days[4][4]);
    for (slug, wanted, sentence) in [
        ("intro-call", &days[0][0], "This time was taken just now."),
        ("intro-call", &days[4][4], "This time was taken just now."),
        ("yoga", &days[1][0], "This session is full."),
        ("daily", &days[2][6], "This day has no room left for this."),
        (
            "salon",
            &days[3][1],
            "A room or piece of equipment that this takes is in use then.",
        ),
    ] {
        let page = refusal_page(&studio, slug, wanted).await;
        assert!(page.contains(sentence), "{slug}: {sentence}\n{page}");
        assert!(page.contains("what you typed is kept"), "{slug}");
        assert!(!page.contains("Dentist"), "{slug}");
    }
}
