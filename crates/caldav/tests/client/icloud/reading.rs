//! Reading, and what a person changes on the phone.

use caldav::Error;
use sandbox::{ExpiredToken, Options, Seed, Unfilterable};

use crate::support::events::{Event, instant};
use crate::support::icloud::Icloud;

#[tokio::test]
async fn reading_works_in_every_position_of_the_uncertain_habits() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    let start = instant("2031-03-04T10:00:00Z");
    let href =
        icloud
            .control
            .add_simple_event(id, "Dentist & <more>", start, instant("2031-03-04T11:00:00Z"));
    for position in 0..8 {
        icloud.control.switch(|switches| {
            switches.collection_row_in_reports = position & 1 == 0;
            switches.cdata = position & 2 == 0;
            switches.multiget_duplicates = position & 4 == 0;
        });
        let range = client
            .read_range(
                &work,
                login,
                instant("2031-03-01T00:00:00Z"),
                instant("2031-04-01T00:00:00Z"),
            )
            .await
            .unwrap();
        let multiget = client
            .read(&work, login, std::slice::from_ref(&href))
            .await
            .unwrap();
        for reading in [range, multiget] {
            let [found] = reading.resources.as_slice() else {
                panic!("one event in {reading:?}, position {position}")
            };
            assert_eq!(found.href, href);
            assert!(found.data.contains("SUMMARY:Dentist & <more>"), "{}", found.data);
            assert_eq!((reading.missing.len(), reading.unreadable.len()), (0, 0));
        }
    }
}

#[tokio::test]
async fn events_that_a_query_fails_on_or_leaves_out_are_listed_and_read_by_their_paths() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    let add = |title: &str| {
        let (start, end) = (instant("2031-03-04T10:00:00Z"), instant("2031-03-04T11:00:00Z"));
        icloud.control.add_simple_event(id, title, start, end)
    };
    let mut hrefs = vec![add("Good"), add("Odd")];
    hrefs.sort();
    let (from, to) = (instant("2031-03-04T00:00:00Z"), instant("2031-03-05T00:00:00Z"));
    for status in [None, Some(400), Some(500)] {
        icloud.control.switch(|switches| {
            switches.query_leaves_out = Some("SUMMARY:Odd".to_owned());
            switches.unfilterable = status.map(|status| Unfilterable {
                containing: "SUMMARY:Odd".to_owned(),
                status,
            });
        });
        match client.read_range(&work, login, from, to).await {
            Ok(reading) => assert_eq!((reading.resources.len(), status), (1, None)),
            Err(error) => {
                assert!(status.is_some() && error.suggests_another_question(), "{error:?}");
            }
        }
        let listed = client.list_etags(&work, login).await.unwrap();
        let synced = client.sync(&work, login, None).await.unwrap().changed;
        assert_eq!(listed, synced);
        let paths: Vec<String> = listed.into_iter().map(|listed| listed.href).collect();
        assert_eq!(paths, hrefs);
        let reading = client.read(&work, login, &paths).await.unwrap();
        assert_eq!(reading.resources.len(), 2, "{reading:?}");
    }
}

#[tokio::test]
async fn a_person_s_changes_arrive_with_the_next_sync() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    let add = |title: &str| {
        let (start, end) = (instant("2031-03-04T10:00:00Z"), instant("2031-03-04T11:00:00Z"));
        icloud.control.add_simple_event(id, title, start, end)
    };
    let (moved, deleted, stays) = (add("moved"), add("deleted"), add("stays"));
    let first = client.sync(&work, login, None).await.unwrap();
    assert_eq!(first.changed.len(), 3);

    let added = add("added");
    assert!(
        icloud
            .control
            .move_event(id, &moved, instant("2031-03-05T10:00:00Z"))
    );
    assert!(icloud.control.delete_event(id, &deleted));
    let second = client.sync(&work, login, Some(&first.token)).await.unwrap();
    let mut changed: Vec<_> = second.changed.into_iter().map(|listed| listed.href).collect();
    let mut expected = vec![added, moved];
    changed.sort();
    expected.sort();
    assert_eq!(changed, expected);
    assert!(!changed.contains(&stays));
    assert_eq!(second.removed, [deleted]);
}

