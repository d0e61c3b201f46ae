//! The building blocks of the use cases' errors.

/// A problem with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name in the form.
    pub field: &'static str,
    /// A sentence for a person, with the next step.
    pub sentence: String,
}

impl FieldProblem {
    /// Creates a problem with this field.
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            field,
            sentence: sentence.into(),
        }
    }
}

/// Returns the first problem's sentence, for a place that shows only one.
pub(crate) fn first_sentence(problems: &[FieldProblem]) -> &str {
    problems
        .first()
        .map_or("Please check the form.", |problem| problem.sentence.as_str())
}

/// A failure that the form did not cause: of the database, the disk, or the random generator. The `Display` text is for people and does not
/// reveal the cause; the cause is the error's `source`, for logs.
#[derive(Debug, thiserror::Error)]
#[error("Something went wrong on our side. Try again in a moment.")]
pub struct Internal(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl Internal {
    /// Wraps a cause that has no type of its own.
    pub(crate) fn because(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// Returns the cause, for a log.
    pub fn cause(&self) -> String {
        self.0.to_string()
    }
}

impl From<store::StoreError> for Internal {
    fn from(error: store::StoreError) -> Self {
        Self(Box::new(error))
    }
}
