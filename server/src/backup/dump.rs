//! How Postgres' own programs are called, for whoever runs them in a shell.

use std::path::Path;

use store::StoreError;
use store::backup::PostgresPlace;

use super::manifest::DUMP;
use crate::settings::Hidden;

/// How a Postgres is dumped into a folder. The password is asked for, or taken from where Postgres' programs look.
pub(super) fn pg_dump(url: &Hidden, folder: &Path) -> Result<String, StoreError> {
    Ok(format!(
        "pg_dump --format=custom {} --file={}",
        place(url)?,
        shell(&folder.join(DUMP).display().to_string())
    ))
}

/// How a dump becomes the database again.
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

/// A word as a shell takes it.
pub(super) fn shell(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:@%+,".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
