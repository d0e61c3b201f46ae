//! One stored value that cannot be read: a zone that this machine does not know any more, a word of a later version, JSON that
//! broke. It takes no page, no list and nobody down, on both databases.

use bookings::appointments::{self, Booking};
use bookings::availability::{self, SlotQuery};
use bookings::booking_calendars::{CalendarForm, CalendarSettings, MemberSettings};
use bookings::services::{self, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{AppointmentId, CalendarId, Interval, Kind, StaffId, WeeklyHours};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use reqwest::StatusCode;
use sandbox::Sandbox;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use testdb::Postgres;
use zones::Zone;

use crate::access::in_the_source;
use crate::studio::set_up;
use crate::support::{Browser, Quince, http, practice_icloud, use_cases_on};

/// What is put into which column of every row of a table.
const POISONS: &[(&str, &str, &str)] = &[
    ("staff", "zone", "Asia/Nowhere"),
    ("staff", "hours", "{"),
    ("staff", "overrides", "[{}]"),
    ("staff", "role", "a-later-word"),
    ("workspace", "zone", "Asia/Nowhere"),
    ("booking_calendars", "kind", "a-later-word"),
    ("booking_calendars", "distribution", "a-later-word"),
    ("booking_calendars", "rules", "{}"),
    ("booking_calendars", "questions", "{"),
    ("calendar_members", "priority", "a-later-word"),
    ("appointments", "client_zone", "Asia/Nowhere"),
    ("appointments", "status", "a-later-word"),
    ("appointments", "guests", "{"),
    ("appointments", "answers", "{"),
    ("appointments", "members_there", "{"),
    ("appointment_parts", "units", "{"),
    ("services", "staff", "{"),
    ("services", "resources", "{"),
    ("waiting_list", "client_zone", "Asia/Nowhere"),
    ("waiting_list", "guests", "{"),
    ("waiting_list", "answers", "{"),
    ("connections", "server", "a-later-word"),
    ("connections", "state", "a-later-word"),
    ("connections", "import_policy", "a-later-word"),
    ("connections", "when_stale", "a-later-word"),
    ("connections", "addresses", "{"),
    ("connections", "home_urls", "{"),
    ("remote_calendars", "zone", "Asia/Nowhere"),
    ("event_writes", "state", "a-later-word"),
    ("event_writes", "action", "a-later-word"),
    ("messages", "state", "a-later-word"),
    ("messages", "kind", "a-later-word"),
    ("messages", "detail", "{"),
    ("external_instances", "blocks", "a-later-word"),
    ("external_instances", "all_day_from", "no date"),
    ("external_instances", "all_day_to", "no date"),
    ("holidays", "date", "no date"),
];

enum Database {
    Sqlite,
    Postgres(Postgres),
}

/// A running process with a thing of each sort, and the owner's browser.
struct Studio {
    database: Database,
    folder: TempDir,
    quince: Quince,
    owner: Browser,
    pages: Vec<String>,
    _sandbox: Sandbox,
}

/// 32 bytes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
const PASSWORD: &str = "correct horse battery";

impl Studio {
    async fn open(database: Database) -> Self {
        let sandbox = practice_icloud().await;
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            Database::Sqlite => format!("sqlite://{}", folder.path().join("quince.db").display()),
            Database::Postgres(server) => server.url(),
        };
        let icloud = sandbox.entry_url();
        let vars = [
            ("QUINCE_DATABASE_URL", url.as_str()),
            ("QUINCE_SECRET_KEY", KEY),
            ("QUINCE_ICLOUD_URL", icloud.as_str()),
            ("QUINCE_RATE_LIMITS", "off"),
        ];
        let quince = Quince::serve(folder.path(), &vars);
        let owner = set_up(&quince, &sandbox).await;
        let pages = fill(&use_cases_on(&url, KEY, folder.path()).await).await;
        Self {
            database,
            folder,
            quince,
            owner,
            pages,
            _sandbox: sandbox,
        }
    }

    async fn run(&self, sql: String) {
        let sql = sqlx::AssertSqlSafe(sql);
        match &self.database {
            Database::Sqlite => {
                let url = format!("sqlite://{}", self.folder.path().join("quince.db").display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                for pragma in ["foreign_keys = OFF", "ignore_check_constraints = TRUE"] {
                    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}")))
                        .execute(&mut connection)
                        .await
                        .unwrap();
                }
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            Database::Postgres(server) => {
                let mut connection = PgConnection::connect(&server.url()).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
        }
    }

    /// Opens every page; says which broke.
    async fn broken(&mut self, meanwhile: &str) -> Vec<String> {
        let mut broken = Vec::new();
        let mut stranger = Browser::new(&self.quince);
        let fields = [
            ("email", "ada@quince.example"),
            ("password", PASSWORD),
            ("to", ""),
        ];
        let answer = stranger.post("/sign-in", "sign-in", &fields).await.status();
        if answer != StatusCode::FOUND {
            broken.push(format!("{meanwhile}: signing in: {answer}"));
        }
        for page in &self.pages {
            let answer = self.owner.get(page).await;
            let status = answer.status();
            let text = answer.text().await.unwrap();
            if status.is_server_error()
                || text.contains("Something went wrong")
                || text.contains("went wrong on our side")
            {
                broken.push(format!("{meanwhile}: {page}: {status}"));
            }
        }
        broken
    }
}

/// Makes a thing of each sort; answers with all pages.
async fn fill(quince: &bookings::Quince) -> Vec<String> {
    let ada = bookings::accounts::team(quince).await.unwrap()[0].id;
    let jonas = jonas(quince, ada).await;
    make_calendars(quince, ada, jonas).await;
    let all = bookings::booking_calendars::list(quince, ada).await.unwrap();
    let menu = all
        .iter()
        .find(|calendar| calendar.settings.slug == "menu")
        .unwrap()
        .id;
    let service = make_service(quince, ada, menu).await;
    let seat = book(quince, "class", "").await;
    let visit = book(quince, "menu", &service).await;
    let single = book(quince, "intro-call", "").await;
    let waiting = wait(quince, seat.start).await;
    let session = appointments::get(quince, ada, seat.id).await.unwrap().session;
    let later = Timestamp::now() + SignedDuration::from_hours(24 * 300);
    let span = Interval::new(later, later + SignedDuration::from_hours(1));
    let block = bookings::blocked::add(quince, ada, ada, span, "Mine")
        .await
        .unwrap();
    let connection = bookings::connections::list(quince, ada).await.unwrap()[0].id;
    let token = single.token;
    let calendars: Vec<String> = all.iter().map(|calendar| calendar.id.to_string()).collect();
    let slugs: Vec<String> = all
        .iter()
        .map(|calendar| calendar.settings.slug.clone())
        .collect();
    let things = |page: &str| match page {
        "/appointments/:id" => vec![seat.id.to_string(), visit.id.to_string(), single.id.to_string()],
        "/blocked-time/:id" => vec![block.id.to_string()],
        "/sessions/:id" => vec![session.unwrap().to_string()],
        "/settings/integrations/:id/disconnect" => vec![connection.to_string()],
        // The practice iCloud has no events yet.
        "/events/:id" => Vec::new(),
        "/waiting/:token" => vec![waiting.clone()],
        "/book/:slug" => slugs.clone(),
        _ if page.contains(":token") => vec![token.clone()],
        _ => calendars.clone(),
    };
    let mut pages = Vec::new();
    for page in in_the_source("path!(\"", "\")") {
        let page = format!("/{}", page.trim_start_matches('/'));
        match [":id", ":token", ":slug"]
            .iter()
            .find(|word| page.contains(**word))
        {
            Some(word) => pages.extend(things(&page).iter().map(|thing| page.replace(word, thing))),
            None => pages.push(page),
        }
    }
    let today = Zone::utc().date(Timestamp::now());
    let next = today.saturating_add(14.days());
    pages.push("/calendar?who=team".to_owned());
    pages.push(format!("/calendar?date={next}&view=day"));
    pages.push("/appointments?show=all".to_owned());
    pages.push(format!("/manage/{token}/appointment.ics"));
    pages.push("/api/v1/calendars".to_owned());
    let slots = |slug| format!("/api/v1/calendars/{slug}/free-slots?startDate={today}&endDate={next}");
    pages.extend(slugs.iter().map(slots));
    let why_not = |id| format!("/booking-calendars/{id}/why-not?date={next}");
    pages.extend(calendars.iter().map(why_not));
    pages
}

/// A booking calendar of each kind, besides the Personal one that there is.
async fn make_calendars(quince: &bookings::Quince, ada: StaffId, jonas: StaffId) {
    let member = MemberSettings::new;
    for (slug, kind, members) in [
        ("class", Kind::ClassBooking, vec![member(ada)]),
        ("menu", Kind::Service, vec![member(ada), member(jonas)]),
        ("simple", Kind::Simple, Vec::new()),
        ("panel", Kind::Collective, vec![member(ada), member(jonas)]),
        ("robin", Kind::RoundRobin, vec![member(ada), member(jonas)]),
    ] {
        let mut form = CalendarForm::new(
            CalendarSettings {
                slug: slug.to_owned(),
                kind,
                ..CalendarSettings::new(slug)
            },
            members,
        );
        // Somebody waits for the one seat.
        form.settings.rules.seats = 1;
        if kind == Kind::Simple {
            form.settings.rules.hours = Some(WeeklyHours::weekdays(9 * 60, 17 * 60));
        }
        bookings::booking_calendars::create(quince, ada, form)
            .await
            .unwrap();
    }
}

/// A service that takes a room.
async fn make_service(quince: &bookings::Quince, ada: StaffId, menu: CalendarId) -> String {
    let room = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Room".to_owned(),
            quantity: 1,
        },
    };
    services::save_resources(quince, ada, vec![room]).await.unwrap();
    let rooms = services::resources(quince).await.unwrap();
    let cut = ServiceSettings {
        group: String::new(),
        name: "Cut".to_owned(),
        description: String::new(),
        duration: 30,
        processing: 0,
        staff: vec![ada],
        resources: vec![(rooms[0].id, 1)],
    };
    services::save(quince, ada, menu, None, cut).await.unwrap();
    let menu = services::menu(quince, ada, menu).await.unwrap();
    menu.services[0].id.to_string()
}

