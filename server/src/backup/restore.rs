//! `quince restore`: replaces the database and key with a backup that was verified.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use store::{SecretKey, SqliteFile, StoreError, keep_owner, previous_keys_file, sync_folder};

use super::dump::pg_restore;
use super::files;
use super::manifest::{DATABASE, DUMP, Database, KEY, Manifest, PREVIOUS_KEYS};
use super::verify::{Verified, key, verify_with};
use crate::commands::make_folder;
use crate::failure::BackupError;
use crate::keys;
use crate::settings::Settings;

/// What was restored, and what was replaced.
pub struct Restored {
    /// The backup.
    pub verified: Verified,
    /// The replaced files, under their new names.
    pub kept: Vec<PathBuf>,
}

/// Restores a backup.
pub async fn restore(
    settings: &Settings,
    folder: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(folder)?;
    let coming = Key::choose(settings, folder, &manifest)?;
    let verified = verify_with(folder, manifest, &coming.key).await?;
    let file = SqliteFile::of(&settings.database_url.0)?;
    let (file, sha256) = match (file, &verified.manifest.database) {
        (Some(file), Database::Sqlite { sha256, .. }) => (file, sha256),
        (None, Database::Postgres) => {
            return Err(BackupError::RestorePostgres {
                command: pg_restore(&settings.database_url, &folder.join(DUMP))?,
                key: coming.how_to_copy(),
            });
        }
        _ => return Err(BackupError::OtherDatabase(folder.to_owned())),
    };
    make_folder(file.folder()).map_err(BackupError::folder)?;
    let _alone = file.lock_exclusive().await?;
    let old = what_is_there(&file, &coming);
    if let Some(first) = old.first()
        && !replace
    {
        return Err(BackupError::Occupied(first.clone()));
    }

    let mut exchange = Exchange::new(now);
    let exchanged = exchange
        .bring(&folder.join(DATABASE), file.path(), Some(sha256))
        .and_then(|()| {
            if !coming.files.is_empty() {
                make_folder(&settings.data_dir).map_err(BackupError::folder)?;
            }
            let Manifest {
                key_sha256,
                previous_keys_sha256,
                ..
            } = &verified.manifest;
            for (from, to) in &coming.files {
                let is_previous = from.ends_with(PREVIOUS_KEYS);
                let sha256 = if is_previous {
                    previous_keys_sha256
                } else {
                    key_sha256
                };
                exchange.bring(from, to, sha256.as_ref())?;
            }
            exchange.set_aside(&old, &file)?;
            exchange.finish()
        });
    if let Err(error) = exchanged {
        exchange.undo();
        return Err(error);
    }
    Ok(Restored {
        verified,
        kept: exchange.kept(),
    })
}

/// The key that Quince will open the restored database with.
struct Key {
    key: SecretKey,
    /// Key files to copy from the backup, with their destinations; empty when the right ones are in place.
    files: Vec<(PathBuf, PathBuf)>,
}

impl Key {
    /// Chooses the key. One from a setting takes precedence over the backup's at every start, so it is the one that must fit.
    fn choose(settings: &Settings, folder: &Path, manifest: &Manifest) -> Result<Self, BackupError> {
        let own = settings.key_file();
        let files = Vec::new();
        if let Some(key) = keys::of_setting(settings).map_err(StoreError::from)? {
            return Ok(Self { key, files });
        }
        let copy = folder.join(KEY);
        if !copy.exists() && own.exists() {
            let key = SecretKey::load(&own).map_err(StoreError::from)?;
            let key = keys::with_previous(settings, key);
            return Ok(Self { key, files });
        }
        let mut files = vec![(copy, own.clone())];
        if manifest.previous_keys_sha256.is_some() {
            files.push((folder.join(PREVIOUS_KEYS), previous_keys_file(&own)));
        }
        files.retain(|(from, to)| !is_same(from, to));
        Ok(Self {
            key: key(folder, manifest, settings)?,
            files,
        })
    }

