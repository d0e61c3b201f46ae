//! Staff, sessions, booking calendars, appointments.

use jiff::Timestamp;
use scheduling::{ChoiceReason, Distribution, Kind, Priority, ShareRank, ShareReason, StaffId, WeeklyHours};
use store::appointment_list::{self, Filter};
use store::appointments::NewTime;
use store::calendar_members::MemberSettings;
use store::sessions::{Content, Owner};
use store::staff::{self, Account, Profile};
use store::workspace::{self, WorkspaceSettings};
use store::{
    AppointmentStatus, AssignmentReason, Cancellation, Party, ReadTx, StoreError, appointments, blocked_time,
    booking_calendars, calendar_members, idempotency_keys, sessions,
};
use zones::Zone;

use crate::database::{Database, appointment, booking_calendar, in_minutes, now, person, place, stories};

stories! {
    a_person_is_kept_as_given_and_an_address_is_used_once,
    a_new_password_ends_the_persons_sessions_and_no_others,
    a_session_ends_at_its_time,
    there_are_only_so_many_sessions_of_people_who_are_not_signed_in,
    a_booking_calendar_keeps_its_rules_and_the_order_of_its_members,
    appointments_are_listed_searched_and_counted,
    why_somebody_has_an_appointment_is_read_as_it_was_stored,
    blocked_time_ends_where_it_ends,
    a_used_key_is_remembered_and_used_once,
    what_is_not_there_cannot_be_changed,
}

async fn a_person_is_kept_as_given_and_an_address_is_used_once(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let orchard = WorkspaceSettings {
        name: "Orchard".to_owned(),
        zone: Zone::named("Asia/Tokyo").unwrap(),
    };
    workspace::save(&mut tx, &orchard, now()).await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let byron = Profile {
        name: "Ada Byron".to_owned(),
        zone: Zone::named("Europe/London").unwrap(),
        hours: WeeklyHours::always(),
        overrides: Vec::new(),
    };
    staff::update_profile(&mut tx, ada, &byron).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = database.store.read().await.unwrap();
    let found = staff::find_by_email(&mut tx, "ada@quince.example")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.id, found.profile.name.as_str(), found.profile.zone.name()),
        (ada, "Ada Byron", "Europe/London")
    );
    assert_eq!(found.primary_calendar_id, None);
    assert_eq!(found.profile.hours, WeeklyHours::always());
    assert!(!format!("{found:?}").contains("hash"));
    assert_eq!(
        workspace::find(&mut tx).await.unwrap().unwrap().zone.name(),
        "Asia/Tokyo"
    );
    drop(tx);

    let mut tx = database.store.write().await.unwrap();
    let again = Account {
        email: "ada@quince.example".to_owned(),
        password_hash: String::new(),
        role: store::Role::Admin,
    };
    assert!(matches!(
        staff::insert(&mut tx, &again, &byron, now()).await,
        Err(StoreError::AlreadyExists)
    ));
}

fn content(owner: Option<StaffId>, data: &str, ends: Timestamp) -> Content<'_> {
    Content {
        owner: owner.map(|staff| Owner {
            staff,
            epoch: Some(0),
        }),
        data,
        expires_at: ends,
    }
}

/// Which of the sessions are there at an instant, when those that began before another one have ended.
async fn there(tx: &mut ReadTx, numbers: &[u8], at: Timestamp, since: Timestamp) -> Vec<u8> {
    let mut there = Vec::new();
    for number in numbers {
        let found = sessions::load(tx, &[*number; 32], at, since).await.unwrap();
        there.extend(found.map(|_| *number));
    }
    there
}

async fn a_new_password_ends_the_persons_sessions_and_no_others(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (ada, bob) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    for (number, owner) in [(1, Some(ada)), (2, Some(ada)), (3, Some(bob)), (4, None)] {
        sessions::begin(
            &mut tx,
            &[number; 32],
            content(owner, "{}", in_minutes(60)),
            now(),
        )
        .await
        .unwrap();
    }
    let epoch = staff::set_password(&mut tx, ada, "another hash").await.unwrap();
    assert_eq!(epoch, 1);
    assert_eq!(there(&mut tx, &[1, 2, 3, 4], now(), now()).await, [3, 4]);
    // Whoever gave the old password just before.
    sessions::begin(&mut tx, &[5; 32], content(Some(ada), "{}", in_minutes(60)), now())
        .await
        .unwrap();
    assert_eq!(there(&mut tx, &[5], now(), now()).await, [0; 0]);
    // A request under way brings no session back.
    sessions::update(&mut tx, &[1; 32], content(Some(ada), "{}", in_minutes(60)))
        .await
        .unwrap();
    assert_eq!(there(&mut tx, &[1], now(), now()).await, [0; 0]);
}

