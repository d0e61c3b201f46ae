//! Service: several services one after the other in one visit. Each step needs one of its hosts for its work, and units of
//! its rooms and equipment until its processing time is over, during which the host is free for others.
//!
//! Steps follow one another, so that the host of one step is never missing in another: a visit is possible when each of its
//! steps is.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::explain::in_the_way;
use crate::grid::{Grid, OwnHours, minutes};
use crate::ids::{ResourceId, StaffId, UnitId};
use crate::interval::{Interval, union};
use crate::limits::Limits;
use crate::request::{Busy, Position, Reason, Refusal, Request, Schedule, Slot, SlotHosts};
use crate::rules::Rules;

/// One service of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How long its host works, minutes.
    pub duration: u32,
    /// How long the client stays after that, minutes; the host is free then, rooms and equipment are not.
    pub processing: u32,
    /// The members who may do it, in the order of choice.
    pub hosts: Vec<StaffId>,
    /// The member who does it if free, even if somebody else works with the client already: the host before an appointment is moved.
    pub preferred: Option<StaffId>,
    /// Rooms and equipment that it needs, with how many of each.
    pub resources: Vec<(ResourceId, u32)>,
}

/// Rooms or equipment of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub id: ResourceId,
    /// Each one of it with its busy time, in any order.
    pub units: Vec<(UnitId, Vec<Busy>)>,
}

/// What the rules are asked about the visits of one booking calendar.
#[derive(Debug, Clone, Copy)]
pub struct VisitRequest<'a> {
    /// The booking calendar, its rules and the schedules of all who may do one of the steps. The duration of the rules does not matter.
    pub request: Request<'a>,
    /// The services in the order in which they follow each other.
    pub steps: &'a [Step],
    /// All rooms and equipment that the steps need.
    pub resources: &'a [Resource],
}

/// A step as it can take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// When the host works.
    pub work: Interval,
    /// When the client goes on to the next step, or leaves: the end of the work and its processing time.
    pub leaves: Timestamp,
    /// The host's time that is taken: the work with its buffers, cut where the host does another step of the visit.
    pub occupied: Interval,
    /// Who works.
    pub host: StaffId,
    /// The rooms and equipment that are taken from the start of the work until the client leaves.
    pub units: Vec<UnitId>,
}

/// A visit that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When it starts.
    pub start: Timestamp,
    /// When the client leaves.
    pub end: Timestamp,
    /// The steps in order.
    pub parts: Vec<Part>,
}

impl Visit {
    /// Its start with all who work in it, each once, in the order of their work.
    pub fn slot(&self) -> Slot {
        let mut hosts = SlotHosts::new();
        for part in &self.parts {
            if !hosts.contains(&part.host) {
                hosts.push(part.host);
            }
        }
        Slot {
            start: self.start,
            end: self.end,
            hosts,
            seats_left: None,
        }
    }
}

/// The visits that can be booked, in order.
pub fn visits(request: &VisitRequest) -> Vec<Visit> {
    let rules = request.rules();
    let request = request.with(&rules);
    let limits = Limits::of(&request.request);
    let day = Day::of(&request);
    let starts = day.starts.iter().filter(|start| limits.allows(**start));
    let mut visits: Vec<Visit> = starts.filter_map(|start| day.visit(&request, *start)).collect();
    limits.drop_full_days(&mut visits, |visit| visit.start);
    visits
}

/// The visit that can be booked at exactly this start.
///
/// # Errors
/// The reasons against it; for a start that is not in the grid, [`Reason::Grid`] or [`Reason::Hours`].
pub fn check_visit(request: &VisitRequest, start: Timestamp) -> Result<Visit, Vec<Refusal>> {
    let narrow = request
        .narrowed(start)
        .ok_or_else(|| vec![Refusal::for_all(Reason::TooFar)])?;
    if let Some(visit) = visits(&narrow).into_iter().find(|visit| visit.start == start) {
        return Ok(visit);
    }
    let position = explain_visits(&narrow)
        .into_iter()
        .find(|position| position.start == start);
    Err(position.map_or_else(|| off_grid(&narrow, start), |position| position.refusals))
}