async fn jonas(quince: &bookings::Quince, by: StaffId) -> StaffId {
    let new = bookings::accounts::StaffForm {
        name: "Jonas".to_owned(),
        email: "jonas@quince.example".to_owned(),
        password: PASSWORD.to_owned(),
        zone: "Europe/Berlin".to_owned(),
        role: bookings::Role::Staff,
    };
    bookings::accounts::add_staff(quince, by, new).await.unwrap()
}

fn booking(slug: &str, start: Timestamp, service: &str) -> Booking {
    Booking {
        slug: slug.to_owned(),
        start,
        zone: Zone::named("Europe/Berlin").unwrap(),
        name: "Grace Hopper".to_owned(),
        email: format!("{slug}@client.example"),
        phone: String::new(),
        notes: String::new(),
        guests: Vec::new(),
        answers: Vec::new(),
        services: bookings::services::ChosenService::list(service).unwrap(),
        host: None,
        holder: None,
        idempotency_key: slug.to_owned(),
    }
}

/// An appointment that was just booked.
struct Made {
    id: AppointmentId,
    start: Timestamp,
    token: String,
}

/// Books the first free time of a booking calendar.
async fn book(quince: &bookings::Quince, slug: &str, service: &str) -> Made {
    let zone = Zone::utc();
    let today = zone.date(Timestamp::now());
    let chosen = bookings::services::ChosenService::list(service).unwrap();
    let question = SlotQuery {
        services: &chosen,
        ..SlotQuery::new(slug, today, today.saturating_add(14.days()), &zone)
    };
    let free = availability::free(quince, &question).await.unwrap();
    let start = free.days.values().flatten().next().unwrap().start;
    let booked = appointments::book(quince, booking(slug, start, service))
        .await
        .unwrap();
    Made {
        id: booked.id,
        start,
        token: booked.manage_token,
    }
}

