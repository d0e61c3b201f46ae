//! Parsing what the clients' forms and addresses contain.

use bookings::StaffId;
use bookings::services::ChosenService;
use jiff::Timestamp;
use zones::Zone;

use crate::error::AppError;

/// Parses the services of a form.
pub fn parse_services(text: &str) -> Result<Vec<ChosenService>, AppError> {
    ChosenService::list(text).map_err(|error| AppError::Refused(error.to_string()))
}

/// Parses the member of a form; none when it is empty.
pub fn parse_host(text: &str) -> Result<Option<StaffId>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| AppError::Refused("Choose somebody from the list, or anybody.".to_owned()))
}

/// Parses the chosen start of a form.
pub fn parse_start(text: &str) -> Result<Timestamp, AppError> {
    text.parse()
        .map_err(|_| AppError::Refused("Choose one of the times shown.".to_owned()))
}

/// The zone named in the address, else `otherwise`, else UTC, and a sentence if a name is unknown.
pub fn zone_or(named: Option<&str>, otherwise: &Zone) -> (Zone, Option<String>) {
    let named = named.filter(|name| !name.is_empty());
    if !otherwise.is_known() {
        return zone_or(named.or(Some(otherwise.name())), &Zone::utc());
    }
    match named.map(Zone::named) {
        Some(Ok(zone)) => (zone, None),
        Some(Err(unknown)) => (
            otherwise.clone(),
            Some(format!("{unknown} Times are shown in {otherwise} instead.")),
        ),
        None => (otherwise.clone(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_zone_is_named_and_the_calendars_own_is_used() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let (zone, problem) = zone_or(Some("Mars/Olympus"), &berlin);
        assert_eq!(zone, berlin);
        assert!(problem.unwrap().contains("Mars/Olympus"));
        assert_eq!(zone_or(Some("America/New_York"), &berlin).1, None);
        assert_eq!(zone_or(None, &berlin), (berlin.clone(), None));
        let lost = Zone::stored("Mars/Olympus");
        assert_eq!(zone_or(Some("Europe/Berlin"), &lost), (berlin, None));
        let (zone, problem) = zone_or(None, &lost);
        assert_eq!(zone, Zone::utc());
        assert!(problem.unwrap().contains("Mars/Olympus"));
    }
}
