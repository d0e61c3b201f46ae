//! Reads one VEVENT (RFC 5545, section 3.6.1), as far as it can be understood.

use std::sync::Arc;

use crate::events::duration;
use crate::events::event_times::EventReader;
use crate::events::rdate::Series;
use crate::events::types::{Event, Extra, Measured, When, begin};
use crate::events::until::is_until_unclear;
use crate::model::{Blocks, FreeReason, ProblemKind, TEXT_LIMIT};
use crate::parse::components::EventText;
use crate::parse::lines::{Behind, Line, plain_text};
use crate::parse::names::Name;
use crate::problems::{Problems, called};
use crate::rrule::rule::{Broken, Repetition, Rule};
use crate::timezone::clock::Clock;
use crate::timezone::tzid::Resolver;
use crate::values::date_time::Moment;
use crate::values::days::{naive, naive_date};

impl Event {
    /// Returns whether it repeats, so that its instances need a RECURRENCE-ID.
    pub(crate) fn repeats(&self) -> bool {
        self.has_rules() || !self.extras.is_empty()
    }

    /// Returns whether its occurrences take no time, so that it does not matter when they are.
    pub(crate) fn takes_no_time(&self) -> bool {
        self.length.is_nothing() && self.before == 0 && self.after == 0
    }

    /// Returns whether it repeats by a rule, understood or not.
    pub(crate) fn has_rules(&self) -> bool {
        !(self.rules.is_empty() && self.broken_rules.is_empty())
    }

    /// Reads an event, and further ones where it repeats from several starts. Empty when it has no time at all, which is then a
    /// problem.
    pub(crate) fn read(
        text: &EventText,
        me: &[String],
        zones: &mut Resolver,
        problems: &mut Problems,
    ) -> Vec<Self> {
        let summary = plain_text(text.first(Name::Summary).unwrap_or(""), TEXT_LIMIT);
        let uid: String = text.first(Name::Uid).unwrap_or("").chars().take(1_000).collect();
        let mut reader = EventReader::new(&uid, called(&summary), zones, problems);
        let several = text.may_be_several();
        note_damage(text, several, &mut reader);
        let replaces = if several { None } else { reader.replaces(text) };
        let Some(found) = reader.start(text, replaces.as_ref()) else {
            return Vec::new();
        };
        let mut start = found.when;
        let whole_day = start.whole_day;
        let mut measured = duration::read(text, &start, &mut reader);
        let own_length = measured.length;
        if found.at_any_time {
            start.whole_day = true;
            let day = duration::at_any_time(&start, measured.length, &reader.owner());
            measured = Measured {
                before: day.before.max(measured.before),
                ..day
            };
        }
        let rules = Rules::read(text, &start, &mut reader);
        if text.all(Name::ExRule).next().is_some() {
            reader.mention(
                ProblemKind::Rule,
                "has a rule of exceptions in an outdated form; the exceptions are not applied.",
            );
        }
        let others = found.others.into_iter().map(|other| Extra {
            // Any time of the day may be meant.
            length: (other.whole_day && !whole_day).then(|| duration::on_day(&other, own_length, true)),
            start: other,
            by_day: false,
        });
        // Whether the rules of a single change apply depends on whether its series is there.
        let repeats = !rules.is_empty() && replaces.is_none();
        let (others, mut extras) = series_from(others.collect(), repeats, text, &mut reader);
        let exceptions = if several {
            Vec::new()
        } else {
            reader.exceptions(text)
        };
        let series = Series {
            start: &start,
            length: measured.length,
            as_timed: duration::as_timed(text, measured.length),
            exceptions: &exceptions,
        };
        reader.extras(text, &series, &mut extras);
        let before = reader
            .travel(text, Name::TravelBefore, &start)
            .saturating_add(measured.before);
        let after = reader.travel(text, Name::TravelAfter, &start);
        let (odd, doubtful) = (reader.is_odd(), reader.is_doubtful());
        let event = Self {
            sequence: text.first(Name::Sequence).map_or(Some(0), |n| n.parse().ok()),
            location: text
                .first(Name::Location)
                .map(|place| plain_text(place, TEXT_LIMIT))
                .filter(|place| !place.trim().is_empty())
                .map(Arc::from),
            blocks: match blocks(text, me, whole_day) {
                Blocks::Free(_) if several => Blocks::Busy,
                blocks => blocks,
            },
            length: measured.length,
            has_end: text
                .all(Name::DtEnd)
                .chain(text.all(Name::Duration))
                .next()
                .is_some(),
            is_reading: false,
            uid: uid.into(),
            summary: summary.into(),
            start,
            start_assumed: found.assumed,
            before,
            after,
            rules: rules.read,
            broken_rules: rules.broken,
            extras,
            exceptions,
            replaces,
            odd,
            unsure: rules.unsure || doubtful,
        };
        let others: Vec<Self> = others
            .into_iter()
            .map(|(other, rules)| event.starting_at(other, rules))
            .collect();
        std::iter::once(event).chain(others).collect()
    }

