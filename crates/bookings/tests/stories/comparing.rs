//! What is kept of a calendar is compared with what lies there: nothing counts as gone that the server did not call gone, nothing is
//! kept for somebody whom the calendar does not belong to any more, and what was asked for meanwhile is not lost.

use std::time::Duration;

use bookings::appointments::{self, Booked, Booking};
use bookings::availability::{self, SlotQuery};
use bookings::connections::{self, CalendarState};
use bookings::profile::{self, ProfileForm};
use bookings::{Error, ImportPolicy, WeeklyHours, WriteState, configuration};
use jiff::{SignedDuration, Timestamp};
use sandbox::{ExpiredToken, Fault, NewCalendar, RetryAfter, Unfilterable};
use store::{connections as rows, external_events, remote_calendars};
use zones::Zone;

use crate::database::stories;
use crate::world::{NOW, World, adas_booking, at, date};

stories! {
    connected_on:
    a_floating_time_lies_in_the_zone_that_is_its_owners_now,
    a_floating_time_lies_in_the_zone_that_its_calendar_names_now,
    a_zone_that_becomes_known_is_used_at_once,
    an_invitation_to_a_new_address_is_known_for_ones_own,
    what_a_list_lacks_is_asked_for_before_it_counts_as_gone,
    an_empty_list_empties_no_calendar,
    what_is_gone_and_in_no_list_goes,
    what_quince_wrote_is_not_taken_for_deleted_because_a_list_lacks_it,
    what_has_another_path_is_kept_once,
    what_is_listed_and_not_found_is_not_gone,
    a_search_that_hangs_hides_nothing,
    a_search_that_begins_to_hang_is_got_round_at_once,
    a_search_that_fails_is_noted_though_no_time_is_left,
    a_search_that_hangs_during_a_comparison_does_not_have_it_done_again,
    a_refused_token_rewrites_nothing,
    a_calendar_that_is_throttled_does_not_stop_the_others,
    an_account_that_is_throttled_is_left_alone,
    d6_a_search_that_leaves_out_events_is_noticed,
    d6_what_was_moved_or_deleted_there_is_not_taken_for_left_out,
    a_choice_made_during_a_comparison_counts,
    a_zone_chosen_during_a_comparison_counts,
    a_zone_counts_though_no_comparison_is_answered,
    comparisons_that_are_never_answered_are_told_until_one_is,
    what_takes_no_time_does_not_shorten_what_is_kept,
    a_read_that_breaks_off_on_our_side_is_told,
    a_calendar_that_changes_its_name_goes_on_failing,
    a_read_of_a_clock_that_was_ahead_that_breaks_off_loses_nothing,
}

/// On no day that is read as over: two days later it is a Wednesday.
const WEDNESDAY: &str = "2026-11-25";

fn wednesday(time: &str) -> Timestamp {
    at(&format!("{WEDNESDAY}T{time}:00Z"))
}

