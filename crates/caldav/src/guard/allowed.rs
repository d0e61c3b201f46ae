//! The operator's list of hosts that may be reached although they are private or without https.

use std::net::Ipv6Addr;

use url::Url;

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    host: String,
    /// Only this port; without one, any.
    port: Option<u16>,
    /// Also without https.
    plain: bool,
}

impl Allowed {
    /// Reads `host`, `host:port`, or either behind `https://` or `http://`.
    pub(super) fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim();
        let (plain, place) = match entry.split_once("://") {
            None => (false, entry),
            Some((scheme, place)) if scheme.eq_ignore_ascii_case("https") => (false, place),
            Some((scheme, place)) if scheme.eq_ignore_ascii_case("http") => (true, place),
            Some(_) => return None,
        };
        // An IPv6 address stands in brackets only where a port could follow.
        let place = match place.parse::<Ipv6Addr>() {
            Ok(_) => format!("[{place}]"),
            Err(_) => place.to_owned(),
        };
        // A scheme without a default port, so that a port is seen whichever it is; the host is read as in any web
        // address, however, so that both have one spelling.
        let port = Url::parse(&format!("any://{place}")).ok()?.port();
        let url = Url::parse(&format!("https://{place}")).ok()?;
        Some(Self {
            host: normalise(url.host_str()?),
            port,
            plain,
        })
    }

    pub(super) fn is_host(&self, name: &str) -> bool {
        self.host == name
    }

    /// Returns whether the entry allows a request to the URL, whose host is `name`.
    pub(super) fn permits(&self, name: &str, url: &Url) -> bool {
        self.is_host(name)
            && (self.plain || url.scheme() == "https")
            && self
                .port
                .is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

/// The one spelling of a host's name.
pub(super) fn normalise(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}
