//! Evaluates the result of a search by time.

use std::collections::HashSet;

use jiff::SignedDuration;
use store::external_events;

use super::ingest::Ingest;
use super::search::{Searched, sentence};
use crate::problem::Internal;

/// Servers may interpret the ends of a span in another zone, so events this close to them are not considered.
const EDGE: SignedDuration = SignedDuration::from_hours(48);

impl Searched {
    /// Returns whether the search fails or omits events, and the sentence about it. If `comparable` is given, only its paths are
    /// certain to be on the server as they are stored.
    pub(super) async fn verdict(
        self,
        ingest: &Ingest<'_>,
        comparable: Option<&HashSet<String>>,
    ) -> Result<(bool, Option<String>), Internal> {
        let calendar = ingest.calendar;
        match self {
            Self::Unknown => Ok((calendar.search_fails, calendar.search_problem.clone())),
            Self::Failed => Ok((true, Some(sentence(ingest.suspect.as_ref())))),
            Self::Found(found, span) => {
                let (from, to) = (
                    span.from.max(ingest.reader.horizon.from),
                    span.to.min(ingest.reader.horizon.to),
                );
                let mut tx = ingest.run.quince.store().read().await?;
                let known =
                    external_events::hrefs_within(&mut tx, calendar.id, from + EDGE, to - EDGE).await?;
                let is_left_out = |href: &String| {
                    !found.contains(href) && comparable.is_none_or(|comparable| comparable.contains(href))
                };
                Ok((known.iter().any(is_left_out), None))
            }
        }
    }
}
