//! The client and how it is built.

use std::sync::Arc;

use crate::error::Error;
use crate::guard::{Guard, GuardedResolver};
use crate::limits::Limits;
use crate::scope::Scope;
use crate::services::{Services, SystemServices};

/// A `CalDAV` client. Cloning is cheap; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) guard: Arc<Guard>,
    pub(crate) limits: Limits,
    pub(crate) scope: Scope,
    pub(crate) services: Arc<dyn Services>,
}

impl Client {
    /// Starts building a client: strict guard, default limits, logins stay at their origin.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client for another kind of server.
    #[must_use]
    pub fn with_scope(&self, scope: Scope) -> Self {
        Self {
            scope,
            ..self.clone()
        }
    }

    /// The same client with the scope that fits this address ([`Scope::for_entry`]).
    #[must_use]
    pub fn for_entry(&self, entry: &url::Url) -> Self {
        self.with_scope(Scope::for_entry(entry))
    }
}

/// Builds a [`Client`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    user_agent: String,
    guard: Guard,
    limits: Limits,
    scope: Scope,
    services: Arc<dyn Services>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            user_agent: concat!("Quince/", env!("CARGO_PKG_VERSION")).to_owned(),
            guard: Guard::strict(),
            limits: Limits::default(),
            scope: Scope::Origin,
            services: Arc::new(SystemServices),
        }
    }
}

impl ClientBuilder {
    /// The `User-Agent` of every request. iCloud refuses requests without one.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Which addresses may be reached.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// The bounds of every request.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where logins may be sent.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Where the servers of a domain are looked up; the system's name server by default.
    pub fn services(mut self, services: Arc<dyn Services>) -> Self {
        self.services = services;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the user agent cannot be a header or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        // Somebody else in the process may have chosen a provider already; theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Arc::new(self.guard);
        #[expect(
            clippy::disallowed_methods,
            reason = "the one HTTP client: every request to another server goes through its guard and its limits"
        )]
        let builder = || {
            reqwest::Client::builder()
                .user_agent(&self.user_agent)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // A proxy from the environment would resolve names itself, past the guard.
                .no_proxy()
                .connect_timeout(self.limits.connect)
                .read_timeout(self.limits.idle)
                .timeout(self.limits.total)
                .dns_resolver(GuardedResolver(Arc::clone(&guard)))
        };
        // A machine without any root certificate can still reach a practice server over plain http.
        let http = builder().build().or_else(|error| {
            tracing::warn!(%error, "no certificate authorities found on this system: https servers cannot be reached");
            builder().tls_certs_only([]).build()
        });
        let http =
            http.map_err(|error| Error::malformed(format!("the HTTP client cannot be set up: {error}")))?;
        Ok(Client {
            http,
            guard,
            limits: self.limits,
            scope: self.scope,
            services: self.services,
        })
    }
}
