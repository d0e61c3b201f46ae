//! No double booking, whatever happens at once: several processes hold, book, move, cancel, confirm, exchange and change
//! booking calendars of every kind, their members and their rooms at random while holds expire, and after each round the rules
//! are checked in the database itself. On an ordinary day, and on days on which the clocks change.
//!
//! `GUARANTEE_SEED` and `GUARANTEE_ROUNDS` make it another course of things, or a longer one; `DEADLOCK_ROUNDS` that of the search for
//! two who wait for each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bookings::appointments::{self, Actor, Booked, Booking, HoldRequest, OnConflict};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::clock::TestClock;
use bookings::services::{self, ChosenService, ResourceForm, ResourceSettings, ServiceSettings};
use bookings::{
    AppointmentId, DateRange, Distribution, Kind, Quince, Rules, ServiceId, SessionId, StaffId, Status,
    TimeOwner, VisitorId, WeeklyHours, classes,
};
use jiff::{SignedDuration, Timestamp};
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::occupancy::OccupiedSpan;
use store::{appointment_parts, busy_time, occupancy, staff};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use zones::Zone;

use crate::database::{Database, stories};
use crate::dice::Dice;
use crate::world::{World, adas_booking, at, member, tuesday};

stories! {
    on:
    nobody_is_booked_twice_whatever_happens_at_once,
    nor_in_the_night_in_which_an_hour_comes_twice,
    nor_in_the_night_in_which_an_hour_is_skipped,
}

const WORKERS: u64 = 4;
/// What each worker does in a round.
const DEEDS: usize = 12;
const SLUGS: [&str; 6] = ["alone", "team", "panel", "yoga", "room", "salon"];

/// A number from the environment, or the one that every run has.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// One of those who do something at the same time as others.
struct Worker {
    quince: Quince,
    owner: StaffId,
    team: Vec<StaffId>,
    /// What the salon offers.
    menu: Vec<ServiceId>,
    /// The first of the half hours that they want.
    first: Timestamp,
    dice: Dice,
    booked: Arc<Mutex<Vec<Booked>>>,
    clock: Arc<TestClock>,
    /// Visitors, of whom some hold a time.
    visitors: Vec<VisitorId>,
}

impl Worker {
    fn some_time(&mut self) -> Timestamp {
        self.first + SignedDuration::from_mins(i64::from(self.dice.below(14)) * 30)
    }

    async fn some_appointment(&mut self) -> Option<Booked> {
        self.dice.pick(&self.booked.lock().await)
    }

    /// Does one thing. Being refused is as good as anything; a failure on our side is not.
    async fn act(&mut self) {
        let outcome = match self.dice.below(26) {
            0..8 => self.book().await,
            8..11 => self.reschedule().await,
            11..14 => self.cancel().await,
            14..16 => self.set_status().await,
            16 => self.change_a_calendar().await,
            17 => self.exchange().await,
            18 => self.wait_for_a_seat().await,
            20..24 => self.hold().await,
            24 => self.change_the_chairs().await,
            25 => {
                // Three times, and what is held is held no longer.
                self.clock.advance(SignedDuration::from_mins(4));
                Ok(())
            }
            _ => self.cancel_a_session().await,
        };
        if let Err(refusal) = outcome {
            assert!(!refusal.contains("went wrong"), "{refusal}");
        }
    }

    /// Something from the menu, in the salon.
    fn some_services(&mut self, slug: &str) -> Vec<ChosenService> {
        let count = if slug == "salon" {
            1 + self.dice.below(2)
        } else {
            0
        };
        (0..count)
            .filter_map(|_| self.dice.pick(&self.menu))
            .map(|service| ChosenService { service, host: None })
            .collect()
    }