fn event(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n{lines}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// An hour on Wednesday.
fn an_hour(uid: &str, time: &str) -> String {
    let text = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
    let start = wednesday(time);
    let end = start + SignedDuration::from_hours(1);
    event(
        uid,
        &format!(
            "DTSTART:{}\r\nDTEND:{}\r\nSUMMARY:Dentist",
            text(start),
            text(end)
        ),
    )
}

fn put(world: &World, ics: &str) -> String {
    world.control.put_event(world.icloud("Work"), ics)
}

async fn a_day_later(world: &World) {
    world.clock.advance(SignedDuration::from_hours(26));
    world.sync().await;
}

async fn free_on(world: &World, day: &str) -> Vec<String> {
    let (day, zone) = (date(day), Zone::utc());
    let free = availability::free(&world.quince, &SlotQuery::new("intro", day, day, &zone))
        .await
        .unwrap();
    let of_day = free.days.get(&day).into_iter().flatten();
    of_day
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect()
}

/// Whether a time of Wednesday is offered.
async fn is_free(world: &World, time: &str) -> bool {
    free_on(world, WEDNESDAY).await.iter().any(|free| free == time)
}

async fn try_to_book(world: &World, time: &str) -> Result<Booked, Error> {
    let booking = Booking {
        start: wednesday(time),
        idempotency_key: format!("wednesday {time}"),
        ..adas_booking(time)
    };
    appointments::book(&world.quince, booking).await
}

fn assert_taken(booked: &Result<Booked, Error>) {
    assert!(matches!(booked, Err(Error::SlotTaken { .. })), "{booked:?}");
}

/// Hours in which every time of these stories can be booked, whatever the zone.
async fn works_around_the_clock(world: &World) {
    let always = WeeklyHours::weekdays(0, 24 * 60);
    world.set_hours(world.owner, always, Vec::new()).await;
}

const FLOATING: &str = "DTSTART:20261125T100000\r\nDTEND:20261125T110000\r\nSUMMARY:Dentist";

async fn a_floating_time_lies_in_the_zone_that_is_its_owners_now(world: World) {
    works_around_the_clock(&world).await;
    put(&world, &event("floating", FLOATING));
    world.jobs().await;
    world.later(2).await;
    assert!(!is_free(&world, "10:00").await && is_free(&world, "15:00").await);
    // Soon after a comparison, and long after one.
    for (minutes, zone, [busy, free]) in [
        (1, "America/New_York", ["15:00", "10:00"]),
        (23 * 60 + 30, "Asia/Tokyo", ["01:00", "15:00"]),
    ] {
        world.later(minutes).await;
        world.set_zone(world.owner, zone).await;
        assert_eq!(world.jobs().await.synced, 1, "{zone}: at once");
        assert!(
            !is_free(&world, busy).await && is_free(&world, free).await,
            "{zone}"
        );
    }
    // Another name alone changes nothing.
    world.jobs().await;
    let form = ProfileForm {
        name: "Maya".into(),
        ..world.profile_of(world.owner).await
    };
    profile::save(&world.quince, world.owner, &form).await.unwrap();
    assert_eq!(world.jobs().await.synced, 0);
}

async fn a_floating_time_lies_in_the_zone_that_its_calendar_names_now(world: World) {
    works_around_the_clock(&world).await;
    put(&world, &event("floating", FLOATING));
    for (zone, [busy, free]) in [
        (Some("America/New_York"), ["15:00", "10:00"]),
        (Some("Asia/Tokyo"), ["01:00", "15:00"]),
        (Some("Nowhere/At All"), ["10:00", "01:00"]),
        (Some("Tokyo Standard Time"), ["01:00", "10:00"]),
        (None, ["10:00", "01:00"]),
    ] {
        world
            .control
            .switch(|switches| switches.calendar_zone = zone.map(str::to_owned));
        world.sync().await;
        assert!(
            !is_free(&world, busy).await && is_free(&world, free).await,
            "{zone:?}"
        );
    }
}

/// As after a newer database of zones has come: what was worked out for one zone is to be for another one, and no list says so.
async fn a_zone_that_becomes_known_is_used_at_once(world: World) {
    works_around_the_clock(&world).await;
    world
        .control
        .switch(|switches| switches.calendar_zone = Some("Europe/Berlin".into()));
    put(&world, &event("floating", FLOATING));
    world.sync().await;
    assert!(!is_free(&world, "09:00").await && is_free(&world, "01:00").await);
    // The calendar is listed as it is kept; only its instances are of another zone.
    world
        .control
        .switch(|switches| switches.calendar_zone = Some("Asia/Tokyo".into()));
    world.database.set("remote_calendars", "zone", "Asia/Tokyo").await;
    world.sync().await;
    assert!(is_free(&world, "09:00").await && !is_free(&world, "01:00").await);
}

async fn an_invitation_to_a_new_address_is_known_for_ones_own(world: World) {
    let invitation = "DTSTART:20261125T100000Z\r\nDTEND:20261125T110000Z\r\nSUMMARY:Party\r\nORGANIZER:mailto:boss@example.org\r\n\
                      ATTENDEE;PARTSTAT=DECLINED:mailto:maya@alias.example";
    put(&world, &event("party", invitation));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await, "somebody else declined");
    let account = world.control.accounts()[0];
    world.control.add_alias(account, "maya@alias.example");
    let id = world.connection().await.id;
    let password = world.control.default_account().app_password;
    connections::reconnect(&world.quince, world.owner, id, &password)
        .await
        .unwrap();
    assert!(is_free(&world, "10:00").await, "she did");
    // So it is when the addresses are found anew because the account has moved.
    world.control.add_alias(account, "maya@other.example");
    let other = invitation
        .replace("T10", "T12")
        .replace("T11", "T13")
        .replace("alias", "other");
    put(&world, &event("other", &other));
    world.sync().await;
    assert!(!is_free(&world, "12:00").await);
    world.control.switch(|switches| {
        switches.partition_gone = true;
        switches.absolute_home = false;
    });
    world.sync().await;
    assert!(is_free(&world, "12:00").await);
}

