//! Service calendars: several services in one visit, with staff for each, processing time, rooms and equipment.

use bookings::agenda::{self, Scope};
use bookings::appointments::{self, Actor, Booked, Booking, OnConflict};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::services::{
    self, ChosenService, MoveDirection, ResourceForm, ResourceSettings, ServiceSettings,
};
use bookings::{
    CalendarId, Error, Interval, Kind, Refusal, ResourceId, Rules, ServiceId, StaffId, Status, blocked,
};
use scheduling::Reason;
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{Colleague, TUESDAY, World, adas_booking, date, member, tuesday};

stories! {
    connected_on:
    a_visit_is_booked_moved_and_cancelled_as_one,
    processing_time_gives_the_host_to_somebody_else,
    a_room_is_taken_as_long_as_the_client_stays,
    two_hundred_at_once_get_the_one_room,
    the_client_may_choose_who_does_what,
    an_event_a_moment_old_gives_the_step_to_somebody_else,
    without_a_choice_there_are_no_times_and_no_booking,
    what_is_off_the_menu_cannot_be_booked_and_stays_booked,
    a_visit_takes_place_again_when_its_time_is_free,
    why_a_visit_is_not_offered_names_the_step_that_cannot_take_place,
    staff_book_a_visit_all_the_same,
    in_the_calendar_view_each_host_has_their_own_part,
    the_menu_is_for_owners_and_admins_and_what_is_wrong_is_told,
    a_service_moves_on_the_menu_among_its_heading_and_then_with_it,
    rooms_that_are_needed_or_booked_cannot_be_taken_away,
    a_room_is_not_booked_while_it_is_taken_away,
    what_is_off_the_menu_keeps_its_room_when_it_is_moved,
    who_does_a_service_no_more_gives_it_up_when_it_is_moved,
    a_moved_visit_keeps_who_does_what,
    everybody_is_looked_at_for_each_step_alone,
    who_does_several_services_is_named_once,
    staff_book_a_visit_all_the_same_with_whoever_is_free,
    one_service_of_a_visit_is_given_to_somebody_else,
}

struct Salon {
    calendar: CalendarId,
    jonas: Colleague,
}

/// Maya and Jonas work here; starts every half hour.
async fn salon(world: &World) -> Salon {
    let jonas = world.connected_colleague("Jonas").await;
    let calendar = world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "salon".into(),
                kind: Kind::Service,
                rules: Rules::default(),
                ..CalendarSettings::new("Salon")
            },
            vec![member(world.owner), member(jonas.staff)],
        ))
        .await;
    Salon { calendar, jonas }
}

fn service(name: &str, duration: u32, processing: u32, staff: &[StaffId]) -> ServiceSettings {
    ServiceSettings {
        group: "Hair".into(),
        name: name.into(),
        description: String::new(),
        duration,
        processing,
        staff: staff.to_vec(),
        resources: Vec::new(),
    }
}

async fn offer(world: &World, salon: &Salon, form: ServiceSettings) -> ServiceId {
    let name = form.name.clone();
    services::save(&world.quince, world.owner, salon.calendar, None, form)
        .await
        .unwrap();
    let menu = services::menu(&world.quince, world.owner, salon.calendar)
        .await
        .unwrap();
    menu.services
        .iter()
        .find(|service| service.settings.name == name)
        .unwrap()
        .id
}

async fn room(world: &World) -> ResourceId {
    chairs(world, None, 1).await.unwrap();
    services::resources(&world.quince).await.unwrap()[0].id
}

/// So many chairs; fewer or more of those that there are, if there are some.
async fn chairs(world: &World, id: Option<ResourceId>, quantity: u32) -> Result<(), Error> {
    let form = ResourceForm {
        id,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity,
        },
    };
    services::save_resources(&world.quince, world.owner, vec![form]).await
}

fn problem(refused: Result<(), Error>) -> String {
    match refused {
        Err(Error::Fields(problems)) => problems[0].to_string(),
        other => panic!("{other:?}"),
    }
}

/// "Cut Jonas": who does what.
async fn who_does_what(world: &World, booked: &Booked) -> Vec<String> {
    let view = world.appointment(booked).await;
    let part = |part: &appointments::ServicePart| format!("{} {}", part.name, part.host_name);
    view.services.iter().map(part).collect()
}