    async fn hold(&mut self) -> Result<(), String> {
        let slug = self.dice.pick(&SLUGS).unwrap_or_default();
        let request = HoldRequest {
            slug: slug.into(),
            start: self.some_time(),
            host: None,
            services: self.some_services(slug),
        };
        let visitor = self.dice.pick(&self.visitors).unwrap_or(self.visitors[0]);
        let held = appointments::hold(&self.quince, visitor, &request).await;
        held.map(drop).map_err(|error| format!("{error} {error:?}"))
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
        let booking = Booking {
            slug: slug.into(),
            start: self.some_time(),
            services,
            guests,
            holder,
            idempotency_key: format!("wish {number}"),
            ..adas_booking("10:00")
        };
        let booked = if self.dice.below(10) == 0 {
            appointments::book_as_staff(&self.quince, self.owner, booking, OnConflict::Override).await
        } else {
            appointments::book(&self.quince, booking).await
        };
        let booked = booked.map_err(|error| format!("{error} {error:?}"))?;
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
        moved.map(drop).map_err(|error| format!("{error} {error:?}"))
    }

    async fn cancel(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let client = Actor::Client {
            token: booked.manage_token,
        };
        let cancelled = appointments::cancel(&self.quince, &client, "").await;
        cancelled.map_err(|error| format!("{error} {error:?}"))
    }

    async fn set_status(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let status = self.dice.pick(&[Status::Confirmed, Status::Invalid]);
        let status = status.unwrap_or(Status::Confirmed);
        let set = appointments::set_status(&self.quince, self.owner, booked.id, status).await;
        set.map_err(|error| format!("{error} {error:?}"))
    }

    /// Other buffers, seats, places or members; whether bookings are confirmed at once.
    async fn change_a_calendar(&mut self) -> Result<(), String> {
        let all = booking_calendars::list(&self.quince, self.owner).await.unwrap();
        let Some(found) = self.dice.pick(&all) else {
            return Ok(());
        };
        let mut rules = found.settings.rules.clone();
        rules.pre_buffer = self.dice.below(3) * 10;
        rules.post_buffer = self.dice.below(3) * 10;
        rules.duration = 30 + self.dice.below(2) * 15;
        rules.per_day = Some(4 + self.dice.below(9));
        rules.per_slot = 1 + self.dice.below(3);
        rules.seats = 2 + self.dice.below(5);
        let members = match found.settings.kind {
            Kind::Simple => Vec::new(),
            Kind::Personal | Kind::ClassBooking => {
                self.dice.pick(&self.team).map(member).into_iter().collect()
            }
            _ => {
                let left_out = self.dice.pick(&self.team).unwrap_or(self.owner);
                let stay = self.team.iter().filter(|one| **one != left_out);
                stay.copied().map(member).collect()
            }
        };
        let form = CalendarForm::new(
            CalendarSettings {
                slug: found.settings.slug.clone(),
                kind: found.settings.kind,
                distribution: found.settings.distribution,
                rules,
                auto_confirm: self.dice.below(2) == 0,
                ..CalendarSettings::new(&found.settings.name)
            },
            members,
        );
        let changed = booking_calendars::update(&self.quince, self.owner, found.id, form).await;
        changed.map_err(|error| format!("{error} {error:?}"))
    }

    /// More of them, or fewer.
    async fn change_the_chairs(&mut self) -> Result<(), String> {
        let known = services::resources(&self.quince).await.unwrap();
        let forms = known.into_iter().map(|chairs| ResourceForm {
            id: Some(chairs.id),
            settings: ResourceSettings {
                name: chairs.settings.name,
                quantity: 1 + self.dice.below(3),
            },
        });
        let saved = services::save_resources(&self.quince, self.owner, forms.collect()).await;
        saved.map_err(|error| format!("{error} {error:?}"))
    }

    async fn exchange(&mut self) -> Result<(), String> {
        let Some(booked) = self.some_appointment().await else {
            return Ok(());
        };
        let (from, to) = (self.dice.pick(&self.team), self.dice.pick(&self.team));
        let (from, to) = (from.unwrap_or(self.owner), to.unwrap_or(self.owner));
        let exchanged = appointments::reassign(&self.quince, self.owner, booked.id, from, to).await;
        exchanged.map(drop).map_err(|error| format!("{error} {error:?}"))
    }

