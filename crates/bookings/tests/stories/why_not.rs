//! Why a time is not offered, told to those who may know.

use bookings::appointments::{self, Booking, OnConflict};
use bookings::availability::{self, ClosedDay, ExplainedStart, Obstacle};
use bookings::holidays::{self, Holiday};
use bookings::{CalendarId, Error, Interval, WeeklyHours, blocked, booking_calendars};
use jiff::Timestamp;
use scheduling::{DateOverride, Reason};
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date, tuesday};

stories! {
    connected_on:
    each_start_names_what_is_in_the_way,
    others_learn_that_somebody_is_busy_and_not_with_what,
    what_is_offered_is_what_can_be_booked,
    the_operator_sees_reasons_and_nobodys_events,
    a_member_who_is_off_is_named_beside_those_who_are_offered,
    an_override_off_the_grid_takes_who_is_really_free,
    a_closed_day_says_whose_day_off_or_which_holiday_it_is,
    a_block_in_the_way_is_named_to_its_owner,
    staff_are_told_of_nothing_that_binds_clients_alone,
}

async fn calendar(world: &World) -> CalendarId {
    booking_calendars::list(&world.quince, world.owner).await.unwrap()[0].id
}

async fn tuesdays(world: &World, viewer: bookings::StaffId) -> Vec<ExplainedStart> {
    let day = date(TUESDAY);
    availability::why(
        &world.quince,
        viewer,
        calendar(world).await,
        &[],
        day,
        &Zone::utc(),
    )
    .await
    .unwrap()
    .starts
}

fn at(starts: &[ExplainedStart], time: Timestamp) -> &ExplainedStart {
    starts.iter().find(|start| start.start == time).unwrap()
}

async fn each_start_names_what_is_in_the_way(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    let booked = world.book("14:00").await;
    let starts = tuesdays(&world, world.owner).await;
    assert_eq!(starts.len(), 16, "nine to five, half an hour each");
    assert_eq!(at(&starts, tuesday("09:00")).hosts, ["Maya Lopez"]);
    let conflict = &at(&starts, tuesday("10:30")).reasons[0];
    assert_eq!(
        (conflict.reason.as_str(), conflict.host.as_deref()),
        ("CONFLICT", Some("Maya Lopez"))
    );
    let Some(Obstacle::Event { start, title, .. }) = &conflict.obstacle else {
        panic!("{conflict:?}")
    };
    assert_eq!((*start, title.as_str()), (tuesday("10:00"), "Dentist"));
    let taken = &at(&starts, tuesday("14:00")).reasons[0];
    assert_eq!(taken.reason.as_str(), "BOOKED");
    assert_eq!(taken.obstacle, Some(Obstacle::Appointment(booked.id)));
}

async fn others_learn_that_somebody_is_busy_and_not_with_what(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    let mira = world.colleague("Mira").await;
    let refused = availability::why(
        &world.quince,
        mira,
        calendar(&world).await,
        &[],
        date(TUESDAY),
        &Zone::utc(),
    )
    .await;
    assert!(
        matches!(refused, Err(Error::NotAllowed(_))),
        "not a member: {refused:?}"
    );
    world.calendar("team", &[world.owner, mira]).await;
    let all = booking_calendars::list(&world.quince, mira).await.unwrap();
    let team = all
        .iter()
        .find(|calendar| calendar.settings.slug == "team")
        .unwrap()
        .id;
    let seen = availability::why(&world.quince, mira, team, &[], date(TUESDAY), &Zone::utc())
        .await
        .unwrap();
    let conflict = &at(&seen.starts, tuesday("10:00")).reasons[0];
    assert_eq!(
        (conflict.reason.as_str(), conflict.obstacle.as_ref()),
        ("CONFLICT", None)
    );
}

