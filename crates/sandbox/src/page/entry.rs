//! One event on the page, and the forms for it and for a new one.

use std::fmt::Write as _;

use zones::Zone;

use super::agenda::Item;
use super::notice::Typed;
use super::text::{escape, moment};
use crate::world::{Calendar, World};

/// The form for a new event.
pub(super) fn add_form(out: &mut String, world: &World, calendar: &Calendar, typed: Option<&Typed>) {
    let id = calendar.id.0;
    let typed = typed.filter(|typed| typed.event.is_none());
    let today = moment(&world.zone, world.clock.now(), "%Y-%m-%d");
    let value =
        |of: fn(&Typed) -> &String, otherwise: &str| escape(typed.map_or(otherwise, |typed| of(typed)));
    let _ = writeln!(
        out,
        "<details class=add{open}><summary>Add an event<span class=hidden> to {name}</span></summary>\
         <form method=post action=/practice/add><input type=hidden name=calendar value={id}>\
         <label for=add-title-{id}>Title</label>\
         <input id=add-title-{id} name=title required maxlength=200 value=\"{title}\">\
         <div class=fields><div><label for=add-date-{id}>Date</label>\
         <input id=add-date-{id} name=date type=date required value=\"{date}\"></div>\
         <div><label for=add-from-{id}>From</label>\
         <input id=add-from-{id} name=from type=time required value=\"{from}\"></div>\
         <div><label for=add-until-{id}>Until</label>\
         <input id=add-until-{id} name=until type=time required value=\"{until}\"></div></div>\
         <label class=check><input type=checkbox name=all_day value=yes{all_day}> All day</label>\
         <button>Add event</button></form></details>",
        open = if typed.is_some() { " open" } else { "" },
        name = escape(&calendar.name),
        title = value(|typed| &typed.title, ""),
        date = value(|typed| &typed.date, &today),
        from = value(|typed| &typed.from, "10:00"),
        until = value(|typed| &typed.until, "11:00"),
        all_day = if typed.is_some_and(|typed| typed.all_day) {
            " checked"
        } else {
            ""
        },
    );
}

/// An event with the forms to change and to delete it. `field` tells its fields from those of others.
pub(super) fn event_item(
    out: &mut String,
    zone: &Zone,
    field: &str,
    item: &Item,
    calendar: &Calendar,
    typed: Option<&Typed>,
) {
    let showing = &item.showing;
    let title = escape(if showing.summary.is_empty() {
        "(no title)"
    } else {
        &showing.summary
    });
    let _ = writeln!(
        out,
        "<li><p class=event><time datetime={}>{}</time> <strong>{title}</strong>{}</p>",
        moment(zone, showing.start, "%Y-%m-%dT%H:%M"),
        when(zone, item),
        tags(item),
    );
    let shown = moment(zone, showing.start, "%Y-%m-%dT%H:%M:%S");
    let typed = typed.filter(|typed| {
        typed
            .event
            .as_ref()
            .is_some_and(|(name, start)| *name == item.name && *start == shown)
    });
    let value =
        |of: fn(&Typed) -> &String, otherwise: &str| escape(typed.map_or(otherwise, |typed| of(typed)));
    let time_field = if showing.all_day {
        String::new()
    } else {
        format!(
            "<div><label for=from-{field}>Begins at</label><input id=from-{field} name=from type=time required \
             value=\"{}\"></div>",
            value(|typed| &typed.from, &moment(zone, showing.start, "%H:%M"))
        )
    };
    let _ = writeln!(
        out,
        "<details{open}><summary>Change<span class=hidden>: {title}</span></summary>{every}\
         <form method=post action=/practice/change>{hidden}<input type=hidden name=shown value={shown}>\
         <label for=title-{field}>Title</label>\
         <input id=title-{field} name=title required maxlength=200 value=\"{value}\">\
         <div class=fields><div><label for=date-{field}>Date</label>\
         <input id=date-{field} name=date type=date required value=\"{date}\"></div>{time_field}</div>\
         <button>Save<span class=hidden>: {title}</span></button></form>\
         <form method=post action=/practice/delete>{hidden}<button class=danger>Delete\
         <span class=hidden>: {title}</span></button></form></details></li>",
        open = if typed.is_some() { " open" } else { "" },
        every = showing.repeats.map_or(
            "",
            |_| "<p class=quiet>It repeats: a change concerns every turn.</p>"
        ),
        hidden = format_args!(
            "<input type=hidden name=calendar value={}><input type=hidden name=event value=\"{}\">",
            calendar.id.0,
            escape(&item.name),
        ),
        value = value(|typed| &typed.title, &showing.summary),
        date = value(|typed| &typed.date, &moment(zone, showing.start, "%Y-%m-%d")),
    );
}

fn tags(item: &Item) -> String {
    let showing = &item.showing;
    let mut words: Vec<String> = showing.repeats.map(str::to_owned).into_iter().collect();
    words.extend(
        showing
            .travel_minutes
            .map(|minutes| format!("travel {minutes} min")),
    );
    for (is_so, word) in [
        (showing.free, "free"),
        (showing.declined, "declined"),
        (showing.cancelled, "cancelled"),
    ] {
        words.extend(is_so.then(|| word.to_owned()));
    }
    words.iter().fold(String::new(), |mut all, word| {
        let _ = write!(all, " <span class=tag>{}</span>", escape(word));
        all
    })
}

/// The span in words.
fn when(zone: &Zone, item: &Item) -> String {
    let showing = &item.showing;
    let day = moment(zone, showing.start, "%a %-d %b");
    if showing.all_day {
        let last = zone.date(crate::ics::times::shifted(showing.end, -1));
        return if last > zone.date(showing.start) {
            format!("{day} – {}, all day", last.strftime("%a %-d %b"))
        } else {
            format!("{day}, all day")
        };
    }
    let start = moment(zone, showing.start, "%H:%M");
    let end = if zone.date(showing.end) == zone.date(showing.start) {
        moment(zone, showing.end, "%H:%M")
    } else {
        moment(zone, showing.end, "%a %-d %b %H:%M")
    };
    if showing.end == showing.start {
        format!("{day}, {start}")
    } else {
        format!("{day}, {start}–{end}")
    }
}
