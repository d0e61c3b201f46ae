//! What a person's calendar shows of an object: titles, times, and the next turn of simple series.

use jiff::{SignedDuration, Timestamp};
use zones::Zone;

use super::lines::{self, Line};
use super::times::{DAY, When, duration};

/// The next showing of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own in the list"
)]
pub(crate) struct Showing {
    pub(crate) summary: String,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) all_day: bool,
    /// How it repeats, in words.
    pub(crate) repeats: Option<&'static str>,
    /// Whether the owner is free meanwhile.
    pub(crate) free: bool,
    pub(crate) cancelled: bool,
    /// Whether the owner has declined it.
    pub(crate) declined: bool,
    /// The way to it and back, in minutes.
    pub(crate) travel_minutes: Option<i64>,
}

/// The title of the object's first event; empty when it has none.
pub(crate) fn summary(ics: &str) -> String {
    let Ok(all) = lines::read(ics) else {
        return String::new();
    };
    let first = lines::components(&all, "VEVENT")
        .into_iter()
        .chain(lines::components(&all, "VTODO"))
        .next();
    first
        .and_then(|inner| lines::property(&all[inner], "SUMMARY").map(|line| lines::unescape(&line.value)))
        .unwrap_or_default()
}

/// What the object's events show from `now` on: each single event, each changed instance, and of a series its
/// next turn. Daily and weekly series step on; of rarer rules the first turn is shown.
pub(crate) fn showings(ics: &str, me: &[&str], owner: &Zone, now: Timestamp) -> Vec<Showing> {
    let Ok(all) = lines::read(ics) else {
        return Vec::new();
    };
    let events: Vec<&[Line]> = lines::components(&all, "VEVENT")
        .into_iter()
        .map(|inner| &all[inner])
        .collect();
    let replaced: Vec<Timestamp> = events
        .iter()
        .filter_map(|event| lines::property(event, "RECURRENCE-ID").and_then(When::of))
        .map(|when| when.instant(owner))
        .collect();
    events
        .iter()
        .filter_map(|event| showing(event, me, &replaced, owner, now))
        .collect()
}

fn showing(
    event: &[Line],
    me: &[&str],
    replaced: &[Timestamp],
    owner: &Zone,
    now: Timestamp,
) -> Option<Showing> {
    let text = |name| lines::property(event, name).map(|line| line.value.trim().to_owned());
    let first = When::of(lines::property(event, "DTSTART")?)?;
    let start = first.instant(owner);
    let seconds = match lines::property(event, "DTEND").and_then(When::of) {
        Some(end) => end.instant(owner).duration_since(start).as_secs().max(0),
        None => match text("DURATION").and_then(|value| duration(&value)) {
            Some(seconds) => seconds.max(0),
            None if matches!(first, When::Day(_)) => DAY,
            None => 0,
        },
    };
    let rule = text("RRULE");
    let skipped: Vec<Timestamp> = lines::own(event)
        .filter(|line| line.name == "EXDATE")
        .flat_map(|line| {
            let tzid = line.param("TZID").map(str::to_owned);
            let values: Vec<_> = line.value.split(',').map(str::trim).map(str::to_owned).collect();
            values
                .into_iter()
                .filter_map(move |value| When::parse(&value, tzid.as_deref()))
        })
        .map(|when| when.instant(owner))
        .chain(replaced.iter().copied())
        .collect();
    let next = match rule.as_deref().and_then(step_days) {
        Some(days) => next_turn(
            &first,
            days,
            seconds,
            rule.as_deref().unwrap_or(""),
            &skipped,
            owner,
            now,
        )?,
        None => start,
    };
    let travel = ["X-APPLE-TRAVEL-DURATION", "X-APPLE-TRAVEL-RETURN-DURATION"]
        .iter()
        .filter_map(|name| text(name).and_then(|value| duration(&value)))
        .sum::<i64>();
    Some(Showing {
        summary: text("SUMMARY")
            .map(|value| lines::unescape(&value))
            .unwrap_or_default(),
        start: next,
        end: super::times::shifted(next, seconds),
        all_day: matches!(first, When::Day(_)),
        repeats: rule.as_deref().map(in_words),
        free: text("TRANSP").as_deref() == Some("TRANSPARENT"),
        cancelled: text("STATUS").as_deref() == Some("CANCELLED"),
        declined: lines::own(event).any(|line| is_declined(line, me)),
        travel_minutes: (travel > 0).then_some(travel / 60),
    })
}