async fn a_session_ends_at_its_time(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    for (number, owner) in [(7, None), (8, Some(ada))] {
        sessions::begin(
            &mut tx,
            &[number; 32],
            content(owner, "first", in_minutes(60)),
            now(),
        )
        .await
        .unwrap();
        sessions::update(&mut tx, &[number; 32], content(owner, "second", in_minutes(90)))
            .await
            .unwrap();
    }
    let found = sessions::load(&mut tx, &[7; 32], in_minutes(89), now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.data.as_str(), found.expires_at),
        ("second", in_minutes(90))
    );
    assert_eq!(there(&mut tx, &[7, 8], in_minutes(90), now()).await, [0; 0]);
    // However much it is used.
    assert_eq!(there(&mut tx, &[8], in_minutes(89), in_minutes(1)).await, [0; 0]);
    let expired = sessions::delete_expired(&mut tx, in_minutes(60), in_minutes(90));
    assert_eq!(
        expired.await.unwrap(),
        1,
        "one of somebody who is signed in is kept longer"
    );
    let expired = sessions::delete_expired(&mut tx, in_minutes(90), in_minutes(90));
    assert_eq!(expired.await.unwrap(), 1);
}

async fn there_are_only_so_many_sessions_of_people_who_are_not_signed_in(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    sessions::begin(&mut tx, &[99; 32], content(Some(ada), "{}", in_minutes(1)), now())
        .await
        .unwrap();
    for number in 1..=30u8 {
        sessions::make_room(&mut tx, 20).await.unwrap();
        let ends = in_minutes(60 + i64::from(number));
        sessions::begin(&mut tx, &[number; 32], content(None, "{}", ends), now())
            .await
            .unwrap();
    }
    let all: Vec<u8> = (1..=30).collect();
    let left = there(&mut tx, &all, now(), now()).await;
    assert!((10..=20).contains(&left.len()) && left.contains(&30), "{left:?}");
    assert_eq!(there(&mut tx, &[99], now(), now()).await, [99]);
}

async fn a_booking_calendar_keeps_its_rules_and_the_order_of_its_members(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let calendar = booking_calendar(&mut tx, "intro").await;
    let mut members = Vec::new();
    for (name, priority, weight) in [("bob", Priority::Low, 3), ("ada", Priority::High, 1)] {
        members.push(MemberSettings {
            staff_id: person(&mut tx, name).await,
            priority,
            weight,
        });
    }
    calendar_members::replace(&mut tx, calendar, &members, now())
        .await
        .unwrap();
    booking_calendars::set_active(&mut tx, calendar, false, in_minutes(1))
        .await
        .unwrap();

    let found = booking_calendars::find_by_slug(&mut tx, "intro")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            found.settings.kind,
            found.settings.distribution,
            found.settings.active
        ),
        (Kind::RoundRobin, Distribution::Equal, false)
    );
    assert_eq!(
        (found.settings.rules.per_day, found.settings.rules.duration),
        (Some(3), 30)
    );
    let listed = calendar_members::with_staff(&mut tx, &[calendar]).await.unwrap();
    let at_once = booking_calendars::find_with_members(&mut tx, "intro")
        .await
        .unwrap();
    assert_eq!(at_once, Some((found, listed.clone())));
    let listed: Vec<_> = listed
        .iter()
        .map(|(member, staff)| {
            (
                staff.profile.name.as_str(),
                member.settings.priority,
                member.settings.weight,
            )
        })
        .collect();
    assert_eq!(listed, [("bob", Priority::Low, 3), ("ada", Priority::High, 1)]);
    assert!(
        calendar_members::with_staff(&mut tx, &[])
            .await
            .unwrap()
            .is_empty()
    );
}

