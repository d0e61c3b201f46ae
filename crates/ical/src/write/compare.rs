//! Compares an event that Quince wrote with what is on the server (D4).

use std::sync::Arc;

use jiff::Timestamp;

use crate::events::types::{Event, begin};
use crate::parse::calendar::parse;
use crate::parse::components::{CalendarText, EventText};
use crate::parse::lines::plain_text;
use crate::parse::names::Name;
use crate::problems::Problems;
use crate::timezone::tzid::Resolver;
use crate::timezone::vtimezone::ChangeWindow;

/// A change that a person would notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Start, end, or all-day.
    Time,
    /// The title.
    Title,
    /// The notes.
    Notes,
    /// The place.
    Place,
    /// The web address.
    Url,
    /// Confirmed, tentative or cancelled.
    Status,
    /// Whether it blocks.
    Transparency,
    /// It repeats now, or no longer.
    Repetition,
    /// It cannot be read, or is another event.
    Unreadable,
}

/// Longest text that is compared, in characters; changes after it go unnoticed.
const LONGEST: usize = 100_000;

/// The span in which the zones that a calendar defines are needed: from 1970 to the year 2100, in seconds since the epoch.
const WANTED: ChangeWindow = ChangeWindow {
    begins: 0,
    from: 0,
    to: 4_102_444_800,
    horizon: (0, 4_102_444_800),
};

/// Returns whether two texts are the same event for a person. What servers add or rearrange is ignored: other properties, alarms,
/// time stamps, sequence numbers, order, folding, another zone for the same instant.
pub fn same_event(ours: &str, theirs: &str) -> bool {
    changes(ours, theirs).is_empty()
}

/// Returns what a person would notice as changed in `theirs`, in a fixed order; see [`same_event`].
pub fn changes(ours: &str, theirs: &str) -> Vec<Change> {
    let (ours, theirs) = (parse(ours.as_bytes()), parse(theirs.as_bytes()));
    let (Some(ours), Some(theirs)) = (Look::at(&ours), Look::at(&theirs)) else {
        return vec![Change::Unreadable];
    };
    if ours.uid != theirs.uid {
        return vec![Change::Unreadable];
    }
    [
        (Change::Time, ours.time != theirs.time),
        (Change::Title, ours.title != theirs.title),
        (Change::Notes, ours.notes != theirs.notes),
        (Change::Place, ours.place != theirs.place),
        (Change::Url, ours.url != theirs.url),
        (Change::Status, ours.status != theirs.status),
        (Change::Transparency, ours.transparency != theirs.transparency),
        (Change::Repetition, ours.repetition != theirs.repetition),
    ]
    .into_iter()
    .filter_map(|(change, differs)| differs.then_some(change))
    .collect()
}

/// An event as a person sees it.
struct Look {
    uid: Arc<str>,
    /// Start, end, and whether it is whole days or without a zone.
    time: (Timestamp, Timestamp, bool),
    title: String,
    notes: String,
    place: String,
    url: String,
    status: String,
    transparency: String,
    repetition: Vec<String>,
}

impl Look {
    fn at(calendar: &CalendarText) -> Option<Self> {
        let text = calendar
            .events
            .iter()
            .find(|event| event.all(Name::RecurrenceId).next().is_none())?;
        let utc = zones::Zone::utc();
        let mut problems = Problems::default();
        let mut zones = Resolver::new(calendar, &utc, WANTED);
        let events = Event::read(text, &[], &mut zones, &mut problems);
        let event = events.into_iter().next()?;
        let start = begin(&event.start);
        let clocks = (&*event.start.clock, &*zones.owner());
        let end = event.length.end(clocks, event.start.naive, start);
        let start_line = text.all(Name::DtStart).next()?;
        let floating = !start_line.value.ends_with(['Z', 'z']) && start_line.param("TZID").is_none();
        let mut repetition: Vec<String> = [Name::RRule, Name::RDate, Name::ExDate]
            .into_iter()
            .flat_map(|name| text.all(name).map(|line| line.value.to_ascii_uppercase()))
            .collect();
        repetition.sort_unstable();
        if calendar.events.len() > 1 {
            repetition.push(format!("{} events", calendar.events.len()));
        }
        Some(Self {
            uid: event.uid,
            time: (start, end, floating || event.odd),
            title: shown(text, Name::Summary),
            notes: shown(text, Name::Description),
            place: shown(text, Name::Location),
            url: text.first(Name::Url).unwrap_or("").to_owned(),
            status: upper(text, Name::Status, "CONFIRMED"),
            transparency: upper(text, Name::Transp, "OPAQUE"),
            repetition,
        })
    }
}

/// Returns text without invisible differences: escapes and white space.
fn shown(text: &EventText, name: Name) -> String {
    let plain = plain_text(text.first(name).unwrap_or(""), LONGEST);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn upper(text: &EventText, name: Name, default: &str) -> String {
    text.first(name)
        .filter(|value| !value.is_empty())
        .unwrap_or(default)
        .to_ascii_uppercase()
}
