//! Who of a round robin has had how much (scheduling.md, "Round robin").

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{AppointmentId, Candidate, Distribution, Given, Interval, Kind, StaffId, ahead, credits};
use store::appointments::{self, Start};
use store::booking_calendars::BookingCalendar;
use store::{StoreError, WriteTx};

use super::context::AvailabilityInput;

/// Whether appointments are counted by month.
pub(crate) fn counts_months(calendar: &BookingCalendar) -> bool {
    calendar.kind == Kind::RoundRobin && calendar.distribution == Distribution::Equal
}

/// By each local date that the window touches: the members who are there on it. Nothing where appointments are not counted.
pub(crate) fn present(context: &AvailabilityInput, now: Timestamp) -> BTreeMap<Date, BTreeSet<StaffId>> {
    if counts_months(&context.calendar) {
        scheduling::present(&context.request(now, true))
    } else {
        BTreeMap::new()
    }
}

/// By each local date that the window touches: who is too far ahead of those who are there on it to be offered.
pub(crate) fn held_back(context: &AvailabilityInput) -> BTreeMap<Date, BTreeSet<StaffId>> {
    let mut held_back = BTreeMap::new();
    let mut months: BTreeMap<Date, Vec<Candidate>> = BTreeMap::new();
    for (date, present) in &context.present {
        let month = date.first_of_month();
        let team = months.entry(month).or_insert_with(|| of_month(context, month));
        for candidate in &mut *team {
            candidate.active = present.contains(&candidate.host);
        }
        let held: BTreeSet<StaffId> = ahead(team).into_iter().collect();
        if !held.is_empty() {
            held_back.insert(*date, held);
        }
    }
    held_back
}

/// All members as candidates for an appointment on a local date, which the window touches.
pub(crate) fn team(
    context: &AvailabilityInput,
    date: Date,
    last_booked: &BTreeMap<StaffId, Timestamp>,
) -> Vec<Candidate> {
    let present = context.present.get(&date);
    let mut team = of_month(context, date.first_of_month());
    for candidate in &mut team {
        candidate.active = present.is_some_and(|present| present.contains(&candidate.host));
        candidate.last_booked = last_booked.get(&candidate.host).copied();
    }
    team
}

/// Notes who was there when an appointment was given, where that counts.
pub(crate) async fn note_who_was_there(
    tx: &mut WriteTx,
    context: &AvailabilityInput,
    id: AppointmentId,
    start: Timestamp,
) -> Result<(), StoreError> {
    if !counts_months(&context.calendar) {
        return Ok(());
    }
    let present = context.present.get(&context.calendar.rules.zone.date(start));
    let there: Vec<StaffId> = present.into_iter().flatten().copied().collect();
    appointments::set_members_there(tx, id, &there).await
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
    let credits = credits_of(context, &booked);
    context
        .members
        .iter()
        .map(|(member, person)| Candidate {
            host: person.id,
            priority: member.priority,
            weight: member.weight,
            position: member.position,
            last_booked: None,
            booked_this_month: count(&booked, person.id),
            credit_hundredths: credits.get(&person.id).copied().unwrap_or_default(),
            active: true,
        })
        .collect()
}

/// How many of these appointments a member has.
fn count(booked: &[&Start], host: StaffId) -> u32 {
    let own = booked.iter().filter(|start| start.host_id == Some(host));
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

/// What the members are credited with for those of these appointments that were given while they were away.
fn credits_of(context: &AvailabilityInput, booked: &[&Start]) -> BTreeMap<StaffId, u32> {
    let members = context.members.iter().map(|(member, _)| member);
    let team: Vec<(StaffId, u32)> = members.map(|member| (member.staff_id, member.weight)).collect();
    // Where it was not noted, those count as there who were members.
    let joined_before = |at: Timestamp| {
        let joined = context
            .members
            .iter()
            .filter(move |(member, _)| member.joined_at < at);
        joined.map(|(member, _)| member.staff_id).collect()
    };
    let given: Vec<(StaffId, Vec<StaffId>)> = booked
        .iter()
        .filter_map(|start| {
            let there = start.members_there.clone();
            Some((
                start.host_id?,
                there.unwrap_or_else(|| joined_before(start.created_at)),
            ))
        })
        .collect();
    credits(
        &team,
        given.iter().map(|(host, there)| Given { host: *host, there }),
    )
}
