//! A month of free times, formatted for the visitor.

use std::collections::BTreeMap;

use bookings::Slot;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use zones::Zone;

use super::model::{DayTimes, FreeTime, MonthOffer, NextFreeDay};
use crate::public::locale::{Locale, day_label, month_label, seats_label};
use crate::ui::zone::{offset_text, zone_label};

/// The month that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthQuery {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Today in the visitor's zone.
    pub today: Date,
    /// The present instant.
    pub now: Timestamp,
    /// Whether the address names the month. If not, the page may show a later one that has free times.
    pub is_named: bool,
}

/// The month in the address (`2026-11`), unless it is past or invalid; else the present month.
pub fn month_query(named: Option<&str>, zone: &Zone, now: Timestamp) -> MonthQuery {
    let today = zone.date(now);
    let named = named
        .and_then(|month| format!("{month}-01").parse::<Date>().ok())
        .filter(|first| first.last_of_month() >= today);
    let first = named.unwrap_or(today).first_of_month();
    MonthQuery {
        first,
        last: first.last_of_month(),
        today,
        now,
        is_named: named.is_some(),
    }
}

impl MonthQuery {
    /// The same query for the month of a date.
    #[must_use]
    pub fn moved_to(self, date: Date) -> Self {
        Self {
            first: date.first_of_month(),
            last: date.last_of_month(),
            ..self
        }
    }
}

/// What is known about the time after a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BeyondMonth {
    /// The next day with free times, if the month has none.
    pub next_free: Option<Date>,
    /// The last bookable day, if there is a limit.
    pub last: Option<Date>,
}

/// Builds the month from the slots of its days; one without seats left is a full session. `with` gives the words of who would hold a
/// slot, where that has to be said. The month leads on to the next one as long as that can be booked.
pub fn month_offer(
    asked: MonthQuery,
    slots: &BTreeMap<Date, Vec<Slot>>,
    BeyondMonth { next_free, last }: BeyondMonth,
    zone: &Zone,
    locale: Locale,
    with: impl Fn(&Slot) -> String,
) -> MonthOffer {
    let days: Vec<DayTimes> = (0..i32::from(asked.first.days_in_month()))
        .filter_map(|offset| asked.first.checked_add(offset.days()).ok())
        .map(|date| DayTimes {
            date: date.to_string(),
            title: day_label(date),
            day: u8::try_from(date.day()).unwrap_or(1),
            today: date == asked.today,
            times: slots
                .get(&date)
                .into_iter()
                .flatten()
                .map(|slot| free_time(slot, zone, locale, with(slot)))
                .collect(),
        })
        .collect();
    let is_empty = days.iter().all(|day| day.times.is_empty());
    let month_key = |date: Date| date.strftime("%Y-%m").to_string();
    let before = asked
        .first
        .yesterday()
        .ok()
        .filter(|before| *before >= asked.today)
        .map(month_key);
    let noon = zone.opening(asked.first.at(12, 0, 0, 0));
    MonthOffer {
        title: month_label(asked.first),
        weekdays: locale.weekdays(),
        lead: locale.cells_before(asked.first),
        days,
        previous: before,
        next: asked
            .last
            .tomorrow()
            .ok()
            .filter(|next| last.map_or(!is_empty || next_free.is_some(), |last| *next <= last))
            .map(month_key),
        zone: zone.name().to_owned(),
        zone_label: zone_label(zone, noon),
        empty_sentence: match (is_empty, next_free) {
            (true, Some(_)) => format!("{} is fully booked.", month_label(asked.first)),
            (true, None) => format!(
                "There are no free times in {} or later. Please check again in a few days.",
                month_label(asked.first)
            ),
            (false, _) => "There are no free times on this day. Choose one of the marked days.".to_owned(),
        },
        now: asked.now.to_string(),
        next_free: next_free.filter(|_| is_empty).map(|date| NextFreeDay {
            date: date.to_string(),
            words: format!("Go to {}", day_label(date)),
        }),
    }
}

