//! What can be done with an appointment, each in a card of its own.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::actions::{
    DELETE, Decline, DeleteAppointment, EDIT, EditAppointment, Reassign, SetStatus, StaffCancel,
    StaffReschedule, WriteAgain,
};
use super::{AppointmentDetail, StatusStep, WriteView};
use crate::ui::field::Problem;
use crate::ui::{
    Badge, Button, Card, Check, Choice, DeleteButton, Field, LongText, Look, Notice, SaveButtons,
    SeenVersion, Tone, is_told,
};

/// The statuses that it can be given.
#[component]
pub fn StatusCard(
    id: String,
    version: String,
    steps: Vec<StatusStep>,
    pending: bool,
    waits_for_client: bool,
    action: ServerAction<SetStatus>,
    problem: Problem,
) -> impl IntoView {
    let first = if pending && !waits_for_client {
        Look::Primary
    } else {
        Look::Quiet
    };
    let whose = if waits_for_client { "the client's" } else { "your" };
    let rows = steps
        .into_iter()
        .enumerate()
        .map(|(row, step)| {
            let look = if row == 0 { first } else { Look::Quiet };
            let (id, version) = (id.clone(), version.clone());
            view! {
                <li class="status-step">
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id/>
                        <SeenVersion version problem/>
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
            {pending.then(|| view! { <p>{format!("It waits for {whose} confirmation; its time is taken meanwhile.")}</p> })}
            <ul class="plain-list">{rows}</ul>
        </Card>
    })
}

/// Declining what waits to be confirmed.
#[component]
pub fn DeclineCard(
    id: String,
    version: String,
    reason: String,
    is_told: bool,
    action: ServerAction<Decline>,
    problem: Problem,
) -> impl IntoView {
    let help = if is_told {
        "The client reads it. Its time is given back."
    } else {
        "For your team. The client is not told, and its time is given back."
    };
    view! {
        <Card title="Decline it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <Field label="Reason" name="reason" value=reason help problem/>
                <Button look=Look::Danger busy=action.pending()>"Decline"</Button>
            </ActionForm>
        </Card>
    }
}

/// Who the client is, and what they noted.
#[component]
pub fn EditCard(
    detail: AppointmentDetail,
    action: ServerAction<EditAppointment>,
    problem: Problem,
) -> impl IntoView {
    let value = |field: &str, stored: &str| detail.kept.value_or(field, stored);
    let version = value("seen", &detail.version);
    let (name, email) = (value("name", &detail.name), value("email", &detail.email));
    let (phone, notes) = (value("phone", &detail.phone), value("notes", &detail.notes));
    let guests = detail.session.as_ref().map(|_| {
        let guests = value("guests", &detail.guests.join("\n"));
        view! {
            <LongText
                label="Guests"
                name="guests"
                value=guests
                rows=3
                help="A line for each. Everybody has a seat; one that becomes free goes to whoever waits."
                problem
            />
        }
    });
    view! {
        <Card title="Change the details">
            <ActionForm action=action>
                <input type="hidden" name="id" value=detail.id/>
                <div class="field-row">
                    <Field label="Name" name="name" value=name required=true maxlength=120 problem/>
                    <Field label="Email" name="email" kind="email" value=email required=true maxlength=254 problem/>
                </div>
                <Field label="Phone" name="phone" kind="tel" value=phone maxlength=40 problem/>
                {guests}
                <LongText label="Notes" name="notes" value=notes rows=3 problem/>
                <div class="form-end"><SaveButtons form=EDIT version problem busy=action.pending() words="Save details" look=Look::Quiet/></div>
            </ActionForm>
        </Card>
    }
}

/// Another time.
#[component]
pub fn MoveCard(
    id: String,
    version: String,
    date: String,
    time: String,
    /// Another member could hold it, too.
    others: bool,
    action: ServerAction<StaffReschedule>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Move it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <div class="field-row">
                    <Field label="Date" name="date" kind="date" value=date required=true problem/>
                    <Field label="Time" name="time" kind="time" value=time required=true problem/>
                </div>
                <Check
                    label="Move it even if that time is not free"
                    name="all_the_same"
                    help="You are told first what is in the way. With this, nobody's calendar is asked, and it is recorded with the appointment."
                />
                {others.then(|| view! {
                    <p class="field-help">"Who has it keeps it if they are free then. Otherwise a member who is free gets it, and you are told who."</p>
                })}
                <div class="form-end"><Button busy=action.pending()>"Move appointment"</Button></div>
            </ActionForm>
        </Card>
    }
}

