//! Passwords of staff members: Argon2id, away from the threads that answer requests.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::problem::Internal;

/// Hashes a password with a fresh salt.
pub(crate) async fn hash(password: &str) -> Result<String, Internal> {
    let password = password.to_owned();
    off_thread(move || hash_now(&password)).await?
}

/// Whether the password belongs to the hash. Without a hash (the address is unknown) it takes as long and says no.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool, Internal> {
    let password = password.to_owned();
    off_thread(move || {
        let (hash, exists) = match hash {
            Some(hash) => (hash, true),
            None => (nobodys_hash()?, false),
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

/// The hash of a password that nobody has, made once.
fn nobodys_hash() -> Result<String, Internal> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now("nobody has this password")?;
    Ok(HASH.get_or_init(|| hash).clone())
}

/// Each takes 19 MiB and a core for as long as it lasts, so only so many are computed at a time; the others wait.
const AT_A_TIME: usize = 2;

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Internal> {
    static TURNS: Semaphore = Semaphore::const_new(AT_A_TIME);
    let turn = TURNS.acquire().await.map_err(Internal::because)?;
    tokio::task::spawn_blocking(move || {
        // Held to the end even when nobody waits for the outcome any more.
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
