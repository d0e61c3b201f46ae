//! Servers by their habits, as far as their documentation, their sources and their clients' authors tell of them.

use caldav::{Account, Address, Calendar, Changes, Client, Error, Found, Guard, Readable, Scope};

use crate::support::scripted::{Scripted, Seen, answer, event, login, multistatus, row, status_row, version};

const CALENDAR: &str =
    "<resourcetype><collection/><calendar xmlns='urn:ietf:params:xml:ns:caldav'/></resourcetype>";

fn client() -> Client {
    Client::builder()
        .guard(Guard::strict().allow_loopback())
        .scope(Scope::Origin)
        .build()
        .unwrap()
}

async fn find(server: &Scripted, path: &str) -> Found {
    let address = Address::typed(server.at(path).as_str()).unwrap();
    client().find(&address, &login()).await.unwrap()
}

async fn calendars(account: &Account) -> Vec<Calendar> {
    client().calendars(&account.homes, &login()).await.unwrap()
}

fn principal(path: &str) -> String {
    format!("<current-user-principal><href>{path}</href></current-user-principal>")
}

fn home(path: &str) -> String {
    format!(
        "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>{path}</href></calendar-home-set>"
    )
}

fn nothing() -> Vec<u8> {
    answer(
        "404 Not Found",
        &["Content-Type: text/html"],
        "<html><body>Not here<br></body></html>",
    )
}

/// A list as Nextcloud gives it: prefixes of its own, its trash and what lies in it, boxes, a calendar shared for
/// reading, one that the person has switched off, a subscription, and the birthdays it makes up.
fn nextcloud_home() -> Vec<u8> {
    let privileges = |write: &str| {
        format!(
            "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege>{write}</d:current-user-privilege-set>"
        )
    };
    let write = "<d:privilege><d:write/></d:privilege>";
    let calendar = |name: &str, types: &str, rest: &str| {
        format!(
            "<d:response><d:href>/remote.php/dav/calendars/mira/{name}/</d:href><d:propstat><d:prop>\
             <d:resourcetype><d:collection/>{types}</d:resourcetype>{rest}</d:prop>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><cal:calendar-timezone/></d:prop>\
             <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
        )
    };
    let events = "<cal:supported-calendar-component-set><cal:comp name=\"VEVENT\"/></cal:supported-calendar-component-set>";
    let rows = [
        calendar("", "", ""),
        calendar("inbox", "<cal:schedule-inbox/>", events),
        calendar("outbox", "<cal:schedule-outbox/>", events),
        calendar("trashbin", "<nc:trash-bin/>", ""),
        calendar("old", "<nc:deleted-calendar/>", events),
        calendar("older", "<cal:calendar/><nc:deleted-calendar/>", events),
        calendar(
            "personal",
            "<cal:calendar/>",
            &format!(
                "{events}{}<oc:calendar-enabled>1</oc:calendar-enabled><d:sync-token>http://sabre.io/ns/sync/7</d:sync-token><d:displayname>Personal</d:displayname>",
                privileges(write)
            ),
        ),
        calendar(
            "hidden",
            "<cal:calendar/>",
            &format!(
                "{events}{}<oc:calendar-enabled>0</oc:calendar-enabled><d:displayname>Hidden</d:displayname>",
                privileges(write)
            ),
        ),
        calendar(
            "team_shared_by_jo",
            "<cal:calendar/><cs:shared/>",
            &format!(
                "{events}{}<d:displayname>Team (Jo)</d:displayname>",
                privileges("")
            ),
        ),
        calendar(
            "holidays",
            "<cs:subscribed/>",
            "<cs:source><d:href>https://example.org/h.ics</d:href></cs:source><d:displayname>Holidays</d:displayname>",
        ),
    ];
    let body = format!(
        "<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\" \
         xmlns:cal=\"urn:ietf:params:xml:ns:caldav\" xmlns:cs=\"http://calendarserver.org/ns/\" \
         xmlns:oc=\"http://owncloud.org/ns\" xmlns:nc=\"http://nextcloud.com/ns\">{}</d:multistatus>",
        rows.concat()
    );
    answer(
        "207 Multi-Status",
        &["Content-Type: application/xml; charset=utf-8"],
        &body,
    )
}

