//! The row of a calendar itself in a report.

use super::multistatus::{PropName, row};
use super::token::token;
use crate::world::{Calendar, World};
use crate::xml::write::Node;
use crate::xml::{CALDAV, DAV};

/// The row of the calendar itself.
pub(super) fn collection_row(world: &World, calendar: &Calendar, names: &[PropName]) -> Option<Node> {
    let href = world.href(calendar.id, None)?;
    Some(row(&href, names, |ns, name| match (ns, name) {
        (DAV, "getetag") => Some(Node::text(DAV, name, format!("\"{}\"", calendar.revision))),
        (DAV, "resourcetype") => Some(
            Node::new(DAV, name)
                .with(Node::new(DAV, "collection"))
                .with(Node::new(CALDAV, "calendar")),
        ),
        (DAV, "sync-token") => Some(Node::text(DAV, name, token(world, calendar))),
        _ => None,
    }))
}
