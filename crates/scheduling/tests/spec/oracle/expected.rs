//! What must be on offer, found by looking at every minute.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{Cause, DateRange, Kind, Schedule, Shared, Span, StaffId, Unit};

use super::clock::{HORIZON, Minutes, Open, dates, local, open, opening, together};
use crate::scene::{CALENDAR, Scene};

/// Days, weeks and months as they are counted on a calendar.
fn on_the_calendar(span: Span) -> jiff::Span {
    let amount = i64::from(span.amount);
    match span.unit {
        Unit::Days => amount.days(),
        Unit::Weeks => amount.weeks(),
        Unit::Months => amount.months(),
        Unit::Minutes | Unit::Hours => panic!("elapsed time"),
    }
}

fn hosts<'a>(schedules: impl IntoIterator<Item = &'a Schedule>) -> Vec<StaffId> {
    schedules.into_iter().filter_map(Schedule::host).collect()
}

/// The session of the class that starts at this instant.
fn session_at(scene: &Scene, instant: Timestamp) -> Option<Shared> {
    scene.schedules[0]
        .busy
        .iter()
        .filter(|busy| matches!(busy.cause, Cause::Appointment(_)))
        .filter_map(|busy| busy.shared)
        .find(|shared| shared.calendar == CALENDAR && shared.start == instant)
}

/// Every offered minute with its hosts.
pub fn oracle(scene: &Scene, minutes: &Minutes) -> Vec<(usize, Vec<StaffId>)> {
    let rules = &scene.rules;
    let clock = minutes.clock(&rules.zone);
    let own = rules.own_hours().map(|hours| open(&clock, &hours));
    let dates = dates(&clock);
    let closed = rules.overrides.iter().filter(|day| day.windows.is_empty());
    let closed: BTreeSet<Date> = closed.map(|day| day.date).collect();
    // Its own hours know for themselves.
    let is_closed = |date| own.is_none() && closed.contains(date);
    let is_closed: Vec<bool> = dates.iter().map(is_closed).collect();
    let hosts_open: Vec<Open> = scene
        .schedules
        .iter()
        .map(|host| open(&minutes.clock(&host.hours.zone), &host.hours))
        .collect();
    let size = |minutes: u32| usize::try_from(minutes).unwrap();
    let now_local = rules.zone.local(scene.now);
    let first_by_notice = match rules.notice.unit {
        Unit::Minutes | Unit::Hours => 0,
        Unit::Days | Unit::Weeks | Unit::Months => {
            opening(&clock, local(now_local + on_the_calendar(rules.notice)))
        }
    };
    let (first_date, last_date) = match &rules.range {
        DateRange::Unlimited => (Date::MIN, Date::MAX),
        DateRange::Rolling(span) => (Date::MIN, now_local.date() + on_the_calendar(*span)),
        DateRange::Fixed { from, to } => (*from, *to),
    };
    let mut offered = Vec::new();
    for (minute, date) in dates.iter().copied().enumerate().take(HORIZON - 2 * 1440) {
        let instant = minutes.at(minute);
        if instant < scene.window.start || instant >= scene.window.end || instant < scene.now {
            continue;
        }
        let elapsed = instant.duration_since(scene.now).as_mins();
        let amount = i64::from(rules.notice.amount);
        let soon = match rules.notice.unit {
            Unit::Minutes => elapsed < amount,
            Unit::Hours => elapsed < amount * 60,
            Unit::Days | Unit::Weeks | Unit::Months => minute < first_by_notice,
        };
        let far = date < first_date || date > last_date;
        let full = rules.per_day.is_some_and(|most| {
            let booked = scene.booked.get(&date).copied().unwrap_or_default();
            booked + scene.seats > most
        });
        if soon || far || full {
            continue;
        }
        if scene.kind == Kind::ClassBooking {
            let session = session_at(scene, instant);
            let taken = session.map_or(0, |session| session.taken);
            if taken + scene.seats > rules.seats {
                continue;
            }
            if session.is_some() {
                offered.push((minute, hosts(&scene.schedules[..1])));
                continue;
            }
        }
        let end = minute + size(rules.duration);
        let free = scene.schedules.iter().zip(&hosts_open).filter(|(host, hours)| {
            let on_grid = match own.as_ref() {
                Some(own) => own.is_start(minute, size(rules.interval)),
                None if scene.kind == Kind::Collective => together(&hosts_open, minute, size(rules.interval)),
                None => hours.is_start(minute, size(rules.interval)),
            };
            let is_open = (minute..end)
                .all(|at| hours.open[at] && own.as_ref().is_none_or(|own| own.open[at]) && !is_closed[at]);
            let held = scene.held_back.get(&date);
            let is_held_back = held.is_some_and(|held| host.host().is_some_and(|host| held.contains(&host)));
            on_grid && is_open && !is_held_back && {
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
        let free: Vec<&Schedule> = free.map(|(schedule, _)| schedule).collect();
        let enough = match scene.kind {
            Kind::Collective => free.len() == scene.schedules.len(),
            _ => !free.is_empty(),
        };
        if enough {
            offered.push((minute, hosts(free)));
        }
    }
    offered
}
