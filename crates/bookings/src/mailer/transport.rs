//! Sends mails by SMTP, or writes them as `.eml` files to a folder if there is no mail server.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use store::messages::Message as QueuedMessage;
use tokio::time::timeout;

use super::MailSettings;
use super::failure::{Cause, Failure, Step};
use super::smtp::Smtp;
use crate::problem::Internal;

/// A mail that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RenderedMail {
    /// Name of the recipient as it appears in the header; may be empty.
    pub(crate) to_name: String,
    /// Address of the recipient.
    pub(crate) to: String,
    /// Name and address that replies go to, if not to the sender.
    pub(crate) reply_to: Option<(String, String)>,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// The appointment as an iCalendar file.
    pub(crate) ics: Option<String>,
}

/// Sends mails.
pub(crate) struct Mailer {
    from: Mailbox,
    transport: Transport,
    limit: Duration,
}

/// The timeout of a mail, so that a server that does not respond does not block the others. It is shorter than the lease of a claim.
const TIMEOUT: Duration = Duration::from_mins(2);

enum Transport {
    Smtp(Box<Smtp>),
    Folder(PathBuf),
}

impl Mailer {
    pub(crate) fn new(settings: &MailSettings) -> Result<Self, Internal> {
        match settings {
            MailSettings::Smtp { url, from } => Self::smtp(url, from),
            MailSettings::Folder { path, from } => Self::folder(path, from),
        }
    }

    /// Sets another timeout.
    pub(crate) fn with_timeout(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    fn smtp(url: &str, from: &str) -> Result<Self, Internal> {
        Ok(Self {
            from: sender(from)?,
            transport: Transport::Smtp(Box::new(Smtp::from_url(url).map_err(Internal::because)?)),
            limit: TIMEOUT,
        })
    }

    fn folder(path: &Path, from: &str) -> Result<Self, Internal> {
        Ok(Self {
            from: sender(from)?,
            transport: Transport::Folder(path.to_owned()),
            limit: TIMEOUT,
        })
    }

    /// The address that mails come from.
    pub(crate) fn sender(&self) -> &str {
        self.from.email.as_ref()
    }

    /// Sends a mail under the id of its queued message, so that a repeated attempt after a crash writes the same file and `Message-ID`.
    pub(crate) async fn send(
        &self,
        rendered: &RenderedMail,
        queued: &QueuedMessage,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.send_as(rendered, &queued.id.to_string(), queued.created_at, now)
            .await
    }

    /// Sends a mail under this id.
    pub(crate) async fn send_as(
        &self,
        rendered: &RenderedMail,
        id: &str,
        created_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let message = self.message(rendered, id, now)?;
        match &self.transport {
            Transport::Smtp(server) => {
                let mail = message.formatted();
                server.send(message.envelope(), &mail, self.limit).await
            }
            Transport::Folder(folder) => {
                let name = format!("{}-{id}.eml", created_at.strftime("%Y%m%dT%H%M%SZ"));
                let mail = message.formatted();
                let written = timeout(self.limit, write(folder, &name, &mail)).await;
                written.unwrap_or(Err(Failure::new(Step::File, Cause::Timeout)))
            }
        }
    }

    /// Tests connection and login as for a mail; none if there is no mail server.
    pub(crate) async fn sign_in(&self) -> Option<Result<(), Failure>> {
        match &self.transport {
            Transport::Smtp(server) => Some(server.sign_in(self.limit).await),
            Transport::Folder(_) => None,
        }
    }

    fn message(&self, rendered: &RenderedMail, id: &str, now: Timestamp) -> Result<Message, Failure> {
        let to = mailbox(&rendered.to_name, &rendered.to).map_err(|error| Failure::address(&error))?;
        let host = self.from.email.domain();
        let date = SystemTime::try_from(now).map_err(|error| Failure::address(&error))?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&rendered.subject))
            .date(date)
            .message_id(Some(format!("<{id}@{host}>")))
            .raw_header(auto_submitted());
        if let Some((name, email)) = &rendered.reply_to {
            builder = builder.reply_to(mailbox(name, email).map_err(|error| Failure::address(&error))?);
        }
        let text = SinglePart::plain(rendered.text.clone());
        let message = match &rendered.ics {
            None => builder.singlepart(text),
            Some(ics) => {
                let kind = ContentType::parse("text/calendar; charset=utf-8")
                    .map_err(|error| Failure::address(&error))?;
                let file = Attachment::new("appointment.ics".to_owned()).body(ics.clone(), kind);
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
            }
        };
        message.map_err(|error| Failure::address(&error))
    }
}

