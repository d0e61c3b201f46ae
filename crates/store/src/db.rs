//! Transactions of either database, and the macros that run one SQL text on both.
//!
//! `(condition) IS TRUE` and `+column` keep SQLite from using an index. Its planner does not know how selective a condition is, and could
//! choose an index that leads to most of a table.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{Database, Postgres, Sqlite, Transaction};

use crate::error::StoreError;
use crate::held_locks::Held;

/// A transaction that reads from a snapshot. From [`Store::connection`](crate::Store::connection) each query sees the newest committed
/// state instead.
pub struct ReadTx {
    pub(crate) backend: Backend,
}

/// A transaction that may write. If it is dropped without [`WriteTx::commit`], nothing is changed.
pub struct WriteTx {
    pub(crate) read: ReadTx,
    pub(crate) held: Held,
}

/// A transaction that may write can also read.
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

/// The connection that a transaction uses.
pub enum Backend {
    /// SQLite.
    Sqlite(ConnectionHandle<Sqlite>),
    /// Postgres.
    Postgres(ConnectionHandle<Postgres>),
}

/// What statements run on.
pub enum ConnectionHandle<DB: Database> {
    /// One transaction for all statements.
    Transaction(Transaction<'static, DB>),
    /// A connection without transaction.
    Connection(PoolConnection<DB>),
}

impl<DB: Database> ConnectionHandle<DB> {
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

impl<DB: Database> Deref for ConnectionHandle<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Transaction(tx) => tx,
            Self::Connection(connection) => connection,
        }
    }
}

impl<DB: Database> DerefMut for ConnectionHandle<DB> {
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
    /// The underlying connection.
    pub fn backend(&mut self) -> &mut Backend {
        &mut self.backend
    }

    /// The present by the clock that all processes of this database share: the clock of Postgres' server. SQLite belongs to one process,
    /// so there it is the caller's own.
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

    /// Runs a statement without parameters, such as one for a savepoint.
    pub(crate) async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        match &mut self.backend {
            Backend::Sqlite(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop)?,
            Backend::Postgres(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }
}

impl WriteTx {
    /// The connection for statements that write or lock. A read transaction has none.
    pub(crate) fn writer(&mut self) -> &mut Backend {
        &mut self.backend
    }

    /// Commits.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.read.backend {
            Backend::Sqlite(tx) => tx.commit().await?,
            Backend::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Rolls back and waits until it is done.
    pub(crate) async fn roll_back(self) -> Result<(), StoreError> {
        match self.read.backend {
            Backend::Sqlite(tx) => tx.roll_back().await?,
            Backend::Postgres(tx) => tx.roll_back().await?,
        }
        Ok(())
    }
}

/// Converts an instant to its stored form.
pub(crate) fn ms(instant: Timestamp) -> i64 {
    instant.as_millisecond()
}

/// Converts an optional instant to its stored form.
pub(crate) fn opt_ms(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(ms)
}

/// Serialises a value to JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Inconsistent {
        column: "(new JSON)".to_owned(),
        problem: error.to_string(),
    })
}

/// Removes the characters that Postgres cannot store.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Formats an optional value as JSON.
pub(crate) fn opt_json(value: Option<&impl serde::Serialize>) -> Result<Option<String>, StoreError> {
    value.map(json).transpose()
}

/// A list of ids in the form that SQLite's `json_each` takes: a JSON array of hexadecimal texts.
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

/// Whether a statement only reads. Keywords that write or lock are recognised in capitals.
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

/// Compares bytes of a text with a word. Slices cannot be compared in a constant function.
const fn is_same(text: &[u8], start: usize, end: usize, word: &[u8]) -> bool {
    let mut at = 0;
    while at < word.len() && start + at < end && text[start + at] == word[at] {
        at += 1;
    }
    at == word.len() && start + at == end
}

/// Runs a statement that writes. Returns the number of affected rows.
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

/// Inserts rows with one statement, whose text ends before `VALUES`. Does nothing without rows.
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

/// Runs one SQL text per database and reads all rows with a function.
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

/// Like [`rows_of`], for queries. A statement that writes or locks does not compile.
macro_rules! rows {
    ($tx:expr, $read:expr, $sqlite:expr, $postgres:expr $(, $bind:expr)* $(,)?) => {{
        const { assert!($crate::db::only_reads($sqlite) && $crate::db::only_reads($postgres)) };
        rows_of!(&mut $tx.backend, $read, $sqlite, $postgres $(, $bind)*)
    }};
}

/// Like [`rows_of`], for a statement that writes and returns rows.
macro_rules! write_rows {
    ($tx:expr, $read:expr, $sqlite:expr, $postgres:expr $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sqlite, $postgres $(, $bind)*)
    };
}

/// Reads all rows of a query with a function.
macro_rules! fetch_all {
    ($tx:expr, $read:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        rows!($tx, $read, $sql, $sql $(, $bind)*)
    };
}

/// Reads the first row of a query with a function, if there is one.
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

/// Reads all rows whose column is in a list of ids, which is `$1`. The first text ends with the column, the second follows the list. The
/// two databases take lists in different forms.
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

/// Runs a statement for the rows whose column is in a list of ids, which is `$1`; the text ends with the column. Does nothing without ids.
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

/// Deletes a limited number of rows of a table without primary key, by their physical position. Takes the condition and the placeholder of
/// the limit, which is the last value.
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

/// The latest instant before which no appointment began that ends after another instant: none lasts longer than the longest one, which an
/// index tells. Without this bound a query for what has not ended would read all appointments of the past.
macro_rules! begun_since {
    ($instant:literal) => {
        concat!(
            "(",
            $instant,
            " - (SELECT ends_at - starts_at FROM appointments ORDER BY ends_at - starts_at DESC LIMIT 1))"
        )
    };
}

/// Reads rows and locks them until the transaction ends; on SQLite there is no other writer. The text must end where the lock clause goes.
macro_rules! locked {
    ($tx:expr, $read:expr, $sql:literal $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sql, concat!($sql, " FOR UPDATE") $(, $bind)*)
    };
}

/// Reads rows that a worker claims, skipping those that another worker is claiming; on SQLite there is no other writer. The text must end
/// where the lock clause goes.
macro_rules! claim {
    ($tx:expr, $read:expr, $sql:literal $(, $bind:expr)* $(,)?) => {
        rows_of!($tx.writer(), $read, $sql, concat!($sql, " FOR UPDATE SKIP LOCKED") $(, $bind)*)
    };
}

/// Fails if an update did not find its row.
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
