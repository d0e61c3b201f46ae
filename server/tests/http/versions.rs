//! Saving over what somebody else changed meanwhile: what a browser without script shows, and what a program is answered.

use reqwest::StatusCode;
use reqwest::header::{LOCATION, ORIGIN};
use serde_json::Value;

use crate::studio::value_after;
use crate::support::{Browser, Quince, http};

/// Two admins of the demo's workspace.
struct Admins {
    quince: Quince,
    maya: Browser,
    nina: Browser,
    _folder: tempfile::TempDir,
}

impl Admins {
    async fn sign_in() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (quince, said) = Quince::demo(folder.path(), &[("QUINCE_RATE_LIMITS", "off")]);
        let password = said["owner_password"].as_str().unwrap();
        let (mut maya, mut nina) = (Browser::new(&quince), Browser::new(&quince));
        maya.sign_in(said["owner_email"].as_str().unwrap(), password)
            .await;
        let fields = [
            ("name", "Nina"),
            ("email", "nina@quince.example"),
            ("role", "admin"),
            ("zone", "UTC"),
            ("password", "correct horse battery"),
        ];
        maya.submit("/team", "add-staff", &fields).await;
        nina.sign_in("nina@quince.example", "correct horse battery").await;
        Self {
            quince,
            maya,
            nina,
            _folder: folder,
        }
    }
}

/// The versions that a page's forms send, in its order.
fn seen(page: &str) -> Vec<&str> {
    let rest = page.split("name=\"seen\"").skip(1);
    rest.map(|rest| rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap())
        .collect()
}

const WORKSPACE: &str = "/settings/workspace";

fn workspace<'a>(name: &'a str, holiday: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("zone", "UTC"),
        ("holidays[0][date]", holiday),
        ("holidays[0][last]", ""),
        ("holidays[0][name]", if holiday.is_empty() { "" } else { "Rest" }),
        ("seen", seen),
    ]
}

/// Sends a form that is refused; answers the page that its browser is sent to.
async fn refused(browser: &mut Browser, page: &str, endpoint: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.post(page, endpoint, fields).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(answer.headers()[LOCATION], format!("{page}#problem"));
    browser.page(page).await
}

#[tokio::test]
async fn a_holiday_of_a_colleague_is_told_and_what_was_typed_is_still_there() {
    let mut admins = Admins::sign_in().await;
    let page = admins.maya.page(WORKSPACE).await;
    let Admins { maya, nina, .. } = &mut admins;
    assert_eq!(seen(&page), ["0"]);
    assert!(!page.contains("all the same"), "{page}");

    nina.submit(
        WORKSPACE,
        "save-workspace",
        &workspace("Studio", "2027-12-25", "0"),
    )
    .await;
    let page = refused(maya, WORKSPACE, "save-workspace", &workspace("Ours", "", "0")).await;
    for part in [
        "Nina changed the name from ",
        "to “Studio”",
        "added the holiday 25 December 2027 (Rest)",
        "value=\"Ours\"",
        "Save all the same",
        "Look at theirs",
    ] {
        assert!(page.contains(part), "{part} is not on the page: {page}");
    }
    assert_eq!(seen(&page), ["0", "1"], "to save again, and to save all the same");
    // The other button does not forget what was told.
    let page = refused(maya, WORKSPACE, "save-workspace", &workspace("Ours", "", "0")).await;
    assert!(page.contains("25 December 2027"), "{page}");
    let fresh = maya.page(WORKSPACE).await;
    assert_eq!(
        value_after(&fresh, "name=\"name\""),
        "Studio",
        "theirs, in a new tab"
    );
    assert_eq!(seen(&fresh), ["1"]);

    nina.submit(
        WORKSPACE,
        "save-workspace",
        &workspace("Studio", "2027-12-26", "1"),
    )
    .await;
    let page = refused(maya, WORKSPACE, "save-workspace", &workspace("Ours", "", "1")).await;
    assert!(
        page.contains("added the holiday 26 December 2027 (Rest)"),
        "{page}"
    );
    assert!(
        !page.contains("changed the name from"),
        "she was told that before: {page}"
    );
    assert_eq!(seen(&page), ["1", "2"]);

    maya.submit(WORKSPACE, "save-workspace", &workspace("Ours", "2027-12-27", "2"))
        .await;
    let page = maya.page(WORKSPACE).await;
    assert!(page.contains("Saved.") && page.contains("2027-12-27"), "{page}");
    assert!(!page.contains("2027-12-25"), "{page}");
    assert_eq!(seen(&page), ["3"]);
}

