//! A zone and its local times.

use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time zone known by its IANA name, such as `Europe/Berlin`.
#[derive(Clone)]
pub struct Zone {
    pub(crate) name: String,
    pub(crate) rules: TimeZone,
    pub(crate) known: bool,
}

/// The name is not one of the IANA time zone names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a known time zone. Choose one such as Europe/Berlin or America/New_York.")]
pub struct UnknownZone(pub String);

/// What a local time means in a zone (RFC 5545, section 3.3.5, names the same three cases).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTime {
    /// The local time happens once, at this instant.
    Once(Timestamp),
    /// The clocks jumped over the local time.
    Skipped {
        /// The instant of the jump: the first valid instant after the skipped time.
        first_valid: Timestamp,
        /// The local time read with the offset in force before the jump, as RFC 5545 reads event times.
        shifted: Timestamp,
    },
    /// The clocks were set back, so the local time happens twice.
    Twice {
        /// The earlier of both instants.
        first: Timestamp,
        /// The later of both instants.
        second: Timestamp,
    },
}

impl Zone {
    /// As [`Zone::stored`], for a field of something that is kept: `#[serde(deserialize_with = "Zone::deserialize_stored")]`.
    pub fn deserialize_stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::stored(&name))
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
            known: true,
        }
    }

    /// Whether the name could be found. Otherwise its local times are those of UTC, which are not the zone's.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local date and time at an instant.
    pub fn local(&self, instant: Timestamp) -> DateTime {
        self.rules.to_datetime(instant)
    }

    /// The local date at an instant.
    pub fn date(&self, instant: Timestamp) -> Date {
        self.local(instant).date()
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_seconds(&self, instant: Timestamp) -> i32 {
        self.rules.to_offset(instant).seconds()
    }

    /// The zone's rules as jiff's type, for formatting.
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }

    /// Which instants a local time stands for. Times outside the range that jiff can represent are clamped to
    /// its ends.
    pub fn instants(&self, local: DateTime) -> LocalTime {
        match self.rules.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalTime::Once(at(offset, local)),
            AmbiguousOffset::Gap { before, .. } => {
                let shifted = at(before, local);
                LocalTime::Skipped {
                    first_valid: self.jump_before(shifted),
                    shifted,
                }
            }
            AmbiguousOffset::Fold { before, after } => LocalTime::Twice {
                first: at(before, local),
                second: at(after, local),
            },
        }
    }

    /// The instant at which something that opens at this local time opens.
    pub fn opening(&self, local: DateTime) -> Timestamp {
        match self.instants(local) {
            LocalTime::Once(instant)
            | LocalTime::Skipped {
                first_valid: instant, ..
            }
            | LocalTime::Twice { first: instant, .. } => instant,
        }
    }

    /// The instant at which something that closes at this local time closes.
    pub fn closing(&self, local: DateTime) -> Timestamp {
        match self.instants(local) {
            LocalTime::Once(instant)
            | LocalTime::Skipped {
                first_valid: instant, ..
            }
            | LocalTime::Twice { second: instant, .. } => instant,
        }
    }

    /// The first instant of a local date.
    pub fn start_of_day(&self, date: Date) -> Timestamp {
        self.opening(date.at(0, 0, 0, 0))
    }

    /// The last change of the clocks at or before an instant that follows a jump.
    fn jump_before(&self, instant: Timestamp) -> Timestamp {
        // `preceding` excludes the instant itself, which is the jump when the skipped time is the gap's first.
        let just_after = instant
            .checked_add(jiff::SignedDuration::from_nanos(1))
            .unwrap_or(instant);
        self.rules
            .preceding(just_after)
            .next()
            .map_or(instant, |change| change.timestamp())
    }
}

fn at(offset: Offset, local: DateTime) -> Timestamp {
    offset.to_timestamp(local).unwrap_or(if local.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

/// The name, as it stands beside local times. An unknown zone's are UTC, and it says so.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.known {
            f.write_str(&self.name)
        } else {
            write!(f, "UTC, as the zone “{}” is not known here", self.name)
        }
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).map_err(serde::de::Error::custom)
    }
}
