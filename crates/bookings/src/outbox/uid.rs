//! UIDs of events.

/// Returns a new random UID. Deleted UIDs may stay taken (icloud.md, rule 7).
pub(super) fn fresh_uid() -> String {
    store::random_id().to_string()
}
