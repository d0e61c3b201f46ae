//! UIDs of events.

/// A UID that nobody has used: deleted ones may stay taken (icloud.md, rule 7).
pub(super) fn fresh_uid() -> String {
    store::random_id().to_string()
}
