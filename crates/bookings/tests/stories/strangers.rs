//! What is taken of people who are not known: so much from one network or with one mail address, and no more, whichever process
//! they reach.

use std::time::Duration;

use bookings::appointments::{
    self, Booked, Booking, HoldRequest, book_as_stranger, hold_as_stranger, holder,
};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::classes;
use bookings::strangers::{LimitedBy, MAX_BOOKINGS, MAX_HOLDS, MAX_WAITING_PLACES, Proof, Stranger, TooMany};
use bookings::undo::{self, BookingOrigin};
use bookings::{Error, Kind, PartyName, Quince, Refusal, Rules};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use store::locks::Lock;
use store::strangers::{self, OriginKey};
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{NOW, World, adas_booking, at, member, tuesday};

stories! {
    connected_on:
    ten_bookings_from_one_network_are_taken_in_twenty_minutes,
    ten_bookings_with_one_address_are_taken_from_wherever_they_come,
    all_at_once_and_by_two_processes_it_is_ten,
    a_repeated_request_gets_its_answer_when_no_more_is_taken,
    groups_do_not_fill_class_after_class,
    three_visitors_of_a_network_hold_time,
    five_places_on_waiting_lists_are_taken,
    staff_book_as_much_as_they_like,
    without_limits_everything_is_taken,
    an_admin_undoes_all_that_came_from_a_network,
    an_admin_undoes_all_of_an_address_and_tells_it,
    nobody_is_taken_off_a_list_while_its_seats_are_given,
    staff_who_are_no_admins_undo_nothing,
    networks_are_forgotten_after_a_month,
}

fn from(network: &str) -> Stranger {
    Stranger {
        network: network.into(),
        is_limited: true,
        proof: Proof::default(),
    }
}

/// The `n`th start of the days after Monday, half an hour each.
fn start(n: u32) -> Timestamp {
    let (day, half_hour) = (n / 16, n % 16);
    tuesday("09:00")
        + SignedDuration::from_hours(24 * i64::from(day))
        + SignedDuration::from_mins(30 * i64::from(half_hour))
}

fn booking(n: u32, email: &str) -> Booking {
    Booking {
        start: start(n),
        email: email.into(),
        idempotency_key: format!("wish {n}"),
        ..adas_booking("09:00")
    }
}

async fn book(quince: &Quince, network: &str, n: u32, email: &str) -> Result<Booked, Error> {
    book_as_stranger(quince, &from(network), booking(n, email)).await
}

fn too_many(result: Result<Booked, Error>) -> TooMany {
    match result {
        Err(Error::Refused(Refusal::TooMany(too_many))) => too_many,
        other => panic!("{other:?}"),
    }
}

