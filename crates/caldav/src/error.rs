//! What can go wrong, told apart by what a caller must do about it.

use crate::retry_after::RetryAfter;

/// Why a request failed.
///
/// The `Display` text is for logs. It names hosts and status codes, never a login and never the body of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The server does not accept the login (401). Stop polling and ask the person.
    #[error("the server does not accept this login")]
    WrongLogin,
    /// Too many requests (429, 503, or a 403 that names a time). Wait and come back.
    #[error("the server asks to slow down (status {status})")]
    Throttled {
        /// The HTTP status.
        status: u16,
        /// When to come back, if the server said so.
        retry_after: Option<RetryAfter>,
    },
    /// No complete answer came back. Try again later.
    #[error("no answer from {host}: {cause}{}", detail_suffix(detail))]
    Unreachable {
        /// The host that was asked.
        host: String,
        /// The kind of failure.
        cause: Cause,
        /// The innermost technical reason, for logs. May be empty.
        detail: String,
    },
    /// The server answered with a status that none of the other variants covers.
    #[error("the server refused the request (status {status}{})", precondition_suffix(precondition.as_ref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The local name of the precondition element in the answer (RFC 4918 section 16), if there was one.
        precondition: Option<String>,
    },
    /// The answer is not what the standard says, or cannot be understood.
    #[error("the server's answer cannot be understood: {what}")]
    Malformed {
        /// What was wrong with it.
        what: String,
    },
    /// The calendar or the resource does not exist (404, 410).
    #[error("the server has nothing at this address")]
    NotFound,
    /// The resource changed, or already exists (412). On a create it can also mean that the UID is taken elsewhere.
    #[error("the event on the server is not in the expected state")]
    PreconditionFailed,
    /// Another resource already has this UID: one of this calendar (`no-uid-conflict`, RFC 4791 section 5.3.2.1) or of any of
    /// the account (`unique-scheduling-object-resource`, RFC 6638 section 3.2.4.1).
    #[error("another event has the same UID")]
    UidConflict,
    /// The answer is larger than the client accepts.
    #[error("the server's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The host's address is private or special and the operator does not allow it.
    #[error("{host} has a private or special address, which is not allowed")]
    ForbiddenAddress {
        /// The host that was asked for.
        host: String,
    },
    /// The URL is not https and the operator does not allow plain http for its host, or it is no http URL at all.
    #[error("{host} was given without https, which is not allowed")]
    InsecureUrl {
        /// The host that was asked for.
        host: String,
    },
    /// The server points to a host to which this login must not be sent. Nothing was sent there.
    #[error("the server points to {host}, to which the login is not sent")]
    OutOfScope {
        /// The host that would have received the login; with scheme and port unless those of https.
        host: String,
    },
    /// More than five redirects in a row.
    #[error("the server redirects without end")]
    TooManyRedirects,
    /// The sync token is no longer accepted: list everything again and drop nothing meanwhile.
    #[error("the server does not accept the sync token any more")]
    TokenExpired,
    /// The collection has no sync-collection report: compare [`crate::Client::list_etags`] instead.
    #[error("the server does not support sync-collection for this calendar")]
    SyncUnsupported,
    /// The login is right but the account has no calendars (for iCloud: Calendar is switched off).
    #[error("this account has no calendars")]
    NoCalendars,
}

/// How a server was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name has no address.
    Dns,
    /// No connection could be made.
    Connect,
    /// The secure connection could not be made; most often the certificate.
    Tls,
    /// The time limit passed.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dns => "the name has no address",
            Self::Connect => "the connection failed",
            Self::Tls => "no secure connection",
            Self::Timeout => "the time limit passed",
            Self::Interrupted => "the connection broke",
        })
    }
}

