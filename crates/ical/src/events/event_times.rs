//! Reads the times of one event: its start, exceptions and travel time. What cannot be read
//! becomes a problem, and the event blocks for it where that is possible.

use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};

use crate::events::types::{Replaces, When, Written};
use crate::model::ProblemKind;
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::problems::Problems;
use crate::timezone::clock::Clock;
use crate::timezone::tzid::{Certainty, Floating, Resolver};
use crate::values::date_list::items;
use crate::values::date_time::{self, Moment};
use crate::values::days::{DAY, naive, naive_date};
use crate::values::duration_text;

/// The problem of an event with a nonexistent day such as 31 November.
const NO_SUCH_DAY: &str = "has a date that does not exist; all days that it may mean are kept busy.";

/// The easternmost offset, in seconds east of UTC: each day begins there first.
pub(crate) const EARLIEST: i32 = 14 * 3_600;

/// Reads one event and collects its problems.
pub(crate) struct EventReader<'a, 'z> {
    uid: &'a str,
    title: String,
    zones: &'a mut Resolver<'z>,
    problems: &'a mut Problems,
    odd: bool,
    doubtful: bool,
}

impl<'a, 'z> EventReader<'a, 'z> {
    /// Begins to read the event with this UID; problems call it `title`.
    pub(crate) fn new(
        uid: &'a str,
        title: String,
        zones: &'a mut Resolver<'z>,
        problems: &'a mut Problems,
    ) -> Self {
        Self {
            uid,
            title,
            zones,
            problems,
            odd: false,
            doubtful: false,
        }
    }

    /// Returns whether something was not understood that makes the event block.
    pub(crate) fn is_odd(&self) -> bool {
        self.odd
    }

    /// Returns whether the number of whole days was not understood.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Adds a problem with how long something lasts. Whole days remain whole days, subject to the switch for them.
    pub(crate) fn note_length(&mut self, start: &When, what: &str) {
        if start.whole_day {
            self.doubtful = true;
            self.mention(ProblemKind::End, what);
        } else {
            self.note(ProblemKind::End, what);
        }
    }

    /// Adds a problem that makes the event block as not understood.
    pub(crate) fn note(&mut self, kind: ProblemKind, what: &str) {
        self.odd = true;
        self.mention(kind, what);
    }

    /// Adds a problem that does not change whether or why the event blocks.
    pub(crate) fn mention(&mut self, kind: ProblemKind, what: &str) {
        self.problems
            .add(kind, self.uid, false, format!("{} {what}", self.title));
    }

    /// Adds a problem that may hide busy time elsewhere, of an event that is understood at its own time.
    pub(crate) fn elsewhere(&mut self, kind: ProblemKind, what: &str) {
        self.problems
            .add(kind, self.uid, true, format!("{} {what}", self.title));
    }

    /// Adds a problem that may hide busy time, and makes the event block as not understood.
    pub(crate) fn unplaced(&mut self, kind: ProblemKind, what: &str) {
        self.odd = true;
        self.problems
            .add(kind, self.uid, true, format!("{} {what}", self.title));
    }

    /// Reads one time of a line; on failure returns its day, if readable.
    pub(crate) fn written(&mut self, line: &Line, text: &str) -> Result<Written, Option<Date>> {
        let (moment, zone) = match date_time::moment(text) {
            Ok(Moment::Local(time) | Moment::Utc(time)) if is_midnight_of_a_date(line, time) => {
                (Moment::Date(time.date()), None)
            }
            Ok(moment) => (moment, line.param("TZID").map(str::to_owned)),
            Err(day) => match line.zone_with_colon(text) {
                Some((zone, tail)) => (
                    date_time::moment(tail).map_err(|tail_day| tail_day.or(day))?,
                    Some(zone),
                ),
                None => return Err(day),
            },
        };
        let named = zone.filter(|id| !id.trim().is_empty());
        Ok(match (moment, named) {
            (Moment::Local(local), Some(id)) => {
                let (clock, certain) = self.zone(&id);
                Written {
                    moment,
                    agreed: self.zones.agree(&id, naive(local)),
                    zone: Some(clock),
                    certain,
                }
            }
            (Moment::Utc(local), Some(id)) if text.trim_end().ends_with(['Z', 'z']) => {
                self.marked(local, &id)
            }
            (moment, _) => {
                let is_floating = matches!(moment, Moment::Local(_));
                if is_floating {
                    self.floating();
                }
                Written {
                    moment,
                    zone: None,
                    certain: !is_floating,
                    agreed: true,
                }
            }
        })
    }