async fn ten_bookings_from_one_network_are_taken_in_twenty_minutes(world: World) {
    for n in 0..MAX_BOOKINGS {
        let email = format!("{n}@example.com");
        book(&world.quince, "203.0.113.7", n, &email).await.unwrap();
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let refused = too_many(book(&world.quince, "203.0.113.7", 10, "x@example.com").await);
    assert!(
        matches!(
            refused,
            TooMany::Bookings {
                by: LimitedBy::Network,
                ..
            }
        ),
        "{refused:?}"
    );
    let sentence = refused.to_string();
    assert!(
        sentence.contains("20 minutes") && sentence.contains("contact us"),
        "{sentence}"
    );
    assert!(world.is_free("14:00").await, "nothing was taken by it");
    // Others are not concerned.
    book(&world.quince, "203.0.113.8", 10, "y@example.com")
        .await
        .unwrap();
    world
        .clock
        .advance(refused.wait() + SignedDuration::from_millis(1));
    book(&world.quince, "203.0.113.7", 11, "x@example.com")
        .await
        .unwrap();
    too_many(book(&world.quince, "203.0.113.7", 12, "x@example.com").await);
}

async fn ten_bookings_with_one_address_are_taken_from_wherever_they_come(world: World) {
    let spellings = ["ada@gmail.com", "A.D.A@Gmail.com", "ada+1@googlemail.com"];
    for (n, email) in (0..MAX_BOOKINGS).zip(spellings.into_iter().cycle()) {
        book(&world.quince, &format!("203.0.113.{n}"), n, email)
            .await
            .unwrap();
    }
    let refused = too_many(book(&world.quince, "203.0.113.99", 10, "ada@gmail.com").await);
    assert!(
        matches!(
            refused,
            TooMany::Bookings {
                by: LimitedBy::Address,
                ..
            }
        ),
        "{refused:?}"
    );
    // What is cancelled was booked all the same.
    let list = appointments::Filter {
        upcoming: true,
        host: None,
        to_confirm: false,
        colliding: false,
        search: String::new(),
        cursor: None,
        limit: 100,
    };
    let booked = appointments::list(&world.quince, world.owner, &list).await;
    for booked in booked.unwrap().appointments {
        let actor = appointments::Actor::Staff {
            id: world.owner,
            appointment: booked.id,
        };
        appointments::cancel(&world.quince, &actor, "").await.unwrap();
    }
    too_many(book(&world.quince, "203.0.113.99", 10, "ada@gmail.com").await);
    book(&world.quince, "203.0.113.99", 10, "bob@gmail.com")
        .await
        .unwrap();
}

async fn all_at_once_and_by_two_processes_it_is_ten(world: World) {
    let other = world.another_process().await;
    let mut tasks = JoinSet::new();
    for n in 0..24 {
        let quince = if n % 2 == 0 {
            world.quince.clone()
        } else {
            other.clone()
        };
        tasks.spawn(async move { book(&quince, "203.0.113.7", n, &format!("{n}@example.com")).await });
    }
    let results = tasks.join_all().await;
    let booked = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(booked, MAX_BOOKINGS as usize, "{results:?}");
    let refused = |result: &Result<Booked, Error>| matches!(result, Err(Error::Refused(Refusal::TooMany(_))));
    assert_eq!(results.iter().filter(|result| refused(result)).count(), 14);
}

async fn a_repeated_request_gets_its_answer_when_no_more_is_taken(world: World) {
    let first = book(&world.quince, "203.0.113.7", 0, "ada@example.com")
        .await
        .unwrap();
    for n in 1..MAX_BOOKINGS {
        book(&world.quince, "203.0.113.7", n, "ada@example.com")
            .await
            .unwrap();
    }
    let again = book(&world.quince, "203.0.113.7", 0, "ada@example.com")
        .await
        .unwrap();
    assert_eq!(again.id, first.id);
    too_many(book(&world.quince, "203.0.113.7", 10, "ada@example.com").await);
}

async fn classes_of(world: &World, seats: u32) {
    let form = CalendarForm::new(
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
    );
    world.make(form).await;
}

fn seat(n: u32, email: &str, guests: u32) -> Booking {
    Booking {
        slug: "yoga".into(),
        guests: (0..guests).map(|n| format!("Guest {n}")).collect(),
        ..booking(n, email)
    }
}

async fn groups_do_not_fill_class_after_class(world: World) {
    classes_of(&world, 30).await;
    let stranger = from("203.0.113.7");
    let book = |n, guests| {
        book_as_stranger(
            &world.quince,
            &stranger,
            seat(n, &format!("{n}@example.com"), guests),
        )
    };
    book(0, 3).await.unwrap();
    // One large group is welcome.
    book(2, 29).await.unwrap();
    too_many(book(4, 29).await);
    too_many(book(4, 0).await);
}

async fn three_visitors_of_a_network_hold_time(world: World) {
    let hold = async |quince: &Quince, network: &str, visitor: u32, n: u32| {
        let request = HoldRequest {
            slug: "intro".into(),
            start: start(n),
            host: None,
            services: Vec::new(),
        };
        let holder = holder(&format!("the secret of visitor {visitor}"));
        hold_as_stranger(quince, &from(network), holder, &request).await
    };
    let other = world.another_process().await;
    for n in 0..MAX_HOLDS {
        hold(&world.quince, "203.0.113.7", n, n).await.unwrap();
    }
    let refused = hold(&other, "203.0.113.7", 9, 9).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::TooMany(TooMany::Holds)))),
        "{refused:?}"
    );
    // Who holds a time may choose another one; and others are not concerned.
    hold(&other, "203.0.113.7", 0, 9).await.unwrap();
    hold(&other, "203.0.113.8", 9, 10).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    hold(&other, "203.0.113.7", 9, 11).await.unwrap();
}

async fn five_places_on_waiting_lists_are_taken(world: World) {
    classes_of(&world, 1).await;
    for n in 0..=MAX_WAITING_PLACES {
        appointments::book(&world.quince, seat(n, "first@example.com", 0))
            .await
            .unwrap();
    }
    let wait = async |network: &str, n: u32, email: &str| {
        classes::join_waiting_list_as_stranger(&world.quince, &from(network), &seat(n, email, 0)).await
    };
    let mut links = Vec::new();
    for n in 0..MAX_WAITING_PLACES {
        links.push(wait("203.0.113.7", n, "ada@example.com").await.unwrap());
    }
    let n = MAX_WAITING_PLACES;
    for (network, email, by) in [
        ("203.0.113.7", "bob@example.com", LimitedBy::Network),
        ("203.0.113.8", "ADA@example.com", LimitedBy::Address),
    ] {
        match wait(network, n, email).await {
            Err(Error::Refused(Refusal::TooMany(refused))) => {
                assert_eq!(refused, TooMany::WaitingPlaces { by });
            }
            other => panic!("{other:?}"),
        }
    }
    wait("203.0.113.8", n, "bob@example.com").await.unwrap();
    classes::leave_waiting_list(&world.quince, &links[0])
        .await
        .unwrap();
    wait("203.0.113.7", n, "eve@example.com").await.unwrap();
    // A session that is over is waited for no more.
    world.clock.set(at("2026-11-24T17:00:00Z"));
    for n in 20..23 {
        appointments::book(&world.quince, seat(n, "first@example.com", 0))
            .await
            .unwrap();
        wait("203.0.113.7", n, "ada@example.com").await.unwrap();
    }
}

