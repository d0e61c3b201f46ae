//! Flash messages: what a page shows once after a form was posted.

use std::collections::BTreeMap;

use leptos::prelude::Signal;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::field::Problem;

/// The outcome of a form and what was typed. Empty when the form was not posted. Never holds a password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormFlash {
    /// The kept fields, by name.
    pub values: BTreeMap<String, String>,
    /// Why the form was refused.
    pub problem: Option<AppError>,
    /// What was done, such as "Saved.", when the form was accepted and stays on its page.
    pub done: Option<String>,
}

impl FormFlash {
    /// The kept value of a field, else `otherwise`.
    pub fn value_or(&self, field: &str, otherwise: &str) -> String {
        self.values
            .get(field)
            .map_or_else(|| otherwise.to_owned(), Clone::clone)
    }

    /// The form's error, for its notice and fields.
    pub fn problem(&self) -> Problem {
        Signal::stored(self.problem.clone())
    }

    /// What was done, for the form's notice.
    pub fn done(&self) -> Signal<Option<String>> {
        Signal::stored(self.done.clone())
    }

    /// The kept value of a field, else an empty text.
    pub fn value(&self, field: &str) -> String {
        self.value_or(field, "")
    }
}
