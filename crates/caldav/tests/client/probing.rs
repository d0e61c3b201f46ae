//! A look at whether a server answers at all.

use caldav::{Answer, Client, Error};

use crate::support::client;
use crate::support::scripted::{Scripted, answer};

#[tokio::test]
async fn whatever_a_server_answers_is_an_answer_and_no_login_is_sent() {
    let elsewhere = Scripted::start(|_| answer("200 OK", &[], "")).await;
    let location = format!("Location: {}", elsewhere.url);
    let date = "Date: Mon, 30 Nov 2026 08:00:00 GMT";
    let server = Scripted::start(move |_| answer("302 Found", &[&location, date], &"x".repeat(10_000))).await;
    let mut url = server.url.clone();
    url.set_username("ada").unwrap();
    url.set_password(Some("hunter22")).unwrap();
    let found = client(&server.url).probe(&url).await.unwrap();
    assert_eq!(
        found,
        Answer {
            status: 302,
            date: Some("2026-11-30T08:00:00Z".parse().unwrap()),
            beginning: "x".repeat(256),
        }
    );
    assert!(elsewhere.seen().is_empty());
    assert_eq!(server.seen()[0].header("authorization"), None);
}

#[tokio::test]
async fn what_the_guard_forbids_is_not_asked() {
    let server = Scripted::start(|_| answer("200 OK", &[], "")).await;
    let strict = Client::builder().build().unwrap();
    assert!(matches!(
        strict.probe(&server.url).await,
        Err(Error::InsecureUrl { .. })
    ));
    assert!(server.seen().is_empty());
}
