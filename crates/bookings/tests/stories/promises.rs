//! What product.md promises in a few words and is easily lost in the details (D1–D10).

use bookings::agenda::{self, Scope};
use bookings::appointments::{self, Actor, Booking, OnConflict};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::configuration::{self, Policies};
use bookings::connections::{self, EventsInIcloud, Login};
use bookings::profile::{self, ProfileForm};
use bookings::{
    ConnectProblem, ConnectionState, Error, ImportPolicy, Kind, Party, PartyName, Refusal, Status,
    WeeklyHours, WhenStale, WriteState, accounts, warnings,
};
use jiff::SignedDuration;
use sandbox::{NewCalendar, PasswordState};

use crate::database::stories;
use crate::world::{PASSWORD, TUESDAY, World, adas_booking, at, date, tuesday};

stories! {
    on:
    d7_a_password_copied_from_apples_page_works_however_it_is_pasted,
    d9_a_calendar_that_was_never_read_is_never_free,
    an_unknown_zone_is_refused_wherever_it_is_typed,
}
stories! {
    connected_on:
    d1_round_robin_and_personal_use_icloud_and_a_simple_calendar_says_why_not,
    d2_what_staff_book_is_written_too,
    d3_a_cancelled_appointment_leaves_no_trace_but_its_record,
    d5_colleagues_see_that_somebody_is_busy_and_not_with_what,
    d6_each_connection_has_its_own_choice,
    while_it_cannot_be_read_each_connection_has_its_own_choice,
    d6_an_event_added_moved_and_deleted_shows_within_one_sync,
    d8_reconnecting_with_a_wrong_password_changes_nothing,
    d8_reconnecting_keeps_the_choices,
    d10_disconnecting_erases_the_password,
    a_revoked_password_is_told_by_one_mail,
    while_icloud_is_down_the_host_decides_whether_to_be_booked,
    a_link_opens_its_own_appointment_only,
    a_time_that_has_passed_is_told_as_passed_even_if_it_was_taken,
    a_key_stays_valid_after_its_appointment_changed,
}

async fn d7_a_password_copied_from_apples_page_works_however_it_is_pasted(world: World) {
    let login = world.control.default_account();
    let pasted = format!(
        "\u{a0}{}\u{a0}\r\n",
        login
            .app_password
            .to_uppercase()
            .to_lowercase()
            .replace('-', " - ")
    );
    let login = Login {
        apple_id: format!(" {} ", login.apple_id),
        app_password: pasted,
    };
    connections::connect(&world.quince, world.owner, login)
        .await
        .unwrap();
    assert_eq!(world.connection().await.state, ConnectionState::Connected);
}

async fn d9_a_calendar_that_was_never_read_is_never_free(world: World) {
    world.connect().await;
    world.calendar("intro", &[world.owner]).await;
    assert!(world.is_free("10:00").await, "no calendar is watched yet");
    let home = world.remote("Home").await;
    world.event("Home", "10:00");
    world.control.set_down(true);
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    assert_eq!(world.free().await, [] as [&str; 0], "nobody knows what is in it");
    world.control.set_down(false);
    world.later(5).await;
    assert!(!world.is_free("10:00").await && world.is_free("11:00").await);
}

async fn an_unknown_zone_is_refused_wherever_it_is_typed(world: World) {
    let new = accounts::StaffForm {
        name: "Mira".into(),
        email: "mira@example.org".into(),
        password: PASSWORD.into(),
        zone: "Europe/Atlantis".into(),
        role: bookings::Role::Staff,
    };
    let refused = accounts::add_staff(&world.quince, world.owner, new)
        .await
        .unwrap_err();
    let Error::Fields(problems) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(problems[0].field, "zone");
    assert!(problems[0].to_string().contains("Europe/Atlantis"));
    let form = ProfileForm {
        zone: "UTC+25".into(),
        ..world.profile_of(world.owner).await
    };
    let refused = profile::save(&world.quince, world.owner, &form)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("UTC+25"), "{refused}");
    assert_eq!(
        profile::get(&world.quince, world.owner)
            .await
            .unwrap()
            .profile
            .zone
            .name(),
        "UTC"
    );
}