/// Every start of the grid, with who would work, or with the reasons against the first step that cannot take place.
pub fn explain_visits(request: &VisitRequest) -> Vec<Position> {
    let rules = request.rules();
    let request = request.with(&rules);
    let limits = Limits::of(&request.request);
    let day = Day::of(&request);
    let position = |start: &i64| {
        let start = Timestamp::from_millisecond(*start).ok()?;
        let mut refusals: Vec<Refusal> = limits.reasons(start).into_iter().map(Refusal::for_all).collect();
        let visit = day.visit(&request, start.as_millisecond());
        if visit.is_none() {
            refusals.extend(day.reasons(&request, start));
        }
        let offered = visit.as_ref().filter(|_| refusals.is_empty());
        Some(Position {
            start,
            end: visit
                .as_ref()
                .map_or_else(|| request.end_of(start), |visit| visit.end),
            is_offered: offered.is_some(),
            hosts: offered.map(|visit| visit.slot().hosts).unwrap_or_default(),
            refusals,
        })
    };
    day.starts.iter().filter_map(position).collect()
}

/// The visit that starts then although it may be refused, and the reasons against it. Each step is done by a host who is free if one
/// is, else by one who does not work then but has nothing else to do, else by the first; it gets free rooms and equipment as far as
/// there are any. Nothing when nobody may do one of the steps.
pub fn override_visit(request: &VisitRequest, start: Timestamp) -> Option<(Visit, Vec<Refusal>)> {
    let rules = request.rules();
    let request = request.narrowed(start)?;
    let request = request.with(&rules);
    let day = Day::of(&request);
    let mut refusals: Vec<Refusal> = Limits::of(&request.request)
        .reasons(start)
        .into_iter()
        .map(Refusal::for_all)
        .collect();
    let mut parts: Vec<Part> = Vec::with_capacity(request.steps.len());
    let mut at = start;
    for step in request.steps {
        let spans = Spans::of(request.request.rules, step, at)?;
        let host = day.least_taken(step, &parts, &spans)?;
        let mut schedules = request.request.schedules.iter();
        let schedule = schedules.find(|schedule| schedule.host() == Some(host))?;
        refusals.extend(day.against(&request, schedule, &spans));
        let (units, enough) = day.first_units(step, &spans);
        if !enough {
            refusals.push(Refusal::for_all(Reason::Resource));
        }
        at = spans.stay.end;
        parts.push(Part {
            work: spans.work,
            leaves: at,
            occupied: spans.occupied,
            host,
            units,
        });
    }
    if refusals.iter().all(|refusal| refusal.reason != Reason::Hours)
        && !day.starts.contains(&start.as_millisecond())
    {
        refusals.push(Refusal::for_all(Reason::Grid));
    }
    cut_buffers(&mut parts);
    let visit = Visit {
        start,
        end: at,
        parts,
    };
    (!visit.parts.is_empty()).then_some((visit, refusals))
}

fn off_grid(request: &VisitRequest, start: Timestamp) -> Vec<Refusal> {
    let rules = request.rules();
    let request = request.with(&rules);
    let mut refusals: Vec<Refusal> = Limits::of(&request.request)
        .reasons(start)
        .into_iter()
        .map(Refusal::for_all)
        .collect();
    let day = Day::of(&request);
    let open = request.steps.first().is_some_and(|first| {
        let end = start.saturating_add(minutes(first.duration));
        let work = Interval::new(start, end.unwrap_or(Timestamp::MAX));
        let mut hosts = first.hosts.iter().filter_map(|host| day.hosts.get(host));
        hosts.any(|host| host.is_open(&work))
    });
    let against = day.reasons(&request, start);
    if open {
        refusals.push(Refusal::for_all(Reason::Grid));
    } else if against.iter().all(|refusal| refusal.reason != Reason::Hours) {
        refusals.push(Refusal::for_all(Reason::Hours));
    }
    refusals.extend(against);
    refusals
}

impl<'a> VisitRequest<'a> {
    /// The rules with the length of the whole visit.
    fn rules(&self) -> Rules {
        Rules {
            duration: self.steps.iter().fold(0, |sum, step| {
                sum.saturating_add(step.duration).saturating_add(step.processing)
            }),
            ..self.request.rules.clone()
        }
    }

    fn with<'b>(&self, rules: &'b Rules) -> VisitRequest<'b>
    where
        'a: 'b,
    {
        VisitRequest {
            request: Request {
                rules,
                ..self.request
            },
            steps: self.steps,
            resources: self.resources,
        }
    }

    /// The same request about one start.
    fn narrowed(&self, start: Timestamp) -> Option<Self> {
        let end = start.checked_add(minutes(1)).ok()?;
        Some(Self {
            request: Request {
                window: Interval::new(start, end),
                ..self.request
            },
            ..*self
        })
    }

    fn end_of(&self, start: Timestamp) -> Timestamp {
        let length = minutes(self.request.rules.duration);
        start.saturating_add(length).unwrap_or(Timestamp::MAX)
    }
}

