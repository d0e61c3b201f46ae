//! A month of free times as the browser receives it: plain texts and numbers, no zone data.

use serde::{Deserialize, Serialize};

use crate::ui::{DayCell, Month, TimeChoice, TimeGroup};

/// The query of a page with a slot picker. All parts are optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickerQuery {
    /// The shown month: `2026-11`.
    pub month: Option<String>,
    /// The chosen day: `2026-11-24`.
    pub date: Option<String>,
    /// The chosen start (RFC 3339).
    pub start: Option<String>,
    /// The visitor's zone (IANA name).
    pub zone: Option<String>,
    /// The wanted member's id; none for anybody.
    pub host: Option<String>,
    /// The wanted services: `SERVICE:STAFF,SERVICE`.
    pub visit: Option<String>,
}

impl PickerQuery {
    /// The query whose parts `named` finds. Empty ones count as missing.
    pub fn of(named: impl Fn(&str) -> Option<String>) -> Self {
        let part = |name| named(name).filter(|value| !value.is_empty());
        Self {
            month: part("month"),
            date: part("date"),
            start: part("start"),
            zone: part("zone"),
            host: part("host"),
            visit: part("visit"),
        }
    }

    /// The month to load: the named one, else the named day's.
    pub fn month_to_load(&self) -> Option<String> {
        let of_day = || {
            self.date
                .as_deref()
                .and_then(|date| date.get(..7))
                .map(str::to_owned)
        };
        self.month.clone().or_else(of_day)
    }

    /// The query for another month.
    #[must_use]
    pub fn on_month(&self, month: &str) -> Self {
        Self {
            month: Some(month.to_owned()),
            date: None,
            start: None,
            ..self.clone()
        }
    }

    /// The query for a day.
    #[must_use]
    pub fn on_day(&self, date: &str) -> Self {
        Self {
            month: None,
            date: Some(date.to_owned()),
            start: None,
            ..self.clone()
        }
    }

    /// The query for a chosen time.
    #[must_use]
    pub fn at(&self, date: &str, start: &str) -> Self {
        Self {
            start: Some(start.to_owned()),
            ..self.on_day(date)
        }
    }

    /// The address of the page at `base` with this query.
    pub fn href(&self, base: &str) -> String {
        let pairs = [
            ("zone", &self.zone),
            ("host", &self.host),
            ("visit", &self.visit),
            ("month", &self.month),
            ("date", &self.date),
            ("start", &self.start),
        ];
        let query: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| value.as_deref().map(|value| format!("{key}={}", encoded(value))))
            .collect();
        if query.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", query.join("&"))
        }
    }
}

/// Percent-encodes everything but the characters of dates, instants, zone names and lists.
fn encoded(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.:/,".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// A free time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeTime {
    /// Start (RFC 3339, UTC).
    pub start: String,
    /// Local start: "9:30".
    pub label: String,
    /// Local end: "10:00". Shown once the time is chosen, which is a page of the server.
    #[serde(skip)]
    pub until: String,
    /// Local start in minutes after midnight, which determines the part of the day.
    pub minute: u16,
    /// The seats left in a class: "3 seats left", "Full"; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seats: String,
    /// Whether only the waiting list is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
    /// "with Jonas Okafor", if moving an appointment to this time would change its host; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub with: String,
}

/// A day of the month with its free times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTimes {
    /// The date, `2026-11-24`.
    pub date: String,
    /// "Tuesday 24 November".
    pub title: String,
    /// Day of the month.
    pub day: u8,
    /// Whether it is today.
    pub today: bool,
    /// The free times in order.
    pub times: Vec<FreeTime>,
}

/// The next day with free times, for a month without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextFreeDay {
    /// The date.
    pub date: String,
    /// The label of the link: "Go to Tuesday 1 December".
    pub words: String,
}

