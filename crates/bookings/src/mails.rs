//! What admins and operators need about mails: whether they can be sent, which were given up, and test mails.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use scheduling::{AppointmentId, StaffId};
use store::messages::FailedMessage;
use store::{MessageId, MessageKind, ReadTx, appointments, mail_trouble, messages, staff};

use crate::accounts::is_admin;
use crate::clock::before;
use crate::error::{Error, Permission, Refusal};
use crate::mailer::MailSettings;
use crate::mailer::smtp::Smtp;
use crate::mailer::transport::{Mailer, RenderedMail, sender};
use crate::problem::Internal;
use crate::quince::Quince;

pub use crate::mailer::failure::{Failure, Step};
pub use store::mail_trouble::MailTrouble;
pub use store::messages::RetrySummary;

/// The timeout of a test mail, for which a person waits.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the trouble with sending mails, if they have failed for some minutes for another reason than their recipients.
pub async fn trouble(quince: &Quince) -> Result<Option<MailTrouble>, Internal> {
    let mut tx = quince.store().connection().await?;
    let found = mail_trouble::find(&mut tx).await?;
    Ok(found.filter(|trouble| is_alarming(trouble, quince.now())))
}

/// Whether it is to be reported.
pub(crate) fn is_alarming(trouble: &MailTrouble, now: Timestamp) -> bool {
    trouble.notified_at.is_some() || trouble.alarm_at <= now
}

/// The least time between manual attempts for a mail: mail servers lock out clients whose login fails repeatedly.
const MIN_RETRY_INTERVAL: SignedDuration = SignedDuration::from_secs(10);
/// The most failed mails that a page shows.
const LIST_LIMIT: u32 = 100;

/// A mail that could not be sent: it was given up, or waits for the next attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMail {
    /// Its id.
    pub id: MessageId,
    /// Its subject, in a few words.
    pub title: String,
    /// The recipient's address.
    pub recipient: String,
    /// Why it was given up, or why the last attempt failed, in a sentence.
    pub problem: String,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// The appointment that it is about.
    pub appointment: Option<AppointmentId>,
    /// Name and start of that appointment.
    pub about: Option<(String, Timestamp)>,
}

impl From<FailedMessage> for FailedMail {
    fn from(mail: FailedMessage) -> Self {
        Self {
            id: mail.id,
            title: mail.kind.map_or("A mail", title).to_owned(),
            recipient: mail.recipient,
            problem: mail.problem,
            enqueued_at: mail.created_at,
            appointment: mail.appointment_id,
            about: mail.about,
        }
    }
}

/// Returns the subject of a mail, in a few words.
fn title(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::ClientConfirm => "To be confirmed by the client",
        MessageKind::ClientBooked => "Booked",
        MessageKind::ClientRescheduled | MessageKind::HostRescheduled => "New time",
        MessageKind::ClientHostChanged => "Somebody else takes part",
        MessageKind::ClientCancelled | MessageKind::HostCancelled => "Cancelled",
        MessageKind::ClientDeclined => "Declined",
        MessageKind::ClientPromoted => "A seat from the waiting list",
        MessageKind::ClientReminder => "Reminder",
        MessageKind::Waiting => "On the waiting list",
        MessageKind::WaitingOver | MessageKind::SessionCancelled => "Session cancelled",
        MessageKind::HostBooked => "New booking",
        MessageKind::HostDeleted => "Deleted",
        MessageKind::HostLeft => "No longer takes part",
        MessageKind::HostOthersChanged => "One of the others is somebody else",
        MessageKind::CalendarUnreadable | MessageKind::CalendarsFailing => "A calendar cannot be read",
    }
}

async fn check_admin(tx: &mut ReadTx, by: StaffId) -> Result<(), Error> {
    match staff::find(tx, by).await? {
        Some(person) if is_admin(person.account.role) => Ok(()),
        _ => Err(Error::NotAllowed(Permission::Administer)),
    }
}

/// Returns the mails that were given up last. Owners and admins only.
pub async fn given_up(quince: &Quince, by: StaffId) -> Result<Vec<FailedMail>, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let found = messages::given_up(&mut tx, LIST_LIMIT).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// The mails about an appointment that could not be sent, for everybody who may see that appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMailsOfAppointment {
    /// The mails that were given up.
    pub given_up: Vec<FailedMail>,
    /// The mails that wait for the next attempt.
    pub waiting: Vec<FailedMail>,
}

/// Returns the mails about an appointment that could not be sent.
pub async fn failed_of_appointment(
    quince: &Quince,
    appointment: AppointmentId,
) -> Result<FailedMailsOfAppointment, Internal> {
    let mut tx = quince.store().read().await?;
    let given_up = messages::given_up_about(&mut tx, appointment).await?;
    let waiting = messages::retrying_about(&mut tx, appointment).await?;
    Ok(FailedMailsOfAppointment {
        given_up: given_up.into_iter().map(Into::into).collect(),
        waiting: waiting.into_iter().map(Into::into).collect(),
    })
}

