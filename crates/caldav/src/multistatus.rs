//! Multi-status answers (RFC 4918 section 13): one row per resource, each with its own statuses.

use url::Url;

use crate::Error;
use crate::href::{canonical_href, canonical_path};
use crate::xml::{self, Element, Ns};

/// A whole answer with status 207.
#[derive(Debug)]
pub(crate) struct MultiStatus {
    /// The URL that answered; relative hrefs are relative to it.
    pub(crate) base: Url,
    pub(crate) rows: Vec<Row>,
    /// The sync token at the end of a sync report.
    pub(crate) sync_token: Option<String>,
}

/// What the answer says about one resource.
#[derive(Debug)]
pub(crate) struct Row {
    /// The href as the server wrote it.
    pub(crate) href: String,
    /// The status of the resource as a whole; servers give either this or propstats.
    pub(crate) status: Option<u16>,
    propstats: Vec<(u16, Vec<Element>)>,
}

impl MultiStatus {
    pub(crate) fn parse(base: Url, body: &[u8]) -> Result<Self, Error> {
        let mut rows = Vec::new();
        let mut sync_token = None;
        let root = xml::read(body, |element| {
            if element.is(Ns::Dav, "response") {
                push_rows(element, &mut rows);
            } else if element.is(Ns::Dav, "sync-token") {
                sync_token = element.text().map(str::to_owned);
            }
        })?;
        if root != (Ns::Dav, "multistatus".to_owned()) {
            return Err(Error::malformed("it is no multi-status document"));
        }
        Ok(Self {
            base,
            rows,
            sync_token,
        })
    }

    /// The answer, unless it says that the collection it was asked about is not there or not to be seen: some servers
    /// wrap that into a 207, which without its rows would look like an empty calendar.
    pub(crate) fn about(self, collection: &Url) -> Result<Self, Error> {
        let own = canonical_path(collection.path());
        let own = own.trim_end_matches('/');
        for row in &self.rows {
            let Some(status) = row.status.filter(|status| *status >= 400 && *status != 507) else {
                continue;
            };
            let path = canonical_href(&self.base, &row.href);
            if path.is_some_and(|path| path.trim_end_matches('/') == own) {
                return Err(Error::from_status(status, None, None));
            }
        }
        Ok(self)
    }

    /// Whether the server says that it left rows out (RFC 6578 section 3.6, RFC 4791 section 7.8).
    pub(crate) fn is_truncated(&self) -> bool {
        self.rows.iter().any(|row| row.status == Some(507))
    }
}

impl Row {
    /// The property, if the server gave it with a 2xx status.
    pub(crate) fn prop(&self, ns: Ns, name: &str) -> Option<&Element> {
        let good = self.propstats.iter().filter(|(status, _)| is_success(*status));
        good.flat_map(|(_, props)| props).find(|prop| prop.is(ns, name))
    }

    /// The property, taken out of the row.
    pub(crate) fn take_prop(&mut self, ns: Ns, name: &str) -> Option<Element> {
        for (_, props) in self
            .propstats
            .iter_mut()
            .filter(|(status, _)| is_success(*status))
        {
            if let Some(at) = props.iter().position(|prop| prop.is(ns, name)) {
                return Some(props.swap_remove(at));
            }
        }
        None
    }

    /// The status that stands for the property or, failing that, for the whole resource.
    pub(crate) fn status_of(&self, ns: Ns, name: &str) -> Option<u16> {
        let holder = self
            .propstats
            .iter()
            .find(|(_, props)| props.iter().any(|prop| prop.is(ns, name)));
        holder.map(|(status, _)| *status).or(self.status)
    }

    pub(crate) fn text(&self, ns: Ns, name: &str) -> Option<&str> {
        self.prop(ns, name).and_then(Element::text)
    }

    /// The version, quoted as HTTP wants it (some servers leave the quotes out in XML).
    pub(crate) fn etag(&self) -> Option<String> {
        self.text(Ns::Dav, "getetag").map(quoted_etag)
    }

