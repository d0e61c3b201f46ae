//! Why a time cannot be had: each cause by itself, with a sentence for a visitor that is true and tells nothing of a host's calendar.

use bookings::appointments::{self, Actor, Booked, Booking, HoldRequest, OnConflict, holder};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{Error, Interval, Kind, Rules, StaffId, TakenBy, WhenStale, blocked};
use jiff::SignedDuration;

use crate::database::stories;
use crate::world::{World, adas_booking, member, tuesday};

stories! {
    connected_on:
    whatever_a_host_does_the_time_is_taken,
    an_event_is_told_apart_and_reads_like_everything_a_host_does,
    a_calendar_that_cannot_be_read_is_told_apart,
    a_full_session_is_told_as_full,
    a_full_day_is_told_as_full,
    a_chair_that_is_in_use_is_told,
    of_several_causes_the_one_that_concerns_everybody_is_told,
    a_start_in_another_millennium_is_told_at_its_field,
}

/// What takes the time, and what a person reads.
fn taken<T: std::fmt::Debug>(refused: Result<T, Error>) -> (TakenBy, String) {
    let error = refused.unwrap_err();
    match &error {
        Error::SlotTaken { by, .. } => (*by, error.to_string()),
        other => panic!("{other:?}"),
    }
}

/// What a person reads who wanted to book a time of a host who is not free.
const TAKEN: &str = "This time was taken just now. Choose another one; what you typed is kept.";

async fn limit(world: &World, per_day: u32) {
    let (id, mut form) = world.form_of("intro").await;
    form.settings.rules.per_day = Some(per_day);
    booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
}

fn of_ada(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn whatever_a_host_does_the_time_is_taken(world: World) {
    let ada = world.book("10:00").await;
    assert_eq!(other(&world, "10:00").await, (TakenBy::Host, TAKEN.to_owned()));
    let hour = SignedDuration::from_hours(1);
    let span = Interval::new(tuesday("12:00"), tuesday("12:00") + hour);
    blocked::add(&world.quince, world.owner, world.owner, span, "Lunch")
        .await
        .unwrap();
    assert_eq!(other(&world, "12:00").await, (TakenBy::Host, TAKEN.to_owned()));
    let request = HoldRequest {
        slug: "intro".into(),
        start: tuesday("14:00"),
        host: None,
        services: Vec::new(),
    };
    appointments::hold(&world.quince, holder("somebody"), &request)
        .await
        .unwrap();
    assert_eq!(other(&world, "14:00").await, (TakenBy::Host, TAKEN.to_owned()));
    let held = appointments::hold(&world.quince, holder("somebody else"), &request).await;
    assert_eq!(taken(held), (TakenBy::Host, TAKEN.to_owned()));
    let moved = appointments::reschedule(&world.quince, &of_ada(&ada), tuesday("12:00")).await;
    assert_eq!(
        taken(moved),
        (
            TakenBy::Host,
            "This time was taken just now. Choose another one; the appointment is unchanged.".to_owned()
        )
    );
}

/// Somebody else than Ada wants a time.
async fn other(world: &World, time: &str) -> (TakenBy, String) {
    let booking = Booking {
        email: "grace@example.com".into(),
        ..adas_booking(time)
    };
    taken(appointments::book(&world.quince, booking).await)
}

async fn an_event_is_told_apart_and_reads_like_everything_a_host_does(world: World) {
    world.event("Work", "10:00");
    assert_eq!(
        other(&world, "10:00").await,
        (TakenBy::Event, TAKEN.to_owned()),
        "found at the moment of booking"
    );
    world.event("Home", "14:00");
    world.sync().await;
    assert_eq!(
        other(&world, "14:00").await,
        (TakenBy::Event, TAKEN.to_owned()),
        "known before"
    );
    assert_eq!(TakenBy::Event.to_strangers(), TakenBy::Host);
}

async fn a_calendar_that_cannot_be_read_is_told_apart(world: World) {
    world.when_stale(WhenStale::StopOffering).await;
    world.sync().await;
    world.control.set_down(true);
    world.later(20).await;
    assert_eq!(other(&world, "11:00").await, (TakenBy::Unread, TAKEN.to_owned()));
    assert_eq!(TakenBy::Unread.to_strangers(), TakenBy::Host);
}

fn class(world: &World, seats: u32) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    )
}

fn seat(name: &str, time: &str, guests: usize) -> Booking {
    Booking {
        slug: "yoga".into(),
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase()),
        guests: (0..guests).map(|number| format!("Guest {number}")).collect(),
        idempotency_key: format!("{name} at {time}"),
        ..adas_booking(time)
    }
}

