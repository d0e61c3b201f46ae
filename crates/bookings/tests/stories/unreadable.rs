//! Stored values that cannot be read: what is not known is never offered, and one row stops nobody else.

use bookings::appointments::{self, OnConflict};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars;
use bookings::{ConnectionState, Error, WriteState, profile};
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date};

stories! {
    connected_on:
    somebody_whose_hours_are_not_known_is_not_offered_and_says_why,
    a_booking_calendar_of_a_lost_zone_is_closed_until_another_is_chosen,
    a_booking_calendar_that_cannot_be_read_takes_no_booking_of_anybody,
    a_connection_whose_homes_are_lost_finds_them_again,
    an_unknown_state_of_a_connection_is_not_trusted,
    one_broken_row_of_an_outbox_stops_no_other,
}

async fn somebody_whose_hours_are_not_known_is_not_offered_and_says_why(world: World) {
    for (column, broken) in [("zone", "Asia/Nowhere"), ("hours", "{"), ("overrides", "[{}]")] {
        assert!(world.is_free("10:00").await, "{column}");
        let before = world.database.set("staff", column, broken).await;
        assert_eq!(world.free().await, [""; 0], "{column}");
        assert!(world.try_to_book("10:00").await.is_err(), "{column}");
        let seen = profile::get(&world.quince, world.owner).await.unwrap();
        assert!(seen.problem.unwrap().contains("nobody can book you"), "{column}");
        let all = booking_calendars::list(&world.quince, world.owner).await.unwrap();
        let (intro, day) = (all[0].id, date(TUESDAY));
        let why = availability::why(&world.quince, world.owner, intro, &[], day, &Zone::utc()).await;
        let why = why.unwrap();
        let of_starts = why.starts.iter().flat_map(|start| &start.reasons);
        let reasons = of_starts.chain(why.closed.iter().flat_map(|day| &day.reasons));
        let sentences: Vec<&str> = reasons.map(|why| why.sentence.as_str()).collect();
        assert!(
            sentences.iter().any(|sentence| sentence.contains("My Profile")),
            "{column}: {sentences:?}"
        );
        assert!(all[0].notes.iter().any(|note| note.contains("cannot be booked")));
        world.database.set("staff", column, &before).await;
    }
}

async fn a_booking_calendar_of_a_lost_zone_is_closed_until_another_is_chosen(world: World) {
    let (id, form) = world.form_of("intro").await;
    let rules = serde_json::to_string(&form.settings.rules).unwrap();
    let lost = rules.replace("UTC", "Asia/Nowhere");
    assert_ne!(rules, lost);
    world.database.set("booking_calendars", "rules", &lost).await;
    assert!(
        booking_calendars::public_list(&world.quince)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(booking_calendars::by_slug(&world.quince, "intro").await.is_err());
    assert!(
        booking_calendars::switched_off(&world.quince, "intro")
            .await
            .is_ok()
    );
    let utc = Zone::utc();
    let question = SlotQuery::new("intro", date(TUESDAY), date(TUESDAY), &utc);
    let free = availability::free(&world.quince, &question).await;
    assert!(matches!(free, Err(Error::NotFound(_))), "{free:?}");
    let seen = booking_calendars::get(&world.quince, world.owner, id)
        .await
        .unwrap();
    assert_eq!(
        seen.settings.rules.zone.name(),
        "Asia/Nowhere",
        "the name is kept"
    );
    assert_eq!(
        seen.settings.rules.duration, form.settings.rules.duration,
        "and so is the rest"
    );
    assert!(seen.problem.unwrap().contains("Asia/Nowhere"));
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    assert!(world.is_free("10:00").await);
}

async fn a_booking_calendar_that_cannot_be_read_takes_no_booking_of_anybody(world: World) {
    for (column, broken) in [("rules", "{}"), ("kind", "later"), ("distribution", "later")] {
        let before = world.database.set("booking_calendars", column, broken).await;
        let booked = appointments::book(&world.quince, adas_booking("10:00")).await;
        assert!(matches!(booked, Err(Error::NotFound(_))), "{column}: {booked:?}");
        for on_conflict in [OnConflict::Refuse, OnConflict::Override] {
            let booking = adas_booking("10:00");
            let booked = appointments::book_as_staff(&world.quince, world.owner, booking, on_conflict).await;
            assert!(matches!(booked, Err(Error::NotFound(_))), "{column}: {booked:?}");
        }
        world.database.set("booking_calendars", column, &before).await;
    }
    world.book("10:00").await;
}

async fn a_connection_whose_homes_are_lost_finds_them_again(world: World) {
    world.event("Home", "10:00");
    world.database.set("connections", "home_urls", "{").await;
    world.later(2).await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Connected);
    assert!(connection.calendars.iter().all(|calendar| !calendar.vanished));
    let free = world.free().await;
    assert!(
        !free.contains(&"10:00".to_owned()) && free.contains(&"12:00".to_owned()),
        "{free:?}"
    );
}

async fn an_unknown_state_of_a_connection_is_not_trusted(world: World) {
    world.database.set("connections", "state", "a-later-word").await;
    assert_eq!(world.connection().await.state, ConnectionState::Stale);
    world.later(2).await;
    assert_eq!(
        world.connection().await.state,
        ConnectionState::Connected,
        "a read mends it"
    );
}

async fn one_broken_row_of_an_outbox_stops_no_other(world: World) {
    world.book("10:00").await;
    world.database.set("event_writes", "action", "a-later-word").await;
    world.database.set("messages", "kind", "a-later-word").await;
    let later = world.book("11:00").await;
    world.jobs().await;
    let seen = world.appointment(&later).await;
    assert_eq!(seen.write.unwrap().state, WriteState::Written);
    assert!(world.mails().iter().any(|mail| mail.contains("ada@example.com")));
}