async fn appointments_are_listed_searched_and_counted(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (ada, bob) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    let calendar = booking_calendar(&mut tx, "intro").await;
    assert!(!appointments::has_any(&mut tx, calendar).await.unwrap());
    let past = appointment(&mut tx, &place(ada, calendar, -120, 1)).await;
    let soon = appointment(&mut tx, &place(ada, calendar, 60, 1)).await;
    let later = appointment(&mut tx, &place(bob, calendar, 1500, 1)).await;

    let filter = |upcoming, host, search: &str| Filter {
        upcoming,
        now: now(),
        host,
        to_confirm: false,
        colliding: None,
        search: search.to_owned(),
        cursor: None,
        limit: 10,
    };
    let mut ids = async |filter: Filter| {
        let found = appointment_list::list(&mut tx, &filter).await.unwrap();
        found
            .into_iter()
            .map(|listed| listed.appointment.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(filter(true, None, "")).await, [soon, later]);
    assert_eq!(ids(filter(true, Some(bob), "")).await, [later]);
    assert_eq!(ids(filter(false, None, "")).await, [past]);
    assert_eq!(ids(filter(true, None, "GRACE@")).await, [soon, later]);
    assert!(
        ids(filter(true, None, "%")).await.is_empty(),
        "a percent sign is no wildcard"
    );
    assert!(ids(filter(true, None, "nobody")).await.is_empty());

    let starts = appointments::starts_between(&mut tx, calendar, in_minutes(0), in_minutes(2000))
        .await
        .unwrap();
    assert_eq!(starts.len(), 2);
    let of = |host| {
        starts
            .iter()
            .filter(move |start| start.host_id == Some(host))
            .count()
    };
    assert_eq!((of(ada), of(bob)), (1, 1));
    let by_client = Cancellation {
        at: now(),
        by: Some(Party::Client),
        reason: Some("a cold".to_owned()),
    };
    appointments::set_status(
        &mut tx,
        soon,
        AppointmentStatus::Cancelled,
        Some(&by_client),
        now(),
    )
    .await
    .unwrap();
    assert_eq!(appointments::future_count(&mut tx, ada, now()).await.unwrap(), 0);
    let cancelled = appointments::find(&mut tx, soon).await.unwrap().unwrap();
    assert_eq!((cancelled.cancellation, cancelled.sequence), (Some(by_client), 1));

    let new = NewTime {
        host_id: Some(ada),
        session_id: None,
        starts_at: in_minutes(180),
        ends_at: in_minutes(210),
        pre_buffer: 5,
        post_buffer: 10,
        assignment_reason: Some(AssignmentReason::Turn(ChoiceReason::OnlyOneFree)),
        overridden: None,
    };
    appointments::update_time(&mut tx, later, &new, now())
        .await
        .unwrap();
    let moved = appointments::find(&mut tx, later).await.unwrap().unwrap();
    assert_eq!(
        (moved.host_id, moved.starts_at, moved.post_buffer, moved.sequence),
        (Some(ada), in_minutes(180), 10, 1)
    );
    let last = appointments::last_booked(&mut tx, calendar, &[ada, bob])
        .await
        .unwrap();
    assert_eq!(last, [(ada, now())]);
}

async fn why_somebody_has_an_appointment_is_read_as_it_was_stored(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let id = appointment(&mut tx, &place(ada, calendar, 60, 1)).await;
    let share = ShareReason {
        rank: ShareRank::Fewest,
        booked: 3,
        others: 4,
        by_weight: true,
        credit_hundredths: 0,
        others_credit_hundredths: 450,
    };
    let reasons = [
        AssignmentReason::Turn(ChoiceReason::OnlyOneFree),
        AssignmentReason::Turn(ChoiceReason::Priority(Priority::High)),
        AssignmentReason::Turn(ChoiceReason::BookedLongestAgo(now())),
        AssignmentReason::Turn(ChoiceReason::Share(share)),
        AssignmentReason::ChosenByClient,
        AssignmentReason::ReassignedBy("Maya".to_owned()),
        AssignmentReason::Text("booked longest ago: 23 November 2026".to_owned()),
    ];
    for reason in reasons {
        let new = NewTime {
            host_id: Some(ada),
            session_id: None,
            starts_at: in_minutes(60),
            ends_at: in_minutes(90),
            pre_buffer: 0,
            post_buffer: 0,
            assignment_reason: Some(reason.clone()),
            overridden: None,
        };
        appointments::update_time(&mut tx, id, &new, now()).await.unwrap();
        let stored = appointments::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(stored.assignment_reason, Some(reason));
    }
    let by_share = AssignmentReason::Turn(ChoiceReason::Share(share));
    assert_eq!(
        by_share.to_string(),
        "fewest this month: 3, others 4 (by weight), others credited with 4.5 for time away"
    );
}

async fn blocked_time_ends_where_it_ends(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let (ada, bob) = (person(&mut tx, "ada").await, person(&mut tx, "bob").await);
    blocked_time::insert(
        &mut tx,
        bob.into(),
        in_minutes(0),
        in_minutes(60),
        "dentist",
        now(),
    )
    .await
    .unwrap();
    assert_eq!(
        blocked_time::between(&mut tx, &[ada.into(), bob.into()], in_minutes(59), in_minutes(90))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        blocked_time::between(&mut tx, &[ada.into(), bob.into()], in_minutes(60), in_minutes(90))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_used_key_is_remembered_and_used_once(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let host = person(&mut tx, "ada").await;
    let calendar = booking_calendar(&mut tx, "intro").await;
    let booked = appointment(&mut tx, &place(host, calendar, 60, 1)).await;
    assert!(idempotency_keys::find(&mut tx, "key").await.unwrap().is_none());
    idempotency_keys::insert(&mut tx, "key", &[1; 32], booked, now())
        .await
        .unwrap();
    let found = idempotency_keys::find(&mut tx, "key").await.unwrap().unwrap();
    assert_eq!((found.appointment_id, found.body_hash), (booked, vec![1; 32]));
    tx.commit().await.unwrap();
    let mut tx = database.store.write().await.unwrap();
    let again = idempotency_keys::insert(&mut tx, "key", &[2; 32], booked, now()).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)));
}

async fn what_is_not_there_cannot_be_changed(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let nobody = scheduling::StaffId(store::new_id(now()).unwrap());
    let nothing = scheduling::CalendarId(store::new_id(now()).unwrap());
    assert!(matches!(
        staff::set_primary(&mut tx, nobody, None).await,
        Err(StoreError::Gone("staff member"))
    ));
    let gone = booking_calendars::set_active(&mut tx, nothing, true, now()).await;
    assert!(matches!(gone, Err(StoreError::Gone("booking calendar"))));
    assert!(staff::find(&mut tx, nobody).await.unwrap().is_none());
}