fn booking(time: &str, chosen: &[(ServiceId, Option<StaffId>)], key: &str) -> Booking {
    let chosen = chosen.iter().map(|(service, host)| ChosenService {
        service: *service,
        host: *host,
    });
    Booking {
        slug: "salon".into(),
        services: chosen.collect(),
        idempotency_key: format!("{key} at {time}"),
        ..adas_booking(time)
    }
}

async fn book(world: &World, booking: Booking) -> Booked {
    appointments::book(&world.quince, booking).await.unwrap()
}

async fn free(world: &World, chosen: &[ServiceId]) -> Vec<String> {
    let day = date(TUESDAY);
    let zone = Zone::utc();
    let chosen: Vec<ChosenService> = chosen
        .iter()
        .map(|service| ChosenService {
            service: *service,
            host: None,
        })
        .collect();
    let question = SlotQuery {
        services: &chosen,
        ..SlotQuery::new("salon", day, day, &zone)
    };
    let free = availability::free(&world.quince, &question).await.unwrap();
    let times = free.days.get(&day).into_iter().flatten();
    times
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect()
}

fn starts(events: &[sandbox::StoredEvent]) -> Vec<String> {
    let mut all: Vec<String> = events
        .iter()
        .map(|event| {
            let start = event
                .ics
                .lines()
                .find(|line| line.starts_with("DTSTART:20261124T"));
            format!(
                "{} {}",
                start.unwrap_or_default().trim_start_matches("DTSTART:20261124T"),
                event.summary
            )
        })
        .collect();
    all.sort();
    all
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn a_visit_is_booked_moved_and_cancelled_as_one(world: World) {
    let salon = salon(&world).await;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &[salon.jonas.staff])).await;
    let cut = offer(&world, &salon, service("Cut", 60, 0, &[world.owner])).await;
    let booked = book(&world, booking("10:00", &[(wash, None), (cut, None)], "a")).await;
    assert_eq!(booked.end, tuesday("11:30"));
    world.jobs().await;
    assert_eq!(
        starts(&world.events_of(&salon.jonas)),
        ["100000Z Wash: Ada Byron"]
    );
    assert_eq!(starts(&world.events("Home")), ["103000Z Cut: Ada Byron"]);
    let view = world.appointment(&booked).await;
    let steps: Vec<(&str, &str)> = view
        .services
        .iter()
        .map(|part| (part.name.as_str(), part.host_name.as_str()))
        .collect();
    assert_eq!(steps, [("Wash", "Jonas"), ("Cut", "Maya Lopez")]);
    assert!(!world.is_free("10:30").await && world.is_free("10:00").await);
    assert!(
        world
            .mails()
            .iter()
            .any(|mail| mail.contains("ada@") && mail.contains("Wash, Cut"))
    );

    appointments::reschedule(&world.quince, &client(&booked), tuesday("10:30"))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(
        starts(&world.events_of(&salon.jonas)),
        ["103000Z Wash: Ada Byron"]
    );
    assert_eq!(starts(&world.events("Home")), ["110000Z Cut: Ada Byron"]);
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(
        (world.events_of(&salon.jonas).len(), world.events("Home").len()),
        (0, 0)
    );
    assert!(world.is_free("11:00").await);
}

async fn processing_time_gives_the_host_to_somebody_else(world: World) {
    let salon = salon(&world).await;
    let colour = offer(&world, &salon, service("Colour", 30, 30, &[world.owner])).await;
    let rinse = offer(&world, &salon, service("Rinse", 30, 0, &[world.owner])).await;
    book(&world, booking("10:00", &[(colour, None), (rinse, None)], "a")).await;
    // While the colour works, Maya has half an hour for somebody else.
    world.book("10:30").await;
    assert!(world.try_to_book("11:00").await.is_err());
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 3);
}

async fn a_room_is_taken_as_long_as_the_client_stays(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let with_chair = |name: &str, staff: StaffId| ServiceSettings {
        resources: vec![(chair, 1)],
        ..service(name, 30, 30, &[staff])
    };
    let colour = offer(&world, &salon, with_chair("Colour", world.owner)).await;
    let shave = offer(&world, &salon, with_chair("Shave", salon.jonas.staff)).await;
    book(&world, booking("10:00", &[(colour, None)], "a")).await;
    let other = free(&world, &[shave]).await;
    assert_eq!(
        &other[..3],
        ["09:00", "11:00", "11:30"],
        "Jonas is free, the chair is not"
    );
    let taken = appointments::book(&world.quince, booking("10:30", &[(shave, None)], "b")).await;
    assert!(matches!(taken, Err(Error::SlotTaken { .. })), "{taken:?}");
}

