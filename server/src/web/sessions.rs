//! Sessions in the database, for tower-sessions. Only a hash of the session's id is kept, so that a copy of
//! the database signs nobody in.

use std::fmt;

use async_trait::async_trait;
use bookings::Quince;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::sessions;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

/// Two weeks without a visit sign a person out.
const IDLE: Duration = Duration::days(14);

/// The layer that gives each request its session. On https the cookie carries the `__Host-` prefix, which
/// browsers accept only from the host itself and over an encrypted connection.
pub fn layer(quince: Quince, https: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { quince })
        .with_name(if https { "__Host-quince" } else { "quince" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// tower-sessions' store, on Quince's database.
#[derive(Clone)]
pub struct Sessions {
    quince: Quince,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn hash(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_be_bytes()).into()
}

fn backend(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn expiry(record: &Record) -> Timestamp {
    Timestamp::from_second(record.expiry_date.unix_timestamp()).unwrap_or(Timestamp::MAX)
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; `save` would still keep both rows apart by their hashes.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let staff = bookings::accounts::session_staff(&record.data);
        let mut tx = self.quince.store().write().await.map_err(backend)?;
        sessions::save(&mut tx, &hash(record.id), staff, &data, expiry(record))
            .await
            .map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let mut tx = self.quince.store().read().await.map_err(backend)?;
        let found = sessions::load(&mut tx, &hash(*id), self.quince.now())
            .await
            .map_err(backend)?;
        let Some(session) = found else { return Ok(None) };
        let data = serde_json::from_str(&session.data).map_err(|error| Error::Decode(error.to_string()))?;
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