    /// Whether the row is a collection, by its type or, when that was not asked for, by its closing slash.
    pub(crate) fn is_collection(&self) -> bool {
        self.prop(Ns::Dav, "resourcetype")
            .is_some_and(|kind| kind.child(Ns::Dav, "collection").is_some())
            || self.href.trim_end().ends_with('/')
    }
}

pub(crate) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

pub(crate) fn quoted_etag(etag: &str) -> String {
    let etag = etag.trim();
    if etag.starts_with('"') || etag.starts_with("W/") {
        etag.to_owned()
    } else {
        format!("\"{etag}\"")
    }
}

fn push_rows(response: Element, rows: &mut Vec<Row>) {
    let mut hrefs = Vec::new();
    let mut status = None;
    let mut propstats = Vec::new();
    for child in response.children {
        if child.is(Ns::Dav, "href") {
            hrefs.extend(child.text().map(str::to_owned));
        } else if child.is(Ns::Dav, "status") {
            status = child.text().and_then(parse_status);
        } else if child.is(Ns::Dav, "propstat") {
            propstats.push(parse_propstat(child));
        }
    }
    // Several hrefs in one response share a status and have no propstats.
    let mut hrefs = hrefs.into_iter();
    if let Some(href) = hrefs.next() {
        rows.push(Row {
            href,
            status,
            propstats,
        });
    }
    rows.extend(hrefs.map(|href| Row {
        href,
        status,
        propstats: Vec::new(),
    }));
}

fn parse_propstat(propstat: Element) -> (u16, Vec<Element>) {
    let status = propstat
        .child(Ns::Dav, "status")
        .and_then(Element::text)
        .and_then(parse_status)
        .unwrap_or(200);
    let props = propstat
        .children
        .into_iter()
        .filter(|child| child.is(Ns::Dav, "prop"));
    (status, props.flat_map(|prop| prop.children).collect())
}

/// `HTTP/1.1 404 Not Found` → 404.
fn parse_status(line: &str) -> Option<u16> {
    line.split_ascii_whitespace()
        .filter(|word| word.len() == 3)
        .find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> MultiStatus {
        MultiStatus::parse(
            Url::parse("https://p1.example/7/calendars/").unwrap(),
            body.as_bytes(),
        )
        .unwrap()
    }

    #[test]
    fn only_properties_of_a_good_propstat_count() {
        let answer = parse(
            "<multistatus xmlns='DAV:'><response><href>/a/</href>\
             <propstat><prop><displayname>Work</displayname></prop><status>HTTP/1.1 200 OK</status></propstat>\
             <propstat><prop><getetag>\"nope\"</getetag></prop><status>HTTP/1.1 404 Not Found</status></propstat>\
             </response></multistatus>",
        );
        let row = &answer.rows[0];
        assert_eq!(row.text(Ns::Dav, "displayname"), Some("Work"));
        assert_eq!(row.etag(), None);
        assert_eq!(row.status_of(Ns::Dav, "getetag"), Some(404));
    }

    #[test]
    fn several_hrefs_may_share_a_status() {
        let answer = parse(
            "<multistatus xmlns='DAV:'><response><href>/a</href><href>/b</href>\
             <status>HTTP/1.1 404 Not Found</status></response><sync-token>t2</sync-token></multistatus>",
        );
        let rows: Vec<_> = answer
            .rows
            .iter()
            .map(|row| (row.href.as_str(), row.status))
            .collect();
        assert_eq!(rows, [("/a", Some(404)), ("/b", Some(404))]);
        assert_eq!(answer.sync_token.as_deref(), Some("t2"));
    }

    #[test]
    fn a_version_without_quotes_gets_them() {
        assert_eq!(quoted_etag(" abc "), "\"abc\"");
        assert_eq!(quoted_etag("\"abc\""), "\"abc\"");
        assert_eq!(quoted_etag("W/\"abc\""), "W/\"abc\"");
    }

    #[test]
    fn another_document_is_refused() {
        let base = Url::parse("https://p1.example/").unwrap();
        assert!(MultiStatus::parse(base, b"<html><p>Log in</p></html>").is_err());
    }
}
