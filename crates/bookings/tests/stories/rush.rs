//! Many at once, from several processes: what there is, is given out, each once, and nothing else.

use bookings::appointments::{self, Booked, Booking};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{DateRange, Error, Kind, Quince, Rules, StaffId, TimeOwner, WeeklyHours};
use jiff::Timestamp;
use store::busy_time;
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{World, adas_booking, date, member, tuesday};

stories! {
    on:
    two_hundred_at_once_get_one_slot,
    two_hundred_at_once_get_one_seat,
    two_hundred_at_once_get_one_room,
    two_hundred_at_once_get_each_of_a_team_once,
    two_hundred_at_once_get_the_shared_starts_of_a_team,
    two_hundred_at_once_get_all_of_a_panel_once,
    two_hundred_at_once_get_a_simple_calendar_once,
    every_start_of_a_day_on_which_the_clocks_change_is_booked_once,
}

const CLIENTS: usize = 200;

async fn processes(world: &World) -> Vec<Quince> {
    let mut processes = Vec::new();
    for _ in 0..4 {
        processes.push(world.another_process().await);
    }
    processes
}

/// Sends all bookings at the same moment, in turn to each process. Who is refused, is because the time is taken.
async fn rush(processes: &[Quince], requests: impl IntoIterator<Item = Booking>) -> Vec<Booked> {
    let mut tries = JoinSet::new();
    for (booking, process) in requests.into_iter().zip(processes.iter().cycle()) {
        let process = process.clone();
        tries.spawn(async move { appointments::book(&process, booking).await });
    }
    let mut booked = Vec::new();
    for outcome in tries.join_all().await {
        match outcome {
            Ok(won) => booked.push(won),
            Err(Error::SlotTaken { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    booked
}

/// Two hundred clients want the same: ten o'clock.
async fn rush_for(world: &World, slug: &str, services: &[ChosenService]) -> Vec<Booked> {
    let booking = |number| Booking {
        slug: slug.into(),
        services: services.to_vec(),
        idempotency_key: format!("{slug} {number}"),
        ..adas_booking("10:00")
    };
    let won = rush(&processes(world).await, (0..CLIENTS).map(booking)).await;
    assert!(won.iter().all(|booked| booked.start == tuesday("10:00")));
    won
}

async fn team(world: &World) -> Vec<StaffId> {
    vec![
        world.owner,
        world.colleague("Jonas").await,
        world.colleague("Priya").await,
    ]
}

async fn make(world: &World, kind: Kind, members: &[StaffId], rules: Rules) {
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "wanted".into(),
                kind,
                rules,
                ..CalendarSettings::new("Wanted")
            },
            members.iter().copied().map(member).collect(),
        ))
        .await;
}

async fn two_hundred_at_once_get_one_slot(world: World) {
    make(&world, Kind::Personal, &[world.owner], Rules::default()).await;
    assert_eq!(rush_for(&world, "wanted", &[]).await.len(), 1);
}

async fn two_hundred_at_once_get_one_seat(world: World) {
    make(&world, Kind::ClassBooking, &[world.owner], Rules::default()).await;
    assert_eq!(rush_for(&world, "wanted", &[]).await.len(), 1);
}

async fn two_hundred_at_once_get_each_of_a_team_once(world: World) {
    let team = team(&world).await;
    make(&world, Kind::RoundRobin, &team, Rules::default()).await;
    let won = rush_for(&world, "wanted", &[]).await;
    let mut names: Vec<&str> = won.iter().map(|booked| booked.host_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Jonas", "Maya Lopez", "Priya"]);
}

async fn two_hundred_at_once_get_the_shared_starts_of_a_team(world: World) {
    let team = team(&world).await;
    let rules = Rules {
        per_slot: 2,
        ..Rules::default()
    };
    make(&world, Kind::RoundRobin, &team, rules).await;
    assert_eq!(rush_for(&world, "wanted", &[]).await.len(), 6);
}

async fn two_hundred_at_once_get_all_of_a_panel_once(world: World) {
    let team = team(&world).await;
    make(&world, Kind::Collective, &team, Rules::default()).await;
    assert_eq!(rush_for(&world, "wanted", &[]).await.len(), 1);
}

async fn two_hundred_at_once_get_a_simple_calendar_once(world: World) {
    let rules = Rules {
        hours: Some(WeeklyHours::always()),
        ..Rules::default()
    };
    make(&world, Kind::Simple, &[], rules).await;
    assert_eq!(rush_for(&world, "wanted", &[]).await.len(), 1);
}

async fn two_hundred_at_once_get_one_room(world: World) {
    let team = team(&world).await;
    make(&world, Kind::Service, &team, Rules::default()).await;
    let room = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Room".into(),
            quantity: 1,
        },
    };
    services::save_resources(&world.quince, world.owner, vec![room])
        .await
        .unwrap();
    let room = services::resources(&world.quince).await.unwrap()[0].id;
    let form = ServiceSettings {
        group: String::new(),
        name: "Massage".into(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: team.clone(),
        resources: vec![(room, 1)],
    };
    let (calendar, _) = world.form_of("wanted").await;
    services::save(&world.quince, world.owner, calendar, None, form)
        .await
        .unwrap();
    let menu = services::menu(&world.quince, world.owner, calendar)
        .await
        .unwrap();
    let massage = ChosenService {
        service: menu.services[0].id,
        host: None,
    };
    assert_eq!(rush_for(&world, "wanted", &[massage]).await.len(), 1);
}

/// Zones with a day on which the clocks change, and how many half hours it has.
const CHANGES: [(&str, &str, usize); 9] = [
    ("Europe/Berlin", "2027-03-28", 46),
    ("Europe/Berlin", "2027-10-31", 50),
    ("America/New_York", "2027-03-14", 46),
    ("America/New_York", "2027-11-07", 50),
    ("Australia/Lord_Howe", "2027-04-04", 49),
    ("Australia/Lord_Howe", "2027-10-03", 47),
    ("Antarctica/Troll", "2027-03-28", 44),
    // The hour after midnight is skipped, or comes twice.
    ("Asia/Beirut", "2027-03-28", 46),
    ("America/Havana", "2027-11-07", 50),
];

async fn every_start_of_a_day_on_which_the_clocks_change_is_booked_once(world: World) {
    let processes = processes(&world).await;
    for (zone, day, half_hours) in CHANGES {
        let case = format!("{zone} on {day}");
        let slug = format!("{day}-{}", zone.to_lowercase().replace(['/', '_'], "-"));
        let (zone, day) = (Zone::named(zone).unwrap(), date(day));
        let calendar = world
            .make(CalendarForm::new(
                CalendarSettings {
                    slug: slug.clone(),
                    kind: Kind::Simple,
                    rules: Rules {
                        zone: zone.clone(),
                        hours: Some(WeeklyHours::always()),
                        range: DateRange::Unlimited,
                        ..Rules::default()
                    },
                    ..CalendarSettings::new(&case)
                },
                Vec::new(),
            ))
            .await;
        let question = SlotQuery::new(&slug, day, day, &zone);
        let free = availability::free(&world.quince, &question).await.unwrap();
        let starts: Vec<Timestamp> = free.days[&day].iter().map(|slot| slot.start).collect();
        assert_eq!(starts.len(), half_hours, "{case}");

        // Everybody wants each of them, twice.
        let requests = [1, 2].into_iter().flat_map(|turn| {
            let booking = |start: &Timestamp| Booking {
                slug: slug.clone(),
                start: *start,
                idempotency_key: format!("{slug} {start} {turn}"),
                ..adas_booking("10:00")
            };
            starts.iter().map(booking).collect::<Vec<_>>()
        });
        let mut booked: Vec<Timestamp> = rush(&processes, requests)
            .await
            .iter()
            .map(|won| won.start)
            .collect();
        booked.sort_unstable();
        assert_eq!(booked, starts, "{case}: each once");
        let free = availability::free(&world.quince, &question).await.unwrap();
        assert!(free.days.is_empty(), "{case}: nothing is left");

        let mut tx = world.database.store.read().await.unwrap();
        let (from, to) = (zone.start_of_day(day), zone.start_of_day(day.tomorrow().unwrap()));
        let itself = [TimeOwner::Calendar(calendar)];
        let taken = busy_time::taken_between(&mut tx, &itself, from, to, world.quince.now(), None)
            .await
            .unwrap();
        assert_eq!(taken.len(), half_hours, "{case}");
        assert_eq!(
            (taken[0].from, taken[half_hours - 1].to),
            (from, to),
            "{case}: the whole day is taken"
        );
        assert!(taken.windows(2).all(|pair| pair[0].to == pair[1].from), "{case}");
    }
}