    /// Adds a problem for a time without a zone, if its zone is doubtful. Whole days are the owner's whatever the calendar names:
    /// programs show them as the viewer's own days, and in another zone they would leave hours of that day free.
    fn floating(&mut self) {
        let what = match self.zones.find_floating() {
            Floating::Owners => return,
            Floating::Unknown => {
                "has a time without a time zone, and the one that its calendar names is not known; your own was used."
            }
            Floating::Several => {
                "has a time without a time zone; what it means in the one that its calendar names and in your own is kept busy."
            }
        };
        self.mention(ProblemKind::Zone, what);
    }

    /// Returns the meanings of a time of a line: several where its day does not exist. On failure returns its day, if readable.
    pub(crate) fn meanings(&mut self, line: &Line, text: &str) -> Result<Vec<Written>, Option<Date>> {
        let day = match self.written(line, text) {
            Ok(written) => return Ok(vec![written]),
            Err(day) => day,
        };
        let near = date_time::on_near_days(text);
        let meant: Vec<Written> = near
            .iter()
            .filter_map(|near| self.written(line, near).ok())
            .collect();
        if meant.is_empty() {
            return Err(day);
        }
        self.note(ProblemKind::Date, NO_SUCH_DAY);
        Ok(meant)
    }

    /// Returns the days of a time of which [`meanings`](Self::meanings) found only `day`: several where its day does not exist
    /// either, none when nothing is known.
    pub(crate) fn days_meant(&mut self, text: &str, day: Option<Date>) -> Vec<Date> {
        if let Some(day) = day {
            return vec![day];
        }
        let (days, _) = date_time::days_near(text);
        if !days.is_empty() {
            self.note(ProblemKind::Date, NO_SUCH_DAY);
        }
        days
    }

    /// Returns the day of a time of day that could not be read: the owner's day, and that of the zone in which it is written.
    /// After a time in an unknown zone, the same day everywhere.
    pub(crate) fn days_of(&mut self, line: &Line, text: &str, day: Date) -> Vec<When> {
        let owner = self.whole_day(day);
        if date_time::has_unknown_zone(text) {
            // Together with the owner's own day they leave no gap.
            let everywhere = [-12 * 3_600, 0, EARLIEST].map(|offset| When {
                clock: Rc::new(Clock::Fixed(offset)),
                certain: false,
                ..owner.clone()
            });
            return std::iter::once(owner).chain(everywhere).collect();
        }
        let text = text.trim_end();
        let (clock, certain) = if text.ends_with(['Z', 'z']) {
            (self.zones.utc(), true)
        } else {
            let zone = line.zone_with_colon(text).map(|(zone, _)| zone);
            let zone = zone.or_else(|| line.param("TZID").map(str::to_owned));
            match zone.filter(|id| !id.trim().is_empty()) {
                Some(id) => self.zone(&id),
                None => (self.zones.floating(), false),
            }
        };
        let written = When {
            clock,
            certain,
            ..owner.clone()
        };
        if same_time(&owner, &written) {
            vec![owner]
        } else {
            vec![owner, written]
        }
    }

    /// Reads a time with both a zone and the mark of UTC.
    fn marked(&mut self, local: DateTime, id: &str) -> Written {
        let found = self.zones.find_marked(id);
        if found.is_some() {
            let id = shortened(id);
            self.mention(
                ProblemKind::Zone,
                &format!("has a time both in the time zone “{id}” and in UTC; both times are kept busy."),
            );
        }
        match found.filter(|clock| !clock.is_utc()) {
            Some(clock) => Written {
                moment: Moment::Local(local),
                zone: Some(clock),
                certain: true,
                agreed: true,
            },
            None => Written {
                moment: Moment::Utc(local),
                zone: None,
                certain: true,
                agreed: true,
            },
        }
    }

    /// Returns the zone of a TZID, and whether it is known.
    fn zone(&mut self, id: &str) -> (Rc<Clock>, bool) {
        let (clock, certainty) = self.zones.find(id);
        let what = match certainty {
            Certainty::Known => return (clock, true),
            Certainty::Completed => {
                "whose definition is incomplete; what is missing was concluded from the rest."
            }
            Certainty::OnlyDefinition => {
                "which its calendar does not define; the only time zone that it defines was used."
            }
            Certainty::Several | Certainty::Likely => {
                "which can be meant in more than one way; every time that it may mean is kept busy."
            }
            Certainty::Unknown => "which is not known; your own was used.",
        };
        let id = shortened(id);
        self.mention(ProblemKind::Zone, &format!("is in the time zone “{id}”, {what}"));
        (clock, !certainty.is_guess())
    }

