//! Owner, team, signing in.

use bookings::Role;
use bookings::accounts::{self, OwnerForm, StaffForm};
use bookings::profile::{self, ProfileForm};
use bookings::{Error, Refusal};
use scheduling::LocalWindow;

use crate::database::stories;
use crate::world::{PASSWORD, World};

stories! {
    on:
    the_first_visit_makes_one_owner,
    only_the_right_password_signs_in,
    a_new_password_replaces_the_old_one,
    only_admins_add_to_the_team,
    an_unknown_zone_is_refused_with_a_sentence,
    a_profile_is_saved_whole_or_not_at_all,
}

async fn the_first_visit_makes_one_owner(world: World) {
    assert!(!accounts::needs_owner(&world.quince).await.unwrap());
    let again = OwnerForm {
        workspace: "Other".into(),
        name: "Eve".into(),
        email: "eve@example.org".into(),
        password: PASSWORD.into(),
        zone: "UTC".into(),
        code: String::new(),
    };
    assert!(matches!(
        accounts::create_owner(&world.quince, again).await,
        Err(Error::Refused(Refusal::OwnerExists))
    ));
    assert_eq!(
        accounts::workspace(&world.quince).await.unwrap().name,
        "Lopez & Co"
    );
}

async fn only_the_right_password_signs_in(world: World) {
    let sign_in = |email: &'static str, password: &'static str| {
        let quince = world.quince.clone();
        async move { accounts::sign_in(&quince, email, password).await }
    };
    assert_eq!(
        sign_in(" Maya@Example.org ", PASSWORD).await.unwrap().staff,
        world.owner
    );
    assert!(matches!(
        sign_in("maya@example.org", "something else").await,
        Err(Error::Refused(Refusal::WrongLogin))
    ));
    assert!(matches!(
        sign_in("nobody@example.org", PASSWORD).await,
        Err(Error::Refused(Refusal::WrongLogin))
    ));
}

async fn a_new_password_replaces_the_old_one(world: World) {
    let quince = &world.quince;
    let wrong =
        accounts::change_password(quince, world.owner, "not it at all", "orchard lantern sixty").await;
    assert!(matches!(wrong, Err(Error::Fields(problems)) if problems[0].field == "current"));
    let short = accounts::change_password(quince, world.owner, PASSWORD, "short").await;
    assert!(matches!(short, Err(Error::Fields(problems)) if problems[0].field == "new_password"));
    for common in [
        "passwordpassword",
        "Password123!",
        "1234567890123",
        "qwertyuiopasdf",
        "            ",
        "maya@example.org",
        "mayamaya2026",
    ] {
        let refused = accounts::change_password(quince, world.owner, PASSWORD, common).await;
        assert!(
            matches!(&refused, Err(Error::Fields(problems)) if problems[0].field == "new_password"),
            "{common}: {refused:?}"
        );
    }
    accounts::change_password(quince, world.owner, PASSWORD, "orchard lantern sixty")
        .await
        .unwrap();
    assert!(
        accounts::sign_in(quince, "maya@example.org", PASSWORD)
            .await
            .is_err()
    );
    accounts::reset_password(quince, "maya@example.org", "velvet harbor twelve")
        .await
        .unwrap();
    assert!(
        accounts::sign_in(quince, "maya@example.org", "velvet harbor twelve")
            .await
            .is_ok()
    );
}

async fn only_admins_add_to_the_team(world: World) {
    let mira = world.colleague("Mira").await;
    let new = |email: &str, role| StaffForm {
        name: "Noor".into(),
        email: email.into(),
        password: PASSWORD.into(),
        zone: "UTC".into(),
        role,
    };
    let by_mira = accounts::add_staff(&world.quince, mira, new("noor@example.org", Role::Staff)).await;
    assert!(matches!(by_mira, Err(Error::NotAllowed(_))));
    let twice = accounts::add_staff(&world.quince, world.owner, new("Mira@example.org", Role::Staff)).await;
    assert!(matches!(twice, Err(Error::Fields(problems)) if problems[0].field == "email"));
    let second_owner =
        accounts::add_staff(&world.quince, world.owner, new("noor@example.org", Role::Owner)).await;
    assert!(matches!(second_owner, Err(Error::Fields(problems)) if problems[0].field == "role"));
    assert_eq!(accounts::team(&world.quince).await.unwrap().len(), 2);
}

async fn an_unknown_zone_is_refused_with_a_sentence(world: World) {
    let form = ProfileForm {
        zone: "Europe/Atlantis".into(),
        ..world.profile_of(world.owner).await
    };
    let refused = profile::save(&world.quince, world.owner, &form)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("Europe/Atlantis"), "{refused}");
    world.set_zone(world.owner, "Europe/Berlin").await;
    assert_eq!(
        profile::get(&world.quince, world.owner)
            .await
            .unwrap()
            .profile
            .zone
            .name(),
        "Europe/Berlin"
    );
}

async fn a_profile_is_saved_whole_or_not_at_all(world: World) {
    let before = world.profile_of(world.owner).await;
    let mut form = ProfileForm {
        name: "Maya".into(),
        zone: "Asia/Tokyo".into(),
        ..before.clone()
    };
    let quarters = (0..30).map(|quarter| LocalWindow::new(quarter * 15, quarter * 15 + 10).unwrap());
    form.hours.0[0] = quarters.collect();
    let refused = profile::save(&world.quince, world.owner, &form).await;
    assert!(matches!(refused, Err(Error::Fields(problems)) if problems[0].field == "hours"));
    assert_eq!(world.profile_of(world.owner).await, before);

    form.hours.0[0].truncate(24);
    profile::save(&world.quince, world.owner, &form).await.unwrap();
    assert_eq!(world.profile_of(world.owner).await, form);
}
