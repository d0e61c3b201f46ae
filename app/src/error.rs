//! The one error of all server functions, made for display: it never holds the text of a database error.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A problem with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's `name` in the form.
    pub field: String,
    sentence: String,
}

impl FieldProblem {
    /// Creates a problem with this field. The text of the cause is a sentence for a person, with the next step.
    pub fn new(field: impl Into<String>, cause: impl std::error::Error) -> Self {
        Self {
            field: field.into(),
            sentence: cause.to_string(),
        }
    }

    /// Returns the sentence for a person, with the next step.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// Moves the problem to another field, for a form that names it differently.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            ..self
        }
    }
}

/// What others changed since the form was rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedMeanwhile {
    /// One sentence per change: who changed what and when.
    pub sentences: Vec<String>,
    /// The version that an overriding save replaces.
    pub newest: i64,
    /// Which form of the page was refused, if it has several.
    pub form: String,
}

/// Why a page or an action failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Fields of the form are invalid.
    #[error("{}", .0.first().map_or("Please check the form.", |first| first.sentence.as_str()))]
    Fields(Vec<FieldProblem>),
    /// The time was taken meanwhile; the page offers others.
    #[error("{0}")]
    SlotTaken(String),
    /// Somebody else saved since the form was rendered. The page shows their changes and offers to save anyway.
    #[error("{}", .0.sentences.join(" "))]
    ChangedMeanwhile(ChangedMeanwhile),
    /// A rule or another system refuses; the sentence says which, and what to do.
    #[error("{0}")]
    Refused(String),
    /// The address leads nowhere.
    #[error("This page does not exist, or the link is not complete.")]
    NotFound,
    /// The person's role does not allow this.
    #[error("You may not do this. Ask an administrator of your team.")]
    NotAllowed,
    /// Nobody is signed in.
    #[error("You are signed out. Sign in to go on.")]
    SignedOut,
    /// Too many attempts in a short time.
    #[error("That was tried too often. Wait a minute, then try again.")]
    TooMany,
    /// A limit per network or address is reached; the sentence says what to do. What was typed is kept.
    #[error("{0}")]
    Enough(String),
    /// The form's puzzle has expired. The form is sent again with a new one; the sentence says when.
    #[error("{0}")]
    FormOutdated(String),
    /// The browser could not reach the server.
    #[error(
        "Quince could not be reached. Check your connection, then try again. What you typed is still here."
    )]
    Offline,
    /// An internal error; the request id finds it in the log.
    #[error(
        "Something went wrong on our side. Try again; if it stays, tell the operator this number: {request_id}"
    )]
    Internal {
        /// The request's id in the log.
        request_id: String,
    },
}

impl AppError {
    /// An error of one field.
    pub fn field(field: impl Into<String>, cause: impl std::error::Error) -> Self {
        Self::Fields(vec![FieldProblem::new(field, cause)])
    }

    /// Sets which form of a page was refused.
    #[must_use]
    pub fn in_form(self, form: &str) -> Self {
        match self {
            Self::ChangedMeanwhile(changes) => Self::ChangedMeanwhile(ChangedMeanwhile {
                form: form.to_owned(),
                ..changes
            }),
            other => other,
        }
    }

    /// Renames the fields of an error for a form that names them differently.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn at_fields(self, named: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Fields(problems) => Self::Fields(
                problems
                    .into_iter()
                    .map(|problem| {
                        let field = named(&problem.field);
                        problem.at(field)
                    })
                    .collect(),
            ),
            other => other,
        }
    }

    /// The sentence about a field, if it is invalid.
    pub fn of_field(&self, field: &str) -> Option<String> {
        match self {
            Self::Fields(problems) => problems
                .iter()
                .find(|problem| problem.field == field)
                .map(|problem| problem.sentence.clone()),
            _ => None,
        }
    }

    /// The corresponding HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Fields(_) | Self::Refused(_) | Self::FormOutdated(_) => 422,
            Self::SlotTaken(_) | Self::ChangedMeanwhile(_) => 409,
            Self::NotFound => 404,
            Self::NotAllowed => 403,
            Self::SignedOut => 401,
            Self::TooMany | Self::Enough(_) => 429,
            Self::Offline => 503,
            Self::Internal { .. } => 500,
        }
    }
}

/// The server could not read the request: it is too long, or was cut off.
#[cfg(feature = "ssr")]
const UNREADABLE: &str =
    "What was sent is too long, or did not arrive whole. Shorten it, then send it again.";
/// The response is not one of ours, for example a proxy's or the rate limiter's.
#[cfg(not(feature = "ssr"))]
const UNREADABLE: &str = "The server did not accept this. Wait a moment, then try again.";

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        let error = match value {
            ServerFnErrorErr::Request(_) => Self::Offline,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::Refused("The form arrived incomplete. Reload the page and send it again.".to_owned())
            }
            ServerFnErrorErr::Deserialization(_) => Self::Refused(UNREADABLE.to_owned()),
            _ => Self::Internal {
                request_id: "unknown".to_owned(),
            },
        };
        // The server function itself never runs in this case, so the status is set here.
        #[cfg(feature = "ssr")]
        let error = crate::context::with_status(error);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("Enter your name.")]
    struct NoName;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        for error in [
            AppError::field("name", NoName),
            AppError::SlotTaken("This time was just taken.".to_owned()),
            AppError::ChangedMeanwhile(ChangedMeanwhile {
                sentences: vec!["Maya changed the notes at 14:02.".to_owned()],
                newest: 3,
                form: "edit".to_owned(),
            }),
            AppError::Internal {
                request_id: "17".to_owned(),
            },
        ] {
            assert_eq!(AppError::de(error.ser()), error);
        }
    }

    #[test]
    fn the_first_field_speaks_for_the_form() {
        let error = AppError::field("name", NoName);
        assert_eq!(error.to_string(), "Enter your name.");
        assert_eq!(error.of_field("name").as_deref(), Some("Enter your name."));
        assert_eq!(error.of_field("email"), None);
    }
}
