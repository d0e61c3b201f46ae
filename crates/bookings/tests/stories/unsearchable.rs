//! Servers that cannot search a calendar by time, because of one event, or that leave out events: whatever lies there is known
//! all the same, and nothing is booked over it.

use bookings::appointments::{self, Booking};
use bookings::availability::{self, SlotQuery};
use bookings::connections::{self, RemoteCalendarView};
use bookings::{ConnectionState, Error, ImportPolicy, configuration};
use jiff::{SignedDuration, Timestamp};
use sandbox::Unfilterable;
use zones::Zone;

use crate::database::stories;
use crate::servers::Server;
use crate::world::{World, adas_booking, at, date};

stories! {
    connected_on:
    an_event_that_breaks_the_search_hides_no_other,
    a_search_that_breaks_after_the_sync_is_got_round_at_once,
    a_calendar_that_could_never_be_searched_is_read,
    what_a_search_leaves_out_is_known,
    what_is_mended_is_no_longer_told,
    a_daily_comparison_fetches_only_what_is_new,
    d6_what_stays_as_first_imported_is_not_fetched_again,
    a_calendar_that_does_not_answer_is_read_at_once,
    an_event_that_breaks_off_every_answer_hides_no_other,
}

stories! {
    on:
    an_event_that_breaks_radicale_hides_no_other,
    an_event_that_breaks_xandikos_hides_no_other,
}

const NEGATIVE: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:neg
DTSTAMP:20261101T000000Z
DTSTART:20200601T030000Z
DTEND:20200601T031500Z
SUMMARY:neg
RRULE:FREQ=DAILY;INTERVAL=-1
END:VEVENT
END:VCALENDAR
";
const LUNAR: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:lunar
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20260217
SUMMARY:Lunar birthday
TRANSP:TRANSPARENT
RRULE:RSCALE=CHINESE;FREQ=YEARLY
END:VEVENT
END:VCALENDAR
";
/// The day after the one that 26 hours later is.
const WEDNESDAY: &str = "2026-11-25";

fn wednesday(time: &str) -> Timestamp {
    at(&format!("{WEDNESDAY}T{time}:00Z"))
}

fn an_hour(uid: &str, start: Timestamp) -> String {
    let text = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{}\r\n\
         DTEND:{}\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        text(start),
        text(start + SignedDuration::from_hours(1))
    )
}

/// From now on an event with a negative interval breaks every search of its calendar.
fn breaks_on_negative(world: &World, status: u16) {
    world.control.switch(|switches| {
        switches.unfilterable = Some(Unfilterable {
            containing: "INTERVAL=-1".into(),
            status,
        });
    });
}

async fn try_to_book(world: &World, time: &str) -> Result<appointments::Booked, Error> {
    let booking = Booking {
        start: wednesday(time),
        idempotency_key: format!("wednesday {time}"),
        ..adas_booking(time)
    };
    appointments::book(&world.quince, booking).await
}

async fn is_free(world: &World, time: &str) -> bool {
    let day = date(WEDNESDAY);
    let zone = Zone::utc();
    let free = availability::free(&world.quince, &SlotQuery::new("intro", day, day, &zone))
        .await
        .unwrap();
    let mut of_day = free.days.get(&day).into_iter().flatten();
    of_day.any(|slot| slot.start == wednesday(time))
}

async fn calendar(world: &World, name: &str) -> RemoteCalendarView {
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Connected);
    let mut calendars = connection.calendars.into_iter();
    calendars.find(|calendar| calendar.name == name).unwrap()
}

fn assert_taken(booked: &Result<appointments::Booked, Error>) {
    assert!(matches!(booked, Err(Error::SlotTaken { .. })), "{booked:?}");
}

async fn an_event_that_breaks_the_search_hides_no_other(world: World) {
    let work = world.icloud("Work");
    world.control.put_event(work, &NEGATIVE.replace('\n', "\r\n"));
    world.sync().await;
    for (status, later, [seen, live]) in [(400, 26, ["10:00", "12:00"]), (500, 0, ["13:00", "15:00"])] {
        breaks_on_negative(&world, status);
        world.clock.advance(SignedDuration::from_hours(later));
        world.sync().await;
        assert!(
            is_free(&world, seen).await && is_free(&world, live).await,
            "{status}"
        );
        // Put there after the last read: the look at the moment of booking finds it.
        world
            .control
            .put_event(work, &an_hour(&format!("live-{status}"), wednesday(live)));
        assert_taken(&try_to_book(&world, live).await);
        world
            .control
            .put_event(work, &an_hour(&format!("seen-{status}"), wednesday(seen)));
        world.sync().await;
        assert!(
            !is_free(&world, seen).await && !is_free(&world, live).await,
            "{status}"
        );
        assert_taken(&try_to_book(&world, seen).await);
    }
    let problem = calendar(&world, "Work").await.problem.unwrap();
    assert!(
        problem.contains("cannot search") && problem.contains("“neg” (1 June 2020)"),
        "{problem}"
    );
    assert!(
        try_to_book(&world, "16:00").await.is_ok(),
        "everything else can be booked"
    );
}

