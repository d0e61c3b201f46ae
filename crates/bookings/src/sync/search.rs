//! Whether a server's search by time is reliable, and which event makes it fail. Some servers return an error as soon as one event is
//! unusual; some omit events.

use std::collections::HashSet;

use ical::Horizon;
use jiff::civil::Date;

use super::parse::Parsed;

/// The result of a search by time.
pub(super) enum Searched {
    /// The paths that were found in a span of time.
    Found(HashSet<String>, Horizon),
    /// The server could not process the search.
    Failed,
    /// There was no search, or no response.
    Unknown,
}

/// An event that may make a server's search fail.
#[derive(Debug)]
pub(super) struct SuspectEvent {
    /// Whether its recurrence rule is unusual, which is the most probable cause.
    by_rule: bool,
    name: String,
    date: Option<Date>,
}

impl SuspectEvent {
    /// Replaces the suspect by this event, if this one is more probable.
    pub(super) fn consider(suspect: &mut Option<Self>, ics: &str, parsed: &Parsed) {
        let by_rule = ics.lines().any(is_unusual_rule);
        let is_likelier = match suspect {
            None => by_rule || parsed.problem.is_some(),
            Some(known) => by_rule && !known.by_rule,
        };
        if is_likelier {
            let title = value(ics, "SUMMARY").filter(|title| !title.is_empty());
            *suspect = Some(Self {
                by_rule,
                name: title
                    .unwrap_or(&parsed.uid)
                    .replace('\\', "")
                    .chars()
                    .take(80)
                    .collect(),
                date: value(ics, "DTSTART").and_then(date),
            });
        }
    }
}

/// Returns the sentence about a search that fails.
pub(super) fn sentence(suspect: Option<&SuspectEvent>) -> String {
    const FALLBACK: &str = "Quince reads it in another way";
    match suspect {
        None => format!("The server cannot search this calendar by time. {FALLBACK}, which takes longer."),
        Some(SuspectEvent { name, date, .. }) => {
            let date = date
                .map(|date| format!(" ({})", date.strftime("%-d %B %Y")))
                .unwrap_or_default();
            format!(
                "The server cannot search this calendar by time, probably because of “{name}”{date}. {FALLBACK}, which takes longer; \
                 deleting or mending that event helps."
            )
        }
    }
}

/// Returns the value of the first property of this name in an event.
fn value<'a>(ics: &'a str, name: &str) -> Option<&'a str> {
    let event = ics.split_once("BEGIN:VEVENT").map_or(ics, |(_, event)| event);
    event.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?;
        let is_whole = rest.starts_with([':', ';']);
        is_whole.then(|| rest.split_once(':').map(|(_, value)| value.trim()))?
    })
}

/// Parses the date of `20200601T030000Z`.
fn date(text: &str) -> Option<Date> {
    Date::strptime("%Y%m%d", text.get(..8)?).ok()
}

const FREQUENCIES: [&str; 7] = [
    "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY",
];

/// Whether a line is a recurrence rule that not every server understands: of a non-Gregorian calendar (RFC 7529), with invalid parts,
/// or empty.
fn is_unusual_rule(line: &str) -> bool {
    let line = line.trim_end();
    let is_rule = ["RRULE", "EXRULE"].iter().any(|name| {
        let start = line.get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    });
    let Some((_, rule)) = line.split_once(':').filter(|_| is_rule) else {
        return false;
    };
    let mut has_frequency = false;
    let mut is_odd = false;
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return true;
        };
        match name.to_ascii_uppercase().as_str() {
            "FREQ" => has_frequency = FREQUENCIES.iter().any(|known| value.eq_ignore_ascii_case(known)),
            "INTERVAL" | "COUNT" => is_odd |= !value.parse::<u32>().is_ok_and(|number| number > 0),
            "BYSECOND" | "BYMINUTE" | "BYHOUR" | "BYDAY" | "BYMONTHDAY" | "BYYEARDAY" | "BYWEEKNO"
            | "BYMONTH" | "BYSETPOS" => is_odd |= value.split(',').any(is_odd_number),
            "UNTIL" | "WKST" => is_odd |= value.is_empty(),
            _ => is_odd = true,
        }
    }
    is_odd || !has_frequency
}

/// Whether the value is invalid. Valid ones are such as `2`, `-1`, `MO` and `-1MO`.
fn is_odd_number(value: &str) -> bool {
    let digits = value.trim_start_matches(['+', '-']);
    let end = digits
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(digits.len());
    let (number, day) = digits.split_at(end);
    let is_day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
        .iter()
        .any(|known| day.eq_ignore_ascii_case(known));
    (number.is_empty() && day.is_empty())
        || !(day.is_empty() || is_day)
        || (is_day && number.parse() == Ok(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(uid: &str, lines: &str) -> (String, Parsed) {
        let text =
            format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n");
        let parsed = Parsed {
            uid: uid.to_owned(),
            instances: Vec::new(),
            problem: None,
        };
        (text, parsed)
    }

    fn named_suspect(events: &[(String, Parsed)]) -> String {
        let mut suspect = None;
        for (text, parsed) in events {
            SuspectEvent::consider(&mut suspect, text, parsed);
        }
        sentence(suspect.as_ref())
    }

    #[test]
    fn the_event_with_the_unusual_rule_is_named() {
        let usual = event(
            "a",
            "SUMMARY:Lunch\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,-1FR;UNTIL=20271231\r\n",
        );
        let odd = Parsed {
            problem: Some("Its end cannot be read.".to_owned()),
            ..event("b", "").1
        };
        let odd = (event("b", "SUMMARY:Odd\r\n").0, odd);
        let negative =
            "DTSTART;TZID=Europe/Berlin:20200601T030000\r\nSUMMARY:neg\r\nRRULE:FREQ=DAILY;INTERVAL=-1\r\n";
        let all = [usual, odd, event("c", negative)];
        assert!(
            named_suspect(&all[..1]).contains("by time. Quince"),
            "nobody to blame"
        );
        assert!(
            named_suspect(&all[..2]).contains("“Odd”."),
            "{}",
            named_suspect(&all[..2])
        );
        assert!(
            named_suspect(&all).contains("“neg” (1 June 2020)"),
            "{}",
            named_suspect(&all)
        );
        let without_title = event("only-uid", "RRULE:\r\n");
        assert!(named_suspect(&[without_title]).contains("“only-uid”."));
    }

    #[test]
    fn unusual_rules_are_told_from_usual_ones() {
        for usual in [
            "RRULE:FREQ=DAILY",
            "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1SU;BYSETPOS=-1;COUNT=3;INTERVAL=2;WKST=MO",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;UNTIL=20301231T000000Z",
            "SUMMARY:RRULE:FREQ=DAILY;INTERVAL=0",
        ] {
            assert!(!is_unusual_rule(usual), "{usual}");
        }
        for unusual in [
            "RRULE:RSCALE=CHINESE;FREQ=YEARLY",
            "rrule:FREQ=DAILY;INTERVAL=-1",
            "RRULE:FREQ=DAILY;INTERVAL=0",
            "RRULE:FREQ=FORTNIGHTLY",
            "RRULE:",
            "RRULE:FREQ=WEEKLY;BYDAY=MONDAY",
            "RRULE:FREQ=MONTHLY;BYDAY=0MO",
            "RRULE:FREQ=DAILY\\;COUNT=10",
            "EXRULE:FREQ=DAILY;COUNT=x",
        ] {
            assert!(is_unusual_rule(unusual), "{unusual}");
        }
    }
}
