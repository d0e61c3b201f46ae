//! Conversion of many local times in a row to instants. The zone's rules are read again only where its clocks change.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use zones::{LocalTime, Zone};

/// A zone with the stretch of local time that it is known to be steady in.
pub(crate) struct Clock<'a> {
    zone: &'a Zone,
    steady: Option<Steady>,
}

/// Local times from `from` up to, and without, `to` all happen once, at this offset.
struct Steady {
    from: DateTime,
    to: DateTime,
    offset: Offset,
}

impl<'a> Clock<'a> {
    pub(crate) fn of(zone: &'a Zone) -> Self {
        Self { zone, steady: None }
    }

    /// As [`Zone::opening`].
    pub(crate) fn opening(&mut self, local: DateTime) -> Timestamp {
        self.steady(local).unwrap_or_else(|| self.zone.opening(local))
    }

    /// As [`Zone::closing`].
    pub(crate) fn closing(&mut self, local: DateTime) -> Timestamp {
        self.steady(local).unwrap_or_else(|| self.zone.closing(local))
    }

    /// The instant of a local time that happens once.
    fn steady(&mut self, local: DateTime) -> Option<Timestamp> {
        if let Some(steady) = self
            .steady
            .as_ref()
            .filter(|steady| steady.from <= local && local < steady.to)
        {
            return steady.offset.to_timestamp(local).ok();
        }
        let LocalTime::Once(instant) = self.zone.instants(local) else {
            return None;
        };
        let offset = self.zone.rules().to_offset(instant);
        // At the next change either the hour before it is repeated or the hour after it is skipped: local time is
        // steady up to the earlier of what the clocks show just before and at the change.
        let to = self
            .zone
            .rules()
            .following(instant)
            .next()
            .map_or(DateTime::MAX, |change| {
                let (before, at) = (offset, change.offset());
                before.min(at).to_datetime(change.timestamp())
            });
        self.steady = Some(Steady {
            from: local,
            to,
            offset,
        });
        Some(instant)
    }
}