async fn two_hundred_at_once_get_the_one_room(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let both = [world.owner, salon.jonas.staff];
    let form = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Cut", 30, 0, &both)
    };
    let cut = offer(&world, &salon, form).await;
    let mut tries = JoinSet::new();
    for number in 0..200 {
        let (quince, booking) = (
            world.quince.clone(),
            booking("10:00", &[(cut, None)], &number.to_string()),
        );
        tries.spawn(async move { appointments::book(&quince, booking).await });
    }
    let outcomes = tries.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    world.jobs().await;
    assert_eq!(
        world.events("Home").len() + world.events_of(&salon.jonas).len(),
        1
    );
}

async fn the_client_may_choose_who_does_what(world: World) {
    let salon = salon(&world).await;
    let cut = offer(
        &world,
        &salon,
        service("Cut", 30, 0, &[world.owner, salon.jonas.staff]),
    )
    .await;
    let anyone = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    assert_eq!(anyone.host_name, "Maya Lopez", "the first of those who do it");
    let next = book(&world, booking("10:00", &[(cut, None)], "b")).await;
    assert_eq!(next.host_name, "Jonas");
    let chosen = book(&world, booking("11:00", &[(cut, Some(salon.jonas.staff))], "c")).await;
    assert_eq!(chosen.host_name, "Jonas");
    let busy = appointments::book(
        &world.quince,
        booking("11:00", &[(cut, Some(salon.jonas.staff))], "d"),
    )
    .await;
    assert!(matches!(busy, Err(Error::SlotTaken { .. })), "{busy:?}");
}

async fn an_event_a_moment_old_gives_the_step_to_somebody_else(world: World) {
    let salon = salon(&world).await;
    let cut = offer(
        &world,
        &salon,
        service("Cut", 30, 0, &[world.owner, salon.jonas.staff]),
    )
    .await;
    world.event("Work", "10:00");
    let booked = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    assert_eq!(booked.host_name, "Jonas");
}

async fn without_a_choice_there_are_no_times_and_no_booking(world: World) {
    salon(&world).await;
    let day = date(TUESDAY);
    let zone = Zone::utc();
    let nothing = availability::free(&world.quince, &SlotQuery::new("salon", day, day, &zone)).await;
    assert!(
        nothing
            .unwrap_err()
            .to_string()
            .contains("Choose at least one service")
    );
    let refused = appointments::book(&world.quince, booking("10:00", &[], "a")).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
    let elsewhere = Booking {
        slug: "intro".into(),
        ..booking("10:00", &[(ServiceId(uuid::Uuid::from_u128(1)), None)], "b")
    };
    let refused = appointments::book(&world.quince, elsewhere).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
}

async fn what_is_off_the_menu_cannot_be_booked_and_stays_booked(world: World) {
    let salon = salon(&world).await;
    let cut = offer(&world, &salon, service("Cut", 30, 0, &[world.owner])).await;
    let booked = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    services::remove(&world.quince, world.owner, salon.calendar, cut)
        .await
        .unwrap();
    let refused = appointments::book(&world.quince, booking("11:00", &[(cut, None)], "b")).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
    assert_eq!(world.appointment(&booked).await.services[0].name, "Cut");
    appointments::reschedule(&world.quince, &client(&booked), tuesday("12:00"))
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.start, tuesday("12:00"));
}

async fn a_visit_takes_place_again_when_its_time_is_free(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let form = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Cut", 30, 30, &[world.owner])
    };
    let cut = offer(&world, &salon, form).await;
    let booked = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    let set = |status| appointments::set_status(&world.quince, world.owner, booked.id, status);
    set(Status::Invalid).await.unwrap();
    assert!(free(&world, &[cut]).await.contains(&"10:00".to_owned()));
    set(Status::Confirmed).await.unwrap();
    let times = free(&world, &[cut]).await;
    for taken in ["09:30", "10:00", "10:30"] {
        assert!(
            !times.contains(&taken.to_owned()),
            "{taken}: the chair is taken for the whole hour"
        );
    }
}

