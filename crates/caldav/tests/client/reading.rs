//! What servers say about events: odd rows, truncation, mismatched paths.

use caldav::{Error, Limits, Reading, Unreadable};

use crate::support::scripted::{
    Scripted, Seen, answer, event, list, login, multistatus, row, status_row, version,
};
use crate::support::{client, client_with_limits};

async fn read_range(server: &Scripted) -> Result<Reading, Error> {
    let (from, to) = (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    );
    client(&server.url)
        .read_range(&server.at("cal/"), &login(), from, to)
        .await
}

async fn read(server: &Scripted, names: &[&str]) -> Result<Reading, Error> {
    let hrefs: Vec<String> = names.iter().map(|name| format!("/cal/{name}.ics")).collect();
    client(&server.url)
        .read(&server.at("cal/"), &login(), &hrefs)
        .await
}

fn hrefs(reading: &Reading) -> Vec<&str> {
    reading
        .resources
        .iter()
        .map(|resource| resource.href.as_str())
        .collect()
}

#[tokio::test]
async fn names_that_the_server_does_not_escape_are_told_apart() {
    let server = Scripted::start(|seen: &Seen| {
        let of = |href: &str| match seen.method.as_str() {
            "PROPFIND" => version(href, "1"),
            _ => event(href, "1"),
        };
        multistatus(&["/cal/a?1.ics", "/cal/a?2.ics", "/cal/b#1.ics"].map(of).concat())
    })
    .await;
    let listed = list(&server).await.unwrap();
    let hrefs: Vec<String> = listed.into_iter().map(|listed| listed.href).collect();
    assert_eq!(hrefs, ["/cal/a%3F1.ics", "/cal/a%3F2.ics", "/cal/b%231.ics"]);
    let reading = client(&server.url)
        .read(&server.at("cal/"), &login(), &hrefs)
        .await
        .unwrap();
    assert_eq!(reading.resources.len(), 3, "{reading:?}");
}

#[tokio::test]
async fn an_event_too_large_for_one_answer_costs_only_itself() {
    let event = |name: &str, size: usize| {
        let data = format!("BEGIN:VCALENDAR\r\nX-PAD:{}\r\nEND:VCALENDAR", "x".repeat(size));
        row(
            &format!("/cal/{name}.ics"),
            &format!(
                "<getetag>1</getetag><calendar-data xmlns='urn:ietf:params:xml:ns:caldav'><![CDATA[{data}]]></calendar-data>"
            ),
        )
    };
    let server = Scripted::start(move |seen: &Seen| {
        let rows: String = ["a", "b", "c", "huge"]
            .iter()
            .filter(|name| seen.body.contains(&format!("/cal/{name}.ics")))
            .map(|name| event(name, if *name == "huge" { 60_000 } else { 4_000 }))
            .collect();
        multistatus(&rows)
    })
    .await;
    let limits = Limits {
        body_bytes: 15_000,
        ..Limits::default()
    };
    let hrefs: Vec<String> = ["a", "huge", "b", "c"]
        .iter()
        .map(|name| format!("/cal/{name}.ics"))
        .collect();
    let reading = client_with_limits(limits)
        .read(&server.at("cal/"), &login(), &hrefs)
        .await
        .unwrap();
    let mut read: Vec<_> = reading
        .resources
        .iter()
        .map(|resource| resource.href.as_str())
        .collect();
    read.sort_unstable();
    assert_eq!(read, ["/cal/a.ics", "/cal/b.ics", "/cal/c.ics"]);
    assert_eq!(
        reading.unreadable,
        [("/cal/huge.ics".to_owned(), Unreadable::TooLarge { etag: None })]
    );
}

#[tokio::test]
async fn what_a_multiget_calls_missing_is_asked_for_alone_before_it_counts_as_gone() {
    let rows = [
        status_row("/cal/a.ics", "404 Not Found"),
        status_row("/cal/b%2B1.ics", "404 Not Found"),
    ]
    .concat();
    let server = Scripted::start(
        move |seen: &Seen| match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/cal/b+1.ics") => answer("200 OK", &["ETag: \"1\""], "BEGIN:VCALENDAR"),
            ("GET", _) => answer("404 Not Found", &[], ""),
            _ => multistatus(&rows),
        },
    )
    .await;
    let reading = read(&server, &["a", "b+1"]).await.unwrap();
    assert_eq!(reading.missing, ["/cal/a.ics"]);
    assert_eq!(hrefs(&reading), ["/cal/b+1.ics"]);
}

#[tokio::test]
async fn data_in_cdata_arrives_as_text_and_the_collection_is_no_event() {
    let server = Scripted::start(|_| {
        multistatus(&[row("/cal/", "<getetag>\"c\"</getetag>"), event("/cal/a.ics", "1")].concat())
    })
    .await;
    let reading = read_range(&server).await.unwrap();
    assert_eq!(hrefs(&reading), ["/cal/a.ics"]);
    assert_eq!(
        reading.resources[0].data,
        "BEGIN:VCALENDAR\nX:1 & more\nEND:VCALENDAR\n"
    );
    assert_eq!(reading.resources[0].etag.as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn a_query_has_no_prop_filter_and_asks_for_events_only() {
    let server = Scripted::start(|_| multistatus("")).await;
    read_range(&server).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].header("depth")),
        ("REPORT", Some("1"))
    );
    assert!(
        seen[0]
            .body
            .contains("<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20261123T000000Z\"")
    );
    for absent in ["prop-filter", "expand", "limit-", "<C:comp "] {
        assert!(!seen[0].body.contains(absent), "{absent}");
    }
}

