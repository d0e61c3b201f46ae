//! Dates that may be meant in several ways, or are written in another form than RFC 5545's. An event is read by one way after the
//! other, each with all of its dates in that form, and what blocks by any of them blocks.

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::civil::Date;

use crate::components::{CalendarText, EventText};
use crate::days::{DAY, naive, naive_date};
use crate::lines::{Line, Name};
use crate::lists::{items, period};
use crate::model::ProblemKind;
use crate::odd_dates::{ORDERS, OddDate, Order};
use crate::reading::Reading;
use crate::values::{Moment, days_near, moment};

/// Years that are most likely those of the Buddhist calendar, which begins 543 years earlier.
const BUDDHIST: std::ops::RangeInclusive<i16> = 2400..=2800;
const BUDDHIST_YEARS: i16 = 543;

/// The first whole year of the Gregorian calendar.
const GREGORIAN: i16 = 1583;

/// Years of calendars that count from an earlier time still, such as 5787 of the Hebrew one.
const EARLIER: std::ops::RangeInclusive<i16> = 4200..=6100;

/// Longest that an event without other dates lasts in one order of its numbers if it is much shorter in another one, in seconds.
const LONGEST_ONCE: i64 = 62 * DAY;

/// How long before its start a repetition ends at least that was not meant to end there, in days. Programs that split a series let
/// it end shortly before its start.
const LONG_BEFORE: i32 = 366;

/// The days from which programs count time, so that they write them for no date: years with the day of the year.
const FIRST_DAYS: [(i16, i16); 7] = [
    (1899, 364),
    (1900, 1),
    (1904, 1),
    (1970, 1),
    (1980, 1),
    (2000, 1),
    (2001, 1),
];
/// The latest year that is none of a repetition.
const FIRST_YEAR: i16 = 1601;

/// Most dates of a resource that are read again by other ways.
const MOST_READ_AGAIN: usize = 10_000;

/// One way to read dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    order: Order,
    buddhist: bool,
    /// Its order is only the most likely one.
    by_length: bool,
}

/// Where a date stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    Alone,
    /// It begins a period with this end.
    Start {
        end: &'a str,
    },
    /// It ends a period with this start, which means `start`.
    End {
        written: &'a str,
        start: &'a str,
    },
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
    /// In another order it would last so long that it is not meant in that.
    by_length: bool,
    /// The end of its repetition is a date that stands for none.
    null_until: bool,
    /// It begins in a year that another calendar may have counted.
    foreign: bool,
}

