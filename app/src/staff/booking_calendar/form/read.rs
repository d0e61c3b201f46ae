//! Parsing the editor's texts. Fields that the chosen kind does not show never cause an error; their values are kept if they are valid.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use bookings::CalendarProblem;
use bookings::booking_calendars::{
    CHOICES_LIMIT, CalendarForm, CalendarSettings, IntakeQuestion, MemberSettings,
};
use scheduling::{
    DateOverride, DateRange, Distribution, Kind, Priority, Rules, Span, StaffId, Unit, WeeklyHours,
};

use super::super::{CalendarText, PriorityText, QuestionText};
use crate::context::internal;
use crate::error::{AppError, FieldProblem};
use crate::form_problem::FormProblem;
use crate::settings::hours::to_rules;
use crate::ui::number::{NumberName, whole_number};

const DAY: u32 = 24 * 60;
const MANY: RangeInclusive<u32> = 1..=9_999;
const WEIGHTS: RangeInclusive<u32> = 1..=1_000;

/// Parses all texts and reports every problem.
pub fn parse_form(text: CalendarText) -> Result<CalendarForm, AppError> {
    let mut reader = Reader::default();
    let kind: Option<Kind> = reader.word("kind", &text.kind, FormProblem::NoKind);
    reader.kind = kind;
    let distribution = if kind == Some(Kind::RoundRobin) {
        reader.word("distribution", &text.distribution, FormProblem::NoDistribution)
    } else {
        Some(word::<Distribution>(&text.distribution).unwrap_or_default())
    };
    let members = reader.members(&text);
    let rules = reader.rules(&text);
    let questions = reader.questions(&text.questions);
    match (kind, distribution, reader.problems.is_empty()) {
        (Some(kind), Some(distribution), true) => Ok(CalendarForm {
            settings: CalendarSettings {
                name: text.name,
                slug: text.slug,
                description: text.description,
                location: text.location,
                color: text.color,
                kind,
                distribution,
                questions,
                rules,
                auto_confirm: text.auto_confirm == "true",
                confirm_by_mail: text.confirm_by_mail == "true",
                ask_puzzle: text.ask_puzzle == "true",
                active: text.active == "true",
            },
            members,
            kind_change_confirmed: text.kind_change_confirmed == "true",
        }),
        (_, _, false) => Err(AppError::Fields(reader.problems)),
        _ => Err(internal(&"a kind or distribution was neither read nor refused")),
    }
}

#[derive(Default)]
struct Reader {
    kind: Option<Kind>,
    problems: Vec<FieldProblem>,
}

impl Reader {
    fn problem(&mut self, field: &str, cause: impl std::error::Error) {
        self.problems
            .push(FieldProblem::new(format!("calendar[{field}]"), cause));
    }

    fn is(&self, kinds: &[Kind]) -> bool {
        self.kind.is_some_and(|kind| kinds.contains(&kind))
    }

    fn rules(&mut self, text: &CalendarText) -> Rules {
        let zone = zones::Zone::named(&text.zone).unwrap_or_else(|error| {
            self.problem("zone", error);
            zones::Zone::utc()
        });
        let is_class = self.is(&[Kind::ClassBooking]);
        let is_menu = self.is(&[Kind::Service]);
        let shares_starts = self.is(&[Kind::Personal, Kind::RoundRobin, Kind::Simple]);
        let may_look_busy = shares_starts || self.is(&[Kind::Collective]);
        let usual_interval = if is_menu { 15 } else { 30 };
        let mut rules = Rules {
            zone,
            duration: self.setting("duration", &text.duration, !is_menu, 30, 1..=DAY),
            interval: self.setting("interval", &text.interval, true, usual_interval, 5..=DAY),
            pre_buffer: self.setting("pre_buffer", &text.pre_buffer, true, 0, 0..=DAY),
            post_buffer: self.setting("post_buffer", &text.post_buffer, true, 0, 0..=DAY),
            notice: self.span("notice", &text.notice, &text.notice_unit),
            range: self.range(text),
            seats: self.setting("seats", &text.seats, is_class, 10, MANY),
            per_slot: self.setting("per_slot", &text.per_slot, shares_starts, 1, MANY),
            per_day: if text.per_day.trim().is_empty() {
                None
            } else {
                Some(self.number("per_day", &text.per_day))
            },
            look_busy_percent: u8::try_from(self.setting(
                "look_busy_percent",
                &text.look_busy_percent,
                may_look_busy,
                0,
                0..=100,
            ))
            .unwrap_or(u8::MAX),
            hours: None,
            overrides: Vec::new(),
            cancel_cutoff: self.span("cancel_cutoff", &text.cancel_cutoff, &text.cancel_unit),
            reschedule_cutoff: self.span(
                "reschedule_cutoff",
                &text.reschedule_cutoff,
                &text.reschedule_unit,
            ),
        };
        (rules.hours, rules.overrides) = self.hours(text);
        rules
    }

