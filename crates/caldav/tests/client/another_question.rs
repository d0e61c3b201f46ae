//! Servers that cannot answer one question and can answer another.

use std::collections::BTreeSet;
use std::time::Duration;

use caldav::{Error, Limits, Listed, Reading, Unreadable};

use crate::support::scripted::{
    EMPTY, Scripted, Seen, answer, event, list, login, multistatus, raw_answer, row, status_row, version,
};
use crate::support::{client, client_with_limits};

const EVENT: &str = "BEGIN:VCALENDAR\r\nX:alone\r\nEND:VCALENDAR\r\n";

/// The paths that a multiget asks for.
fn asked(seen: &Seen) -> Vec<String> {
    let parts = seen.body.split("<D:href>").skip(1);
    let hrefs = parts.filter_map(|rest| rest.split("</D:href>").next());
    hrefs.map(str::to_owned).collect()
}

fn hrefs(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("/cal/{number}.ics")).collect()
}

fn is_listing(seen: &Seen) -> bool {
    seen.method == "PROPFIND" && seen.header("depth") == Some("1")
}

fn is_sync(seen: &Seen) -> bool {
    seen.body.contains("sync-collection")
}

/// A server that gives `refusal` to each multiget that includes one of `bad`, and `alone` to a GET of one.
async fn server_with(bad: &'static [&'static str], refusal: Vec<u8>, alone: Vec<u8>) -> Scripted {
    Scripted::start(move |seen: &Seen| {
        let is_bad = |href: &str| bad.iter().any(|bad| href == format!("/cal/{bad}.ics"));
        match seen.method.as_str() {
            "GET" if is_bad(&seen.path) => alone.clone(),
            "GET" => answer("200 OK", &[], EVENT),
            "PROPFIND" => multistatus(EMPTY),
            _ if asked(seen).iter().any(|href| is_bad(href)) => refusal.clone(),
            _ => multistatus(
                &asked(seen)
                    .iter()
                    .map(|href| event(href, "1"))
                    .collect::<String>(),
            ),
        }
    })
    .await
}

async fn read(server: &Scripted, hrefs: &[String]) -> Result<Reading, Error> {
    client(&server.url)
        .read(&server.at("cal/"), &login(), hrefs)
        .await
}

/// How often a path was asked for.
fn questions_about(server: &Scripted, href: &str) -> usize {
    let seen = server.seen();
    let about = seen
        .iter()
        .filter(|seen| seen.path == href || asked(seen).iter().any(|asked| asked == href));
    about.count()
}

fn refusals() -> Vec<Vec<u8>> {
    let status = |status: &str| answer(status, &[], "<html>sorry</html>");
    vec![
        status("400 Bad Request"),
        status("403 Forbidden"),
        status("409 Conflict"),
        status("412 Precondition Failed"),
        status("500 Internal Server Error"),
        status("501 Not Implemented"),
        status("502 Bad Gateway"),
        status("507 Insufficient Storage"),
        answer("200 OK", &[], "<html>Something went wrong</html>"),
        multistatus("<response><href>/cal/0.ics</href>"),
        multistatus("<response><href>/cal/0.ics</href><x>&unknown;</x></response>"),
    ]
}

#[tokio::test]
async fn one_event_that_fails_a_multiget_costs_only_itself() {
    let bad = ["/cal/37.ics".to_owned()];
    for refusal in refusals() {
        let of_get = answer("500 Internal Server Error", &[], "");
        let server = server_with(&["37"], refusal.clone(), of_get).await;
        let reading = read(&server, &hrefs(60)).await.unwrap();
        assert_eq!(reading.resources.len(), 59);
        assert_eq!(reading.missing, [] as [String; 0]);
        assert_eq!(reading.unreadable, [(bad[0].clone(), Unreadable::Status(500))]);
        // 50, 25, 13, 7, 4, 2, 1 and the GET.
        assert!(
            questions_about(&server, &bad[0]) <= 8,
            "{}",
            questions_about(&server, &bad[0])
        );
        for href in hrefs(60) {
            assert!(questions_about(&server, &href) <= 8, "{href}");
        }
    }
}

