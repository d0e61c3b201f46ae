//! calendar-query and calendar-multiget (RFC 4791, sections 7.8 and 7.9), with iCloud's peculiarities.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::call::Call;
use super::collection::collection_row;
use super::multistatus::{PropName, asked, document, row, status_row};
use super::props;
use crate::ics::range::{TimeRange, matches};
use crate::path;
use crate::switches::Unfilterable;
use crate::world::{Calendar, Resource, World};
use crate::xml::read::Element;
use crate::xml::write::Node;
use crate::xml::{CALDAV, DAV};

/// What a request for parts of the data gets.
const EMPTY_EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A success without rows.
pub(super) fn nothing() -> Answer {
    Answer::xml(207, &document([]))
}

pub(super) fn query(world: &World, call: &Call<'_>, calendar: &Calendar, root: &Element) -> Answer {
    let Some(filter) = root.child(CALDAV, "filter") else {
        return Answer::html(400, "Bad Request");
    };
    if world.switches.property_filter_fails && filter.contains(CALDAV, "prop-filter") {
        return Answer::status(412);
    }
    let inner = filter
        .child(CALDAV, "comp-filter")
        .filter(|outer| outer.attribute("name") == Some("VCALENDAR"))
        .and_then(|outer| outer.child(CALDAV, "comp-filter"));
    let kind = match inner.and_then(|inner| inner.attribute("name")) {
        Some(kind) => kind,
        None if world.switches.missing_component_filter_fails => {
            return Answer::html(500, "Internal Server Error");
        }
        None => calendar.component(),
    };
    let range = match inner.and_then(|inner| inner.child(CALDAV, "time-range")) {
        None => None,
        Some(given) => match TimeRange::from_attributes(given.attribute("start"), given.attribute("end")) {
            Some(range) => Some(range),
            None => return Answer::status(400),
        },
    };
    if let Some(refusal) = range.and_then(|_| refusal(world, calendar)) {
        return refusal;
    }
    let Some(own) = world.href(calendar.id, None) else {
        return nothing();
    };
    let wanted = Wanted::of(world, root);
    let itself = collection_row(world, calendar, &wanted.names);
    let itself = itself.filter(|_| world.switches.collection_row_in_reports);
    // The default of Depth is 0 (RFC 4791, section 7.8), and no event lies at depth 0.
    let deep = call.header("depth").is_some_and(|depth| depth != "0");
    // The answer is that of this moment, whatever happens while it is sent.
    let events = if deep {
        calendar.resources.clone()
    } else {
        BTreeMap::new()
    };
    let kind = kind.to_owned();
    let left_out = world
        .switches
        .query_leaves_out
        .clone()
        .filter(|_| range.is_some());
    let is_left_out = move |ics: &str| left_out.as_ref().is_some_and(|text| ics.contains(text));
    let events = events
        .into_iter()
        .filter(move |(_, resource)| matches(&resource.ics, &kind, range) && !is_left_out(&resource.ics))
        .map(move |(name, resource)| wanted.row(&format!("{own}{}", path::encode(&name)), &resource));
    Answer::rows(itself.into_iter().chain(events))
}

/// The answer to a query with a time range when the calendar holds an event that cannot be compared with one.
fn refusal(world: &World, calendar: &Calendar) -> Option<Answer> {
    let Unfilterable { containing, status } = world.switches.unfilterable.as_ref()?;
    let mut events = calendar.resources.values();
    let holds_one = events.any(|resource| resource.ics.contains(containing));
    holds_one.then(|| Answer::html(*status, "This query cannot be answered"))
}

pub(super) fn multiget(world: &World, calendar: &Calendar, root: &Element) -> Answer {
    let wanted = Wanted::of(world, root);
    let mut rows = Vec::new();
    for href in root.children.iter().filter(|child| child.is(DAV, "href")) {
        let href = href.text.trim();
        let name = href.rsplit('/').next().and_then(path::decode);
        let here = name.as_deref().and_then(|name| {
            let own = world.href(calendar.id, Some(name))?;
            let resource = calendar.resources.get(name)?;
            let is_found = world.switches.finds(&resource.ics);
            (is_found && href.ends_with(&own)).then_some((own, resource))
        });
        rows.push(match here {
            Some((own, resource)) => wanted.row(&own, resource),
            None => status_row(href, "HTTP/1.1 404 Not Found"),
        });
    }
    if world.switches.multiget_duplicates {
        rows.extend(rows.first().cloned());
    }
    Answer::xml(207, &document(rows))
}

/// The properties that a report asks for.
struct Wanted {
    names: Vec<PropName>,
    /// Only parts of the data are asked for, which gives empty events.
    emptied: bool,
    /// Data is written as CDATA.
    cdata: bool,
}

impl Wanted {
    fn of(world: &World, root: &Element) -> Self {
        let prop = root.child(DAV, "prop");
        let partial = prop
            .and_then(|prop| prop.child(CALDAV, "calendar-data"))
            .is_some_and(|data| data.child(CALDAV, "comp").is_some());
        Self {
            names: prop.map_or_else(props::usual, asked),
            emptied: partial && world.switches.partial_data_is_empty,
            cdata: world.switches.cdata,
        }
    }

    fn row(&self, href: &str, resource: &Resource) -> Node {
        row(href, &self.names, |ns, name| match (ns, name) {
            (DAV, "getetag") => Some(Node::text(DAV, name, &resource.etag)),
            (DAV, "getcontenttype") => Some(Node::text(DAV, name, "text/calendar; charset=utf-8")),
            (CALDAV, "calendar-data") if self.emptied => Some(props::data(self.cdata, EMPTY_EVENT)),
            (CALDAV, "calendar-data") => Some(props::data(self.cdata, &resource.ics)),
            _ => None,
        })
    }
}
