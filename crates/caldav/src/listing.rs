//! The paths and versions of everything in a calendar.

use std::collections::BTreeMap;

use url::Url;

use crate::body::{Body, Bound};
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::held::Held;
use crate::model::Listed;
use crate::multistatus::Rows;
use crate::requests;
use crate::transport::Request;

impl Client {
    /// Lists the paths and versions of everything in a calendar: by PROPFIND or, when the server cannot answer that or
    /// leaves rows out, by sync-collection without a token.
    ///
    /// # Errors
    /// [`Error::Refused`] with status 507 when the server leaves rows out: half a list would look like removals.
    /// [`Error::TooLarge`] when the paths exceed [`crate::Limits::listing_bytes`].
    pub async fn list_etags(&self, calendar: &Url, login: &Credentials) -> Result<Vec<Listed>, Error> {
        let error = match self.list_members(calendar, login).await {
            Err(error) if error.suggests_another_question() => error,
            listed => return listed,
        };
        match self.sync(calendar, login, None).await {
            Ok(changes) => Ok(changes.changed),
            // Neither is answered: the first refusal says what is wrong.
            Err(other) if other.suggests_another_question() => Err(error),
            Err(other) => Err(other),
        }
    }

    /// Lists by PROPFIND with Depth 1.
    async fn list_members(&self, calendar: &Url, login: &Credentials) -> Result<Vec<Listed>, Error> {
        let body = requests::propfind(&["D:getetag", "D:resourcetype"]);
        let request = Request::propfind(calendar.clone(), "1", body).streamed();
        let rows = self.send(request, login).await?.rows(Bound::Bits).await?;
        versions(rows.about(calendar), self.limits.listing_bytes).await
    }
}

/// Returns the paths and versions of all resources that an answer names, up to `limit` bytes.
pub(crate) async fn versions(mut rows: Rows<Body>, limit: u64) -> Result<Vec<Listed>, Error> {
    let mut held = Held::within(limit);
    let mut versions = BTreeMap::new();
    while let Some((href, row)) = rows.next_member().await? {
        // A resource that failed is still there; only its version is unknown.
        if !matches!(row.status, Some(404 | 410)) {
            let etag = row.etag();
            held.add(&href, etag.as_deref())?;
            versions.insert(href, etag);
        }
    }
    if rows.is_truncated() {
        return Err(Error::Refused {
            status: 507,
            precondition: None,
        });
    }
    Ok(versions
        .into_iter()
        .map(|(href, etag)| Listed { href, etag })
        .collect())
}
