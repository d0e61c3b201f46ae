//! Multi-status answers (RFC 4918 section 13): one row per resource, each with its own statuses.

use std::collections::VecDeque;

use tokio::io::AsyncBufRead;
use url::Url;

use crate::error::Error;
use crate::href::{canonical_href, canonical_path};
use crate::xml::{Document, Element, Ns};

/// Bytes of a resource's path as the server writes it.
const MAX_HREF: usize = 16 * 1024;

/// An answer with status 207 that is read row by row while it arrives.
pub(crate) struct Rows<R> {
    base: Url,
    /// The canonical path of the collection that was asked about, without a closing slash.
    about: Option<String>,
    document: Document<R>,
    /// Rows of a response that held several.
    waiting: VecDeque<Row>,
    sync_token: Option<String>,
    truncated: bool,
}

impl<R: AsyncBufRead + Unpin> Rows<R> {
    /// Reads rows from a body. Hrefs are relative to the URL that answered; `resource_bytes` bounds a resource's text.
    pub(crate) fn new(base: Url, body: R, resource_bytes: u64) -> Self {
        Self {
            base,
            about: None,
            // A row has a path, a version and the like beside its resource's text.
            document: Document::new(body, resource_bytes.saturating_add(1024 * 1024)),
            waiting: VecDeque::new(),
            sync_token: None,
            truncated: false,
        }
    }

    /// Expects the answer to a request about a collection. It is an error when it says that the collection does not exist or is
    /// not visible: some servers wrap that into a 207, which without its rows would look like an empty calendar.
    pub(crate) fn about(mut self, collection: &Url) -> Self {
        self.about = Some(without_slash(&canonical_path(collection.path())).to_owned());
        self
    }

    /// Returns the next row; `None` at the end of a complete answer.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>, Error> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                self.truncated |= row.status == Some(507);
                self.check(&row)?;
                return Ok(Some(row));
            }
            let element = self.document.next().await?;
            if self
                .document
                .root()
                .is_some_and(|root| root != (Ns::Dav, "multistatus"))
            {
                return Err(Error::malformed("it is no multi-status document"));
            }
            let Some(element) = element else {
                return Ok(None);
            };
            if element.is(Ns::Dav, "response") {
                push_rows(element, &mut self.waiting)?;
            } else if element.is(Ns::Dav, "sync-token") {
                self.sync_token = element.text().map(str::to_owned);
            }
        }
    }

    /// Returns the next row of a resource in the collection, with its canonical path.
    ///
    /// # Errors
    /// As [`Rows::next`], and [`Error::Malformed`] for a row whose href is no path of a web server.
    pub(crate) async fn next_member(&mut self) -> Result<Option<(String, Row)>, Error> {
        while let Some(row) = self.next().await? {
            // Skipping it would make its time free.
            let href = canonical_href(&self.base, &row.href)
                .ok_or_else(|| Error::malformed("a row names no path on this server"))?;
            if !row.is_collection() && Some(without_slash(&href)) != self.about.as_deref() {
                return Ok(Some((href, row)));
            }
        }
        Ok(None)
    }

    fn check(&self, row: &Row) -> Result<(), Error> {
        let (Some(status), Some(own)) = (row.status.filter(|status| *status >= 400), &self.about) else {
            return Ok(());
        };
        let path = canonical_href(&self.base, &row.href);
        if status != 507 && path.is_some_and(|path| without_slash(&path) == own) {
            return Err(Error::from_status(status, None, None));
        }
        Ok(())
    }

    /// Returns the URL that answered.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Returns the sync token, which comes after the rows of a sync report.
    pub(crate) fn sync_token(&mut self) -> Option<String> {
        self.sync_token.take()
    }

    /// Returns whether a row so far said that the server left rows out (RFC 6578 section 3.6, RFC 4791 section 7.8).
    pub(crate) fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Returns the first row of a complete answer, which is the only one at Depth 0. The rest is read, too, so that an answer
    /// that breaks off is an error.
    pub(crate) async fn first(mut self) -> Result<Row, Error> {
        let first = self.next().await?;
        while self.next().await?.is_some() {}
        first.ok_or_else(|| Error::malformed("it is empty"))
    }
}

