//! Finds the zone that a TZID means (RFC 5545, section 3.2.19).
//!
//! The order is: an IANA name in `Area/Place` form, also after the prefix of a zone collection; the calendar's own definition of
//! that name; another name within such a definition; the names of Windows, Exchange and others; the only definition of the
//! calendar; else the owner's zone.

use std::collections::HashMap;
use std::rc::Rc;

use zones::{Label, Zone};

use crate::parse::components::{CalendarText, EventText, ZoneText};
use crate::parse::names::Name;
use crate::timezone::clock::{Clock, instant};
use crate::timezone::vtimezone::{ChangeWindow, YEAR};
use crate::timezone::vtimezone_readings::Meanings;
use crate::values::zone_name::{bare, comparable, last_part, named, place, place_at_start};

/// Most work for expanding all definitions of a resource.
const WORK: u32 = 2_000_000;

/// Most definitions that are tried for a name without one.
const MOST_GUESSES: usize = 4;

/// Most differing definitions of one name.
const MOST_DEFINITIONS: usize = 16;

/// Longest accepted name, in bytes.
const LONGEST_NAME: usize = 1_000;

/// How certain the zone of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    Known,
    /// Parts of its definition were missing and are concluded from the others.
    Completed,
    /// The name is not defined; the calendar's only definition is used.
    OnlyDefinition,
    /// The name or its definition can mean several zones.
    Several,
    /// The name is unknown; each likely zone is used.
    Likely,
    /// The name is unknown; the owner's zone is used.
    Unknown,
}

impl Certainty {
    /// Returns whether the zone does not follow from the name.
    pub(crate) fn is_guess(self) -> bool {
        matches!(self, Self::OnlyDefinition | Self::Likely | Self::Unknown)
    }
}

/// What a name means. Without clocks it is unknown.
#[derive(Debug, Clone)]
pub(crate) struct ZoneMeaning {
    pub clocks: Vec<Clock>,
    pub certainty: Certainty,
}

impl ZoneMeaning {
    fn zone(zone: Zone) -> Self {
        Self {
            clocks: vec![Clock::named(zone)],
            certainty: Certainty::Known,
        }
    }

    fn one_or_any(clocks: Vec<Clock>) -> Self {
        let certainty = match clocks.len() {
            1 => Certainty::Known,
            _ => Certainty::Several,
        };
        Self { clocks, certainty }
    }

    fn any(clocks: Vec<Clock>) -> Self {
        Self {
            clocks,
            certainty: Certainty::Several,
        }
    }
}

/// What the definitions of one name mean.
#[derive(Debug, Clone, Default)]
struct DefinedZone {
    /// By their offsets.
    meant: Option<ZoneMeaning>,
    /// By another name within them, where they do not contradict each other.
    hinted: Option<Zone>,
}

/// The zone names of one resource, and their definitions.
#[derive(Debug)]
pub(crate) struct ZoneLookup<'a> {
    definitions: &'a [ZoneText<'a>],
    /// The events that use the zones.
    events: &'a [EventText<'a>],
    /// Definitions by their names in the form in which names are compared.
    by_name: HashMap<String, Vec<&'a ZoneText<'a>>>,
    /// Definitions that were read already: a text may use as many names for the same definition as it has lines.
    said: HashMap<String, DefinedZone>,
    /// The zones that are used for every unknown name.
    guess: Option<ZoneMeaning>,
    /// Work left for all definitions of the resource.
    budget: u32,
    window: ChangeWindow,
    owner_zone: Zone,
    /// The zones that the text names for its floating times (X-WR-TIMEZONE).
    own: &'a [String],
    /// Some meaning of a zone is left out.
    incomplete: bool,
}

impl<'a> ZoneLookup<'a> {
    pub(crate) fn of(calendar: &'a CalendarText<'a>, owner: &Zone, window: ChangeWindow) -> Self {
        let definitions = &calendar.zones;
        let mut by_name: HashMap<String, Vec<&ZoneText>> = HashMap::new();
        let mut incomplete = false;
        for zone in definitions {
            // Merged calendars repeat the same definition.
            let known = by_name.entry(comparable(&bare(&zone.id))).or_default();
            if !known.contains(&zone) {
                incomplete |= known.len() == MOST_DEFINITIONS;
                known.extend((known.len() < MOST_DEFINITIONS).then_some(zone));
            }
        }
        Self {
            definitions,
            events: &calendar.events,
            by_name,
            said: HashMap::new(),
            guess: None,
            budget: WORK,
            window,
            owner_zone: owner.clone(),
            own: &calendar.own_zones,
            incomplete,
        }
    }

