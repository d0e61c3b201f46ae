//! A page's data: waiting, shown, or why it cannot be shown.

use leptos::prelude::*;

use super::notice::ProblemNotice;
use crate::error::AppError;

/// Shows what a page loaded, by `shown`. While the next answer is on its way the present one stays, so nothing flickers.
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
    view! {
        <Transition fallback=|| view! { <p class="waiting" role="status">"One moment …"</p> }>
            {move || {
                let shown = shown.clone();
                Suspend::new(async move {
                    match page.await {
                        Ok(data) => shown(data),
                        Err(error) => view! { <ProblemNotice error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}
