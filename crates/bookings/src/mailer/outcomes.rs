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
    BrokenOff,
    /// The mail could not be sent.
    Failed {
        /// The problem, in a sentence.
        problem: String,
        /// When the next attempt is due; none if the mail is given up.
        next: Option<Timestamp>,
        /// When it failed.
        at: Timestamp,
        /// How long this may last before it is reported; none if it concerns the recipient only.
        patience: Option<SignedDuration>,
    },
}

/// A change of the mail trouble, which is logged once.
enum News {
    /// Mails have failed for a while; with the reason.
    Began(String),
    /// Mails are sent again.
    Over,
}

/// Stores whether mails can be sent at all.
async fn note_trouble(tx: &mut WriteTx, known: &[(Message, Outcome)]) -> Result<Option<News>, StoreError> {
    let mut news = None;
    for (_, outcome) in known {
        match outcome {
            Outcome::Sent { at } => {
                let over = mail_trouble::resolved(tx).await?;
                if over.is_some_and(|over| over.told_at.is_some()) {
                    messages::make_due(tx, *at).await?;
                    news = Some(News::Over);
                }
            }
            Outcome::Failed {
                problem,
                at,
                patience: Some(patience),
                ..
            } => {
                let alarm_at = at.checked_add(*patience).unwrap_or(Timestamp::MAX);
                mail_trouble::failed(tx, problem, *at, alarm_at).await?;
                if mail_trouble::claim_alert(tx, *at).await? {
                    news = Some(News::Began(problem.clone()));
                }
            }
            Outcome::Failed { .. } | Outcome::Moot | Outcome::BrokenOff => {}
        }
    }
    Ok(news)
}

/// Results that are yet to be stored.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    known: Mutex<Vec<(Message, Outcome)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Outcomes {
    /// Stores a result, in one transaction with those that arrive until its turn.
    pub(crate) async fn keep(
        &self,
        store: &Store,
        message: Message,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        self.known().push((message, outcome));
        let _turn = self.turn.lock().await;
        if self.known().is_empty() {
            // An earlier transaction stored this result.
            return Ok(());
        }
        let mut tx = store.write().await?;
        let known = std::mem::take(&mut *self.known());
        // Every process locks in this order, which prevents deadlocks.
        let news = note_trouble(&mut tx, &known).await?;
        for (message, outcome) in &known {
            match outcome {
                Outcome::Sent { at } => messages::sent_at(&mut tx, message, *at).await?,
                Outcome::Moot => messages::sent(&mut tx, message).await?,
                Outcome::BrokenOff => messages::release(&mut tx, message).await?,
                Outcome::Failed {
                    problem, next, at, ..
                } => messages::failed(&mut tx, message, problem, *next, *at).await?,
            }
        }
        tx.commit().await?;
        match news {
            Some(News::Began(problem)) => tracing::error!(%problem, "mails are not being sent"),
            Some(News::Over) => tracing::info!("mails are being sent again"),
            None => {}
        }
        Ok(())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<(Message, Outcome)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
