//! Formatting dates and times in a person's zone. It happens on the server, because the browser has no zone data.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use zones::Zone;

/// "Tue 24 Nov".
pub fn short_date(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

/// "Tuesday, 24 November 2026".
pub fn long_date(date: Date) -> String {
    date.strftime("%A, %-d %B %Y").to_string()
}

/// "9:30".
pub fn clock(time: Time) -> String {
    time.strftime("%-H:%M").to_string()
}

/// "9:30–10:00".
pub fn span(start: Timestamp, end: Timestamp, zone: &Zone) -> String {
    format!(
        "{}–{}",
        clock(zone.local(start).time()),
        clock(zone.local(end).time())
    )
}

/// "Tuesday, 24 November 2026, 9:30–10:00".
pub fn when(start: Timestamp, end: Timestamp, zone: &Zone) -> String {
    format!("{}, {}", long_date(zone.date(start)), span(start, end, zone))
}

/// The time of an event: like [`when`], over several days, or whole days.
pub fn extent(start: Timestamp, end: Timestamp, all_day: bool, zone: &Zone) -> String {
    let (from, to) = (zone.local(start), zone.local(end));
    if all_day {
        // The end is exclusive.
        let last = zone.date(
            end.saturating_sub(jiff::SignedDuration::from_secs(1))
                .unwrap_or(end),
        );
        return if last <= from.date() {
            format!("{}, all day", long_date(from.date()))
        } else {
            format!("{} to {}", long_date(from.date()), long_date(last))
        };
    }
    if from.date() == to.date() {
        return when(start, end, zone);
    }
    format!(
        "{}, {} to {}, {}",
        long_date(from.date()),
        clock(from.time()),
        long_date(to.date()),
        clock(to.time())
    )
}

/// The age of a sync: "read 3 minutes ago".
pub fn freshness(read: Option<Timestamp>, now: Timestamp) -> String {
    let Some(read) = read else {
        return "not read yet".to_owned();
    };
    format!("read {}", bookings::clock::ago(read, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_persons_zone() {
        let start: Timestamp = "2026-11-24T15:00:00Z".parse().unwrap();
        let end: Timestamp = "2026-11-24T15:30:00Z".parse().unwrap();
        let zone = Zone::named("America/New_York").unwrap();
        assert_eq!(when(start, end, &zone), "Tuesday, 24 November 2026, 10:00–10:30");
    }

    #[test]
    fn an_event_of_days_is_told_by_its_days() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let told = |start: &str, end: &str, all_day| {
            extent(start.parse().unwrap(), end.parse().unwrap(), all_day, &zone)
        };
        assert_eq!(
            told("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z", true),
            "Tuesday, 24 November 2026, all day"
        );
        assert_eq!(
            told("2026-11-23T23:00:00Z", "2026-11-25T23:00:00Z", true),
            "Tuesday, 24 November 2026 to Wednesday, 25 November 2026"
        );
        assert_eq!(
            told("2026-11-24T21:00:00Z", "2026-11-25T01:00:00Z", false),
            "Tuesday, 24 November 2026, 22:00 to Wednesday, 25 November 2026, 2:00"
        );
    }

    #[test]
    fn freshness_grows_from_now_to_days() {
        let now: Timestamp = "2026-11-24T15:00:00Z".parse().unwrap();
        let ago = |seconds: i64| {
            freshness(
                Some(Timestamp::from_second(now.as_second() - seconds).unwrap()),
                now,
            )
        };
        assert_eq!(ago(20), "read less than a minute ago");
        assert_eq!(ago(60), "read a minute ago");
        assert_eq!(ago(3 * 86400), "read 3 days ago");
        assert_eq!(freshness(None, now), "not read yet");
    }
}
