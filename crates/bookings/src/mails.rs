//! What admins and operators have to know and to do about mails: whether they go out at all, which were given up, and a mail for
//! trial.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use scheduling::{AppointmentId, StaffId};
use store::messages::Failed;
use store::{MessageId, MessageKind, ReadTx, appointments, mail_trouble, messages, staff};

use crate::accounts::is_admin;
use crate::clock::before;
use crate::error::{Deed, Error, Refusal};
use crate::mailer::Mail;
use crate::mailer::smtp::Smtp;
use crate::mailer::transport::{Letter, Mailer, sender};
use crate::problem::Internal;
use crate::quince::Quince;

pub use crate::mailer::failure::{Failure, Step};
pub use store::mail_trouble::MailTrouble;
pub use store::messages::RetrySummary;

/// A mail for trial may take this long: somebody waits for it.
const TRIAL: Duration = Duration::from_secs(30);

/// That mails have not gone out for some minutes, for a reason that is not their recipient's.
pub async fn trouble(quince: &Quince) -> Result<Option<MailTrouble>, Internal> {
    let mut tx = quince.store().connection().await?;
    let found = mail_trouble::find(&mut tx).await?;
    Ok(found.filter(|trouble| is_alarm(trouble, quince.now())))
}

/// Whether people are to be told of it.
pub(crate) fn is_alarm(trouble: &MailTrouble, now: Timestamp) -> bool {
    trouble.told_at.is_some() || trouble.alarm_at <= now
}

/// A mail is tried by hand so often at most: a mail server locks out who signs in wrongly again and again.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// Mails that could not be sent, as many as a page shows.
const SHOWN: u32 = 100;

/// A mail that could not be sent: it was given up, or waits for another try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMail {
    /// Its id.
    pub id: MessageId,
    /// What it is about, in a few words.
    pub title: String,
    /// Whom it was for.
    pub recipient: String,
    /// Why it was given up, or why the last try failed, in a sentence.
    pub problem: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The appointment it is about.
    pub appointment: Option<AppointmentId>,
    /// Name and start of that appointment.
    pub about: Option<(String, Timestamp)>,
}

impl From<Failed> for FailedMail {
    fn from(mail: Failed) -> Self {
        Self {
            id: mail.id,
            title: mail.kind.map_or("A mail", title).to_owned(),
            recipient: mail.recipient,
            problem: mail.problem,
            asked_at: mail.created_at,
            appointment: mail.appointment_id,
            about: mail.about,
        }
    }
}

/// What a mail is about, in a few words.
fn title(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::ClientConfirm => "To be confirmed by the client",
        MessageKind::ClientBooked => "Booked",
        MessageKind::ClientRescheduled | MessageKind::HostRescheduled => "New time",
        MessageKind::ClientHostChanged => "Somebody else takes part",
        MessageKind::ClientCancelled | MessageKind::HostCancelled => "Cancelled",
        MessageKind::ClientDeclined => "Declined",
        MessageKind::ClientMovedUp => "A seat from the waiting list",
        MessageKind::ClientReminder => "Reminder",
        MessageKind::Waiting => "On the waiting list",
        MessageKind::WaitingOver | MessageKind::SessionCancelled => "Session called off",
        MessageKind::HostBooked => "New booking",
        MessageKind::HostDeleted => "Deleted",
        MessageKind::HostLeft => "No longer takes part",
        MessageKind::HostOthersChanged => "One of the others is somebody else",
        MessageKind::CalendarUnreadable | MessageKind::CalendarsFailing => "A calendar cannot be read",
    }
}

async fn check_admin(tx: &mut ReadTx, by: StaffId) -> Result<(), Error> {
    match staff::find(tx, by).await? {
        Some(person) if is_admin(person.role) => Ok(()),
        _ => Err(Error::NotAllowed(Deed::Administer)),
    }
}

/// The mails that were given up last, for owners and admins.
pub async fn given_up(quince: &Quince, by: StaffId) -> Result<Vec<FailedMail>, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let found = messages::given_up(&mut tx, SHOWN).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// The mails about an appointment that could not be sent, for whoever may see that appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAbout {
    /// Those that were given up.
    pub given_up: Vec<FailedMail>,
    /// Those that wait for another try.
    pub waiting: Vec<FailedMail>,
}

