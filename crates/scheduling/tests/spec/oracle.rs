//! The engine against an oracle that knows nothing but minutes: it looks at every minute of some days on each clock
//! and asks of each whether a meeting could start then.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, CalendarId, Cause, DateOverride, DateRange, Host, Hours, Interval, Kind,
    LocalWindow, Shared, Span, StaffId, Unit, check, explain,
};
use zones::Zone;

use crate::scene::{CALENDAR, Scene, staff, zone};

/// Zones, each with a date on or next to which its clocks change.
const PLACES: &[(&str, &str)] = &[
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2026-03-08"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-05"),
    ("America/Havana", "2025-11-02"),
    ("Asia/Beirut", "2026-03-29"),
    ("Africa/Cairo", "2026-04-24"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Pacific/Chatham", "2026-09-27"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("UTC", "2026-12-31"),
];

/// Minutes looked at: days before, in and after the asked window.
const HORIZON: usize = 8 * 1440;

/// Xorshift: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 11).unwrap() % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// The minutes of a case, counted from its beginning.
struct Minutes(Timestamp);

impl Minutes {
    fn at(&self, minute: usize) -> Timestamp {
        self.0 + SignedDuration::from_mins(i64::try_from(minute).unwrap())
    }

    /// What a clock shows at every minute. Clocks change on half hours only, so the zone is asked at those.
    fn clock(&self, zone: &Zone) -> Vec<i64> {
        let mut offset = 0;
        let shown = |minute: usize| {
            let instant = self.at(minute);
            if minute == 0 || instant.as_second() % 1800 == 0 {
                offset = i64::from(zone.offset_seconds(instant));
            }
            (instant.as_second() + offset) / 60
        };
        (0..HORIZON).map(shown).collect()
    }

    fn of(&self, instant: Timestamp) -> i64 {
        instant.duration_since(self.0).as_mins()
    }
}

/// Which minutes are open, and where the grid of each began.
struct Open {
    open: Vec<bool>,
    anchor: Vec<usize>,
}

fn opening(clock: &[i64], local: i64) -> usize {
    clock.iter().position(|at| *at >= local).unwrap_or(HORIZON)
}

fn closing(clock: &[i64], local: i64) -> usize {
    clock
        .iter()
        .rposition(|at| *at == local)
        .unwrap_or_else(|| opening(clock, local))
}

/// A local time in minutes since the first of January 1970 on the same clock.
fn local(at: DateTime) -> i64 {
    at.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0))
        .as_mins()
}

fn date_of(local: i64) -> Date {
    Date::constant(1970, 1, 1) + (local / 1440).days()
}

fn open(clock: &[i64], hours: &Hours) -> Open {
    let mut all = Open {
        open: vec![false; HORIZON],
        anchor: vec![0; HORIZON],
    };
    let mut date = date_of(clock[0]).tomorrow().unwrap();
    let last = date_of(clock[HORIZON - 1]).yesterday().unwrap();
    while date < last {
        let exception = hours.overrides.iter().find(|entry| entry.date == date);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        let mut day = vec![false; HORIZON];
        for window in exception.map_or(&hours.weekly.0[weekday], |entry| &entry.windows) {
            let midnight = local(date.at(0, 0, 0, 0));
            let from = opening(clock, midnight + i64::from(window.from));
            let to = closing(clock, midnight + i64::from(window.to));
            day[from.min(to)..to].fill(true);
        }
        for minute in 1..HORIZON {
            all.open[minute] |= day[minute];
            if day[minute] && !day[minute - 1] {
                all.anchor[minute] = minute;
            }
        }
        date = date.tomorrow().unwrap();
    }
    for minute in 1..HORIZON {
        all.anchor[minute] = all.anchor[minute].max(all.anchor[minute - 1]);
    }
    all
}

impl Open {
    fn is_start(&self, minute: usize, interval: usize) -> bool {
        self.open[minute] && (minute - self.anchor[minute]).is_multiple_of(interval)
    }
}

/// Whether a minute is a start for all of several who meet together: counted from when the last of them opened.
fn together(hosts: &[Open], minute: usize, interval: usize) -> bool {
    let anchor = hosts.iter().map(|hours| hours.anchor[minute]).max().unwrap();
    hosts.iter().all(|hours| hours.open[minute]) && (minute - anchor).is_multiple_of(interval)
}

