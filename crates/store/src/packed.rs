//! Many small rows in one text, grouped by an id: `ID:VALUE,VALUE;VALUE,VALUE|ID:VALUE,VALUE`. Both databases put a text
//! together far faster than a driver hands over a thousand rows one by one, each with values of its own.

use jiff::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::fields::inconsistent;

const GROUPS: char = '|';
const ID: char = ':';
const ROWS: char = ';';
const VALUES: char = ',';

/// A row, whose values are taken one after the other.
pub(crate) struct Packed<'a>(std::str::Split<'a, char>);

impl Packed<'_> {
    pub(crate) fn uuid(&mut self) -> Result<Uuid, StoreError> {
        self.opt_uuid()?.ok_or_else(|| wrong("an id is missing"))
    }

    pub(crate) fn opt_uuid(&mut self) -> Result<Option<Uuid>, StoreError> {
        match self.word()? {
            "" => Ok(None),
            id => Uuid::try_parse(id).map(Some).map_err(wrong),
        }
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        self.word()?.parse().map_err(wrong)
    }

    pub(crate) fn count(&mut self) -> Result<u32, StoreError> {
        self.word()?.parse().map_err(wrong)
    }

    pub(crate) fn instant(&mut self) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int()?).map_err(wrong)
    }

    /// True as either database writes it.
    pub(crate) fn flag(&mut self) -> Result<bool, StoreError> {
        match self.word()? {
            "1" | "t" => Ok(true),
            "0" | "f" => Ok(false),
            other => Err(wrong(other)),
        }
    }

    /// A word of ours: without any of the separators.
    pub(crate) fn word(&mut self) -> Result<&str, StoreError> {
        self.0.next().ok_or_else(|| wrong("a value is missing"))
    }
}

/// The rows of a text, each read together with the id of its group; none when there is no text.
pub(crate) fn unpack<T>(
    text: Option<&str>,
    read: impl Fn(Uuid, &mut Packed) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for group in text.into_iter().flat_map(|text| text.split(GROUPS)) {
        let (id, rows) = group.split_once(ID).ok_or_else(|| wrong("a group has no id"))?;
        let id = Uuid::try_parse(id).map_err(wrong)?;
        for row in rows.split(ROWS) {
            found.push(read(id, &mut Packed(row.split(VALUES)))?);
        }
    }
    Ok(found)
}

fn wrong(problem: impl std::fmt::Display) -> StoreError {
    inconsistent("(packed)", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_either_database_writes_them() {
        let hex = "018f00000000700080000000000000ab";
        let dashed = "018f0000-0000-7000-8000-0000000000ab";
        let text = format!("{hex}:{hex},,5,1,busy;{dashed},{dashed},-7,f,free|{dashed}:{hex},,0,0,busy");
        let read = |group: Uuid, row: &mut Packed| {
            let ids = (group, row.uuid()?, row.opt_uuid()?);
            Ok((ids, row.int()?, row.flag()?, row.word()?.to_owned()))
        };
        let rows = unpack(Some(&text), read).unwrap();
        let id: Uuid = dashed.parse().unwrap();
        assert_eq!(
            rows,
            [
                ((id, id, None), 5, true, "busy".to_owned()),
                ((id, id, Some(id)), -7, false, "free".to_owned()),
                ((id, id, None), 0, false, "busy".to_owned()),
            ]
        );
        assert!(unpack(None, read).unwrap().is_empty());
        for broken in [
            "1,2",
            "x:1,2",
            &format!("{hex}:{hex}"),
            &format!("{hex}:{hex},,5,2,busy"),
        ] {
            assert!(unpack(Some(broken), read).is_err(), "{broken}");
        }
    }
}
