//! Equal distribution: who is ahead waits, who was away is credited, the absent hold nobody up.

use bookings::appointments::{self, Actor, Booked, Booking};
use bookings::availability::SlotQuery;
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Distribution, Interval, Kind, StaffId, WeeklyHours, availability, blocked};
use jiff::SignedDuration;
use zones::Zone;

use crate::database::stories;
use crate::world::{World, adas_booking, at, date, member, reason_of};

stories! {
    on:
    everybody_gets_as_many_and_the_reason_is_kept,
    who_is_more_than_three_ahead_is_not_offered,
    the_clients_choice_goes_before_balance,
    a_newcomer_starts_with_the_average,
    somebody_without_hours_this_month_holds_nobody_up,
    somebody_on_holiday_holds_nobody_up_then_or_when_they_are_back,
    who_comes_back_gets_their_share_of_what_follows,
    who_works_on_some_days_gets_their_share_of_those,
    who_joins_a_team_is_credited_in_later_months_too,
    who_joins_again_is_not_counted_twice,
    who_moves_an_appointment_is_shown_its_own_hosts_times,
}

/// A round robin of equal shares, open at all hours.
async fn team(world: &World, members: &[StaffId]) {
    for staff in members {
        world.set_hours(*staff, WeeklyHours::always(), Vec::new()).await;
    }
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "team".into(),
                kind: Kind::RoundRobin,
                distribution: Distribution::Equal,
                ..CalendarSettings::new("Team")
            },
            members.iter().copied().map(member).collect(),
        ))
        .await;
}

/// A wish for one of December's half hours.
fn booking(number: u32, host: Option<StaffId>) -> Booking {
    let (day, slot) = (1 + number / 20, number % 20);
    Booking {
        slug: "team".into(),
        start: at(&format!(
            "2026-12-{day:02}T{:02}:{:02}:00Z",
            slot / 2,
            slot % 2 * 30
        )),
        host,
        idempotency_key: format!("wish {number}"),
        ..adas_booking("10:00")
    }
}

async fn book(world: &World, number: u32, host: Option<StaffId>) -> Booked {
    appointments::book(&world.quince, booking(number, host))
        .await
        .unwrap()
}

async fn hosts(world: &World, bookings: std::ops::Range<u32>) -> Vec<StaffId> {
    let mut hosts = Vec::new();
    for number in bookings {
        let booked = book(world, number, None).await;
        hosts.push(world.appointment(&booked).await.hosts[0]);
    }
    hosts
}

async fn everybody_gets_as_many_and_the_reason_is_kept(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas, priya]).await;
    let first = hosts(&world, 0..3).await;
    assert_eq!(first, [world.owner, jonas, priya]);
    let booked = book(&world, 3, Some(jonas)).await;
    let seen = world.appointment(&booked).await;
    assert_eq!(reason_of(&seen).as_deref(), Some("chosen by the client"));
    let next = book(&world, 4, None).await;
    let next = world.appointment(&next).await;
    assert_eq!(next.hosts, [world.owner]);
    assert_eq!(
        reason_of(&next).as_deref(),
        Some("as few this month as others: 1, others 1")
    );
}

async fn who_is_more_than_three_ahead_is_not_offered(world: World) {
    let jonas = world.colleague("Jonas").await;
    team(&world, &[world.owner, jonas]).await;
    for number in 0..4 {
        book(&world, number, Some(jonas)).await;
    }
    // Only Jonas would be free then.
    world
        .set_hours(world.owner, WeeklyHours::weekdays(0, 60), Vec::new())
        .await;
    let refused = appointments::book(&world.quince, booking(10, None)).await;
    assert!(refused.is_err(), "{refused:?}");
    appointments::book(&world.quince, booking(10, Some(jonas)))
        .await
        .unwrap();
}

async fn the_clients_choice_goes_before_balance(world: World) {
    let jonas = world.colleague("Jonas").await;
    team(&world, &[world.owner, jonas]).await;
    for number in 0..6 {
        let booked = book(&world, number, Some(jonas)).await;
        assert_eq!(world.appointment(&booked).await.hosts, [jonas], "{number}");
    }
}

async fn a_newcomer_starts_with_the_average(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas]).await;
    hosts(&world, 0..4).await;
    world.set_hours(priya, WeeklyHours::always(), Vec::new()).await;
    // December's newcomer: the month has begun when Priya joins.
    world.clock.set(at("2026-12-01T12:00:00Z"));
    world.set_members("team", &[world.owner, jonas, priya]).await;
    let next = hosts(&world, 40..43).await;
    assert_eq!(next, [world.owner, jonas, priya], "two each, and two for free");
}

async fn somebody_without_hours_this_month_holds_nobody_up(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas, priya]).await;
    world.set_hours(priya, WeeklyHours::default(), Vec::new()).await;
    let all = hosts(&world, 0..12).await;
    assert_eq!(all.iter().filter(|host| **host == jonas).count(), 6);
}

