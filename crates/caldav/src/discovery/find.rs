//! Finding the server that a person named (RFC 6764 section 6).

use url::Url;

use super::address::Address;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::model::Account;
use crate::services::Service;
use crate::transport::{host_of, place_of};

/// Where `CalDAV` begins on servers whose well-known address is often not set up: Nextcloud and ownCloud, Baïkal,
/// `DAViCal`, `SOGo`, and Zimbra among others.
const HABITS: &[&str] = &["remote.php/dav/", "dav.php/", "caldav.php/", "SOGo/dav/", "dav/"];
const WELL_KNOWN: &str = "/.well-known/caldav";
/// Most servers of one domain that are tried.
const MAX_SERVERS: usize = 3;

/// A server with an account on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where discovery begins next time ([`Client::discover`]). Its origin is the only one that gets the login.
    pub entry: Url,
    /// The account behind the login.
    pub account: Account,
}

/// Why no account was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// The domain's records, a redirect or an answer name another server, which did not get the login. If it is the right
    /// one, the person can name it instead.
    #[error("{from} leads on to {to}, to which the login is not sent")]
    LeadsElsewhere {
        /// The host that was asked; with scheme and port unless those of https.
        from: String,
        /// The host it names, in the same form.
        to: String,
    },
    /// The error of the most informative answer.
    #[error(transparent)]
    Server(#[from] Error),
}

impl Client {
    /// Finds the server that a person named, and by that checks the login.
    ///
    /// For a bare domain its DNS records are asked first (`_caldavs._tcp`, for an `http` address `_caldav._tcp`), then its
    /// well-known address, then its root. For an address with a path or a port the same is tried except for the records,
    /// and the address itself comes first. Last come the paths that some servers are known for.
    ///
    /// The login goes to one origin at a time: that of the address, and those of servers that the domain's records name,
    /// provided that they are the domain itself or below it. RFC 6764 section 8 wants the person asked about any other,
    /// which is what [`FindError::LeadsElsewhere`] is for. Certificates are always checked against the name connected to.
    ///
    /// Use a client whose scope fits the address ([`Client::for_entry`]).
    ///
    /// # Errors
    /// [`Error::WrongLogin`] and [`Error::Throttled`] as soon as any server says so; nothing later hides them. Otherwise
    /// the most telling of all answers.
    pub async fn find(&self, address: &Address, login: &Credentials) -> Result<Found, FindError> {
        let mut outcome = Failures::default();
        for candidate in self.candidates(address, &mut outcome).await {
            if outcome.is_dead(&candidate) {
                continue;
            }
            match self.discover_from(&candidate, &candidate, login).await {
                Ok(account) => {
                    return Ok(Found {
                        entry: candidate,
                        account,
                    });
                }
                Err(error @ (Error::WrongLogin | Error::Throttled { .. })) => return Err(error.into()),
                Err(error) => outcome.add(&candidate, error),
            }
        }
        Err(outcome.most_telling())
    }

    async fn candidates(&self, address: &Address, outcome: &mut Failures) -> Vec<Url> {
        let given = address.url();
        let mut candidates = Vec::new();
        if let Some(domain) = address.domain() {
            for service in self.services_of(given.scheme(), domain).await {
                if is_within(&service.host, domain) {
                    candidates.extend(at_service(given.scheme(), &service));
                } else {
                    outcome.keep(FindError::LeadsElsewhere {
                        from: domain.to_owned(),
                        to: service.host,
                    });
                }
            }
        } else {
            candidates.push(given.clone());
        }
        candidates.extend([WELL_KNOWN, "/"].iter().filter_map(|path| given.join(path).ok()));
        let mut folder = given.clone();
        if !folder.path().ends_with('/') {
            folder.set_path(&format!("{}/", folder.path()));
        }
        candidates.extend(HABITS.iter().filter_map(|path| folder.join(path).ok()));
        let mut seen = Vec::new();
        candidates.retain(|candidate| {
            let is_new = !seen.contains(candidate);
            seen.push(candidate.clone());
            is_new
        });
        candidates
    }

    /// Returns the servers that the domain's records name, in order of preference.
    async fn services_of(&self, scheme: &str, domain: &str) -> Vec<Service> {
        let kind = if scheme == "https" { "_caldavs" } else { "_caldav" };
        let mut services = self.services.lookup(&format!("{kind}._tcp.{domain}")).await;
        // A lone dot says that the domain has no such service (RFC 2782).
        services.retain(|service| !service.host.is_empty());
        services.sort_by_key(|service| (service.priority, std::cmp::Reverse(service.weight)));
        services.truncate(MAX_SERVERS);
        services
    }
}

/// Returns whether a host is the domain itself or below it.
fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    host.strip_suffix(&domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn at_service(scheme: &str, service: &Service) -> Vec<Url> {
    let Ok(root) = Url::parse(&format!("{scheme}://{}:{}/", service.host, service.port)) else {
        return Vec::new();
    };
    let paths = [service.path.as_deref(), Some(WELL_KNOWN), Some("/")];
    let at = |path: &str| {
        let mut url = root.clone();
        // A record's path must not lead to another host, as `//host/` would in a reference.
        url.set_path(path);
        url
    };
    paths.into_iter().flatten().map(at).collect()
}

/// The failed attempts.
#[derive(Default)]
struct Failures {
    best: Option<FindError>,
    /// Unreachable origins, where other paths are not tried.
    dead: Vec<url::Origin>,
}

impl Failures {
    fn is_dead(&self, candidate: &Url) -> bool {
        self.dead.contains(&candidate.origin())
    }

    fn add(&mut self, candidate: &Url, error: Error) {
        // Of the candidate itself, not of what it redirects to.
        if let Error::Unreachable { host, .. }
        | Error::ForbiddenAddress { host }
        | Error::InsecureUrl { host } = &error
            && *host == host_of(candidate)
        {
            self.dead.push(candidate.origin());
        }
        self.keep(match error {
            Error::OutOfScope { host } => FindError::LeadsElsewhere {
                from: place_of(candidate),
                to: host,
            },
            error => error.into(),
        });
    }

    /// Keeps the first of the most informative errors.
    fn keep(&mut self, error: FindError) {
        if self
            .best
            .as_ref()
            .is_none_or(|best| telling(&error) > telling(best))
        {
            self.best = Some(error);
        }
    }

    fn most_telling(self) -> FindError {
        self.best.unwrap_or(FindError::Server(Error::NotFound))
    }
}

/// Returns how much an outcome helps the person: most if it is about their own account.
fn telling(error: &FindError) -> u8 {
    match error {
        FindError::Server(Error::NoCalendars) => 4,
        FindError::LeadsElsewhere { .. } => 3,
        FindError::Server(
            Error::Unreachable { .. } | Error::ForbiddenAddress { .. } | Error::InsecureUrl { .. },
        ) => 2,
        FindError::Server(Error::NotFound) => 0,
        FindError::Server(_) => 1,
    }
}