async fn d1_round_robin_and_personal_use_icloud_and_a_simple_calendar_says_why_not(world: World) {
    let mira = world.colleague("Mira").await;
    world.calendar("team", &[world.owner, mira]).await;
    for (slug, time) in [("intro", "10:00"), ("team", "11:00")] {
        let booking = Booking {
            slug: slug.into(),
            host: Some(world.owner),
            ..adas_booking(time)
        };
        appointments::book(&world.quince, booking).await.unwrap();
    }
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 2);
    let mut simple = CalendarForm::new(
        CalendarSettings {
            kind: Kind::Simple,
            slug: "room".into(),
            ..CalendarSettings::new("Room")
        },
        Vec::new(),
    );
    simple.settings.rules.hours = Some(WeeklyHours::weekdays(540, 1020));
    let room = world.make(simple).await;
    let editor = booking_calendars::get(&world.quince, world.owner, room)
        .await
        .unwrap();
    assert_eq!(editor.notes, [booking_calendars::NO_ICLOUD]);
    assert!(
        booking_calendars::NO_ICLOUD.contains("no assigned member")
            && booking_calendars::NO_ICLOUD.contains("cannot use iCloud")
    );
}

async fn d2_what_staff_book_is_written_too(world: World) {
    // In half an hour, which is too soon for a client.
    let soon = Booking {
        start: at("2026-11-23T09:00:00Z"),
        ..adas_booking("10:00")
    };
    let refused = appointments::book(&world.quince, soon.clone()).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let booked = appointments::book_as_staff(&world.quince, world.owner, soon, OnConflict::Refuse)
        .await
        .unwrap();
    world.jobs().await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.booked_by, Party::Staff(world.owner));
    assert_eq!(seen.write.unwrap().state, WriteState::Written);
    assert!(world.events("Home")[0].ics.contains("DTSTART:20261123T090000Z"));
}

async fn d3_a_cancelled_appointment_leaves_no_trace_but_its_record(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let actor = Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::cancel(&world.quince, &actor, "a cold")
        .await
        .unwrap();
    world.jobs().await;
    world.later(5).await;
    assert_eq!(world.events("Home"), []);
    assert!(world.is_free("10:00").await);
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.status, Status::Cancelled);
    let cancellation = seen.cancellation.unwrap();
    assert_eq!(
        (cancellation.by, cancellation.reason.as_deref()),
        (Some(PartyName::Client), Some("a cold"))
    );
}

async fn d5_colleagues_see_that_somebody_is_busy_and_not_with_what(world: World) {
    let mira = world.colleague("Mira").await;
    let account = world
        .control
        .add_account("mira@icloud.example", "mira-mira-mira-mira", "Mira");
    let hers = world.control.add_calendar(account, NewCalendar::named("Private"));
    let start = tuesday("10:00");
    world
        .control
        .add_simple_event(hers, "Therapy", start, start + SignedDuration::from_hours(1));
    let login = Login {
        apple_id: "mira@icloud.example".into(),
        app_password: "mira-mira-mira-mira".into(),
    };
    connections::connect(&world.quince, mira, login).await.unwrap();
    let found = connections::list(&world.quince, mira).await.unwrap();
    configuration::save_conflicts(&world.quince, mira, vec![found[0].calendars[0].id])
        .await
        .unwrap();
    let own = agenda::view(&world.quince, mira, date(TUESDAY), 1, Scope::Me)
        .await
        .unwrap();
    assert_eq!(own.days[0].external[0].title, "Therapy");
    for who in [Scope::Person(mira), Scope::Everybody] {
        let seen = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, who)
            .await
            .unwrap();
        let [event] = seen.days[0].external.as_slice() else {
            panic!("{seen:?}")
        };
        assert_eq!((event.title.as_str(), event.calendar_name.as_str()), ("Busy", ""));
        assert!(!format!("{seen:?}").contains("Therapy"));
    }
    let other = agenda::view(&world.quince, mira, date(TUESDAY), 1, Scope::Person(world.owner)).await;
    assert!(matches!(other, Err(Error::NotAllowed(_))), "{other:?}");
}

