//! Debounces the mails about changes of an appointment: each waits for a while, and is merged with a later one that follows meanwhile.

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, StaffId};
use store::messages::{self, Message, NewMessage};
use store::{MessageKind, StoreError, WriteTx};

use super::detail::{Detail, HostPart};

/// How long a mail about a change waits for a further one.
const MERGE_WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// The longest that it waits after the first change, however many follow.
const MAX_DELAY: SignedDuration = SignedDuration::from_mins(5);

/// The content of a mail about a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) kind: MessageKind,
    pub(super) detail: Detail,
}

/// The result of merging two successive changes for one reader.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, for a moment")]
enum Merged {
    /// One mail covers both.
    One(Change),
    /// No mail is needed: the appointment is as the reader knows it.
    Nothing,
    /// The changes are unrelated.
    Both,
}

/// The recipient of a mail.
pub(super) struct Recipient {
    pub(super) appointment: AppointmentId,
    /// The host; none for the client.
    pub(super) staff: Option<StaffId>,
    pub(super) address: String,
}

/// Enqueues a mail about a change, merged with those that have not been sent to the reader yet.
pub(super) async fn enqueue(
    tx: &mut WriteTx,
    recipient: Recipient,
    change: Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut change = Some(change);
    let mut replaced: Vec<Message> = Vec::new();
    for old in messages::unclaimed(tx, recipient.appointment, recipient.staff).await? {
        let (Some(earlier), Some(later)) = (read(&old), change.take()) else {
            continue;
        };
        change = match merge(&earlier, later.clone()) {
            Merged::One(both) => {
                replaced.push(old);
                Some(both)
            }
            Merged::Nothing => {
                replaced.push(old);
                None
            }
            Merged::Both => Some(later),
        };
        if change.is_none() {
            break;
        }
    }
    let first = replaced.iter().map(|old| old.created_at).min().unwrap_or(now);
    for old in &replaced {
        messages::delete(tx, old.id).await?;
    }
    let Some(change) = change else { return Ok(()) };
    let message = NewMessage {
        appointment_id: Some(recipient.appointment),
        staff_id: recipient.staff,
        kind: change.kind,
        recipient: recipient.address,
        detail: change.detail.to_json(),
    };
    messages::insert_later(tx, &message, due(first, now), first).await
}

/// When a mail is due whose first change was enqueued at `first`.
fn due(first: Timestamp, now: Timestamp) -> Timestamp {
    let later = |instant: Timestamp, by| instant.checked_add(by).unwrap_or(Timestamp::MAX);
    later(now, MERGE_WINDOW).min(later(first, MAX_DELAY)).max(now)
}

/// Deletes the waiting mails about changes of an appointment that does not take place. Returns the hosts who need no mail at all, as
/// they have not been informed yet that they take part.
pub(crate) async fn withdraw(
    tx: &mut WriteTx,
    id: AppointmentId,
    now: Timestamp,
) -> Result<Vec<StaffId>, StoreError> {
    let mut unnotified = Vec::new();
    for old in messages::all_unclaimed(tx, id).await? {
        match read(&old).map(|change| change.kind) {
            Some(MessageKind::HostBooked) if old.next_attempt_at > now => unnotified.extend(old.staff_id),
            Some(kind) if kind.is_change() && kind != MessageKind::HostLeft => {}
            _ => continue,
        }
        messages::delete(tx, old.id).await?;
    }
    Ok(unnotified)
}

fn read(message: &Message) -> Option<Change> {
    Some(Change {
        kind: message.kind?,
        detail: serde_json::from_str(&message.detail).ok()?,
    })
}

/// The parts that this mail names; for the client, the whole appointment.
fn named_parts(detail: &Detail) -> Vec<HostPart> {
    if !detail.parts.is_empty() {
        return detail.parts.clone();
    }
    let whole = detail.start.zip(detail.end);
    whole
        .map(|(start, end)| HostPart {
            start,
            end,
            service: String::new(),
        })
        .into_iter()
        .collect()
}

