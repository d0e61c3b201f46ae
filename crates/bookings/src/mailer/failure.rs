//! Why a mail could not be sent: the step, the cause, whether it concerns the recipient only, and what to do.

use std::fmt;

use jiff::SignedDuration;

/// The steps of sending a mail, in order (RFC 5321 section 4.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Writing the headers, which fails for an invalid address.
    Address,
    /// Connecting to the mail server.
    Connect,
    /// The server's greeting and its response to EHLO.
    Greet,
    /// Encrypting the connection: TLS from the start, or STARTTLS.
    Encrypt,
    /// AUTH.
    SignIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and the mail itself.
    Content,
    /// Writing the mail as a file, if there is no mail server.
    File,
}

/// The cause of a failure at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The server's negative reply: temporary for codes 4xx, permanent for 5xx (RFC 5321 section 4.2.1).
    Reply { code: u16, text: String },
    /// A timeout.
    Timeout,
    /// The server offers no encryption and is not on this machine.
    NotEncrypted,
    /// Any other error.
    Other(String),
}

/// Why a mail could not be sent. Its text names the step and the cause, and contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    pub(crate) cause: Cause,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "address",
            Self::Connect => "connection",
            Self::Greet => "greeting (EHLO)",
            Self::Encrypt => "encryption (TLS)",
            Self::SignIn => "login (AUTH)",
            Self::Sender => "sender (MAIL FROM)",
            Self::Recipient => "recipient (RCPT TO)",
            Self::Content => "content (DATA)",
            Self::File => "file",
        })
    }
}

/// Failures shorter than this are not reported: a server restarts, or a network is briefly down.
const REPORT_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// The same for temporary rejections of a recipient, such as greylisting, which say little about other recipients.
const REPORT_RECIPIENT_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl Failure {
    pub(crate) fn new(step: Step, cause: Cause) -> Self {
        Self { step, cause }
    }

    /// A failure to write the mail at all.
    pub(crate) fn address(problem: &dyn fmt::Display) -> Self {
        Self::new(Step::Address, Cause::Other(problem.to_string()))
    }

    /// Whether only this recipient cannot be reached, so that another attempt is futile. Every other failure concerns the server or its
    /// settings, which can be corrected, and would affect other mails, too. Some servers refuse a sender only after RCPT TO: a reply
    /// that asks for a login (530) or names a policy (5.7, RFC 3463) is not the recipient's fault.
    pub(crate) fn concerns_recipient(&self) -> bool {
        match (self.step, &self.cause) {
            (Step::Address, _) => true,
            (Step::Recipient, Cause::Reply { code, text }) => {
                *code >= 500 && *code != 530 && !text.starts_with("5.7.")
            }
            _ => false,
        }
    }

    /// How long the failure may last, with no mail sent meanwhile, before it is reported; none if it concerns the recipient only.
    pub(crate) fn report_after(&self) -> Option<SignedDuration> {
        match self.step {
            _ if self.concerns_recipient() => None,
            Step::Recipient => Some(REPORT_RECIPIENT_AFTER),
            _ => Some(REPORT_AFTER),
        }
    }

    /// Returns the advice on what to do, in a sentence.
    pub fn next_step(&self) -> &'static str {
        if self.cause == Cause::NotEncrypted {
            return "Use an address that begins with smtps:// (port 465) in QUINCE_SMTP_URL, or a port where the server offers \
                    STARTTLS, usually 587.";
        }
        if self.concerns_recipient() {
            return "Check the recipient's address.";
        }
        match self.step {
            Step::Address | Step::Connect => {
                "Check host and port in QUINCE_SMTP_URL, that the mail server runs, and that no firewall is in between."
            }
            Step::Greet => {
                "Check host and port in QUINCE_SMTP_URL: smtps:// is for port 465, smtp:// for 587. If they are right, look into \
                 the mail server's log."
            }
            Step::Encrypt => {
                "Check that QUINCE_SMTP_URL has the name that the server's certificate is for, that the certificate has not \
                 expired, and that smtps:// is used for port 465, smtp:// for 587."
            }
            Step::SignIn => {
                "Check user and password in QUINCE_SMTP_URL; write special characters as %XX. Many services want a password made \
                 for apps."
            }
            Step::Sender => {
                "Check QUINCE_MAIL_FROM: the server may accept only addresses that belong to the login in QUINCE_SMTP_URL."
            }
            Step::Recipient => {
                "If it stays so, check that the login in QUINCE_SMTP_URL may send to other domains, and look into the mail \
                 server's log."
            }
            Step::Content => {
                "The server may have reached a limit or take the mail for spam; look into its log or ask whoever runs it."
            }
            Step::File => "Make room on the disk, and give Quince the right to write to the folder.",
        }
    }

    /// Returns what happened and what to do.
    pub fn sentence(&self) -> String {
        format!("{self} {}", self.next_step())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.step, &self.cause) {
            (Step::Encrypt, Cause::NotEncrypted) => {
                return f.write_str(
                    "The mail server offers no encryption (STARTTLS), and nothing is sent to another machine without it.",
                );
            }
            (Step::Address, _) => "The mail cannot be addressed",
            (Step::Connect, _) => "The mail server could not be reached",
            (Step::Greet, _) => "The mail server did not answer as mail servers do",
            (Step::Encrypt, _) => "The line to the mail server could not be encrypted",
            (Step::SignIn, _) => "The mail server did not accept the login",
            (Step::Sender, _) => "The mail server did not accept the sender",
            (Step::Recipient, _) => "The mail server did not accept the recipient",
            (Step::Content, _) => "The mail server did not take the mail",
            (Step::File, _) => "The mail could not be written as a file",
        };
        match &self.cause {
            Cause::Reply { code, text } if text.is_empty() => write!(f, "{what}: {code}."),
            Cause::Reply { code, text } => write!(f, "{what}: {code} {}.", text.trim_end_matches('.')),
            Cause::Timeout => write!(f, "{what}: it took too long."),
            Cause::NotEncrypted => write!(f, "{what}."),
            Cause::Other(problem) => write!(f, "{what}: {}.", problem.trim_end_matches('.')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(step: Step, code: u16, text: &str) -> Failure {
        let text = text.to_owned();
        Failure::new(step, Cause::Reply { code, text })
    }

    #[test]
    fn only_a_refusal_of_the_recipient_speaks_of_the_recipient() {
        for code in [550, 551, 552, 553, 554] {
            assert!(
                reply(Step::Recipient, code, "5.1.1 No such user").concerns_recipient(),
                "{code}"
            );
            for step in [
                Step::Greet,
                Step::Encrypt,
                Step::SignIn,
                Step::Sender,
                Step::Content,
            ] {
                assert!(
                    !reply(step, code, "no").concerns_recipient(),
                    "{code} at {step:?}"
                );
            }
        }
        for code in [421, 450, 451, 452] {
            assert!(
                !reply(Step::Recipient, code, "later").concerns_recipient(),
                "{code}"
            );
        }
        assert!(!Failure::new(Step::Recipient, Cause::Timeout).concerns_recipient());
        assert!(Failure::address(&"no").concerns_recipient());
    }

    #[test]
    fn a_server_that_refuses_the_sender_only_once_it_knows_the_recipient_is_understood() {
        for (code, text) in [
            (530, "5.7.0 Authentication required"),
            (530, "Must issue a STARTTLS command first"),
            (554, "5.7.1 <ada@example.com>: Relay access denied"),
            (550, "5.7.26 unauthenticated sender"),
        ] {
            assert!(
                !reply(Step::Recipient, code, text).concerns_recipient(),
                "{code} {text}"
            );
        }
    }
}
