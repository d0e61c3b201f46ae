//! Converts a client's choice to the steps of a visit, and a visit to what is stored of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use scheduling::{CalendarId, Interval, ResourceId, StaffId, Step, TimeOwner, UnitId, Visit};
use store::appointment_parts::{NewPart, Part, PartService};
use store::booking_calendars::BookingCalendar;
use store::calendar_members::CalendarMember;
use store::occupancy::TimeClaim;
use store::resources::Resource;
use store::services::{self, Service};
use store::staff::Staff;
use store::{ReadTx, ServiceId, StoreError, resources};

use crate::problem::VisitProblem;

/// Maximum number of services in one visit.
pub const CHOICE_LIMIT: usize = 10;

/// A service that a client chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenService {
    /// The service.
    pub service: ServiceId,
    /// The member who should do it; none for anyone.
    pub host: Option<StaffId>,
}

/// The error for a text that does not describe a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A chosen service is written as its id, or as its id, a colon and the id of a staff member.")]
pub struct InvalidChoice;

/// `SERVICE`, or `SERVICE:STAFF`.
impl std::str::FromStr for ChosenService {
    type Err = InvalidChoice;

    fn from_str(text: &str) -> Result<Self, InvalidChoice> {
        let (service, host) = match text.split_once(':') {
            Some((service, host)) => (service, Some(host.parse().map_err(|_| InvalidChoice)?)),
            None => (text, None),
        };
        Ok(Self {
            service: service.parse().map_err(|_| InvalidChoice)?,
            host,
        })
    }
}

impl std::fmt::Display for ChosenService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.host {
            Some(host) => write!(f, "{}:{host}", self.service),
            None => write!(f, "{}", self.service),
        }
    }
}

impl ChosenService {
    /// Parses a list of choices, separated by commas. An empty text gives an empty list.
    pub fn list(text: &str) -> Result<Vec<Self>, InvalidChoice> {
        let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        texts.map(str::parse).collect()
    }
}

/// A requested visit.
#[derive(Debug, Clone)]
pub(crate) struct VisitRequest {
    /// The services, in order.
    pub(crate) services: Vec<(ServiceId, String)>,
    /// The same services as steps.
    pub(crate) steps: Vec<Step>,
    /// All rooms and equipment that they need.
    pub(crate) resources: Vec<Resource>,
}

impl VisitRequest {
    /// Duration in minutes.
    pub(crate) fn length(&self) -> u32 {
        let each = self
            .steps
            .iter()
            .map(|step| step.duration.saturating_add(step.processing));
        each.fold(0, u32::saturating_add)
    }

    /// Returns the steps of a visit at this start, without hosts who are busy during their work according to `is_busy`.
    pub(crate) fn without(&self, start: Timestamp, is_busy: impl Fn(StaffId, Interval) -> bool) -> Vec<Step> {
        let mut steps = self.steps.clone();
        let mut at = start;
        for step in &mut steps {
            let work = Interval::new(at, later(at, step.duration));
            step.hosts.retain(|host| !is_busy(*host, work));
            at = later(work.end, step.processing);
        }
        steps
    }

    /// Returns the parts of a visit, as they are stored.
    pub(crate) fn parts(&self, visit: &Visit) -> Vec<NewPart> {
        let parts = visit.parts.iter().zip(&self.services);
        parts
            .map(|(part, (id, name))| NewPart {
                host_id: part.host,
                starts_at: part.work.start,
                ends_at: part.work.end,
                service: Some(PartService {
                    id: *id,
                    name: name.clone(),
                    leaves_at: part.leaves,
                    units: part.units.clone(),
                }),
            })
            .collect()
    }
}

/// Returns an upper limit for the duration of a visit, in minutes.
pub(crate) async fn longest_visit(tx: &mut ReadTx, calendar: CalendarId) -> Result<u32, StoreError> {
    let menu = services::list(tx, calendar).await?;
    let lengths = menu
        .iter()
        .map(|service| service.settings.duration + service.settings.processing);
    let max = u32::try_from(CHOICE_LIMIT).unwrap_or(u32::MAX);
    Ok(lengths.max().unwrap_or(0).saturating_mul(max))
}

/// Returns the visit that a client chose from a menu.
///
/// # Errors
/// [`VisitProblem`] if something cannot be chosen.
pub(crate) async fn visit_request(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    members: &[(CalendarMember, Staff)],
    chosen: &[ChosenService],
) -> Result<Result<VisitRequest, VisitProblem>, StoreError> {
    if chosen.is_empty() {
        return Ok(Err(VisitProblem::NoServices));
    }
    if chosen.len() > CHOICE_LIMIT {
        return Ok(Err(VisitProblem::TooMany { max: CHOICE_LIMIT }));
    }
    let menu = services::list(tx, calendar.id).await?;
    let mut visit = VisitRequest {
        services: Vec::new(),
        steps: Vec::new(),
        resources: resources::list(tx).await?,
    };
    for choice in chosen {
        let Some(service) = menu.iter().find(|service| service.id == choice.service) else {
            return Ok(Err(VisitProblem::NotOnTheMenu));
        };
        let mut step = step(service, members);
        if let Some(host) = choice.host {
            if !step.hosts.contains(&host) {
                return Ok(Err(VisitProblem::NotDoneByHost {
                    service: service.settings.name.clone(),
                }));
            }
            step.hosts = vec![host];
        }
        visit.services.push((service.id, service.settings.name.clone()));
        visit.steps.push(step);
    }
    visit.retain_needed_resources();
    Ok(Ok(visit))
}

