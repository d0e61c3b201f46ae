//! Holidays: dates on which the whole workspace is closed.

use jiff::civil::Date;

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::{Fields, word};
use crate::unreadable::readable;

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The date, in each host's own zone.
    pub date: Date,
    /// What it is called.
    pub name: String,
}

/// Returns all holidays, by date.
pub async fn list(tx: &mut ReadTx) -> Result<Vec<Holiday>, StoreError> {
    let found: Vec<Option<Holiday>> = fetch_all!(
        tx,
        readable("holidays", "date", |row: &dyn Fields| {
            Ok(Holiday {
                date: word(row, "date")?,
                name: row.text("name")?,
            })
        }),
        "SELECT date, name FROM holidays ORDER BY date"
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// Replaces all holidays. No date may occur twice.
pub async fn replace(tx: &mut WriteTx, holidays: &[Holiday]) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM holidays")?;
    for holiday in holidays {
        execute!(
            tx,
            "INSERT INTO holidays (date, name) VALUES ($1, $2)",
            holiday.date.to_string(),
            &holiday.name
        )?;
    }
    Ok(())
}