/// The mails about an appointment that could not be sent.
pub async fn failed_about(quince: &Quince, appointment: AppointmentId) -> Result<FailedAbout, Internal> {
    let mut tx = quince.store().read().await?;
    let given_up = messages::given_up_about(&mut tx, appointment).await?;
    let waiting = messages::retrying_about(&mut tx, appointment).await?;
    Ok(FailedAbout {
        given_up: given_up.into_iter().map(Into::into).collect(),
        waiting: waiting.into_iter().map(Into::into).collect(),
    })
}

/// The next mails that were tried in vain and wait for another try, for owners and admins.
pub async fn waiting_again(quince: &Quince, by: StaffId) -> Result<Vec<FailedMail>, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let found = messages::retrying(&mut tx, SHOWN).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Where mails are written as files, while no mail server is set.
pub fn folder(quince: &Quince) -> Option<&std::path::Path> {
    match &quince.settings().mail {
        Mail::Folder { path, .. } => Some(path),
        Mail::Smtp { .. } => None,
    }
}

/// How many mails were tried in vain and wait for another try, and when the first of them is tried again, for owners and admins.
pub async fn put_off(quince: &Quince, by: StaffId) -> Result<RetrySummary, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    Ok(messages::retry_summary(&mut tx).await?)
}

/// Tries all mails that wait for another try now: somebody has mended what kept them.
pub async fn try_now(quince: &Quince, by: StaffId) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    let now = quince.now();
    messages::retry_now(&mut tx, before(now, AGAIN), now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Sends a mail that was given up again: it says what is so by then, and goes to the address that its recipient has by then.
pub async fn send_again(quince: &Quince, by: StaffId, id: MessageId) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    let mail = messages::find_given_up(&mut tx, id)
        .await?
        .ok_or(Refusal::MailNotGivenUp)?;
    let address = match (mail.staff_id, mail.appointment_id) {
        (Some(person), _) => staff::find(&mut tx, person).await?.map(|person| person.email),
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

/// Whether mails can come from this address.
pub fn is_sender(text: &str) -> bool {
    // What lies behind an address, such as a second one, would be left out without a word.
    let is_whole = |sender: &Mailbox| {
        let address: &str = sender.email.as_ref();
        text == address || text.ends_with(&format!("<{address}>"))
    };
    sender(text).is_ok() && text.parse::<Mailbox>().is_ok_and(|sender| is_whole(&sender))
}

/// What is wrong with the address of a mail server, without any of its text.
///
/// # Errors
/// The problem.
pub fn check_server(url: &str) -> Result<(), String> {
    Smtp::from_url(url).map(drop).map_err(|bad| bad.0)
}

/// Why a mail for trial was not sent.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// It failed at a step.
    #[error("The mail was not sent; it failed at this step: {}. {}", .0.step, .0.sentence())]
    Failed(Failure),
    /// The settings cannot be used.
    #[error("{}", .0.cause())]
    Settings(Internal),
}

/// Sends one mail for trial to an address, with these settings and without a database.
///
/// # Errors
/// The step that failed, and what to do.
pub async fn send_for_trial(mail: &Mail, to: &str, now: Timestamp) -> Result<(), TrialError> {
    let mailer = Mailer::new(mail).map_err(TrialError::Settings)?;
    let letter = Letter {
        to_name: String::new(),
        to: to.to_owned(),
        reply_to: None,
        subject: "Quince can send mails".to_owned(),
        text: "Hello,\n\nthis mail was asked for with `quince mail-test`. As you read it, mails of Quince arrive here.\n".to_owned(),
        ics: None,
    };
    let id = store::random_id().to_string();
    let sending = mailer.within(TRIAL).send_as(&letter, &id, now, now).await;
    sending.map_err(TrialError::Failed)
}

/// As long as a person waits for one answer of several.
const SIGN_IN: Duration = Duration::from_secs(4);

/// Signs in to the mail server with these settings, as for a mail, and sends none. Answers whether there is a mail server.
///
/// # Errors
/// The step that failed, and what to do.
pub async fn sign_in_for_trial(mail: &Mail) -> Result<bool, TrialError> {
    let mailer = Mailer::new(mail).map_err(TrialError::Settings)?;
    match mailer.within(SIGN_IN).sign_in().await {
        None => Ok(false),
        Some(signed_in) => signed_in.map(|()| true).map_err(TrialError::Failed),
    }
}
