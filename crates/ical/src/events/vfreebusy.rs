//! Reads lists of busy times (VFREEBUSY, RFC 5545, section 3.6.4) as events. Whose times they are is not checked: what such a
//! list in a person's calendar calls busy is busy.

use std::sync::Arc;

use crate::events::duration;
use crate::events::event_times::EventReader;
use crate::events::types::{Event, Extra, Length, When};
use crate::model::{Blocks, ProblemKind, TEXT_LIMIT};
use crate::parse::components::EventText;
use crate::parse::lines::{Line, plain_text};
use crate::parse::names::Name;
use crate::problems::Problems;
use crate::timezone::tzid::Resolver;
use crate::values::date_list::{self, items};

/// The title of such a list in sentences and events.
const TITLE: &str = "A list of busy times (VFREEBUSY)";

/// Returns a list as events: one for its busy times, one for its tentative ones.
pub(crate) fn read(text: &EventText, zones: &mut Resolver, problems: &mut Problems) -> Vec<Event> {
    let uid = text.first(Name::Uid).unwrap_or("");
    let title = plain_text(text.first(Name::Summary).unwrap_or(""), TEXT_LIMIT);
    let title = if title.trim().is_empty() {
        TITLE
    } else {
        title.trim()
    };
    let mut reader = EventReader::new(uid, TITLE.to_owned(), zones, problems);
    reader.mention(
        ProblemKind::Component,
        "is in this calendar; the times that it calls busy are kept busy.",
    );
    if text.truncated {
        reader.unplaced(
            ProblemKind::Truncated,
            "is cut off in the middle, so parts of it may be missing.",
        );
    }
    text.oddities.note(text, &mut reader);
    let (mut busy, mut tentative) = (Vec::new(), Vec::new());
    for line in text.all(Name::FreeBusy) {
        let is = |kind: &str| {
            let mut kinds = line.params("FBTYPE").peekable();
            kinds.peek().is_some() && kinds.all(|said| said.eq_ignore_ascii_case(kind))
        };
        if is("FREE") {
            continue;
        }
        let times = if is("BUSY-TENTATIVE") {
            &mut tentative
        } else {
            &mut busy
        };
        for period in items(&line.value) {
            time(line, period, &mut reader, times);
        }
    }
    let odd = reader.is_odd();
    let events = [(busy, Blocks::Busy), (tentative, Blocks::Tentative)];
    let events = events.into_iter().filter_map(|(times, blocks)| {
        let mut times = times.into_iter();
        let first: Extra = times.next()?;
        Some(Event {
            uid: uid.into(),
            summary: Arc::from(title),
            location: None,
            sequence: None,
            length: first.length.unwrap_or(Length::RestOfDay { days: 0 }),
            start: first.start,
            start_assumed: false,
            has_end: true,
            is_reading: false,
            before: 0,
            after: 0,
            rules: Vec::new(),
            broken_rules: Vec::new(),
            extras: times.collect(),
            exceptions: Vec::new(),
            replaces: None,
            blocks,
            odd,
            unsure: false,
        })
    });
    events.collect()
}

/// Adds one busy time.
fn time(line: &Line, period: &str, reader: &mut EventReader, times: &mut Vec<Extra>) {
    let (start, end) = date_list::period(period);
    let meant = match reader.meanings(line, start) {
        Ok(meant) => meant,
        Err(day) => {
            let days = reader.days_meant(start, day);
            if days.is_empty() {
                reader.unplaced(ProblemKind::Date, "has a busy time that could not be read.");
                return;
            }
            reader.note(
                ProblemKind::Date,
                "has a busy time whose time of day could not be read, so its whole day is kept busy.",
            );
            let days: Vec<When> = days
                .into_iter()
                .flat_map(|day| reader.days_of(line, start, day))
                .collect();
            for day in days {
                let measured = end.map(|end| duration::of_period(line, end, &timed(&day), reader));
                let length = measured.map_or(Length::RestOfDay { days: 0 }, |measured| measured.length);
                let length = duration::on_day(&day, length, matches!(length, Length::For(_)));
                times.push(Extra::with_length(day, length));
            }
            return;
        }
    };
    for written in meant {
        let start = reader.when(&written);
        let Some(end) = end else {
            reader.note(
                ProblemKind::End,
                "has a busy time without an end, so the rest of its day is kept busy.",
            );
            times.push(Extra::with_length(start, Length::RestOfDay { days: 0 }));
            continue;
        };
        let measured = duration::of_period(line, end, &start, reader);
        times.extend(Extra::before(&start, measured));
        times.push(Extra::with_length(start, measured.length));
    }
}

/// Returns the midnight at which a day begins.
fn timed(day: &When) -> When {
    When {
        whole_day: false,
        ..day.clone()
    }
}