async fn the_menu_is_for_owners_and_admins_and_what_is_wrong_is_told(world: World) {
    let salon = salon(&world).await;
    let save = |by: StaffId, form: ServiceSettings| {
        let quince = world.quince.clone();
        async move { services::save(&quince, by, salon.calendar, None, form).await }
    };
    let not_his = save(salon.jonas.staff, service("Cut", 30, 0, &[world.owner])).await;
    assert!(matches!(not_his, Err(Error::NotAllowed(_))), "{not_his:?}");
    let stranger = world.colleague("Mira").await;
    let chair = room(&world).await;
    let two_chairs = ServiceSettings {
        resources: vec![(chair, 1), (chair, 1)],
        ..service("Cut", 30, 0, &[world.owner])
    };
    for (form, field) in [
        (two_chairs, "resources"),
        (service(" ", 30, 0, &[world.owner]), "name"),
        (service("Cut", 0, 0, &[world.owner]), "duration"),
        (service("Cut", 30, 9_999, &[world.owner]), "processing"),
        (service("Cut", 30, 0, &[]), "staff"),
        (service("Cut", 30, 0, &[stranger]), "staff"),
    ] {
        let refused = save(world.owner, form).await;
        let Err(Error::Fields(problems)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(problems[0].field, field);
    }
    let rooms = vec![ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity: 0,
        },
    }];
    let refused = services::save_resources(&world.quince, world.owner, rooms).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
}

async fn a_service_moves_on_the_menu_among_its_heading_and_then_with_it(world: World) {
    let salon = salon(&world).await;
    let mut ids = Vec::new();
    for (name, group) in [("Wash", "Hair"), ("File", "Nails"), ("Cut", "Hair")] {
        let form = ServiceSettings {
            group: group.into(),
            ..service(name, 30, 0, &[world.owner])
        };
        ids.push(offer(&world, &salon, form).await);
    }
    let [wash, file, cut] = ids[..] else {
        panic!("{ids:?}")
    };
    let menu = async || {
        let menu = services::menu(&world.quince, world.owner, salon.calendar)
            .await
            .unwrap();
        let names: Vec<String> = menu
            .services
            .into_iter()
            .map(|service| service.settings.name)
            .collect();
        names.join(" ")
    };
    assert_eq!(menu().await, "Wash Cut File", "those of a heading together");
    for (id, to, after) in [
        (cut, MoveDirection::Up, "Cut Wash File"),
        (cut, MoveDirection::Up, "Cut Wash File"),
        (wash, MoveDirection::Down, "File Cut Wash"),
        (file, MoveDirection::Down, "Cut Wash File"),
        (file, MoveDirection::Down, "Cut Wash File"),
        (wash, MoveDirection::Up, "Wash Cut File"),
    ] {
        services::move_service(&world.quince, world.owner, salon.calendar, id, to)
            .await
            .unwrap();
        assert_eq!(menu().await, after);
    }
    let by_jonas = services::move_service(
        &world.quince,
        salon.jonas.staff,
        salon.calendar,
        cut,
        MoveDirection::Up,
    )
    .await;
    assert!(matches!(by_jonas, Err(Error::NotAllowed(_))), "{by_jonas:?}");
}

async fn why_a_visit_is_not_offered_names_the_step_that_cannot_take_place(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &[salon.jonas.staff])).await;
    let form = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Cut", 30, 0, &[world.owner])
    };
    let cut = offer(&world, &salon, form).await;
    let shave = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Shave", 30, 0, &[salon.jonas.staff])
    };
    let shave = offer(&world, &salon, shave).await;
    let taken = world.book("10:30").await;
    book(&world, booking("14:00", &[(shave, None)], "a")).await;
    let visit = [wash, cut].map(|service| ChosenService { service, host: None });
    let why = |services: Vec<ChosenService>| {
        let quince = &world.quince;
        async move {
            let day = date(TUESDAY);
            availability::why(quince, world.owner, salon.calendar, &services, day, &Zone::utc()).await
        }
    };
    let starts = why(visit.to_vec()).await.unwrap().starts;
    let at = |time: &str| {
        let start = starts.iter().find(|start| start.start == tuesday(time)).unwrap();
        let reasons = start
            .reasons
            .iter()
            .map(|why| (why.reason.as_str(), why.host.clone()));
        (
            start.hosts.clone(),
            reasons.collect::<Vec<_>>(),
            start.reasons.first().cloned(),
        )
    };
    assert_eq!(at("09:00").0, ["Jonas", "Maya Lopez"]);
    let (hosts, reasons, first) = at("10:00");
    assert_eq!(
        (hosts.len(), reasons),
        (0, vec![("BOOKED", Some("Maya Lopez".into()))])
    );
    assert_eq!(
        first.unwrap().obstacle,
        Some(availability::Obstacle::Appointment(taken.id))
    );
    assert_eq!(
        at("13:30").1,
        [("RESOURCE", None)],
        "Maya is free, the chair is not"
    );
    assert_eq!(at("14:00").1, [("BOOKED", Some("Jonas".into()))]);
    assert_eq!(at("16:30").1, [("HOURS", Some("Maya Lopez".into()))]);
    assert!(matches!(why(Vec::new()).await, Err(Error::Fields(problems)) if problems[0].field == "services"));
    let on_the_menu = availability::menu(&world.quince, world.owner, salon.calendar)
        .await
        .unwrap();
    assert_eq!(on_the_menu.len(), 3);
}

