//! Round robin: who is booked, and whom a client can choose; what several share.

use bookings::appointments::{self, Booking};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Error, Kind, Rules, StaffId};
use jiff::SignedDuration;

use crate::booking::parallel;
use crate::database::stories;
use crate::world::{World, adas_booking, member, tuesday};

stories! {
    on:
    round_robin_takes_turns_and_says_why,
    round_robin_passes_over_who_is_busy,
    a_chosen_host_gets_the_appointment,
    several_may_share_a_slot_up_to_its_capacity,
    two_booking_calendars_never_share_a_hosts_time,
    a_day_is_full_for_all_at_once,
}

async fn team(world: &World) -> [StaffId; 3] {
    [
        world.owner,
        world.colleague("Mira").await,
        world.colleague("Noor").await,
    ]
}

async fn round_robin_takes_turns_and_says_why(world: World) {
    let team = team(&world).await;
    world.calendar("intro", &team).await;
    let mut hosts = Vec::new();
    for time in ["10:00", "10:30", "11:00"] {
        world.clock.advance(SignedDuration::from_secs(1));
        let booked = world.book(time).await;
        let seen = world.appointment(&booked).await;
        assert!(seen.assignment_reason.is_some());
        hosts.push(seen.host.unwrap());
    }
    assert_eq!(hosts, team);
}

async fn round_robin_passes_over_who_is_busy(world: World) {
    let team = team(&world).await;
    world.calendar("intro", &team).await;
    let booking = |n: usize| Booking {
        idempotency_key: format!("k{n}"),
        ..adas_booking("10:00")
    };
    let outcomes = parallel(&world, (0..10).map(booking).collect()).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        3,
        "one each"
    );
    assert!(!world.is_free("10:00").await);
}

async fn a_chosen_host_gets_the_appointment(world: World) {
    let team = team(&world).await;
    world.calendar("intro", &team).await;
    let booking = Booking {
        host: Some(team[2]),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    assert_eq!(booked.host_name, "Noor");
    let again = Booking {
        host: Some(team[2]),
        idempotency_key: "2".into(),
        ..adas_booking("10:00")
    };
    assert!(matches!(
        appointments::book(&world.quince, again).await,
        Err(Error::SlotTaken { .. })
    ));
}

async fn several_may_share_a_slot_up_to_its_capacity(world: World) {
    let rules = Rules {
        per_slot: 3,
        ..Rules::default()
    };
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "intro".into(),
            kind: Kind::Personal,
            rules,
            ..CalendarSettings::new("Intro call")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    let booking = |n: usize| Booking {
        idempotency_key: format!("k{n}"),
        ..adas_booking("10:00")
    };
    let outcomes = parallel(&world, (0..12).map(booking).collect()).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
}

async fn two_booking_calendars_never_share_a_hosts_time(world: World) {
    world.calendar("intro", &[world.owner]).await;
    world.calendar("other", &[world.owner]).await;
    let booking = |n: usize| Booking {
        slug: if n.is_multiple_of(2) {
            "intro".into()
        } else {
            "other".into()
        },
        idempotency_key: format!("k{n}"),
        ..adas_booking("10:00")
    };
    let outcomes = parallel(&world, (0..20).map(booking).collect()).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

async fn a_day_is_full_for_all_at_once(world: World) {
    let team = team(&world).await;
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "intro".into(),
            kind: Kind::RoundRobin,
            rules: Rules {
                per_day: Some(1),
                duration: 5,
                interval: 5,
                ..Rules::default()
            },
            ..CalendarSettings::new("Intro call")
        },
        team.map(member).to_vec(),
    );
    world.make(form).await;
    let booking = |n: i64| Booking {
        start: tuesday("09:00") + SignedDuration::from_mins(5 * n),
        idempotency_key: format!("k{n}"),
        ..adas_booking("09:00")
    };
    let outcomes = parallel(&world, (0..50).map(booking).collect()).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
}
