//! Days on which the whole workspace is closed.

use jiff::civil::Date;

use crate::db::{ReadTx, WriteTx};
use crate::error::StoreError;
use crate::fields::{Fields, word};
use crate::unreadable::readable;

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The date, local to whoever works.
    pub date: Date,
    /// What it is called.
    pub name: String,
}

/// All of them, in order.
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

/// Makes these all holidays that there are. No date may be in the list twice.
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
