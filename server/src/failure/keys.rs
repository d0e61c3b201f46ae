//! Failures of `quince rotate-key` and `quince reseal`.

use std::path::PathBuf;

/// Why the key was not changed. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// The key comes from a setting.
    #[error(
        "QUINCE_SECRET_KEY gives the secret key, so it is changed there: set QUINCE_SECRET_KEY to a new one (head -c 32 /dev/urandom | base64), add the one of before to QUINCE_PREVIOUS_SECRET_KEYS, start Quince again everywhere, and run `quince reseal`."
    )]
    KeyOfSetting,
    /// There is no key file.
    #[error(
        "There is no secret key at {0}. Run this in the folder where Quince runs, or set QUINCE_DATA_DIR as for `quince serve`."
    )]
    NoKey(PathBuf),
}
