//! Calendar Configuration and booking calendars (D9).

use std::time::Duration;

use bookings::booking_calendars::{self, CalendarForm, CalendarSettings, MemberSettings};
use bookings::configuration::{self, CalendarChoice, Policies};
use bookings::connections::{self, Login};
use bookings::profile::{self, ProfileForm};
use bookings::{Error, ImportPolicy, Kind, Refusal, RemoteCalendarId, WhenStale};
use sandbox::NewCalendar;
use store::locks::Lock;
use store::{ChangeSubject, staff};

use crate::database::stories;
use crate::world::World;

stories! {
    on:
    d9_only_writable_calendars_become_primary,
    d9_conflict_calendars_come_from_any_connection_at_once,
    the_third_step_is_saved_whole_or_not_at_all,
    policies_are_saved_whole_or_not_at_all,
    what_the_database_breaks_up_is_saved_all_the_same,
    what_is_chosen_is_saved_though_it_cannot_be_read_at_once,
    booking_calendars_are_checked_field_by_field,
    an_address_that_is_made_from_a_taken_name_gets_a_number,
    a_booking_calendar_is_switched_off_with_its_other_settings,
    only_admins_change_booking_calendars,
    a_booking_calendar_with_appointments_is_not_deleted,
}

async fn d9_only_writable_calendars_become_primary(world: World) {
    let account = world.control.accounts()[0];
    world
        .control
        .add_calendar(account, NewCalendar::named("Team").read_only());
    world.connect().await;
    let team = world.remote("Team").await;
    let refused = configuration::save_primary(&world.quince, world.owner, Some(team)).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::ReadOnlyCalendar { .. }))),
        "{refused:?}"
    );
    assert_eq!(
        configuration::get(&world.quince, world.owner)
            .await
            .unwrap()
            .primary,
        None
    );
    configuration::save_conflicts(&world.quince, world.owner, vec![team])
        .await
        .unwrap();
    let home = world.remote("Home").await;
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert_eq!(configured.primary.unwrap().name, "Home");
    assert!(
        configured.connections[0]
            .calendars
            .iter()
            .any(|calendar| calendar.name == "Team" && calendar.checked_for_conflicts)
    );
}

async fn d9_conflict_calendars_come_from_any_connection_at_once(world: World) {
    let second = world
        .control
        .add_account("maya@work.example", "work-work-work-work", "Maya");
    world.control.add_calendar(second, NewCalendar::named("Office"));
    world.connect().await;
    let login = Login {
        apple_id: "maya@work.example".into(),
        app_password: "work-work-work-work".into(),
    };
    connections::connect(&world.quince, world.owner, login)
        .await
        .unwrap();
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert_eq!(configured.connections.len(), 2);
    let named = |name: &str| {
        let mut all = configured
            .connections
            .iter()
            .flat_map(|connection| &connection.calendars);
        all.find(|calendar| calendar.name == name).unwrap().id
    };
    configuration::save_conflicts(&world.quince, world.owner, vec![named("Work"), named("Office")])
        .await
        .unwrap();
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    let checked = configured
        .connections
        .iter()
        .flat_map(|connection| &connection.calendars);
    assert_eq!(
        checked.filter(|calendar| calendar.checked_for_conflicts).count(),
        2
    );
}

/// Not what they are at first.
const OTHERS: Policies = Policies {
    import_policy: ImportPolicy::AsFirstImported,
    when_stale: WhenStale::StopOffering,
};

/// A calendar that belongs to nobody here.
fn somebody_elses() -> RemoteCalendarId {
    "018f0000-0000-7000-8000-000000000001".parse().unwrap()
}

async fn the_third_step_is_saved_whole_or_not_at_all(world: World) {
    world.connect().await;
    let before = configuration::get(&world.quince, world.owner).await.unwrap();
    let choice = CalendarChoice {
        primary: world.remote("Home").await,
        conflicts: vec![world.remote("Work").await, somebody_elses()],
        connection: before.connections[0].id,
        policies: OTHERS,
    };
    let refused = configuration::save_choice(&world.quince, world.owner, &choice).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    assert_eq!(
        configuration::get(&world.quince, world.owner).await.unwrap(),
        before
    );

    let choice = CalendarChoice {
        conflicts: vec![world.remote("Work").await],
        ..choice
    };
    configuration::save_choice(&world.quince, world.owner, &choice)
        .await
        .unwrap();
    let after = configuration::get(&world.quince, world.owner).await.unwrap();
    assert_eq!(after.primary.unwrap().name, "Home");
    assert_eq!(
        after.connections[0].policies.import_policy,
        ImportPolicy::AsFirstImported
    );
    let work = after.connections[0]
        .calendars
        .iter()
        .find(|one| one.name == "Work");
    assert!(work.unwrap().checked_for_conflicts);
}

