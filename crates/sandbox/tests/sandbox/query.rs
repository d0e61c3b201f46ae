//! calendar-query and calendar-multiget.

use sandbox::Unfilterable;

use crate::harness::{World, at, event, in_range, practice, query, query_for, world};

const VEVENT: &str = "<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"/></c:comp-filter>";

const SYNC: &str = "<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>\
                    </d:sync-collection>";

fn multiget(hrefs: &[&str]) -> String {
    let hrefs: Vec<String> = hrefs
        .iter()
        .map(|href| format!("<d:href>{href}</d:href>"))
        .collect();
    let hrefs = hrefs.concat();
    format!(
        "<c:calendar-multiget xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/>\
         <c:calendar-data/></d:prop>{hrefs}</c:calendar-multiget>"
    )
}

fn lunch(world: &World) -> String {
    let (start, end) = (at("2026-11-24T17:00:00Z"), at("2026-11-24T18:00:00Z"));
    world
        .control
        .add_simple_event(world.calendar("Home"), "Lunch", start, end)
}

#[tokio::test]
async fn a_query_returns_the_events_of_its_range_with_their_data() {
    let world = world().await;
    let href = lunch(&world);
    let reply = world
        .report(
            &world.path("Home"),
            &in_range("20261124T173000Z", "20261124T180000Z"),
        )
        .await;
    let row = reply.row(&href);
    let stored = &world.control.events(world.calendar("Home"))[0];
    assert!(row.contains(&stored.etag), "{row}");
    assert!(row.contains(&format!("<![CDATA[{}]]>", stored.ics)), "{row}");
    let outside = world
        .report(
            &world.path("Home"),
            &in_range("20261124T180000Z", "20261124T190000Z"),
        )
        .await;
    assert!(!outside.body.contains(&href));
}

#[tokio::test]
async fn a_recurring_event_from_long_ago_is_never_missed() {
    let world = world().await;
    let series = event("series")
        .replace("20261124", "20201124")
        .replace("SEQUENCE:0", "RRULE:FREQ=WEEKLY");
    let href = world.control.put_event(world.calendar("Home"), &series);
    let reply = world
        .report(
            &world.path("Home"),
            &in_range("20261201T000000Z", "20261202T000000Z"),
        )
        .await;
    assert!(reply.body.contains(&href));
}

#[tokio::test]
async fn data_is_a_cdata_section_or_escaped_text() {
    let world = world().await;
    lunch(&world);
    let cdata = world.report(&world.path("Home"), &query(VEVENT)).await;
    assert!(cdata.body.contains("<![CDATA[BEGIN:VCALENDAR"));
    world.switch(|switches| switches.cdata = false);
    let escaped = world.report(&world.path("Home"), &query(VEVENT)).await;
    assert!(
        !escaped.body.contains("CDATA") && escaped.body.contains(">BEGIN:VCALENDAR&#13;"),
        "{}",
        escaped.body
    );
}

#[tokio::test]
async fn the_collection_is_a_row_of_reports_unless_switched_off() {
    let world = world().await;
    let path = world.path("Home");
    assert_eq!(
        world.report(&path, &query(VEVENT)).await.hrefs(),
        std::slice::from_ref(&path)
    );
    world.switch(|switches| switches.collection_row_in_reports = false);
    assert!(world.report(&path, &query(VEVENT)).await.rows().is_empty());
}

#[tokio::test]
async fn a_query_without_a_component_fails_with_500_unless_switched_off() {
    let world = world().await;
    let href = lunch(&world);
    let body = query("<c:comp-filter name=\"VCALENDAR\"/>");
    assert_eq!(world.report(&world.path("Home"), &body).await.status, 500);
    world.switch(|switches| switches.missing_component_filter_fails = false);
    assert!(
        world
            .report(&world.path("Home"), &body)
            .await
            .body
            .contains(&href)
    );
}