    /// Returns the same series from another start.
    fn starting_at(&self, other: Extra, rules: Rules) -> Self {
        Self {
            length: other.length.unwrap_or(self.length),
            start: other.start,
            rules: rules.read,
            broken_rules: rules.broken,
            extras: Vec::new(),
            unsure: self.unsure || rules.unsure,
            ..self.clone()
        }
    }
}

/// The properties that can make an event free.
const FREEING: [Name; 5] = [
    Name::Status,
    Name::Transp,
    Name::Attendee,
    Name::ExDate,
    Name::RecurrenceId,
];

/// Adds problems for damage to an event as a whole.
fn note_damage(text: &EventText, several: bool, reader: &mut EventReader) {
    if text.truncated {
        reader.unplaced(
            ProblemKind::Truncated,
            "is cut off in the middle, so parts of it may be missing.",
        );
    }
    text.oddities.note(text, reader);
    if text.lines.iter().any(|line| line.behind != Behind::Nothing) {
        reader.mention(
            ProblemKind::Date,
            "has a line that may be the rest of a date, duration or repetition before it; it frees no time.",
        );
    }
    if text.has_notes {
        reader.mention(
            ProblemKind::Contradiction,
            "has lines of a text that look like properties; what would free its time of them is not applied.",
        );
    }
    if text.loose {
        reader.note(
            ProblemKind::Component,
            "stands outside of any event that could be recognised; it is taken for one.",
        );
    }
    if several && FREEING.iter().any(|name| text.all(*name).next().is_some()) {
        reader.note(
            ProblemKind::Contradiction,
            "may be several events that run into each other; what would free its time is not applied.",
        );
    }
}

/// Splits the further starts of an event into those from which its rules are expanded, and the others.
fn series_from(
    mut starts: Vec<Extra>,
    repeats: bool,
    text: &EventText,
    reader: &mut EventReader,
) -> (Vec<(Extra, Rules)>, Vec<Extra>) {
    let most = if repeats { MOST_STARTS } else { 0 };
    let single = starts.split_off(starts.len().min(most));
    if repeats && !single.is_empty() {
        reader.unplaced(
            ProblemKind::Contradiction,
            "repeats from more starts than are looked at, so times may be missing.",
        );
    }
    let with_rules = starts.into_iter().map(|start| {
        let rules = Rules::read(text, &start.start, reader);
        (start, rules)
    });
    (with_rules.collect(), single)
}

/// Most further starts of an event from which its rules are expanded.
const MOST_STARTS: usize = 16;

/// The rules of an event, and what could not be understood of them.
#[derive(Default)]
struct Rules {
    read: Vec<Rule>,
    /// Rules whose possible times of day are unknown.
    broken: Vec<Broken>,
    unsure: bool,
}

impl Rules {
    fn is_empty(&self) -> bool {
        self.read.is_empty() && self.broken.is_empty()
    }

