//! No double booking, whatever happens at once: several processes hold, book, move, cancel, confirm, exchange and change
//! booking calendars of every kind at random while holds expire, and after each round the rules are checked in the database
//! itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bookings::appointments::{self, Actor, Booked, Booking, HoldWish, IfTaken};
use bookings::calendars::{self, CalendarForm};
use bookings::clock::TestClock;
use bookings::services::{self, Chosen, ResourceForm, ServiceForm};
use bookings::{
    AppointmentId, Distribution, Holder, Kind, Quince, Rules, ServiceId, SessionId, StaffId, Status,
    WeeklyHours, classes,
};
use jiff::{SignedDuration, Timestamp};
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::occupancy::Taken;
use store::{appointment_parts, booking_calendars, occupancy, staff};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::database::stories;
use crate::dice::Dice;
use crate::world::{NOW, World, adas_wish, at, member, tuesday};

stories! {
    on:
    nobody_is_booked_twice_whatever_happens_at_once,
}

const WORKERS: u64 = 4;
const ROUNDS: u64 = 8;
/// What each worker does in a round.
const DEEDS: usize = 12;
const SLUGS: [&str; 6] = ["alone", "team", "panel", "yoga", "room", "salon"];

/// One of those who do something at the same time as others.
struct Worker {
    quince: Quince,
    owner: StaffId,
    team: Vec<StaffId>,
    /// What the salon offers.
    menu: Vec<ServiceId>,
    dice: Dice,
    booked: Arc<Mutex<Vec<Booked>>>,
    clock: Arc<TestClock>,
    /// Visitors, of whom some hold a time.
    visitors: Vec<Holder>,
}

impl Worker {
    /// A half hour of Tuesday.
    fn some_time(&mut self) -> Timestamp {
        tuesday("09:00") + SignedDuration::from_mins(i64::from(self.dice.below(14)) * 30)
    }

    async fn some_appointment(&mut self) -> Option<Booked> {
        self.dice.pick(&self.booked.lock().await)
    }

    /// Does one thing. Being refused is as good as anything; a failure on our side is not.
    async fn act(&mut self) {
        let outcome = match self.dice.below(25) {
            0..8 => self.book().await,
            8..11 => self.reschedule().await,
            11..14 => self.cancel().await,
            14..16 => self.set_status().await,
            16 => self.change_a_calendar().await,
            17 => self.exchange().await,
            18 => self.wait_for_a_seat().await,
            20..24 => self.hold().await,
            24 => {
                // Three times, and what is held is held no longer.
                self.clock.advance(SignedDuration::from_mins(4));
                Ok(())
            }
            _ => self.call_a_session_off().await,
        };
        if let Err(refusal) = outcome {
            assert!(!refusal.contains("went wrong"), "{refusal}");
        }
    }

    /// Something from the menu, in the salon.
    fn some_services(&mut self, slug: &str) -> Vec<Chosen> {
        let count = if slug == "salon" {
            1 + self.dice.below(2)
        } else {
            0
        };
        (0..count)
            .filter_map(|_| self.dice.pick(&self.menu))
            .map(|service| Chosen { service, host: None })
            .collect()
    }

    async fn hold(&mut self) -> Result<(), String> {
        let slug = self.dice.pick(&SLUGS).unwrap_or_default();
        let wish = HoldWish {
            slug: slug.into(),
            start: self.some_time(),
            host: None,
            services: self.some_services(slug),
        };
        let visitor = self.dice.pick(&self.visitors).unwrap_or(self.visitors[0]);
        let held = appointments::hold(&self.quince, visitor, &wish).await;
        held.map(drop).map_err(|error| error.to_string())
    }

    async fn book(&mut self) -> Result<(), String> {
        let slug = self.dice.pick(&SLUGS).unwrap_or_default();
        let number = self.dice.below(u32::MAX);
        let guests = match slug {
            "yoga" => (0..self.dice.below(3))
                .map(|guest| format!("Guest {guest}"))
                .collect(),
            _ => Vec::new(),
        };
        let services = self.some_services(slug);
        let holder = self
            .dice
            .pick(&self.visitors)
            .filter(|_| number.is_multiple_of(2));
        let wish = Booking {
            slug: slug.into(),
            start: self.some_time(),
            services,
            guests,
            holder,
            idempotency_key: format!("wish {number}"),
            ..adas_wish("10:00")
        };
        let booked = if self.dice.below(10) == 0 {
            appointments::book_as_staff(&self.quince, self.owner, wish, IfTaken::BookAllTheSame).await
        } else {
            appointments::book(&self.quince, wish).await
        };
        let booked = booked.map_err(|error| error.to_string())?;
        self.booked.lock().await.push(booked);
        Ok(())
    }

