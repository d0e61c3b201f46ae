//! Where requests and logins go, and where not.

use caldav::{Client, Error, Guard, Scope};
use url::Url;

use crate::support::client;
use crate::support::scripted::{EMPTY, Scripted, Seen, answer, list, login, multistatus, row};

#[tokio::test]
async fn each_kind_of_redirect_keeps_method_and_body() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
            "/cal/" => answer(status, &["Location: /moved/cal/"], ""),
            _ => multistatus(&row("ev.ics", "<getetag>\"1\"</getetag>")),
        })
        .await;
        let listed = list(&server).await.unwrap();
        // Relative to the address that answered.
        assert_eq!(listed[0].href, "/moved/cal/ev.ics", "{status}");
        let seen = server.seen();
        assert_eq!(seen[1].method, "PROPFIND", "{status}");
        assert_eq!(seen[0].body, seen[1].body, "{status}");
        assert_eq!(
            seen[1].header("authorization"),
            seen[0].header("authorization"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn redirects_without_end_are_left_after_five() {
    let server = Scripted::start(|_| answer("302 Found", &["Location: /again/"], "")).await;
    assert_eq!(list(&server).await, Err(Error::TooManyRedirects));
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_redirect_to_another_origin_gets_no_request_at_all() {
    let evil = Scripted::start(|_| multistatus(EMPTY)).await;
    let location = format!("Location: {}", evil.at("cal/"));
    let server = Scripted::start(move |_| answer("308 Permanent Redirect", &[&location], "")).await;
    let general = client(&server.url).with_scope(Scope::Origin);
    let outcome = general.list_etags(&server.at("cal/"), &login()).await;
    assert_eq!(
        outcome,
        Err(Error::OutOfScope {
            host: evil.url.origin().ascii_serialization()
        })
    );
    assert_eq!(evil.seen().len(), 0);
}

#[tokio::test]
async fn a_practice_login_follows_to_another_port_of_this_machine() {
    let partition = Scripted::start(|_| multistatus(EMPTY)).await;
    let location = format!("Location: {}", partition.at("cal/"));
    let entry = Scripted::start(move |_| answer("301 Moved Permanently", &[&location], "")).await;
    assert_eq!(list(&entry).await, Ok(vec![]));
    assert!(partition.seen()[0].header("authorization").is_some());
}

#[tokio::test]
async fn a_redirect_to_plain_http_or_a_private_address_is_refused() {
    for (target, expected) in [
        (
            "http://example.org/",
            Error::InsecureUrl {
                host: "example.org".to_owned(),
            },
        ),
        (
            "https://169.254.169.254/",
            Error::ForbiddenAddress {
                host: "169.254.169.254".to_owned(),
            },
        ),
        (
            "https://[fd00::1]/",
            Error::ForbiddenAddress {
                host: "fd00::1".to_owned(),
            },
        ),
        (
            "https://icloud.com.evil.example/",
            Error::OutOfScope {
                host: "icloud.com.evil.example".to_owned(),
            },
        ),
        (
            "file:///etc/passwd",
            Error::InsecureUrl {
                host: "file".to_owned(),
            },
        ),
    ] {
        let location = format!("Location: {target}");
        let server = Scripted::start(move |_| answer("302 Found", &[&location], "")).await;
        assert_eq!(list(&server).await, Err(expected), "{target}");
    }
}

#[tokio::test]
async fn discovery_refuses_a_home_at_another_origin() {
    let evil = Scripted::start(|_| multistatus(EMPTY)).await;
    let home = evil.at("home/");
    let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
        "/" => multistatus(&row("/", "<current-user-principal><href>/me/</href></current-user-principal>")),
        _ => multistatus(&row(
            "/me/",
            &format!("<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>{home}</href></calendar-home-set>"),
        )),
    })
    .await;
    let general = client(&server.url).with_scope(Scope::Origin);
    let outcome = general.discover(&server.url, &login()).await;
    assert_eq!(
        outcome,
        Err(Error::OutOfScope {
            host: evil.url.origin().ascii_serialization()
        })
    );
    assert_eq!(evil.seen().len(), 0);
}

#[tokio::test]
async fn a_name_with_a_private_address_is_refused_where_it_is_resolved() {
    let server = Scripted::start(|_| multistatus(EMPTY)).await;
    let url = Url::parse(&format!("https://localhost:{}/cal/", server.url.port().unwrap())).unwrap();
    let strict = Client::builder().build().unwrap();
    let outcome = strict.list_etags(&url, &login()).await;
    assert_eq!(
        outcome,
        Err(Error::ForbiddenAddress {
            host: "localhost".to_owned()
        })
    );

    let listed = Client::builder()
        .guard(Guard::strict().allow_host("http://localhost"))
        .build()
        .unwrap();
    let plain = Url::parse(&format!("http://localhost:{}/cal/", server.url.port().unwrap())).unwrap();
    assert_eq!(
        listed.list_etags(&plain, &login()).await,
        Ok(vec![]),
        "the operator's list allows it"
    );
}

#[tokio::test]
async fn the_login_the_name_of_the_client_and_the_depth_are_sent_at_once() {
    let server = Scripted::start(|_| multistatus(EMPTY)).await;
    assert_eq!(list(&server).await, Ok(vec![]));
    let [seen] = server.seen().try_into().expect("exactly one request");
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("PROPFIND", "/cal/"));
    assert_eq!(
        seen.header("authorization"),
        Some("Basic bWlyYUBleGFtcGxlLm9yZzphYmNkLWVmZ2gtaWprbC1tbm9w")
    );
    assert!(seen.header("user-agent").unwrap().starts_with("Quince/"));
    assert_eq!(seen.header("depth"), Some("1"));
    assert!(seen.body.starts_with("<?xml"));
    assert!(!seen.body.contains("allprop"));
}

#[tokio::test]
async fn a_login_inside_the_address_is_not_used() {
    let server = Scripted::start(|_| multistatus(EMPTY)).await;
    let mut url = server.at("cal/");
    url.set_username("other").unwrap();
    url.set_password(Some("word")).unwrap();
    client(&url).list_etags(&url, &login()).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        seen[0].header("authorization"),
        Some("Basic bWlyYUBleGFtcGxlLm9yZzphYmNkLWVmZ2gtaWprbC1tbm9w")
    );
}
