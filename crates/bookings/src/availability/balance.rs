//! Who of a round robin has had how much (scheduling.md, "Round robin").

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{Candidate, Distribution, Interval, Kind, StaffId, ahead, newcomer_credit};
use store::appointments::Start;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::CalendarMember;

use super::context::AvailabilityInput;

/// Whether appointments are counted by month.
pub(crate) fn counts_months(calendar: &BookingCalendar) -> bool {
    calendar.kind == Kind::RoundRobin && calendar.distribution == Distribution::Equal
}

/// By each local date that the window touches: who is too far ahead of those who are there on it to be offered.
pub(crate) fn held_back(context: &AvailabilityInput, now: Timestamp) -> BTreeMap<Date, BTreeSet<StaffId>> {
    let mut held_back = BTreeMap::new();
    if !counts_months(&context.calendar) {
        return held_back;
    }
    let mut months: BTreeMap<Date, Vec<Candidate>> = BTreeMap::new();
    for (date, present) in scheduling::present(&context.request(now, true)) {
        let month = date.first_of_month();
        let team = months.entry(month).or_insert_with(|| of_month(context, month));
        for candidate in &mut *team {
            candidate.active = present.contains(&candidate.host);
        }
        let held: BTreeSet<StaffId> = ahead(team).into_iter().collect();
        if !held.is_empty() {
            held_back.insert(date, held);
        }
    }
    held_back
}

/// All members as candidates for an appointment on a local date, which the window touches.
pub(crate) fn team(
    context: &AvailabilityInput,
    date: Date,
    last_booked: &BTreeMap<StaffId, Timestamp>,
    now: Timestamp,
) -> Vec<Candidate> {
    let mut present = scheduling::present(&context.request(now, true));
    let present = present.remove(&date).unwrap_or_default();
    let mut team = of_month(context, date.first_of_month());
    for candidate in &mut team {
        candidate.active = present.contains(&candidate.host);
        candidate.last_booked = last_booked.get(&candidate.host).copied();
    }
    team
}

/// All members with what counts in the local month that begins on this date.
fn of_month(context: &AvailabilityInput, month: Date) -> Vec<Candidate> {
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
            last_booked: None,
            booked_this_month: count(&booked, person.id, Timestamp::MAX),
            credit_hundredths: credit(context, member, &booked),
            active: true,
        })
        .collect()
}

/// How many of these appointments a member has that were booked before an instant.
fn count(booked: &[&Start], host: StaffId, before: Timestamp) -> u32 {
    let own = booked
        .iter()
        .filter(|start| start.host_id == Some(host) && start.created_at < before);
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

/// Whoever joined a team that had appointments of the month already is credited with what the others had then.
fn credit(context: &AvailabilityInput, member: &CalendarMember, booked: &[&Start]) -> u32 {
    let joined = member.joined_at;
    let others = context
        .members
        .iter()
        .filter(|(other, _)| other.staff_id != member.staff_id && other.joined_at < joined);
    let before: Vec<u32> = others
        .map(|(other, _)| count(booked, other.staff_id, joined))
        .collect();
    newcomer_credit(&before, count(booked, member.staff_id, joined))
}
