//! Bounds the memory of listings that are held until an answer's end: paths and versions, of which a server may send millions.

use crate::error::Error;

/// Bytes of one entry in addition to its texts: their `String`s, and the entry in a map.
const ENTRY_BYTES: u64 = 128;

/// Counts the bytes that are held.
#[derive(Debug)]
pub(crate) struct Held {
    bytes: u64,
    limit: u64,
}

impl Held {
    pub(crate) fn within(limit: u64) -> Self {
        Self { bytes: 0, limit }
    }

    /// Adds one path, with its version if that is held, too.
    pub(crate) fn add(&mut self, href: &str, etag: Option<&str>) -> Result<(), Error> {
        let texts = href.len() + etag.map_or(0, str::len);
        self.bytes += ENTRY_BYTES + texts as u64;
        if self.bytes > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        Ok(())
    }
}
