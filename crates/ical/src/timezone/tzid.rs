//! Resolves the TZIDs of one resource (RFC 5545, section 3.2.19).
//!
//! Where a name or a definition can mean several zones, the whole resource is read once for each of them: what blocks in one
//! reading blocks ([`Resolver::next_reading`]).

use std::collections::HashMap;
use std::rc::Rc;

use zones::Zone;

use crate::parse::components::CalendarText;
use crate::timezone::clock::Clock;
use crate::timezone::vtimezone::ChangeWindow;
pub(crate) use crate::timezone::zone_lookup::Certainty;
use crate::timezone::zone_lookup::ZoneLookup;

/// Most readings of a resource.
const MOST_READINGS: usize = 8;

/// The zones that a name can mean.
#[derive(Debug)]
struct Found {
    /// At least one.
    clocks: Vec<Rc<Clock>>,
    certainty: Certainty,
    /// Number of readings in which the zones found earlier are combined.
    combined: usize,
}

/// The zones that floating times can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floating {
    Owners,
    /// The text names an unknown zone; the owner's is used.
    Unknown,
    /// The text names a zone other than the owner's.
    Several,
}

/// Finds zones for one resource and remembers them.
pub(crate) struct Resolver<'a> {
    names: ZoneLookup<'a>,
    owner: Rc<Clock>,
    /// The zones of floating times, after the first look-up.
    floating: Option<(usize, Floating)>,
    utc: Rc<Clock>,
    found: Vec<Found>,
    known: HashMap<String, usize>,
    /// Times with both a zone and the mark of UTC are read in the zone; the same for all of them.
    marked: Option<usize>,
    /// Number of this reading of the resource.
    reading: usize,
    /// Number of readings in which every zone is combined with every other.
    combined: usize,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(calendar: &'a CalendarText<'a>, owner: &Zone, window: ChangeWindow) -> Self {
        let names = ZoneLookup::of(calendar, owner, window);
        let owner = Rc::new(Clock::named(owner.clone()));
        Self {
            names,
            floating: None,
            owner,
            utc: Rc::new(Clock::Fixed(0)),
            found: Vec::new(),
            known: HashMap::new(),
            marked: None,
            reading: 0,
            combined: 1,
        }
    }

    /// Looks up the zones that floating times can be in: those that the text names for them, and the owner's. The names may be
    /// older than the times, and not all programs use them.
    pub(crate) fn find_floating(&mut self) -> Floating {
        if self.floating.is_none() {
            let (mut clocks, is_unknown) = self.names.of_floating_times();
            let is_owners = clocks.iter().any(|clock| clock.is(&self.owner));
            clocks.retain(|clock| !clock.is(&self.owner));
            clocks.push(self.owner());
            let said = match clocks.len() {
                1 if is_unknown && !is_owners => Floating::Unknown,
                1 => Floating::Owners,
                _ => Floating::Several,
            };
            self.floating = Some((self.add(clocks, Certainty::Several), said));
        }
        self.floating.map_or(Floating::Owners, |(_, said)| said)
    }

    /// Returns the zone of floating times in this reading.
    pub(crate) fn floating(&self) -> Rc<Clock> {
        match self.floating {
            Some((at, _)) => self.chosen(at),
            None => self.owner(),
        }
    }

    /// Returns the owner's zone, which is that of whole days.
    pub(crate) fn owner(&self) -> Rc<Clock> {
        Rc::clone(&self.owner)
    }

    /// Returns UTC.
    pub(crate) fn utc(&self) -> Rc<Clock> {
        Rc::clone(&self.utc)
    }

    /// Returns the zone of a TZID in this reading.
    pub(crate) fn find(&mut self, id: &str) -> (Rc<Clock>, Certainty) {
        let at = self.known.get(id).copied().unwrap_or_else(|| {
            let meant = self.names.look_up(id);
            let at = self.add(meant.clocks.into_iter().map(Rc::new).collect(), meant.certainty);
            self.known.insert(id.to_owned(), at);
            at
        });
        (self.chosen(at), self.found[at].certainty)
    }

    /// Returns the zone in this reading of a time that has both the TZID and the mark of UTC, which RFC 5545 (section 3.2.19)
    /// forbids: some programs use the one, some the other. `None` where the mark alone applies.
    pub(crate) fn find_marked(&mut self, id: &str) -> Option<Rc<Clock>> {
        let (zone, certainty) = self.find(id);
        if certainty.is_guess() || zone.is_utc() {
            return None;
        }
        let at = match self.marked {
            Some(at) => at,
            None => self.add(vec![self.utc(), self.owner()], Certainty::Several),
        };
        self.marked = Some(at);
        let is_marked = Rc::ptr_eq(&self.chosen(at), &self.utc);
        Some(if is_marked { self.utc() } else { zone })
    }

    /// Returns whether a local time is the same instant in every zone that a TZID can mean.
    pub(crate) fn agree(&mut self, id: &str, local: i64) -> bool {
        self.find(id);
        let clocks = self.known.get(id).map(|at| &self.found[*at].clocks);
        clocks.is_none_or(|clocks| {
            clocks
                .windows(2)
                .all(|two| two[0].instant(local) == two[1].instant(local))
        })
    }

    /// Returns the meaning in this reading.
    fn chosen(&self, at: usize) -> Rc<Clock> {
        let found = &self.found[at];
        let choice = match found.clocks.len() {
            1 => 0,
            several if self.are_combined() => self.reading / found.combined % several,
            several => self.reading.min(several - 1),
        };
        Rc::clone(&found.clocks[choice])
    }

    fn add(&mut self, mut clocks: Vec<Rc<Clock>>, certainty: Certainty) -> usize {
        if clocks.is_empty() {
            clocks.push(self.owner());
        }
        let found = Found {
            certainty,
            combined: self.combined,
            clocks,
        };
        self.combined = self.combined.saturating_mul(found.clocks.len());
        self.found.push(found);
        self.found.len() - 1
    }

    /// Proceeds to the next reading of the resource; false after the last one.
    pub(crate) fn next_reading(&mut self) -> bool {
        let readings = if self.are_combined() {
            self.combined
        } else {
            self.found
                .iter()
                .map(|found| found.clocks.len())
                .max()
                .unwrap_or(1)
        };
        self.reading += 1;
        self.reading < readings
    }

    fn are_combined(&self) -> bool {
        self.combined <= MOST_READINGS
    }

    /// Returns whether a meaning of a zone, or a combination of meanings, is in no reading.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.names.is_incomplete() || !self.are_combined()
    }
}
