//! Mails that were given up, for the owner and admins: why, and to send them again.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::profile::done_of;
use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::ui::{Button, EmptyState, FormNotice, load_page, problem_of};

/// A mail that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    id: String,
    title: String,
    recipient: String,
    problem: String,
    asked: String,
    appointment: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailsView {
    mails: Vec<MailRow>,
    kept: KeptForm,
}

/// Loads the mails that were given up.
#[server(prefix = "/api/fn", endpoint = "mails-page")]
pub async fn mails_page() -> Result<MailsView, AppError> {
    let me = crate::staff::access::me().await?;
    let found = bookings::mails::given_up(&crate::context::quince()?, me.id).await;
    let found = found.map_err(|error| crate::context::with_status(error.into()))?;
    let row = |mail: bookings::mails::GivenUpMail| MailRow {
        id: mail.id.to_string(),
        title: mail.title,
        recipient: mail.recipient,
        problem: mail.problem,
        asked: {
            let date = crate::staff::format::long_date(me.zone.date(mail.asked_at));
            let time = crate::staff::format::clock(me.zone.local(mail.asked_at).time());
            format!("{date}, {time}")
        },
        appointment: mail.appointment.map(|id| format!("/appointments/{id}")),
    };
    Ok(MailsView {
        mails: found.into_iter().map(row).collect(),
        kept: crate::context::kept("mails").await,
    })
}

/// Sends a mail that was given up again.
#[server(prefix = "/api/fn", endpoint = "send-mail-again")]
pub async fn send_mail_again(id: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("mails");
    let done = "The mail is on its way. It comes back to this list if it is refused again.";
    form.stay(again(&id).await, done).await
}

#[cfg(feature = "ssr")]
async fn again(id: &str) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    Ok(bookings::mails::send_again(&crate::context::quince()?, staff, id).await?)
}

/// `/settings/mails`.
#[component]
pub fn MailsPage() -> impl IntoView {
    let again = ServerAction::<SendMailAgain>::new();
    let page = Resource::new(move || again.version().get(), |_| mails_page());
    view! {
        <SettingsHeader title="Mails" lead="Mails that were given up: their recipient was refused, nothing helped for five days, or their address got many and nobody opened a link in one of them. All others were sent, or are tried again by themselves."/>
        {load_page(page, move |view| view! { <Shown view again/> }.into_any())}
    }
}

#[component]
fn Shown(view: MailsView, again: ServerAction<SendMailAgain>) -> impl IntoView {
    let problem = problem_of(again, &view.kept);
    let done = done_of(again, &view.kept);
    let none = view.mails.is_empty();
    let rows = view
        .mails
        .into_iter()
        .map(|mail| {
            view! {
                <li class="row">
                    <div class="row-main">
                        <p class="row-title">{format!("{} · {}", mail.title, mail.recipient)}</p>
                        <p class="row-detail">{mail.problem}</p>
                        <p class="row-detail">
                            {format!("Asked for on {}. ", mail.asked)}
                            {mail.appointment.map(|href| view! { <a href=href>"The appointment"</a> })}
                        </p>
                    </div>
                    <ActionForm action=again>
                        <input type="hidden" name="id" value=mail.id/>
                        <Button busy=again.pending()>"Send again"</Button>
                    </ActionForm>
                </li>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        {if none {
            view! { <EmptyState title="No mail was given up"><p>"Mails that wait are tried again by themselves."</p></EmptyState> }.into_any()
        } else {
            view! { <ul class="rows">{rows}</ul> }.into_any()
        }}
    }
}
