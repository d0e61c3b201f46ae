//! Who does something with an appointment.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::error::StoreError;
use crate::fields::{Fields, opt_word};
use crate::words::PartyKind;

/// Who books, changes or cancels an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Its client.
    Client,
    /// A staff member.
    Staff(StaffId),
}

impl Party {
    /// The staff member, if it is one.
    pub fn staff(self) -> Option<StaffId> {
        match self {
            Self::Client => None,
            Self::Staff(id) => Some(id),
        }
    }

    /// The word in a column of its own, beside the id of the staff member.
    fn kind(self) -> PartyKind {
        match self {
            Self::Client => PartyKind::Client,
            Self::Staff(_) => PartyKind::Staff,
        }
    }
}

/// Where somebody always is it, a staff member's id alone is kept: without one it is the client.
impl From<Option<StaffId>> for Party {
    fn from(staff: Option<StaffId>) -> Self {
        staff.map_or(Self::Client, Self::Staff)
    }
}

/// When, by whom and why an appointment or a session was cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody did where the client did not confirm in time.
    pub by: Option<Party>,
    /// Why, as those concerned read it.
    pub reason: Option<String>,
}

impl Cancellation {
    /// What is stored in `cancelled_by`.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        self.by.map(|by| by.kind().as_str())
    }

    /// What is stored in `cancelled_by_staff`.
    pub(crate) fn staff(&self) -> Option<uuid::Uuid> {
        self.by.and_then(Party::staff).map(|id| id.0)
    }
}

/// The columns `cancelled_at`, `cancelled_by`, `cancelled_by_staff` and `cancel_reason`.
pub(crate) fn cancellation(row: &dyn Fields) -> Result<Option<Cancellation>, StoreError> {
    let Some(at) = row.opt_instant("cancelled_at")? else {
        return Ok(None);
    };
    let staff = row.opt_uuid("cancelled_by_staff")?.map(StaffId);
    let kind: Option<PartyKind> = opt_word(row, "cancelled_by")?;
    Ok(Some(Cancellation {
        at,
        by: kind.map(|_| staff.into()),
        reason: row.opt_text("cancel_reason")?,
    }))
}
