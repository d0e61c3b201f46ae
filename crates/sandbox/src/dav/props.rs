//! The value of each property.

use super::call::owner;
use super::multistatus::PropName;
use super::target::{Target, What};
use super::token::token;
use crate::app::Addresses;
use crate::world::{Account, Calendar, Kind, World};
use crate::xml::write::Node;
use crate::xml::{APPLE, CALDAV, DAV, SERVER};

/// What an `allprop` request gets, if it gets anything.
pub(super) fn usual() -> Vec<PropName> {
    ["resourcetype", "displayname", "getetag", "getcontenttype"]
        .iter()
        .map(|name| (DAV.to_owned(), (*name).to_owned()))
        .collect()
}

/// The value of a property, or `None` when the target has none of this name.
pub(super) fn value(
    world: &World,
    addresses: &Addresses,
    target: &Target,
    ns: &str,
    name: &str,
) -> Option<Node> {
    let account = owner(world, target)?;
    if (ns, name) == (DAV, "current-user-principal") {
        return Some(Node::new(DAV, "current-user-principal").with(Node::href(&account.principal_path())));
    }
    match &target.what {
        What::Root => None,
        What::Principal => principal(world, addresses, account, ns, name),
        What::Home => home(ns, name),
        What::Inbox => scheduling("schedule-inbox", ns, name),
        What::Outbox => scheduling("schedule-outbox", ns, name),
        What::Notification => match (ns, name) {
            (DAV, "resourcetype") => Some(types(&[(DAV, "collection"), (SERVER, "notification")])),
            (DAV, "current-user-privilege-set") => Some(privileges(true)),
            _ => None,
        },
        What::Calendar(id) => calendar(world, account, world.calendar(*id)?, ns, name),
        What::Object(id, object) => {
            let resource = world.calendar(*id)?.resources.get(object)?;
            match (ns, name) {
                (DAV, "getetag") => Some(Node::text(DAV, name, &resource.etag)),
                (DAV, "getcontenttype") => Some(Node::text(DAV, name, "text/calendar; charset=utf-8")),
                (DAV, "getcontentlength") => Some(Node::text(DAV, name, resource.ics.len().to_string())),
                (DAV, "resourcetype") => Some(Node::new(DAV, name)),
                (CALDAV, "calendar-data") => Some(data(world.switches.cdata, &resource.ics)),
                _ => None,
            }
        }
    }
}

/// The text of an object, as a CDATA section or escaped.
pub(super) fn data(cdata: bool, ics: &str) -> Node {
    if cdata {
        Node::cdata(CALDAV, "calendar-data", ics)
    } else {
        Node::text(CALDAV, "calendar-data", ics)
    }
}

