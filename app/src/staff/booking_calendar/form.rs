//! From the editor's texts to a booking calendar and back.

use bookings::accounts::Me;
use bookings::calendars::{Calendar, CalendarForm, Member, Question};
use scheduling::{CalendarId, DateRange, Kind, Rules, Span, Unit};

use super::{CalendarText, EditorView, PriorityText, QuestionText};
use crate::context::{internal, kept, quince};
use crate::error::{AppError, FieldProblem};
use crate::settings::hours::{from_rules, to_rules};

pub async fn view(me: Me, id: &str) -> Result<EditorView, AppError> {
    let quince = quince()?;
    let kept = kept("booking-calendar").await;
    let team = bookings::accounts::team(&quince).await?;
    let stored = match id {
        "" => None,
        id => {
            Some(bookings::calendars::get(&quince, me.id, id.parse().map_err(|_| AppError::NotFound)?).await?)
        }
    };
    let public_page = stored
        .as_ref()
        .filter(|calendar| calendar.active)
        .map(|calendar| format!("/book/{}", calendar.slug));
    let typed = kept
        .values
        .get("calendar")
        .filter(|_| kept.value("id") == id)
        .and_then(|text| serde_json::from_str(text).ok());
    let form = typed.unwrap_or_else(|| stored.as_ref().map_or_else(|| fresh(&me), of_calendar));
    Ok(EditorView {
        id: id.to_owned(),
        form,
        team: team
            .into_iter()
            .map(|person| (person.id.to_string(), person.name))
            .collect(),
        zones: crate::ui::zone::zone_options(quince.now()),
        kept,
        public_page,
        notes: stored.map(|calendar| calendar.notes).unwrap_or_default(),
    })
}

fn fresh(me: &Me) -> CalendarText {
    let rules = Rules {
        zone: me.zone.clone(),
        seats: 10,
        ..Rules::default()
    };
    CalendarText {
        kind: "personal".to_owned(),
        distribution: "availability".to_owned(),
        color: "#b8860b".to_owned(),
        members: vec![me.id.to_string()],
        auto_confirm: "true".to_owned(),
        active: "true".to_owned(),
        ..of_rules(&rules)
    }
}

fn of_calendar(calendar: &Calendar) -> CalendarText {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    CalendarText {
        name: calendar.name.clone(),
        slug: calendar.slug.clone(),
        description: calendar.description.clone(),
        location: calendar.location.clone(),
        color: calendar.color.clone(),
        kind: word(serde_json::json!(calendar.kind)),
        distribution: word(serde_json::json!(calendar.distribution)),
        members: calendar
            .members
            .iter()
            .map(|member| member.staff.to_string())
            .collect(),
        priorities: calendar
            .members
            .iter()
            .map(|member| PriorityText {
                member: member.staff.to_string(),
                priority: word(serde_json::json!(member.priority)),
                weight: member.weight.to_string(),
            })
            .collect(),
        questions: calendar.questions.iter().map(of_question).collect(),
        auto_confirm: calendar.auto_confirm.to_string(),
        active: calendar.active.to_string(),
        ..of_rules(&calendar.rules)
    }
}

fn of_question(question: &Question) -> QuestionText {
    QuestionText {
        label: question.label.clone(),
        kind: serde_json::json!(question.kind)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        choices: question.choices.join(", "),
        required: question.required.to_string(),
    }
}

