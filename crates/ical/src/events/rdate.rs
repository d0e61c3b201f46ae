//! Reads additional dates (RDATE, RFC 5545, section 3.8.5.2), also those in another form than their series.

use std::collections::HashSet;
use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};

use crate::events::duration;
use crate::events::event_times::{EventReader, date_for_whole_days};
use crate::events::types::{Extra, Length, When, Written, begin};
use crate::model::ProblemKind;
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::timezone::clock::Clock;
use crate::values::date_list::{items, period};
use crate::values::date_time::Moment;
use crate::values::days::{DAY, date};

impl EventReader<'_, '_> {
    /// Reads the additional dates of a series, without those that EXDATE leaves out in the same form and zone.
    pub(crate) fn extras(&mut self, text: &EventText, series: &Series, extras: &mut Vec<Extra>) {
        let mut lines = text.all(Name::RDate).peekable();
        if lines.peek().is_none() {
            return;
        }
        let left_out: HashSet<Words> = series.exceptions.iter().map(words).collect();
        for line in lines {
            for item in items(&line.value) {
                let (start_text, period) = period(item);
                match self.meanings(line, start_text) {
                    Ok(meant) => {
                        for written in meant {
                            if left_out.contains(&words(&written)) {
                                continue;
                            }
                            for start in self.starts(&written, series) {
                                let own =
                                    period.map(|period| duration::of_period(line, period, &start, self));
                                extras.extend(own.and_then(|own| Extra::before(&start, own)));
                                self.extra(&written, start, own.map(|own| own.length), series, extras);
                            }
                        }
                    }
                    Err(day) => {
                        let meant = self.days_meant(start_text, day);
                        if meant.is_empty() {
                            self.unplaced(
                                ProblemKind::Date,
                                "has an additional date that could not be read.",
                            );
                            continue;
                        }
                        self.note(
                            ProblemKind::Date,
                            "has an additional date whose time could not be read.",
                        );
                        for day in meant {
                            self.extra_on(line, start_text, day, series, extras);
                        }
                    }
                }
            }
        }
    }

    /// Adds an additional date of which only the day is known.
    fn extra_on(&mut self, line: &Line, text: &str, day: Date, series: &Series, extras: &mut Vec<Extra>) {
        let mut days = self.days_of(line, text, day);
        // In a known zone it is on that zone's day.
        if days.last().is_some_and(|day| day.certain && !day.clock.is_utc()) {
            days.drain(..days.len() - 1);
        }
        for start in days {
            let length = if series.start.whole_day {
                Length::Days(1)
            } else {
                duration::on_day(&start, series.length, true)
            };
            extras.push(Extra::with_length(start, length));
        }
    }

    /// Returns when an additional date may begin: a time without a known zone also in the zone of its series, in which exceptions
    /// without one are read.
    fn starts(&mut self, written: &Written, series: &Series) -> Vec<When> {
        let start = self.when(written);
        let by_series = When {
            clock: Rc::clone(&series.start.clock),
            ..start.clone()
        };
        let is_clear = written.certain || series.start.whole_day || begin(&start) == begin(&by_series);
        if is_clear {
            return vec![start];
        }
        self.mention(
            ProblemKind::Date,
            "has an additional date without a known time zone; what it means in that of its series and in your own is kept \
             busy.",
        );
        vec![start, by_series]
    }

    /// Adds an additional date as occurrences. Where it has another form than the series, both possible meanings are added.
    fn extra(
        &self,
        written: &Written,
        start: When,
        own: Option<Length>,
        series: &Series,
        extras: &mut Vec<Extra>,
    ) {
        let owner = self.owner();
        match (series.start.whole_day, start.whole_day) {
            (true, true) => extras.push(Extra {
                start,
                length: own,
                by_day: true,
            }),
            (true, false) => {
                let day = self.whole_day(date_for_whole_days(written, &owner));
                extras.push(Extra {
                    start: day,
                    length: None,
                    by_day: written.zone.is_none(),
                });
                // For the owner it may begin on another day.
                let own_day = self.whole_day(date(owner.naive(begin(&start))));
                if written.zone.is_some() && own_day.naive != extras.last().map_or(0, |day| day.start.naive) {
                    extras.push(Extra {
                        start: own_day,
                        length: None,
                        by_day: false,
                    });
                }
                // Some programs write a date as its midnight.
                if own.is_some() || !is_midnight(written) {
                    extras.push(Extra::with_length(start, own.unwrap_or(series.as_timed)));
                }
            }
            (false, true) => {
                let at_own_time = When {
                    naive: start.naive + series.start.naive.rem_euclid(DAY),
                    ..series.start.clone()
                };
                let length = duration::on_day(&start, own.unwrap_or(series.length), false);
                let (day, time) = (
                    length.span(&start, &owner),
                    series.length.span(&at_own_time, &owner),
                );
                let within = day.0 <= time.0 && time.1 <= day.1;
                extras.push(Extra::with_length(start, length));
                if own.is_none() && !within {
                    extras.push(Extra {
                        start: at_own_time,
                        length: None,
                        by_day: true,
                    });
                }
            }
            (false, false) => extras.push(Extra {
                by_day: Rc::ptr_eq(&start.clock, &series.start.clock),
                start,
                length: own,
            }),
        }
    }
}

/// The properties of a series that its additional dates depend on.
pub(crate) struct Series<'a> {
    pub start: &'a When,
    pub length: Length,
    /// The length of an occurrence with a time of day, for a series of whole days.
    pub as_timed: Length,
    pub exceptions: &'a [Written],
}

/// The written form in which times are compared: kind of value, time, and zone.
type Words = (Form, DateTime, Option<*const Clock>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Date,
    Local,
    Utc,
}

fn words(written: &Written) -> Words {
    let (form, time) = match written.moment {
        Moment::Date(date) => (Form::Date, date.to_datetime(Time::midnight())),
        Moment::Local(local) => (Form::Local, local),
        Moment::Utc(utc) => (Form::Utc, utc),
    };
    (form, time, written.zone.as_ref().map(Rc::as_ptr))
}

fn is_midnight(written: &Written) -> bool {
    match written.moment {
        Moment::Date(_) => true,
        Moment::Local(local) | Moment::Utc(local) => local.time() == Time::midnight(),
    }
}
