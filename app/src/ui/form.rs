//! Buttons, and the outcome of a form.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::notice::{Notice, PROBLEM, ProblemNotice, Tone};
use crate::error::AppError;

/// The emphasis of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The main action of the page.
    Primary,
    /// Any other action.
    #[default]
    Quiet,
    /// Deletes or cancels something.
    Danger,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Quiet => "button",
            Self::Danger => "button button-danger",
        }
    }
}

/// A submit button.
#[component]
pub fn Button(
    /// The emphasis.
    #[prop(optional)]
    look: Look,
    /// An icon before the text.
    #[prop(optional)]
    icon: Option<Picture>,
    /// The name that is posted when this button is used.
    #[prop(into, optional)]
    name: Option<String>,
    /// The value posted under `name`.
    #[prop(into, optional)]
    value: Option<String>,
    /// The text, beginning with a verb.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=look.class()
            type="submit"
            name=name
            value=value
        >
            {icon.map(|picture| view! { <Icon picture/> })}
            {children()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// The target.
    #[prop(into)]
    href: String,
    /// The emphasis.
    #[prop(optional)]
    look: Look,
    /// An icon before the text.
    #[prop(optional)]
    icon: Option<Picture>,
    /// Whether the target is no page of the app, such as a download.
    #[prop(optional)]
    external: bool,
    /// The text.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=look.class() href=href rel=external.then_some("external")>
            {icon.map(|picture| view! { <Icon picture/> })}
            {children()}
        </a>
    }
}

/// The outcome above a form: the error, or what was done. Screen readers announce it, and the focus moves to an error,
/// to which the refused form redirects.
#[component]
pub fn FormNotice(
    /// The form's error, from [`crate::flash::FormFlash::problem`].
    problem: Signal<Option<AppError>>,
    /// What was done: "Saved."
    #[prop(optional, into)]
    done: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        problem
            .get()
            .map(|error| view! { <ProblemNotice error id=PROBLEM/> }.into_any())
            .or_else(|| {
                done.get()
                    .map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> }.into_any())
            })
    }
}
