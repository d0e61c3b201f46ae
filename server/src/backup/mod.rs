//! `quince backup`, `quince verify` and `quince restore`.
//!
//! A backup is a folder with the copy of the database, the key if it is a file, and a manifest with checksums. It is renamed to its final
//! name once it is complete.

mod dump;
mod files;
mod make;
mod manifest;
mod restore;
mod verify;

use std::fmt::Write as _;
use std::path::Path;

use bookings::clock::{Clock as _, SystemClock};
use store::backup::Contents;

use crate::commands::{say, settings_alone};
use crate::failure::{BackupError, Failure};
use dump::{pg_dump, shell};
use manifest::DUMP;
use verify::Verified;

/// `quince backup`.
pub async fn backup(folder: &Path) -> Result<(), Failure> {
    let settings = settings_alone()?;
    let made = make::make(&settings, folder, SystemClock.now()).await?;
    let mut text = match &made.contents {
        Some(contents) => format!(
            "The backup {} is whole: {}.\n",
            folder.display(),
            summary(contents)
        ),
        None => format!(
            "Quince is kept in Postgres, which copies its databases by itself. Make the dump with:\n{}\n",
            pg_dump(&settings.database_url, folder)?
        ),
    };
    let is_with_key = made.manifest.key_sha256.is_some();
    text += match (is_with_key, &made.contents) {
        (true, Some(_)) => {
            "The secret key is in it, so this copy opens everything, the stored calendar passwords too: keep it as safe as those.\n"
        }
        (true, None) => {
            "The secret key is in this folder; with the dump beside it, it opens everything: keep it as safe as the stored calendar passwords.\n"
        }
        (false, _) => {
            "The secret key is not in it, as a setting gives it: keep QUINCE_SECRET_KEY somewhere else that is safe. Without it the stored calendar passwords cannot be opened.\n"
        }
    };
    if !settings.previous_keys.is_empty() {
        text += "QUINCE_PREVIOUS_SECRET_KEYS is not in it: as long as `quince reseal` has not run, it takes these keys, too, to open it.\n";
    }
    if let Some(Contents {
        lost_passwords: lost @ 1..,
        passwords,
        ..
    }) = &made.contents
    {
        let _ = writeln!(
            text,
            "{lost} of {passwords} stored calendar passwords cannot be opened: enter them again."
        );
    }
    say(&text)
}

/// `quince verify`.
pub async fn verify(folder: &Path) -> Result<(), Failure> {
    let settings = settings_alone()?;
    let Verified { manifest, contents } = verify::verify(folder, &settings).await?;
    let made = format!("made {} by Quince {}", manifest.made_at, manifest.quince);
    let Some(contents) = contents else {
        verify::check_dump(folder, &settings)?;
        return say(&format!(
            "The key in {} is whole, and a dump of the database lies beside it ({made}). What the dump holds is listed by: pg_restore --list {}\n",
            folder.display(),
            shell(&folder.join(DUMP).display().to_string())
        ));
    };
    if contents.lost_passwords > 0 {
        return Err(Failure::Backup(BackupError::LostPasswords {
            folder: folder.to_owned(),
            lost: contents.lost_passwords,
            all: contents.passwords,
        }));
    }
    say(&format!(
        "The backup {} is whole ({made}): {}.\n",
        folder.display(),
        summary(&contents)
    ))
}

/// `quince restore`.
pub async fn restore(folder: &Path, replace: bool) -> Result<(), Failure> {
    let settings = settings_alone()?;
    let restored = restore::restore(&settings, folder, replace, SystemClock.now()).await?;
    let mut text = format!(
        "The backup {} of {} is in place",
        folder.display(),
        restored.verified.manifest.made_at
    );
    if let Some(contents) = &restored.verified.contents {
        let _ = write!(text, ": {}", summary(contents));
    }
    text += ". Start Quince.\n";
    for path in restored.kept {
        let _ = writeln!(text, "What was there is kept as {}.", path.display());
    }
    say(&text)
}

fn summary(contents: &Contents) -> String {
    format!(
        "{}, {}, {}, schema {}",
        counted(contents.appointments, "appointment"),
        counted(contents.accounts, "account"),
        counted(contents.passwords, "stored calendar password"),
        contents.schema
    )
}

fn counted(count: i64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
