//! The list of appointments in pages, by links alone, and the marks in it.

use sandbox::{Options, Sandbox};
use sqlx::{Connection, SqliteConnection};

use crate::studio::{book, free, set_up};
use crate::support::Quince;

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
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
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
        link(&nothing, "Back to the first ones").as_deref(),
        Some("/appointments")
    );
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
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
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
