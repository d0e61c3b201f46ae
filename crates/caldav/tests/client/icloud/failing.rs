//! Things that go away and things that break.

use std::time::Duration;

use caldav::{Cause, Error, Limits, RetryAfter};
use sandbox::Fault;

use crate::support::client_with_limits;
use crate::support::events::Event;
use crate::support::events::instant;
use crate::support::icloud::Icloud;

#[tokio::test]
async fn a_calendar_deleted_in_icloud_is_not_found() {
    let icloud = Icloud::start().await;
    let (client, login) = (&icloud.practice.client, &icloud.practice.login);
    let (id, work) = icloud.calendar("Work");
    let token = client.sync(&work, login, None).await.unwrap().token;
    icloud.control.delete_calendar(id);
    let event = Event::at("20310304T100000Z");
    assert_eq!(
        client
            .create(&work, login, &event.file_name(), &event.ics())
            .await,
        Err(Error::NotFound)
    );
    assert_eq!(
        client.sync(&work, login, Some(&token)).await,
        Err(Error::TokenExpired)
    );
    assert_eq!(client.sync(&work, login, None).await, Err(Error::NotFound));
}

#[tokio::test]
async fn a_partition_that_is_gone_suggests_rediscovery() {
    let icloud = Icloud::start().await;
    let (_, work) = icloud.calendar("Work");
    icloud.control.switch(|switches| switches.partition_gone = true);
    let error = icloud
        .practice
        .client
        .list_etags(&work, &icloud.practice.login)
        .await
        .unwrap_err();
    assert_eq!(error, Error::NotFound);
    assert!(error.suggests_rediscovery());
}

#[tokio::test]
async fn every_fault_becomes_its_own_error_and_passes() {
    let instant = instant("2031-03-04T10:00:00Z");
    let throttled = |status, retry_after| Error::Throttled { status, retry_after };
    let refused = |status| Error::Refused {
        status,
        precondition: None,
    };
    for (fault, expected) in [
        (
            Fault::Unavailable(sandbox::RetryAfter::Missing),
            throttled(503, None),
        ),
        (
            Fault::Unavailable(sandbox::RetryAfter::At(instant)),
            throttled(503, Some(RetryAfter::At(instant))),
        ),
        (
            Fault::TooManyRequests(sandbox::RetryAfter::Seconds(30)),
            throttled(429, Some(RetryAfter::In(Duration::from_secs(30)))),
        ),
        (Fault::ForbiddenThrottle, refused(403)),
        (Fault::ServerError, refused(500)),
    ] {
        let icloud = Icloud::start().await;
        let (_, work) = icloud.calendar("Work");
        let (client, login) = (&icloud.practice.client, &icloud.practice.login);
        icloud.control.inject(fault.clone());
        let list = || client.calendars(std::slice::from_ref(&work), login);
        let error = list().await.unwrap_err();
        assert_eq!(error, expected, "{fault:?}");
        assert!(error.is_temporary(), "{fault:?}");
        assert_eq!(list().await.unwrap().len(), 1, "{fault:?} has passed");
    }
}

#[tokio::test]
async fn a_broken_connection_is_no_answer_and_never_an_empty_list() {
    for (fault, cause) in [
        (Fault::BrokenBody, Some(Cause::Interrupted)),
        (Fault::Reset, Some(Cause::Interrupted)),
        (Fault::Slow(Duration::from_secs(20)), Some(Cause::Timeout)),
        (Fault::CutShort, None),
    ] {
        let icloud = Icloud::start().await;
        let (_, work) = icloud.calendar("Work");
        let client = client_with_limits(Limits {
            idle: Duration::from_millis(300),
            ..Limits::default()
        });
        icloud.control.inject(fault.clone());
        let error = client
            .calendars(std::slice::from_ref(&work), &icloud.practice.login)
            .await
            .unwrap_err();
        match cause {
            Some(expected) => {
                assert!(
                    matches!(error, Error::Unreachable { cause, .. } if cause == expected),
                    "{fault:?}: {error:?}"
                );
            }
            None => assert!(matches!(error, Error::Malformed { .. }), "{fault:?}: {error:?}"),
        }
        assert!(error.is_temporary());
    }
}
