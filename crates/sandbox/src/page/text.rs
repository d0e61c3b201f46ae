//! Texts of the page.

use jiff::Timestamp;
use zones::Zone;

pub(super) fn moment(zone: &Zone, instant: Timestamp, format: &str) -> String {
    zone.local(instant).strftime(format).to_string()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
