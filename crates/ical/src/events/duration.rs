//! Reads how long an event lasts: DTEND, DURATION, neither, or something that makes no sense (RFC 5545, section 3.6.1).

use std::rc::Rc;

use jiff::Timestamp;

use crate::events::event_times::{EARLIEST, EventReader, date_for_whole_days, next_midnight};
use crate::events::types::{Length, Measured, When, Written, begin};
use crate::model::ProblemKind;
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::rrule::rule::{Freq, Rule};
use crate::timezone::clock::{Clock, moved};
use crate::values::date_time::{self, Moment};
use crate::values::days::{DAY, date, naive_date};
use crate::values::duration_text::{self, Span};

impl Length {
    /// Returns an upper bound in seconds, to know how far before a window an occurrence can begin that reaches into it.
    pub(crate) fn at_most(self) -> i64 {
        match self {
            Self::Days(days) => (days + 1) * DAY,
            Self::Until { elapsed, wall } => elapsed.max(wall) + DAY,
            Self::For(span) => span.total() + DAY,
            Self::RestOfDay { days } => (days + 3) * DAY,
        }
    }

    /// Returns the end of an occurrence that starts at a local time, by its own clock and the owner's.
    pub(crate) fn end(self, (clock, owner): (&Clock, &Clock), naive: i64, start: Timestamp) -> Timestamp {
        let end = match self {
            Self::Days(days) => clock.start_of_day(date(naive + days * DAY)),
            Self::Until { elapsed, wall } => moved(start, elapsed).max(clock.instant(naive + wall)),
            Self::For(Span { days: 0, seconds }) => moved(start, seconds),
            Self::For(span) => moved(clock.instant(naive + span.days * DAY), span.seconds),
            Self::RestOfDay { days } => {
                let after =
                    |clock: &Clock, naive| clock.start_of_day(date(next_midnight(naive) + days * DAY));
                after(clock, naive).max(after(owner, owner.naive(start)))
            }
        };
        end.max(start)
    }

    /// Returns whether the length is zero.
    pub(crate) fn is_nothing(self) -> bool {
        let nothing = Span::default();
        matches!(self, Self::Until { elapsed: 0, wall: 0 }) || self == Self::For(nothing)
    }

    /// Returns the span of this length from a start.
    pub(crate) fn span(self, start: &When, owner: &Clock) -> (Timestamp, Timestamp) {
        let from = begin(start);
        (from, self.end((&start.clock, owner), start.naive, from))
    }
}

/// The problem of an event that a program may have meant to last for ever. Its end is a date like any other, and no other program
/// shows it as free.
const FOR_EVER: &str = "lasts more than a hundred years; all time until its end is kept busy.";

impl Measured {
    fn plain(length: Length) -> Self {
        Self { length, before: 0 }
    }
}

/// Reads the length of an event; the longest of several.
pub(crate) fn read(text: &EventText, start: &When, reader: &mut EventReader) -> Measured {
    let mut found: Vec<Measured> = Vec::new();
    let mut unreadable: Option<Option<jiff::civil::Date>> = None;
    let within = Within::of(text);
    for line in text.all(Name::DtEnd) {
        match end_of(line, &line.value, start, within, reader) {
            Ok(measured) => found.push(measured),
            Err(day) => unreadable = Some(unreadable.flatten().max(day)),
        }
    }
    for line in text.all(Name::Duration) {
        let span = duration_text::duration(&line.value);
        if span.is_none() {
            unreadable = Some(unreadable.flatten());
        }
        let span = span.or_else(|| duration_text::loosely(&line.value));
        found.extend(span.map(|span| lasting(span, start, reader)));
    }
    if let Some(day) = unreadable {
        reader.note_length(
            start,
            "has an end that could not be read, so the rest of the day is kept busy.",
        );
        found.push(Measured::plain(until_some_end(day, start)));
    }
    let is_cut = (text.truncated || text.loose) && found.is_empty() && !start.whole_day;
    if is_cut || text.ends_within(&[Name::DtEnd, Name::Duration]) {
        reader.note_length(
            start,
            "is cut off before its end, so the rest of the day is kept busy.",
        );
        found.push(Measured::plain(until_some_end(None, start)));
    }
    let before = found.iter().map(|m| m.before).max().unwrap_or(0);
    let owner = reader.owner();
    let longest = longest(found.iter().map(|m| m.length), start, &owner);
    let length = longest.unwrap_or(if start.whole_day {
        Length::Days(1)
    } else {
        Length::For(Span::default())
    });
    Measured { length, before }
}

