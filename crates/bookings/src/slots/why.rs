//! Why (not)? Every start of a day with who is free then, or what is in the way, in words for staff.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use scheduling::{AppointmentId, CalendarId, Cause, Interval, Position, Reason, Refusal, StaffId};
use store::booking_calendars::{self, BookingCalendar};
use store::external_events::{self, Instance};
use store::staff::Staff;
use store::{EventId, RemoteCalendarId, Tx, staff};
use zones::Zone;

use super::context::{Context, Own};
use super::{SlotsError, for_services, may_look, window};
use crate::accounts::is_admin;
use crate::quince::Quince;
use crate::services::Chosen;

/// A day of a booking calendar, start by start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNot {
    /// The booking calendar's name.
    pub calendar: String,
    /// Each start of the grid, in order.
    pub starts: Vec<Start>,
}

/// One start, offered or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end.
    pub end: Timestamp,
    /// Whether clients can book it.
    pub is_offered: bool,
    /// The names of those who can be booked then; empty when it is not offered, and in a Simple calendar.
    pub hosts: Vec<String>,
    /// What is in the way, of all or of some.
    pub reasons: Vec<Why>,
}

/// One reason against a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The reason; its code is what programs see.
    pub reason: Reason,
    /// Whom it concerns; nothing when it concerns the booking calendar.
    pub host: Option<String>,
    /// The same as a sentence.
    pub sentence: &'static str,
    /// What is in the way, if the viewer may know.
    pub about: Option<About>,
}

/// What is in the way of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An appointment, for its host and for admins.
    Appointment(AppointmentId),
    /// An external event, for its owner alone.
    Event {
        /// The event.
        id: EventId,
        /// The start of its instance.
        start: Timestamp,
        /// Its title.
        title: String,
    },
}

/// A local date, start by start, for the members of a booking calendar and for admins. A Service calendar is asked for a
/// visit of these services.
pub async fn why(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[Chosen],
    date: Date,
    zone: &Zone,
) -> Result<WhyNot, SlotsError> {
    let span = window(date, date, zone)?;
    let mut tx = quince.store().read().await?;
    let viewer = staff::find(&mut tx, viewer)
        .await?
        .ok_or(SlotsError::NotAllowed)?;
    let row = booking_calendars::find(&mut tx, calendar)
        .await?
        .ok_or(SlotsError::CalendarNotFound)?;
    let name = row.name.clone();
    may_look(&mut tx, &viewer, calendar).await?;
    let explained = Explained::load(quince, &mut tx, row, services, span).await?;
    let events = explained.events_of(&mut tx, &viewer, span).await?;
    let told = |refusal: &Refusal, start: &Position| explained.told(refusal, start, &viewer, &events);
    let starts = explained
        .positions
        .iter()
        .map(|position| explained.start(position, told));
    Ok(WhyNot {
        calendar: name,
        starts: starts.collect(),
    })
}

/// As [`why`] for the operator, over several days and by the calendar's address: nothing of what people do shows.
pub async fn why_for_operator(
    quince: &Quince,
    slug: &str,
    services: &[Chosen],
    from: Date,
    to: Date,
    zone: &Zone,
) -> Result<Vec<Start>, SlotsError> {
    let span = window(from, to, zone)?;
    let mut tx = quince.store().read().await?;
    let row = booking_calendars::find_by_slug(&mut tx, slug)
        .await?
        .ok_or(SlotsError::CalendarNotFound)?;
    let explained = Explained::load(quince, &mut tx, row, services, span).await?;
    let told = |refusal: &Refusal, _: &Position| explained.untold(refusal);
    let starts = explained
        .positions
        .iter()
        .map(|position| explained.start(position, told));
    Ok(starts.collect())
}

/// The rules' answer with whom it is about.
struct Explained {
    context: Context,
    positions: Vec<Position>,
    names: BTreeMap<StaffId, String>,
}