fn lists_leave_out(world: &World, text: &str) {
    world
        .control
        .switch(|switches| switches.list_leaves_out = Some(text.into()));
}

async fn what_a_list_lacks_is_asked_for_before_it_counts_as_gone(world: World) {
    let href = put(&world, &an_hour("there", "10:00"));
    world.sync().await;
    lists_leave_out(&world, "UID:there");
    a_day_later(&world).await;
    assert!(!is_free(&world, "10:00").await, "after a comparison");
    for mode in [ExpiredToken::Gone, ExpiredToken::FullListing] {
        world.control.switch(|switches| switches.expired_token = mode);
        world.control.expire_sync_tokens(world.icloud("Work"));
        put(&world, &an_hour(&format!("new {mode:?}"), "12:00"));
        world.sync().await;
        assert!(!is_free(&world, "10:00").await, "{mode:?}");
        assert!(!is_free(&world, "12:00").await, "{mode:?}");
    }
    world.control.delete_event(world.icloud("Work"), &href);
    a_day_later(&world).await;
    world.clock.set(at(NOW));
    world.sync().await;
    assert!(is_free(&world, "10:00").await);
}

async fn an_empty_list_empties_no_calendar(world: World) {
    for (number, time) in ["09:00", "11:00", "13:00", "15:00"].iter().enumerate() {
        put(&world, &an_hour(&format!("event-{number}"), time));
    }
    world.sync().await;
    let before = free_on(&world, WEDNESDAY).await;
    lists_leave_out(&world, "BEGIN");
    a_day_later(&world).await;
    assert_eq!(free_on(&world, WEDNESDAY).await, before);
}

async fn what_is_gone_and_in_no_list_goes(world: World) {
    let gone = put(&world, &an_hour("gone", "10:00"));
    put(&world, &an_hour("stays", "14:00"));
    world.sync().await;
    world.control.delete_event(world.icloud("Work"), &gone);
    // No token tells of it.
    world.control.expire_sync_tokens(world.icloud("Work"));
    for mode in [ExpiredToken::Forbidden, ExpiredToken::FullListing] {
        world.control.switch(|switches| switches.expired_token = mode);
        world.sync().await;
        assert!(
            is_free(&world, "10:00").await && !is_free(&world, "14:00").await,
            "{mode:?}"
        );
    }
}

async fn what_quince_wrote_is_not_taken_for_deleted_because_a_list_lacks_it(world: World) {
    let booked = try_to_book(&world, "10:00").await.unwrap();
    world.jobs().await;
    let href = world.events("Home")[0].href.clone();
    lists_leave_out(&world, "BEGIN");
    a_day_later(&world).await;
    let state = async || world.appointment(&booked).await.write.unwrap().state;
    assert_eq!(state().await, WriteState::Written);
    world.control.delete_event(world.icloud("Home"), &href);
    world.control.expire_sync_tokens(world.icloud("Home"));
    world.sync().await;
    assert_eq!(state().await, WriteState::ChangedInIcloud);
    // What is known to be gone is not asked for again and again.
    world.control.clear_requests();
    a_day_later(&world).await;
    assert_eq!(world.requests("GET"), 0);
}

