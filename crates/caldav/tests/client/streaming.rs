//! Events handed on while they arrive, and what is left out of memory.

use caldav::{Cause, Error, EventStream, Limits, Reading, Unreadable};
use jiff::Timestamp;

use crate::support::scripted::{Scripted, Seen, answer, event, login, multistatus, raw_answer, row, version};
use crate::support::{client, client_with_limits};

const MEGABYTE: usize = 1024 * 1024;

fn span() -> (Timestamp, Timestamp) {
    (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    )
}

/// An event with an attachment of so many bytes, in lines of 75 octets as people's programs write it.
fn with_attachment(bytes: usize) -> String {
    let lines = " QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ej\r\n";
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:\r\n{}SUMMARY:Plan\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n",
        lines.repeat(bytes / lines.len())
    )
}

const WITHOUT: &str =
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Plan\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// The same text in XML, in each of the ways in which servers write it.
fn in_xml(ics: &str) -> [String; 3] {
    [
        format!("<![CDATA[{ics}]]>"),
        ics.replace('\r', "&#13;"),
        ics.replace('\r', "&#13;").replace('\n', "&#10;"),
    ]
}

fn data(href: &str, etag: &str, text: &str) -> String {
    row(
        href,
        &format!(
            "<getetag>\"{etag}\"</getetag><calendar-data xmlns='urn:ietf:params:xml:ns:caldav'>{text}</calendar-data>"
        ),
    )
}

#[tokio::test]
async fn an_event_with_a_20_mb_attachment_is_read_without_it() {
    for text in in_xml(&with_attachment(20 * MEGABYTE)) {
        let body = multistatus(&[data("/cal/a.ics", "1", &text), event("/cal/b.ics", "2")].concat());
        let server = Scripted::start(move |_| body.clone()).await;
        let (client, calendar) = (client(&server.url), server.at("cal/"));
        let by_span = client
            .read_range(&calendar, &login(), span().0, span().1)
            .await
            .unwrap();
        let hrefs = ["/cal/a.ics".to_owned(), "/cal/b.ics".to_owned()];
        let by_path = client.read(&calendar, &login(), &hrefs).await.unwrap();
        for reading in [by_span, by_path] {
            assert_eq!(
                reading.resources[0].data.replace('\r', ""),
                WITHOUT.replace('\r', "")
            );
            assert_eq!(reading.resources[0].etag.as_deref(), Some("\"1\""));
            assert_eq!(reading.resources[1].href, "/cal/b.ics");
            assert_eq!(reading.unreadable, []);
        }
    }
}

#[tokio::test]
async fn one_event_alone_is_read_without_its_attachment_too() {
    let body = with_attachment(20 * MEGABYTE);
    let server = Scripted::start(move |_| answer("200 OK", &["ETag: \"1\""], &body)).await;
    let read = client(&server.url)
        .fetch(&server.at("cal/"), &login(), "/cal/a.ics")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.data, WITHOUT);
}

#[tokio::test]
async fn an_event_too_long_without_attachments_keeps_its_path_and_version_and_costs_no_other() {
    let long = format!(
        "BEGIN:VCALENDAR\r\nX:{}\r\nEND:VCALENDAR",
        "é".repeat(3 * MEGABYTE)
    );
    for text in in_xml(&long) {
        let rows = [
            event("/cal/a.ics", "1"),
            data("/cal/long.ics", "2", &text),
            event("/cal/z.ics", "3"),
        ];
        let server = Scripted::start(move |_| multistatus(&rows.concat())).await;
        let reading = client(&server.url)
            .read_range(&server.at("cal/"), &login(), span().0, span().1)
            .await
            .unwrap();
        let hrefs: Vec<_> = reading
            .resources
            .iter()
            .map(|resource| resource.href.as_str())
            .collect();
        assert_eq!(hrefs, ["/cal/a.ics", "/cal/z.ics"]);
        let too_large = Unreadable::TooLarge {
            etag: Some("\"2\"".to_owned()),
        };
        assert_eq!(reading.unreadable, [("/cal/long.ics".to_owned(), too_large)]);
        assert_eq!(server.seen().len(), 1, "it is not asked for again");
    }
}

async fn all(mut stream: EventStream<'_>) -> (Vec<Reading>, Option<Error>) {
    let mut bits = Vec::new();
    loop {
        match stream.next().await {
            Ok(Some(bit)) => bits.push(bit),
            Ok(None) => {
                assert_eq!(stream.next().await, Ok(None));
                return (bits, None);
            }
            Err(error) => {
                assert!(
                    stream.next().await.is_err(),
                    "what did not come never looks as if it were not there"
                );
                return (bits, Some(error));
            }
        }
    }
}

fn events(count: usize) -> String {
    (0..count)
        .map(|number| event(&format!("/cal/{number}.ics"), "1"))
        .collect()
}

