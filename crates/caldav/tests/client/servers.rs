//! One suite of stories, told to every server that can be had.

use caldav::{Address, Credentials, Error, Readable};

use crate::support::Practice;
use crate::support::events::{Event, instant};

async fn discovery_leads_to_a_calendar_that_can_be_read_and_written(practice: Practice) {
    let account = practice
        .client
        .discover(&practice.entry, &practice.login)
        .await
        .unwrap();
    assert!(!account.homes.is_empty());
    let calendar = practice.writable_calendar().await;
    assert_eq!(calendar.readable, Readable::Events);
    assert!(!calendar.name.is_empty());
    assert!(calendar.url.path().ends_with('/'));
}

async fn the_principal_and_the_home_are_entries_too(practice: Practice) {
    let account = practice
        .client
        .discover(&practice.entry, &practice.login)
        .await
        .unwrap();
    for entry in [&account.principal, &account.homes[0]] {
        let again = practice.client.discover(entry, &practice.login).await.unwrap();
        assert_eq!(
            (again.principal.path(), &again.homes),
            (account.principal.path(), &account.homes)
        );
    }
}

async fn the_address_as_typed_leads_to_the_same_account(practice: Practice) {
    let known = practice
        .client
        .discover(&practice.entry, &practice.login)
        .await
        .unwrap();
    for path in ["", "some/page"] {
        let typed = practice.entry.join(path).unwrap();
        let address = Address::typed(typed.as_str()).unwrap();
        let found = practice.client.find(&address, &practice.login).await.unwrap();
        assert_eq!(found.account.homes, known.homes, "{typed}");
    }
}

async fn a_new_event_is_found_in_its_span_and_not_outside(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z").called("Grüße, Mira");
    let written = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();

    let (from, to) = (instant("2031-03-04T00:00:00Z"), instant("2031-03-05T00:00:00Z"));
    let inside = client.read_range(&calendar, login, from, to).await.unwrap();
    let hrefs: Vec<_> = inside.resources.iter().map(|resource| &resource.href).collect();
    assert_eq!(hrefs, [&written.href]);
    assert!(inside.resources[0].data.starts_with("BEGIN:VCALENDAR"));
    assert!(inside.resources[0].data.contains(&event.uid));
    assert!(inside.resources[0].data.contains("Grüße"));
    assert_eq!(inside.resources[0].etag, written.etag);
    assert_eq!((inside.missing.len(), inside.unreadable.len()), (0, 0));

    let (from, to) = (instant("2031-03-05T00:00:00Z"), instant("2031-03-06T00:00:00Z"));
    let outside = client.read_range(&calendar, login, from, to).await.unwrap();
    assert!(
        outside
            .resources
            .iter()
            .all(|resource| resource.href != written.href)
    );
}

async fn a_recurring_event_is_found_by_a_late_instance_and_comes_whole(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z").repeating("FREQ=WEEKLY;COUNT=20");
    client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let (from, to) = (instant("2031-04-01T00:00:00Z"), instant("2031-04-02T00:00:00Z"));
    let reading = client.read_range(&calendar, login, from, to).await.unwrap();
    let found = reading
        .resources
        .iter()
        .find(|resource| resource.data.contains(&event.uid))
        .unwrap();
    assert!(found.data.contains("FREQ=WEEKLY;COUNT=20"));
    assert!(found.data.contains("20310304T100000Z"));
}

async fn an_existing_event_is_not_created_over(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z").called("first");
    let written = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let again = client
        .create(
            &calendar,
            login,
            &event.file_name(),
            &event.called("second").ics(),
        )
        .await;
    assert_eq!(again, Err(Error::PreconditionFailed));
    let there = client
        .fetch(&calendar, login, &written.href)
        .await
        .unwrap()
        .unwrap();
    assert!(there.data.contains("first"));
    assert_eq!(there.etag, written.etag);
}

