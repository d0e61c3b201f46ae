//! Conversion between the editor's texts and a booking calendar.

mod read;
#[cfg(test)]
mod tests;

use bookings::accounts::StaffMember;
use bookings::booking_calendars::{self, Calendar, CalendarSettings, IntakeQuestion, KindChange};
use bookings::versions::Versioned;
use scheduling::{CalendarId, DateRange, Kind, Rules, Span, Unit};

use super::{CalendarText, EditorView, KindChangeText, PriorityText, QuestionText};
use crate::context::{flash, quince, version};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::settings::hours::from_rules;
use crate::staff::booking_calendars::kind_label;

pub async fn view(me: StaffMember, id: &str) -> Result<EditorView, AppError> {
    let quince = quince()?;
    let of_this = |flash: FormFlash| {
        Some(flash)
            .filter(|flash| flash.value("id") == id)
            .unwrap_or_default()
    };
    let flash_of_delete = of_this(flash("delete-booking-calendar").await);
    let flash = of_this(flash("booking-calendar").await);
    let team = bookings::accounts::team(&quince).await?;
    let may_change = me.is_admin();
    let (mut stored, mut changes) = (None, Vec::new());
    let mut newest = String::new();
    if id.is_empty() {
        if !may_change {
            return Err(AppError::NotAllowed);
        }
    } else {
        let id = calendar_id(id)?;
        newest = version(Versioned::calendar(id)).await?;
        stored = Some(booking_calendars::get(&quince, me.id, id).await?);
        if may_change {
            changes = booking_calendars::kind_changes(&quince, me.id, id).await?;
        }
    }
    let public_page = stored
        .as_ref()
        .filter(|calendar| calendar.settings.active && calendar.problem.is_none())
        .map(|calendar| format!("/book/{}", calendar.settings.slug));
    let typed = flash
        .values
        .get("calendar")
        .and_then(|text| serde_json::from_str(text).ok());
    let form = typed.unwrap_or_else(|| stored.as_ref().map_or_else(|| fresh(&me), of_calendar));
    let kind = stored.as_ref().map(|calendar| calendar.settings.kind);
    Ok(EditorView {
        id: id.to_owned(),
        form,
        team: team
            .into_iter()
            .map(|person| (person.id.to_string(), person.name))
            .collect(),
        zones: crate::ui::zone::zone_options(quince.now()),
        changes: kind.map_or_else(Vec::new, |kind| {
            changes
                .into_iter()
                .map(|change| change_text(kind, change))
                .collect()
        }),
        may_change,
        version: flash.value_or("seen", &newest),
        newest,
        flash,
        flash_of_delete,
        is_menu: kind == Some(Kind::Service),
        public_page,
        notes: stored.map(|calendar| calendar.notes).unwrap_or_default(),
    })
}

fn change_text(from: Kind, change: KindChange) -> KindChangeText {
    let (from, to) = (kind_label(from), kind_label(change.kind));
    let is_refused = change.refused.is_some();
    KindChangeText {
        kind: change.kind.as_str().to_owned(),
        title: if is_refused {
            format!("This {from} calendar cannot become a {to} calendar now")
        } else {
            format!("What happens when this {from} calendar becomes a {to} calendar")
        },
        is_refused,
        sentences: match change.refused {
            Some(problem) => vec![problem.to_string()],
            None => change.consequences.iter().map(ToString::to_string).collect(),
        },
    }
}

fn fresh(me: &StaffMember) -> CalendarText {
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
        // Empty: the default depends on the chosen kind.
        interval: String::new(),
        ..of_rules(&rules)
    }
}

fn of_calendar(calendar: &Calendar) -> CalendarText {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let settings = &calendar.settings;
    CalendarText {
        name: settings.name.clone(),
        slug: settings.slug.clone(),
        description: settings.description.clone(),
        location: settings.location.clone(),
        color: settings.color.clone(),
        kind: word(serde_json::json!(settings.kind)),
        distribution: word(serde_json::json!(settings.distribution)),
        members: calendar
            .members
            .iter()
            .map(|member| member.settings.staff_id.to_string())
            .collect(),
        priorities: (1..)
            .zip(&calendar.members)
            .map(|(place, member): (u32, _)| PriorityText {
                place: place.to_string(),
                member: member.settings.staff_id.to_string(),
                priority: word(serde_json::json!(member.settings.priority)),
                weight: member.settings.weight.to_string(),
            })
            .collect(),
        questions: settings.questions.iter().map(of_question).collect(),
        auto_confirm: settings.auto_confirm.to_string(),
        confirm_by_mail: settings.confirm_by_mail.to_string(),
        ask_puzzle: settings.ask_puzzle.to_string(),
        active: settings.active.to_string(),
        ..of_rules(&settings.rules)
    }
}

fn of_question(question: &IntakeQuestion) -> QuestionText {
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
        own_hours: (rules.hours.is_some() || !rules.overrides.is_empty()).to_string(),
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

/// Saves what was typed. Returns the path to continue at, and a message for that page.
pub async fn save(seen: &str, id: &str, text: CalendarText) -> Result<(String, Option<String>), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let quince = quince()?;
    let form = read::parse_form(text)?;
    let mut done = None;
    if id.is_empty() {
        booking_calendars::create(&quince, by.staff, form)
            .await
            .map_err(named)?;
    } else {
        let id = calendar_id(id)?;
        let before = booking_calendars::get(&quince, by.staff, id).await?;
        done = stays_booked(&before.settings, &form.settings);
        booking_calendars::update(&quince, by, id, form)
            .await
            .map_err(named)?;
    }
    Ok(("/booking-calendars".to_owned(), done))
}

/// Prefixes the fields of an error for this form, whose fields are members of one argument.
fn named(error: bookings::Error) -> AppError {
    AppError::from(error).at_fields(|field| format!("calendar[{field}]"))
}

/// The sentence about booked appointments, which keep their lengths when those change.
fn stays_booked(before: &CalendarSettings, after: &CalendarSettings) -> Option<String> {
    let lengths = |rules: &Rules| (rules.duration, rules.pre_buffer, rules.post_buffer);
    let is_changed = lengths(&before.rules) != lengths(&after.rules);
    let name = &after.name;
    let sentence = match after.kind {
        Kind::Service => {
            "Visits that are booked keep the buffers that they were booked with, also when they are moved."
        }
        Kind::ClassBooking => {
            "Sessions that somebody attends keep their length and their buffers; the others take the new ones."
        }
        Kind::RoundRobin | Kind::Collective | Kind::Personal | Kind::Simple => {
            "Appointments that are booked keep the length and the buffers that they were booked with, also when they are moved."
        }
    };
    is_changed.then(|| format!("“{name}” is saved. {sentence}"))
}

pub async fn delete(seen: &str, id: &str) -> Result<String, AppError> {
    let by = crate::staff::access::editor(seen).await?;
    booking_calendars::delete(&quince()?, by, calendar_id(id)?).await?;
    Ok("/booking-calendars".to_owned())
}

fn calendar_id(id: &str) -> Result<CalendarId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}
