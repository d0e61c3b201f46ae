//! The file of a SQLite database and what lies beside it: whether it is there, whether it is still the one that was opened, and
//! who uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;

use crate::error::StoreError;

/// Whoever makes or replaces the file is done within this time, or is asked to be waited for by a person.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// Where a SQLite database lies.
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

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        match self.0.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// A path beside it, which starts with its name.
    pub fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.0.symlink_metadata().is_ok()
    }

    /// Where SQLite keeps what is committed and not yet in the file itself.
    pub fn log(&self) -> PathBuf {
        self.beside("-wal")
    }

    /// Where a new database is put together. It bears its own name only when it is whole.
    pub fn unfinished(&self) -> PathBuf {
        self.beside(".new")
    }

    /// Whether something lies beside it that only a database leaves, or none of its making.
    pub fn was_there(&self) -> bool {
        !self.unfinished().exists() && (self.lock_path().exists() || self.log().exists())
    }

    /// Leaves a sign that a first start is under way, so that one that breaks off is not taken for a database that was lost.
    pub fn begin(&self) -> Result<(), StoreError> {
        let path = self.unfinished();
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        opened.map(drop).map_err(|cause| StoreError::file(&path, &cause))
    }

    pub(crate) fn lock_path(&self) -> PathBuf {
        self.beside(".lock")
    }

    /// Uses the file beside others. Waits a while for whoever is making it or putting it back.
    pub(crate) async fn use_beside_others(&self) -> Result<InUse, StoreError> {
        self.lock(PATIENCE, File::try_lock_shared).await
    }

    /// Waits a while until nobody else uses the file, and keeps others away.
    pub(crate) async fn wait_to_use_alone(&self) -> Result<InUse, StoreError> {
        self.lock(PATIENCE, File::try_lock).await
    }

    /// Keeps others away while this lives.
    ///
    /// # Errors
    /// When somebody uses the file.
    pub async fn use_alone(&self) -> Result<InUse, StoreError> {
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
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// Tells others that the file is in use, until dropped; also when the process is killed.
#[derive(Debug)]
pub struct InUse {
    _file: File,
}

/// The file as it was opened.
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

    /// Whether what is written still lands in the file of this name. One that was deleted, moved or replaced goes on taking
    /// writes, which nobody finds again.
    pub(crate) fn is_in_place(&self) -> bool {
        identity(self.file.path()).is_ok_and(|identity| identity == self.identity) && self.file.log().exists()
    }
}

/// What tells a file from another of the same name.
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

/// What an address says of how to connect.
pub(crate) fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Address(error.to_string()))
}

/// Makes what was renamed or made in a folder outlast a power cut.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
