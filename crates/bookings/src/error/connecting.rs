//! Problems with a calendar server that a person sees.

use caldav::RetryAfter;
use jiff::Timestamp;
use store::Server;

use crate::caldav_messages;

/// Why a connection could not be made, checked or ended. The texts name every cause that a person can fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectProblem {
    /// The server does not accept the login. Wrong, revoked and ordinary passwords look the same.
    #[error("{}", caldav_messages::wrong_login(*.0))]
    WrongLogin(Server),
    /// The server limits requests.
    #[error("{} asks us to slow down.{} What you typed was not saved.", caldav_messages::name(*server), again(*again_in_minutes))]
    Throttled {
        /// The server.
        server: Server,
        /// Minutes to wait, rounded up, if the server said so.
        again_in_minutes: Option<u32>,
    },
    /// The server did not answer properly.
    #[error(
        "{0} Check the internet connection of this server, or wait a few minutes and try again. Nothing was saved."
    )]
    Unreachable(Unreachable),
    /// The login is right, but the account has no calendars.
    #[error("{}", caldav_messages::no_calendars(*.0))]
    NoCalendars(Server),
    /// The server that answered is not a calendar server.
    #[error("{}", not_calendars(*.0))]
    NotCalendars(Server),
    /// Connecting to the address is not allowed.
    #[error("{0} Nothing was saved.")]
    Forbidden(Forbidden),
    /// The person has already connected this account.
    #[error("This account is connected already. To change its password, choose Reconnect.")]
    AlreadyConnected,
}

/// How a server failed to answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// It did not answer in time.
    #[error("{} did not answer in time.", caldav_messages::name(*.0))]
    TimedOut(Server),
    /// It could not be reached.
    #[error("{host} could not be reached.")]
    NotReached {
        /// The host.
        host: String,
    },
    /// It answered with a server error.
    #[error("The calendar server is not working right now (status {status}).")]
    ServerError {
        /// The HTTP status.
        status: u16,
    },
}

/// Why connecting to an address is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// It is in a private network.
    #[error("{}", caldav_messages::private_address(.host))]
    Private {
        /// The host.
        host: String,
    },
    /// The password would be sent without encryption.
    #[error("{}", caldav_messages::insecure_address(.host))]
    Insecure {
        /// The host.
        host: String,
    },
    /// The server refers to another host.
    #[error("{}", caldav_messages::other_host(.host))]
    OtherHost {
        /// The other host.
        host: String,
    },
    /// Discovery leads to another host, to which the login is not sent (RFC 6764 section 8).
    #[error(
        "{from} leads on to {to}, where your login is not sent for safety. If that is your calendar server, enter {to} as its \
         address."
    )]
    LeadsElsewhere {
        /// The host that was asked, with scheme and port unless those of https.
        from: String,
        /// The host that it names, in the same form.
        to: String,
    },
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

impl ConnectProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::WrongLogin(_) => "server_refuses_login",
            Self::Throttled { .. } => "server_throttles",
            Self::Unreachable(_) => "server_unreachable",
            Self::NoCalendars(_) => "no_calendars",
            Self::NotCalendars(_) => "no_calendar_server",
            Self::Forbidden(_) => "address_forbidden",
            Self::AlreadyConnected => "already_connected",
        }
    }

    /// Converts the error of a live check into the problem to show.
    pub(crate) fn of_check(server: Server, error: &caldav::Error, now: Timestamp) -> Self {
        use caldav::Error;
        match error {
            Error::WrongLogin => Self::WrongLogin(server),
            Error::NoCalendars => Self::NoCalendars(server),
            Error::Throttled { retry_after, .. } => Self::Throttled {
                server,
                again_in_minutes: retry_after.map(|after| minutes(after, now)),
            },
            // iCloud also throttles with 403.
            Error::Refused { status: 403, .. } if server == Server::Icloud => Self::Throttled {
                server,
                again_in_minutes: None,
            },
            Error::Unreachable { host, .. } => {
                Self::Unreachable(Unreachable::NotReached { host: host.clone() })
            }
            Error::Refused { status, .. } if *status >= 500 => {
                Self::Unreachable(Unreachable::ServerError { status: *status })
            }
            Error::ForbiddenAddress { host } => Self::Forbidden(Forbidden::Private { host: host.clone() }),
            Error::InsecureUrl { host } => Self::Forbidden(Forbidden::Insecure { host: host.clone() }),
            Error::OutOfScope { host } => Self::Forbidden(Forbidden::OtherHost { host: host.clone() }),
            _ => Self::NotCalendars(server),
        }
    }
}

fn minutes(after: RetryAfter, now: Timestamp) -> u32 {
    let seconds = RetryAfter::wait(after, now).as_secs();
    u32::try_from(seconds.div_ceil(60).max(1)).unwrap_or(u32::MAX)
}
