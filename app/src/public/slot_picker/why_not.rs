//! Why the time in an address cannot be chosen.

use super::model::{MonthOffer, PickerQuery};

/// Why the time in the address cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhyNot {
    /// A heading.
    pub title: &'static str,
    /// The probable cause.
    pub cause: &'static str,
}

/// Why the time in the address cannot be chosen; none if it can, or if there is none.
pub fn why_not(offer: &MonthOffer, query: &PickerQuery) -> Option<WhyNot> {
    let start = query.start.as_deref()?;
    if offer.chosen_time(query).is_some() {
        return None;
    }
    let second = |text: &str| text.get(..19).map(str::to_owned);
    Some(if !looks_like_an_instant(start) {
        WhyNot {
            title: "This is not a valid time",
            cause: "The link may be incomplete.",
        }
    } else if start.ends_with('Z') && second(start) < second(&offer.now) {
        WhyNot {
            title: "This time has passed",
            cause: "Choose a time in the future.",
        }
    } else {
        WhyNot {
            title: "This time is not free",
            cause: "Somebody else may have booked it, or it was never available.",
        }
    })
}

/// Whether a text begins like `2026-11-24T08:30:00` and is long enough for a zone. It only selects the sentence of an error.
fn looks_like_an_instant(text: &str) -> bool {
    text.len() >= 20
        && text
            .bytes()
            .zip("0000-00-00T00:00:00".bytes())
            .all(|(found, shape)| {
                if shape == b'0' {
                    found.is_ascii_digit()
                } else {
                    found == shape
                }
            })
}

#[cfg(test)]
mod tests {
    use super::super::model::{DayTimes, FreeTime};
    use super::*;

    #[test]
    fn a_time_that_cannot_be_chosen_says_why() {
        let november = MonthOffer {
            days: vec![DayTimes {
                date: "2026-11-02".to_owned(),
                title: "Monday 2 November".to_owned(),
                day: 2,
                today: false,
                times: vec![FreeTime {
                    start: "2026-11-02T09:00:00Z".to_owned(),
                    label: "9:00".to_owned(),
                    until: "9:30".to_owned(),
                    minute: 540,
                    seats: String::new(),
                    full: false,
                    with: String::new(),
                }],
            }],
            now: "2026-11-01T08:00:00.25Z".to_owned(),
            ..MonthOffer::default()
        };
        let asking = |start: &str| PickerQuery {
            start: Some(start.to_owned()),
            ..PickerQuery::default()
        };
        let title = |query: &PickerQuery| why_not(&november, query).map(|why| why.title);
        assert_eq!(title(&asking("2026-11-02T09:00:00Z")), None);
        assert_eq!(title(&PickerQuery::default()), None);
        assert_eq!(
            title(&asking("2026-11-02T09:07:00Z")),
            Some("This time is not free")
        );
        assert_eq!(
            title(&asking("2026-10-31T09:00:00Z")),
            Some("This time has passed")
        );
        for nonsense in [
            "noon",
            "",
            "2026-11-02",
            "2026-11-02T09:00:00",
            "\u{20ac}026-11-02T09:00:00Z",
        ] {
            assert_eq!(
                title(&asking(nonsense)),
                Some("This is not a valid time"),
                "{nonsense}"
            );
        }
    }
}