    async fn reschedule(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let client = Actor::Client {
            token: booked.manage_token,
        };
        let start = self.some_time();
        let moved = appointments::reschedule(&self.quince, &client, start).await;
        moved.map(drop).map_err(|error| error.to_string())
    }

    async fn cancel(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let client = Actor::Client {
            token: booked.manage_token,
        };
        let cancelled = appointments::cancel(&self.quince, &client, "").await;
        cancelled.map_err(|error| error.to_string())
    }

    async fn set_status(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let status = self.dice.pick(&[Status::Confirmed, Status::Invalid]);
        let status = status.unwrap_or(Status::Confirmed);
        let set = appointments::set_status(&self.quince, self.owner, booked.id, status).await;
        set.map_err(|error| error.to_string())
    }

    /// Other buffers, seats, places or members; whether bookings are confirmed at once.
    async fn change_a_calendar(&mut self) -> Result<(), String> {
        let all = calendars::list(&self.quince, self.owner).await.unwrap();
        let Some(found) = self.dice.pick(&all) else {
            return Ok(());
        };
        let mut rules = found.rules.clone();
        rules.pre_buffer = self.dice.below(3) * 10;
        rules.post_buffer = self.dice.below(3) * 10;
        rules.per_slot = 1 + self.dice.below(3);
        rules.seats = 2 + self.dice.below(5);
        let members = match found.kind {
            Kind::Simple => Vec::new(),
            Kind::Personal | Kind::ClassBooking => vec![member(self.team[0])],
            _ => {
                let left_out = self.dice.pick(&self.team).unwrap_or(self.owner);
                let stay = self.team.iter().filter(|one| **one != left_out);
                stay.copied().map(member).collect()
            }
        };
        let form = CalendarForm {
            slug: found.slug.clone(),
            kind: found.kind,
            distribution: found.distribution,
            rules,
            members,
            auto_confirm: self.dice.below(2) == 0,
            ..CalendarForm::new(&found.name)
        };
        let changed = calendars::update(&self.quince, self.owner, found.id, form).await;
        changed.map_err(|error| error.to_string())
    }

    async fn exchange(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let (leaves, joins) = (self.dice.pick(&self.team), self.dice.pick(&self.team));
        let (leaves, joins) = (leaves.unwrap_or(self.owner), joins.unwrap_or(self.owner));
        let exchanged = appointments::exchange(&self.quince, self.owner, booked.id, leaves, joins).await;
        exchanged.map(drop).map_err(|error| error.to_string())
    }

    async fn wait_for_a_seat(&mut self) -> Result<(), String> {
        let number = self.dice.below(u32::MAX);
        let wish = Booking {
            slug: "yoga".into(),
            start: self.some_time(),
            email: format!("waits{number}@example.com"),
            ..adas_wish("10:00")
        };
        let waits = classes::wait(&self.quince, &wish).await;
        waits.map(drop).map_err(|error| error.to_string())
    }

    async fn call_a_session_off(&mut self) -> Result<(), String> {
        // Rarely, so that some sessions live long.
        let Some(booked) = self.some_appointment().await.filter(|_| self.dice.below(4) == 0) else {
            return Ok(());
        };
        let appointment = appointments::get(&self.quince, self.owner, booked.id).await;
        let Some(session) = appointment.map_err(|error| error.to_string())?.session else {
            return Ok(());
        };
        let called_off = classes::cancel_session(&self.quince, self.owner, session, "").await;
        called_off.map_err(|error| error.to_string())
    }
}

