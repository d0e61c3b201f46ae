//! Nobody's change is lost: who saves over a newer version than they saw is told who changed what, and may save all the same.

use bookings::accounts::{self, NewStaff};
use bookings::appointments::{self, Actor, Booked, Edit, OnConflict};
use bookings::booking_calendars::{self, CalendarForm};
use bookings::holidays::{self, Holiday};
use bookings::profile::{self, ProfileForm};
use bookings::services::{self, ResourceForm, ServiceForm};
use bookings::versions::{self, ChangedMeanwhile, Editor, Field, Versioned};
use bookings::{
    AppointmentId, BlockId, CalendarId, Error, Interval, Kind, Quince, Refusal, Role, ServiceId, StaffId,
    Status, blocked, jobs,
};
use jiff::SignedDuration;
use store::ChangeSubject;

use crate::database::stories;
use crate::world::{NOW, PASSWORD, World, at, date, member, tuesday};

stories! {
    connected_on:
    a_booking_calendar_keeps_what_both_admins_changed,
    members_and_questions_are_told,
    a_menu_keeps_what_both_admins_changed,
    a_holiday_of_a_colleague_does_not_vanish,
    rooms_keep_what_both_admins_changed,
    a_profile_that_is_open_twice_keeps_both_changes,
    the_details_of_an_appointment_keep_what_both_changed,
    an_appointment_is_moved_only_from_where_it_was_seen,
    a_status_is_given_only_over_the_one_that_was_seen,
    what_changes_nothing_makes_no_version,
    who_saves_at_the_same_moment_is_told,
    who_saves_a_form_as_it_was_takes_nothing_back,
    who_saw_a_version_that_is_not_there_is_told,
    of_old_changes_the_newest_of_each_thing_stays,
    an_appointment_is_deleted_only_as_it_was_seen,
    blocked_off_time_keeps_what_both_changed,
    who_comes_after_it_was_unblocked_is_told,
}

/// A colleague who may change what Maya may.
async fn jonas(world: &World) -> StaffId {
    let new = NewStaff {
        name: "Jonas".into(),
        email: "jonas@example.org".into(),
        password: PASSWORD.into(),
        zone: "Europe/Berlin".into(),
        role: Role::Admin,
    };
    accounts::add_staff(&world.quince, world.owner, new)
        .await
        .unwrap()
}

