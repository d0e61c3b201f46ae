//! Mails that were given up or wait for another attempt, for the owner and admins: the reason, and sending them again.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, EmptyState, FormNotice, Notice, Tone, load_page};

/// A mail that could not be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    id: String,
    title: String,
    recipient: String,
    problem: String,
    asked: String,
    /// Name and time of the appointment that it is about, and the path of its page.
    appointment: Option<(String, String)>,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailsView {
    given_up: Vec<MailRow>,
    waiting: Vec<MailRow>,
    /// When the next one is attempted, if any wait.
    next: Option<String>,
    /// How many wait.
    count: u32,
    /// The folder that receives mails as files while no mail server is set.
    folder: Option<String>,
    flash: FormFlash,
}

/// Loads the mails that were given up or wait for another attempt.
#[server(prefix = "/api/fn", endpoint = "mails-page")]
pub async fn mails_page() -> Result<MailsView, AppError> {
    let me = crate::staff::access::me().await?;
    let quince = crate::context::quince()?;
    let found = bookings::mails::given_up(&quince, me.id).await;
    let found = found.map_err(|error| crate::context::with_status(error.into()))?;
    let put_off = bookings::mails::put_off(&quince, me.id).await;
    let put_off = put_off.map_err(|error| crate::context::with_status(error.into()))?;
    let waiting = bookings::mails::waiting_again(&quince, me.id).await;
    let waiting = waiting.map_err(|error| crate::context::with_status(error.into()))?;
    let moment = |at: jiff::Timestamp| {
        let date = crate::staff::format::long_date(me.zone.date(at));
        let time = crate::staff::format::clock(me.zone.local(at).time());
        format!("{date}, {time}")
    };
    let row = |mail: bookings::mails::FailedMail| MailRow {
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
        given_up: found.into_iter().map(row).collect(),
        waiting: waiting.into_iter().map(row).collect(),
        next: put_off.next.map(moment),
        count: put_off.count,
        folder: bookings::mails::folder(&quince).map(|folder| folder.display().to_string()),
        flash: crate::context::flash("mails").await,
    })
}

/// Enqueues a mail that was given up again.
#[server(prefix = "/api/fn", endpoint = "send-mail-again")]
pub async fn send_mail_again(id: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("mails");
    let done = "The mail is on its way. It comes back to this list if it is refused again.";
    form.stay(again(&id).await, done).await
}

async fn again(id: &str) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    Ok(bookings::mails::send_again(&crate::context::quince()?, staff, id).await?)
}

/// Makes the waiting mails due now.
#[server(prefix = "/api/fn", endpoint = "try-mails-now")]
pub async fn try_mails_now() -> Result<String, AppError> {
    let form = crate::context::FormPost::new("mails");
    let done = "They are being sent. Reload this page in a moment to see what is left.";
    form.stay(hurry().await, done).await
}

async fn hurry() -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    Ok(bookings::mails::try_now(&crate::context::quince()?, staff).await?)
}

/// `/settings/mails`.
#[component]
pub fn MailsPage() -> impl IntoView {
    view! {
        <SettingsHeader title="Mails" lead="Mails that could not be sent. Waiting ones are retried automatically; those that were given up can be sent again."/>
        {load_page(mails_page(), |view| view! { <Shown view/> }.into_any())}
    }
}

#[component]
fn Shown(view: MailsView) -> impl IntoView {
    let (problem, done) = (view.flash.problem(), view.flash.done());
    let folder = view.folder.map(|folder| {
        view! {
            <Notice tone=Tone::Warn title="No mail server is set">
                <p>{format!("No mail is sent: mails are written as files to {folder}. Whoever runs this server can set one with QUINCE_SMTP_URL.")}</p>
            </Notice>
        }
    });
    let is_empty = view.next.is_none() && view.given_up.is_empty();
    let waiting = view.next.map(|next| {
        let (sentence, button) = match view.count {
            1 => (
                format!("One mail could not be sent. It is tried again on {next}. If the cause is fixed, you need not wait."),
                "Try it now",
            ),
            count => (
                format!("{count} mails could not be sent. The first is tried again on {next}. If the cause is fixed, you need not wait."),
                "Try them now",
            ),
        };
        view! {
            <Notice tone=Tone::Warn title="Mails are waiting to be sent">
                <p>{sentence}</p>
                <form method="post" action=TryMailsNow::PATH>
                    <Button>{button}</Button>
                </form>
            </Notice>
            <ul class="rows">{view.waiting.into_iter().map(|mail| view! { <li class="row"><MailWords mail/></li> }).collect_view()}</ul>
        }
    });
    let has_given_up = !view.given_up.is_empty();
    let rows = view
        .given_up
        .into_iter()
        .map(|mail| {
            let id = mail.id.clone();
            view! {
                <li class="row">
                    <MailWords mail/>
                    <form method="post" action=SendMailAgain::PATH>
                        <input type="hidden" name="id" value=id/>
                        <Button>"Send again"</Button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        {folder}
        {waiting}
        {if is_empty {
            view! { <EmptyState title="No mail was given up"><p>"A mail is given up when its recipient is rejected, after five days of failures, or when its address got many and nobody opened a link in one of them."</p></EmptyState> }.into_any()
        } else {
            has_given_up.then(|| view! { <h2>"Given up"</h2><ul class="rows">{rows}</ul> }).into_any()
        }}
    }
}

/// The kind of mail, why it was not sent, and what it is about.
#[component]
fn MailWords(mail: MailRow) -> impl IntoView {
    view! {
        <div class="row-main">
            <p class="row-title">{format!("{} · {}", mail.title, mail.recipient)}</p>
            <p class="row-detail">{mail.problem}</p>
            <p class="row-detail">
                {mail.appointment.map(|(words, href)| view! { <a href=href>{words}</a> " · " })}
                {format!("Queued on {}", mail.asked)}
            </p>
        </div>
    }
}
