//! Rows with a value that cannot be read: a word of a later version, broken JSON, a zone unknown to this machine. The row is read with a
//! safe substitute, the caller learns which columns are affected, and the log names each once.

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use zones::Zone;

use crate::error::StoreError;
use crate::fields::{self, Fields};

/// A row that is read as far as possible.
pub(crate) struct Lenient<'a> {
    row: &'a dyn Fields,
    table: &'static str,
    /// The column that identifies the row in the log.
    key: &'static str,
    unreadable: Vec<&'static str>,
}

impl<'a> Lenient<'a> {
    /// A row of a table with the key `id`.
    pub(crate) fn of(row: &'a dyn Fields, table: &'static str) -> Self {
        Self::keyed(row, table, "id")
    }

    /// Like [`Lenient::of`], for a table with another key.
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

    /// Like [`fields::word`], with a substitute for an unreadable value.
    pub(crate) fn word<T: FromStr>(&mut self, column: &'static str, otherwise: T) -> Result<T, StoreError>
    where
        T::Err: std::fmt::Display,
    {
        let read = fields::word(self.row, column);
        self.read_or(column, read, otherwise)
    }

    /// Like [`fields::word`], with none as substitute.
    pub(crate) fn known_word<T: FromStr>(&mut self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T::Err: std::fmt::Display,
    {
        let read = fields::word(self.row, column).map(Some);
        self.read_or(column, read, None)
    }

    /// Like [`fields::json`], with the default as substitute.
    pub(crate) fn json<T: DeserializeOwned + Default>(
        &mut self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        let read = fields::json(self.row, column);
        self.read_or(column, read, T::default())
    }

    /// Like [`Lenient::json`], for a column that may be NULL.
    pub(crate) fn opt_json<T: DeserializeOwned + Default>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        match self.row.opt_text(column)? {
            Some(_) => self.json(column).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a zone's name. An unknown one is kept and says so itself ([`Zone::is_known`]).
    pub(crate) fn zone(&self, column: &'static str) -> Result<Zone, StoreError> {
        let zone = Zone::stored(&self.row.text(column)?);
        self.note_zone(column, &zone);
        Ok(zone)
    }

    /// Logs an unknown zone.
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

/// Wraps the reading of a list whose other rows must survive an unreadable one, which becomes `None` and is logged. Not for what blocks
/// time, where a missing row would become free time.
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

/// Table, column and row key.
type Value = (&'static str, String, String);

/// Whether this value was not logged yet. Free times are read constantly and would fill the log.
fn is_new(value: Value) -> bool {
    /// How many are remembered; then all are logged again.
    const MAX_REPORTED: usize = 1_000;
    static REPORTED: LazyLock<Mutex<HashSet<Value>>> = LazyLock::new(Mutex::default);
    let mut said = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    if said.len() >= MAX_REPORTED {
        said.clear();
    }
    said.insert(value)
}
