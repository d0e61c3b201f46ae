//! Changes since a token: pages, expired tokens, servers without sync.

use caldav::{Error, Listed};

use crate::support::client;
use crate::support::scripted::{Scripted, Seen, answer, login, multistatus, status_row, version};

#[tokio::test]
async fn a_sync_in_pages_is_followed_and_the_last_word_on_a_path_counts() {
    let server = Scripted::start(|seen: &Seen| {
        let (rows, token) = if seen.body.contains("page-2") {
            (
                [
                    version("/cal/a.ics", "2"),
                    status_row("/cal/b.ics", "404 Not Found"),
                ]
                .concat(),
                "end",
            )
        } else {
            let cut = status_row("/cal/", "507 Insufficient Storage");
            (
                [version("/cal/a.ics", "1"), version("/cal/b.ics", "1"), cut].concat(),
                "page-2",
            )
        };
        multistatus(&format!("{rows}<sync-token>{token}</sync-token>"))
    })
    .await;
    let changes = client(&server.url)
        .sync(&server.at("cal/"), &login(), Some("start"))
        .await
        .unwrap();
    assert_eq!(
        changes.changed,
        [Listed {
            href: "/cal/a.ics".to_owned(),
            etag: Some("\"2\"".to_owned())
        }]
    );
    assert_eq!(changes.removed, ["/cal/b.ics"]);
    assert_eq!(changes.token, "end");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_resource_that_fails_is_changed_or_listed_and_never_removed() {
    let rows = [
        "<response><href>/cal/a.ics</href><propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status>\
         </propstat></response>"
            .to_owned(),
        status_row("/cal/b.ics", "500 Internal Server Error"),
        status_row("/cal/c.ics", "404 Not Found"),
    ];
    let server =
        Scripted::start(move |_| multistatus(&format!("{}<sync-token>t</sync-token>", rows.concat()))).await;
    let (client, calendar) = (client(&server.url), server.at("cal/"));
    let unknown = |href: &str| Listed {
        href: href.to_owned(),
        etag: None,
    };
    let there = [unknown("/cal/a.ics"), unknown("/cal/b.ics")];

    let changes = client.sync(&calendar, &login(), None).await.unwrap();
    assert_eq!(
        (changes.changed.as_slice(), changes.removed),
        (&there[..], vec!["/cal/c.ics".to_owned()])
    );
    assert_eq!(client.list_etags(&calendar, &login()).await.unwrap(), there);
}

#[tokio::test]
async fn a_sync_that_does_not_move_on_ends() {
    let server = Scripted::start(|_| {
        multistatus(&format!(
            "{}<sync-token>same</sync-token>",
            status_row("/cal/", "507 Insufficient Storage")
        ))
    })
    .await;
    let outcome = client(&server.url).sync(&server.at("cal/"), &login(), None).await;
    assert!(matches!(outcome, Err(Error::Malformed { .. })), "{outcome:?}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn an_expired_token_is_recognised_in_every_form() {
    let named = "<error xmlns='DAV:'><valid-sync-token/></error>";
    for (status, body) in [
        ("403 Forbidden", named),
        ("403 Forbidden", ""),
        ("410 Gone", ""),
        ("412 Precondition Failed", ""),
        ("400 Bad Request", "<html>"),
        ("409 Conflict", named),
    ] {
        let server = Scripted::start(move |_| answer(status, &[], body)).await;
        let outcome = client(&server.url)
            .sync(&server.at("cal/"), &login(), Some("old"))
            .await;
        assert_eq!(outcome, Err(Error::TokenExpired), "{status}");
    }
}

#[tokio::test]
async fn a_wrong_login_or_a_throttle_does_not_expire_a_token() {
    for (status, expected) in [
        ("401 Unauthorized", Error::WrongLogin),
        (
            "429 Too Many Requests",
            Error::Throttled {
                status: 429,
                retry_after: None,
            },
        ),
        (
            "503 Service Unavailable",
            Error::Throttled {
                status: 503,
                retry_after: None,
            },
        ),
        (
            "500 Internal Server Error",
            Error::Refused {
                status: 500,
                precondition: None,
            },
        ),
    ] {
        let server = Scripted::start(move |_| answer(status, &[], "")).await;
        let outcome = client(&server.url)
            .sync(&server.at("cal/"), &login(), Some("old"))
            .await;
        assert_eq!(outcome, Err(expected));
    }
}

#[tokio::test]
async fn a_server_without_sync_says_so() {
    for status in [
        "405 Method Not Allowed",
        "501 Not Implemented",
        "403 Forbidden",
        "415 Unsupported Media Type",
    ] {
        let server = Scripted::start(move |_| answer(status, &[], "")).await;
        let outcome = client(&server.url).sync(&server.at("cal/"), &login(), None).await;
        assert_eq!(outcome, Err(Error::SyncUnsupported), "{status}");
    }
}
