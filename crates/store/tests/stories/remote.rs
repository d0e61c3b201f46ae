//! Connections, their calendars and what lies in them.

use jiff::civil::date;
use scheduling::StaffId;
use store::connections::{Discovered, RemoteAccount};
use store::external_events::{FirstImport, NewEvent, NewInstance};
use store::remote_calendars::ListedCalendar;
use store::{
    BusyStatus, ConnectionId, ConnectionState, ReadTx, RemoteCalendarId, Server, WriteTx, busy_time,
    connections, external_events, remote_calendars, staff,
};

use crate::database::{Database, in_minutes, now, person, stories};

stories! {
    a_listing_keeps_the_choices_made_for_a_calendar,
    the_primary_and_the_conflict_calendars_are_watched,
    a_changed_event_replaces_what_it_meant,
    what_was_first_imported_can_stay_beside_what_is_there_now,
    what_cannot_be_read_is_not_shown_beside_what_was_first_imported,
    first_imports_may_be_wanted_again_before_they_are_given_up,
    every_kind_of_text_is_kept_as_it_is,
    what_cannot_be_read_keeps_what_is_known_and_says_so,
    a_disconnected_account_loses_its_password_and_is_never_due,
}

pub async fn connection(tx: &mut WriteTx, owner: StaffId) -> ConnectionId {
    let account = RemoteAccount {
        server: Server::Icloud,
        entry_url: "https://caldav.icloud.com/".to_owned(),
        username: "ada@icloud.example".to_owned(),
    };
    let discovered = Discovered {
        principal_url: "https://caldav.icloud.com/1/principal/".to_owned(),
        home_urls: vec!["https://p42-caldav.icloud.com/1/calendars/".to_owned()],
        addresses: vec!["ada@icloud.example".to_owned()],
    };
    let id = connections::insert(tx, owner, &account, &discovered, now())
        .await
        .unwrap();
    connections::set_password(tx, id, b"sealed").await.unwrap();
    id
}

fn listed(name: &str) -> ListedCalendar {
    ListedCalendar {
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

pub async fn calendar(tx: &mut WriteTx, connection: ConnectionId, name: &str) -> RemoteCalendarId {
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
    remote_calendars::sync_done(&mut tx, home, Some("token"), None, now(), None)
        .await
        .unwrap();

    let renamed = ListedCalendar {
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
    let question = busy_time::BusyQuery {
        owners: &[],
        people: &[ada.into(), bob.into()],
        from: now(),
        to: in_minutes(60),
        now: now(),
        holder: None,
        takes_time: |_, _| true,
    };
    let busy = busy_time::between(&mut tx, &question).await.unwrap();
    assert_eq!(busy.watched, watched);
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
        busy_status: BusyStatus::Busy,
    }
}

async fn a_changed_event_replaces_what_it_meant(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let event = |etag: &str, instances: Vec<NewInstance>| NewEvent {
        href: "/1/a.ics".to_owned(),
        etag: Some(etag.to_owned()),
        uid: "uid".to_owned(),
        ics: "BEGIN:VCALENDAR".to_owned(),
        problem: None,
        instances,
    };
    let first = event("1", vec![instance(0, 60, "lunch"), instance(90, 120, "holiday")]);
    external_events::upsert(&mut tx, home, &[first], FirstImport::Replaced, now())
        .await
        .unwrap();
    let id = external_events::list_keys(&mut tx, home).await.unwrap()[0].id;
    let found = external_events::between(&mut tx, &[home], in_minutes(59), in_minutes(91))
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].all_day, Some((date(2026, 12, 24), date(2026, 12, 26))));
    let between = external_events::between(&mut tx, &[home], in_minutes(60), in_minutes(90))
        .await
        .unwrap();
    assert!(between.is_empty(), "touching is not overlapping");

    let second = event("2", vec![instance(200, 260, "lunch")]);
    external_events::upsert(&mut tx, home, &[second], FirstImport::Replaced, now())
        .await
        .unwrap();
    let all = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(600))
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    let keys = external_events::list_keys(&mut tx, home).await.unwrap();
    assert_eq!((keys.len(), keys[0].etag.as_deref()), (1, Some("2")));
    assert_eq!(keys[0].id, id, "the same path is the same event");

    let mut steps = Vec::new();
    while steps.last() != Some(&0) {
        let rows = external_events::delete_some_of_connection(&mut tx, connection, 1).await;
        steps.push(rows.unwrap());
    }
    assert_eq!(steps, [1, 1, 0], "the instance, the event, and nothing more");
    let left = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(600))
        .await
        .unwrap();
    assert!(left.is_empty(), "the instances go with their event");
}

