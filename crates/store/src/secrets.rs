//! Secrets at rest: sealed with XChaCha20-Poly1305 (quality.md, "Security").
//!
//! The envelope is version (1 byte), key id (4 bytes), nonce (24 bytes), then the sealed text with its tag. Table, row
//! and column are authenticated with it, so a sealed text opens only where it was sealed.

use std::fmt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEAD: usize = 1 + 4 + NONCE;

/// Tells keys apart without telling anything of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; 4]);

impl KeyId {
    fn of_key(key: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"quince key id\0");
        hash.update(key);
        let digest: [u8; 32] = hash.finalize().into();
        Self([digest[0], digest[1], digest[2], digest[3]])
    }

    /// The key that an envelope, or its head, says it was sealed with.
    pub(crate) fn of_envelope(envelope: &[u8]) -> Option<Self> {
        let id = envelope.get(1..5)?;
        id.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What is wrong with the key or a sealed secret. Never says anything of either's content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be used.
    #[error("The secret key {path} cannot be used: {cause}.")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The key is not 32 bytes as Base64.
    #[error("The secret key must be 32 bytes as Base64. Make one with: head -c 32 /dev/urandom | base64")]
    Form,
    /// The key is not the one that sealed this database's secrets.
    #[error(
        "The secret key is not the one this database was made with. Give the right key, or restore it from a backup. If the key was changed, give the one before, too, in QUINCE_PREVIOUS_SECRET_KEYS."
    )]
    Wrong,
    /// A secret was sealed with a key that is not given.
    #[error(
        "A stored secret is sealed with a key that is not given (its id is {0}). Give that key in QUINCE_PREVIOUS_SECRET_KEYS and start Quince again, or enter the secret again."
    )]
    Unknown(KeyId),
    /// A sealed secret was damaged or moved.
    #[error("A stored secret cannot be opened: it was damaged or moved. Enter it again.")]
    Damaged,
    /// The operating system gives no randomness.
    #[error("The operating system gives no randomness.")]
    Randomness,
}

/// The key that seals secrets, and earlier ones that still open them.
#[derive(Clone)]
pub struct SecretKey {
    current: [u8; 32],
    earlier: Vec<[u8; 32]>,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

impl SecretKey {
    /// A new random key.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::Randomness)?;
        Ok(Self {
            current: bytes,
            earlier: Vec::new(),
        })
    }

    /// The key written as Base64.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyError::Form)?;
        let current = bytes.try_into().map_err(|_| KeyError::Form)?;
        Ok(Self {
            current,
            earlier: Vec::new(),
        })
    }

    /// A code that only those can know who have the key, the same in all processes, easy to copy: three groups of four of letters and
    /// digits that cannot be taken for each other. 60 bits.
    pub fn code(&self, purpose: &str) -> String {
        const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let hash = Sha256::new()
            .chain_update(self.current)
            .chain_update(purpose)
            .finalize();
        let sign = |byte: &u8| char::from(SIGNS[usize::from(byte % 32)]);
        let signs: Vec<char> = hash.iter().take(12).map(sign).collect();
        let groups: Vec<String> = signs.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    /// The same key, which also opens what an earlier one sealed: for changing the key.
    #[must_use]
    pub fn with_earlier(mut self, earlier: &Self) -> Self {
        if self.by_id(earlier.id()).is_none() {
            self.earlier.push(earlier.current);
        }
        self
    }

    /// What this key is told apart by.
    pub fn id(&self) -> KeyId {
        KeyId::of_key(&self.current)
    }

    /// Those of the keys that only open.
    pub fn earlier_ids(&self) -> Vec<KeyId> {
        self.earlier.iter().map(KeyId::of_key).collect()
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.current
    }

    fn by_id(&self, id: KeyId) -> Option<&[u8; 32]> {
        std::iter::once(&self.current)
            .chain(&self.earlier)
            .find(|key| KeyId::of_key(key) == id)
    }

    /// Seals a secret for one place.
    pub fn seal(&self, table: &str, row: &str, column: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| KeyError::Randomness)?;
        let mut envelope = Vec::with_capacity(HEAD + plain.len() + 16);
        envelope.push(VERSION);
        envelope.extend(self.id().0);
        envelope.extend(nonce);
        let aad = place(table, row, column, &envelope[..5]);
        let sealed = XChaCha20Poly1305::new(&self.current.into())
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| KeyError::Damaged)?;
        envelope.extend(sealed);
        Ok(envelope)
    }

    /// Opens a secret at the place it was sealed for.
    pub fn open(&self, table: &str, row: &str, column: &str, envelope: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (head, sealed) = envelope.split_at_checked(HEAD).ok_or(KeyError::Damaged)?;
        if head[0] != VERSION {
            return Err(KeyError::Damaged);
        }
        let nonce: [u8; NONCE] = head[5..].try_into().map_err(|_| KeyError::Damaged)?;
        let aad = place(table, row, column, &head[..5]);
        let id = KeyId::of_envelope(head).ok_or(KeyError::Damaged)?;
        let key = self.by_id(id).ok_or(KeyError::Unknown(id))?;
        XChaCha20Poly1305::new(&(*key).into())
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .map_err(|_| KeyError::Damaged)
    }

    /// A key for another purpose that follows from this one.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        derive(&self.current, label)
    }

    /// As [`SecretKey::derive`], from the key that sealed an envelope.
    pub(crate) fn derive_as(&self, envelope: &[u8], label: &str) -> Result<[u8; 32], KeyError> {
        let id = KeyId::of_envelope(envelope).ok_or(KeyError::Damaged)?;
        let key = self.by_id(id).ok_or(KeyError::Unknown(id))?;
        Ok(derive(key, label))
    }

    /// What a database keeps to know its key again.
    pub(crate) fn proof(&self) -> Result<Vec<u8>, KeyError> {
        self.seal("key_check", "1", "sealed", b"quince")
    }

    /// Whether an envelope was sealed with this key, and not with an earlier one.
    pub(crate) fn made(&self, envelope: &[u8]) -> bool {
        KeyId::of_envelope(envelope) == Some(self.id())
    }

    /// Whether this key, or an earlier one, made the proof.
    pub(crate) fn check(&self, proof: &[u8]) -> Result<(), KeyError> {
        match self.open("key_check", "1", "sealed", proof) {
            Ok(plain) if plain == b"quince" => Ok(()),
            _ => Err(KeyError::Wrong),
        }
    }
}

fn derive(key: &[u8; 32], label: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"quince derived key\0");
    hash.update(key);
    hash.update(label.as_bytes());
    hash.finalize().into()
}

fn place(table: &str, row: &str, column: &str, head: &[u8]) -> Vec<u8> {
    let mut place = head.to_vec();
    for part in [table, row, column] {
        place.push(b'|');
        place.extend(part.as_bytes());
    }
    place
}
