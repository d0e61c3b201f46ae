//! The file of a SQLite database and the files beside it: whether it exists, is still the one that was opened, and who uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;

use crate::error::StoreError;

/// How long to wait for a process that creates or replaces the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// The path of a SQLite database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// The file that an address names; none for Postgres.
    pub fn of(url: &str) -> Result<Option<Self>, StoreError> {
        if !url.starts_with("sqlite:") {
            return Ok(None);
        }
        let options = options(url)?;
        let path = options.get_filename();
        let in_memory =
            url.contains(":memory:") || url.contains("mode=memory") || path.as_os_str().is_empty();
        Ok((!in_memory).then(|| Self(path.to_owned())))
    }

    /// The path itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder that contains it.
    pub fn folder(&self) -> &Path {
        match self.0.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// A path beside it: its own name with an ending.
    pub fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// Whether the file exists.
    pub fn exists(&self) -> bool {
        self.0.symlink_metadata().is_ok()
    }

    /// SQLite's write-ahead log, which holds what is committed but not yet merged into the file.
    pub fn log(&self) -> PathBuf {
        self.beside("-wal")
    }

    /// Where a new database is created before it is renamed.
    pub fn unfinished(&self) -> PathBuf {
        self.beside(".new")
    }

    /// Whether a database was here before: a lock file or log exists and no first start is under way.
    pub fn had_database(&self) -> bool {
        !self.unfinished().exists() && (self.lock_path().exists() || self.log().exists())
    }

    /// Creates an empty temporary file as a sign that a first start is under way. If that is interrupted, it is not mistaken for a lost
    /// database.
    pub fn begin(&self) -> Result<(), StoreError> {
        let path = self.unfinished();
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        opened.map(drop).map_err(|cause| StoreError::file(&path, &cause))
    }

    pub(crate) fn lock_path(&self) -> PathBuf {
        self.beside(".lock")
    }

    /// Locks the file together with other users. Waits a while for a process that creates or replaces it.
    pub(crate) async fn lock_shared(&self) -> Result<InUse, StoreError> {
        self.lock(LOCK_TIMEOUT, File::try_lock_shared).await
    }

    /// Locks the file exclusively. Waits a while for other users.
    pub(crate) async fn wait_to_lock_exclusive(&self) -> Result<InUse, StoreError> {
        self.lock(LOCK_TIMEOUT, File::try_lock).await
    }

    /// Locks the file exclusively until the result is dropped.
    ///
    /// # Errors
    /// When somebody uses the file.
    pub async fn lock_exclusive(&self) -> Result<InUse, StoreError> {
        self.lock(Duration::ZERO, File::try_lock).await
    }

    async fn lock(
        &self,
        patience: Duration,
        take: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<InUse, StoreError> {
        let path = self.lock_path();
        let failed = |cause: &std::io::Error| StoreError::file(&path, cause);
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|cause| failed(&cause))?;
        let begun = Instant::now();
        loop {
            match take(&file) {
                Ok(()) => return Ok(InUse { _file: file }),
                Err(TryLockError::Error(cause)) => return Err(failed(&cause)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    return Err(StoreError::InUse(self.0.clone()));
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_RETRY_INTERVAL).await,
            }
        }
    }
}

/// The lock on the file. The operating system releases it even when the process is killed.
#[derive(Debug)]
pub struct InUse {
    _file: File,
}

/// Identifies the file that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: SqliteFile,
    identity: (u64, u64),
    _in_use: InUse,
}

impl Opened {
    pub(crate) fn new(file: SqliteFile, in_use: InUse) -> Result<Self, StoreError> {
        let identity = identity(file.path()).map_err(|cause| StoreError::file(file.path(), &cause))?;
        Ok(Self {
            file,
            identity,
            _in_use: in_use,
        })
    }

    /// Whether the path still leads to the file that was opened. A file that was deleted, moved or replaced would accept writes that
    /// nobody finds again.
    pub(crate) fn is_in_place(&self) -> bool {
        identity(self.file.path()).is_ok_and(|identity| identity == self.identity) && self.file.log().exists()
    }
}

/// What distinguishes a file from another with the same name: device and inode.
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = std::fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Ok((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    Ok((0, 0))
}

/// Parses a SQLite URL.
pub(crate) fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Address(error.to_string()))
}

/// Syncs a folder, so that created and renamed files survive a power cut.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
