//! What clients are asked, and what they answered.

use serde::{Deserialize, Serialize};

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// On one line.
    Line,
    /// On several lines.
    Text,
    /// With one of the choices.
    Choice,
    /// With yes or no.
    YesNo,
}

/// What a booking calendar asks its clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeQuestion {
    /// What is asked; no two questions of a booking calendar ask the same.
    pub label: String,
    /// How it is answered.
    pub kind: AnswerKind,
    /// What can be chosen; empty for other kinds.
    pub choices: Vec<String>,
    /// Whether it must be answered; with yes, where that is the answer.
    pub required: bool,
}

/// What a client answered. It keeps the question as it was asked then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub label: String,
    /// The answer.
    pub text: String,
}
