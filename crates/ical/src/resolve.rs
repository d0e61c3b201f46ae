//! Which zone a TZID means. In this order: an IANA name, also behind the prefix of a zone collection; a name of
//! Windows; the calendar's own definition; an offset as a name; else the owner's zone, with a problem.

use std::collections::HashMap;
use std::rc::Rc;

use zones::Zone;

use crate::clock::Clock;
use crate::components::ZoneText;
use crate::observed::Observed;
use crate::values::utc_offset;

/// Most work that expanding all definitions of a resource may cost.
const WORK: u32 = 2_000_000;

/// Finds zones for one resource and remembers them.
pub(crate) struct Resolver<'a> {
    definitions: HashMap<&'a str, &'a ZoneText<'a>>,
    /// What all definitions of the resource together may cost.
    budget: u32,
    /// Seconds since the epoch up to which definitions are expanded.
    to: i64,
    owner: Rc<Clock>,
    floating: Rc<Clock>,
    utc: Rc<Clock>,
    known: HashMap<String, Option<Rc<Clock>>>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(definitions: &'a [ZoneText<'a>], owner: &Zone, to: i64) -> Self {
        let owner = Rc::new(Clock::named(owner.clone()));
        Self {
            definitions: definitions.iter().map(|zone| (zone.id.as_str(), zone)).collect(),
            budget: WORK,
            to,
            floating: Rc::clone(&owner),
            owner,
            utc: Rc::new(Clock::Fixed(0)),
            known: HashMap::new(),
        }
    }

    /// Reads floating times in a zone of their own, if there is one.
    pub(crate) fn floating_in(self, zone: Option<Zone>) -> Self {
        match zone {
            Some(zone) => Self {
                floating: Rc::new(Clock::named(zone)),
                ..self
            },
            None => self,
        }
    }

    /// The zone of floating times: the owner's unless the calendar names one.
    pub(crate) fn floating(&self) -> Rc<Clock> {
        Rc::clone(&self.floating)
    }

    /// The owner's zone, that of whole days.
    pub(crate) fn owner(&self) -> Rc<Clock> {
        Rc::clone(&self.owner)
    }

    /// UTC.
    pub(crate) fn utc(&self) -> Rc<Clock> {
        Rc::clone(&self.utc)
    }

    /// The zone of a TZID, or nothing when it is not known.
    pub(crate) fn find(&mut self, id: &str) -> Option<Rc<Clock>> {
        if let Some(clock) = self.known.get(id) {
            return clock.clone();
        }
        let clock = self.look_up(id).map(Rc::new);
        self.known.insert(id.to_owned(), clock.clone());
        clock
    }

    fn look_up(&mut self, id: &str) -> Option<Clock> {
        named(id)
            .map(Clock::named)
            .or_else(|| self.defined(id).map(Clock::Observed))
            .or_else(|| fixed(id).map(Clock::Fixed))
    }

    fn defined(&mut self, id: &str) -> Option<Observed> {
        let zone = self.definitions.get(id)?;
        Observed::read(zone, self.to, &mut self.budget)
    }
}

/// A zone by the names of IANA's or of Windows' list.
pub(crate) fn named(id: &str) -> Option<Zone> {
    iana(id).or_else(|| zones::from_windows(id))
}

/// An IANA name, or one at the end of a path such as `/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`.
fn iana(id: &str) -> Option<Zone> {
    let id = id.trim();
    if let Ok(zone) = Zone::named(id) {
        return Some(zone);
    }
    // Zone names have at most three parts. A part alone may be anything, so it must stand behind a prefix.
    let starts = id.rmatch_indices('/').take(3).map(|(at, _)| at + 1);
    let mut candidates: Vec<&str> = starts.map(|at| &id[at..]).collect();
    candidates.reverse();
    candidates.into_iter().find_map(|name| Zone::named(name).ok())
}

/// Names that only say an offset: `GMT-0500`, `UTC+01:00`. Unlike in the names under `Etc/`, a plus is
/// east.
fn fixed(id: &str) -> Option<i32> {
    let id = id.trim();
    let name = id.get(..3)?;
    if !(name.eq_ignore_ascii_case("GMT") || name.eq_ignore_ascii_case("UTC")) {
        return None;
    }
    let offset = id[3..].trim();
    match offset.len() {
        0 => Some(0),
        2 => utc_offset(&format!("{}0{}", &offset.get(..1)?, &offset.get(1..)?)),
        _ => utc_offset(offset),
    }
}
