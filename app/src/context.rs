//! What server functions need around the use case: who is signed in, the use cases themselves, and the way back to the
//! page for forms that were sent without script.
//!
//! ```ignore
//! #[server(prefix = "/api/fn", endpoint = "save-profile")]
//! pub async fn save_profile(name: String, zone: String) -> Result<String, AppError> {
//!     let form = Submitted::new("profile").keep("name", &name).keep("zone", &zone);
//!     form.stay(run(name, zone).await, "Saved.").await
//! }
//! ```

use std::collections::BTreeMap;

use bookings::Quince;
use bookings::versions::Versioned;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, REFERER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::error::AppError;
use crate::kept::KeptForm;

/// Forms that were not accepted are remembered this many seconds.
const KEPT_SECONDS: i64 = 30 * 60;
/// Bytes that are kept of what somebody typed who is not signed in.
const KEPT_OF_STRANGERS: usize = 8 * 1024;
/// Bytes of one field.
const KEPT_OF_VALUE: usize = 4 * 1024;

/// The use cases, as the server provided them.
pub fn quince() -> Result<Quince, AppError> {
    use_context::<Quince>().ok_or_else(|| internal(&"the server provided no use cases"))
}

/// The newest version of what a form edits. Ask before reading what the form shows.
pub async fn version(of: Versioned) -> Result<String, AppError> {
    let newest = bookings::versions::newest(&quince()?, of).await?;
    Ok(newest.to_string())
}

/// The visitor's session.
pub fn session() -> Result<Session, AppError> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Session>().cloned())
        .ok_or_else(|| internal(&"no session layer around this route"))
}

/// Something broke: logs it under the request's id and says that id to the person.
pub fn internal(cause: &dyn std::fmt::Display) -> AppError {
    let request_id = use_context::<Parts>()
        .and_then(|parts| Some(parts.headers.get("x-request-id")?.to_str().ok()?.to_owned()))
        .unwrap_or_else(|| "unknown".to_owned());
    tracing::error!(%request_id, %cause, "a page could not do its work");
    AppError::Internal { request_id }
}

