//! The permission to change booking calendars.

use scheduling::StaffId;
use store::{ReadTx, staff};

use crate::accounts::is_admin;
use crate::error::{Error, Permission};

pub(super) async fn check_admin(tx: &mut ReadTx, by: StaffId) -> Result<(), Error> {
    match staff::find(tx, by).await? {
        Some(me) if is_admin(me.account.role) => Ok(()),
        _ => Err(Error::NotAllowed(Permission::Administer)),
    }
}
