//! What the page says at its top, and what was typed into a form that was refused.

/// A sentence at the top.
#[derive(Debug)]
pub(super) enum Notice {
    Done(&'static str),
    /// With the form that it concerns, so that nothing typed is lost.
    Problem(&'static str, Option<Typed>),
}

/// What a person typed into a form that was refused.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) calendar: u64,
    /// The event's name and the start that the form showed; none in the form for a new event.
    pub(super) event: Option<(String, String)>,
    pub(super) title: String,
    pub(super) date: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) all_day: bool,
}
