//! What a page remembers of a form that was sent without script.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What was typed and what came of it. Empty when the form was not sent before. Never holds a password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptForm {
    /// The fields that were kept, by name.
    pub values: BTreeMap<String, String>,
    /// Why the form was not accepted.
    pub problem: Option<AppError>,
    /// What was done, when it was accepted and the page stays: "Saved."
    pub done: Option<String>,
}

impl KeptForm {
    /// The kept value of a field, else the given one.
    pub fn value_or(&self, field: &str, otherwise: &str) -> String {
        self.values
            .get(field)
            .map_or_else(|| otherwise.to_owned(), Clone::clone)
    }

    /// The kept value of a field, else an empty text.
    pub fn value(&self, field: &str) -> String {
        self.value_or(field, "")
    }
}
