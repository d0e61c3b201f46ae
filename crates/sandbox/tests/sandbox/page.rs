//! The practice page, as a browser without script uses it.

use crate::harness::{World, at, practice, world};

async fn page(world: &World) -> String {
    let reply = world.bare("GET", "/practice/", &[], "").await;
    assert_eq!(reply.status, 200);
    reply.body
}

async fn home_id(world: &World) -> String {
    let html = page(world).await;
    let before = html.split("</svg> Home</h3>").next().unwrap();
    before
        .rsplit("id=calendar-")
        .next()
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn it_shows_each_account_its_calendars_and_the_login() {
    let world = practice().await;
    let html = page(&world).await;
    for text in [
        "Maya Lopez",
        "maya@icloud.example",
        "quin-ceis-prac-tice",
        "Home",
        "Office rooms",
        "Reminders",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("All times are in <strong>America/New_York</strong>"));
    assert!(html.contains("every week") && html.contains("travel 30 min") && html.contains("declined"));
}

#[tokio::test]
async fn events_stand_in_their_order_and_past_ones_are_left_out() {
    let world = world().await;
    let id = world.calendar("Home");
    let add =
        |name: &str, start: &str, end: &str| world.control.add_simple_event(id, name, at(start), at(end));
    add("Second", "2026-11-25T15:00:00Z", "2026-11-25T16:00:00Z");
    add("First", "2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z");
    add("Over", "2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z");
    let html = page(&world).await;
    assert!(html.find("<strong>First</strong>").unwrap() < html.find("<strong>Second</strong>").unwrap());
    assert!(html.contains("Tue 24 Nov, 10:00–11:00"), "in the owners' zone");
    assert!(!html.contains("<strong>Over</strong>"));
}

#[tokio::test]
async fn an_event_is_added_changed_and_deleted_by_plain_forms() {
    let world = world().await;
    let id = home_id(&world).await;
    let form = format!("calendar={id}&title=Vet+%26+cat&date=2026-11-26&from=09:30&until=10:15");
    let added = world.post("/practice/add", &form).await;
    assert_eq!(added.status, 303);
    assert_eq!(
        added.header("location"),
        Some(format!("/practice/?said=added#calendar-{id}").as_str())
    );
    let stored = world.control.events(world.calendar("Home"))[0].clone();
    assert_eq!(stored.summary, "Vet & cat");
    assert!(
        stored
            .ics
            .contains("DTSTART;TZID=America/New_York:20261126T093000"),
        "{}",
        stored.ics
    );
    let html = page(&world).await;
    assert!(html.contains("Vet &amp; cat") && html.contains("Thu 26 Nov, 09:30–10:15"));

    let name = stored.href.rsplit('/').next().unwrap().to_owned();
    let change =
        format!("calendar={id}&event={name}&shown=2026-11-26T09:30:00&title=Vet&date=2026-11-27&from=11:00");
    assert_eq!(world.post("/practice/change", &change).await.status, 303);
    let changed = world.control.events(world.calendar("Home"))[0].clone();
    assert_eq!(changed.summary, "Vet");
    assert!(
        changed
            .ics
            .contains("DTSTART;TZID=America/New_York:20261127T110000"),
        "{}",
        changed.ics
    );
    assert!(
        changed
            .ics
            .contains("DTEND;TZID=America/New_York:20261127T114500"),
        "{}",
        changed.ics
    );

    let delete = format!("calendar={id}&event={name}");
    assert_eq!(world.post("/practice/delete", &delete).await.status, 303);
    assert!(world.control.events(world.calendar("Home")).is_empty());
    assert_eq!(
        world.post("/practice/delete", &delete).await.status,
        422,
        "it is gone"
    );
}

#[tokio::test]
async fn an_event_may_last_all_day_or_past_midnight() {
    let world = world().await;
    let id = home_id(&world).await;
    world
        .post(
            "/practice/add",
            &format!("calendar={id}&title=Off&date=2026-11-26&from=09:00&until=10:00&all_day=yes"),
        )
        .await;
    world
        .post(
            "/practice/add",
            &format!("calendar={id}&title=Party&date=2026-11-28&from=21:00&until=01:00"),
        )
        .await;
    let html = page(&world).await;
    assert!(html.contains("Thu 26 Nov, all day"), "{html}");
    assert!(html.contains("Sat 28 Nov, 21:00–Sun 29 Nov 01:00"), "{html}");
}

#[tokio::test]
async fn changing_a_series_moves_every_turn() {
    let world = practice().await;
    let work = world.calendar("Work");
    let find = || {
        let all = world.control.events(work);
        all.into_iter()
            .find(|event| event.summary == "Team meeting")
            .unwrap()
    };
    let name = find().href.rsplit('/').next().unwrap().to_owned();
    let html = page(&world).await;
    let before = html.split("</svg> Work</h3>").next().unwrap();
    let id = before
        .rsplit("id=calendar-")
        .next()
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let form = format!(
        "calendar={id}&event={name}&shown=2026-11-23T09:00:00&title=Team+meeting&date=2026-11-24&from=09:30"
    );
    assert_eq!(world.post("/practice/change", &form).await.status, 303);
    let ics = find().ics;
    assert!(
        ics.contains("DTSTART;TZID=America/New_York:20261117T093000"),
        "{ics}"
    );
    assert!(
        ics.contains("EXDATE;TZID=America/New_York:20261208T093000"),
        "{ics}"
    );
}

#[tokio::test]
async fn bad_input_is_told_and_changes_nothing() {
    let world = world().await;
    let id = home_id(&world).await;
    for (form, sentence) in [
        (
            format!("calendar={id}&title=+&date=2026-11-26&from=09:00&until=10:00"),
            "Give the event a title",
        ),
        (
            format!("calendar={id}&title=A&date=soon&from=09:00&until=10:00"),
            "Give the date as",
        ),
        (
            format!("calendar={id}&title=A&date=9999-01-01&from=09:00&until=10:00"),
            "too far away",
        ),
        (
            format!("calendar={id}&title=A&date=2026-11-26&from=9&until=10:00"),
            "Give the time as",
        ),
        (
            format!("calendar={id}&title=A%0AB&date=2026-11-26&from=09:00&until=10:00"),
            "characters that a title cannot",
        ),
        (
            "calendar=999&title=A&date=2026-11-26&from=09:00&until=10:00".to_owned(),
            "not there any more",
        ),
    ] {
        let reply = world.post("/practice/add", &form).await;
        assert!(
            reply.status == 422 && reply.body.contains(sentence),
            "{form}: {}",
            reply.status
        );
    }
    assert!(world.control.events(world.calendar("Home")).is_empty());
}

#[tokio::test]
async fn text_from_events_is_never_markup() {
    let world = world().await;
    let (start, end) = (at("2026-11-24T15:00:00Z"), at("2026-11-24T16:00:00Z"));
    world
        .control
        .add_simple_event(world.calendar("Home"), "<script>'\"&", start, end);
    let html = page(&world).await;
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;&#39;&quot;&amp;"));
}

#[tokio::test]
async fn changes_from_elsewhere_and_foreign_host_names_are_refused() {
    let world = world().await;
    let form = "calendar=1&title=A&date=2026-11-26&from=09:00&until=10:00";
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    for headers in [
        vec![kind],
        vec![kind, ("Origin", "http://evil.example")],
        vec![kind, ("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(
            world.bare("POST", "/practice/add", &headers, form).await.status,
            403,
            "{headers:?}"
        );
    }
    let foreign = world
        .bare("GET", "/practice/", &[("Host", "evil.example")], "")
        .await;
    assert_eq!(foreign.status, 421);
    assert_eq!(
        world.bare("GET", "/practice/add", &[], "").await.status,
        405,
        "a GET changes nothing"
    );
    assert!(world.control.events(world.calendar("Home")).is_empty());
}

#[tokio::test]
async fn a_person_can_simulate_an_outage_and_revoke_the_password() {
    let world = world().await;
    let path = world.path("Home");
    assert_eq!(world.post("/practice/outage", "down=true").await.status, 303);
    assert!(
        world
            .try_send("PROPFIND", &path, &[("Depth", "0")], "")
            .await
            .is_err()
    );
    assert!(
        page(&world)
            .await
            .contains("Apps cannot reach the practice iCloud")
    );
    world.post("/practice/outage", "down=false").await;
    assert_eq!(world.propfind(&path, "0", "<d:displayname/>").await.status, 207);
    let html = page(&world).await;
    let account = html
        .split("name=account value=")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap()
        .to_owned();
    world
        .post("/practice/password", &format!("account={account}&revoked=true"))
        .await;
    assert_eq!(world.propfind(&path, "0", "<d:displayname/>").await.status, 401);
    world
        .post("/practice/password", &format!("account={account}&revoked=false"))
        .await;
    assert_eq!(world.propfind(&path, "0", "<d:displayname/>").await.status, 207);
}

#[tokio::test]
async fn a_person_can_shut_one_calendar_and_open_it_again() {
    let world = world().await;
    let status = async |name: &str| {
        let reply = world.propfind(&world.path(name), "0", "<d:displayname/>").await;
        reply.status
    };
    let shut = async |shut: bool| {
        let form = format!("calendar={}&shut={shut}", home_id(&world).await);
        assert_eq!(world.post("/practice/calendar", &form).await.status, 303);
    };
    shut(true).await;
    assert_eq!((status("Home").await, status("Work").await), (500, 207));
    assert!(
        page(&world)
            .await
            .contains("Apps get an error for this calendar.")
    );
    shut(false).await;
    assert_eq!((status("Home").await, status("Work").await), (207, 207));
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_says_so_in_its_headers() {
    let world = practice().await;
    let reply = world.bare("GET", "/practice/", &[], "").await;
    assert!(
        reply
            .header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert!(
        !reply.body.contains("http://")
            && !reply.body.contains("https://")
            && !reply.body.contains("<script")
    );
    assert!(!reply.body.contains("style="), "the policy forbids inline style");
    assert_eq!(
        world
            .bare("GET", "/practice/style.css", &[], "")
            .await
            .header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(
        world.control.requests().is_empty(),
        "the page is no request of a client"
    );
}

#[tokio::test]
async fn nothing_typed_into_a_refused_form_is_lost() {
    let world = world().await;
    let id = home_id(&world).await;
    let form = format!("calendar={id}&title=My+%22plan%22&date=soon&from=09:07&until=10:08&all_day=yes");
    let refused = world.post("/practice/add", &form).await.body;
    for kept in [
        "My &quot;plan&quot;",
        "\"soon\"",
        "\"09:07\"",
        "\"10:08\"",
        "value=yes checked",
        "class=add open",
    ] {
        assert_eq!(refused.matches(kept).count(), 1, "{kept}");
    }
    let (start, end) = (at("2026-11-24T15:00:00Z"), at("2026-11-24T16:00:00Z"));
    let href = world
        .control
        .add_simple_event(world.calendar("Home"), "Tea", start, end);
    let name = href.rsplit('/').next().unwrap();
    let shown = "2026-11-24T10:00:00";
    let form = format!("calendar={id}&event={name}&shown={shown}&title=Coffee&date=2026-11-25&from=late");
    let refused = world.post("/practice/change", &form).await.body;
    for kept in ["\"Coffee\"", "\"2026-11-25\"", "\"late\"", "<details open>"] {
        assert_eq!(refused.matches(kept).count(), 1, "{kept}");
    }
    assert!(
        refused.contains("<strong>Tea</strong>"),
        "the event itself is as it was"
    );
}

#[tokio::test]
async fn a_browser_at_the_server_s_address_is_shown_the_way_to_the_page() {
    let world = world().await;
    let reply = world
        .bare("GET", "/", &[("Accept", "text/html,*/*;q=0.8")], "")
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (307, Some("/practice/"))
    );
    assert_eq!(world.sandbox.page_url(), world.entry("/practice/"));
    assert_eq!(
        world
            .bare("GET", "/", &[("User-Agent", "test"), ("Accept", "*/*")], "")
            .await
            .status,
        401
    );
}
