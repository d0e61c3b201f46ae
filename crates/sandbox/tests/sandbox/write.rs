//! PUT, GET and DELETE.

use crate::harness::{event, practice, world};

const NEW: (&str, &str) = ("If-None-Match", "*");

#[tokio::test]
async fn an_event_is_created_read_changed_and_deleted() {
    let world = world().await;
    world.switch(|switches| switches.etag_on_put = true);
    let path = format!("{}one.ics", world.path("Home"));
    let created = world.put(&path, &[NEW], &event("one")).await;
    assert_eq!(created.status, 201);
    let etag = created.header("etag").unwrap().to_owned();
    let read = world.send("GET", &path, &[], "").await;
    assert_eq!(
        (read.status, read.header("etag"), read.body.as_str()),
        (200, Some(etag.as_str()), event("one").as_str())
    );
    let changed = world
        .put(
            &path,
            &[("If-Match", &etag)],
            &event("one").replace("Appointment", "Moved"),
        )
        .await;
    assert_eq!(changed.status, 204);
    let newer = changed.header("etag").unwrap();
    assert_ne!(newer, etag);
    assert_eq!(
        world
            .send("DELETE", &path, &[("If-Match", &etag)], "")
            .await
            .status,
        412,
        "an old ETag"
    );
    assert_eq!(
        world
            .send("DELETE", &path, &[("If-Match", newer)], "")
            .await
            .status,
        204
    );
    assert_eq!(world.send("DELETE", &path, &[], "").await.status, 404);
    assert_eq!(world.send("GET", &path, &[], "").await.status, 404);
    assert!(world.control.events(world.calendar("Home")).is_empty());
}

#[tokio::test]
async fn a_put_says_no_etag_unless_switched_on() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    assert_eq!(world.put(&path, &[NEW], &event("one")).await.header("etag"), None);
    let asked = world.propfind(&path, "0", "<d:getetag/>").await;
    assert!(
        asked
            .body
            .contains(&world.control.events(world.calendar("Home"))[0].etag)
    );
    world.switch(|switches| switches.etag_on_put = true);
    assert!(
        world
            .put(&path, &[], &event("one"))
            .await
            .header("etag")
            .is_some()
    );
}

#[tokio::test]
async fn conditions_are_kept() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    assert_eq!(
        world
            .put(&path, &[("If-Match", "\"x\"")], &event("one"))
            .await
            .status,
        412,
        "nothing there"
    );
    assert_eq!(world.put(&path, &[NEW], &event("one")).await.status, 201);
    assert_eq!(
        world.put(&path, &[NEW], &event("one")).await.status,
        412,
        "already there"
    );
    assert_eq!(
        world
            .put(&path, &[("If-Match", "\"x\"")], &event("one"))
            .await
            .status,
        412,
        "another ETag"
    );
    assert_eq!(
        world.put(&path, &[("If-Match", "*")], &event("one")).await.status,
        412
    );
    world.switch(|switches| switches.if_match_star_fails = false);
    assert_eq!(
        world.put(&path, &[("If-Match", "*")], &event("one")).await.status,
        204
    );
}

#[tokio::test]
async fn an_event_without_an_end_is_404_unless_switched_off() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    let endless = event("one").replace("DTEND:20261124T160000Z\r\n", "");
    assert_eq!(world.put(&path, &[NEW], &endless).await.status, 404);
    world.switch(|switches| switches.require_end = false);
    assert_eq!(world.put(&path, &[NEW], &endless).await.status, 201);
}

#[tokio::test]
async fn broken_objects_get_400_with_a_page_of_html() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    for broken in [
        "nonsense".to_owned(),
        event("one").replace("\r\n", "\n"),
        event("one").replace("SEQUENCE:0", "STATUS:confirmed"),
        event("one").replace("VERSION:2.0", "METHOD:REQUEST"),
    ] {
        let reply = world.put(&path, &[NEW], &broken).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (400, Some("text/html; charset=UTF-8")),
            "{broken}"
        );
    }
    let untyped = world
        .send("PUT", &path, &[("Content-Type", "text/plain")], &event("one"))
        .await;
    assert_eq!(untyped.status, 415);
    assert!(world.control.events(world.calendar("Home")).is_empty());
}

