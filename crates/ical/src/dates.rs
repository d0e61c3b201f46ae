//! Dates that may be meant in several ways, or are written in another form than RFC 5545's. An event is read by one way after the
//! other, each with all of its dates in that form, and what blocks by any of them blocks.

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::civil::Date;

use crate::components::{CalendarText, EventText};
use crate::lines::{Line, Name};
use crate::lists::{items, period};
use crate::model::ProblemKind;
use crate::odd_dates::{ORDERS, OddDate, Order};
use crate::reading::Reading;
use crate::values::{days_near, moment};

/// Years that are most likely those of the Buddhist calendar, which begins 543 years earlier.
const BUDDHIST: std::ops::RangeInclusive<i16> = 2400..=2800;
const BUDDHIST_YEARS: i16 = 543;

/// The first whole year of the Gregorian calendar.
const GREGORIAN: i16 = 1583;

/// Years of calendars that count from an earlier time still, such as 5787 of the Hebrew one.
const EARLIER: std::ops::RangeInclusive<i16> = 2801..=6100;

/// Most events of a resource that are read again by other ways.
const MOST_READ_AGAIN: usize = 10_000;

/// One way to read dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    order: Order,
    buddhist: bool,
}

/// What is odd about the dates of an event.
#[expect(clippy::struct_excessive_bools, reason = "each is said in another sentence")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    /// By [`ORDERS`]: those that all of its dates may be in, or else any of them.
    orders: [bool; 3],
    /// A date is written in another form, but clear.
    mended: bool,
    /// A time of it can be meant in several ways.
    several: bool,
    /// A time of it has a Buddhist year.
    buddhist: bool,
    /// The end of a repetition, or a date that is left out, can be meant in several ways.
    limits: bool,
    /// It begins in a year that another calendar may have counted.
    foreign: bool,
}

impl Oddities {
    fn of(text: &EventText) -> Self {
        let mut found = Self::default();
        let mut odd_dates: Vec<(Name, OddDate)> = Vec::new();
        for line in text
            .lines
            .iter()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let is_limit = matches!(line.name, Name::ExDate | Name::RRule);
            mapped(line, &mut |_, date| {
                let odd = odd(line, date);
                let year = match &odd {
                    Some(odd) => odd.in_order(Order::Day).and_then(|date| year(&date)),
                    None => year(date),
                };
                if year.is_some_and(|year| BUDDHIST.contains(&year)) {
                    found.limits |= is_limit;
                    found.buddhist |= !is_limit;
                } else if line.name == Name::DtStart {
                    found.foreign |= year.is_some_and(|year| year < GREGORIAN || EARLIER.contains(&year));
                }
                odd_dates.extend(odd.map(|odd| (line.name, odd)));
                None
            });
        }
        let masks = || odd_dates.iter().map(|(_, odd)| odd.orders());
        let all = |at: usize| !odd_dates.is_empty() && masks().all(|mask| mask[at]);
        let any = |at: usize| masks().any(|mask| mask[at]);
        found.orders = if (0..3).any(all) {
            std::array::from_fn(all)
        } else {
            std::array::from_fn(any)
        };
        for (name, odd) in odd_dates {
            let mut meant: Vec<_> = found.all_orders().map(|order| odd.in_order(order)).collect();
            meant.dedup();
            if meant.len() == 1 && !odd.guessed {
                found.mended = true;
            } else if matches!(name, Name::ExDate | Name::RRule) {
                found.limits = true;
            } else {
                found.several = true;
            }
        }
        found
    }

    /// The orders that its dates may be in; any one where they are all in that of RFC 5545.
    fn all_orders(self) -> impl Iterator<Item = Order> {
        let none = (self.orders == [false; 3]).then_some(Order::Day);
        let meant = ORDERS.into_iter().zip(self.orders);
        meant
            .filter_map(|(order, is_meant)| is_meant.then_some(order))
            .chain(none)
    }

    fn is_of_several(self) -> bool {
        self.several || self.buddhist || self.limits
    }

    /// Says of them.
    pub(crate) fn note(self, text: &EventText, reader: &mut Reading) {
        if self.mended {
            reader.mention(
                ProblemKind::Mended,
                "has a date that is written wrongly; what it means is clear and was used.",
            );
        }
        if self.several {
            reader.note(
                ProblemKind::Date,
                "has a date that can be meant in more than one way, or is hard to read; all that it may mean is kept busy.",
            );
        }
        if self.buddhist {
            reader.note(
                ProblemKind::Date,
                "has a year that is most likely one of the Buddhist calendar; both what it means there and what is written \
                 is kept busy.",
            );
        }
        if self.limits {
            reader.mention(
                ProblemKind::Date,
                "repeats until a date, or leaves one out, that can be meant in more than one way; what may be busy stays so.",
            );
        }
        if self.foreign {
            let what =
                "begins in a year that another calendar may have counted, so its time may be another one.";
            let is_bounded = |part: &str| is_until(part) || part.trim_start().starts_with(['C', 'c']);
            let is_endless = |line: &Line| !line.value.split(';').any(is_bounded);
            if text.all(Name::RRule).any(is_endless) {
                // It comes up to today.
                reader.mention(ProblemKind::Date, what);
            } else {
                reader.elsewhere(ProblemKind::Date, what);
            }
        }
    }
}

