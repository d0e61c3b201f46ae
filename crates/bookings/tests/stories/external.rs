//! External events: seen, followed or kept, and never mistaken for free time (D5, D6).

use bookings::agenda::{self, Scope};
use bookings::configuration::{self, Policies};
use bookings::connections;
use bookings::{Error, ImportPolicy, RemoteCalendarId, WhenStale};
use sandbox::{ExpiredToken, Fault};

use crate::database::stories;
use crate::world::{TUESDAY, World, date, tuesday};

stories! {
    connected_on:
    d5_events_of_primary_and_conflict_calendars_block_and_are_shown,
    d6_keep_up_follows_every_edit,
    d6_as_first_imported_ignores_later_edits,
    d6_what_is_offered_can_be_booked_however_often_an_event_moves,
    d6_an_event_that_was_changed_there_says_so,
    d6_keeping_up_again_catches_up,
    a_second_sync_of_an_unchanged_calendar_is_cheap,
    an_expired_token_drops_no_busy_time,
    a_read_that_breaks_off_drops_nothing,
    while_icloud_is_down_the_host_chooses_what_counts,
    a_whole_day_blocks_unless_switched_off,
    the_horizon_moves_with_time,
    a_calendar_deleted_in_icloud_goes_on_blocking,
}

async fn shown(world: &World) -> Vec<String> {
    let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, Scope::Me)
        .await
        .unwrap();
    view.days[0]
        .external
        .iter()
        .map(|event| event.start.strftime("%H:%M").to_string())
        .collect()
}

async fn d5_events_of_primary_and_conflict_calendars_block_and_are_shown(world: World) {
    world.event("Home", "10:00");
    world.event("Work", "14:00");
    world.sync().await;
    let free = world.free().await;
    for taken in ["10:00", "10:30", "14:00", "14:30"] {
        assert!(!free.contains(&taken.to_owned()), "{taken} in {free:?}");
    }
    for still in ["09:30", "11:00", "13:30", "15:00"] {
        assert!(free.contains(&still.to_owned()), "{still} in {free:?}");
    }
    assert_eq!(shown(&world).await, ["10:00", "14:00"]);
    configuration::save_conflicts(&world.quince, world.owner, Vec::new())
        .await
        .unwrap();
    assert!(
        world.is_free("14:00").await,
        "a calendar that is not checked blocks nothing"
    );
}

async fn d6_keep_up_follows_every_edit(world: World) {
    let href = world.event("Work", "10:00");
    world.sync().await;
    assert!(!world.is_free("10:00").await);
    world
        .control
        .move_event(world.icloud("Work"), &href, tuesday("13:00"));
    world.sync().await;
    assert!(world.is_free("10:00").await && !world.is_free("13:00").await);
    assert_eq!(shown(&world).await, ["13:00"]);
    world.control.delete_event(world.icloud("Work"), &href);
    world.sync().await;
    assert!(world.is_free("13:00").await);
    assert_eq!(shown(&world).await, [] as [&str; 0]);
}

async fn d6_as_first_imported_ignores_later_edits(world: World) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
    let moved = world.event("Work", "10:00");
    let deleted = world.event("Work", "14:00");
    world.sync().await;
    world
        .control
        .move_event(world.icloud("Work"), &moved, tuesday("12:00"));
    world.control.delete_event(world.icloud("Work"), &deleted);
    world.event("Work", "16:00");
    world.sync().await;
    assert_eq!(
        shown(&world).await,
        ["10:00", "14:00", "16:00"],
        "new events arrive, edits do not"
    );
    // What is not shown is known: the check at the moment of booking would find it.
    for taken in ["10:00", "12:00", "14:00", "16:00"] {
        assert!(!world.is_free(taken).await, "{taken}");
    }
    // Everything is read again after a day; that changes nothing either.
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    world.sync().await;
    assert_eq!(shown(&world).await, ["10:00", "14:00", "16:00"]);
    world.clock.set(crate::world::at(crate::world::NOW));
    for taken in ["12:00", "14:00"] {
        let refused = world.try_to_book(taken).await;
        assert!(
            matches!(refused, Err(Error::SlotTaken { .. })),
            "{taken}: {refused:?}"
        );
    }
}

async fn d6_what_is_offered_can_be_booked_however_often_an_event_moves(world: World) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
    let work = world.icloud("Work");
    let href = world.event("Work", "10:00");
    world.sync().await;
    for time in ["12:00", "13:30"] {
        world.control.move_event(work, &href, tuesday(time));
        world.sync().await;
        assert_eq!(shown(&world).await, ["10:00"]);
        assert!(
            !world.is_free("10:00").await && !world.is_free(time).await,
            "{time}"
        );
    }
    assert!(world.is_free("12:00").await, "it is there no longer");
    world.book("12:00").await;
    world.control.delete_event(work, &href);
    world.sync().await;
    assert_eq!(shown(&world).await, ["10:00"]);
    assert!(!world.is_free("10:00").await && world.is_free("13:30").await);
    world.book("13:30").await;
    world.import_policy(id, ImportPolicy::KeepUp).await;
    assert_eq!(shown(&world).await, [] as [&str; 0]);
    assert!(world.is_free("10:00").await);
}

async fn d6_an_event_that_was_changed_there_says_so(world: World) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
    let href = world.event("Work", "10:00");
    world.sync().await;
    let reason = async || {
        let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, Scope::Me).await;
        let event = view.unwrap().days[0].external[0].id.unwrap();
        let seen = agenda::event(&world.quince, world.owner, event, tuesday("10:00")).await;
        seen.unwrap().reason
    };
    let says_so = "changed or deleted there";
    assert!(!reason().await.contains(says_so));
    world
        .control
        .move_event(world.icloud("Work"), &href, tuesday("12:00"));
    world.sync().await;
    assert!(reason().await.contains(says_so));
}

