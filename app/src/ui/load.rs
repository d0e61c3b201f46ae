//! A page's data: loading, shown, or failed.

use leptos::prelude::*;

use super::layout::PageHeader;
use super::notice::ProblemNotice;
use crate::error::AppError;

/// Shows what a page loads, or why it cannot be shown. `loading` awaits the use cases.
///
/// ```ignore
/// show(load_hours(), |hours| view! { <h1>{hours.name}</h1> }.into_any())
/// ```
pub fn show<T: 'static>(
    loading: impl Future<Output = Result<T, AppError>> + Send + 'static,
    shown: impl FnOnce(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    Suspend::new(async move {
        match loading.await {
            Ok(data) => shown(data),
            Err(error) => view! { <ProblemNotice error=answered(error)/> }.into_any(),
        }
    })
}

/// Like [`show`], for a page whose title and heading come with the data; on failure it gets others.
pub fn show_page<T: 'static>(
    loading: impl Future<Output = Result<T, AppError>> + Send + 'static,
    shown: impl FnOnce(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    Suspend::new(async move {
        match loading.await {
            Ok(data) => shown(data),
            Err(error) => {
                let title = match error {
                    AppError::NotFound => "Not found",
                    _ => "This page cannot be shown",
                };
                view! { <PageHeader title/><ProblemNotice error=answered(error)/> }.into_any()
            }
        }
    })
}

/// Gives the page the status of its error. Whoever is signed out is redirected instead.
fn answered(error: AppError) -> AppError {
    match error {
        AppError::SignedOut => error,
        other => crate::context::with_status(other),
    }
}

/// Shows what a page loaded. While it is loaded again the present content stays, so nothing flickers.
///
/// ```ignore
/// let page = Resource::new(move || query.get(), |query| load_profile(query));
/// load(page, |profile| view! { <h1>{profile.name}</h1> }.into_any())
/// ```
pub fn load<T>(
    page: Resource<Result<T, AppError>>,
    shown: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    load_or(page, shown, |error| view! { <ProblemNotice error/> }.into_any())
}

/// Like [`load`], for a page whose title and heading come with the data; on failure it gets others.
pub fn load_page<T>(
    page: Resource<Result<T, AppError>>,
    shown: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    load_or(page, shown, |error| {
        let title = match error {
            AppError::NotFound => "Not found",
            _ => "This page cannot be shown",
        };
        view! { <PageHeader title/><ProblemNotice error/> }.into_any()
    })
}

fn load_or<T>(
    page: Resource<Result<T, AppError>>,
    shown: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
    failed: impl Fn(AppError) -> AnyView + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=|| view! { <p class="waiting" role="status">"One moment …"</p> }>
            {move || {
                let shown = shown.clone();
                Suspend::new(async move {
                    match page.await {
                        Ok(data) => shown(data),
                        Err(error) => failed(error),
                    }
                })
            }}
        </Transition>
    }
}

/// Builds forms again whenever the key changes, so that their inputs show what is stored and not what was typed before.
pub fn rebuild_on<V: IntoView + 'static>(
    key: usize,
    forms: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl IntoView {
    view! { <For each=move || [key] key=|key| *key children=move |_| forms()/> }
}