fn types(names: &[(&'static str, &str)]) -> Node {
    Node::new(DAV, "resourcetype").with_all(names.iter().map(|(ns, name)| Node::new(*ns, *name)))
}

fn privileges(write: bool) -> Node {
    let reading = [
        (DAV, "read"),
        (DAV, "read-current-user-privilege-set"),
        (CALDAV, "read-free-busy"),
    ];
    let writing = [
        (DAV, "write"),
        (DAV, "write-properties"),
        (DAV, "write-content"),
        (DAV, "bind"),
        (DAV, "unbind"),
    ];
    let given = reading.iter().chain(if write { &writing[..] } else { &[] });
    Node::new(DAV, "current-user-privilege-set")
        .with_all(given.map(|(ns, name)| Node::new(DAV, "privilege").with(Node::new(*ns, *name))))
}

fn component_set(name: &str) -> Node {
    Node::new(CALDAV, "supported-calendar-component-set")
        .with(Node::new(CALDAV, "comp").attribute("name", name))
}

fn principal(world: &World, addresses: &Addresses, account: &Account, ns: &str, name: &str) -> Option<Node> {
    let home = account.home_path();
    // An absolute address with an explicit port on another host, as iCloud gives it.
    let at = |path: &str| {
        if world.switches.absolute_home {
            format!("http://{}{path}", addresses.partition)
        } else {
            path.to_owned()
        }
    };
    let link = |name: &str, path: &str| Some(Node::new(CALDAV, name).with(Node::href(&at(path))));
    match (ns, name) {
        (CALDAV, "calendar-home-set") => link(name, &home),
        (CALDAV, "schedule-inbox-URL") => link(name, &format!("{home}inbox/")),
        (CALDAV, "schedule-outbox-URL") => link(name, &format!("{home}outbox/")),
        (CALDAV, "calendar-user-address-set") => {
            let mails = std::iter::once(&account.apple_id).chain(&account.aliases);
            Some(
                Node::new(CALDAV, name)
                    .with_all(mails.map(|mail| Node::href(&format!("mailto:{mail}"))))
                    .with(Node::href(&account.principal_path()))
                    .with(Node::href(&format!("urn:uuid:{}", account.id.0))),
            )
        }
        (DAV, "displayname") => Some(Node::text(DAV, name, &account.me_name)),
        (DAV, "principal-URL") => Some(Node::new(DAV, name).with(Node::href(&account.principal_path()))),
        (DAV, "resourcetype") => Some(types(&[(DAV, "principal")])),
        _ => None,
    }
}

fn home(ns: &str, name: &str) -> Option<Node> {
    match (ns, name) {
        (DAV, "resourcetype") => Some(types(&[(DAV, "collection")])),
        (DAV, "current-user-privilege-set") => Some(privileges(true)),
        _ => None,
    }
}

/// Inbox and outbox; the inbox says that it holds VEVENT, and both can be written to.
fn scheduling(kind: &'static str, ns: &str, name: &str) -> Option<Node> {
    match (ns, name) {
        (DAV, "resourcetype") => Some(types(&[(DAV, "collection"), (CALDAV, kind)])),
        (DAV, "current-user-privilege-set") => Some(privileges(true)),
        (CALDAV, "supported-calendar-component-set") => Some(component_set("VEVENT")),
        _ => None,
    }
}

fn calendar(world: &World, account: &Account, calendar: &Calendar, ns: &str, name: &str) -> Option<Node> {
    let subscribed = calendar.kind == Kind::Subscribed;
    match (ns, name) {
        (DAV, "resourcetype") => Some(types(match calendar.kind {
            Kind::Events | Kind::Reminders => &[(DAV, "collection"), (CALDAV, "calendar")],
            Kind::Shared => &[
                (DAV, "collection"),
                (CALDAV, "calendar"),
                (SERVER, "shared-owner"),
            ],
            Kind::SharedReadOnly => &[(DAV, "collection"), (CALDAV, "calendar"), (SERVER, "shared")],
            Kind::Subscribed => &[(DAV, "collection"), (SERVER, "subscribed")],
        })),
        (DAV, "displayname") => Some(Node::text(DAV, name, &calendar.name)),
        (DAV, "owner") => Some(Node::new(DAV, name).with(Node::href(&account.principal_path()))),
        (DAV, "current-user-privilege-set") => Some(privileges(calendar.writable)),
        (DAV, "sync-token") if !subscribed => Some(Node::text(DAV, name, token(world, calendar))),
        (DAV, "supported-report-set") => Some(reports()),
        (SERVER, "getctag") => Some(Node::text(SERVER, name, token(world, calendar))),
        (SERVER, "source") if subscribed => {
            Some(Node::new(SERVER, name).with(Node::href("webcal://holidays.example/us.ics")))
        }
        (APPLE, "calendar-color") => Some(Node::text(APPLE, name, &calendar.color)),
        (APPLE, "calendar-order") => Some(Node::text(APPLE, name, calendar.id.0.to_string())),
        (CALDAV, "supported-calendar-component-set") => Some(component_set(calendar.component())),
        (CALDAV, "calendar-timezone") => world
            .switches
            .calendar_zone
            .as_deref()
            .map(|zone| Node::text(CALDAV, name, definition(zone))),
        _ => None,
    }
}

/// A zone by its name alone.
fn definition(zone: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Practice//EN\r\nBEGIN:VTIMEZONE\r\nTZID:{zone}\r\nEND:VTIMEZONE\r\n\
         END:VCALENDAR\r\n"
    )
}

fn reports() -> Node {
    let known = [
        (CALDAV, "calendar-query"),
        (CALDAV, "calendar-multiget"),
        (DAV, "sync-collection"),
    ];
    Node::new(DAV, "supported-report-set").with_all(known.iter().map(|(ns, name)| {
        Node::new(DAV, "supported-report").with(Node::new(DAV, "report").with(Node::new(*ns, *name)))
    }))
}
