//! Changing what a booking calendar is.

use bookings::calendars::{self, CalendarError, CalendarForm};
use bookings::{Kind, WeeklyHours};

use crate::database::stories;
use crate::world::{World, member};

stories! {
    connected_on:
    without_coming_appointments_any_kind_can_become_any_other,
    with_coming_appointments_it_is_asked_for_and_they_stay,
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
        kind,
        members,
        kind_change_confirmed: confirmed,
        ..form
    };
    form.rules.hours = Some(WeeklyHours::weekdays(540, 1020));
    match calendars::update(&world.quince, world.owner, id, form).await {
        Ok(()) => Ok(()),
        Err(CalendarError::Fields(problems)) => Err(problems.iter().map(|problem| problem.field).collect()),
        Err(error) => panic!("{error:?}"),
    }
}

async fn without_coming_appointments_any_kind_can_become_any_other(world: World) {
    for kind in [
        Kind::Collective,
        Kind::ClassBooking,
        Kind::Simple,
        Kind::RoundRobin,
        Kind::Personal,
    ] {
        assert_eq!(change(&world, kind, false).await, Ok(()), "{kind:?}");
    }
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
    let wish = bookings::appointments::Booking {
        slug: "team".into(),
        host: Some(jonas.staff),
        ..crate::world::adas_wish("10:00")
    };
    let booked = bookings::appointments::book(&world.quince, wish).await.unwrap();
    world.set_members("team", &[world.owner]).await;
    world.jobs().await;
    assert_eq!(world.appointment(&booked).await.hosts, [jonas.staff]);
    assert_eq!(world.events_of(&jonas).len(), 1);
}
