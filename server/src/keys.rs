//! Loading secret keys from settings and files.

use store::{KeyError, SecretKey, SqliteFile, StoreError};

use crate::failure::Failure;
use crate::settings::Settings;

/// The key from settings, which also opens what the previous keys sealed.
pub fn of_setting(settings: &Settings) -> Result<Option<SecretKey>, KeyError> {
    let Some(text) = &settings.secret_key else {
        return Ok(None);
    };
    let key = SecretKey::from_base64(&text.0)?;
    Ok(Some(with_previous(settings, key)))
}

/// Adds the previous keys from settings.
pub fn with_previous(settings: &Settings, key: SecretKey) -> SecretKey {
    settings.previous_keys.iter().fold(key, SecretKey::with_earlier)
}

/// Returns the key that seals secrets: from settings, else from the file in the data folder. A key is created only together with the
/// database. If one exists without the other, that one was lost and must be restored.
pub async fn secret_key(settings: &Settings) -> Result<SecretKey, Failure> {
    let file = SqliteFile::of(&settings.database_url.0)?;
    let missing = file.as_ref().filter(|file| !file.exists());
    if let Some(key) = of_setting(settings).map_err(StoreError::from)? {
        if let Some(file) = missing {
            if file.had_database() {
                return Err(Failure::LostDatabase(file.path().to_owned()));
            }
            file.begin()?;
        }
        return Ok(key);
    }
    let path = settings.key_file();
    if path.exists() {
        if let Some(file) = missing
            && !file.unfinished().exists()
        {
            return Err(Failure::MissingDatabase {
                key: path,
                database: file.path().to_owned(),
            });
        }
    } else if store::backup::is_used(&settings.database_url.0).await? {
        let database = file.map_or_else(String::new, |file| format!(" at {}", file.path().display()));
        return Err(Failure::MissingKey { key: path, database });
    } else if let Some(file) = missing {
        if file.had_database() {
            return Err(Failure::LostDatabase(file.path().to_owned()));
        }
        file.begin()?;
    }
    let key = SecretKey::load_or_create(&path).map_err(StoreError::from)?;
    Ok(with_previous(settings, key))
}
