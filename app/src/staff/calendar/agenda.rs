//! Converting the agenda to the calendar view.

use bookings::accounts::StaffMember;
use std::collections::{BTreeMap, BTreeSet};

use bookings::agenda::{Agenda, AgendaAppointment, AgendaDay, AgendaEvent, Scope};
use bookings::{StaffId, Status, TimeOwner};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use zones::Zone;

use super::super::appointment::write_label;
use super::super::appointments::COLLIDES;
use super::super::format::{long_date, short_date, span};
use super::super::week_grid::{AllDay, Block, GridDay, Mark};
use super::{CalendarView, PersonChoice};
use crate::context::quince;
use crate::error::AppError;

const MINUTES: i64 = 24 * 60;

pub async fn load(me: StaffMember, date: &str, days: u8, who: &str) -> Result<CalendarView, AppError> {
    let quince = quince()?;
    let today = me.zone.date(quince.now());
    let asked: Date = if date.is_empty() {
        today
    } else {
        date.parse().map_err(|_| AppError::NotFound)?
    };
    let first = if days == 1 { asked } else { monday(asked) };
    let chosen = match who {
        "" => Scope::Me,
        "team" => Scope::Everybody,
        id => Scope::Person(id.parse().map_err(|_| AppError::NotFound)?),
    };
    let agenda = bookings::agenda::view(&quince, me.id, first, days, chosen).await?;
    let team = bookings::accounts::team(&quince).await?;
    let address = |date: Date, days: u8, who: &str| {
        let view = if days == 1 { "&view=day" } else { "" };
        let who = if who.is_empty() {
            String::new()
        } else {
            format!("&who={who}")
        };
        format!("/calendar?date={date}{view}{who}")
    };
    let mut people = vec![PersonChoice {
        name: "Me".to_owned(),
        href: address(first, days, ""),
        chosen: who.is_empty(),
    }];
    // Only admins see the days of others.
    if team.len() > 1 && me.is_admin() {
        people.push(PersonChoice {
            name: "Team".to_owned(),
            href: address(first, days, "team"),
            chosen: who == "team",
        });
        people.extend(team.iter().filter(|person| person.id != me.id).map(|person| {
            let id = person.id.to_string();
            PersonChoice {
                href: address(first, days, &id),
                chosen: id == who,
                name: person.name.clone(),
            }
        }));
    }
    let step = i32::from(days).days();
    let warnings = warnings(&agenda, &me);
    let connected = agenda
        .freshness
        .iter()
        .any(|connection| connection.state != bookings::ConnectionState::Disconnected);
    let servers = servers(&agenda);
    // In one's own calendar all events are one's own, so names are left out.
    let names = if who.is_empty() {
        BTreeMap::new()
    } else {
        team.iter()
            .map(|person| (person.id, first_name(&person.name)))
            .collect()
    };
    let booked = || agenda.days.iter().flat_map(|day| &day.appointments);
    let color = |found: &AgendaAppointment| (found.calendar_name.clone(), found.color.clone());
    let colors: BTreeSet<(String, String)> = booked().map(color).collect();
    let is_shown = |mark: &Mark| booked().any(|found| mark_of(found.status) == Some(*mark));
    let marks = [Mark::Pending, Mark::Showed, Mark::NoShow]
        .into_iter()
        .filter(is_shown)
        .collect();
    let one_person = chosen != Scope::Everybody;
    let grid = grid(agenda, today, &me.zone, &names, one_person);
    // New entries are for the shown day, or for today if it is shown.
    let shown = if first <= today && today < first.saturating_add(step) {
        today
    } else {
        first
    };
    let (first_hour, last_hour) = hours_shown(&grid);
    Ok(CalendarView {
        title: title(first, days),
        zone: me.zone.to_string(),
        days: grid,
        first_hour,
        last_hour,
        previous: address(first.saturating_sub(step), days, who),
        next: address(first.saturating_add(step), days, who),
        today: address(today, days, who),
        as_day: address(shown, 1, who),
        as_week: address(first, 7, who),
        block_off: format!("/blocked-time/new?date={shown}"),
        book: format!("/appointments/new?date={shown}"),
        one_day: days == 1,
        people,
        warnings,
        connected,
        servers,
        colors: colors.into_iter().collect(),
        marks,
    })
}

/// Warnings about other people's outdated connections. The banner warns of one's own.
fn warnings(agenda: &Agenda, me: &StaffMember) -> Vec<String> {
    let others = agenda
        .freshness
        .iter()
        .filter(|connection| connection.owner != me.id);
    let unread = others
        .filter(|connection| connection.state != bookings::ConnectionState::Connected)
        .map(|connection| connection.sentence.clone());
    unread.collect()
}

/// The servers whose events are shown, for a sentence.
fn servers(agenda: &Agenda) -> String {
    let connections = agenda.freshness.iter();
    let places: BTreeSet<&str> = connections
        .map(|connection| connection.server_name.as_str())
        .collect();
    crate::settings::calendar_choice::join_servers(places)
}

