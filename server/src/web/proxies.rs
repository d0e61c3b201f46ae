//! Trusted proxies, and the network that counts as one client.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Proxies that are trusted to name the client's address.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    /// Whether a missing proxy was logged.
    missing: Arc<AtomicBool>,
}

impl From<Vec<IpNet>> for TrustedProxies {
    fn from(networks: Vec<IpNet>) -> Self {
        Self {
            networks: networks.into(),
            missing: Arc::default(),
        }
    }
}

impl TrustedProxies {
    /// Whether an address belongs to a listed proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Returns the client's address. `X-Forwarded-For` is read from the right, only as far as listed proxies wrote it: a client can forge
    /// the left part.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for hop in forwarded.into_iter().rev() {
            if !self.contains(client) {
                self.say_if_missing(client);
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
        }
        client
    }

    /// Logs once that an unlisted host in a private network forwards requests. All its clients then share one limit.
    fn say_if_missing(&self, peer: IpAddr) {
        if is_private(peer) && !self.missing.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a proxy that is not listed forwards requests, so all its clients count as one: set QUINCE_TRUSTED_PROXIES={peer}"
            );
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Returns the network that is counted: one IPv6 customer usually has a whole /64.
pub fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let segments = address.segments();
            IpAddr::from([segments[0], segments[1], segments[2], segments[3], 0, 0, 0, 0])
        }
    }
}

/// Parses a network such as `172.16.0.0/12`, or a single address.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|text| parse_network(text).unwrap()).collect();
        TrustedProxies::from(trusted)
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(client("198.51.100.7:4000", &["203.0.113.1"], &[]), "198.51.100.7");
    }

    #[test]
    fn a_listed_proxy_names_its_client_and_no_one_further_left() {
        assert_eq!(
            client("10.0.0.1:4000", &["203.0.113.1, 198.51.100.7"], &["10.0.0.1"]),
            "198.51.100.7"
        );
        assert_eq!(
            client(
                "10.0.0.1:4000",
                &["6.6.6.6, 198.51.100.7, 10.0.0.2"],
                &["10.0.0.1", "10.0.0.2"]
            ),
            "198.51.100.7"
        );
        assert_eq!(
            client("10.0.0.1:4000", &["6.6.6.6", "198.51.100.7"], &["10.0.0.1"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn nonsense_from_a_proxy_leaves_the_proxy_itself() {
        assert_eq!(client("10.0.0.1:4000", &["unknown"], &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_proxies_is_listed_at_once() {
        let forwarded = ["6.6.6.6, 198.51.100.7, 172.16.3.4"];
        assert_eq!(
            client("172.16.9.9:4000", &forwarded, &["172.16.0.0/12"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("[::ffff:172.16.9.9]:4000", &forwarded, &["172.16.0.0/12"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("172.32.0.1:4000", &forwarded, &["172.16.0.0/12"]),
            "172.32.0.1"
        );
    }

    #[test]
    fn networks_are_read_with_and_without_their_length() {
        assert_eq!(parse_network("10.0.0.1").unwrap().to_string(), "10.0.0.1/32");
        assert_eq!(parse_network("fd00::/8").unwrap().to_string(), "fd00::/8");
        for wrong in ["proxy", "10.0.0.0/33", ""] {
            assert!(parse_network(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn one_ipv6_network_counts_as_one_client() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::7"), of("2001:db8:0:1:9:9:9:9"));
        assert_ne!(of("2001:db8:0:1::7"), of("2001:db8:0:2::7"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
