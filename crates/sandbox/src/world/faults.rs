//! Which request a fault strikes.

use std::collections::{BTreeMap, VecDeque};

use super::ids::CalendarId;
use crate::switches::Fault;

/// A standing fault strikes every request, one of a calendar every request to that calendar, one of searches every calendar-query
/// with a time range; waiting ones strike one request each, in their order.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) standing: Option<Fault>,
    pub(crate) of_calendars: BTreeMap<CalendarId, Fault>,
    pub(crate) of_searches: Option<Fault>,
    waiting: VecDeque<(Option<String>, Fault)>,
}

impl Faults {
    pub(crate) fn push(&mut self, method: Option<&str>, fault: Fault) {
        self.waiting.push_back((method.map(str::to_uppercase), fault));
    }

    pub(crate) fn set_for_calendar(&mut self, calendar: CalendarId, fault: Option<Fault>) {
        match fault {
            Some(fault) => self.of_calendars.insert(calendar, fault),
            None => self.of_calendars.remove(&calendar),
        };
    }

    pub(crate) fn clear(&mut self) {
        self.standing = None;
        self.of_calendars.clear();
        self.of_searches = None;
        self.waiting.clear();
    }

    /// The fault for a request of this method, to a calendar or to something else, which may be a search by time.
    pub(crate) fn next(
        &mut self,
        method: &str,
        calendar: Option<CalendarId>,
        is_search: bool,
    ) -> Option<Fault> {
        let of_calendar = calendar.and_then(|calendar| self.of_calendars.get(&calendar));
        let of_search = self.of_searches.as_ref().filter(|_| is_search);
        if let Some(fault) = self.standing.as_ref().or(of_calendar).or(of_search) {
            return Some(fault.clone());
        }
        let suits = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == method);
        let place = self.waiting.iter().position(|(wanted, _)| suits(wanted))?;
        self.waiting.remove(place).map(|(_, fault)| fault)
    }
}
