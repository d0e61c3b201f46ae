//! A connection with the data that a sync needs.

use caldav::{Client, Credentials};
use jiff::Timestamp;
use store::connections::Connection;
use url::Url;

use crate::outages::Initiator;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::login;

/// A connection with the data that a sync needs.
pub(super) struct SyncRun<'a> {
    pub(super) quince: &'a Quince,
    pub(super) connection: &'a Connection,
    pub(super) client: Client,
    pub(super) login: Credentials,
    /// The URL at which discovery starts.
    pub(super) entry: Url,
    pub(super) started: Timestamp,
    pub(super) initiator: Initiator,
}

impl<'a> SyncRun<'a> {
    /// Opens the login; none if its password was erased.
    pub(super) fn open(
        quince: &'a Quince,
        connection: &'a Connection,
        started: Timestamp,
        initiator: Initiator,
    ) -> Result<Option<Self>, Internal> {
        let run = |login: login::Login| Self {
            quince,
            connection,
            client: quince.caldav(&login.entry),
            login: login.credentials,
            entry: login.entry,
            started,
            initiator,
        };
        Ok(login::open(quince, connection)?.map(run))
    }
}
