//! Reads the time zone of a whole calendar as servers state it: a VCALENDAR with one VTIMEZONE (`calendar-timezone`, RFC 4791,
//! section 5.2.2).

use jiff::Timestamp;
use zones::Zone;

use crate::parse::calendar::parse;
use crate::timezone::clock::{Clock, instant};
use crate::timezone::vtimezone::{ChangeWindow, YEAR};
use crate::timezone::zone_lookup::ZoneLookup;

/// Returns the zone of a calendar by its name, in any spelling, or by its definition: then a named zone with the same offsets
/// from a year before `now` to three years after it. `None` when it is not clear.
pub fn calendar_zone(text: &str, now: Timestamp) -> Option<Zone> {
    let calendar = parse(text.as_bytes());
    let zone = calendar.zones.iter().find(|zone| !zone.id.trim().is_empty())?;
    let (from, to) = (now.as_second() - YEAR, now.as_second() + 3 * YEAR);
    let wanted = ChangeWindow {
        begins: from,
        from,
        to,
        horizon: (from, to),
    };
    let mut clocks = ZoneLookup::of(&calendar, &Zone::utc(), wanted).own(&zone.id)?;
    let only = clocks.pop().filter(|_| clocks.is_empty())?;
    // A zone that is only defined has no name that can be kept.
    let named = only.name().and_then(|name| Zone::named(name).ok());
    named.or_else(|| same_as(&only, instant(from), instant(to)))
}

/// Returns a zone with the same offsets in a span.
fn same_as(clock: &Clock, from: Timestamp, to: Timestamp) -> Option<Zone> {
    if clock.is_utc() {
        return Some(Zone::utc());
    }
    let offsets = |clock: &Clock| {
        let mut offsets = vec![(from.as_second(), clock.naive(from) - from.as_second())];
        offsets.extend(clock.changes(from, to));
        // Some changes concern only the abbreviation.
        offsets.dedup_by_key(|(_, offset)| *offset);
        offsets
    };
    let wanted = offsets(clock);
    let names = zones::names().iter().filter(|name| name.contains('/'));
    let zones = names.filter_map(|name| Zone::named(name).ok());
    zones
        .map(|zone| (Clock::named(zone.clone()), zone))
        .find(|(other, _)| offsets(other) == wanted)
        .map(|(_, zone)| zone)
}
