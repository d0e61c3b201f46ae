//! The time zone database.

use zones::Zone;

use super::finding::Finding;

/// One zone per continent.
const SOME: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Africa/Johannesburg",
];

pub fn look() -> Finding {
    let missing: Vec<&str> = SOME
        .into_iter()
        .filter(|name| Zone::named(name).is_err())
        .collect();
    let version = zones::version();
    if missing.is_empty() {
        return Finding::ok("zones", format!("Time zones are those of release {version}."));
    }
    Finding::wrong(
        "zones",
        format!(
            "Time zones (release {version}) lack {}. Install the system's package tzdata anew.",
            missing.join(", ")
        ),
    )
}
