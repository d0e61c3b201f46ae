//! Who of a round robin has had how much (scheduling.md, "Round robin").

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{Candidate, Distribution, Interval, Kind, StaffId, ahead, newcomer_credit};
use store::appointments::Start;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::CalendarMember;
use zones::Zone;

use super::context::Context;

/// Whether appointments are counted by month.
pub(crate) fn counts_months(calendar: &BookingCalendar) -> bool {
    calendar.kind == Kind::RoundRobin && calendar.distribution == Distribution::Equal
}

/// By the first date of each month of the window: who is too far ahead of the others to be offered.
pub(crate) fn held_back(context: &Context, now: Timestamp) -> BTreeMap<Date, BTreeSet<StaffId>> {
    if !counts_months(&context.calendar) {
        return BTreeMap::new();
    }
    let zone = &context.calendar.rules.zone;
    let window = context.window();
    let last = zone.date(window.end);
    let mut months = BTreeMap::new();
    let mut month = zone.date(window.start).first_of_month();
    while month <= last {
        let held: BTreeSet<StaffId> = ahead(&team(context, month, &BTreeMap::new(), now))
            .into_iter()
            .collect();
        if !held.is_empty() {
            months.insert(month, held);
        }
        month = match month.checked_add(1.month()) {
            Ok(next) => next,
            Err(_) => break,
        };
    }
    months
}

/// All members as candidates for an appointment in the local month that begins on this date.
pub(crate) fn team(
    context: &Context,
    month: Date,
    last_booked: &BTreeMap<StaffId, Timestamp>,
    now: Timestamp,
) -> Vec<Candidate> {
    let zone = &context.calendar.rules.zone;
    let span = Interval::new(
        zone.start_of_day(month),
        zone.start_of_day(month.saturating_add(1.month())),
    );
    let booked: Vec<&Start> = context
        .booked
        .iter()
        .filter(|start| span.start <= start.starts_at && start.starts_at < span.end)
        .collect();
    context
        .members
        .iter()
        .map(|(member, person)| Candidate {
            host: person.id,
            priority: member.priority,
            weight: member.weight,
            position: member.position,
            last_booked: last_booked.get(&person.id).copied(),
            booked_this_month: count(&booked, |start| start.host_id == Some(person.id)),
            credit_hundredths: credit(context, member, &booked, zone, month),
            active: context.is_at_work(person.id, Interval::new(span.start.max(now), span.end)),
        })
        .collect()
}

fn count(booked: &[&Start], counts: impl Fn(&Start) -> bool) -> u32 {
    u32::try_from(booked.iter().filter(|start| counts(start)).count()).unwrap_or(u32::MAX)
}

/// Who joined during the month is credited with what the others had on average until then.
fn credit(context: &Context, member: &CalendarMember, booked: &[&Start], zone: &Zone, month: Date) -> u32 {
    if member.joined_at < zone.start_of_day(month) {
        return 0;
    }
    let others = context
        .members
        .iter()
        .filter(|(other, _)| other.staff_id != member.staff_id && other.joined_at < member.joined_at);
    let before: Vec<u32> = others
        .map(|(other, _)| {
            count(booked, |start| {
                start.host_id == Some(other.staff_id) && start.created_at < member.joined_at
            })
        })
        .collect();
    newcomer_credit(&before)
}