/// The ways to read a resource.
pub(crate) struct Ways {
    /// The first one is for all of it.
    all: Vec<Way>,
    /// The identities of events that the others are for.
    several: HashSet<String>,
    /// There are more than are looked at.
    is_cut: bool,
}

impl Ways {
    /// Finds the ways of a resource, and what is odd about the dates of its events.
    pub(crate) fn of(calendar: &mut CalendarText) -> Self {
        let mut orders: Vec<Order> = Vec::new();
        let mut several = HashSet::new();
        let mut is_buddhist = false;
        for text in calendar.events.iter_mut().chain(&mut calendar.free_busy) {
            let found = Oddities::of(text);
            if found.is_of_several() {
                is_buddhist |= found.buddhist || found.limits;
                let new = found.all_orders().filter(|order| !orders.contains(order));
                orders.extend(new.collect::<Vec<_>>());
                several.insert(text.first(Name::Uid).unwrap_or("").to_owned());
            }
            text.oddities = found;
        }
        if orders.is_empty() {
            orders.push(Order::Day);
        }
        let calendars = if is_buddhist { &[false, true][..] } else { &[false] };
        let by = |buddhist: bool| {
            move |order: &Order| Way {
                order: *order,
                buddhist,
            }
        };
        let all = calendars
            .iter()
            .flat_map(|buddhist| orders.iter().map(by(*buddhist)));
        let mut ways = Self {
            all: all.collect(),
            several,
            is_cut: false,
        };
        let texts = calendar.events.iter().chain(&calendar.free_busy);
        let again = (ways.all.len() - 1) * texts.filter(|text| ways.has(1, text)).count();
        if again > MOST_READ_AGAIN {
            ways.all.truncate(1);
            ways.is_cut = true;
        }
        ways
    }

    /// May dates be meant in more ways than are looked at?
    pub(crate) fn is_incomplete(&self) -> bool {
        self.is_cut
    }

    /// The ways by which an event is read: all of them where it, or another one of its identity, may be meant in several.
    pub(crate) fn all(&self) -> &[Way] {
        &self.all
    }

    /// Is an event read by the way of this place?
    pub(crate) fn has(&self, place: usize, text: &EventText) -> bool {
        place == 0 || self.several.contains(text.first(Name::Uid).unwrap_or(""))
    }

    /// The days on which an event may begin; nothing for a start that cannot be read.
    pub(crate) fn starts(&self, text: &EventText) -> Vec<Option<Date>> {
        let of = |way: &Way| -> Vec<Option<Date>> {
            let text = way.of(text);
            text.all(Name::DtStart).map(|line| day(&line.value)).collect()
        };
        let ways = if text.oddities.is_of_several() {
            &self.all[..]
        } else {
            &self.all[..1]
        };
        ways.iter().flat_map(of).collect()
    }
}

impl Way {
    /// An event with its dates by this way.
    pub(crate) fn of<'e, 't>(self, text: &'e EventText<'t>) -> Cow<'e, EventText<'t>> {
        let odd = text.oddities;
        if !odd.mended && !odd.is_of_several() {
            return Cow::Borrowed(text);
        }
        let own = odd.all_orders().find(|order| *order == self.order);
        let way = Self {
            order: own.or_else(|| odd.all_orders().next()).unwrap_or(self.order),
            ..self
        };
        let mut text = text.clone();
        let start = text.all(Name::DtStart).next();
        let start = start.map(|line| {
            way.date(line, &line.value, None)
                .unwrap_or_else(|| line.value.to_string())
        });
        for line in text
            .lines
            .iter_mut()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let of_event = start.as_deref().filter(|_| line.name == Name::DtEnd);
            let value = mapped(line, &mut |begin, date| way.date(line, date, begin.or(of_event)));
            if let Some(value) = value {
                line.value = Cow::Owned(value);
            }
        }
        Cow::Owned(text)
    }

    /// A date by this way, if it is another than that which is written; `start` is that of which it is the end.
    fn date(self, line: &Line, text: &str, start: Option<&str>) -> Option<String> {
        // What is guessed takes no busy time away.
        let is_limit = matches!(line.name, Name::ExDate | Name::RRule | Name::RecurrenceId);
        let odd = odd(line, text).filter(|odd| !(odd.guessed && is_limit));
        let clear = odd.and_then(|odd| odd.in_order(self.order));
        let text = clear.as_deref().unwrap_or(text).trim();
        match year(text).filter(|year| BUDDHIST.contains(year)) {
            Some(year) if self.buddhist || start.is_some_and(|start| is_later_start(start, year)) => {
                Some(format!("{:04}{}", year - BUDDHIST_YEARS, &text[4..]))
            }
            _ => clear,
        }
    }
}

