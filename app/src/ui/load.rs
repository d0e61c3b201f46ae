//! A page's data: shown, or why not.

use leptos::prelude::*;

use super::layout::PageHeader;
use super::notice::ProblemNotice;
use crate::error::AppError;

/// Shows what a page loads, or why it cannot be shown. `loading` awaits the use cases.
///
/// ```ignore
/// load(hours(), |hours| view! { <h1>{hours.name}</h1> }.into_any())
/// ```
pub fn load<T: 'static>(
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

/// Like [`load`], for a page whose title and heading come with the data; on failure it gets others.
pub fn load_page<T: 'static>(
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
