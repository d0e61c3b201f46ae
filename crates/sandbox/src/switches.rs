//! Everything about iCloud that is uncertain, or that a client must survive, as a switch.
//!
//! The defaults are what the evidence says iCloud does; where it is unclear, the default is the position that is
//! harder for a client.

use std::time::Duration;

use jiff::Timestamp;

/// The positions of all switches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch with its own name"
)]
pub struct Switches {
    /// Requests without a `User-Agent` are answered 403.
    pub require_user_agent: bool,
    /// Both `WWW-Authenticate` challenges stand in one header line instead of two.
    pub joined_challenges: bool,
    /// What the entry host does with a request, beside answering it.
    pub redirect: Option<Redirect>,
    /// The partition host answers 404 to everything, as after a move of the account.
    pub partition_gone: bool,
    /// The calendar home is named by an absolute URL on the partition host. Off: by a path.
    pub absolute_home: bool,
    /// The principal's row calls itself `/principal/`, whatever was asked for.
    pub mismatched_hrefs: bool,
    /// A PROPFIND for all properties fails.
    pub allprop_fails: bool,
    /// Calendar data is written as a CDATA section. Off: as escaped text.
    pub cdata: bool,
    /// The collection is itself a row in the answers to reports.
    pub collection_row_in_reports: bool,
    /// A calendar-query without a component filter for VEVENT or VTODO is answered 500.
    pub missing_component_filter_fails: bool,
    /// A calendar-query with a property filter is answered 412.
    pub property_filter_fails: bool,
    /// The events that break every calendar-query with a time range; each other request goes on working.
    pub unfilterable: Option<Unfilterable>,
    /// A calendar-query with a time range leaves out the events whose text holds this.
    pub query_leaves_out: Option<String>,
    /// A list of a calendar's members leaves out the events whose text holds this. They are there all the same.
    pub list_leaves_out: Option<String>,
    /// The zone that every calendar names (RFC 4791, section 5.2.2).
    pub calendar_zone: Option<String>,
    /// `calendar-data` that asks for parts of the events gets empty events.
    pub partial_data_is_empty: bool,
    /// Each answer that would hold this text breaks off in its middle, as when an event crashes what writes it out.
    pub breaks_off_at: Option<String>,
    /// The events whose text holds this are listed, and are not found by their paths.
    pub not_found_holding: Option<String>,
    /// A multiget repeats its first row.
    pub multiget_duplicates: bool,
    /// What a sync token that is no longer known leads to.
    pub expired_token: ExpiredToken,
    /// How many rows one answer to sync-collection holds at most, before the 507 that says there is more.
    pub sync_page: Option<usize>,
    /// So many reports after a client's write still see the calendar as it was before.
    pub stale_reads: u32,
    /// A successful PUT says the new `ETag`.
    pub etag_on_put: bool,
    /// `If-Match: *` is answered 412.
    pub if_match_star_fails: bool,
    /// A UID may exist once in the account only, not once per calendar.
    pub uids_are_account_wide: bool,
    /// The UID of a deleted event cannot be used again.
    pub deleted_uids_stay_taken: bool,
    /// An event without `DTEND` and `DURATION` is answered 404.
    pub require_end: bool,
    /// Storing an event with guests would mail them.
    pub mails_guests: bool,
    /// How many bytes of an answer go over the line in a second; none: as many as it takes.
    pub bytes_per_second: Option<u32>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            require_user_agent: true,
            joined_challenges: false,
            redirect: None,
            partition_gone: false,
            absolute_home: true,
            mismatched_hrefs: true,
            allprop_fails: true,
            cdata: true,
            collection_row_in_reports: true,
            missing_component_filter_fails: true,
            property_filter_fails: true,
            unfilterable: None,
            query_leaves_out: None,
            list_leaves_out: None,
            calendar_zone: None,
            partial_data_is_empty: true,
            breaks_off_at: None,
            not_found_holding: None,
            multiget_duplicates: false,
            expired_token: ExpiredToken::ForbiddenWithReason,
            sync_page: None,
            stale_reads: 0,
            etag_on_put: false,
            if_match_star_fails: true,
            uids_are_account_wide: true,
            deleted_uids_stay_taken: true,
            require_end: true,
            mails_guests: true,
            bytes_per_second: None,
        }
    }
}

impl Switches {
    /// Whether an event with this text is found by its path.
    pub(crate) fn finds(&self, ics: &str) -> bool {
        !self
            .not_found_holding
            .as_ref()
            .is_some_and(|text| ics.contains(text))
    }
}

/// The entry host redirects instead of answering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// 301, 302, 307 or 308.
    pub status: u16,
    /// Where it leads.
    pub to: RedirectTarget,
}

/// Where a redirect leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectTarget {
    /// To the same path on the sandbox's partition host.
    Partition,
    /// To the same path below this origin, such as `https://icloud.com.evil.example`.
    Origin(String),
    /// To the address that was asked for, so that a client follows without end.
    Itself,
}

/// Events that the server stores and hands out but cannot compare with a time range, as Radicale and Xandikos do with
/// rules that they do not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilterable {
    /// What the text of such an event holds.
    pub containing: String,
    /// What the query gets: 400 as from Radicale, 500 as from Xandikos.
    pub status: u16,
}

/// The answers to an expired sync token that have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiredToken {
    /// 403 with the precondition `valid-sync-token` (RFC 6578, section 3.2).
    ForbiddenWithReason,
    /// 403 with an empty body.
    Forbidden,
    /// 410.
    Gone,
    /// 412.
    PreconditionFailed,
    /// 207 with everything, as if no token had been sent.
    FullListing,
}

/// What goes wrong with a request. Faults concern the `CalDAV` side only; the page keeps working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 503.
    Unavailable(RetryAfter),
    /// 429.
    TooManyRequests(RetryAfter),
    /// 403 with an empty body although the login is right, as iCloud throttles.
    ForbiddenThrottle,
    /// 500 with an HTML body.
    ServerError,
    /// The right answer, this much later.
    Slow(Duration),
    /// The connection breaks in the middle of the body.
    BrokenBody,
    /// A complete HTTP answer whose body ends in the middle.
    CutShort,
    /// The connection is reset before any answer. The request had no effect.
    Reset,
    /// The request takes effect, but the connection is reset instead of the answer.
    ResetAfterEffect,
}

/// The `Retry-After` header of a throttling answer (RFC 9110, section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// No header.
    Missing,
    /// Whole seconds.
    Seconds(u64),
    /// An HTTP date.
    At(Timestamp),
}

impl RetryAfter {
    pub(crate) fn header(self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Seconds(seconds) => Some(seconds.to_string()),
            Self::At(instant) => Some(instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        }
    }
}