async fn what_was_first_imported_can_stay_beside_what_is_there_now(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let text = |version: &str, from: i64| NewEvent {
        href: "/1/a.ics".to_owned(),
        etag: Some(version.to_owned()),
        uid: "uid".to_owned(),
        ics: format!("BEGIN:VCALENDAR {from}"),
        problem: None,
        instances: vec![instance(from, from + 60, "lunch")],
    };
    let keep = async |tx: &mut WriteTx, event: NewEvent| {
        external_events::upsert(tx, home, &[event], FirstImport::Kept, now())
            .await
            .unwrap()["/1/a.ics"]
    };
    let known = async |tx: &mut ReadTx| {
        let all = external_events::between(tx, &[home], in_minutes(0), in_minutes(900)).await;
        let all = all.unwrap();
        let known = all.iter().map(|found| (found.starts_at, found.is_shown));
        known.collect::<Vec<_>>()
    };
    let first = keep(&mut tx, text("1", 0)).await;
    assert_eq!(keep(&mut tx, text("2", 0)).await, first, "its text is the same");
    assert_eq!(known(&mut tx).await, [(in_minutes(0), true)]);
    let second = keep(&mut tx, text("3", 100)).await;
    assert_eq!(keep(&mut tx, text("4", 200)).await, second);
    assert_eq!(
        known(&mut tx).await,
        [(in_minutes(0), true), (in_minutes(200), false)]
    );
    let ids = |keys: Vec<external_events::Key>| keys.iter().map(|key| key.id).collect::<Vec<_>>();
    let present = external_events::list_keys(&mut tx, home).await.unwrap();
    assert_eq!(ids(present), [second]);
    let kept = external_events::list_first_imports(&mut tx, home).await.unwrap();
    assert_eq!(ids(kept), [first]);

    external_events::remove(&mut tx, &[second], FirstImport::Kept)
        .await
        .unwrap();
    assert_eq!(known(&mut tx).await, [(in_minutes(0), true)], "it is gone there");
    let back = keep(&mut tx, text("5", 300)).await;
    assert_eq!(
        known(&mut tx).await,
        [(in_minutes(0), true), (in_minutes(300), false)]
    );
    external_events::show_present(&mut tx, home).await.unwrap();
    external_events::delete(&mut tx, &[first]).await.unwrap();
    assert_eq!(known(&mut tx).await, [(in_minutes(300), true)]);
    external_events::remove(&mut tx, &[back], FirstImport::Kept)
        .await
        .unwrap();
    assert_eq!(
        known(&mut tx).await,
        [(in_minutes(300), true)],
        "what is shown stays"
    );
    external_events::remove(&mut tx, &[back], FirstImport::Replaced)
        .await
        .unwrap();
    assert_eq!(known(&mut tx).await.len(), 1, "it was gone there already");
}

async fn every_kind_of_text_is_kept_as_it_is(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let text = "“Grüße” \\n \"quoted\" \u{1f352}\t\r\n\u{7}";
    let odd = NewEvent {
        href: "/1/odd.ics".to_owned(),
        etag: None,
        uid: "u\0id".to_owned(),
        ics: text.to_owned(),
        problem: Some("Its end is before its start.".to_owned()),
        instances: vec![NewInstance {
            location: Some(text.to_owned()),
            ..instance(0, 60, "\0nothing")
        }],
    };
    external_events::upsert(&mut tx, home, &[odd.clone(), odd], FirstImport::Replaced, now())
        .await
        .unwrap();
    let found = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(1))
        .await
        .unwrap();
    assert_eq!(found[0].summary, "nothing", "no database keeps a NUL");
    assert_eq!(found[0].location.as_deref(), Some(text));
    assert_eq!(
        (found[0].starts_at, found[0].ends_at),
        (in_minutes(0), in_minutes(60))
    );
    let texts = external_events::list_with_ics(&mut tx, &[found[0].event_id])
        .await
        .unwrap();
    assert_eq!((texts[0].ics.as_str(), texts[0].key.uid.as_str()), (text, "uid"));
}

