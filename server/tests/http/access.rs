//! Who may do what: a table of every server function and of every page, with somebody's own things asked for by somebody else.
//! What is new without a row here fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bookings::agenda::{self, Who as Whose};
use bookings::appointments::{self, Booking};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{CalendarForm, Member};
use bookings::services::{self, ServiceForm};
use bookings::{Interval, Kind, Priority, Rules, StaffId};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use reqwest::StatusCode;
use reqwest::header::{LOCATION, ORIGIN};
use store::staff;
use zones::Zone;

use crate::support::{Browser, Quince, http, use_cases};

/// Who may call a server function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Everybody: clients, and who wants to sign in.
    Everybody,
    /// Everybody who is signed in; it is about their own things alone.
    Staff,
    /// Whoever the thing belongs to, or is a member of; often admins, too.
    Owner,
    /// Admins.
    Admin,
}
use May::{Admin, Everybody, Owner, Staff};

/// Every server function with the fields of a request about a thing of Jonas's. A word in braces stands for the id of that
/// thing. What destroys things comes last.
pub const FUNCTIONS: &[(&str, May, &str)] = &[
    ("book", Everybody, ""),
    ("cancel-appointment", Everybody, ""),
    ("choose-services", Everybody, ""),
    ("confirm-booking", Everybody, ""),
    ("create-owner", Everybody, ""),
    ("booking-challenge", Everybody, ""),
    ("free-month", Everybody, ""),
    ("hold-time", Everybody, ""),
    ("leave-waiting-list", Everybody, ""),
    ("move-appointment", Everybody, ""),
    ("take-out-guest", Everybody, ""),
    ("setup-page", Everybody, ""),
    ("sign-in", Everybody, ""),
    ("sign-in-page", Everybody, ""),
    ("sign-out", Everybody, ""),
    ("appointments-page", Staff, "show=all"),
    ("blocked-time-page", Owner, "id={block}&date="),
    (
        "book-for-client-page",
        Staff,
        "calendar=&date=&time=&host=&visit=",
    ),
    ("booking-calendars-page", Staff, ""),
    ("calendar-warnings", Staff, ""),
    ("calendar-configuration-page", Staff, ""),
    ("calendar-page", Staff, "date=&days=7&who="),
    ("change-password", Staff, "current=wrong&new_password=wrong"),
    ("choose-calendars", Staff, "policy=nonsense"),
    ("connect-icloud", Staff, "apple_id=&app_password="),
    ("connect-server", Staff, "address=&username=&password="),
    ("connect-server-page", Staff, ""),
    ("integrations-page", Staff, ""),
    ("profile-page", Staff, ""),
    ("save-conflicts", Staff, "conflicts[0]=nonsense"),
    ("save-primary", Staff, "primary=nonsense"),
    (
        "save-profile",
        Staff,
        "name=&zone=nonsense&hours[days][0][0][from]=",
    ),
    ("wizard-page", Staff, ""),
    ("team-page", Staff, ""),
    ("to-confirm", Staff, ""),
    ("who", Staff, ""),
    ("appointment-page", Owner, "id={appointment}"),
    ("event-page", Owner, "id={event}&start={event_start}"),
    ("session-page", Owner, "id={session}"),
    (
        "why-not-page",
        Owner,
        "id={calendar}&date=&visit=&for_staff=false",
    ),
    (
        "save-policies",
        Owner,
        "connection={connection}&policy=keep-up&when_stale=use-last-known",
    ),
    ("disconnect-page", Owner, "id={connection}"),
    ("booking-calendar-page", Admin, "id={calendar}"),
    ("menu-page", Admin, "calendar={menu}"),
    ("deleted-appointments-page", Admin, ""),
    (
        "settle-removal",
        Admin,
        "id=018f0000-0000-7000-8000-000000000001&how=again",
    ),
    ("resources-page", Admin, ""),
    ("mails-page", Admin, ""),
    ("strangers-page", Admin, "whose=203.0.113.7"),
    ("try-mails-now", Admin, ""),
    ("undo-strangers", Admin, "whose=203.0.113.7"),
    (
        "send-mail-again",
        Admin,
        "id=018f0000-0000-7000-8000-000000000001",
    ),
    ("workspace-settings", Admin, ""),
    ("write-again", Owner, "id={appointment}"),
    ("set-status", Owner, "id={appointment}&status=showed"),
    ("reassign", Owner, "id={appointment}&from={jonas}&to={maya}"),
    (
        "staff-reschedule",
        Owner,
        "id={appointment}&date=2100-01-04&time=09:00",
    ),
    (
        "book-for-client",
        Owner,
        "booking[calendar]={calendar}&booking[date]=2100-01-04&booking[time]=09:00&booking[name]=Ada\
         &booking[email]=ada@client.example&booking[key]=access",
    ),
    (
        "save-blocked-time",
        Owner,
        "id={block}&block[staff]={jonas}&block[title]=Mine&block[from_date]=2100-01-04&block[from_time]=09:00\
         &block[to_date]=2100-01-04&block[to_time]=10:00",
    ),
    (
        "add-staff",
        Admin,
        "name=Nina&email=nina@quince.example&role=staff&zone=UTC&password=correct horse battery",
    ),
    (
        "save-resources",
        Admin,
        "resources[0][name]=Room&resources[0][quantity]=1&resources[0][id]=",
    ),
    ("save-workspace", Admin, "name=Studio&zone=UTC"),
    (
        "save-service",
        Admin,
        "calendar={menu}&service[id]=&service[name]=Wash&service[duration]=30&service[processing]=0&service[staff][0]={jonas}",
    ),
    (
        "save-booking-calendar",
        Admin,
        "id={calendar}&calendar[name]=Other&calendar[slug]=alone&calendar[kind]=personal&calendar[color]=#b8860b\
         &calendar[distribution]=availability&calendar[duration]=30&calendar[interval]=30&calendar[pre_buffer]=0\
         &calendar[post_buffer]=0&calendar[notice]=2&calendar[notice_unit]=hours&calendar[range]=60\
         &calendar[range_unit]=days&calendar[per_slot]=1&calendar[cancel_cutoff]=0&calendar[cancel_unit]=hours\
         &calendar[reschedule_cutoff]=0&calendar[reschedule_unit]=hours&calendar[zone]=UTC&calendar[active]=true\
         &calendar[members][0]={jonas}&calendar[priorities][0][member]={jonas}&calendar[priorities][0][priority]=medium\
         &calendar[priorities][0][weight]=1",
    ),
    ("check-now", Owner, "id={connection}"),
    ("reconnect", Owner, "id={connection}&app_password=wrong"),
    ("cancel-session", Owner, "id={session}&reason="),
    (
        "edit-appointment",
        Owner,
        "id={appointment}&name=Ada&email=ada@client.example&phone=&notes=",
    ),
    ("decline", Owner, "id={appointment}&reason="),
    ("staff-cancel", Owner, "id={appointment}&reason="),
    ("delete-appointment", Owner, "id={appointment}"),
    ("remove-blocked-time", Owner, "id={block}"),
    ("shift-service", Admin, "calendar={menu}&id={service}&to=up"),
    ("remove-service", Admin, "calendar={menu}&id={service}"),
    ("delete-booking-calendar", Admin, "id={calendar}"),
    ("disconnect", Owner, "id={connection}&events=keep"),
];

