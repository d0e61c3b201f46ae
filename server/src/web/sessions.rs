//! The session store of tower-sessions. Only a hash of the session id is stored, so a copy of the database cannot be used to sign in.
//!
//! Expiry follows Quince's clock, not the machine's clock that the library reads.

use std::fmt;

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bookings::Quince;
use bookings::accounts::{self, SESSION_IDLE};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::sessions::{self, Content};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

/// How long the browser keeps the cookie without a visit, as long as the session lasts.
const COOKIE: Duration = Duration::seconds(SESSION_IDLE.as_secs());
/// How often a visit extends the session, so that not every page is a write.
const REMEMBER_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Session key of the last recorded visit, in seconds since 1970.
const VISITED: &str = "visited";

/// The session layer. On https the cookie has the `__Host-` prefix, which browsers accept only from the host itself and over an encrypted
/// connection.
pub fn layer(quince: Quince, https: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { quince })
        .with_name(if https { "__Host-quince" } else { "quince" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(COOKIE))
}

/// Records a visit of a signed-in person, which extends the session and its cookie.
pub async fn visited(State(quince): State<Quince>, request: Request, next: Next) -> Response {
    if let Some(session) = request.extensions().get::<Session>()
        && let Err(error) = remember(session, quince.now()).await
    {
        tracing::error!(%error, "a visit could not be remembered");
    }
    next.run(request).await
}

async fn remember(
    session: &Session,
    now: Timestamp,
) -> std::result::Result<(), tower_sessions::session::Error> {
    if session.get_value(accounts::SESSION_STAFF).await?.is_none() {
        return Ok(());
    }
    let last = session.get_value(VISITED).await?.and_then(|last| last.as_i64());
    let last = last.and_then(|last| Timestamp::from_second(last).ok());
    // A visit in the future was recorded by a clock that was ahead.
    if last.is_some_and(|last| now.duration_since(last).abs() < REMEMBER_EVERY) {
        return Ok(());
    }
    session.insert(VISITED, now.as_second()).await
}

/// The session store, on Quince's database.
#[derive(Clone)]
pub struct Sessions {
    quince: Quince,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    fn content<'a>(&self, record: &Record, data: &'a str) -> Content<'a> {
        let owner = accounts::session_owner(&record.data);
        let idle = owner.map_or(accounts::ANONYMOUS_IDLE, |_| SESSION_IDLE);
        Content {
            owner,
            data,
            expires_at: self.quince.now() + idle,
        }
    }
}

fn json(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

fn backend(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = json(record)?;
        let content = self.content(record, &data);
        let mut tx = self.quince.store().write().await.map_err(backend)?;
        if content.owner.is_none() {
            sessions::make_room(&mut tx, accounts::ANONYMOUS_SESSIONS)
                .await
                .map_err(backend)?;
        }
        // 128 random bits do not collide.
        sessions::begin(&mut tx, &hash(record.id), content, self.quince.now())
            .await
            .map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = json(record)?;
        let mut tx = self.quince.store().write().await.map_err(backend)?;
        sessions::update(&mut tx, &hash(record.id), self.content(record, &data))
            .await
            .map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let mut tx = self.quince.store().read().await.map_err(backend)?;
        let now = self.quince.now();
        let since = now - accounts::SESSION_MAX;
        let found = sessions::load(&mut tx, &hash(*id), now, since)
            .await
            .map_err(backend)?;
        let Some(session) = found else { return Ok(None) };
        let data = match serde_json::from_str(&session.data) {
            Ok(data) => data,
            Err(error) => {
                // The person has to sign in again.
                tracing::error!(%error, "a stored session cannot be read");
                return Ok(None);
            }
        };
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(session.expires_at.as_second()).map_err(backend)?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut tx = self.quince.store().write().await.map_err(backend)?;
        sessions::delete(&mut tx, &hash(*id)).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}
