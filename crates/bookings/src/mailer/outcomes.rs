//! Results of mails, stored in batches: every commit waits for the disk, and on SQLite blocks bookings, too.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use store::messages::{self, Message};
use store::{Store, StoreError, WriteTx, mail_trouble};

/// The result of an attempt to send a mail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The mail was sent.
    Sent {
        /// When it was sent.
        at: Timestamp,
    },
    /// There is nothing to send any more.
    Moot,
    /// The attempt was interrupted; the mail is released for the next worker.
    Interrupted,
    /// The mail could not be sent.
    Failed {
        /// The problem, in a sentence.
        problem: String,
        /// When the next attempt is due; none if the mail is given up.
        next: Option<Timestamp>,
        /// When it failed.
        at: Timestamp,
        /// How long this may last before it is reported; none if it concerns the recipient only.
        report_after: Option<SignedDuration>,
    },
}

/// A change of the mail trouble, which is logged once.
enum TroubleChange {
    /// Mails have failed for a while; with the reason.
    Began(String),
    /// Mails are sent again.
    Ended,
}

/// Stores whether mails can be sent at all.
async fn note_trouble(
    tx: &mut WriteTx,
    pending: &[(Message, Outcome)],
) -> Result<Option<TroubleChange>, StoreError> {
    let mut change = None;
    for (_, outcome) in pending {
        match outcome {
            Outcome::Sent { at } => {
                let over = mail_trouble::resolved(tx).await?;
                if over.is_some_and(|over| over.notified_at.is_some()) {
                    messages::make_due(tx, *at).await?;
                    change = Some(TroubleChange::Ended);
                }
            }
            Outcome::Failed {
                problem,
                at,
                report_after: Some(report_after),
                ..
            } => {
                let alarm_at = at.checked_add(*report_after).unwrap_or(Timestamp::MAX);
                mail_trouble::failed(tx, problem, *at, alarm_at).await?;
                if mail_trouble::claim_alert(tx, *at).await? {
                    change = Some(TroubleChange::Began(problem.clone()));
                }
            }
            Outcome::Failed { .. } | Outcome::Moot | Outcome::Interrupted => {}
        }
    }
    Ok(change)
}

/// Results that are yet to be stored.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pending: Mutex<Vec<(Message, Outcome)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Outcomes {
    /// Stores a result, in one transaction with those that arrive until its turn.
    pub(crate) async fn record(
        &self,
        store: &Store,
        message: Message,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        self.pending().push((message, outcome));
        let _turn = self.turn.lock().await;
        if self.pending().is_empty() {
            // An earlier transaction stored this result.
            return Ok(());
        }
        let mut tx = store.write().await?;
        let pending = std::mem::take(&mut *self.pending());
        // Every process locks in this order, which prevents deadlocks.
        let change = note_trouble(&mut tx, &pending).await?;
        for (message, outcome) in &pending {
            match outcome {
                Outcome::Sent { at } => messages::sent_at(&mut tx, message, *at).await?,
                Outcome::Moot => messages::sent(&mut tx, message).await?,
                Outcome::Interrupted => messages::release(&mut tx, message).await?,
                Outcome::Failed {
                    problem, next, at, ..
                } => messages::failed(&mut tx, message, problem, *next, *at).await?,
            }
        }
        tx.commit().await?;
        match change {
            Some(TroubleChange::Began(problem)) => tracing::error!(%problem, "mails are not being sent"),
            Some(TroubleChange::Ended) => tracing::info!("mails are being sent again"),
            None => {}
        }
        Ok(())
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Vec<(Message, Outcome)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
