//! Many rows in one JSON text. Both databases build such a text much faster than a driver returns a thousand rows.

use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::error::StoreError;
use crate::fields::{Fields, inconsistent};

/// Parses an array of arrays, each with the fields of `T` in order; empty when the column is NULL.
pub(crate) fn arrays<T: DeserializeOwned>(row: &dyn Fields, column: &str) -> Result<Vec<T>, StoreError> {
    let Some(json) = row.opt_text(column)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|error| inconsistent(column, error))
}

/// Parses an array of arrays, each passed to `read` as a row with these columns; empty when the column is NULL.
pub(crate) fn rows<T>(
    row: &dyn Fields,
    column: &str,
    columns: &'static [&'static str],
    read: impl Fn(&dyn Fields) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows: Vec<Vec<Value>> = arrays(row, column)?;
    rows.into_iter()
        .map(|values| read(&JsonRow { columns, values }))
        .collect()
}

/// A JSON array as a row. Ids are texts and booleans are as the database writes them; bytes do not occur.
struct JsonRow {
    columns: &'static [&'static str],
    values: Vec<Value>,
}

fn value<'a>(row: &'a JsonRow, column: &str) -> Result<Option<&'a Value>, StoreError> {
    let place = row.columns.iter().position(|known| *known == column);
    match place.and_then(|place| row.values.get(place)) {
        None => Err(inconsistent(column, "it is missing")),
        Some(Value::Null) => Ok(None),
        Some(value) => Ok(Some(value)),
    }
}

fn is_a<T>(value: Option<T>, column: &str) -> Result<T, StoreError> {
    value.ok_or_else(|| inconsistent(column, "its type is another"))
}

impl Fields for JsonRow {
    fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        let text = |value: &Value| is_a(value.as_str(), column).map(str::to_owned);
        value(self, column)?.map(text).transpose()
    }

    fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        let int = |value: &Value| is_a(value.as_i64(), column);
        value(self, column)?.map(int).transpose()
    }

    fn opt_flag(&self, column: &str) -> Result<Option<bool>, StoreError> {
        let flag = |value: &Value| is_a(value.as_bool().or(value.as_i64().map(|int| int != 0)), column);
        value(self, column)?.map(flag).transpose()
    }

    fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, StoreError> {
        let id = |id: String| Uuid::try_parse(&id).map_err(|error| inconsistent(column, error));
        self.opt_text(column)?.map(id).transpose()
    }

    fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        is_a(None, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &'static [&'static str], json: &str) -> JsonRow {
        JsonRow {
            columns,
            values: serde_json::from_str(json).unwrap(),
        }
    }

    #[test]
    fn arrays_are_rows_as_either_database_writes_them() {
        let id: Uuid = "018f0000-0000-7000-8000-0000000000ab".parse().unwrap();
        for (id_text, flag) in [
            ("018F00000000700080000000000000AB", "1"),
            (&id.to_string(), "true"),
        ] {
            let row = row(
                &["id", "flag", "count", "none", "short"],
                &format!(r#"["{id_text}", {flag}, 3, null]"#),
            );
            assert_eq!(row.uuid("id").unwrap(), id);
            assert!(row.flag("flag").unwrap());
            assert_eq!(row.count("count").unwrap(), 3);
            assert_eq!(row.opt_text("none").unwrap(), None);
            assert!(row.text("none").is_err());
            assert!(row.opt_text("missing").is_err());
            assert!(row.opt_text("count").is_err());
            assert!(row.opt_int("id").is_err());
            assert!(row.opt_flag("id").is_err());
            assert!(row.opt_bytes("id").is_err());
        }
    }

    #[test]
    fn what_is_no_list_of_rows_is_an_error() {
        let row = row(
            &["none", "empty", "rows", "broken"],
            r#"[null, "[]", "[[1, \"a\"]]", "[[1]]"]"#,
        );
        assert!(arrays::<(i64, String)>(&row, "none").unwrap().is_empty());
        assert!(arrays::<(i64, String)>(&row, "empty").unwrap().is_empty());
        assert_eq!(
            arrays::<(i64, String)>(&row, "rows").unwrap(),
            [(1, "a".to_owned())]
        );
        assert!(arrays::<(i64, String)>(&row, "broken").is_err());
    }
}
