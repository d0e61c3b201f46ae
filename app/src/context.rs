//! The context of server functions: the use cases, the session, and the flash messages of forms.
//!
//! ```ignore
//! #[server(prefix = "/api/fn", endpoint = "save-profile")]
//! pub async fn save_profile(name: String, zone: String) -> Result<String, AppError> {
//!     let form = FormPost::new("profile").keep("name", &name).keep("zone", &zone);
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
use crate::flash::FormFlash;

/// Lifetime of a flash message in seconds.
const FLASH_SECONDS: i64 = 30 * 60;
/// Bytes of typed text that are stored for somebody who is not signed in.
const FLASH_OF_STRANGERS: usize = 8 * 1024;
/// Bytes that are stored of one field.
const FLASH_OF_VALUE: usize = 4 * 1024;

/// The use cases, from the Leptos context.
pub fn quince() -> Result<Quince, AppError> {
    use_context::<Quince>().ok_or_else(|| internal(&"the server provided no use cases"))
}

/// Returns the newest version of what a form edits. Call it before reading what the form shows: a change in between is then noticed.
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

/// Logs an internal error, and returns an error that shows the request's id to the person.
pub fn internal(cause: &dyn std::fmt::Display) -> AppError {
    let request_id = use_context::<Parts>()
        .and_then(|parts| Some(parts.headers.get("x-request-id")?.to_str().ok()?.to_owned()))
        .unwrap_or_else(|| "unknown".to_owned());
    tracing::error!(%request_id, %cause, "a page could not do its work");
    AppError::Internal { request_id }
}