async fn newest(quince: &Quince, of: Versioned) -> i64 {
    versions::newest(quince, of).await.unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> ChangedMeanwhile {
    match result.unwrap_err() {
        Error::Conflict(changes) => changes,
        other => panic!("{other:?}"),
    }
}

/// Two admins have a form of the same version. One saves; the other is told, is told again of what comes in between, and has their
/// way in the end.
///
/// `save` saves one of three states of the thing.
async fn nobodys_change_is_lost<T: std::fmt::Debug>(
    world: &World,
    of: Versioned,
    save: impl AsyncFn(Editor, usize) -> Result<T, Error>,
    expected: [&str; 2],
) {
    let jonas = jonas(world).await;
    let seen = newest(&world.quince, of).await;
    save(Editor::having_seen(jonas, seen), 0).await.unwrap();
    assert_eq!(newest(&world.quince, of).await, seen + 1);
    world.clock.advance(SignedDuration::from_mins(6));

    let first = refused(save(Editor::having_seen(world.owner, seen), 1).await);
    assert_eq!(first.to_string(), format!("Jonas {} at 8:00.", expected[0]));
    assert_eq!(first.newest, seen + 1, "nothing was saved");

    save(Editor::having_seen(jonas, first.newest), 2).await.unwrap();
    let second = refused(save(Editor::having_seen(world.owner, first.newest), 1).await);
    assert_eq!(
        second.to_string(),
        format!("Jonas {} at 8:06.", expected[1]),
        "only what is new"
    );

    save(Editor::having_seen(world.owner, second.newest), 1)
        .await
        .unwrap();
    assert_eq!(newest(&world.quince, of).await, seen + 3);
    let third = refused(save(Editor::having_seen(jonas, second.newest), 0).await);
    assert!(third.to_string().starts_with("Maya Lopez "), "{third}");
}

async fn a_booking_calendar_keeps_what_both_admins_changed(world: World) {
    let (id, form) = world.form_of("intro").await;
    let with = |duration: u32, name: &str| {
        let mut form = CalendarForm {
            name: name.into(),
            ..form.clone()
        };
        form.rules.duration = duration;
        form
    };
    let states = [with(45, "Intro call"), with(30, "Talk"), with(60, "Intro call")];
    nobodys_change_is_lost(
        &world,
        Versioned::calendar(id),
        async |by, state: usize| {
            booking_calendars::update(&world.quince, by, id, states[state].clone()).await
        },
        [
            "changed the duration from 30 to 45 minutes",
            "changed the duration from 45 to 60 minutes",
        ],
    )
    .await;
    let (_, stored) = world.form_of("intro").await;
    assert_eq!((stored.rules.duration, stored.name.as_str()), (30, "Talk"));
}

async fn members_and_questions_are_told(world: World) {
    let jonas = jonas(&world).await;
    let (id, form) = world.form_of("intro").await;
    let mut changed = CalendarForm {
        kind: Kind::RoundRobin,
        kind_change_confirmed: true,
        members: vec![member(jonas), member(world.owner)],
        active: false,
        ..form.clone()
    };
    changed.questions = vec![booking_calendars::IntakeQuestion {
        label: "Why?".into(),
        kind: booking_calendars::AnswerKind::Line,
        choices: Vec::new(),
        required: true,
    }];
    changed.rules.hours = Some(bookings::WeeklyHours::weekdays(9 * 60, 17 * 60));
    booking_calendars::update(&world.quince, jonas, id, changed)
        .await
        .unwrap();
    let conflict = refused(
        booking_calendars::update(&world.quince, Editor::having_seen(world.owner, 0), id, form).await,
    );
    assert_eq!(
        conflict.to_string(),
        "Jonas changed the kind from personal to round-robin, switched hours of its own on, added the member Jonas, added the \
         question “Why?” (must be answered: a short text) and switched bookings off at 8:00."
    );
    assert_eq!(conflict.changes[0].differences[0].field, Field::Kind);
}

fn service(name: &str, duration: u32, staff: StaffId) -> ServiceForm {
    ServiceForm {
        group: "Hair".into(),
        name: name.into(),
        description: String::new(),
        duration,
        processing: 0,
        staff: vec![staff],
        resources: Vec::new(),
    }
}

async fn menu_with_a_cut(world: &World) -> (CalendarId, ServiceId) {
    let menu = world
        .make(CalendarForm {
            slug: "salon".into(),
            kind: Kind::Service,
            members: vec![member(world.owner)],
            ..CalendarForm::new("Salon")
        })
        .await;
    let cut = service("Cut", 30, world.owner);
    services::save(&world.quince, world.owner, menu, None, cut)
        .await
        .unwrap();
    let stored = services::menu(&world.quince, world.owner, menu).await.unwrap();
    (menu, stored.services[0].id)
}

async fn a_menu_keeps_what_both_admins_changed(world: World) {
    let (menu, cut) = menu_with_a_cut(&world).await;
    let states = [
        service("Cut", 45, world.owner),
        service("Trim", 30, world.owner),
        service("Cut", 60, world.owner),
    ];
    nobodys_change_is_lost(
        &world,
        Versioned::menu(menu),
        async |by, state: usize| {
            services::save(&world.quince, by, menu, Some(cut), states[state].clone()).await
        },
        [
            "changed the duration of “Cut” from 30 to 45 minutes",
            "changed the duration of “Cut” from 45 to 60 minutes",
        ],
    )
    .await;
    let stored = services::menu(&world.quince, world.owner, menu).await.unwrap();
    assert_eq!(
        (stored.services[0].name.as_str(), stored.services[0].duration),
        ("Trim", 30)
    );

    // One more takes nothing away, and what was changed is not removed unseen.
    let unseen = Editor::having_seen(world.owner, 0);
    let wash = service("Wash", 10, world.owner);
    services::save(&world.quince, unseen, menu, None, wash)
        .await
        .unwrap();
    let conflict = refused(services::remove(&world.quince, unseen, menu, cut).await);
    assert!(
        conflict
            .to_string()
            .contains("You added the service “Wash” at 8:06."),
        "{conflict}"
    );
    services::remove(
        &world.quince,
        Editor::having_seen(world.owner, conflict.newest),
        menu,
        cut,
    )
    .await
    .unwrap();
}

fn closed(dates: &[&str]) -> Vec<Holiday> {
    let day = |text: &&str| Holiday {
        date: date(text),
        name: "Rest".into(),
    };
    dates.iter().map(day).collect()
}

async fn a_holiday_of_a_colleague_does_not_vanish(world: World) {
    let states = [
        ("Lopez & Co", closed(&["2026-12-25"])),
        ("Lopez and Sons", closed(&[])),
        ("Lopez & Co", closed(&["2026-12-26", "2026-12-25"])),
    ];
    nobodys_change_is_lost(
        &world,
        Versioned::WORKSPACE,
        async |by, state: usize| {
            let (name, days) = &states[state];
            holidays::save(&world.quince, by, name, "UTC", days.clone()).await
        },
        [
            "added the holiday 25 December 2026 (Rest)",
            "added the holiday 26 December 2026 (Rest)",
        ],
    )
    .await;
    assert_eq!(holidays::list(&world.quince).await.unwrap(), []);
    let kept = accounts::workspace(&world.quince).await.unwrap();
    assert_eq!(kept.name, "Lopez and Sons");
}

async fn rooms_keep_what_both_admins_changed(world: World) {
    let all = |rooms: &[(&str, u32)]| -> Vec<ResourceForm> {
        let form = |(name, quantity): &(&str, u32)| ResourceForm {
            id: None,
            name: (*name).into(),
            quantity: *quantity,
        };
        rooms.iter().map(form).collect()
    };
    let states = [all(&[("Chair", 2)]), all(&[("Room", 1)]), all(&[])];
    nobodys_change_is_lost(
        &world,
        Versioned::RESOURCES,
        async |by, state: usize| services::save_resources(&world.quince, by, states[state].clone()).await,
        ["added 2 × Chair", "removed 2 × Chair"],
    )
    .await;
    let stored = services::resources(&world.quince).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].name.as_str(), stored[0].quantity), ("Room", 1));
}

