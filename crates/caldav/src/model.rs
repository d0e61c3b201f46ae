//! What the client hands back.

use url::Url;

/// An account as discovery found it. Store it; discover again when [`crate::Error::suggests_rediscovery`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person's principal resource (RFC 5397).
    pub principal: Url,
    /// The collections that hold calendars (RFC 4791 section 6.2.1). Never empty.
    pub homes: Vec<Url>,
    /// The person's e-mail addresses (RFC 6638 section 2.4.1), without `mailto:`. They say who "me" is among attendees.
    pub addresses: Vec<String>,
    /// The name the server shows for the person.
    pub display_name: Option<String>,
}

/// One calendar that can hold events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its address.
    pub url: Url,
    /// The name people see; the last part of the address when the server gives none.
    pub name: String,
    /// Its colour as `#rrggbb`.
    pub color: Option<String>,
    /// Whether events may be created in it.
    pub writable: bool,
    /// Whether its events can be read at all.
    pub readable: Readable,
    /// Whether it is shared with this account by somebody else.
    pub shared: bool,
    /// A value that changes with any change in the calendar (`CalendarServer` `getctag`).
    pub ctag: Option<String>,
    /// The sync token now (RFC 6578). `None`: the server has no sync-collection for it.
    pub sync_token: Option<String>,
    /// The calendar's zone as a VCALENDAR text with one VTIMEZONE (RFC 4791 section 5.2.2).
    pub timezone: Option<String>,
}

/// Whether a calendar's events can be read over `CalDAV`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// Its events can be read.
    Events,
    /// A subscription: the server answers every query with nothing, so it must not be taken for free.
    Subscribed,
    /// The person may see only free and busy, or nothing.
    Denied,
}

/// One iCalendar object on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its path ([`crate::canonical_href`]).
    pub href: String,
    /// Its version, quoted as HTTP wants it.
    pub etag: Option<String>,
    /// The iCalendar text as the server sent it, without its attachments (`ATTACH`), which may be long and are of no use
    /// here. Line ends may have become LF on the way through XML.
    pub data: String,
}

/// A resource's path and version, without its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path ([`crate::canonical_href`]).
    pub href: String,
    /// Its version, quoted as HTTP wants it.
    pub etag: Option<String>,
}

/// The outcome of reading several resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What was read, each path once.
    pub resources: Vec<Resource>,
    /// Paths that do not exist (any more).
    pub missing: Vec<String>,
    /// Paths that exist but could not be read. They hold unknown time: never take them for free.
    pub unreadable: Vec<(String, Unreadable)>,
}

/// Why an existing resource could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The server gave this status for it.
    Status(u16),
    /// The server answered without its data.
    NoData,
    /// The answer with it did not come to its end, though the server answers other questions.
    BrokeOff,
    /// It alone exceeds the size limit, even without its attachments.
    TooLarge {
        /// Its version, quoted as HTTP wants it, if the server told one: the same version is too large next time, too.
        etag: Option<String>,
    },
}

/// What changed in a calendar since a sync token (RFC 6578).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// New and changed resources. Read them with [`crate::Client::read`].
    pub changed: Vec<Listed>,
    /// Paths of removed resources.
    pub removed: Vec<String>,
    /// The token for the next call. Store it only after the changes are stored.
    pub token: String,
}

/// A successful write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The path it was written to ([`crate::canonical_href`]).
    pub href: String,
    /// The new version; `None` when the server tells it neither after the write nor when asked.
    pub etag: Option<String>,
}
