//! What can be done with an appointment, each in a card of its own.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::{ExchangeHost, SetStatus, StaffCancel, StaffReschedule, StatusStep, WriteAgain, WriteView};
use crate::ui::field::Problem;
use crate::ui::{Badge, Button, Card, Choice, Field, Look, Notice, Tone};

/// The statuses that it can be given.
#[component]
pub fn StatusCard(
    id: String,
    steps: Vec<StatusStep>,
    pending: bool,
    action: ServerAction<SetStatus>,
) -> impl IntoView {
    let first = if pending { Look::Primary } else { Look::Quiet };
    let rows = steps
        .into_iter()
        .enumerate()
        .map(|(row, step)| {
            let look = if row == 0 { first } else { Look::Quiet };
            let id = id.clone();
            view! {
                <li class="status-step">
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="status" value=step.status/>
                        <Button look busy=action.pending()>{step.words}</Button>
                    </ActionForm>
                    <p class="field-help">{step.help}</p>
                </li>
            }
        })
        .collect_view();
    (!rows.is_empty()).then(|| view! {
        <Card title="Where it stands">
            {pending.then(|| view! { <p>"It waits for your confirmation; its time is taken meanwhile. To decline it, cancel it below."</p> })}
            <ul class="plain-list">{rows}</ul>
        </Card>
    })
}

/// Another time.
#[component]
pub fn MoveCard(
    id: String,
    date: String,
    time: String,
    action: ServerAction<StaffReschedule>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Move it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <div class="field-row">
                    <Field label="Date" name="date" kind="date" value=date required=true problem/>
                    <Field label="Time" name="time" kind="time" value=time required=true problem/>
                </div>
                <Button busy=action.pending()>"Move appointment"</Button>
            </ActionForm>
        </Card>
    }
}

/// Another member in the place of one who takes part.
#[component]
pub fn ExchangeCard(
    id: String,
    hosts: Vec<(String, String)>,
    others: Vec<(String, String)>,
    action: ServerAction<ExchangeHost>,
    problem: Problem,
) -> impl IntoView {
    (!hosts.is_empty() && !others.is_empty()).then(|| view! {
        <Card title="Exchange who takes part">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <div class="field-row">
                    <Choice label="Leaves" name="leaves" options=hosts problem/>
                    <Choice label="Takes part instead" name="joins" options=others help="Who must be free then." problem/>
                </div>
                <p class="field-help">"The event goes from one calendar to the other. The client and both members are told."</p>
                <div class="form-end"><Button busy=action.pending()>"Exchange"</Button></div>
            </ActionForm>
        </Card>
    })
}

/// Calling it off.
#[component]
pub fn CancelCard(
    id: String,
    reason: String,
    action: ServerAction<StaffCancel>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Cancel it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <Field label="Reason" name="reason" value=reason help="The client reads it." problem/>
                <Button look=Look::Danger busy=action.pending()>"Cancel appointment"</Button>
            </ActionForm>
        </Card>
    }
}

/// How it stands in iCloud.
#[component]
pub fn WritesCard(writes: Vec<WriteView>, id: String, again: ServerAction<WriteAgain>) -> impl IntoView {
    let offers = writes
        .iter()
        .any(|write| matches!(write.state.as_str(), "failed" | "changed-in-icloud"));
    let changed = writes.iter().any(|write| write.state == "changed-in-icloud");
    let rows = writes
        .into_iter()
        .map(|write| {
            let tone = match write.state.as_str() {
                "written" => Tone::Good,
                "failed" => Tone::Bad,
                "changed-in-icloud" => Tone::Warn,
                _ => Tone::Info,
            };
            view! { <li><Badge tone>{write.words}</Badge>{write.problem.map(|problem| view! { <p class="field-help">{problem}</p> })}</li> }
        })
        .collect_view();
    view! {
        <Card title="In iCloud">
            <ul class="plain-list">{rows}</ul>
            {changed.then(|| view! {
                <Notice tone=Tone::Warn>"The event was changed in iCloud. The appointment here stays as it is, and the client knows of no change."</Notice>
            })}
            {offers.then(|| view! {
                <ActionForm action=again>
                    <input type="hidden" name="id" value=id/>
                    <Button busy=again.pending()>"Write again"</Button>
                </ActionForm>
            })}
        </Card>
    }
}
