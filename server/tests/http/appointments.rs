//! The list of appointments in pages, by links alone, and the marks in it.

use reqwest::StatusCode;
use sqlx::{Connection, SqliteConnection};

use crate::studio::{CALENDAR, ask, book, events, free, set_up, value_after};
use crate::support::{Browser, Quince, eventually, practice_icloud};

/// Appointments of the owner, one an hour: sixty that were, the latest `Client 60`, and sixty to come, the next `Client 61`.
const APPOINTMENTS: &str = "INSERT INTO appointments (id, calendar_id, host_id, name, email, client_zone, status, starts_at, ends_at,
        pre_buffer, post_buffer, manage_token_hash, sequence, created_at, updated_at)
    WITH RECURSIVE rows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM rows WHERE n < 120)
    SELECT unhex(printf('%032x', n)), (SELECT id FROM booking_calendars), (SELECT id FROM staff), 'Client ' || n,
        'client@example.com', 'UTC', 'confirmed', $1 + (n - 61) * 3600000, $1 + (n - 61) * 3600000 + 1800000, 0, 0,
        unhex(printf('%064x', n)), 0, $1, $1 FROM rows";

/// The clients on a page, in its order.
fn clients(page: &str) -> Vec<u32> {
    let mut clients = Vec::new();
    for row in page.split(">Client ").skip(1) {
        clients.push(row.split('<').next().unwrap().parse().unwrap());
    }
    clients
}

/// Where the link with these words leads.
fn link(page: &str, words: &str) -> Option<String> {
    // Marks that the renderer puts between parts of a text.
    let page = page.replace("<!>", "");
    let before = page
        .split(&format!("{words}</a>"))
        .next()
        .filter(|before| before.len() < page.len())?;
    let address = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(address.replace("&amp;", "&"))
}

#[tokio::test]
async fn the_list_goes_on_by_links() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let url = format!("sqlite://{}", folder.path().join("quince.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30);
    let filled = sqlx::query(APPOINTMENTS).bind(soon.as_millisecond());
    filled.execute(&mut database).await.unwrap();
    database.close().await.unwrap();

    let first = owner.page("/appointments").await;
    assert_eq!(clients(&first), (61..=110).collect::<Vec<_>>());
    assert_eq!(link(&first, "Earlier"), None);
    let second = owner.page(&link(&first, "Later").unwrap()).await;
    assert_eq!(clients(&second), (111..=120).collect::<Vec<_>>());
    assert_eq!(link(&second, "Later"), None);
    let back = owner.page(&link(&second, "Earlier").unwrap()).await;
    assert_eq!(clients(&back), clients(&first));

    let latest = owner.page("/appointments?show=past").await;
    assert_eq!(clients(&latest), (11..=60).rev().collect::<Vec<_>>());
    assert_eq!(link(&latest, "Later"), None);
    let oldest = link(&latest, "Earlier").unwrap();
    assert!(oldest.contains("show=past"), "{oldest}");
    let oldest = owner.page(&oldest).await;
    assert_eq!(clients(&oldest), (1..=10).rev().collect::<Vec<_>>());
    assert_eq!(link(&oldest, "Earlier"), None);
    assert!(link(&oldest, "Later").is_some());

    // Addresses that somebody has changed.
    for odd in [
        "before=x",
        "after=1_2",
        "before=99999999999999999999_0",
        "show=%22%3Cb",
    ] {
        let page = owner.page(&format!("/appointments?{odd}")).await;
        assert_eq!(clients(&page), clients(&first), "{odd}");
    }
    let nowhere = "after=9999999999999_ffffffff-ffff-ffff-ffff-ffffffffffff";
    let nothing = owner.page(&format!("/appointments?{nowhere}")).await;
    assert!(nothing.contains("No more appointments"), "{nothing}");
    assert_eq!(
        link(&nothing, "Back to the first page").as_deref(),
        Some("/appointments")
    );
}

#[tokio::test]
async fn an_appointment_is_deleted_on_its_page_and_leaves_a_line() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let start = free(&quince).await[0].clone();
    let booked = book(&quince, &start).await;
    let (id, link) = (text(&booked["id"]), text(&booked["manageUrl"]));
    let token = link.rsplit('/').next().unwrap();
    eventually("the event is written", async || !events(&sandbox).is_empty()).await;

    let path = format!("/appointments/{id}");
    let page = owner.page(&path).await;
    for said in [
        "its event is removed from iCloud",
        "A cancelled appointment stays in your list",
        "Tell the client that it was cancelled",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let fields = [("id", id.as_str()), ("tell", "true")];
    let to = owner.submit(&path, "delete-appointment", &fields).await;
    assert_eq!(to, "/appointments");
    let list = owner.page(&to).await;
    assert!(list.contains("The appointment is deleted."), "{list}");
    assert!(!list.contains(&path), "{list}");
    assert!(!owner.page(&to).await.contains("is deleted"), "it is said once");
    let deleted = owner.page("/appointments/deleted").await;
    assert!(
        deleted.contains("Grace") && deleted.contains("Deleted by Ada Byron on"),
        "{deleted}"
    );
    assert_eq!(owner.get(&path).await.status(), StatusCode::NOT_FOUND);
    let mut client = Browser::new(&quince);
    for gone in ["", "/appointment.ics", "/cancel", "/reschedule"] {
        let answer = client.get(&format!("/manage/{token}{gone}")).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{gone}");
    }
    let again = ask(&quince.url, &start, "once").await;
    assert_eq!(again.unwrap().status(), StatusCode::GONE, "it is not booked anew");
    eventually("the event is removed", async || events(&sandbox).is_empty()).await;
    let mails = || {
        let mails = std::fs::read_dir(folder.path().join("mail")).unwrap();
        let texts = mails.map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap());
        texts
            .filter(|text| text.contains("Subject: Cancelled: Intro call"))
            .count()
    };
    eventually("the client is told", async || mails() == 1).await;
}