async fn wait(quince: &bookings::Quince, start: Timestamp) -> String {
    let booking = Booking {
        email: "waits@client.example".to_owned(),
        ..booking("class", start, "")
    };
    bookings::classes::join_waiting_list(quince, &booking)
        .await
        .unwrap()
}

/// The poisons, in rounds: of each table one at a time. A booking calendar that cannot be read closes pages that the others would
/// be on, so that it comes after them.
fn rounds() -> Vec<Vec<(&'static str, &'static str, &'static str)>> {
    let mut rounds: Vec<Vec<_>> = Vec::new();
    let (closing, others): (Vec<_>, Vec<_>) = POISONS
        .iter()
        .copied()
        .partition(|(table, ..)| *table == "booking_calendars");
    for poison in others {
        let is_free =
            |round: &&mut Vec<(&str, &str, &str)>| round.iter().all(|(table, ..)| *table != poison.0);
        match rounds.iter_mut().find(is_free) {
            Some(round) => round.push(poison),
            None => rounds.push(vec![poison]),
        }
    }
    rounds.extend(closing.into_iter().map(|poison| vec![poison]));
    rounds
}

async fn nothing_breaks(database: Database) {
    let mut studio = Studio::open(database).await;
    let mut broken = studio.broken("as it should be").await;
    for round in rounds() {
        for (table, column, value) in &round {
            studio
                .run(format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"))
                .await;
            if matches!(studio.database, Database::Postgres(_)) {
                studio
                    .run(format!(
                        "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_check"
                    ))
                    .await;
            }
            studio
                .run(format!("UPDATE {table} SET {column} = '{value}'"))
                .await;
        }
        broken.extend(studio.broken(&format!("{round:?}")).await);
        for (table, column, _) in &round {
            let key = match *table {
                "external_instances" => "starts_at",
                "calendar_members" => "calendar_id",
                "appointment_parts" => "appointment_id",
                "holidays" => "name",
                _ => "id",
            };
            studio
                .run(format!(
                    "UPDATE {table} SET {column} = (SELECT MIN(k.{column}) FROM kept_{table} k WHERE k.{key} = {table}.{key})
                     WHERE EXISTS (SELECT 1 FROM kept_{table} k WHERE k.{key} = {table}.{key})"
                ))
                .await;
            studio.run(format!("DROP TABLE kept_{table}")).await;
        }
    }
    broken.extend(studio.broken("as it was").await);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_breaks_on_sqlite() {
    nothing_breaks(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_breaks_on_postgres() {
    nothing_breaks(Database::Postgres(Postgres::start().await)).await;
}

/// What a page shows.
async fn page(studio: &mut Studio, path: &str) -> String {
    studio.owner.page(path).await
}

async fn a_lost_zone_is_told_and_mended(database: Database) {
    let mut studio = Studio::open(database).await;
    studio
        .run("UPDATE staff SET zone = 'Asia/Nowhere' WHERE email = 'ada@quince.example'".to_owned())
        .await;
    let free = "/api/v1/calendars/intro-call/free-slots";
    let today = Zone::utc().date(Timestamp::now());
    let next = today.saturating_add(14.days());
    let free = format!("{free}?startDate={today}&endDate={next}");
    let slots = async |quince: &Quince| {
        http()
            .get(quince.at(&free))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert!(
        !slots(&studio.quince).await.contains('T'),
        "nobody knows when Ada works"
    );
    let profile = page(&mut studio, "/settings/profile").await;
    assert!(
        profile.contains("Nobody can book you") && profile.contains("Asia/Nowhere"),
        "{profile}"
    );
    let calendar = page(&mut studio, "/calendar").await;
    assert!(calendar.contains("Asia/Nowhere"));
    let fields = |zone| {
        [
            ("name", "Ada"),
            ("zone", zone),
            ("hours[days][0][0][from]", "09:00"),
            ("hours[days][0][0][to]", "17:00"),
        ]
    };
    let refused = studio
        .owner
        .post("/settings/profile", "save-profile", &fields("Asia/Nowhere"))
        .await;
    assert!(
        refused.headers()["location"]
            .to_str()
            .unwrap()
            .contains("problem")
    );
    studio
        .owner
        .submit("/settings/profile", "save-profile", &fields("UTC"))
        .await;
    let profile = page(&mut studio, "/settings/profile").await;
    assert!(!profile.contains("Nobody can book you"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_zone_is_told_and_mended_on_sqlite() {
    a_lost_zone_is_told_and_mended(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_zone_is_told_and_mended_on_postgres() {
    a_lost_zone_is_told_and_mended(Database::Postgres(Postgres::start().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_read_leads_to_the_sign_in() {
    for data in ["{", "{\"staff\": \"nobody\"}", "{\"staff\": 1}", "[]"] {
        let mut studio = Studio::open(Database::Sqlite).await;
        studio.run(format!("UPDATE sessions SET data = '{data}'")).await;
        let answer = studio.owner.get("/calendar").await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{data}");
        studio.owner.sign_in("ada@quince.example", PASSWORD).await;
        studio.owner.page("/calendar").await;
    }
}
