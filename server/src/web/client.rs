//! Who is asking: the client's network address, for rate limits.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;

/// Proxies whose word on the client's address is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

impl TrustedProxies {
    /// The address of the client. `X-Forwarded-For` is read from the right, and only as far as listed proxies
    /// wrote it: anybody can send a made-up left part.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for hop in forwarded.into_iter().rev() {
            if !self.0.contains(&client) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        TrustedProxies(trusted)
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
}
