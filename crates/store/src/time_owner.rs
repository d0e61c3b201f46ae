//! Storing the owner of time: a kind and an id.

use scheduling::{CalendarId, StaffId, TimeOwner, UnitId};

use crate::error::StoreError;
use crate::fields::{Fields, word};
use crate::words::OwnerKind;

/// Reads the columns `owner_kind` and `owner_id`.
pub(crate) fn owner(row: &dyn Fields) -> Result<TimeOwner, StoreError> {
    let id = row.uuid("owner_id")?;
    Ok(match word(row, "owner_kind")? {
        OwnerKind::Staff => TimeOwner::Staff(StaffId(id)),
        OwnerKind::Calendar => TimeOwner::Calendar(CalendarId(id)),
        OwnerKind::Unit => TimeOwner::Unit(UnitId(id)),
    })
}

/// The value of `owner_kind`.
pub(crate) fn owner_kind(owner: TimeOwner) -> OwnerKind {
    match owner {
        TimeOwner::Staff(_) => OwnerKind::Staff,
        TimeOwner::Calendar(_) => OwnerKind::Calendar,
        TimeOwner::Unit(_) => OwnerKind::Unit,
    }
}
