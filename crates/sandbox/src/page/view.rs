//! The page's HTML.

use std::fmt::Write as _;

use super::agenda::coming;
use super::entry::{add_form, event_item};
use super::notice::{Notice, Typed};
use super::text::{escape, moment};
use crate::world::{Account, Calendar, Kind, PasswordState, World};

/// Whether the page offers changes: in everything that somebody edits on a phone.
pub(super) fn can_change(calendar: &Calendar) -> bool {
    matches!(calendar.kind, Kind::Events | Kind::Shared | Kind::SharedReadOnly)
}

/// The whole page.
pub(super) fn page(world: &World, notice: Option<&Notice>) -> String {
    let mut out = String::from(HEAD);
    let zone = escape(world.zone.name());
    let now = world.clock.now();
    let _ = write!(
        out,
        "<header><h1>Practice iCloud</h1><p>These are the calendars of the practice accounts, as they would be seen \
         on an iPhone. Add, move or delete an event here and watch the app follow.</p>\
         <p class=quiet>All times are in <strong>{zone}</strong>, where it is now {}.</p></header>\n<main>\n",
        moment(&world.zone, now, "%A %-d %B, %H:%M")
    );
    match notice {
        Some(Notice::Done(sentence)) => {
            let _ = writeln!(
                out,
                "<p class=\"notice done\" role=status>{}</p>",
                escape(sentence)
            );
        }
        Some(Notice::Problem(sentence, _)) => {
            let _ = writeln!(
                out,
                "<p class=\"notice problem\" role=alert>{}</p>",
                escape(sentence)
            );
        }
        None => {}
    }
    let typed = match notice {
        Some(Notice::Problem(_, typed)) => typed.as_ref(),
        _ => None,
    };
    reachability(&mut out, world);
    for account in &world.accounts {
        account_section(&mut out, world, account, typed);
    }
    if !world.invitations.is_empty() {
        out.push_str("<section><h2>Mails iCloud would have sent</h2><ul class=plain>");
        for mail in world.invitations.iter().rev().take(20) {
            let _ = write!(out, "<li>{} to {}</li>", escape(&mail.summary), escape(&mail.to));
        }
        out.push_str("</ul></section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

const HEAD: &str = "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
    <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
    <meta name=color-scheme content=\"light dark\">\n<title>Practice iCloud</title>\n\
    <link rel=stylesheet href=/practice/style.css>\n<link rel=icon href=data:,>\n</head>\n<body>\n";

fn reachability(out: &mut String, world: &World) {
    let (sentence, down, label) = if world.faults.standing.is_some() {
        (
            "Apps cannot reach the practice iCloud at the moment.",
            "false",
            "Make it reachable again",
        )
    } else {
        (
            "Apps can reach the practice iCloud.",
            "true",
            "Simulate an outage",
        )
    };
    let _ = writeln!(
        out,
        "<form method=post action=/practice/outage class=line><p>{sentence}</p>\
         <input type=hidden name=down value={down}><button class=second>{label}</button></form>"
    );
}

fn account_section(out: &mut String, world: &World, account: &Account, typed: Option<&Typed>) {
    let (state, revoked, label) = match account.state {
        PasswordState::Ok => ("works", "true", "Revoke it"),
        PasswordState::Revoked => ("is revoked", "false", "Let it work again"),
    };
    let name = escape(&account.me_name);
    let _ = writeln!(
        out,
        "<section aria-labelledby=account-{id}>\n<h2 id=account-{id}>{name}</h2>\n\
         <dl><div><dt>Apple ID</dt><dd><code>{apple}</code></dd></div>\
         <div><dt>App-specific password</dt><dd><code>{password}</code> <span class=quiet>({state})</span></dd></div></dl>\n\
         <form method=post action=/practice/password><input type=hidden name=account value={id}>\
         <input type=hidden name=revoked value={revoked}>\
         <button class=second>{label}<span class=hidden>: the password of {name}</span></button></form>\n\
         <div class=calendars>",
        id = account.id.0,
        apple = escape(&account.apple_id),
        password = escape(&account.password),
    );
    for calendar in &account.calendars {
        calendar_article(out, world, account, calendar, typed);
    }
    out.push_str("</div>\n</section>\n");
}

fn calendar_article(
    out: &mut String,
    world: &World,
    account: &Account,
    calendar: &Calendar,
    typed: Option<&Typed>,
) {
    let typed = typed.filter(|typed| typed.calendar == calendar.id.0);
    let id = calendar.id.0;
    let color = calendar.color.get(..7).unwrap_or("#888888");
    let _ = writeln!(
        out,
        "<article id=calendar-{id} aria-labelledby=name-{id}>\n<h3 id=name-{id}>\
         <svg viewBox=\"0 0 12 12\" width=12 height=12 aria-hidden=true><circle cx=6 cy=6 r=6 fill=\"{}\"/></svg> \
         {}</h3>",
        escape(color),
        escape(&calendar.name)
    );
    let note = match calendar.kind {
        Kind::Events if calendar.writable => "",
        Kind::Events => "Apps may only read this calendar.",
        Kind::Shared => "Shared with others by this account.",
        Kind::SharedReadOnly => "Shared by somebody else: apps may only read it.",
        Kind::Reminders => "A list of reminders: no calendar for appointments.",
        Kind::Subscribed => "A subscription: the phone fetches it, and iCloud shows nothing of it to apps.",
    };
    if !note.is_empty() {
        let _ = writeln!(out, "<p class=quiet>{note}</p>");
    }
    if can_change(calendar) {
        add_form(out, world, calendar, typed);
        let (items, more) = coming(world, account, calendar);
        if items.is_empty() {
            out.push_str("<p class=quiet>No coming events.</p>");
        } else {
            out.push_str("<ol class=plain>\n");
            for (number, item) in items.iter().enumerate() {
                event_item(
                    out,
                    &world.zone,
                    &format!("{}-{number}", calendar.id.0),
                    item,
                    calendar,
                    typed,
                );
            }
            out.push_str("</ol>\n");
        }
        if more > 0 {
            let _ = writeln!(out, "<p class=quiet>… and {more} more.</p>");
        }
    }
    shutter(out, world, calendar);
    out.push_str("</article>\n");
}

/// Apps get an error for one calendar, or read it again.
fn shutter(out: &mut String, world: &World, calendar: &Calendar) {
    let (sentence, shut, label) = if world.faults.of_calendars.contains_key(&calendar.id) {
        (
            "Apps get an error for this calendar.",
            "false",
            "Let it be read again",
        )
    } else {
        ("", "true", "Simulate that it cannot be read")
    };
    let _ = writeln!(
        out,
        "<form method=post action=/practice/calendar class=line><p class=quiet>{sentence}</p>\
         <input type=hidden name=calendar value={id}><input type=hidden name=shut value={shut}>\
         <button class=second>{label}<span class=hidden>: {name}</span></button></form>",
        id = calendar.id.0,
        name = escape(&calendar.name),
    );
}
