//! Connections: a staff member's logins to iCloud and other CalDAV servers (D7, D8, D10).

mod connect;
mod disconnect;
mod health;
mod view;

use scheduling::StaffId;
use store::connections::{self, Connection};
use store::{ConnectionId, ConnectionState, ReadTx};

pub use crate::servers::CalendarState;
pub use connect::{Login, ServerLogin, check_now, connect, connect_server, reconnect};
pub use disconnect::{EventsInIcloud, disconnect};
pub use health::out_of_date;
pub use view::{ConnectionView, RemoteCalendarView};

pub(crate) use connect::read_after_saving;
pub(crate) use disconnect::forget_events;
pub(crate) use health::Health;
pub(crate) use view::views;

use crate::error::{Error, Missing};
use crate::quince::Quince;

/// A staff member's connections with their calendars, the oldest first.
pub async fn list(quince: &Quince, staff: StaffId) -> Result<Vec<ConnectionView>, Error> {
    let mut tx = quince.store().read().await?;
    Ok(views(&mut tx, staff, quince.now()).await?)
}

/// A connection that belongs to this person and has not ended.
pub(crate) async fn own(tx: &mut ReadTx, staff: StaffId, id: ConnectionId) -> Result<Connection, Error> {
    connections::find(tx, id)
        .await?
        .filter(|found| found.staff_id == staff && found.state != ConnectionState::Disconnected)
        .ok_or(Error::NotFound(Missing::Connection))
}