    /// The sentence for operators who copy the key files by hand.
    fn how_to_copy(&self) -> String {
        let mut text = String::new();
        for (from, to) in &self.files {
            let _ = write!(text, " and the key with: cp {} {}", from.display(), to.display());
        }
        text
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    std::fs::read(one).is_ok_and(|one| std::fs::read(other).is_ok_and(|other| one == other))
}

/// The files that restoring would replace.
fn what_is_there(file: &SqliteFile, coming: &Key) -> Vec<PathBuf> {
    let mut old = vec![file.path().to_owned()];
    // The log and journal belong to the old file: SQLite would replay them into the new one.
    old.extend(["-wal", "-shm", "-journal"].map(|ending| file.beside(ending)));
    old.extend(coming.files.iter().map(|(_, to)| to.clone()));
    old.retain(|path| path.symlink_metadata().is_ok());
    old
}

/// A replacement of files that can be undone.
struct Exchange {
    /// The ending that replaced files get.
    ending: String,
    /// Renames to do, in this order.
    coming: Vec<(PathBuf, PathBuf)>,
    going: Vec<(PathBuf, PathBuf)>,
    done: Vec<(PathBuf, PathBuf)>,
}

impl Exchange {
    fn new(now: Timestamp) -> Self {
        Self {
            ending: now.strftime(".replaced-%Y%m%dT%H%M%S%3fZ").to_string(),
            coming: Vec::new(),
            going: Vec::new(),
            done: Vec::new(),
        }
    }

    /// Copies a file to a temporary name beside its destination.
    fn bring(&mut self, from: &Path, to: &Path, sha256: Option<&String>) -> Result<(), BackupError> {
        let beside = files::with_ending(to, ".restoring");
        let failed = |cause: std::io::Error| BackupError::file(&beside, &cause);
        match std::fs::remove_file(&beside) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(failed(cause)),
            _ => {}
        }
        self.coming.push((beside.clone(), to.to_owned()));
        let sum = files::copy(from, &beside).map_err(failed)?;
        keep_owner(to, &beside).map_err(failed)?;
        if sha256.is_some_and(|sha256| *sha256 != sum) {
            return Err(BackupError::broken(
                from,
                "it changed while it was read".to_owned(),
            ));
        }
        Ok(())
    }

    /// Plans the renames of replaced files. The ending goes before `-wal` and the like, where SQLite looks for them.
    fn set_aside(&mut self, old: &[PathBuf], file: &SqliteFile) -> Result<(), BackupError> {
        for path in old {
            let log = ["-wal", "-shm", "-journal"]
                .into_iter()
                .find(|ending| *path == file.beside(ending));
            let aside = match log {
                Some(log) => file.beside(&format!("{}{log}", self.ending)),
                None => files::with_ending(path, &self.ending),
            };
            if aside.exists() {
                return Err(BackupError::Occupied(aside));
            }
            self.going.push((path.clone(), aside));
        }
        Ok(())
    }

    /// Does all renames, the key before the database. A start in between reports a missing database.
    fn finish(&mut self) -> Result<(), BackupError> {
        let going = self.going.iter();
        let steps: Vec<_> = going.chain(self.coming.iter().rev()).cloned().collect();
        for (from, to) in steps {
            std::fs::rename(&from, &to).map_err(|cause| BackupError::file(&from, &cause))?;
            self.done.push((from, to));
        }
        for (_, to) in &self.done {
            let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            sync_folder(folder).map_err(|cause| BackupError::file(folder, &cause))?;
        }
        Ok(())
    }

    /// Reverts all renames, as far as possible.
    fn undo(&mut self) {
        for (from, to) in self.done.drain(..).rev() {
            if let Err(error) = std::fs::rename(&to, &from) {
                let (from, to) = (from.display(), to.display());
                tracing::error!(%error, "{to} could not be renamed back to {from}");
            }
        }
        for (beside, _) in &self.coming {
            let _ = std::fs::remove_file(beside);
        }
    }

    fn kept(self) -> Vec<PathBuf> {
        self.going.into_iter().map(|(_, aside)| aside).collect()
    }
}