    fn read(text: &EventText, start: &When, reader: &mut EventReader) -> Self {
        let mut found = Self::default();
        let is_start = |moment: Moment| match moment {
            Moment::Date(day) => start.whole_day && start.naive == naive_date(day),
            Moment::Local(local) => start.naive == naive(local),
            Moment::Utc(utc) => begin(start) == Clock::Fixed(0).instant(naive(utc)),
        };
        for line in text.all(Name::RRule) {
            let repetition = Repetition::read(&line.value, start.whole_day, &is_start);
            let is_clear = matches!(&repetition, Repetition::Rule(rule) if !rule.guessed);
            if line.behind == Behind::Joined && !is_clear {
                // The rule also applies without the text that may continue it.
                continue;
            }
            match repetition {
                Repetition::None => reader.mention(
                    ProblemKind::Mended,
                    "has a repetition that says nothing; it is taken for one that happens once.",
                ),
                Repetition::Rule(rule) => {
                    if rule.guessed {
                        found.unsure = true;
                        reader.mention(
                            ProblemKind::Rule,
                            "has a repetition that can be read in more than one way; the one with more dates is used.",
                        );
                    } else if rule.mended {
                        reader.mention(
                            ProblemKind::Mended,
                            "has a repetition that is written wrongly; what it means is clear and was used.",
                        );
                    }
                    let owner = reader.owner();
                    if rule
                        .until
                        .is_some_and(|until| is_until_unclear(start, until, &owner))
                    {
                        reader.mention(
                            ProblemKind::Rule,
                            "repeats until a time in another form than its start; the later one of what it may mean is used.",
                        );
                    }
                    found.read.push(rule);
                }
                Repetition::EachDay(rule) => {
                    found.unsure = true;
                    reader.mention(
                        ProblemKind::Rule,
                        if start.whole_day {
                            "repeats in a way that could not be read, so each day from its start on is kept busy."
                        } else {
                            "repeats in a way that could not be read, so its time of day is kept busy on each day from its \
                             start on."
                        },
                    );
                    found.read.push(rule);
                }
                Repetition::Times(rules) => {
                    found.unsure = true;
                    reader.mention(
                        ProblemKind::Rule,
                        "repeats at times of day that could not be read; those that could, and its own, are kept busy.",
                    );
                    found.read.extend(rules);
                }
                Repetition::Broken(rules) => {
                    found.unsure = true;
                    let is_always = |rule: &Broken| matches!(rule, Broken::Always { .. });
                    reader.mention(
                        ProblemKind::Rule,
                        if rules.iter().any(is_always) {
                            "repeats in a way that could not be read, so all time from its start on is kept busy."
                        } else {
                            "repeats at times of day that could not be read, so every time that they may be on its days is kept \
                             busy."
                        },
                    );
                    found.broken.extend(rules);
                }
            }
        }
        found
    }
}

/// Returns whether an event takes time. It is free only when all its statements agree on that.
fn blocks(text: &EventText, me: &[String], whole_day: bool) -> Blocks {
    let says = |name: Name, word: &str| {
        let mut all = text.all(name).peekable();
        all.peek().is_some() && all.all(|line| line.value.trim().eq_ignore_ascii_case(word))
    };
    if says(Name::Status, "CANCELLED") {
        return Blocks::Free(FreeReason::Cancelled);
    }
    let (mut answers, mut declined, mut tentative) = (0, 0, 0);
    for line in text.all(Name::Attendee).filter(|line| is_me(line, me)) {
        // An attendee with contradicting answers may come.
        let is = |word: &str| {
            line.params("PARTSTAT")
                .all(|answer| answer.eq_ignore_ascii_case(word))
        };
        let answered = line.params("PARTSTAT").next().is_some();
        answers += 1;
        declined += i32::from(answered && is("DECLINED"));
        tentative += i32::from(answered && is("TENTATIVE"));
    }
    if answers > 0 && declined == answers {
        return Blocks::Free(FreeReason::Declined);
    }
    if says(Name::Transp, "TRANSPARENT") {
        return Blocks::Free(FreeReason::Transparent);
    }
    if tentative > 0 || says(Name::Status, "TENTATIVE") {
        return Blocks::Tentative;
    }
    if whole_day && text.all(Name::Transp).next().is_none() {
        return Blocks::AllDayDefault;
    }
    Blocks::Busy
}

fn is_me(attendee: &Line, me: &[String]) -> bool {
    let known = |address: &str| me.iter().any(|mine| *mine == bare_address(address));
    known(&attendee.value) || attendee.param("EMAIL").is_some_and(known)
}

/// Returns an address in the form in which addresses are compared: lower case, without `mailto:`.
pub(crate) fn bare_address(address: &str) -> String {
    let lower = address.trim().to_lowercase();
    lower.strip_prefix("mailto:").unwrap_or(&lower).trim().to_owned()
}
