//! The list of appointments goes on, page by page, in both directions.

use bookings::appointments::{self, Booking, Cursor, Filter, Page};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{AppointmentId, StaffId};
use jiff::SignedDuration;

use crate::database::stories;
use crate::world::{World, adas_booking};

stories! {
    connected_on:
    what_is_to_come_goes_on_page_by_page,
    what_was_goes_back_page_by_page,
    each_sees_their_own_pages,
    what_waits_to_be_confirmed_has_pages_too,
}

const TIMES: [&str; 8] = [
    "09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30",
];

fn filter(upcoming: bool, cursor: Option<Cursor>) -> Filter {
    Filter {
        upcoming,
        host: None,
        to_confirm: false,
        colliding: false,
        search: String::new(),
        cursor,
        limit: 3,
    }
}

async fn page(world: &World, viewer: StaffId, filter: &Filter) -> Page {
    appointments::list(&world.quince, viewer, filter).await.unwrap()
}

fn ids(page: &Page) -> Vec<AppointmentId> {
    page.appointments
        .iter()
        .map(|appointment| appointment.id)
        .collect()
}

/// The pages from the first on, as far as they go, and then all the way back.
async fn there_and_back(world: &World, viewer: StaffId, first: &Filter) -> Vec<Vec<AppointmentId>> {
    let on = |page: &Page| if first.upcoming { page.later } else { page.earlier };
    let back = |page: &Page| if first.upcoming { page.earlier } else { page.later };
    let mut present = page(world, viewer, first).await;
    assert_eq!(back(&present), None, "nothing comes before the first");
    let mut pages = vec![ids(&present)];
    while let Some(cursor) = on(&present) {
        let next = Filter {
            cursor: Some(cursor),
            ..first.clone()
        };
        present = page(world, viewer, &next).await;
        pages.push(ids(&present));
    }
    for earlier in pages.iter().rev().skip(1) {
        let next = Filter {
            cursor: back(&present),
            ..first.clone()
        };
        assert!(next.cursor.is_some(), "there is a way back");
        present = page(world, viewer, &next).await;
        assert_eq!(ids(&present), *earlier, "the same page on the way back");
    }
    pages
}

async fn booked(world: &World, times: &[&str]) -> Vec<AppointmentId> {
    let mut booked = Vec::new();
    for time in times {
        booked.push(world.book(time).await.id);
    }
    booked
}

async fn what_is_to_come_goes_on_page_by_page(world: World) {
    let all = booked(&world, &TIMES).await;
    let pages = there_and_back(&world, world.owner, &filter(true, None)).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2]);
    assert_eq!(pages.concat(), all);
    // What is cancelled meanwhile makes no gap.
    let first = page(&world, world.owner, &filter(true, None)).await;
    let actor = appointments::Actor::Staff {
        id: world.owner,
        appointment: all[2],
    };
    appointments::cancel(&world.quince, &actor, "").await.unwrap();
    let second = page(&world, world.owner, &filter(true, first.later)).await;
    assert_eq!(ids(&second), all[3..6]);
}

async fn what_was_goes_back_page_by_page(world: World) {
    let mut all = booked(&world, &TIMES[..6]).await;
    world.clock.advance(SignedDuration::from_hours(48));
    let pages = there_and_back(&world, world.owner, &filter(false, None)).await;
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [3, 3],
        "no empty page at the end"
    );
    all.reverse();
    assert_eq!(pages.concat(), all, "the latest first");
    assert_eq!(
        page(&world, world.owner, &filter(true, None)).await.appointments,
        []
    );
}

async fn each_sees_their_own_pages(world: World) {
    let mira = world.colleague("Mira").await;
    world.collective("panel", &[world.owner, mira]).await;
    booked(&world, &TIMES[..2]).await;
    let mut both = Vec::new();
    for time in &TIMES[3..7] {
        let booking = Booking {
            slug: "panel".into(),
            ..adas_booking(time)
        };
        both.push(appointments::book(&world.quince, booking).await.unwrap().id);
    }
    let pages = there_and_back(&world, mira, &filter(true, None)).await;
    assert_eq!(pages.concat(), both);
    let pages = there_and_back(&world, world.owner, &filter(true, None)).await;
    assert_eq!(pages.concat().len(), 6, "of all, each once");
    world.clock.advance(SignedDuration::from_hours(48));
    let pages = there_and_back(&world, mira, &filter(false, None)).await;
    both.reverse();
    assert_eq!(pages.concat(), both);
}

async fn what_waits_to_be_confirmed_has_pages_too(world: World) {
    let (id, form) = world.form_of("intro").await;
    booked(&world, &TIMES[..1]).await;
    let form = CalendarForm {
        settings: CalendarSettings {
            auto_confirm: false,
            ..form.settings
        },
        ..form
    };
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    let waiting = booked(&world, &TIMES[2..6]).await;
    let first = Filter {
        to_confirm: true,
        colliding: false,
        ..filter(true, None)
    };
    let pages = there_and_back(&world, world.owner, &first).await;
    assert_eq!(pages.concat(), waiting);
}
