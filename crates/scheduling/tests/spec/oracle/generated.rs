//! Questions by chance, near days on which the clocks change.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, CalendarId, Cause, DateOverride, DateRange, Hours, Interval, Kind, LocalWindow,
    Schedule, Shared, Span, StaffId, Unit,
};
use zones::Zone;

use super::clock::Minutes;
use crate::dice::Dice;
use crate::scene::{CALENDAR, Scene, days, staff, zone};

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
        None => Cause::External,
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

pub fn scene(dice: &mut Dice) -> (Scene, Minutes) {
    let (place, day) = dice.of(PLACES);
    let day: Date = day.parse().unwrap();
    let home = zone(place);
    let minutes = Minutes(home.start_of_day(day - 4.days()));
    let mut scene = days(place, "2026-01-01", "2026-01-01", "");
    let from = 2 * 1440 + 720 + dice.below(1440);
    scene.window = Interval::new(minutes.at(from), minutes.at(from + dice.below(2 * 1440)));
    // Now, a week or a month before.
    scene.now = minutes.at(dice.below(4 * 1440)) - SignedDuration::from_hours(24 * dice.of(&[0, 0, 7, 30]));
    scene.kind = dice.of(&[
        Kind::RoundRobin,
        Kind::Personal,
        Kind::Collective,
        Kind::ClassBooking,
        Kind::Simple,
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
        (1, Unit::Weeks),
        (1, Unit::Months),
    ]);
    rules.notice = Span::new(amount, unit);
    rules.range = match dice.below(5) {
        0 => DateRange::Rolling(Span::new(small(dice, &[1, 2, 3, 32]), Unit::Days)),
        1 => DateRange::Rolling(Span::new(1, dice.of(&[Unit::Weeks, Unit::Months]))),
        2 => DateRange::Fixed {
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
        Kind::ClassBooking | Kind::Simple => 1,
        _ => 1 + dice.below(3),
    };
    let busiest = dice.of(&[0, 3, 10]);
    scene.schedules = (0..count)
        .map(|number| {
            let place = if dice.one_in(3) {
                zone(dice.of(PLACES).0)
            } else {
                home.clone()
            };
            Schedule {
                owner: staff(number as u128).into(),
                hours: hours(dice, place, day),
                busy: (0..busiest).map(|_| busy(dice, &minutes)).collect(),
            }
        })
        .collect();
    if scene.kind == Kind::ClassBooking {
        one_session_a_start(&mut scene.schedules[0].busy);
    }
    if scene.kind == Kind::Simple {
        let own = hours(dice, home, day);
        scene.schedules[0].owner = CALENDAR.into();
        scene.schedules[0].hours = own.clone();
        (scene.rules.hours, scene.rules.overrides) = (Some(own.weekly), own.overrides);
    }
    if scene.kind == Kind::RoundRobin && dice.one_in(3) {
        let ahead: BTreeSet<StaffId> = scene
            .schedules
            .iter()
            .filter_map(Schedule::host)
            .filter(|_| dice.one_in(2))
            .collect();
        scene.held_back.insert(day, ahead);
    }
    (scene, minutes)
}
