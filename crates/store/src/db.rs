//! Transactions of either database, and the macros that run one SQL text on both.
//!
//! `(condition) IS TRUE` and `+column` are a condition and a column that no index is asked for: SQLite, which does not know how many
//! rows there are of a kind, would else take an index that leads to most of a table.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{Database, Postgres, Sqlite, Transaction};

use crate::error::StoreError;
use crate::held_locks::Held;

/// A transaction that reads: what it sees is as it was at one moment. From [`Store::connection`](crate::Store::connection) each
/// question is answered by itself.
pub struct ReadTx {
    pub(crate) backend: Backend,
}

/// A transaction that may write. Dropped without [`WriteTx::commit`], it changes nothing.
pub struct WriteTx {
    pub(crate) read: ReadTx,
    pub(crate) held: Held,
}

/// Whoever writes may read.
impl Deref for WriteTx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut ReadTx {
        &mut self.read
    }
}

/// What a transaction runs on.
pub enum Backend {
    /// SQLite.
    Sqlite(Handle<Sqlite>),
    /// Postgres.
    Postgres(Handle<Postgres>),
}

/// What statements run on.
pub enum Handle<DB: Database> {
    /// All of them in one transaction.
    Transaction(Transaction<'static, DB>),
    /// Each by itself.
    Connection(PoolConnection<DB>),
}

impl<DB: Database> Handle<DB> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(tx) => tx.commit().await,
            Self::Connection(_) => Ok(()),
        }
    }

    async fn roll_back(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Transaction(tx) => tx.rollback().await,
            Self::Connection(_) => Ok(()),
        }
    }
}

impl<DB: Database> Deref for Handle<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Transaction(tx) => tx,
            Self::Connection(connection) => connection,
        }
    }
}

impl<DB: Database> DerefMut for Handle<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Transaction(tx) => tx,
            Self::Connection(connection) => connection,
        }
    }
}

impl std::fmt::Debug for ReadTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.backend {
            Backend::Sqlite(_) => "ReadTx(SQLite)",
            Backend::Postgres(_) => "ReadTx(Postgres)",
        })
    }
}

impl std::fmt::Debug for WriteTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.backend {
            Backend::Sqlite(_) => "WriteTx(SQLite)",
            Backend::Postgres(_) => "WriteTx(Postgres)",
        })
    }
}

impl From<Backend> for ReadTx {
    fn from(backend: Backend) -> Self {
        Self { backend }
    }
}

impl From<Backend> for WriteTx {
    fn from(backend: Backend) -> Self {
        Self {
            read: backend.into(),
            held: Held::default(),
        }
    }
}

impl ReadTx {
    /// What it runs on.
    pub fn backend(&mut self) -> &mut Backend {
        &mut self.backend
    }

    /// The present by the clock that all who share this database go by: its server's. Of SQLite, which no other process shares,
    /// it is the caller's own.
    pub async fn shared_now(&mut self, own: Timestamp) -> Result<Timestamp, StoreError> {
        let Backend::Postgres(tx) = &mut self.backend else {
            return Ok(own);
        };
        let milliseconds: i64 =
            sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT")
                .fetch_one(&mut **tx)
                .await?;
        Timestamp::from_millisecond(milliseconds)
            .map_err(|error| crate::fields::inconsistent("(the database's clock)", error))
    }

    /// Runs a statement without parameters, such as a savepoint's.
    pub(crate) async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        match &mut self.backend {
            Backend::Sqlite(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop)?,
            Backend::Postgres(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }
}

impl WriteTx {
    /// What statements that write or lock run on. There is none of a transaction that reads.
    pub(crate) fn writer(&mut self) -> &mut Backend {
        &mut self.backend
    }

    /// Keeps everything that was done.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.read.backend {
            Backend::Sqlite(tx) => tx.commit().await?,
            Backend::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes back everything that was done, and waits until it is.
    pub(crate) async fn roll_back(self) -> Result<(), StoreError> {
        match self.read.backend {
            Backend::Sqlite(tx) => tx.roll_back().await?,
            Backend::Postgres(tx) => tx.roll_back().await?,
        }
        Ok(())
    }
}

/// An instant as it is stored.
pub(crate) fn ms(instant: Timestamp) -> i64 {
    instant.as_millisecond()
}

/// An instant that may be missing, as it is stored.
pub(crate) fn opt_ms(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(ms)
}

/// A value that is stored as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Inconsistent {
        column: "(new JSON)".to_owned(),
        problem: error.to_string(),
    })
}

