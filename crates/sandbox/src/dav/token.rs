//! Sync tokens (RFC 6578).

use crate::world::{Calendar, World};

/// The token of the calendar's present state.
pub(super) fn token(world: &World, calendar: &Calendar) -> String {
    token_at(world, calendar, calendar.revision)
}

/// Opaque to clients; it says the calendar, this run of the sandbox, and the number of the change.
pub(super) fn token_at(world: &World, calendar: &Calendar, revision: u64) -> String {
    format!("FT=-@RU={:x}-{:08x}@S={revision}", calendar.id.0, world.run())
}

/// The number of the change behind a token, if the token is known.
pub(super) fn revision(world: &World, calendar: &Calendar, token: &str) -> Option<u64> {
    let revision: u64 = token.rsplit_once("@S=")?.1.parse().ok()?;
    let given = token_at(world, calendar, revision) == token;
    (given && revision <= world.changes() && calendar.knows(revision)).then_some(revision)
}
