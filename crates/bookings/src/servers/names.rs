//! The names of servers in sentences.

use std::collections::{BTreeMap, BTreeSet};

use store::connections::{self, Connection};
use store::event_writes::EventWrite;
use store::{ConnectionId, ReadTx, Server, StoreError};
use url::Url;

/// Returns the names of the servers of these writes.
pub(crate) async fn server_names(
    tx: &mut ReadTx,
    writes: &[EventWrite],
) -> Result<BTreeMap<ConnectionId, String>, StoreError> {
    let ids: BTreeSet<ConnectionId> = writes.iter().filter_map(|write| write.connection_id).collect();
    let ids: Vec<ConnectionId> = ids.into_iter().collect();
    let found = connections::list(tx, &ids).await?;
    Ok(found
        .iter()
        .map(|connection| (connection.id, server_name(connection)))
        .collect())
}

/// Returns the name of a write's server; iCloud for a write without a connection.
pub(crate) fn server_name_of(server_names: &BTreeMap<ConnectionId, String>, write: &EventWrite) -> String {
    let known = write.connection_id.and_then(|id| server_names.get(&id));
    known.map_or_else(|| "iCloud".to_owned(), Clone::clone)
}

/// Returns the name of a connection's server: iCloud, or its hostname.
pub(crate) fn server_name(connection: &Connection) -> String {
    let host = || {
        let url = Url::parse(&connection.account.entry_url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned))
    };
    match connection.account.server {
        Server::Icloud => "iCloud".to_owned(),
        Server::Caldav => host().unwrap_or_else(|| "CalDAV".to_owned()),
    }
}

/// Returns the sentence about a calendar that is gone.
pub(crate) fn vanished(name: &str, server_name: &str) -> String {
    format!(
        "The calendar “{name}” is no longer there: it was deleted in {server_name}, or is no longer shared. Choose another one under \
         Calendar Configuration."
    )
}