#[tokio::test]
async fn an_event_that_fails_a_multiget_may_be_read_alone() {
    for refusal in refusals() {
        let server = server_with(&["3", "4"], refusal, answer("200 OK", &["ETag: \"7\""], EVENT)).await;
        let reading = read(&server, &hrefs(9)).await.unwrap();
        let paths: BTreeSet<_> = reading.resources.iter().map(|found| found.href.clone()).collect();
        assert_eq!(paths, hrefs(9).into_iter().collect());
        assert_eq!((reading.missing.len(), reading.unreadable.len()), (0, 0));
        let alone = reading
            .resources
            .iter()
            .find(|found| found.href == "/cal/3.ics")
            .unwrap();
        assert_eq!(
            (alone.etag.as_deref(), alone.data.as_str()),
            (Some("\"7\""), EVENT)
        );
    }
}

#[tokio::test]
async fn the_reason_of_an_event_that_cannot_be_read_alone_either_is_told() {
    let page = answer("200 OK", &[], "<html>Something went wrong</html>");
    let too_large = {
        let text = format!(
            "BEGIN:VCALENDAR\r\nX:{}\r\nEND:VCALENDAR\r\n",
            "x".repeat(5_000_000)
        );
        answer("200 OK", &[], &text)
    };
    for (alone, reason) in [
        (answer("403 Forbidden", &[], ""), Unreadable::Status(403)),
        (
            answer("412 Precondition Failed", &[], ""),
            Unreadable::Status(412),
        ),
        (answer("200 OK", &[], ""), Unreadable::NoData),
        (page, Unreadable::NoData),
        (too_large, Unreadable::TooLarge { etag: None }),
    ] {
        let server = server_with(&["1"], answer("400 Bad Request", &[], ""), alone).await;
        let reading = read(&server, &hrefs(3)).await.unwrap();
        assert_eq!(reading.resources.len(), 2);
        assert_eq!(reading.unreadable, [("/cal/1.ics".to_owned(), reason)]);
    }
    let server = server_with(
        &["1"],
        answer("400 Bad Request", &[], ""),
        answer("404 Not Found", &[], ""),
    )
    .await;
    assert_eq!(read(&server, &hrefs(3)).await.unwrap().missing, ["/cal/1.ics"]);
}

#[tokio::test]
async fn a_single_event_that_cannot_be_read_is_told_when_the_server_answers_otherwise() {
    let refused = answer("500 Internal Server Error", &[], "");
    let server = server_with(&["0"], refused.clone(), refused).await;
    let reading = read(&server, &hrefs(1)).await.unwrap();
    assert_eq!(
        reading.unreadable,
        [("/cal/0.ics".to_owned(), Unreadable::Status(500))]
    );
}

#[tokio::test]
async fn a_server_that_refuses_everything_blames_no_event() {
    for status in ["403 Forbidden", "500 Internal Server Error", "400 Bad Request"] {
        let server = Scripted::start(move |_| answer(status, &[], "")).await;
        let outcome = read(&server, &hrefs(50)).await;
        assert!(matches!(outcome, Err(Error::Refused { .. })), "{outcome:?}");
        assert!(server.seen().len() <= 10, "{}", server.seen().len());
    }
}

