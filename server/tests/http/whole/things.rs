//! What the forms are about: a team of three, and of Jonas's a calendar, appointments and whatever else there is.

use std::path::Path;

use bookings::accounts::{self, StaffForm};
use bookings::appointments::{self, Booked, Booking};
use bookings::booking_calendars::{
    self, AnswerKind, CalendarForm, CalendarSettings, IntakeQuestion, MemberSettings,
};
use bookings::connections::{self, Login};
use bookings::services::{self, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{Interval, Kind, Role, Rules, StaffId, blocked, classes, configuration, jobs};
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use zones::Zone;

use super::desk::{Desk, SECOND, THIRD};
use super::{NIL, PASSWORD};
use crate::access::Things;

impl Desk {
    /// What the forms are about, by the words that stand for it. Nothing is left to be done by itself.
    pub async fn things(&self) -> Things {
        let quince = self.use_cases().await;
        let team = accounts::team(&quince).await.unwrap();
        let maya = team[0].id;
        let jonas = colleague(&quince, maya, "jonas").await;
        let priya = colleague(&quince, maya, "priya").await;
        let mut things = Things::from([
            ("maya", maya.to_string()),
            ("jonas", jonas.to_string()),
            ("priya", priya.to_string()),
            ("day", day().to_string()),
            ("long", "x".repeat(201)),
            ("many_spans", many_spans()),
            ("server", self.sandbox.entry_url()),
            ("second_password", SECOND.to_owned()),
            ("third_password", THIRD.to_owned()),
            ("event", NIL.to_owned()),
            ("event_start", "0".to_owned()),
        ]);
        self.connect(&quince, jonas, &mut things).await;
        set_up_calendars(&quince, maya, jonas, &mut things).await;
        set_up_menu(&quince, maya, jonas, &mut things).await;
        book_all(&quince, jonas, &mut things).await;
        // Mails and events go out, and calendars are read.
        for _ in 0..3 {
            jobs::run_due(&quince).await.unwrap();
        }
        things.insert("mailed", proof(self.folder.path()));
        self.run(
            "UPDATE messages SET state = 'failed', problem = 'Refused.'
             WHERE id = (SELECT id FROM messages WHERE state = 'sent' ORDER BY id LIMIT 1)",
        )
        .await;
        let mails = bookings::mails::given_up(&quince, maya).await.unwrap();
        things.insert("mail", mails[0].id.to_string());
        quince.store().close().await;
        // For as long as forms are tried nothing is read by itself.
        self.run("UPDATE connections SET next_sync_at = next_sync_at + 3600000")
            .await;
        things
    }

    /// Jonas's calendars.
    async fn connect(&self, quince: &bookings::Quince, jonas: StaffId, things: &mut Things) {
        let login = self.sandbox.control().default_account();
        things.insert("password", login.app_password.clone());
        let login = Login {
            apple_id: login.apple_id,
            app_password: login.app_password,
        };
        let connection = connections::connect(quince, jonas, login).await.unwrap();
        let found = connections::list(quince, jonas).await.unwrap();
        let named = |name: &str| {
            let mut calendars = found[0].calendars.iter();
            calendars.find(|calendar| calendar.name == name).unwrap().id
        };
        let (home, work) = (named("Home"), named("Work"));
        configuration::save_primary(quince, jonas, Some(home))
            .await
            .unwrap();
        configuration::save_conflicts(quince, jonas, vec![work])
            .await
            .unwrap();
        things.extend([
            ("connection", connection.to_string()),
            ("home", home.to_string()),
            ("work", work.to_string()),
        ]);
    }
}

async fn colleague(quince: &bookings::Quince, maya: StaffId, name: &str) -> StaffId {
    let new = StaffForm {
        name: name.to_owned(),
        email: format!("{name}@quince.example"),
        password: PASSWORD.to_owned(),
        zone: "UTC".to_owned(),
        role: Role::Staff,
    };
    accounts::add_staff(quince, maya, new).await.unwrap()
}

/// A working day about two weeks ahead.
fn day() -> Date {
    let mut day = Zone::utc().date(Timestamp::now()).saturating_add(14.days());
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.saturating_add(1.day());
    }
    day
}

pub fn at(time: &str) -> Timestamp {
    format!("{}T{time}:00Z", day()).parse().unwrap()
}

/// More spans on a Monday than a day may have.
fn many_spans() -> String {
    let span = |number: u32| {
        let (hour, minute) = (number / 4, number % 4 * 15);
        let field = format!("hours[days][0][{number}]");
        format!(
            "{field}[from]={hour:02}:{minute:02}&{field}[to]={hour:02}:{:02}",
            minute + 10
        )
    };
    (0..30).map(span).collect::<Vec<_>>().join("&")
}