fn mark_of(status: Status) -> Option<Mark> {
    match status {
        Status::New => Some(Mark::Pending),
        Status::Showed => Some(Mark::Showed),
        Status::NoShow => Some(Mark::NoShow),
        Status::Confirmed | Status::Cancelled | Status::Invalid => None,
    }
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i32::from(date.weekday().since(Weekday::Monday)).days())
}

fn title(first: Date, days: u8) -> String {
    if days == 1 {
        return long_date(first);
    }
    let last = first.saturating_add(6.days());
    match (first.year() == last.year(), first.month() == last.month()) {
        (true, true) => format!("{}–{}", first.day(), last.strftime("%-d %B %Y")),
        (true, false) => format!("{} – {}", first.strftime("%-d %b"), last.strftime("%-d %b %Y")),
        (false, _) => format!("{} – {}", first.strftime("%-d %b %Y"), last.strftime("%-d %b %Y")),
    }
}

/// Entries for a closed day, or for the people who do not work.
fn closed_entries(day: &AgendaDay, names: &BTreeMap<StaffId, &str>, is_closed: bool) -> Vec<AllDay> {
    let entry = |kind: &str, title: String| AllDay {
        kind: kind.to_owned(),
        title,
        href: None,
    };
    let holiday = day.holiday.as_ref().map(|name| match name.as_str() {
        "" => entry("blocked", "Holiday".to_owned()),
        name => entry("blocked", format!("Holiday: {name}")),
    });
    let off = day.days_off.iter();
    let off = off.map(|(host, _)| entry("closed", of_whom(*host, "Day off", names)));
    let mut entries: Vec<AllDay> = holiday.into_iter().chain(off).collect();
    if is_closed && entries.is_empty() {
        entries.push(entry("closed", "No hours".to_owned()));
    }
    entries
}

fn grid(
    agenda: Agenda,
    today: Date,
    zone: &Zone,
    names: &BTreeMap<StaffId, &str>,
    one_person: bool,
) -> Vec<GridDay> {
    let titled = |event: &AgendaEvent| of_whom(event.host, &event.title, names);
    let page_of = |event: &AgendaEvent| event.id.map(|id| super::super::event::href(id, event.start));
    agenda
        .days
        .into_iter()
        .map(|day| {
            let date = day.date;
            let is_closed = one_person && day.open.is_empty();
            let closed_entries = closed_entries(&day, names, is_closed);
            let (all_day, timed): (Vec<_>, Vec<_>) =
                day.external.into_iter().partition(|event| event.all_day);
            let whole_day = (
                zone.start_of_day(date),
                zone.start_of_day(date.saturating_add(1.day())),
            );
            let (closed, blocked): (Vec<_>, Vec<_>) = day
                .blocked
                .into_iter()
                .partition(|block| block.start <= whole_day.0 && whole_day.1 <= block.end);
            let appointments = day.appointments.into_iter().filter_map(|appointment| {
                let (from, to) = place(appointment.start, appointment.end, date, zone)?;
                Some(Block {
                    from,
                    to,
                    kind: "appointment".to_owned(),
                    title: appointment.title,
                    detail: [
                        appointment.service.unwrap_or_default(),
                        appointment.calendar_name,
                        appointment.host_name,
                    ]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
                    color: appointment.color,
                    mark: mark_of(appointment.status),
                    time: span(appointment.start, appointment.end, zone),
                    href: Some(match appointment.session {
                        Some(session) => format!("/sessions/{session}"),
                        None => format!("/appointments/{}", appointment.id),
                    }),
                    notes: {
                        let write = appointment.write.filter(|state| needs_look(*state));
                        let write = write.map(|state| write_label(state, &appointment.write_server_name));
                        let collision = appointment.collides.then(|| COLLIDES.to_owned());
                        collision.into_iter().chain(write).collect()
                    },
                    ..Block::default()
                })
            });
            let events = timed.into_iter().filter_map(|event| {
                let (from, to) = place(event.start, event.end, date, zone)?;
                Some(Block {
                    from,
                    to,
                    kind: if event.blocks { "external" } else { "free" }.to_owned(),
                    title: titled(&event),
                    href: page_of(&event),
                    detail: event.calendar_name,
                    time: span(event.start, event.end, zone),
                    ..Block::default()
                })
            });
            let blocked = blocked.into_iter().filter_map(|block| {
                let (from, to) = place(block.start, block.end, date, zone)?;
                Some(Block {
                    from,
                    to,
                    kind: "blocked".to_owned(),
                    title: of_owner(block.owner, &block.title, names),
                    href: Some(format!("/blocked-time/{}", block.id)),
                    time: span(block.start, block.end, zone),
                    ..Block::default()
                })
            });
            let mut blocks: Vec<Block> = appointments.chain(events).chain(blocked).collect();
            lanes(&mut blocks);
            GridDay {
                name: short_date(date),
                long_name: long_date(date),
                today: date == today,
                closed: is_closed,
                all_day: closed_entries
                    .into_iter()
                    .chain(closed.into_iter().map(|block| AllDay {
                        kind: "blocked".to_owned(),
                        title: of_owner(block.owner, &block.title, names),
                        href: Some(format!("/blocked-time/{}", block.id)),
                    }))
                    .chain(all_day.into_iter().map(|event| AllDay {
                        kind: if event.blocks { "external" } else { "free" }.to_owned(),
                        title: titled(&event),
                        href: page_of(&event),
                    }))
                    .collect(),
                blocks,
            }
        })
        .collect()
}

