//! How long an event is: DTEND, DURATION, neither, or something that makes no sense (RFC 5545, section 3.6.1).

use jiff::Timestamp;

use crate::clock::{Clock, moved};
use crate::components::EventText;
use crate::days::{DAY, date, naive_date};
use crate::event::When;
use crate::lines::{Line, Name};
use crate::model::ProblemKind;
use crate::reading::{Reading, date_for_whole_days, next_midnight};
use crate::series::begin;
use crate::values::{self, Moment, Span};

/// The length of an event and of each of its occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// Whole days.
    Days(i64),
    /// By DTEND, measured on the first occurrence: in elapsed seconds and on the wall's clock. They differ where
    /// the clocks change in between. RFC 5545 (section 3.8.5.3) repeats the elapsed time, most programs the
    /// time on the wall; the later end counts.
    Until { elapsed: i64, wall: i64 },
    /// By DURATION: days on the calendar, then elapsed seconds.
    For(Span),
    /// Not known; to the end of the day.
    RestOfDay,
}

impl Length {
    /// Upper bound in seconds, to know how far before a window an occurrence can begin that reaches into it.
    pub(crate) fn at_most(self) -> i64 {
        match self {
            Self::Days(days) => (days + 1) * DAY,
            Self::Until { elapsed, wall } => elapsed.max(wall) + DAY,
            Self::For(span) => span.total() + DAY,
            Self::RestOfDay => 2 * DAY,
        }
    }

    /// The end of an occurrence that starts at a local time.
    pub(crate) fn end(self, clock: &Clock, naive: i64, start: Timestamp) -> Timestamp {
        let end = match self {
            Self::Days(days) => clock.start_of_day(date(naive + days * DAY)),
            Self::Until { elapsed, wall } => moved(start, elapsed).max(clock.instant(naive + wall)),
            Self::For(Span { days: 0, seconds }) => moved(start, seconds),
            Self::For(span) => moved(clock.instant(naive + span.days * DAY), span.seconds),
            Self::RestOfDay => clock.start_of_day(date(next_midnight(naive))),
        };
        end.max(start)
    }

    /// What takes this long from a start.
    pub(crate) fn span(self, start: &When) -> (Timestamp, Timestamp) {
        let from = begin(start);
        (from, self.end(&start.clock, start.naive, from))
    }
}

/// A length, and what blocks before the start when the end precedes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub length: Length,
    /// In seconds.
    pub before: i64,
}

impl Measured {
    fn plain(length: Length) -> Self {
        Self { length, before: 0 }
    }
}

/// Reads the length of an event; of several the longest.
pub(crate) fn read(text: &EventText, start: &When, reading: &mut Reading) -> Measured {
    let mut found: Vec<Measured> = Vec::new();
    let mut unreadable: Option<Option<jiff::civil::Date>> = None;
    for line in text.all(Name::DtEnd) {
        match end_of(line, &line.value, start, reading) {
            Ok(measured) => found.push(measured),
            Err(day) => unreadable = Some(unreadable.flatten().max(day)),
        }
    }
    for line in text.all(Name::Duration) {
        match values::duration(&line.value) {
            Some(span) => found.push(lasting(span, start, reading)),
            None => unreadable = Some(unreadable.flatten()),
        }
    }
    if let Some(day) = unreadable {
        reading.note(
            ProblemKind::End,
            "has an end that could not be read, so the rest of the day is kept busy.",
        );
        found.push(Measured::plain(until_some_end(day, start)));
    }
    let before = found.iter().map(|m| m.before).max().unwrap_or(0);
    let first = begin(start);
    let longest = found
        .iter()
        .map(|m| m.length)
        .max_by_key(|length| (length.end(&start.clock, start.naive, first), length.at_most()));
    let length = longest.unwrap_or(if start.whole_day {
        Length::Days(1)
    } else {
        Length::For(Span::default())
    });
    Measured { length, before }
}

/// The length of an event whose end could not be read but perhaps for its day.
fn until_some_end(day: Option<jiff::civil::Date>, start: &When) -> Length {
    match day.map(naive_date) {
        Some(midnight) if midnight >= start.naive => {
            let wall = midnight + DAY - start.naive;
            if start.whole_day {
                Length::Days(wall / DAY)
            } else {
                Length::Until { elapsed: wall, wall }
            }
        }
        _ if start.whole_day => Length::Days(1),
        _ => Length::RestOfDay,
    }
}

