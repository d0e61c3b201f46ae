//! Days on which nothing can start, explained by hours, days off and holidays.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use scheduling::{Hours, Kind, Reason};
use store::staff::Staff;
use zones::Zone;

use super::{ClosedDay, Explained, ExplainedReason};
use crate::availability::input;
use crate::{holidays, unreadable};

impl Explained {
    /// Returns the dates without a start of the grid, each with the reasons.
    pub(super) fn closed_days(&self, from: Date, to: Date, zone: &Zone) -> Vec<ClosedDay> {
        let starts = self.positions.iter().map(|position| zone.date(position.start));
        let starts: BTreeSet<Date> = starts.collect();
        let dates = from.series(1.day()).take_while(|date| *date <= to);
        let closed = dates.filter(|date| !starts.contains(date));
        closed
            .map(|date| ClosedDay {
                date,
                reasons: self.reasons_of_day(date),
            })
            .collect()
    }

    fn reasons_of_day(&self, date: Date) -> Vec<ExplainedReason> {
        let because = |host: Option<&Staff>, sentence: String| ExplainedReason {
            reason: Reason::Hours,
            host: host.map(|person| person.profile.name.clone()),
            sentence,
            obstacle: None,
        };
        let calendar = &self.input.calendar;
        let own = calendar.settings.rules.own_hours();
        if let Some(sentence) = unreadable::settings_of(calendar) {
            return vec![because(None, sentence)];
        }
        let is_simple = calendar.settings.kind == Kind::Simple;
        if let Some(own) = own.filter(|own| is_simple || !is_open(own, date)) {
            let sentence = match self.holiday(date) {
                Some(holiday) if is_simple && !overrides(&own, date) => holiday,
                _ if is_open(&own, date) => "no start lies within its hours on this day".to_owned(),
                _ if overrides(&own, date) => "the booking calendar is closed on this date".to_owned(),
                _ => "the booking calendar has no hours on this day of the week".to_owned(),
            };
            return vec![because(None, sentence)];
        }
        let members = self.input.members.iter().map(|(_, person)| person);
        let reasons: Vec<ExplainedReason> = members
            .map(|person| {
                let closed = unreadable::hours_of(person).or_else(|| self.closed_for(person, date));
                let otherwise = || "no start lies within the hours of this day".to_owned();
                because(Some(person), closed.unwrap_or_else(otherwise))
            })
            .collect();
        if reasons.is_empty() {
            return vec![because(None, "the booking calendar has no members".to_owned())];
        }
        reasons
    }

    /// Returns why somebody does not work on a date in their zone, if they do not.
    pub(super) fn closed_for(&self, person: &Staff, date: Date) -> Option<String> {
        if holidays::has_day_off(person, date) {
            return Some("has a day off".to_owned());
        }
        let own = person.profile.overrides.iter().any(|own| own.date == date);
        let holiday = self.holiday(date).filter(|_| !own);
        let holidays = self.holidays.iter().map(|holiday| holiday.date).collect();
        let hours = input::hours(person, &holidays::closed(holidays));
        let no_hours = || "has no hours on this day of the week".to_owned();
        holiday.or_else(|| (!is_open(&hours, date)).then(no_hours))
    }

    fn holiday(&self, date: Date) -> Option<String> {
        let found = self.holidays.iter().find(|holiday| holiday.date == date)?;
        Some(if found.name.is_empty() {
            "closed, it is a holiday".to_owned()
        } else {
            format!("closed, it is a holiday: {}", found.name)
        })
    }
}

/// Whether there are hours on this date.
fn is_open(hours: &Hours, date: Date) -> bool {
    !hours.spans(date, date).is_empty()
}

fn overrides(hours: &Hours, date: Date) -> bool {
    hours.overrides.iter().any(|own| own.date == date)
}
