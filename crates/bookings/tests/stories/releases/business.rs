//! A small business with something of all that Quince keeps.

use std::collections::HashMap;

use bookings::appointments::{
    self, Actor, Booked, Booking, HoldRequest, OnConflict, book_as_stranger, confirm_by_mail, hold, holder,
};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::services::{self, ChosenService, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::strangers::{Proof, Stranger};
use bookings::{
    CalendarId, DateOverride, Distribution, ImportPolicy, Interval, Kind, Rules, StaffId, Status,
    WeeklyHours, blocked, classes, holidays,
};
use jiff::{SignedDuration, Timestamp};
use store::holidays::Holiday;
use store::questions::{Answer, AnswerKind, IntakeQuestion};
use store::sessions::{self, Content};

use crate::mail_server::{Behaviour, MailServer};
use crate::world::{PASSWORD, World, adas_booking, at, date, member, tuesday};

/// When all of it is done.
pub const END: &str = "2026-11-24T14:30:00Z";

fn at_day(day: &str, time: &str) -> Timestamp {
    at(&format!("2026-11-{day}T{time}:00Z"))
}

fn booking(slug: &str, name: &str, start: Timestamp) -> Booking {
    Booking {
        slug: slug.into(),
        start,
        name: name.into(),
        email: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        idempotency_key: format!("{slug} of {name} at {start}"),
        ..adas_booking("10:00")
    }
}

async fn book(world: &World, booking: Booking) -> Booked {
    appointments::book(&world.quince, booking).await.unwrap()
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

/// Fills the workspace, and leaves the clock at [`END`].
pub async fn make(world: &World) {
    let jonas = connections(world).await;
    offers(world, jonas).await;
    events(world, jonas).await;
    past(world).await;
    future(world, jonas).await;
    strangers(world).await;
    begin_session(world).await;
    world.clock.set(at(END));
    world
        .quince
        .store()
        .can_write(std::time::Duration::from_secs(5), at(END))
        .await
        .unwrap();
    world.jobs().await;
    refused_mail(world).await;
    // What is asked for from here on waits in the outboxes.
    book(world, booking("intro", "Last Minute", at_day("30", "09:00"))).await;
}

/// The owner's iCloud, a colleague's, and an admin without any.
async fn connections(world: &World) -> StaffId {
    world.connect().await;
    let (quince, owner) = (&world.quince, world.owner);
    let (home, work) = (world.remote("Home").await, world.remote("Work").await);
    bookings::configuration::save_primary(quince, owner, Some(home))
        .await
        .unwrap();
    bookings::configuration::save_conflicts(quince, owner, vec![work])
        .await
        .unwrap();
    world.colleague("Priya").await;
    world.connected_colleague("Jonas").await.staff
}

/// A booking calendar of each kind.
async fn offers(world: &World, jonas: StaffId) {
    let owner = world.owner;
    let both = vec![member(owner), member(jonas)];
    let settings = |slug: &str, kind| CalendarSettings {
        slug: slug.into(),
        kind,
        ..CalendarSettings::new(&format!("The {slug}"))
    };
    let intro = CalendarForm::new(settings("intro", Kind::Personal), vec![member(owner)]);
    world.make(intro).await;
    let question = IntakeQuestion {
        label: "How do you come?".into(),
        kind: AnswerKind::Line,
        choices: Vec::new(),
        required: false,
    };
    let advice = CalendarSettings {
        distribution: Distribution::Equal,
        questions: vec![question],
        location: "Harbor Street 14".into(),
        ..settings("advice", Kind::RoundRobin)
    };
    world.make(CalendarForm::new(advice, both.clone())).await;
    let panel = CalendarSettings {
        auto_confirm: false,
        ..settings("panel", Kind::Collective)
    };
    world.make(CalendarForm::new(panel, both.clone())).await;
    let rules = Rules {
        seats: 3,
        duration: 60,
        interval: 60,
        ..Rules::default()
    };
    let yoga = CalendarSettings {
        rules,
        ..settings("yoga", Kind::ClassBooking)
    };
    world.make(CalendarForm::new(yoga, vec![member(owner)])).await;
    let rules = Rules {
        hours: Some(WeeklyHours::weekdays(9 * 60, 12 * 60)),
        per_slot: 2,
        post_buffer: 15,
        ..Rules::default()
    };
    let tour = CalendarSettings {
        rules,
        ..settings("tour", Kind::Simple)
    };
    let tour = world.make(CalendarForm::new(tour, Vec::new())).await;
    let salon = CalendarForm::new(settings("salon", Kind::Service), both);
    let salon = world.make(salon).await;
    menu(world, jonas, salon).await;
    closed_times(world, tour).await;
}

/// Two services, and the chairs that they need.
async fn menu(world: &World, jonas: StaffId, salon: CalendarId) {
    let (quince, owner) = (&world.quince, world.owner);
    let chairs = |id, quantity| ResourceForm {
        id,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity,
        },
    };
    services::save_resources(quince, owner, vec![chairs(None, 1)])
        .await
        .unwrap();
    let chair = services::resources(quince).await.unwrap()[0].id;
    services::save_resources(quince, owner, vec![chairs(Some(chair), 2)])
        .await
        .unwrap();
    for (name, duration, processing, staff) in [
        ("Cut", 30, 0, vec![owner, jonas]),
        ("Colour", 45, 30, vec![jonas]),
    ] {
        let service = ServiceSettings {
            group: "Hair".into(),
            name: name.into(),
            description: "With a cup of tea.".into(),
            duration,
            processing,
            staff,
            resources: vec![(chair, 1)],
        };
        services::save(quince, owner, salon, None, service).await.unwrap();
    }
}

/// A holiday, a day off, and time that is blocked off.
async fn closed_times(world: &World, tour: CalendarId) {
    let (quince, owner) = (&world.quince, world.owner);
    let christmas = Holiday {
        date: date("2026-12-25"),
        name: "Christmas".into(),
    };
    for name in ["Lopez & Co", "Lopez & Company"] {
        holidays::save(quince, owner, name, "Europe/Berlin", vec![christmas.clone()])
            .await
            .unwrap();
    }
    let off = DateOverride {
        date: date("2026-12-01"),
        windows: Vec::new(),
    };
    world
        .set_hours(owner, WeeklyHours::weekdays(8 * 60, 17 * 60), vec![off])
        .await;
    let (intro, form) = world.form_of("intro").await;
    let form = CalendarForm {
        settings: CalendarSettings {
            description: "What you need, and whether we fit.".into(),
            ..form.settings
        },
        ..form
    };
    booking_calendars::update(quince, owner, intro, form)
        .await
        .unwrap();

    let lunch = Interval::new(at_day("26", "12:00"), at_day("26", "13:00"));
    blocked::add(quince, owner, owner, lunch, "Lunch").await.unwrap();
    let painters = Interval::new(at_day("27", "09:00"), at_day("27", "10:00"));
    blocked::add(quince, owner, tour, painters, "Painters")
        .await
        .unwrap();
}

/// Events of others: some that stay as they were first imported, one that cannot be understood.
async fn events(world: &World, jonas: StaffId) {
    let id = world.connection().await.id;
    world.import_policy(id, ImportPolicy::AsFirstImported).await;
    let moved = world.event("Work", "16:00");
    world.event("Home", "10:00");
    let odd = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:odd\r\nDTSTAMP:20261101T000000Z\r\n\
        DTSTART:20261127T140000Z\r\nDTEND:20261127T150000Z\r\nRRULE:FREQ=SOMETIMES;UNTIL=20261204T235959Z\r\nSUMMARY:Choir\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    world.control.put_event(world.icloud("Work"), odd);
    let day = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:day\r\nDTSTAMP:20261101T000000Z\r\n\
        DTSTART;VALUE=DATE:20261202\r\nDTEND;VALUE=DATE:20261203\r\nSUMMARY:Fair\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    world.control.put_event(world.icloud("Home"), day);
    world.sync().await;
    world
        .control
        .move_event(world.icloud("Work"), &moved, tuesday("17:00"));
    world.sync().await;
    for connection in bookings::connections::list(&world.quince, jonas).await.unwrap() {
        bookings::sync::connection(&world.quince, connection.id)
            .await
            .unwrap();
    }
}

/// What was: somebody came, somebody did not, somebody cancelled, and somebody was deleted.
async fn past(world: &World) {
    let (quince, owner) = (&world.quince, world.owner);
    let came = book(world, booking("intro", "Ada Byron", tuesday("09:00"))).await;
    let stayed_away = book(world, booking("intro", "Bob Stay", tuesday("11:00"))).await;
    let cancelled = book(world, booking("intro", "Cleo Off", tuesday("12:00"))).await;
    let deleted = book(world, booking("intro", "Dora Gone", at_day("25", "09:00"))).await;
    world.jobs().await;
    appointments::cancel(quince, &client(&cancelled), "I am ill")
        .await
        .unwrap();
    appointments::delete(quince, owner, deleted.id, true)
        .await
        .unwrap();
    world.clock.set(tuesday("13:00"));
    appointments::set_status(quince, owner, came.id, Status::Showed)
        .await
        .unwrap();
    appointments::set_status(quince, owner, stayed_away.id, Status::NoShow)
        .await
        .unwrap();
    world.jobs().await;
}

/// What is to come, of all kinds.
async fn future(world: &World, jonas: StaffId) {
    let (quince, owner) = (&world.quince, world.owner);
    let moved = book(world, booking("intro", "Emil Moves", at_day("25", "09:00"))).await;
    let with_answer = Booking {
        answers: vec![Answer {
            label: "How do you come?".into(),
            text: "by bus".into(),
        }],
        ..booking("advice", "Fay Asks", at_day("25", "10:00"))
    };
    book(world, with_answer).await;
    book(world, booking("advice", "Gil Next", at_day("25", "10:00"))).await;
    book(world, booking("panel", "Hal Waits", at_day("25", "14:00"))).await;
    let over = booking("intro", "Ines Over", at_day("25", "14:00"));
    appointments::book_as_staff(quince, owner, over, OnConflict::Override)
        .await
        .unwrap();
    book(world, booking("tour", "Jo Looks", at_day("26", "09:00"))).await;

    let group = Booking {
        guests: vec!["Lou".into()],
        ..booking("yoga", "Kim Stretch", at_day("26", "10:00"))
    };
    book(world, group).await;
    book(world, booking("yoga", "Mia Bend", at_day("26", "10:00"))).await;
    let waiting = Booking {
        guests: vec!["Nan".into()],
        ..booking("yoga", "Ned Late", at_day("26", "10:00"))
    };
    classes::join_waiting_list(quince, &waiting).await.unwrap();
    let seat = book(world, booking("yoga", "Ole Early", at_day("27", "10:00"))).await;
    let session = world.appointment(&seat).await.session.unwrap();
    classes::cancel_session(quince, owner, session, "The heating is broken")
        .await
        .unwrap();

    let salon = booking_calendars::list(quince, owner).await.unwrap();
    let salon = salon
        .iter()
        .find(|calendar| calendar.settings.slug == "salon")
        .unwrap()
        .id;
    let menu = services::menu(quince, owner, salon).await.unwrap().services;
    let of = |name: &str, host| ChosenService {
        service: menu
            .iter()
            .find(|service| service.settings.name == name)
            .unwrap()
            .id,
        host,
    };
    let visit = Booking {
        services: vec![of("Colour", Some(jonas)), of("Cut", None)],
        ..booking("salon", "Pam Blue", at_day("26", "14:00"))
    };
    book(world, visit).await;
    world.jobs().await;
    appointments::reschedule(quince, &client(&moved), at_day("25", "16:00"))
        .await
        .unwrap();
    appointments::reschedule_as_staff(quince, owner, moved.id, at_day("25", "15:30"), OnConflict::Refuse)
        .await
        .unwrap();
    let request = HoldRequest {
        slug: "intro".into(),
        start: at_day("30", "10:00"),
        host: None,
        services: Vec::new(),
    };
    world.clock.set(at(END) - SignedDuration::from_mins(2));
    hold(quince, holder("a visitor's secret"), &request)
        .await
        .unwrap();
}

/// People who are not known: one who confirmed by mail, one who has yet to, and one who solved a puzzle.
async fn strangers(world: &World) {
    let quince = &world.quince;
    let (intro, form) = world.form_of("intro").await;
    let switches = |confirm_by_mail, ask_puzzle| CalendarForm {
        settings: CalendarSettings {
            confirm_by_mail,
            ask_puzzle,
            ..form.settings.clone()
        },
        ..form.clone()
    };
    let by = |proof| Stranger {
        network: "203.0.113.7".into(),
        is_limited: true,
        proof,
    };
    let none = || Proof {
        challenge: String::new(),
        solution: String::new(),
    };
    booking_calendars::update(quince, world.owner, intro, switches(true, false))
        .await
        .unwrap();
    let quick = booking("intro", "Quentin Quick", at_day("27", "09:00"));
    let quick = book_as_stranger(quince, &by(none()), quick).await.unwrap();
    world.jobs().await;
    let link = format!("/manage/{}/confirm?mailed=3D", quick.manage_token);
    let mails = world.mails();
    let proof = mails.iter().find_map(|mail| mail.split(&link).nth(1)).unwrap();
    let proof = proof.split_whitespace().next().unwrap();
    confirm_by_mail(quince, &quick.manage_token, proof).await.unwrap();
    let slow = booking("intro", "Rita Slow", at_day("27", "11:00"));
    book_as_stranger(quince, &by(none()), slow).await.unwrap();

    booking_calendars::update(quince, world.owner, intro, switches(false, true))
        .await
        .unwrap();
    let challenge = bookings::strangers::challenge(quince, "intro", "").unwrap();
    let mut search = puzzle::Search::new(&challenge.text, challenge.bits);
    let solved = Proof {
        solution: search.go_on(u32::MAX).unwrap(),
        challenge: challenge.text,
    };
    let puzzled = booking("intro", "Sam Solves", at_day("30", "11:00"));
    book_as_stranger(quince, &by(solved), puzzled).await.unwrap();
}

/// A booking of somebody whose address no mail server knows.
async fn refused_mail(world: &World) {
    let server = MailServer::start(Behaviour {
        answers: vec![("RCPT", "550 5.1.1 No such user")],
        ..Behaviour::default()
    })
    .await;
    book(world, booking("intro", "Uma Unknown", at_day("30", "11:30"))).await;
    let posting = world.posting_by(&server.url("localhost")).await;
    bookings::jobs::run_due(&posting).await.unwrap();
}

/// The owner signs in.
async fn begin_session(world: &World) {
    let signed_in = bookings::accounts::sign_in(&world.quince, "maya@example.org", PASSWORD)
        .await
        .unwrap();
    let data: HashMap<&str, serde_json::Value> = signed_in.entries().into_iter().collect();
    let data = serde_json::to_string(&data).unwrap();
    let content = Content {
        owner: bookings::accounts::session_owner(&serde_json::from_str(&data).unwrap()),
        data: &data,
        expires_at: at("2026-12-08T12:00:00Z"),
    };
    let mut tx = world.quince.store().write().await.unwrap();
    sessions::begin(&mut tx, &super::SESSION, content, world.quince.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}