/// Is the end of a Buddhist year one of the Gregorian calendar's after all, since its start is? Else it would last centuries.
fn is_later_start(start: &str, end: i16) -> bool {
    let start = year(start.trim());
    start.is_some_and(|start| start <= end - BUDDHIST_YEARS)
}

/// Does a property of this name hold dates that matter here?
fn has_dates(name: Name) -> bool {
    name.is_of_time() && !matches!(name, Name::Duration | Name::ExRule)
}

/// Are all dates of a line in the form of RFC 5545, in years that can hardly be of another calendar?
fn is_plain(line: &Line) -> bool {
    let value = line.value.as_ref();
    match line.name {
        Name::DtStart | Name::DtEnd | Name::RecurrenceId => is_plain_date(value),
        Name::RRule => !value
            .split(';')
            .any(|part| is_until(part) && !part.get(6..).is_some_and(is_plain_date)),
        _ => value
            .split([',', '/'])
            .all(|date| date.starts_with('P') || is_plain_date(date)),
    }
}

fn is_until(part: &str) -> bool {
    let part = part.trim_start();
    part.get(..5)
        .is_some_and(|name| name.eq_ignore_ascii_case("UNTIL"))
}

fn is_plain_date(date: &str) -> bool {
    let has_digits = date.bytes().take(8).all(|b| b.is_ascii_digit());
    let year = year(date).filter(|_| has_digits && matches!(date.as_bytes().get(8), None | Some(b'T')));
    year.is_some_and(|year| (GREGORIAN..*BUDDHIST.start()).contains(&year))
}

/// A line's value with its dates replaced by what `by` gives for them, which is told the start of a period for its end. Nothing when
/// it gives none.
fn mapped(line: &Line, by: &mut dyn FnMut(Option<&str>, &str) -> Option<String>) -> Option<String> {
    let mut is_new = false;
    let mut new = |start: Option<&str>, date: &str| {
        let by = by(start, date);
        is_new |= by.is_some();
        by.unwrap_or_else(|| date.to_owned())
    };
    let value = match line.name {
        Name::DtStart | Name::DtEnd | Name::RecurrenceId => new(None, &line.value),
        Name::RRule => {
            let part = |part: &str| match part.split_once('=') {
                Some((name, date)) if name.trim().eq_ignore_ascii_case("UNTIL") => {
                    format!("{name}={}", new(None, date))
                }
                _ => part.to_owned(),
            };
            line.value.split(';').map(part).collect::<Vec<_>>().join(";")
        }
        _ => {
            let item = |item: &str| match period(item) {
                (start, None) => new(None, start),
                (start, Some(end)) => {
                    let start = new(None, start);
                    let end = new(Some(&start), end);
                    format!("{start}/{end}")
                }
            };
            items(&line.value).map(item).collect::<Vec<_>>().join(",")
        }
    };
    is_new.then_some(value)
}

/// A date that is legible, but not in a form that is read without this.
fn odd(line: &Line, text: &str) -> Option<OddDate> {
    if is_readable(text) {
        return None;
    }
    // A part of it may belong to the zone.
    let zone = line.zone_with_colon().filter(|_| !line.value.starts_with(':'));
    if zone.is_some_and(|(_, tail)| is_readable(tail)) {
        return None;
    }
    let near = days_near(text).0;
    if near
        .iter()
        .any(|day| (GREGORIAN..=*BUDDHIST.end()).contains(&day.year()))
    {
        return None;
    }
    OddDate::read(text)
}

/// Is at least its day in a form that is read without this?
fn is_readable(text: &str) -> bool {
    moment(text).map_or_else(|day| day.is_some(), |_| true)
}

/// The day of a date or time, if that can be read.
fn day(text: &str) -> Option<Date> {
    moment(text).map_or_else(|day| day, |moment| Some(moment.date()))
}

/// The year of a date as RFC 5545 or ISO 8601 writes it, whether it exists or not.
fn year(text: &str) -> Option<i16> {
    let text = text.trim();
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let is_date = digits == 8 || (digits == 4 && text[4..].starts_with('-'));
    text.get(..4).filter(|_| is_date)?.parse().ok()
}
