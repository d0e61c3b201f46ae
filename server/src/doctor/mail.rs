//! The mail server: connection, encryption and login; no mail is sent.

use bookings::MailSettings;
use bookings::mails::{TestMailError, test_sign_in};

use super::finding::Finding;

const PART: &str = "mail";

pub async fn look(mail: &MailSettings) -> Finding {
    match test_sign_in(mail).await {
        Ok(true) => Finding::ok(
            PART,
            "The mail server lets Quince in. Whether it sends, `quince mail-test ADDRESS` tells.",
        ),
        Ok(false) => {
            let folder = match mail {
                MailSettings::Folder { path, .. } => path.display().to_string(),
                MailSettings::Smtp { .. } => String::new(),
            };
            Finding::warning(
                PART,
                format!(
                    "No mail server is set, so that mails are files in {folder}. Set QUINCE_SMTP_URL to send them."
                ),
            )
        }
        Err(TestMailError::Failed(failure)) => Finding::wrong(PART, failure.sentence()),
        Err(error @ TestMailError::Settings(_)) => {
            let cause = error.to_string();
            let cause = cause.trim_end_matches('.');
            Finding::wrong(
                PART,
                format!("{cause}. Check QUINCE_SMTP_URL and QUINCE_MAIL_FROM."),
            )
        }
    }
}