/// The length of a PERIOD that starts at `start`.
pub(crate) fn of_period(line: &Line, period: &str, start: &When, reading: &mut Reading) -> Length {
    let measured = match values::duration(period) {
        Some(span) => Ok(lasting(span, start, reading)),
        None => end_of(line, period, start, reading),
    };
    measured.map_or_else(
        |_| {
            reading.note(
                ProblemKind::End,
                "has an additional date whose end could not be read.",
            );
            if start.whole_day {
                Length::Days(1)
            } else {
                Length::RestOfDay
            }
        },
        |measured| measured.length,
    )
}

fn end_of(
    line: &Line,
    text: &str,
    start: &When,
    reading: &mut Reading,
) -> Result<Measured, Option<jiff::civil::Date>> {
    let written = reading.written(line, text)?;
    if start.whole_day {
        let mut end = naive_date(date_for_whole_days(&written, &reading.owner()));
        if let Moment::Local(local) | Moment::Utc(local) = written.moment
            && local.time() != jiff::civil::Time::midnight()
        {
            // An end within a day takes that day, too.
            end += DAY;
        }
        return Ok(days(end - start.naive, reading));
    }
    let from = start.clock.instant(start.naive);
    let (to, wall) = if let Moment::Date(day) = written.moment {
        reading.note(
            ProblemKind::End,
            "ends on a day without a time, so that whole day is kept busy.",
        );
        let wall = naive_date(day) + DAY;
        (start.clock.start_of_day(date(wall)), wall - start.naive)
    } else {
        let end = reading.when(&written);
        let to = end.clock.instant(end.naive);
        (to, start.clock.naive(to) - start.naive)
    };
    let elapsed = to.as_second() - from.as_second();
    if elapsed < 0 {
        return Ok(backwards(-elapsed, reading));
    }
    Ok(Measured::plain(Length::Until {
        elapsed,
        wall: wall.max(0),
    }))
}

fn lasting(span: Span, start: &When, reading: &mut Reading) -> Measured {
    let backwards = span.total() < 0;
    // Programs differ in what they make of a duration below nothing: the time before the start, or as much after it.
    let span = if backwards { span.negated() } else { span };
    let before = if backwards && span.total() <= DAY {
        span.total()
    } else {
        0
    };
    if backwards {
        reading.note(
            ProblemKind::End,
            "has a duration below nothing; as much time is kept busy before its start and after it.",
        );
    }
    if start.whole_day {
        return days(span.total() + (DAY - 1) * i64::from(span.seconds > 0), reading);
    }
    Measured {
        length: Length::For(span),
        before,
    }
}

/// The length of an additional occurrence with a time of day in a series of whole days, of which `length` is that of others.
pub(crate) fn as_timed(text: &EventText, length: Length) -> Length {
    let written = text
        .all(Name::Duration)
        .filter_map(|line| values::duration(&line.value));
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

/// The length of a day of its own zone on which something of this length begins at an unknown time or at midnight.
pub(crate) fn on_day(start: &When, length: Length, at_any_time: bool) -> Length {
    let (from, midnight) = (begin(start), next_midnight(start.naive));
    let day = start.clock.start_of_day(date(midnight));
    let last_begin = if at_any_time { midnight } else { start.naive };
    let end = length
        .end(&start.clock, last_begin, start.clock.instant(last_begin))
        .max(day);
    Length::Until {
        elapsed: end.as_second() - from.as_second(),
        wall: 0,
    }
}

/// Whole days, at least one: many programs write an end that equals the start.
fn days(seconds: i64, reading: &mut Reading) -> Measured {
    if seconds < 0 {
        reading.note(
            ProblemKind::End,
            "ends before it starts; its first day is kept busy.",
        );
    }
    Measured::plain(Length::Days((seconds / DAY).max(1)))
}

/// An end before the start: the time between both blocks when they are near each other, else a day.
fn backwards(seconds: i64, reading: &mut Reading) -> Measured {
    reading.note(
        ProblemKind::End,
        "ends before it starts; the time between both is kept busy, or a day.",
    );
    if seconds <= DAY {
        Measured {
            length: Length::For(Span::default()),
            before: seconds,
        }
    } else {
        Measured::plain(Length::For(Span {
            days: 0,
            seconds: DAY,
        }))
    }
}
