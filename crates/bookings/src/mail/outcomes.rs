//! What became of mails, kept several at a time: every commit waits for the disk, and on SQLite keeps bookings waiting, too.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use store::messages::{self, Message};
use store::{Store, StoreError};

/// What became of a try to send a mail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was sent, or there was nothing to send any more.
    Sent,
    /// It could not be sent.
    Failed {
        /// Why not.
        problem: String,
        /// When it is tried again; it is given up without.
        next: Option<Timestamp>,
        /// When it failed.
        at: Timestamp,
    },
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
        for (message, outcome) in &known {
            match outcome {
                Outcome::Sent => messages::sent(&mut tx, message).await?,
                Outcome::Failed { problem, next, at } => {
                    messages::failed(&mut tx, message, problem, *next, *at).await?;
                }
            }
        }
        tx.commit().await
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<(Message, Outcome)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