/// Every offered minute with its hosts.
fn oracle(scene: &Scene, minutes: &Minutes) -> Vec<(usize, Vec<StaffId>)> {
    let rules = &scene.rules;
    let clock = minutes.clock(&rules.zone);
    let own = rules.own_hours().map(|hours| open(&clock, &hours));
    let closed = rules.overrides.iter().filter(|day| day.windows.is_empty());
    let closed: BTreeSet<Date> = closed.map(|day| day.date).collect();
    // Its own hours know for themselves.
    let is_closed = |date| own.is_none() && closed.contains(&date);
    let hosts_open: Vec<Open> = scene
        .hosts
        .iter()
        .map(|host| open(&minutes.clock(&host.hours.zone), &host.hours))
        .collect();
    let size = |minutes: u32| usize::try_from(minutes).unwrap();
    let now_local = rules.zone.local(scene.now);
    let mut offered = Vec::new();
    for minute in 0..HORIZON - 2 * 1440 {
        let instant = minutes.at(minute);
        if instant < scene.window.start || instant >= scene.window.end || instant < scene.now {
            continue;
        }
        let elapsed = instant.duration_since(scene.now).as_mins();
        let amount = i64::from(rules.notice.amount);
        let soon = match rules.notice.unit {
            Unit::Minutes => elapsed < amount,
            Unit::Hours => elapsed < amount * 60,
            Unit::Days => minute < opening(&clock, local(now_local + amount.days())),
            Unit::Weeks | Unit::Months => panic!("not generated"),
        };
        let date = date_of(clock[minute]);
        let far = match &rules.range {
            DateRange::Unlimited => false,
            DateRange::Rolling(span) => date > now_local.date() + i64::from(span.amount).days(),
            DateRange::Fixed { from, to } => date < *from || date > *to,
        };
        let full = rules.per_day.is_some_and(|most| {
            let booked = scene.booked.get(&date).copied().unwrap_or_default();
            booked + scene.seats > most
        });
        if soon || far || full {
            continue;
        }
        if scene.kind == Kind::ClassBooking {
            let session = scene.hosts[0]
                .busy
                .iter()
                .filter(|busy| matches!(busy.cause, Cause::Appointment(_)))
                .filter_map(|busy| busy.shared)
                .find(|shared| shared.calendar == CALENDAR && shared.start == instant);
            let taken = session.map_or(0, |session| session.taken);
            if taken + scene.seats > rules.seats {
                continue;
            }
            if session.is_some() {
                offered.push((minute, vec![scene.hosts[0].id]));
                continue;
            }
        }
        let end = minute + size(rules.duration);
        let free = scene.hosts.iter().zip(&hosts_open).filter(|(host, hours)| {
            let on_grid = match own.as_ref() {
                Some(own) => own.is_start(minute, size(rules.interval)),
                None if scene.kind == Kind::Collective => together(&hosts_open, minute, size(rules.interval)),
                None => hours.is_start(minute, size(rules.interval)),
            };
            let is_open = (minute..end).all(|at| {
                hours.open[at]
                    && own.as_ref().is_none_or(|own| own.open[at])
                    && !is_closed(date_of(clock[at]))
            });
            on_grid && is_open && {
                let occupied = i64::try_from(minute).unwrap() - i64::from(rules.pre_buffer)
                    ..i64::try_from(end).unwrap() + i64::from(rules.post_buffer);
                !host.busy.iter().any(|busy| {
                    let places = match scene.kind {
                        Kind::ClassBooking => rules.seats,
                        Kind::Collective => 1,
                        _ => rules.per_slot,
                    };
                    let shares = busy.shared.is_some_and(|shared| {
                        shared.calendar == CALENDAR
                            && shared.taken + scene.seats <= places
                            && shared.start == instant
                    });
                    let (from, to) = (minutes.of(busy.interval.start), minutes.of(busy.interval.end));
                    !shares && (from..to).any(|at| occupied.contains(&at))
                })
            }
        });
        let free: Vec<StaffId> = free.map(|(host, _)| host.id).collect();
        let enough = match scene.kind {
            Kind::Collective => free.len() == scene.hosts.len(),
            _ => !free.is_empty(),
        };
        if enough {
            offered.push((minute, free));
        }
    }
    offered
}

