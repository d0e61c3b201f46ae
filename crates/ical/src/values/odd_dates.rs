//! Dates and times that are legible but in none of the forms of RFC 5545 (sections 3.3.4 and 3.3.5) or ISO 8601's extended one.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::values::date_time::moment;
use crate::values::odd_clock::{digits, time};

/// Years accepted in such a date. A year of the Buddhist calendar is kept as written.
const YEARS: std::ops::RangeInclusive<i16> = 1601..=2800;

/// The order of the numbers in a date such as `01/02/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Day,
    Month,
    Year,
}

/// Every order.
pub(crate) const ORDERS: [Order; 3] = [Order::Day, Order::Month, Order::Year];

/// A date in another form, by each order of its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OddDate {
    /// Its meaning by each of [`ORDERS`].
    days: [Option<Date>; 3],
    /// The time after the day in the form of RFC 5545, such as `T100000Z`; `T` alone for a time that cannot be read.
    time: String,
    /// The text may be no date at all, or another one.
    pub guessed: bool,
    /// Words before the date may change what it means.
    pub unsure: bool,
}

impl OddDate {
    /// Reads a text that begins with a date, after a few words or punctuation marks at most.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 100 {
            return None;
        }
        if let Some(seconds) = since_epoch(text) {
            return Some(seconds);
        }
        if let Some(reordered) = year_last(text) {
            return Self::read(&reordered);
        }
        let first = text.find(|c: char| c.is_ascii_digit())?;
        let named = month_before(&text[..first]);
        let (before, era) = era(&text[..first]);
        let is_mark = |c: char| c.is_ascii_whitespace() || "\"'`([{<=:".contains(c);
        let is_word = |c: char| c.is_ascii_alphabetic() || "+-_.,;\"".contains(c);
        if !before.chars().all(|c| is_mark(c) || is_word(c)) {
            return None;
        }
        let mut guessed = named.is_none() && !before.chars().all(is_mark);
        let mut rest = &text[first..];
        let numbers = Numbers::read(&mut rest, named.is_some())?;
        let unsure = guessed;
        guessed |= numbers.are_vague();
        let days = match (named, era) {
            (Some(month), _) => [numbers.day_and_year(month); 3],
            (None, Some(before)) => [numbers.of_era(before); 3],
            (None, None) => numbers.days(),
        };
        days.iter().any(Option::is_some).then(|| Self {
            days,
            time: time(&format!("{}{rest}", numbers.clock)),
            guessed,
            unsure,
        })
    }

    /// Returns the meaning for a property whose value is a date: a time other than midnight makes it uncertain.
    pub(crate) fn of_a_date(mut self) -> Self {
        if !self.time.is_empty() && !self.time.starts_with("T0000") {
            "T".clone_into(&mut self.time);
        }
        self
    }

    /// Returns whether it is the same day in each of these orders.
    pub(crate) fn is_one(&self, orders: impl Iterator<Item = Order>) -> bool {
        let mut meant = orders.map(|order| self.in_order(order));
        let first = meant.next();
        meant.all(|other| Some(other) == first)
    }

    /// Returns the end of that day, for an end of which only the day is known. One in UTC or with an offset may lie on the next
    /// day elsewhere.
    pub(crate) fn rest_of_day(&self, order: Order) -> Option<String> {
        let date = self.in_order(order)?;
        let is_elsewhere = self.time.contains(['Z', '+', '-']);
        let day: Date = moment(&date).map_or_else(|day| day, |moment| Some(moment.date()))?;
        let day = if is_elsewhere { day.tomorrow().ok()? } else { day };
        Some(day.strftime("%Y%m%dT").to_string())
    }

    /// Returns which of [`ORDERS`] are possible.
    pub(crate) fn orders(&self) -> [bool; 3] {
        self.days.map(|day| day.is_some())
    }

    /// Returns the date in this order, or in the only possible one, in the form of RFC 5545.
    pub(crate) fn in_order(&self, order: Order) -> Option<String> {
        let own = ORDERS.iter().position(|known| *known == order);
        let own = own.and_then(|at| self.days[at]);
        let day = own.or_else(|| self.days.into_iter().flatten().next())?;
        Some(format!("{}{}", day.strftime("%Y%m%d"), self.time))
    }
}

/// `Mon Nov 30 09:00:00 2026` with its year before its time.
fn year_last(text: &str) -> Option<String> {
    let mut words: Vec<&str> = text.split_ascii_whitespace().collect();
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let year = words.pop().filter(is_year)?;
    let time = words.iter().position(|word| word.contains(':'))?;
    words.insert(time, year);
    (words[..time].iter().any(|word| month_before(word).is_some())).then(|| words.join(" "))
}

/// 2001-09-09, from which on the seconds since 1970 have ten digits.
const FIRST_SECOND: i64 = 1_000_000_000;

