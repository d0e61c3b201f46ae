//! How long an appointment takes, and when it can be booked.

use leptos::prelude::*;

use super::{CalendarText, name, pair};
use crate::settings::hours::HoursFields;
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Choice, Field, Options, ZoneOption, ZonePicker};

/// The units of a length of time, from this one on.
pub fn units(from: &str) -> Vec<(String, String)> {
    let all = ["minutes", "hours", "days", "weeks", "months"];
    let first = all.iter().position(|unit| *unit == from).unwrap_or(0);
    all[first..].iter().map(|unit| pair((unit, unit))).collect()
}

/// "How long".
#[component]
pub fn LengthCard(
    /// What is shown at first.
    form: CalendarText,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="How long">
            <div class="field-row">
                <div data-kinds="personal round-robin collective class-booking simple">
                    <Field label="Duration, minutes" name=name("duration") kind="number" min="1" max="1440" value=form.duration help="Usually 30." problem/>
                </div>
                <Field label="Start times every, minutes" name=name("interval") kind="number" min="5" max="1440" value=form.interval required=true help="Usually 30: 9:00, 9:30, 10:00 … On a menu usually 15." problem/>
            </div>
            <div class="field-row">
                <Field label="Free before, minutes" name=name("pre_buffer") kind="number" min="0" max="1440" value=form.pre_buffer required=true help="Time to prepare. Usually 0." problem/>
                <Field label="Free after, minutes" name=name("post_buffer") kind="number" min="0" max="1440" value=form.post_buffer required=true help="Time to recover. Usually 0." problem/>
            </div>
        </Card>
    }
}

/// "When".
#[component]
pub fn WhenCard(
    /// What is shown at first.
    form: CalendarText,
    /// The zones to choose from.
    zones: Vec<ZoneOption>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let ranges = [
        (
            "rolling",
            "Some time ahead",
            "Usually 60 days: clients can book up to this long from today.",
        ),
        ("fixed", "Between two dates", "Both days included."),
        ("unlimited", "Without an end", ""),
    ]
    .map(|(value, label, help)| (value.to_owned(), label.to_owned(), help.to_owned()))
    .to_vec();
    view! {
        <Card title="When">
            <div class="field-row">
                <Field label="At the latest before it starts" name=name("notice") kind="number" min="0" value=form.notice required=true help="Usually 2 hours." problem/>
                <Choice label="Unit" name=name("notice_unit") options=units("minutes") value=form.notice_unit/>
            </div>
            <Options legend="How far ahead" name=name("range_kind") options=ranges value=form.range_kind problem/>
            <div class="field-row" data-range="rolling">
                <Field label="Ahead" name=name("range") kind="number" min="1" value=form.range problem/>
                <Choice label="Unit" name=name("range_unit") options=units("days") value=form.range_unit/>
            </div>
            <div class="field-row" data-range="fixed">
                <Field label="First date" name=name("range_from") kind="date" value=form.range_from problem/>
                <Field label="Last date" name=name("range_to") kind="date" value=form.range_to problem/>
            </div>
            <ZonePicker name=name("zone") options=zones value=form.zone help="The zone of its days and of its own hours." problem/>
            <Check label="This booking calendar has hours of its own" name=name("own_hours") checked=form.own_hours == "true" help="A time must then lie in these and in the members' hours. Otherwise the members' hours decide alone. A Simple calendar needs them." problem/>
            <details class="more" open=form.own_hours == "true">
                <summary>"Hours of its own, and dates that differ"</summary>
                <HoursFields name="calendar[hours]" hours=form.hours problem/>
            </details>
        </Card>
    }
}
