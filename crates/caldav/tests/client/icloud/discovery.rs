//! Discovery, the list and redirects.

use caldav::{Error, Readable, Scope};
use sandbox::{Kind, NewCalendar, PasswordState, Redirect, RedirectTarget};

use crate::support::icloud::Icloud;

#[tokio::test]
async fn the_login_opens_the_account_on_the_partition_host() {
    let icloud = Icloud::start().await;
    icloud.control.add_alias(icloud.account, "maya@example.org");
    let account = icloud
        .practice
        .client
        .discover(&icloud.practice.entry, &icloud.practice.login)
        .await
        .unwrap();
    assert_eq!(account.homes.len(), 1);
    assert_eq!(account.homes[0].origin(), icloud.partition.origin());
    assert!(
        account.addresses.contains(&icloud.practice.login.username),
        "{:?}",
        account.addresses
    );
    assert!(account.addresses.contains(&"maya@example.org".to_owned()));
}

#[tokio::test]
async fn the_list_holds_calendars_of_events_and_says_what_each_allows() {
    let icloud = Icloud::start().await;
    for (name, kind) in [
        ("Team", Kind::Shared),
        ("Boss", Kind::SharedReadOnly),
        ("Erinnerungen", Kind::Reminders),
        ("Holidays", Kind::Subscribed),
    ] {
        let mut new = NewCalendar::named(name).kind(kind).color("#FF2D55FF");
        new.writable = kind != Kind::SharedReadOnly;
        icloud.control.add_calendar(icloud.account, new);
    }
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let account = client.discover(&icloud.practice.entry, login).await.unwrap();
    let calendars = client.calendars(&account.homes, login).await.unwrap();
    let mut seen: Vec<_> = calendars
        .iter()
        .map(|found| (found.name.as_str(), found.writable, found.readable))
        .collect();
    seen.sort_by_key(|(name, ..)| *name);
    assert_eq!(
        seen,
        [
            ("Boss", false, Readable::Events),
            ("Holidays", false, Readable::Subscribed),
            ("Home", true, Readable::Events),
            ("Team", true, Readable::Events),
            ("Work", true, Readable::Events),
        ]
    );
    let team = calendars.iter().find(|found| found.name == "Team").unwrap();
    assert_eq!(team.color.as_deref(), Some("#ff2d55"));
    assert_eq!(team.url, icloud.calendar("Team").1);
    let shared: Vec<_> = calendars
        .iter()
        .filter(|found| found.shared)
        .map(|found| found.name.as_str())
        .collect();
    assert_eq!(
        shared,
        ["Boss"],
        "by somebody else, so not the one this person shares"
    );
    assert!(team.ctag.is_some() && team.sync_token.is_some());
}

#[tokio::test]
async fn a_wrong_and_a_revoked_password_look_the_same_in_both_shapes() {
    let icloud = Icloud::start().await;
    let (client, entry) = (&icloud.practice.client, &icloud.practice.entry);
    for joined in [false, true] {
        icloud
            .control
            .switch(|switches| switches.joined_challenges = joined);
        let wrong = caldav::Credentials::new(icloud.practice.login.username.clone(), "wrong");
        assert_eq!(client.discover(entry, &wrong).await, Err(Error::WrongLogin));
        icloud
            .control
            .set_password_state(icloud.account, PasswordState::Revoked);
        assert_eq!(
            client.discover(entry, &icloud.practice.login).await,
            Err(Error::WrongLogin)
        );
        icloud
            .control
            .set_password_state(icloud.account, PasswordState::Ok);
        assert!(client.discover(entry, &icloud.practice.login).await.is_ok());
    }
}

#[tokio::test]
async fn discovery_works_in_every_position_of_the_uncertain_habits() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    for position in 0..8 {
        icloud.control.switch(|switches| {
            switches.absolute_home = position & 1 == 0;
            switches.mismatched_hrefs = position & 2 == 0;
            switches.cdata = position & 4 == 0;
        });
        let account = client.discover(&icloud.practice.entry, login).await.unwrap();
        let names: Vec<_> = client
            .calendars(&account.homes, login)
            .await
            .unwrap()
            .into_iter()
            .map(|found| found.name)
            .collect();
        assert_eq!(names, ["Home", "Work"], "position {position}");
    }
}

#[tokio::test]
async fn redirects_of_the_entry_are_followed_to_the_partition() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    for status in [301, 302, 307, 308] {
        icloud.control.switch(|switches| {
            switches.redirect = Some(Redirect {
                status,
                to: RedirectTarget::Partition,
            });
        });
        let account = client.discover(&icloud.practice.entry, login).await.unwrap();
        assert_eq!(account.principal.origin(), icloud.partition.origin(), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_not_followed() {
    let icloud = Icloud::start().await;
    let evil = "https://icloud.com.evil.example".to_owned();
    icloud.control.switch(|switches| {
        switches.redirect = Some(Redirect {
            status: 301,
            to: RedirectTarget::Origin(evil),
        });
    });
    let outcome = icloud
        .practice
        .client
        .discover(&icloud.practice.entry, &icloud.practice.login)
        .await;
    assert_eq!(
        outcome,
        Err(Error::OutOfScope {
            host: "icloud.com.evil.example".to_owned()
        })
    );
    assert_eq!(icloud.control.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_itself_ends() {
    let icloud = Icloud::start().await;
    icloud.control.switch(|switches| {
        switches.redirect = Some(Redirect {
            status: 302,
            to: RedirectTarget::Itself,
        });
    });
    let outcome = icloud
        .practice
        .client
        .discover(&icloud.practice.entry, &icloud.practice.login)
        .await;
    assert_eq!(outcome, Err(Error::TooManyRedirects));
}

#[tokio::test]
async fn the_login_of_a_general_server_does_not_follow_to_the_partition() {
    let icloud = Icloud::start().await;
    let general = icloud.practice.client.with_scope(Scope::Origin);
    let outcome = general
        .discover(&icloud.practice.entry, &icloud.practice.login)
        .await;
    assert!(matches!(outcome, Err(Error::OutOfScope { .. })), "{outcome:?}");
    let partition = icloud.partition.authority();
    assert!(
        icloud
            .control
            .requests()
            .iter()
            .all(|request| request.host_port != partition)
    );
}
