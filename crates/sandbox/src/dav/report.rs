//! REPORT: which one, and where it is allowed.

use super::answer::Answer;
use super::call::Call;
use super::multistatus::precondition;
use super::target::{Target, What};
use super::{query, sync};
use crate::world::{Kind, World};
use crate::xml::{CALDAV, DAV, read};

pub(super) fn answer(world: &mut World, call: &Call<'_>, target: &Target) -> Answer {
    let Ok(root) = read::parse(call.body) else {
        return Answer::html(400, "Bad Request");
    };
    let id = match &target.what {
        What::Calendar(id) => *id,
        // Nothing is ever scheduled here, so nothing is found.
        What::Inbox if root.ns == CALDAV => return query::nothing(),
        _ => return Answer::xml(403, &precondition(DAV, "supported-report")),
    };
    let stale = world.stale_view(id);
    let world = &*world;
    let Some(calendar) = stale.as_ref().or_else(|| world.calendar(id)) else {
        return Answer::status(404);
    };
    match (root.ns.as_str(), root.name.as_str()) {
        // A subscription has no events on the server. The answer is a success all the same.
        (CALDAV, "calendar-query" | "calendar-multiget") if calendar.kind == Kind::Subscribed => {
            query::nothing()
        }
        (CALDAV, "calendar-query") => query::query(world, call, calendar, &root),
        (CALDAV, "calendar-multiget") => query::multiget(world, calendar, &root),
        (DAV, "sync-collection") => sync::answer(world, calendar, &root),
        _ => Answer::xml(403, &precondition(DAV, "supported-report")),
    }
}