fn is_declined(line: &Line, me: &[&str]) -> bool {
    line.name == "ATTENDEE"
        && line.param("PARTSTAT") == Some("DECLINED")
        && me.iter().any(|address| {
            line.value
                .trim()
                .eq_ignore_ascii_case(&format!("mailto:{address}"))
        })
}

/// The first turn that is not over, not left out, and not after UNTIL.
fn next_turn(
    first: &When,
    days: i64,
    seconds: i64,
    rule: &str,
    skipped: &[Timestamp],
    owner: &Zone,
    now: Timestamp,
) -> Option<Timestamp> {
    let until = part(rule, "UNTIL")
        .and_then(|text| When::parse(text, None))
        .map(|when| when.instant(owner));
    let count: Option<i64> = part(rule, "COUNT").and_then(|text| text.parse().ok());
    let length = SignedDuration::from_secs(seconds);
    // Begin a few turns before now, so that a series from long ago takes no longer than a new one.
    let passed = now.duration_since(first.instant(owner)).as_secs() / DAY;
    let mut turn = (passed / days - 3).max(0);
    loop {
        let start = first
            .moved(turn.checked_mul(days)?.checked_mul(DAY)?)
            .instant(owner);
        let ended = until.is_some_and(|until| start > until) || count.is_some_and(|count| turn >= count);
        if ended || turn > passed.max(0) / days + 400 {
            return None;
        }
        if start.saturating_add(length).unwrap_or(start) > now && !skipped.contains(&start) {
            return Some(start);
        }
        turn += 1;
    }
}

fn part<'a>(rule: &'a str, name: &str) -> Option<&'a str> {
    rule.split(';')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// The days between two turns, for rules that step evenly.
fn step_days(rule: &str) -> Option<i64> {
    if rule.contains("BY") && part(rule, "BYDAY").is_none_or(|days| days.contains(',')) {
        return None;
    }
    let interval: i64 = part(rule, "INTERVAL")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let days = match part(rule, "FREQ")? {
        "DAILY" => 1,
        "WEEKLY" => 7,
        _ => return None,
    };
    (1..=1_000).contains(&interval).then_some(days * interval)
}

fn in_words(rule: &str) -> &'static str {
    match (part(rule, "FREQ"), part(rule, "INTERVAL")) {
        (Some("DAILY"), None | Some("1")) => "every day",
        (Some("WEEKLY"), None | Some("1")) => "every week",
        (Some("WEEKLY"), Some("2")) => "every other week",
        (Some("MONTHLY"), None | Some("1")) => "every month",
        (Some("YEARLY"), None | Some("1")) => "every year",
        _ => "repeats",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(inner: &str, now: &str) -> Vec<Showing> {
        let ics = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:A\\, b\n{inner}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        showings(
            &ics,
            &[],
            &Zone::named("America/New_York").unwrap(),
            now.parse().unwrap(),
        )
    }

    #[test]
    fn a_weekly_series_shows_its_next_turn_at_the_same_clock_time() {
        let inner = "DTSTART;TZID=America/New_York:20251006T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY";
        let showing = &shown(inner, "2026-11-23T15:30:00Z")[0];
        assert_eq!(showing.start, "2026-11-30T14:00:00Z".parse().unwrap());
        assert_eq!(
            (showing.summary.as_str(), showing.repeats),
            ("A, b", Some("every week"))
        );
    }

    #[test]
    fn a_turn_that_is_left_out_is_skipped_and_an_ended_series_is_not_shown() {
        let inner = "DTSTART:20261101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEXDATE:20261123T090000Z";
        assert_eq!(
            shown(inner, "2026-11-23T00:00:00Z")[0].start,
            "2026-11-24T09:00:00Z".parse().unwrap()
        );
        let ended = "DTSTART:20261101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
        assert!(shown(ended, "2026-11-23T00:00:00Z").is_empty());
    }
}
