//! A chosen time is held for its visitor for ten minutes, and for nobody else.

use std::time::Duration;

use bookings::appointments::{self, Booking, HoldRequest, hold, holder};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::classes;
use bookings::services::{self, ChosenService, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{Error, Kind, Rules, VisitorId, jobs};
use jiff::SignedDuration;
use store::locks::Lock;
use store::{WriteTx, sessions};
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date, member, tuesday};

stories! {
    connected_on:
    a_held_time_is_offered_to_its_visitor_alone,
    a_hold_ends_after_ten_minutes,
    choosing_another_time_gives_the_first_one_back,
    its_visitor_books_it_and_nothing_stays_held,
    a_taken_time_cannot_be_held_and_what_was_held_stays,
    in_a_team_the_others_stay_free,
    a_collective_is_held_with_all_its_members,
    a_class_holds_one_seat,
    a_visit_holds_its_room,
    staff_see_that_it_is_held_and_may_book_it_all_the_same,
    two_hundred_at_once_hold_a_time_once,
    a_seat_whose_hold_expires_goes_to_who_waits,
    a_seat_that_its_visitor_gives_up_goes_to_who_waits,
    seats_where_a_day_has_a_number_of_them_are_held_and_swept_in_turn,
    what_is_over_is_swept_away,
}

fn request(slug: &str, time: &str) -> HoldRequest {
    HoldRequest {
        slug: slug.into(),
        start: tuesday(time),
        host: None,
        services: Vec::new(),
    }
}

/// Ada and Bob, with a secret each.
fn ada() -> VisitorId {
    holder("ada's secret of a session")
}

fn bob() -> VisitorId {
    holder("bob's secret of a session")
}

async fn free(world: &World, question: SlotQuery<'_>) -> Vec<String> {
    let free = availability::free(&world.quince, &question).await.unwrap();
    let times = free.days.get(&date(TUESDAY)).into_iter().flatten();
    times
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect()
}

async fn is_free_to(world: &World, who: Option<VisitorId>, slug: &str, time: &str) -> bool {
    let (day, zone) = (date(TUESDAY), Zone::utc());
    let question = SlotQuery {
        holder: who,
        ..SlotQuery::new(slug, day, day, &zone)
    };
    free(world, question).await.contains(&time.to_owned())
}

fn booking(slug: &str, time: &str, who: VisitorId) -> Booking {
    Booking {
        slug: slug.into(),
        holder: Some(who),
        idempotency_key: format!("{slug} {time} {who:?}"),
        ..adas_booking(time)
    }
}

async fn book(world: &World, slug: &str, time: &str, who: VisitorId) -> Result<String, Error> {
    let booked = appointments::book(&world.quince, booking(slug, time, who)).await;
    booked.map(|booked| booked.host_name)
}

async fn a_held_time_is_offered_to_its_visitor_alone(world: World) {
    let until = hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    assert_eq!(
        until.duration_since(world.quince.now()),
        SignedDuration::from_mins(10)
    );
    assert!(is_free_to(&world, Some(ada()), "intro", "10:00").await);
    assert!(!is_free_to(&world, Some(bob()), "intro", "10:00").await);
    assert!(!is_free_to(&world, None, "intro", "10:00").await);
    assert!(is_free_to(&world, None, "intro", "10:30").await);
    let refused = book(&world, "intro", "10:00", bob()).await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    // Taking the same again is no more than more time.
    hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    assert!(is_free_to(&world, Some(ada()), "intro", "10:00").await);
}

async fn a_hold_ends_after_ten_minutes(world: World) {
    hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    world.clock.advance(SignedDuration::from_mins(9));
    assert!(!is_free_to(&world, None, "intro", "10:00").await);
    world.clock.advance(SignedDuration::from_mins(1));
    assert!(is_free_to(&world, None, "intro", "10:00").await);
    book(&world, "intro", "10:00", bob()).await.unwrap();
    let late = book(&world, "intro", "10:00", ada()).await;
    assert!(matches!(late, Err(Error::SlotTaken { .. })), "{late:?}");
}