/// A booking calendar of each sort that the forms need, all of Jonas's; their ids by their addresses.
async fn set_up_calendars(quince: &bookings::Quince, maya: StaffId, jonas: StaffId, things: &mut Things) {
    let of = |slug: &str, kind| CalendarSettings {
        slug: slug.to_owned(),
        kind,
        ..CalendarSettings::new(slug)
    };
    let member = MemberSettings::new(jonas);
    let what_for = IntakeQuestion {
        label: "What for?".to_owned(),
        kind: AnswerKind::Line,
        choices: Vec::new(),
        required: true,
    };
    let all = [
        ("calendar", of("alone", Kind::Personal)),
        ("empty", of("empty", Kind::Personal)),
        ("menu", of("menu", Kind::Service)),
        (
            "intro",
            CalendarSettings {
                questions: vec![what_for],
                ..of("intro", Kind::Personal)
            },
        ),
        (
            "to_confirm",
            CalendarSettings {
                auto_confirm: false,
                ..of("to-confirm", Kind::Personal)
            },
        ),
        (
            "by_mail",
            CalendarSettings {
                confirm_by_mail: true,
                ..of("by-mail", Kind::Personal)
            },
        ),
        (
            "class",
            CalendarSettings {
                rules: Rules {
                    seats: 2,
                    ..Rules::default()
                },
                ..of("class", Kind::ClassBooking)
            },
        ),
    ];
    for (word, settings) in all {
        let form = CalendarForm::new(settings, vec![member]);
        let id = booking_calendars::create(quince, maya, form).await.unwrap();
        things.insert(word, id.to_string());
    }
}

/// Two services and a room.
async fn set_up_menu(quince: &bookings::Quince, maya: StaffId, jonas: StaffId, things: &mut Things) {
    let menu = things["menu"].parse().unwrap();
    let room = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Room".to_owned(),
            quantity: 2,
        },
    };
    services::save_resources(quince, maya, vec![room]).await.unwrap();
    for name in ["Cut", "Colour"] {
        let form = ServiceSettings {
            group: String::new(),
            name: name.to_owned(),
            description: String::new(),
            duration: 30,
            processing: 0,
            staff: vec![jonas],
            resources: Vec::new(),
        };
        services::save(quince, maya, menu, None, form).await.unwrap();
    }
    let menu = services::menu(quince, maya, menu).await.unwrap();
    things.insert("service", menu.services[0].id.to_string());
    things.insert("room", menu.resources[0].0.to_string());
}

/// Appointments of each sort, a place on a waiting list, and blocked-off time.
async fn book_all(quince: &bookings::Quince, jonas: StaffId, things: &mut Things) {
    let booking = |slug: &str, time: &str| Booking {
        slug: slug.to_owned(),
        start: at(time),
        zone: Zone::utc(),
        name: "Grace Hopper".to_owned(),
        // An address that nobody confirmed gets few mails.
        email: format!("{slug}@client.example"),
        phone: String::new(),
        notes: String::new(),
        guests: Vec::new(),
        answers: Vec::new(),
        services: Vec::new(),
        host: None,
        holder: None,
        idempotency_key: format!("{slug} at {time}"),
    };
    let book = async |booking: Booking| -> Booked { appointments::book(quince, booking).await.unwrap() };
    let with_a_guest = Booking {
        guests: vec!["Bea".to_owned()],
        ..booking("class", "13:30")
    };
    let seat = book(with_a_guest).await;
    let session = appointments::get(quince, jonas, seat.id).await.unwrap().session;
    let waits = Booking {
        name: "Ida Rhodes".to_owned(),
        email: "ida@client.example".to_owned(),
        guests: vec!["Jo".to_owned()],
        ..booking("class", "13:30")
    };
    let hour = Interval::new(at("17:00"), at("18:00"));
    let block = blocked::add(quince, jonas, jonas, hour, "Away").await.unwrap();
    things.extend([
        (
            "appointment",
            book(booking("alone", "09:00")).await.id.to_string(),
        ),
        ("given_away", book(booking("alone", "10:30")).await.id.to_string()),
        ("token", book(booking("alone", "09:30")).await.manage_token),
        (
            "pending",
            book(booking("to-confirm", "11:00")).await.id.to_string(),
        ),
        (
            "declined",
            book(booking("to-confirm", "11:30")).await.id.to_string(),
        ),
        (
            "unconfirmed",
            book(booking("by-mail", "13:00")).await.manage_token,
        ),
        ("seat", seat.manage_token),
        ("session", session.unwrap().to_string()),
        (
            "waiting",
            classes::join_waiting_list(quince, &waits).await.unwrap(),
        ),
        ("block", block.id.to_string()),
    ]);
}

/// What the link holds by which a booking is confirmed.
fn proof(folder: &Path) -> String {
    let mails = std::fs::read_dir(folder.join("mail")).unwrap();
    let texts = mails.map(|mail| {
        std::fs::read_to_string(mail.unwrap().path())
            .unwrap()
            .replace("=\r\n", "")
    });
    let link = "/confirm?mailed=3D";
    let mail = texts.into_iter().find(|text| text.contains(link)).unwrap();
    let rest = mail.split(link).nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}