/// A booking calendar of each kind, of the same three people, with what can be chosen from the menu.
async fn all_calendars(world: &World) -> (Vec<StaffId>, Vec<ServiceId>) {
    let team = vec![
        world.owner,
        world.colleague("Jonas").await,
        world.colleague("Priya").await,
    ];
    for (slug, kind) in SLUGS.into_iter().zip([
        Kind::Personal,
        Kind::RoundRobin,
        Kind::Collective,
        Kind::ClassBooking,
        Kind::Simple,
        Kind::Service,
    ]) {
        let members = match kind {
            Kind::Simple => &team[..0],
            Kind::Personal | Kind::ClassBooking => &team[..1],
            _ => &team[..],
        };
        let form = CalendarForm {
            slug: slug.into(),
            kind,
            distribution: Distribution::Equal,
            members: members.iter().copied().map(member).collect(),
            rules: Rules {
                seats: 4,
                hours: (kind == Kind::Simple).then(|| WeeklyHours::weekdays(540, 1020)),
                ..Rules::default()
            },
            ..CalendarForm::new(slug)
        };
        world.make(form).await;
    }
    let menu = menu(world, &team).await;
    (team, menu)
}

/// Three services, one with processing time, two of which need one of two chairs.
async fn menu(world: &World, team: &[StaffId]) -> Vec<ServiceId> {
    let (salon, _) = world.form_of("salon").await;
    let chairs = ResourceForm {
        id: None,
        name: "Chair".into(),
        quantity: 2,
    };
    services::save_resources(&world.quince, world.owner, vec![chairs])
        .await
        .unwrap();
    let chair = services::resources(&world.quince).await.unwrap()[0].id;
    for (name, processing, staff, needs) in [
        ("Wash", 0, &team[1..], vec![(chair, 1)]),
        ("Colour", 30, &team[..2], vec![(chair, 1)]),
        ("Talk", 0, team, Vec::new()),
    ] {
        let form = ServiceForm {
            group: String::new(),
            name: name.into(),
            description: String::new(),
            duration: 30,
            processing,
            staff: staff.to_vec(),
            resources: needs,
        };
        services::save(&world.quince, world.owner, salon, None, form)
            .await
            .unwrap();
    }
    let menu = services::menu(&world.quince, world.owner, salon).await.unwrap();
    menu.services.iter().map(|service| service.id).collect()
}

async fn nobody_is_booked_twice_whatever_happens_at_once(world: World) {
    let (team, menu) = all_calendars(&world).await;
    let visitors: Vec<Holder> = (0..6)
        .map(|number| appointments::holder(&format!("visitor {number}")))
        .collect();
    let booked = Arc::new(Mutex::new(Vec::new()));
    for round in 0..ROUNDS {
        let mut workers = JoinSet::new();
        for number in 0..WORKERS {
            let mut worker = Worker {
                quince: world.another_process(),
                owner: world.owner,
                team: team.clone(),
                menu: menu.clone(),
                dice: Dice::new(20_261_123 + round * WORKERS + number),
                booked: Arc::clone(&booked),
                clock: Arc::clone(&world.clock),
                visitors: visitors.clone(),
            };
            workers.spawn(async move {
                for _ in 0..DEEDS {
                    worker.act().await;
                }
            });
        }
        workers.join_all().await;
        check(&world, &visitors, round).await;
    }
    assert!(
        booked.lock().await.len() > 20,
        "too little was booked to mean anything"
    );
}

