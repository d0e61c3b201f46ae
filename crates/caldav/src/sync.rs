//! What changed since last time (RFC 6578).

use std::collections::BTreeMap;

use url::Url;

use crate::body::Bound;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::held::Held;
use crate::model::{Changes, Listed};
use crate::requests;
use crate::transport::Request;

/// Pages of one sync. Servers that truncate give hundreds of rows or more a page.
const MAX_PAGES: usize = 1_000;

impl Client {
    /// Lists what changed since `token`; everything when there is none. Truncated answers are followed to the end.
    ///
    /// A server may answer an old token with a silent full listing: then removals are missing from it, so the caller
    /// lists everything from time to time.
    ///
    /// # Errors
    /// [`Error::TokenExpired`] when the server does not take the token: call again without one and drop nothing
    /// meanwhile. [`Error::SyncUnsupported`] when it refuses even without a token. [`Error::TooLarge`] when the paths exceed
    /// [`crate::Limits::listing_bytes`].
    pub async fn sync(
        &self,
        calendar: &Url,
        login: &Credentials,
        token: Option<&str>,
    ) -> Result<Changes, Error> {
        let mut token = token.map(str::to_owned);
        let mut changes: BTreeMap<String, Change> = BTreeMap::new();
        let mut held = Held::within(self.limits.listing_bytes);
        for _ in 0..MAX_PAGES {
            let body = requests::sync_collection(token.as_deref());
            let request = Request::report(calendar.clone(), "0", body).streamed();
            let reply = self.send(request, login).await?;
            let status = reply.status().as_u16();
            let refused = |error| sync_error(error, status, token.is_some());
            let mut rows = reply.rows(Bound::Bits).await.map_err(refused)?.about(calendar);
            while let Some((href, row)) = rows.next_member().await.map_err(refused)? {
                // Only a status of the whole resource says that it is gone. One that failed in another way counts as
                // changed to an unknown version: reading it will tell.
                let change = match row.status {
                    Some(404 | 410) => Change::Removed,
                    _ => Change::Changed(row.etag()),
                };
                held.add(&href, change.etag())?;
                changes.insert(href, change);
            }
            let truncated = rows.is_truncated();
            let next = rows
                .sync_token()
                .ok_or_else(|| Error::malformed("it holds no sync token"))?;
            if !truncated {
                return Ok(collect(changes, next));
            }
            if token.as_deref() == Some(next.as_str()) {
                return Err(Error::malformed("it is truncated and does not move on"));
            }
            token = Some(next);
        }
        Err(Error::malformed("it has too many pages"))
    }
}

enum Change {
    Changed(Option<String>),
    Removed,
}

impl Change {
    fn etag(&self) -> Option<&str> {
        match self {
            Self::Changed(etag) => etag.as_deref(),
            Self::Removed => None,
        }
    }
}

fn collect(changes: BTreeMap<String, Change>, token: String) -> Changes {
    let mut collected = Changes {
        changed: Vec::new(),
        removed: Vec::new(),
        token,
    };
    for (href, change) in changes {
        match change {
            Change::Changed(etag) => collected.changed.push(Listed { href, etag }),
            Change::Removed => collected.removed.push(href),
        }
    }
    collected
}

/// Servers disagree on how to refuse a token: any 4xx but a wrong login or a throttle means that.
fn sync_error(error: Error, status: u16, had_token: bool) -> Error {
    match error {
        Error::WrongLogin | Error::Throttled { .. } | Error::Malformed { .. } => error,
        _ if had_token && (400..500).contains(&status) => Error::TokenExpired,
        Error::Refused {
            status: 400 | 403 | 405 | 409 | 415 | 501,
            ..
        }
        | Error::PreconditionFailed => Error::SyncUnsupported,
        other => other,
    }
}