/// Returns the length of an event whose end could not be read, except perhaps its day.
fn until_some_end(day: Option<jiff::civil::Date>, start: &When) -> Length {
    let first = start.naive.div_euclid(DAY);
    let days = day.map_or(0, |day| (naive_date(day) / DAY - first).max(0));
    if start.whole_day {
        Length::Days(days + 1)
    } else {
        Length::RestOfDay { days }
    }
}

/// Returns the length of a PERIOD that starts at `start`.
pub(crate) fn of_period(line: &Line, period: &str, start: &When, reader: &mut EventReader) -> Measured {
    let measured = match duration_text::duration(period) {
        Some(span) => Ok(lasting(span, start, reader)),
        None => end_of(line, period, start, Within::ONCE, reader),
    };
    measured.unwrap_or_else(|day| {
        reader.note_length(start, "has an additional date whose end could not be read.");
        let rest = until_some_end(day, start);
        let loosely = duration_text::loosely(period).map(|span| lasting(span, start, reader).length);
        let owner = reader.owner();
        Measured::plain(longest(loosely.into_iter().chain([rest]), start, &owner).unwrap_or(rest))
    })
}

/// Returns the longest of some lengths from a start.
fn longest(lengths: impl Iterator<Item = Length>, start: &When, owner: &Clock) -> Option<Length> {
    lengths.max_by_key(|length| (length.span(start, owner).1, length.at_most()))
}

/// How far from the start an end on a nonexistent day, such as 31 November, may lie so that a day near it is used instead.
/// Farther ends would let an occurrence last until the next one or longer, and a series block all time.
#[derive(Debug, Clone, Copy)]
struct Within {
    days: i64,
    /// A day past the end of an existing month may be the end of a long event.
    long: bool,
}

impl Within {
    const ONCE: Self = Self { days: 32, long: true };

    /// The limit is what the rules of an event leave between two occurrences.
    fn of(text: &EventText) -> Self {
        let days = text.all(Name::RRule).map(|line| days_between(&line.value)).min();
        days.map_or(Self::ONCE, |days| Self { days, long: false })
    }
}

/// Returns the least number of days that a rule leaves between two occurrences, as far as its form shows it.
fn days_between(rule: &str) -> i64 {
    let Some(rule) = Rule::parse(rule) else {
        return 1;
    };
    let weekdays = rule.weekdays.count_ones() as usize;
    let days = weekdays + rule.nth_weekdays.len() + rule.month_days.len() + rule.year_days.len();
    match rule.freq {
        _ if days > 1 || rule.hours.count_ones() > 1 => 1,
        Freq::Monthly | Freq::Yearly if weekdays == 0 && rule.week_numbers.is_empty() => 28,
        Freq::Weekly | Freq::Monthly | Freq::Yearly => 7,
        _ => 1,
    }
}

/// Returns the last meaning of an end on a nonexistent day that is near enough to the start.
fn on_near_day(
    line: &Line,
    text: &str,
    start: &When,
    within: Within,
    reader: &mut EventReader,
) -> Option<Written> {
    let is_of_a_month = date_time::after_end_of_month(text).is_some();
    let mut found = None;
    for near in date_time::on_near_days(text) {
        let Ok(written) = reader.written(line, &near) else {
            continue;
        };
        let lasts = if start.whole_day {
            naive_date(date_for_whole_days(&written, &reader.owner())) - start.naive
        } else {
            let end = reader.when(&written);
            // An end that is a day includes that day.
            begin(&end).as_second() - begin(start).as_second() + if end.whole_day { DAY } else { 0 }
        };
        let most = within.days * DAY;
        let is_near = match (within.long, start.whole_day) {
            (true, _) => lasts.abs() <= most || is_of_a_month,
            (false, true) => (0..=most).contains(&lasts),
            (false, false) => (1..most).contains(&lasts),
        };
        if is_near {
            found = Some(written);
        }
    }
    if found.is_some() {
        reader.note(
            ProblemKind::Date,
            "ends on a date that does not exist; the latest one near it is used.",
        );
    }
    found
}