async fn choosing_another_time_gives_the_first_one_back(world: World) {
    hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    hold(&world.quince, ada(), &request("intro", "10:30"))
        .await
        .unwrap();
    assert!(is_free_to(&world, None, "intro", "10:00").await);
    assert!(!is_free_to(&world, None, "intro", "10:30").await);
}

async fn its_visitor_books_it_and_nothing_stays_held(world: World) {
    hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    book(&world, "intro", "10:00", ada()).await.unwrap();
    assert!(!is_free_to(&world, Some(ada()), "intro", "10:00").await);
    // The same when another time is booked than the one that was held.
    hold(&world.quince, ada(), &request("intro", "11:00"))
        .await
        .unwrap();
    book(&world, "intro", "12:00", ada()).await.unwrap();
    assert!(is_free_to(&world, None, "intro", "11:00").await);
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 2);
}

async fn a_taken_time_cannot_be_held_and_what_was_held_stays(world: World) {
    world.book("10:00").await;
    hold(&world.quince, ada(), &request("intro", "11:00"))
        .await
        .unwrap();
    let taken = hold(&world.quince, ada(), &request("intro", "10:00")).await;
    assert!(matches!(taken, Err(Error::SlotTaken { .. })), "{taken:?}");
    let never = hold(&world.quince, ada(), &request("intro", "10:10")).await;
    assert!(matches!(never, Err(Error::Refused(_))), "{never:?}");
    let nowhere = hold(&world.quince, ada(), &request("nowhere", "10:00")).await;
    assert!(matches!(nowhere, Err(Error::NotFound(_))), "{nowhere:?}");
    assert!(!is_free_to(&world, None, "intro", "11:00").await);
}

async fn in_a_team_the_others_stay_free(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    world.calendar("team", &[world.owner, jonas]).await;
    hold(&world.quince, ada(), &request("team", "10:00"))
        .await
        .unwrap();
    assert!(is_free_to(&world, None, "team", "10:00").await);
    let bobs = book(&world, "team", "10:00", bob()).await.unwrap();
    let adas = book(&world, "team", "10:00", ada()).await.unwrap();
    assert_ne!(bobs, adas);
    assert!(!is_free_to(&world, None, "team", "10:00").await);
}

async fn a_collective_is_held_with_all_its_members(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    world.calendar("team", &[world.owner, jonas]).await;
    let panel = CalendarForm::new(
        CalendarSettings {
            slug: "panel".into(),
            kind: Kind::Collective,
            rules: Rules::default(),
            ..CalendarSettings::new("Panel")
        },
        vec![member(world.owner), member(jonas)],
    );
    world.make(panel).await;
    hold(&world.quince, ada(), &request("panel", "10:00"))
        .await
        .unwrap();
    assert!(!is_free_to(&world, None, "team", "10:00").await);
    assert!(!is_free_to(&world, None, "panel", "10:00").await);
    book(&world, "panel", "10:00", ada()).await.unwrap();
}

/// A class with two seats.
async fn yoga(world: &World) {
    let yoga = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats: 2,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(yoga).await;
}

async fn a_class_holds_one_seat(world: World) {
    yoga(&world).await;
    hold(&world.quince, ada(), &request("yoga", "10:00"))
        .await
        .unwrap();
    assert!(
        is_free_to(&world, None, "yoga", "10:00").await,
        "one seat is left"
    );
    book(&world, "yoga", "10:00", bob()).await.unwrap();
    assert!(
        !is_free_to(&world, None, "yoga", "10:00").await,
        "that one is held"
    );
    let third = book(&world, "yoga", "10:00", holder("a third one")).await;
    assert!(matches!(third, Err(Error::SlotTaken { .. })), "{third:?}");
    book(&world, "yoga", "10:00", ada()).await.unwrap();
}

