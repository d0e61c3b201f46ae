//! What is wrong with a person's calendars stands on every page behind the sign-in.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use sandbox::Fault;
use sqlx::{Connection, SqliteConnection};

use crate::studio::{set_up, value_after};
use crate::support::{Quince, eventually, practice_icloud};

/// Pages of each area.
const PAGES: [&str; 8] = [
    "/calendar",
    "/appointments",
    "/booking-calendars",
    "/team",
    "/settings/profile",
    "/settings/integrations",
    "/settings/calendar-configuration",
    "/connect-icloud?step=3",
];

/// As if the calendars had last been read a day and an hour ago, and the next read were due.
async fn a_day_passes(folder: &Path) {
    let url = format!("sqlite://{}", folder.join("quince.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let passed = sqlx::query("UPDATE remote_calendars SET synced_at = synced_at - 90000000");
    passed.execute(&mut database).await.unwrap();
    let due = sqlx::query("UPDATE connections SET next_sync_at = 0, lease_until = NULL");
    due.execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

fn odd_event(exception: &str) -> String {
    let day = Timestamp::now() + SignedDuration::from_hours(72);
    let day = day.strftime("%Y%m%d");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:yoga\r\nDTSTAMP:20261101T000000Z\r\n\
         SUMMARY:Yoga\r\nDTSTART:{day}T100000Z\r\nDTEND:{day}T110000Z\r\nRRULE:FREQ=DAILY;COUNT=3\r\n{exception}END:VEVENT\r\n\
         END:VCALENDAR\r\n"
    )
}

#[tokio::test]
async fn a_calendar_that_cannot_be_read_is_told_on_every_page() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let vars = [("QUINCE_ICLOUD_URL", icloud.as_str())];
    let quince = Quince::serve(folder.path(), &vars);
    let mut owner = set_up(&quince, &sandbox).await;
    for page in PAGES {
        assert!(!owner.page(page).await.contains("What needs attention"), "{page}");
    }
    let integrations = owner.page("/settings/integrations").await;
    assert!(integrations.contains(">Connected<") && integrations.contains("read less than a minute ago"));
    quince.kill();

    let control = sandbox.control();
    let account = control.accounts()[0];
    let name = "Home";
    let home = control.calendar_named(account, name).unwrap();
    control.put_event(home, &odd_event(""));
    control.set_calendar_fault(home, Some(Fault::ServerError));
    a_day_passes(folder.path()).await;

    let quince = Quince::serve(folder.path(), &vars);
    let cookie = owner.cookie.take();
    let mut owner = crate::support::Browser::new(&quince);
    owner.cookie = cookie;
    let title = format!("The calendar “{name}” cannot be read");
    let is_told = async |owner: &mut crate::support::Browser, page: &str| {
        let shown = owner.page(page).await;
        shown.contains(&title)
    };
    eventually("the banner", async || {
        let shown = owner.page("/calendar").await;
        // While nothing is read yet the whole connection is out of date.
        shown.contains(&title)
    })
    .await;
    for page in PAGES {
        assert!(is_told(&mut owner, page).await, "{page}");
    }
    let integrations = owner.page("/settings/integrations").await;
    assert!(!integrations.contains(">Connected<"));
    for words in ["1 calendar needs a look", "but not “Home”", "Cannot be read"] {
        assert!(integrations.contains(words), "{words}");
    }
    for page in ["/settings/calendar-configuration", "/connect-icloud?step=3"] {
        assert!(owner.page(page).await.contains(">Cannot be read<"), "{page}");
    }
    assert!(owner.page("/team").await.contains("Needs attention"));
    assert!(
        owner
            .page("/booking-calendars")
            .await
            .contains("the primary calendar (iCloud)")
    );

    // What was wrong is over, and an event was not understood.
    control.set_calendar_fault(home, None);
    control.put_event(home, &odd_event("EXDATE:sometime\r\n"));
    let id = value_after(&integrations, "name=\"id\"").to_owned();
    owner
        .submit("/settings/integrations", "check-now", &[("id", &id)])
        .await;
    let shown = owner.page("/appointments").await;
    assert!(!shown.contains(&title));
    assert!(shown.contains("An event in “Home” was not understood in full") && shown.contains("“Yoga”"));
    control.put_event(home, &odd_event(""));
    owner
        .submit("/settings/integrations", "check-now", &[("id", &id)])
        .await;
    assert!(!owner.page("/appointments").await.contains("What needs attention"));
}
