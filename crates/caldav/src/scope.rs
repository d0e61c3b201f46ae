//! Where a login may be sent.

use url::{Host, Url};

use crate::guard::is_loopback;

/// The set of hosts that may receive a login which was given for one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only the same scheme, host and port: general servers.
    Origin,
    /// Besides the origin, every https host on port 443 that *is* or is *below* `icloud.com` or `icloud.com.cn`,
    /// provided the login was given for such a host, too. `icloud.com.evil.example` is none.
    Icloud,
    /// Besides the origin, every port and name of this machine itself: a practice server with several hosts.
    Loopback,
}

impl Scope {
    /// The scope that fits an entry address: iCloud's hosts, this machine, or any other server.
    pub fn for_entry(entry: &Url) -> Self {
        if is_icloud(entry) {
            Self::Icloud
        } else if entry.host().is_some_and(|host| is_loopback(&host)) {
            Self::Loopback
        } else {
            Self::Origin
        }
    }

    /// Returns whether a login given for `given` may be sent to `target`.
    pub fn permits(self, given: &Url, target: &Url) -> bool {
        if given.origin().is_tuple() && given.origin() == target.origin() {
            return true;
        }
        match self {
            Self::Origin => false,
            Self::Icloud => is_icloud(given) && is_icloud(target),
            Self::Loopback => {
                let both_here = [given, target]
                    .iter()
                    .all(|url| url.host().is_some_and(|host| is_loopback(&host)));
                both_here && (target.scheme() == "https" || given.scheme() == "http")
            }
        }
    }
}

fn is_icloud(url: &Url) -> bool {
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let below = |parent: &str| {
        host.strip_suffix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    url.scheme() == "https"
        && url.port_or_known_default() == Some(443)
        && (below("icloud.com") || below("icloud.com.cn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(scope: Scope, given: &str, target: &str) -> bool {
        scope.permits(&Url::parse(given).unwrap(), &Url::parse(target).unwrap())
    }

    #[test]
    fn an_icloud_login_goes_to_partitions_with_or_without_explicit_port() {
        let entry = "https://caldav.icloud.com/";
        for target in [
            "https://p42-caldav.icloud.com:443/1/calendars/",
            "https://p42-caldav.icloud.com/",
            "https://caldav.icloud.com.cn/",
            "https://P42-CALDAV.ICLOUD.COM/",
        ] {
            assert!(permits(Scope::Icloud, entry, target), "{target}");
        }
    }

    #[test]
    fn an_icloud_login_goes_nowhere_else() {
        let entry = "https://caldav.icloud.com/";
        for target in [
            "https://icloud.com.evil.example/",
            "https://evilicloud.com/",
            "https://caldav.icloud.com.evil.example/",
            "https://caldav.icloud.com@evil.example/",
            "http://p42-caldav.icloud.com/",
            "http://caldav.icloud.com/",
            "https://p42-caldav.icloud.com:8443/",
            "https://127.0.0.1/",
        ] {
            assert!(!permits(Scope::Icloud, entry, target), "{target}");
        }
    }

    #[test]
    fn the_icloud_rule_helps_no_other_server() {
        assert!(!permits(
            Scope::Icloud,
            "https://evil.example/",
            "https://caldav.icloud.com/"
        ));
    }

    #[test]
    fn a_general_login_stays_at_its_origin() {
        let given = "https://dav.example.org/";
        assert!(permits(Scope::Origin, given, "https://dav.example.org:443/cal/"));
        for target in [
            "https://example.org/",
            "http://dav.example.org/",
            "https://dav.example.org:444/",
        ] {
            assert!(!permits(Scope::Origin, given, target), "{target}");
        }
    }

    #[test]
    fn a_practice_login_stays_on_this_machine() {
        let given = "http://127.0.0.1:4000/";
        assert!(permits(Scope::Loopback, given, "http://localhost:4001/"));
        assert!(permits(Scope::Loopback, given, "http://[::1]:4001/"));
        assert!(!permits(Scope::Loopback, given, "http://192.168.1.1:4001/"));
        assert!(
            !permits(Scope::Loopback, "https://localhost/", "http://localhost/"),
            "no downgrade"
        );
    }

    #[test]
    fn the_scope_follows_from_the_entry() {
        let scope = |url: &str| Scope::for_entry(&Url::parse(url).unwrap());
        assert_eq!(scope("https://caldav.icloud.com/"), Scope::Icloud);
        assert_eq!(scope("http://127.0.0.1:4000/"), Scope::Loopback);
        assert_eq!(scope("https://dav.example.org/"), Scope::Origin);
    }
}
