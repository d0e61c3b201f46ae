//! The standings of a Round Robin calendar's members (docs/scheduling.md, "Round robin").

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{AppointmentId, Given, Interval, StaffId, Standing, ahead, credits};
use store::appointments::{self, BookedStart};
use store::{StoreError, WriteTx};

use super::input::{AvailabilityInput, counts_months};

/// Returns the members who are present, by each local date that the window touches. Empty if appointments are not counted by month.
pub(crate) fn present(input: &AvailabilityInput, now: Timestamp) -> BTreeMap<Date, BTreeSet<StaffId>> {
    if counts_months(&input.calendar) {
        scheduling::present(&input.request(now, true))
    } else {
        BTreeMap::new()
    }
}

/// Returns the members who are too far ahead of the present ones to be offered, by each local date that the window touches.
pub(crate) fn held_back(input: &AvailabilityInput) -> BTreeMap<Date, BTreeSet<StaffId>> {
    let mut held_back = BTreeMap::new();
    let mut months: BTreeMap<Date, Vec<Standing>> = BTreeMap::new();
    for (date, present) in &input.present {
        let month = date.first_of_month();
        let team = months.entry(month).or_insert_with(|| of_month(input, month));
        for standing in &mut *team {
            standing.active = present.contains(&standing.host);
        }
        let held: BTreeSet<StaffId> = ahead(team).into_iter().collect();
        if !held.is_empty() {
            held_back.insert(*date, held);
        }
    }
    held_back
}

/// Returns the standings of all members for an appointment on a local date that the window touches.
pub(crate) fn team(
    input: &AvailabilityInput,
    date: Date,
    last_booked: &BTreeMap<StaffId, Timestamp>,
) -> Vec<Standing> {
    let present = input.present.get(&date);
    let mut team = of_month(input, date.first_of_month());
    for standing in &mut team {
        standing.active = present.is_some_and(|present| present.contains(&standing.host));
        standing.last_booked = last_booked.get(&standing.host).copied();
    }
    team
}

/// Records who is present when an appointment is assigned, if appointments are counted by month.
pub(crate) async fn record_present_members(
    tx: &mut WriteTx,
    input: &AvailabilityInput,
    id: AppointmentId,
    start: Timestamp,
) -> Result<(), StoreError> {
    if !counts_months(&input.calendar) {
        return Ok(());
    }
    let present = input.present.get(&input.calendar.settings.rules.zone.date(start));
    let present: Vec<StaffId> = present.into_iter().flatten().copied().collect();
    appointments::set_present_members(tx, id, &present).await
}

/// Returns the standings of all members in the local month that begins on this date, as if all were present.
fn of_month(input: &AvailabilityInput, month: Date) -> Vec<Standing> {
    let zone = &input.calendar.settings.rules.zone;
    let span = Interval::new(
        zone.start_of_day(month),
        zone.start_of_day(month.saturating_add(1.month())),
    );
    let booked: Vec<&BookedStart> = input
        .booked
        .iter()
        .filter(|start| span.start <= start.starts_at && start.starts_at < span.end)
        .collect();
    let credits = credits_of(input, &booked);
    input
        .members
        .iter()
        .map(|(member, person)| Standing {
            host: person.id,
            priority: member.settings.priority,
            weight: member.settings.weight,
            position: member.position,
            last_booked: None,
            booked_this_month: count(&booked, person.id),
            credit_hundredths: credits.get(&person.id).copied().unwrap_or_default(),
            active: true,
        })
        .collect()
}

/// Counts a member's appointments among these.
fn count(booked: &[&BookedStart], host: StaffId) -> u32 {
    let own = booked.iter().filter(|start| start.host_id == Some(host));
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

/// Returns the members' credits for those of these appointments that were assigned while they were absent.
fn credits_of(input: &AvailabilityInput, booked: &[&BookedStart]) -> BTreeMap<StaffId, u32> {
    let members = input.members.iter().map(|(member, _)| member);
    let team: Vec<(StaffId, u32)> = members
        .map(|member| (member.settings.staff_id, member.settings.weight))
        .collect();
    // If it was not recorded, all who were members then count as present.
    let joined_before = |at: Timestamp| {
        let joined = input
            .members
            .iter()
            .filter(move |(member, _)| member.joined_at < at);
        joined.map(|(member, _)| member.settings.staff_id).collect()
    };
    let given: Vec<(StaffId, Vec<StaffId>)> = booked
        .iter()
        .filter_map(|start| {
            let present = start.members_there.clone();
            Some((
                start.host_id?,
                present.unwrap_or_else(|| joined_before(start.created_at)),
            ))
        })
        .collect();
    credits(
        &team,
        given.iter().map(|(host, present)| Given { host: *host, present }),
    )
}
