//! The list of calendars.

use sandbox::{Kind, NewCalendar};

use crate::harness::practice;

const ASKED: &str = "<d:resourcetype/><d:displayname/><d:current-user-privilege-set/><a:calendar-color/>\
                     <c:supported-calendar-component-set/><d:sync-token/><s:getctag/><s:source/>";

#[tokio::test]
async fn the_home_lists_itself_every_calendar_and_the_scheduling_collections() {
    let world = practice().await;
    let home = world.path("Home").replace("home/", "");
    let reply = world.propfind(&home, "1", ASKED).await;
    let hrefs = reply.hrefs();
    assert_eq!(hrefs[0], home);
    for end in ["calendars/inbox/", "calendars/outbox/", "calendars/notification/"] {
        assert!(hrefs.iter().any(|href| href.ends_with(end)), "{end} in {hrefs:?}");
    }
    for calendar in world.control.calendars(world.account()) {
        let row = reply.row(&calendar.href);
        assert!(
            row.contains(&format!(
                "<displayname xmlns='DAV:'>{}</displayname>",
                calendar.name
            )),
            "{row}"
        );
    }
    let own = reply.row(&home);
    assert!(
        own.contains("<write xmlns='DAV:'/>") && !own.contains("<calendar "),
        "{own}"
    );
}

#[tokio::test]
async fn each_kind_of_calendar_shows_itself_as_on_icloud() {
    let world = practice().await;
    let reply = world
        .propfind(&world.path("Home").replace("home/", ""), "1", ASKED)
        .await;
    let row = |name: &str| reply.row(&world.path(name));
    let is_calendar = |row: &str| row.contains("<calendar xmlns='urn:ietf:params:xml:ns:caldav'/>");
    let may_write = |row: &str| row.contains("<write xmlns='DAV:'/>");
    assert!(is_calendar(&row("Home")) && may_write(&row("Home")));
    assert!(row("Home").contains(">#1BADF8FF</calendar-color>"));
    assert!(row("Home").contains("<comp xmlns='urn:ietf:params:xml:ns:caldav' name='VEVENT'/>"));
    assert!(is_calendar(&row("Family")) && row("Family").contains("<shared-owner "));
    assert!(is_calendar(&row("Office rooms")) && !may_write(&row("Office rooms")));
    assert!(is_calendar(&row("Reminders")) && row("Reminders").contains("name='VTODO'"));
    let holidays = row("US Holidays");
    assert!(!is_calendar(&holidays) && holidays.contains("<subscribed ") && holidays.contains("<source "));
    let inbox = reply.row("/inbox/");
    assert!(inbox.contains("<schedule-inbox ") && inbox.contains("name='VEVENT'") && may_write(&inbox));
}

#[tokio::test]
async fn missing_properties_come_in_a_second_propstat() {
    let world = practice().await;
    let reply = world
        .propfind(
            &world.path("Home"),
            "0",
            "<d:displayname/><s:source/><x:odd xmlns:x=\"urn:x\"/>",
        )
        .await;
    let row = reply.row(&world.path("Home"));
    let (found, missing) = row.split_once("HTTP/1.1 200 OK").unwrap();
    assert!(found.contains("Home") && !found.contains("source"));
    assert!(missing.contains("<source ") && missing.contains("<odd xmlns='urn:x'/>"));
    assert!(missing.contains("HTTP/1.1 404 Not Found"));
}

#[tokio::test]
async fn the_xml_has_icloud_s_habits() {
    let world = practice().await;
    let reply = world.propfind("/", "0", "<d:current-user-principal/>").await;
    assert!(
        reply
            .body
            .starts_with("<?xml version='1.0' encoding='UTF-8' standalone=\"yes\"?>\n")
    );
    assert!(
        reply.body.matches("xmlns='DAV:'").count() > 5,
        "the default namespace is on every element"
    );
}

#[tokio::test]
async fn a_calendar_can_be_renamed_locked_added_and_deleted() {
    let world = practice().await;
    let work = world.calendar("Work");
    let path = world.path("Work");
    world.control.rename_calendar(work, "Büro & mehr");
    world.control.set_writable(work, false);
    let reply = world.propfind(&path, "0", ASKED).await;
    assert!(
        reply.body.contains("Büro &amp; mehr") && !reply.body.contains("<write "),
        "{}",
        reply.body
    );
    world.control.set_writable(work, true);
    assert!(world.propfind(&path, "0", ASKED).await.body.contains("<write "));
    let new = NewCalendar::named("Clinic").kind(Kind::Events).color("#112233FF");
    let added = world.control.add_calendar(world.account(), new);
    assert!(
        world
            .propfind(&world.path("Clinic"), "0", ASKED)
            .await
            .body
            .contains(">#112233FF<")
    );
    let clinic = world.path("Clinic");
    world.control.delete_calendar(added);
    assert_eq!(world.propfind(&clinic, "0", ASKED).await.status, 404);
}
