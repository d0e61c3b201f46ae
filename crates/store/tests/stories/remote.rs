//! Connections, their calendars and what lies in them.

use jiff::civil::date;
use scheduling::StaffId;
use store::connections::{Discovered, NewConnection};
use store::external_events::NewInstance;
use store::remote_calendars::Listed;
use store::{
    ConnectionId, ConnectionState, ImportPolicy, RemoteCalendarId, Server, Tx, connections, external_events,
    remote_calendars, staff,
};

use crate::database::{Database, in_minutes, now, person, stories};

stories! {
    a_listing_keeps_the_choices_made_for_a_calendar,
    the_primary_and_the_conflict_calendars_are_watched,
    a_changed_event_replaces_what_it_meant,
    a_disconnected_account_loses_its_password_and_is_never_due,
}

pub async fn connection(tx: &mut Tx, owner: StaffId) -> ConnectionId {
    let new = NewConnection {
        staff_id: owner,
        server: Server::Icloud,
        entry_url: "https://caldav.icloud.com/".to_owned(),
        username: "ada@icloud.example".to_owned(),
        discovered: Discovered {
            principal_url: "https://caldav.icloud.com/1/principal/".to_owned(),
            home_urls: vec!["https://p42-caldav.icloud.com/1/calendars/".to_owned()],
            addresses: vec!["ada@icloud.example".to_owned()],
        },
        import_policy: ImportPolicy::KeepUp,
    };
    let id = connections::insert(tx, &new, now()).await.unwrap();
    connections::set_password(tx, id, b"sealed").await.unwrap();
    id
}

fn listed(name: &str) -> Listed {
    Listed {
        url: format!(
            "https://p42-caldav.icloud.com/1/calendars/{}/",
            name.to_lowercase()
        ),
        name: name.to_owned(),
        color: Some("#1badf8".to_owned()),
        zone: None,
        writable: true,
        readable: true,
    }
}

async fn calendar(tx: &mut Tx, connection: ConnectionId, name: &str) -> RemoteCalendarId {
    remote_calendars::upsert(tx, connection, &listed(name), now())
        .await
        .unwrap()
}

async fn a_listing_keeps_the_choices_made_for_a_calendar(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    remote_calendars::set_conflicts(&mut tx, ada, &[home])
        .await
        .unwrap();
    remote_calendars::set_all_day_blocks(&mut tx, home, false)
        .await
        .unwrap();
    remote_calendars::set_vanished(&mut tx, home, Some(now()))
        .await
        .unwrap();
    remote_calendars::sync_done(&mut tx, home, Some("token"), None, now(), in_minutes(60), None)
        .await
        .unwrap();

    let renamed = Listed {
        name: "Private".to_owned(),
        writable: false,
        ..listed("Home")
    };
    assert_eq!(
        remote_calendars::upsert(&mut tx, connection, &renamed, now())
            .await
            .unwrap(),
        home
    );
    let found = remote_calendars::find(&mut tx, home).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.writable), ("Private", false));
    assert!(found.checked_for_conflicts && !found.all_day_blocks);
    assert_eq!(
        (found.sync_token.as_deref(), found.vanished_at),
        (Some("token"), None)
    );
}

async fn the_primary_and_the_conflict_calendars_are_watched(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (ada, bob) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    let (mine, theirs) = (connection(&mut tx, ada).await, connection(&mut tx, bob).await);
    let work = calendar(&mut tx, mine, "Work").await;
    let home = calendar(&mut tx, mine, "Home").await;
    calendar(&mut tx, mine, "Ignored").await;
    let other = calendar(&mut tx, theirs, "Other").await;
    staff::set_primary(&mut tx, ada, Some(work)).await.unwrap();
    remote_calendars::set_conflicts(&mut tx, ada, &[home])
        .await
        .unwrap();
    let foreign = remote_calendars::set_conflicts(&mut tx, ada, &[other]).await;
    assert!(foreign.is_err(), "somebody else's calendar cannot be chosen");
    remote_calendars::set_conflicts(&mut tx, ada, &[home])
        .await
        .unwrap();

    let watched = remote_calendars::watched(&mut tx, &[ada, bob]).await.unwrap();
    let watched: Vec<_> = watched
        .iter()
        .map(|calendar| (calendar.id, calendar.staff_id, calendar.is_primary))
        .collect();
    assert_eq!(watched, [(home, ada, false), (work, ada, true)]);
}

fn instance(from: i64, to: i64, summary: &str) -> NewInstance {
    NewInstance {
        starts_at: in_minutes(from),
        ends_at: in_minutes(to),
        all_day: (summary == "holiday").then(|| (date(2026, 12, 24), date(2026, 12, 26))),
        uid: "uid".to_owned(),
        summary: summary.to_owned(),
        location: None,
        blocks: "busy".to_owned(),
    }
}

async fn a_changed_event_replaces_what_it_meant(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let upsert = async |tx: &mut Tx, etag| {
        external_events::upsert(
            tx,
            home,
            "/1/a.ics",
            Some(etag),
            "uid",
            "BEGIN:VCALENDAR",
            None,
            now(),
        )
        .await
        .unwrap()
    };
    let event = upsert(&mut tx, "1").await;
    let meant = [instance(0, 60, "lunch"), instance(90, 120, "holiday")];
    external_events::replace_instances(&mut tx, event, home, &meant)
        .await
        .unwrap();
    let found = external_events::between(&mut tx, &[home], in_minutes(59), in_minutes(91))
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].all_day, Some((date(2026, 12, 24), date(2026, 12, 26))));
    let between = external_events::between(&mut tx, &[home], in_minutes(60), in_minutes(90))
        .await
        .unwrap();
    assert!(between.is_empty(), "touching is not overlapping");

    assert_eq!(
        upsert(&mut tx, "2").await,
        event,
        "the same path is the same event"
    );
    external_events::replace_instances(&mut tx, event, home, &[instance(200, 260, "lunch")])
        .await
        .unwrap();
    let all = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(600))
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    let keys = external_events::list_keys(&mut tx, home).await.unwrap();
    assert_eq!((keys.len(), keys[0].etag.as_deref()), (1, Some("2")));

    external_events::delete_of_connection(&mut tx, connection)
        .await
        .unwrap();
    let left = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(600))
        .await
        .unwrap();
    assert!(left.is_empty(), "the instances go with their event");
}

async fn a_disconnected_account_loses_its_password_and_is_never_due(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    connections::disconnect(&mut tx, connection, now()).await.unwrap();
    let found = connections::find(&mut tx, connection).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.password_sealed),
        (ConnectionState::Disconnected, None)
    );
    assert!(
        connections::list_for_staff(&mut tx, ada)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        connections::claim_due(&mut tx, in_minutes(600), in_minutes(601), 10)
            .await
            .unwrap()
            .is_empty()
    );
    connections::sync_succeeded(&mut tx, connection, now(), now())
        .await
        .unwrap();
    let found = connections::find(&mut tx, connection).await.unwrap().unwrap();
    assert_eq!(
        found.state,
        ConnectionState::Disconnected,
        "a late answer does not bring it back"
    );
}