#[tokio::test]
async fn events_are_handed_on_before_the_answer_ends() {
    let started = format!("<multistatus xmlns='DAV:'>{}", events(600));
    let server = Scripted::start(move |_| {
        raw_answer("207 Multi-Status", &[], started.as_bytes(), started.len() + 1_000)
    })
    .await;
    let (client, calendar, login) = (client(&server.url), server.at("cal/"), login());
    let (bits, error) = all(client.stream_range(&calendar, &login, span().0, span().1)).await;
    assert!(
        matches!(
            error,
            Some(Error::Unreachable {
                cause: Cause::Interrupted,
                ..
            })
        ),
        "{error:?}"
    );
    let sizes: Vec<_> = bits.iter().map(|bit| bit.resources.len()).collect();
    assert_eq!(sizes, [250, 250], "what came in whole bits before it broke off");
}

#[tokio::test]
async fn no_event_is_handed_on_twice_and_data_beats_none() {
    let rows = [
        event("/cal/0.ics", "1"),
        version("/cal/1.ics", "1"),
        events(300),
        version("/cal/0.ics", "1"),
    ];
    let server = Scripted::start(move |_| multistatus(&rows.concat())).await;
    let (client, calendar, login) = (client(&server.url), server.at("cal/"), login());
    let (bits, error) = all(client.stream_range(&calendar, &login, span().0, span().1)).await;
    assert_eq!(error, None);
    let mut hrefs: Vec<_> = bits
        .iter()
        .flat_map(|bit| &bit.resources)
        .map(|resource| resource.href.clone())
        .collect();
    assert_eq!(hrefs.len(), 300);
    hrefs.sort();
    hrefs.dedup();
    assert_eq!(hrefs.len(), 300);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn many_paths_are_handed_on_batch_by_batch() {
    let server = Scripted::start(|seen: &Seen| {
        let asked = seen.body.split("<D:href>").skip(1);
        let hrefs = asked.filter_map(|rest| rest.split("</D:href>").next());
        multistatus(&hrefs.map(|href| event(href, "1")).collect::<String>())
    })
    .await;
    let hrefs: Vec<String> = (0..120).map(|number| format!("/cal/{number}.ics")).collect();
    let (client, calendar, login) = (client(&server.url), server.at("cal/"), login());
    let (bits, error) = all(client.stream(&calendar, &login, &hrefs)).await;
    assert_eq!(error, None);
    let sizes: Vec<_> = bits.iter().map(|bit| bit.resources.len()).collect();
    assert_eq!(sizes, [50, 50, 20]);
}

#[tokio::test]
async fn an_answer_without_end_is_left_and_its_events_are_asked_for_in_ever_smaller_pieces() {
    let attachment = with_attachment(100_000);
    let server = Scripted::start(move |seen: &Seen| {
        let one = |name: &str| {
            let text = if name == "large" {
                attachment.as_str()
            } else {
                WITHOUT
            };
            data(&format!("/cal/{name}.ics"), name, &format!("<![CDATA[{text}]]>"))
        };
        if seen.method == "GET" {
            answer("200 OK", &[], &attachment)
        } else if seen.body.contains("calendar-multiget") {
            let asked = ["small", "large", "last"]
                .into_iter()
                .filter(|name| seen.body.contains(name));
            multistatus(&asked.map(one).collect::<String>())
        } else if seen.body.contains("<C:calendar-data/>") {
            multistatus(&["small", "large", "last"].map(one).concat())
        } else {
            multistatus(
                &["small", "large", "last"]
                    .map(|name| version(&format!("/cal/{name}.ics"), name))
                    .concat(),
            )
        }
    })
    .await;
    let limits = Limits {
        answer_bytes: 50_000,
        ..Limits::default()
    };
    let reading = client_with_limits(limits)
        .read_range(&server.at("cal/"), &login(), span().0, span().1)
        .await
        .unwrap();
    let mut hrefs: Vec<_> = reading
        .resources
        .iter()
        .map(|resource| resource.href.as_str())
        .collect();
    hrefs.sort_unstable();
    assert_eq!(hrefs, ["/cal/last.ics", "/cal/small.ics"]);
    assert_eq!(
        reading.unreadable,
        [("/cal/large.ics".to_owned(), Unreadable::TooLarge { etag: None })]
    );
}

#[tokio::test]
async fn every_call_may_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let server = Scripted::start(|_| multistatus("")).await;
    let (client, calendar, login) = (client(&server.url), server.at("cal/"), login());
    let hrefs: [String; 0] = [];
    let mut stream = client.stream(&calendar, &login, &hrefs);
    assert_send(&stream.next());
    assert_send(&client.stream_range(&calendar, &login, span().0, span().1).next());
    assert_send(&client.read_range(&calendar, &login, span().0, span().1));
    assert_send(&client.read(&calendar, &login, &hrefs));
    assert_send(&client.fetch(&calendar, &login, "/cal/a.ics"));
    assert_send(&client.list_etags(&calendar, &login));
    assert_send(&client.sync(&calendar, &login, None));
    assert_send(&client.calendars(std::slice::from_ref(&calendar), &login));
    assert_send(&client.discover(&calendar, &login));
    assert_send(&client.create(&calendar, &login, "a.ics", "X"));
    assert_send(&client.delete(&calendar, &login, "/cal/a.ics", None));
    let address = caldav::Address::typed("cloud.example").unwrap();
    assert_send(&client.find(&address, &login));
}