/// The pages that anybody may open. All others ask for a sign-in.
const OPEN_PAGES: &[&str] = &[
    "",
    "book/:slug",
    "booked/:token",
    "manage/:token",
    "manage/:token/cancel",
    "manage/:token/confirm",
    "manage/:token/reschedule",
    "setup",
    "sign-in",
    "waiting/:token",
];

/// What stands in the app's source between two texts, in every file.
pub fn in_the_source(before: &str, after: &str) -> BTreeSet<String> {
    in_files("../app/src", before, after)
}

/// The API's routes that may write, relative to its own address.
pub fn api_routes_that_write() -> BTreeSet<String> {
    let routes = in_files("src/api", ".route(\"", "))");
    let writes = routes.iter().filter_map(|route| route.split_once("\", "));
    let writes = writes.filter(|(_, how)| !how.starts_with("get("));
    writes.map(|(path, _)| path.to_owned()).collect()
}

fn in_files(folder: &str, before: &str, after: &str) -> BTreeSet<String> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut all = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    let texts = all.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| {
            let rest = text.split(before).skip(1);
            let found = rest.filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()));
            found.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_server_function_has_a_row() {
    let rows: BTreeSet<String> = FUNCTIONS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(in_the_source("endpoint = \"", "\""), rows);
}

