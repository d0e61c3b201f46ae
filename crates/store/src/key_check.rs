//! The proof of the key: something known, sealed with the key that all secrets of the database are sealed with.

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::secrets::{KeyError, SecretKey};

/// The proof as it is kept, which this key must open; made with this key for a new database.
pub(crate) async fn check_or_make(tx: &mut WriteTx, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
    if find(tx).await?.is_none() {
        // Another process may have been first; then its proof must fit, too.
        execute!(
            tx,
            "INSERT INTO key_check (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
            key.proof()?
        )?;
    }
    let proof = find(tx).await?.unwrap_or_default();
    key.check(&proof)?;
    Ok(proof)
}

/// Whether this key still opens the proof.
///
/// # Errors
/// [`KeyError`] when it does not.
pub(crate) async fn fits(tx: &mut ReadTx, key: &SecretKey) -> Result<(), StoreError> {
    let proof = find(tx).await?.ok_or(KeyError::Wrong)?;
    Ok(key.check(&proof)?)
}

async fn find(tx: &mut ReadTx) -> Result<Option<Vec<u8>>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM key_check WHERE id = 1"
    )
}

/// Lets the proof stay as it is until the transaction ends, for whoever keeps a new secret: a process that does not know the key
/// that all secrets were sealed with meanwhile keeps none with a key that may be gone soon.
pub async fn hold(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    let proofs = write_rows!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM key_check WHERE id = 1",
        "SELECT sealed FROM key_check WHERE id = 1 FOR SHARE"
    )?;
    check_first(&proofs, key)
}

/// As [`hold`], alone: whoever keeps a new secret waits.
pub(crate) async fn hold_alone(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    let proofs = locked!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM key_check WHERE id = 1"
    )?;
    check_first(&proofs, key)
}

fn check_first(proofs: &[Vec<u8>], key: &SecretKey) -> Result<(), StoreError> {
    let proof = proofs.first().ok_or(KeyError::Wrong)?;
    Ok(key.check(proof)?)
}

/// Proves the current key from here on.
pub(crate) async fn renew(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    execute!(tx, "UPDATE key_check SET sealed = $1 WHERE id = 1", key.proof()?).map(drop)
}
