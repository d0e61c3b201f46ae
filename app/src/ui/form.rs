//! Buttons, and how a form says what came of it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::icon::{Icon, Picture};
use super::notice::{Notice, PROBLEM, ProblemNotice, Tone};
use crate::error::AppError;
use crate::kept::KeptForm;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The one thing to do next on this page.
    Primary,
    /// Everything else.
    #[default]
    Quiet,
    /// Takes something away.
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

/// A button that sends its form.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    look: Look,
    /// A picture before the words.
    #[prop(optional)]
    icon: Option<Picture>,
    /// Sent with the form when this button was used.
    #[prop(into, optional)]
    name: Option<String>,
    /// The value sent under `name`.
    #[prop(into, optional)]
    value: Option<String>,
    /// True while the form is on its way: the button says so and does not send twice.
    #[prop(into, optional)]
    busy: Signal<bool>,
    /// The words, a verb first.
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
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it asks for attention.
    #[prop(optional)]
    look: Look,
    /// A picture before the words.
    #[prop(optional)]
    icon: Option<Picture>,
    /// True for addresses that are not pages of the app, such as downloads.
    #[prop(optional)]
    external: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=look.class() href=href rel=external.then_some("external")>
            {icon.map(|picture| view! { <Icon picture/> })}
            {children()}
        </a>
    }
}

/// The error of a form: that of the action (with script), else that which the page remembers (without).
pub fn problem_of<S>(action: ServerAction<S>, kept: &KeptForm) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let remembered = kept.problem.clone();
    Signal::derive(move || match &*action.value().read() {
        Some(Err(error)) => Some(error.clone()),
        Some(Ok(_)) => None,
        None => remembered.clone(),
    })
}

/// Changes whenever the form is accepted, and not when it is refused: what depends on it is loaded anew then, and what was
/// typed into a refused form stays.
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

/// On top of a form: what is wrong, or what was done. Screen readers are told at once, and the focus moves to what is wrong.
#[component]
pub fn FormNotice(
    /// The form's error, from [`problem_of`].
    problem: Signal<Option<AppError>>,
    /// What was done: "Saved."
    #[prop(optional, into)]
    done: Signal<Option<String>>,
) -> impl IntoView {
    // What the page shows from the start is the browser's to go to.
    Effect::new(move |before: Option<()>| {
        if problem.read().is_some() && before.is_some() {
            request_animation_frame(focus_problem);
        }
    });
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

fn focus_problem() {
    use leptos::wasm_bindgen::JsCast as _;
    let problem = document().get_element_by_id(PROBLEM);
    let problem = problem.and_then(|element| element.dyn_into::<leptos::web_sys::HtmlElement>().ok());
    if let Some(problem) = problem {
        let _ = problem.focus();
    }
}
