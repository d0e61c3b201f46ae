//! Who is signed in: asked by every server function of the pages behind the sign-in.

use bookings::StaffId;
use bookings::accounts::{Me, SESSION_STAFF, SignedIn};
use bookings::versions::Editor;
use http::request::Parts;
use leptos::prelude::use_context;

use crate::context::{internal, quince, session, with_status};
use crate::error::AppError;

/// Who is signed in, if anybody.
async fn who() -> Result<Option<StaffId>, AppError> {
    match session()?.get(SESSION_STAFF).await {
        // What cannot be read is nobody.
        Err(tower_sessions::session::Error::SerdeJson(_)) => Ok(None),
        found => found.map_err(|error| internal(&error)),
    }
}

/// Whether anybody is signed in.
pub async fn is_signed_in() -> bool {
    matches!(who().await, Ok(Some(_)))
}

/// The person signed in. Nobody: the browser is sent to the sign-in, which leads back here.
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

/// Whether this request is for a page, which leads to the sign-in by its status.
fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/api/"))
}

/// The person signed in, who sends a form that was made from a version of what it changes. One that was open since before forms had
/// versions has none: nothing was recorded by then, so it was version 0. So was everything that was never changed since.
pub async fn editor(seen: &str) -> Result<Editor, AppError> {
    let staff = signed_in().await?;
    Ok(Editor::having_seen(staff, seen.parse().unwrap_or(0)))
}

/// The person signed in, with name and role.
pub async fn me() -> Result<Me, AppError> {
    let staff = signed_in().await?;
    let found = bookings::accounts::me(&quince()?, staff).await?;
    Ok(found)
}

/// Starts a session for a person whose password was right: under a new id, so that an id known before is worth
/// nothing.
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

/// The sign-in page, with the way back to the page that was asked for.
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

/// The page to go to after signing in: only addresses of this site.
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

/// A text as one value of an address.
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