fn end_of(
    line: &Line,
    text: &str,
    start: &When,
    within: Within,
    reader: &mut EventReader,
) -> Result<Measured, Option<jiff::civil::Date>> {
    let written = match reader.written(line, text) {
        Ok(written) => written,
        Err(day) => on_near_day(line, text, start, within, reader).ok_or_else(|| {
            // In an unknown zone it may be the next day here, but not beside a start in an unknown zone.
            let is_later =
                date_time::has_unknown_zone(text) && !matches!(*start.clock, Clock::Fixed(EARLIEST));
            let next = day.and_then(|day| day.tomorrow().ok()).filter(|_| is_later);
            next.or(day)
        })?,
    };
    if start.whole_day {
        let mut end = naive_date(date_for_whole_days(&written, &reader.owner()));
        if end - start.naive > duration_text::LONGEST * DAY {
            reader.mention(ProblemKind::End, FOR_EVER);
        }
        if let Moment::Local(local) | Moment::Utc(local) = written.moment
            && local.time() != jiff::civil::Time::midnight()
        {
            // An end within a day includes that day.
            end += DAY;
        }
        return Ok(days(end - start.naive, start, reader));
    }
    let from = begin(start).as_second();
    let mut end = reader.when(&written);
    if !start.certain && !written.certain && written.zone.is_none() {
        // Neither names a zone, so both are in the same one.
        end.clock = start.clock.clone();
    }
    if end.whole_day {
        reader.note(
            ProblemKind::End,
            "ends on a day without a time, so that whole day is kept busy.",
        );
        let days = (end.naive - start.naive.div_euclid(DAY) * DAY) / DAY;
        if days >= 0 {
            return Ok(Measured::plain(Length::RestOfDay { days }));
        }
    }
    let to = begin(&end);
    if to.as_second() - from > duration_text::LONGEST * DAY {
        reader.mention(ProblemKind::End, FOR_EVER);
    }
    let (elapsed, wall) = (to.as_second() - from, start.clock.naive(to) - start.naive);
    let is_skipped = start.clock.naive(begin(start)) != start.naive;
    let written = end.naive - start.naive;
    if is_skipped && written > 0 && Rc::ptr_eq(&start.clock, &end.clock) && elapsed < written {
        // The clocks skip the start, so that it is later than written; the written length still applies.
        let length = Length::Until {
            elapsed: written,
            wall: written,
        };
        return Ok(Measured {
            length,
            before: (-elapsed).max(0),
        });
    }
    // An end has the form of its start (RFC 5545, section 3.8.2.2), so one without a known zone, or before the start, may be
    // meant in the zone of the start.
    let own = start.clock.instant(end.naive).as_second() - from;
    if own == elapsed || (start.certain && end.certain && elapsed > 0) {
        return Ok(if elapsed < 0 {
            backwards([elapsed; 2], reader)
        } else {
            Measured::plain(Length::Until {
                elapsed,
                wall: wall.max(0),
            })
        });
    }
    if elapsed.max(own) < 0 {
        return Ok(backwards([elapsed, own], reader));
    }
    reader.note(
        ProblemKind::End,
        "ends in another time zone than it begins, or in none; the later of both ends is used.",
    );
    Ok(Measured::plain(Length::Until {
        elapsed: elapsed.max(own),
        wall: wall.max(end.naive - start.naive).max(0),
    }))
}