/// As after an account has moved to another home on its server.
async fn what_has_another_path_is_kept_once(world: World) {
    let href = put(&world, &an_hour("event", "10:00"));
    let booked = try_to_book(&world, "14:00").await.unwrap();
    world.jobs().await;
    world.sync().await;
    let name = href.rsplit('/').next().unwrap();
    let old = format!("/1/calendars/old/{name}");
    world.database.set("external_events", "href", &old).await;
    let written = world.events("Home")[0].href.clone();
    let old = format!("/1/calendars/old/{}", written.rsplit('/').next().unwrap());
    world.database.set("event_writes", "href", &old).await;
    a_day_later(&world).await;
    let work = world.remote("Work").await;
    let mut tx = world.quince.store().read().await.unwrap();
    let paths: Vec<String> = external_events::list_keys(&mut tx, work)
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.href)
        .collect();
    assert_eq!(paths, [href.as_str()]);
    drop(tx);
    let write = world.appointment(&booked).await.write.unwrap();
    assert_eq!(write.state, WriteState::Written);
    assert!(!is_free(&world, "10:00").await);
    world.control.delete_event(world.icloud("Work"), &href);
    world.sync().await;
    assert!(is_free(&world, "10:00").await);
}

async fn problem(world: &World, name: &str) -> Option<String> {
    let connection = world.connection().await;
    let mut calendars = connection.calendars.into_iter();
    calendars.find(|calendar| calendar.name == name).unwrap().problem
}

async fn what_is_listed_and_not_found_is_not_gone(world: World) {
    let href = put(&world, &an_hour("lost-1", "10:00"));
    world.sync().await;
    world
        .control
        .switch(|switches| switches.not_found_holding = Some("UID:lost".into()));
    let work = world.icloud("Work");
    world.control.retitle_event(work, &href, "Surgeon");
    put(&world, &an_hour("lost-2", "12:00"));
    put(&world, &an_hour("other", "14:00"));
    a_day_later(&world).await;
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "14:00").await);
    let sentence = problem(&world, "Work").await.unwrap_or_default();
    assert!(
        sentence.contains("could not be read") && sentence.contains("one more"),
        "{sentence}"
    );
    // Nor is it when only changes are asked for, or versions compared.
    world.control.retitle_event(work, &href, "Dentist");
    world.sync().await;
    assert!(!is_free(&world, "10:00").await);
    world.control.expire_sync_tokens(work);
    world.control.retitle_event(work, &href, "Surgeon");
    world.sync().await;
    assert!(!is_free(&world, "10:00").await);
    world.control.delete_event(work, &href);
    world.sync().await;
    assert!(is_free(&world, "10:00").await);
}

async fn a_search_that_hangs_hides_nothing(world: World) {
    for fault in [Fault::Reset, Fault::BrokenBody] {
        world.control.set_search_fault(Some(fault.clone()));
        let name = format!("Jonas{}", if fault == Fault::Reset { 1 } else { 2 });
        let colleague = world.connected_colleague(&name).await;
        world
            .control
            .put_event(colleague.calendar, &an_hour("first", "10:00"));
        let id = connections::list(&world.quince, colleague.staff).await.unwrap()[0].id;
        bookings::sync::connection(&world.quince, id).await.unwrap();
        world.set_members("intro", &[colleague.staff]).await;
        assert!(!is_free(&world, "10:00").await, "{fault:?}: the first read");
        assert!(is_free(&world, "12:00").await, "{fault:?}");
        world
            .control
            .put_event(colleague.calendar, &an_hour("second", "12:00"));
        assert_taken(&try_to_book(&world, "12:00").await);
        let known = connections::list(&world.quince, colleague.staff).await.unwrap();
        let problem = known[0].calendars[0].problem.clone().unwrap();
        assert!(problem.contains("cannot search"), "{fault:?}: {problem}");
    }
}

