//! How instants are written.

/// An instant as a local time with its offset, such as `2026-11-24T10:00:00-05:00`.
pub(super) fn rfc3339(instant: jiff::Timestamp, zone: &zones::Zone) -> String {
    let offset = zone.rules().to_offset(instant);
    instant.display_with_offset(offset).to_string()
}