fn lasting(span: Span, start: &When, reader: &mut EventReader) -> Measured {
    let backwards = span.total() < 0;
    // Programs read a negative duration as the time before the start, or as the same length after it.
    let span = if backwards { span.negated() } else { span };
    let before = if backwards && span.total() <= DAY {
        span.total()
    } else {
        0
    };
    if backwards {
        reader.note_length(
            start,
            "has a duration below nothing; as much time is kept busy before its start and after it.",
        );
    }
    if start.whole_day {
        let length = days(
            span.total() + (DAY - 1) * i64::from(span.seconds > 0),
            start,
            reader,
        )
        .length;
        return Measured { length, before };
    }
    Measured {
        length: Length::For(span),
        before,
    }
}

/// Returns the length of an additional occurrence with a time of day in a series of whole days with this `length`.
pub(crate) fn as_timed(text: &EventText, length: Length) -> Length {
    let written = text
        .all(Name::Duration)
        .filter_map(|line| duration_text::duration(&line.value));
    let exact = written
        .max_by_key(|span| span.total())
        .filter(|span| span.total() > 0);
    match (length, exact) {
        (Length::Days(days), Some(span))
            if text.all(Name::DtEnd).next().is_none() && span.total() <= days * DAY =>
        {
            Length::For(span)
        }
        (Length::Days(days), _) => Length::For(Span { days, seconds: 0 }),
        (other, _) => other,
    }
}

/// Returns what an event of this length takes that begins at any time of a day, by the clock of its zone or the owner's: both
/// days, and its length after their ends. `before` is the time of the owner's day before the other one.
pub(crate) fn at_any_time(day: &When, length: Length, owner: &Rc<Clock>) -> Measured {
    // A stated end is no later for a later start.
    let is_moved = matches!(length, Length::For(_));
    let by_owner = When {
        clock: Rc::clone(owner),
        ..day.clone()
    };
    let (from, owners) = (begin(day), begin(&by_owner));
    let of_owner = if is_moved {
        length
    } else {
        Length::For(Span::default())
    };
    let end = |day: &When, length| on_day(day, length, is_moved).span(day, owner).1;
    let last = end(day, length).max(end(&by_owner, of_owner));
    let elapsed = last.as_second() - from.as_second();
    Measured {
        length: Length::Until {
            elapsed,
            wall: elapsed,
        },
        before: (from.as_second() - owners.as_second()).max(0),
    }
}

/// Returns the length of a day in its own zone on which something of this length begins at an unknown time or at midnight.
pub(crate) fn on_day(start: &When, length: Length, at_any_time: bool) -> Length {
    let (from, midnight) = (begin(start), next_midnight(start.naive));
    let day = start.clock.start_of_day(date(midnight));
    let last_begin = if at_any_time { midnight } else { start.naive };
    let last = start.clock.instant(last_begin);
    let end = length
        .end((&start.clock, &start.clock), last_begin, last)
        .max(day);
    Length::Until {
        elapsed: end.as_second() - from.as_second(),
        wall: 0,
    }
}

/// Returns a length of whole days, at least one: many programs write an end that equals the start.
fn days(seconds: i64, start: &When, reader: &mut EventReader) -> Measured {
    if seconds < 0 {
        reader.note_length(
            start,
            "ends before it starts; its first day is kept busy, and the one before where that is its end.",
        );
    }
    Measured {
        before: if (-DAY..0).contains(&seconds) { DAY } else { 0 },
        length: Length::Days((seconds / DAY).max(1)),
    }
}

/// Returns the length of an event whose end is before its start, by this many seconds in both readings of the end. Start or end
/// may be wrong: the time between them blocks where they are near each other, and as much after the start, at most a day.
fn backwards(from_start: [i64; 2], reader: &mut EventReader) -> Measured {
    reader.note(
        ProblemKind::End,
        "ends before it starts; the time between both is kept busy, and as much from its start on, at most a day.",
    );
    let distances = from_start.map(i64::abs);
    let near = distances.into_iter().filter(|distance| *distance <= DAY);
    Measured {
        before: near.max().unwrap_or(0),
        length: Length::For(Span {
            days: 0,
            seconds: distances[0].max(distances[1]).min(DAY),
        }),
    }
}