async fn a_profile_that_is_open_twice_keeps_both_changes(world: World) {
    let form = world.profile_of(world.owner).await;
    let named = ProfileForm {
        name: "Maya L.".into(),
        ..form.clone()
    };
    let mut early = form.clone();
    early.weekly.0[0].clear();
    let seen = newest(&world.quince, Versioned::profile(world.owner)).await;
    let by = Editor::having_seen(world.owner, seen);
    profile::save(&world.quince, by, &early).await.unwrap();
    let conflict = refused(profile::save(&world.quince, by, &named).await);
    assert_eq!(
        conflict.to_string(),
        "You changed the hours of Monday from 9:00–17:00 to closed at 8:00."
    );
    assert_eq!(world.profile_of(world.owner).await, early);
    let by = Editor::having_seen(world.owner, conflict.newest);
    profile::save(&world.quince, by, &named).await.unwrap();
    assert_eq!(world.profile_of(world.owner).await, named);
}

fn edit(name: &str, notes: &str) -> Edit {
    Edit {
        name: name.into(),
        email: "ada@example.com".into(),
        phone: "+1 555 0100".into(),
        notes: notes.into(),
        guests: Vec::new(),
    }
}

async fn the_details_of_an_appointment_keep_what_both_changed(world: World) {
    let booked = world.book("10:00").await;
    let states = [
        edit("Ada Byron", "Bring coffee"),
        edit("Ada Lovelace", "Bring tea"),
        edit("Ada King", "Bring coffee"),
    ];
    nobodys_change_is_lost(
        &world,
        Versioned::appointment(booked.id),
        async |by, state: usize| appointments::edit(&world.quince, by, booked.id, &states[state]).await,
        [
            "changed the notes",
            "changed the name from “Ada Byron” to “Ada King”",
        ],
    )
    .await;
    let stored = world.appointment(&booked).await;
    assert_eq!(
        (stored.name.as_str(), stored.notes.as_deref()),
        ("Ada Lovelace", Some("Bring tea"))
    );
}

