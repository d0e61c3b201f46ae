//! Why an appointment has its host.

use std::fmt;

use scheduling::ChoiceReason;
use serde::{Deserialize, Serialize};

use crate::db::json;
use crate::error::StoreError;
use crate::fields::Fields;

/// Why an appointment has its host. Stored as JSON; its `Display` text is what staff read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentReason {
    /// It was their turn in the round robin.
    Turn(ChoiceReason),
    /// The client chose them.
    ChosenByClient,
    /// The staff member who booked chose them.
    ChosenByStaff,
    /// A staff member booked although nobody was on offer.
    NobodyOnOffer,
    /// The client got a seat from the waiting list.
    Promoted,
    /// The staff member of this name gave them the part of another one.
    ReassignedBy(String),
    /// The text that 0.1.0 stored.
    #[serde(skip)]
    Text(String),
}

impl fmt::Display for AssignmentReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Turn(reason) => reason.fmt(f),
            Self::ChosenByClient => f.write_str("chosen by the client"),
            Self::ChosenByStaff => f.write_str("chosen by staff"),
            Self::NobodyOnOffer => f.write_str("nobody was on offer then"),
            Self::Promoted => f.write_str("moved up from the waiting list"),
            Self::ReassignedBy(name) => write!(f, "exchanged by {name}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Reads the column. What is not JSON of a reason is a text of 0.1.0.
pub(crate) fn read(row: &dyn Fields, column: &str) -> Result<Option<AssignmentReason>, StoreError> {
    let text = row.opt_text(column)?;
    Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(AssignmentReason::Text(text))))
}

/// Returns the text to store; a text of 0.1.0 as it was.
pub(crate) fn stored(reason: Option<&AssignmentReason>) -> Result<Option<String>, StoreError> {
    match reason {
        Some(AssignmentReason::Text(text)) => Ok(Some(text.clone())),
        other => other.map(json).transpose(),
    }
}
