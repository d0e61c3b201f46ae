//! A `CalDAV` client: discovery, list, read, sync, write; for iCloud and general servers.
//!
//! Pure transport: iCalendar text goes in and out unread. Parsing it is another crate's work.
//! Standards: RFC 4791 (`CalDAV`), RFC 4918 (`WebDAV`), RFC 6578 (sync), RFC 6764 (discovery), RFC 7617 (Basic).
//!
//! # How to use it
//! Build one [`Client`] for the process and derive one per kind of server with [`Client::with_scope`]: the
//! [`Scope`] says where a login may be sent, the [`Guard`] says which addresses may be reached at all.
//! [`Client::find`] turns what a person typed ([`Address`]) and [`Credentials`] into an [`Account`], [`Client::discover`]
//! does so for an entry address that is known; [`Client::calendars`] lists the account's calendars; every other call takes the calendar's URL, the login and *hrefs*: the paths of single resources,
//! always in the one spelling of [`canonical_href`], so they can be stored and compared as text.
//!
//! # Promises
//! - The login is sent at once (no 401 round trip) but only inside the scope, also after redirects.
//! - Every answer is bounded in bytes, nesting and time; what exceeds a bound is an error, never "nothing there".
//! - No error and no `Debug` output contains a password or the body of an answer.

mod body;
mod calendars;
mod client;
mod credentials;
mod discovery;
mod error;
mod guard;
mod held;
mod href;
mod listing;
mod model;
mod multiget;
mod multistatus;
mod outcome;
mod probe;
mod read;
mod requests;
mod retry_after;
mod scope;
mod search;
mod stream;
mod sync;
mod transport;
mod write;
mod xml;

pub use client::{Client, ClientBuilder, Limits};
pub use credentials::{Credentials, Secret, clean_app_password};
pub use discovery::{Address, FindError, Found, NotAnAddress, Service, Services};
pub use error::{Cause, Error};
pub use guard::Guard;
pub use href::canonical_href;
pub use model::{Account, Calendar, Changes, Listed, Readable, Reading, Resource, Unreadable, Written};
pub use probe::Answer;
pub use retry_after::RetryAfter;
pub use scope::Scope;
pub use stream::EventStream;

/// The address every iCloud account is reached by first.
pub const ICLOUD_ENTRY: &str = "https://caldav.icloud.com/";

/// What the fuzz target `multistatus` calls; no part of the client.
#[cfg(feature = "fuzzing")]
pub mod fuzzing {
    use url::Url;

    use crate::body::{Bound, Kind, body};
    use crate::multistatus::Rows;
    use crate::{Error, Limits, Listed};

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
}