async fn policies_are_saved_whole_or_not_at_all(world: World) {
    let id = world.connect().await;
    let (home, work) = (world.remote("Home").await, world.remote("Work").await);
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    let before = world.connection().await;
    let save = async |all_day: &[RemoteCalendarId]| {
        configuration::save_policies(&world.quince, world.owner, id, OTHERS, Some(all_day)).await
    };
    let refused = save(&[work, somebody_elses()]).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    assert_eq!(world.connection().await, before);

    save(&[work]).await.unwrap();
    let after = world.connection().await;
    assert_eq!(
        (after.policies.import_policy, after.policies.when_stale),
        (OTHERS.import_policy, OTHERS.when_stale)
    );
    let blocks = after.calendars.iter().filter(|calendar| calendar.all_day_blocks);
    assert_eq!(blocks.map(|calendar| calendar.id).collect::<Vec<_>>(), [work]);
}

async fn what_is_chosen_is_saved_though_it_cannot_be_read_at_once(world: World) {
    world.connect().await;
    let (home, work) = (world.remote("Home").await, world.remote("Work").await);
    let entry = world
        .database
        .set("connections", "entry_url", "not an address")
        .await;
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    configuration::save_conflicts(&world.quince, world.owner, vec![work])
        .await
        .unwrap();
    world.database.set("connections", "entry_url", &entry).await;
    world.later(60).await;
    let after = configuration::get(&world.quince, world.owner).await.unwrap();
    let read = after.connections[0]
        .calendars
        .iter()
        .filter(|calendar| calendar.synced_at.is_some())
        .count();
    assert_eq!(read, 2, "the background job has read them");
}

async fn booking_calendars_are_checked_field_by_field(world: World) {
    let member = MemberSettings::new(world.owner);
    let good = CalendarForm::new(
        CalendarSettings {
            kind: Kind::Personal,
            ..CalendarSettings::new("Intro call")
        },
        vec![member],
    );
    let refused =
        async |form: CalendarForm| match booking_calendars::create(&world.quince, world.owner, form).await {
            Err(Error::Fields(problems)) => problems[0].field,
            other => panic!("{other:?}"),
        };
    assert_eq!(
        refused(CalendarForm {
            settings: CalendarSettings {
                name: " ".into(),
                ..good.settings.clone()
            },
            ..good.clone()
        })
        .await,
        "name"
    );
    assert_eq!(
        refused(CalendarForm {
            settings: CalendarSettings {
                slug: "Not a slug!".into(),
                ..good.settings.clone()
            },
            ..good.clone()
        })
        .await,
        "slug"
    );
    assert_eq!(
        refused(CalendarForm {
            settings: CalendarSettings {
                color: "red".into(),
                ..good.settings.clone()
            },
            ..good.clone()
        })
        .await,
        "color"
    );
    assert_eq!(
        refused(CalendarForm {
            members: Vec::new(),
            ..good.clone()
        })
        .await,
        "members"
    );
    let mut no_time = good.clone();
    no_time.settings.rules.duration = 0;
    assert_eq!(refused(no_time).await, "duration");
    let id = booking_calendars::create(&world.quince, world.owner, good.clone())
        .await
        .unwrap();
    assert_eq!(
        booking_calendars::get(&world.quince, world.owner, id)
            .await
            .unwrap()
            .settings
            .slug,
        "intro-call"
    );
    let taken = CalendarForm {
        settings: CalendarSettings {
            slug: "intro-call".into(),
            ..good.settings
        },
        ..good
    };
    assert_eq!(refused(taken).await, "slug", "another one has this address");
}

fn hers(world: &World, name: &str) -> CalendarForm {
    CalendarForm::new(
        CalendarSettings {
            kind: Kind::Personal,
            ..CalendarSettings::new(name)
        },
        vec![crate::world::member(world.owner)],
    )
}

