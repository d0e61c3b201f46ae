//! Formatting instants.

/// Formats an instant as local time with offset, such as `2026-11-24T10:00:00-05:00`.
pub(super) fn rfc3339(instant: jiff::Timestamp, zone: &zones::Zone) -> String {
    let offset = zone.rules().to_offset(instant);
    instant.display_with_offset(offset).to_string()
}
