//! XML in and out, independent of any client's reading of it.

pub(crate) mod read;
pub(crate) mod write;

/// `DAV:`, RFC 4918.
pub(crate) const DAV: &str = "DAV:";
/// `CalDAV`, RFC 4791.
pub(crate) const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// The calendar server's extensions (`getctag`, `subscribed`, `source`, `shared-owner`).
pub(crate) const SERVER: &str = "http://calendarserver.org/ns/";
/// Apple's extensions (`calendar-color`, `calendar-order`).
pub(crate) const APPLE: &str = "http://apple.com/ns/ical/";