async fn an_update_needs_the_version_that_is_there(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z").called("first");
    let first = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let first_etag = first.etag.expect("the version is known after a write");

    let second_text = event.called("second").ics();
    let second = client
        .update(&calendar, login, &first.href, &first_etag, &second_text)
        .await
        .unwrap();
    let second_etag = second.etag.expect("the version is known after a write");
    assert_ne!(first_etag, second_etag);
    assert_eq!(
        client.etag(&calendar, login, &first.href).await,
        Ok(Some(second_etag))
    );

    let stale = client
        .update(&calendar, login, &first.href, &first_etag, &second_text)
        .await;
    assert_eq!(stale, Err(Error::PreconditionFailed));
}

async fn a_deleted_event_is_gone_and_deleting_it_again_is_fine(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z");
    let first = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let (href, first_etag) = (first.href, first.etag.unwrap());
    let second = client
        .update(
            &calendar,
            login,
            &href,
            &first_etag,
            &event.called("second").ics(),
        )
        .await
        .unwrap();

    assert_eq!(
        client.delete(&calendar, login, &href, Some(&first_etag)).await,
        Err(Error::PreconditionFailed)
    );
    assert!(client.fetch(&calendar, login, &href).await.unwrap().is_some());
    assert_eq!(
        client
            .delete(&calendar, login, &href, second.etag.as_deref())
            .await,
        Ok(true)
    );
    assert_eq!(client.delete(&calendar, login, &href, None).await, Ok(false));
    assert_eq!(client.fetch(&calendar, login, &href).await, Ok(None));
    assert_eq!(client.etag(&calendar, login, &href).await, Err(Error::NotFound));
}

async fn many_events_are_read_in_batches_and_missing_ones_are_named(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let mut hrefs = Vec::new();
    for _ in 0..55 {
        let event = Event::at("20310304T100000Z");
        hrefs.push(
            client
                .create(&calendar, login, &event.file_name(), &event.ics())
                .await
                .unwrap()
                .href,
        );
    }
    let gone = caldav::canonical_href(&calendar, "never-there.ics").unwrap();
    hrefs.insert(7, gone.clone());
    hrefs.push(hrefs[0].clone());

    let reading = client.read(&calendar, login, &hrefs).await.unwrap();
    assert_eq!(reading.missing, [gone]);
    assert_eq!(reading.unreadable, []);
    let mut read: Vec<_> = reading
        .resources
        .into_iter()
        .map(|resource| resource.href)
        .collect();
    read.sort();
    assert_eq!(read.len(), 55, "each once");
    read.dedup();
    assert_eq!(read.len(), 55, "and each another");
}

async fn the_listing_holds_every_version(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z");
    let written = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let listed = client.list_etags(&calendar, login).await.unwrap();
    let ours = listed.iter().find(|listed| listed.href == written.href).unwrap();
    assert_eq!(ours.etag, written.etag);
    assert!(listed.iter().all(|listed| !listed.href.ends_with('/')));
}

async fn a_sync_names_what_was_added_changed_and_removed(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let mut written = Vec::new();
    for name in ["stays", "changes", "goes"] {
        let event = Event::at("20310304T100000Z").called(name);
        let at = client
            .create(&calendar, login, &event.file_name(), &event.ics())
            .await
            .unwrap();
        written.push((event, at));
    }
    let all = client.sync(&calendar, login, None).await.unwrap();
    for (_, at) in &written {
        let listed = all.changed.iter().find(|listed| listed.href == at.href).unwrap();
        assert_eq!(listed.etag, at.etag);
    }

    let nothing = client.sync(&calendar, login, Some(&all.token)).await.unwrap();
    assert_eq!((nothing.changed.len(), nothing.removed.len()), (0, 0));

    let (event, at) = &written[1];
    let text = Event::at("20310304T110000Z").with_uid(&event.uid).ics();
    client
        .update(&calendar, login, &at.href, at.etag.as_deref().unwrap(), &text)
        .await
        .unwrap();
    client
        .delete(&calendar, login, &written[2].1.href, None)
        .await
        .unwrap();
    let event = Event::at("20310304T120000Z");
    let added = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();

    let some = client.sync(&calendar, login, Some(&nothing.token)).await.unwrap();
    let mut changed: Vec<_> = some.changed.iter().map(|listed| listed.href.as_str()).collect();
    changed.sort_unstable();
    let mut expected = [at.href.as_str(), added.href.as_str()];
    expected.sort_unstable();
    assert_eq!(changed, expected);
    assert_eq!(some.removed, [written[2].1.href.clone()]);
}