/// Seconds or milliseconds since 1970.
fn since_epoch(text: &str) -> Option<OddDate> {
    let number: i64 = text
        .parse()
        .ok()
        .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    let seconds = match text.len() {
        // It may be a date with something behind it.
        10 | 13 if text.starts_with(['2', '3']) && date(&text[..4], &text[4..6], &text[6..8]).is_some() => {
            return None;
        }
        10 => number,
        13 => number / 1_000,
        _ => return None,
    };
    if seconds < FIRST_SECOND {
        return None;
    }
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    let utc = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    Some(OddDate {
        days: [Some(utc.date()); 3],
        time: utc.strftime("T%H%M%SZ").to_string(),
        guessed: true,
        unsure: true,
    })
}

/// The numbers of a date: digits as written.
struct Numbers<'t> {
    parts: Vec<&'t str>,
    month: Option<i8>,
    is_of_week: bool,
    /// The character between its numbers: a blank if there is no other.
    mark: Option<char>,
    /// The digits of the time of day, where they follow without a mark.
    clock: String,
}

impl<'t> Numbers<'t> {
    /// Takes a date from the start of a text; only two numbers beside a month whose name was read already.
    fn read(rest: &mut &'t str, named: bool) -> Option<Self> {
        let mut numbers = Self {
            parts: vec![digits(rest)],
            month: None,
            is_of_week: false,
            mark: None,
            clock: String::new(),
        };
        let first = numbers.parts[0];
        if first.len() >= 6 {
            return numbers.of_one(first);
        }
        let most = if named { 2 } else { 3 };
        while numbers.parts.len() + usize::from(numbers.month.is_some()) < most {
            let end = rest.find(|c: char| c.is_ascii_digit())?;
            let between = &rest[..end];
            let is_mark = |c: char| {
                "-/._, ".contains(c) || matches!(c, '\u{5E74}' | '\u{6708}' | '\u{B144}' | '\u{C6D4}')
            };
            if between.eq_ignore_ascii_case("-W") || between.eq_ignore_ascii_case("W") {
                numbers.is_of_week = true;
            } else if let Some(month) = month_before(between).filter(|_| numbers.month.is_none() && !named) {
                numbers.month = Some(month);
            } else {
                let is_short = between.chars().all(is_mark) && between.chars().count() <= 2;
                // Marks that change are those of a span, such as `1.-3.12.2026`.
                let mut marks = between.chars().filter(|c| "-/._".contains(*c));
                let own = marks.next().unwrap_or(' ');
                let is_same = marks.next().is_none() && (numbers.mark.is_none() || numbers.mark == Some(own));
                let is_part = (is_short && (named || numbers.month.is_some() || is_same))
                    || (named && is_ordinal(between));
                if !is_part {
                    return None;
                }
                numbers.mark = Some(own);
            }
            *rest = &rest[end..];
            let part = digits(rest);
            numbers.parts.push(part);
            if part.len() == 3 && first.len() == 4 && between == "-" {
                break;
            }
            if numbers.is_of_week && part.len() == 3 {
                numbers.parts.pop();
                numbers.parts.extend([&part[..2], &part[2..]]);
            }
        }
        // The year of a span may stand behind two days.
        let is_year = |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).count() == 4;
        if numbers.are_vague() && rest.strip_prefix(['.', '/', '-']).is_some_and(is_year) {
            return None;
        }
        // Behind it may stand the word for a day.
        *rest = rest.trim_start_matches(['\u{65E5}', '\u{C77C}']);
        Some(numbers)
    }

    /// A date written as one number, perhaps with its time.
    fn of_one(mut self, digits: &'t str) -> Option<Self> {
        let day = match digits.len() {
            8 | 10 | 12 | 14 | 17 => 8,
            6 => 6,
            _ => return None,
        };
        let time = &digits[day..];
        // With a time behind it, the year comes first, or is one of these times.
        let is_near = |year: &str| (1900..=2199).contains(&year.parse().unwrap_or(0));
        if !time.is_empty()
            && date(&digits[..4], &digits[4..6], &digits[6..8]).is_none()
            && !is_near(&digits[4..8])
        {
            return None;
        }
        self.parts = vec![&digits[..day]];
        self.clock = match time.len() {
            0 => String::new(),
            2 => format!("T{time}00"),
            4 | 6 => format!("T{time}"),
            _ => format!("T{}", &time[..6]),
        };
        Some(self)
    }

    /// Returns whether the numbers can be read in several ways, in whatever order.
    fn are_vague(&self) -> bool {
        !self.parts.iter().any(|part| part.len() == 4 || part.len() == 8)
    }

    fn days(&self) -> [Option<Date>; 3] {
        let number = |at: usize| self.parts[at];
        if let [day] = self.parts[..] {
            let (a, b) = (day.get(..2), day.get(2..4));
            return match day.len() {
                // The year comes first, if that is possible.
                8 => match date(&day[..4], &day[4..6], &day[6..]) {
                    Some(day) => [Some(day); 3],
                    None => in_orders(a, b, Some(&day[4..]), None),
                },
                _ => in_orders(a, b, Some(&day[4..]), a),
            };
        }
        if let Some(month) = self.month {
            return [self.day_and_year(month); 3];
        }
        let year = number(0);
        if self.is_of_week {
            return [week(&self.parts); 3];
        }
        if self.parts.len() == 2 {
            return [of_year(year, number(1)); 3];
        }
        let (second, third) = (number(1), number(2));
        if year.len() >= 4 {
            let day = date(year, second, third).or_else(|| date(year, third, second));
            return [day; 3];
        }
        let may_be_first = third.len() == 2 && year.len() == 2;
        in_orders(
            Some(year),
            Some(second),
            Some(third),
            may_be_first.then_some(year),
        )
    }

    /// A day and a year in either order beside a month.
    fn day_and_year(&self, month: i8) -> Option<Date> {
        let [a, b] = self.parts[..] else {
            return None;
        };
        let month = month.to_string();
        let (day, year) = if a.len() > 2 { (b, a) } else { (a, b) };
        date(year, &month, day)
    }

    /// A date whose years are counted from one of this calendar on.
    fn of_era(&self, before: i16) -> Option<Date> {
        let [year, month, day] = self.parts[..] else {
            return None;
        };
        let year = year.parse::<i16>().ok()?.checked_add(before)?;
        date(&year.to_string(), month, day)
    }
}

