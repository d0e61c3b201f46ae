//! Wrong logins, throttles, broken and oversized answers: each is its own error.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use caldav::{Cause, Error, Limits, RetryAfter};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt as _;
use url::Url;

use crate::support::scripted::{
    EMPTY, Scripted, Seen, answer, list, login, multistatus, raw_answer, row, status_row, version,
};
use crate::support::{client, client_with_limits};

async fn listing_answered_by(bytes: Vec<u8>) -> Result<Vec<caldav::Listed>, Error> {
    let server = Scripted::start(move |_| bytes.clone()).await;
    list(&server).await
}

#[tokio::test]
async fn a_wrong_login_is_recognised_with_challenges_joined_or_apart() {
    for challenges in [
        &[
            "WWW-Authenticate: Basic realm=\"MMCalDav\"",
            "WWW-Authenticate: X-MobileMe-AuthToken realm=\"MMCalDav\"",
        ][..],
        &["WWW-Authenticate: Basic realm=\"MMCalDav\", X-MobileMe-AuthToken realm=\"MMCalDav\""],
        &[],
    ] {
        assert_eq!(
            listing_answered_by(answer("401 Unauthorized", challenges, "")).await,
            Err(Error::WrongLogin)
        );
    }
}

#[tokio::test]
async fn throttling_is_recognised_in_all_its_forms() {
    let instant = RetryAfter::At("2026-11-24T10:00:30Z".parse().unwrap());
    let seconds = RetryAfter::In(Duration::from_secs(90));
    for (status, header, code, retry_after) in [
        (
            "429 Too Many Requests",
            Some("Retry-After: 90"),
            429,
            Some(seconds),
        ),
        (
            "503 Service Unavailable",
            Some("Retry-After: Tue, 24 Nov 2026 10:00:30 GMT"),
            503,
            Some(instant),
        ),
        ("503 Service Unavailable", None, 503, None),
        ("403 Forbidden", Some("Retry-After: 90"), 403, Some(seconds)),
    ] {
        let headers: Vec<&str> = header.into_iter().collect();
        let outcome = listing_answered_by(answer(status, &headers, "")).await;
        assert_eq!(
            outcome,
            Err(Error::Throttled {
                status: code,
                retry_after
            }),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_bare_403_is_a_refusal_that_may_pass() {
    let error = listing_answered_by(answer("403 Forbidden", &[], ""))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::Refused {
            status: 403,
            precondition: None
        }
    );
    assert!(error.is_temporary());
}

#[tokio::test]
async fn answers_that_cannot_be_understood_are_told_apart() {
    for bytes in [
        answer(
            "200 OK",
            &["Content-Type: text/html"],
            "<html>Sign in to the hotel's network</html>",
        ),
        answer("207 Multi-Status", &[], "<html>not this</html>"),
        answer(
            "207 Multi-Status",
            &[],
            "<multistatus xmlns='DAV:'><response><href>/cal/a.ics</href>",
        ),
        answer(
            "207 Multi-Status",
            &[],
            "<!DOCTYPE m [<!ENTITY a 'b'>]><multistatus xmlns='DAV:'>&a;</multistatus>",
        ),
        answer("207 Multi-Status", &[], ""),
    ] {
        let outcome = listing_answered_by(bytes).await;
        assert!(matches!(outcome, Err(Error::Malformed { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let whole = multistatus(&row("/cal/a.ics", "<getetag>\"1\"</getetag>"));
    let outcome = listing_answered_by(raw_answer(
        "207 Multi-Status",
        &[],
        b"<multistatus xmlns='DAV:'>",
        5000,
    ))
    .await;
    assert!(
        matches!(
            outcome,
            Err(Error::Unreachable {
                cause: Cause::Interrupted,
                ..
            })
        ),
        "{outcome:?}"
    );
    // Broken off within the head.
    let outcome = listing_answered_by(whole[..20].to_vec()).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Unreachable {
                cause: Cause::Interrupted,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let server = Scripted::start(|_| Vec::new()).await;
    let limits = Limits {
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let outcome = client_with_limits(limits)
        .list_etags(&server.at("cal/"), &login())
        .await;
    assert!(
        matches!(
            outcome,
            Err(Error::Unreachable {
                cause: Cause::Timeout,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_unreachable() {
    let closed = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap()
    };
    let outcome = client(&closed).list_etags(&closed, &login()).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Unreachable {
                cause: Cause::Connect,
                ..
            })
        ),
        "{outcome:?}"
    );

    let unknown = Url::parse("https://no-such-host.invalid/").unwrap();
    let outcome = client(&unknown).list_etags(&unknown, &login()).await;
    let Err(
        error @ Error::Unreachable {
            cause: Cause::Dns, ..
        },
    ) = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(error.suggests_rediscovery());
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_gives_no_secure_connection() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let https = Url::parse(&format!("https://{}/cal/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .await
                .unwrap();
        }
    });
    let outcome = client(&https).list_etags(&https, &login()).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Unreachable {
                cause: Cause::Tls,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_also_when_it_was_compressed() {
    let limits = Limits {
        body_bytes: 100_000,
        ..Limits::default()
    };
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b'x'; 20_000_000]).unwrap();
    let bomb = packer.finish().unwrap();
    assert!(bomb.len() < 50_000);
    let large = "x".repeat(200_000);
    for bytes in [
        answer("207 Multi-Status", &[], &large),
        raw_answer("207 Multi-Status", &["Content-Encoding: gzip"], &bomb, bomb.len()),
    ] {
        let server = Scripted::start(move |_| bytes.clone()).await;
        let outcome = client_with_limits(limits)
            .calendars(&[server.at("cal/")], &login())
            .await;
        assert_eq!(outcome, Err(Error::TooLarge { limit: 100_000 }));
    }
}

#[tokio::test]
async fn a_listing_over_the_limit_is_refused_in_however_many_pages_it_comes() {
    let limits = Limits {
        listing_bytes: 100_000,
        ..Limits::default()
    };
    let rows = |page: usize| -> String {
        let names = page * 300..page * 300 + 300;
        names
            .map(|name| version(&format!("/cal/{name}.ics"), "1"))
            .collect()
    };
    // Two pages of 300 rows are within it, the third is not.
    let server = Scripted::start(move |seen: &Seen| {
        if seen.body.contains("sync-collection") {
            let page = (0..9)
                .rev()
                .find(|page| seen.body.contains(&format!(">page-{page}<")));
            let page = page.map_or(0, |page| page + 1);
            let more = status_row("/cal/", "507 Insufficient Storage");
            multistatus(&format!(
                "{}{more}<sync-token>page-{page}</sync-token>",
                rows(page)
            ))
        } else {
            multistatus(&(0..3).map(rows).collect::<String>())
        }
    })
    .await;
    let (client, calendar) = (client_with_limits(limits), server.at("cal/"));
    let too_large = Error::TooLarge { limit: 100_000 };
    let (from, to) = (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    );
    assert_eq!(
        client.sync(&calendar, &login(), None).await,
        Err(too_large.clone())
    );
    assert_eq!(server.seen().len(), 3);
    assert_eq!(
        client.list_etags(&calendar, &login()).await,
        Err(too_large.clone())
    );
    assert_eq!(
        client.read_range(&calendar, &login(), from, to).await,
        Err(too_large)
    );
}

#[tokio::test]
async fn no_error_repeats_the_login_or_the_body() {
    for bytes in [
        answer(
            "500 Internal Server Error",
            &[],
            "mira@example.org abcd-efgh-ijkl-mnop",
        ),
        answer(
            "403 Forbidden",
            &[],
            "<error xmlns='DAV:'>abcd-efgh-ijkl-mnop</error>",
        ),
        answer(
            "207 Multi-Status",
            &[],
            "<multistatus><abcd-efgh-ijkl-mnop></x></multistatus>",
        ),
        answer(
            "207 Multi-Status",
            &[],
            "<multistatus xmlns='DAV:'>&abcd-efgh-ijkl-mnop;</multistatus>",
        ),
        answer(
            "302 Found",
            &["Location: https://mira:abcd-efgh-ijkl-mnop@evil.example/"],
            "",
        ),
        Vec::from("abcd-efgh-ijkl-mnop"),
    ] {
        let error = listing_answered_by(bytes).await.unwrap_err();
        let texts = format!("{error} {error:?}");
        assert!(
            !texts.contains("abcd-efgh") && !texts.contains("mira@"),
            "{texts}"
        );
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_most_talkative_log_holds_no_login() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    for bytes in [
        multistatus(EMPTY),
        answer("401 Unauthorized", &[], ""),
        b"nonsense".to_vec(),
    ] {
        let _ = listing_answered_by(bytes).await;
    }
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("asked") && text.contains("PROPFIND"),
        "the log works"
    );
    for secret in ["abcd-efgh", "YWJjZC1lZmdo", "bWlyYUBleGFtcGxl"] {
        assert!(!text.contains(secret), "{text}");
    }
}
