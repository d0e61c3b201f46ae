//! Limits the mails to unconfirmed addresses, as anybody can enter somebody else's address.

use jiff::SignedDuration;
use store::due::{ClaimTimes, SKEW};
use store::messages::{self, Message};
use store::{MessageId, StoreError, WriteTx, strangers};

/// The most mails within [`DAY`] to an address of which no link has been opened yet.
pub const MAX_MAILS_PER_DAY: u32 = 6;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Withholds those of the claimed mails that exceed the limit of their address, and returns their ids.
pub(super) async fn withhold(
    tx: &mut WriteTx,
    claimed: &[Message],
    at: ClaimTimes,
) -> Result<Vec<MessageId>, StoreError> {
    let mut keys: Vec<String> = claimed
        .iter()
        .filter_map(|message| message.recipient_key.clone())
        .collect();
    keys.sort();
    keys.dedup();
    messages::lock_recipients(tx, &keys).await?;
    let since = at.now.saturating_sub(DAY).unwrap_or(at.now);
    // Times after `now` come from a clock that was ahead.
    let until = at.now.saturating_add(SKEW).unwrap_or(at.now);
    let mut withheld = Vec::new();
    for key in keys {
        let of_key = || {
            claimed
                .iter()
                .filter(|message| message.recipient_key.as_ref() == Some(&key))
        };
        // The claimed mails are counted, too.
        let own = u32::try_from(of_key().count()).unwrap_or(u32::MAX);
        let before = messages::sent_to(tx, &key, since, until, at)
            .await?
            .saturating_sub(own);
        let room = MAX_MAILS_PER_DAY.saturating_sub(before);
        if own <= room || strangers::is_confirmed(tx, &key).await? {
            continue;
        }
        for message in of_key().skip(room as usize) {
            tracing::warn!(mail = %message.id, "a mail is held back: its address had {MAX_MAILS_PER_DAY} within a day, and nobody confirmed it");
            messages::withhold(tx, message.id, &sentence()).await?;
            withheld.push(message.id);
        }
    }
    Ok(withheld)
}

fn sentence() -> String {
    format!(
        "Held back: this address got {MAX_MAILS_PER_DAY} mails within a day, and nobody has opened a link in one of them. If you know the \
         person, send it again."
    )
}
