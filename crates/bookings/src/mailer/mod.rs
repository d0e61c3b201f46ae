//! The transport of mails: a mail server, or files in a folder.

pub(crate) mod failure;
pub(crate) mod outcomes;
pub(crate) mod smtp;
pub(crate) mod transport;

use std::fmt;
use std::path::PathBuf;

/// How mails are sent.
#[derive(Clone)]
pub enum MailSettings {
    /// Through a mail server: `smtps://USER:PASSWORD@HOST` or `smtp://USER:PASSWORD@HOST:587`.
    Smtp {
        /// The server's URL, with its login.
        url: String,
        /// The sender, such as `Quince <book@example.com>`.
        from: String,
    },
    /// As `.eml` files in a folder.
    Folder {
        /// The folder; created when the first mail is written.
        path: PathBuf,
        /// The sender.
        from: String,
    },
}

/// Omits the mail server's URL, which contains a password.
impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp { from, .. } => write!(f, "Smtp(…, from {from})"),
            Self::Folder { path, from } => write!(f, "Folder({}, from {from})", path.display()),
        }
    }
}