/// A text without what Postgres cannot keep.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The ids of a list as SQLite takes them: a JSON array of hexadecimal texts.
pub(crate) fn hex_list(ids: &[uuid::Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    format!(
        "[{}]",
        ids.iter()
            .map(|id| format!("\"{id}\""))
            .collect::<Vec<_>>()
            .join(",")
    )
}

/// Whether a statement reads and does nothing else, by its words: those that change or lock rows stand in capitals.
pub(crate) const fn only_reads(sql: &str) -> bool {
    const OTHERS: [&[u8]; 4] = [b"INSERT", b"UPDATE", b"DELETE", b"SHARE"];
    let sql = sql.as_bytes();
    let mut start = 0;
    while start < sql.len() {
        let mut end = start;
        while end < sql.len() && (sql[end].is_ascii_alphanumeric() || sql[end] == b'_') {
            end += 1;
        }
        let mut other = 0;
        while other < OTHERS.len() {
            if is_same(sql, start, end, OTHERS[other]) {
                return false;
            }
            other += 1;
        }
        start = end + 1;
    }
    true
}

/// Whether these bytes of a text are a word. (Slices cannot be compared while compiling.)
const fn is_same(text: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
    let mut at = 0;
    while at < word.len() && start + at < end && text[start + at] == word[at] {
        at += 1;
    }
    at == word.len() && start + at == end
}

/// Runs a statement that writes; answers how many rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx.writer() {
            $crate::db::Backend::Sqlite(tx) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::db::Backend::Postgres(tx) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::error::StoreError::from)
    };
}

/// Inserts rows with one statement, whose text ends before `VALUES`; without rows there is nothing to do.
macro_rules! insert_rows {
    ($tx:expr, $into:literal, $rows:expr, |$row:pat_param| $($bind:expr),+ $(,)?) => {{
        let rows = $rows;
        if rows.is_empty() {
            Ok(())
        } else {
            match $tx.writer() {
                $crate::db::Backend::Sqlite(tx) => {
                    let mut insert = sqlx::QueryBuilder::<sqlx::Sqlite>::new($into);
                    insert.push_values(rows, |mut values, $row| { $(values.push_bind($bind);)+ });
                    insert.build().execute(&mut **tx).await.map(drop)
                }
                $crate::db::Backend::Postgres(tx) => {
                    let mut insert = sqlx::QueryBuilder::<sqlx::Postgres>::new($into);
                    insert.push_values(rows, |mut values, $row| { $(values.push_bind($bind);)+ });
                    insert.build().execute(&mut **tx).await.map(drop)
                }
            }
            .map_err($crate::error::StoreError::from)
        }
    }};
}

/// All rows that a statement answers, in the words of the database that it runs on, each read by a function.
macro_rules! rows_of {
    ($backend:expr, $read:expr, $sqlite:expr, $postgres:expr $(, $bind:expr)* $(,)?) => {
        match $backend {
            $crate::db::Backend::Sqlite(tx) => {
                let rows = sqlx::query($sqlite)$(.bind($bind))*.fetch_all(&mut **tx).await?;
                rows.iter().map(|row| $read(row)).collect::<Result<Vec<_>, $crate::error::StoreError>>()
            }
            $crate::db::Backend::Postgres(tx) => {
                let rows = sqlx::query($postgres)$(.bind($bind))*.fetch_all(&mut **tx).await?;
                rows.iter().map(|row| $read(row)).collect::<Result<Vec<_>, $crate::error::StoreError>>()
            }
        }
    };
}

/// All rows of a query that each database has in words of its own, each read by a function. One that writes or locks is not compiled.
macro_rules! rows {
    ($tx:expr, $read:expr, $sqlite:expr, $postgres:expr $(, $bind:expr)* $(,)?) => {{
        const { assert!($crate::db::only_reads($sqlite) && $crate::db::only_reads($postgres)) };
        rows_of!(&mut $tx.backend, $read, $sqlite, $postgres $(, $bind)*)
    }};
}

/// The rows that a statement answers which writes, in words of each database; each is read by a function.
macro_rules! write_rows {
    ($tx:expr, $read:expr, $sqlite:expr, $postgres:expr $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sqlite, $postgres $(, $bind)*)
    };
}

/// All rows of a query, each read by a function.
macro_rules! fetch_all {
    ($tx:expr, $read:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        rows!($tx, $read, $sql, $sql $(, $bind)*)
    };
}

/// The first row of a query, if there is one, read by a function.
macro_rules! fetch_optional {
    ($tx:expr, $read:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        const { assert!($crate::db::only_reads($sql)) };
        match &mut $tx.backend {
            $crate::db::Backend::Sqlite(tx) => {
                let row = sqlx::query($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await?;
                row.as_ref().map(|row| $read(row)).transpose()
            }
            $crate::db::Backend::Postgres(tx) => {
                let row = sqlx::query($sql)$(.bind($bind))*.fetch_optional(&mut **tx).await?;
                row.as_ref().map(|row| $read(row)).transpose()
            }
        }
    }};
}

