//! Messages, cards, badges, empty states.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::error::{AppError, FieldProblem};

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Information.
    #[default]
    Info,
    /// Success.
    Good,
    /// A warning.
    Warn,
    /// A failure.
    Bad,
}

impl Tone {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    fn picture(self) -> Picture {
        match self {
            Self::Info => Picture::Info,
            Self::Good => Picture::Check,
            Self::Warn | Self::Bad => Picture::Warning,
        }
    }
}

/// A message. Failures interrupt a screen reader, others wait.
#[component]
pub fn Notice(
    /// The kind.
    #[prop(optional)]
    tone: Tone,
    /// A heading above the text.
    #[prop(into, optional)]
    title: Option<String>,
    /// An id, for a message that links lead to and that takes the focus.
    #[prop(optional_no_strip)]
    id: Option<&'static str>,
    /// The text.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=format!("notice notice-{}", tone.name()) role=role id=id tabindex=id.map(|_| "-1")>
            <Icon picture=tone.picture()/>
            <div class="notice-text">
                {title.map(|title| view! { <p class="notice-title">{title}</p> })}
                {children()}
            </div>
        </div>
    }
}

/// The id of a form's error, to which the browser goes after a refusal.
pub const PROBLEM: &str = "problem";

/// An error as a message, with links to invalid fields, or to the sign-in for a signed-out person.
#[component]
pub fn ProblemNotice(
    /// What went wrong.
    error: AppError,
    /// The id of a form's error: [`PROBLEM`].
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let body = match &error {
        AppError::Fields(problems) if problems.len() > 1 => {
            let links = problems
                .iter()
                .map(|problem| view! { <li>{link_to(problem)}</li> });
            view! { <ul>{links.collect_view()}</ul> }.into_any()
        }
        AppError::Fields(problems) if !problems.is_empty() => {
            view! { <p>{problems.iter().map(link_to).collect_view()}</p> }.into_any()
        }
        AppError::SignedOut => {
            view! { <p>{error.to_string()} " " <a href="/sign-in">"Sign in"</a></p> }.into_any()
        }
        AppError::ChangedMeanwhile(changes) => {
            let sentences = changes.sentences.iter();
            let sentences = sentences.map(|sentence| view! { <li>{sentence.clone()}</li> });
            let body = view! {
                <ul>{sentences.collect_view()}</ul>
                <p>"Nothing is saved yet, and what you typed is still here. Look at what is there now, or go on all the same."</p>
            };
            return view! { <Notice tone=Tone::Bad title="This was changed meanwhile" id>{body}</Notice> }
                .into_any();
        }
        _ => view! { <p>{error.to_string()}</p> }.into_any(),
    };
    view! { <Notice tone=Tone::Bad id>{body}</Notice> }.into_any()
}

/// A link to an invalid field. The browser itself opens a folded section and moves the focus.
fn link_to(problem: &FieldProblem) -> impl IntoView + use<> {
    let href = format!("#field-{}", problem.field);
    view! { <a href=href rel="external">{problem.sentence().to_owned()}</a> }
}

/// A card.
#[component]
pub fn Card(
    /// The heading (second level).
    #[prop(into, optional)]
    title: Option<String>,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card">
            {title.map(|title| view! { <h2 class="card-title">{title}</h2> })}
            {children()}
        </section>
    }
}

/// A short label such as "waiting".
#[component]
pub fn Badge(
    /// The kind.
    #[prop(optional)]
    tone: Tone,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.name())>{children()}</span> }
}

/// The notice that a list is empty, with the next step.
#[component]
pub fn EmptyState(
    /// What is missing.
    #[prop(into)]
    title: String,
    /// The next step: a sentence, a link.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon picture=Picture::Quince/>
            <h2>{title}</h2>
            {children()}
        </div>
    }
}
