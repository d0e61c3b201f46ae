//! Problems with a booking calendar's questions and the answers to them.

use store::questions::AnswerKind;

/// What is wrong with the questions of a booking calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionProblem {
    /// There are too many.
    #[error("Ask at most {max} questions. Remove some of them.")]
    TooMany {
        /// Maximum number of questions.
        max: usize,
    },
    /// Two have the same text.
    #[error("“{question}” is asked twice. Remove one of both.")]
    AskedTwice {
        /// The text of the question.
        question: String,
    },
    /// One has too few or too many choices, or the same choice twice.
    #[error("Give “{question}” between 2 and {max} different choices.")]
    Choices {
        /// The text of the question.
        question: String,
        /// Maximum number of choices.
        max: usize,
    },
}

impl QuestionProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too_many_questions",
            Self::AskedTwice { .. } => "question_twice",
            Self::Choices { .. } => "question_choices",
        }
    }
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// The question is not asked.
    #[error("“{question}” is not asked here. Reload the page, and answer what is.")]
    NotAsked {
        /// The text that was answered.
        question: String,
    },
    /// The answer is not one of the choices.
    #[error("Choose one of the list for “{question}”.")]
    InvalidChoice {
        /// The text of the question.
        question: String,
    },
    /// The answer is neither yes nor no.
    #[error("Answer “{question}” with yes or no.")]
    NotYesOrNo {
        /// The text of the question.
        question: String,
    },
    /// A required answer is missing.
    #[error("{}", missing(question, *kind))]
    Missing {
        /// The text of the question.
        question: String,
        /// How it is answered.
        kind: AnswerKind,
    },
}

impl AnswerProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotAsked { .. } => "question_not_asked",
            Self::InvalidChoice { .. } => "answer_no_choice",
            Self::NotYesOrNo { .. } => "answer_not_yes_or_no",
            Self::Missing { .. } => "answer_missing",
        }
    }
}

fn missing(question: &str, kind: AnswerKind) -> String {
    match kind {
        AnswerKind::YesNo => format!("Please tick “{question}”: without it, nothing can be booked here."),
        AnswerKind::Choice => format!("Please choose an answer to “{question}”."),
        AnswerKind::Line | AnswerKind::Text => format!("Please answer “{question}”."),
    }
}
