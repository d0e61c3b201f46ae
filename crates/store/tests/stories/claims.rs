//! Work that is claimed by one worker at a time, for as long as its lease lasts.

use scheduling::StaffId;
use store::event_writes::{NewEventWrite, Outcome, Subject};
use store::messages::NewMessage;
use store::{
    ConnectionState, EventWriteId, MessageKind, WriteAction, WriteState, WriteTx, connections, event_writes,
    messages, remote_calendars, staff,
};

use crate::database::{Database, appointment, booking_calendar, in_minutes, now, person, place, stories};
use crate::remote::{calendar, connection};

stories! {
    a_connection_is_read_by_one_worker_until_its_lease_ends,
    a_claim_is_renewed_and_released_by_its_holder_alone,
    a_write_goes_to_the_primary_calendar_if_one_is_connected,
    a_write_is_claimed_once_and_comes_back_after_its_lease,
    the_writes_of_one_appointment_keep_their_order,
    the_writes_of_two_parts_do_not_wait_for_each_other,
    a_write_asked_for_again_meanwhile_stays_waiting,
    a_mail_is_sent_once_or_given_up,
    a_worker_that_outlived_its_lease_has_no_say_about_a_mail,
}

async fn a_connection_is_read_by_one_worker_until_its_lease_ends(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let id = connection(&mut tx, ada).await;
    assert_eq!(
        connections::claim_due(&mut tx, now(), in_minutes(5), 10)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        connections::claim_due(&mut tx, in_minutes(1), in_minutes(6), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !connections::claim(&mut tx, id, in_minutes(1), in_minutes(6))
            .await
            .unwrap()
    );
    assert_eq!(
        connections::claim_due(&mut tx, in_minutes(5), in_minutes(10), 10)
            .await
            .unwrap()
            .len(),
        1
    );
    connections::sync_failed(
        &mut tx,
        id,
        ConnectionState::NeedsAttention,
        "wrong login",
        1,
        in_minutes(6),
        now(),
    )
    .await
    .unwrap();
    assert!(
        connections::claim_due(&mut tx, in_minutes(60), in_minutes(65), 10)
            .await
            .unwrap()
            .is_empty(),
        "a refused login is not tried again"
    );
}

async fn write(tx: &mut WriteTx) -> EventWriteId {
    let host = host(tx, "ada").await;
    let calendar = booking_calendar(tx, "intro").await;
    let appointment = appointment(tx, &place(host, calendar, 60, 1)).await;
    let new = NewEventWrite {
        subject: Subject::Part(appointment, 0),
        host_id: host,
        uid: "uid-1".to_owned(),
    };
    event_writes::insert(tx, &new, now()).await.unwrap()
}

/// Somebody with a primary calendar.
async fn host(tx: &mut WriteTx, name: &str) -> StaffId {
    let host = person(tx, name).await;
    let connection = connection(tx, host).await;
    let work = calendar(tx, connection, "Work").await;
    staff::set_primary(tx, host, Some(work)).await.unwrap();
    host
}

async fn a_write_goes_to_the_primary_calendar_if_one_is_connected(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let id = write(&mut tx).await;
    let first = event_writes::find(&mut tx, id).await.unwrap().unwrap();
    let connected = remote_calendars::connected_primary(&mut tx, first.host_id)
        .await
        .unwrap();
    assert!(connected.is_some());
    assert_eq!(first.connection_id.zip(first.remote_calendar_id), connected);
    assert_eq!(first.state, WriteState::Waiting);

    connections::disconnect(&mut tx, first.connection_id.unwrap(), now())
        .await
        .unwrap();
    let bob = person(&mut tx, "bob").await;
    for (part, host_id) in [(1, first.host_id), (2, bob)] {
        let new = NewEventWrite {
            subject: Subject::Part(first.subject.appointment_id().unwrap(), part),
            host_id,
            uid: format!("uid-{part}"),
        };
        let id = event_writes::insert(&mut tx, &new, now()).await.unwrap();
        let other = event_writes::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(
            (other.connection_id, other.remote_calendar_id),
            (None, None),
            "{part}"
        );
        assert_eq!(other.state, WriteState::NoCalendar, "{part}");
    }
}

async fn a_claim_is_renewed_and_released_by_its_holder_alone(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let id = connection(&mut tx, ada).await;
    assert!(
        connections::claim(&mut tx, id, now(), in_minutes(2))
            .await
            .unwrap()
    );
    assert!(
        connections::renew(&mut tx, id, in_minutes(2), in_minutes(4))
            .await
            .unwrap()
    );
    assert!(
        !connections::claim(&mut tx, id, in_minutes(3), in_minutes(6))
            .await
            .unwrap()
    );
    // The holder slept too long, and somebody else took over.
    assert!(
        connections::claim(&mut tx, id, in_minutes(4), in_minutes(6))
            .await
            .unwrap()
    );
    assert!(
        !connections::renew(&mut tx, id, in_minutes(4), in_minutes(8))
            .await
            .unwrap()
    );
    connections::release(&mut tx, id, in_minutes(4)).await.unwrap();
    assert!(
        !connections::claim(&mut tx, id, in_minutes(5), in_minutes(7))
            .await
            .unwrap()
    );
    connections::release(&mut tx, id, in_minutes(6)).await.unwrap();
    assert!(
        connections::claim(&mut tx, id, in_minutes(5), in_minutes(7))
            .await
            .unwrap()
    );
}

async fn a_write_is_claimed_once_and_comes_back_after_its_lease(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let id = write(&mut tx).await;
    let claimed = event_writes::claim_due(&mut tx, now(), in_minutes(2), 10)
        .await
        .unwrap();
    assert_eq!((claimed.len(), claimed[0].id), (1, id));
    assert!(
        event_writes::claim_due(&mut tx, in_minutes(1), in_minutes(3), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(event_writes::is_held(&mut tx, &claimed[0]).await.unwrap());
    let again = event_writes::claim_due(&mut tx, in_minutes(2), in_minutes(4), 10)
        .await
        .unwrap();
    assert_eq!(
        (again.len(), again[0].attempts),
        (1, 1),
        "the first attempt is counted"
    );
    assert!(
        !event_writes::is_held(&mut tx, &claimed[0]).await.unwrap(),
        "who was too slow has nothing to say any more"
    );
    assert!(event_writes::is_held(&mut tx, &again[0]).await.unwrap());
    event_writes::failed(
        &mut tx,
        id,
        again[0].sequence,
        "no answer",
        Some(in_minutes(30)),
        now(),
    )
    .await
    .unwrap();
    assert!(
        event_writes::claim_due(&mut tx, in_minutes(29), in_minutes(31), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        event_writes::claim_due(&mut tx, in_minutes(30), in_minutes(32), 10)
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn the_writes_of_one_appointment_keep_their_order(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let first = write(&mut tx).await;
    let old = event_writes::find(&mut tx, first).await.unwrap().unwrap();
    event_writes::retire(&mut tx, first, now()).await.unwrap();
    let new = NewEventWrite {
        subject: old.subject,
        host_id: old.host_id,
        uid: "uid-2".to_owned(),
    };
    let second = event_writes::insert(&mut tx, &new, in_minutes(1)).await.unwrap();
    let due = event_writes::claim_due(&mut tx, in_minutes(1), in_minutes(3), 10)
        .await
        .unwrap();
    assert_eq!(due.iter().map(|write| write.id).collect::<Vec<_>>(), [first]);
    event_writes::succeeded(
        &mut tx,
        first,
        due[0].sequence,
        WriteState::Removed,
        &Outcome::default(),
        in_minutes(1),
    )
    .await
    .unwrap();
    let due = event_writes::claim_due(&mut tx, in_minutes(1), in_minutes(3), 10)
        .await
        .unwrap();
    assert_eq!(due.iter().map(|write| write.id).collect::<Vec<_>>(), [second]);
    let live = event_writes::live_of_appointment(&mut tx, old.subject.appointment_id().unwrap())
        .await
        .unwrap();
    assert_eq!(live.iter().map(|write| write.id).collect::<Vec<_>>(), [second]);
    let other = event_writes::find(&mut tx, second).await.unwrap().unwrap();
    let asked = [old.uid.as_str(), other.uid.as_str(), "somebody-else"];
    let uids = event_writes::own_uids(&mut tx, old.host_id, &asked)
        .await
        .unwrap();
    assert_eq!(uids.len(), 2, "what was written before is still known as ours");
    assert!(!uids.contains("somebody-else"));
}

async fn the_writes_of_two_parts_do_not_wait_for_each_other(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let first = write(&mut tx).await;
    let of_first = event_writes::find(&mut tx, first).await.unwrap().unwrap();
    let new = NewEventWrite {
        subject: Subject::Part(of_first.subject.appointment_id().unwrap(), 1),
        host_id: host(&mut tx, "bob").await,
        uid: "uid-2".to_owned(),
    };
    let second = event_writes::insert(&mut tx, &new, in_minutes(1)).await.unwrap();
    let due = event_writes::claim_due(&mut tx, in_minutes(1), in_minutes(3), 10)
        .await
        .unwrap();
    let mut due: Vec<_> = due.iter().map(|write| write.id).collect();
    due.sort();
    assert_eq!(due, [first, second]);
}

async fn a_write_asked_for_again_meanwhile_stays_waiting(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let id = write(&mut tx).await;
    let claimed = event_writes::claim_due(&mut tx, now(), in_minutes(2), 10)
        .await
        .unwrap();
    event_writes::enqueue(&mut tx, id, WriteAction::Delete, in_minutes(1))
        .await
        .unwrap();
    let outcome = Outcome {
        href: Some("/1/work/uid-1.ics".to_owned()),
        etag: Some("\"7\"".to_owned()),
        written_ics: Some("BEGIN:VCALENDAR".to_owned()),
    };
    event_writes::succeeded(
        &mut tx,
        id,
        claimed[0].sequence,
        WriteState::Written,
        &outcome,
        in_minutes(1),
    )
    .await
    .unwrap();
    let found = event_writes::find(&mut tx, id).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.action),
        (WriteState::Waiting, WriteAction::Delete)
    );
    assert_eq!(found.href, outcome.href, "what is known of the event is kept");
    event_writes::succeeded(
        &mut tx,
        id,
        found.sequence,
        WriteState::Removed,
        &Outcome::default(),
        in_minutes(2),
    )
    .await
    .unwrap();
    assert_eq!(
        event_writes::find(&mut tx, id).await.unwrap().unwrap().state,
        WriteState::Removed
    );
}

async fn a_mail_is_sent_once_or_given_up(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let mut ids = Vec::new();
    for recipient in ["grace@client.example", "alan@client.example"] {
        let new = NewMessage {
            appointment_id: None,
            staff_id: None,
            kind: MessageKind::ClientBooked,
            recipient: recipient.to_owned(),
            detail: "{}".to_owned(),
        };
        ids.extend(messages::insert(&mut tx, &[(new, now())], now()).await.unwrap());
    }
    let mut claimed = messages::claim_due(&mut tx, now(), in_minutes(2), 10)
        .await
        .unwrap();
    claimed.sort_by_key(|message| message.id != ids[0]);
    assert_eq!(claimed.len(), 2);
    messages::sent(&mut tx, &claimed[0]).await.unwrap();
    messages::failed(&mut tx, &claimed[1], "mailbox full", Some(in_minutes(10)), now())
        .await
        .unwrap();
    let due = messages::claim_due(&mut tx, in_minutes(10), in_minutes(12), 10)
        .await
        .unwrap();
    assert_eq!((due.len(), due[0].id, due[0].attempts), (1, ids[1], 1));
    messages::failed(&mut tx, &due[0], "mailbox full", None, now())
        .await
        .unwrap();
    assert!(
        messages::claim_due(&mut tx, in_minutes(600), in_minutes(602), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_worker_that_outlived_its_lease_has_no_say_about_a_mail(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let new = NewMessage {
        appointment_id: None,
        staff_id: None,
        kind: MessageKind::ClientBooked,
        recipient: "grace@client.example".to_owned(),
        detail: "{}".to_owned(),
    };
    messages::insert(&mut tx, &[(new, now())], now()).await.unwrap();
    let first = messages::claim_due(&mut tx, now(), in_minutes(2), 10)
        .await
        .unwrap();
    let second = messages::claim_due(&mut tx, in_minutes(2), in_minutes(4), 10)
        .await
        .unwrap();
    messages::failed(&mut tx, &first[0], "too slow", Some(in_minutes(2)), now())
        .await
        .unwrap();
    let third = messages::claim_due(&mut tx, in_minutes(2), in_minutes(4), 10).await;
    assert_eq!(third.unwrap(), [], "the second still has it in hand");
    messages::sent(&mut tx, &second[0]).await.unwrap();
    messages::failed(&mut tx, &first[0], "too slow", Some(in_minutes(5)), now())
        .await
        .unwrap();
    let again = messages::claim_due(&mut tx, in_minutes(60), in_minutes(62), 10).await;
    assert_eq!(again.unwrap(), [], "it is not sent twice");
}
