//! What a booking costs the database, in statements: those of its request, without beginning and committing.

use reqwest::StatusCode;
use testdb::Postgres;

use crate::studio::{ask, free, set_up};
use crate::support::{Browser, Quince, practice_icloud};

/// Statements that a booking takes while nobody limits strangers; on Postgres one more, which waits for the host's time.
const WITH_ICLOUD: usize = 13;
const WITHOUT_ICLOUD: usize = 12;

/// The first words of the statements of the last request to an address.
fn statements(log: &str, path: &str) -> Vec<String> {
    const TARGET: &str = "sqlx::query: ";
    let of_request = |line: &&str| line.contains(path) && line.contains(TARGET);
    let words = |line: &str| line.split_once("summary=\"").map(|(_, rest)| rest.to_owned());
    let all = log.lines().filter(of_request).filter_map(words);
    all.filter(|words| {
        !["BEGIN", "COMMIT", "ROLLBACK"]
            .iter()
            .any(|word| words.starts_with(word))
    })
    .map(|words| words.split('"').next().unwrap_or_default().to_owned())
    .collect()
}

/// The statements of one booking of the studio's calendar.
async fn cost(database: Option<&Postgres>, with_icloud: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = practice_icloud().await;
    let (url, icloud) = (database.map(Postgres::url), sandbox.entry_url());
    let mut vars = vec![
        ("QUINCE_ICLOUD_URL", icloud.as_str()),
        ("QUINCE_RATE_LIMITS", "off"),
        ("QUINCE_LOG", "info,sqlx::query=debug"),
    ];
    vars.extend(url.as_deref().map(|url| ("QUINCE_DATABASE_URL", url)));
    let quince = Quince::serve(folder.path(), &vars);
    let mut owner = set_up(&quince, &sandbox).await;
    if !with_icloud {
        disconnect(&mut owner).await;
    }
    let start = free(&quince).await.remove(3);
    let response = ask(&quince.url, &start, "what it costs").await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    statements(&quince.stop(), "/api/v1/calendars/intro-call/appointments")
}

async fn disconnect(owner: &mut Browser) {
    let page = owner.page("/settings/integrations").await;
    let id = page.split("/settings/integrations/").nth(1).unwrap();
    let id = id.split('/').next().unwrap();
    let path = format!("/settings/integrations/{id}/disconnect");
    let fields = [("id", id), ("events", "keep")];
    owner.submit(&path, "disconnect", &fields).await;
}

#[tokio::test]
async fn a_booking_costs_few_statements() {
    let postgres = Postgres::start().await;
    for (with_icloud, most) in [(true, WITH_ICLOUD), (false, WITHOUT_ICLOUD)] {
        let on_sqlite = cost(None, with_icloud).await;
        assert!(
            (8..=most).contains(&on_sqlite.len()),
            "{}: {on_sqlite:#?}",
            on_sqlite.len()
        );
        if with_icloud {
            let on_postgres = cost(Some(&postgres), with_icloud).await;
            assert_eq!(on_postgres.len(), on_sqlite.len() + 1, "{on_postgres:#?}");
        }
    }
}
