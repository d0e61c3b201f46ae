//! A login: kept out of logs, and forgiving about how people paste it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// Text that never shows up in `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call it only where the secret leaves the process on purpose.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A user name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The Apple ID, or another server's user name.
    pub username: String,
    /// The app-specific password, or another server's password.
    pub password: Secret,
}

impl Credentials {
    /// A login from its two parts, taken as they are. Blanks around the user name are dropped.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            username: username.into().trim().to_owned(),
            password: password.into(),
        }
    }

    /// The `Authorization` header: Basic in UTF-8 (RFC 7617), marked sensitive so that no layer below prints it.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let encoded = STANDARD.encode(format!("{}:{}", self.username, self.password.expose()));
        // Base64 holds only visible ASCII, which is always a header value.
        let mut value = HeaderValue::try_from(format!("Basic {encoded}"))
            .unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }
}

/// Repairs an app-specific password as people paste it.
///
/// Apple shows sixteen letters as `abcd-efgh-ijkl-mnop`. Blanks (also the non-breaking kind) and typographic dashes
/// are removed; if sixteen ASCII letters remain, the dashes are put where Apple puts them. Anything else is some
/// other kind of password and is returned with only the blanks around it removed.
/// For iCloud only: another server's password may well be sixteen letters, some of them capital.
pub fn clean_app_password(typed: &str) -> String {
    let bare: String = typed.chars().filter(|c| !is_dash(*c) && !is_blank(*c)).collect();
    if bare.len() == 16 && bare.chars().all(|c| c.is_ascii_alphabetic()) {
        let lower = bare.to_ascii_lowercase();
        return format!(
            "{}-{}-{}-{}",
            &lower[0..4],
            &lower[4..8],
            &lower[8..12],
            &lower[12..16]
        );
    }
    typed.trim_matches(is_blank).to_owned()
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ad}'
    )
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_password_is_repaired_however_it_was_pasted() {
        for typed in [
            "abcd-efgh-ijkl-mnop",
            "  abcd-efgh-ijkl-mnop\n",
            "abcdefghijklmnop",
            "abcd efgh ijkl mnop",
            "abcd\u{2011}efgh\u{2013}ijkl\u{2014}mnop",
            "\u{feff}abcd\u{a0}efgh-ijkl-mnop",
            "ABCD-EFGH-IJKL-MNOP",
        ] {
            assert_eq!(
                clean_app_password(typed),
                "abcd-efgh-ijkl-mnop",
                "typed as {typed:?}"
            );
        }
    }

    #[test]
    fn another_kind_of_password_keeps_its_inner_blanks_and_dashes() {
        assert_eq!(
            clean_app_password(" correct horse - battery "),
            "correct horse - battery"
        );
        assert_eq!(clean_app_password("pässwort–1"), "pässwort–1");
    }

    #[test]
    fn the_password_appears_in_no_debug_output() {
        let login = Credentials::new("mira@example.org", "top-secret");
        let header = format!("{:?}", login.authorization());
        assert!(!format!("{login:?}").contains("top-secret"));
        assert_eq!(header, "Sensitive");
    }

    #[test]
    fn basic_is_utf_8() {
        let header = Credentials::new("müller", "pässwörd").authorization();
        let encoded = header
            .to_str()
            .unwrap()
            .strip_prefix("Basic ")
            .unwrap()
            .to_owned();
        assert_eq!(STANDARD.decode(encoded).unwrap(), "müller:pässwörd".as_bytes());
    }
}