async fn a_search_that_begins_to_hang_is_got_round_at_once(world: World) {
    world.sync().await;
    world.clock.advance(SignedDuration::from_hours(2));
    world.sync().await;
    for (number, (fault, time)) in [
        (Fault::Slow(Duration::from_mins(1)), "10:00"),
        (Fault::Reset, "12:00"),
        (Fault::BrokenBody, "14:00"),
    ]
    .into_iter()
    .enumerate()
    {
        world.control.set_search_fault(Some(fault.clone()));
        put(&world, &an_hour(&format!("event-{number}"), time));
        let booked = try_to_book(&world, time).await;
        assert!(
            matches!(booked, Err(Error::SlotTaken { .. })),
            "{fault:?}: {booked:?}"
        );
    }
    // The last ones are answered, so that a read need not wait as long as it would for a server that hangs.
    assert!(try_to_book(&world, "16:00").await.is_ok());
    world.jobs().await;
    let sentence = problem(&world, "Work").await.unwrap();
    assert!(sentence.contains("cannot search"), "{sentence}");
}

async fn a_search_that_fails_is_noted_though_no_time_is_left(world: World) {
    configuration::save_conflicts(&world.quince, world.owner, Vec::new())
        .await
        .unwrap();
    world.sync().await;
    world
        .control
        .put_event(world.icloud("Home"), &an_hour("odd", "15:00"));
    world.sync().await;
    world.control.switch(|switches| {
        switches.unfilterable = Some(Unfilterable {
            containing: "UID:odd".into(),
            status: 400,
        });
    });
    // The search is refused at once; what changed is told when nobody waits any more.
    for seconds in [0, 5] {
        world
            .control
            .inject_on("REPORT", Fault::Slow(Duration::from_secs(seconds)));
    }
    assert!(try_to_book(&world, "10:00").await.is_ok());
    world.jobs().await;
    let sentence = problem(&world, "Home").await.unwrap_or_default();
    assert!(sentence.contains("cannot search"), "{sentence}");
}

async fn a_refused_token_rewrites_nothing(world: World) {
    put(&world, &an_hour("old", "10:00"));
    world.sync().await;
    let work = world.remote("Work").await;
    let titles = async || {
        let mut tx = world.quince.store().read().await.unwrap();
        let (from, to) = (wednesday("00:00"), wednesday("23:00"));
        let all = external_events::between(&mut tx, &[work], from, to)
            .await
            .unwrap();
        let titles = all.into_iter().map(|instance| instance.summary);
        titles.collect::<Vec<String>>()
    };
    for (mode, time) in [
        (ExpiredToken::Gone, "12:00"),
        (ExpiredToken::Forbidden, "13:00"),
        (ExpiredToken::FullListing, "14:00"),
    ] {
        world
            .database
            .set("external_instances", "summary", "as it was")
            .await;
        world.control.switch(|switches| switches.expired_token = mode);
        world.control.expire_sync_tokens(world.icloud("Work"));
        put(&world, &an_hour(&format!("new {time}"), time));
        world.sync().await;
        let titles = titles().await;
        let written = titles.iter().filter(|title| *title == "Dentist").count();
        assert_eq!(written, 1, "{mode:?}: {titles:?}");
        assert!(!is_free(&world, time).await);
        // From then on changes are asked for again.
        world.control.clear_requests();
        put(&world, &an_hour(&format!("next {time}"), time));
        world.sync().await;
        let requests = world.control.requests();
        let lists = requests
            .iter()
            .filter(|request| request.method == "PROPFIND" && !request.body.contains("displayname"));
        assert_eq!(lists.count(), 0, "{mode:?}: {requests:?}");
    }
    a_day_later(&world).await;
    assert!(
        !titles().await.contains(&"as it was".to_owned()),
        "once a day all is"
    );
}