async fn a_full_session_is_told_as_full(world: World) {
    world.make(class(&world, 2)).await;
    let book = async |booking: Booking| appointments::book(&world.quince, booking).await;
    let grace = book(seat("Grace", "12:00", 1)).await.unwrap();
    book(seat("Ada", "10:00", 0)).await.unwrap();
    assert_eq!(
        taken(book(seat("Edsger", "10:00", 1)).await),
        (
            TakenBy::Seats { left: 1 },
            "Only 1 seat is left in this session. Bring fewer guests, or choose another time; what you typed is kept."
                .to_owned()
        )
    );
    let group = appointments::reschedule(&world.quince, &of_ada(&grace), tuesday("10:00")).await;
    assert_eq!(taken(group).0, TakenBy::Seats { left: 1 });
    book(seat("Barbara", "10:00", 0)).await.unwrap();
    let full =
        "This session is full. Choose another one, or wait for a seat of this one; what you typed is kept.";
    assert_eq!(
        taken(book(seat("Edsger", "10:00", 0)).await),
        (TakenBy::Seats { left: 0 }, full.to_owned())
    );
    let moved = appointments::reschedule(&world.quince, &of_ada(&grace), tuesday("10:00")).await;
    assert_eq!(
        taken(moved),
        (
            TakenBy::Seats { left: 0 },
            "This session is full. Choose another one; the appointment is unchanged.".to_owned()
        )
    );
}

async fn a_full_day_is_told_as_full(world: World) {
    limit(&world, 1).await;
    world.book("10:00").await;
    assert_eq!(
        other(&world, "14:00").await,
        (
            TakenBy::Day,
            "This day has no room left for this. Choose another day; what you typed is kept.".to_owned()
        )
    );
}

/// A visit to a Service calendar whose one service takes the one chair, by whoever is free.
async fn chair(world: &World, staff: &[StaffId]) -> ChosenService {
    let calendar = world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "salon".into(),
                kind: Kind::Service,
                ..CalendarSettings::new("Salon")
            },
            staff.iter().copied().map(member).collect(),
        ))
        .await;
    let form = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity: 1,
        },
    };
    services::save_resources(&world.quince, world.owner, vec![form])
        .await
        .unwrap();
    let chair = services::resources(&world.quince).await.unwrap()[0].id;
    let form = ServiceSettings {
        group: String::new(),
        name: "Cut".into(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: staff.to_vec(),
        resources: vec![(chair, 1)],
    };
    services::save(&world.quince, world.owner, calendar, None, form)
        .await
        .unwrap();
    let menu = services::public_menu(&world.quince, "salon").await.unwrap();
    ChosenService {
        service: menu[0].id,
        host: None,
    }
}

fn visit(cut: ChosenService, name: &str, time: &str) -> Booking {
    Booking {
        slug: "salon".into(),
        services: vec![cut],
        ..seat(name, time, 0)
    }
}

async fn a_chair_that_is_in_use_is_told(world: World) {
    let jonas = world.connected_colleague("Jonas").await;
    let cut = chair(&world, &[world.owner, jonas.staff]).await;
    let ada = Booking {
        slug: "salon".into(),
        ..visit(cut, "Ada", "10:00")
    };
    appointments::book(&world.quince, ada).await.unwrap();
    let grace = appointments::book(&world.quince, visit(cut, "Grace", "10:00")).await;
    assert_eq!(
        taken(grace),
        (
            TakenBy::Resource,
            "A room or piece of equipment that this takes is in use then. Choose another time; what you typed is kept."
                .to_owned()
        ),
        "Jonas would be free"
    );
}

async fn of_several_causes_the_one_that_concerns_everybody_is_told(world: World) {
    limit(&world, 1).await;
    world.book("10:00").await;
    assert_eq!(other(&world, "10:00").await.0, TakenBy::Day);
    let cut = chair(&world, &[world.owner]).await;
    appointments::book(&world.quince, visit(cut, "Ada", "12:00"))
        .await
        .unwrap();
    let grace = appointments::book(&world.quince, visit(cut, "Grace", "12:00")).await;
    assert_eq!(
        taken(grace).0,
        TakenBy::Host,
        "neither Maya nor the chair is free"
    );
}

async fn a_start_in_another_millennium_is_told_at_its_field(world: World) {
    let booked = world.book("10:00").await;
    let far = "9999-12-30T10:00:00Z".parse().unwrap();
    let field = |refused: Error| match refused {
        Error::Fields(problems) => (problems[0].field, problems[0].to_string()),
        other => panic!("{other:?}"),
    };
    let expected = ("start", "Choose a date between 1970 and 2200.".to_owned());
    for on_conflict in [OnConflict::Refuse, OnConflict::Override] {
        let moved =
            appointments::reschedule_as_staff(&world.quince, world.owner, booked.id, far, on_conflict).await;
        assert_eq!(field(moved.unwrap_err()), expected);
        let booking = Booking {
            start: far,
            ..adas_booking("11:00")
        };
        let made = appointments::book_as_staff(&world.quince, world.owner, booking, on_conflict).await;
        assert_eq!(field(made.unwrap_err()), expected);
    }
    let request = HoldRequest {
        slug: "intro".into(),
        start: far,
        host: None,
        services: Vec::new(),
    };
    let held = appointments::hold(&world.quince, holder("somebody"), &request).await;
    assert_eq!(field(held.unwrap_err()), expected);
}
