//! The names of properties (RFC 5545, section 3.1).

/// The properties that are read; every other one is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Begin,
    End,
    Uid,
    Sequence,
    DtStart,
    DtEnd,
    Duration,
    RRule,
    ExRule,
    RDate,
    ExDate,
    RecurrenceId,
    FreeBusy,
    Summary,
    Description,
    Location,
    Url,
    Status,
    Transp,
    Attendee,
    TravelBefore,
    TravelAfter,
    TzId,
    OffsetFrom,
    OffsetTo,
    ZoneAbbreviation,
    ZoneAlias,
    ZoneNumber,
    CalendarZone,
}

impl Name {
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        const NAMES: [(&[u8], Name); 32] = [
            (b"BEGIN", Name::Begin),
            (b"END", Name::End),
            (b"UID", Name::Uid),
            (b"SEQUENCE", Name::Sequence),
            (b"DTSTART", Name::DtStart),
            (b"DTEND", Name::DtEnd),
            (b"DURATION", Name::Duration),
            (b"RRULE", Name::RRule),
            (b"EXRULE", Name::ExRule),
            (b"RDATE", Name::RDate),
            (b"EXDATE", Name::ExDate),
            (b"RECURRENCE-ID", Name::RecurrenceId),
            (b"FREEBUSY", Name::FreeBusy),
            (b"SUMMARY", Name::Summary),
            (b"DESCRIPTION", Name::Description),
            (b"LOCATION", Name::Location),
            (b"URL", Name::Url),
            (b"STATUS", Name::Status),
            (b"TRANSP", Name::Transp),
            (b"ATTENDEE", Name::Attendee),
            (b"X-APPLE-TRAVEL-DURATION", Name::TravelBefore),
            (b"X-APPLE-TRAVEL-RETURN-DURATION", Name::TravelAfter),
            (b"TZID", Name::TzId),
            (b"TZOFFSETFROM", Name::OffsetFrom),
            (b"TZOFFSETTO", Name::OffsetTo),
            (b"TZNAME", Name::ZoneAbbreviation),
            (b"TZID-ALIAS-OF", Name::ZoneAlias),
            (b"TZURL", Name::ZoneAlias),
            (b"X-LIC-LOCATION", Name::ZoneAlias),
            (b"X-ENTOURAGE-CFTIMEZONE", Name::ZoneAlias),
            (b"X-MICROSOFT-CDO-TZID", Name::ZoneNumber),
            (b"X-WR-TIMEZONE", Name::CalendarZone),
        ];
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, known)| *known)
    }

    /// Returns whether it states in ASCII when something is or how long it lasts (RFC 5545, section 3.3).
    pub(crate) fn is_of_time(self) -> bool {
        self.is_of_dates() || matches!(self, Self::Duration | Self::RRule | Self::ExRule)
    }

    /// Returns whether its value is dates and times.
    pub(crate) fn is_of_dates(self) -> bool {
        matches!(
            self,
            Self::DtStart | Self::DtEnd | Self::RDate | Self::ExDate | Self::RecurrenceId | Self::FreeBusy
        )
    }
}

/// Returns whether a byte can occur in the name of a property.
pub(crate) fn is_of_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
}

/// Returns whether it is a non-standard name (`X-…`).
pub(crate) fn is_made_up(name: &[u8]) -> bool {
    name.get(..2)
        .is_some_and(|begin| begin.eq_ignore_ascii_case(b"X-"))
}