#[tokio::test]
async fn an_event_the_server_will_not_show_is_reported_and_not_dropped() {
    let hidden = "<response><href>/cal/b.ics</href><propstat><prop><calendar-data xmlns='urn:ietf:params:xml:ns:caldav'/></prop>\
                  <status>HTTP/1.1 403 Forbidden</status></propstat></response>";
    let broken = status_row("/cal/c.ics", "500 Internal Server Error");
    let rows = [&event("/cal/a.ics", "1"), hidden, &broken].concat();
    let server = Scripted::start(move |_| multistatus(&rows)).await;
    let reading = read_range(&server).await.unwrap();
    assert_eq!(hrefs(&reading), ["/cal/a.ics"]);
    let expected = [
        ("/cal/b.ics".to_owned(), Unreadable::Status(403)),
        ("/cal/c.ics".to_owned(), Unreadable::Status(500)),
    ];
    assert_eq!(reading.unreadable, expected);
}

#[tokio::test]
async fn rows_without_data_are_read_again_by_path() {
    let server = Scripted::start(|seen: &Seen| {
        if seen.body.contains("calendar-multiget") {
            multistatus(&event("/cal/b.ics", "2"))
        } else {
            multistatus(&[event("/cal/a.ics", "1"), version("/cal/b.ics", "2")].concat())
        }
    })
    .await;
    let reading = read_range(&server).await.unwrap();
    assert_eq!(hrefs(&reading), ["/cal/a.ics", "/cal/b.ics"]);
}

#[tokio::test]
async fn a_truncated_query_is_completed_piece_by_piece() {
    let server = Scripted::start(|seen: &Seen| {
        let truncated = status_row("/cal/", "507 Insufficient Storage");
        if seen.body.contains("calendar-multiget") {
            multistatus(&[event("/cal/a.ics", "1"), event("/cal/b.ics", "2")].concat())
        } else if seen.body.contains("<C:calendar-data/>") {
            multistatus(&[event("/cal/a.ics", "1"), truncated].concat())
        } else {
            multistatus(&[version("/cal/a.ics", "1"), version("/cal/b.ics", "2")].concat())
        }
    })
    .await;
    assert_eq!(
        hrefs(&read_range(&server).await.unwrap()),
        ["/cal/a.ics", "/cal/b.ics"]
    );
}

#[tokio::test]
async fn a_truncated_listing_is_an_error_and_not_half_a_listing() {
    let server = Scripted::start(|_| {
        multistatus(
            &[
                version("/cal/a.ics", "1"),
                status_row("/cal/", "507 Insufficient Storage"),
            ]
            .concat(),
        )
    })
    .await;
    let outcome = client(&server.url).list_etags(&server.at("cal/"), &login()).await;
    assert_eq!(
        outcome,
        Err(Error::Refused {
            status: 507,
            precondition: None
        })
    );
}

#[tokio::test]
async fn a_calendar_that_a_207_calls_missing_is_not_an_empty_one() {
    let server = Scripted::start(|seen: &Seen| multistatus(&status_row(&seen.path, "404 Not Found"))).await;
    let calendar = server.at("cal/");
    let client = client(&server.url);
    assert_eq!(client.list_etags(&calendar, &login()).await, Err(Error::NotFound));
    assert_eq!(client.sync(&calendar, &login(), None).await, Err(Error::NotFound));
    assert_eq!(
        client.calendars(std::slice::from_ref(&calendar), &login()).await,
        Err(Error::NotFound)
    );
    assert_eq!(read_range(&server).await, Err(Error::NotFound));
}

#[tokio::test]
async fn mismatched_and_repeated_hrefs_still_answer_what_was_asked() {
    let rows = [
        version("/principal-less/cal/a.ics", "1"),
        event("/principal-less/cal/a.ics", "1"),
        event("http://127.0.0.1:1/cal/b%2Eics", "2"),
        event("/cal/b.ics", "2"),
        event("/cal/never-asked.ics", "3"),
    ];
    let server = Scripted::start(move |_| multistatus(&rows.concat())).await;
    let reading = read(&server, &["a", "b"]).await.unwrap();
    assert_eq!(hrefs(&reading), ["/cal/a.ics", "/cal/b.ics"]);
    assert_eq!((reading.missing.len(), reading.unreadable.len()), (0, 0));
}

#[tokio::test]
async fn an_event_the_answer_forgets_is_asked_for_alone() {
    let server = Scripted::start(|seen: &Seen| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/cal/b.ics") => answer("200 OK", &["ETag: \"2\""], "BEGIN:VCALENDAR"),
        ("GET", "/cal/d.ics") => answer("403 Forbidden", &[], ""),
        ("GET", _) => answer("404 Not Found", &[], ""),
        _ => multistatus(&event("/cal/a.ics", "1")),
    })
    .await;
    let reading = read(&server, &["a", "b", "c", "d"]).await.unwrap();
    assert_eq!(hrefs(&reading), ["/cal/a.ics", "/cal/b.ics"]);
    assert_eq!(reading.missing, ["/cal/c.ics"]);
    assert_eq!(
        reading.unreadable,
        [("/cal/d.ics".to_owned(), Unreadable::Status(403))]
    );
}

#[tokio::test]
async fn a_multiget_asks_for_fifty_at_a_time() {
    let server = Scripted::start(|seen: &Seen| {
        let asked = seen
            .body
            .split("<D:href>")
            .skip(1)
            .filter_map(|rest| rest.split("</D:href>").next());
        multistatus(&asked.map(|href| event(href, "1")).collect::<String>())
    })
    .await;
    let names: Vec<String> = (0..120).map(|number| format!("{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let reading = read(&server, &names).await.unwrap();
    assert_eq!(reading.resources.len(), 120);
    let sizes: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.body.matches("<D:href>").count())
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
}
