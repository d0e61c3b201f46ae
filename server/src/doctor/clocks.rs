//! iCloud's answer, and this machine's clock compared with others. A wrong clock would offer times that are over.

use bookings::Settings;
use bookings::probe::{self, Answer};
use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;

/// From the first difference on people notice. From the second on nothing works well: reminders, logins, free times.
const NOTICED: SignedDuration = SignedDuration::from_secs(60);
const TOO_MUCH: SignedDuration = SignedDuration::from_mins(5);

/// Whether iCloud answers, and how its clock compares.
pub async fn icloud(settings: &Settings, now: impl Fn() -> Timestamp) -> Vec<Finding> {
    const PART: &str = "icloud";
    let place = settings.icloud_url.host_str().unwrap_or_default();
    match probe::icloud(settings).await {
        Ok(Answer { status, date, .. }) => {
            let mut all = vec![if status < 500 {
                Finding::ok(PART, format!("{place} answers (status {status})."))
            } else {
                Finding::warning(
                    PART,
                    format!(
                        "{place} answers, but has trouble itself (status {status}). Quince goes on trying; look again in some minutes."
                    ),
                )
            }];
            all.extend(date.map(|date| compare("clock", &format!("that of {place}"), date, now())));
            all
        }
        Err(error) => vec![Finding::wrong(
            PART,
            format!(
                "iCloud cannot be reached: {error}. Check this machine's network, name server and firewall, its certificates \
                 (package ca-certificates), and QUINCE_ICLOUD_URL."
            ),
        )],
    }
}

/// Compares this machine's clock with another one.
pub fn compare(part: &'static str, other: &str, theirs: Timestamp, ours: Timestamp) -> Finding {
    let difference = ours.duration_since(theirs);
    let seconds = difference.abs().as_secs();
    if difference.abs() < NOTICED {
        return Finding::ok(part, format!("This machine's clock goes as {other}."));
    }
    let way = if difference.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    let sentence = format!(
        "This machine's clock is {seconds} seconds {way} {other}. Let it be set by the network (NTP), for example by \
         `timedatectl set-ntp true`."
    );
    if difference.abs() < TOO_MUCH {
        Finding::warning(part, sentence)
    } else {
        Finding::wrong(part, sentence)
    }
}

/// Compares this machine's clock with the newest timestamp that it wrote.
pub fn compare_last(part: &'static str, last: Timestamp, ours: Timestamp) -> Finding {
    if last <= ours {
        Finding::ok(part, "This machine's clock is not behind what was written last.")
    } else {
        compare(part, "what was written last", last, ours)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_difference_counts_from_a_minute_and_is_too_much_from_five() {
        let ours: Timestamp = "2026-11-30T08:00:00Z".parse().unwrap();
        for (seconds, state) in [
            (0, State::Ok),
            (59, State::Ok),
            (60, State::Warning),
            (299, State::Warning),
            (300, State::Wrong),
            (400_000_000, State::Wrong),
        ] {
            for way in [1, -1] {
                let theirs = ours + SignedDuration::from_secs(way * seconds);
                assert_eq!(
                    compare("clock", "another", theirs, ours).state,
                    state,
                    "{seconds}"
                );
            }
        }
        assert_eq!(
            compare("clock", "another", Timestamp::MAX, ours).state,
            State::Wrong
        );
    }

    #[test]
    fn what_was_written_last_may_be_long_ago() {
        let ours: Timestamp = "2026-11-30T08:00:00Z".parse().unwrap();
        let last = |hours| compare_last("clock", ours + SignedDuration::from_hours(hours), ours).state;
        assert_eq!((last(-1000), last(1)), (State::Ok, State::Wrong));
    }
}