async fn staff_book_a_visit_all_the_same(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let both = [world.owner, salon.jonas.staff];
    let form = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Cut", 30, 15, &both)
    };
    let cut = offer(&world, &salon, form).await;
    world.book("10:00").await;
    book(&world, booking("10:00", &[(cut, None)], "a")).await;
    let again = booking("10:00", &[(cut, None)], "b");
    let refused =
        appointments::book_as_staff(&world.quince, world.owner, again.clone(), OnConflict::Refuse).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::SchedulingConflict(_)))),
        "{refused:?}"
    );
    let booked = appointments::book_as_staff(&world.quince, world.owner, again, OnConflict::Override)
        .await
        .unwrap();
    let view = world.appointment(&booked).await;
    assert_eq!((view.end, view.services.len()), (tuesday("10:45"), 1));
    assert!(view.overridden.is_some(), "the warning is recorded");
    assert!(
        !free(&world, &[cut]).await.contains(&"10:30".to_owned()),
        "its room is taken until the client leaves"
    );
    world.jobs().await;
    assert_eq!(
        world.events("Home").len() + world.events_of(&salon.jonas).len(),
        3
    );
}

async fn rooms_that_are_needed_or_booked_cannot_be_taken_away(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    chairs(&world, Some(chair), 2).await.unwrap();
    let with_chairs = |name: &str, staff: StaffId, quantity: u32| ServiceSettings {
        resources: vec![(chair, quantity)],
        ..service(name, 30, 0, &[staff])
    };
    let cut = offer(&world, &salon, with_chairs("Cut", world.owner, 1)).await;
    let shave = offer(&world, &salon, with_chairs("Shave", salon.jonas.staff, 1)).await;
    book(&world, booking("10:00", &[(cut, None)], "a")).await;
    book(&world, booking("10:00", &[(shave, None)], "b")).await;
    let booked = problem(chairs(&world, Some(chair), 1).await);
    assert!(
        booked.contains("booked until 24 November 2026, 10:30"),
        "{booked}"
    );
    world.clock.set(tuesday("10:30"));
    chairs(&world, Some(chair), 1).await.unwrap();
    let removed = services::save_resources(&world.quince, world.owner, Vec::new()).await;
    let needed = problem(removed);
    assert!(needed.contains("Cut, Shave"), "{needed}");
    chairs(&world, Some(chair), 2).await.unwrap();
    offer(&world, &salon, with_chairs("Both", world.owner, 2)).await;
    let needed = problem(chairs(&world, Some(chair), 1).await);
    assert!(needed.contains("2 must stay for: Both."), "{needed}");
}

async fn a_room_is_not_booked_while_it_is_taken_away(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let with_chair = |name: &str, staff: StaffId| ServiceSettings {
        resources: vec![(chair, 1)],
        ..service(name, 30, 0, &[staff])
    };
    let cut = offer(&world, &salon, with_chair("Cut", world.owner)).await;
    let shave = offer(&world, &salon, with_chair("Shave", salon.jonas.staff)).await;
    for time in ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"] {
        chairs(&world, Some(chair), 2).await.unwrap();
        book(&world, booking(time, &[(cut, None)], "a")).await;
        let (fewer, second) = tokio::join!(
            chairs(&world, Some(chair), 1),
            appointments::book(&world.quince, booking(time, &[(shave, None)], "b")),
        );
        assert_ne!(fewer.is_ok(), second.is_ok(), "{time}: {fewer:?}, {second:?}");
        if let Ok(second) = second {
            appointments::cancel(&world.quince, &client(&second), "")
                .await
                .unwrap();
        }
    }
}

