//! Sealing everything with the current key, while others read and write.

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

/// So many rows are changed in one transaction.
const AT_ONCE: i64 = 50;

/// What was sealed anew, and with which keys all is sealed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// How many passwords were sealed anew.
    pub passwords: u64,
    /// How many passwords are sealed with which key. No key at all is named by what is too short to be sealed.
    pub sealed_with: BTreeMap<Option<KeyId>, i64>,
    /// How many of these cannot be opened: they are damaged, or sealed with a key that is not given.
    pub lost: u64,
}

/// Seals everything with the current key. The proof of the key is the last to change, when nothing needs another key any more: until
/// then the database opens with the keys of before, and from then on nobody keeps a secret who does not know the current one.
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
    key_check::hold_alone(&mut tx, key).await?;
    // What was kept behind the first look. Nobody keeps anything during this one, so only what cannot be opened is left.
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

/// Some rows that are not sealed with the current key, in the order of their ids.
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
            AT_ONCE
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
            // Somebody may have entered or erased the password since it was read.
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
