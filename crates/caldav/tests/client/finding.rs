//! From what a person typed to an account (RFC 6764).

use std::sync::Arc;

use caldav::{Address, Cause, Client, Error, FindError, Found, Guard, Scope, Service, Services};
use futures::future::BoxFuture;
use url::Url;

use crate::support::scripted::{EMPTY, Scripted, Seen, answer, login, multistatus, row};

/// A name server that knows these servers of every domain, and which name it was asked for.
#[derive(Clone, Debug, Default)]
struct Records {
    services: Vec<Service>,
    asked: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Services for Records {
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<Service>> {
        self.asked.lock().unwrap().push(name.to_owned());
        Box::pin(async { self.services.clone() })
    }
}

fn service(priority: u16, weight: u16, host: &str, port: u16, path: Option<&str>) -> Service {
    Service {
        priority,
        weight,
        host: host.to_owned(),
        port,
        path: path.map(str::to_owned),
    }
}

/// Plain http to this machine is allowed, as an operator may; the login stays at one origin.
async fn find_with(records: &Records, typed: &str) -> Result<Found, FindError> {
    let client = Client::builder()
        .guard(Guard::strict().allow_loopback())
        .scope(Scope::Origin)
        .services(Arc::new(records.clone()))
        .build()
        .unwrap();
    client.find(&Address::typed(typed).unwrap(), &login()).await
}

async fn find(typed: &str) -> Result<Found, FindError> {
    find_with(&Records::default(), typed).await
}

/// A server whose service begins at `start` and that has nothing elsewhere.
async fn server_with(start: &'static str) -> Scripted {
    Scripted::start(move |seen| dav(seen, start)).await
}

fn dav(seen: &Seen, start: &str) -> Vec<u8> {
    if seen.path == start {
        multistatus(&row(
            start,
            "<current-user-principal><href>/me/</href></current-user-principal>",
        ))
    } else if seen.path == "/me/" {
        multistatus(&row("/me/", HOMES))
    } else {
        answer("404 Not Found", &[], "")
    }
}

const HOMES: &str = "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>/home/</href></calendar-home-set>";

fn port(server: &Scripted) -> u16 {
    server.url.port().unwrap()
}

fn paths(server: &Scripted) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.path).collect()
}

fn localhost(server: &Scripted, path: &str) -> Url {
    Url::parse(&format!("http://localhost:{}{path}", port(server))).unwrap()
}

#[tokio::test]
async fn a_domains_records_lead_to_its_server_and_path() {
    let server = server_with("/dav/start").await;
    let records = Records {
        services: vec![service(0, 1, "localhost", port(&server), Some("/dav/start"))],
        ..Records::default()
    };
    let found = find_with(&records, "http://localhost").await.unwrap();
    assert_eq!(found.entry, localhost(&server, "/dav/start"));
    assert_eq!(found.account.homes, [localhost(&server, "/home/")]);
    assert_eq!(*records.asked.lock().unwrap(), ["_caldav._tcp.localhost"]);
    assert_eq!(paths(&server), ["/dav/start", "/me/"]);
}

#[tokio::test]
async fn an_https_domain_is_asked_for_its_secure_service() {
    let records = Records::default();
    // Nobody listens there; what was looked up is what matters.
    let _ = find_with(&records, "mira@no-such-host.invalid").await;
    assert_eq!(
        *records.asked.lock().unwrap(),
        ["_caldavs._tcp.no-such-host.invalid"]
    );
}

#[tokio::test]
async fn without_a_path_record_the_well_known_address_of_the_named_server_is_asked() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/.well-known/caldav" => answer("301 Moved Permanently", &["Location: /start/"], ""),
        _ => dav(seen, "/start/"),
    })
    .await;
    let records = Records {
        services: vec![service(0, 1, "localhost", port(&server), None)],
        ..Records::default()
    };
    let found = find_with(&records, "http://localhost").await.unwrap();
    assert_eq!(found.entry, localhost(&server, "/.well-known/caldav"));
    assert_eq!(paths(&server), ["/.well-known/caldav", "/start/", "/me/"]);
}