async fn a_calendar_that_is_throttled_does_not_stop_the_others(world: World) {
    let asked = async |name: &str| {
        let account = world.control.accounts()[0];
        let all = world.control.calendars(account);
        let href = all.into_iter().find(|info| info.name == name).unwrap().href;
        let requests = world.control.requests();
        requests.iter().filter(|request| request.path == href).count()
    };
    let wait = RetryAfter::Seconds(30 * 60);
    for (fault, failing, working, times) in [
        (Fault::Unavailable(wait), "Home", "Work", ["10:00", "11:00"]),
        (Fault::TooManyRequests(wait), "Work", "Home", ["13:00", "14:00"]),
    ] {
        for time in times {
            let text = an_hour(&format!("{failing} {time}"), time);
            world.control.put_event(world.icloud(working), &text);
            world
                .control
                .put_event(world.icloud(failing), &text.replace("UID:", "UID:x"));
            world
                .control
                .set_calendar_fault(world.icloud(failing), Some(fault.clone()));
            world.later(2).await;
            assert!(!is_free(&world, time).await, "{failing}: {time} of {working}");
        }
        let connection = world.connection().await;
        assert_eq!(connection.state, bookings::ConnectionState::Connected);
        let of = |name: &str| {
            let mut all = connection.calendars.iter();
            all.find(|calendar| calendar.name == name).unwrap().clone()
        };
        assert_eq!(of(failing).state, CalendarState::Trying);
        assert!(of(failing).problem.unwrap().contains("slow down"));
        world.control.clear_requests();
        for _ in 0..20 {
            world.later(1).await;
        }
        assert_eq!(asked(failing).await, 0, "it asked for half an hour");
        world.control.set_calendar_fault(world.icloud(failing), None);
        for _ in 0..15 {
            world.later(1).await;
        }
        assert!(asked(failing).await > 0);
        assert_eq!(problem(&world, failing).await, None);
    }
}

async fn an_account_that_is_throttled_is_left_alone(world: World) {
    world.sync().await;
    for name in ["Home", "Work"] {
        world
            .control
            .put_event(world.icloud(name), &an_hour(name, "10:00"));
        let fault = Fault::Unavailable(RetryAfter::Seconds(30 * 60));
        world.control.set_calendar_fault(world.icloud(name), Some(fault));
    }
    world.later(2).await;
    world.control.clear_requests();
    for _ in 0..20 {
        world.later(1).await;
    }
    assert_eq!(world.control.requests().len(), 0);
}

async fn as_first_imported(world: &World) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
}

async fn d6_a_search_that_leaves_out_events_is_noticed(world: World) {
    as_first_imported(&world).await;
    put(&world, &an_hour("first", "10:00"));
    world.sync().await;
    world
        .control
        .switch(|switches| switches.query_leaves_out = Some("SUMMARY:Dentist".into()));
    a_day_later(&world).await;
    put(&world, &an_hour("second", "12:00"));
    assert_taken(&try_to_book(&world, "12:00").await);
}

async fn d6_what_was_moved_or_deleted_there_is_not_taken_for_left_out(world: World) {
    as_first_imported(&world).await;
    let work = world.icloud("Work");
    let (moved, gone) = (
        put(&world, &an_hour("moved", "10:00")),
        put(&world, &an_hour("gone", "12:00")),
    );
    world.sync().await;
    world.control.move_event(work, &moved, at("2016-11-25T10:00:00Z"));
    world.control.delete_event(work, &gone);
    a_day_later(&world).await;
    let id = world.remote("Work").await;
    let mut tx = world.quince.store().read().await.unwrap();
    let known = remote_calendars::find(&mut tx, id).await.unwrap().unwrap();
    assert!(!known.search_fails);
    drop(tx);
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "12:00").await);
}

/// Begins a comparison, and waits until it is at the list of the first calendar, which takes so many seconds.
async fn comparing(world: &World, takes: u64) -> tokio::task::JoinHandle<()> {
    world.clock.advance(SignedDuration::from_hours(26));
    world.control.clear_requests();
    for seconds in [0, takes] {
        world
            .control
            .inject_on("PROPFIND", Fault::Slow(Duration::from_secs(seconds)));
    }
    let id = world.connection().await.id;
    let quince = world.quince.clone();
    let reading = tokio::spawn(async move { bookings::sync::connection(&quince, id).await.unwrap() });
    while world.requests("PROPFIND") < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    reading
}