/// A month of free times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthOffer {
    /// Heading: "November 2026".
    pub title: String,
    /// Short and full name of each weekday, in the order shown.
    pub weekdays: Vec<(String, String)>,
    /// Number of empty cells before the first day.
    pub lead: u8,
    /// All days of the month.
    pub days: Vec<DayTimes>,
    /// The previous month, unless it is past.
    pub previous: Option<String>,
    /// The next month, unless it is too far ahead to book.
    pub next: Option<String>,
    /// The zone in which times are shown.
    pub zone: String,
    /// "Europe/Berlin (UTC+1)".
    pub zone_label: String,
    /// Why there are no times.
    pub empty_sentence: String,
    /// The next day with free times, if the month has none.
    pub next_free: Option<NextFreeDay>,
    /// When this was computed (RFC 3339, UTC).
    pub now: String,
}

impl MonthOffer {
    /// The month that this is, as in addresses: `2026-11`.
    pub fn month_key(&self) -> Option<String> {
        let first = self.days.first()?;
        first.date.get(..7).map(str::to_owned)
    }

    /// The day whose times are shown: the named one, else the named time's, else the first with free times. None if the named day has
    /// none.
    pub fn chosen_day(&self, query: &PickerQuery) -> Option<&DayTimes> {
        let any = |day: &&DayTimes| !day.times.is_empty();
        let free = |day: &&DayTimes| day.times.iter().any(|time| !time.full);
        let of_start = || {
            let (day, _) = self.chosen_time(query)?;
            Some(day)
        };
        match &query.date {
            Some(date) => self
                .days
                .iter()
                .find(|day| day.date == *date)
                .filter(any)
                .or_else(of_start),
            None => of_start()
                .or_else(|| self.days.iter().find(free))
                .or_else(|| self.days.iter().find(any)),
        }
    }

    /// The time in the address, if it is free.
    pub fn chosen_time(&self, query: &PickerQuery) -> Option<(&DayTimes, &FreeTime)> {
        let start = query.start.as_deref()?;
        self.days
            .iter()
            .flat_map(|day| day.times.iter().map(move |time| (day, time)))
            .find(|(_, time)| time.start == start)
    }

    /// The month grid, with links for its days.
    pub fn month(&self, base: &str, query: &PickerQuery, chosen: Option<&str>) -> Month {
        let cells = std::iter::repeat_n(None, usize::from(self.lead))
            .chain(
                self.days
                    .iter()
                    .map(|day| Some(day_cell(day, base, query, chosen))),
            )
            .collect::<Vec<_>>();
        let weeks = cells
            .chunks(7)
            .map(|week| {
                week.iter()
                    .cloned()
                    .chain(std::iter::repeat(None))
                    .take(7)
                    .collect()
            })
            .collect();
        let step = |month: &Option<String>| month.as_deref().map(|month| query.on_month(month).href(base));
        Month {
            title: self.title.clone(),
            weekdays: self.weekdays.clone(),
            weeks,
            previous: step(&self.previous),
            next: step(&self.next),
        }
    }
}

fn day_cell(day: &DayTimes, base: &str, query: &PickerQuery, chosen: Option<&str>) -> DayCell {
    let count = match day.times.iter().filter(|time| !time.full).count() {
        0 if !day.times.is_empty() => "full, with a waiting list".to_owned(),
        0 => "no free times".to_owned(),
        1 => "1 free time".to_owned(),
        more => format!("{more} free times"),
    };
    DayCell {
        day: day.day,
        date: day.date.clone(),
        label: format!("{}, {count}", day.title),
        // The fragment moves to the times, where the picker moves the focus itself.
        href: (!day.times.is_empty()).then(|| format!("{}#times", query.on_day(&day.date).href(base))),
        chosen: chosen == Some(day.date.as_str()),
        today: day.today,
    }
}

