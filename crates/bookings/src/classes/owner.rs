//! Whose a class is, and where the places of its seats lie.

use scheduling::{CalendarId, StaffId};
use store::class_sessions::Session;
use store::occupancy::TimeClaim;
use store::{ReadTx, StoreError, calendar_members};

/// Who holds the sessions of a class from now on.
pub(crate) async fn owner_of(tx: &mut ReadTx, calendar: CalendarId) -> Result<Option<StaffId>, StoreError> {
    let members = calendar_members::with_staff(tx, &[calendar]).await?;
    Ok(members.first().map(|(_, person)| person.id))
}

/// Makes the places of a seat lie within the session, which has its time already, with the buffers that it was opened with.
pub(super) fn within(session: &Session, places: &mut [TimeClaim]) {
    for place in places {
        (place.from, place.to) = (session.starts_at, session.ends_at);
    }
}