async fn what_is_off_the_menu_keeps_its_room_when_it_is_moved(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    let with_chair = |name: &str, staff: StaffId| ServiceSettings {
        resources: vec![(chair, 1)],
        ..service(name, 30, 0, &[staff])
    };
    let cut = offer(&world, &salon, with_chair("Cut", world.owner)).await;
    let shave = offer(&world, &salon, with_chair("Shave", salon.jonas.staff)).await;
    let booked = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    book(&world, booking("12:00", &[(shave, None)], "b")).await;
    services::remove(&world.quince, world.owner, salon.calendar, cut)
        .await
        .unwrap();
    let taken = appointments::reschedule(&world.quince, &client(&booked), tuesday("12:00")).await;
    assert!(matches!(taken, Err(Error::SlotTaken { .. })), "{taken:?}");
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    assert!(!free(&world, &[shave]).await.contains(&"14:00".to_owned()));
}

async fn who_does_a_service_no_more_gives_it_up_when_it_is_moved(world: World) {
    let salon = salon(&world).await;
    let both = [world.owner, salon.jonas.staff];
    let cut = offer(&world, &salon, service("Cut", 30, 0, &both)).await;
    let booked = book(&world, booking("10:00", &[(cut, None)], "a")).await;
    let changed = service("Cut", 30, 0, &[salon.jonas.staff]);
    services::save(&world.quince, world.owner, salon.calendar, Some(cut), changed)
        .await
        .unwrap();
    appointments::reschedule(&world.quince, &client(&booked), tuesday("12:00"))
        .await
        .unwrap();
    assert_eq!(who_does_what(&world, &booked).await, ["Cut Jonas"]);
}

async fn a_moved_visit_keeps_who_does_what(world: World) {
    let salon = salon(&world).await;
    let both = [world.owner, salon.jonas.staff];
    let wash = offer(&world, &salon, service("Wash", 30, 0, &both)).await;
    let cut = offer(&world, &salon, service("Cut", 30, 0, &both)).await;
    let chosen = [(wash, Some(salon.jonas.staff)), (cut, Some(world.owner))];
    let booked = book(&world, booking("10:00", &chosen, "a")).await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("12:00"))
        .await
        .unwrap();
    assert_eq!(
        who_does_what(&world, &booked).await,
        ["Wash Jonas", "Cut Maya Lopez"]
    );
    // Maya has no time for the cut then, and Jonas has.
    world.book("14:30").await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    assert_eq!(who_does_what(&world, &booked).await, ["Wash Jonas", "Cut Jonas"]);
}

async fn everybody_is_looked_at_for_each_step_alone(world: World) {
    let salon = salon(&world).await;
    let jonas = salon.jonas.staff;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &[world.owner])).await;
    let shave = offer(&world, &salon, service("Shave", 30, 0, &[jonas])).await;
    let cut = offer(&world, &salon, service("Cut", 30, 0, &[jonas, world.owner])).await;
    let visit = [(wash, None), (shave, None), (cut, None)];
    // Jonas has an event a moment old when the cut would be, and only then.
    world.control.add_simple_event(
        salon.jonas.calendar,
        "Dentist",
        tuesday("11:00"),
        tuesday("12:00"),
    );
    let booked = book(&world, booking("10:00", &visit, "a")).await;
    assert_eq!(
        who_does_what(&world, &booked).await,
        ["Wash Maya Lopez", "Shave Jonas", "Cut Maya Lopez"]
    );
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    // Now Maya has one, too, who was found free for the wash.
    world.event("Work", "11:00");
    let refused = appointments::book(&world.quince, booking("10:00", &visit, "b")).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
}

async fn who_does_several_services_is_named_once(world: World) {
    let salon = salon(&world).await;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &[world.owner])).await;
    let shave = offer(&world, &salon, service("Shave", 30, 0, &[salon.jonas.staff])).await;
    let visit = booking("10:00", &[(wash, None), (shave, None), (wash, None)], "a");
    let booked = book(&world, visit.clone()).await;
    assert_eq!(booked.host_name, "Maya Lopez, Jonas");
    assert_eq!(
        book(&world, visit).await,
        booked,
        "the same booking gets the same answer"
    );
}

