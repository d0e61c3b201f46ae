//! Which host gets an appointment at a start, and what has to be looked at live before.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::{Candidate, Choice, Interval, Slot, StaffId};
use store::booking_calendars::BookingCalendar;
use store::occupancy::Place;
use store::{ConnectionState, StoreError, Tx, appointments, connections, event_writes};
use tokio::time::Instant;

use super::live::{self, Live, Watched};
use crate::connections::login;
use crate::problem::Internal;
use crate::quince::{LIVE_CHECK, Quince};
use crate::slots::context::Context;
use crate::sync;
use crate::sync::parse::Reader;

/// What the live looks of one booking have told so far.
#[derive(Debug)]
pub(crate) struct Looks {
    deadline: Instant,
    free: BTreeSet<StaffId>,
    busy: BTreeSet<StaffId>,
}

/// A look at one host's calendars that is still to be made.
#[derive(Debug)]
pub(crate) struct Look {
    host: StaffId,
    calendars: Vec<Watched>,
    span: Interval,
    mirrors: Arc<HashSet<String>>,
}

impl Looks {
    /// None yet; all of them together take at most two seconds.
    pub(crate) fn new() -> Self {
        Self {
            deadline: Instant::now() + LIVE_CHECK,
            free: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    /// Whether the host need not be looked at (any more).
    pub(crate) fn is_settled(&self, host: StaffId) -> bool {
        self.free.contains(&host) || Instant::now() >= self.deadline
    }

    /// Makes a look. Someone who is busy after all is synced at once, so that others see it, too.
    pub(crate) async fn make(&mut self, quince: &Quince, look: Look) -> Result<(), Internal> {
        match live::look(look.calendars, look.span, look.mirrors, self.deadline).await {
            Live::NotBusy => self.free.insert(look.host),
            Live::Busy => {
                sync::ask_for_staff(quince, look.host).await?;
                self.busy.insert(look.host)
            }
        };
        Ok(())
    }
}

/// The hosts for a start in the order of choice, without those that a look found busy. Somebody who holds the
/// appointment already is `preferred` and keeps it if free.
pub(crate) async fn choices(
    tx: &mut Tx,
    context: &Context,
    slot: &Slot,
    looks: &Looks,
    preferred: Option<StaffId>,
) -> Result<Vec<Choice>, StoreError> {
    let free: BTreeSet<StaffId> = slot
        .hosts
        .iter()
        .copied()
        .filter(|host| !looks.busy.contains(host))
        .collect();
    let (from, to) = month_of(&context.calendar, slot.start);
    let calendar = context.calendar.id;
    let ids: Vec<StaffId> = context.members.iter().map(|(_, person)| person.id).collect();
    let last: BTreeMap<StaffId, Timestamp> = appointments::last_booked(tx, calendar, &ids)
        .await?
        .into_iter()
        .collect();
    let month: BTreeMap<StaffId, u32> = appointments::counts_between(tx, calendar, &ids, from, to)
        .await?
        .into_iter()
        .collect();
    let candidates: Vec<Candidate> = context
        .members
        .iter()
        .filter(|(_, person)| free.contains(&person.id))
        .map(|(member, person)| Candidate {
            host: person.id,
            priority: member.priority,
            weight: member.weight,
            position: member.position,
            last_booked: last.get(&person.id).copied(),
            booked_this_month: month.get(&person.id).copied().unwrap_or(0),
            credit_hundredths: 0,
            active: true,
        })
        .collect();
    let mut ranked = scheduling::rank(context.calendar.distribution, &candidates);
    if let Some(kept) = preferred.filter(|host| free.contains(host)) {
        ranked.retain(|choice| choice.host != kept);
        ranked.insert(
            0,
            Choice {
                host: kept,
                reason: String::new(),
            },
        );
    }
    Ok(ranked)
}

/// The local calendar month of an instant, in the booking calendar's zone.
fn month_of(calendar: &BookingCalendar, start: Timestamp) -> (Timestamp, Timestamp) {
    let zone = &calendar.rules.zone;
    let first = zone.date(start).first_of_month();
    (
        zone.start_of_day(first),
        zone.start_of_day(first.saturating_add(1.month())),
    )
}

/// The look that has to be made at a host's calendars for a start; nothing when there is none to look at.
pub(crate) async fn look_at(
    quince: &Quince,
    tx: &mut Tx,
    context: &Context,
    host: StaffId,
    span: Interval,
) -> Result<Option<Look>, Internal> {
    let watched: Vec<_> = context
        .watched
        .iter()
        .filter(|calendar| calendar.staff_id == host)
        .collect();
    let Some(person) = context.member(host).filter(|_| !watched.is_empty()) else {
        return Ok(None);
    };
    let connections = connections::list_for_staff(tx, host).await?;
    let mut calendars = Vec::new();
    for calendar in watched {
        // What cannot be read anyway is settled by the host's choice in the slots.
        let Some(connection) = connections.iter().find(|connection| {
            connection.id == calendar.connection_id && connection.state != ConnectionState::NeedsAttention
        }) else {
            continue;
        };
        let Some(login) = login::open(quince, connection)? else {
            continue;
        };
        calendars.push(Watched {
            client: quince.live_caldav(&login.entry),
            login: login.credentials,
            url: login::calendar_url(&connection.home_urls, &calendar.url)?,
            reader: Reader {
                zone: sync::parse::zone_named(calendar.zone.as_deref())
                    .unwrap_or_else(|| person.zone.clone()),
                addresses: connection.addresses.clone(),
                horizon: ical::Horizon {
                    from: span.start,
                    to: span.end,
                },
            },
            all_day_blocks: calendar.all_day_blocks,
        });
    }
    if calendars.is_empty() {
        return Ok(None);
    }
    let mirrors = event_writes::uids_of_hosts(tx, &[host])
        .await?
        .into_iter()
        .collect();
    Ok(Some(Look {
        host,
        calendars,
        span,
        mirrors: Arc::new(mirrors),
    }))
}

/// What an appointment of this booking calendar occupies at a start, with buffers.
pub(crate) fn occupied(calendar: &BookingCalendar, slot: &Slot) -> Interval {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    Interval {
        start: slot
            .start
            .checked_sub(minutes(calendar.rules.pre_buffer))
            .unwrap_or(Timestamp::MIN),
        end: slot
            .end
            .checked_add(minutes(calendar.rules.post_buffer))
            .unwrap_or(Timestamp::MAX),
    }
}

/// The place in a host's time that such an appointment takes.
pub(crate) fn place(calendar: &BookingCalendar, slot: &Slot, host: StaffId) -> Place {
    let occupied = occupied(calendar, slot);
    Place {
        host_id: host,
        calendar_id: calendar.id,
        meeting_start: slot.start,
        from: occupied.start,
        to: occupied.end,
        capacity: calendar.rules.per_slot,
    }
}

/// The window that holds this one start.
pub(crate) fn window(start: Timestamp) -> Interval {
    let end = start.checked_add(SignedDuration::from_millis(1)).unwrap_or(start);
    Interval { start, end }
}
