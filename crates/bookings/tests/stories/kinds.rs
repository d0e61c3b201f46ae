//! Changing what a booking calendar is.

use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::{Error, Kind, WeeklyHours};

use crate::database::stories;
use crate::world::{World, member};

stories! {
    connected_on:
    a_change_of_kind_is_always_asked_for,
    with_coming_appointments_it_is_asked_for_and_they_stay,
    what_a_change_of_kind_does_is_told_before_it_is_made,
    what_has_no_place_in_the_other_kind_keeps_the_old_one,
    who_is_taken_out_keeps_their_appointments,
}

async fn change(world: &World, kind: Kind, confirmed: bool) -> Result<(), Vec<&'static str>> {
    let (id, form) = world.form_of("intro").await;
    let mut members = vec![member(world.owner)];
    if kind == Kind::Collective {
        let name = if confirmed { "Jonas" } else { "Priya" };
        members.push(member(world.colleague(name).await));
    }
    let mut form = CalendarForm {
        settings: CalendarSettings {
            kind,
            ..form.settings
        },
        members,
        kind_change_confirmed: confirmed,
    };
    form.settings.rules.hours = Some(WeeklyHours::weekdays(540, 1020));
    match booking_calendars::update(&world.quince, world.owner, id, form).await {
        Ok(()) => Ok(()),
        Err(Error::Fields(problems)) => Err(problems.iter().map(|problem| problem.field).collect()),
        Err(error) => panic!("{error:?}"),
    }
}

async fn a_change_of_kind_is_always_asked_for(world: World) {
    assert_eq!(
        change(&world, Kind::ClassBooking, false).await,
        Err(vec!["kind_change_confirmed"])
    );
    for kind in [
        Kind::Collective,
        Kind::ClassBooking,
        Kind::Simple,
        Kind::RoundRobin,
        Kind::Service,
        Kind::Personal,
    ] {
        assert_eq!(change(&world, kind, true).await, Ok(()), "{kind:?}");
    }
    assert_eq!(
        change(&world, Kind::Personal, false).await,
        Ok(()),
        "the same kind"
    );
}

/// What is told about a change to this kind, as one text, and whether it is refused.
async fn described(world: &World, kind: Kind) -> (String, bool) {
    let (id, _) = world.form_of("intro").await;
    let changes = booking_calendars::kind_changes(&world.quince, world.owner, id)
        .await
        .unwrap();
    let change = changes.into_iter().find(|change| change.kind == kind).unwrap();
    if let Some(problem) = change.refused {
        return (problem.to_string(), true);
    }
    let sentences: Vec<String> = change.consequences.iter().map(ToString::to_string).collect();
    (sentences.join(" "), false)
}

async fn what_a_change_of_kind_does_is_told_before_it_is_made(world: World) {
    let jonas = world.colleague("Jonas").await;
    world.set_members("intro", &[world.owner]).await;
    let (to_simple, refused) = described(&world, Kind::Simple).await;
    assert!(
        !refused && to_simple.contains("Its members are taken out"),
        "{to_simple}"
    );
    assert!(
        to_simple.contains("No appointment is under way or to come"),
        "{to_simple}"
    );
    world.book("10:00").await;
    let (collective, refused) = described(&world, Kind::Collective).await;
    assert!(
        !refused && collective.starts_with("1 appointment is under way or to come."),
        "{collective}"
    );
    // 10:00 to 10:30 on the next day: it has begun.
    world.clock.set(crate::world::tuesday("10:15"));
    let (menu, refused) = described(&world, Kind::Service).await;
    assert!(refused && menu.contains("Make a new booking calendar"), "{menu}");
    world.clock.set(crate::world::tuesday("10:30"));
    assert!(!described(&world, Kind::Service).await.1, "it is over");
    let (id, _) = world.form_of("intro").await;
    let not_hers = booking_calendars::kind_changes(&world.quince, jonas, id).await;
    assert!(matches!(not_hers, Err(Error::NotAllowed(_))), "{not_hers:?}");
}

async fn with_coming_appointments_it_is_asked_for_and_they_stay(world: World) {
    let booked = world.book("10:00").await;
    assert_eq!(
        change(&world, Kind::Collective, false).await,
        Err(vec!["kind_change_confirmed"])
    );
    assert_eq!(change(&world, Kind::Collective, true).await, Ok(()));
    assert_eq!(world.appointment(&booked).await.hosts, [world.owner]);
    assert!(!world.is_free("10:00").await);
}

async fn what_has_no_place_in_the_other_kind_keeps_the_old_one(world: World) {
    world.book("10:00").await;
    for kind in [Kind::ClassBooking, Kind::Simple] {
        assert_eq!(change(&world, kind, true).await, Err(vec!["kind"]), "{kind:?}");
    }
}

async fn who_is_taken_out_keeps_their_appointments(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.calendar("team", &[jonas.staff, world.owner]).await;
    let booking = bookings::appointments::Booking {
        slug: "team".into(),
        host: Some(jonas.staff),
        ..crate::world::adas_booking("10:00")
    };
    let booked = bookings::appointments::book(&world.quince, booking)
        .await
        .unwrap();
    world.set_members("team", &[world.owner]).await;
    world.jobs().await;
    assert_eq!(world.appointment(&booked).await.hosts, [jonas.staff]);
    assert_eq!(world.events_of(&jonas).len(), 1);
}