async fn staff_book_a_visit_all_the_same_with_whoever_is_free(world: World) {
    let salon = salon(&world).await;
    let chair = room(&world).await;
    chairs(&world, Some(chair), 2).await.unwrap();
    let both = [world.owner, salon.jonas.staff];
    let form = ServiceSettings {
        resources: vec![(chair, 1)],
        ..service("Cut", 30, 0, &both)
    };
    let cut = offer(&world, &salon, form).await;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &both)).await;
    let shave = offer(&world, &salon, service("Shave", 30, 0, &[world.owner])).await;
    // One chair is taken by Maya's client when the cut would be, and Maya has another appointment when she would shave.
    book(&world, booking("10:00", &[(cut, Some(world.owner))], "a")).await;
    world.book("11:00").await;
    let visit = booking(
        "10:00",
        &[(cut, None), (wash, Some(world.owner)), (shave, None)],
        "b",
    );
    let booked = appointments::book_as_staff(&world.quince, world.owner, visit, OnConflict::Override)
        .await
        .unwrap();
    assert_eq!(
        who_does_what(&world, &booked).await,
        ["Cut Jonas", "Wash Maya Lopez", "Shave Maya Lopez"]
    );
    let view = world.appointment(&booked).await;
    assert_eq!(
        view.overridden.as_deref(),
        Some(&[Reason::Booked][..]),
        "only the shave had to be"
    );
    let third = appointments::book(&world.quince, booking("10:00", &[(cut, None)], "c")).await;
    assert!(
        matches!(third, Err(Error::SlotTaken { .. })),
        "both chairs are taken: {third:?}"
    );
}

async fn one_service_of_a_visit_is_given_to_somebody_else(world: World) {
    let salon = salon(&world).await;
    let mira = world.connected_colleague("Mira").await;
    let wash = offer(&world, &salon, service("Wash", 30, 0, &[salon.jonas.staff])).await;
    let cut = offer(&world, &salon, service("Cut", 30, 0, &[world.owner])).await;
    let booked = book(&world, booking("10:00", &[(wash, None), (cut, None)], "a")).await;
    appointments::reassign(
        &world.quince,
        world.owner,
        booked.id,
        salon.jonas.staff,
        mira.staff,
    )
    .await
    .unwrap();
    assert_eq!(
        who_does_what(&world, &booked).await,
        ["Wash Mira", "Cut Maya Lopez"]
    );
    world.jobs().await;
    assert_eq!(starts(&world.events_of(&mira)), ["100000Z Wash: Ada Byron"]);
    assert_eq!(world.events_of(&salon.jonas), []);
}

async fn in_the_calendar_view_each_host_has_their_own_part(world: World) {
    let salon = salon(&world).await;
    let (maya, jonas) = (world.owner, salon.jonas.staff);
    let cut = offer(&world, &salon, service("Cut", 30, 0, &[maya])).await;
    let colour = offer(&world, &salon, service("Colour", 60, 0, &[jonas])).await;
    book(&world, booking("10:00", &[(cut, None), (colour, None)], "a")).await;
    world.jobs().await;
    let seen = async |who| {
        let view = agenda::view(&world.quince, maya, date(TUESDAY), 1, who)
            .await
            .unwrap();
        let own = view.days[0].appointments.iter();
        own.map(|part| {
            let time = format!("{}-{}", part.start.strftime("%H:%M"), part.end.strftime("%H:%M"));
            (
                time,
                part.service.clone().unwrap_or_default(),
                part.host,
                part.write,
            )
        })
        .collect::<Vec<_>>()
    };
    let written = Some(bookings::WriteState::Written);
    let hers = ("10:00-10:30".to_owned(), "Cut".to_owned(), Some(maya), written);
    let his = (
        "10:30-11:30".to_owned(),
        "Colour".to_owned(),
        Some(jonas),
        written,
    );
    assert_eq!(seen(Scope::Me).await, std::slice::from_ref(&hers));
    assert_eq!(seen(Scope::Person(jonas)).await, std::slice::from_ref(&his));
    assert_eq!(seen(Scope::Everybody).await, [hers, his]);

    let span = Interval::new(tuesday("09:00"), tuesday("10:15"));
    let block = blocked::add(&world.quince, maya, jonas, span, "").await.unwrap();
    assert_eq!(block.appointments, [], "his part begins later");
    let span = Interval::new(tuesday("11:00"), tuesday("12:00"));
    let block = blocked::add(&world.quince, maya, jonas, span, "").await.unwrap();
    assert_eq!(block.appointments, [("Ada Byron".to_owned(), tuesday("10:30"))]);
}