/// Returns the visit of a booked appointment, for moving it, with the durations that were booked. Each service keeps its host if they still
/// do it and are free; otherwise another member who does it takes over. A service that is off the menu, or that nobody does any more, stays
/// with its host; if it is off the menu, it needs the rooms and equipment that were booked.
pub(crate) async fn of_parts(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    members: &[(CalendarMember, Staff)],
    parts: &[Part],
) -> Result<VisitRequest, StoreError> {
    let menu = services::list(tx, calendar.id).await?;
    let mut visit = VisitRequest {
        services: Vec::new(),
        steps: Vec::new(),
        resources: resources::list(tx).await?,
    };
    for part in parts {
        let Some(booked) = &part.service else { continue };
        let known = menu.iter().find(|service| service.id == booked.id);
        let mut step = known.map_or_else(
            || Step {
                duration: 0,
                processing: 0,
                hosts: Vec::new(),
                preferred: None,
                resources: sorts_of(&booked.units, &visit.resources),
            },
            |service| step(service, members),
        );
        step.duration = minutes_between(part.starts_at, part.ends_at);
        step.processing = minutes_between(part.ends_at, booked.leaves_at);
        step.preferred = Some(part.host_id);
        if step.hosts.is_empty() {
            step.hosts.push(part.host_id);
        }
        visit.services.push((booked.id, booked.name.clone()));
        visit.steps.push(step);
    }
    visit.retain_needed_resources();
    Ok(visit)
}

/// Returns how many of these units belong to each sort.
fn sorts_of(units: &[UnitId], all: &[Resource]) -> Vec<(ResourceId, u32)> {
    let needed = all.iter().map(|resource| {
        let of_this_sort = units_of(resource).into_iter().filter(|unit| units.contains(unit));
        (
            resource.id,
            u32::try_from(of_this_sort.count()).unwrap_or(u32::MAX),
        )
    });
    needed.filter(|(_, quantity)| *quantity > 0).collect()
}

/// Whether the units of these parts still exist. To be checked after their time is claimed, because the quantity may have been reduced
/// since they were chosen.
pub(crate) async fn resources_exist(tx: &mut ReadTx, parts: &[NewPart]) -> Result<bool, StoreError> {
    let services = parts.iter().filter_map(|part| part.service.as_ref());
    let units: Vec<&UnitId> = services.flat_map(|service| &service.units).collect();
    if units.is_empty() {
        return Ok(true);
    }
    let all: BTreeSet<UnitId> = resources::list(tx).await?.iter().flat_map(units_of).collect();
    Ok(units.into_iter().all(|unit| all.contains(unit)))
}

impl VisitRequest {
    fn retain_needed_resources(&mut self) {
        let steps = &self.steps;
        let is_needed = |resource: &Resource| {
            let mut needed = steps.iter().flat_map(|step| &step.resources);
            needed.any(|(id, _)| *id == resource.id)
        };
        self.resources.retain(is_needed);
    }
}

fn minutes(amount: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(amount))
}

fn later(instant: Timestamp, by: u32) -> Timestamp {
    instant.saturating_add(minutes(by)).unwrap_or(Timestamp::MAX)
}

fn minutes_between(from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(to.duration_since(from).as_mins()).unwrap_or(0)
}

fn step(service: &Service, members: &[(CalendarMember, Staff)]) -> Step {
    let is_member = |host: &StaffId| members.iter().any(|(_, person)| person.id == *host);
    Step {
        duration: service.settings.duration,
        processing: service.settings.processing,
        hosts: service.settings.staff.iter().copied().filter(is_member).collect(),
        preferred: None,
        resources: service.settings.resources.clone(),
    }
}

/// Returns the units of a sort of rooms or equipment. Their ids are numbered from the id of the sort, so that units need no rows of their
/// own, and a smaller quantity keeps the first ones.
pub(crate) fn units_of(resource: &Resource) -> Vec<UnitId> {
    let first = resource.id.0.as_u128();
    (1..=u128::from(resource.settings.quantity))
        .map(|number| UnitId(uuid::Uuid::from_u128(first.wrapping_add(number))))
        .collect()
}

/// Returns what the parts of a visit occupy: each host's work with buffers, which are cut off where the same host works again in the visit,
/// and the units until the client leaves them.
pub(crate) fn claims_of_parts(
    calendar: CalendarId,
    (pre, post): (u32, u32),
    parts: &[NewPart],
) -> Vec<TimeClaim> {
    let claim = |owner: TimeOwner, start: Timestamp, from: Timestamp, to: Timestamp| TimeClaim {
        owner,
        calendar_id: calendar,
        meeting_start: start,
        from,
        to,
        capacity: 1,
        overriding: false,
    };
    let mut claims: Vec<TimeClaim> = Vec::new();
    for part in parts {
        let mut from = part.starts_at.checked_sub(minutes(pre)).unwrap_or(Timestamp::MIN);
        let to = part.ends_at.checked_add(minutes(post)).unwrap_or(Timestamp::MAX);
        let earlier = claims
            .iter_mut()
            .rev()
            .find(|claim| claim.owner == part.host_id.into());
        if let Some(earlier) = earlier {
            earlier.to = earlier.to.min(part.starts_at);
            from = from.max(earlier.to);
        }
        claims.push(claim(part.host_id.into(), part.starts_at, from, to));
    }
    let units = parts
        .iter()
        .filter_map(|part| Some((part, part.service.as_ref()?)));
    for (part, service) in units {
        for unit in &service.units {
            claims.push(claim(
                TimeOwner::Unit(*unit),
                part.starts_at,
                part.starts_at,
                service.leaves_at,
            ));
        }
    }
    claims
}
