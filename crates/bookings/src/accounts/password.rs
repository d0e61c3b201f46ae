//! Password hashing with Argon2id, on blocking threads so that requests are not delayed.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::problem::Internal;

/// Hashes a password with a fresh salt.
pub(crate) async fn hash(password: &str) -> Result<String, Internal> {
    let password = password.to_owned();
    run_blocking(move || hash_now(&password)).await?
}

/// Whether the password matches the hash. Without a hash (unknown address) it takes the same time and returns false.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool, Internal> {
    let password = password.to_owned();
    run_blocking(move || {
        let (hash, exists) = match hash {
            Some(hash) => (hash, true),
            None => (dummy_hash()?, false),
        };
        let parsed = PasswordHash::new(&hash).map_err(Internal::because)?;
        let fits = Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        Ok(fits && exists)
    })
    .await?
}

fn hash_now(password: &str) -> Result<String, Internal> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(Internal::because)?
        .to_string())
}

/// Returns a hash that stands in for an unknown address's; it is computed once.
fn dummy_hash() -> Result<String, Internal> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now("nobody has this password")?;
    Ok(HASH.get_or_init(|| hash).clone())
}

/// Maximum number of concurrent hashes, as each takes 19 MiB and a core; further ones wait.
const MAX_CONCURRENT: usize = 2;

async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Internal> {
    static PERMITS: Semaphore = Semaphore::const_new(MAX_CONCURRENT);
    let turn = PERMITS.acquire().await.map_err(Internal::because)?;
    tokio::task::spawn_blocking(move || {
        // The permit is held to the end, even if the caller was dropped.
        let _turn = turn;
        work()
    })
    .await
    .map_err(Internal::because)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let stored = hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(
            verify("correct horse battery", Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("wrong horse battery", Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_address_is_verified_and_refused() {
        assert!(!verify("nobody has this password", None).await.unwrap());
    }
}
