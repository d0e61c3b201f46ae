//! Who gets in, and what the others are told.

use sandbox::{Login, Options, PasswordState};

use crate::harness::{propfind, world, world_of};

async fn status(world: &crate::harness::World, apple_id: &str, password: &str) -> u16 {
    let request = world
        .client
        .request("PROPFIND".parse().unwrap(), world.entry("/"))
        .basic_auth(apple_id, Some(password))
        .header("User-Agent", "test")
        .header("Depth", "0")
        .body(propfind("<d:current-user-principal/>"));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_right_login_works_and_any_other_gets_401() {
    let world = world().await;
    let login = world.control.default_account();
    assert_eq!(status(&world, &login.apple_id, &login.app_password).await, 207);
    assert_eq!(
        status(&world, &login.apple_id.to_uppercase(), &login.app_password).await,
        207
    );
    assert_eq!(status(&world, &login.apple_id, "wrong").await, 401);
    assert_eq!(
        status(&world, "nobody@icloud.example", &login.app_password).await,
        401
    );
}

#[tokio::test]
async fn a_revoked_password_looks_like_a_wrong_one_and_works_again_when_restored() {
    let world = world().await;
    let login = world.control.default_account();
    world
        .control
        .set_password_state(world.account(), PasswordState::Revoked);
    assert_eq!(status(&world, &login.apple_id, &login.app_password).await, 401);
    world
        .control
        .set_password_state(world.account(), PasswordState::Ok);
    assert_eq!(status(&world, &login.apple_id, &login.app_password).await, 207);
    world.control.set_password(world.account(), "neue-pass-wört-äöüß");
    assert_eq!(status(&world, &login.apple_id, &login.app_password).await, 401);
    assert_eq!(status(&world, &login.apple_id, "neue-pass-wört-äöüß").await, 207);
}

#[tokio::test]
async fn a_401_is_empty_and_carries_two_challenges_in_two_lines_or_in_one() {
    let world = world().await;
    let reply = world.bare("PROPFIND", "/", &[("User-Agent", "test")], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (401, ""));
    let lines: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(
        lines,
        [
            "X-MobileMe-AuthToken realm=\"MMCalDav\"",
            "Basic realm=\"MMCalDav\""
        ]
    );
    world.switch(|switches| switches.joined_challenges = true);
    let reply = world.bare("PROPFIND", "/", &[("User-Agent", "test")], "").await;
    let lines: Vec<_> = reply.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(
        lines,
        ["X-MobileMe-AuthToken realm=\"MMCalDav\", Basic realm=\"MMCalDav\""]
    );
}

#[tokio::test]
async fn a_request_without_a_user_agent_is_forbidden_unless_switched_off() {
    let world = world().await;
    assert_eq!(world.bare("PROPFIND", "/", &[], "").await.status, 403);
    world.switch(|switches| switches.require_user_agent = false);
    assert_eq!(world.bare("PROPFIND", "/", &[], "").await.status, 401);
}

#[tokio::test]
async fn an_account_sees_nothing_of_another() {
    let accounts = vec![
        Login::new("one@icloud.example", "aaaa-aaaa-aaaa-aaaa", "One"),
        Login::new("two@icloud.example", "bbbb-bbbb-bbbb-bbbb", "Two"),
    ];
    let world = world_of(Options::default().accounts(accounts)).await;
    let other = world.control.account("two@icloud.example").unwrap();
    let path = world.control.calendars(other)[0].href.clone();
    assert_eq!(world.propfind(&path, "0", "<d:displayname/>").await.status, 403);
    assert_eq!(
        world
            .propfind(&world.path("Home"), "0", "<d:displayname/>")
            .await
            .status,
        207
    );
    assert_eq!(
        status(&world, "two@icloud.example", "aaaa-aaaa-aaaa-aaaa").await,
        401
    );
}

#[tokio::test]
async fn an_account_added_later_has_no_calendars() {
    let world = world().await;
    let account = world
        .control
        .add_account("new@icloud.example", "cccc-cccc-cccc-cccc", "New");
    assert!(world.control.calendars(account).is_empty());
    assert_eq!(
        status(&world, "new@icloud.example", "cccc-cccc-cccc-cccc").await,
        207
    );
}

#[tokio::test]
async fn requests_are_recorded_with_the_login_and_the_host_they_came_to() {
    let world = world().await;
    world.propfind(&world.path("Home"), "0", "<d:displayname/>").await;
    let recorded = world.control.requests();
    let request = &recorded[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("PROPFIND", world.path("Home").as_str())
    );
    assert!(
        world.sandbox.partition_url().contains(&request.host_port),
        "{}",
        request.host_port
    );
    assert!(request.header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(
        (request.header("user-agent"), request.status),
        (Some("test"), Some(207))
    );
    assert!(request.body.contains("displayname"));
    assert!(
        !format!("{recorded:?}").contains("Basic "),
        "the login must not be printed"
    );
    world.control.clear_requests();
    assert!(world.control.requests().is_empty());
}
