//! The page "Why not?": every start of a day, with who is free then and the reasons against it, as sentences for staff.

mod closed;

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use scheduling::{
    CalendarId, Cause, DateRange, Interval, Kind, Position, Reason, Refusal, Span, StaffId, TimeOwner, Unit,
};
use store::blocked_time::{self, Blocked};
use store::booking_calendars::{self, BookingCalendar};
use store::calendar_members::Member;
use store::external_events::{self, Instance};
use store::holidays::{self, Holiday};
use store::staff::Staff;
use store::{EventId, ReadTx, RemoteCalendarId, staff};
use zones::Zone;

use super::input::{self, AvailabilityInput, Exclusions};
use super::query::{load_new, members_visible_to, window};
use crate::accounts::is_admin;
use crate::busy_status;
use crate::error::{Error, Missing, Permission};
use crate::quince::Quince;
use crate::reasons::sentence_of;
use crate::services::ChosenService;
use crate::unreadable;

pub use crate::reasons::{ExplainedReason, Obstacle, record_in_words};

/// The starts of some days in a booking calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNot {
    /// The booking calendar's name.
    pub calendar: String,
    /// Its kind.
    pub kind: Kind,
    /// Each start of the grid, in order.
    pub starts: Vec<ExplainedStart>,
    /// The days without any start, in order.
    pub closed: Vec<ClosedDay>,
}

/// A day on which nothing can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedDay {
    /// The date, in the zone of the query.
    pub date: Date,
    /// The reasons, of the booking calendar and of each member.
    pub reasons: Vec<ExplainedReason>,
}

/// One start, offered or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedStart {
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end.
    pub end: Timestamp,
    /// Whether clients can book it.
    pub is_offered: bool,
    /// The names of those who can be booked then; empty if it is not offered, and in a Simple calendar.
    pub hosts: Vec<String>,
    /// The reasons against it, for all hosts or for some.
    pub reasons: Vec<ExplainedReason>,
}

/// Explains every start of a local date, as clients may book it, for the members of a booking calendar and for admins. In a Service
/// calendar, it is for a visit of these services.
pub async fn why(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[ChosenService],
    date: Date,
    zone: &Zone,
) -> Result<WhyNot, Error> {
    explain_day(quince, viewer, calendar, services, (date, zone), false).await
}

/// Like [`why`], as staff may book it: without minimum notice, date range and look busy.
pub async fn why_for_staff(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[ChosenService],
    date: Date,
    zone: &Zone,
) -> Result<WhyNot, Error> {
    explain_day(quince, viewer, calendar, services, (date, zone), true).await
}

async fn explain_day(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[ChosenService],
    (date, zone): (Date, &Zone),
    as_staff: bool,
) -> Result<WhyNot, Error> {
    let span = window(date, date, zone)?;
    let mut tx = quince.store().read().await?;
    let viewer = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::ViewCalendar))?;
    let mut row = booking_calendars::find(&mut tx, calendar)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let members = members_visible_to(&mut tx, &viewer, calendar).await?;
    if as_staff {
        row.settings.rules.notice = Span::new(0, Unit::Minutes);
        row.settings.rules.range = DateRange::Unlimited;
        row.settings.rules.look_busy_percent = 0;
    }
    let explained = Explained::load(quince, &mut tx, (row, members), services, span).await?;
    let visible = explained.visible_to(&mut tx, viewer, span).await?;
    Ok(explained.answer((date, date), zone, |refusal, position| {
        explained.why_visible(refusal, position, &visible)
    }))
}

/// Like [`why`], for the operator: over several days, by the calendar's address, and without naming what is in the way.
pub async fn why_for_operator(
    quince: &Quince,
    slug: &str,
    services: &[ChosenService],
    from: Date,
    to: Date,
    zone: &Zone,
) -> Result<WhyNot, Error> {
    let span = window(from, to, zone)?;
    let mut tx = quince.store().read().await?;
    let found = booking_calendars::find_with_members(&mut tx, slug)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let explained = Explained::load(quince, &mut tx, found, services, span).await?;
    Ok(explained.answer((from, to), zone, |refusal, position| {
        explained.why(refusal, position)
    }))
}

/// The positions of some days, with the input of their computation.
struct Explained {
    input: AvailabilityInput,
    positions: Vec<Position>,
    holidays: Vec<Holiday>,
}

/// What a viewer may see of what is in the way.
struct Visible {
    viewer: Staff,
    events: Vec<Instance>,
    /// What was not understood of these events.
    problems: HashMap<EventId, String>,
    blocked: Vec<Blocked>,
}

impl Explained {
    async fn load(
        quince: &Quince,
        tx: &mut ReadTx,
        calendar: (BookingCalendar, Vec<Member>),
        services: &[ChosenService],
        span: Interval,
    ) -> Result<Self, Error> {
        let now = quince.now();
        let input = load_new(tx, calendar, services, span, now, Exclusions::default()).await?;
        Ok(Self {
            positions: input.explain(now)?,
            holidays: holidays::list(tx).await?,
            input,
        })
    }