/// A second account of the owner's, whose calendar Office blocks beside Work of the first one.
async fn second_account(world: &World) -> (bookings::ConnectionId, sandbox::CalendarId) {
    let account = world
        .control
        .add_account("maya@work.example", "work-work-work-work", "Maya");
    let office = world.control.add_calendar(account, NewCalendar::named("Office"));
    let login = Login {
        apple_id: "maya@work.example".into(),
        app_password: "work-work-work-work".into(),
    };
    let second = connections::connect(&world.quince, world.owner, login)
        .await
        .unwrap();
    let all = connections::list(&world.quince, world.owner).await.unwrap();
    let chosen = all
        .iter()
        .flat_map(|connection| &connection.calendars)
        .filter(|calendar| ["Work", "Office"].contains(&calendar.name.as_str()))
        .map(|calendar| calendar.id)
        .collect();
    configuration::save_conflicts(&world.quince, world.owner, chosen)
        .await
        .unwrap();
    (second, office)
}

/// An event of half an hour in the second account.
fn office_event(world: &World, office: sandbox::CalendarId, time: &str) -> String {
    let start = tuesday(time);
    world
        .control
        .add_simple_event(office, "Stand-up", start, start + SignedDuration::from_mins(30))
}

async fn d6_each_connection_has_its_own_choice(world: World) {
    let (second, office) = second_account(&world).await;
    world.import_policy(second, ImportPolicy::AsFirstImported).await;
    let kept = office_event(&world, office, "10:00");
    let followed = world.event("Work", "14:00");
    world.sync().await;
    world.control.delete_event(office, &kept);
    world.control.delete_event(world.icloud("Work"), &followed);
    world.sync().await;
    assert!(!world.is_free("10:00").await, "as first imported");
    assert!(world.is_free("14:00").await, "kept up");
}

async fn while_it_cannot_be_read_each_connection_has_its_own_choice(world: World) {
    let (second, office) = second_account(&world).await;
    office_event(&world, office, "10:00");
    world.event("Work", "14:00");
    world.sync().await;
    let policies = Policies {
        import_policy: ImportPolicy::KeepUp,
        when_stale: WhenStale::IgnoreCalendar,
    };
    configuration::save_policies(&world.quince, world.owner, second, policies, None)
        .await
        .unwrap();
    world.control.set_down(true);
    world.later(20).await;
    assert!(world.is_free("10:00").await, "ignored");
    assert!(!world.is_free("14:00").await, "the last known events count");
    let warnings = warnings::of(&world.quince, world.owner).await.unwrap();
    let first = world.control.default_account().apple_id;
    for (account, meanwhile) in [("maya@work.example", "do not block"), (&first, "go on blocking")] {
        let of_account = warnings.iter().find(|warning| warning.title.ends_with(account));
        let sentences = of_account.unwrap().sentences.join(" ");
        assert!(sentences.contains(meanwhile), "{account}: {sentences}");
    }
}

async fn d6_an_event_added_moved_and_deleted_shows_within_one_sync(world: World) {
    let shown = async || {
        let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, Scope::Me).await;
        view.unwrap().days[0]
            .external
            .iter()
            .map(|event| event.start)
            .collect::<Vec<_>>()
    };
    let href = world.event("Home", "10:00");
    world.later(1).await;
    assert!(!world.is_free("10:00").await, "the background job has read it");
    assert_eq!(shown().await, [tuesday("10:00")]);
    world
        .control
        .move_event(world.icloud("Home"), &href, tuesday("13:00"));
    world.later(1).await;
    assert!(world.is_free("10:00").await && !world.is_free("13:00").await);
    assert_eq!(shown().await, [tuesday("13:00")]);
    world.control.delete_event(world.icloud("Home"), &href);
    world.later(1).await;
    assert!(world.is_free("13:00").await);
    assert!(shown().await.is_empty());
}

async fn d8_reconnecting_with_a_wrong_password_changes_nothing(world: World) {
    let id = world.connection().await.id;
    let wrong = connections::reconnect(&world.quince, world.owner, id, "abcd-efgh-ijkl-mnop").await;
    assert!(
        matches!(
            wrong,
            Err(Error::Refused(Refusal::Connecting(ConnectProblem::WrongLogin(_))))
        ),
        "{wrong:?}"
    );
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Connected);
    world.event("Work", "10:00");
    world.later(1).await;
    assert!(
        !world.is_free("10:00").await,
        "the password from before still works"
    );
}