/// Like [`of_whom`]; a booking calendar's own time is named after it.
fn of_owner(owner: TimeOwner, title: &str, names: &BTreeMap<StaffId, &str>) -> String {
    match owner.staff() {
        Some(host) => of_whom(host, title, names),
        None => title.to_owned(),
    }
}

/// Adds the host's name to a title when several people are shown.
fn of_whom(host: StaffId, title: &str, names: &BTreeMap<StaffId, &str>) -> String {
    match names.get(&host) {
        Some(name) => format!("{name}: {title}"),
        None => title.to_owned(),
    }
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

fn needs_look(state: bookings::WriteState) -> bool {
    matches!(
        state,
        bookings::WriteState::Failed | bookings::WriteState::ChangedInIcloud
    )
}

/// The minutes of a date that a span covers, at least one.
fn place(start: jiff::Timestamp, end: jiff::Timestamp, date: Date, zone: &Zone) -> Option<(u16, u16)> {
    let (from, to) = (zone.local(start), zone.local(end));
    let minutes = |at: jiff::civil::DateTime| {
        let days = (at.date() - date).get_days();
        i64::from(days) * MINUTES + i64::from(at.hour()) * 60 + i64::from(at.minute())
    };
    let (from, to) = (minutes(from), minutes(to).max(minutes(from) + 1));
    let (from, to) = (from.max(0), to.min(MINUTES));
    (from < to).then(|| {
        (
            u16::try_from(from).unwrap_or(0),
            u16::try_from(to).unwrap_or(1440),
        )
    })
}

/// Assigns lanes to blocks that overlap.
fn lanes(blocks: &mut [Block]) {
    blocks.sort_by_key(|block| (block.from, std::cmp::Reverse(block.to)));
    let mut start = 0;
    while start < blocks.len() {
        let mut ends: Vec<u16> = Vec::new();
        let mut until = blocks[start].to;
        let mut end = start;
        while end < blocks.len() && (end == start || blocks[end].from < until) {
            let block = &mut blocks[end];
            until = until.max(block.to);
            let lane = ends
                .iter()
                .position(|busy_until| *busy_until <= block.from)
                .unwrap_or(ends.len());
            if lane == ends.len() {
                ends.push(block.to);
            } else {
                ends[lane] = block.to;
            }
            block.lane = u8::try_from(lane).unwrap_or(u8::MAX);
            end += 1;
        }
        let count = u8::try_from(ends.len()).unwrap_or(u8::MAX);
        blocks[start..end]
            .iter_mut()
            .for_each(|block| block.lanes = count);
        start = end;
    }
}

/// The hours of the grid: 8 to 18, and more if something is outside.
fn hours_shown(days: &[GridDay]) -> (u8, u8) {
    let blocks = || days.iter().flat_map(|day| &day.blocks);
    let first = blocks().map(|block| block.from / 60).min().unwrap_or(8).min(8);
    let last = blocks()
        .map(|block| block.to.div_ceil(60))
        .max()
        .unwrap_or(18)
        .clamp(18, 24);
    (u8::try_from(first).unwrap_or(0), u8::try_from(last).unwrap_or(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(from: u16, to: u16) -> Block {
        Block {
            from,
            to,
            ..Block::default()
        }
    }

    #[test]
    fn overlapping_blocks_stand_side_by_side_and_others_keep_the_whole_width() {
        let mut blocks = vec![block(600, 660), block(540, 630), block(630, 700), block(800, 830)];
        lanes(&mut blocks);
        let placed: Vec<_> = blocks
            .iter()
            .map(|block| (block.from, block.lane, block.lanes))
            .collect();
        assert_eq!(placed, [(540, 0, 2), (600, 1, 2), (630, 0, 2), (800, 0, 1)]);
    }

    #[test]
    fn an_event_past_midnight_is_on_both_days() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let (start, end) = (
            "2026-11-24T22:00:00Z".parse().unwrap(),
            "2026-11-25T01:00:00Z".parse().unwrap(),
        );
        let day = |text: &str| place(start, end, text.parse().unwrap(), &zone);
        assert_eq!(day("2026-11-24"), Some((23 * 60, 1440)));
        assert_eq!(day("2026-11-25"), Some((0, 120)));
        assert_eq!(day("2026-11-26"), None);
    }

    #[test]
    fn the_week_starts_on_monday() {
        assert_eq!(monday("2026-11-29".parse().unwrap()).to_string(), "2026-11-23");
        assert_eq!(title("2026-11-30".parse().unwrap(), 7), "30 Nov – 6 Dec 2026");
    }
}