/// Answers with the status that an error stands for, so that a page that was not found is a 404, and hands the error on.
pub fn with_status(error: AppError) -> AppError {
    if let (Some(answer), false) = (use_context::<ResponseOptions>(), is_plain_post()) {
        answer.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    error
}

/// Sets the page's Content-Security-Policy, which allows inline scripts of this nonce alone.
pub fn set_content_security_policy(nonce: &str) {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let (Some(answer), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        answer.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}

/// A form that was sent, with the fields that may be shown again. Never keep a password.
#[derive(Debug)]
pub struct Submitted {
    form: &'static str,
    /// What tells it from others of its name.
    which: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    kept: KeptForm,
    at: i64,
}

impl Submitted {
    /// The form of this name; [`kept`] finds it again by the name.
    pub fn new(form: &'static str) -> Self {
        Self {
            form,
            which: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    /// Keeps a field in case the form is not accepted.
    #[must_use]
    pub fn keep(mut self, field: &str, value: &str) -> Self {
        self.values.insert(field.to_owned(), value.to_owned());
        self
    }

    /// Which of several forms of this name it is: kept in any case.
    #[must_use]
    pub fn of(mut self, field: &str, value: &str) -> Self {
        self.which.insert(field.to_owned(), value.to_owned());
        self.keep(field, value)
    }

    /// Ends the form. Accepted: the browser goes to the address in the result. Not accepted: the page shows why, with all that
    /// was typed.
    pub async fn go<E: Into<AppError>>(self, result: Result<String, E>) -> Result<(), AppError> {
        match result {
            Ok(to) => {
                if let Ok(session) = session() {
                    let _ = session.remove_value(&key(self.form)).await;
                }
                leptos_axum::redirect(&to);
                Ok(())
            }
            Err(error) => Err(self.not_accepted(error.into()).await),
        }
    }

    /// As [`Submitted::go`], and the page that the browser goes to says what was done, if there is something to say. That page finds
    /// it as what is [`kept`] of `page`.
    pub async fn go_and_tell<E: Into<AppError>>(
        self,
        result: Result<(String, Option<String>), E>,
        page: &'static str,
    ) -> Result<(), AppError> {
        if let Ok((_, Some(done))) = &result {
            let kept = KeptForm {
                done: Some(done.clone()),
                ..KeptForm::default()
            };
            Submitted::new(page).remember(kept).await;
        }
        self.go(result.map(|(to, _)| to)).await
    }

    /// Ends the form and stays on the page, which then says `done`, e.g. "Saved."
    pub async fn stay<E: Into<AppError>>(
        self,
        result: Result<(), E>,
        done: &str,
    ) -> Result<String, AppError> {
        match result {
            Ok(()) => {
                if is_plain_post() {
                    let kept = KeptForm {
                        values: self.which.clone(),
                        problem: None,
                        done: Some(done.to_owned()),
                    };
                    self.remember(kept).await;
                    leptos_axum::redirect(&page_of_form());
                }
                Ok(done.to_owned())
            }
            Err(error) => Err(self.not_accepted(error.into()).await),
        }
    }

    async fn not_accepted(self, error: AppError) -> AppError {
        if is_plain_post() && (error != AppError::TooMany || is_remembered().await) {
            let kept = KeptForm {
                values: self.values_within_bounds().await,
                problem: Some(error.clone()),
                done: None,
            };
            self.remember(kept).await;
            // The browser goes to what is wrong, which tells people who do not see it, too.
            leptos_axum::redirect(&format!("{}#{}", page_of_form(), crate::ui::notice::PROBLEM));
            return error;
        }
        with_status(error)
    }

    /// What was typed; of strangers no more than a form of theirs can hold.
    async fn values_within_bounds(&self) -> BTreeMap<String, String> {
        if crate::staff::access::is_signed_in().await {
            return self.values.clone();
        }
        let mut left = KEPT_OF_STRANGERS;
        let values = self.values.iter().map(|(field, value)| {
            let value = &value[..value.floor_char_boundary(left.min(KEPT_OF_VALUE))];
            left -= value.len();
            (field.clone(), value.to_owned())
        });
        values.collect()
    }

    async fn remember(&self, kept: KeptForm) {
        let (Ok(session), Ok(quince)) = (session(), quince()) else {
            return;
        };
        let remembered = Remembered {
            kept,
            at: quince.now().as_second(),
        };
        if let Err(error) = session.insert(&key(self.form), remembered).await {
            tracing::error!(%error, form = self.form, "what was typed could not be kept");
        }
    }
}

/// What the page remembers of a form, once: the next visit starts afresh.
pub async fn kept(form: &'static str) -> KeptForm {
    let Ok(session) = session() else {
        return KeptForm::default();
    };
    let remembered = session.get::<Remembered>(&key(form)).await.ok().flatten();
    if remembered.is_some() {
        let _ = session.remove_value(&key(form)).await;
    }
    remembered
        .filter(is_fresh)
        .map(|remembered| remembered.kept)
        .unwrap_or_default()
}

/// As [`kept`], but what was typed stays until the form is accepted, so that a person may choose another time meanwhile. The
/// problem is told once.
pub async fn kept_until_accepted(form: &'static str) -> KeptForm {
    let Ok(session) = session() else {
        return KeptForm::default();
    };
    let Some(remembered) = session
        .get::<Remembered>(&key(form))
        .await
        .ok()
        .flatten()
        .filter(is_fresh)
    else {
        return KeptForm::default();
    };
    if remembered.kept.problem.is_some() {
        let quiet = KeptForm {
            problem: None,
            ..remembered.kept.clone()
        };
        let _ = session
            .insert(
                &key(form),
                Remembered {
                    kept: quiet,
                    at: remembered.at,
                },
            )
            .await;
    }
    remembered.kept
}

/// Whether something is remembered of the visitor already, so that no more has to be made for them.
async fn is_remembered() -> bool {
    match session() {
        Ok(session) => session.id().is_some() && !session.is_empty().await,
        Err(_) => false,
    }
}

fn is_fresh(remembered: &Remembered) -> bool {
    quince().is_ok_and(|quince| (quince.now().as_second() - remembered.at).abs() < KEPT_SECONDS)
}

fn key(form: &str) -> String {
    format!("form:{form}")
}

/// Whether this request is a form sent by the browser itself, not by script.
fn is_plain_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts.method == http::Method::POST
            && parts
                .headers
                .get(ACCEPT)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|accept| accept.contains("text/html"))
    })
}

/// The page that holds the form: path and query of the Referer, so that a redirect never leaves this origin.
fn page_of_form() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.headers.get(REFERER)?.to_str().ok().map(own_address))
        .unwrap_or_else(|| "/".to_owned())
}

/// Path and query of an address, without what Leptos adds for its own way of telling errors.
fn own_address(referer: &str) -> String {
    let after_scheme = referer.split_once("://").map_or("", |(_, rest)| rest);
    let path_and_query = after_scheme.find('/').map_or("/", |start| &after_scheme[start..]);
    let path_and_query = path_and_query.split('#').next().unwrap_or("/");
    // "//host" would be another origin.
    let path_and_query = format!("/{}", path_and_query.trim_start_matches(['/', '\\']));
    match path_and_query.split_once('?') {
        None => path_and_query,
        Some((path, query)) => {
            let pairs: Vec<&str> = query
                .split('&')
                .filter(|pair| !pair.starts_with("__path=") && !pair.starts_with("__err="))
                .collect();
            if pairs.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{}", pairs.join("&"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn the_way_back_never_leaves_this_origin() {
        assert_eq!(
            own_address("http://localhost:3000/book/intro?date=2026-11-24"),
            "/book/intro?date=2026-11-24"
        );
        assert_eq!(own_address("https://book.example"), "/");
        assert_eq!(
            own_address("https://book.example//evil.example/x"),
            "/evil.example/x"
        );
        assert_eq!(own_address("javascript:alert(1)"), "/");
    }

    #[test]
    fn an_earlier_error_is_dropped_from_the_address() {
        assert_eq!(
            own_address("https://a.example/x?__path=%2Fapi&y=1&__err=abc"),
            "/x?y=1"
        );
        assert_eq!(own_address("https://a.example/x?__path=%2Fapi&__err=abc"), "/x");
    }
}
