//! The version on which a form is based, and saving over somebody else's newer version.

use leptos::prelude::*;

use super::field::Problem;
use super::form::{Button, Look};
use crate::error::{AppError, ChangedMeanwhile};

/// What was changed since a form of the page was rendered, if it was refused for that.
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

/// The save buttons of a form. Saving sends the version on which the form is based. After a refusal a second button sends the version that
/// was shown: it overrides the changes that were shown, and none that came later.
#[component]
pub fn SaveButtons(
    /// The version on which the form is based.
    version: String,
    /// The form's error.
    problem: Problem,
    /// Which form of the page it is, see [`AppError::in_form`]; empty if there is one.
    #[prop(into, optional)]
    form: String,
    /// The text of the first button.
    #[prop(into, default = "Save".to_owned())]
    words: String,
    /// The emphasis of the first button.
    #[prop(default = Look::Primary)]
    look: Look,
) -> impl IntoView {
    move || {
        let (version, words) = (version.clone(), words.clone());
        match changed_meanwhile(problem, &form) {
            None => view! {
                <input type="hidden" name="seen" value=version/>
                <Button look>{words}</Button>
            }
            .into_any(),
            // The version is sent by the button, so that only one is sent.
            Some(changes) => view! {
                <Button look name="seen" value=version>{words}</Button>
                <Button name="seen" value=changes.newest.to_string()>"Save all the same"</Button>
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
        <Button look=Look::Danger>{words}</Button>
    }
}

/// The version in a form that is a single button. Pressing it again after a refusal overrides the changes that were shown.
#[component]
pub fn SeenVersion(
    /// The version on which the page is based.
    version: String,
    /// The error of any form on the page.
    problem: Problem,
) -> impl IntoView {
    let seen = move || match problem.get() {
        Some(AppError::ChangedMeanwhile(changes)) => changes.newest.to_string(),
        _ => version.clone(),
    };
    view! { <input type="hidden" name="seen" value=seen/> }
}
