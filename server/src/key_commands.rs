//! Changing the secret key: `quince rotate-key` and `quince reseal`.

use std::fmt::Write as _;

use store::reseal::Resealed;
use store::{KeyId, SecretKey, Store, StoreError, previous_keys_file};

use crate::commands::{say, settings_alone, settings_in_use};
use crate::failure::{Failure, KeyChangeError};
use crate::keys::secret_key;
use crate::settings::Settings;

/// `quince rotate-key`.
pub fn rotate() -> Result<(), Failure> {
    let settings = settings_alone()?;
    if settings.secret_key.is_some() {
        return Err(KeyChangeError::KeyOfSetting.into());
    }
    let path = settings.key_file();
    if !path.exists() {
        return Err(KeyChangeError::NoKey(path).into());
    }
    let rotated = SecretKey::rotate(&path).map_err(StoreError::from)?;
    say(&format!(
        "{} holds a new key ({}). The one before ({}) is kept in {} and still opens what it sealed.\n\
         Now start Quince again, then run: quince reseal\n",
        path.display(),
        rotated.new,
        rotated.old,
        rotated.previous.display()
    ))
}

/// `quince reseal`.
pub async fn reseal() -> Result<(), Failure> {
    let settings = settings_in_use().await?;
    let key = secret_key(&settings).await?;
    let store = Store::open(&settings.database_url.0, key).await?;
    let resealed = store::reseal::reseal(&store).await;
    store.close().await;
    say(&report(&settings, store.key(), &resealed?))
}

fn report(settings: &Settings, key: &SecretKey, resealed: &Resealed) -> String {
    let mut text = format!("Passwords of calendars sealed anew: {}.\n", resealed.passwords);
    for (id, sealed) in &resealed.sealed_with {
        let _ = match id {
            Some(id) if *id == key.id() => {
                writeln!(text, "{sealed} sealed with {id}, the current key.")
            }
            Some(id) if key.earlier_ids().contains(id) => {
                writeln!(text, "{sealed} sealed with {id}, a previous key, but damaged.")
            }
            Some(id) => writeln!(text, "{sealed} sealed with {id}, a key that is not given."),
            None => writeln!(text, "{sealed} damaged."),
        };
    }
    if resealed.lost > 0 {
        text += "Those that are damaged, or whose key is not given, cannot be opened: give that key in QUINCE_PREVIOUS_SECRET_KEYS and run this again, or let their owners enter them again.\n";
    }
    let previous = key.earlier_ids();
    if previous.is_empty() {
        let _ = writeln!(
            text,
            "Everything needs the current key ({}) alone, and no other is given.",
            key.id()
        );
        return text;
    }
    let ids: Vec<String> = previous.iter().map(KeyId::to_string).collect();
    let _ = writeln!(
        text,
        "The previous keys ({}) can go: nothing here needs them any more. {}, then start Quince again. \
         Only backups of before need them: keep a copy where those are kept, unless it is in them.",
        ids.join(", "),
        how_to_remove(settings)
    );
    text
}

fn how_to_remove(settings: &Settings) -> String {
    let file = previous_keys_file(&settings.key_file());
    let mut steps = Vec::new();
    if !settings.previous_keys.is_empty() {
        steps.push("take QUINCE_PREVIOUS_SECRET_KEYS away".to_owned());
    }
    if settings.secret_key.is_none() && file.exists() {
        steps.push(format!("delete {}", file.display()));
    }
    let text = steps.join(" and ");
    let mut signs = text.chars();
    signs
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}