#[tokio::test]
async fn a_server_or_login_in_trouble_is_not_asked_for_less() {
    for (status, expected) in [
        ("401 Unauthorized", Error::WrongLogin),
        ("404 Not Found", Error::NotFound),
        ("410 Gone", Error::NotFound),
        (
            "503 Service Unavailable",
            Error::Throttled {
                status: 503,
                retry_after: None,
            },
        ),
        (
            "429 Too Many Requests",
            Error::Throttled {
                status: 429,
                retry_after: None,
            },
        ),
        (
            "408 Request Timeout",
            Error::Refused {
                status: 408,
                precondition: None,
            },
        ),
    ] {
        let server = Scripted::start(move |_| answer(status, &[], "")).await;
        assert_eq!(read(&server, &hrefs(50)).await, Err(expected.clone()));
        assert_eq!(server.seen().len(), 1, "{status}");
        assert_eq!(list(&server).await, Err(expected), "{status}");
        assert_eq!(server.seen().len(), 2, "{status}");
    }
    // Answers that break off. Whether that is a matter of the events alone is asked once.
    let cut = raw_answer("207 Multi-Status", &[], b"<multistatus xmlns='DAV:'>", 5_000);
    let server = Scripted::start(move |_| cut.clone()).await;
    assert!(matches!(
        read(&server, &hrefs(50)).await,
        Err(Error::Unreachable { .. })
    ));
    assert_eq!(server.seen().len(), 2);
}

/// An answer that breaks off in its middle, and none at all.
fn broken_off() -> [Vec<u8>; 2] {
    [
        raw_answer("207 Multi-Status", &[], b"<multistatus xmlns='DAV:'>", 5_000),
        Vec::new(),
    ]
}

async fn read_in_haste(server: &Scripted, hrefs: &[String]) -> Result<Reading, Error> {
    let limits = Limits {
        idle: Duration::from_millis(1_500),
        hasty: Duration::from_secs(1),
        ..Limits::default()
    };
    client_with_limits(limits)
        .read(&server.at("cal/"), &login(), hrefs)
        .await
}

#[tokio::test]
async fn one_event_that_breaks_off_a_multiget_costs_only_itself() {
    let bad = "/cal/37.ics".to_owned();
    for broken in broken_off() {
        let server = server_with(&["37"], broken.clone(), broken).await;
        let reading = read_in_haste(&server, &hrefs(120)).await.unwrap();
        assert_eq!(reading.resources.len(), 119);
        assert_eq!(reading.missing, [] as [String; 0]);
        assert_eq!(reading.unreadable, [(bad.clone(), Unreadable::BrokeOff)]);
        assert!(
            questions_about(&server, &bad) <= 8,
            "{}",
            questions_about(&server, &bad)
        );
    }
}