async fn a_visit_holds_its_room(world: World) {
    let jonas = world.connected_colleague("Jonas").await.staff;
    let salon = CalendarForm::new(
        CalendarSettings {
            slug: "salon".into(),
            kind: Kind::Service,
            rules: Rules::default(),
            ..CalendarSettings::new("Salon")
        },
        vec![member(world.owner), member(jonas)],
    );
    let salon = world.make(salon).await;
    let chair = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity: 1,
        },
    };
    services::save_resources(&world.quince, world.owner, vec![chair])
        .await
        .unwrap();
    let chair = services::resources(&world.quince).await.unwrap()[0].id;
    let cut = ServiceSettings {
        group: String::new(),
        name: "Cut".into(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: vec![world.owner, jonas],
        resources: vec![(chair, 1)],
    };
    services::save(&world.quince, world.owner, salon, None, cut)
        .await
        .unwrap();
    let menu = services::public_menu(&world.quince, "salon").await.unwrap();
    let visit = vec![ChosenService {
        service: menu[0].id,
        host: None,
    }];
    let held = HoldRequest {
        services: visit.clone(),
        ..request("salon", "10:00")
    };
    hold(&world.quince, ada(), &held).await.unwrap();
    let (day, zone) = (date(TUESDAY), Zone::utc());
    let question = SlotQuery {
        services: &visit,
        ..SlotQuery::new("salon", day, day, &zone)
    };
    let times = free(&world, question).await;
    assert!(
        !times.contains(&"10:00".to_owned()),
        "the chair is held: {times:?}"
    );
    let wanted = Booking {
        services: visit,
        ..booking("salon", "10:00", ada())
    };
    appointments::book(&world.quince, wanted).await.unwrap();
}

async fn staff_see_that_it_is_held_and_may_book_it_all_the_same(world: World) {
    hold(&world.quince, ada(), &request("intro", "10:00"))
        .await
        .unwrap();
    let (intro, _) = world.form_of("intro").await;
    let why = availability::why(
        &world.quince,
        world.owner,
        intro,
        &[],
        date(TUESDAY),
        &Zone::utc(),
    )
    .await
    .unwrap();
    let start = why
        .starts
        .iter()
        .find(|start| start.start == tuesday("10:00"))
        .unwrap();
    assert_eq!(start.reasons[0].reason.as_str(), "HELD");
    let wanted = Booking {
        holder: None,
        ..booking("intro", "10:00", bob())
    };
    let anyway = appointments::OnConflict::Override;
    appointments::book_as_staff(&world.quince, world.owner, wanted, anyway)
        .await
        .unwrap();
    let late = book(&world, "intro", "10:00", ada()).await;
    assert!(matches!(late, Err(Error::SlotTaken { .. })), "{late:?}");
}

async fn two_hundred_at_once_hold_a_time_once(world: World) {
    let mut tries = JoinSet::new();
    for number in 0..200 {
        let quince = world.quince.clone();
        tries.spawn(async move {
            let who = holder(&format!("visitor {number}"));
            let held = hold(&quince, who, &request("intro", "10:00")).await;
            held.map(|_| who)
        });
    }
    let outcomes = tries.join_all().await;
    let held: Vec<VisitorId> = outcomes
        .iter()
        .filter_map(|held| held.as_ref().ok().copied())
        .collect();
    assert_eq!(held.len(), 1);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Error::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    book(&world, "intro", "10:00", held[0]).await.unwrap();
}

/// Ada holds the last seat of Yoga at 10:00, and Grace waits for one.
async fn a_full_class_with_somebody_waiting(world: &World) -> String {
    yoga(world).await;
    book(world, "yoga", "10:00", bob()).await.unwrap();
    hold(&world.quince, ada(), &request("yoga", "10:00"))
        .await
        .unwrap();
    let grace = Booking {
        email: "grace@example.com".into(),
        holder: None,
        ..booking("yoga", "10:00", bob())
    };
    classes::join_waiting_list(&world.quince, &grace).await.unwrap()
}

async fn waits(world: &World, token: &str) -> bool {
    classes::waiting_place(&world.quince, token).await.is_ok()
}

async fn a_seat_whose_hold_expires_goes_to_who_waits(world: World) {
    let grace = a_full_class_with_somebody_waiting(&world).await;
    world.later(9).await;
    assert!(waits(&world, &grace).await);
    world.clock.advance(SignedDuration::from_mins(1));
    // Somebody who takes other time of the same host does not take the seat from her.
    book(&world, "intro", "14:00", bob()).await.unwrap();
    let between = book(&world, "yoga", "10:00", holder("a third one")).await;
    assert!(matches!(between, Err(Error::SlotTaken { .. })), "{between:?}");
    assert_eq!(world.jobs().await.released, 1);
    assert!(!waits(&world, &grace).await);
    assert!(!is_free_to(&world, None, "yoga", "10:00").await);
    assert!(
        world
            .mails()
            .iter()
            .any(|mail| mail.contains("grace@") && mail.contains("You have a seat"))
    );
}