#[tokio::test]
async fn every_page_that_is_not_open_asks_for_a_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    let pages = in_the_source("path!(\"", "\")");
    assert!(pages.len() > 20, "{pages:?}");
    for page in pages {
        let page = page.trim_start_matches('/');
        if OPEN_PAGES.contains(&page) {
            continue;
        }
        let path = page.replace(":id", "018f0000-0000-7000-8000-000000000001");
        let answer = Browser::new(&quince).get(&format!("/{path}")).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "/{path}");
        let to = answer.headers()[LOCATION].to_str().unwrap();
        assert!(to.starts_with("/sign-in"), "/{path} leads to {to}");
    }
}

/// Ids by the words that stand for them.
pub type Things = BTreeMap<&'static str, String>;

#[tokio::test]
async fn a_stranger_is_refused_and_so_is_a_colleague_with_what_is_not_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, said) = Quince::demo(folder.path(), &[]);
    demo.kill();
    let things = things_of_jonas(folder.path()).await;
    let quince = Quince::serve(folder.path(), &[("QUINCE_RATE_LIMITS", "off")]);
    let password = said["owner_password"].as_str().unwrap();
    let [mut maya, mut jonas, mut priya] = [(); 3].map(|()| Browser::new(&quince));
    maya.sign_in(said["owner_email"].as_str().unwrap(), password)
        .await;
    jonas.sign_in("jonas@quince.example", password).await;
    priya.sign_in("priya@quince.example", password).await;
    let mut wrong = Vec::new();
    for (name, may, fields) in FUNCTIONS {
        let fields = filled(fields, &things);
        if *may == Everybody {
            continue;
        }
        let (stranger, said) = call(&quince, None, name, &fields).await;
        if stranger != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} by a stranger: {stranger} {said}"));
        }
        let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        if matches!(may, Owner | Admin) {
            let (colleague, said) = call(&quince, Some(&priya), name, &fields).await;
            if !refused.contains(&colleague) {
                wrong.push(format!("{name} by a colleague: {colleague} {said}"));
            }
        }
        // The same request by whom it is for, so that it was refused for who asked and for nothing else.
        let rightful = if *may == Admin { &maya } else { &jonas };
        let (owner, said) = call(&quince, Some(rightful), name, &fields).await;
        let is_refused = refused.contains(&owner) || owner == StatusCode::UNAUTHORIZED;
        if is_refused || owner == StatusCode::INTERNAL_SERVER_ERROR || said.contains("incomplete") {
            wrong.push(format!("{name} by whom it is for: {owner} {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of a request with things in place of their words.
pub fn filled(fields: &str, things: &Things) -> String {
    let put = |fields: String, (word, id): (&&str, &String)| fields.replace(&format!("{{{word}}}"), id);
    let fields = things.iter().fold(fields.to_owned(), put);
    assert!(!fields.contains('{'), "{fields}");
    fields
}

/// Calls a server function as the pages' script does.
pub async fn call(quince: &Quince, who: Option<&Browser>, name: &str, fields: &str) -> (StatusCode, String) {
    post(quince, who, "application/json", name, fields).await
}

/// Sends a form to a server function, by whoever wants an answer of this kind.
pub async fn post(
    quince: &Quince,
    who: Option<&Browser>,
    accept: &str,
    name: &str,
    fields: &str,
) -> (StatusCode, String) {
    let mut request = http()
        .post(quince.at(&format!("api/fn/{name}")))
        .header("accept", accept)
        .header("content-type", "application/x-www-form-urlencoded")
        .header(ORIGIN, quince.url.trim_end_matches('/'))
        .body(fields.replace(' ', "+"));
    if let Some(cookie) = who.and_then(|who| who.cookie.as_deref()) {
        request = request.header("cookie", cookie);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// A thing of each sort that is Jonas's and not Priya's.
async fn things_of_jonas(folder: &Path) -> Things {
    let quince = use_cases(folder).await;
    let mut tx = quince.store().read().await.unwrap();
    let people = staff::list(&mut tx).await.unwrap();
    drop(tx);
    let id_of = |email: &str| people.iter().find(|one| one.email == email).unwrap().id;
    let (maya, jonas) = (id_of("maya@quince.example"), id_of("jonas@quince.example"));

    for (slug, kind) in [
        ("class", Kind::ClassBooking),
        ("menu", Kind::Service),
        ("alone", Kind::Personal),
    ] {
        make(&quince, maya, jonas, slug, kind).await;
    }
    let all = bookings::booking_calendars::list(&quince, maya).await.unwrap();
    let calendar = |slug: &str| all.iter().find(|calendar| calendar.slug == slug).unwrap().id;
    let menu = calendar("menu");
    let cut = ServiceForm {
        group: String::new(),
        name: "Cut".to_owned(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: vec![jonas],
        resources: Vec::new(),
    };
    services::save(&quince, maya, menu, None, cut).await.unwrap();
    let service = services::menu(&quince, maya, menu).await.unwrap().services[0].id;
    let seat = book(&quince, jonas, "class").await;
    let appointment = book(&quince, jonas, "alone").await;
    let session = appointments::get(&quince, jonas, seat)
        .await
        .unwrap()
        .session
        .unwrap();
    let later = Timestamp::now() + SignedDuration::from_hours(24 * 300);
    let span = Interval::new(later, later + SignedDuration::from_hours(1));
    let block = bookings::blocked::add(&quince, jonas, jonas, span, "Mine")
        .await
        .unwrap();
    let connection = bookings::connections::list(&quince, jonas).await.unwrap()[0].id;
    let monday = "2026-11-30".parse().unwrap();
    let week = agenda::view(&quince, jonas, monday, 14, Whose::Me).await.unwrap();
    let mut events = week.days.iter().flat_map(|day| &day.external);
    let event = events.find(|event| event.id.is_some()).unwrap();
    BTreeMap::from([
        ("maya", maya.to_string()),
        ("jonas", jonas.to_string()),
        ("calendar", calendar("alone").to_string()),
        ("menu", menu.to_string()),
        ("service", service.to_string()),
        ("session", session.to_string()),
        ("appointment", appointment.to_string()),
        ("block", block.id.to_string()),
        ("connection", connection.to_string()),
        ("event", event.id.unwrap().to_string()),
        ("event_start", event.start.as_millisecond().to_string()),
    ])
}

/// A booking calendar of one member alone, made by an admin.
async fn make(quince: &bookings::Quince, admin: StaffId, member: StaffId, slug: &str, kind: Kind) {
    let form = CalendarForm {
        slug: slug.to_owned(),
        kind,
        members: vec![Member {
            staff: member,
            priority: Priority::Medium,
            weight: 1,
        }],
        rules: Rules::default(),
        ..CalendarForm::new(slug)
    };
    bookings::booking_calendars::create(quince, admin, form)
        .await
        .unwrap();
}

/// Books the first free time of a booking calendar.
async fn book(quince: &bookings::Quince, by: StaffId, slug: &str) -> bookings::AppointmentId {
    let zone = Zone::utc();
    let today = zone.date(Timestamp::now());
    let question = SlotQuery::new(slug, today, today.saturating_add(14.days()), &zone);
    let free = availability::free(quince, &question).await.unwrap();
    let start = free.days.values().flatten().next().unwrap().start;
    let booking = Booking {
        slug: slug.to_owned(),
        start,
        zone,
        name: "Ada Byron".to_owned(),
        email: "ada@client.example".to_owned(),
        phone: String::new(),
        notes: String::new(),
        guests: Vec::new(),
        answers: Vec::new(),
        services: Vec::new(),
        host: None,
        holder: None,
        idempotency_key: slug.to_owned(),
    };
    appointments::book_as_staff(quince, by, booking, appointments::OnConflict::Refuse)
        .await
        .unwrap()
        .id
}