/// Sets the response status that belongs to an error, for example 404 for a missing page, and returns the error.
pub fn with_status(error: AppError) -> AppError {
    if let (Some(answer), false) = (use_context::<ResponseOptions>(), is_plain_post()) {
        answer.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    error
}

/// Sets the page's Content-Security-Policy, which allows inline scripts with this nonce only.
pub fn set_content_security_policy(nonce: &str) {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let (Some(answer), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        answer.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}

/// A posted form, with the fields that may be shown again. Never keep a password.
#[derive(Debug)]
pub struct FormPost {
    form: &'static str,
    /// Fields that distinguish forms of the same name.
    which: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct StoredFlash {
    flash: FormFlash,
    at: i64,
}

impl FormPost {
    /// A form by name; [`flash`] loads its flash message under the same name.
    pub fn new(form: &'static str) -> Self {
        Self {
            form,
            which: BTreeMap::new(),
            values: BTreeMap::new(),
        }
    }

    /// Keeps a field, to show it again if the form is refused.
    #[must_use]
    pub fn keep(mut self, field: &str, value: &str) -> Self {
        self.values.insert(field.to_owned(), value.to_owned());
        self
    }

    /// Keeps a field that distinguishes this form from others of the same name; it is kept after success, too.
    #[must_use]
    pub fn of(mut self, field: &str, value: &str) -> Self {
        self.which.insert(field.to_owned(), value.to_owned());
        self.keep(field, value)
    }

    /// Finishes the form. On success the browser is redirected to the path in the result. A refusal is shown on the form's page, with
    /// everything that was typed.
    pub async fn go<E: Into<AppError>>(self, result: Result<String, E>) -> Result<(), AppError> {
        match result {
            Ok(to) => {
                if let Ok(session) = session() {
                    let _ = session.remove_value(&key(self.form)).await;
                }
                leptos_axum::redirect(&to);
                Ok(())
            }
            Err(error) => Err(self.refuse(error.into()).await),
        }
    }

    /// Like [`FormPost::go`], with a message for the next page, if any. That page loads it with [`flash`] under the name `page`.
    pub async fn go_with_message<E: Into<AppError>>(
        self,
        result: Result<(String, Option<String>), E>,
        page: &'static str,
    ) -> Result<(), AppError> {
        if let Ok((_, Some(done))) = &result {
            let flash = FormFlash {
                done: Some(done.clone()),
                ..FormFlash::default()
            };
            FormPost::new(page).remember(flash).await;
        }
        self.go(result.map(|(to, _)| to)).await
    }

    /// Finishes the form and stays on its page, which then shows `done`, such as "Saved."
    pub async fn stay<E: Into<AppError>>(
        self,
        result: Result<(), E>,
        done: &str,
    ) -> Result<String, AppError> {
        match result {
            Ok(()) => {
                let flash = FormFlash {
                    values: self.which.clone(),
                    problem: None,
                    done: Some(done.to_owned()),
                };
                self.remember(flash).await;
                leptos_axum::redirect(&page_of_form());
                Ok(done.to_owned())
            }
            Err(error) => Err(self.refuse(error.into()).await),
        }
    }

    async fn refuse(self, error: AppError) -> AppError {
        if error != AppError::TooMany || is_remembered().await {
            let flash = FormFlash {
                values: self.limited_values().await,
                problem: Some(error.clone()),
                done: None,
            };
            self.remember(flash).await;
            // The fragment scrolls to the problem and moves the focus there, which screen readers announce.
            leptos_axum::redirect(&format!("{}#{}", page_of_form(), crate::ui::notice::PROBLEM));
        }
        with_status(error)
    }

    /// What was typed. For somebody who is not signed in it is cut to a limit, which no honest form exceeds.
    async fn limited_values(&self) -> BTreeMap<String, String> {
        if crate::staff::access::is_signed_in().await {
            return self.values.clone();
        }
        let mut left = FLASH_OF_STRANGERS;
        let values = self.values.iter().map(|(field, value)| {
            let value = &value[..value.floor_char_boundary(left.min(FLASH_OF_VALUE))];
            left -= value.len();
            (field.clone(), value.to_owned())
        });
        values.collect()
    }

    async fn remember(&self, flash: FormFlash) {
        let (Ok(session), Ok(quince)) = (session(), quince()) else {
            return;
        };
        let remembered = StoredFlash {
            flash,
            at: quince.now().as_second(),
        };
        if let Err(error) = session.insert(&key(self.form), remembered).await {
            tracing::error!(%error, form = self.form, "what was typed could not be kept");
        }
    }
}

/// Takes the flash message of a form: it is shown once.
pub async fn flash(form: &'static str) -> FormFlash {
    let Ok(session) = session() else {
        return FormFlash::default();
    };
    let remembered = session.get::<StoredFlash>(&key(form)).await.ok().flatten();
    if remembered.is_some() {
        let _ = session.remove_value(&key(form)).await;
    }
    remembered
        .filter(is_fresh)
        .map(|remembered| remembered.flash)
        .unwrap_or_default()
}

/// Like [`flash`], but what was typed stays until the form is accepted, so that a person can choose another time meanwhile. The problem is
/// shown once.
pub async fn flash_until_accepted(form: &'static str) -> FormFlash {
    let Ok(session) = session() else {
        return FormFlash::default();
    };
    let Some(remembered) = session
        .get::<StoredFlash>(&key(form))
        .await
        .ok()
        .flatten()
        .filter(is_fresh)
    else {
        return FormFlash::default();
    };
    if remembered.flash.problem.is_some() {
        let quiet = FormFlash {
            problem: None,
            ..remembered.flash.clone()
        };
        let _ = session
            .insert(
                &key(form),
                StoredFlash {
                    flash: quiet,
                    at: remembered.at,
                },
            )
            .await;
    }
    remembered.flash
}

/// Whether the visitor already has a session with data. If not, none is created for a refused attempt.
async fn is_remembered() -> bool {
    match session() {
        Ok(session) => session.id().is_some() && !session.is_empty().await,
        Err(_) => false,
    }
}

fn is_fresh(remembered: &StoredFlash) -> bool {
    quince().is_ok_and(|quince| (quince.now().as_second() - remembered.at).abs() < FLASH_SECONDS)
}

fn key(form: &str) -> String {
    format!("form:{form}")
}

/// Whether this request is a form post of the browser itself, which follows redirects only. A script is told the status as well.
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

/// The page that holds the form: path and query of the Referer. The origin is dropped, so a redirect never leaves this site.
fn page_of_form() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.headers.get(REFERER)?.to_str().ok().map(own_address))
        .unwrap_or_else(|| "/".to_owned())
}

/// Path and query of a URL.
fn own_address(referer: &str) -> String {
    let after_scheme = referer.split_once("://").map_or("", |(_, rest)| rest);
    let path_and_query = after_scheme.find('/').map_or("/", |start| &after_scheme[start..]);
    let path_and_query = path_and_query.split('#').next().unwrap_or("/");
    // `//host` would be another origin.
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