async fn move_to(world: &World, by: Editor, booked: &Booked, time: &str) -> Result<(), Error> {
    let start = tuesday(time);
    appointments::reschedule_as_staff(&world.quince, by, booked.id, start, OnConflict::Refuse)
        .await
        .map(drop)
}

async fn an_appointment_is_moved_only_from_where_it_was_seen(world: World) {
    let booked = world.book("10:00").await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::reschedule(&world.quince, &client, tuesday("11:00"))
        .await
        .unwrap();
    let unseen = Editor::having_seen(world.owner, 0);
    let conflict = refused(move_to(&world, unseen, &booked, "12:00").await);
    assert_eq!(
        conflict.to_string(),
        "The client changed the time from 24 November 2026, 10:00 to 24 November 2026, 11:00 at 8:00."
    );
    assert_eq!(world.appointment(&booked).await.start, tuesday("11:00"));
    // Moving it to where it is changes nothing, whatever was seen.
    move_to(&world, unseen, &booked, "11:00").await.unwrap();
    let seen = Editor::having_seen(world.owner, conflict.newest);
    move_to(&world, seen, &booked, "12:00").await.unwrap();
    assert_eq!(world.appointment(&booked).await.start, tuesday("12:00"));

    let cancelled = appointments::cancel_as_staff(&world.quince, seen, booked.id, "").await;
    assert_eq!(refused(cancelled).newest, conflict.newest + 1);
    let jonas = world.connected_colleague("Jonas").await.staff;
    let given = appointments::reassign(&world.quince, seen, booked.id, world.owner, jonas).await;
    let newest = refused(given).newest;
    let seen = Editor::having_seen(world.owner, newest);
    appointments::reassign(&world.quince, seen, booked.id, world.owner, jonas)
        .await
        .unwrap();
    let conflict = refused(appointments::cancel_as_staff(&world.quince, seen, booked.id, "").await);
    assert_eq!(
        conflict.to_string(),
        "You changed the host from Maya Lopez to Jonas at 8:00."
    );
    let seen = Editor::having_seen(world.owner, conflict.newest);
    appointments::cancel_as_staff(&world.quince, seen, booked.id, "")
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.status, Status::Cancelled);
}

async fn a_status_is_given_only_over_the_one_that_was_seen(world: World) {
    let booked = world.book("10:00").await;
    world.clock.set(tuesday("11:00"));
    let jonas = jonas(&world).await;
    let give = async |by: Editor, status| {
        let id: AppointmentId = booked.id;
        appointments::set_status(&world.quince, by, id, status).await
    };
    give(Editor::having_seen(jonas, 0), Status::NoShow).await.unwrap();
    let unseen = Editor::having_seen(world.owner, 0);
    let conflict = refused(give(unseen, Status::Showed).await);
    assert_eq!(
        conflict.to_string(),
        "Jonas changed the status from confirmed to no-show at 11:00."
    );
    assert_eq!(world.appointment(&booked).await.status, Status::NoShow);
    // The same by both is no conflict.
    give(unseen, Status::NoShow).await.unwrap();
    give(Editor::having_seen(world.owner, conflict.newest), Status::Showed)
        .await
        .unwrap();
    assert_eq!(world.appointment(&booked).await.status, Status::Showed);
}