fn of_rules(rules: &Rules) -> CalendarText {
    let rolling = |span: Span| (span.amount.to_string(), unit_word(span.unit).to_owned());
    let (range, range_unit) = match &rules.range {
        DateRange::Rolling(span) => rolling(*span),
        _ => rolling(Span::new(60, Unit::Days)),
    };
    let (range_kind, range_from, range_to) = match &rules.range {
        DateRange::Rolling(_) => ("rolling", String::new(), String::new()),
        DateRange::Fixed { from, to } => ("fixed", from.to_string(), to.to_string()),
        DateRange::Unlimited => ("unlimited", String::new(), String::new()),
    };
    CalendarText {
        duration: rules.duration.to_string(),
        interval: rules.interval.to_string(),
        pre_buffer: rules.pre_buffer.to_string(),
        post_buffer: rules.post_buffer.to_string(),
        notice: rules.notice.amount.to_string(),
        notice_unit: unit_word(rules.notice.unit).to_owned(),
        range_kind: range_kind.to_owned(),
        range,
        range_unit,
        range_from,
        range_to,
        seats: rules.seats.to_string(),
        per_slot: rules.per_slot.to_string(),
        per_day: rules.per_day.map(|count| count.to_string()).unwrap_or_default(),
        look_busy_percent: rules.look_busy_percent.to_string(),
        cancel_cutoff: rules.cancel_cutoff.amount.to_string(),
        cancel_unit: unit_word(rules.cancel_cutoff.unit).to_owned(),
        reschedule_cutoff: rules.reschedule_cutoff.amount.to_string(),
        reschedule_unit: unit_word(rules.reschedule_cutoff.unit).to_owned(),
        zone: rules.zone.name().to_owned(),
        own_hours: rules.hours.is_some().to_string(),
        hours: from_rules(&rules.hours.clone().unwrap_or_default(), &rules.overrides),
        ..CalendarText::default()
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::Weeks => "weeks",
        Unit::Months => "months",
    }
}

pub async fn save(id: &str, text: CalendarText) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = quince()?;
    let form = understood(text)?;
    if id.is_empty() {
        bookings::calendars::create(&quince, staff, form).await?;
    } else {
        bookings::calendars::update(&quince, staff, calendar_id(id)?, form).await?;
    }
    Ok("/booking-calendars".to_owned())
}

pub async fn delete(id: &str) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    bookings::calendars::delete(&quince()?, staff, calendar_id(id)?).await?;
    Ok("/booking-calendars".to_owned())
}

fn calendar_id(id: &str) -> Result<CalendarId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// Reads the texts; every one that cannot be understood is told.
fn understood(text: CalendarText) -> Result<CalendarForm, AppError> {
    let mut reader = Reader::default();
    let kind: Option<Kind> = reader.word("kind", &text.kind, "Choose a kind.");
    let distribution = reader.word(
        "distribution",
        &text.distribution,
        "Choose how appointments are shared out.",
    );
    let rules = reader.rules(&text, kind);
    let members = text
        .members
        .iter()
        .filter_map(|id| reader.member(id, &text.priorities));
    let members = members.collect();
    let questions = text
        .questions
        .iter()
        .filter(|question| !question.label.trim().is_empty())
        .filter_map(|question| reader.question(question))
        .collect();
    match (kind, distribution, reader.problems.is_empty()) {
        (Some(kind), Some(distribution), true) => Ok(CalendarForm {
            name: text.name,
            slug: text.slug,
            description: text.description,
            location: text.location,
            color: text.color,
            kind,
            distribution,
            members,
            questions,
            rules,
            auto_confirm: text.auto_confirm == "true",
            active: text.active == "true",
            kind_change_confirmed: text.kind_change_confirmed == "true",
        }),
        (_, _, false) => Err(AppError::Fields(reader.problems)),
        _ => Err(internal(&"a kind or distribution was neither read nor refused")),
    }
}