/// When somebody or something has time, sorted for searching.
struct Time {
    open: Vec<Interval>,
    busy: Vec<Interval>,
}

impl Time {
    fn of(open: Vec<Interval>, busy: &[Busy]) -> Self {
        Self {
            open,
            busy: union(busy.iter().map(|busy| busy.interval).collect()),
        }
    }

    fn is_open(&self, span: &Interval) -> bool {
        let after = self.open.partition_point(|open| open.start <= span.start);
        after > 0 && self.open[after - 1].contains(span)
    }

    fn is_free(&self, span: &Interval) -> bool {
        let next = self.busy.partition_point(|busy| busy.end <= span.start);
        self.busy.get(next).is_none_or(|busy| busy.start >= span.end)
    }
}

/// The grid and everybody's time, prepared for many starts.
struct Day {
    /// Possible starts in milliseconds since 1970, sorted, each once.
    starts: Vec<i64>,
    hosts: BTreeMap<StaffId, Time>,
    resources: BTreeMap<ResourceId, Vec<(UnitId, Time)>>,
}

impl Day {
    fn of(visit: &VisitRequest) -> Self {
        let request = &visit.request;
        let own = OwnHours::of(request);
        let first: &[StaffId] = visit.steps.first().map_or(&[], |step| &step.hosts);
        // The booking calendar's own grid is kept even when nobody may do the first step, so that the reason can be given.
        let mut starts = own.as_ref().map_or_else(Vec::new, |own| own.starts.clone());
        let mut hosts = BTreeMap::new();
        for schedule in request.schedules {
            let Some(host) = schedule.host() else { continue };
            let grid = Grid::of(request, schedule, own.as_ref());
            if own.is_none() && first.contains(&host) {
                starts.extend(grid.starts);
            }
            hosts.insert(host, Time::of(grid.open, &schedule.busy));
        }
        starts.sort_unstable();
        starts.dedup();
        let resources = visit.resources.iter().map(|resource| {
            let units = resource.units.iter();
            let units = units.map(|(id, busy)| (*id, Time::of(Vec::new(), busy)));
            (resource.id, units.collect())
        });
        Self {
            starts,
            hosts,
            resources: resources.collect(),
        }
    }

    /// The visit that starts then, if every step can take place.
    fn visit(&self, request: &VisitRequest, start: i64) -> Option<Visit> {
        let mut parts: Vec<Part> = Vec::with_capacity(request.steps.len());
        let mut at = Timestamp::from_millisecond(start).ok()?;
        let start = at;
        for step in request.steps {
            let spans = Spans::of(request.request.rules, step, at)?;
            let host = in_order(step, &parts).find(|host| self.is_able(*host, &spans))?;
            let units = self.units(step, &spans)?;
            at = spans.stay.end;
            parts.push(Part {
                work: spans.work,
                leaves: at,
                occupied: spans.occupied,
                host,
                units,
            });
        }
        cut_buffers(&mut parts);
        (!parts.is_empty()).then_some(Visit {
            start,
            end: at,
            parts,
        })
    }

    fn is_able(&self, host: StaffId, spans: &Spans) -> bool {
        let host = self.hosts.get(&host);
        host.is_some_and(|host| host.is_open(&spans.work) && host.is_free(&spans.occupied))
    }

    /// Free units of everything that a step needs; nothing when there are not enough.
    fn units(&self, step: &Step, spans: &Spans) -> Option<Vec<UnitId>> {
        let mut units = Vec::new();
        for (resource, quantity) in &step.resources {
            let quantity = usize::try_from(*quantity).ok()?;
            let all = self.resources.get(resource).map_or(&[][..], Vec::as_slice);
            let free = all.iter().filter(|(_, time)| time.is_free(&spans.stay));
            let chosen: Vec<UnitId> = free.map(|(id, _)| *id).take(quantity).collect();
            if chosen.len() < quantity {
                return None;
            }
            units.extend(chosen);
        }
        Some(units)
    }

    /// The host of a step that may be refused: the one with the least in the way.
    fn least_taken(&self, step: &Step, before: &[Part], spans: &Spans) -> Option<StaffId> {
        let mut known = in_order(step, before).filter(|host| self.hosts.contains_key(host));
        let is_free = |host: &StaffId| self.hosts[host].is_free(&spans.occupied);
        in_order(step, before)
            .find(|host| self.is_able(*host, spans))
            .or_else(|| known.clone().find(is_free))
            .or_else(|| known.next())
    }

