//! What staff book although it is not on offer: with a record of why it was not, and never without being told to.

use bookings::appointments::{self, BookError, Booked, Booking, IfTaken};
use bookings::{StaffId, Status};

use crate::database::stories;
use crate::world::{World, adas_wish, at};

stories! {
    connected_on:
    staff_may_book_over_what_is_taken_and_it_is_recorded,
    without_being_told_to_nothing_is_overridden,
    nobody_else_gets_a_time_that_was_overridden,
    what_is_over_stays_over,
    staff_book_only_where_they_are_members,
    staff_keep_no_notice,
    a_collective_is_overridden_with_all_its_members,
}

async fn book(world: &World, by: StaffId, wish: Booking, if_taken: IfTaken) -> Result<Booked, BookError> {
    appointments::book_as_staff(&world.quince, by, wish, if_taken).await
}

fn another(time: &str) -> Booking {
    Booking {
        name: "Grace Hopper".into(),
        idempotency_key: format!("another-{time}"),
        ..adas_wish(time)
    }
}

async fn staff_may_book_over_what_is_taken_and_it_is_recorded(world: World) {
    world.book("10:00").await;
    world.event("Work", "11:00");
    world.sync().await;
    for (time, code) in [
        ("10:00", "BOOKED"),
        ("11:00", "CONFLICT"),
        ("20:00", "HOURS"),
        ("13:10", "GRID"),
    ] {
        let booked = book(&world, world.owner, another(time), IfTaken::BookAllTheSame)
            .await
            .unwrap();
        let view = world.appointment(&booked).await;
        let codes = view.overridden.unwrap_or_default();
        assert!(codes.contains(code), "{time}: {codes}");
        assert_eq!(
            (view.booked_by, view.status),
            (Some(world.owner), Status::Confirmed)
        );
    }
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 5, "all of them are written");
}

async fn without_being_told_to_nothing_is_overridden(world: World) {
    world.book("10:00").await;
    let refused = book(&world, world.owner, another("10:00"), IfTaken::Refuse).await;
    assert!(matches!(refused, Err(BookError::SlotTaken)), "{refused:?}");
    let free = book(&world, world.owner, another("12:00"), IfTaken::BookAllTheSame).await;
    let view = world.appointment(&free.unwrap()).await;
    assert_eq!(view.overridden, None, "there was nothing to override");
}

async fn nobody_else_gets_a_time_that_was_overridden(world: World) {
    let booked = book(&world, world.owner, another("13:10"), IfTaken::BookAllTheSame)
        .await
        .unwrap();
    for time in ["13:00", "13:30"] {
        assert!(!world.is_free(time).await, "{time}");
        assert!(matches!(world.try_to_book(time).await, Err(BookError::SlotTaken)));
    }
    appointments::set_status(&world.quince, world.owner, booked.id, Status::Cancelled)
        .await
        .unwrap();
    assert!(world.is_free("13:00").await);
}

async fn what_is_over_stays_over(world: World) {
    let past = Booking {
        start: at("2026-11-20T10:00:00Z"),
        ..another("10:00")
    };
    let refused = book(&world, world.owner, past, IfTaken::BookAllTheSame).await;
    assert!(matches!(refused, Err(BookError::NotOffered(_))), "{refused:?}");
}

async fn a_collective_is_overridden_with_all_its_members(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    world.collective("panel", &[world.owner, jonas.staff]).await;
    world.book("10:00").await;
    let wish = Booking {
        slug: "panel".into(),
        ..another("10:00")
    };
    let booked = book(&world, world.owner, wish, IfTaken::BookAllTheSame)
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.hosts, [world.owner, jonas.staff]);
    world.jobs().await;
    assert_eq!(
        (world.events("Home").len(), world.events_of(&jonas).len()),
        (2, 1)
    );
}

async fn staff_book_only_where_they_are_members(world: World) {
    let jonas = world.colleague("Jonas").await;
    let refused = book(&world, jonas, another("10:00"), IfTaken::Refuse).await;
    assert!(matches!(refused, Err(BookError::CalendarNotFound)), "{refused:?}");
}

async fn staff_keep_no_notice(world: World) {
    let today = bookings::slots::free_for_staff(
        &world.quince,
        world.owner,
        world.form_of("intro").await.0,
        &[],
        crate::world::date("2026-11-23"),
        &zones::Zone::utc(),
    )
    .await
    .unwrap();
    assert_eq!(
        today.first().map(|slot| slot.start),
        Some(at("2026-11-23T09:00:00Z"))
    );
    let soon = Booking {
        start: at("2026-11-23T09:00:00Z"),
        ..another("09:00")
    };
    book(&world, world.owner, soon, IfTaken::Refuse).await.unwrap();
}