/// All rows whose column is in a list of ids, which is `$1`. The text before ends with the column, the one after goes on
/// with the rest. The two databases take lists in different ways, here side by side.
macro_rules! fetch_all_in {
    ($tx:expr, $read:expr, $ids:expr, $before:expr, $after:literal $(, $bind:expr)* $(,)?) => {{
        const { assert!($crate::db::only_reads(concat!($before, $after))) };
        let ids: Vec<uuid::Uuid> = $ids;
        match &mut $tx.backend {
            $crate::db::Backend::Sqlite(tx) => {
                let rows = sqlx::query(concat!($before, " IN (SELECT unhex(value) FROM json_each($1)) ", $after))
                    .bind($crate::db::hex_list(&ids))$(.bind($bind))*.fetch_all(&mut **tx).await?;
                rows.iter().map(|row| $read(row)).collect::<Result<Vec<_>, $crate::error::StoreError>>()
            }
            $crate::db::Backend::Postgres(tx) => {
                let rows = sqlx::query(concat!($before, " = ANY($1) ", $after))
                    .bind(ids)$(.bind($bind))*.fetch_all(&mut **tx).await?;
                rows.iter().map(|row| $read(row)).collect::<Result<Vec<_>, $crate::error::StoreError>>()
            }
        }
    }};
}

/// A statement for the rows whose column is in a list of ids, which is `$1`; the text ends with the column. Nothing is done
/// without ids.
macro_rules! execute_in {
    ($tx:expr, $ids:expr, $before:literal $(, $bind:expr)* $(,)?) => {{
        let ids: Vec<uuid::Uuid> = $ids;
        if ids.is_empty() {
            Ok(0)
        } else {
            match $tx.writer() {
                $crate::db::Backend::Sqlite(tx) => {
                    sqlx::query(concat!($before, " IN (SELECT unhex(value) FROM json_each($1))"))
                        .bind($crate::db::hex_list(&ids))$(.bind($bind))*.execute(&mut **tx).await
                        .map(|done| done.rows_affected())
                }
                $crate::db::Backend::Postgres(tx) => {
                    sqlx::query(concat!($before, " = ANY($1)"))
                        .bind(ids)$(.bind($bind))*.execute(&mut **tx).await
                        .map(|done| done.rows_affected())
                }
            }
            .map_err($crate::error::StoreError::from)
        }
    }};
}

/// Deletes at most so many rows of a table, which have no key of their own: the place in the table stands for it. The condition
/// and the placeholder of the number are given; the number is the last value.
macro_rules! delete_rows {
    ($tx:expr, $table:literal, $condition:literal, $limit:literal $(, $bind:expr)* $(,)?) => {
        match $tx.writer() {
            $crate::db::Backend::Sqlite(tx) => {
                sqlx::query(concat!("DELETE FROM ", $table, " WHERE rowid IN (SELECT rowid FROM ", $table, " WHERE ",
                    $condition, " LIMIT ", $limit, ")"))
                    $(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::db::Backend::Postgres(tx) => {
                sqlx::query(concat!("DELETE FROM ", $table, " WHERE ctid = ANY(ARRAY(SELECT ctid FROM ", $table, " WHERE ",
                    $condition, " LIMIT ", $limit, "))"))
                    $(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::error::StoreError::from)
    };
}

/// The latest instant, before which no appointment began that ends after another: none is longer than the longest, which an index
/// tells. Without it all that ever was would be looked through for what has not ended.
macro_rules! begun_since {
    ($instant:literal) => {
        concat!(
            "(",
            $instant,
            " - (SELECT ends_at - starts_at FROM appointments ORDER BY ends_at - starts_at DESC LIMIT 1))"
        )
    };
}

/// Rows that stay as they are until the transaction ends: on Postgres they are locked, on SQLite nobody else writes
/// meanwhile. The text must end where the lock clause goes.
macro_rules! locked {
    ($tx:expr, $read:expr, $sql:literal $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sql, concat!($sql, " FOR UPDATE") $(, $bind)*)
    };
}

/// Rows that a worker claims: on Postgres those that another worker is claiming are passed over, on SQLite there is one
/// writer at a time. The text must end where the lock clause goes.
macro_rules! claim {
    ($tx:expr, $read:expr, $sql:literal $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sql, concat!($sql, " FOR UPDATE SKIP LOCKED") $(, $bind)*)
    };
}

/// An update that must touch its row.
pub(crate) fn expect_row(rows: u64, what: &'static str) -> Result<(), StoreError> {
    if rows == 0 {
        Err(StoreError::Gone(what))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn what_writes_or_locks_is_known_by_its_words() {
        for reads in [
            "SELECT 1",
            "SELECT updated_at, is_shared FROM staff WHERE action = 'delete' ORDER BY inserted",
            "WITH a AS (SELECT 1) SELECT * FROM a",
        ] {
            assert!(only_reads(reads), "{reads}");
        }
        for writes in [
            "INSERT INTO staff (id) VALUES ($1) RETURNING id",
            "UPDATE staff SET name = $1",
            "WITH gone AS (DELETE FROM staff RETURNING id) SELECT * FROM gone",
            "SELECT id FROM staff FOR UPDATE",
            "SELECT id FROM staff\n FOR SHARE",
            "SELECT id FROM staff FOR UPDATE SKIP LOCKED",
        ] {
            assert!(!only_reads(writes), "{writes}");
        }
    }
}