impl Error {
    /// Returns whether the same request can succeed later without anybody changing anything.
    ///
    /// A 403 counts: iCloud uses it as a throttle, so one 403 does not mean "revoked".
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Unreachable { .. } | Self::Malformed { .. } => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 403 || *status == 408,
            _ => false,
        }
    }

    /// Returns whether to discover the account again before the next try: partitions move (iCloud answers with a name that no
    /// longer resolves, 404 or 5xx from the old one).
    pub fn suggests_rediscovery(&self) -> bool {
        match self {
            Self::Unreachable { cause, .. } => matches!(cause, Cause::Dns | Cause::Connect),
            Self::Refused { status, .. } => *status >= 500,
            Self::NotFound => true,
            _ => false,
        }
    }

    /// Returns whether only this request failed, so that another one for the same events may succeed.
    ///
    /// One event that a server cannot filter or serialise fails every request that includes it, for ever: then use other means
    /// ([`crate::Client::list_etags`], then [`crate::Client::stream`]) or request fewer events. All other errors are about the
    /// login, the server, the calendar's address or the connection, where no other request fares better.
    pub fn suggests_another_question(&self) -> bool {
        match self {
            // 401, 404, 410, 429 and 503 are variants of their own.
            Self::Refused { status, .. } => (400..600).contains(status) && *status != 408,
            Self::Malformed { .. }
            | Self::TooLarge { .. }
            | Self::PreconditionFailed
            | Self::UidConflict
            | Self::TokenExpired
            | Self::SyncUnsupported => true,
            Self::WrongLogin
            | Self::Throttled { .. }
            | Self::Unreachable { .. }
            | Self::NotFound
            | Self::ForbiddenAddress { .. }
            | Self::InsecureUrl { .. }
            | Self::OutOfScope { .. }
            | Self::TooManyRedirects
            | Self::NoCalendars => false,
        }
    }

    /// Returns whether the server was reached and its answer broke off. A single request can cause that, so another one shows
    /// whether the server is failing.
    pub fn broke_off(&self) -> bool {
        matches!(
            self,
            Self::Unreachable {
                cause: Cause::Timeout | Cause::Interrupted,
                ..
            }
        )
    }

    /// Returns the error for an HTTP status, of an answer or of a row in one, that is no success.
    pub(crate) fn from_status(
        status: u16,
        precondition: Option<String>,
        retry_after: Option<RetryAfter>,
    ) -> Self {
        match (status, precondition.as_deref()) {
            (401, _) => Self::WrongLogin,
            (429 | 503, _) => Self::Throttled { status, retry_after },
            (403, _) if retry_after.is_some() => Self::Throttled { status, retry_after },
            (404 | 410, _) => Self::NotFound,
            (_, Some("no-uid-conflict" | "unique-scheduling-object-resource")) => Self::UidConflict,
            // Some servers give 412 also for broken objects and then name the rule that was broken.
            (412, Some(rule))
                if ["valid-", "supported-", "max-", "min-"]
                    .iter()
                    .any(|kind| rule.starts_with(kind)) =>
            {
                Self::Refused { status, precondition }
            }
            (412, _) => Self::PreconditionFailed,
            _ => Self::Refused { status, precondition },
        }
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }
}

fn detail_suffix(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(" ({detail})")
    }
}

fn precondition_suffix(precondition: Option<&String>) -> String {
    precondition.map(|name| format!(", {name}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_question_helps_unless_the_server_or_the_login_is_in_trouble() {
        let of = |status| Error::from_status(status, None, None).suggests_another_question();
        for status in [400, 403, 405, 409, 412, 413, 415, 422, 500, 501, 502, 504, 507] {
            assert!(of(status), "{status}");
        }
        for status in [401, 404, 408, 410, 429, 503] {
            assert!(!of(status), "{status}");
        }
        let later = Some(RetryAfter::In(std::time::Duration::from_secs(5)));
        assert!(!Error::from_status(403, None, later).suggests_another_question());
        assert!(Error::malformed("x").suggests_another_question());
        assert!(Error::TooLarge { limit: 1 }.suggests_another_question());
        let host = String::new();
        assert!(!Error::OutOfScope { host }.suggests_another_question());
    }
}
