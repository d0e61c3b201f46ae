//! Mails that wait for another try or were given up, for the owner and admins: why, and to send them again.

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
use crate::ui::{Button, EmptyState, FormNotice, Notice, Tone, load_page, problem_of};

/// A mail that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    id: String,
    title: String,
    recipient: String,
    problem: String,
    asked: String,
    /// The appointment it is about: whose and when, and its page.
    appointment: Option<(String, String)>,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailsView {
    mails: Vec<MailRow>,
    /// What is said of the mails that wait for another try, if any do.
    waiting: Option<String>,
    kept: KeptForm,
}

/// Loads the mails that wait for another try or were given up.
#[server(prefix = "/api/fn", endpoint = "mails-page")]
pub async fn mails_page() -> Result<MailsView, AppError> {
    let me = crate::staff::access::me().await?;
    let quince = crate::context::quince()?;
    let found = bookings::mails::given_up(&quince, me.id).await;
    let found = found.map_err(|error| crate::context::with_status(error.into()))?;
    let put_off = bookings::mails::put_off(&quince, me.id).await;
    let put_off = put_off.map_err(|error| crate::context::with_status(error.into()))?;
    let moment = |at: jiff::Timestamp| {
        let date = crate::staff::format::long_date(me.zone.date(at));
        let time = crate::staff::format::clock(me.zone.local(at).time());
        format!("{date}, {time}")
    };
    let row = |mail: bookings::mails::GivenUpMail| MailRow {
        id: mail.id.to_string(),
        title: mail.title,
        recipient: mail.recipient,
        problem: mail.problem,
        asked: moment(mail.asked_at),
        appointment: mail
            .about
            .map(|(name, start)| format!("{name}, {}", moment(start)))
            .zip(mail.appointment.map(|id| format!("/appointments/{id}"))),
    };
    Ok(MailsView {
        mails: found.into_iter().map(row).collect(),
        waiting: put_off.next.map(|next| match (put_off.count, moment(next)) {
            (1, next) => format!("One mail could not be sent. It is tried again on {next}."),
            (count, next) => format!("{count} mails could not be sent. The first is tried again on {next}."),
        }),
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

/// Tries the mails that wait for another try now.
#[server(prefix = "/api/fn", endpoint = "try-mails-now")]
pub async fn try_mails_now() -> Result<String, AppError> {
    let form = crate::context::Submitted::new("mails");
    let done = "They are tried now. Look at this page again in a moment.";
    form.stay(hurry().await, done).await
}

#[cfg(feature = "ssr")]
async fn hurry() -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    Ok(bookings::mails::try_now(&crate::context::quince()?, staff).await?)
}

/// `/settings/mails`.
#[component]
pub fn MailsPage() -> impl IntoView {
    let again = ServerAction::<SendMailAgain>::new();
    let now = ServerAction::<TryMailsNow>::new();
    let page = Resource::new(
        move || (again.version().get(), now.version().get()),
        |_| mails_page(),
    );
    view! {
        <SettingsHeader title="Mails" lead="Mails that were given up: their recipient was refused, nothing helped for five days, or their address got many and nobody opened a link in one of them. All others were sent, or are tried again by themselves."/>
        {load_page(page, move |view| view! { <Shown view again now/> }.into_any())}
    }
}

#[component]
fn Shown(
    view: MailsView,
    again: ServerAction<SendMailAgain>,
    now: ServerAction<TryMailsNow>,
) -> impl IntoView {
    let problems = (problem_of(again, &view.kept), problem_of(now, &view.kept));
    let problem = Signal::derive(move || problems.0.get().or_else(|| problems.1.get()));
    let dones = (done_of(again, &view.kept), done_of(now, &view.kept));
    let done = Signal::derive(move || dones.0.get().or_else(|| dones.1.get()));
    let waiting = view.waiting.map(|sentence| {
        view! {
            <Notice tone=Tone::Warn title="Mails wait for another try">
                <p>{sentence}" If what kept them is mended, you need not wait."</p>
                <ActionForm action=now>
                    <Button busy=now.pending()>"Try them now"</Button>
                </ActionForm>
            </Notice>
        }
    });
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
                            {mail.appointment.map(|(words, href)| view! { <a href=href>{words}</a> " · " })}
                            {format!("Asked for on {}", mail.asked)}
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
        {waiting}
        {if none {
            view! { <EmptyState title="No mail was given up"><p>"Mails that wait are tried again by themselves."</p></EmptyState> }.into_any()
        } else {
            view! { <ul class="rows">{rows}</ul> }.into_any()
        }}
    }
}
