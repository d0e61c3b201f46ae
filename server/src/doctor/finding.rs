//! The result of a check.

use std::time::Duration;

/// Time limit of one check.
pub(super) const LONGEST: Duration = Duration::from_secs(5);

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    /// It works, but not for long or not for everybody.
    Warning,
    /// Quince does not start, or a part of it does not work.
    Wrong,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// The result of one check.
#[derive(Debug)]
pub(super) struct Finding {
    part: &'static str,
    pub(super) state: State,
    sentence: String,
}

impl Finding {
    fn new(state: State, part: &'static str, sentence: impl Into<String>) -> Self {
        // Messages of servers and systems may contain line breaks.
        let sentence = sentence.into().replace(char::is_control, " ");
        Self {
            part,
            state,
            sentence,
        }
    }

    pub(super) fn ok(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Ok, part, sentence)
    }

    pub(super) fn warning(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Warning, part, sentence)
    }

    pub(super) fn wrong(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Wrong, part, sentence)
    }

    pub(super) fn line(&self) -> String {
        format!("{:<8}{:<10}{}\n", self.state.word(), self.part, self.sentence)
    }
}