#[tokio::test]
async fn a_changed_duration_says_what_becomes_of_what_is_booked() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let list = owner.page("/booking-calendars").await;
    let editor = format!(
        "/booking-calendars/{}",
        text_after(&list, "href=\"/booking-calendars/0")
    );
    let page = owner.page(&editor).await;
    assert!(
        page.contains("appointments that are booked keep their length"),
        "{page}"
    );
    let (id, member) = (
        value_after(&page, "name=\"id\""),
        value_after(&page, "name=\"calendar[members][]\""),
    );
    for (duration, said) in [("60", true), ("60", false)] {
        let mut fields = CALENDAR.to_vec();
        fields.retain(|(name, _)| !matches!(*name, "id" | "calendar[duration]"));
        fields.extend([
            ("id", id),
            ("calendar[slug]", "intro-call"),
            ("calendar[duration]", duration),
            ("calendar[members][]", member),
            ("calendar[priorities][0][member]", member),
        ]);
        let to = owner.submit(&editor, "save-booking-calendar", &fields).await;
        let list = owner.page(&to).await;
        assert_eq!(list.contains("keep the length and the buffers"), said, "{list}");
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What stands after a text, the last sign of it included, up to the next quotation mark.
fn text_after<'a>(page: &'a str, before: &str) -> &'a str {
    let from = page
        .find(before)
        .unwrap_or_else(|| panic!("{before} is not in {page}"))
        + before.len()
        - 1;
    page[from..].split('"').next().unwrap()
}

/// An event of the owner's primary calendar over every appointment.
const EVENTS: [&str; 2] = [
    "INSERT INTO external_events (id, remote_calendar_id, href, uid, ics)
     SELECT unhex(printf('%032x', 1)), primary_calendar_id, '/later.ics', 'later', '' FROM staff",
    "INSERT INTO external_instances (event_id, remote_calendar_id, starts_at, ends_at, uid, summary, blocks)
     SELECT e.id, e.remote_calendar_id, a.starts_at, a.ends_at, e.uid, 'Dentist', 'busy' FROM external_events e, appointments a",
];

#[tokio::test]
async fn an_appointment_that_an_event_collides_with_is_marked_on_every_page() {
    const MARK: &str = "Collides with calendar";
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let start = free(&quince).await.remove(3);
    book(&quince, &start).await;
    let day = format!("/calendar?view=day&date={}", &start[..10]);
    // The way to them alone has the same words.
    let unmarked = owner.page("/appointments").await.matches(MARK).count();
    assert!(!owner.page("/appointments?show=colliding").await.contains("Grace"));
    assert!(!owner.page(&day).await.contains(MARK));

    let url = format!("sqlite://{}", folder.path().join("quince.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    for statement in EVENTS {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();
    let list = owner.page("/appointments").await;
    assert!(list.matches(MARK).count() > unmarked);
    let alone = owner.page("/appointments?show=colliding").await;
    let page = link(&alone, "Grace").unwrap();
    assert!(
        owner
            .page(&page)
            .await
            .contains("has an event in a calendar at this time")
    );
    assert!(owner.page(&day).await.contains(MARK));
}
