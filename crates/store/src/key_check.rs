//! The proof of the key: a known text, sealed with the key that seals all secrets of the database. It shows at the start whether the key
//! fits.

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::secrets::{KeyError, SecretKey};

/// Returns the stored proof, which this key must open. A new database gets one from this key.
pub(crate) async fn check_or_make(tx: &mut WriteTx, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
    if find(tx).await?.is_none() {
        // Another process may insert its proof first; then that one must fit.
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

/// Checks that this key opens the stored proof.
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

/// Checks the key and locks the proof against changes until the transaction ends. Whoever stores a new secret needs this: a process with
/// an outdated key must not seal with it after [`reseal`](crate::reseal) has finished.
pub async fn lock_shared(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    let proofs = write_rows!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM key_check WHERE id = 1",
        "SELECT sealed FROM key_check WHERE id = 1 FOR SHARE"
    )?;
    check_first(&proofs, key)
}

/// Like [`lock_shared`], exclusively: whoever stores a new secret waits.
pub(crate) async fn lock_exclusive(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
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

/// Replaces the proof with one of the current key.
pub(crate) async fn renew(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    execute!(tx, "UPDATE key_check SET sealed = $1 WHERE id = 1", key.proof()?).map(drop)
}
