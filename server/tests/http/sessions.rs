//! How long somebody stays signed in: two weeks without a visit, a month at most, by the clock that everything else goes by; never
//! beyond signing out or another password. And what is kept of those who are not.

use std::path::Path;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use sandbox::Fault;
use sqlx::{Connection as _, SqliteConnection};

use crate::studio::set_up;
use crate::support::{Browser, Quince, eventually, practice_icloud, use_cases};

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

/// How a person's sessions come to an end while a request of theirs is under way.
#[derive(Clone, Copy)]
enum End {
    SignOut,
    NewPassword,
    Reset,
}

/// What was asked before a session's end, and fails after it, does not bring it back.
async fn ends_for_a_request_under_way(end: End) {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    // It fails, and what was typed would be kept in the session.
    sandbox
        .control()
        .inject_on("PROPFIND", Fault::Slow(Duration::from_secs(4)));
    let before = sandbox.control().requests().len();
    let mut other = owner.clone();
    let under_way = tokio::spawn(async move {
        let fields = [
            ("apple_id", "mira@icloud.example"),
            ("app_password", "abcd-efgh-ijkl-mnop"),
        ];
        other
            .post("/connect-icloud?step=2", "connect-icloud", &fields)
            .await;
        other.get("/calendar").await.status()
    });
    eventually("the server is asked", async || {
        sandbox.control().requests().len() > before
    })
    .await;
    let mut copied = owner.clone();
    match end {
        End::SignOut => {
            owner.submit("/calendar", "sign-out", &[]).await;
        }
        End::NewPassword => {
            let fields = [
                ("current", "correct horse battery"),
                ("new_password", "another horse, another battery"),
            ];
            owner
                .submit("/settings/profile", "change-password", &fields)
                .await;
        }
        End::Reset => {
            let use_cases = use_cases(folder.path()).await;
            bookings::accounts::reset_password(
                &use_cases,
                "ada@quince.example",
                "another horse, another battery",
            )
            .await
            .unwrap();
        }
    }
    assert_eq!(under_way.await.unwrap(), StatusCode::FOUND);
    assert_eq!(copied.get("/calendar").await.status(), StatusCode::FOUND);
    let goes_on = matches!(end, End::NewPassword);
    let status = owner.get("/calendar").await.status();
    assert_eq!(status == StatusCode::OK, goes_on);
}

#[tokio::test]
async fn a_request_under_way_brings_no_session_back_that_was_signed_out() {
    ends_for_a_request_under_way(End::SignOut).await;
}

#[tokio::test]
async fn a_request_under_way_brings_no_session_back_of_another_password() {
    ends_for_a_request_under_way(End::NewPassword).await;
}

#[tokio::test]
async fn a_request_under_way_brings_no_session_back_after_a_reset() {
    ends_for_a_request_under_way(End::Reset).await;
}

#[tokio::test]
async fn a_session_ends_after_a_month_however_much_it_is_used() {
    let mut person = Person::signed_in_on(0).await;
    for day in [10, 20, 29] {
        assert!(person.is_signed_in_on(day).await, "day {day}");
    }
    assert!(!person.is_signed_in_on(31).await);
}

#[tokio::test]
async fn what_strangers_type_is_kept_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    let long = "x".repeat(200_000);
    let mut refused = 0;
    for _ in 0..60 {
        let mut stranger = Browser::new(&quince);
        let fields = [("email", long.as_str()), ("password", "wrong"), ("to", "")];
        let answer = stranger.post("/sign-in", "sign-in", &fields).await;
        refused += u32::from(stranger.cookie.is_none());
        let to = answer
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().len());
        assert!(to.is_none_or(|length| length < 1_000), "{to:?}");
    }
    assert!(
        refused > 40,
        "nothing is kept of what was tried too often: {refused}"
    );
    let database = format!("sqlite://{}", folder.path().join("quince.db").display());
    let mut database = SqliteConnection::connect(&database).await.unwrap();
    let (kept, largest): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), COALESCE(MAX(LENGTH(data)), 0) FROM sessions WHERE staff_id IS NULL",
    )
    .fetch_one(&mut database)
    .await
    .unwrap();
    assert!(
        (1..20).contains(&kept) && largest <= 8_192 + 500,
        "{kept} of {largest}"
    );
}