fn windows(dice: &mut Dice) -> Vec<LocalWindow> {
    if dice.one_in(6) {
        return vec![LocalWindow::new(0, 1440).unwrap()];
    }
    let count = dice.below(4);
    let step = dice.of(&[1, 5, 15, 30, 60]);
    let windows = (0..count).filter_map(|_| {
        let from = dice.below(1440 / step) * step;
        let to = from + (1 + dice.below(600 / step)) * step;
        LocalWindow::new(u16::try_from(from).unwrap(), u16::try_from(to).unwrap()).ok()
    });
    windows.collect()
}

fn hours(dice: &mut Dice, zone: Zone, around: Date) -> Hours {
    let mut hours = Hours {
        zone,
        weekly: scheduling::WeeklyHours::default(),
        overrides: Vec::new(),
    };
    for day in &mut hours.weekly.0 {
        *day = windows(dice);
    }
    if dice.one_in(2) {
        let date = around + i64::try_from(dice.below(3)).unwrap().days() - 1.day();
        hours.overrides.push(DateOverride {
            date,
            windows: windows(dice),
        });
    }
    hours
}

fn busy(dice: &mut Dice, minutes: &Minutes) -> Busy {
    let step = dice.of(&[1, 15, 30]);
    let start = 1440 + dice.below(4 * 1440 / step) * step;
    let length = if dice.one_in(10) {
        dice.below(1440)
    } else {
        dice.below(120 / step) * step
    };
    let interval = Interval::new(minutes.at(start), minutes.at(start + length));
    let shared = dice.one_in(2).then(|| Shared {
        calendar: if dice.one_in(4) {
            CalendarId(Uuid::from_u128(2))
        } else {
            CALENDAR
        },
        start: minutes.at(start + dice.below(length.clamp(1, 16))),
        end: minutes.at(start + length),
        taken: u32::try_from(1 + dice.below(3)).unwrap(),
    });
    let cause = match shared {
        None => Cause::External(Uuid::from_u128(7)),
        Some(_) if dice.one_in(3) => Cause::Hold,
        Some(_) => Cause::Appointment(AppointmentId(Uuid::from_u128(9))),
    };
    Busy {
        interval,
        cause,
        shared,
    }
}

/// Drops further sessions of a start.
fn one_session_a_start(busy: &mut Vec<Busy>) {
    let mut starts = BTreeSet::new();
    busy.retain(|busy| busy.shared.is_none_or(|shared| starts.insert(shared.start)));
}

fn scene(dice: &mut Dice) -> (Scene, Minutes) {
    let (place, day) = dice.of(PLACES);
    let day: Date = day.parse().unwrap();
    let home = zone(place);
    let minutes = Minutes(home.start_of_day(day - 4.days()));
    let mut scene = Scene::new(place, "", "2026-01-01", "2026-01-01");
    let from = 2 * 1440 + 720 + dice.below(1440);
    scene.window = Interval::new(minutes.at(from), minutes.at(from + dice.below(2 * 1440)));
    scene.now = minutes.at(dice.below(4 * 1440));
    scene.kind = dice.of(&[
        Kind::RoundRobin,
        Kind::Personal,
        Kind::Collective,
        Kind::ClassBooking,
    ]);
    let small = |dice: &mut Dice, choices: &[u32]| dice.of(choices);
    if scene.kind == Kind::ClassBooking {
        scene.seats = small(dice, &[1, 1, 2, 3]);
    }
    let rules = &mut scene.rules;
    rules.seats = small(dice, &[1, 2, 4, 10]);
    rules.duration = small(dice, &[5, 15, 30, 45, 60, 90, 480]);
    rules.interval = small(dice, &[5, 7, 15, 30, 60, 100]);
    rules.pre_buffer = small(dice, &[0, 0, 5, 10, 60]);
    rules.post_buffer = small(dice, &[0, 0, 5, 15, 45]);
    rules.per_slot = small(dice, &[1, 1, 2, 3]);
    let (amount, unit) = dice.of(&[
        (0, Unit::Hours),
        (45, Unit::Minutes),
        (5, Unit::Hours),
        (1, Unit::Days),
    ]);
    rules.notice = Span::new(amount, unit);
    rules.range = match dice.below(4) {
        0 => DateRange::Rolling(Span::new(small(dice, &[1, 2, 3]), Unit::Days)),
        1 => DateRange::Fixed {
            from: day - 1.day(),
            to: day,
        },
        _ => DateRange::Unlimited,
    };
    if dice.one_in(3) {
        rules.per_day = Some(2);
        scene.booked.insert(day, small(dice, &[1, 2, 3]));
        scene.booked.insert(day - 1.day(), small(dice, &[1, 2, 3]));
    }
    if dice.one_in(3) {
        let own = hours(dice, home.clone(), day);
        (rules.hours, rules.overrides) = (Some(own.weekly), own.overrides);
    } else if dice.one_in(4) {
        rules.overrides.push(DateOverride {
            date: day,
            windows: Vec::new(),
        });
    }
    let count = match scene.kind {
        Kind::ClassBooking => 1,
        _ => 1 + dice.below(3),
    };
    let busiest = dice.of(&[0, 3, 10]);
    scene.hosts = (0..count)
        .map(|number| {
            let place = if dice.one_in(3) {
                zone(dice.of(PLACES).0)
            } else {
                home.clone()
            };
            Host {
                id: staff(number as u128),
                hours: hours(dice, place, day),
                busy: (0..busiest).map(|_| busy(dice, &minutes)).collect(),
            }
        })
        .collect();
    if scene.kind == Kind::ClassBooking {
        one_session_a_start(&mut scene.hosts[0].busy);
    }
    (scene, minutes)
}

