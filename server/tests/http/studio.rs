//! A workspace as a person sets it up in the browser: an owner, their practice iCloud, a booking calendar.

use reqwest::{Response, StatusCode};
use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Browser, Quince, http, json_of};

/// The fields of the editor of a Personal calendar, without its member.
pub const CALENDAR: [(&str, &str); 24] = [
    ("id", ""),
    ("calendar[name]", "Intro call"),
    ("calendar[kind]", "personal"),
    ("calendar[distribution]", "availability"),
    ("calendar[color]", "#b8860b"),
    ("calendar[duration]", "30"),
    ("calendar[interval]", "30"),
    ("calendar[pre_buffer]", "0"),
    ("calendar[post_buffer]", "0"),
    ("calendar[notice]", "2"),
    ("calendar[notice_unit]", "hours"),
    ("calendar[range]", "60"),
    ("calendar[range_unit]", "days"),
    ("calendar[per_slot]", "1"),
    ("calendar[per_day]", ""),
    ("calendar[cancel_cutoff]", "0"),
    ("calendar[cancel_unit]", "hours"),
    ("calendar[reschedule_cutoff]", "0"),
    ("calendar[reschedule_unit]", "hours"),
    ("calendar[zone]", "UTC"),
    ("calendar[auto_confirm]", "true"),
    ("calendar[active]", "true"),
    ("calendar[priorities][0][priority]", "medium"),
    ("calendar[priorities][0][weight]", "1"),
];

/// The value of an input on a page, found by what stands before it.
pub fn value_after<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = &page[page
        .find(before)
        .unwrap_or_else(|| panic!("{before} is not on the page"))..];
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap()
}

/// Sets it up; answers with the owner's browser, signed in.
pub async fn set_up(quince: &Quince, sandbox: &Sandbox) -> Browser {
    let mut owner = Browser::new(quince);
    let fields = [
        ("workspace", "Test Studio"),
        ("name", "Ada Byron"),
        ("email", "ada@quince.example"),
        ("password", "correct horse battery"),
        ("zone", "UTC"),
    ];
    owner.submit("/setup", "create-owner", &fields).await;
    let login = sandbox.control().default_account();
    let fields = [
        ("apple_id", login.apple_id.as_str()),
        ("app_password", login.app_password.as_str()),
    ];
    assert_eq!(
        owner
            .submit("/connect-icloud?step=2", "connect-icloud", &fields)
            .await,
        "/connect-icloud?step=3"
    );
    let page = owner.page("/connect-icloud?step=3").await;
    let primary = value_after(&page, "name=\"primary\"").to_owned();
    let connection = value_after(&page, "name=\"connection\"").to_owned();
    let fields = [
        ("primary", primary.as_str()),
        ("connection", connection.as_str()),
        ("policy", "keep-up"),
        ("when_stale", "use-last-known"),
    ];
    assert_eq!(
        owner
            .submit("/connect-icloud?step=3", "choose-calendars", &fields)
            .await,
        "/connect-icloud?step=done"
    );
    let page = owner.page("/booking-calendars/new").await;
    let member = value_after(&page, "name=\"calendar[members][]\"").to_owned();
    let mut fields = CALENDAR.to_vec();
    fields.extend([
        ("calendar[members][]", member.as_str()),
        ("calendar[priorities][0][member]", member.as_str()),
    ]);
    owner
        .submit("/booking-calendars/new", "save-booking-calendar", &fields)
        .await;
    owner
}

/// The free times of the next two weeks, the first first.
pub async fn free(quince: &Quince) -> Vec<String> {
    let today = zones::Zone::utc().date(jiff::Timestamp::now());
    let last = today.saturating_add(jiff::ToSpan::days(14));
    let query = format!("api/v1/calendars/intro-call/free-slots?startDate={today}&endDate={last}");
    let days = json_of(http().get(quince.at(&query)).send().await.unwrap()).await;
    let days = days.as_object().unwrap().values();
    days.flat_map(|day| day["slots"].as_array().unwrap())
        .map(|slot| slot.as_str().unwrap().to_owned())
        .collect()
}

/// Asks for a time, once per key.
pub async fn ask(address: &str, start: &str, key: &str) -> Result<Response, reqwest::Error> {
    let body = json!({"start": start, "timezone": "UTC", "name": "Grace", "email": "grace@client.example"});
    http()
        .post(format!("{address}api/v1/calendars/intro-call/appointments"))
        .header("idempotency-key", format!("grace's wish {key}"))
        .body(body.to_string())
        .send()
        .await
}

/// Books a time.
pub async fn book(quince: &Quince, start: &str) -> Value {
    let response = ask(&quince.url, start, "once").await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    json_of(response).await
}

/// Everything that lies in the practice iCloud.
pub fn events(sandbox: &Sandbox) -> Vec<sandbox::StoredEvent> {
    let control = sandbox.control();
    control
        .accounts()
        .into_iter()
        .flat_map(|account| control.calendars(account))
        .flat_map(|calendar| control.events(calendar.id))
        .collect()
}