    /// Returns a written time in its zone.
    pub(crate) fn when(&self, written: &Written) -> When {
        let (naive_seconds, clock, whole_day) = match written.moment {
            Moment::Date(date) => (naive_date(date), self.zones.owner(), true),
            Moment::Utc(utc) => (naive(utc), self.zones.utc(), false),
            Moment::Local(local) => {
                let clock = written.zone.clone().unwrap_or_else(|| self.zones.floating());
                (naive(local), clock, false)
            }
        };
        When {
            naive: naive_seconds,
            clock,
            whole_day,
            certain: written.certain,
        }
    }

    /// Returns a day of the owner.
    pub(crate) fn whole_day(&self, date: Date) -> When {
        When {
            naive: naive_date(date),
            clock: self.zones.owner(),
            whole_day: true,
            certain: true,
        }
    }

    /// Returns which occurrence the event replaces.
    pub(crate) fn replaces(&mut self, text: &EventText) -> Option<Replaces> {
        let line = text.all(Name::RecurrenceId).next()?;
        let occurrence = self.written(line, &line.value).ok();
        if occurrence.is_none() {
            self.note(
                ProblemKind::Occurrence,
                "changes one date of a series, but which one could not be read; both block.",
            );
        }
        let range = line.param("RANGE").unwrap_or("").trim();
        let is_known = |known: &str| range.eq_ignore_ascii_case(known);
        let prior = !range.is_empty() && !is_known("THISANDFUTURE");
        let future = !range.is_empty() && !is_known("THISANDPRIOR");
        if prior {
            self.mention(
                ProblemKind::Occurrence,
                "changes several dates of a series in an outdated form or one that is not known; they stay busy, too.",
            );
        }
        Some(Replaces {
            occurrence,
            future,
            prior,
        })
    }

    /// Returns the dates that are left out (EXDATE).
    pub(crate) fn exceptions(&mut self, text: &EventText) -> Vec<Written> {
        let mut exceptions = Vec::new();
        for line in text.all(Name::ExDate) {
            for item in items(&line.value) {
                match self.written(line, item) {
                    // Without a colon the zone is among the items.
                    Ok(written) if !line.value.starts_with(';') => exceptions.push(written),
                    _ => self.mention(
                        ProblemKind::Date,
                        "leaves out a date that could not be read; the date stays busy.",
                    ),
                }
            }
        }
        exceptions
    }

    /// Returns the travel time in seconds, at most a day; the longest of several.
    pub(crate) fn travel(&mut self, text: &EventText, name: Name, start: &When) -> i64 {
        let mut longest = 0;
        for line in text.all(name) {
            let read = duration_text::duration(&line.value);
            let seconds = match read.or_else(|| duration_text::loosely(&line.value)) {
                Some(span) => span.total().abs(),
                None if line.value.is_empty() => 0,
                None => 3_600,
            };
            longest = longest.max(seconds.min(DAY));
            let what = if seconds > DAY {
                "has a travel time of more than a day; a day is kept busy."
            } else if read.is_some() || line.value.is_empty() {
                continue;
            } else if seconds == 3_600 {
                "has a travel time that could not be read; an hour is kept busy."
            } else {
                "has a travel time that is written wrongly; the longest that it may mean is kept busy."
            };
            self.note_length(start, what);
        }
        longest
    }

    /// Returns the owner's zone.
    pub(crate) fn owner(&self) -> Rc<Clock> {
        self.zones.owner()
    }
}

/// Returns a zone's name as sentences show it.
fn shortened(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// Returns whether both begin at the same instant and both are whole days or neither is.
fn same_time(a: &When, b: &When) -> bool {
    a.whole_day == b.whole_day && a.clock.instant(a.naive) == b.clock.instant(b.naive)
}

/// Returns whether this is a midnight with `VALUE=DATE`, which is a date.
fn is_midnight_of_a_date(line: &Line, local: DateTime) -> bool {
    local.time() == Time::midnight()
        && line
            .param("VALUE")
            .is_some_and(|value| value.eq_ignore_ascii_case("DATE"))
}

/// Returns the day that a time means in a series of whole days. Some programs write a date as midnight in UTC.
pub(crate) fn date_for_whole_days(written: &Written, owner: &Clock) -> Date {
    match written.moment {
        Moment::Utc(utc) if utc.time() != Time::midnight() => {
            let at = Clock::Fixed(0).instant(naive(utc));
            crate::values::days::date(owner.naive(at))
        }
        other => other.date(),
    }
}

/// Returns the naive seconds of the midnight after a local time.
pub(crate) fn next_midnight(at: i64) -> i64 {
    (at.div_euclid(DAY) + 1) * DAY
}
