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
mod limits;
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
mod services;
mod stream;
mod sync;
mod transport;
mod write;
mod xml;

pub use client::{Client, ClientBuilder};
pub use credentials::{Credentials, Secret, clean_app_password};
pub use discovery::{Address, FindError, Found, NotAnAddress};
pub use error::{Cause, Error};
pub use guard::Guard;
pub use href::canonical_href;
pub use limits::Limits;
pub use model::{Account, Calendar, Changes, Listed, Readable, Reading, Resource, Unreadable, Written};
pub use probe::Answer;
pub use retry_after::RetryAfter;
pub use scope::Scope;
pub use services::{Service, Services};
pub use stream::EventStream;

/// The address every iCloud account is reached by first.
pub const ICLOUD_ENTRY: &str = "https://caldav.icloud.com/";

#[cfg(feature = "fuzzing")]
pub mod fuzzing;