#[tokio::test]
async fn a_property_filter_fails_with_412_unless_switched_off() {
    let world = world().await;
    let body = query(
        "<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"><c:prop-filter name=\"UID\">\
         <c:text-match>x</c:text-match></c:prop-filter></c:comp-filter></c:comp-filter>",
    );
    assert_eq!(world.report(&world.path("Home"), &body).await.status, 412);
    world.switch(|switches| switches.property_filter_fails = false);
    assert_eq!(world.report(&world.path("Home"), &body).await.status, 207);
}

#[tokio::test]
async fn an_event_that_cannot_be_filtered_fails_queries_with_a_time_range_and_nothing_else() {
    let world = world().await;
    let good = lunch(&world);
    let odd = event("odd").replace("SEQUENCE:0", "RRULE:FREQ=DAILY;INTERVAL=-1");
    let odd = world.control.put_event(world.calendar("Home"), &odd);
    let path = world.path("Home");
    let today = in_range("20261124T000000Z", "20261125T000000Z");
    assert_eq!(world.report(&path, &today).await.status, 207);
    for status in [400, 500] {
        world.switch(|switches| {
            switches.unfilterable = Some(Unfilterable {
                containing: "INTERVAL=-1".to_owned(),
                status,
            });
        });
        assert_eq!(world.report(&path, &today).await.status, status);
        assert_eq!(
            world.report(&world.path("Work"), &today).await.status,
            207,
            "without such an event"
        );
        let others = [
            world.propfind(&path, "1", "<d:getetag/>").await,
            world.report(&path, SYNC).await,
            world.report(&path, &multiget(&[&good, &odd])).await,
            world.report(&path, &query(VEVENT)).await,
        ];
        for reply in others {
            assert!(
                reply.body.contains(&good) && reply.body.contains(&odd),
                "{}",
                reply.body
            );
        }
        assert_eq!(world.send("GET", &odd, &[], "").await.status, 200);
        let other = format!("{path}other-{status}.ics");
        assert_eq!(
            world
                .put(&other, &[], &event(&format!("other-{status}")))
                .await
                .status,
            201
        );
    }
    world.control.delete_event(world.calendar("Home"), &odd);
    assert_eq!(world.report(&path, &today).await.status, 207);
}