#[tokio::test]
async fn nextcloud_is_found_by_its_well_known_address_or_by_its_path_alone() {
    for well_known in [true, false] {
        let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
            "/.well-known/caldav" if well_known => {
                answer("301 Moved Permanently", &["Location: /remote.php/dav/"], "")
            }
            // People are sent to the login page.
            "/" => answer("302 Found", &["Location: /login"], ""),
            "/login" => answer(
                "200 OK",
                &["Content-Type: text/html"],
                "<!DOCTYPE html><html></html>",
            ),
            "/remote.php/dav/" => multistatus(&row(
                &seen.path,
                &principal("/remote.php/dav/principals/users/mira/"),
            )),
            "/remote.php/dav/principals/users/mira/" => {
                multistatus(&row(&seen.path, &home("/remote.php/dav/calendars/mira/")))
            }
            "/remote.php/dav/calendars/mira/" => nextcloud_home(),
            _ => nothing(),
        })
        .await;
        let found = find(&server, "").await;
        assert_eq!(found.account.homes, [server.at("remote.php/dav/calendars/mira/")]);
        let listed: Vec<_> = calendars(&found.account)
            .await
            .into_iter()
            .map(|calendar| {
                (
                    calendar.name,
                    calendar.readable,
                    calendar.writable,
                    calendar.shared,
                )
            })
            .collect();
        let of = |name: &str, readable, writable, shared| (name.to_owned(), readable, writable, shared);
        let expected = [
            of("Personal", Readable::Events, true, false),
            of("Hidden", Readable::Events, true, false),
            of("Team (Jo)", Readable::Events, false, true),
            of("Holidays", Readable::Subscribed, false, false),
        ];
        assert_eq!(listed, expected, "well-known: {well_known}");
    }
}

#[tokio::test]
async fn nextcloud_in_a_folder_is_found_below_it() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/cloud/remote.php/dav/" => multistatus(&row(&seen.path, &principal("/cloud/remote.php/dav/me/"))),
        "/cloud/remote.php/dav/me/" => multistatus(&row(&seen.path, &home("/cloud/remote.php/dav/cal/"))),
        _ => nothing(),
    })
    .await;
    let found = find(&server, "cloud").await;
    assert_eq!(found.entry, server.at("cloud/remote.php/dav/"));
}

#[tokio::test]
async fn fastmail_answers_404_at_its_root_and_writes_at_signs_in_both_ways() {
    let server = Scripted::start(|seen: &Seen| {
        let path = seen.path.replace("%40", "@");
        match path.as_str() {
            "/.well-known/caldav" => answer("301 Moved Permanently", &["Location: /dav/calendars"], ""),
            "/dav/calendars" => multistatus(&row(
                "/dav/calendars/",
                &principal("/dav/principals/user/mira@fastmail.example/"),
            )),
            "/dav/principals/user/mira@fastmail.example/" => multistatus(&row(
                "/dav/principals/user/mira%40fastmail.example/",
                &home("/dav/calendars/user/mira%40fastmail.example/"),
            )),
            "/dav/calendars/user/mira@fastmail.example/" => multistatus(&row(
                "/dav/calendars/user/mira@fastmail.example/Default/",
                CALENDAR,
            )),
            "/dav/calendars/user/mira@fastmail.example/Default/" => multistatus(&event(
                "/dav/calendars/user/mira%40fastmail.example/Default/a%40b.ics",
                "1",
            )),
            _ => nothing(),
        }
    })
    .await;
    let found = find(&server, "").await;
    let calendar = calendars(&found.account).await.remove(0);
    let asked = "/dav/calendars/user/mira@fastmail.example/Default/a@b.ics".to_owned();
    let reading = client()
        .read(&calendar.url, &login(), std::slice::from_ref(&asked))
        .await
        .unwrap();
    assert_eq!(reading.resources[0].href, asked);
}