async fn what_changes_nothing_makes_no_version(world: World) {
    let (id, form) = world.form_of("intro").await;
    let (menu, cut) = menu_with_a_cut(&world).await;
    let booked = world.book("10:00").await;
    let things = [
        Versioned::calendar(id),
        Versioned::menu(menu),
        Versioned::WORKSPACE,
        Versioned::RESOURCES,
        Versioned::profile(world.owner),
        Versioned::appointment(booked.id),
    ];
    let mut before = Vec::new();
    for thing in things {
        before.push(newest(&world.quince, thing).await);
    }
    // What is as it is stored takes nothing away, whatever was seen.
    let by = Editor::having_seen(world.owner, 99);
    let quince = &world.quince;
    booking_calendars::update(quince, by, id, form).await.unwrap();
    let same = service("Cut", 30, world.owner);
    services::save(quince, by, menu, Some(cut), same).await.unwrap();
    holidays::save(quince, by, "Lopez & Co", "UTC", Vec::new())
        .await
        .unwrap();
    services::save_resources(quince, by, Vec::new()).await.unwrap();
    let same = world.profile_of(world.owner).await;
    profile::save(quince, by, &same).await.unwrap();
    let same = edit("Ada Byron", "Bring tea");
    appointments::edit(quince, by, booked.id, &same).await.unwrap();
    for (thing, before) in things.into_iter().zip(before) {
        assert_eq!(newest(quince, thing).await, before, "{thing:?}");
    }
}

async fn who_saves_at_the_same_moment_is_told(world: World) {
    let jonas = jonas(&world).await;
    let other = world.another_process().await;
    for seen in 0..5 {
        let holidays = |day: i64| closed(&[&format!("2026-12-{day:02}")]);
        let (one, two) = tokio::join!(
            holidays::save(
                &world.quince,
                Editor::having_seen(world.owner, seen),
                "Lopez & Co",
                "UTC",
                holidays(1 + seen)
            ),
            holidays::save(
                &other,
                Editor::having_seen(jonas, seen),
                "Lopez & Co",
                "UTC",
                holidays(11 + seen)
            ),
        );
        let lost = match (one, two) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            both => panic!("{both:?}"),
        };
        let Error::Conflict(conflict) = lost else {
            panic!("{lost:?}")
        };
        assert_eq!((conflict.changes.len(), conflict.newest), (1, seen + 1));
        assert!(conflict.to_string().contains("the holiday "), "{conflict}");
    }
}

/// One renames it, the other saves at the same moment what they have open, without having changed anything.
async fn who_saves_a_form_as_it_was_takes_nothing_back(world: World) {
    let (id, mut form) = world.form_of("intro").await;
    let other = world.another_process().await;
    for round in 0..20 {
        let seen = newest(&world.quince, Versioned::calendar(id)).await;
        let by = Editor::having_seen(world.owner, seen);
        let renamed = CalendarForm {
            name: format!("Talk {round}"),
            ..form.clone()
        };
        let (saved, _) = tokio::join!(
            booking_calendars::update(&world.quince, by, id, renamed.clone()),
            booking_calendars::update(&other, by, id, form.clone()),
        );
        saved.unwrap();
        form = world.form_of("intro").await.1;
        assert_eq!(form.name, renamed.name);
    }
}

async fn who_saw_a_version_that_is_not_there_is_told(world: World) {
    // As after a backup was restored.
    let by = Editor::having_seen(world.owner, 7);
    let conflict = refused(holidays::save(&world.quince, by, "Other", "UTC", Vec::new()).await);
    assert!(
        conflict
            .to_string()
            .contains("older than what this form was made from"),
        "{conflict}"
    );
    let by = Editor::having_seen(world.owner, conflict.newest);
    holidays::save(&world.quince, by, "Other", "UTC", Vec::new())
        .await
        .unwrap();
}

