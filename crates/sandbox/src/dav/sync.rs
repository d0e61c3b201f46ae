//! sync-collection (RFC 6578): which objects changed, never their data.

use super::answer::Answer;
use super::collection::collection_row;
use super::multistatus::{asked, document, precondition, row, status_row};
use super::props;
use super::token::{revision, token_at};
use crate::switches::ExpiredToken;
use crate::world::{Calendar, Change, World};
use crate::xml::DAV;
use crate::xml::read::Element;
use crate::xml::write::Node;

pub(super) fn answer(world: &World, calendar: &Calendar, root: &Element) -> Answer {
    let text = root
        .child(DAV, "sync-token")
        .map_or("", |token| token.text.trim());
    let mut since = None;
    if !text.is_empty() {
        since = revision(world, calendar, text);
        if since.is_none()
            && let Some(refusal) = expired(world.switches.expired_token)
        {
            return refusal;
        }
    }
    let names = root.child(DAV, "prop").map_or_else(props::usual, asked);
    let mut changes = calendar.since(since);
    let asked_limit = root
        .child(DAV, "limit")
        .and_then(|limit| limit.child(DAV, "nresults"))
        .and_then(|number| number.text.trim().parse().ok());
    let limit = [world.switches.sync_page, asked_limit]
        .into_iter()
        .flatten()
        .min();
    let truncated = limit.is_some_and(|limit: usize| changes.len() > limit.max(1));
    if let Some(limit) = limit.filter(|_| truncated) {
        changes.truncate(limit.max(1));
    }
    let reached = match changes.last() {
        Some((last, _)) if truncated => *last,
        _ => calendar.revision,
    };
    let mut rows = Vec::new();
    if world.switches.collection_row_in_reports && since.is_none() {
        rows.extend(collection_row(world, calendar, &names));
    }
    for (_, change) in &changes {
        rows.extend(change_row(world, calendar, change, &names));
    }
    if truncated {
        let href = world.href(calendar.id, None).unwrap_or_default();
        let enough = Node::new(DAV, "error").with(Node::new(DAV, "number-of-matches-within-limits"));
        rows.push(status_row(&href, "HTTP/1.1 507 Insufficient Storage").with(enough));
    }
    let document = document(rows).with(Node::text(DAV, "sync-token", token_at(world, calendar, reached)));
    Answer::xml(207, &document)
}

fn change_row(
    world: &World,
    calendar: &Calendar,
    change: &Change,
    names: &[(String, String)],
) -> Option<Node> {
    match change {
        Change::Removed(name) => {
            let href = world.href(calendar.id, Some(name))?;
            Some(status_row(&href, "HTTP/1.1 404 Not Found"))
        }
        Change::Stored(name) => {
            let href = world.href(calendar.id, Some(name))?;
            let resource = calendar.resources.get(name)?;
            Some(row(&href, names, |ns, name| match (ns, name) {
                (DAV, "getetag") => Some(Node::text(DAV, name, &resource.etag)),
                (DAV, "getcontenttype") => Some(Node::text(DAV, name, "text/calendar; charset=utf-8")),
                // Data is never in it: whoever asks gets the 404 of a property that is not there.
                _ => None,
            }))
        }
    }
}

fn expired(mode: ExpiredToken) -> Option<Answer> {
    match mode {
        ExpiredToken::ForbiddenWithReason => Some(Answer::xml(403, &precondition(DAV, "valid-sync-token"))),
        ExpiredToken::Forbidden => Some(Answer::status(403)),
        ExpiredToken::Gone => Some(Answer::status(410)),
        ExpiredToken::PreconditionFailed => Some(Answer::status(412)),
        ExpiredToken::FullListing => None,
    }
}