async fn a_search_that_hangs_during_a_comparison_does_not_have_it_done_again(world: World) {
    world.sync().await;
    let reading = comparing(&world, 5).await;
    world
        .control
        .set_search_fault(Some(Fault::Slow(Duration::from_mins(1))));
    assert!(try_to_book(&world, "16:00").await.is_ok());
    assert!(!reading.is_finished());
    world.control.set_search_fault(None);
    reading.await.unwrap();
    let mut tx = world.quince.store().read().await.unwrap();
    for name in ["Home", "Work"] {
        let id = world.remote(name).await;
        let known = remote_calendars::find(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(known.compared_at, Some(world.quince.now()), "{name}");
    }
}

async fn a_choice_made_during_a_comparison_counts(world: World) {
    as_first_imported(&world).await;
    let home = world.icloud("Home");
    let href = world.control.put_event(home, &an_hour("moved", "10:00"));
    world.sync().await;
    world.control.move_event(home, &href, wednesday("14:00"));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await && !is_free(&world, "14:00").await);
    let reading = comparing(&world, 2).await;
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::KeepUp).await;
    reading.await.unwrap();
    assert!(is_free(&world, "10:00").await && !is_free(&world, "14:00").await);
}

async fn a_zone_chosen_during_a_comparison_counts(world: World) {
    works_around_the_clock(&world).await;
    world
        .control
        .put_event(world.icloud("Home"), &event("floating", FLOATING));
    world.sync().await;
    let reading = comparing(&world, 2).await;
    world.set_zone(world.owner, "America/New_York").await;
    reading.await.unwrap();
    world.sync().await;
    assert!(is_free(&world, "10:00").await && !is_free(&world, "15:00").await);
}

async fn a_zone_counts_though_no_comparison_is_answered(world: World) {
    works_around_the_clock(&world).await;
    world
        .control
        .put_event(world.icloud("Home"), &event("floating", FLOATING));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await && is_free(&world, "15:00").await);
    world.set_zone(world.owner, "America/New_York").await;
    // The list of the calendars is answered, and that of no calendar.
    for fault in [Fault::Slow(Duration::ZERO), Fault::BrokenBody, Fault::BrokenBody] {
        world.control.inject_on("PROPFIND", fault);
    }
    world.sync().await;
    assert!(is_free(&world, "10:00").await && !is_free(&world, "15:00").await);
}

async fn comparisons_that_are_never_answered_are_told_until_one_is(world: World) {
    let no_list = |world: &World| {
        // The list of the calendars is answered, and that of no calendar.
        for fault in [Fault::Slow(Duration::ZERO), Fault::BrokenBody, Fault::BrokenBody] {
            world.control.inject_on("PROPFIND", fault);
        }
    };
    no_list(&world);
    a_day_later(&world).await;
    assert_eq!(
        problem(&world, "Work").await,
        None,
        "once is a matter of the moment"
    );
    no_list(&world);
    world.clock.advance(SignedDuration::from_hours(2));
    world.sync().await;
    let sentence = problem(&world, "Work").await.unwrap_or_default();
    assert!(
        sentence.contains("does not answer when Quince compares"),
        "{sentence}"
    );
    // What is new is read all the same, and that does not hide it.
    put(&world, &an_hour("new", "10:00"));
    world.sync().await;
    assert!(!is_free(&world, "10:00").await);
    assert_eq!(problem(&world, "Work").await, Some(sentence));
    world.clock.advance(SignedDuration::from_hours(2));
    world.sync().await;
    assert_eq!(problem(&world, "Work").await, None);
}

async fn what_takes_no_time_does_not_shorten_what_is_kept(world: World) {
    let (id, mut form) = world.form_of("intro").await;
    form.settings.rules.range = bookings::DateRange::Unlimited;
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    let daily = "DTSTART:20200101T030000Z\r\nDURATION:PT5M\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Again";
    for uid in 0..60 {
        let free = ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"][uid % 2];
        put(
            &world,
            &event(&format!("free-{uid}"), &format!("{daily}\r\n{free}")),
        );
    }
    let busy = daily.replace("T03", "T10").replace("PT5M", "PT1H");
    put(&world, &event("busy", &busy));
    world.sync().await;
    let far = free_on(&world, "2031-06-03").await;
    assert!(
        !far.contains(&"10:00".to_owned()) && far.contains(&"14:00".to_owned()),
        "{far:?}"
    );
    assert_eq!(problem(&world, "Work").await, None);
}

