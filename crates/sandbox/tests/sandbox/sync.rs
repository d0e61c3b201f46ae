//! sync-collection.

use sandbox::ExpiredToken;

use crate::harness::{Reply, World, at, world};

fn body(token: &str, extra: &str) -> String {
    format!(
        "<d:sync-collection xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:sync-token>{token}</d:sync-token>\
         <d:sync-level>1</d:sync-level>{extra}<d:prop><d:getetag/><c:calendar-data/></d:prop></d:sync-collection>"
    )
}

async fn sync(world: &World, token: &str) -> Reply {
    world.report(&world.path("Home"), &body(token, "")).await
}

fn add(world: &World, name: &str) -> String {
    let (start, end) = (at("2026-11-24T17:00:00Z"), at("2026-11-24T18:00:00Z"));
    world
        .control
        .add_simple_event(world.calendar("Home"), name, start, end)
}

async fn quiet_world() -> World {
    let world = world().await;
    world.switch(|switches| switches.collection_row_in_reports = false);
    world
}

#[tokio::test]
async fn the_first_sync_lists_everything_without_data() {
    let world = quiet_world().await;
    let href = add(&world, "One");
    let reply = sync(&world, "").await;
    assert_eq!(reply.hrefs(), std::slice::from_ref(&href));
    let row = reply.row(&href);
    let (found, missing) = row.split_once("200 OK").unwrap();
    assert!(
        found.contains("getetag") && missing.contains("calendar-data"),
        "{row}"
    );
    assert!(!reply.body.contains("BEGIN:VCALENDAR"));
}

#[tokio::test]
async fn a_later_sync_lists_what_was_added_changed_and_deleted_since() {
    let world = quiet_world().await;
    let home = world.calendar("Home");
    let (stays, changed, deleted) = (
        add(&world, "Stays"),
        add(&world, "Changed"),
        add(&world, "Deleted"),
    );
    let token = sync(&world, "").await.sync_token();
    assert!(sync(&world, &token).await.rows().is_empty());
    assert_eq!(sync(&world, &token).await.sync_token(), token, "nothing changed");
    assert!(
        world
            .control
            .move_event(home, &changed, at("2026-11-25T17:00:00Z"))
    );
    assert!(world.control.delete_event(home, &deleted));
    let added = add(&world, "Added");
    let reply = sync(&world, &token).await;
    assert_eq!(reply.hrefs(), [changed, deleted.clone(), added]);
    assert!(!reply.body.contains(&stays));
    let tombstone = reply.row(&deleted);
    assert!(
        tombstone.contains("404 Not Found") && !tombstone.contains("propstat"),
        "{tombstone}"
    );
    assert!(sync(&world, &reply.sync_token()).await.rows().is_empty());
}

#[tokio::test]
async fn the_token_and_the_ctag_of_the_list_change_with_every_change() {
    let world = quiet_world().await;
    let seen = |reply: Reply| reply.body;
    let asked = "<d:sync-token/><s:getctag/>";
    let before = seen(world.propfind(&world.path("Home"), "0", asked).await);
    assert_eq!(
        seen(world.propfind(&world.path("Home"), "0", asked).await),
        before
    );
    add(&world, "One");
    assert_ne!(
        seen(world.propfind(&world.path("Home"), "0", asked).await),
        before
    );
}

#[tokio::test]
async fn an_expired_token_is_answered_in_each_of_the_ways_that_were_seen() {
    let world = quiet_world().await;
    let href = add(&world, "One");
    let token = sync(&world, "").await.sync_token();
    world.control.expire_sync_tokens(world.calendar("Home"));
    for (mode, status) in [
        (ExpiredToken::ForbiddenWithReason, 403),
        (ExpiredToken::Forbidden, 403),
        (ExpiredToken::Gone, 410),
        (ExpiredToken::PreconditionFailed, 412),
        (ExpiredToken::FullListing, 207),
    ] {
        world.switch(|switches| switches.expired_token = mode);
        let reply = sync(&world, &token).await;
        assert_eq!(reply.status, status, "{mode:?}");
        assert_eq!(
            reply.body.contains("valid-sync-token"),
            mode == ExpiredToken::ForbiddenWithReason
        );
        assert_eq!(reply.body.contains(&href), mode == ExpiredToken::FullListing);
    }
    let fresh = sync(&world, "").await;
    assert_eq!(fresh.hrefs(), [href]);
    assert!(
        sync(&world, &fresh.sync_token()).await.rows().is_empty(),
        "a new token works"
    );
}

#[tokio::test]
async fn made_up_tokens_and_those_of_another_calendar_are_unknown() {
    let world = quiet_world().await;
    let other = world
        .report(&world.path("Work"), &body("", ""))
        .await
        .sync_token();
    for token in ["nonsense", other.as_str()] {
        assert_eq!(sync(&world, token).await.status, 403, "{token}");
    }
}

#[tokio::test]
async fn a_long_answer_ends_with_507_and_goes_on_from_its_token() {
    let world = quiet_world().await;
    let mut wanted: Vec<String> = (0..5)
        .map(|number| add(&world, &format!("Event {number}")))
        .collect();
    world.switch(|switches| switches.sync_page = Some(2));
    let (mut token, mut found, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let reply = sync(&world, &token).await;
        pages += 1;
        token = reply.sync_token();
        let truncated = reply.body.contains("507 Insufficient Storage");
        found.extend(
            reply
                .hrefs()
                .into_iter()
                .filter(|href| *href != world.path("Home")),
        );
        if !truncated {
            break;
        }
        assert!(
            reply
                .row(&world.path("Home"))
                .contains("number-of-matches-within-limits")
        );
    }
    found.sort();
    wanted.sort();
    assert_eq!((found, pages), (wanted, 3));
    world.switch(|switches| switches.sync_page = None);
    assert!(!sync(&world, "").await.body.contains("507 Insufficient"));
}

#[tokio::test]
async fn a_client_can_ask_for_few_rows() {
    let world = quiet_world().await;
    add(&world, "One");
    add(&world, "Two");
    let limited = body("", "<d:limit><d:nresults>1</d:nresults></d:limit>");
    let reply = world.report(&world.path("Home"), &limited).await;
    assert_eq!(reply.rows().len(), 2, "one event and the 507");
}

#[tokio::test]
async fn the_collection_is_a_row_of_a_first_sync_unless_switched_off() {
    let world = world().await;
    assert_eq!(sync(&world, "").await.hrefs(), [world.path("Home")]);
    world.switch(|switches| switches.collection_row_in_reports = false);
    assert!(sync(&world, "").await.rows().is_empty());
}
