//! Paths of resources in one spelling.
//!
//! Servers write the same path as `/a@b.ics` or `/a%40b.ics`, absolute or relative, with or without the host, and
//! not always the same way in two answers. Everything that leaves this crate goes through [`canonical_href`].

use url::Url;

/// The path of `href`, resolved against `base`, in one spelling: percent-escapes decoded where the character may
/// stand for itself in a path, all others in upper case. `None` when `href` is no reference at all.
///
/// Only the path is kept: which host serves it is known from the calendar's URL. Names that a server forgot to escape are kept
/// whole, since `a?1.ics` and `a?2.ics` are two events; only where the calendar's own URL has a query can others have one.
pub fn canonical_href(base: &Url, href: &str) -> Option<String> {
    let href = href.trim();
    if is_plain_path(href) {
        return Some(canonical_path(href));
    }
    let resolved = if base.query().is_some() {
        base.join(href).ok()?
    } else {
        base.join(&href.replace('?', "%3F").replace('#', "%23")).ok()?
    };
    // Other schemes have no path: `host:8443/a.ics` is not one on this server.
    matches!(resolved.scheme(), "http" | "https").then(|| canonical_path(resolved.path()))
}

/// Returns whether a reference is a path that resolving would not change, which nearly all are.
fn is_plain_path(href: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~!$&'()*+,;=:@/".contains(&byte);
    let escaped_dot = |part: &str| part.to_ascii_lowercase().contains("%2e");
    href.starts_with('/')
        && !href.starts_with("//")
        && href
            .bytes()
            .all(|byte| harmless(byte) || matches!(byte, b'.' | b'%'))
        && !href
            .split('/')
            .any(|part| matches!(part, "." | "..") || escaped_dot(part))
}

pub(crate) fn canonical_path(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while at < bytes.len() {
        let (byte, escaped, step) = match escape_at(bytes, at) {
            Some(byte) => (byte, true, 3),
            None => (bytes[at], false, 1),
        };
        // A slash that was escaped is part of a name, an unescaped one separates names.
        if is_path_char(byte) || (byte == b'/' && !escaped) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                out.push(
                    char::from_digit(u32::from(nibble), 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase(),
                );
            }
        }
        at += step;
    }
    out
}

fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// `pchar` without escapes (RFC 3986 section 3.3).
fn is_path_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

/// Returns the last part of a path, without a closing slash.
pub(crate) fn last_segment(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the URL of a resource: the path of `href` at the host of `calendar`.
pub(crate) fn resource_url(calendar: &Url, href: &str) -> Url {
    let mut url = calendar.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(href);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(href: &str) -> Option<String> {
        canonical_href(
            &Url::parse("https://p1.example:443/7/calendars/home/").unwrap(),
            href,
        )
    }

    #[test]
    fn every_spelling_of_a_path_becomes_the_same_text() {
        for href in [
            "/7/calendars/home/a@b.ics",
            "/7/calendars/home/a%40b.ics",
            "a%40b.ics",
            "https://p1.example/7/calendars/home/a%40b.ics",
            "https://other.example:443/7/calendars/home/%61@b.ics",
            " /7/calendars/home/a@b.ics\n",
        ] {
            assert_eq!(
                canonical(href).as_deref(),
                Some("/7/calendars/home/a@b.ics"),
                "{href}"
            );
        }
    }

    #[test]
    fn a_path_needs_no_resolving_only_if_that_would_change_nothing() {
        let base = Url::parse("https://p1.example:443/7/calendars/home/").unwrap();
        for href in [
            "/7/calendars/home/a@b.ics",
            "/7/a%40b%2Fc.ics",
            "/",
            "/a//b.ics",
            "/a/../b.ics",
            "/a/./b.ics",
            "/a/%2e%2E/b.ics",
            "/a/.hidden",
            "/a/b..ics",
            "//other.example/a.ics",
            "/a\\b",
            "/a b",
            "/a\tb",
            "/é",
            "/100%.ics",
        ] {
            let resolved = canonical_path(base.join(href).unwrap().path());
            assert_eq!(canonical_href(&base, href), Some(resolved), "{href}");
        }
        assert!(is_plain_path("/7/calendars/home/a@b.ics"));
    }

    #[test]
    fn a_name_that_was_not_escaped_stays_whole() {
        for (href, path) in [
            ("a?1.ics", "/7/calendars/home/a%3F1.ics"),
            ("/7/a#2?.ics", "/7/a%232%3F.ics"),
            ("https://p1.example/7/a%3f1.ics", "/7/a%3F1.ics"),
        ] {
            assert_eq!(canonical(href).as_deref(), Some(path), "{href}");
        }
        let base = Url::parse("https://p1.example/7?calendar=home").unwrap();
        assert_eq!(canonical_href(&base, "/7?calendar=home").as_deref(), Some("/7"));
    }

    #[test]
    fn what_is_no_path_of_a_web_server_is_none() {
        for href in [
            "p1.example:8443/7/a.ics",
            "x://a",
            "urn:uuid:1",
            "mailto:me@p1.example",
            "data:,a",
        ] {
            assert_eq!(canonical(href), None, "{href}");
        }
    }

    #[test]
    fn what_must_stay_escaped_stays_escaped() {
        assert_eq!(
            canonical("/a%2fb%25c%20d%c3%a9.ics").as_deref(),
            Some("/a%2Fb%25c%20d%C3%A9.ics")
        );
        assert_eq!(canonical("/a b\u{e9}.ics").as_deref(), Some("/a%20b%C3%A9.ics"));
        assert_eq!(canonical("/100%.ics").as_deref(), Some("/100%25.ics"));
    }

    #[test]
    fn a_canonical_path_survives_the_way_through_a_url() {
        let calendar = Url::parse("https://p1.example/7/").unwrap();
        for href in ["/7/a@b.ics", "/7/a%2Fb%25c%20d.ics", "/7/a;b=c,d.ics"] {
            assert_eq!(canonical_path(resource_url(&calendar, href).path()), href);
        }
    }
}
