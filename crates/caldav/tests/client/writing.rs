//! Conditions, versions and refusals of writes.

use caldav::Error;

use crate::support::client;
use crate::support::scripted::{Scripted, Seen, answer, login, multistatus, version};

#[tokio::test]
async fn a_write_without_a_version_in_its_answer_asks_for_it() {
    let server = Scripted::start(|seen: &Seen| match seen.method.as_str() {
        "PUT" => answer("201 Created", &[], ""),
        _ => multistatus(&version(&seen.path, "after")),
    })
    .await;
    let written = client(&server.url)
        .create(&server.at("cal/"), &login(), "a.ics", "BEGIN:VCALENDAR")
        .await
        .unwrap();
    assert_eq!(
        (written.href.as_str(), written.etag.as_deref()),
        ("/cal/a.ics", Some("\"after\""))
    );
    let seen = server.seen();
    assert_eq!(seen[0].header("if-none-match"), Some("*"));
    assert_eq!(
        seen[0].header("content-type"),
        Some("text/calendar; charset=utf-8")
    );
    assert_eq!(seen[0].body, "BEGIN:VCALENDAR");
    assert_eq!(
        (seen[1].method.as_str(), seen[1].header("depth")),
        ("PROPFIND", Some("0"))
    );
}

#[tokio::test]
async fn a_write_counts_even_when_its_version_cannot_be_learnt() {
    let server = Scripted::start(|seen: &Seen| match seen.method.as_str() {
        "PUT" => answer("204 No Content", &[], ""),
        _ => answer("500 Internal Server Error", &[], ""),
    })
    .await;
    let written = client(&server.url)
        .update(&server.at("cal/"), &login(), "/cal/a.ics", "\"1\"", "X")
        .await
        .unwrap();
    assert_eq!(written.etag, None);
    assert_eq!(server.seen()[0].header("if-match"), Some("\"1\""));
}

#[tokio::test]
async fn refusals_of_a_write_are_told_apart() {
    let conflict = "<error xmlns='DAV:'><no-uid-conflict xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>/cal/b.ics</href>\
                    </no-uid-conflict></error>";
    let elsewhere = "<error xmlns='DAV:'><unique-scheduling-object-resource xmlns='urn:ietf:params:xml:ns:caldav'/></error>";
    let invalid = "<error xmlns='DAV:'><valid-calendar-data xmlns='urn:ietf:params:xml:ns:caldav'/></error>";
    let refused = |status, name: &str| Error::Refused {
        status,
        precondition: Some(name.to_owned()),
    };
    for (status, body, expected) in [
        ("412 Precondition Failed", "", Error::PreconditionFailed),
        ("412 Precondition Failed", conflict, Error::UidConflict),
        ("403 Forbidden", conflict, Error::UidConflict),
        ("403 Forbidden", elsewhere, Error::UidConflict),
        ("409 Conflict", "", Error::NotFound),
        ("404 Not Found", "", Error::NotFound),
        (
            "412 Precondition Failed",
            invalid,
            refused(412, "valid-calendar-data"),
        ),
        ("403 Forbidden", invalid, refused(403, "valid-calendar-data")),
        (
            "400 Bad Request",
            "<html><br></html>",
            Error::Refused {
                status: 400,
                precondition: None,
            },
        ),
        (
            "507 Insufficient Storage",
            "",
            Error::Refused {
                status: 507,
                precondition: None,
            },
        ),
    ] {
        let server = Scripted::start(move |_| answer(status, &[], body)).await;
        let outcome = client(&server.url)
            .create(&server.at("cal/"), &login(), "a.ics", "X")
            .await;
        assert_eq!(outcome, Err(expected), "{status} {body}");
    }
}

#[tokio::test]
async fn deleting_sends_the_condition_and_no_depth() {
    let server = Scripted::start(|_| answer("204 No Content", &[], "")).await;
    let client = client(&server.url);
    client
        .delete(&server.at("cal/"), &login(), "/cal/a.ics", Some("\"1\""))
        .await
        .unwrap();
    client
        .delete(&server.at("cal/"), &login(), "/cal/a.ics", None)
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(
        (seen[0].header("if-match"), seen[0].header("depth")),
        (Some("\"1\""), None)
    );
    assert_eq!(seen[1].header("if-match"), None);
}

#[tokio::test]
async fn a_calendar_is_never_deleted_and_a_name_never_leaves_it() {
    let server = Scripted::start(|_| answer("204 No Content", &[], "")).await;
    let (client, calendar) = (client(&server.url), server.at("cal/"));
    for href in ["/cal/", "/cal", "/", "/other/"] {
        assert!(
            client.delete(&calendar, &login(), href, None).await.is_err(),
            "{href}"
        );
    }
    for name in ["../a.ics", "", "a/b.ics", "a?b", "a#b", "..", "%2e%2e"] {
        assert!(
            client.create(&calendar, &login(), name, "X").await.is_err(),
            "{name}"
        );
    }
    assert_eq!(server.seen().len(), 0);
}