async fn a_read_that_breaks_off_on_our_side_is_told(world: World) {
    let id = world.connection().await.id;
    world.later(2).await;
    let mut tx = world.quince.store().write().await.unwrap();
    let found = rows::find(&mut tx, id).await.unwrap().unwrap();
    let homes = |home_urls: Vec<String>| rows::Discovered {
        principal_url: found.discovered.principal_url.clone(),
        home_urls,
        addresses: found.discovered.addresses.clone(),
    };
    rows::set_discovered(&mut tx, id, &homes(vec!["no address".into()]))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for _ in 0..10 {
        world.later(1).await;
    }
    assert_eq!(world.mails().len(), 0, "what is known is still good");
    for _ in 0..110 {
        world.later(1).await;
    }
    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("tell the operator"), "{}", mails[0]);
    let connection = world.connection().await;
    assert!(connection.problem.unwrap().contains("Something broke in Quince"));
    let mut tx = world.quince.store().write().await.unwrap();
    rows::set_discovered(&mut tx, id, &homes(found.discovered.home_urls.clone()))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for _ in 0..70 {
        world.later(1).await;
    }
    let connection = world.connection().await;
    assert_eq!(
        (connection.state, connection.problem),
        (bookings::ConnectionState::Connected, None)
    );
    assert_eq!(world.mails().len(), 1);
}

async fn a_calendar_that_changes_its_name_goes_on_failing(world: World) {
    let work = world.icloud("Work");
    // One that was never read, either.
    let account = world.control.accounts()[0];
    let new = world.control.add_calendar(account, NewCalendar::named("New"));
    world.control.set_calendar_fault(new, Some(Fault::ServerError));
    world.sync().await;
    let chosen = vec![world.remote("Work").await, world.remote("New").await];
    configuration::save_conflicts(&world.quince, world.owner, chosen)
        .await
        .unwrap();
    put(&world, &an_hour("event", "10:00"));
    world.control.set_calendar_fault(work, Some(Fault::ServerError));
    world.control.clear_requests();
    for minute in 0..25 {
        for (calendar, name) in [(work, "Work"), (new, "New")] {
            world
                .control
                .rename_calendar(calendar, &format!("{name} {minute}"));
        }
        world.later(1).await;
    }
    let requests = world.control.requests();
    let reports = requests
        .iter()
        .filter(|request| request.method == "REPORT")
        .count();
    assert!(reports < 40, "they are tried with pauses: {reports}");
    let connection = world.connection().await;
    for name in ["Work 24", "New 24"] {
        let mut all = connection.calendars.iter();
        let calendar = all.find(|calendar| calendar.name == name).unwrap();
        assert_eq!(calendar.state, CalendarState::Stale, "{calendar:?}");
    }
    assert_eq!(world.mails().len(), 1);
}

async fn a_read_of_a_clock_that_was_ahead_that_breaks_off_loses_nothing(world: World) {
    let home = world.icloud("Home");
    let hrefs: Vec<String> = (10..70)
        .map(|number| {
            world
                .control
                .put_event(home, &an_hour(&format!("a-{number}"), "10:00"))
        })
        .collect();
    world.sync().await;
    assert!(!is_free(&world, "10:00").await);
    for href in &hrefs {
        world.control.retitle_event(home, href, "Surgeon");
    }
    let right = world.quince.now();
    world.clock.advance(SignedDuration::from_hours(24 * 60));
    // The first fifty are read anew.
    world.control.inject_on("REPORT", Fault::Slow(Duration::ZERO));
    for _ in 0..20 {
        world
            .control
            .inject_on("REPORT", Fault::Unavailable(RetryAfter::Missing));
    }
    world.sync().await;
    world.control.set_down(true);
    world.clock.set(right + SignedDuration::from_secs(6));
    world.jobs().await;
    let mut tx = world.quince.store().read().await.unwrap();
    let calendar = world.remote("Home").await;
    let (from, to) = (wednesday("00:00"), wednesday("23:00"));
    let kept = external_events::between(&mut tx, &[calendar], from, to)
        .await
        .unwrap();
    assert!(
        kept.iter().any(|instance| instance.summary == "Surgeon"),
        "some were read"
    );
    assert_eq!(kept.len(), 60);
    drop(tx);
    assert!(!is_free(&world, "10:00").await);
}