    /// The units that a step gets, taken ones if there are not enough free ones, and whether all of them are free.
    fn first_units(&self, step: &Step, spans: &Spans) -> (Vec<UnitId>, bool) {
        let (mut units, mut enough) = (Vec::new(), true);
        for (resource, quantity) in &step.resources {
            let quantity = usize::try_from(*quantity).unwrap_or(usize::MAX);
            let all = self.resources.get(resource).map_or(&[][..], Vec::as_slice);
            let is_free = |unit: &&(UnitId, Time)| unit.1.is_free(&spans.stay);
            let free = all.iter().filter(is_free);
            enough &= free.clone().count() >= quantity;
            let taken = all.iter().filter(|unit| !is_free(unit));
            units.extend(free.chain(taken).take(quantity).map(|(id, _)| *id));
        }
        (units, enough)
    }

    /// The reasons against the first step that cannot take place.
    fn reasons(&self, request: &VisitRequest, start: Timestamp) -> Vec<Refusal> {
        let mut at = start;
        for step in request.steps {
            let Some(spans) = Spans::of(request.request.rules, step, at) else {
                return vec![Refusal::for_all(Reason::TooFar)];
            };
            let mut refusals = Vec::new();
            if !step.hosts.iter().any(|host| self.is_able(*host, &spans)) {
                refusals.extend(self.of_hosts(request, step, &spans));
            }
            if self.units(step, &spans).is_none() {
                refusals.push(Refusal::for_all(Reason::Resource));
            }
            if !refusals.is_empty() {
                return refusals;
            }
            at = spans.stay.end;
        }
        Vec::new()
    }

    fn of_hosts(&self, request: &VisitRequest, step: &Step, spans: &Spans) -> Vec<Refusal> {
        let of_step = |schedule: &&Schedule| schedule.host().is_some_and(|host| step.hosts.contains(&host));
        let schedules = request.request.schedules.iter().filter(of_step);
        let mut refusals: Vec<Refusal> = schedules
            .flat_map(|schedule| self.against(request, schedule, spans))
            .collect();
        if refusals.is_empty() {
            // Nobody may do this service.
            refusals.push(Refusal::for_all(Reason::Hours));
        }
        refusals
    }

    /// Everything that keeps a host from a step.
    fn against(&self, request: &VisitRequest, schedule: &Schedule, spans: &Spans) -> Vec<Refusal> {
        let time = schedule.host().and_then(|host| self.hosts.get(&host));
        let mut refusals = Vec::new();
        if !time.is_some_and(|time| time.is_open(&spans.work)) {
            refusals.push(Refusal::of(schedule.owner, Reason::Hours));
        }
        refusals.extend(in_the_way(
            &request.request,
            schedule,
            &spans.work,
            &spans.occupied,
        ));
        refusals
    }
}

/// The hosts of a step in the order of choice: the preferred one, the one who works with the client already, the others. A host may
/// occur twice.
fn in_order<'a>(step: &'a Step, before: &[Part]) -> impl Iterator<Item = StaffId> + Clone + 'a {
    let last = before.last().map(|part| part.host);
    let first = step.preferred.into_iter().chain(last);
    first
        .filter(|host| step.hosts.contains(host))
        .chain(step.hosts.iter().copied())
}

/// The spans of one step.
struct Spans {
    work: Interval,
    occupied: Interval,
    stay: Interval,
}

impl Spans {
    fn of(rules: &Rules, step: &Step, start: Timestamp) -> Option<Self> {
        let end = start.checked_add(minutes(step.duration)).ok()?;
        let leaves = end.checked_add(minutes(step.processing)).ok()?;
        Some(Self {
            work: Interval::new(start, end),
            occupied: Interval::new(
                start.checked_sub(minutes(rules.pre_buffer)).ok()?,
                end.checked_add(minutes(rules.post_buffer)).ok()?,
            ),
            stay: Interval::new(start, leaves),
        })
    }
}

/// Ends the buffers of one host where their next work in the same visit begins.
fn cut_buffers(parts: &mut [Part]) {
    for later in 1..parts.len() {
        let (before, rest) = parts.split_at_mut(later);
        let Some(part) = rest.first_mut() else { continue };
        let same = before.iter_mut().rev().find(|earlier| earlier.host == part.host);
        if let Some(earlier) = same {
            earlier.occupied.end = earlier.occupied.end.min(part.work.start);
            part.occupied.start = part.occupied.start.max(earlier.occupied.end);
        }
    }
}
