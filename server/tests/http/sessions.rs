//! How long somebody stays signed in: two weeks without a visit, by the clock that everything else goes by.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;

use crate::support::{Browser, Quince};

/// Somebody's cookie, which outlives the processes.
struct Person {
    folder: tempfile::TempDir,
    cookie: Option<String>,
}

/// The demo when its clock shows so many days after the first.
fn on_day(day: i64, folder: &Path) -> Quince {
    let first: Timestamp = "2026-12-01T09:00:00Z".parse().unwrap();
    let now = first + SignedDuration::from_hours(24 * day);
    Quince::demo_at(&now.to_string(), folder, &[]).0
}

impl Person {
    async fn signed_in_on(day: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Its team and its practice iCloud are of the first day.
        let (quince, said) = Quince::demo(folder.path(), &[]);
        let quince = if day == 0 {
            quince
        } else {
            quince.kill();
            on_day(day, folder.path())
        };
        let mut browser = Browser::new(&quince);
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        browser
            .sign_in(&text("owner_email"), &text("owner_password"))
            .await;
        Self {
            folder,
            cookie: browser.cookie,
        }
    }

    /// Whether they are signed in still when they come on this day.
    async fn is_signed_in_on(&mut self, day: i64) -> bool {
        let quince = on_day(day, self.folder.path());
        let mut browser = Browser::new(&quince);
        browser.cookie.clone_from(&self.cookie);
        match browser.get("/calendar").await.status() {
            StatusCode::OK => true,
            StatusCode::FOUND => false,
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn somebody_who_comes_by_stays_signed_in() {
    let mut person = Person::signed_in_on(0).await;
    for day in [6, 12, 18, 24] {
        assert!(person.is_signed_in_on(day).await, "day {day}");
    }
    assert!(!person.is_signed_in_on(39).await, "two weeks without a visit");
}

#[tokio::test]
async fn a_clock_that_is_ahead_signs_nobody_out_and_lets_nobody_in_for_ever() {
    let mut away = Person::signed_in_on(0).await;
    {
        // Three weeks ahead for a moment, in which all that has ended is swept away.
        let quince = on_day(21, away.folder.path());
        let ready = Browser::new(&quince).get("/readyz").await;
        assert_eq!(ready.status(), StatusCode::OK);
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    }
    assert!(away.is_signed_in_on(1).await);

    let mut early = Person::signed_in_on(400).await;
    assert!(early.is_signed_in_on(1).await);
    assert!(!early.is_signed_in_on(16).await, "two weeks after the last visit");
}

#[tokio::test]
async fn a_clock_that_is_behind_for_a_moment_signs_nobody_out() {
    let mut person = Person::signed_in_on(0).await;
    {
        let quince = on_day(-30, person.folder.path());
        let ready = Browser::new(&quince).get("/readyz").await;
        assert_eq!(ready.status(), StatusCode::OK);
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    }
    assert!(person.is_signed_in_on(1).await);
}

#[tokio::test]
async fn a_page_view_is_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, said) = Quince::demo(folder.path(), &[]);
    let mut browser = Browser::new(&quince);
    let text = |key: &str| said[key].as_str().unwrap().to_owned();
    browser
        .sign_in(&text("owner_email"), &text("owner_password"))
        .await;
    browser.page("/calendar").await;
    for _ in 0..3 {
        let answer = browser.get("/calendar").await;
        assert!(answer.headers().get("set-cookie").is_none());
    }
}
