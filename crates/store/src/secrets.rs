//! Secrets at rest, sealed with XChaCha20-Poly1305 (quality.md, "Security").
//!
//! The envelope is version (1 byte), key id (4 bytes), nonce (24 bytes), ciphertext with tag. Table, row and column are authenticated as
//! associated data, so an envelope opens only in the place that it was sealed for.

use std::fmt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + 4 + NONCE_BYTES;

/// Identifies a key without revealing anything about it.
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

    /// Returns the key id in the head of an envelope.
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

/// What is wrong with a key or an envelope. The text never quotes either.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be used.
    #[error("The secret key {path} cannot be used: {cause}.")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        cause: String,
    },
    /// The text is not 32 bytes in Base64.
    #[error("The secret key must be 32 bytes as Base64. Make one with: head -c 32 /dev/urandom | base64")]
    Form,
    /// The key does not fit this database.
    #[error(
        "The secret key is not the one this database was made with. Give the right key, or restore it from a backup. If the key was changed, give the one before, too, in QUINCE_PREVIOUS_SECRET_KEYS."
    )]
    Wrong,
    /// The secret is sealed with a key that is not configured.
    #[error(
        "A stored secret is sealed with a key that is not given (its id is {0}). Give that key in QUINCE_PREVIOUS_SECRET_KEYS and start Quince again, or enter the secret again."
    )]
    Unknown(KeyId),
    /// The envelope was damaged, or belongs to another place.
    #[error("A stored secret cannot be opened: it was damaged or moved. Enter it again.")]
    Damaged,
    /// The operating system provides no randomness.
    #[error("The operating system gives no randomness.")]
    Randomness,
}

/// The key that seals secrets, with previous keys that still open them.
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
    /// Generates a random key.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::Randomness)?;
        Ok(Self {
            current: bytes,
            earlier: Vec::new(),
        })
    }

    /// Parses a key in Base64.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| KeyError::Form)?;
        let current = bytes.try_into().map_err(|_| KeyError::Form)?;
        Ok(Self {
            current,
            earlier: Vec::new(),
        })
    }

    /// Derives a code that only holders of the key can know, equal in all processes: three groups of four characters without lookalikes,
    /// 60 bits.
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

    /// Adds a previous key, and the keys before it, for opening.
    #[must_use]
    pub fn with_earlier(mut self, earlier: &Self) -> Self {
        if self.by_id(earlier.id()).is_none() {
            self.earlier.push(earlier.current);
        }
        self
    }

    /// The id of the key.
    pub fn id(&self) -> KeyId {
        KeyId::of_key(&self.current)
    }

    /// The ids of the previous keys.
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
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| KeyError::Randomness)?;
        let mut envelope = Vec::with_capacity(HEADER_BYTES + plain.len() + 16);
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

    /// Opens an envelope in the place it was sealed for.
    pub fn open(&self, table: &str, row: &str, column: &str, envelope: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (head, sealed) = envelope.split_at_checked(HEADER_BYTES).ok_or(KeyError::Damaged)?;
        if head[0] != VERSION {
            return Err(KeyError::Damaged);
        }
        let nonce: [u8; NONCE_BYTES] = head[5..].try_into().map_err(|_| KeyError::Damaged)?;
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

    /// Derives a key for another purpose.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        derive(&self.current, label)
    }

    /// Like [`SecretKey::derive`], from the key that sealed the envelope.
    pub(crate) fn derive_as(&self, envelope: &[u8], label: &str) -> Result<[u8; 32], KeyError> {
        let id = KeyId::of_envelope(envelope).ok_or(KeyError::Damaged)?;
        let key = self.by_id(id).ok_or(KeyError::Unknown(id))?;
        Ok(derive(key, label))
    }

    /// Seals the known text that later proves the key.
    pub(crate) fn proof(&self) -> Result<Vec<u8>, KeyError> {
        self.seal("key_check", "1", "sealed", b"quince")
    }

    /// Whether the current key sealed the envelope.
    pub(crate) fn has_sealed(&self, envelope: &[u8]) -> bool {
        KeyId::of_envelope(envelope) == Some(self.id())
    }

    /// Checks that the current key or a previous one made the proof.
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
