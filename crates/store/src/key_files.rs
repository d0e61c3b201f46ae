//! Key files: the secret key in one file, previous keys in a file beside it, one per line. Both are readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secrets::{KeyError, KeyId, SecretKey};
use crate::sqlite_file::sync_folder;

/// Maximum number of previous keys.
const MAX_KEYS: usize = 8;

/// What is wrong with a list of keys. The text never quotes a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyListError {
    /// An entry is not a key.
    #[error("key {nth} of {of} is not 32 bytes as Base64")]
    Form {
        /// Its number, from 1.
        nth: usize,
        /// Number of entries.
        of: usize,
    },
    /// There are too many entries.
    #[error("there are {0} keys, and at most {MAX_KEYS} are taken. Run `quince reseal`; then they can go")]
    TooMany(usize),
}

/// The result of rotating the key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Id of the new key.
    pub new: KeyId,
    /// Id of the previous key.
    pub old: KeyId,
    /// The file that keeps the previous key.
    pub previous: PathBuf,
}

/// Returns the path of the previous keys that belong to a key file.
pub fn previous_keys_file(path: &Path) -> PathBuf {
    with_ending(path, ".previous")
}

impl SecretKey {
    /// Parses Base64 keys separated by commas or white space.
    pub fn list_from_base64(text: &str) -> Result<Vec<Self>, KeyListError> {
        let parts: Vec<&str> = text
            .split(|sign: char| sign == ',' || sign.is_whitespace())
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > MAX_KEYS {
            return Err(KeyListError::TooMany(parts.len()));
        }
        let of = parts.len();
        let key = |(at, part): (usize, &&str)| {
            Self::from_base64(part).map_err(|_: KeyError| KeyListError::Form { nth: at + 1, of })
        };
        parts.iter().enumerate().map(key).collect()
    }

    /// Loads a key file. The key also opens what the previous keys beside it sealed.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(path).map_err(|cause| failed(path, cause))?;
        let key = Self::from_base64(&text).map_err(|error| failed(path, error))?;
        let previous = previous_keys_file(path);
        Ok(load_list(&previous)?.iter().fold(key, Self::with_earlier))
    }

    /// Loads a key file, which is generated if it does not exist.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        if path.try_exists().map_err(|cause| failed(path, cause))? {
            return Self::load(path);
        }
        let key = Self::random()?;
        match create(path) {
            Ok(mut file) => {
                fill(&mut file, &[&key]).map_err(|cause| failed(path, cause))?;
                Ok(key)
            }
            // Another process created it meanwhile.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::load_or_create(path),
            Err(error) => Err(failed(path, error)),
        }
    }

    /// Writes a new key to the file, and the old key to the previous ones. Files are replaced atomically and the old key is saved first,
    /// so an interrupted rotation loses nothing and can be repeated.
    pub fn rotate(path: &Path) -> Result<Rotated, KeyError> {
        let lock = File::open(path).map_err(|cause| failed(path, cause))?;
        lock.try_lock()
            .map_err(|_| failed(path, "it is being changed already"))?;
        // Read under the lock, since its previous holder may have changed the file.
        let text = std::fs::read_to_string(path).map_err(|cause| failed(path, cause))?;
        let old = Self::from_base64(&text).map_err(|error| failed(path, error))?;
        let previous = previous_keys_file(path);
        let mut retained = load_list(&previous)?;
        retained.retain(|key| key.id() != old.id());
        if retained.len() >= MAX_KEYS {
            return Err(failed(&previous, KeyListError::TooMany(retained.len() + 1)));
        }
        retained.insert(0, old.clone());
        replace(&previous, &retained.iter().collect::<Vec<_>>())?;
        let new = Self::random()?;
        replace(path, &[&new])?;
        Ok(Rotated {
            new: new.id(),
            old: old.id(),
            previous,
        })
    }
}

fn load_list(path: &Path) -> Result<Vec<SecretKey>, KeyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => SecretKey::list_from_base64(&text).map_err(|error| failed(path, error)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(failed(path, cause)),
    }
}

/// Writes keys to a temporary file, syncs it and renames it.
fn replace(path: &Path, keys: &[&SecretKey]) -> Result<(), KeyError> {
    let beside = with_ending(path, ".new");
    let written = || {
        // An interrupted run may have left a temporary file.
        match std::fs::remove_file(&beside) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        fill(&mut create(&beside)?, keys)?;
        keep_owner(path, &beside)?;
        std::fs::rename(&beside, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        sync_folder(folder.unwrap_or(Path::new(".")))
    };
    written().map_err(|cause| failed(path, cause))
}

/// Gives a file the owner of `beside`, or of the folder: a command may run as another user than the server.
///
/// # Errors
/// The operating system's, when this user may not change owners.
#[cfg(unix)]
pub fn keep_owner(path: &Path, beside: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let before = std::fs::metadata(path).or_else(|_| std::fs::metadata(folder.unwrap_or(Path::new("."))))?;
    let (is, was) = (std::fs::metadata(beside)?, (before.uid(), before.gid()));
    if (is.uid(), is.gid()) == was {
        return Ok(());
    }
    chown(beside, Some(was.0), Some(was.1))
}

/// Does nothing: this platform has no such owners.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn keep_owner(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(file: &mut File, keys: &[&SecretKey]) -> std::io::Result<()> {
    for key in keys {
        writeln!(file, "{}", STANDARD.encode(key.bytes()))?;
    }
    file.sync_all()
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn failed(path: &Path, cause: impl std::fmt::Display) -> KeyError {
    KeyError::File {
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}
