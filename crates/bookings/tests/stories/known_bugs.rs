//! What other schedulers have got wrong, by name, where it takes a database and a calendar to go wrong. Where the
//! rules alone can go wrong, `crates/scheduling/tests/spec` has it under the rule.

use bookings::appointments::{self, Actor, Booked, Booking};
use bookings::availability::SlotQuery;
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{Error, Kind, Rules, Status, WeeklyHours, availability};
use jiff::civil::Date;
use scheduling::DateRange;
use zones::Zone;

use crate::database::stories;
use crate::world::{World, adas_booking, at, date, member, tuesday};

stories! {
    connected_on:
    pending_appointments_block,
    a_moved_occurrence_is_not_missed,
    an_appointment_may_move_by_a_quarter_of_an_hour_over_itself,
    only_those_who_may_come_take_time,
    events_take_the_time_that_they_take,
}

stories! {
    on:
    a_day_on_which_the_clocks_change_is_the_visitors,
}

/// A Personal calendar of the owner.
async fn personal(world: &World, slug: &str, rules: Rules, auto_confirm: bool) {
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: slug.into(),
                kind: Kind::Personal,
                rules,
                auto_confirm,
                ..CalendarSettings::new(slug)
            },
            vec![member(world.owner)],
        ))
        .await;
}

fn booking(slug: &str, time: &str) -> Booking {
    Booking {
        slug: slug.into(),
        idempotency_key: format!("{slug} {time}"),
        ..adas_booking(time)
    }
}

async fn book(world: &World, slug: &str, time: &str) -> Booked {
    appointments::book(&world.quince, booking(slug, time))
        .await
        .unwrap()
}

/// The free times of `intro` on a date, as `HH:MM`.
async fn free_on(world: &World, day: &str) -> Vec<String> {
    let day = date(day);
    let zone = Zone::utc();
    let free = availability::free(&world.quince, &SlotQuery::new("intro", day, day, &zone))
        .await
        .unwrap();
    let of_day = free.days.get(&day).into_iter().flatten();
    of_day
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect()
}

async fn pending_appointments_block(world: World) {
    personal(&world, "ask", Rules::default(), false).await;
    let pending = book(&world, "ask", "10:00").await;
    assert_eq!(pending.status, Status::New);
    assert!(
        !world.is_free("10:00").await,
        "in every booking calendar of its host"
    );
    for slug in ["ask", "intro"] {
        let booking = Booking {
            idempotency_key: format!("second {slug}"),
            ..booking(slug, "10:00")
        };
        let second = appointments::book(&world.quince, booking).await;
        assert!(
            matches!(second, Err(Error::SlotTaken { .. })),
            "{slug}: {second:?}"
        );
    }
}

/// A series on Tuesdays at ten since the week before, with more lines of its own and more turns.
fn series(lines: &str, turns: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:20261117T100000Z\r\nDTEND:20261117T110000Z\r\nRRULE:FREQ=WEEKLY\r\n{lines}SUMMARY:Class\r\n\
         END:VEVENT\r\n{turns}END:VCALENDAR\r\n"
    )
}

/// The turn of Tuesday, changed.
fn turn(start: &str, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20261102T000000Z\r\nRECURRENCE-ID:20261124T100000Z\r\n\
         DTSTART:20261124T{start}00Z\r\nDURATION:PT1H\r\n{lines}SUMMARY:Class\r\nEND:VEVENT\r\n"
    )
}

async fn a_moved_occurrence_is_not_missed(world: World) {
    let work = world.icloud("Work");
    world.control.put_event(work, &series("", ""));
    world.sync().await;
    assert!(!world.is_free("10:00").await && world.is_free("14:00").await);
    world.control.put_event(work, &series("", &turn("1400", "")));
    world.sync().await;
    let free = world.free().await;
    for open in ["10:00", "10:30"] {
        assert!(free.contains(&open.to_owned()), "{open} in {free:?}");
    }
    for taken in ["14:00", "14:30"] {
        assert!(!free.contains(&taken.to_owned()), "{taken} in {free:?}");
    }
    let next_week = free_on(&world, "2026-12-01").await;
    assert!(!next_week.contains(&"10:00".to_owned()), "{next_week:?}");
    assert!(next_week.contains(&"14:00".to_owned()), "{next_week:?}");
}