async fn d6_keeping_up_again_catches_up(world: World) {
    let id = world.connection().await.id;
    let policy = |policy| world.import_policy(id, policy);
    policy(ImportPolicy::AsFirstImported).await;
    let href = world.event("Work", "10:00");
    world.sync().await;
    world.control.delete_event(world.icloud("Work"), &href);
    world.sync().await;
    assert!(!world.is_free("10:00").await);
    policy(ImportPolicy::KeepUp).await;
    assert!(world.is_free("10:00").await);
}

async fn a_second_sync_of_an_unchanged_calendar_is_cheap(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world.control.clear_requests();
    world.sync().await;
    let requests = world.control.requests();
    assert!(requests.len() <= 2, "{requests:?}");
    assert_eq!(world.requests("PUT") + world.requests("DELETE"), 0);
}

async fn an_expired_token_drops_no_busy_time(world: World) {
    let kept = world.event("Work", "10:00");
    world.sync().await;
    for (mode, time) in [
        (ExpiredToken::ForbiddenWithReason, "11:00"),
        (ExpiredToken::Forbidden, "12:00"),
        (ExpiredToken::Gone, "13:00"),
        (ExpiredToken::PreconditionFailed, "14:00"),
        (ExpiredToken::FullListing, "15:00"),
    ] {
        world.control.switch(|switches| switches.expired_token = mode);
        world.event("Work", time);
        world.control.expire_sync_tokens(world.icloud("Work"));
        world.sync().await;
        assert!(
            !world.is_free("10:00").await && !world.is_free(time).await,
            "{mode:?}"
        );
    }
    // A silent full listing tells of no removal; it is noticed all the same.
    world.control.delete_event(world.icloud("Work"), &kept);
    world.control.expire_sync_tokens(world.icloud("Work"));
    world.sync().await;
    assert!(world.is_free("10:00").await);
}

async fn a_read_that_breaks_off_drops_nothing(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world.event("Work", "14:00");
    world.control.expire_sync_tokens(world.icloud("Work"));
    for fault in [
        Fault::BrokenBody,
        Fault::CutShort,
        Fault::Reset,
        Fault::ServerError,
    ] {
        world.control.inject_on("REPORT", fault.clone());
        world.control.inject_on("REPORT", fault.clone());
        world.sync().await;
        assert!(!world.is_free("10:00").await, "{fault:?}");
        world.control.clear_faults();
    }
    world.sync().await;
    assert!(!world.is_free("10:00").await && !world.is_free("14:00").await);
}

async fn while_icloud_is_down_the_host_chooses_what_counts(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world.control.set_down(true);
    world.later(20).await;
    let choose = |choice| world.when_stale(choice);
    assert!(
        !world.is_free("10:00").await && world.is_free("11:00").await,
        "the last known events count"
    );
    choose(WhenStale::StopOffering).await;
    assert_eq!(world.free().await, [] as [&str; 0], "the host is not offered");
    choose(WhenStale::IgnoreCalendar).await;
    assert!(world.is_free("10:00").await, "the calendar is ignored");
    choose(WhenStale::StopOffering).await;
    world.control.set_down(false);
    world.later(60).await;
    assert!(
        world.is_free("11:00").await && !world.is_free("10:00").await,
        "fresh again"
    );
    let connection = world.connection().await;
    assert!(
        connection.freshness.contains("less than a minute ago"),
        "{}",
        connection.freshness
    );
}

async fn a_whole_day_blocks_unless_switched_off(world: World) {
    let day = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:whole\r\nDTSTAMP:20261101T000000Z\r\n\
               DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125\r\nSUMMARY:Fair\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    world.control.put_event(world.icloud("Work"), day);
    world.sync().await;
    assert_eq!(world.free().await, [] as [&str; 0]);
    let work = world.remote("Work").await;
    let connection = world.connection().await;
    let policies = Policies {
        import_policy: connection.policies.import_policy,
        when_stale: connection.policies.when_stale,
    };
    let home = world.remote("Home").await;
    let save = |all_day: RemoteCalendarId| {
        let (quince, owner) = (&world.quince, world.owner);
        async move { configuration::save_policies(quince, owner, connection.id, policies, Some(&[all_day])).await }
    };
    save(home).await.unwrap();
    assert!(world.is_free("10:00").await);
    save(work).await.unwrap();
    assert!(!world.is_free("10:00").await);
}

async fn the_horizon_moves_with_time(world: World) {
    // Every Tuesday at ten, for ever.
    let weekly = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20261101T000000Z\r\n\
                  DTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Class\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    world.control.put_event(world.icloud("Work"), weekly);
    world.sync().await;
    // 450 days later: beyond what was expanded at first.
    world.clock.advance(jiff::SignedDuration::from_hours(24 * 450));
    world.sync().await;
    let later = date("2028-02-22");
    let view = agenda::view(&world.quince, world.owner, later, 1, Scope::Me)
        .await
        .unwrap();
    assert_eq!(view.days[0].external.len(), 1, "{view:?}");
}

async fn a_calendar_deleted_in_icloud_goes_on_blocking(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world.control.delete_calendar(world.icloud("Work"));
    world.sync().await;
    assert!(!world.is_free("10:00").await, "what is known of it still counts");
    let connection = connections::list(&world.quince, world.owner)
        .await
        .unwrap()
        .pop()
        .unwrap();
    let work = connection
        .calendars
        .iter()
        .find(|calendar| calendar.name == "Work")
        .unwrap();
    assert!(work.vanished && work.problem.is_some());
}
