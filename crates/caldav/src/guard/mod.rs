//! Which hosts and addresses may be reached at all (quality.md, outbound requests).
//!
//! The check sits in the resolver that the connection itself uses, so there is no moment between checking a name
//! and connecting to it. Literal addresses never reach a resolver and are checked with the URL.

mod allowed;
mod ranges;

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::error::Error;
use allowed::{Allowed, normalise};
use ranges::is_public;

/// The rule for outbound connections. The default is strict: https to public addresses only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    loopback: bool,
    allowed: Vec<Allowed>,
}

impl Guard {
    /// https to public addresses only.
    pub fn strict() -> Self {
        Self::default()
    }

    /// Also reach this machine itself, with or without https: for the practice server and for tests.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Also reach what this entry of the operator's list names, wherever it is.
    ///
    /// `nas.local` or `192.168.1.20` is that host over https on any port, `nas.local:8443` on that port only. Plain http
    /// is allowed only where the entry says so: `http://nas.local:5232`. An entry that names no host allows nothing.
    #[must_use]
    pub fn allow_host(mut self, entry: &str) -> Self {
        self.allowed.extend(Allowed::parse(entry));
        self
    }

    /// Returns an error if no request to this URL may be started. Names are checked again when they are resolved.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        let Some(host) = url.host() else {
            return Err(Error::InsecureUrl {
                host: url.scheme().to_owned(),
            });
        };
        let name = normalise(&host.to_string());
        let listed = self.allowed.iter().any(|entry| entry.is_host(&name));
        let allowed = self.allowed.iter().any(|entry| entry.permits(&name, url));
        let local = self.loopback && is_loopback(&host);
        match url.scheme() {
            // The resolver knows no ports, so a host that is listed for some of them is refused here for the others.
            "https" if listed && !allowed && !local => return Err(Error::ForbiddenAddress { host: name }),
            "https" => {}
            "http" if allowed || local => {}
            _ => return Err(Error::InsecureUrl { host: name }),
        }
        let literal = match host {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if self.permits(&name, literal) {
            Ok(())
        } else {
            Err(Error::ForbiddenAddress { host: name })
        }
    }

    fn permits(&self, host: &str, address: IpAddr) -> bool {
        let name = normalise(host);
        is_public(address)
            || (self.loopback && address.to_canonical().is_loopback())
            || self.allowed.iter().any(|entry| entry.is_host(&name))
    }
}

/// Returns whether the host is this machine itself by its text: `localhost` or a literal loopback address.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = normalise(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).to_canonical().is_loopback(),
    }
}

/// Marks, inside a connection error, that the guard and not the network said no.
#[derive(Debug)]
pub(crate) struct Forbidden;

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has only private or special addresses")
    }
}

impl StdError for Forbidden {}

/// The system's resolver, minus the addresses the guard refuses.
#[derive(Clone, Debug)]
pub(crate) struct GuardedResolver(pub(crate) Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            // Port 0 stands for "the URL's port"; the connector fills it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            let permitted: Vec<SocketAddr> = found
                .iter()
                .copied()
                .filter(|address| guard.permits(name.as_str(), address.ip()))
                .collect();
            if permitted.is_empty() && !found.is_empty() {
                return Err(Box::new(Forbidden) as Box<dyn StdError + Send + Sync>);
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &Guard, url: &str) -> Result<(), Error> {
        guard.check(&Url::parse(url).unwrap())
    }

    #[test]
    fn private_and_special_addresses_are_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.51.100.1",
            "203.0.113.1",
            "240.0.0.1",
            "0.1.2.3",
            "100.127.255.255",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fec0::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[ff02::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:100.64.0.1]",
            "[64:ff9b::a00:1]",
            "[64:ff9b::169.254.169.254]",
            "[64:ff9b:1::a00:1]",
            "[100::1]",
            "[3fff::1]",
            "[5f00::1]",
            "[2002:a00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[::10.0.0.1]",
        ] {
            let outcome = check(&Guard::strict(), &format!("https://{host}/"));
            assert!(
                matches!(outcome, Err(Error::ForbiddenAddress { .. })),
                "{host}: {outcome:?}"
            );
        }
    }

    #[test]
    fn public_addresses_are_reached() {
        for host in [
            "17.248.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "[2620:149::1]",
            "[64:ff9b::11f8:101]",
            "1.1.1.1",
        ] {
            assert_eq!(
                check(&Guard::strict(), &format!("https://{host}/")),
                Ok(()),
                "{host}"
            );
        }
    }

    #[test]
    fn plain_http_is_refused_unless_allowed_for_that_host() {
        assert!(matches!(
            check(&Guard::strict(), "http://example.org/"),
            Err(Error::InsecureUrl { .. })
        ));
        let loopback = Guard::strict().allow_loopback();
        assert!(matches!(
            check(&loopback, "http://example.org/"),
            Err(Error::InsecureUrl { .. })
        ));
        assert_eq!(check(&loopback, "http://127.0.0.1:8080/"), Ok(()));
        assert_eq!(check(&loopback, "http://localhost:8080/"), Ok(()));
        let listed = Guard::strict().allow_host("http://NAS.example");
        assert_eq!(check(&listed, "http://nas.example/"), Ok(()));
        assert_eq!(check(&listed, "https://nas.example/"), Ok(()));
        assert!(matches!(
            check(&listed, "http://evil.example/"),
            Err(Error::InsecureUrl { .. })
        ));
    }

    #[test]
    fn a_listed_host_is_reached_over_http_only_if_its_entry_says_so() {
        for entry in ["nas.local", "https://nas.local", "nas.local:80"] {
            let guard = Guard::strict().allow_host(entry);
            assert!(
                matches!(check(&guard, "http://nas.local/"), Err(Error::InsecureUrl { .. })),
                "{entry}"
            );
        }
    }

    #[test]
    fn an_entry_with_a_port_allows_no_other_port() {
        let guard = Guard::strict()
            .allow_host("http://nas.local:5232")
            .allow_host("192.168.1.5:8443");
        assert_eq!(check(&guard, "http://nas.local:5232/"), Ok(()));
        assert_eq!(check(&guard, "https://192.168.1.5:8443/"), Ok(()));
        assert!(matches!(
            check(&guard, "http://nas.local/"),
            Err(Error::InsecureUrl { .. })
        ));
        for other in ["https://nas.local/", "https://192.168.1.5/"] {
            assert!(
                matches!(check(&guard, other), Err(Error::ForbiddenAddress { .. })),
                "{other}"
            );
        }
    }

    #[test]
    fn an_entry_without_a_host_allows_nothing() {
        for entry in ["", "http://", "ftp://nas.local", "not a host"] {
            assert_eq!(Guard::strict().allow_host(entry), Guard::strict(), "{entry:?}");
        }
    }

    #[test]
    fn a_listed_address_is_reached_and_no_other() {
        let listed = Guard::strict().allow_host("192.168.1.5").allow_host("fd00::5");
        assert_eq!(check(&listed, "https://192.168.1.5/"), Ok(()));
        assert_eq!(check(&listed, "https://[fd00::5]:8443/"), Ok(()));
        assert!(matches!(
            check(&listed, "https://192.168.1.6/"),
            Err(Error::ForbiddenAddress { .. })
        ));
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in ["ftp://example.org/", "file:///etc/passwd", "data:text/plain,x"] {
            assert!(
                matches!(check(&Guard::strict(), url), Err(Error::InsecureUrl { .. })),
                "{url}"
            );
        }
    }
}
