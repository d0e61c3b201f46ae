//! The length of an appointment, and when it can be booked.

use leptos::prelude::*;

use super::{CalendarText, name, pair};
use crate::settings::hours::HoursFields;
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Choice, Field, Options, ZoneOption, ZonePicker};

const UNITS: [&str; 5] = ["minutes", "hours", "days", "weeks", "months"];

/// A duration as a number with its unit.
#[component]
pub fn LengthOfTime(
    /// The label.
    label: &'static str,
    /// The name of the number's field.
    amount: &'static str,
    /// The name of the unit's field.
    unit: &'static str,
    /// The initial number and unit.
    value: (String, String),
    /// The help text, with the default.
    help: &'static str,
    /// The unit's label.
    unit_label: &'static str,
    /// The smallest unit to choose from.
    #[prop(default = "minutes")]
    from: &'static str,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let least = UNITS.iter().position(|unit| *unit == from).unwrap_or(0);
    let units = UNITS[least..].iter().map(|unit| pair((unit, unit))).collect();
    view! {
        <div class="field-row">
            <Field label=label name=name(amount) inputmode="numeric" value=value.0 unmarked=true help=help problem/>
            <Choice label=unit_label name=name(unit) options=units value=value.1 help="What the number counts."/>
        </div>
    }
}

/// The card "How long".
#[component]
pub fn LengthCard(
    /// The initial values.
    form: CalendarText,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="How long">
            <div class="field-row">
                <div data-kinds="personal round-robin collective class-booking simple">
                    <Field label="Duration, minutes" name=name("duration") inputmode="numeric" value=form.duration unmarked=true help="How long an appointment takes, 1 to 1440. Usually 30. A change holds for what is booked from then on: appointments that are booked keep their length, also when they are moved." problem/>
                </div>
                <Field label="Interval, minutes" name=name("interval") inputmode="numeric" value=form.interval help="The step between start times, 5 to 1440. 30 offers 9:00, 9:30, 10:00 … Usually empty: 30, and 15 on the menu of a Service calendar." problem/>
            </div>
            <div class="field-row">
                <Field label="Buffer before, minutes" name=name("pre_buffer") inputmode="numeric" value=form.pre_buffer unmarked=true help="Time to prepare, kept free before each appointment. Usually 0. Appointments that are booked keep theirs." problem/>
                <Field label="Buffer after, minutes" name=name("post_buffer") inputmode="numeric" value=form.post_buffer unmarked=true help="Time to recover, kept free after each appointment. Usually 0. Appointments that are booked keep theirs." problem/>
            </div>
        </Card>
    }
}

/// The card "When".
#[component]
pub fn WhenCard(
    /// The initial values.
    form: CalendarText,
    /// The zones to choose from.
    zones: Vec<ZoneOption>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let ranges = [
        ("rolling", "Some time ahead", "Up to this long from today."),
        (
            "fixed",
            "Between two dates",
            "For a season, a course or an event. Both days are included.",
        ),
        ("unlimited", "Without an end", "Any future day can be booked."),
    ]
    .map(|(value, label, help)| (value.to_owned(), label.to_owned(), help.to_owned()))
    .to_vec();
    let may_forget = Signal::derive(move || {
        let error = problem.read();
        error
            .as_ref()
            .is_some_and(|error| error.of_field(&name("forget_hours")).is_some())
    });
    let open = form.own_hours == "true" || !form.hours.is_empty();
    view! {
        <Card title="When">
            <LengthOfTime
                label="Minimum notice"
                amount="notice"
                unit="notice_unit"
                value=(form.notice, form.notice_unit)
                help="Clients must book at least this long before the start. Usually 2 hours."
                unit_label="Unit of the notice"
                problem
            />
            <Options legend="How far ahead" name=name("range_kind") options=ranges value=form.range_kind help="Until when clients can book. Usually some time ahead: 60 days." problem/>
            <div data-range="rolling">
                <LengthOfTime
                    label="Bookable ahead"
                    amount="range"
                    unit="range_unit"
                    value=(form.range, form.range_unit)
                    help="Counted from today, the last day included. Usually 60 days."
                    unit_label="Unit of the time ahead"
                    from="days"
                    problem
                />
            </div>
            <div data-range="fixed">
                <div class="field-row">
                    <Field label="First date" name=name("range_from") kind="date" value=form.range_from unmarked=true help="The first day that can be booked. There is no usual one." problem/>
                    <Field label="Last date" name=name("range_to") kind="date" value=form.range_to unmarked=true help="The last day that can be booked, the same or a later one." problem/>
                </div>
            </div>
            <ZonePicker name=name("zone") options=zones value=form.zone help="Its days, dates and hours are in this zone. Usually your own." problem/>
            <Check label="This booking calendar has hours of its own" name=name("own_hours") checked=form.own_hours == "true" help="Usually not ticked: its members' hours decide alone. Ticked, a time must lie in these hours and in the members'. A Simple calendar needs them." problem/>
            {move || may_forget.get().then(|| view! {
                <Check label="Forget the hours and dates below" name=name("forget_hours") help="They are removed when you save." problem/>
            })}
            <details class="more" open=open>
                <summary>"Hours of its own, and dates that differ"</summary>
                <p class="field-help">"They count when the box above is ticked. Dates that are closed may stand alone, without weekly hours: then the members' hours decide on all other days."</p>
                <HoursFields name="calendar[hours]" hours=form.hours problem/>
            </details>
        </Card>
    }
}