impl DayTimes {
    /// The times, grouped by part of the day.
    pub fn groups(&self, base: &str, query: &PickerQuery) -> Vec<TimeGroup> {
        [
            ("Morning", 0..12 * 60),
            ("Afternoon", 12 * 60..17 * 60),
            ("Evening", 17 * 60..24 * 60),
        ]
        .into_iter()
        .filter_map(|(name, part)| {
            let times: Vec<TimeChoice> = self
                .times
                .iter()
                .filter(|time| part.contains(&time.minute))
                .map(|time| TimeChoice {
                    label: time.label.clone(),
                    note: [time.seats.as_str(), time.with.as_str()]
                        .into_iter()
                        .filter(|note| !note.is_empty())
                        .collect::<Vec<_>>()
                        .join(", "),
                    start: time.start.clone(),
                    href: format!("{}#details", query.at(&self.date, &time.start).href(base)),
                    chosen: query.start.as_deref() == Some(time.start.as_str()),
                })
                .collect();
            (!times.is_empty()).then(|| TimeGroup {
                name: name.to_owned(),
                times,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, day: u8, minutes: &[u16]) -> DayTimes {
        DayTimes {
            date: date.to_owned(),
            title: format!("Day {day}"),
            day,
            today: false,
            times: minutes
                .iter()
                .map(|minute| FreeTime {
                    start: format!("{date}T{:02}:{:02}:00Z", minute / 60, minute % 60),
                    label: format!("{}:{:02}", minute / 60, minute % 60),
                    until: String::new(),
                    minute: *minute,
                    seats: String::new(),
                    full: false,
                    with: String::new(),
                })
                .collect(),
        }
    }

    fn november() -> MonthOffer {
        MonthOffer {
            lead: 6,
            days: vec![
                day("2026-11-01", 1, &[]),
                day("2026-11-02", 2, &[540, 720, 1020]),
                day("2026-11-03", 3, &[600]),
            ],
            next: Some("2026-12".to_owned()),
            now: "2026-11-01T08:00:00.25Z".to_owned(),
            ..MonthOffer::default()
        }
    }

    #[test]
    fn without_a_wish_the_first_free_day_is_shown() {
        assert_eq!(
            november().chosen_day(&PickerQuery::default()).map(|day| day.day),
            Some(2)
        );
    }

    #[test]
    fn a_day_without_times_is_not_replaced_by_another() {
        assert_eq!(
            november().chosen_day(&PickerQuery::default().on_day("2026-11-01")),
            None
        );
    }

    #[test]
    fn a_chosen_time_is_found_and_a_taken_one_is_not() {
        let free = PickerQuery::default().at("2026-11-02", "2026-11-02T12:00:00Z");
        assert_eq!(
            november().chosen_time(&free).map(|(_, time)| time.minute),
            Some(720)
        );
        let taken = PickerQuery::default().at("2026-11-02", "2026-11-02T12:30:00Z");
        assert_eq!(november().chosen_time(&taken), None);
    }

    #[test]
    fn times_come_in_parts_of_the_day_and_empty_parts_are_left_out() {
        let offer = november();
        let names = |day: usize| -> Vec<String> {
            offer.days[day]
                .groups("/book/x", &PickerQuery::default())
                .into_iter()
                .map(|group| group.name)
                .collect()
        };
        assert_eq!(names(1), ["Morning", "Afternoon", "Evening"]);
        assert_eq!(names(2), ["Morning"]);
    }

    #[test]
    fn the_grid_has_whole_weeks_and_links_only_to_free_days() {
        let month = november().month("/book/x", &PickerQuery::default(), Some("2026-11-02"));
        assert!(month.weeks.iter().all(|week| week.len() == 7));
        let cells: Vec<&DayCell> = month.weeks.iter().flatten().flatten().collect();
        assert_eq!(cells[0].href, None);
        assert_eq!(cells[0].label, "Day 1, no free times");
        assert_eq!(cells[1].href.as_deref(), Some("/book/x?date=2026-11-02#times"));
        assert_eq!(cells[1].label, "Day 2, 3 free times");
        assert!(cells[1].chosen);
    }

    #[test]
    fn addresses_keep_the_chosen_host() {
        let named = |name: &str| match name {
            "host" => Some("a1".to_owned()),
            "visit" => Some(String::new()),
            _ => None,
        };
        let query = PickerQuery::of(named).on_day("2026-11-02");
        assert_eq!(query.href("/book/x"), "/book/x?host=a1&date=2026-11-02");
    }

    #[test]
    fn addresses_keep_the_zone_and_hold_no_foreign_characters() {
        let query = PickerQuery {
            zone: Some("Etc/GMT+5 &x".to_owned()),
            ..PickerQuery::default()
        };
        assert_eq!(
            query.on_month("2026-12").href("/book/x"),
            "/book/x?zone=Etc/GMT%2B5%20%26x&month=2026-12"
        );
    }
}