async fn a_token_nobody_gave_out_has_expired(practice: Practice) {
    let calendar = practice.writable_calendar().await.url;
    let outcome = practice
        .client
        .sync(
            &calendar,
            &practice.login,
            Some("http://example.org/ns/sync/0000"),
        )
        .await;
    assert_eq!(outcome, Err(Error::TokenExpired));
}

async fn a_calendar_that_is_gone_is_not_found(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let gone = practice.writable_calendar().await.url.join("../gone/").unwrap();
    let event = Event::at("20310304T100000Z");
    let created = client
        .create(&gone, login, &event.file_name(), &event.ics())
        .await;
    // To Cyrus, nobody may write where there is nothing.
    let refused = Error::Refused {
        status: 403,
        precondition: None,
    };
    assert!(
        matches!(&created, Err(error) if [Error::NotFound, refused].contains(error)),
        "{created:?}"
    );
    let outcomes = [
        client.sync(&gone, login, None).await.unwrap_err(),
        client.list_etags(&gone, login).await.unwrap_err(),
        client
            .read_range(
                &gone,
                login,
                instant("2031-03-04T00:00:00Z"),
                instant("2031-03-05T00:00:00Z"),
            )
            .await
            .unwrap_err(),
    ];
    assert_eq!(outcomes, [Error::NotFound, Error::NotFound, Error::NotFound]);
}

/// Rules with which Radicale and Xandikos store events and then cannot answer any query with a time range.
const UNFILTERABLE: [&str; 2] = [
    "DTSTART:20200601T030000Z\r\nDTEND:20200601T031500Z\r\nRRULE:FREQ=DAILY;INTERVAL=-1",
    "DTSTART;VALUE=DATE:20260217\r\nTRANSP:TRANSPARENT\r\nRRULE:RSCALE=CHINESE;FREQ=YEARLY",
];