#[tokio::test]
async fn an_event_that_breaks_off_a_multiget_may_be_read_alone_or_be_gone() {
    for broken in broken_off() {
        let server = server_with(&["0"], broken.clone(), answer("200 OK", &[], EVENT)).await;
        let reading = read_in_haste(&server, &hrefs(1)).await.unwrap();
        assert_eq!((reading.resources.len(), reading.unreadable.len()), (1, 0));
        let server = server_with(&["0"], broken.clone(), answer("404 Not Found", &[], "")).await;
        let reading = read_in_haste(&server, &hrefs(2)).await.unwrap();
        assert_eq!(reading.missing, ["/cal/0.ics"]);
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_in_the_middle_of_a_reading_blames_no_event() {
    // All reports break off, though the calendar itself answers.
    let [broken, _] = broken_off();
    let server = Scripted::start(move |seen: &Seen| match seen.method.as_str() {
        "PROPFIND" => multistatus(EMPTY),
        _ => broken.clone(),
    })
    .await;
    let outcome = read_in_haste(&server, &hrefs(300)).await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{outcome:?}");
    assert!(server.seen().len() <= 70, "{}", server.seen().len());
    // Nothing is answered from the second batch on.
    let server = Scripted::start(move |seen: &Seen| {
        let first = asked(seen).iter().any(|href| href == "/cal/0.ics");
        let rows: String = asked(seen).iter().map(|href| event(href, "1")).collect();
        if first {
            multistatus(&rows)
        } else {
            raw_answer("207 Multi-Status", &[], b"<multistatus", 5_000)
        }
    })
    .await;
    let outcome = read_in_haste(&server, &hrefs(150)).await;
    assert!(matches!(outcome, Err(Error::Unreachable { .. })), "{outcome:?}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_server_without_multiget_is_read_one_by_one_after_a_few_tries() {
    let server = Scripted::start(|seen: &Seen| match seen.method.as_str() {
        "GET" => answer("200 OK", &[], EVENT),
        _ => answer("501 Not Implemented", &[], ""),
    })
    .await;
    let reading = read(&server, &hrefs(200)).await.unwrap();
    assert_eq!(reading.resources.len(), 200);
    let multigets = server
        .seen()
        .iter()
        .filter(|seen| seen.method == "REPORT")
        .count();
    assert!(multigets <= 20, "{multigets}");
    assert_eq!(server.seen().len() - multigets, 200);
}

fn listed(name: &str, etag: &str) -> Listed {
    Listed {
        href: format!("/cal/{name}.ics"),
        etag: Some(format!("\"{etag}\"")),
    }
}

#[tokio::test]
async fn a_calendar_is_listed_by_sync_when_it_cannot_be_listed_by_propfind() {
    let truncated = [
        version("/cal/a.ics", "1"),
        status_row("/cal/", "507 Insufficient Storage"),
    ];
    let mut refusals = refusals();
    refusals.push(multistatus(&truncated.concat()));
    for refusal in refusals {
        let server = Scripted::start(move |seen: &Seen| {
            if is_listing(seen) {
                refusal.clone()
            } else if is_sync(seen) && seen.body.contains("page-2") {
                multistatus(&format!(
                    "{}<sync-token>end</sync-token>",
                    version("/cal/b.ics", "2")
                ))
            } else if is_sync(seen) && seen.body.contains("<D:sync-token/>") {
                let rows = [
                    row("/cal/", "<getetag>\"c\"</getetag>"),
                    version("/cal/a.ics", "1"),
                    status_row("/cal/gone.ics", "404 Not Found"),
                    status_row("/cal/", "507 Insufficient Storage"),
                ];
                multistatus(&format!("{}<sync-token>page-2</sync-token>", rows.concat()))
            } else {
                answer("400 Bad Request", &[], "")
            }
        })
        .await;
        assert_eq!(list(&server).await, Ok(vec![listed("a", "1"), listed("b", "2")]));
        assert_eq!(server.seen().len(), 3);
    }
}

#[tokio::test]
async fn a_calendar_that_can_be_listed_in_no_way_is_an_error_and_never_empty() {
    let refused = |status| Error::Refused {
        status,
        precondition: None,
    };
    for (of_sync, expected) in [
        ("501 Not Implemented", refused(400)),
        ("500 Internal Server Error", refused(400)),
        ("401 Unauthorized", Error::WrongLogin),
        (
            "503 Service Unavailable",
            Error::Throttled {
                status: 503,
                retry_after: None,
            },
        ),
    ] {
        let server = Scripted::start(move |seen: &Seen| {
            let status = if is_sync(seen) { of_sync } else { "400 Bad Request" };
            answer(status, &[], "")
        })
        .await;
        assert_eq!(list(&server).await, Err(expected), "{of_sync}");
    }
}

#[tokio::test]
async fn the_rest_of_an_answer_that_is_too_much_is_listed_when_the_server_cannot_filter_it() {
    let server = Scripted::start(|seen: &Seen| {
        if seen.body.contains("calendar-multiget") {
            multistatus(
                &asked(seen)
                    .iter()
                    .map(|href| event(href, "1"))
                    .collect::<String>(),
            )
        } else if is_listing(seen) {
            multistatus(&[version("/cal/a.ics", "1"), version("/cal/b.ics", "1")].concat())
        } else if seen.body.contains("<C:calendar-data/>") {
            let truncated = status_row("/cal/", "507 Insufficient Storage");
            multistatus(&[event("/cal/a.ics", "1"), truncated].concat())
        } else {
            answer("500 Internal Server Error", &[], "")
        }
    })
    .await;
    let (from, to) = (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    );
    let reading = client(&server.url)
        .read_range(&server.at("cal/"), &login(), from, to)
        .await
        .unwrap();
    assert_eq!(reading.resources.len(), 2, "{reading:?}");
}