async fn what_cannot_be_read_keeps_what_is_known_and_says_so(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    assert_eq!(external_events::problems(&mut tx, home).await.unwrap(), None);
    let known = NewEvent {
        href: "/1/a.ics".to_owned(),
        etag: Some("1".to_owned()),
        uid: "uid".to_owned(),
        ics: "BEGIN:VCALENDAR".to_owned(),
        problem: None,
        instances: vec![instance(0, 60, "lunch")],
    };
    external_events::upsert(&mut tx, home, &[known], FirstImport::Replaced, now())
        .await
        .unwrap();
    let hrefs = ["/1/a.ics".to_owned(), "/1/b.ics".to_owned()];
    external_events::upsert_unreadable(&mut tx, home, &hrefs, "It cannot be read.", now())
        .await
        .unwrap();
    let found = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(60))
        .await
        .unwrap();
    assert_eq!(found.len(), 1, "known busy time stays");
    let keys = external_events::list_keys(&mut tx, home).await.unwrap();
    assert!(
        keys.iter().all(|key| key.etag.is_none()),
        "both are asked for again"
    );
    let problems = external_events::problems(&mut tx, home).await.unwrap();
    assert_eq!(problems, Some(("It cannot be read.".to_owned(), 2)));
    assert_eq!(external_events::count(&mut tx, home).await.unwrap(), 2);
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

async fn what_cannot_be_read_is_not_shown_beside_what_was_first_imported(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let href = "/1/a.ics".to_owned();
    let keep = async |tx: &mut WriteTx, from: i64| {
        let event = NewEvent {
            href: href.clone(),
            etag: Some(from.to_string()),
            uid: "uid".to_owned(),
            ics: format!("BEGIN:VCALENDAR {from}"),
            problem: None,
            instances: vec![instance(from, from + 60, "lunch")],
        };
        let kept = external_events::upsert(tx, home, &[event], FirstImport::Kept, now()).await;
        kept.unwrap()[&href]
    };
    let first = keep(&mut tx, 0).await;
    external_events::remove(&mut tx, &[first], FirstImport::Kept)
        .await
        .unwrap();
    // Something is there again, which cannot be read at once, and is changed twice then.
    external_events::upsert_unreadable(
        &mut tx,
        home,
        std::slice::from_ref(&href),
        "It cannot be read.",
        now(),
    )
    .await
    .unwrap();
    keep(&mut tx, 100).await;
    keep(&mut tx, 200).await;
    let all = external_events::between(&mut tx, &[home], in_minutes(0), in_minutes(900)).await;
    let all = all.unwrap();
    let known: Vec<_> = all
        .iter()
        .map(|found| (found.starts_at, found.is_shown))
        .collect();
    assert_eq!(known, [(in_minutes(0), true), (in_minutes(200), false)]);
}

async fn first_imports_may_be_wanted_again_before_they_are_given_up(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let connection = connection(&mut tx, ada).await;
    let home = calendar(&mut tx, connection, "Home").await;
    let href = "/1/a.ics".to_owned();
    let keep = async |tx: &mut WriteTx, from: i64| {
        let event = NewEvent {
            href: href.clone(),
            etag: Some(from.to_string()),
            uid: "uid".to_owned(),
            ics: format!("BEGIN:VCALENDAR {from}"),
            problem: None,
            instances: vec![instance(from, from + 60, "lunch")],
        };
        let kept = external_events::upsert(tx, home, &[event], FirstImport::Kept, now()).await;
        kept.unwrap()[&href]
    };
    let starts = async |tx: &mut ReadTx| {
        let all = external_events::between(tx, &[home], in_minutes(0), in_minutes(900)).await;
        all.unwrap()
            .iter()
            .map(|found| found.starts_at)
            .collect::<Vec<_>>()
    };
    keep(&mut tx, 0).await;
    keep(&mut tx, 100).await;
    // What is there is shown before the first import is forgotten, which broke off here.
    external_events::show_present(&mut tx, home).await.unwrap();
    let present = keep(&mut tx, 200).await;
    assert_eq!(starts(&mut tx).await, [in_minutes(0), in_minutes(200)]);
    external_events::remove(&mut tx, &[present], FirstImport::Kept)
        .await
        .unwrap();
    assert_eq!(starts(&mut tx).await, [in_minutes(0)]);
}
