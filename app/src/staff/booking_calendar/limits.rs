//! Limits on appointments, deadlines for clients, and confirmation.

use leptos::prelude::*;

use super::times::LengthOfTime;
use super::{CalendarText, name};
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Field};

/// The card "Limits".
#[component]
pub fn LimitsCard(
    /// The initial values.
    form: CalendarText,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Limits">
            <div class="field-row">
                <div data-kinds="personal round-robin simple">
                    <Field label="Appointments at one time" name=name("per_slot") inputmode="numeric" value=form.per_slot unmarked=true help="How many may share one start, per member. Usually 1." problem/>
                </div>
                <Field label="Appointments a day" name=name("per_day") inputmode="numeric" value=form.per_day help="The most on one day; in a class, seats. Usually empty: as many as fit." problem/>
            </div>
            <div data-kinds="personal round-robin collective simple">
                <Field label="Look busy, percent" name=name("look_busy_percent") inputmode="numeric" value=form.look_busy_percent unmarked=true help="This share of a day's free times is hidden from clients. Usually 0: all are shown. At 100 no time is shown, and nobody can book." problem/>
            </div>
            <LengthOfTime
                label="Clients may cancel until"
                amount="cancel_cutoff"
                unit="cancel_unit"
                value=(form.cancel_cutoff, form.cancel_unit)
                help="This long before the start. Usually 0: until it starts."
                unit_label="Unit of the cancellation cut-off"
                problem
            />
            <LengthOfTime
                label="Clients may reschedule until"
                amount="reschedule_cutoff"
                unit="reschedule_unit"
                value=(form.reschedule_cutoff, form.reschedule_unit)
                help="This long before the start. Usually 0: until it starts."
                unit_label="Unit of the reschedule cut-off"
                problem
            />
            <Check label="Confirm at once" name=name("auto_confirm") checked=form.auto_confirm == "true" help="Usually ticked. Otherwise an appointment waits for your confirmation; its time is reserved until then."/>
            <Check label="Clients confirm by mail first" name=name("confirm_by_mail") checked=form.confirm_by_mail == "true" help="Prevents made-up bookings. The time is reserved for 15 minutes; you are notified, and it reaches your calendar, when the client confirms with the link in a mail."/>
            <Check label="Slow down programs that book" name=name("ask_puzzle") checked=form.ask_puzzle == "true" help="Prevents automated bookings. The client's browser solves a puzzle of about a second while they fill in the form; people notice nothing. Without scripts, the form can be sent ten seconds after it was opened."/>
            <Check label="Clients can book it" name=name("active") checked=form.active == "true" help="Usually ticked. Otherwise its page says that it cannot be booked at present; appointments stay."/>
        </Card>
    }
}