async fn of_old_changes_the_newest_of_each_thing_stays(world: World) {
    let (id, form) = world.form_of("intro").await;
    let rename = async |name: &str| {
        let form = CalendarForm {
            name: name.into(),
            ..form.clone()
        };
        booking_calendars::update(&world.quince, world.owner, id, form)
            .await
            .unwrap();
    };
    let kept = async || {
        let mut tx = world.database.store.read().await.unwrap();
        store::changes::since(&mut tx, ChangeSubject::BookingCalendar, id.0, 0)
            .await
            .unwrap()
            .len()
    };
    let days_off = async |seen: i64, dates: &[&str]| {
        let by = Editor::having_seen(world.owner, seen);
        holidays::save(&world.quince, by, "Lopez & Co", "UTC", closed(dates))
            .await
            .unwrap();
    };
    world.clock.set(at("2025-06-01T08:00:00Z"));
    rename("Talk").await;
    rename("Chat").await;
    days_off(0, &["2026-12-25"]).await;
    world.clock.set(at("2026-01-01T08:00:00Z"));
    rename("Call").await;
    rename("Meeting").await;
    world.clock.set(at(NOW));
    // What is old is looked for once a day, from the first time on.
    jobs::run_due(&world.quince).await.unwrap();
    assert_eq!(kept().await, 4);
    world.clock.advance(SignedDuration::from_hours(24));
    jobs::run_due(&world.quince).await.unwrap();
    assert_eq!(kept().await, 2, "those of this year stay");
    assert_eq!(newest(&world.quince, Versioned::calendar(id)).await, 4);
    assert_eq!(
        newest(&world.quince, Versioned::WORKSPACE).await,
        1,
        "it is the version"
    );
    days_off(1, &[]).await;
}

async fn an_appointment_is_deleted_only_as_it_was_seen(world: World) {
    let booked = world.book("10:00").await;
    let jonas = jonas(&world).await;
    appointments::set_status(&world.quince, jonas, booked.id, Status::Invalid)
        .await
        .unwrap();
    let delete = async |seen| {
        let by = Editor::having_seen(world.owner, seen);
        appointments::delete(&world.quince, by, booked.id, true).await
    };
    let conflict = refused(delete(0).await);
    assert_eq!(
        conflict.to_string(),
        "Jonas changed the status from confirmed to invalid at 8:00."
    );
    assert_eq!(world.appointment(&booked).await.status, Status::Invalid);
    delete(conflict.newest).await.unwrap();
    // Whoever deletes it once more wants what is so already.
    delete(0).await.unwrap();
    let gone = appointments::get(&world.quince, world.owner, booked.id).await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
}

async fn lunch(world: &World) -> BlockId {
    let span = Interval::new(tuesday("12:00"), tuesday("13:00"));
    let block = blocked::add(&world.quince, world.owner, world.owner, span, "Lunch").await;
    block.unwrap().id
}

async fn blocked_off_time_keeps_what_both_changed(world: World) {
    let (block, jonas) = (lunch(&world).await, jonas(&world).await);
    let change = async |by: Editor, to: &str, title: &str| {
        let span = Interval::new(tuesday("12:00"), tuesday(to));
        blocked::change(&world.quince, by, block, span, title).await
    };
    change(Editor::having_seen(jonas, 0), "14:00", "Dentist")
        .await
        .unwrap();
    let unseen = Editor::having_seen(world.owner, 0);
    let conflict = refused(change(unseen, "12:30", "Lunch").await);
    assert_eq!(
        conflict.to_string(),
        "Jonas changed the title from “Lunch” to “Dentist” and changed the end from 24 November 2026, 13:00 to 24 November 2026, \
         14:00 at 8:00."
    );
    assert!(!world.is_free("13:00").await, "theirs stays");
    let conflict = refused(blocked::remove(&world.quince, unseen, block).await);
    let seen = Editor::having_seen(world.owner, conflict.newest);
    change(seen, "12:30", "Lunch").await.unwrap();
    assert!(world.is_free("13:00").await);
    assert_eq!(newest(&world.quince, Versioned::blocked_time(block)).await, 2);
}

async fn who_comes_after_it_was_unblocked_is_told(world: World) {
    let (block, jonas) = (lunch(&world).await, jonas(&world).await);
    blocked::remove(&world.quince, jonas, block).await.unwrap();
    blocked::remove(&world.quince, world.owner, block).await.unwrap();
    let span = Interval::new(tuesday("12:00"), tuesday("14:00"));
    let late = blocked::change(&world.quince, world.owner, block, span, "Lunch").await;
    assert!(
        matches!(late, Err(Error::Refused(Refusal::Unblocked))),
        "{late:?}"
    );
    assert!(world.is_free("12:00").await);
}
