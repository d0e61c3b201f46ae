//! `quince verify`: checks that a backup is complete.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use store::SecretKey;
use store::backup::{Contents, NotWhole};

use super::dump::pg_dump;
use super::files;
use super::manifest::{DATABASE, DUMP, Database, KEY, Manifest, PREVIOUS_KEYS};
use crate::failure::BackupError;
use crate::keys;
use crate::settings::Settings;

/// A backup that was verified.
pub struct Verified {
    /// Its manifest.
    pub manifest: Manifest,
    /// Contents of the database; none for Postgres, whose dump is not read.
    pub contents: Option<Contents>,
}

/// Verifies a backup with the key that it contains, else with the configured one.
pub async fn verify(folder: &Path, settings: &Settings) -> Result<Verified, BackupError> {
    let manifest = Manifest::read(folder)?;
    let key = key(folder, &manifest, settings)?;
    verify_with(folder, manifest, &key).await
}

/// Verifies a backup whose database this key must open.
pub async fn verify_with(
    folder: &Path,
    manifest: Manifest,
    key: &SecretKey,
) -> Result<Verified, BackupError> {
    let Database::Sqlite {
        schema,
        bytes,
        sha256,
    } = &manifest.database
    else {
        return Ok(Verified {
            manifest,
            contents: None,
        });
    };
    let path = folder.join(DATABASE);
    let broken = |problem: String| broken(folder, DATABASE, problem);
    let length = match std::fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(cause) => return Err(broken(cause.to_string())),
    };
    if length != *bytes {
        return Err(broken(format!("it is {length} bytes long instead of {bytes}")));
    }
    if files::checksum(&path).map_err(|cause| broken(cause.to_string()))? != *sha256 {
        return Err(broken(
            "its checksum differs from that of what was written".to_owned(),
        ));
    }
    let contents = store::backup::check(&path, key)
        .await
        .map_err(|problem| match problem {
            // The key files match their checksums, so a wrong key came from a setting.
            NotWhole::OtherKey => BackupError::OtherKey(folder.to_owned()),
            problem => broken(problem.to_string()),
        })?;
    if contents.schema != *schema {
        let found = contents.schema;
        return Err(broken(format!("its schema is {found} instead of {schema}")));
    }
    Ok(Verified {
        manifest,
        contents: Some(contents),
    })
}

/// Returns the key that opens the copy: the backup's, else the configured one. Previous keys are taken from both.
pub fn key(folder: &Path, manifest: &Manifest, settings: &Settings) -> Result<SecretKey, BackupError> {
    let key = match (&manifest.key_sha256, &settings.secret_key) {
        (Some(sha256), _) if folder.join(KEY).exists() => read_key(folder, KEY, sha256)?,
        // The backup has no key file if a setting gives the key.
        (_, Some(key)) => key.0.clone(),
        (Some(_), None) => return Err(broken(folder, KEY, "it is missing")),
        (None, None) => return Err(BackupError::KeyElsewhere(folder.to_owned())),
    };
    let mut key = SecretKey::from_base64(&key).map_err(|problem| broken(folder, KEY, problem))?;
    if let Some(sha256) = &manifest.previous_keys_sha256 {
        let previous = SecretKey::list_from_base64(&read_key(folder, PREVIOUS_KEYS, sha256)?);
        let previous = previous.map_err(|problem| broken(folder, PREVIOUS_KEYS, problem))?;
        key = previous.iter().fold(key, SecretKey::with_earlier);
    }
    Ok(keys::with_previous(settings, key))
}

fn read_key(folder: &Path, name: &str, sha256: &str) -> Result<String, BackupError> {
    let text = std::fs::read_to_string(folder.join(name)).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => broken(folder, name, "it is missing"),
        _ => broken(folder, name, cause),
    })?;
    if files::checksum_of(&text) == *sha256 {
        Ok(text)
    } else {
        Err(broken(
            folder,
            name,
            "its checksum differs from that of what was written",
        ))
    }
}

fn broken(folder: &Path, name: &str, problem: impl std::fmt::Display) -> BackupError {
    BackupError::broken(folder, format!("{name}: {problem}"))
}

/// Checks that a `pg_dump` file is there and begins with its magic bytes. Its contents can be listed with `pg_restore --list`.
pub fn check_dump(folder: &Path, settings: &Settings) -> Result<(), BackupError> {
    const MAGIC: &[u8] = b"PGDMP";
    let path = folder.join(DUMP);
    let mut start = [0; MAGIC.len()];
    match File::open(&path).and_then(|mut file| file.read_exact(&mut start)) {
        Ok(()) if start == MAGIC => Ok(()),
        Ok(()) => Err(BackupError::broken(
            folder,
            format!("{DUMP} is no dump in the custom format"),
        )),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            let command = pg_dump(&settings.database_url, folder)
                .unwrap_or_else(|_| format!("pg_dump --format=custom --file={}", path.display()));
            Err(BackupError::NoDump {
                folder: folder.to_owned(),
                command,
            })
        }
        Err(cause) => Err(BackupError::broken(folder, format!("{DUMP}: {cause}"))),
    }
}
