//! What can go wrong between a person and their calendar server.

use caldav::RetryAfter;
use jiff::Timestamp;
use store::Server;

use crate::caldav_messages;
use crate::problem::{FieldProblem, Internal, first_sentence};

/// Why a connection could not be made or looked at. The texts name every cause a person can do something about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Something in the form is not right.
    #[error("{}", first_sentence(.0))]
    Fields(Vec<FieldProblem>),
    /// The server does not accept the login. Wrong, revoked and ordinary passwords look the same.
    #[error("{}", caldav_messages::wrong_login(*.0))]
    WrongLogin(Server),
    /// The server asks to come back later.
    #[error("{} asks us to slow down.{} What you typed was not saved.", caldav_messages::name(*server), again(*again_in_minutes))]
    Throttled {
        /// Which one.
        server: Server,
        /// When to come back, if the server said so; rounded up.
        again_in_minutes: Option<u32>,
    },
    /// No answer came.
    #[error(
        "{0} Check the internet connection of this server, or wait a few minutes and try again. Nothing was saved."
    )]
    Unreachable(String),
    /// The login is right, but there is no calendar in the account.
    #[error("{}", caldav_messages::no_calendars(*.0))]
    NoCalendars(Server),
    /// What answered is no calendar server.
    #[error("{}", not_calendars(*.0))]
    NotCalendars(Server),
    /// The address must not be connected to.
    #[error("{0} Nothing was saved.")]
    Refused(String),
    /// The person has connected this account before.
    #[error("This account is connected already. To change its password, choose Reconnect.")]
    AlreadyConnected,
    /// There is no such connection, or it is somebody else's.
    #[error("This connection does not exist any more.")]
    NotFound,
    /// Something broke on our side.
    #[error(transparent)]
    Internal(#[from] Internal),
}

fn not_calendars(server: Server) -> &'static str {
    match server {
        Server::Icloud => {
            "The server answered, but not as a calendar server does. Try again later; if it stays, tell the operator."
        }
        Server::Caldav => {
            "A server answered, but not as a calendar server does. Check the address: the one that its calendar apps use, such \
             as https://cloud.example.com/remote.php/dav."
        }
    }
}

fn again(minutes: Option<u32>) -> String {
    match minutes {
        None => " Wait a few minutes, then try again.".to_owned(),
        Some(1) => " Try again in a minute.".to_owned(),
        Some(minutes) => format!(" Try again in {minutes} minutes."),
    }
}

impl ConnectError {
    /// The form field that the error is about.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Fields(problems) => problems.first().map(|problem| problem.field),
            Self::WrongLogin(Server::Icloud) => Some("app_password"),
            Self::WrongLogin(Server::Caldav) => Some("password"),
            _ => None,
        }
    }

    /// What a failed live check means to the person who waits for it.
    pub(crate) fn of_check(server: Server, error: &caldav::Error, now: Timestamp) -> Self {
        use caldav::Error;
        match error {
            Error::WrongLogin => Self::WrongLogin(server),
            Error::NoCalendars => Self::NoCalendars(server),
            Error::Throttled { retry_after, .. } => Self::Throttled {
                server,
                again_in_minutes: retry_after.map(|after| minutes(after, now)),
            },
            // iCloud uses 403 as a throttle, too.
            Error::Refused { status: 403, .. } if server == Server::Icloud => Self::Throttled {
                server,
                again_in_minutes: None,
            },
            Error::Unreachable { host, .. } => Self::Unreachable(format!("{host} could not be reached.")),
            Error::Refused { status, .. } if *status >= 500 => Self::Unreachable(format!(
                "The calendar server is not working right now (status {status})."
            )),
            Error::ForbiddenAddress { .. } | Error::InsecureUrl { .. } | Error::OutOfScope { .. } => {
                Self::Refused(caldav_messages::sentence(server, error))
            }
            _ => Self::NotCalendars(server),
        }
    }
}

fn minutes(after: RetryAfter, now: Timestamp) -> u32 {
    let seconds = RetryAfter::wait(after, now).as_secs();
    u32::try_from(seconds.div_ceil(60).max(1)).unwrap_or(u32::MAX)
}

impl From<store::StoreError> for ConnectError {
    fn from(error: store::StoreError) -> Self {
        Self::Internal(error.into())
    }
}