async fn an_appointment_may_move_by_a_quarter_of_an_hour_over_itself(world: World) {
    let rules = Rules {
        duration: 60,
        interval: 15,
        pre_buffer: 15,
        post_buffer: 15,
        ..Rules::default()
    };
    personal(&world, "long", rules, true).await;
    let booked = book(&world, "long", "10:00").await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    for time in ["10:15", "09:45"] {
        // Its own event has been written and read again by now.
        world.jobs().await;
        world.sync().await;
        let to_others = appointments::book(&world.quince, booking("long", time)).await;
        assert!(
            matches!(to_others, Err(Error::SlotTaken { .. })),
            "{time}: {to_others:?}"
        );
        let moved = appointments::reschedule(&world.quince, &client, tuesday(time))
            .await
            .unwrap();
        assert_eq!(moved.start, tuesday(time));
    }
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
}

async fn only_those_who_may_come_take_time(world: World) {
    let rules = Rules {
        duration: 240,
        ..Rules::default()
    };
    personal(&world, "workshop", rules, true).await;
    let booked = book(&world, "workshop", "11:00").await;
    world.clock.set(tuesday("11:05"));
    for (status, free) in [
        (Status::Showed, false),
        (Status::NoShow, true),
        (Status::Showed, false),
        (Status::Confirmed, false),
        (Status::Invalid, true),
    ] {
        appointments::set_status(&world.quince, world.owner, booked.id, status)
            .await
            .unwrap();
        assert_eq!(world.is_free("14:00").await, free, "{status:?}");
    }
}

async fn events_take_the_time_that_they_take(world: World) {
    let work = world.icloud("Work");
    let me = world.control.default_account().apple_id;
    let once = |uid: &str, start: &str, lines: &str| {
        let event = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
             DTSTART:20261124T{start}00Z\r\nDURATION:PT30M\r\n{lines}SUMMARY:Visit\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        world.control.put_event(work, &event);
    };
    once("tentative", "0900", "STATUS:TENTATIVE\r\n");
    once(
        "travel",
        "1100",
        "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M\r\n",
    );
    once("transparent", "1300", "TRANSP:TRANSPARENT\r\n");
    once(
        "declined",
        "1400",
        &format!(
            "ORGANIZER:mailto:boss@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:boss@example.org\r\n\
             ATTENDEE;PARTSTAT=DECLINED:mailto:{me}\r\n"
        ),
    );
    world
        .control
        .put_event(work, &series("", &turn("1000", "STATUS:CANCELLED\r\n")));
    world.sync().await;
    let free = world.free().await;
    for (time, is_free, sentence) in [
        ("09:00", false, "a tentative event blocks"),
        ("10:00", true, "a cancelled turn does not"),
        ("10:30", false, "the way to an event blocks"),
        ("11:00", false, "as the event does"),
        ("11:30", true, "and what comes after it does not"),
        ("13:00", true, "a transparent event does not block"),
        ("14:00", true, "a declined one does not"),
    ] {
        assert_eq!(
            free.iter().any(|free| free == time),
            is_free,
            "{sentence}: {free:?}"
        );
    }
    let next_week = free_on(&world, "2026-12-01").await;
    assert!(
        !next_week.contains(&"10:00".to_owned()),
        "only one turn was cancelled: {next_week:?}"
    );
}

async fn a_day_on_which_the_clocks_change_is_the_visitors(world: World) {
    let always = WeeklyHours::always;
    world.set_hours(world.owner, always(), Vec::new()).await;
    let rules = Rules {
        zone: Zone::named("Europe/Berlin").unwrap(),
        hours: Some(always()),
        range: DateRange::Unlimited,
        ..Rules::default()
    };
    personal(&world, "berlin", rules, true).await;
    let new_york = Zone::named("America/New_York").unwrap();
    // New York changes its clocks on the 8th of March and not on the 25th of October, when Berlin does.
    for (now, day, count) in [
        ("2026-03-01T08:00:00Z", "2026-03-08", 46),
        ("2026-10-20T08:00:00Z", "2026-10-25", 48),
        ("2026-10-20T08:00:00Z", "2026-11-01", 50),
    ] {
        world.clock.set(at(now));
        let day = date(day);
        let (before, after) = (day.yesterday().unwrap(), day.tomorrow().unwrap());
        let free = availability::free(&world.quince, &SlotQuery::new("berlin", before, after, &new_york))
            .await
            .unwrap();
        let counts: Vec<(Date, usize)> = free.days.iter().map(|(day, free)| (*day, free.len())).collect();
        assert_eq!(counts, [(before, 48), (day, count), (after, 48)]);
        for (day, free) in &free.days {
            assert!(free.iter().all(|slot| new_york.date(slot.start) == *day), "{day}");
        }
    }
}