    async fn wait_for_a_seat(&mut self) -> Result<(), String> {
        let number = self.dice.below(u32::MAX);
        let booking = Booking {
            slug: "yoga".into(),
            start: self.some_time(),
            email: format!("waits{number}@example.com"),
            ..adas_booking("10:00")
        };
        let waits = classes::join_waiting_list(&self.quince, &booking).await;
        waits.map(drop).map_err(|error| format!("{error} {error:?}"))
    }

    async fn cancel_a_session(&mut self) -> Result<(), String> {
        // Rarely, so that some sessions live long.
        let Some(booked) = self.some_appointment().await.filter(|_| self.dice.below(4) == 0) else {
            return Ok(());
        };
        let appointment = appointments::get(&self.quince, self.owner, booked.id).await;
        let Some(session) = appointment.map_err(|error| format!("{error} {error:?}"))?.session else {
            return Ok(());
        };
        let cancellation = classes::cancel_session(&self.quince, self.owner, session, "").await;
        cancellation.map_err(|error| format!("{error} {error:?}"))
    }
}

/// A booking calendar of each kind, of the same three people, with what can be chosen from the menu.
async fn all_calendars(world: &World, zone: &Zone, hours: &WeeklyHours) -> (Vec<StaffId>, Vec<ServiceId>) {
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
        let form = CalendarForm::new(
            CalendarSettings {
                slug: slug.into(),
                kind,
                distribution: Distribution::Equal,
                rules: Rules {
                    seats: 4,
                    per_day: (kind == Kind::ClassBooking).then_some(16),
                    zone: zone.clone(),
                    range: DateRange::Unlimited,
                    hours: (kind == Kind::Simple).then(|| hours.clone()),
                    ..Rules::default()
                },
                ..CalendarSettings::new(slug)
            },
            members.iter().copied().map(member).collect(),
        );
        world.make(form).await;
    }
    for person in &team {
        world.set_zone(*person, zone.name()).await;
        world.set_hours(*person, hours.clone(), Vec::new()).await;
    }
    let menu = menu(world, &team).await;
    (team, menu)
}