#[tokio::test]
async fn servers_are_tried_by_priority_then_weight_and_unreachable_ones_passed_over() {
    let closed = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let (light, heavy) = (server_with("/").await, server_with("/").await);
    let records = Records {
        services: vec![
            service(5, 1, "localhost", port(&light), Some("/")),
            service(5, 9, "localhost", port(&heavy), Some("/")),
            service(1, 0, "localhost", closed, Some("/")),
        ],
        ..Records::default()
    };
    let found = find_with(&records, "http://localhost").await.unwrap();
    assert_eq!(found.entry, localhost(&heavy, "/"));
    assert_eq!(light.seen().len(), 0);
}

#[tokio::test]
async fn a_server_outside_the_domain_is_named_and_gets_no_request() {
    let elsewhere = server_with("/").await;
    let records = Records {
        services: vec![service(0, 1, "dav.elsewhere.example", port(&elsewhere), None)],
        ..Records::default()
    };
    let expected = FindError::LeadsElsewhere {
        from: "no-such-host.invalid".to_owned(),
        to: "dav.elsewhere.example".to_owned(),
    };
    let error = find_with(&records, "no-such-host.invalid").await.unwrap_err();
    assert_eq!(
        error, expected,
        "rather than that the domain itself is unreachable"
    );
    let text = error.to_string();
    assert!(
        text.contains("no-such-host.invalid") && text.contains("dav.elsewhere.example"),
        "{text}"
    );
    for near_miss in ["notlocalhost", "localhost.evil.example"] {
        let records = Records {
            services: vec![service(0, 1, near_miss, port(&elsewhere), None)],
            ..Records::default()
        };
        let outcome = find_with(&records, "http://localhost").await;
        assert!(
            matches!(&outcome, Err(FindError::LeadsElsewhere { to, .. }) if to == near_miss),
            "{outcome:?}"
        );
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_domain_that_says_it_has_no_service_is_still_asked_itself() {
    let records = Records {
        services: vec![service(0, 0, "", 0, None)],
        ..Records::default()
    };
    let outcome = find_with(&records, "no-such-host.invalid").await;
    assert!(
        matches!(&outcome, Err(FindError::Server(Error::Unreachable { cause: Cause::Dns, host, .. })) if host == "no-such-host.invalid"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_place_on_a_server_comes_before_what_the_server_suggests_and_needs_no_records() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/.well-known/caldav" => answer("301 Moved Permanently", &["Location: /other/"], ""),
        _ => dav(seen, "/mine/dav"),
    })
    .await;
    let records = Records::default();
    let found = find_with(&records, server.at("mine/dav").as_str()).await.unwrap();
    assert_eq!(found.entry, server.at("mine/dav"));
    assert!(records.asked.lock().unwrap().is_empty());
    assert_eq!(paths(&server), ["/mine/dav", "/me/"]);
}

#[tokio::test]
async fn the_well_known_address_and_the_root_follow_where_the_place_has_nothing() {
    let server = server_with("/").await;
    let found = find(server.at("some/page").as_str()).await.unwrap();
    assert_eq!(found.entry, server.url);
    assert_eq!(paths(&server), ["/some/page", "/.well-known/caldav", "/", "/me/"]);
}

#[tokio::test]
async fn the_entry_found_is_enough_for_the_next_discovery() {
    let server = server_with("/").await;
    let found = find(server.at("some/page").as_str()).await.unwrap();
    let client = crate::support::client(&found.entry).with_scope(Scope::Origin);
    assert_eq!(client.discover(&found.entry, &login()).await, Ok(found.account));
}

#[tokio::test]
async fn a_refused_login_is_not_hidden_by_what_comes_later() {
    for refusing in ["/dav", "/.well-known/caldav", "/"] {
        let server = Scripted::start(move |seen: &Seen| {
            if seen.path == refusing {
                answer("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"dav\""], "")
            } else {
                answer("404 Not Found", &[], "")
            }
        })
        .await;
        let outcome = find(server.at("dav").as_str()).await;
        assert_eq!(outcome, Err(FindError::Server(Error::WrongLogin)), "{refusing}");
        assert_eq!(
            paths(&server).last().map(String::as_str),
            Some(refusing),
            "the login is not tried further"
        );
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_names_both_and_sends_nothing_there() {
    let other = server_with("/").await;
    let location = format!("Location: {}", other.url);
    let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
        "/.well-known/caldav" => answer("301 Moved Permanently", &[&location], ""),
        _ => answer("404 Not Found", &[], ""),
    })
    .await;
    let outcome = find(server.url.as_str()).await;
    let expected = FindError::LeadsElsewhere {
        from: server.url.origin().ascii_serialization(),
        to: other.url.origin().ascii_serialization(),
    };
    assert_eq!(outcome, Err(expected));
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn a_principal_or_a_home_at_another_origin_names_both_and_sends_nothing_there() {
    let other = Scripted::start(|_| multistatus(EMPTY)).await;
    for foreign_home in [false, true] {
        let target = other.at("me/");
        let server = Scripted::start(move |seen: &Seen| match seen.path.as_str() {
            "/" if !foreign_home => multistatus(&row(
                "/",
                &format!("<current-user-principal><href>{target}</href></current-user-principal>"),
            )),
            "/me/" => multistatus(&row("/me/", &HOMES.replace("/home/", target.as_str()))),
            _ => dav(seen, "/"),
        })
        .await;
        let outcome = find(server.url.as_str()).await;
        assert!(
            matches!(&outcome, Err(FindError::LeadsElsewhere { to, .. })
                if *to == other.url.origin().ascii_serialization()),
            "{outcome:?}"
        );
    }
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn a_throttle_ends_the_search() {
    let server = Scripted::start(|_| answer("429 Too Many Requests", &["Retry-After: 60"], "")).await;
    let outcome = find(server.url.as_str()).await;
    assert!(
        matches!(outcome, Err(FindError::Server(Error::Throttled { .. }))),
        "{outcome:?}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_account_without_calendars_is_told_rather_than_that_nothing_is_there() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/me/" => multistatus(&row("/me/", "<displayname>Mira</displayname>")),
        _ => dav(seen, "/"),
    })
    .await;
    assert_eq!(
        find(server.url.as_str()).await,
        Err(FindError::Server(Error::NoCalendars))
    );
}

#[tokio::test]
async fn several_homes_are_all_listed_each_once() {
    let server = Scripted::start(|seen: &Seen| match seen.path.as_str() {
        "/me/" => multistatus(&row(
            "/me/",
            "<calendar-home-set xmlns='urn:ietf:params:xml:ns:caldav'><href xmlns='DAV:'>/home/</href>\
             <href xmlns='DAV:'>/team/</href><href xmlns='DAV:'>/home/</href></calendar-home-set>",
        )),
        "/home/" | "/team/" => multistatus(&row(
            &format!("{}work/", seen.path),
            "<resourcetype><collection/><calendar xmlns='urn:ietf:params:xml:ns:caldav'/></resourcetype>",
        )),
        _ => dav(seen, "/"),
    })
    .await;
    let found = find(server.url.as_str()).await.unwrap();
    assert_eq!(found.account.homes, [server.at("home/"), server.at("team/")]);
    let client = crate::support::client(&server.url);
    let calendars = client.calendars(&found.account.homes, &login()).await.unwrap();
    let urls: Vec<_> = calendars.into_iter().map(|calendar| calendar.url).collect();
    assert_eq!(urls, [server.at("home/work/"), server.at("team/work/")]);
}

#[tokio::test]
async fn plain_http_and_private_addresses_get_no_login_unless_the_operator_says_so() {
    let server = server_with("/").await;
    let strict = Client::builder()
        .services(Arc::new(Records::default()))
        .build()
        .unwrap();
    let outcome = |typed: String, client: Client| async move {
        client.find(&Address::typed(&typed).unwrap(), &login()).await
    };
    let typed = format!("http://localhost:{}", port(&server));
    assert!(matches!(
        outcome(typed.clone(), strict.clone()).await,
        Err(FindError::Server(Error::InsecureUrl { .. }))
    ));
    for hidden in [
        typed.replace("http:", "https:"),
        "https://[::ffff:10.0.0.1]".to_owned(),
    ] {
        let outcome = outcome(hidden.clone(), strict.clone()).await;
        assert!(
            matches!(outcome, Err(FindError::Server(Error::ForbiddenAddress { .. }))),
            "{hidden}: {outcome:?}"
        );
    }
    assert_eq!(server.seen().len(), 0);

    let listed = Client::builder()
        .guard(Guard::strict().allow_host(&typed))
        .services(Arc::new(Records::default()))
        .build()
        .unwrap();
    assert!(outcome(typed, listed).await.is_ok());
}