    /// Returns whether a meaning of a name was left out.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Returns what a name means by itself and by its definition; `None` when neither says anything.
    pub(crate) fn own(&mut self, id: &str) -> Option<Vec<Clock>> {
        let name = (id.len() <= LONGEST_NAME).then(|| bare(id))?;
        self.by_own_name(&name).map(|meant| meant.clocks)
    }

    /// Returns what a TZID means.
    pub(crate) fn look_up(&mut self, id: &str) -> ZoneMeaning {
        if id.len() > LONGEST_NAME {
            return self.guessed();
        }
        let name = bare(id);
        self.by_own_name(&name).unwrap_or_else(|| self.guessed())
    }

    /// Returns the zones that the text names for its floating times, and whether one of the names is not known.
    pub(crate) fn of_floating_times(&mut self) -> (Vec<Rc<Clock>>, bool) {
        let mut clocks: Vec<Rc<Clock>> = Vec::new();
        let mut names: Vec<&String> = Vec::new();
        let mut is_unknown = false;
        for name in self.own.iter().filter(|name| name.len() <= LONGEST_NAME) {
            if names.contains(&name) {
                continue;
            }
            if names.len() == MOST_GUESSES {
                self.incomplete = true;
                break;
            }
            names.push(name);
            let meant = self.by_own_name(&bare(name));
            is_unknown |= meant.is_none();
            for clock in meant.into_iter().flat_map(|meant| meant.clocks) {
                if !clocks.iter().any(|known| known.is(&clock)) {
                    clocks.push(Rc::new(clock));
                }
            }
        }
        (clocks, is_unknown)
    }

    /// Returns the meaning of a name by itself and by its definition.
    fn by_own_name(&mut self, name: &str) -> Option<ZoneMeaning> {
        if let Some(zone) = place(name) {
            return Some(ZoneMeaning::zone(zone));
        }
        let said = self.said(&comparable(name));
        let half = match said.meant {
            Some(meant) if meant.certainty != Certainty::Several => return Some(meant),
            half => half,
        };
        if let Some(zone) = said.hinted {
            return Some(ZoneMeaning::zone(zone));
        }
        if let Some(zone) = zones::from_windows(name)
            .or_else(|| zones::spelt(name))
            .or_else(|| place_at_start(name))
        {
            return Some(match half {
                Some(half) if !self.may_be(&zone, &half.clocks) => {
                    ZoneMeaning::any(half.clocks.into_iter().chain([Clock::named(zone)]).collect())
                }
                _ => ZoneMeaning::zone(zone),
            });
        }
        // The names without an area are those of offsets, and others mean other offsets by them.
        if let Some(half) = half {
            let also = last_part(name).map(Clock::named);
            return Some(ZoneMeaning::any(half.clocks.into_iter().chain(also).collect()));
        }
        last_part(name)
            .map(ZoneMeaning::zone)
            .or_else(|| by_offset(name))
            .or_else(|| shown(name))
            .or_else(|| short(name))
    }

    /// Returns whether a definition of which only a part is known can be this zone, by the offsets of a winter and a summer.
    fn may_be(&self, zone: &Zone, clocks: &[Clock]) -> bool {
        let from = self.window.horizon.0;
        [from, from + YEAR / 2].map(instant).into_iter().all(|at| {
            let offset = i64::from(zone.offset_seconds(at));
            clocks
                .iter()
                .any(|clock| clock.naive(at) - at.as_second() == offset)
        })
    }

    /// Returns what the definitions of a name mean; empty when there are none.
    fn said(&mut self, name: &str) -> DefinedZone {
        if let Some(said) = self.said.get(name) {
            return said.clone();
        }
        let Some(definitions) = self.by_name.get(name).cloned() else {
            return DefinedZone::default();
        };
        let hinted = definitions.iter().find_map(|zone| hinted(zone));
        let said = DefinedZone {
            meant: self.defined(&definitions),
            hinted: hinted.filter(|_| !clash(&definitions)),
        };
        self.said.insert(name.to_owned(), said.clone());
        said
    }

    /// Returns what definitions mean: several zones, when they differ or can be read in several ways.
    fn defined(&mut self, definitions: &[&ZoneText]) -> Option<ZoneMeaning> {
        let mut all = Meanings::default();
        for zone in definitions {
            let meanings = Meanings::of(zone, self.window, &mut self.budget);
            all.join(meanings, self.window);
        }
        self.incomplete |= all.too_many;
        let certainty = match all.readings.len() {
            0 => return None,
            1 if all.completed => Certainty::Completed,
            1 => Certainty::Known,
            _ => Certainty::Several,
        };
        Some(ZoneMeaning {
            clocks: all
                .readings
                .into_iter()
                .map(|reading| Clock::VTimezone(Rc::new(reading)))
                .collect(),
            certainty,
        })
    }