/// What must hold in the database whenever nobody is changing it.
async fn check(world: &World, visitors: &[Holder], round: u64) {
    let mut tx = world.database.store.read().await.unwrap();
    let calendars = booking_calendars::list(&mut tx).await.unwrap();
    let mut hosts: Vec<StaffId> = staff::list(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(|one| one.id)
        .collect();
    hosts.extend(calendars.iter().map(|calendar| StaffId(calendar.id.0)));
    let filter = store::appointments::Filter {
        upcoming: true,
        now: world.quince.now(),
        host: None,
        status: None,
        search: String::new(),
        limit: 10_000,
    };
    let all = store::appointments::list(&mut tx, &filter).await.unwrap();
    let ids: Vec<_> = all.iter().map(|appointment| appointment.id).collect();
    let parts = appointment_parts::list(&mut tx, &ids).await.unwrap();
    let services = parts.iter().filter_map(|part| part.service.as_ref());
    let units: BTreeSet<StaffId> = services
        .flat_map(|service| &service.units)
        .map(|unit| StaffId(unit.0))
        .collect();
    hosts.extend(units);
    let (from, to) = (at(NOW), at(NOW) + SignedDuration::from_hours(72));
    let taken = occupancy::between(&mut tx, &hosts, from, to, world.quince.now(), None)
        .await
        .unwrap();
    check_spans(&taken, round);

    let mut seats: BTreeMap<store::OccupancyId, u32> = BTreeMap::new();
    for appointment in &all {
        let own = occupancy::seats_of(&mut tx, appointment.id).await.unwrap();
        let parts: Vec<&Part> = parts
            .iter()
            .filter(|part| part.appointment_id == appointment.id)
            .collect();
        check_appointment(appointment, &own, &parts, &taken, round);
        for (span, count) in own {
            *seats.entry(span).or_default() += count;
        }
    }
    for visitor in visitors {
        // What is not taken for its visitor is what they hold.
        let now = world.quince.now();
        let others = occupancy::between(&mut tx, &hosts, from, to, now, Some(*visitor))
            .await
            .unwrap();
        for span in &taken {
            let other = others.iter().find(|other| other.id == span.id);
            let held = span.taken - other.map_or(0, |other| other.taken);
            assert!(held <= 1, "round {round}: more than a seat is held of {span:?}");
            *seats.entry(span.id).or_default() += held;
        }
    }
    for span in &taken {
        assert_eq!(
            seats.get(&span.id).copied(),
            Some(span.taken),
            "round {round}: seats that belong to nobody in {span:?}"
        );
    }
    check_sessions(&all, round);
}

/// No two spans of a host overlap, unless a staff member wanted it, and none has more seats than it may have.
fn check_spans(taken: &[Taken], round: u64) {
    for (index, one) in taken.iter().enumerate() {
        assert!(
            one.taken <= one.capacity,
            "round {round}: too many seats in {one:?}"
        );
        for other in &taken[index + 1..] {
            let overlap = one.host_id == other.host_id && one.from < other.to && other.from < one.to;
            assert!(
                !overlap || one.overriding || other.overriding,
                "round {round}: booked twice\n{one:?}\n{other:?}"
            );
        }
    }
}

/// Who takes place has their seats with every host for all the time; who does not has none.
fn check_appointment(
    appointment: &Appointment,
    own: &[(store::OccupancyId, u32)],
    parts: &[&Part],
    taken: &[Taken],
    round: u64,
) {
    let id = AppointmentId(appointment.id.0);
    if !matches!(
        appointment.status,
        Status::New | Status::Confirmed | Status::Showed
    ) {
        assert_eq!(own, [], "round {round}: {id} is called off and keeps time");
        return;
    }
    let spans = own
        .iter()
        .filter_map(|(span, seats)| Some((taken.iter().find(|taken| taken.id == *span)?, *seats)));
    let mut held = BTreeSet::new();
    for (span, seats) in spans.clone() {
        assert_eq!(seats, appointment.seats(), "round {round}: {id}");
        held.insert(span.host_id);
    }
    // Whose time it must have, and when.
    let mut needed: Vec<(StaffId, Timestamp, Timestamp)> = parts
        .iter()
        .map(|part| (part.host_id, part.starts_at, part.ends_at))
        .collect();
    if needed.is_empty() {
        let nobody = StaffId(appointment.calendar_id.0);
        needed.push((nobody, appointment.starts_at, appointment.ends_at));
    }
    for part in parts {
        let service = part.service.iter();
        let units = service.flat_map(|service| {
            service
                .units
                .iter()
                .map(|unit| (StaffId(unit.0), service.leaves_at))
        });
        needed.extend(units.map(|(unit, leaves_at)| (unit, part.starts_at, leaves_at)));
    }
    for (host, from, to) in &needed {
        assert!(
            spans
                .clone()
                .any(|(span, _)| span.host_id == *host && span.from <= *from && *to <= span.to),
            "round {round}: {id} lacks {from} to {to} with {host}"
        );
    }
    let needed: BTreeSet<StaffId> = needed.into_iter().map(|(host, _, _)| host).collect();
    assert_eq!(
        held, needed,
        "round {round}: {id} has time with whoever takes part and nobody else"
    );
}

/// Who attends one session attends it at the same time.
fn check_sessions(all: &[Appointment], round: u64) {
    let mut starts: BTreeMap<SessionId, Timestamp> = BTreeMap::new();
    for appointment in all {
        if let Some(session) = appointment.session_id {
            let start = *starts.entry(session).or_insert(appointment.starts_at);
            assert_eq!(start, appointment.starts_at, "round {round}: {}", appointment.id);
        }
    }
}