/// A text that may be left empty, where the setting does not matter.
fn or(text: &str, default: &'static str) -> String {
    if text.trim().is_empty() {
        default.to_owned()
    } else {
        text.to_owned()
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<FieldProblem>,
}

impl Reader {
    fn problem(&mut self, field: &str, sentence: impl Into<String>) {
        self.problems.push(FieldProblem {
            field: format!("calendar[{field}]"),
            sentence: sentence.into(),
        });
    }

    fn rules(&mut self, text: &CalendarText, kind: Option<Kind>) -> Rules {
        let zone = zones::Zone::named(&text.zone).unwrap_or_else(|error| {
            self.problem("zone", error.to_string());
            zones::Zone::utc()
        });
        let (hours, overrides) = match (text.own_hours == "true").then(|| to_rules("calendar[hours]", &text.hours)) {
            Some(Ok((weekly, overrides))) => (Some(weekly), overrides),
            Some(Err(AppError::Fields(problems))) => {
                self.problems.extend(problems);
                (None, Vec::new())
            }
            Some(Err(_)) | None => (None, Vec::new()),
        };
        let is_class = kind == Some(Kind::ClassBooking);
        // What is hidden for this kind may be empty.
        let (seats, per_slot) = if is_class {
            (text.seats.clone(), or(&text.per_slot, "1"))
        } else {
            (or(&text.seats, "1"), text.per_slot.clone())
        };
        Rules {
            zone,
            duration: match kind {
                Some(Kind::Service) => self.number("duration", &or(&text.duration, "30")),
                _ => self.number("duration", &text.duration),
            },
            interval: self.number("interval", &text.interval),
            pre_buffer: self.number("pre_buffer", &text.pre_buffer),
            post_buffer: self.number("post_buffer", &text.post_buffer),
            notice: self.span("notice", &text.notice, &text.notice_unit),
            range: self.range(text),
            seats: self.number("seats", &seats),
            per_slot: self.number("per_slot", &or(&per_slot, "1")),
            per_day: if text.per_day.trim().is_empty() {
                None
            } else {
                Some(self.number("per_day", &text.per_day))
            },
            look_busy_percent: u8::try_from(
                self.number("look_busy_percent", &or(&text.look_busy_percent, "0")),
            )
            .unwrap_or(u8::MAX),
            hours,
            overrides,
            cancel_cutoff: self.span("cancel_cutoff", &text.cancel_cutoff, &text.cancel_unit),
            reschedule_cutoff: self.span(
                "reschedule_cutoff",
                &text.reschedule_cutoff,
                &text.reschedule_unit,
            ),
        }
    }

    fn range(&mut self, text: &CalendarText) -> DateRange {
        match text.range_kind.as_str() {
            "fixed" => DateRange::Fixed {
                from: self.date("range_from", &text.range_from),
                to: self.date("range_to", &text.range_to),
            },
            "unlimited" => DateRange::Unlimited,
            _ => DateRange::Rolling(self.span("range", &text.range, &text.range_unit)),
        }
    }

    fn member(&mut self, id: &str, priorities: &[PriorityText]) -> Option<Member> {
        let entry = priorities.iter().find(|entry| entry.member == id);
        let entry = entry.cloned().unwrap_or_default();
        let priority = self.word("priority", &entry.priority, "Choose a priority.")?;
        Some(Member {
            staff: id.parse().ok()?,
            priority,
            weight: self.number("weight", &entry.weight),
        })
    }

    fn question(&mut self, question: &QuestionText) -> Option<Question> {
        let choices = question.choices.split(',').map(str::trim);
        Some(Question {
            label: question.label.trim().to_owned(),
            kind: self.word(
                "questions",
                &question.kind,
                "Choose how each question is answered.",
            )?,
            choices: choices
                .filter(|choice| !choice.is_empty())
                .map(str::to_owned)
                .collect(),
            required: question.required == "true",
        })
    }

    fn span(&mut self, field: &str, amount: &str, unit: &str) -> Span {
        Span {
            amount: self.number(field, amount),
            unit: self.unit(field, unit),
        }
    }

    fn date(&mut self, field: &str, text: &str) -> jiff::civil::Date {
        text.trim().parse().unwrap_or_else(|_| {
            self.problem(field, "Choose a date.");
            jiff::civil::Date::default()
        })
    }

    fn number(&mut self, field: &str, text: &str) -> u32 {
        text.trim().parse().unwrap_or_else(|_| {
            self.problem(field, "Enter a whole number, for example 30.");
            0
        })
    }

    fn unit(&mut self, field: &str, text: &str) -> Unit {
        match text {
            "minutes" => Unit::Minutes,
            "hours" => Unit::Hours,
            "days" => Unit::Days,
            "weeks" => Unit::Weeks,
            "months" => Unit::Months,
            _ => {
                self.problem(field, "Choose minutes, hours, days, weeks or months.");
                Unit::Days
            }
        }
    }

    fn word<T: serde::de::DeserializeOwned>(&mut self, field: &str, text: &str, sentence: &str) -> Option<T> {
        let found = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
        if found.is_none() {
            self.problem(field, sentence);
        }
        found
    }
}