async fn somebody_on_holiday_holds_nobody_up_then_or_when_they_are_back(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas, priya]).await;
    let holiday = Interval::new(at("2026-12-01T00:00:00Z"), at("2026-12-03T00:00:00Z"));
    blocked::add(&world.quince, priya, priya, holiday, "Away")
        .await
        .unwrap();
    let away = hosts(&world, 0..12).await;
    assert_eq!(away.iter().filter(|host| **host == jonas).count(), 6);
    assert_eq!(away.iter().filter(|host| **host == world.owner).count(), 6);
    let back = hosts(&world, 40..52).await;
    for member in [world.owner, jonas, priya] {
        let got = back.iter().filter(|host| **host == member).count();
        assert_eq!(got, 4, "what was missed is not made up for");
    }
    let at_once = Booking {
        idempotency_key: "another".into(),
        ..booking(40, None)
    };
    appointments::book(&world.quince, at_once).await.unwrap();
}

async fn who_comes_back_gets_their_share_of_what_follows(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas, priya]).await;
    let works = async |hours: WeeklyHours| {
        world.set_hours(priya, hours, Vec::new()).await;
    };
    works(WeeklyHours::default()).await;
    // Nothing tells later that she was away: on all of these days she works again.
    hosts(&world, 0..12).await;
    works(WeeklyHours::always()).await;
    let back = hosts(&world, 40..52).await;
    assert_eq!(back.iter().filter(|host| **host == priya).count(), 4);
    // One that is moved counts as given anew.
    works(WeeklyHours::default()).await;
    let booked = book(&world, 52, None).await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    works(WeeklyHours::always()).await;
    appointments::reschedule(&world.quince, &client, booking(60, None).start)
        .await
        .unwrap();
    assert!(hosts(&world, 61..63).await.contains(&priya));
}

async fn who_works_on_some_days_gets_their_share_of_those(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas, priya]).await;
    let away = |from: &str, to: &str| Interval::new(at(from), at(to));
    for holiday in [
        away("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"),
        away("2026-12-03T00:00:00Z", "2026-12-04T00:00:00Z"),
    ] {
        blocked::add(&world.quince, priya, priya, holiday, "Away")
            .await
            .unwrap();
    }
    let mut hers = Vec::new();
    for day in 0..4 {
        let booked = hosts(&world, day * 20..day * 20 + 9).await;
        hers.push(booked.iter().filter(|host| **host == priya).count());
    }
    assert_eq!(hers, [0, 3, 0, 3]);
}

async fn who_joins_a_team_is_credited_in_later_months_too(world: World) {
    let (jonas, priya) = (world.colleague("Jonas").await, world.colleague("Priya").await);
    team(&world, &[world.owner, jonas]).await;
    world.set_hours(priya, WeeklyHours::always(), Vec::new()).await;
    hosts(&world, 0..4).await;
    // It is still November.
    world.clock.advance(SignedDuration::from_secs(1));
    world.set_members("team", &[world.owner, jonas, priya]).await;
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(hosts(&world, 40..42).await, [world.owner, jonas]);
    let booked = book(&world, 42, None).await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.hosts, [priya]);
    assert_eq!(
        reason_of(&seen).as_deref(),
        Some("fewest this month: 0, others 3, credited with 2 for time away")
    );
}

async fn who_joins_again_is_not_counted_twice(world: World) {
    let jonas = world.colleague("Jonas").await;
    team(&world, &[world.owner, jonas]).await;
    hosts(&world, 0..4).await;
    world.clock.advance(SignedDuration::from_secs(1));
    world.set_members("team", &[world.owner]).await;
    world.set_members("team", &[world.owner, jonas]).await;
    world.clock.advance(SignedDuration::from_secs(1));
    let next = hosts(&world, 40..44).await;
    assert_eq!(next, [world.owner, jonas, world.owner, jonas], "two each so far");
}

async fn who_moves_an_appointment_is_shown_its_own_hosts_times(world: World) {
    let jonas = world.colleague("Jonas").await;
    team(&world, &[world.owner, jonas]).await;
    let first = book(&world, 0, Some(jonas)).await;
    for number in 1..5 {
        book(&world, number, Some(jonas)).await;
    }
    // Jonas is four ahead without this one, and alone in the morning.
    world
        .set_hours(world.owner, WeeklyHours::weekdays(0, 60), Vec::new())
        .await;
    let (day, zone) = (date("2026-12-01"), Zone::utc());
    let ten = at("2026-12-01T10:00:00Z");
    for (moving, shown) in [(None, false), (Some(first.id), true)] {
        let question = SlotQuery {
            moving,
            ..SlotQuery::new("team", day, day, &zone)
        };
        let free = availability::free(&world.quince, &question).await.unwrap();
        let is_shown = free.days.values().flatten().any(|slot| slot.start == ten);
        assert_eq!(is_shown, shown, "{moving:?}");
    }
    let client = Actor::Client {
        token: first.manage_token.clone(),
    };
    let moved = appointments::reschedule(&world.quince, &client, ten)
        .await
        .unwrap();
    assert_eq!(moved.hosts, [jonas]);
}
