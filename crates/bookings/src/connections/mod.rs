//! Connections: a staff member's logins to iCloud and other CalDAV servers (D7, D8, D10).

mod connect;
mod disconnect;
mod health;
mod own;
mod view;

use scheduling::StaffId;

pub use crate::servers::CalendarState;
pub use connect::{Login, ServerLogin, check_now, connect, connect_server, reconnect};
pub use disconnect::{EventsInIcloud, disconnect};
pub use health::out_of_date;
pub(crate) use own::own;
pub use view::{ConnectionView, RemoteCalendarView};

pub(crate) use connect::read_after_saving;
pub(crate) use disconnect::forget_events;
pub(crate) use health::Health;
pub(crate) use view::views;

use crate::error::Error;
use crate::quince::Quince;

/// Returns a staff member's connections with their calendars, the oldest first.
pub async fn list(quince: &Quince, staff: StaffId) -> Result<Vec<ConnectionView>, Error> {
    let mut tx = quince.store().read().await?;
    Ok(views(&mut tx, staff, quince.now()).await?)
}
