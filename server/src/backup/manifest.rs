//! `backup.json`: what a backup contains, with a checksum of each part.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::files;
use crate::failure::BackupError;

/// File name of the manifest, which is written last.
pub const FILE: &str = "backup.json";
/// File name of the copy of a SQLite database.
pub const DATABASE: &str = "quince.db";
/// File name of the dump of a Postgres database, which `pg_dump` writes.
pub const DUMP: &str = "quince.dump";
/// File name of the copy of the key.
pub const KEY: &str = "secret.key";
/// File name of the copy of the previous keys.
pub const PREVIOUS_KEYS: &str = "secret.key.previous";
/// Version of the manifest's format.
const FORMAT: u64 = 1;

/// The contents of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of Quince that made it.
    pub quince: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it contains of the database.
    pub database: Database,
    /// SHA-256 of the key file, if the backup contains it.
    pub key_sha256: Option<String>,
    /// SHA-256 of the file of previous keys, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_keys_sha256: Option<String>,
}

/// What a backup contains of the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Database {
    /// A copy of the SQLite file.
    Sqlite {
        /// Version of the schema.
        schema: i64,
        /// Length of the file.
        bytes: u64,
        /// Its SHA-256.
        sha256: String,
    },
    /// Nothing; the operator adds the output of `pg_dump`.
    Postgres,
}

/// The manifest with its own checksum.
#[derive(Serialize)]
struct Sealed<'a> {
    format: u64,
    manifest: &'a Manifest,
    sha256: String,
}

impl Manifest {
    /// Writes the manifest into a backup's folder.
    pub fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(FILE);
        let sealed = Sealed {
            format: FORMAT,
            manifest: self,
            sha256: self.checksum(),
        };
        let text = serde_json::to_string_pretty(&sealed).unwrap_or_default();
        files::write(&path, &(text + "\n")).map_err(|cause| BackupError::file(&path, &cause))
    }

    /// Reads and checks the manifest of a backup.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(FILE);
        let damaged = || BackupError::broken(folder, format!("{FILE} is damaged"));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                return Err(BackupError::NoBackup(folder.to_owned()));
            }
            Err(cause) => return Err(BackupError::file(&path, &cause)),
        };
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        match value["format"].as_u64() {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => {
                return Err(BackupError::broken(
                    folder,
                    "a newer version of Quince made it; use that version".to_owned(),
                ));
            }
            _ => return Err(damaged()),
        }
        let manifest: Self = serde_json::from_value(value["manifest"].clone()).map_err(|_| damaged())?;
        if value["sha256"].as_str() == Some(&manifest.checksum()) {
            Ok(manifest)
        } else {
            Err(damaged())
        }
    }

    fn checksum(&self) -> String {
        files::checksum_of(&serde_json::to_string(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_is_found_or_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest {
            quince: "0.1.0".to_owned(),
            made_at: "2026-12-01T09:00:00Z".parse().unwrap(),
            database: Database::Sqlite {
                schema: 21,
                bytes: 4096,
                sha256: files::checksum_of("database"),
            },
            key_sha256: Some(files::checksum_of("key")),
            previous_keys_sha256: Some(files::checksum_of("keys")),
        };
        manifest.write(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                std::fs::write(&path, &bytes).unwrap();
                if let Ok(read) = Manifest::read(folder.path()) {
                    assert_eq!(read.checksum(), manifest.checksum(), "byte {at}");
                }
            }
        }
    }
}