async fn what_is_offered_is_what_can_be_booked(world: World) {
    world.event("Home", "11:00");
    world.sync().await;
    let booking = Booking {
        idempotency_key: "another".into(),
        ..adas_booking("15:00")
    };
    appointments::book(&world.quince, booking).await.unwrap();
    for start in tuesdays(&world, world.owner).await {
        let time = start.start.strftime("%H:%M").to_string();
        let booked = world.try_to_book(&time).await;
        match &booked {
            Ok(_) => assert!(!start.hosts.is_empty(), "{time} was booked: {start:?}"),
            Err(Error::SlotTaken { .. } | Error::Refused(_)) => {
                assert!(start.hosts.is_empty(), "{time}: {start:?}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn the_operator_sees_reasons_and_nobodys_events(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    let day = date(TUESDAY);
    let why = availability::why_for_operator(&world.quince, "intro", &[], day, day, &Zone::utc())
        .await
        .unwrap();
    let conflict = &at(&why.starts, tuesday("10:00")).reasons[0];
    assert_eq!(
        (conflict.reason.as_str(), conflict.obstacle.as_ref()),
        ("CONFLICT", None)
    );
    let missing = availability::why_for_operator(&world.quince, "nowhere", &[], day, day, &Zone::utc()).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

async fn a_member_who_is_off_is_named_beside_those_who_are_offered(world: World) {
    let ben = world.colleague("Ben").await;
    world
        .set_hours(ben, WeeklyHours::weekdays(13 * 60, 17 * 60), Vec::new())
        .await;
    let team = world.calendar("team", &[world.owner, ben]).await;
    let seen = availability::why(&world.quince, world.owner, team, &[], date(TUESDAY), &Zone::utc())
        .await
        .unwrap();
    let nine = at(&seen.starts, tuesday("09:00"));
    assert_eq!(nine.hosts, ["Maya Lopez"]);
    let why: Vec<(&str, Option<&str>)> = nine
        .reasons
        .iter()
        .map(|why| (why.reason.as_str(), why.host.as_deref()))
        .collect();
    assert_eq!(why, [("HOURS", Some("Ben"))]);
    assert_eq!(at(&seen.starts, tuesday("13:00")).reasons, []);
}

async fn an_override_off_the_grid_takes_who_is_really_free(world: World) {
    let ben = world.connected_colleague("Ben").await.staff;
    world.calendar("team", &[world.owner, ben]).await;
    world.event("Work", "10:00");
    world.event("Work", "20:00");
    world.sync().await;
    // What Maya has to do then is in nobody's way.
    for (time, reason) in [("10:10", Reason::Grid), ("20:00", Reason::Hours)] {
        let booking = Booking {
            slug: "team".into(),
            ..adas_booking(time)
        };
        let booked = appointments::book_as_staff(&world.quince, world.owner, booking, OnConflict::Override);
        let view = world.appointment(&booked.await.unwrap()).await;
        assert_eq!(
            (&view.hosts[..], view.overridden.as_deref()),
            (&[ben][..], Some(&[reason][..])),
            "{time}"
        );
    }
}

fn sentences(day: &ClosedDay) -> Vec<(Option<&str>, &str)> {
    let reasons = day.reasons.iter();
    reasons
        .map(|why| (why.host.as_deref(), why.sentence.as_str()))
        .collect()
}

async fn a_closed_day_says_whose_day_off_or_which_holiday_it_is(world: World) {
    let mira = world.colleague("Mira").await;
    world.calendar("team", &[world.owner, mira]).await;
    let off = DateOverride {
        date: date(TUESDAY),
        windows: Vec::new(),
    };
    world
        .set_hours(mira, WeeklyHours::weekdays(540, 1020), vec![off])
        .await;
    let holiday = Holiday {
        date: date(TUESDAY),
        name: "Founders' day".into(),
    };
    holidays::save(&world.quince, world.owner, "Lopez & Co", "UTC", vec![holiday])
        .await
        .unwrap();
    let week = availability::why_for_operator(
        &world.quince,
        "team",
        &[],
        date(TUESDAY),
        date("2026-11-28"),
        &Zone::utc(),
    )
    .await
    .unwrap();
    let closed: Vec<String> = week.closed.iter().map(|day| day.date.to_string()).collect();
    assert_eq!(closed, [TUESDAY, "2026-11-28"], "and a Saturday");
    assert_eq!(
        sentences(&week.closed[0]),
        [
            (Some("Maya Lopez"), "closed, it is a holiday: Founders' day"),
            (Some("Mira"), "has a day off")
        ]
    );
    assert!(
        sentences(&week.closed[1])
            .iter()
            .all(|(_, sentence)| sentence.contains("day of the week"))
    );
    assert!(
        week.closed[0]
            .reasons
            .iter()
            .all(|why| why.reason.as_str() == "HOURS")
    );
}

async fn a_block_in_the_way_is_named_to_its_owner(world: World) {
    let span = Interval::new(tuesday("10:00"), tuesday("11:00"));
    let block = blocked::add(&world.quince, world.owner, world.owner, span, "Dentist")
        .await
        .unwrap();
    let starts = tuesdays(&world, world.owner).await;
    let why = &at(&starts, tuesday("10:30")).reasons[0];
    let named = Obstacle::Block {
        id: block.id,
        title: "Dentist".into(),
    };
    assert_eq!(
        (why.reason.as_str(), why.obstacle.as_ref()),
        ("BLOCKED", Some(&named))
    );
}

async fn staff_are_told_of_nothing_that_binds_clients_alone(world: World) {
    let today = date("2026-11-23");
    let (calendar, zone) = (calendar(&world).await, Zone::utc());
    let clients = availability::why(&world.quince, world.owner, calendar, &[], today, &zone)
        .await
        .unwrap();
    let first = &clients.starts[0];
    assert_eq!(
        (first.is_offered, first.reasons[0].reason.as_str()),
        (false, "NOTICE")
    );
    let staff = availability::why_for_staff(&world.quince, world.owner, calendar, &[], today, &zone)
        .await
        .unwrap();
    assert!(staff.starts[0].is_offered, "{:?}", staff.starts[0]);
}
