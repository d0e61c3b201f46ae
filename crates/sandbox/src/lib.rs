//! A `CalDAV` server that behaves like iCloud, for demonstrations and tests.
//!
//! [`Sandbox::start`] opens two hosts on loopback, an *entry* like `caldav.icloud.com` and a *partition* like
//! `p42-caldav.icloud.com`, and answers as far as is known as Apple's servers do: their discovery, their list of
//! calendars, their XML, what they refuse, and what they do wrongly. What is uncertain about Apple is a switch
//! ([`Switches`]); what can go wrong on the way is a [`Fault`]. Everything lives in memory.
//!
//! [`Control`] is the other side: it plays the person with a phone (adds, moves and deletes events), turns the
//! switches, and hands out the log of requests. The page at [`Sandbox::page_url`] is the same for people.
//!
//! The crate knows nothing of any client. It reads iCalendar with a small reader of its own, and answers time-range
//! queries about recurring events with a superset of what matches (see RFC 4791, section 9.9).

mod app;
mod control;
mod dav;
mod ics;
mod listen;
mod oddities;
mod options;
mod page;
mod path;
mod record;
mod running;
mod seed;
mod switches;
mod world;
mod xml;

pub use control::{CalendarInfo, Control, NewCalendar, StoredEvent};
pub use oddities::{Oddity, large_attachment, oddities};
pub use options::{Login, Options, Seed};
pub use record::RecordedRequest;
pub use running::{Sandbox, SandboxError};
pub use switches::{ExpiredToken, Fault, Redirect, RedirectTarget, RetryAfter, Switches, Unfilterable};
pub use world::{AccountId, CalendarId, Invitation, Kind, PasswordState};
