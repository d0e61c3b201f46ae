//! Reading columns of a row of either database. Errors name the column.

use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::error::StoreError;

/// The columns of a row. The `opt_` functions accept NULL, the others report it as an error: SQLite's driver would silently return 0 or an
/// empty text.
pub(crate) trait Fields {
    fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError>;
    fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn opt_flag(&self, column: &str) -> Result<Option<bool>, StoreError>;
    fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError>;
    fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError>;

    fn text(&self, column: &str) -> Result<String, StoreError> {
        self.opt_text(column)?.ok_or_else(|| null(column))
    }

    fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| null(column))
    }

    fn count(&self, column: &str) -> Result<u32, StoreError> {
        u32::try_from(self.int(column)?).map_err(|error| inconsistent(column, error))
    }

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        self.opt_flag(column)?.ok_or_else(|| null(column))
    }

    fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        self.opt_uuid(column)?.ok_or_else(|| null(column))
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.opt_bytes(column)?.ok_or_else(|| null(column))
    }

    fn opt_instant(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        self.opt_int(column)?
            .map(|milliseconds| {
                Timestamp::from_millisecond(milliseconds).map_err(|error| inconsistent(column, error))
            })
            .transpose()
    }

    fn instant(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.opt_instant(column)?.ok_or_else(|| null(column))
    }
}

/// Parses a text column: an enum's word, an address, a date.
pub(crate) fn word<T: FromStr>(row: &dyn Fields, column: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    row.text(column)?
        .parse()
        .map_err(|error| inconsistent(column, error))
}

/// Like [`word`], for a column that may be NULL.
pub(crate) fn opt_word<T: FromStr>(row: &dyn Fields, column: &str) -> Result<Option<T>, StoreError>
where
    T::Err: std::fmt::Display,
{
    row.opt_text(column)?
        .map(|text| text.parse().map_err(|error| inconsistent(column, error)))
        .transpose()
}

/// Parses a JSON column.
pub(crate) fn json<T: DeserializeOwned>(row: &dyn Fields, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(&row.text(column)?).map_err(|error| inconsistent(column, error))
}

fn null(column: &str) -> StoreError {
    inconsistent(column, "it is empty")
}

pub(crate) fn inconsistent(column: &str, problem: impl std::fmt::Display) -> StoreError {
    StoreError::Inconsistent {
        column: column.to_owned(),
        problem: problem.to_string(),
    }
}

macro_rules! fields_of {
    ($row:ty) => {
        impl Fields for $row {
            fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn opt_flag(&self, column: &str) -> Result<Option<bool>, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
                Ok(self.try_get(column)?)
            }
        }
    };
}

fields_of!(SqliteRow);
fields_of!(PgRow);