#[tokio::test]
async fn baikal_may_name_the_home_relative_to_the_principal() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/dav.php/" => multistatus(&row(&seen.path, &principal("principals/mira/"))),
        "/dav.php/principals/mira/" => multistatus(&row(&seen.path, &home("../../calendars/mira"))),
        "/dav.php/calendars/mira" => multistatus(&row("/dav.php/calendars/mira/default/", CALENDAR)),
        _ => nothing(),
    })
    .await;
    let found = find(&server, "").await;
    assert_eq!(found.entry, server.at("dav.php/"));
    assert_eq!(
        calendars(&found.account).await[0].url,
        server.at("dav.php/calendars/mira/default/")
    );
}

#[tokio::test]
async fn davical_has_principal_and_home_in_one_place() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/caldav.php/" => multistatus(&row(&seen.path, &principal("/caldav.php/mira/"))),
        "/caldav.php/mira/" if seen.header("depth") == Some("0") => {
            multistatus(&row(&seen.path, &home("/caldav.php/mira/")))
        }
        "/caldav.php/mira/" => multistatus(
            &[
                row(
                    &seen.path,
                    "<resourcetype><collection/><principal/></resourcetype>",
                ),
                row("/caldav.php/mira/calendar/", CALENDAR),
            ]
            .concat(),
        ),
        _ => nothing(),
    })
    .await;
    let found = find(&server, "").await;
    let urls: Vec<_> = calendars(&found.account)
        .await
        .into_iter()
        .map(|calendar| calendar.url)
        .collect();
    assert_eq!(urls, [server.at("caldav.php/mira/calendar/")]);
}

#[tokio::test]
async fn sogo_and_zimbra_are_found_where_they_begin() {
    for (start, home_path) in [
        ("/SOGo/dav/", "/SOGo/dav/mira/Calendar/"),
        ("/dav/", "/dav/mira/"),
    ] {
        let server = Scripted::start(move |seen: &Seen| {
            if seen.path == start {
                multistatus(&row(start, &principal("/principals/mira/")))
            } else if seen.path == "/principals/mira/" {
                multistatus(&row(&seen.path, &home(home_path)))
            } else if seen.path == home_path {
                // Folders of mails and contacts stand between the calendars.
                let folder = "<resourcetype><collection/></resourcetype>";
                multistatus(
                    &[
                        row(&format!("{home_path}Inbox/"), folder),
                        row(&format!("{home_path}personal/"), CALENDAR),
                    ]
                    .concat(),
                )
            } else {
                nothing()
            }
        })
        .await;
        let found = find(&server, "").await;
        assert_eq!(found.entry, server.at(start));
        assert_eq!(
            calendars(&found.account).await[0].url.path(),
            format!("{home_path}personal/")
        );
    }
}

#[tokio::test]
async fn a_principal_that_only_shows_itself_is_an_entry_too() {
    // As with servers that know no current-user-principal and whose address people copy from elsewhere.
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/principals/mira/" => multistatus(&row(&seen.path, &home("/calendars/mira/"))),
        _ => nothing(),
    })
    .await;
    let found = find(&server, "principals/mira/").await;
    assert_eq!(found.account.homes, [server.at("calendars/mira/")]);
}