/// Another member in the place of one who takes part.
#[component]
pub fn ReassignCard(
    id: String,
    version: String,
    hosts: Vec<(String, String)>,
    others: Vec<(String, String)>,
    action: ServerAction<Reassign>,
    problem: Problem,
) -> impl IntoView {
    (!hosts.is_empty() && !others.is_empty()).then(|| view! {
        <Card title="Exchange who takes part">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <div class="field-row">
                    <Choice label="Leaves" name="from" options=hosts problem/>
                    <Choice label="Takes part instead" name="to" options=others help="Who must be free then." problem/>
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
    version: String,
    reason: String,
    action: ServerAction<StaffCancel>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Cancel it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <Field label="Reason" name="reason" value=reason help="The client reads it." problem/>
                <Button look=Look::Danger busy=action.pending()>"Cancel appointment"</Button>
            </ActionForm>
        </Card>
    }
}

/// Deleting it for good: what that does, before it is done.
#[component]
pub fn DeleteCard(
    id: String,
    /// Whether its client is told, unless that is changed; nothing where there is nothing to tell.
    tells_client: Option<bool>,
    /// What becomes of its event, if it has one.
    event: Option<String>,
    version: String,
    action: ServerAction<DeleteAppointment>,
    problem: Problem,
) -> impl IntoView {
    let is_refused = move || is_told(problem, DELETE);
    let event = event.map(|event| format!(", and {event}")).unwrap_or_default();
    let goes = format!(
        "It disappears with all that the client wrote{event}. Time that it still takes is given back, and \
         whoever waits for it gets it. Mails about it that wait are not sent, and the client's link leads nowhere. This cannot be undone."
    );
    view! {
        <details class="more" open=is_refused>
            <summary>"Delete this appointment"</summary>
            <Card>
                <p>{goes}</p>
                <p>"A cancelled appointment stays in your list with all its details; of a deleted one only its name, its time and who deleted it are recorded."</p>
                <ActionForm action=action>
                    <input type="hidden" name="id" value=id/>
                    {tells_client.map(|checked| view! {
                        <Check label="Tell the client that it was cancelled" name="tell" checked help="By mail. Hosts are told of an appointment that is still to come."/>
                    })}
                    <DeleteButton version problem busy=action.pending() form=DELETE/>
                </ActionForm>
            </Card>
        </details>
    }
}

/// How it stands in the hosts' calendars.
#[component]
pub fn WritesCard(
    writes: Vec<WriteView>,
    /// Why there are none, if so.
    nothing: String,
    id: String,
    again: ServerAction<WriteAgain>,
) -> impl IntoView {
    let offers = writes
        .iter()
        .any(|write| matches!(write.state.as_str(), "failed" | "changed-in-icloud"));
    let changed = writes.iter().find(|write| write.state == "changed-in-icloud");
    let changed = changed.map(|write| {
        let server = &write.server;
        format!(
            "The event was changed in {server}. The appointment here stays as it is, and the client knows of no change."
        )
    });
    let mut servers: Vec<&str> = writes.iter().map(|write| write.server.as_str()).collect();
    servers.dedup();
    let title = match servers.as_slice() {
        [] => "In iCloud".to_owned(),
        [server] => format!("In {server}"),
        _ => "In the hosts' calendars".to_owned(),
    };
    let rows = writes
        .into_iter()
        .map(|write| {
            let tone = match write.state.as_str() {
                "written" => Tone::Good,
                "failed" => Tone::Bad,
                "changed-in-icloud" => Tone::Warn,
                _ => Tone::Info,
            };
            view! {
                <li>
                    <Badge tone>{write.words}</Badge>
                    " "
                    <span class="soft small">{write.place}</span>
                    {write.problem.map(|problem| view! { <p class="field-help">{problem}</p> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title=title>
            {(!nothing.is_empty()).then(|| view! { <p>{nothing}</p> })}
            <ul class="plain-list">{rows}</ul>
            {changed.map(|sentence| view! { <Notice tone=Tone::Warn>{sentence}</Notice> })}
            {offers.then(|| view! {
                <ActionForm action=again>
                    <input type="hidden" name="id" value=id/>
                    <Button busy=again.pending()>"Write again"</Button>
                </ActionForm>
            })}
        </Card>
    }
}
