//! The reasons in words.

use scheduling::{Reason, Refusal};

fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Hours => "outside the hours",
        Reason::Grid => "no start of the grid",
        Reason::Past => "over already",
        Reason::Notice => "sooner than the notice",
        Reason::TooFar => "outside the dates that can be booked",
        Reason::DayLimit => "the day has as many appointments as it may have",
        Reason::Booked => "has an appointment",
        Reason::Held => "another visitor is about to book it",
        Reason::Blocked => "blocked off",
        Reason::Conflict => "has an event",
        Reason::Stale => "a calendar cannot be read",
        Reason::Buffer => "too close to something before or after",
        Reason::NoSeats => "has too few seats left",
        Reason::Collective => "somebody else who has to take part is not free",
        Reason::RoundRobin => "has had more than their share this month",
        Reason::LookBusy => "hidden, so that the day looks busy",
        Reason::Resource => "a room or piece of equipment is taken",
    }
}

/// The sentence about a refusal: what is too far ahead for one host was not read in their calendars.
pub(super) fn of(refusal: &Refusal) -> &'static str {
    match (refusal.reason, refusal.host) {
        (Reason::TooFar, Some(_)) => "further ahead than their calendars are read",
        (reason, _) => sentence(reason),
    }
}

/// The record of what an appointment was booked over, each reason in words: of `BOOKED (Ada), HOURS` “BOOKED (Ada): has an
/// appointment” and “HOURS: outside the hours”.
pub fn record_in_words(record: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let entries = record.split(|letter| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth <= 0 && (letter == ',' || letter == ';')
    });
    let in_words = |entry: &str| {
        let code = entry.split([' ', ':', '(']).next().unwrap_or_default();
        match code.parse() {
            Ok(reason) => format!("{entry}: {}", sentence(reason)),
            Err(_) => entry.to_owned(),
        }
    };
    let entries = entries.map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(in_words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_in_words() {
        assert_eq!(
            record_in_words("BOOKED (Ada Byron, 10:00), HOURS"),
            [
                "BOOKED (Ada Byron, 10:00): has an appointment",
                "HOURS: outside the hours"
            ]
        );
        assert_eq!(record_in_words("A later word"), ["A later word"]);
        assert_eq!(record_in_words(""), [""; 0]);
    }
}