fn without_slash(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// What an answer says about one resource.
#[derive(Debug)]
pub(crate) struct Row {
    /// The href as the server wrote it.
    pub(crate) href: String,
    /// The status of the resource as a whole; servers give either this or propstats.
    pub(crate) status: Option<u16>,
    propstats: Vec<(u16, Vec<Element>)>,
}

impl Row {
    /// Returns the property, if the server gave it with a 2xx status.
    pub(crate) fn prop(&self, ns: Ns, name: &str) -> Option<&Element> {
        let good = self.propstats.iter().filter(|(status, _)| is_success(*status));
        good.flat_map(|(_, props)| props).find(|prop| prop.is(ns, name))
    }

    /// Takes the property out of the row.
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

    /// Returns the status of the property or, failing that, of the whole resource.
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

    /// Returns the version, quoted as HTTP wants it (some servers leave the quotes out in XML).
    pub(crate) fn etag(&self) -> Option<String> {
        self.text(Ns::Dav, "getetag").map(quoted_etag)
    }

    /// Returns whether the row is a collection, by its type or, when that was not requested, by its closing slash.
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

fn push_rows(response: Element, rows: &mut VecDeque<Row>) -> Result<(), Error> {
    let mut hrefs = Vec::new();
    let mut status = None;
    let mut propstats = Vec::new();
    for child in response.children {
        if child.is(Ns::Dav, "href") {
            let href = child.text();
            // Servers' own limits are lower, and each spelling of it takes room again.
            if href.is_some_and(|href| href.len() > MAX_HREF) {
                return Err(Error::malformed("a row has too long a path"));
            }
            hrefs.extend(href.map(str::to_owned));
        } else if child.is(Ns::Dav, "status") {
            status = child.text().and_then(parse_status);
        } else if child.is(Ns::Dav, "propstat") {
            propstats.push(parse_propstat(child));
        }
    }
    // Several hrefs in one response share a status and have no propstats.
    let mut hrefs = hrefs.into_iter();
    if let Some(href) = hrefs.next() {
        rows.push_back(Row {
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
    Ok(())
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
    use futures::executor::block_on;

    use super::*;

    fn answer(body: &str) -> Rows<&[u8]> {
        let base = Url::parse("https://p1.example/7/calendars/").unwrap();
        Rows::new(base, body.as_bytes(), 10_000)
    }

    #[test]
    fn only_properties_of_a_good_propstat_count() {
        let answer = answer(
            "<multistatus xmlns='DAV:'><response><href>/a/</href>\
             <propstat><prop><displayname>Work</displayname></prop><status>HTTP/1.1 200 OK</status></propstat>\
             <propstat><prop><getetag>\"nope\"</getetag></prop><status>HTTP/1.1 404 Not Found</status></propstat>\
             </response></multistatus>",
        );
        let row = block_on(answer.first()).unwrap();
        assert_eq!(row.text(Ns::Dav, "displayname"), Some("Work"));
        assert_eq!(row.etag(), None);
        assert_eq!(row.status_of(Ns::Dav, "getetag"), Some(404));
    }

    #[test]
    fn several_hrefs_may_share_a_status() {
        let mut answer = answer(
            "<multistatus xmlns='DAV:'><response><href>/a</href><href>/b</href>\
             <status>HTTP/1.1 404 Not Found</status></response><sync-token>t2</sync-token></multistatus>",
        );
        let rows = block_on(async {
            let mut rows = Vec::new();
            while let Some((href, row)) = answer.next_member().await.unwrap() {
                rows.push((href, row.status));
            }
            rows
        });
        assert_eq!(rows, [("/a".to_owned(), Some(404)), ("/b".to_owned(), Some(404))]);
        assert_eq!(answer.sync_token().as_deref(), Some("t2"));
    }

    #[test]
    fn a_row_that_names_no_path_is_an_error() {
        let row = |href: &str| {
            format!(
                "<multistatus xmlns='DAV:'><response><href>{href}</href><status>HTTP/1.1 200 OK</status></response></multistatus>"
            )
        };
        for href in ["p1.example:8443/7/a.ics", "urn:uuid:1"] {
            let body = row(href);
            assert!(
                matches!(
                    block_on(answer(&body).next_member()),
                    Err(Error::Malformed { .. })
                ),
                "{href}"
            );
        }
        assert!(
            block_on(answer(&row("/7/a.ics")).next_member())
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn a_version_without_quotes_gets_them() {
        assert_eq!(quoted_etag(" abc "), "\"abc\"");
        assert_eq!(quoted_etag("\"abc\""), "\"abc\"");
        assert_eq!(quoted_etag("W/\"abc\""), "W/\"abc\"");
    }

    #[test]
    fn another_document_is_refused() {
        assert!(block_on(answer("<html><p>Log in</p></html>").first()).is_err());
        assert!(
            block_on(answer("<multistatus/>").next()).is_err(),
            "of no namespace"
        );
    }
}
