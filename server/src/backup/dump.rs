//! The commands of Postgres' own backup programs, for the operator to run in a shell.

use std::path::Path;

use store::StoreError;
use store::backup::PostgresPlace;

use super::manifest::DUMP;
use crate::settings::Hidden;

/// The command that dumps a Postgres database into a folder. The password is left out; Postgres' programs ask for it or read `~/.pgpass`.
pub(super) fn pg_dump(url: &Hidden, folder: &Path) -> Result<String, StoreError> {
    Ok(format!(
        "pg_dump --format=custom {} --file={}",
        place(url)?,
        shell(&folder.join(DUMP).display().to_string())
    ))
}

/// The command that restores a dump.
pub(super) fn pg_restore(url: &Hidden, dump: &Path) -> Result<String, StoreError> {
    Ok(format!(
        "pg_restore --clean --if-exists --single-transaction {} {}",
        place(url)?,
        shell(&dump.display().to_string())
    ))
}

fn place(url: &Hidden) -> Result<String, StoreError> {
    let place = PostgresPlace::of(&url.0)?;
    Ok(format!(
        "--host={} --port={} --username={} --dbname={}",
        shell(&place.host),
        place.port,
        shell(&place.user),
        shell(&place.database)
    ))
}

/// Quotes an argument for a shell.
pub(super) fn shell(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:@%+,".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