async fn staff_book_as_much_as_they_like(world: World) {
    for n in 0..15 {
        let booking = booking(n, "ada@example.com");
        appointments::book_as_staff(
            &world.quince,
            world.owner,
            booking,
            appointments::OnConflict::Refuse,
        )
        .await
        .unwrap();
    }
    book(&world.quince, "203.0.113.7", 20, "ada@example.com")
        .await
        .unwrap();
}

async fn without_limits_everything_is_taken(world: World) {
    let stranger = Stranger {
        network: "203.0.113.7".into(),
        is_limited: false,
        proof: Proof::default(),
    };
    for n in 0..15 {
        let booking = booking(n, "ada@example.com");
        book_as_stranger(&world.quince, &stranger, booking).await.unwrap();
    }
}

async fn an_admin_undoes_all_that_came_from_a_network(world: World) {
    classes_of(&world, 1).await;
    let eve = from("203.0.113.7");
    for n in 0..6 {
        book(&world.quince, "203.0.113.7", n, &format!("{n}@example.com"))
            .await
            .unwrap();
    }
    book(&world.quince, "203.0.113.8", 8, "bob@example.com")
        .await
        .unwrap();
    book_as_stranger(
        &world.quince,
        &from("203.0.113.8"),
        seat(20, "bob@example.com", 0),
    )
    .await
    .unwrap();
    book_as_stranger(&world.quince, &eve, seat(22, "x@example.com", 0))
        .await
        .unwrap();
    // Bob waits for Eve's seat, and Eve waits for Bob's and for her own.
    classes::join_waiting_list_as_stranger(&world.quince, &eve, &seat(22, "y@example.com", 0))
        .await
        .unwrap();
    classes::join_waiting_list_as_stranger(
        &world.quince,
        &from("203.0.113.8"),
        &seat(22, "bob@example.com", 0),
    )
    .await
    .unwrap();
    classes::join_waiting_list_as_stranger(&world.quince, &eve, &seat(20, "z@example.com", 0))
        .await
        .unwrap();
    let hold = HoldRequest {
        slug: "intro".into(),
        start: start(10),
        host: None,
        services: Vec::new(),
    };
    hold_as_stranger(&world.quince, &eve, holder("eve's secret"), &hold)
        .await
        .unwrap();

    let whose: BookingOrigin = "203.0.113.7".parse().unwrap();
    let found = undo::find(&world.quince, world.owner, &whose).await.unwrap();
    assert_eq!((found.appointments, found.holds, found.waiting), (7, 1, 2));
    assert!(found.mails >= 7, "{found:?}");
    assert_eq!(found.first.len(), 7);
    let busy = undo::busy(&world.quince, world.owner).await.unwrap();
    assert_eq!((busy[0].whose.as_str(), busy[0].appointments), ("203.0.113.7", 7));

    let done = undo::undo(&world.quince, world.owner, &whose, false)
        .await
        .unwrap();
    assert_eq!((done.appointments, done.holds, done.waiting), (7, 1, 2));
    let left = undo::find(&world.quince, world.owner, &whose).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    world.jobs().await;
    world.later(10).await;
    let mails = world.mails();
    assert!(
        !mails
            .iter()
            .any(|mail| mail.contains("To: \"Ada Byron\" <x@example.com>")),
        "{mails:?}"
    );
    assert!(!mails.iter().any(|mail| mail.contains("Cancelled")), "{mails:?}");
    // What others have stays, and they get what became free.
    let events: Vec<String> = world
        .events("Home")
        .into_iter()
        .map(|event| event.summary)
        .collect();
    assert_eq!(events.len(), 3, "{events:?}");
    for time in ["09:00", "10:30", "14:00"] {
        assert!(world.is_free(time).await, "{time}");
    }
    assert!(!world.is_free("13:00").await, "Bob's");
}

