//! What the fuzz target `multistatus` calls; no part of the client.

use url::Url;

use crate::body::{Bound, Kind, body};
use crate::error::Error;
use crate::limits::Limits;
use crate::model::Listed;
use crate::multistatus::Rows;

/// The resources that an answer with status 207 to a question about `calendar` names.
pub fn multistatus(calendar: &Url, answer: &[u8]) -> Result<Vec<Listed>, Error> {
    // In small pieces, as they may come from the network.
    let pieces: Vec<Result<Vec<u8>, Error>> = answer.chunks(7).map(|piece| Ok(piece.to_vec())).collect();
    let limits = Limits::default();
    let body = body(futures::stream::iter(pieces), Kind::Xml, Bound::Bits, &limits);
    let mut rows = Rows::new(calendar.clone(), body, limits.resource_bytes).about(calendar);
    let mut listed = Vec::new();
    futures::executor::block_on(async {
        while let Some((href, row)) = rows.next_member().await? {
            let etag = row.etag();
            listed.push(Listed { href, etag });
        }
        Ok(listed)
    })
}
