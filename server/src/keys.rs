//! Which secret keys settings and files give.

use store::{KeyError, SecretKey, SqliteFile, StoreError};

use crate::failure::Failure;
use crate::settings::Settings;

/// The key that a setting gives, which also opens what the previous ones sealed.
pub fn of_setting(settings: &Settings) -> Result<Option<SecretKey>, KeyError> {
    let Some(text) = &settings.secret_key else {
        return Ok(None);
    };
    let key = SecretKey::from_base64(&text.0)?;
    Ok(Some(with_previous(settings, key)))
}

/// A key that also opens what those sealed that the settings name as previous ones.
pub fn with_previous(settings: &Settings, key: SecretKey) -> SecretKey {
    settings.previous_keys.iter().fold(key, SecretKey::with_earlier)
}

/// The key that seals secrets: the operator's, else the file in the data directory. A key is made for a database that is made, too:
/// one of the two that is missing beside the other was lost, and is not made anew.
pub async fn secret_key(settings: &Settings) -> Result<SecretKey, Failure> {
    let file = SqliteFile::of(&settings.database_url.0)?;
    let missing = file.as_ref().filter(|file| !file.exists());
    if let Some(key) = of_setting(settings).map_err(StoreError::from)? {
        if let Some(file) = missing {
            if file.was_there() {
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
        if file.was_there() {
            return Err(Failure::LostDatabase(file.path().to_owned()));
        }
        file.begin()?;
    }
    let key = SecretKey::load_or_create(&path).map_err(StoreError::from)?;
    Ok(with_previous(settings, key))
}