async fn an_admin_undoes_all_of_an_address_and_tells_it(world: World) {
    let gone = book(&world.quince, "203.0.113.1", 0, "eve@gmail.com")
        .await
        .unwrap();
    book(&world.quince, "203.0.113.2", 1, "E.V.E@gmail.com")
        .await
        .unwrap();
    book(&world.quince, "203.0.113.2", 2, "bob@example.com")
        .await
        .unwrap();
    let by_staff = booking(3, "eve@gmail.com");
    appointments::book_as_staff(
        &world.quince,
        world.owner,
        by_staff,
        appointments::OnConflict::Refuse,
    )
    .await
    .unwrap();
    world.jobs().await;
    let before = world.mails().len();
    let whose: BookingOrigin = " Eve+1@googlemail.com ".parse().unwrap();
    let found = undo::find(&world.quince, world.owner, &whose).await.unwrap();
    assert_eq!(found.appointments, 2, "what staff booked is theirs to keep");
    undo::undo(&world.quince, world.owner, &whose, true)
        .await
        .unwrap();
    world.jobs().await;
    let cancellation_mails = world
        .mails()
        .iter()
        .filter(|mail| mail.contains("Subject: Cancelled"))
        .count();
    assert_eq!(
        (cancellation_mails, world.mails().len()),
        (2, before + 2),
        "hosts see it in their calendars"
    );
    assert_eq!(world.events("Home").len(), 2);
    let view = world.appointment(&gone).await;
    let by = view.cancellation.unwrap().by;
    assert_eq!(by, Some(PartyName::Staff("Maya Lopez".to_owned())));
    // Once more is as good as once.
    let again = undo::undo(&world.quince, world.owner, &whose, true)
        .await
        .unwrap();
    assert!(again.is_empty(), "{again:?}");
}

async fn staff_who_are_no_admins_undo_nothing(world: World) {
    let jonas = world.colleague("Jonas").await;
    let whose: BookingOrigin = "203.0.113.7".parse().unwrap();
    for refused in [
        undo::find(&world.quince, jonas, &whose).await.map(drop),
        undo::undo(&world.quince, jonas, &whose, false).await.map(drop),
        undo::busy(&world.quince, jonas).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    }
    for nobody in ["", "ada", "203.0.113.0/24", "300.1.1.1"] {
        assert!(nobody.parse::<BookingOrigin>().is_err(), "{nobody}");
    }
    // An address of the log is as good as its network.
    let one: BookingOrigin = "2001:db8:0:1::99".parse().unwrap();
    assert_eq!(one, "2001:db8:0:1::/64".parse().unwrap());
}

async fn networks_are_forgotten_after_a_month(world: World) {
    book(&world.quince, "203.0.113.7", 560, "eve@example.com")
        .await
        .unwrap();
    let whose: BookingOrigin = "203.0.113.7".parse().unwrap();
    let left = async || {
        // Something else is over, too.
        world.clock.advance(SignedDuration::from_hours(24 * 16));
        hold_something(&world).await;
        world.clock.advance(SignedDuration::from_mins(11));
        world.jobs().await;
        undo::find(&world.quince, world.owner, &whose)
            .await
            .unwrap()
            .appointments
    };
    assert_eq!(left().await, 1);
    assert_eq!(left().await, 0);
}

async fn hold_something(world: &World) {
    let zone = Zone::utc();
    let today = zone.date(world.quince.now());
    let question = SlotQuery::new("intro", today, today.saturating_add(5.days()), &zone);
    let free = availability::free(&world.quince, &question).await.unwrap();
    let request = HoldRequest {
        slug: "intro".into(),
        start: free.days.values().flatten().next().unwrap().start,
        host: None,
        services: Vec::new(),
    };
    appointments::hold(&world.quince, holder("a secret"), &request)
        .await
        .unwrap();
}

async fn nobody_is_taken_off_a_list_while_its_seats_are_given(world: World) {
    classes_of(&world, 1).await;
    let eve = from("203.0.113.7");
    book_as_stranger(
        &world.quince,
        &from("203.0.113.8"),
        seat(20, "bob@example.com", 0),
    )
    .await
    .unwrap();
    classes::join_waiting_list_as_stranger(&world.quince, &eve, &seat(20, "eve@example.com", 0))
        .await
        .unwrap();
    let mut tx = world.database.store.write().await.unwrap();
    // As whoever makes a seat free does, before it is read who waits.
    tx.lock([Lock::Owner(world.owner.into())]).await.unwrap();
    let whose: BookingOrigin = "203.0.113.7".parse().unwrap();
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let undoable =
            strangers::undoable(&mut tx, &OriginKey::Network("203.0.113.7".to_owned()), at(NOW)).await;
        assert_eq!(undoable.unwrap().waiting.len(), 1);
        tx.commit().await.unwrap();
    };
    let (done, ()) = tokio::join!(undo::undo(&world.quince, world.owner, &whose, false), meanwhile);
    assert_eq!(done.unwrap().waiting, 1);
}
