//! Rows of which one value cannot be read: a word of a later version, JSON that broke, a zone that this machine's database does not
//! know. The rest of the row is worth as much as before, so that it is read with something safe in that value's place, whoever
//! depends on the value is told, and the log says once which it is.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use zones::Zone;

use crate::error::StoreError;
use crate::fields::{self, Fields};

/// A row that is read as far as it can be.
pub(crate) struct Lenient<'a> {
    row: &'a dyn Fields,
    table: &'static str,
    /// The column that says in the log which row it is.
    key: &'static str,
    unreadable: Vec<&'static str>,
}

impl<'a> Lenient<'a> {
    /// A row of a table with a column `id`.
    pub(crate) fn of(row: &'a dyn Fields, table: &'static str) -> Self {
        Self::keyed(row, table, "id")
    }

    /// As [`Lenient::of`], of a table whose rows are told apart by another column.
    pub(crate) fn keyed(row: &'a dyn Fields, table: &'static str, key: &'static str) -> Self {
        Self {
            row,
            table,
            key,
            unreadable: Vec::new(),
        }
    }

    /// The columns that could not be read.
    pub(crate) fn unreadable(self) -> Vec<&'static str> {
        self.unreadable
    }

    /// A column as [`fields::word`], or what stands for one that cannot be read.
    pub(crate) fn word<T: FromStr>(&mut self, column: &'static str, otherwise: T) -> Result<T, StoreError>
    where
        T::Err: std::fmt::Display,
    {
        let read = fields::word(self.row, column);
        self.read_or(column, read, otherwise)
    }

    /// A column as [`fields::word`]; nothing for one that cannot be read.
    pub(crate) fn known_word<T: FromStr>(&mut self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T::Err: std::fmt::Display,
    {
        let read = fields::word(self.row, column).map(Some);
        self.read_or(column, read, None)
    }

    /// A column as [`fields::json`].
    pub(crate) fn json<T: DeserializeOwned + Default>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let read = fields::json(self.row, column);
        self.read_or(column, read, T::default())
    }

    /// A column that holds the name of a zone, which says itself whether it is known.
    pub(crate) fn zone(&self, column: &'static str) -> Result<Zone, StoreError> {
        let zone = Zone::stored(&self.row.text(column)?);
        self.note_zone(column, &zone);
        Ok(zone)
    }

    /// Lets the log say so when a zone is not known.
    pub(crate) fn note_zone(&self, column: &'static str, zone: &Zone) {
        if !zone.is_known() {
            self.log(column, &format!("the zone {:?} is not known here", zone.name()));
        }
    }

    fn read_or<T>(
        &mut self,
        column: &'static str,
        read: Result<T, StoreError>,
        otherwise: T,
    ) -> Result<T, StoreError> {
        match read {
            Err(StoreError::Inconsistent { problem, .. }) => {
                self.log(column, &problem);
                self.unreadable.push(column);
                Ok(otherwise)
            }
            read => read,
        }
    }

    fn log(&self, column: &str, problem: &str) {
        log(self.row, self.table, self.key, column, problem);
    }
}

/// Reads the rows of a list that one row alone must not take down: one that cannot be read is nothing, and the log says which.
/// Not for what blocks time, where nothing would be free time.
pub(crate) fn readable<T>(
    table: &'static str,
    key: &'static str,
    read: impl Fn(&dyn Fields) -> Result<T, StoreError>,
) -> impl Fn(&dyn Fields) -> Result<Option<T>, StoreError> {
    move |row| match read(row) {
        Err(StoreError::Inconsistent { column, problem }) => {
            log(row, table, key, &column, &problem);
            Ok(None)
        }
        read => read.map(Some),
    }
}

fn log(row: &dyn Fields, table: &'static str, key: &str, column: &str, problem: &str) {
    let id = row.uuid(key).map(|id| id.to_string());
    let id = id.or_else(|_| row.text(key)).unwrap_or_default();
    if is_new((table, column.to_owned(), id.clone())) {
        tracing::error!(%table, %id, %column, %problem, "a stored value cannot be read");
    }
}

/// Table, column and row.
type Value = (&'static str, String, String);

/// Whether this was not said yet. Free times are read over and over, and would fill the log.
fn is_new(value: Value) -> bool {
    /// So many are remembered at most; then all are said again.
    const MOST: usize = 1_000;
    static SAID: LazyLock<Mutex<HashSet<Value>>> = LazyLock::new(Mutex::default);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() >= MOST {
        said.clear();
    }
    said.insert(value)
}
