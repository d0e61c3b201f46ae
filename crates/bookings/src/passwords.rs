//! Password hashing with Argon2id, on blocking threads so that requests are not delayed.

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::problem::Internal;

/// How much work hashing a password is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PasswordWork {
    /// As much as makes guessing expensive.
    #[default]
    Full,
    /// The least that Argon2 allows, for tests, nearly all of which set passwords that nobody guesses.
    LeastForTests,
}

impl PasswordWork {
    fn hasher(self) -> Argon2<'static> {
        match self {
            Self::Full => Argon2::default(),
            Self::LeastForTests => {
                let least = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None);
                Argon2::new(
                    Algorithm::default(),
                    Version::default(),
                    least.unwrap_or_default(),
                )
            }
        }
    }
}

/// Hashes and verifies passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    work: PasswordWork,
    /// A hash that stands in for an unknown address's.
    nobodys: OnceLock<String>,
}

impl Passwords {
    pub(crate) fn new(work: PasswordWork) -> Self {
        Self {
            work,
            nobodys: OnceLock::new(),
        }
    }

    /// Hashes a password with a fresh salt.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Internal> {
        let (hasher, password) = (self.work.hasher(), password.to_owned());
        run_blocking(move || {
            let hash = hasher.hash_password(password.as_bytes());
            Ok(hash.map_err(Internal::because)?.to_string())
        })
        .await?
    }

    /// Whether the password matches the hash. Without a hash (unknown address) it takes the same time and returns false.
    pub(crate) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, Internal> {
        let (hash, exists) = match hash {
            Some(hash) => (hash, true),
            None => (self.dummy_hash().await?, false),
        };
        let password = password.to_owned();
        run_blocking(move || {
            let parsed = PasswordHash::new(&hash).map_err(Internal::because)?;
            // How much work it is stands in the hash.
            let fits = Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            Ok(fits && exists)
        })
        .await?
    }

    async fn dummy_hash(&self) -> Result<String, Internal> {
        if let Some(hash) = self.nobodys.get() {
            return Ok(hash.clone());
        }
        let hash = self.hash("nobody has this password").await?;
        Ok(self.nobodys.get_or_init(|| hash).clone())
    }
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
        for work in [PasswordWork::Full, PasswordWork::LeastForTests] {
            let passwords = Passwords::new(work);
            let stored = passwords.hash("correct horse battery").await.unwrap();
            assert!(stored.starts_with("$argon2id$"));
            let fits = async |typed: &str| passwords.verify(typed, Some(stored.clone())).await.unwrap();
            assert!(fits("correct horse battery").await);
            assert!(!fits("wrong horse battery").await);
        }
    }

    #[tokio::test]
    async fn guessing_is_expensive_unless_a_test_says_otherwise() {
        let passwords = Passwords::new(PasswordWork::default());
        let stored = passwords.hash("correct horse battery").await.unwrap();
        assert!(stored.contains("$m=19456,t=2,p=1$"), "{stored}");
    }

    #[tokio::test]
    async fn an_unknown_address_is_verified_and_refused() {
        let passwords = Passwords::new(PasswordWork::default());
        assert!(!passwords.verify("nobody has this password", None).await.unwrap());
    }
}