/// A date of three numbers by [`ORDERS`]; the first one is that of the year only where it is said.
fn in_orders(a: Option<&str>, b: Option<&str>, c: Option<&str>, year: Option<&str>) -> [Option<Date>; 3] {
    let (Some(a), Some(b), Some(c)) = (a, b, c) else {
        return [None; 3];
    };
    [
        date(c, b, a),
        date(c, a, b),
        year.and_then(|year| date(year, b, c)),
    ]
}

/// A date; a year of two digits is one of this century.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let year = match year.len() {
        2 => 2_000 + year.parse::<i16>().ok()?,
        4.. => year.parse().ok()?,
        _ => return None,
    };
    let is_small = |text: &str| text.len() <= 2;
    if !YEARS.contains(&year) || !is_small(month) || !is_small(day) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A day of a year by its number.
fn of_year(year: &str, day: &str) -> Option<Date> {
    let first = date(year, "1", "1")?;
    let day: i16 = day
        .parse()
        .ok()
        .filter(|day| (1..=first.days_in_year()).contains(day))?;
    first.checked_add(jiff::Span::new().days(day - 1)).ok()
}

fn week(parts: &[&str]) -> Option<Date> {
    let [year, week, day] = parts else {
        return None;
    };
    let weekday = Weekday::from_monday_one_offset(day.parse().ok()?).ok()?;
    let year = year.parse().ok().filter(|year| YEARS.contains(year))?;
    ISOWeekDate::new(year, week.parse().ok()?, weekday)
        .ok()
        .map(ISOWeekDate::date)
}

/// Returns the month that is named last before a number.
fn month_before(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const OTHERS: [(&str, i8); 4] = [("m\u{E4}r", 3), ("mai", 5), ("okt", 10), ("dez", 12)];
    let mut words = text.split(|c: char| !c.is_alphabetic());
    let word = words.rfind(|word| word.chars().count() >= 3)?.to_lowercase();
    let known = MONTHS.iter().zip(1..).map(|(name, number)| (*name, number));
    known
        .chain(OTHERS)
        .find(|(name, _)| word.starts_with(name))
        .map(|(_, number)| number)
}

/// Returns whether the text between a day and a year is the ending of an ordinal: `30th, 2026`.
fn is_ordinal(text: &str) -> bool {
    let word = text.trim_matches([' ', ',', '.']);
    ["st", "nd", "rd", "th"]
        .iter()
        .any(|end| end.eq_ignore_ascii_case(word))
}

/// Returns a text without the era that it ends with, and the year before the first one of that era (of Japan or of the Republic of
/// China).
fn era(text: &str) -> (&str, Option<i16>) {
    const ERAS: [(&str, i16); 7] = [
        ("\u{4EE4}\u{548C}", 2018),
        ("\u{5E73}\u{6210}", 1988),
        ("\u{662D}\u{548C}", 1925),
        ("\u{6C11}\u{570B}", 1911),
        ("\u{6C11}\u{56FD}", 1911),
        ("R", 2018),
        ("H", 1988),
    ];
    let text = text.trim_end();
    let found = ERAS
        .iter()
        .find_map(|(name, before)| Some((text.strip_suffix(name)?, *before)));
    // A letter is one only where it is alone.
    let found = found.filter(|(rest, _)| !rest.ends_with(|c: char| c.is_ascii_alphabetic()));
    found.map_or((text, None), |(rest, before)| (rest, Some(before)))
}
