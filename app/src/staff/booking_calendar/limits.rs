//! How many appointments, until when clients may change them, and whether they are confirmed at once.

use leptos::prelude::*;

use super::times::units;
use super::{CalendarText, name};
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Choice, Field};

/// "Limits".
#[component]
pub fn LimitsCard(
    /// What is shown at first.
    form: CalendarText,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Limits">
            <div class="field-row">
                <div data-kinds="personal round-robin simple">
                    <Field label="Appointments at one time" name=name("per_slot") kind="number" min="1" max="9999" value=form.per_slot help="Per member. Usually 1." problem/>
                </div>
                <Field label="Appointments a day" name=name("per_day") kind="number" min="1" value=form.per_day help="Empty: as many as fit. In a class, seats a day." problem/>
                <div data-kinds="personal round-robin collective simple">
                    <Field label="Look busy, percent" name=name("look_busy_percent") kind="number" min="0" max="100" value=form.look_busy_percent help="So many of a day's free times are hidden from clients. Usually 0." problem/>
                </div>
            </div>
            <div class="field-row">
                <Field label="Clients may cancel until" name=name("cancel_cutoff") kind="number" min="0" value=form.cancel_cutoff required=true help="Before it starts. 0: until it starts." problem/>
                <Choice label="Unit" name=name("cancel_unit") options=units("minutes") value=form.cancel_unit/>
            </div>
            <div class="field-row">
                <Field label="Clients may reschedule until" name=name("reschedule_cutoff") kind="number" min="0" value=form.reschedule_cutoff required=true help="Before it starts. 0: until it starts." problem/>
                <Choice label="Unit" name=name("reschedule_unit") options=units("minutes") value=form.reschedule_unit/>
            </div>
            <Check label="Confirm at once" name=name("auto_confirm") checked=form.auto_confirm == "true" help="Otherwise an appointment waits for your confirmation; its time is taken meanwhile."/>
            <Check label="Clients can book it" name=name("active") checked=form.active == "true" help="Otherwise its page says that it cannot be booked at present."/>
        </Card>
    }
}