impl Explained {
    async fn load(
        quince: &Quince,
        tx: &mut Tx,
        row: BookingCalendar,
        services: &[Chosen],
        span: Interval,
    ) -> Result<Self, SlotsError> {
        let now = quince.now();
        let context = for_services(tx, row, services, span, now, Own::default()).await?;
        let positions = context.explain(now)?;
        let members = context.members.iter();
        Ok(Self {
            names: members
                .map(|(_, person)| (person.id, person.name.clone()))
                .collect(),
            positions,
            context,
        })
    }

    /// The viewer's own events that could be in the way.
    async fn events_of(
        &self,
        tx: &mut Tx,
        viewer: &Staff,
        span: Interval,
    ) -> Result<Vec<Instance>, SlotsError> {
        let own = self
            .context
            .watched
            .iter()
            .filter(|calendar| calendar.staff_id == viewer.id);
        let own: Vec<RemoteCalendarId> = own.map(|calendar| calendar.id).collect();
        let reach = super::context::reach(&self.context.calendar, span);
        Ok(external_events::between(tx, &own, reach.start, reach.end).await?)
    }

    fn start(&self, position: &Position, told: impl Fn(&Refusal, &Position) -> Why) -> Start {
        let name = |host: &StaffId| self.names.get(host).cloned();
        Start {
            start: position.start,
            end: position.end,
            is_offered: !position.hosts.is_empty(),
            hosts: position.hosts.iter().filter_map(name).collect(),
            reasons: position
                .refusals
                .iter()
                .map(|refusal| told(refusal, position))
                .collect(),
        }
    }

    fn untold(&self, refusal: &Refusal) -> Why {
        untold(refusal, &self.names)
    }

    fn told(&self, refusal: &Refusal, position: &Position, viewer: &Staff, events: &[Instance]) -> Why {
        let own = refusal.host == Some(viewer.id);
        let about = match refusal.busy {
            Some(Cause::Appointment(id)) if own || is_admin(viewer.role) => Some(About::Appointment(id)),
            // Buffers reach beyond the meeting, so of several instances the nearest one is meant.
            Some(Cause::External(id)) if own => events
                .iter()
                .filter(|event| event.event_id.0 == id)
                .min_by_key(|event| event.starts_at.duration_since(position.start).abs())
                .map(|event| About::Event {
                    id: event.event_id,
                    start: event.starts_at,
                    title: event.summary.clone(),
                }),
            _ => None,
        };
        Why {
            about,
            ..self.untold(refusal)
        }
    }
}

fn untold(refusal: &Refusal, names: &BTreeMap<StaffId, String>) -> Why {
    Why {
        reason: refusal.reason,
        host: refusal.host.and_then(|host| names.get(&host).cloned()),
        sentence: sentence(refusal.reason),
        about: None,
    }
}

/// What is in the way of a start in words, each once. Nothing of what people do shows.
pub(crate) fn in_words(context: &Context, refusals: &[Refusal]) -> Vec<Why> {
    let members = context.members.iter();
    let names = members
        .map(|(_, person)| (person.id, person.name.clone()))
        .collect();
    let mut reasons: Vec<Why> = Vec::new();
    for why in refusals.iter().map(|refusal| untold(refusal, &names)) {
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    reasons
}

fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Hours => "outside the hours",
        Reason::Grid => "no start of the grid",
        Reason::Past => "over already",
        Reason::Notice => "sooner than the notice",
        Reason::TooFar => "outside the dates that can be booked",
        Reason::DayLimit => "the day has as many appointments as it may have",
        Reason::Booked => "has an appointment",
        Reason::Held => "another visitor is about to book it",
        Reason::Blocked => "blocked off",
        Reason::Conflict => "has an event",
        Reason::Stale => "a calendar cannot be read",
        Reason::Buffer => "too close to something before or after",
        Reason::NoSeats => "has too few seats left",
        Reason::Collective => "somebody else who has to take part is not free",
        Reason::RoundRobin => "has had more than their share this month",
        Reason::LookBusy => "hidden, so that the day looks busy",
        Reason::Resource => "a room or piece of equipment is taken",
    }
}
