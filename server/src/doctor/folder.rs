//! The data folder: owner, permissions, and free space on its disk.

use std::path::{Path, PathBuf};

use store::SqliteFile;

use super::finding::Finding;
use crate::settings::Settings;

const PART: &str = "folder";

pub fn look(settings: &Settings) -> Vec<Finding> {
    let folder = &settings.data_dir;
    let shown = folder.display();
    match std::fs::metadata(folder) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::warning(
                PART,
                format!(
                    "There is no folder {shown} yet. `quince serve` makes it. If Quince has run before, run this where it runs, or \
                     set QUINCE_DATA_DIR as for it."
                ),
            )];
        }
        Err(cause) => return vec![unusable(folder, &cause.to_string())],
        Ok(kept) if !kept.is_dir() => return vec![unusable(folder, "it is no folder")],
        Ok(_) => {}
    }
    let mut all = Vec::new();
    #[cfg(unix)]
    {
        all.extend(unix::rights(folder));
        let mut files = vec![folder.to_owned(), settings.key_file()];
        if let Ok(Some(file)) = SqliteFile::of(&settings.database_url.0) {
            files.extend([file.path().to_owned(), file.log()]);
        }
        all.extend(files.iter().filter_map(|path| unix::modes(path)));
    }
    if all.is_empty() {
        all.push(Finding::ok(
            PART,
            format!("{shown} is this user's, and nobody else's."),
        ));
    }
    #[cfg(unix)]
    all.push(unix::room(&place_of_database(folder, settings)));
    all
}

/// The folder that receives most writes.
fn place_of_database(folder: &Path, settings: &Settings) -> PathBuf {
    match SqliteFile::of(&settings.database_url.0) {
        Ok(Some(file)) if file.exists() => file.folder().to_owned(),
        _ => folder.to_owned(),
    }
}

fn unusable(folder: &Path, cause: &str) -> Finding {
    Finding::wrong(
        PART,
        format!(
            "The folder {} cannot be used: {cause}. Choose another with QUINCE_DATA_DIR, or give this user the right to write there.",
            folder.display()
        ),
    )
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

    use super::{Finding, PART, unusable};

    /// Free space that is comfortable, and space that will soon be used up: the log of the database alone may take some megabytes.
    const ENOUGH: u64 = 500 * MEGABYTE;
    const TOO_LITTLE: u64 = 50 * MEGABYTE;
    const MEGABYTE: u64 = 1024 * 1024;

    /// Whether this user may write there and owns the folder.
    pub fn rights(folder: &Path) -> Option<Finding> {
        if let Err(cause) = access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
            return Some(unusable(folder, &std::io::Error::from(cause).to_string()));
        }
        let owner = std::fs::metadata(folder).ok()?.uid();
        let own = rustix::process::geteuid().as_raw();
        (owner != own).then(|| {
            Finding::warning(
                PART,
                format!(
                    "The folder {} belongs to user {owner}, and this is user {own}. Run every command as the user who runs Quince.",
                    folder.display()
                ),
            )
        })
    }

    /// Whether other users can open it.
    pub fn modes(path: &Path) -> Option<Finding> {
        let kept = std::fs::metadata(path).ok()?;
        let (wide, right) = (kept.mode() & 0o077 != 0, if kept.is_dir() { 700 } else { 600 });
        let path = path.display();
        wide.then(|| {
            Finding::warning(
                PART,
                format!(
                    "Other users of this machine can open {path}, where passwords or clients are kept: chmod {right} {path}"
                ),
            )
        })
    }

    /// How much space is free.
    pub fn room(folder: &Path) -> Finding {
        const PART: &str = "disk";
        let shown = folder.display();
        let disk = match statvfs(folder) {
            Ok(disk) => disk,
            Err(cause) => return unusable(folder, &std::io::Error::from(cause).to_string()),
        };
        if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Finding::wrong(
                PART,
                format!(
                    "The disk of {shown} takes no writes. Mount it so that it does, or set QUINCE_DATA_DIR to another."
                ),
            );
        }
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let sentence = format!("{} MB are free on the disk of {shown}", free / MEGABYTE);
        match free {
            ENOUGH.. => Finding::ok(PART, format!("{sentence}.")),
            TOO_LITTLE.. => Finding::warning(PART, format!("{sentence}. Make room before it is full.")),
            _ => Finding::wrong(PART, format!("{sentence}, too little to go on. Make room.")),
        }
    }
}