/// Calls a server function as the pages' script does.
async fn call(
    quince: &Quince,
    who: &Browser,
    endpoint: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, Value) {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let answer = http()
        .post(quince.at(&format!("api/fn/{endpoint}")))
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(ORIGIN, quince.url.trim_end_matches('/'))
        .header("cookie", who.cookie.as_deref().unwrap())
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {status} {text}")),
    )
}

#[tokio::test]
async fn a_program_is_answered_409_and_a_form_without_a_version_is_one_of_before_all_changes() {
    let admins = Admins::sign_in().await;
    let Admins {
        quince, maya, nina, ..
    } = &admins;
    let save = async |who: &Browser, name: &str, seen: Option<&str>| {
        let mut fields = workspace(name, "", "");
        fields.pop();
        fields.extend(seen.map(|seen| ("seen", seen)));
        call(quince, who, "save-workspace", &fields).await
    };
    // Nothing was ever changed, so a form that was open since before there were versions may be saved.
    assert_eq!(save(nina, "Studio", None).await.0, StatusCode::OK);
    for seen in [None, Some("0"), Some(""), Some("-1"), Some("9"), Some("nonsense")] {
        let (status, said) = save(maya, "Ours", seen).await;
        assert_eq!(status, StatusCode::CONFLICT, "{seen:?}: {said}");
        assert_eq!(said["ChangedMeanwhile"]["newest"], 1, "{said}");
    }
    let (_, said) = save(maya, "Ours", None).await;
    let sentence = said["ChangedMeanwhile"]["sentences"][0].as_str().unwrap();
    assert!(
        sentence.starts_with("Nina changed the name from ") && sentence.contains("to “Studio”"),
        "{sentence}"
    );
    assert_eq!(save(maya, "Ours", Some("1")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn every_page_that_several_people_save_tells_of_changes() {
    let mut admins = Admins::sign_in().await;
    let Admins { maya, nina, .. } = &mut admins;

    // Rooms: what the demo made is the first version.
    let rooms = "/settings/resources";
    let page = maya.page(rooms).await;
    let before = seen(&page)[0].to_owned();
    let sent = [
        ("resources[0][id]", ""),
        ("resources[0][name]", "Sauna"),
        ("resources[0][quantity]", "3"),
        ("seen", "99"),
    ];
    let page = refused(maya, rooms, "save-resources", &sent).await;
    assert!(
        page.contains("value=\"Sauna\"") && page.contains("Save all the same"),
        "{page}"
    );
    assert_eq!(seen(&page), ["99", before.as_str()]);

    // A profile that is open in two windows.
    let profile = "/settings/profile";
    let page = maya.page(profile).await;
    let version = seen(&page)[0].to_owned();
    let form = |name: &'static str| {
        vec![
            ("name", name),
            ("zone", "UTC"),
            ("hours[days][0][0][from]", "09:00"),
            ("hours[days][0][0][to]", "12:00"),
            ("seen", version.as_str()),
        ]
    };
    maya.submit(profile, "save-profile", &form("Maya L.")).await;
    let page = refused(maya, profile, "save-profile", &form("M. Lopez")).await;
    assert!(
        page.contains("You changed ") && page.contains("value=\"M. Lopez\""),
        "{page}"
    );

    // An appointment: the details that are typed have the second button, and what is a button alone does not.
    let list = nina.page("/appointments?show=all").await;
    let ids = list.split("href=\"/appointments/").skip(1);
    let mut ids = ids.map(|rest| rest.split('"').next().unwrap());
    let id = ids.find(|id| id.len() == 36).unwrap();
    let at = format!("/appointments/{id}");
    let details = |name: &'static str| {
        vec![
            ("id", id),
            ("name", name),
            ("email", "ada@client.example"),
            ("phone", ""),
            ("notes", ""),
            ("seen", "0"),
        ]
    };
    nina.submit(&at, "edit-appointment", &details("Ada One")).await;
    let page = refused(maya, &at, "edit-appointment", &details("Ada Two")).await;
    assert!(page.contains("Nina changed the name from "), "{page}");
    assert!(page.contains("value=\"Ada Two\""), "{page}");
    assert_eq!(page.matches("Save all the same").count(), 1, "{page}");
    let moved = [
        ("id", id),
        ("date", "2027-01-04"),
        ("time", "09:00"),
        ("seen", "0"),
    ];
    let page = refused(maya, &at, "staff-reschedule", &moved).await;
    assert!(page.contains("Nina changed the name from "), "{page}");
    assert_eq!(page.matches("Save all the same").count(), 0, "{page}");
    assert!(
        seen(&page).iter().all(|version| *version == "1"),
        "pressed again it is meant: {page}"
    );
    let far = [
        ("id", id),
        ("date", "9999-12-30"),
        ("time", "09:00"),
        ("all_the_same", "true"),
        ("seen", "1"),
    ];
    let page = refused(maya, &at, "staff-reschedule", &far).await;
    assert!(page.contains("Choose a date between 1970 and 2200."), "{page}");
    let deleted = [("id", id), ("seen", "0")];
    let page = refused(maya, &at, "delete-appointment", &deleted).await;
    assert!(page.contains("Nina changed the name from "), "{page}");
    assert!(page.contains("Delete all the same"), "{page}");
    let to = maya
        .submit(&at, "delete-appointment", &[("id", id), ("seen", "1")])
        .await;
    assert_eq!(to, "/appointments");
}

#[tokio::test]
async fn blocked_off_time_tells_of_changes() {
    let mut admins = Admins::sign_in().await;
    let Admins { maya, nina, .. } = &mut admins;
    let page = maya.page("/blocked-time/new").await;
    let staff = value_after(&page, "name=\"block[staff]\"").to_owned();
    let form = |id: &str, title: &str, seen: &str| {
        [
            ("id", id),
            ("block[staff]", staff.as_str()),
            ("block[title]", title),
            ("block[from_date]", "2027-01-05"),
            ("block[from_time]", "12:00"),
            ("block[to_date]", "2027-01-05"),
            ("block[to_time]", "13:00"),
            ("seen", seen),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    let to = maya
        .submit(
            "/blocked-time/new",
            "save-blocked-time",
            &borrowed(&form("", "Lunch", "")),
        )
        .await;
    let calendar = maya.page(&to).await;
    let links = calendar.split("href=\"/blocked-time/").skip(1);
    let mut ids = links.map(|rest| rest.split('"').next().unwrap());
    let id = ids.find(|id| id.len() == 36).unwrap().to_owned();
    let at = format!("/blocked-time/{id}");

    nina.submit(&at, "save-blocked-time", &borrowed(&form(&id, "Dentist", "0")))
        .await;
    let page = refused(
        maya,
        &at,
        "save-blocked-time",
        &borrowed(&form(&id, "Hairdresser", "0")),
    )
    .await;
    for part in [
        "Nina changed the title from “Lunch” to “Dentist”",
        "value=\"Hairdresser\"",
        "Save all the same",
    ] {
        assert!(page.contains(part), "{part} is not on the page: {page}");
    }
    let page = refused(maya, &at, "remove-blocked-time", &[("id", &id), ("seen", "0")]).await;
    assert!(page.contains("Remove all the same"), "{page}");
    assert!(!page.contains("Save all the same"), "{page}");
    maya.submit(&at, "remove-blocked-time", &[("id", &id), ("seen", "1")])
        .await;
    let late = form(&id, "Dentist", "1");
    let answer = nina.post(&at, "save-blocked-time", &borrowed(&late)).await;
    assert_eq!(answer.headers()[LOCATION], format!("{at}#problem"));
    let page = nina.get(&at).await.text().await.unwrap();
    assert!(page.contains("This time was unblocked"), "{page}");
}

fn borrowed<'a, const N: usize>(fields: &'a [(&'static str, String); N]) -> [(&'static str, &'a str); N] {
    fields.each_ref().map(|(name, value)| (*name, value.as_str()))
}

#[tokio::test]
async fn a_booking_calendar_and_its_menu_tell_of_changes() {
    let mut admins = Admins::sign_in().await;
    let Admins { maya, nina, .. } = &mut admins;
    let list = maya.page("/booking-calendars").await;
    let ids: Vec<&str> = list
        .split("href=\"/booking-calendars/")
        .skip(1)
        .map(|rest| rest.split(['"', '/']).next().unwrap())
        .filter(|id| id.len() == 36)
        .collect();
    let mut menu = None;
    for id in ids {
        let at = format!("/booking-calendars/{id}/services");
        if maya.get(&at).await.status() == StatusCode::OK {
            menu = Some((id, at));
        }
    }
    let (id, at) = menu.unwrap();
    let page = maya.page(&at).await;
    let version = seen(&page)[0].to_owned();
    let service = value_after(&page, "name=\"service[id]\"").to_owned();
    let member = value_after(&page, "name=\"service[staff][]\"").to_owned();
    let form = |name: &'static str| {
        vec![
            ("calendar", id),
            ("service[id]", service.as_str()),
            ("service[name]", name),
            ("service[duration]", "35"),
            ("service[processing]", "0"),
            ("service[staff][]", member.as_str()),
            ("seen", version.as_str()),
        ]
    };
    nina.submit(&at, "save-service", &form("Nina's")).await;
    let page = refused(maya, &at, "save-service", &form("Maya's")).await;
    assert!(page.contains(" changed the name of “"), "{page}");
    assert_eq!(
        page.matches("Save all the same").count(),
        1,
        "in the form that was sent: {page}"
    );
    let removed = [
        ("calendar", id),
        ("id", service.as_str()),
        ("seen", version.as_str()),
    ];
    let page = refused(maya, &at, "remove-service", &removed).await;
    assert!(page.contains(" changed the name of “"), "{page}");

    let editor = format!("/booking-calendars/{id}");
    let page = maya.page(&editor).await;
    assert_eq!(seen(&page), ["0", "0"], "of saving, and of deleting");
    let form = |name: &'static str| {
        vec![
            ("id", id),
            ("calendar[name]", name),
            ("calendar[slug]", "menu"),
            ("calendar[kind]", "service"),
            ("calendar[color]", "#b8860b"),
            ("calendar[interval]", "15"),
            ("calendar[pre_buffer]", "0"),
            ("calendar[post_buffer]", "0"),
            ("calendar[notice]", "2"),
            ("calendar[notice_unit]", "hours"),
            ("calendar[range]", "60"),
            ("calendar[range_unit]", "days"),
            ("calendar[cancel_cutoff]", "0"),
            ("calendar[cancel_unit]", "hours"),
            ("calendar[reschedule_cutoff]", "0"),
            ("calendar[reschedule_unit]", "hours"),
            ("calendar[zone]", "UTC"),
            ("calendar[active]", "true"),
            ("calendar[members][]", member.as_str()),
            ("seen", "0"),
        ]
    };
    nina.submit(&editor, "save-booking-calendar", &form("Nina's"))
        .await;
    let page = refused(maya, &editor, "save-booking-calendar", &form("Maya's")).await;
    assert!(
        page.contains("to “Nina&#x27;s”") || page.contains("to “Nina's”"),
        "{page}"
    );
    assert!(page.contains("Maya's") || page.contains("Maya&#x27;s"), "{page}");
    assert_eq!(seen(&page), ["0", "1", "1"]);
    let answer = maya
        .post(&editor, "delete-booking-calendar", &[("id", id), ("seen", "0")])
        .await;
    assert_eq!(answer.headers()[LOCATION], format!("{editor}#problem"));
}
