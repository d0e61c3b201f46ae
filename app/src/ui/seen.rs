//! The version that a form was made from, and what goes on when somebody else made a newer one meanwhile.

use leptos::prelude::*;

use super::field::Problem;
use super::form::{Button, Look};
use crate::error::{AppError, ChangedMeanwhile};

/// What was changed since one of a page's forms was made, if that is why it was refused.
fn changed_meanwhile(problem: Problem, form: &str) -> Option<ChangedMeanwhile> {
    match problem.get() {
        Some(AppError::ChangedMeanwhile(changes)) if changes.form == form => Some(changes),
        _ => None,
    }
}

/// Whether a form was refused because something was changed since it was made.
pub fn is_told(problem: Problem, form: &str) -> bool {
    changed_meanwhile(problem, form).is_some()
}

/// The buttons of a form with what somebody typed. Saving sends the version that the form was made from. Once that was refused a
/// second button sends the version that was told: it saves over what was told, and over nothing that came later.
#[component]
pub fn SaveButtons(
    /// The version that the form was made from.
    version: String,
    /// The form's error.
    problem: Problem,
    /// True while the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Which of the page's forms it is, as [`AppError::in_form`] names it; empty where there is one.
    #[prop(into, optional)]
    form: String,
    /// The words on the first button.
    #[prop(into, default = "Save".to_owned())]
    words: String,
    /// How much the first button asks for attention.
    #[prop(default = Look::Primary)]
    look: Look,
) -> impl IntoView {
    move || {
        let (version, words) = (version.clone(), words.clone());
        match changed_meanwhile(problem, &form) {
            None => view! {
                <input type="hidden" name="seen" value=version/>
                <Button look busy>{words}</Button>
            }
            .into_any(),
            // By which button it is sent decides on the version, so that there is one alone.
            Some(changes) => view! {
                <Button look busy name="seen" value=version>{words}</Button>
                <Button busy name="seen" value=changes.newest.to_string()>"Save all the same"</Button>
                <a href="" target="_blank" rel="external noopener">"Look at theirs in a new tab"</a>
            }
            .into_any(),
        }
    }
}

/// The button of a form that deletes something, with the version that the page shows. Whoever was told of a newer one and presses it
/// again means it, and the button says so.
#[component]
pub fn DeleteButton(
    /// The version that the page shows.
    version: String,
    /// The form's error.
    problem: Problem,
    /// True while the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Which of the page's forms it is, as [`AppError::in_form`] names it; empty where there is one.
    #[prop(into, optional)]
    form: String,
    /// The words on the button.
    #[prop(default = "Delete for good")]
    words: &'static str,
    /// The words on it once that was told.
    #[prop(default = "Delete all the same")]
    words_when_told: &'static str,
) -> impl IntoView {
    let words = move || {
        if is_told(problem, &form) {
            words_when_told
        } else {
            words
        }
    };
    view! {
        <SeenVersion version problem/>
        <Button look=Look::Danger busy>{words}</Button>
    }
}

/// The version in a form that is a button alone. Whoever was told of a newer one and presses it again means it.
#[component]
pub fn SeenVersion(
    /// The version that the page shows.
    version: String,
    /// The error of whichever form of the page was sent.
    problem: Problem,
) -> impl IntoView {
    let seen = move || match problem.get() {
        Some(AppError::ChangedMeanwhile(changes)) => changes.newest.to_string(),
        _ => version.clone(),
    };
    view! { <input type="hidden" name="seen" value=seen/> }
}