async fn a_search_that_breaks_after_the_sync_is_got_round_at_once(world: World) {
    let work = world.icloud("Work");
    world.sync().await;
    breaks_on_negative(&world, 400);
    world.control.put_event(work, &NEGATIVE.replace('\n', "\r\n"));
    world
        .control
        .put_event(work, &an_hour("dentist", wednesday("10:00")));
    assert_taken(&try_to_book(&world, "10:00").await);
    // The same without sync-collection, by versions alone.
    world.control.expire_sync_tokens(work);
    assert_taken(&try_to_book(&world, "10:30").await);
    // Who was asked in vain is read, and looked at closely, at once.
    world.jobs().await;
    assert!(!is_free(&world, "10:00").await);
    let problem = calendar(&world, "Work").await.problem.unwrap();
    assert!(problem.contains("“neg”"), "{problem}");
}

async fn a_calendar_that_could_never_be_searched_is_read(world: World) {
    let home = world.icloud("Home");
    breaks_on_negative(&world, 500);
    world.control.put_event(home, &NEGATIVE.replace('\n', "\r\n"));
    world
        .control
        .put_event(home, &an_hour("dentist", wednesday("10:00")));
    let colleague = world.connected_colleague("Jonas").await;
    world.control.put_event(
        colleague.calendar,
        &NEGATIVE.replace("neg", "neg-2").replace('\n', "\r\n"),
    );
    world
        .control
        .put_event(colleague.calendar, &an_hour("other", wednesday("12:00")));
    let id = connections::list(&world.quince, colleague.staff).await.unwrap()[0].id;
    bookings::sync::connection(&world.quince, id).await.unwrap();
    world.calendar("jonas", &[colleague.staff]).await;
    let zone = Zone::utc();
    let day = date(WEDNESDAY);
    let free = availability::free(&world.quince, &SlotQuery::new("jonas", day, day, &zone))
        .await
        .unwrap();
    let starts: Vec<Timestamp> = free.days[&day].iter().map(|slot| slot.start).collect();
    assert!(
        starts.contains(&wednesday("10:00")) && !starts.contains(&wednesday("12:00")),
        "{starts:?}"
    );
}

async fn what_a_search_leaves_out_is_known(world: World) {
    let colleague = world.connected_colleague("Jonas").await;
    // Everything was read without any search that finds it.
    world
        .control
        .switch(|switches| switches.query_leaves_out = Some("SUMMARY:Dentist".into()));
    let work = world.icloud("Work");
    world
        .control
        .put_event(work, &an_hour("first", wednesday("10:00")));
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await);
    // From then on its look at the moment of booking does not rely on the search.
    world
        .control
        .put_event(work, &an_hour("second", wednesday("12:00")));
    assert_taken(&try_to_book(&world, "12:00").await);
    assert_eq!(calendar(&world, "Work").await.problem, None);
    // So it is for somebody who connects such a calendar.
    world
        .control
        .put_event(colleague.calendar, &an_hour("third", wednesday("14:00")));
    let id = connections::list(&world.quince, colleague.staff).await.unwrap()[0].id;
    bookings::sync::connection(&world.quince, id).await.unwrap();
    world.set_members("intro", &[colleague.staff]).await;
    assert!(!is_free(&world, "14:00").await && is_free(&world, "12:00").await);
}

async fn what_is_mended_is_no_longer_told(world: World) {
    let work = world.icloud("Work");
    breaks_on_negative(&world, 400);
    let odd = world.control.put_event(work, &NEGATIVE.replace('\n', "\r\n"));
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert!(
        calendar(&world, "Work")
            .await
            .problem
            .unwrap()
            .contains("cannot search")
    );
    world.control.delete_event(work, &odd);
    world.sync().await;
    assert_eq!(calendar(&world, "Work").await.problem, None);
    world.control.clear_requests();
    assert!(try_to_book(&world, "10:00").await.is_ok());
    let requests = world.control.requests();
    let is_search = |request: &&sandbox::RecordedRequest| request.method == "REPORT";
    assert_eq!(
        requests.iter().filter(is_search).count(),
        2,
        "one search in each calendar: {requests:?}"
    );
}

fn multigets(world: &World) -> usize {
    let requests = world.control.requests();
    requests
        .iter()
        .filter(|request| request.body.contains("calendar-multiget"))
        .count()
}

