//! The owner of a connection.

use scheduling::StaffId;
use store::connections::{self, Connection};
use store::{ConnectionId, ConnectionState, ReadTx};

use crate::error::{Error, Missing};

/// Finds a connection that belongs to this person and has not ended.
pub(crate) async fn own(tx: &mut ReadTx, staff: StaffId, id: ConnectionId) -> Result<Connection, Error> {
    connections::find(tx, id)
        .await?
        .filter(|found| found.staff_id == staff && found.state != ConnectionState::Disconnected)
        .ok_or(Error::NotFound(Missing::Connection))
}
