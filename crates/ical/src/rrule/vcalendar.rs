//! Rules of vCalendar 1.0, which iCalendar replaced and some programs still write: `D3 #50`, `W2 TU TH #27`, `MP3 2- FR #17`,
//! `YD1 141 20300101T000000Z`.

use jiff::civil::Date;

use crate::rrule::part_values::{bits, weekday};
use crate::rrule::rule::{Freq, Rule};
use crate::values::date_time::{self, Moment};

/// The kinds of rule: by day, week, position within a month, day of a month, month and day of a year. Those by minutes (`M`) are
/// not read.
const KINDS: [&str; 6] = ["D", "W", "MP", "MD", "YM", "YD"];

/// Reads such a rule as a daily one, at the times of day that it names, or else that of the start; `None` for any other text.
/// Which days it means is not worked out.
pub(crate) fn each_day(text: &str) -> Option<Rule> {
    let mut words = text.split_whitespace();
    let (kind, interval) = kind(words.next()?)?;
    let mut rule = Rule::every(Freq::Daily);
    let mut until: Option<Date> = None;
    let mut count: Option<i64> = None;
    for word in words {
        let word = word.trim_end_matches('$');
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if let Some(number) = word.strip_prefix('#') {
            count = count.max(Some(number.parse().ok()?));
        } else if digits == 4 && word.len() == 4 {
            rule.hours |= u32::try_from(bits(&word[..2], 0..=23)?).ok()?;
            rule.minutes |= bits(&word[2..], 0..=59)?;
        } else if digits >= 8 {
            let end = date_time::moment(word).map_or_else(|day| day, |end| Some(end.date()));
            // One day later, in whatever zone it is meant.
            until = until.max(Some(end?.tomorrow().ok()?));
        } else if !is_day(word) && self::kind(word).is_none() {
            return None;
        }
    }
    rule.until = until.map(Moment::Date);
    // The count is one of days or weeks, each of which has a date. Some months and years may have none.
    let unit = match kind {
        "D" => 1,
        "W" => 7,
        _ => 0,
    };
    let bounded = count.filter(|count| *count > 0 && unit > 0 && until.is_none() && rule.hours == 0);
    rule.count = bounded.and_then(|count| count.checked_add(1)?.checked_mul(interval)?.checked_mul(unit));
    Some(rule)
}

/// Returns the kind of a rule and its interval.
fn kind(word: &str) -> Option<(&'static str, i64)> {
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (name, interval) = word.split_at(digits);
    let kind = KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(name))?;
    let interval = interval.parse().ok().filter(|interval| *interval > 0)?;
    Some((kind, interval))
}

/// Returns whether a word is a weekday, the last day, or the number of a day, month or position, which may count from the end.
fn is_day(word: &str) -> bool {
    let number = word.trim_end_matches(['+', '-']);
    word.eq_ignore_ascii_case("LD")
        || weekday(word).is_some()
        || ((1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
}