async fn a_seat_that_its_visitor_gives_up_goes_to_who_waits(world: World) {
    let grace = a_full_class_with_somebody_waiting(&world).await;
    hold(&world.quince, ada(), &request("yoga", "14:00"))
        .await
        .unwrap();
    assert!(!waits(&world, &grace).await, "Ada chose another session");
    let edsger = Booking {
        email: "edsger@example.com".into(),
        holder: None,
        ..booking("yoga", "14:00", ada())
    };
    book(&world, "yoga", "14:00", bob()).await.unwrap();
    let edsger = classes::join_waiting_list(&world.quince, &edsger).await.unwrap();
    book(&world, "intro", "16:00", ada()).await.unwrap();
    assert!(!waits(&world, &edsger).await, "Ada booked elsewhere");
}

async fn what_is_over_is_swept_away(world: World) {
    let team = world.calendar("team", &[world.owner]).await;
    hold(&world.quince, ada(), &request("team", "10:00"))
        .await
        .unwrap();
    let booked = book(&world, "intro", "14:00", bob()).await.unwrap();
    let store = &world.database.store;
    let mut tx = store.write().await.unwrap();
    let ends = world.quince.now() + SignedDuration::from_hours(1);
    let session = sessions::Content {
        owner: None,
        data: "{}",
        expires_at: ends,
    };
    sessions::begin(&mut tx, &[7; 32], session, world.quince.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world.later(10).await;
    booking_calendars::delete(&world.quince, world.owner, team)
        .await
        .unwrap();
    assert_eq!(world.jobs().await.released, 0, "nothing is left to sweep");
    // As long as it is known, the same booking is answered as at first.
    let is_known = async || {
        book(&world, "intro", "14:00", bob())
            .await
            .is_ok_and(|again| again == booked)
    };
    world.later(29 * 24 * 60).await;
    assert!(is_known().await);
    world.later(2 * 24 * 60).await;
    assert!(!is_known().await);
    let mut tx = store.write().await.unwrap();
    let now = world.quince.now();
    let left = sessions::delete_expired(&mut tx, now, now).await.unwrap();
    assert_eq!(left, 0);
}

async fn seats_where_a_day_has_a_number_of_them_are_held_and_swept_in_turn(world: World) {
    let yoga = world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "yoga".into(),
                kind: Kind::ClassBooking,
                rules: Rules {
                    seats: 3,
                    per_day: Some(3),
                    ..Rules::default()
                },
                ..CalendarSettings::new("Yoga")
            },
            vec![member(world.owner)],
        ))
        .await;
    book(&world, "yoga", "10:00", ada()).await.unwrap();
    let others_book = async || {
        let mut tx = world.database.store.write().await.unwrap();
        tx.lock([Lock::Count(yoga)]).await.unwrap();
        tx
    };
    // Whoever goes on without their turn gives up before this one ends.
    let end = async |tx: WriteTx| {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        tx.commit().await.unwrap();
    };
    let first = request("yoga", "10:00");
    let tx = others_book().await;
    let (held, ()) = tokio::join!(hold(&world.quince, bob(), &first), end(tx));
    held.unwrap();
    let another = request("yoga", "12:00");
    let tx = others_book().await;
    let (held, ()) = tokio::join!(hold(&world.quince, bob(), &another), end(tx));
    held.unwrap();
    let held = "SELECT COUNT(*) FROM occupancy_seats WHERE holder IS NOT NULL";
    assert_eq!(world.database.count(held).await, 1);

    hold(&world.quince, bob(), &first).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    let tx = others_book().await;
    let (done, ()) = tokio::join!(jobs::run_due(&world.quince), end(tx));
    done.unwrap();
    assert_eq!(world.database.count(held).await, 0);
}