    /// Loads the viewer's own events that could be in the way, and the viewer's blocked-off time; for admins, everybody's blocked-off time.
    async fn visible_to(&self, tx: &mut ReadTx, viewer: Staff, span: Interval) -> Result<Visible, Error> {
        let watched = self.input.watched.iter();
        let own = watched.filter(|calendar| calendar.staff_id == viewer.id);
        let own: Vec<RemoteCalendarId> = own.map(|calendar| calendar.id).collect();
        let extended = input::extended_window(&self.input.calendar, span);
        let owners: Vec<TimeOwner> = if is_admin(viewer.account.role) {
            let members = self.input.members.iter();
            let own = TimeOwner::Calendar(self.input.calendar.id);
            members.map(|(_, person)| person.id.into()).chain([own]).collect()
        } else {
            vec![viewer.id.into()]
        };
        let events = external_events::between(tx, &own, extended.start, extended.end).await?;
        let ids: BTreeSet<EventId> = events.iter().map(|event| event.event_id).collect();
        let ids: Vec<EventId> = ids.into_iter().collect();
        Ok(Visible {
            problems: external_events::problems_of(tx, &ids).await?,
            events,
            blocked: blocked_time::between(tx, &owners, extended.start, extended.end).await?,
            viewer,
        })
    }

    fn answer(
        &self,
        (from, to): (Date, Date),
        zone: &Zone,
        why: impl Fn(&Refusal, &Position) -> ExplainedReason,
    ) -> WhyNot {
        WhyNot {
            calendar: self.input.calendar.settings.name.clone(),
            kind: self.input.calendar.settings.kind,
            starts: self
                .positions
                .iter()
                .map(|position| self.start(position, &why))
                .collect(),
            closed: self.closed_days(from, to, zone),
        }
    }

    fn name(&self, host: StaffId) -> Option<String> {
        self.input.member(host).map(|person| person.profile.name.clone())
    }

    fn start(
        &self,
        position: &Position,
        why: impl Fn(&Refusal, &Position) -> ExplainedReason,
    ) -> ExplainedStart {
        let hosts = position.hosts.iter();
        let refusals = position.refusals.iter();
        ExplainedStart {
            start: position.start,
            end: position.end,
            is_offered: position.is_offered,
            hosts: hosts.filter_map(|host| self.name(*host)).collect(),
            reasons: refusals.map(|refusal| why(refusal, position)).collect(),
        }
    }

    /// Explains a refusal without naming what is in the way.
    fn why(&self, refusal: &Refusal, position: &Position) -> ExplainedReason {
        let person = refusal.host().and_then(|host| self.input.member(host));
        let closed = person.and_then(|person| match refusal.reason {
            Reason::Hours => self.closed_for(person, person.profile.zone.date(position.start)),
            Reason::Stale => unreadable::hours_of(person),
            _ => None,
        });
        ExplainedReason {
            reason: refusal.reason,
            host: person.map(|person| person.profile.name.clone()),
            sentence: closed.unwrap_or_else(|| sentence_of(refusal).to_owned()),
            obstacle: None,
        }
    }

    /// Explains a refusal, naming what is in the way as far as the viewer may see it.
    fn why_visible(&self, refusal: &Refusal, position: &Position, visible: &Visible) -> ExplainedReason {
        let own = refusal.host() == Some(visible.viewer.id);
        let obstacle = refusal.busy.and_then(|busy| match busy.cause {
            Cause::Appointment(id) if own || is_admin(visible.viewer.account.role) => {
                Some(Obstacle::Appointment(id))
            }
            Cause::External if own => self.event(busy.interval, visible),
            Cause::Blocked => self.block(refusal, position, visible),
            _ => None,
        });
        let mut why = self.why(refusal, position);
        if let Some(Obstacle::Event { problem: Some(_), .. }) = obstacle {
            "has an event that was not understood in full".clone_into(&mut why.sentence);
        }
        ExplainedReason { obstacle, ..why }
    }

    /// Finds the viewer's own event that takes exactly this time.
    fn event(&self, span: Interval, visible: &Visible) -> Option<Obstacle> {
        let takes_it = |event: &&Instance| {
            let mut watched = self.input.watched.iter();
            let calendar = watched.find(|calendar| calendar.id == event.remote_calendar_id);
            Interval::new(event.starts_at, event.ends_at) == span
                && calendar.is_some_and(|calendar| {
                    busy_status::takes_time(event.busy_status, calendar.all_day_blocks)
                })
        };
        let event = visible.events.iter().find(takes_it)?;
        Some(Obstacle::Event {
            id: event.event_id,
            start: event.starts_at,
            title: event.summary.clone(),
            problem: visible.problems.get(&event.event_id).cloned(),
        })
    }

    /// Finds the blocked-off time that overlaps the meeting or its buffers.
    fn block(&self, refusal: &Refusal, position: &Position, visible: &Visible) -> Option<Obstacle> {
        let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
        let rules = &self.input.calendar.settings.rules;
        let start = position.start.checked_sub(minutes(rules.pre_buffer)).ok()?;
        let end = position.end.checked_add(minutes(rules.post_buffer)).ok()?;
        let of_owner = |block: &&Blocked| Some(block.owner) == refusal.owner;
        let mut blocked = visible.blocked.iter().filter(of_owner);
        let found = blocked.find(|block| block.starts_at < end && block.ends_at > start)?;
        Some(Obstacle::Block {
            id: found.id,
            title: found.title.clone(),
        })
    }
}

/// Returns the reasons against a start, each once, without naming what is in the way.
pub(crate) fn in_words(input: &AvailabilityInput, refusals: &[Refusal]) -> Vec<ExplainedReason> {
    let mut reasons: Vec<ExplainedReason> = Vec::new();
    for refusal in refusals {
        let host = refusal.host().and_then(|host| input.member(host));
        let unknown = host
            .filter(|_| refusal.reason == Reason::Stale)
            .and_then(unreadable::hours_of);
        let why = ExplainedReason {
            reason: refusal.reason,
            host: host.map(|person| person.profile.name.clone()),
            sentence: unknown.unwrap_or_else(|| sentence_of(refusal).to_owned()),
            obstacle: None,
        };
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    reasons
}