async fn an_address_that_is_made_from_a_taken_name_gets_a_number(world: World) {
    let mut slugs = Vec::new();
    for name in ["会议", "会议", "会议"] {
        let id = booking_calendars::create(&world.quince, world.owner, hers(&world, name))
            .await
            .unwrap();
        slugs.push(
            booking_calendars::get(&world.quince, world.owner, id)
                .await
                .unwrap()
                .settings
                .slug,
        );
    }
    assert_eq!(slugs, ["calendar", "calendar-2", "calendar-3"]);
}

async fn a_booking_calendar_is_switched_off_with_its_other_settings(world: World) {
    let off = |active| {
        let form = hers(&world, "Hidden");
        CalendarForm {
            settings: CalendarSettings {
                active,
                ..form.settings
            },
            ..form
        }
    };
    let id = booking_calendars::create(&world.quince, world.owner, off(false))
        .await
        .unwrap();
    let is_active = async || {
        booking_calendars::get(&world.quince, world.owner, id)
            .await
            .unwrap()
            .settings
            .active
    };
    assert!(!is_active().await, "it was never bookable");
    for active in [true, false] {
        booking_calendars::update(&world.quince, world.owner, id, off(active))
            .await
            .unwrap();
        assert_eq!(is_active().await, active);
    }
}

async fn only_admins_change_booking_calendars(world: World) {
    let id = world.calendar("intro", &[world.owner]).await;
    let mira = world.colleague("Mira").await;
    let settings = CalendarSettings {
        kind: Kind::Personal,
        ..CalendarSettings::new("Hers")
    };
    let form = CalendarForm::new(settings, vec![MemberSettings::new(mira)]);
    assert!(matches!(
        booking_calendars::create(&world.quince, mira, form).await,
        Err(Error::NotAllowed(_))
    ));
    assert!(matches!(
        booking_calendars::set_active(&world.quince, mira, id, false).await,
        Err(Error::NotAllowed(_))
    ));
    assert_eq!(booking_calendars::list(&world.quince, mira).await.unwrap(), []);
    booking_calendars::set_active(&world.quince, world.owner, id, false)
        .await
        .unwrap();
    assert!(matches!(
        booking_calendars::by_slug(&world.quince, "intro").await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(booking_calendars::public_list(&world.quince).await.unwrap(), []);
}

async fn a_booking_calendar_with_appointments_is_not_deleted(world: World) {
    let id = world.calendar("intro", &[world.owner]).await;
    world.book("10:00").await;
    assert!(matches!(
        booking_calendars::delete(&world.quince, world.owner, id).await,
        Err(Error::Refused(Refusal::HasAppointments))
    ));
    let other = world.calendar("other", &[world.owner]).await;
    booking_calendars::delete(&world.quince, world.owner, other)
        .await
        .unwrap();
}

async fn what_the_database_breaks_up_is_saved_all_the_same(world: World) {
    world.connect().await;
    let owner = world.owner;
    let (home, work) = (world.remote("Home").await, world.remote("Work").await);
    let profile = ProfileForm {
        name: "Maya L.".into(),
        ..world.profile_of(owner).await
    };
    // Each of two has what the other waits for. Postgres breaks up the one who waits longest.
    let pause = || tokio::time::sleep(Duration::from_millis(500));
    let mut tx = world.database.store.write().await.unwrap();
    tx.lock([Lock::Owner(owner.into())]).await.unwrap();
    let meanwhile = async move {
        pause().await;
        staff::set_primary(&mut tx, owner, Some(home)).await.unwrap();
        tx.commit().await.unwrap();
    };
    let (saved, ()) = tokio::join!(
        configuration::save_primary(&world.quince, owner, Some(work)),
        meanwhile
    );
    saved.unwrap();
    let mut tx = world.database.store.write().await.unwrap();
    staff::set_primary(&mut tx, owner, Some(work)).await.unwrap();
    let meanwhile = async move {
        pause().await;
        let edited = Lock::Edited(ChangeSubject::Profile, owner.0);
        tx.lock([edited]).await.unwrap();
        tx.commit().await.unwrap();
    };
    let (saved, ()) = tokio::join!(profile::save(&world.quince, owner, &profile), meanwhile);
    saved.unwrap();
    assert_eq!(world.profile_of(owner).await.name, "Maya L.");
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert_eq!(configured.primary.unwrap().id, work);
}
