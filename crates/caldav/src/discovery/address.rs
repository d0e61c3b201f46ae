//! Reads what people type to name their calendar server.

use url::{Host, Url};

/// A calendar server as a person named it: an address, a domain, or an e-mail address whose domain it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
}

/// The typed text names no server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the address of a server")]
pub struct NotAnAddress;

impl Address {
    /// Reads what a person typed: `https://cloud.example/remote.php/dav`, `cloud.example`, `cloud.example:8443/dav` or
    /// `maya@example.com`. Without a scheme, https is meant.
    ///
    /// # Errors
    /// [`NotAnAddress`] when it names no host, has another scheme, or has a login in it.
    pub fn typed(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{}", text.rsplit('@').next().unwrap_or(text))
        };
        let mut url = Url::parse(&text).map_err(|_| NotAnAddress)?;
        let is_login = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || is_login || url.host_str().is_none_or(str::is_empty) {
            return Err(NotAnAddress);
        }
        url.set_fragment(None);
        Ok(Self { url })
    }

    /// Returns the full address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the domain whose services are looked up (RFC 6764), where only a host was given, which may not be the server
    /// itself. A path or a port means exactly that place.
    pub(crate) fn domain(&self) -> Option<&str> {
        let is_bare = self.url.path() == "/" && self.url.query().is_none() && self.url.port().is_none();
        match self.url.host() {
            Some(Host::Domain(domain)) if is_bare => Some(domain.trim_end_matches('.')),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Option<(String, Option<String>)> {
        let address = Address::typed(text).ok()?;
        Some((address.url.to_string(), address.domain().map(str::to_owned)))
    }

    #[test]
    fn a_domain_may_come_alone_or_behind_a_person() {
        for (typed, url, domain) in [
            ("cloud.example", "https://cloud.example/", "cloud.example"),
            (
                " https://cloud.example\n",
                "https://cloud.example/",
                "cloud.example",
            ),
            ("maya@example.com", "https://example.com/", "example.com"),
            ("http://nas.local", "http://nas.local/", "nas.local"),
            (
                "bücher.example",
                "https://xn--bcher-kva.example/",
                "xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(
                meant(typed),
                Some((url.to_owned(), Some(domain.to_owned()))),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_place_on_a_server_is_meant_as_it_stands() {
        for (typed, url) in [
            (
                "https://cloud.example/remote.php/dav",
                "https://cloud.example/remote.php/dav",
            ),
            ("cloud.example/dav/#top", "https://cloud.example/dav/"),
            ("nas.local:5232", "https://nas.local:5232/"),
            ("http://192.168.1.20/", "http://192.168.1.20/"),
        ] {
            assert_eq!(meant(typed), Some((url.to_owned(), None)), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_no_address() {
        for typed in [
            "",
            "https://",
            "ftp://example.com",
            "not a host",
            "https://maya:secret@example.com",
            "maya@",
        ] {
            assert_eq!(Address::typed(typed), Err(NotAnAddress), "{typed:?}");
        }
    }
}