/// Parses a sender's address, with or without a name.
pub(crate) fn sender(from: &str) -> Result<Mailbox, Internal> {
    let from = from.parse::<Mailbox>().map_err(Internal::because)?;
    let email = in_ascii(&from.email).map_err(Internal::because)?;
    Ok(Mailbox::new(from.name, email))
}

/// The address with its domain in ASCII (RFC 5890), as not every mail server accepts internationalized domains.
fn in_ascii(address: &Address) -> Result<Address, AddressError> {
    if address.domain().is_ascii() {
        return Ok(address.clone());
    }
    let domain = idna::domain_to_ascii(address.domain()).map_err(|_| AddressError::InvalidDomain)?;
    Address::new(address.user(), domain)
}

/// The header that keeps automatic replies from being sent (RFC 3834 section 5).
fn auto_submitted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// Replaces control characters, so that no field can add a header. The mail library cannot write them either.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

fn mailbox(name: &str, email: &str) -> Result<Mailbox, AddressError> {
    let name = Some(one_line(name)).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, in_ascii(&email.parse()?)?))
}

async fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let attempt = async {
        tokio::fs::create_dir_all(folder).await?;
        let unfinished = folder.join(format!(".{name}.part"));
        tokio::fs::write(&unfinished, bytes).await?;
        tokio::fs::rename(&unfinished, folder.join(name)).await
    };
    attempt.await.map_err(|error: std::io::Error| {
        let problem = format!("{}: {error}", folder.display());
        Failure::new(Step::File, Cause::Other(problem))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered() -> RenderedMail {
        RenderedMail {
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
        let bad = RenderedMail {
            subject: "Hi\r\nBcc: eve@example.com".into(),
            to_name: "A\r\nBcc: x@y.z".into(),
            ..rendered()
        };
        let message = mailer.message(&bad, "1", Timestamp::UNIX_EPOCH).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }

    fn queued() -> QueuedMessage {
        QueuedMessage {
            id: store::MessageId(uuid::Uuid::from_u128(1)),
            appointment_id: None,
            staff_id: None,
            kind: Some(store::MessageKind::ClientBooked),
            recipient: "ada@example.com".into(),
            detail: "{}".into(),
            state: store::MessageState::Waiting,
            attempts: 0,
            created_at: Timestamp::UNIX_EPOCH,
            next_attempt_at: Timestamp::UNIX_EPOCH,
            recipient_key: None,
            lease_until: None,
        }
    }

    #[test]
    fn domains_beyond_ascii_go_out_as_the_dns_has_them() {
        let mailer = Mailer::folder(Path::new("unused"), "Quince <post@büro.example>").unwrap();
        let rendered = RenderedMail {
            to: "ada@münchen.example".into(),
            reply_to: Some(("Mira".into(), "mira@例え.テスト".into())),
            ..rendered()
        };
        let message = mailer.message(&rendered, "1", Timestamp::UNIX_EPOCH).unwrap();
        let addresses: Vec<&str> = message.envelope().to().iter().map(AsRef::as_ref).collect();
        assert_eq!(addresses, ["ada@xn--mnchen-3ya.example"]);
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.is_ascii(), "{text}");
        for part in [
            "post@xn--bro-hoa.example",
            "ada@xn--mnchen-3ya.example",
            "mira@xn--r8jz45g.xn--zckzah",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(mailer.sender(), "post@xn--bro-hoa.example");
    }

    #[test]
    fn every_mail_says_that_no_person_wrote_it() {
        let message = mailer(Path::new("unused"))
            .message(&rendered(), "1", Timestamp::UNIX_EPOCH)
            .unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{text}");
    }

    #[tokio::test]
    async fn without_a_mail_server_mails_are_files_and_one_that_is_sent_again_replaces_itself() {
        let folder = std::env::temp_dir().join(format!("mails-{}", std::process::id()));
        for now in [Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap()] {
            mailer(&folder).send(&rendered(), &queued(), now).await.unwrap();
        }
        let files = std::fs::read_dir(&folder).unwrap().count();
        let file = folder.join(format!("19700101T000000Z-{}.eml", queued().id));
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
