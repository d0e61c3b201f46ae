//! Calendar Configuration and the wizard's third step, by forms alone: each connection has its own rules.

use reqwest::StatusCode;
use sandbox::NewCalendar;

use crate::studio::{set_up, value_after};
use crate::support::{Quince, practice_icloud};

const PAGE: &str = "/settings/calendar-configuration";

/// The card with the rules of an account.
fn card<'a>(page: &'a str, account: &str) -> &'a str {
    let rest = page.split_once(&format!("Rules for iCloud · {account}"));
    let rest = rest.map_or("", |(_, rest)| rest);
    rest.split("</form>").next().unwrap_or_default()
}

fn is_chosen(card: &str, choice: &str) -> bool {
    card.contains(&format!("value=\"{choice}\" checked"))
}

#[tokio::test]
async fn each_connection_has_its_own_rules() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let quince = Quince::serve(folder.path(), &[("QUINCE_ICLOUD_URL", icloud.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let control = sandbox.control();
    let first = control.default_account().apple_id;
    let second = "ada@work.example";
    let account = control.add_account(second, "work-work-work-work", "Ada");
    control.add_calendar(account, NewCalendar::named("Office"));
    let login = [("apple_id", second), ("app_password", "work-work-work-work")];
    owner
        .submit("/connect-icloud?step=2", "connect-icloud", &login)
        .await;

    // The wizard is about the one that was just connected.
    let wizard = owner.page("/connect-icloud?step=3").await;
    assert!(!card(&wizard, second).is_empty() && card(&wizard, &first).is_empty());
    let chosen = [
        ("primary", value_after(&wizard, "name=\"primary\"")),
        (
            "connection",
            value_after(card(&wizard, second), "name=\"connection\""),
        ),
        ("policy", "as-first-imported"),
        ("when_stale", "ignore-calendar"),
    ];
    owner
        .submit("/connect-icloud?step=3", "choose-calendars", &chosen)
        .await;
    let page = owner.page(PAGE).await;
    let (of_first, of_second) = (card(&page, &first), card(&page, second));
    assert!(is_chosen(of_first, "keep-up") && is_chosen(of_first, "use-last-known"));
    assert!(is_chosen(of_second, "as-first-imported") && is_chosen(of_second, "ignore-calendar"));

    let chosen = [
        ("connection", value_after(of_first, "name=\"connection\"")),
        ("policy", "keep-up"),
        ("when_stale", "stop-offering"),
    ];
    owner.submit(PAGE, "save-policies", &chosen).await;
    let page = owner.page(PAGE).await;
    let (of_first, of_second) = (card(&page, &first), card(&page, second));
    assert!(of_first.contains("Saved.") && !of_second.contains("Saved."));
    assert!(is_chosen(of_first, "keep-up") && is_chosen(of_first, "stop-offering"));
    assert!(is_chosen(of_second, "as-first-imported") && is_chosen(of_second, "ignore-calendar"));

    // As a page sends it that was open since before each connection had its own.
    let of_all = [("policy", "keep-up"), ("when_stale", "ignore-calendar")];
    let refused = owner.post(PAGE, "save-policies", &of_all).await;
    assert_eq!(refused.status(), StatusCode::FOUND);
    let page = owner.page(PAGE).await;
    assert!(page.contains("Reload the page and choose them there."), "{page}");
    assert!(!card(&page, &first).contains("Reload the page"), "{page}");
    assert!(is_chosen(card(&page, &first), "stop-offering"), "{page}");
}