/// Returns the next mails that failed and wait for another attempt. Owners and admins only.
pub async fn waiting_for_retry(quince: &Quince, by: StaffId) -> Result<Vec<FailedMail>, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let found = messages::retrying(&mut tx, LIST_LIMIT).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// The folder to which mails are written as files, if no mail server is configured.
pub fn folder(quince: &Quince) -> Option<&std::path::Path> {
    match &quince.settings().mail {
        MailSettings::Folder { path, .. } => Some(path),
        MailSettings::Smtp { .. } => None,
    }
}

/// Returns how many mails failed and wait for another attempt, and when the first of them is due. Owners and admins only.
pub async fn retry_summary(quince: &Quince, by: StaffId) -> Result<RetrySummary, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    Ok(messages::retry_summary(&mut tx).await?)
}

/// Makes all mails that wait for another attempt due now, after the cause was removed. Owners and admins only.
pub async fn retry_now(quince: &Quince, by: StaffId) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    let now = quince.now();
    messages::retry_now(&mut tx, before(now, MIN_RETRY_INTERVAL), now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Enqueues a mail again that was given up. It is rendered from the present state and goes to the recipient's present address. Owners
/// and admins only.
///
/// # Errors
/// [`Refusal::MailNotGivenUp`] if it was not given up.
pub async fn send_again(quince: &Quince, by: StaffId, id: MessageId) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    let mail = messages::find_given_up(&mut tx, id)
        .await?
        .ok_or(Refusal::MailNotGivenUp)?;
    let address = match (mail.staff_id, mail.appointment_id) {
        (Some(person), _) => staff::find(&mut tx, person)
            .await?
            .map(|person| person.account.email),
        (None, Some(appointment)) => appointments::find(&mut tx, appointment)
            .await?
            .map(|appointment| appointment.email),
        (None, None) => None,
    };
    let recipient = address.unwrap_or(mail.recipient);
    messages::send_again(&mut tx, id, &recipient, quince.now()).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Whether the text is a valid sender of mails.
pub fn is_sender(text: &str) -> bool {
    // The parser ignores text after an address, such as a second one.
    let is_whole = |sender: &Mailbox| {
        let address: &str = sender.email.as_ref();
        text == address || text.ends_with(&format!("<{address}>"))
    };
    sender(text).is_ok() && text.parse::<Mailbox>().is_ok_and(|sender| is_whole(&sender))
}

/// Checks the URL of a mail server.
///
/// # Errors
/// The problem, without any part of the URL.
pub fn check_server(url: &str) -> Result<(), String> {
    Smtp::from_url(url).map(drop).map_err(|bad| bad.0)
}

/// Why a test mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum TestMailError {
    /// A step failed.
    #[error("The mail was not sent; it failed at this step: {}. {}", .0.step, .0.sentence())]
    Failed(Failure),
    /// The settings cannot be used.
    #[error("{}", .0.cause())]
    Settings(Internal),
}

/// Sends a test mail to an address, with these settings and without a database.
///
/// # Errors
/// The step that failed and what to do, or invalid settings.
pub async fn send_test_mail(mail: &MailSettings, to: &str, now: Timestamp) -> Result<(), TestMailError> {
    let mailer = Mailer::new(mail).map_err(TestMailError::Settings)?;
    let rendered = RenderedMail {
        to_name: String::new(),
        to: to.to_owned(),
        reply_to: None,
        subject: "Quince can send mails".to_owned(),
        text: "Hello,\n\nthis mail was asked for with `quince mail-test`. As you read it, mails of Quince arrive here.\n".to_owned(),
        ics: None,
    };
    let id = store::random_id().to_string();
    let sending = mailer
        .with_timeout(TEST_TIMEOUT)
        .send_as(&rendered, &id, now, now)
        .await;
    sending.map_err(TestMailError::Failed)
}

/// The timeout of a test login, which is one of several checks for which a person waits.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(4);

/// Signs in to the mail server with these settings, as for a mail, and sends nothing. Returns whether there is a mail server.
///
/// # Errors
/// The step that failed and what to do, or invalid settings.
pub async fn test_sign_in(mail: &MailSettings) -> Result<bool, TestMailError> {
    let mailer = Mailer::new(mail).map_err(TestMailError::Settings)?;
    match mailer.with_timeout(SIGN_IN_TIMEOUT).sign_in().await {
        None => Ok(false),
        Some(signed_in) => signed_in.map(|()| true).map_err(TestMailError::Failed),
    }
}
