//! A booking that was answered survives a power cut and reaches iCloud once.

use crate::support::{Browser, Quince, eventually, http, json_of};
use reqwest::StatusCode;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};

const CALENDAR: [(&str, &str); 22] = [
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
    ("calendar[reschedule_cutoff]", "0"),
    ("calendar[zone]", "UTC"),
    ("calendar[auto_confirm]", "true"),
    ("calendar[active]", "true"),
    ("calendar[priorities][0][priority]", "medium"),
    ("calendar[priorities][0][weight]", "1"),
];

/// The value of an input on a page, found by what stands before it.
fn value_after<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = &page[page
        .find(before)
        .unwrap_or_else(|| panic!("{before} is not on the page"))..];
    rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap()
}

async fn set_up(quince: &Quince, sandbox: &Sandbox) {
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
    let fields = [("primary", primary.as_str()), ("policy", "keep-up")];
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
}

async fn first_free(quince: &Quince) -> String {
    let today = zones::Zone::utc().date(jiff::Timestamp::now());
    let last = today.saturating_add(jiff::ToSpan::days(14));
    let query = format!("api/v1/calendars/intro-call/free-slots?startDate={today}&endDate={last}");
    let days = json_of(http().get(quince.at(&query)).send().await.unwrap()).await;
    days.as_object().unwrap().values().next().expect("a free day")["slots"][0]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn book(quince: &Quince, start: &str) -> Value {
    let body = json!({"start": start, "timezone": "UTC", "name": "Grace", "email": "grace@client.example"});
    let response = http()
        .post(quince.at("api/v1/calendars/intro-call/appointments"))
        .header("idempotency-key", "once")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    json_of(response).await
}

fn events(sandbox: &Sandbox) -> Vec<sandbox::StoredEvent> {
    let control = sandbox.control();
    control
        .accounts()
        .into_iter()
        .flat_map(|account| control.calendars(account))
        .flat_map(|calendar| control.events(calendar.id))
        .collect()
}

#[tokio::test]
async fn a_booking_committed_before_a_power_cut_is_pushed_once_after_the_restart() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let vars = [("QUINCE_ICLOUD_URL", icloud.as_str())];
    let quince = Quince::serve(folder.path(), &vars);
    set_up(&quince, &sandbox).await;
    let start = first_free(&quince).await;

    sandbox.control().set_down(true);
    let booked = book(&quince, &start).await;
    quince.kill();
    assert!(events(&sandbox).is_empty());
    sandbox.control().set_down(false);

    let quince = Quince::serve(folder.path(), &vars);
    eventually("the event is in iCloud", async || !events(&sandbox).is_empty()).await;
    let written = events(&sandbox);
    assert_eq!(written.len(), 1);
    assert!(
        written[0].ics.contains("Grace") && !written[0].ics.contains("ATTENDEE"),
        "{}",
        written[0].ics
    );
    let again = book(&quince, &start).await;
    assert_eq!(again["id"], booked["id"], "the key still answers as at first");

    // Nothing is written twice by a further restart either.
    quince.kill();
    let _quince = Quince::serve(folder.path(), &vars);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(events(&sandbox).len(), 1);
}