async fn d8_reconnecting_keeps_the_choices(world: World) {
    let before = world.connection().await;
    world
        .import_policy(before.id, ImportPolicy::AsFirstImported)
        .await;
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.later(2).await;
    world.later(6).await;
    assert_eq!(world.connection().await.state, ConnectionState::NeedsAttention);
    world.control.set_password(account, "neww-pass-word-here");
    world.control.set_password_state(account, PasswordState::Ok);
    connections::reconnect(&world.quince, world.owner, before.id, "neww-pass-word-here")
        .await
        .unwrap();
    let after = world.connection().await;
    assert_eq!(
        (after.id, after.policies.import_policy),
        (before.id, ImportPolicy::AsFirstImported)
    );
    let choices = |connection: &connections::ConnectionView| -> Vec<_> {
        let all = connection.calendars.iter();
        all.map(|calendar| (calendar.id, calendar.is_primary, calendar.checked_for_conflicts))
            .collect()
    };
    assert_eq!(choices(&after), choices(&before));
    assert_eq!(after.problem, None);
}

async fn d10_disconnecting_erases_the_password(world: World) {
    let id = world.connection().await.id;
    let sealed = async || {
        let mut tx = world.database.store.read().await.unwrap();
        let found = store::connections::find(&mut tx, id).await.unwrap();
        found.unwrap().password_sealed
    };
    assert!(sealed().await.is_some());
    connections::disconnect(&world.quince, world.owner, id, EventsInIcloud::Keep)
        .await
        .unwrap();
    assert_eq!(sealed().await, None);
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert_eq!((configured.primary, configured.connections.len()), (None, 0));
    let again = connections::reconnect(&world.quince, world.owner, id, "abcd-efgh-ijkl-mnop").await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

async fn a_revoked_password_is_told_by_one_mail(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    for _ in 0..6 {
        world.later(20).await;
    }
    let mails = world.mails();
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert!(
        mail.contains("maya@example.org") && mail.contains("settings/integrations"),
        "{mail}"
    );
}

async fn while_icloud_is_down_the_host_decides_whether_to_be_booked(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    world.control.set_down(true);
    world.later(20).await;
    world.when_stale(WhenStale::StopOffering).await;
    let refused = world.try_to_book("11:00").await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    world.when_stale(WhenStale::UseLastKnown).await;
    let known = world.try_to_book("10:00").await;
    assert!(matches!(known, Err(Error::SlotTaken { .. })), "{known:?}");
    let booked = world.book("11:00").await;
    world.control.set_down(false);
    for _ in 0..4 {
        world.later(30).await;
    }
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Written
    );
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_link_opens_its_own_appointment_only(world: World) {
    let (mine, other) = (world.book("10:00").await, world.book("11:00").await);
    assert_ne!(mine.manage_token, other.manage_token);
    let actor = Actor::Client {
        token: mine.manage_token.clone(),
    };
    appointments::cancel(&world.quince, &actor, "").await.unwrap();
    assert_eq!(world.appointment(&other).await.status, Status::Confirmed);
    let seen = appointments::by_token(&world.quince, &other.manage_token)
        .await
        .unwrap();
    assert_eq!((seen.id, seen.status), (other.id, Status::Confirmed));
    let cut = &mine.manage_token[..mine.manage_token.len() - 1];
    for wrong in ["", cut, &mine.id.to_string(), "../../etc/passwd"] {
        let found = appointments::by_token(&world.quince, wrong).await;
        assert!(matches!(found, Err(Error::NotFound(_))), "{wrong}: {found:?}");
    }
    let ics = appointments::ics(&world.quince, &other.manage_token)
        .await
        .unwrap();
    assert!(
        ics.contains("DTSTART:20261124T110000Z") && ics.contains("DTEND:20261124T113000Z"),
        "{ics}"
    );
}

async fn a_time_that_has_passed_is_told_as_passed_even_if_it_was_taken(world: World) {
    world.book("10:00").await;
    world.clock.set(tuesday("12:00"));
    let late = Booking {
        idempotency_key: "late".into(),
        ..adas_booking("10:00")
    };
    let late = appointments::book(&world.quince, late).await;
    assert!(matches!(&late, Err(Error::Refused(Refusal::Past))), "{late:?}");
}

async fn a_key_stays_valid_after_its_appointment_changed(world: World) {
    let booked = world.book("10:00").await;
    let actor = Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::reschedule(&world.quince, &actor, tuesday("14:00"))
        .await
        .unwrap();
    let again = world.book("10:00").await;
    assert_eq!((again.id, again.manage_token), (booked.id, booked.manage_token));
    assert_eq!(
        world.free().await.iter().filter(|time| *time == "10:00").count(),
        1,
        "nothing new was booked"
    );
}