/// Compares one stretch of cases; four of them run side by side. Returns how many slots were compared.
fn compare(seed: u64, cases: usize) -> usize {
    let mut dice = Dice(seed);
    let mut compared = 0;
    for case in 0..cases {
        let (scene, minutes) = scene(&mut dice);
        let place = scene.zone.name();
        let expected = oracle(&scene, &minutes);
        let found: Vec<_> = scene
            .slots()
            .into_iter()
            .map(|slot| {
                (
                    usize::try_from(minutes.of(slot.start)).unwrap(),
                    slot.hosts.into_vec(),
                )
            })
            .collect();
        let difference = found
            .iter()
            .zip(&expected)
            .find(|(found, expected)| found != expected);
        assert!(
            difference.is_none() && found.len() == expected.len(),
            "slots, seed {seed:#x}, case {case}, {place}, {} of {}, {difference:?}, {:?} {:?}",
            found.len(),
            expected.len(),
            scene.rules,
            scene.hosts
        );
        let explained: Vec<_> = explain(&scene.request())
            .unwrap()
            .into_iter()
            .inspect(|at| {
                assert!(
                    !at.hosts.is_empty() || !at.refusals.is_empty(),
                    "no reason in case {case}"
                );
            })
            .filter(|at| !at.hosts.is_empty())
            .map(|at| (usize::try_from(minutes.of(at.start)).unwrap(), at.hosts))
            .collect();
        assert_eq!(
            explained, expected,
            "explain, seed {seed:#x}, case {case}, {place}"
        );
        for _ in 0..20 {
            // Half of them starts that are on offer, or one minute off.
            let minute = match expected.len() {
                0 => None,
                count => Some(expected[dice.below(count)].0 + dice.below(2)),
            };
            let random = usize::try_from(minutes.of(scene.window.start)).unwrap() + dice.below(2 * 1440);
            let minute = minute.filter(|_| dice.one_in(2)).unwrap_or(random);
            let instant = minutes.at(minute);
            if instant < scene.window.start || instant >= scene.window.end {
                continue;
            }
            let expected = expected
                .iter()
                .find(|(start, _)| *start == minute)
                .map(|(_, hosts)| hosts.clone());
            let answer = check(&scene.request(), instant);
            assert!(
                !answer.as_ref().is_err_and(Vec::is_empty),
                "no reason, seed {seed:#x}, case {case}, {instant}"
            );
            assert_eq!(
                answer.ok().map(|slot| slot.hosts.into_vec()),
                expected,
                "check, seed {seed:#x}, case {case}, {instant}"
            );
        }
        compared += expected.len();
    }
    compared
}

#[test]
fn slots_explain_and_check_agree_with_a_look_at_every_minute() {
    let seeds = [
        0x9e37_79b9_7f4a_7c15,
        0xdead_beef_cafe_f00d,
        0x0123_4567_89ab_cdef,
        0x5851_f42d_4c95_7f2d,
    ];
    let compared: usize = std::thread::scope(|scope| {
        let running: Vec<_> = seeds
            .into_iter()
            .map(|seed| scope.spawn(move || compare(seed, 200)))
            .collect();
        running
            .into_iter()
            .map(|one| one.join().expect("the oracle disagrees"))
            .sum()
    });
    assert!(compared > 10_000, "the cases offer too little: {compared} slots");
}
