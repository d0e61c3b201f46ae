//! What admins and operators have to know and to do about mails: whether they go out at all, and a mail for trial.

use std::time::Duration;

use jiff::Timestamp;
use store::mail_trouble;

use crate::mail::transport::{Letter, Mailer};
use crate::problem::Internal;
use crate::quince::{Mail, Quince};

pub use crate::mail::failure::{Failure, Step};
pub use store::mail_trouble::MailTrouble;

/// A mail for trial may take this long: somebody waits for it.
const TRIAL: Duration = Duration::from_secs(30);

/// That mails have not gone out for some minutes, for a reason that is not their recipient's.
pub async fn trouble(quince: &Quince) -> Result<Option<MailTrouble>, Internal> {
    let mut tx = quince.store().ask().await?;
    let found = mail_trouble::find(&mut tx).await?;
    Ok(found.filter(|trouble| is_alarm(trouble, quince.now())))
}

/// Whether people are to be told of it.
pub(crate) fn is_alarm(trouble: &MailTrouble, now: Timestamp) -> bool {
    trouble.told_at.is_some() || trouble.alarm_at <= now
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
    let id = uuid::Uuid::new_v4().to_string();
    let sending = mailer.within(TRIAL).send_as(&letter, &id, now, now).await;
    sending.map_err(TrialError::Failed)
}
