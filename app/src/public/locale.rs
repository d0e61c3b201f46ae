//! The visitor's locale, from the browser's language: 12 or 24 hours, and the first day of the week. Dates and times are formatted on the
//! server, in English.

use jiff::civil::{Date, DateTime, Weekday};
use leptos::prelude::use_context;

/// How dates and times are formatted for a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// Whether times read "2:30 pm" rather than "14:30".
    pub twelve_hours: bool,
    /// The first day of the week.
    pub first_weekday: Weekday,
}

/// Regions with a 12-hour clock.
const TWELVE_HOURS: [&str; 15] = [
    "US", "CA", "AU", "NZ", "IN", "PH", "PK", "BD", "EG", "SA", "CO", "MX", "MY", "IE", "ZA",
];
/// Regions whose weeks begin on Sunday.
const SUNDAY_FIRST: [&str; 16] = [
    "US", "CA", "MX", "BR", "CO", "PE", "VE", "JP", "KR", "TW", "HK", "IL", "IN", "PH", "ZA", "SA",
];
/// Regions whose weeks begin on Saturday.
const SATURDAY_FIRST: [&str; 4] = ["EG", "AE", "DZ", "QA"];

impl Locale {
    /// The locale of this request.
    pub fn of_request() -> Self {
        let languages = use_context::<http::request::Parts>()
            .and_then(|parts| {
                Some(
                    parts
                        .headers
                        .get(http::header::ACCEPT_LANGUAGE)?
                        .to_str()
                        .ok()?
                        .to_owned(),
                )
            })
            .unwrap_or_default();
        Self::of_accept_language(&languages)
    }

    /// The locale for an `Accept-Language` header (RFC 9110, section 12.5.4). Its first language decides.
    pub fn of_accept_language(header: &str) -> Self {
        let first = header.split([',', ';']).next().unwrap_or_default().trim();
        let named = first.split('-').skip(1).find(|part| part.len() == 2);
        // Browsers in the United States send `en` without a region.
        let assumed = if first.eq_ignore_ascii_case("en") {
            "US"
        } else {
            ""
        };
        let region = named.unwrap_or(assumed).to_ascii_uppercase();
        let is_in = |regions: &[&str]| regions.contains(&region.as_str());
        Self {
            twelve_hours: is_in(&TWELVE_HOURS),
            first_weekday: if is_in(&SUNDAY_FIRST) {
                Weekday::Sunday
            } else if is_in(&SATURDAY_FIRST) {
                Weekday::Saturday
            } else {
                Weekday::Monday
            },
        }
    }

    /// Formats a time: "14:30" or "2:30 pm".
    pub fn time(self, local: DateTime) -> String {
        let format = if self.twelve_hours { "%-I:%M %P" } else { "%-H:%M" };
        local.strftime(format).to_string()
    }

    /// Formats a range: "14:30 – 15:00", with the date of the end if it is on another day.
    pub fn range(self, from: DateTime, to: DateTime) -> String {
        format!("{} – {}", self.time(from), self.end(from, to))
    }

    /// Formats the end of a range that starts at `from`.
    pub fn end(self, from: DateTime, to: DateTime) -> String {
        if from.date() == to.date() {
            self.time(to)
        } else {
            format!("{} ({})", self.time(to), to.strftime("%A"))
        }
    }

    /// Short and full names of the weekdays, from the first day of the week.
    pub fn weekdays(self) -> Vec<(String, String)> {
        self.first_weekday
            .cycle_forward()
            .take(7)
            .map(|weekday| {
                let full = weekday_name(weekday);
                (full.chars().take(2).collect(), full.to_owned())
            })
            .collect()
    }

    /// Number of empty cells before a date in its week.
    pub fn cells_before(self, date: Date) -> u8 {
        u8::try_from(date.weekday().since(self.first_weekday)).unwrap_or(0)
    }
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// Seats left in a class: "3 seats left", "1 seat left", "Full"; empty for other kinds.
pub fn seats_label(left: Option<u32>) -> String {
    match left {
        None => String::new(),
        Some(0) => "Full".to_owned(),
        Some(1) => "1 seat left".to_owned(),
        Some(left) => format!("{left} seats left"),
    }
}

/// "Tuesday 24 November".
pub fn day_label(date: Date) -> String {
    date.strftime("%A %-d %B").to_string()
}

/// "Tuesday 24 November 2026".
pub fn full_day_label(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// "November 2026".
pub fn month_label(date: Date) -> String {
    date.strftime("%B %Y").to_string()
}

/// Formats minutes: "45 minutes", "1 hour", "1 hour 30 minutes".
pub fn duration_label(minutes: u32) -> String {
    let unit = |count: u32, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {one}s")),
    };
    let parts = [unit(minutes / 60, "hour"), unit(minutes % 60, "minute")];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        "0 minutes".to_owned()
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_language_decides_how_times_are_read() {
        let american = Locale::of_accept_language("en-US,de;q=0.8");
        assert!(american.twelve_hours);
        assert_eq!(american.first_weekday, Weekday::Sunday);
        let german = Locale::of_accept_language("de-DE,en-US;q=0.8");
        assert!(!german.twelve_hours);
        assert_eq!(german.first_weekday, Weekday::Monday);
        assert_eq!(
            Locale::of_accept_language("zh-Hant-TW").first_weekday,
            Weekday::Sunday
        );
        assert!(!Locale::of_accept_language("").twelve_hours);
        assert!(!Locale::of_accept_language("en-GB").twelve_hours);
    }

    #[test]
    fn times_follow_the_habit() {
        let half_past_two = date(2026, 11, 24).at(14, 30, 0, 0);
        assert_eq!(Locale::of_accept_language("en-US").time(half_past_two), "2:30 pm");
        assert_eq!(Locale::of_accept_language("de").time(half_past_two), "14:30");
        let midnight = date(2026, 11, 25).at(0, 30, 0, 0);
        assert_eq!(
            Locale::of_accept_language("de").range(half_past_two, midnight),
            "14:30 – 0:30 (Wednesday)"
        );
    }

    #[test]
    fn the_week_begins_where_the_visitor_expects_it() {
        let first = date(2026, 11, 1);
        assert_eq!(Locale::of_accept_language("de").cells_before(first), 6);
        assert_eq!(Locale::of_accept_language("en-US").cells_before(first), 0);
        assert_eq!(
            Locale::of_accept_language("de").weekdays()[0],
            ("Mo".to_owned(), "Monday".to_owned())
        );
        assert_eq!(Locale::of_accept_language("en-US").weekdays()[6].1, "Saturday");
    }

    #[test]
    fn durations_and_days_read_as_people_say_them() {
        assert_eq!(duration_label(30), "30 minutes");
        assert_eq!(duration_label(60), "1 hour");
        assert_eq!(duration_label(90), "1 hour 30 minutes");
        assert_eq!(duration_label(121), "2 hours 1 minute");
        assert_eq!(day_label(date(2026, 11, 24)), "Tuesday 24 November");
        assert_eq!(full_day_label(date(2026, 11, 24)), "Tuesday 24 November 2026");
    }
}