#[tokio::test]
async fn a_server_without_sync_tokens_says_so_in_its_list_and_when_asked() {
    let server = Scripted::start(|seen: &Seen| match (seen.method.as_str(), seen.header("depth")) {
        ("REPORT", _) => answer(
            "403 Forbidden",
            &[],
            "<error xmlns='DAV:'><supported-report/></error>",
        ),
        (_, Some("1")) if seen.path == "/home/" => multistatus(&row(
            "/home/work/",
            &format!("{CALENDAR}<getctag xmlns='http://calendarserver.org/ns/'>c1</getctag>"),
        )),
        _ => multistatus(&version("/home/work/a.ics", "1")),
    })
    .await;
    let (client, home) = (client(), server.at("home/"));
    let calendar = client.calendars(&[home], &login()).await.unwrap().remove(0);
    assert_eq!(
        (calendar.sync_token.as_deref(), calendar.ctag.as_deref()),
        (None, Some("c1"))
    );
    assert_eq!(
        client.sync(&calendar.url, &login(), None).await,
        Err(Error::SyncUnsupported)
    );
    let listed = client.list_etags(&calendar.url, &login()).await.unwrap();
    assert_eq!(listed[0].etag.as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn events_without_versions_are_read_and_listed_all_the_same() {
    // Versions without quotes, weak ones, none at all, and other endings than .ics (Kerio's are .eml).
    let data = "<calendar-data xmlns='urn:ietf:params:xml:ns:caldav'>BEGIN:VCALENDAR\nEND:VCALENDAR\n</calendar-data>";
    let rows = [
        row("/cal/bare.eml", &format!("<getetag>abc</getetag>{data}")),
        row("/cal/none", data),
        row("/cal/weak.ics", &format!("<getetag>W/\"w\"</getetag>{data}")),
    ]
    .concat();
    let server = Scripted::start(move |_| multistatus(&rows)).await;
    let (from, to) = (
        "2026-11-23T00:00:00Z".parse().unwrap(),
        "2026-12-23T00:00:00Z".parse().unwrap(),
    );
    let reading = client()
        .read_range(&server.at("cal/"), &login(), from, to)
        .await
        .unwrap();
    let versions: Vec<_> = reading
        .resources
        .iter()
        .map(|resource| (resource.href.as_str(), resource.etag.as_deref()))
        .collect();
    let expected = [
        ("/cal/bare.eml", Some("\"abc\"")),
        ("/cal/none", None),
        ("/cal/weak.ics", Some("W/\"w\"")),
    ];
    assert_eq!(versions, expected);
    let listed = client().list_etags(&server.at("cal/"), &login()).await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|listed| (listed.href.as_str(), listed.etag.as_deref()))
        .collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_weak_version_is_sent_back_in_both_forms() {
    let server = Scripted::start(|_| answer("204 No Content", &["ETag: \"2\""], "")).await;
    let (client, calendar) = (client(), server.at("cal/"));
    client
        .update(&calendar, &login(), "/cal/a.ics", "W/\"1\"", "BEGIN:VCALENDAR")
        .await
        .unwrap();
    client
        .delete(&calendar, &login(), "/cal/a.ics", Some("\"2\""))
        .await
        .unwrap();
    let conditions: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.header("if-match").map(str::to_owned))
        .collect();
    assert_eq!(
        conditions,
        [Some("W/\"1\", \"1\"".to_owned()), Some("\"2\"".to_owned())]
    );
}

#[tokio::test]
async fn a_sync_token_may_be_an_address_and_a_page_may_end_with_507() {
    // SabreDAV's tokens are URLs; Cyrus, behind Fastmail, cuts long answers.
    let token = |number: u8| format!("<sync-token>https://sabre.example/ns/sync/{number}</sync-token>");
    let server = Scripted::start(move |seen: &Seen| {
        if seen.body.contains("sync/1<") {
            multistatus(&[status_row("/cal/b.ics", "404 Not Found"), token(2)].concat())
        } else {
            let more = status_row("/cal/", "507 Insufficient Storage");
            multistatus(&[version("/cal/a.ics", "1"), more, token(1)].concat())
        }
    })
    .await;
    let changes: Changes = client().sync(&server.at("cal/"), &login(), None).await.unwrap();
    assert_eq!(changes.token, "https://sabre.example/ns/sync/2");
    assert_eq!(
        (changes.changed[0].href.as_str(), changes.removed),
        ("/cal/a.ics", vec!["/cal/b.ics".to_owned()])
    );
}
