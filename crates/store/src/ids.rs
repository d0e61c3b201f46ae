//! Ids of what only the store knows, and how new ones are made.

use jiff::Timestamp;
use scheduling::id;
use uuid::Uuid;

use crate::error::StoreError;
use crate::fields::inconsistent;

id! {
    /// A staff member's login to a calendar server.
    ConnectionId
}
id! {
    /// A calendar found on a connection.
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
    /// Somebody who waits for a seat.
    WaitingId
}
id! {
    /// Blocked-off time.
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

/// A new id: a UUIDv7 of this instant, so that ids sort by their age.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn new_id(now: Timestamp) -> Result<Uuid, StoreError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| inconsistent("(new id)", error))?;
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
}

/// A random id: a UUIDv4, for what others keep, and for what nobody may guess.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where random ids are made"
)]
pub fn random_id() -> Uuid {
    Uuid::new_v4()
}
