//! The keys that derive the tokens in links. They are stored sealed, not derived from the secret key each time, so links stay valid and
//! stable when the secret key changes.

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::secrets::SecretKey;
use crate::words::LinkPurpose;

/// One key per kind of link.
#[derive(Clone)]
pub struct LinkKeys {
    /// For the page of an appointment.
    pub manage: [u8; 32],
    /// For the mark that a link was sent by mail.
    pub mailed: [u8; 32],
    /// For the page of a place on a waiting list.
    pub waiting: [u8; 32],
}

impl std::fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKeys(hidden)")
    }
}

/// Table and column that a key is sealed for; its purpose is the row.
pub(crate) const SEALED_FOR: (&str, &str) = ("link_keys", "sealed");

/// Opens the stored keys. A missing one is derived from the secret key that the proof names, as links were before the keys were stored.
pub(crate) async fn open(tx: &mut WriteTx, key: &SecretKey, proof: &[u8]) -> Result<LinkKeys, StoreError> {
    Ok(LinkKeys {
        manage: open_one(tx, key, proof, LinkPurpose::Manage).await?,
        mailed: open_one(tx, key, proof, LinkPurpose::Mailed).await?,
        waiting: open_one(tx, key, proof, LinkPurpose::Waiting).await?,
    })
}

async fn open_one(
    tx: &mut WriteTx,
    key: &SecretKey,
    proof: &[u8],
    purpose: LinkPurpose,
) -> Result<[u8; 32], StoreError> {
    let (table, column) = SEALED_FOR;
    let purpose = purpose.as_str();
    if stored(tx, purpose).await?.is_none() {
        let derived = key.derive_as(proof, purpose)?;
        execute!(
            tx,
            "INSERT INTO link_keys (purpose, sealed) VALUES ($1, $2) ON CONFLICT (purpose) DO NOTHING",
            purpose,
            key.seal(table, purpose, column, &derived)?
        )?;
    }
    // Another process may have inserted the key. On Postgres only a new statement sees its row.
    let sealed = stored(tx, purpose).await?.unwrap_or_default();
    let plain = key.open(table, purpose, column, &sealed)?;
    plain.try_into().map_err(|_| StoreError::Inconsistent {
        column: "sealed".to_owned(),
        problem: "a key of links is not 32 bytes long".to_owned(),
    })
}

async fn stored(tx: &mut ReadTx, purpose: &str) -> Result<Option<Vec<u8>>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM link_keys WHERE purpose = $1",
        purpose
    )
}

/// Seals all link keys with the current key.
pub(crate) async fn reseal(tx: &mut WriteTx, key: &SecretKey) -> Result<(), StoreError> {
    let (table, column) = SEALED_FOR;
    let all = fetch_all!(
        tx,
        |row: &dyn Fields| Ok((row.text("purpose")?, row.bytes("sealed")?)),
        "SELECT purpose, sealed FROM link_keys ORDER BY purpose"
    )?;
    for (purpose, sealed) in all {
        let plain = key.open(table, &purpose, column, &sealed)?;
        execute!(
            tx,
            "UPDATE link_keys SET sealed = $2 WHERE purpose = $1",
            &purpose,
            key.seal(table, &purpose, column, &plain)?
        )?;
    }
    Ok(())
}