    /// Parses the hours. Nothing that was typed is dropped silently: either the box is ticked, or the person confirms that the hours may
    /// be forgotten.
    fn hours(&mut self, text: &CalendarText) -> (Option<WeeklyHours>, Vec<DateOverride>) {
        let nothing = (None, Vec::new());
        if text.own_hours != "true" {
            if !text.hours.is_empty() && text.forget_hours != "true" {
                self.problem("forget_hours", FormProblem::HoursNotUsed);
            }
            return nothing;
        }
        match to_rules("calendar[hours]", &text.hours) {
            Ok((weekly, overrides)) => {
                let is_open = weekly.0.iter().any(|windows| !windows.is_empty())
                    || overrides.iter().any(|date| !date.windows.is_empty());
                // With closed dates only, the members' hours decide on all other days.
                let only_closed = !is_open && !overrides.is_empty();
                ((!only_closed).then_some(weekly), overrides)
            }
            Err(AppError::Fields(problems)) => {
                self.problems.extend(problems);
                nothing
            }
            Err(_) => nothing,
        }
    }

    fn range(&mut self, text: &CalendarText) -> DateRange {
        match text.range_kind.as_str() {
            "fixed" => DateRange::Fixed {
                from: self.date("range_from", &text.range_from, FormProblem::NoFirstDate),
                to: self.date("range_to", &text.range_to, FormProblem::NoLastDate),
            },
            "unlimited" => DateRange::Unlimited,
            _ => DateRange::Rolling(self.span("range", &text.range, &text.range_unit)),
        }
    }

    /// The members by position. A member moved to an occupied position goes before its present member when moved forward, and after it
    /// when moved back.
    fn members(&mut self, text: &CalendarText) -> Vec<MemberSettings> {
        let mut chosen = Vec::new();
        for (row, entry) in text.priorities.iter().enumerate() {
            if text.members.contains(&entry.member)
                && let Some((place, member)) = self.member(row, entry)
            {
                let moved = place.cmp(&u32::try_from(row.saturating_add(1)).unwrap_or(u32::MAX));
                chosen.push((place, moved, member));
            }
        }
        let unlisted = text
            .members
            .iter()
            .filter(|id| !text.priorities.iter().any(|entry| entry.member == **id));
        for id in unlisted {
            let Some(staff) = self.staff(id) else { continue };
            let member = MemberSettings::new(staff);
            chosen.push((u32::MAX, std::cmp::Ordering::Greater, member));
        }
        chosen.sort_by_key(|(place, moved, _)| (*place, *moved));
        chosen.into_iter().map(|(_, _, member)| member).collect()
    }

    fn member(&mut self, row: usize, entry: &PriorityText) -> Option<(u32, MemberSettings)> {
        let staff = self.staff(&entry.member)?;
        let field = |part: &str| format!("priorities][{row}][{part}");
        let is_shared_out = self.is(&[Kind::RoundRobin]);
        let has_order = self.is(&[Kind::RoundRobin, Kind::Collective, Kind::Service]);
        let priority = word(&entry.priority).unwrap_or_else(|| {
            if is_shared_out && !entry.priority.is_empty() {
                self.problem(&field("priority"), FormProblem::NoPriority);
            }
            Priority::default()
        });
        let weight = self.setting(&field("weight"), &entry.weight, is_shared_out, 1, WEIGHTS);
        if is_shared_out && !WEIGHTS.contains(&weight) {
            let (min, max) = WEIGHTS.into_inner();
            self.problem(&field("weight"), FormProblem::Weight { min, max });
        }
        let place = self.setting(&field("place"), &entry.place, has_order, u32::MAX, MANY);
        let member = MemberSettings {
            staff_id: staff,
            priority,
            weight,
        };
        Some((place, member))
    }

