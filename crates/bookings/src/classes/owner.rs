//! The owner of a class, and the claims of its seats.

use scheduling::{CalendarId, StaffId};
use store::class_sessions::Session;
use store::occupancy::TimeClaim;
use store::{ReadTx, StoreError, calendar_members};

/// Returns who holds the future sessions of a class.
pub(crate) async fn owner_of(tx: &mut ReadTx, calendar: CalendarId) -> Result<Option<StaffId>, StoreError> {
    let members = calendar_members::with_staff(tx, &[calendar]).await?;
    Ok(members.first().map(|(_, person)| person.id))
}

/// Limits the claims of a seat to the session's time, which was claimed with buffers when the session was opened.
pub(super) fn limit_to_session(session: &Session, claims: &mut [TimeClaim]) {
    for claim in claims {
        (claim.from, claim.to) = (session.starts_at, session.ends_at);
    }
}