    /// Returns the known zones in which events begin and end, beside the owner's; none if they are many.
    fn named_by_events(&self) -> Vec<Zone> {
        let mut known: Vec<Zone> = Vec::new();
        let times = |event: &'a EventText<'a>| event.all(Name::DtStart).chain(event.all(Name::DtEnd));
        let mut looked_at: Vec<&str> = Vec::new();
        for id in self
            .events
            .iter()
            .flat_map(times)
            .filter_map(|line| line.param("TZID"))
        {
            if looked_at.contains(&id) {
                continue;
            }
            looked_at.push(id);
            let zone = named(id).filter(|zone| *zone != self.owner_zone);
            known.extend(zone.filter(|zone| !known.contains(zone)));
            if known.len() > MOST_GUESSES || looked_at.len() > 4 * MOST_GUESSES {
                return Vec::new();
            }
        }
        known
    }

    /// Returns the zones for an unknown name: those that the calendar defines, else those that its events name and the owner's.
    fn guessed(&mut self) -> ZoneMeaning {
        if let Some(guess) = &self.guess {
            return guess.clone();
        }
        let guess = self.guess();
        self.guess = Some(guess.clone());
        guess
    }

    fn guess(&mut self) -> ZoneMeaning {
        let mut names: Vec<&str> = Vec::new();
        for zone in self.definitions {
            if names.len() <= MOST_GUESSES && !names.contains(&zone.id.as_str()) {
                names.push(&zone.id);
            }
        }
        let mut clocks = Vec::new();
        // A definition of this name that could be read would have been used.
        if names.len() <= MOST_GUESSES {
            for other in &names {
                clocks.extend(
                    self.by_own_name(&bare(other))
                        .into_iter()
                        .flat_map(|meant| meant.clocks),
                );
            }
        }
        if clocks.is_empty() {
            let others = self.named_by_events();
            if others.is_empty() {
                return ZoneMeaning {
                    clocks,
                    certainty: Certainty::Unknown,
                };
            }
            clocks.extend(
                others
                    .into_iter()
                    .chain([self.owner_zone.clone()])
                    .map(Clock::named),
            );
        }
        let certainty = match clocks.len() {
            1 => Certainty::OnlyDefinition,
            _ => Certainty::Likely,
        };
        ZoneMeaning { clocks, certainty }
    }
}

/// Returns whether definitions of one name contradict each other by their other names.
fn clash(definitions: &[&ZoneText]) -> bool {
    let mut names = definitions.iter().filter_map(|zone| hinted(zone));
    let first = names.next();
    names.any(|other| Some(other) != first)
}

/// Returns the meaning of a name with an offset in it.
fn by_offset(name: &str) -> Option<ZoneMeaning> {
    let possible = zones::by_offset(name)?;
    let offsets = possible.offsets.into_iter().map(Clock::Fixed);
    let zones = possible.zones.into_iter().map(Clock::named);
    Some(ZoneMeaning::one_or_any(zones.chain(offsets).collect()))
}

/// Returns the meaning of a name that programs show to people.
fn shown(name: &str) -> Option<ZoneMeaning> {
    let fixed = |offset| Clock::Fixed(offset);
    Some(match zones::labelled(name)? {
        Label::Offset(offset) => ZoneMeaning::one_or_any(vec![fixed(offset)]),
        Label::Zones(zones) => ZoneMeaning::one_or_any(zones.into_iter().map(Clock::named).collect()),
        // Whether there is summer time is not said.
        Label::Unsure { offset, zones } => {
            let named = zones.into_iter().map(Clock::named);
            ZoneMeaning::any(named.chain([fixed(offset), fixed(offset + 3_600)]).collect())
        }
    })
}

/// Returns the meaning of an abbreviation: the zone in which it is used, or its offset all the year round.
fn short(name: &str) -> Option<ZoneMeaning> {
    let known = zones::abbreviated(name);
    let clocks = known
        .into_iter()
        .flat_map(|(offset, zone)| [Clock::named(zone), Clock::Fixed(offset)]);
    let clocks: Vec<Clock> = clocks.collect();
    (!clocks.is_empty()).then(|| ZoneMeaning::any(clocks))
}

/// Returns the zone of another name within a definition, such as X-LIC-LOCATION.
fn hinted(zone: &ZoneText) -> Option<Zone> {
    zone.hints.iter().find_map(|hint| {
        let value = hint.value.trim();
        match (hint.name, value.parse()) {
            (Name::ZoneNumber, Ok(number)) => zones::from_cdo(number),
            _ => named(value.strip_suffix(".ics").unwrap_or(value)),
        }
    })
}