    fn staff(&mut self, id: &str) -> Option<StaffId> {
        let found = id.parse().ok();
        if found.is_none() {
            self.problem("members", CalendarProblem::MemberNotInTeam);
        }
        found
    }

    /// Parses the questions that have a text. Problems are reported at their rows, with the number shown there.
    fn questions(&mut self, rows: &[QuestionText]) -> Vec<IntakeQuestion> {
        let mut labels = BTreeSet::new();
        let mut questions = Vec::new();
        for (row, typed) in rows.iter().enumerate() {
            let number = row + 1;
            let field = |part: &str| format!("questions][{row}][{part}");
            let label = typed.label.trim();
            let choices: Vec<String> = typed
                .choices
                .split(',')
                .map(str::trim)
                .filter(|choice| !choice.is_empty())
                .map(str::to_owned)
                .collect();
            let is_choice = typed.kind == "choice";
            if label.is_empty() {
                if is_choice && !choices.is_empty() {
                    self.problem(&field("label"), FormProblem::QuestionWithoutText { number });
                }
                continue;
            }
            if !labels.insert(label.to_lowercase()) {
                self.problem(&field("label"), FormProblem::QuestionTwice { number });
            }
            let different = choices.iter().collect::<BTreeSet<_>>().len();
            if is_choice && (!(2..=CHOICES_LIMIT).contains(&different) || different < choices.len()) {
                let max = CHOICES_LIMIT;
                self.problem(&field("choices"), FormProblem::QuestionChoices { number, max });
            }
            let unanswerable = FormProblem::NoAnswerKind { number };
            questions.extend(self.word(&field("kind"), &typed.kind, unanswerable).map(|kind| {
                IntakeQuestion {
                    label: label.to_owned(),
                    kind,
                    choices,
                    required: typed.required == "true",
                }
            }));
        }
        questions
    }

    fn span(&mut self, field: &str, amount: &str, unit: &str) -> Span {
        Span {
            amount: self.number(field, amount),
            unit: self.unit(field, unit),
        }
    }

    fn date(&mut self, field: &str, text: &str, missing: FormProblem) -> jiff::civil::Date {
        text.trim().parse().unwrap_or_else(|_| {
            self.problem(field, missing);
            jiff::civil::Date::default()
        })
    }

    /// Parses a number that has a default. A hidden field's value is used only if it is valid.
    fn setting(
        &mut self,
        field: &str,
        text: &str,
        is_shown: bool,
        usual: u32,
        possible: RangeInclusive<u32>,
    ) -> u32 {
        if text.trim().is_empty() {
            return usual;
        }
        if is_shown {
            return self.number(field, text);
        }
        let number = whole_number(number_name(field), text).ok();
        number.filter(|number| possible.contains(number)).unwrap_or(usual)
    }

    fn number(&mut self, field: &str, text: &str) -> u32 {
        whole_number(number_name(field), text).unwrap_or_else(|problem| {
            self.problem(field, problem);
            // Any valid value, since the problem was reported already.
            1
        })
    }

    fn unit(&mut self, field: &str, text: &str) -> Unit {
        word(text).unwrap_or_else(|| {
            self.problem(field, FormProblem::NoUnit);
            Unit::Days
        })
    }

    fn word<T: serde::de::DeserializeOwned>(
        &mut self,
        field: &str,
        text: &str,
        missing: FormProblem,
    ) -> Option<T> {
        let found = word(text);
        if found.is_none() {
            self.problem(field, missing);
        }
        found
    }
}

/// The number that a field has.
fn number_name(field: &str) -> NumberName {
    match field {
        "duration" => NumberName::Duration,
        "interval" => NumberName::Interval,
        "pre_buffer" => NumberName::PreBuffer,
        "post_buffer" => NumberName::PostBuffer,
        "notice" => NumberName::Notice,
        "range" => NumberName::Range,
        "seats" => NumberName::Seats,
        "per_slot" => NumberName::PerSlot,
        "per_day" => NumberName::PerDay,
        "look_busy_percent" => NumberName::LookBusy,
        "cancel_cutoff" => NumberName::CancelCutoff,
        "reschedule_cutoff" => NumberName::RescheduleCutoff,
        _ if field.ends_with("weight") => NumberName::Weight,
        _ => NumberName::Position,
    }
}

/// Parses an enum by its serialised name.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}