#[tokio::test]
async fn a_query_with_a_time_range_leaves_out_what_the_switch_says() {
    let world = world().await;
    let href = lunch(&world);
    let path = world.path("Home");
    let today = in_range("20261124T000000Z", "20261125T000000Z");
    assert!(world.report(&path, &today).await.body.contains(&href));
    world.switch(|switches| switches.query_leaves_out = Some("SUMMARY:Lunch".to_owned()));
    let reply = world.report(&path, &today).await;
    assert!(reply.status == 207 && !reply.body.contains(&href));
    for reply in [
        world.propfind(&path, "1", "<d:getetag/>").await,
        world.report(&path, SYNC).await,
        world.report(&path, &multiget(&[&href])).await,
        world.report(&path, &query(VEVENT)).await,
    ] {
        assert!(reply.body.contains(&href), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_request_for_parts_of_the_data_gets_empty_events_unless_switched_off() {
    let world = world().await;
    lunch(&world);
    let parts = "<c:calendar-data><c:comp name=\"VCALENDAR\"/></c:calendar-data>";
    let body = query_for(parts, VEVENT);
    let reply = world.report(&world.path("Home"), &body).await;
    assert!(
        reply.body.contains("BEGIN:VEVENT\r\nEND:VEVENT") && !reply.body.contains("Lunch"),
        "{}",
        reply.body
    );
    world.switch(|switches| switches.partial_data_is_empty = false);
    assert!(
        world
            .report(&world.path("Home"), &body)
            .await
            .body
            .contains("Lunch")
    );
}

#[tokio::test]
async fn a_query_at_depth_0_finds_nothing() {
    let world = world().await;
    let href = lunch(&world);
    let reply = world
        .send("REPORT", &world.path("Home"), &[("Depth", "0")], &query(VEVENT))
        .await;
    assert!(reply.status == 207 && !reply.body.contains(&href));
}

#[tokio::test]
async fn a_subscription_answers_with_success_and_nothing() {
    let world = practice().await;
    let reply = world.report(&world.path("US Holidays"), &query(VEVENT)).await;
    assert!(reply.rows().is_empty());
}

#[tokio::test]
async fn reminders_are_found_as_vtodo_and_not_as_vevent() {
    let world = practice().await;
    world.switch(|switches| switches.collection_row_in_reports = false);
    let path = world.path("Reminders");
    assert!(world.report(&path, &query(VEVENT)).await.rows().is_empty());
    assert_eq!(
        world
            .report(&path, &query(&VEVENT.replace("VEVENT", "VTODO")))
            .await
            .rows()
            .len(),
        1
    );
}

#[tokio::test]
async fn there_is_no_free_busy_report() {
    let world = world().await;
    let body = "<c:free-busy-query xmlns:c=\"urn:ietf:params:xml:ns:caldav\"/>";
    let reply = world.report(&world.path("Home"), body).await;
    assert!(reply.status == 403 && reply.body.contains("supported-report"));
}

#[tokio::test]
async fn white_space_before_the_xml_declaration_is_refused() {
    let world = world().await;
    let body = format!("\n<?xml version=\"1.0\"?>{}", query(VEVENT));
    assert_eq!(world.report(&world.path("Home"), &body).await.status, 400);
    assert_eq!(
        world.report(&world.path("Home"), body.trim_start()).await.status,
        207
    );
}

#[tokio::test]
async fn a_multiget_answers_each_address_and_repeats_one_when_switched_on() {
    let world = world().await;
    let href = lunch(&world);
    let missing = href.replace(".ics", "-gone.ics");
    let body = multiget(&[&href, &missing]);
    let reply = world.report(&world.path("Home"), &body).await;
    assert_eq!(reply.hrefs(), [href.clone(), missing.clone()]);
    assert!(reply.row(&href).contains("SUMMARY:Lunch"));
    assert!(reply.row(&missing).contains("HTTP/1.1 404 Not Found"));
    world.switch(|switches| switches.multiget_duplicates = true);
    assert_eq!(
        world.report(&world.path("Home"), &body).await.hrefs(),
        [href.clone(), missing, href]
    );
}

#[tokio::test]
async fn an_object_of_another_calendar_is_not_found_by_a_multiget() {
    let world = world().await;
    let href = lunch(&world).replace("/home/", "/work/");
    let body = format!(
        "<c:calendar-multiget xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/></d:prop>\
         <d:href>{href}</d:href></c:calendar-multiget>"
    );
    assert!(
        world
            .report(&world.path("Work"), &body)
            .await
            .row(&href)
            .contains("404 Not Found")
    );
}

#[tokio::test]
async fn reports_after_a_write_see_the_old_state_as_often_as_the_switch_says() {
    let world = world().await;
    let path = format!("{}one.ics", world.path("Home"));
    world.switch(|switches| switches.stale_reads = 2);
    assert_eq!(world.put(&path, &[], &event("one")).await.status, 201);
    for expected in [false, false, true] {
        let reply = world.report(&world.path("Home"), &query(VEVENT)).await;
        assert_eq!(reply.body.contains(&path), expected);
    }
    assert_eq!(world.send("DELETE", &path, &[], "").await.status, 204);
    for expected in [true, true, false] {
        let reply = world.report(&world.path("Home"), &query(VEVENT)).await;
        assert_eq!(reply.body.contains(&path), expected);
    }
    world.switch(|switches| switches.stale_reads = 0);
    assert_eq!(world.put(&path, &[], &event("two")).await.status, 201);
    assert!(
        world
            .report(&world.path("Home"), &query(VEVENT))
            .await
            .body
            .contains(&path)
    );
}