impl Oddities {
    fn of(text: &EventText) -> Self {
        let mut found = Self::default();
        let first = first_start(text);
        let is_without_end = |line: &Line| {
            until_days(line).is_some_and(|until| first.is_some_and(|first| is_null(until, first)))
        };
        found.null_until = text.all(Name::RRule).any(is_without_end);
        let mut odd_dates: Vec<(Name, OddDate)> = Vec::new();
        for line in text
            .lines
            .iter()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let is_limit = matches!(line.name, Name::ExDate | Name::RRule);
            let is_after_start = is_limit || line.name == Name::DtEnd;
            mapped(line, &mut |place, date| {
                let odd = odd(line, date);
                let start = match place {
                    Place::End { start, .. } => year(start),
                    _ if is_after_start => first.map(Date::year),
                    _ => None,
                };
                let year = match &odd {
                    Some(odd) => odd.in_order(Order::Day).and_then(|date| year(&date)),
                    None => year(date),
                };
                if let Some(year) = year.filter(|year| BUDDHIST.contains(year)) {
                    // By the other calendar it would lie before the start.
                    let is_clear = start.is_some_and(|start| start > year - BUDDHIST_YEARS);
                    found.limits |= is_limit && !is_clear;
                    found.buddhist |= !is_limit && !is_clear;
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
        let written = found;
        found.drop_long_orders(text);
        for (name, odd) in odd_dates {
            let is_limit = matches!(name, Name::ExDate | Name::RRule);
            let orders = if is_limit { written } else { found };
            if odd.is_one(orders.all_orders()) && !odd.guessed {
                found.mended = true;
            } else if is_limit {
                found.limits = true;
            } else {
                found.several = true;
            }
        }
        found
    }

    /// Drops the orders in which it would last far longer than in another one, as `01.12.2026` to `02.12.2026` a month. In a
    /// repetition it would take all time for ever.
    fn drop_long_orders(&mut self, text: &EventText) {
        let Some(start) = text.all(Name::DtStart).next() else {
            return;
        };
        let begin = |order: Order| -> String {
            let begin = Way::plain(order).date(start, &start.value, Place::Alone);
            begin.unwrap_or_else(|| start.value.to_string())
        };
        let length = |order: Order| -> Option<i64> {
            let begin = begin(order);
            let place = Place::End {
                written: "",
                start: &begin,
            };
            let end = |line: &Line| {
                let end = Way::plain(order).date(line, &line.value, place);
                seconds(&begin, end.as_deref().unwrap_or(&line.value))
            };
            text.all(Name::DtEnd).filter_map(end).max()
        };
        let lengths: Vec<(Order, Option<i64>)> =
            self.all_orders().map(|order| (order, length(order))).collect();
        let Some(shortest) = shortest(&lengths) else {
            return;
        };
        let repeats = [Name::RRule, Name::RDate]
            .iter()
            .any(|name| text.all(*name).any(|line| !line.value.is_empty()));
        let mut begins: Vec<String> = lengths.iter().map(|(order, _)| begin(*order)).collect();
        begins.dedup();
        // An end on the day of a start that is clear is hardly another one.
        let is_near = begins.len() == 1 && shortest <= DAY;
        let least = if repeats || is_near { 2 * DAY } else { LONGEST_ONCE };
        let most = least.max(shortest * 2);
        for (order, length) in lengths {
            if length.is_some_and(|length| length > most)
                && let Some(at) = ORDERS.iter().position(|known| *known == order)
            {
                self.by_length |= self.orders[at];
                self.orders[at] = false;
            }
        }
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
        let is_by_length = self.by_length && !self.several;
        if self.mended && !is_by_length {
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
        if is_by_length {
            reader.note(
                ProblemKind::Date,
                "has a date that can be meant in more than one way; one by which it would last far longer is not used.",
            );
        }
        if self.null_until {
            reader.mention(
                ProblemKind::Rule,
                "repeats until a date that programs write for none, long before its start; it is taken for no end.",
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
                by_length: false,
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
        let dates: usize = texts.filter(|text| ways.has(1, text)).map(dates_at_most).sum();
        let again = (ways.all.len() - 1) * dates;
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
    /// Years as written.
    fn plain(order: Order) -> Self {
        Self {
            order,
            buddhist: false,
            by_length: false,
        }
    }

    /// An event with its dates by this way.
    pub(crate) fn of<'e, 't>(self, text: &'e EventText<'t>) -> Cow<'e, EventText<'t>> {
        let odd = text.oddities;
        if !odd.mended && !odd.is_of_several() && !odd.by_length && !odd.null_until {
            return Cow::Borrowed(text);
        }
        let own = odd.all_orders().find(|order| *order == self.order);
        let way = Self {
            order: own.or_else(|| odd.all_orders().next()).unwrap_or(self.order),
            by_length: odd.by_length,
            ..self
        };
        let mut text = text.clone();
        let start = text.all(Name::DtStart).next();
        let start = start.map(|line| {
            way.date(line, &line.value, Place::Alone)
                .unwrap_or_else(|| line.value.to_string())
        });
        for line in text
            .lines
            .iter_mut()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let of_event = start.as_deref().filter(|_| line.name == Name::DtEnd);
            let value = mapped(line, &mut |place, date| match (place, of_event) {
                (Place::Alone, Some(start)) => way.date(line, date, Place::End { written: "", start }),
                (Place::Start { end }, _) => way.of_period(line, date, end).date(line, date, place),
                (Place::End { written, .. }, _) => way.of_period(line, written, date).date(line, date, place),
                _ => way.date(line, date, place),
            });
            if let Some(value) = value {
                line.value = Cow::Owned(value);
            }
        }
        if let Some(start) = start.as_deref().and_then(day).filter(|_| odd.null_until) {
            let rules = text.lines.iter_mut().filter(|line| line.name == Name::RRule);
            for line in rules {
                if until_days(line).is_some_and(|until| is_null(until, start)) {
                    let kept: Vec<&str> = line.value.split(';').filter(|part| !is_until(part)).collect();
                    line.value = Cow::Owned(kept.join(";"));
                }
            }
        }
        Cow::Owned(text)
    }

    /// The way by which a period of these dates is read: another one, if by this one it would last far longer.
    fn of_period(self, line: &Line, start: &str, end: &str) -> Self {
        let dates = [odd(line, start), odd(line, end)];
        if dates.iter().flatten().all(|odd| odd.is_one(ORDERS.into_iter())) {
            return self;
        }
        let by = |date: &Option<OddDate>, written: &str, order| {
            let odd = date.as_ref().and_then(|odd| odd.in_order(order));
            odd.unwrap_or_else(|| written.to_owned())
        };
        let is_meant = |at: usize| dates.iter().flatten().all(|odd| odd.orders()[at]);
        let length = |(at, order): (usize, Order)| {
            is_meant(at).then(|| {
                (
                    order,
                    seconds(&by(&dates[0], start, order), &by(&dates[1], end, order)),
                )
            })
        };
        let lengths: Vec<_> = ORDERS.into_iter().enumerate().filter_map(length).collect();
        let Some(shortest) = shortest(&lengths) else {
            return self;
        };
        let least = if dates[0].is_none() && shortest <= DAY {
            2 * DAY
        } else {
            LONGEST_ONCE
        };
        let is_short = |length: &Option<i64>| length.is_none_or(|length| length <= least.max(shortest * 2));
        let short = || lengths.iter().filter(|(_, length)| is_short(length));
        let own = short().find(|(order, _)| *order == self.order);
        let order = own
            .or_else(|| short().next())
            .map_or(self.order, |(order, _)| *order);
        Self { order, ..self }
    }

    /// A date by this way, if it is another than that which is written.
    fn date(self, line: &Line, text: &str, place: Place) -> Option<String> {
        // What is guessed takes no busy time away.
        let is_limit = matches!(line.name, Name::ExDate | Name::RRule | Name::RecurrenceId);
        let is_guessed = |odd: &OddDate| odd.guessed || (self.by_length && !odd.is_one(ORDERS.into_iter()));
        let odd = odd(line, text).filter(|odd| !(is_limit && is_guessed(odd)));
        let end = odd
            .as_ref()
            .filter(|odd| odd.unsure && matches!(place, Place::End { .. }));
        let clear = match end {
            Some(end) => end.rest_of_day(self.order),
            None => odd.and_then(|odd| odd.in_order(self.order)),
        };
        let text = clear.as_deref().unwrap_or(text).trim();
        let is_of_start = |year| matches!(place, Place::End { start, .. } if is_later_start(start, year));
        match year(text).filter(|year| BUDDHIST.contains(year)) {
            Some(year) if self.buddhist || is_of_start(year) => {
                Some(format!("{:04}{}", year - BUDDHIST_YEARS, &text[4..]))
            }
            _ => clear,
        }
    }
}

/// The shortest length that is one.
fn shortest(lengths: &[(Order, Option<i64>)]) -> Option<i64> {
    let lengths = lengths.iter().filter_map(|(_, length)| *length);
    lengths.filter(|length| *length >= 0).min()
}

/// Seconds from a date or time to another one, whatever their zones.
fn seconds(start: &str, end: &str) -> Option<i64> {
    let at = |text: &str| match moment(text) {
        Ok(Moment::Local(time) | Moment::Utc(time)) => Some(naive(time)),
        Ok(Moment::Date(day)) => Some(naive_date(day)),
        Err(day) => day.map(naive_date),
    };
    Some(at(end)? - at(start)?)
}

/// The first day on which an event may begin; nothing where one of its starts cannot be read.
fn first_start(text: &EventText) -> Option<Date> {
    let mut first: Option<Date> = None;
    for line in text.all(Name::DtStart) {
        let of_line = match odd(line, &line.value) {
            Some(odd) => {
                let days = ORDERS.into_iter().filter_map(|order| odd.in_order(order));
                days.filter_map(|date| day(&date)).min()
            }
            None => day(&line.value),
        };
        let of_line = of_line?;
        first = Some(first.map_or(of_line, |first| first.min(of_line)));
    }
    first.map(|first| {
        let is_buddhist = BUDDHIST.contains(&first.year());
        let years = jiff::Span::new().years(if is_buddhist { BUDDHIST_YEARS } else { 0 });
        first.checked_sub(years).unwrap_or(first)
    })
}

/// The last day on which a rule may end.
fn until_days(line: &Line) -> Option<Date> {
    let untils = line.value.split(';').filter(|part| is_until(part));
    let days = untils.filter_map(|part| {
        let (_, date) = part.split_once('=')?;
        match odd(line, date) {
            Some(odd) => {
                let days = ORDERS.into_iter().filter_map(|order| odd.in_order(order));
                days.filter_map(|date| day(&date)).max()
            }
            None => day(date),
        }
    });
    days.max()
}

/// Is it long before a start, and a day from which programs count time, or the one beside it in another zone?
fn is_null(until: Date, start: Date) -> bool {
    let is_near = |(year, day): &(i16, i16)| {
        let first = Date::new(*year, 1, 1).map(|first| (until - first).get_days() - i32::from(*day - 1));
        first.is_ok_and(|days| days.abs() <= 1)
    };
    let is_first = until.year() <= FIRST_YEAR || FIRST_DAYS.iter().any(is_near);
    is_first && (start - until).get_days() > LONG_BEFORE
}

/// Is the end of a Buddhist year one of the Gregorian calendar's after all, since its start is? Else it would last centuries.
fn is_later_start(start: &str, end: i16) -> bool {
    let start = year(start.trim());
    start.is_some_and(|start| start <= end - BUDDHIST_YEARS)
}

/// How many dates an event has at most, and at least one.
fn dates_at_most(text: &EventText) -> usize {
    const SHORTEST: usize = "20261201,".len();
    let lists = text.lines.iter().filter(|line| {
        matches!(
            line.name,
            Name::RDate | Name::ExDate | Name::FreeBusy | Name::DtStart
        )
    });
    let dates: usize = lists.map(|line| line.value.len() / SHORTEST).sum();
    dates.max(1)
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

/// A line's value with its dates replaced by what `by` gives for them. Nothing when it gives none.
fn mapped(line: &Line, by: &mut dyn FnMut(Place, &str) -> Option<String>) -> Option<String> {
    let mut is_new = false;
    let mut new = |place: Place, date: &str| {
        let by = by(place, date);
        is_new |= by.is_some();
        by.unwrap_or_else(|| date.to_owned())
    };
    let value = match line.name {
        Name::DtStart | Name::DtEnd | Name::RecurrenceId => new(Place::Alone, &line.value),
        Name::RRule => {
            let part = |part: &str| match part.split_once('=') {
                Some((name, date)) if name.trim().eq_ignore_ascii_case("UNTIL") => {
                    format!("{name}={}", new(Place::Alone, date))
                }
                _ => part.to_owned(),
            };
            line.value.split(';').map(part).collect::<Vec<_>>().join(";")
        }
        _ => {
            let item = |item: &str| match period(item) {
                (start, None) => new(Place::Alone, start),
                (start, Some(end)) => {
                    let written = start;
                    let start = new(Place::Start { end }, written);
                    let place = Place::End {
                        written,
                        start: &start,
                    };
                    format!("{start}/{}", new(place, end))
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
    let tail = text.rsplit_once(':').filter(|_| !line.value.starts_with(':'));
    if tail.is_some_and(|(_, tail)| is_readable(tail)) && line.param("TZID").is_some() {
        return None;
    }
    let near = days_near(text).0;
    if near
        .iter()
        .any(|day| (GREGORIAN..=*BUDDHIST.end()).contains(&day.year()))
    {
        return None;
    }
    let is_date = line
        .param("VALUE")
        .is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
    let odd = OddDate::read(text)?;
    Some(if is_date { odd.of_a_date() } else { odd })
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
