//! `quince backup`: a folder from which everything can be restored, made while Quince runs.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use store::{SecretKey, SqliteFile, StoreError, previous_keys_file, sync_folder};

use super::files;
use super::manifest::{DATABASE, Database, KEY, Manifest, PREVIOUS_KEYS};
use super::verify::Verified;
use crate::failure::BackupError;
use crate::keys;
use crate::settings::Settings;

/// Makes a complete backup, or none.
pub async fn make(settings: &Settings, folder: &Path, now: Timestamp) -> Result<Verified, BackupError> {
    if !is_free(folder) {
        return Err(BackupError::Taken(folder.to_owned()));
    }
    let database = SqliteFile::of(&settings.database_url.0)?;
    if let Some(file) = &database
        && !file.exists()
    {
        return Err(BackupError::NoDatabase(file.path().to_owned()));
    }
    let path = settings.key_file();
    let key = match keys::of_setting(settings).map_err(StoreError::from)? {
        Some(key) => key,
        None if !path.exists() => return Err(BackupError::NoKey(path)),
        None => keys::with_previous(settings, SecretKey::load(&path).map_err(StoreError::from)?),
    };
    let unfinished = unfinished(folder)?;
    let failed = |cause: std::io::Error| BackupError::file(&unfinished, &cause);
    let parent = parent(folder);
    std::fs::create_dir_all(parent).map_err(failed)?;
    match files::make_folder(&unfinished) {
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Unfinished(unfinished));
        }
        made => made.map_err(failed)?,
    }
    let made = fill(settings, database.as_ref(), &key, &unfinished, now).await;
    let named = match made {
        Ok(verified) => sync_folder(&unfinished)
            .and_then(|()| std::fs::rename(&unfinished, folder))
            .and_then(|()| sync_folder(parent))
            .map(|()| verified)
            .map_err(|cause| BackupError::file(folder, &cause)),
        Err(error) => Err(error),
    };
    if named.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    named
}

async fn fill(
    settings: &Settings,
    database: Option<&SqliteFile>,
    key: &SecretKey,
    folder: &Path,
    now: Timestamp,
) -> Result<Verified, BackupError> {
    let (mut key_sha256, mut previous_keys_sha256) = (None, None);
    if settings.secret_key.is_none() {
        let copied = |from: &Path, name: &str| {
            files::copy(from, &folder.join(name)).map_err(|cause| BackupError::file(from, &cause))
        };
        let path = settings.key_file();
        key_sha256 = Some(copied(&path, KEY)?);
        // Copied after the key: a rotation in between adds the old key to the previous ones before it replaces the key file.
        let previous = previous_keys_file(&path);
        if previous.exists() {
            previous_keys_sha256 = Some(copied(&previous, PREVIOUS_KEYS)?);
        }
    }
    let (database, contents) = match database {
        None => (Database::Postgres, None),
        Some(file) => {
            let copy = folder.join(DATABASE);
            let failed = |cause: std::io::Error| BackupError::file(&copy, &cause);
            store::backup::copy(file, &copy).await?;
            files::settle(&copy).map_err(failed)?;
            let contents = store::backup::check(&copy, key)
                .await
                .map_err(|problem| BackupError::Source(file.path().to_owned(), problem))?;
            let kept = Database::Sqlite {
                schema: contents.schema,
                bytes: std::fs::metadata(&copy).map_err(failed)?.len(),
                sha256: files::checksum(&copy).map_err(failed)?,
            };
            (kept, Some(contents))
        }
    };
    let manifest = Manifest {
        quince: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        database,
        key_sha256,
        previous_keys_sha256,
    };
    manifest.write(folder)?;
    Ok(Verified { manifest, contents })
}

/// Whether the backup's folder does not exist or is empty.
fn is_free(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut inside) => inside.next().is_none(),
        Err(_) => folder.symlink_metadata().is_err(),
    }
}

fn parent(folder: &Path) -> &Path {
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The temporary folder that is renamed when the backup is complete.
fn unfinished(folder: &Path) -> Result<PathBuf, BackupError> {
    if folder.file_name().is_none() {
        return Err(BackupError::Taken(folder.to_owned()));
    }
    Ok(files::with_ending(folder, ".unfinished"))
}
