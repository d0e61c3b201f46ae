//! Differences between a booking calendar and its form.

use scheduling::{DateRange, Rules, StaffId};
use store::booking_calendars::{BookingCalendar, CalendarSettings};
use store::calendar_members::MemberSettings;
use store::questions::{AnswerKind, IntakeQuestion};
use store::{ReadTx, StoreError, calendar_members, staff};

use super::form::CalendarForm;
use crate::people::names;
use crate::versions::{Differences, Field, date_words};

/// Returns the differences between the stored booking calendar and its form.
pub(super) async fn of(
    tx: &mut ReadTx,
    old: &BookingCalendar,
    form: &CalendarForm,
) -> Result<Differences, StoreError> {
    let mut all = of_settings(&old.settings, &form.settings);
    of_members(tx, &mut all, old, &form.members).await?;
    Ok(all)
}

/// The pattern names every field, so that a new setting cannot be left out.
fn of_settings(old: &CalendarSettings, new: &CalendarSettings) -> Differences {
    let CalendarSettings {
        slug,
        name,
        description,
        kind,
        distribution,
        rules,
        location,
        color,
        questions,
        auto_confirm,
        confirm_by_mail,
        ask_puzzle,
        active,
    } = new;
    let mut all = Differences::default();
    all.value(Field::Name, &old.name, name);
    all.value(Field::Address, &old.slug, slug);
    all.text(Field::Description, &old.description, description);
    all.value(Field::Location, &old.location, location);
    all.value(Field::Color, &old.color, color);
    all.value(Field::Kind, old.kind.as_str(), kind.as_str());
    all.value(
        Field::Distribution,
        old.distribution.as_str(),
        distribution.as_str(),
    );
    of_rules(&mut all, &old.rules, rules);
    all.entries(
        Field::Question,
        &old.questions,
        questions,
        |question| question.label.clone(),
        question_words,
    );
    all.switch(Field::AutoConfirm, old.auto_confirm, *auto_confirm);
    all.switch(Field::ConfirmByMail, old.confirm_by_mail, *confirm_by_mail);
    all.switch(Field::AskPuzzle, old.ask_puzzle, *ask_puzzle);
    all.switch(Field::Active, old.active, *active);
    all
}

async fn of_members(
    tx: &mut ReadTx,
    all: &mut Differences,
    old: &BookingCalendar,
    new: &[MemberSettings],
) -> Result<(), StoreError> {
    let names = names(staff::list(tx).await?);
    let name = |staff: &StaffId| names.get(staff).cloned().unwrap_or_default();
    let old: Vec<MemberSettings> = calendar_members::with_staff(tx, &[old.id])
        .await?
        .into_iter()
        .map(|(member, _)| member.settings)
        .collect();
    let who =
        |members: &[MemberSettings]| -> Vec<_> { members.iter().map(|member| member.staff_id).collect() };
    all.entries(Field::Member, &who(&old), &who(new), |staff| *staff, name);
    for member in new {
        if let Some(before) = old.iter().find(|before| before.staff_id == member.staff_id) {
            let mut own = Differences::default();
            own.value(
                Field::Priority,
                before.priority.as_str(),
                member.priority.as_str(),
            );
            own.value(Field::Weight, &before.weight, &member.weight);
            all.within(&name(&member.staff_id), own);
        }
    }
    Ok(())
}

fn of_rules(all: &mut Differences, old: &Rules, new: &Rules) {
    let Rules {
        zone,
        duration,
        interval,
        pre_buffer,
        post_buffer,
        notice,
        range,
        per_slot,
        seats,
        per_day,
        look_busy_percent,
        hours,
        overrides,
        cancel_cutoff,
        reschedule_cutoff,
    } = new;
    all.value(Field::Zone, old.zone.name(), zone.name());
    all.minutes(Field::Duration, old.duration, *duration);
    all.minutes(Field::Interval, old.interval, *interval);
    all.minutes(Field::BufferBefore, old.pre_buffer, *pre_buffer);
    all.minutes(Field::BufferAfter, old.post_buffer, *post_buffer);
    all.value(Field::Notice, &old.notice, notice);
    all.described(Field::Range, &old.range, range, range_words);
    all.value(Field::PerSlot, &old.per_slot, per_slot);
    all.value(Field::Seats, &old.seats, seats);
    all.described(Field::PerDay, &old.per_day, per_day, |most| {
        most.map_or_else(|| "as many as fit".to_owned(), |most| most.to_string())
    });
    all.value(Field::LookBusy, &old.look_busy_percent, look_busy_percent);
    all.switch(Field::OwnHours, old.hours.is_some(), hours.is_some());
    if let (Some(old), Some(new)) = (&old.hours, hours) {
        all.weekly(old, new);
    }
    all.dates(&old.overrides, overrides);
    all.value(Field::CancelCutoff, &old.cancel_cutoff, cancel_cutoff);
    all.value(Field::RescheduleCutoff, &old.reschedule_cutoff, reschedule_cutoff);
}

fn range_words(range: &DateRange) -> String {
    match range {
        DateRange::Rolling(span) => span.to_string(),
        DateRange::Fixed { from, to } => format!("{} to {}", date_words(*from), date_words(*to)),
        DateRange::Unlimited => "without an end".to_owned(),
    }
}

/// Formats a question: "“Colour?” (must be answered: red, green)".
fn question_words(question: &IntakeQuestion) -> String {
    let kind = match question.kind {
        AnswerKind::Line => "a short text".to_owned(),
        AnswerKind::Text => "a long text".to_owned(),
        AnswerKind::Choice => question.choices.join(", "),
        AnswerKind::YesNo => "yes or no".to_owned(),
    };
    let must = if question.required {
        "must be answered: "
    } else {
        ""
    };
    format!("“{}” ({must}{kind})", question.label)
}
