//! Writing: versions, UIDs, permissions.

use caldav::Error;
use sandbox::Fault;

use crate::support::events::Event;
use crate::support::icloud::Icloud;

#[tokio::test]
async fn the_version_is_known_after_a_write_whether_or_not_the_server_says_it() {
    for told in [true, false] {
        let icloud = Icloud::start().await;
        let (client, login) = (&icloud.practice.client, &icloud.practice.login);
        let (id, work) = icloud.calendar("Work");
        icloud.control.switch(|switches| switches.etag_on_put = told);
        let event = Event::at("20310304T100000Z");
        let written = client
            .create(&work, login, &event.file_name(), &event.ics())
            .await
            .unwrap();
        let stored = &icloud.control.events(id)[0];
        assert_eq!(
            (&stored.href, Some(&stored.etag)),
            (&written.href, written.etag.as_ref()),
            "told: {told}"
        );
        let (href, etag) = (&written.href, written.etag.as_ref().unwrap());
        let updated = client
            .update(&work, login, href, etag, &event.called("New").ics())
            .await
            .unwrap();
        assert_eq!(
            updated.etag.as_ref(),
            Some(&icloud.control.events(id)[0].etag),
            "told: {told}"
        );
    }
}

#[tokio::test]
async fn a_uid_that_is_taken_in_another_calendar_is_refused() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let ((_, home), (_, work)) = (icloud.calendar("Home"), icloud.calendar("Work"));
    let event = Event::at("20310304T100000Z");
    client
        .create(&home, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    let taken = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await;
    assert!(
        matches!(taken, Err(Error::PreconditionFailed | Error::UidConflict)),
        "{taken:?}"
    );
    icloud
        .control
        .switch(|switches| switches.uids_are_account_wide = false);
    client
        .create(&work, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_uid_of_a_deleted_event_is_refused_while_it_stays_taken() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (_, work) = icloud.calendar("Work");
    let event = Event::at("20310304T100000Z");
    let written = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
    client
        .delete(&work, login, &written.href, written.etag.as_deref())
        .await
        .unwrap();
    let taken = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await;
    assert!(
        matches!(taken, Err(Error::PreconditionFailed | Error::UidConflict)),
        "{taken:?}"
    );
    assert_eq!(
        client.fetch(&work, login, &written.href).await,
        Ok(None),
        "so it is not ours"
    );
    icloud
        .control
        .switch(|switches| switches.deleted_uids_stay_taken = false);
    client
        .create(&work, login, &event.file_name(), &event.ics())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_read_only_calendar_takes_no_event() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    icloud.control.set_writable(id, false);
    let event = Event::at("20310304T100000Z");
    let outcome = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await;
    assert!(
        matches!(outcome, Err(Error::Refused { status: 403, .. })),
        "{outcome:?}"
    );
    assert_eq!(icloud.control.events(id), []);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised_as_done() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    let event = Event::at("20310304T100000Z");
    icloud.control.inject_on("PUT", Fault::ResetAfterEffect);
    let lost = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await;
    assert!(matches!(lost, Err(Error::Unreachable { .. })), "{lost:?}");
    let again = client
        .create(&work, login, &event.file_name(), &event.ics())
        .await;
    assert_eq!(again, Err(Error::PreconditionFailed));
    let href = caldav::canonical_href(&work, &event.file_name()).unwrap();
    let there = client.fetch(&work, login, &href).await.unwrap().unwrap();
    assert!(there.data.contains(&event.uid), "it is ours");
    assert_eq!(icloud.control.events(id).len(), 1);
}
