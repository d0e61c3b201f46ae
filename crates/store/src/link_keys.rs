//! The keys that the tokens of links are derived with. They are kept sealed instead of being derived from the secret key each
//! time: a link in a mail works, and is the same in the next mail, whatever the secret key is by then.

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::secrets::SecretKey;
use crate::words::LinkPurpose;

/// A key for each kind of link.
#[derive(Clone)]
pub struct LinkKeys {
    /// Of the page of an appointment.
    pub manage: [u8; 32],
    /// Of what shows that a link was sent by mail.
    pub mailed: [u8; 32],
    /// Of the page of a place on a waiting list.
    pub waiting: [u8; 32],
}

impl std::fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKeys(hidden)")
    }
}

/// Where a key is sealed for, beside its purpose.
pub(crate) const SEALED_FOR: (&str, &str) = ("link_keys", "sealed");

/// The keys as they are kept. One that is not yet follows from the secret key that the database was made with, which the proof
/// names: links from before they were kept go on working.
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
    if kept(tx, purpose).await?.is_none() {
        let derived = key.derive_as(proof, purpose)?;
        execute!(
            tx,
            "INSERT INTO link_keys (purpose, sealed) VALUES ($1, $2) ON CONFLICT (purpose) DO NOTHING",
            purpose,
            key.seal(table, purpose, column, &derived)?
        )?;
    }
    // Another process may have been first; on Postgres its row is seen by a statement of its own.
    let sealed = kept(tx, purpose).await?.unwrap_or_default();
    let plain = key.open(table, purpose, column, &sealed)?;
    plain.try_into().map_err(|_| StoreError::Inconsistent {
        column: "sealed".to_owned(),
        problem: "a key of links is not 32 bytes long".to_owned(),
    })
}

async fn kept(tx: &mut ReadTx, purpose: &str) -> Result<Option<Vec<u8>>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| row.bytes("sealed"),
        "SELECT sealed FROM link_keys WHERE purpose = $1",
        purpose
    )
}

/// Seals all of them with the current key.
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
