//! Buttons, and the outcome of a form.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::icon::{Icon, Picture};
use super::notice::{Notice, PROBLEM, ProblemNotice, Tone};
use crate::error::AppError;
use crate::flash::FormFlash;

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
    /// Whether the form is being sent. The button shows it and does not send twice.
    #[prop(into, optional)]
    busy: Signal<bool>,
    /// The text, beginning with a verb.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=look.class()
            type="submit"
            name=name
            value=value
            aria-busy=move || busy.get().then_some("true")
            disabled=move || busy.get()
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

/// The error of a form: from the action with script, else from the flash message.
pub fn problem_of<S>(action: ServerAction<S>, flash: &FormFlash) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let remembered = flash.problem.clone();
    Signal::derive(move || match &*action.value().read() {
        Some(Err(error)) => Some(error.clone()),
        Some(Ok(_)) => None,
        None => remembered.clone(),
    })
}

/// Changes whenever the form is accepted, not when it is refused: data that depends on it is loaded again, and what was typed into a
/// refused form stays.
pub fn accepted<S>(action: ServerAction<S>) -> Memo<usize>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    Memo::new(move |before: Option<&usize>| match &*action.value().read() {
        Some(Ok(_)) => action.version().get(),
        _ => before.copied().unwrap_or_default(),
    })
}

/// The outcome above a form: the error, or what was done. Screen readers announce it, and the focus moves to an error,
/// to which the refused form redirects.
#[component]
pub fn FormNotice(
    /// The form's error, from [`problem_of`].
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
