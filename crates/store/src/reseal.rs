//! Sealing all secrets with the current key, while others read and write.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::connections::SEALED_FOR;
use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::ConnectionId;
use crate::open::Store;
use crate::secrets::{KeyId, SecretKey};
use crate::{key_check, link_keys};

/// Rows per transaction.
const BATCH: i64 = 50;

/// The result of resealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// Number of passwords that were sealed again.
    pub passwords: u64,
    /// Number of passwords by key. None stands for a value too short to be sealed.
    pub sealed_with: BTreeMap<Option<KeyId>, i64>,
    /// How many passwords cannot be opened: damaged, or sealed with an unknown key.
    pub lost: u64,
}

/// Seals everything with the current key. The proof changes last, once nothing needs another key: until then the database opens with the
/// previous keys, and from then on no process can store a secret without the current one.
pub async fn reseal(store: &Store) -> Result<Resealed, StoreError> {
    let key = store.key();
    let mut passwords = 0;
    let mut done_up_to = Uuid::nil();
    loop {
        let mut tx = store.write().await?;
        let page = Page::reseal(&mut tx, key, done_up_to).await?;
        tx.commit().await?;
        passwords += page.resealed;
        match page.last {
            Some(id) => done_up_to = id,
            None => break,
        }
    }
    let mut tx = store.write().await?;
    key_check::lock_exclusive(&mut tx, key).await?;
    // A second pass for secrets stored behind the first one. The lock keeps further ones out, so the rows that remain cannot be opened.
    let mut lost = 0;
    let mut done_up_to = Uuid::nil();
    loop {
        let page = Page::reseal(&mut tx, key, done_up_to).await?;
        passwords += page.resealed;
        lost += page.lost;
        match page.last {
            Some(id) => done_up_to = id,
            None => break,
        }
    }
    link_keys::reseal(&mut tx, key).await?;
    key_check::renew(&mut tx, key).await?;
    let sealed_with = count(&mut tx).await?;
    tx.commit().await?;
    Ok(Resealed {
        passwords,
        sealed_with,
        lost,
    })
}

/// A page of rows that are not sealed with the current key, in the order of ids.
struct Page {
    last: Option<Uuid>,
    resealed: u64,
    lost: u64,
}

impl Page {
    async fn reseal(tx: &mut WriteTx, key: &SecretKey, after: Uuid) -> Result<Self, StoreError> {
        let rows = rows!(
            tx,
            |row: &dyn Fields| Ok((row.uuid("id")?, row.bytes("password_sealed")?)),
            "SELECT id, password_sealed FROM connections
             WHERE id > $1 AND password_sealed IS NOT NULL AND substr(password_sealed, 2, 4) <> $2 ORDER BY id LIMIT $3",
            "SELECT id, password_sealed FROM connections
             WHERE id > $1 AND password_sealed IS NOT NULL AND substring(password_sealed FROM 2 FOR 4) <> $2
             ORDER BY id LIMIT $3",
            after,
            key.id().bytes().to_vec(),
            BATCH
        )?;
        let mut page = Self {
            last: rows.last().map(|(id, _)| *id),
            resealed: 0,
            lost: 0,
        };
        let (table, column) = SEALED_FOR;
        for (id, old) in rows {
            let place = ConnectionId(id).to_string();
            let Ok(plain) = key.open(table, &place, column, &old) else {
                page.lost += 1;
                continue;
            };
            // Compared with the old value: the password may have been changed or erased since it was read.
            page.resealed += execute!(
                tx,
                "UPDATE connections SET password_sealed = $2 WHERE id = $1 AND password_sealed = $3",
                id,
                key.seal(table, &place, column, &plain)?,
                old
            )?;
        }
        Ok(page)
    }
}

async fn count(tx: &mut ReadTx) -> Result<BTreeMap<Option<KeyId>, i64>, StoreError> {
    let counted = rows!(
        tx,
        |row: &dyn Fields| Ok((KeyId::of_envelope(&row.bytes("head")?), row.int("sealed")?)),
        "SELECT substr(password_sealed, 1, 5) AS head, count(*) AS sealed FROM connections
         WHERE password_sealed IS NOT NULL GROUP BY 1",
        "SELECT substring(password_sealed FROM 1 FOR 5) AS head, count(*) AS sealed FROM connections
         WHERE password_sealed IS NOT NULL GROUP BY 1"
    )?;
    let mut all = BTreeMap::new();
    for (id, sealed) in counted {
        *all.entry(id).or_default() += sealed;
    }
    Ok(all)
}