async fn events_that_cannot_be_filtered_are_listed_and_read_by_their_paths(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z");
    let good = client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let mut stored = vec![good.href];
    for (number, rule) in UNFILTERABLE.into_iter().enumerate() {
        let ics = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:odd-{number}\r\n\
             DTSTAMP:20261101T000000Z\r\nSUMMARY:Odd\r\n{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let name = format!("odd-{number}.ics");
        match client.create(&calendar, login, &name, &ics).await {
            Ok(written) => stored.push(written.href),
            // A server that does not take it has no trouble with it.
            Err(Error::Refused { .. } | Error::NotFound) => continue,
            Err(error) => panic!("{error:?}"),
        }
        let (from, to) = (instant("2031-03-04T00:00:00Z"), instant("2031-03-05T00:00:00Z"));
        if let Err(error) = client.read_range(&calendar, login, from, to).await {
            assert!(error.suggests_another_question(), "{error:?}");
        }
        let listed = client.list_etags(&calendar, login).await.unwrap();
        let mut hrefs: Vec<String> = listed.into_iter().map(|listed| listed.href).collect();
        hrefs.sort();
        stored.sort();
        assert_eq!(hrefs, stored);
        let reading = client.read(&calendar, login, &hrefs).await.unwrap();
        let mut read: Vec<&String> = reading.resources.iter().map(|found| &found.href).collect();
        read.sort();
        assert_eq!(read, hrefs.iter().collect::<Vec<_>>(), "{reading:?}");
        let odd = reading.resources.iter().find(|found| found.href.ends_with(&name));
        let text = odd.unwrap().data.replace("\r\n ", "");
        assert!(
            text.contains("INTERVAL=-1") || text.contains("RSCALE=CHINESE"),
            "{text}"
        );
    }
}

async fn an_odd_file_name_keeps_one_spelling_everywhere(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z");
    let written = client
        .create(&calendar, login, "mira@example.org é+1.ics", &event.ics())
        .await
        .unwrap();
    let listed = client.list_etags(&calendar, login).await.unwrap();
    assert!(
        listed.iter().any(|listed| listed.href == written.href),
        "{} in {listed:?}",
        written.href
    );
    let synced = client.sync(&calendar, login, None).await.unwrap();
    assert!(synced.changed.iter().any(|listed| listed.href == written.href));
    let reading = client
        .read(&calendar, login, std::slice::from_ref(&written.href))
        .await
        .unwrap();
    assert_eq!(reading.resources.len(), 1, "{reading:?}");
    assert_eq!(
        client
            .delete(&calendar, login, &written.href, written.etag.as_deref())
            .await,
        Ok(true)
    );
}

async fn a_uid_that_is_taken_is_refused_as_such(practice: Practice) {
    let (client, login) = (&practice.client, &practice.login);
    let calendar = practice.writable_calendar().await.url;
    let event = Event::at("20310304T100000Z");
    client
        .create(&calendar, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let outcome = client
        .create(&calendar, login, "another-name.ics", &event.ics())
        .await;
    assert!(
        matches!(outcome, Err(Error::UidConflict | Error::PreconditionFailed)),
        "{outcome:?}"
    );
}

async fn a_broken_object_is_refused(practice: Practice) {
    let calendar = practice.writable_calendar().await.url;
    let outcome = practice
        .client
        .create(
            &calendar,
            &practice.login,
            "broken.ics",
            "BEGIN:VCALENDAR\r\nnonsense",
        )
        .await;
    assert!(
        matches!(
            outcome,
            Err(Error::Refused {
                status: 400..=499,
                ..
            })
        ),
        "{outcome:?}"
    );
}

async fn a_wrong_password_is_told_apart(practice: Practice) {
    let wrong = Credentials::new(practice.login.username.clone(), "wrong");
    let calendar = practice.writable_calendar().await.url;
    assert_eq!(
        practice.client.discover(&practice.entry, &wrong).await,
        Err(Error::WrongLogin)
    );
    assert_eq!(
        practice.client.sync(&calendar, &wrong, None).await,
        Err(Error::WrongLogin)
    );
    assert_eq!(
        practice.client.sync(&calendar, &wrong, Some("any")).await,
        Err(Error::WrongLogin)
    );
}

/// Tells the named stories to one server, each to a fresh one; to one that cannot be had everywhere, where it is there.
macro_rules! tell {
    ($server:ident where it is there: $start:path => $($story:ident),+ $(,)?) => {
        mod $server {
            $(#[tokio::test]
            async fn $story() {
                if let Some(practice) = $start().await {
                    super::$story(practice).await;
                }
            })+
        }
    };
    ($server:ident: $start:path => $($story:ident),+ $(,)?) => {
        mod $server {
            $(#[tokio::test]
            async fn $story() {
                super::$story($start().await).await;
            })+
        }
    };
}

tell!(icloud: crate::support::icloud::icloud =>
    discovery_leads_to_a_calendar_that_can_be_read_and_written,
    the_principal_and_the_home_are_entries_too,
    the_address_as_typed_leads_to_the_same_account,
    a_new_event_is_found_in_its_span_and_not_outside,
    a_recurring_event_is_found_by_a_late_instance_and_comes_whole,
    an_existing_event_is_not_created_over,
    an_update_needs_the_version_that_is_there,
    a_deleted_event_is_gone_and_deleting_it_again_is_fine,
    many_events_are_read_in_batches_and_missing_ones_are_named,
    the_listing_holds_every_version,
    a_sync_names_what_was_added_changed_and_removed,
    a_token_nobody_gave_out_has_expired,
    a_calendar_that_is_gone_is_not_found,
    events_that_cannot_be_filtered_are_listed_and_read_by_their_paths,
    an_odd_file_name_keeps_one_spelling_everywhere,
    a_uid_that_is_taken_is_refused_as_such,
    a_broken_object_is_refused,
    a_wrong_password_is_told_apart,
);

tell!(icloud_otherwise: crate::support::icloud::icloud_otherwise =>
    discovery_leads_to_a_calendar_that_can_be_read_and_written,
    the_principal_and_the_home_are_entries_too,
    the_address_as_typed_leads_to_the_same_account,
    a_new_event_is_found_in_its_span_and_not_outside,
    a_recurring_event_is_found_by_a_late_instance_and_comes_whole,
    an_existing_event_is_not_created_over,
    an_update_needs_the_version_that_is_there,
    a_deleted_event_is_gone_and_deleting_it_again_is_fine,
    many_events_are_read_in_batches_and_missing_ones_are_named,
    the_listing_holds_every_version,
    a_sync_names_what_was_added_changed_and_removed,
    a_token_nobody_gave_out_has_expired,
    a_calendar_that_is_gone_is_not_found,
    events_that_cannot_be_filtered_are_listed_and_read_by_their_paths,
    an_odd_file_name_keeps_one_spelling_everywhere,
    a_uid_that_is_taken_is_refused_as_such,
    a_broken_object_is_refused,
    a_wrong_password_is_told_apart,
);

tell!(radicale: crate::support::python::radicale =>
    discovery_leads_to_a_calendar_that_can_be_read_and_written,
    the_principal_and_the_home_are_entries_too,
    the_address_as_typed_leads_to_the_same_account,
    a_new_event_is_found_in_its_span_and_not_outside,
    a_recurring_event_is_found_by_a_late_instance_and_comes_whole,
    an_existing_event_is_not_created_over,
    an_update_needs_the_version_that_is_there,
    a_deleted_event_is_gone_and_deleting_it_again_is_fine,
    many_events_are_read_in_batches_and_missing_ones_are_named,
    the_listing_holds_every_version,
    a_sync_names_what_was_added_changed_and_removed,
    a_token_nobody_gave_out_has_expired,
    a_calendar_that_is_gone_is_not_found,
    events_that_cannot_be_filtered_are_listed_and_read_by_their_paths,
    an_odd_file_name_keeps_one_spelling_everywhere,
    a_uid_that_is_taken_is_refused_as_such,
    a_broken_object_is_refused,
    a_wrong_password_is_told_apart,
);

// Without a wrong password: over plain http Xandikos takes any login.
tell!(xandikos: crate::support::python::xandikos =>
    discovery_leads_to_a_calendar_that_can_be_read_and_written,
    the_principal_and_the_home_are_entries_too,
    the_address_as_typed_leads_to_the_same_account,
    a_new_event_is_found_in_its_span_and_not_outside,
    a_recurring_event_is_found_by_a_late_instance_and_comes_whole,
    an_existing_event_is_not_created_over,
    an_update_needs_the_version_that_is_there,
    a_deleted_event_is_gone_and_deleting_it_again_is_fine,
    many_events_are_read_in_batches_and_missing_ones_are_named,
    the_listing_holds_every_version,
    a_sync_names_what_was_added_changed_and_removed,
    a_token_nobody_gave_out_has_expired,
    a_calendar_that_is_gone_is_not_found,
    events_that_cannot_be_filtered_are_listed_and_read_by_their_paths,
    an_odd_file_name_keeps_one_spelling_everywhere,
    a_uid_that_is_taken_is_refused_as_such,
    a_broken_object_is_refused,
);

tell!(cyrus where it is there: crate::support::cyrus::cyrus =>
    discovery_leads_to_a_calendar_that_can_be_read_and_written,
    the_principal_and_the_home_are_entries_too,
    the_address_as_typed_leads_to_the_same_account,
    a_new_event_is_found_in_its_span_and_not_outside,
    a_recurring_event_is_found_by_a_late_instance_and_comes_whole,
    an_existing_event_is_not_created_over,
    an_update_needs_the_version_that_is_there,
    a_deleted_event_is_gone_and_deleting_it_again_is_fine,
    many_events_are_read_in_batches_and_missing_ones_are_named,
    the_listing_holds_every_version,
    a_sync_names_what_was_added_changed_and_removed,
    a_token_nobody_gave_out_has_expired,
    a_calendar_that_is_gone_is_not_found,
    events_that_cannot_be_filtered_are_listed_and_read_by_their_paths,
    an_odd_file_name_keeps_one_spelling_everywhere,
    a_uid_that_is_taken_is_refused_as_such,
    a_broken_object_is_refused,
    a_wrong_password_is_told_apart,
);
