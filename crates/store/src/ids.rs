//! Ids of what only the store knows, and the generation of ids.

use jiff::Timestamp;
use scheduling::id;
use uuid::Uuid;

use crate::error::StoreError;
use crate::fields::inconsistent;

id! {
    /// A connection to a calendar server.
    ConnectionId
}
id! {
    /// A remote calendar.
    RemoteCalendarId
}
id! {
    /// An external event.
    EventId
}
id! {
    /// A row of occupied time.
    OccupancyId
}
id! {
    /// A session of a Class Booking calendar.
    SessionId
}
id! {
    /// A service on the menu of a Service calendar.
    ServiceId
}
id! {
    /// A place on a waiting list.
    WaitingId
}
id! {
    /// A blocked-off span.
    BlockId
}
id! {
    /// A calendar write in the outbox.
    EventWriteId
}
id! {
    /// A mail in the outbox.
    MessageId
}

/// Returns a new UUIDv7 for this instant: ids sort by age.
///
/// # Errors
/// When the operating system provides no randomness.
pub fn new_id(now: Timestamp) -> Result<Uuid, StoreError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| inconsistent("(new id)", error))?;
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
}

/// Returns a random UUIDv4, for ids that must not be guessed or that other servers keep.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where random ids are made"
)]
pub fn random_id() -> Uuid {
    Uuid::new_v4()
}
