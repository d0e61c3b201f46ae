//! PROPFIND.

use super::answer::Answer;
use super::call::{Call, owner};
use super::multistatus::{asked, document, row};
use super::props;
use super::target::{Target, What};
use crate::world::World;
use crate::xml::{DAV, read};

pub(super) fn answer(world: &World, call: &Call<'_>, target: &Target) -> Answer {
    let wanted = if call.body.is_empty() {
        None
    } else {
        read::parse(call.body).ok()
    };
    let all = wanted
        .as_ref()
        .is_none_or(|root| root.child(DAV, "prop").is_none());
    if wanted.is_none() && !call.body.is_empty() {
        return Answer::html(400, "Bad Request");
    }
    if all && world.switches.allprop_fails {
        return Answer::status(400);
    }
    let names = match wanted.as_ref().and_then(|root| root.child(DAV, "prop")) {
        Some(prop) => asked(prop),
        None => props::usual(),
    };
    let deep = match call.header("depth") {
        Some("0") => false,
        Some("1") => true,
        _ => return Answer::status(403),
    };
    let Some(first) = href(world, target) else {
        return Answer::status(404);
    };
    let shown = if target.what == What::Principal && world.switches.mismatched_hrefs {
        "/principal/".to_owned()
    } else {
        first
    };
    let value = |target: &Target, ns: &str, name: &str| props::value(world, call.addresses, target, ns, name);
    let mut rows = vec![row(&shown, &names, |ns, name| value(target, ns, name))];
    if deep {
        for below in below(world, target) {
            if let Some(href) = href(world, &below) {
                rows.push(row(&href, &names, |ns, name| value(&below, ns, name)));
            }
        }
    }
    Answer::xml(207, &document(rows))
}

/// The path under which a target is listed; `None` when it is not there.
fn href(world: &World, target: &Target) -> Option<String> {
    let account = owner(world, target)?;
    let home = account.home_path();
    Some(match &target.what {
        What::Root => "/".to_owned(),
        What::Principal => account.principal_path(),
        What::Home => home,
        What::Inbox => format!("{home}inbox/"),
        What::Outbox => format!("{home}outbox/"),
        What::Notification => format!("{home}notification/"),
        What::Calendar(id) => world.href(*id, None)?,
        What::Object(id, name) => {
            world.calendar(*id)?.resources.get(name)?;
            world.href(*id, Some(name))?
        }
    })
}

/// What lies directly in a target.
fn below(world: &World, target: &Target) -> Vec<Target> {
    let here = |what| Target {
        account: target.account,
        what,
    };
    match &target.what {
        What::Home => {
            let calendars = owner(world, target).map_or(&[][..], |account| &account.calendars);
            let mut all: Vec<Target> = calendars
                .iter()
                .map(|calendar| here(What::Calendar(calendar.id)))
                .collect();
            all.extend([here(What::Inbox), here(What::Outbox), here(What::Notification)]);
            all
        }
        What::Calendar(id) => world.calendar(*id).map_or_else(Vec::new, |calendar| {
            let left_out = world.switches.list_leaves_out.as_deref();
            let is_listed = |ics: &str| left_out.is_none_or(|text| !ics.contains(text));
            calendar
                .resources
                .iter()
                .filter(|(_, resource)| is_listed(&resource.ics))
                .map(|(name, _)| here(What::Object(*id, name.clone())))
                .collect()
        }),
        _ => Vec::new(),
    }
}