/// Three services, one with processing time, two of which need one of two chairs.
async fn menu(world: &World, team: &[StaffId]) -> Vec<ServiceId> {
    let (salon, _) = world.form_of("salon").await;
    let chairs = ResourceForm {
        id: None,
        settings: ResourceSettings {
            name: "Chair".into(),
            quantity: 2,
        },
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
        let form = ServiceSettings {
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
    let hours = WeeklyHours::weekdays(540, 1020);
    let rounds = setting("GUARANTEE_ROUNDS", 8);
    play(&world, &Zone::utc(), &hours, tuesday("09:00"), rounds).await;
}

/// All who lock anything, in one order, whatever they do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_no_two_wait_for_each_other() {
    let world = World::on(Database::postgres().await).await;
    let rounds = setting("DEADLOCK_ROUNDS", 30);
    play(
        &world,
        &Zone::utc(),
        &WeeklyHours::weekdays(540, 1020),
        tuesday("09:00"),
        rounds,
    )
    .await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(world.database.count(deadlocks).await, 0, "{rounds} rounds");
}

async fn nor_in_the_night_in_which_an_hour_comes_twice(world: World) {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let first = at("2027-10-30T22:00:00Z");
    play(&world, &berlin, &WeeklyHours::always(), first, 4).await;
}

async fn nor_in_the_night_in_which_an_hour_is_skipped(world: World) {
    let new_york = Zone::named("America/New_York").unwrap();
    let first = at("2027-03-14T04:30:00Z");
    play(&world, &new_york, &WeeklyHours::always(), first, 4).await;
}

/// Lets several processes do what they like with the half hours from `first` on.
async fn play(world: &World, zone: &Zone, hours: &WeeklyHours, first: Timestamp, rounds: u64) {
    let (team, menu) = all_calendars(world, zone, hours).await;
    let visitors: Vec<VisitorId> = (0..6)
        .map(|number| appointments::holder(&format!("visitor {number}")))
        .collect();
    let booked = Arc::new(Mutex::new(Vec::new()));
    let mut processes = Vec::new();
    for _ in 0..WORKERS {
        processes.push(world.another_process().await);
    }
    let seed = setting("GUARANTEE_SEED", 20_261_123);
    for round in 0..rounds {
        let mut workers = JoinSet::new();
        for (number, process) in (0..).zip(&processes) {
            let mut worker = Worker {
                quince: process.clone(),
                owner: world.owner,
                team: team.clone(),
                menu: menu.clone(),
                first,
                dice: Dice::new(seed + round * WORKERS + number),
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
        check(world, first, &visitors, &format!("seed {seed}, round {round}")).await;
    }
    // After some rounds the half hours are taken, and it depends on what is cancelled.
    let least = usize::try_from(rounds.min(30) * 2).unwrap();
    assert!(
        booked.lock().await.len() > least,
        "too little was booked to mean anything"
    );
}

/// What must hold in the database whenever nobody is changing it.
async fn check(world: &World, first: Timestamp, visitors: &[VisitorId], round: &str) {
    let mut tx = world.database.store.read().await.unwrap();
    let calendars = store::booking_calendars::list(&mut tx).await.unwrap();
    let mut owners: Vec<TimeOwner> = staff::list(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(|one| one.id.into())
        .collect();
    owners.extend(calendars.iter().map(|calendar| TimeOwner::Calendar(calendar.id)));
    let filter = store::appointment_list::Filter {
        upcoming: true,
        now: world.quince.now(),
        host: None,
        to_confirm: false,
        colliding: None,
        search: String::new(),
        cursor: None,
        limit: 10_000,
    };
    let all = store::appointment_list::list(&mut tx, &filter).await.unwrap();
    let all: Vec<_> = all.into_iter().map(|listed| listed.appointment).collect();
    let ids: Vec<_> = all.iter().map(|appointment| appointment.id).collect();
    let parts = appointment_parts::list(&mut tx, &ids).await.unwrap();
    let services = parts.iter().filter_map(|part| part.service.as_ref());
    let units: BTreeSet<TimeOwner> = services
        .flat_map(|service| &service.units)
        .map(|unit| TimeOwner::Unit(*unit))
        .collect();
    owners.extend(units.clone());
    let day = SignedDuration::from_hours(24);
    let (from, to) = (first - day, first + day);
    let taken = busy_time::taken_between(&mut tx, &owners, from, to, world.quince.now(), None)
        .await
        .unwrap();
    check_spans(&taken, round);
    let chairs = store::resources::list(&mut tx).await.unwrap()[0]
        .settings
        .quantity;
    check_chairs(&taken, &units, chairs, round);

    let mut seats: BTreeMap<store::OccupancyId, u32> = BTreeMap::new();
    let mut spans = BTreeMap::new();
    for appointment in &all {
        let own = occupancy::seats_of(&mut tx, appointment.id).await.unwrap();
        let parts: Vec<&Part> = parts
            .iter()
            .filter(|part| part.appointment_id == appointment.id)
            .collect();
        check_appointment(appointment, &own, &parts, &taken, round);
        if !own.is_empty() {
            spans.insert(appointment.id, own.iter().map(|(span, _)| *span).collect());
        }
        for (span, count) in own {
            *seats.entry(span).or_default() += count;
        }
    }
    for visitor in visitors {
        // What is not taken for its visitor is what they hold.
        let now = world.quince.now();
        let others = busy_time::taken_between(&mut tx, &owners, from, to, now, Some(*visitor))
            .await
            .unwrap();
        for span in &taken {
            let other = others.iter().find(|other| other.id == span.id);
            let held = span.taken - other.map_or(0, |other| other.taken);
            assert!(held <= 1, "{round}: more than a seat is held of {span:?}");
            *seats.entry(span.id).or_default() += held;
        }
    }
    for span in &taken {
        assert_eq!(
            seats.get(&span.id).copied(),
            Some(span.taken),
            "{round}: seats that belong to nobody in {span:?}"
        );
    }
    check_sessions(&all, &spans, round);
}

/// No two spans of a host overlap, unless a staff member wanted it, and none has more seats than it may have.
fn check_spans(taken: &[OccupiedSpan], round: &str) {
    for (index, one) in taken.iter().enumerate() {
        assert!(one.taken <= one.capacity, "{round}: too many seats in {one:?}");
        for other in &taken[index + 1..] {
            let overlap = one.owner == other.owner && one.from < other.to && other.from < one.to;
            assert!(
                !overlap || one.overriding || other.overriding,
                "{round}: booked twice\n{one:?}\n{other:?}"
            );
        }
    }
}

/// Who takes place has their seats with every host for all the time; who does not has none.
fn check_appointment(
    appointment: &Appointment,
    own: &[(store::OccupancyId, u32)],
    parts: &[&Part],
    taken: &[OccupiedSpan],
    round: &str,
) {
    let id = AppointmentId(appointment.id.0);
    if !matches!(
        appointment.status,
        Status::New | Status::Confirmed | Status::Showed
    ) {
        assert_eq!(own, [], "{round}: {id} is cancelled and keeps time");
        return;
    }
    let spans = own
        .iter()
        .filter_map(|(span, seats)| Some((taken.iter().find(|taken| taken.id == *span)?, *seats)));
    let mut held = BTreeSet::new();
    for (span, seats) in spans.clone() {
        assert_eq!(seats, appointment.seats(), "{round}: {id}");
        held.insert(span.owner);
    }
    // Whose time it must have, and when.
    let mut needed: Vec<(TimeOwner, Timestamp, Timestamp)> = parts
        .iter()
        .map(|part| (part.host_id.into(), part.starts_at, part.ends_at))
        .collect();
    if needed.is_empty() {
        let nobody = appointment.calendar_id.into();
        needed.push((nobody, appointment.starts_at, appointment.ends_at));
    }
    for part in parts {
        let service = part.service.iter();
        let units = service.flat_map(|service| {
            service
                .units
                .iter()
                .map(|unit| (TimeOwner::Unit(*unit), service.leaves_at))
        });
        needed.extend(units.map(|(unit, leaves_at)| (unit, part.starts_at, leaves_at)));
    }
    for (host, from, to) in &needed {
        assert!(
            spans
                .clone()
                .any(|(span, _)| span.owner == *host && span.from <= *from && *to <= span.to),
            "{round}: {id} lacks {from} to {to} with {host:?}"
        );
    }
    let needed: BTreeSet<TimeOwner> = needed.into_iter().map(|(host, _, _)| host).collect();
    assert_eq!(
        held, needed,
        "{round}: {id} has time with whoever takes part and nobody else"
    );
}

/// Never more chairs are taken than there are.
fn check_chairs(taken: &[OccupiedSpan], units: &BTreeSet<TimeOwner>, quantity: u32, round: &str) {
    let of_chairs: Vec<&OccupiedSpan> = taken.iter().filter(|span| units.contains(&span.owner)).collect();
    for one in of_chairs.iter().filter(|span| !span.overriding) {
        let at_once = of_chairs
            .iter()
            .filter(|other| !other.overriding && other.from <= one.from && one.from < other.to)
            .count();
        assert!(
            at_once <= quantity as usize,
            "{round}: {at_once} chairs of {quantity} at {}",
            one.from
        );
    }
}

/// Who attends one session attends it at the same time, with the same host, in the same span of their time.
fn check_sessions(
    all: &[Appointment],
    spans: &BTreeMap<AppointmentId, BTreeSet<store::OccupancyId>>,
    round: &str,
) {
    let mut sessions: BTreeMap<SessionId, &Appointment> = BTreeMap::new();
    for appointment in all
        .iter()
        .filter(|appointment| spans.contains_key(&appointment.id))
    {
        let Some(session) = appointment.session_id else {
            continue;
        };
        let first = *sessions.entry(session).or_insert(appointment);
        assert_eq!(
            first.starts_at, appointment.starts_at,
            "{round}: {}",
            appointment.id
        );
        assert_eq!(first.host_id, appointment.host_id, "{round}: {}", appointment.id);
        assert_eq!(
            spans[&first.id], spans[&appointment.id],
            "{round}: {}",
            appointment.id
        );
    }
}
