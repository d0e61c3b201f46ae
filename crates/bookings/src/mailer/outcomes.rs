//! What became of mails, kept several at a time: every commit waits for the disk, and on SQLite keeps bookings waiting, too.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use store::messages::{self, Message};
use store::{Store, StoreError, WriteTx, mail_trouble};

/// What became of a try to send a mail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was sent.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// There was nothing to send any more.
    Moot,
    /// It was broken off and is tried again at once, by whoever works then.
    BrokenOff,
    /// It could not be sent.
    Failed {
        /// Why not.
        problem: String,
        /// When it is tried again; it is given up without.
        next: Option<Timestamp>,
        /// When it failed.
        at: Timestamp,
        /// How long this may last before people are told; nothing when it concerns only its recipient.
        patience: Option<SignedDuration>,
    },
}

/// What the log tells once.
enum News {
    /// Mails have failed for a while, for this reason.
    Began(String),
    /// They are sent again.
    Over,
}

/// Keeps whether mails go out at all.
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

/// Outcomes that are to be kept.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    known: Mutex<Vec<(Message, Outcome)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Outcomes {
    /// Keeps an outcome, together with those that become known until it is their turn to be written.
    pub(crate) async fn keep(
        &self,
        store: &Store,
        message: Message,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        self.known().push((message, outcome));
        let _turn = self.turn.lock().await;
        if self.known().is_empty() {
            // Whoever had their turn before kept this one along with theirs.
            return Ok(());
        }
        let mut tx = store.write().await?;
        let known = std::mem::take(&mut *self.known());
        // In this order in every process, so that no two wait for each other.
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
