//! Discovery against answers as Apple and others give them.

use caldav::{Error, Scope};

use crate::support::client;
use crate::support::scripted::{EMPTY, Scripted, Seen, answer, login, multistatus, row};

#[tokio::test]
async fn discovery_reads_apples_shapes() {
    let partition = Scripted::start(|_| multistatus(EMPTY)).await;
    let home = partition.at("7/calendars/");
    let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
        "/" => multistatus(&row("/", "<current-user-principal><href>/7/principal/</href></current-user-principal>")),
        // The answer calls itself by another name than it was asked for.
        _ => multistatus(&row(
            "/principal/",
            &format!(
                "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'>\n <href xmlns='DAV:'>\n{home}\n</href></calendar-home-set>\
                 <calendar-user-address-set xmlns='urn:ietf:params:xml:ns:caldav'>\
                 <href xmlns='DAV:' preferred='1'>mailto:mira@icloud.example</href><href xmlns='DAV:'>/7/principal/</href>\
                 <href xmlns='DAV:'>MAILTO:mira@example.org</href></calendar-user-address-set>\
                 <displayname>Mira</displayname>"
            ),
        )),
    })
    .await;
    let account = client(&server.url).discover(&server.url, &login()).await.unwrap();
    assert_eq!(account.principal, server.at("7/principal/"));
    assert_eq!(account.homes, [partition.at("7/calendars/")]);
    assert_eq!(account.addresses, ["mira@icloud.example", "mira@example.org"]);
    assert_eq!(account.display_name.as_deref(), Some("Mira"));
}

#[tokio::test]
async fn discovery_of_a_general_server_goes_by_the_well_known_address() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/.well-known/caldav" => answer("301 Moved Permanently", &["Location: /dav/"], ""),
        "/dav/" => multistatus(&row("/dav/", "<current-user-principal><href>me/</href></current-user-principal>")),
        "/dav/me/" => multistatus(&row(
            "/dav/me/",
            "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>/dav/home/</href></calendar-home-set>",
        )),
        _ => answer("404 Not Found", &[], "<html><p>Nothing<br>here</html>"),
    })
    .await;
    let account = client(&server.url)
        .discover(&server.at("some/page"), &login())
        .await
        .unwrap();
    assert_eq!(account.homes, [server.at("dav/home/")]);
    let icloud = client(&server.url).with_scope(Scope::Icloud);
    assert_eq!(
        icloud.discover(&server.at("some/page"), &login()).await,
        Err(Error::NotFound),
        "not for iCloud"
    );
}

#[tokio::test]
async fn an_account_without_calendars_is_told_apart() {
    let server = Scripted::start(|_| {
        multistatus(&row(
            "/",
            "<current-user-principal><href>/7/principal/</href></current-user-principal>",
        ))
    })
    .await;
    assert_eq!(
        client(&server.url).discover(&server.url, &login()).await,
        Err(Error::NoCalendars)
    );
}
