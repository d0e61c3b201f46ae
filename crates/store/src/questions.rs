//! Questions to clients, and their answers.

use serde::{Deserialize, Serialize};

/// The kind of input for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// One line of text.
    Line,
    /// Several lines of text.
    Text,
    /// One of the given choices.
    Choice,
    /// Yes or no.
    YesNo,
}

/// A question that a booking calendar asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeQuestion {
    /// The question's text, unique within the booking calendar.
    pub label: String,
    /// The kind of input.
    pub kind: AnswerKind,
    /// The choices; empty for other kinds.
    pub choices: Vec<String>,
    /// Whether an answer is required; for yes or no, the answer yes.
    pub required: bool,
}

/// A client's answer, with the question as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's text.
    pub label: String,
    /// The answer.
    pub text: String,
}
