//! GET, PUT and DELETE of single objects.

use super::answer::Answer;
use super::call::Call;
use super::target::{Target, What};
use crate::ics::check::{Refused, check};
use crate::world::{CalendarId, World};

/// The largest object, Apple's limit with attachments.
const MAX_OBJECT: usize = 20 * 1024 * 1024;

pub(super) fn get(world: &World, target: &Target) -> Answer {
    let What::Object(id, name) = &target.what else {
        return Answer::status(405);
    };
    match world
        .calendar(*id)
        .and_then(|calendar| calendar.resources.get(name))
    {
        Some(resource) if !world.switches.finds(&resource.ics) => Answer::status(404),
        Some(resource) => Answer::calendar(&resource.etag, &resource.ics),
        None => Answer::status(404),
    }
}

pub(super) fn put(world: &mut World, call: &Call<'_>, target: &Target) -> Answer {
    let What::Object(id, name) = &target.what else {
        return Answer::status(405);
    };
    let Some(calendar) = world.calendar(*id) else {
        return Answer::status(404);
    };
    if !calendar.writable {
        return Answer::status(403);
    }
    if call.body.len() > MAX_OBJECT {
        return Answer::status(413);
    }
    if !call
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/calendar"))
    {
        return Answer::status(415);
    }
    let before = calendar.resources.get(name);
    if !conditions_hold(world, call, before.map(|resource| resource.etag.as_str())) {
        return Answer::status(412);
    }
    let accepted = match check(call.body) {
        Ok(accepted) => accepted,
        Err(Refused(reason)) => return Answer::html(400, reason),
    };
    if accepted.kind != calendar.component() {
        return Answer::status(403);
    }
    if world.switches.require_end && !accepted.has_end {
        return Answer::status(404);
    }
    let renamed = before.is_some_and(|resource| resource.uid != accepted.uid);
    if renamed || uid_is_taken(world, *id, name, &accepted.uid) {
        return Answer::status(412);
    }
    let new = before.is_none();
    world.before_write(*id);
    let Some(etag) = world.store(*id, name, &accepted.uid, call.body) else {
        return Answer::status(404);
    };
    world.note_invitations(accepted.invited, call.body);
    let answer = Answer::status(if new { 201 } else { 204 });
    answer.header_if("ETag", Some(etag).filter(|_| world.switches.etag_on_put))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>, target: &Target) -> Answer {
    match &target.what {
        What::Object(id, name) => {
            let Some(calendar) = world.calendar(*id) else {
                return Answer::status(404);
            };
            let Some(resource) = calendar.resources.get(name) else {
                return Answer::status(404);
            };
            if !calendar.writable {
                return Answer::status(403);
            }
            if call.header("depth").is_some() {
                return Answer::status(400);
            }
            if !conditions_hold(world, call, Some(&resource.etag)) {
                return Answer::status(412);
            }
            world.before_write(*id);
            world.remove(*id, name);
            Answer::status(204)
        }
        // A collection goes with everything in it, and nobody is asked; a client must never do this.
        What::Calendar(id) => {
            world.remove_calendar(*id);
            Answer::status(204)
        }
        _ => Answer::status(403),
    }
}

/// `If-None-Match` and `If-Match` (RFC 9110, section 13.1) against the `ETag` that is there.
fn conditions_hold(world: &World, call: &Call<'_>, etag: Option<&str>) -> bool {
    if call
        .header("if-none-match")
        .is_some_and(|wanted| etag.is_some_and(|etag| lists(wanted, etag)))
    {
        return false;
    }
    match call.header("if-match").map(str::trim) {
        None => true,
        Some("*") if world.switches.if_match_star_fails => false,
        Some(wanted) => etag.is_some_and(|etag| lists(wanted, etag)),
    }
}

fn lists(wanted: &str, etag: &str) -> bool {
    wanted.trim() == "*" || wanted.split(',').any(|one| one.trim() == etag)
}

/// Whether the UID is used elsewhere, or was used by an event that is deleted.
fn uid_is_taken(world: &World, id: CalendarId, name: &str, uid: &str) -> bool {
    let Some(account) = world.owner_of(id) else {
        return false;
    };
    let calendar = world.calendar(id);
    let under_another_name = calendar
        .and_then(|calendar| calendar.name_of_uid(uid))
        .is_some_and(|stored| stored != name);
    let elsewhere = world.switches.uids_are_account_wide && account.other_place_of(uid, id, name).is_some();
    let here = calendar.is_some_and(|calendar| calendar.resources.contains_key(name));
    let was_deleted = !here && world.switches.deleted_uids_stay_taken && account.deleted_uids.contains(uid);
    under_another_name || elsewhere || was_deleted
}