fn free_time(slot: &Slot, zone: &Zone, locale: Locale, with: String) -> FreeTime {
    let start = slot.start;
    let (from, to) = (zone.local(start), zone.local(slot.end));
    // When clocks are set back, an hour occurs twice. The offset tells its times apart.
    let twice = matches!(zone.instants(from), zones::LocalTime::Twice { .. });
    let label = locale.time(from);
    FreeTime {
        start: start.to_string(),
        label: if twice {
            format!("{label} {}", offset_text(zone.offset_seconds(start)))
        } else {
            label
        },
        until: locale.end(from, to),
        minute: u16::try_from(i32::from(from.hour()) * 60 + i32::from(from.minute())).unwrap_or(0),
        seats: seats_label(slot.seats_left),
        full: slot.seats_left == Some(0),
        with,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use scheduling::SlotHosts;

    use super::*;

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn half_hour(text: &str) -> Slot {
        Slot {
            start: at(text),
            end: at(text) + 30.minutes(),
            hosts: SlotHosts::new(),
            seats_left: None,
        }
    }

    const NOW: &str = "2026-11-23T08:00:00Z";

    fn offer(asked: MonthQuery, times: &[(Date, &str)], next: Option<Date>, zone: &Zone) -> MonthOffer {
        let mut free: BTreeMap<Date, Vec<Slot>> = BTreeMap::new();
        for (date, time) in times {
            free.entry(*date).or_default().push(half_hour(time));
        }
        let later = BeyondMonth {
            next_free: next,
            last: None,
        };
        month_offer(
            asked,
            &free,
            later,
            zone,
            Locale::of_accept_language("de"),
            |_| String::new(),
        )
    }

    #[test]
    fn a_month_that_is_over_or_nonsense_becomes_the_present_one() {
        for named in [Some("2026-10"), Some("2026-13"), Some("x"), None] {
            assert_eq!(
                month_query(named, &berlin(), at(NOW)).first,
                date(2026, 11, 1),
                "{named:?}"
            );
        }
        let december = month_query(Some("2026-12"), &berlin(), at(NOW));
        assert_eq!(
            (december.first, december.last),
            (date(2026, 12, 1), date(2026, 12, 31))
        );
    }

    #[test]
    fn every_day_is_there_and_times_are_local() {
        let asked = month_query(None, &berlin(), at(NOW));
        let month = offer(
            asked,
            &[(date(2026, 11, 24), "2026-11-24T08:30:00Z")],
            None,
            &berlin(),
        );
        assert_eq!(month.days.len(), 30);
        assert_eq!((month.title.as_str(), month.lead), ("November 2026", 6));
        let tuesday = &month.days[23];
        assert_eq!(tuesday.title, "Tuesday 24 November");
        assert_eq!(tuesday.times[0].label, "9:30");
        assert_eq!(tuesday.times[0].until, "10:00");
        assert_eq!(tuesday.times[0].start, "2026-11-24T08:30:00Z");
        assert!(month.days[22].today);
        assert_eq!((month.previous, month.next.as_deref()), (None, Some("2026-12")));
        assert_eq!(month.next_free, None);
        assert_eq!(month.zone_label, "Europe/Berlin (UTC+1)");
    }

    #[test]
    fn an_empty_month_leads_to_the_next_free_day() {
        let asked = month_query(None, &berlin(), at(NOW));
        let month = offer(asked, &[], Some(date(2026, 12, 1)), &berlin());
        assert_eq!(
            month.next_free.map(|next| next.words).as_deref(),
            Some("Go to Tuesday 1 December")
        );
        assert_eq!(month.empty_sentence, "November 2026 is fully booked.");
        let last = offer(asked, &[], None, &berlin());
        assert!(
            last.empty_sentence
                .starts_with("There are no free times in November 2026 or later.")
        );
        assert_eq!((last.next, last.next_free), (None, None));
    }

    #[test]
    fn a_month_leads_on_while_later_days_can_be_booked() {
        let asked = month_query(None, &berlin(), at(NOW));
        let full = BTreeMap::from([(date(2026, 11, 24), vec![half_hour("2026-11-24T08:30:00Z")])]);
        for free in [BTreeMap::new(), full] {
            for (last, next) in [
                (date(2026, 11, 30), None),
                (date(2026, 12, 1), Some("2026-12")),
                (date(2027, 4, 1), Some("2026-12")),
            ] {
                let later = BeyondMonth {
                    next_free: None,
                    last: Some(last),
                };
                let locale = Locale::of_accept_language("de");
                let month = month_offer(asked, &free, later, &berlin(), locale, |_| String::new());
                assert_eq!(month.next.as_deref(), next, "until {last}");
            }
        }
    }

    #[test]
    fn a_later_month_leads_back() {
        let asked = month_query(Some("2026-12"), &berlin(), at(NOW));
        assert_eq!(
            offer(asked, &[], None, &berlin()).previous.as_deref(),
            Some("2026-11")
        );
    }

    #[test]
    fn a_class_tells_the_seats_that_are_left() {
        let asked = month_query(None, &berlin(), at(NOW));
        let day = date(2026, 11, 24);
        let with = |seats_left| Slot {
            seats_left,
            ..half_hour("2026-11-24T08:30:00Z")
        };
        let free = BTreeMap::from([(day, vec![with(Some(3)), with(Some(1)), with(Some(0)), with(None)])]);
        let month = month_offer(
            asked,
            &free,
            BeyondMonth::default(),
            &berlin(),
            Locale::of_accept_language("de"),
            |_| String::new(),
        );
        let times = &month.days[23].times;
        let notes: Vec<&str> = times.iter().map(|time| time.seats.as_str()).collect();
        assert_eq!(notes, ["3 seats left", "1 seat left", "Full", ""]);
        assert_eq!(times.iter().filter(|time| time.full).count(), 1);
    }

    #[test]
    fn the_hour_that_happens_twice_is_told_apart_by_its_offset() {
        let asked = month_query(Some("2026-10"), &berlin(), at("2026-10-01T08:00:00Z"));
        let day = date(2026, 10, 25);
        let month = offer(
            asked,
            &[(day, "2026-10-25T00:30:00Z"), (day, "2026-10-25T01:30:00Z")],
            None,
            &berlin(),
        );
        let labels: Vec<&str> = month.days[24]
            .times
            .iter()
            .map(|time| time.label.as_str())
            .collect();
        assert_eq!(labels, ["2:30 UTC+2", "2:30 UTC+1"]);
    }
}
