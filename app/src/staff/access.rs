//! Who is signed in. Every server function behind the sign-in asks here.

use bookings::StaffId;
use bookings::accounts::{SESSION_STAFF, SignedIn, StaffMember};
use bookings::versions::Editor;
use http::request::Parts;
use leptos::prelude::use_context;

use crate::context::{internal, quince, session, with_status};
use crate::error::AppError;

/// The signed-in person, if any.
async fn who() -> Result<Option<StaffId>, AppError> {
    match session()?.get(SESSION_STAFF).await {
        // Session data that cannot be read counts as signed out.
        Err(tower_sessions::session::Error::SerdeJson(_)) => Ok(None),
        found => found.map_err(|error| internal(&error)),
    }
}

/// Whether anybody is signed in.
pub async fn is_signed_in() -> bool {
    matches!(who().await, Ok(Some(_)))
}

/// The signed-in person. If there is none, the browser is redirected to the sign-in, which returns here.
pub async fn signed_in() -> Result<StaffId, AppError> {
    if let Some(staff) = who().await? {
        return Ok(staff);
    }
    leptos_axum::redirect(&sign_in_address());
    Err(if is_page() {
        AppError::SignedOut
    } else {
        with_status(AppError::SignedOut)
    })
}

/// Whether this request is for a page. A page redirects to the sign-in; a server function returns the error.
fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/api/"))
}

/// The signed-in person as editor of a form based on version `seen`. A form from before versions existed sends none and counts as version
/// 0, which is the version of everything that was never changed since.
pub async fn editor(seen: &str) -> Result<Editor, AppError> {
    let staff = signed_in().await?;
    Ok(Editor::having_seen(staff, seen.parse().unwrap_or(0)))
}

/// The signed-in person with name and role.
pub async fn me() -> Result<StaffMember, AppError> {
    let staff = signed_in().await?;
    let found = bookings::accounts::me(&quince()?, staff).await?;
    Ok(found)
}

/// Starts a session after the password was checked. The session id is renewed, so that one known beforehand is worthless (session
/// fixation).
pub async fn start_session(who: SignedIn) -> Result<(), AppError> {
    let session = session()?;
    session.cycle_id().await.map_err(|error| internal(&error))?;
    for (key, value) in who.entries() {
        session
            .insert_value(key, value)
            .await
            .map_err(|error| internal(&error))?;
    }
    Ok(())
}

/// The path of the sign-in page, with the page to return to.
fn sign_in_address() -> String {
    let page = use_context::<Parts>()
        .filter(|parts| parts.method == http::Method::GET && !parts.uri.path().starts_with("/api/"))
        .and_then(|parts| {
            parts
                .uri
                .path_and_query()
                .map(|target| target.as_str().to_owned())
        });
    match page {
        Some(page) if page != "/calendar" => format!("/sign-in?to={}", escape(&page)),
        _ => "/sign-in".to_owned(),
    }
}

/// The page to return to after signing in. Only paths of this site are accepted.
pub fn way_back(to: &str) -> String {
    let own = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && to.is_ascii()
        && !to.chars().any(char::is_control);
    if own {
        to.to_owned()
    } else {
        "/calendar".to_owned()
    }
}

/// Percent-encodes a query value.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(
            way_back("/booking-calendars/new?x=1"),
            "/booking-calendars/new?x=1"
        );
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "javascript:alert(1)",
            "/caf\u{e9}",
        ] {
            assert_eq!(way_back(foreign), "/calendar");
        }
    }

    #[test]
    fn the_way_back_survives_as_one_query_value() {
        assert_eq!(
            escape("/calendar?week=2026-11-23&who=team"),
            "/calendar%3Fweek%3D2026-11-23%26who%3Dteam"
        );
    }
}
