//! The cards with the actions on an appointment.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

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

/// The statuses that it can get.
#[component]
pub fn StatusCard(
    id: String,
    version: String,
    steps: Vec<StatusStep>,
    pending: bool,
    waits_for_client: bool,
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
                    <form method="post" action=SetStatus::PATH>
                        <input type="hidden" name="id" value=id/>
                        <SeenVersion version problem/>
                        <input type="hidden" name="status" value=step.status/>
                        <Button look>{step.words}</Button>
                    </form>
                    <p class="field-help">{step.help}</p>
                </li>
            }
        })
        .collect_view();
    (!rows.is_empty()).then(|| view! {
        <Card title="Status">
            {pending.then(|| view! { <p>{format!("It is waiting for {whose} confirmation. The time is reserved until then.")}</p> })}
            <ul class="plain-list">{rows}</ul>
        </Card>
    })
}

/// Declining an appointment that waits for confirmation.
#[component]
pub fn DeclineCard(
    id: String,
    version: String,
    reason: String,
    is_told: bool,
    problem: Problem,
) -> impl IntoView {
    let help = if is_told {
        "The client will see it. The time becomes free again."
    } else {
        "For your team only. The client is not notified, and the time becomes free again."
    };
    view! {
        <Card title="Decline it">
            <form method="post" action=Decline::PATH>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <Field label="Reason" name="reason" value=reason help problem/>
                <Button look=Look::Danger>"Decline"</Button>
            </form>
        </Card>
    }
}

/// The client's details and notes.
#[component]
pub fn EditCard(detail: AppointmentDetail, problem: Problem) -> impl IntoView {
    let value = |field: &str, stored: &str| detail.flash.value_or(field, stored);
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
                help="One per line. Everybody takes a seat; a seat that becomes free goes to the waiting list."
                problem
            />
        }
    });
    view! {
        <Card title="Change the details">
            <form method="post" action=EditAppointment::PATH>
                <input type="hidden" name="id" value=detail.id/>
                <div class="field-row">
                    <Field label="Name" name="name" value=name required=true maxlength=120 problem/>
                    <Field label="Email" name="email" kind="email" value=email required=true maxlength=254 problem/>
                </div>
                <Field label="Phone" name="phone" kind="tel" value=phone maxlength=40 problem/>
                {guests}
                <LongText label="Notes" name="notes" value=notes rows=3 problem/>
                <div class="form-end"><SaveButtons form=EDIT version problem words="Save details" look=Look::Quiet/></div>
            </form>
        </Card>
    }
}

/// Moving it to another time.
#[component]
pub fn MoveCard(
    id: String,
    version: String,
    date: String,
    time: String,
    /// Whether another member could be the host.
    others: bool,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Move it">
            <form method="post" action=StaffReschedule::PATH>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <div class="field-row">
                    <Field label="Date" name="date" kind="date" value=date required=true problem/>
                    <Field label="Time" name="time" kind="time" value=time required=true problem/>
                </div>
                <Check
                    label="Move it even if that time is not free"
                    name="override_conflicts"
                    help="Without this you are shown what is in the way. With it no calendar is checked, and the appointment records what was overridden."
                />
                {others.then(|| view! {
                    <p class="field-help">"The present host keeps it if they are free then. Otherwise a free member takes over, and you are told who."</p>
                })}
                <div class="form-end"><Button>"Move appointment"</Button></div>
            </form>
        </Card>
    }
}

/// Giving a host's part to another member.
#[component]
pub fn ReassignCard(
    id: String,
    version: String,
    hosts: Vec<(String, String)>,
    others: Vec<(String, String)>,
    problem: Problem,
) -> impl IntoView {
    (!hosts.is_empty() && !others.is_empty()).then(|| view! {
        <Card title="Replace a host">
            <form method="post" action=Reassign::PATH>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <div class="field-row">
                    <Choice label="Host to replace" name="from" options=hosts problem/>
                    <Choice label="New host" name="to" options=others help="They must be free at that time." problem/>
                </div>
                <p class="field-help">"The event moves from one calendar to the other. The client and both members are notified."</p>
                <div class="form-end"><Button>"Replace host"</Button></div>
            </form>
        </Card>
    })
}

/// Cancelling it.
#[component]
pub fn CancelCard(id: String, version: String, reason: String, problem: Problem) -> impl IntoView {
    view! {
        <Card title="Cancel it">
            <form method="post" action=StaffCancel::PATH>
                <input type="hidden" name="id" value=id/>
                <SeenVersion version problem/>
                <Field label="Reason" name="reason" value=reason help="The client reads it." problem/>
                <Button look=Look::Danger>"Cancel appointment"</Button>
            </form>
        </Card>
    }
}

/// Deleting it, with what that does.
#[component]
pub fn DeleteCard(
    id: String,
    /// Whether the client is informed by default; none if there is nothing to inform them of.
    tells_client: Option<bool>,
    /// What happens to its event, if it has one.
    event: Option<String>,
    version: String,
    problem: Problem,
) -> impl IntoView {
    let is_refused = move || is_told(problem, DELETE);
    let event = event.map(|event| format!(", and {event}")).unwrap_or_default();
    let goes = format!(
        "It is deleted with everything that the client wrote{event}. The time becomes free again, and a seat goes to the \
         waiting list. Mails about it that are still waiting are not sent, and the client's link stops working. This cannot be undone."
    );
    view! {
        <details class="more" open=is_refused>
            <summary>"Delete this appointment"</summary>
            <Card>
                <p>{goes}</p>
                <p>"A cancelled appointment stays in your list with all its details. Of a deleted one only the name, the time and who deleted it are kept."</p>
                <form method="post" action=DeleteAppointment::PATH>
                    <input type="hidden" name="id" value=id/>
                    {tells_client.map(|checked| view! {
                        <Check label="Tell the client that it was cancelled" name="tell" checked help="By email. Hosts are notified of a future appointment."/>
                    })}
                    <DeleteButton version problem form=DELETE/>
                </form>
            </Card>
        </details>
    }
}

/// The state of its events in the hosts' calendars.
#[component]
pub fn WritesCard(
    writes: Vec<WriteView>,
    /// Why there are none, if so.
    nothing: String,
    id: String,
) -> impl IntoView {
    let offers = writes
        .iter()
        .any(|write| matches!(write.state.as_str(), "failed" | "changed-in-icloud"));
    let changed = writes.iter().find(|write| write.state == "changed-in-icloud");
    let changed = changed.map(|write| {
        let server = &write.server;
        format!(
            "The event was changed in {server}. The appointment here is unchanged, and the client has not been notified."
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
                <form method="post" action=WriteAgain::PATH>
                    <input type="hidden" name="id" value=id/>
                    <Button>"Write again"</Button>
                </form>
            })}
        </Card>
    }
}