#[tokio::test]
async fn a_uid_exists_once_in_the_account_or_once_in_each_calendar() {
    let world = world().await;
    let (home, work) = (world.path("Home"), world.path("Work"));
    assert_eq!(
        world
            .put(&format!("{home}one.ics"), &[NEW], &event("one"))
            .await
            .status,
        201
    );
    assert_eq!(
        world
            .put(&format!("{work}one.ics"), &[NEW], &event("one"))
            .await
            .status,
        412
    );
    world.switch(|switches| switches.uids_are_account_wide = false);
    assert_eq!(
        world
            .put(&format!("{home}other.ics"), &[NEW], &event("one"))
            .await
            .status,
        412
    );
    assert_eq!(
        world
            .put(&format!("{work}one.ics"), &[NEW], &event("one"))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn the_uid_of_a_deleted_event_stays_taken_unless_switched_off() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.put(&path, &[NEW], &event("one")).await;
    world.send("DELETE", &path, &[], "").await;
    assert_eq!(world.put(&path, &[NEW], &event("one")).await.status, 412);
    assert_eq!(world.put(&path, &[NEW], &event("fresh")).await.status, 201);
    world.send("DELETE", &path, &[], "").await;
    world.switch(|switches| switches.deleted_uids_stay_taken = false);
    assert_eq!(world.put(&path, &[NEW], &event("one")).await.status, 201);
}

#[tokio::test]
async fn a_stored_event_keeps_its_uid() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.put(&path, &[NEW], &event("one")).await;
    assert_eq!(world.put(&path, &[], &event("two")).await.status, 412);
}

#[tokio::test]
async fn what_may_only_be_read_cannot_be_written() {
    let world = practice().await;
    for name in ["Office rooms", "US Holidays"] {
        let path = format!("{}one.ics", world.path(name));
        assert_eq!(
            world.put(&path, &[NEW], &event("one")).await.status,
            403,
            "{name}"
        );
    }
    let reminders = format!("{}one.ics", world.path("Reminders"));
    assert_eq!(
        world.put(&reminders, &[NEW], &event("one")).await.status,
        403,
        "no event among reminders"
    );
    let room = world.control.events(world.calendar("Office rooms"))[0]
        .href
        .clone();
    assert_eq!(world.send("DELETE", &room, &[], "").await.status, 403);
    let nowhere = world.path("Home").replace("home", "nowhere");
    assert_eq!(
        world
            .put(&format!("{nowhere}one.ics"), &[NEW], &event("one"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn guests_would_be_mailed_unless_switched_off_and_events_without_guests_mail_nobody() {
    let world = world().await;
    let home = world.path("Home");
    world.put(&format!("{home}one.ics"), &[NEW], &event("one")).await;
    assert!(world.control.invitations().is_empty());
    let guest = "ORGANIZER:mailto:maya@icloud.example\r\nATTENDEE:mailto:guest@example.org\r\nSEQUENCE:0";
    world
        .put(
            &format!("{home}two.ics"),
            &[NEW],
            &event("two").replace("SEQUENCE:0", guest),
        )
        .await;
    let mails = world.control.invitations();
    assert_eq!(
        (mails[0].to.as_str(), mails[0].summary.as_str()),
        ("guest@example.org", "Appointment")
    );
    world.switch(|switches| switches.mails_guests = false);
    let three = event("three").replace("SEQUENCE:0", guest);
    world.put(&format!("{home}three.ics"), &[NEW], &three).await;
    assert_eq!(world.control.invitations().len(), mails.len());
}

#[tokio::test]
async fn an_object_of_20_mb_fits_and_a_larger_one_does_not() {
    let world = world().await;
    let line = format!("X-PAD:{}\r\n", "x".repeat(60));
    let with = |bytes: usize| event("big").replace("SEQUENCE:0\r\n", &line.repeat(bytes / line.len()));
    let path = format!("{}big.ics", world.path("Home"));
    let fits = with(20 * 1024 * 1024 - 1_000);
    assert_eq!(world.put(&path, &[NEW], &fits).await.status, 201);
    assert_eq!(world.send("GET", &path, &[], "").await.body.len(), fits.len());
    assert_eq!(
        world
            .put(&path, &[], &with(20 * 1024 * 1024 + 2_000))
            .await
            .status,
        413
    );
}

#[tokio::test]
async fn delete_with_depth_is_refused_and_deleting_a_calendar_really_deletes_it() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.put(&path, &[NEW], &event("one")).await;
    assert_eq!(
        world
            .send("DELETE", &path, &[("Depth", "infinity")], "")
            .await
            .status,
        400
    );
    assert_eq!(
        world.send("DELETE", &world.path("Home"), &[], "").await.status,
        204
    );
    assert_eq!(world.control.calendar_named(world.account(), "Home"), None);
}

#[tokio::test]
async fn methods_that_icloud_lacks_are_not_allowed() {
    let world = world().await;
    for method in ["MOVE", "COPY", "MKCALENDAR", "PROPPATCH", "POST"] {
        assert_eq!(
            world.send(method, &world.path("Home"), &[], "").await.status,
            405,
            "{method}"
        );
    }
    let options = world.send("OPTIONS", "/", &[], "").await;
    assert!(options.header("dav").unwrap().contains("calendar-access"));
}