#[tokio::test]
async fn a_sync_in_pages_finds_everything() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    for hour in 0..7 {
        let start = instant("2031-03-04T00:00:00Z") + jiff::SignedDuration::from_hours(hour);
        icloud
            .control
            .add_simple_event(id, "Meeting", start, start + jiff::SignedDuration::from_mins(30));
    }
    icloud.control.switch(|switches| switches.sync_page = Some(2));
    icloud.control.clear_requests();
    let all = client.sync(&work, login, None).await.unwrap();
    assert_eq!(all.changed.len(), 7);
    assert!(icloud.control.requests().len() >= 4);
    let again = client.sync(&work, login, Some(&all.token)).await.unwrap();
    assert_eq!((again.changed.len(), again.removed.len()), (0, 0));
}

#[tokio::test]
async fn an_expired_token_leads_to_a_full_listing_one_way_or_the_other() {
    for mode in [
        ExpiredToken::ForbiddenWithReason,
        ExpiredToken::Forbidden,
        ExpiredToken::Gone,
        ExpiredToken::PreconditionFailed,
        ExpiredToken::FullListing,
    ] {
        let icloud = Icloud::start().await;
        let (client, login) = (&icloud.practice.client, &icloud.practice.login);
        let (id, work) = icloud.calendar("Work");
        icloud.control.switch(|switches| switches.expired_token = mode);
        icloud.control.add_simple_event(
            id,
            "One",
            instant("2031-03-04T10:00:00Z"),
            instant("2031-03-04T11:00:00Z"),
        );
        let token = client.sync(&work, login, None).await.unwrap().token;
        icloud.control.expire_sync_tokens(id);
        let outcome = client.sync(&work, login, Some(&token)).await;
        if mode == ExpiredToken::FullListing {
            assert_eq!(outcome.unwrap().changed.len(), 1);
        } else {
            assert_eq!(outcome, Err(Error::TokenExpired), "{mode:?}");
        }
        assert_eq!(
            client.sync(&work, login, None).await.unwrap().changed.len(),
            1,
            "{mode:?}"
        );
    }
}

#[tokio::test]
async fn reads_that_lag_behind_a_write_bring_it_with_the_next_sync() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (_, work) = icloud.calendar("Work");
    icloud.control.switch(|switches| switches.stale_reads = 1);
    let before = client.sync(&work, login, None).await.unwrap();
    let event = Event::at("20310304T100000Z");
    let written = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let stale = client.sync(&work, login, Some(&before.token)).await.unwrap();
    assert_eq!(stale.changed, []);
    let fresh = client.sync(&work, login, Some(&stale.token)).await.unwrap();
    let hrefs: Vec<_> = fresh.changed.iter().map(|listed| &listed.href).collect();
    assert_eq!(hrefs, [&written.href]);
}

#[tokio::test]
async fn every_odd_event_is_read_as_it_is_and_attachments_are_left_out() {
    let now = instant("2026-11-23T12:00:00Z");
    let odd = Options {
        seed: Seed::Odd,
        ..Options::default()
    };
    let icloud = Icloud::start_with(odd.now(now)).await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, home) = icloud.calendar("Home");
    for cdata in [true, false] {
        icloud.control.switch(|switches| switches.cdata = cdata);
        let (from, to) = (now, instant("2026-12-23T00:00:00Z"));
        let reading = client.read_range(&home, login, from, to).await.unwrap();
        assert_eq!((reading.missing.len(), reading.unreadable.len()), (0, 0));
        for event in icloud.control.events(id) {
            let read = reading.resources.iter().find(|read| read.href == event.href);
            let read = read.unwrap_or_else(|| panic!("{} is missing", event.uid));
            let kept: Vec<&str> = event
                .ics
                .lines()
                .filter(|line| !line.starts_with("ATTACH") && !line.starts_with(" QUFB"))
                .collect();
            let lines: Vec<&str> = read.data.lines().collect();
            assert_eq!(lines, kept, "{}", event.uid);
        }
        assert_eq!(reading.resources.len(), 14);
    }
}