fn merge(old: &Change, new: Change) -> Merged {
    use MessageKind::{
        ClientHostChanged, ClientRescheduled, HostBooked, HostLeft, HostOthersChanged, HostRescheduled,
    };
    let one = |kind, detail| Merged::One(Change { kind, detail });
    let moved = |kind, before: Vec<HostPart>, detail: Detail| {
        if before == named_parts(&detail) {
            return Merged::Nothing;
        }
        one(kind, Detail { before, ..detail })
    };
    match (old.kind, new.kind) {
        (ClientRescheduled, ClientRescheduled) => {
            moved(ClientRescheduled, old.detail.before.clone(), new.detail)
        }
        (HostRescheduled, HostRescheduled) => moved(HostRescheduled, old.detail.before.clone(), new.detail),
        // The mail about a new time also names who takes part.
        (ClientRescheduled, ClientHostChanged) => one(
            ClientRescheduled,
            Detail {
                before: old.detail.before.clone(),
                ..new.detail
            },
        ),
        (HostBooked, HostRescheduled | HostOthersChanged) => one(
            HostBooked,
            Detail {
                before: Vec::new(),
                replacement: None,
                ..new.detail
            },
        ),
        (HostBooked, HostLeft) => Merged::Nothing,
        (HostLeft, HostBooked) => moved(HostRescheduled, named_parts(&old.detail), new.detail),
        // The mail names the parts that the host knows.
        (HostRescheduled, HostLeft) if !old.detail.before.is_empty() => one(
            HostLeft,
            Detail {
                parts: old.detail.before.clone(),
                ..new.detail
            },
        ),
        (ClientHostChanged, ClientRescheduled | ClientHostChanged)
        | (HostRescheduled | HostOthersChanged, HostLeft) => Merged::One(new),
        (HostOthersChanged, HostOthersChanged) => match (&old.detail.replacement, &new.detail.replacement) {
            (Some((left, between)), Some((from, to))) if between == from => {
                if left == to {
                    return Merged::Nothing;
                }
                let replacement = Some((left.clone(), to.clone()));
                one(
                    HostOthersChanged,
                    Detail {
                        replacement,
                        ..new.detail
                    },
                )
            }
            _ => Merged::Both,
        },
        _ => Merged::Both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-24T{time}:00Z").parse().unwrap()
    }

    fn part(time: &str) -> HostPart {
        HostPart {
            start: at(time),
            end: at(time) + SignedDuration::from_mins(30),
            service: String::new(),
        }
    }

    /// A change from the time `before` to `time`.
    fn change(kind: MessageKind, time: &str, before: &str) -> Change {
        Change {
            kind,
            detail: Detail {
                start: Some(part(time).start),
                end: Some(part(time).end),
                before: (!before.is_empty()).then(|| part(before)).into_iter().collect(),
                ..Detail::default()
            },
        }
    }

    #[test]
    fn the_last_state_is_told_beside_the_first() {
        for kind in [MessageKind::ClientRescheduled, MessageKind::HostRescheduled] {
            let joined = merge(&change(kind, "11:00", "10:00"), change(kind, "12:00", "11:00"));
            assert_eq!(joined, Merged::One(change(kind, "12:00", "10:00")));
        }
    }

    #[test]
    fn who_is_back_where_they_were_is_told_nothing() {
        use MessageKind::{HostBooked, HostLeft, HostRescheduled};
        let there_and_back = merge(
            &change(HostRescheduled, "11:00", "10:00"),
            change(HostRescheduled, "10:00", "11:00"),
        );
        assert_eq!(there_and_back, Merged::Nothing);
        let gone_and_back = merge(&change(HostLeft, "10:00", ""), change(HostBooked, "10:00", ""));
        assert_eq!(gone_and_back, Merged::Nothing);
        let came_and_went = merge(&change(HostBooked, "10:00", ""), change(HostLeft, "10:00", ""));
        assert_eq!(came_and_went, Merged::Nothing);
    }

    #[test]
    fn hosts_who_come_and_go_learn_what_it_comes_to() {
        use MessageKind::{HostBooked, HostLeft, HostRescheduled};
        let back_at_another_time = merge(&change(HostLeft, "10:00", ""), change(HostBooked, "12:00", ""));
        assert_eq!(
            back_at_another_time,
            Merged::One(change(HostRescheduled, "12:00", "10:00"))
        );
        let moved_and_gone = merge(
            &change(HostRescheduled, "11:00", "10:00"),
            change(HostLeft, "11:00", ""),
        );
        let Merged::One(gone) = moved_and_gone else {
            panic!("{moved_and_gone:?}")
        };
        assert_eq!((gone.kind, gone.detail.parts), (HostLeft, vec![part("10:00")]));
        let new_and_moved = merge(
            &change(HostBooked, "10:00", ""),
            change(HostRescheduled, "11:00", "10:00"),
        );
        assert_eq!(new_and_moved, Merged::One(change(HostBooked, "11:00", "")));
    }

    #[test]
    fn a_mail_waits_for_a_minute_and_in_all_for_five() {
        let seconds = |seconds| at("10:00") + SignedDuration::from_secs(seconds);
        assert_eq!(due(seconds(0), seconds(0)), seconds(60));
        assert_eq!(due(seconds(0), seconds(59)), seconds(119));
        assert_eq!(due(seconds(0), seconds(280)), seconds(300));
        assert_eq!(due(seconds(0), seconds(400)), seconds(400));
    }
}