async fn a_daily_comparison_fetches_only_what_is_new(world: World) {
    world.event("Work", "10:00");
    let gone = world.event("Work", "14:00");
    world.sync().await;
    world.control.clear_requests();
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert_eq!(multigets(&world), 0, "nothing is new");
    assert!(is_free(&world, "10:00").await);
    // What a server forgot to tell is found by the next comparison.
    world.control.delete_event(world.icloud("Work"), &gone);
    world
        .control
        .put_event(world.icloud("Work"), &an_hour("new", at("2026-11-27T10:00:00Z")));
    world.control.clear_requests();
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert_eq!(multigets(&world), 1);
    world.clock.set(at(crate::world::NOW));
    world.sync().await;
    assert!(!world.is_free("10:00").await && world.is_free("14:00").await);
}

async fn d6_what_stays_as_first_imported_is_not_fetched_again(world: World) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
    let work = world.icloud("Work");
    let href = world
        .control
        .put_event(work, &an_hour("first", wednesday("10:00")));
    world.sync().await;
    world.control.move_event(work, &href, wednesday("14:00"));
    world.sync().await;
    world.control.clear_requests();
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert_eq!(multigets(&world), 0);
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "14:00").await);
}

async fn a_calendar_that_does_not_answer_is_read_at_once(world: World) {
    world.sync().await;
    world.jobs().await;
    assert_eq!(world.jobs().await.synced, 0);
    world.control.set_down(true);
    assert!(
        try_to_book(&world, "10:00").await.is_ok(),
        "the last known events count"
    );
    assert_eq!(world.jobs().await.synced, 1);
    // Once it is known to fail, no booking takes its pauses away.
    assert!(try_to_book(&world, "12:00").await.is_ok());
    assert_eq!(world.jobs().await.synced, 0);
}

async fn an_event_that_breaks_off_every_answer_hides_no_other(world: World) {
    let work = world.icloud("Work");
    world.sync().await;
    world
        .control
        .switch(|switches| switches.breaks_off_at = Some("UID:crash".into()));
    world
        .control
        .put_event(work, &an_hour("crash", wednesday("09:00")));
    for number in 0..30 {
        let start = wednesday("20:00") + SignedDuration::from_hours(24 * number);
        world
            .control
            .put_event(work, &an_hour(&format!("other-{number}"), start));
    }
    // The look at the moment of booking gets round it, too.
    world
        .control
        .put_event(work, &an_hour("live", wednesday("12:00")));
    assert_taken(&try_to_book(&world, "12:00").await);
    world
        .control
        .put_event(work, &an_hour("seen", wednesday("10:00")));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "12:00").await);
    let problem = calendar(&world, "Work").await.problem.unwrap_or_default();
    assert!(problem.contains("could not be read"), "{problem}");
    // What comes later is read for itself, and by the next comparison as well.
    world
        .control
        .put_event(work, &an_hour("later", wednesday("14:00")));
    world.sync().await;
    assert!(!is_free(&world, "14:00").await);
    world.clock.advance(SignedDuration::from_hours(26));
    world
        .control
        .put_event(work, &an_hour("last", wednesday("15:00")));
    world.sync().await;
    assert!(!is_free(&world, "15:00").await && !is_free(&world, "14:00").await);
    assert!(is_free(&world, "16:00").await);
}

async fn an_event_that_breaks_radicale_hides_no_other(world: World) {
    let server = Server::radicale().await;
    Box::pin(hides_no_other(world, server, NEGATIVE, "“neg” (1 June 2020)")).await;
}

async fn an_event_that_breaks_xandikos_hides_no_other(world: World) {
    let server = Server::xandikos().await;
    let named = "“Lunar birthday” (17 February 2026)";
    Box::pin(hides_no_other(world, server, LUNAR, named)).await;
}

async fn hides_no_other(world: World, server: Server, breaking: &str, named: &str) {
    connections::connect_server(&world.quince, world.owner, server.login())
        .await
        .unwrap();
    let known = world.connection().await.calendars.remove(0);
    configuration::save_primary(&world.quince, world.owner, Some(known.id))
        .await
        .unwrap();
    world.calendar("intro", &[world.owner]).await;
    server.put("odd.ics", breaking).await;
    world.sync().await;
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
    assert!(is_free(&world, "10:00").await && is_free(&world, "12:00").await);
    let problem = calendar(&world, &known.name).await.problem.unwrap();
    assert!(
        problem.contains("cannot search") && problem.contains(named),
        "{problem}"
    );
    server.put("live.ics", &an_hour("live", wednesday("12:00"))).await;
    assert_taken(&try_to_book(&world, "12:00").await);
    server.put("seen.ics", &an_hour("seen", wednesday("10:00"))).await;
    world.sync().await;
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "12:00").await);
    assert!(try_to_book(&world, "15:00").await.is_ok());
    server.delete("odd.ics").await;
    world.sync().await;
    assert_eq!(calendar(&world, &known.name).await.problem, None);
    assert!(!is_free(&world, "10:00").await);
}
