//! The outcome of reading a resource, and the client, login and calendar of the request.

use url::Url;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::model::{Reading, Resource, Unreadable};
use crate::multistatus::{Row, is_success};
use crate::xml::Ns;

/// The client, login and calendar of a request.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) client: &'a Client,
    pub(crate) calendar: &'a Url,
    pub(crate) login: &'a Credentials,
}

/// The outcome of reading one resource.
pub(crate) enum Outcome {
    Read { etag: Option<String>, data: String },
    Missing,
    Unreadable(Unreadable),
}

impl Outcome {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Read { data, .. } => data.len(),
            _ => 0,
        }
    }
}

impl Reading {
    pub(crate) fn put(&mut self, href: String, outcome: Outcome) {
        match outcome {
            Outcome::Read { etag, data } => self.resources.push(Resource { href, etag, data }),
            Outcome::Missing => self.missing.push(href),
            Outcome::Unreadable(reason) => self.unreadable.push((href, reason)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.missing.is_empty() && self.unreadable.is_empty()
    }
}

/// Returns what a row says about its resource.
pub(crate) fn outcome(mut row: Row) -> Outcome {
    if let Some(data) = row.take_prop(Ns::CalDav, "calendar-data") {
        if data.cut {
            return Outcome::Unreadable(Unreadable::TooLarge { etag: row.etag() });
        }
        let data = data.into_text();
        if !data.trim().is_empty() {
            let blanks = data.len() - data.trim_start().len();
            return Outcome::Read {
                etag: row.etag(),
                data: if blanks == 0 {
                    data
                } else {
                    data[blanks..].to_owned()
                },
            };
        }
    }
    match row.status_of(Ns::CalDav, "calendar-data") {
        Some(404 | 410) if row.status.is_some() => Outcome::Missing,
        Some(status) if !is_success(status) && status != 404 => {
            Outcome::Unreadable(Unreadable::Status(status))
        }
        _ => Outcome::Unreadable(Unreadable::NoData),
    }
}
