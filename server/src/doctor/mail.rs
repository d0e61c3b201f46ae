//! The mail server: connection, encryption and login; no mail is sent.

use bookings::Mail;
use bookings::mails::{TrialError, sign_in_for_trial};

use super::finding::Finding;

const PART: &str = "mail";

pub async fn look(mail: &Mail) -> Finding {
    match sign_in_for_trial(mail).await {
        Ok(true) => Finding::ok(
            PART,
            "The mail server lets Quince in. Whether it sends, `quince mail-test ADDRESS` tells.",
        ),
        Ok(false) => {
            let folder = match mail {
                Mail::Folder { path, .. } => path.display().to_string(),
                Mail::Smtp { .. } => String::new(),
            };
            Finding::warning(
                PART,
                format!(
                    "No mail server is set, so that mails are files in {folder}. Set QUINCE_SMTP_URL to send them."
                ),
            )
        }
        Err(TrialError::Failed(failure)) => Finding::wrong(PART, failure.sentence()),
        Err(error @ TrialError::Settings(_)) => {
            let cause = error.to_string();
            let cause = cause.trim_end_matches('.');
            Finding::wrong(
                PART,
                format!("{cause}. Check QUINCE_SMTP_URL and QUINCE_MAIL_FROM."),
            )
        }
    }
}
