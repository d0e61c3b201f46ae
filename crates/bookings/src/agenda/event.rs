//! Details of an external event: whether it takes time and why, in the words that `quince busy` uses.

use jiff::Timestamp;
use scheduling::StaffId;
use store::external_events;
use store::remote_calendars;
use store::{BusyStatus, EventId};

use crate::busy_status;
use crate::error::{Error, Missing};
use crate::quince::Quince;

/// The sentence about an event that stays as first imported (D6).
const CHANGED_SINCE_IMPORT: &str = "It was changed or deleted there since. It stays as it was first imported, and blocks beside what is \
                               there now, as you chose for this connection under Calendar Configuration.";

/// An external event, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    /// Its title.
    pub title: String,
    /// Its place.
    pub location: Option<String>,
    /// First blocked instant, travel included.
    pub start: Timestamp,
    /// First free instant, travel included.
    pub end: Timestamp,
    /// Whether it is about whole days.
    pub all_day: bool,
    /// The name of the remote calendar.
    pub calendar_name: String,
    /// Whether it takes time.
    pub blocks: bool,
    /// Why, as a sentence with what would change it.
    pub reason: String,
    /// What could not be understood of it, as a sentence.
    pub problem: Option<String>,
    /// Its UID, which identifies it in an exported file.
    pub uid: String,
    /// When the calendar was last read.
    pub synced_at: Option<Timestamp>,
}

/// Returns the instance of an external event that starts at an instant, for its owner.
pub async fn event(
    quince: &Quince,
    viewer: StaffId,
    id: EventId,
    start: Timestamp,
) -> Result<EventView, Error> {
    let mut tx = quince.store().read().await?;
    let found = external_events::instance(&mut tx, id, start).await?;
    let found = found.ok_or(Error::NotFound(Missing::Event))?;
    let watched = remote_calendars::watched(&mut tx, &[viewer]).await?;
    let calendar = watched
        .into_iter()
        .find(|calendar| calendar.id == found.remote_calendar_id)
        .ok_or(Error::NotFound(Missing::Event))?;
    let stored = external_events::list_with_ics(&mut tx, &[id]).await?.pop();
    let is_present = stored.as_ref().is_none_or(|event| event.is_present);
    let mut reason = reason(found.busy_status, calendar.all_day_blocks).to_owned();
    if !is_present {
        reason.push(' ');
        reason.push_str(CHANGED_SINCE_IMPORT);
    }
    Ok(EventView {
        blocks: busy_status::takes_time(found.busy_status, calendar.all_day_blocks),
        reason,
        problem: stored.and_then(|event| event.problem),
        all_day: found.all_day.is_some(),
        start: found.starts_at,
        end: found.ends_at,
        title: found.summary,
        location: found.location,
        uid: found.uid,
        calendar_name: calendar.name,
        synced_at: calendar.synced_at,
    })
}

/// Returns why an instance with this status takes time or not.
fn reason(status: BusyStatus, all_day_blocks: bool) -> &'static str {
    match status {
        BusyStatus::Busy => {
            "It is shown as busy in your calendar. To be bookable at this time, show it as free there, or stop checking this \
             calendar for conflicts."
        }
        BusyStatus::Tentative => {
            "It is not decided yet: the event, or your answer to the invitation, is tentative. It blocks until you decline it or \
             show it as free."
        }
        BusyStatus::AllDay if all_day_blocks => {
            "It is about whole days and does not say whether you are busy. Such events of this calendar block; Calendar \
             Configuration has a switch for that."
        }
        BusyStatus::AllDay => {
            "It is about whole days and does not say whether you are busy. You chose that such events of this calendar do not \
             block."
        }
        BusyStatus::Transparent => "It is shown as free in your calendar.",
        BusyStatus::Cancelled => "It was cancelled.",
        BusyStatus::Declined => "You declined the invitation.",
        BusyStatus::NotUnderstood => {
            "A part of it could not be understood, so it blocks to be safe. Save it again in your calendar, or show it as free \
             there."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_sentence_that_agrees_with_the_rules() {
        for status in BusyStatus::ALL.iter().copied() {
            if status == BusyStatus::AllDay {
                assert_ne!(reason(status, true), reason(status, false));
            } else if busy_status::takes_time(status, false) {
                let sentence = reason(status, false);
                assert!(
                    sentence.contains("free there") || sentence.contains("show it as free"),
                    "{sentence}"
                );
            } else {
                assert!(!reason(status, true).contains("block"), "{status:?}");
            }
        }
    }
}
