//! Collects what was not understood, in a bounded list of sentences for people.

use crate::model::{Problem, ProblemKind};

/// Most problems of one resource; a hostile text can have one for each line.
const MOST: usize = 200;

/// The problems of one resource.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem, once for each event and sentence.
    pub(crate) fn add(&mut self, kind: ProblemKind, uid: &str, unplaced: bool, sentence: String) {
        if self.0.len() < MOST {
            if !self
                .0
                .iter()
                .any(|p| p.kind == kind && p.uid == uid && p.sentence == sentence)
            {
                self.0.push(Problem {
                    kind,
                    sentence,
                    uid: uid.to_owned(),
                    unplaced,
                });
            }
        } else if unplaced && let Some(last) = self.0.last_mut() {
            last.unplaced = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Drops problems of events that are free. What could not be placed stays: it may belong to another event.
    pub(crate) fn forget(&mut self, is_free: impl Fn(&str) -> bool) {
        self.0
            .retain(|problem| problem.unplaced || !is_free(&problem.uid));
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.0
    }
}

/// Returns how a sentence names an event.
pub(crate) fn called(title: &str) -> String {
    if title.trim().is_empty() {
        "An event without a title".to_owned()
    } else {
        let short: String = title.trim().chars().take(80).collect();
        format!("“{short}”")
    }
}
