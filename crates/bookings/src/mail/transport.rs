//! How mails leave: by SMTP, or as `.eml` files in a folder where there is no mail server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use store::messages::Message as Asked;
use tokio::time::timeout;

use crate::problem::Internal;

/// One mail, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Name of the recipient as it appears in the header; may be empty.
    pub(crate) to_name: String,
    /// Address of the recipient.
    pub(crate) to: String,
    /// Whom an answer reaches, if not the sender.
    pub(crate) reply_to: Option<(String, String)>,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// The appointment as an iCalendar file.
    pub(crate) ics: Option<String>,
}

/// Sends mails.
pub(crate) struct Mailer {
    from: Mailbox,
    way: Way,
    longest: Duration,
}

/// A mail is given up for now when it takes longer: a server that says nothing must not hold up the others. This is shorter
/// than a claim's lease.
const LONGEST: Duration = Duration::from_mins(2);

enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

/// Why a mail could not be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The address or the server's word says that it never will arrive.
    #[error("{0}")]
    Permanent(String),
    /// Another try may succeed.
    #[error("{0}")]
    Temporary(String),
}

impl Mailer {
    pub(crate) fn smtp(url: &str, from: &str) -> Result<Self, Internal> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(Internal::because)?;
        Ok(Self {
            from: sender(from)?,
            way: Way::Smtp(Box::new(transport.build())),
            longest: LONGEST,
        })
    }

    pub(crate) fn folder(path: &Path, from: &str) -> Result<Self, Internal> {
        Ok(Self {
            from: sender(from)?,
            way: Way::Folder(path.to_owned()),
            longest: LONGEST,
        })
    }

    /// The address that mails come from.
    pub(crate) fn sender(&self) -> &str {
        self.from.email.as_ref()
    }

    /// Sends one mail. What was asked for names it for good, so that a mail that was sent just before a crash replaces itself.
    pub(crate) async fn send(&self, letter: &Letter, asked: &Asked, now: Timestamp) -> Result<(), SendError> {
        let sending = timeout(self.longest, self.try_to_send(letter, asked, now));
        sending.await.unwrap_or_else(|_| {
            let problem = "The mail server did not take the mail in time.";
            Err(SendError::Temporary(problem.to_owned()))
        })
    }

    async fn try_to_send(&self, letter: &Letter, asked: &Asked, now: Timestamp) -> Result<(), SendError> {
        let id = asked.id.to_string();
        let message = self.message(letter, &id, now)?;
        match &self.way {
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(SendError::Permanent(error.to_string())),
                Err(error) => Err(SendError::Temporary(error.to_string())),
            },
            Way::Folder(folder) => {
                let name = format!("{}-{id}.eml", asked.created_at.strftime("%Y%m%dT%H%M%SZ"));
                write(folder, &name, &message.formatted()).await
            }
        }
    }

    fn message(&self, letter: &Letter, id: &str, now: Timestamp) -> Result<Message, SendError> {
        let permanent = |error: &dyn std::fmt::Display| SendError::Permanent(error.to_string());
        let to = mailbox(&letter.to_name, &letter.to).map_err(|error| permanent(&error))?;
        let host = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&letter.subject))
            .date(std::time::SystemTime::from(now))
            .message_id(Some(format!("<{id}@{host}>")));
        if let Some((name, email)) = &letter.reply_to {
            builder = builder.reply_to(mailbox(name, email).map_err(|error| permanent(&error))?);
        }
        let text = SinglePart::plain(letter.text.clone());
        let message = match &letter.ics {
            None => builder.singlepart(text),
            Some(ics) => {
                let kind =
                    ContentType::parse("text/calendar; charset=utf-8").map_err(|error| permanent(&error))?;
                let file = Attachment::new("appointment.ics".to_owned()).body(ics.clone(), kind);
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
            }
        };
        message.map_err(|error| permanent(&error))
    }
}

fn sender(from: &str) -> Result<Mailbox, Internal> {
    from.parse::<Mailbox>().map_err(Internal::because)
}

/// No field may add a header of its own, and the mail library cannot write control characters at all.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

fn mailbox(name: &str, email: &str) -> Result<Mailbox, lettre::address::AddressError> {
    let name = Some(one_line(name)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, email.parse()?))
}

async fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), SendError> {
    let attempt = async {
        tokio::fs::create_dir_all(folder).await?;
        let unfinished = folder.join(format!(".{name}.part"));
        tokio::fs::write(&unfinished, bytes).await?;
        tokio::fs::rename(&unfinished, folder.join(name)).await
    };
    attempt
        .await
        .map_err(|error: std::io::Error| SendError::Temporary(format!("{}: {error}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            to_name: "Ada".into(),
            to: "ada@example.com".into(),
            reply_to: None,
            subject: "Booked: Intro — Grüße".into(),
            text: "Hello\n".into(),
            ics: Some("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".into()),
        }
    }

    fn mailer(folder: &Path) -> Mailer {
        Mailer::folder(folder, "Quince <quince@example.org>").unwrap()
    }

    #[test]
    fn no_field_adds_a_header_of_its_own() {
        let mailer = mailer(Path::new("unused"));
        let bad = Letter {
            subject: "Hi\r\nBcc: eve@example.com".into(),
            to_name: "A\r\nBcc: x@y.z".into(),
            ..letter()
        };
        let message = mailer.message(&bad, "1", Timestamp::UNIX_EPOCH).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }

    fn asked() -> Asked {
        Asked {
            id: store::MessageId(uuid::Uuid::from_u128(1)),
            appointment_id: None,
            staff_id: None,
            kind: "client-booked".into(),
            recipient: "ada@example.com".into(),
            detail: "{}".into(),
            state: store::MessageState::Waiting,
            attempts: 0,
            created_at: Timestamp::UNIX_EPOCH,
            lease_until: None,
        }
    }

    #[tokio::test]
    async fn a_mail_server_that_says_nothing_is_given_up_for_now() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let silent = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                open.push(connection);
            }
        });
        let mailer = Mailer {
            longest: Duration::from_millis(50),
            ..Mailer::smtp(&format!("smtp://{address}"), "Quince <quince@example.org>").unwrap()
        };
        let sent = mailer.send(&letter(), &asked(), Timestamp::UNIX_EPOCH).await;
        silent.abort();
        assert!(matches!(sent, Err(SendError::Temporary(_))), "{sent:?}");
    }

    #[tokio::test]
    async fn without_a_mail_server_mails_are_files_and_one_that_is_sent_again_replaces_itself() {
        let folder = std::env::temp_dir().join(format!("mails-{}", std::process::id()));
        for now in [Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap()] {
            mailer(&folder).send(&letter(), &asked(), now).await.unwrap();
        }
        let files = std::fs::read_dir(&folder).unwrap().count();
        let file = folder.join(format!("19700101T000000Z-{}.eml", asked().id));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(files, 1);
        assert!(
            text.contains("To: Ada <ada@example.com>") || text.contains("To: \"Ada\" <ada@example.com>"),
            "{text}"
        );
        assert!(text.contains("appointment.ics"));
    }
}
