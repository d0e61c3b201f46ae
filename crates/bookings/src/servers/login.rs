//! Logins to calendar servers. They are sealed in the database, and opened only for a request.

use caldav::Credentials;
use store::connections::{self, Connection, SEALED_FOR};
use store::{ConnectionId, WriteTx, key_check};
use url::Url;

use crate::problem::Internal;
use crate::quince::Quince;

/// An opened login with the URL that it was entered for.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) entry: Url,
    pub(crate) credentials: Credentials,
}

const TABLE: &str = SEALED_FOR.0;
const COLUMN: &str = SEALED_FOR.1;

/// Stores a password, sealed for its connection's row.
pub(crate) async fn store_password(
    quince: &Quince,
    tx: &mut WriteTx,
    connection: ConnectionId,
    password: &str,
) -> Result<(), Internal> {
    let key = quince.store().key();
    key_check::lock_shared(tx, key).await?;
    let sealed = key
        .seal(TABLE, &connection.to_string(), COLUMN, password.as_bytes())
        .map_err(Internal::because)?;
    connections::set_password(tx, connection, &sealed).await?;
    Ok(())
}

/// Opens the login of a connection; none if its password was erased.
pub(crate) fn open(quince: &Quince, connection: &Connection) -> Result<Option<Login>, Internal> {
    let Some(sealed) = &connection.password_sealed else {
        return Ok(None);
    };
    let key = quince.store().key();
    let plain = key
        .open(TABLE, &connection.id.to_string(), COLUMN, sealed)
        .map_err(Internal::because)?;
    let password =
        String::from_utf8(plain).map_err(|_| Internal::because("a stored password is not text"))?;
    let credentials = Credentials::new(connection.account.username.clone(), password);
    Ok(Some(Login {
        entry: url(&connection.account.entry_url)?,
        credentials,
    }))
}

/// Returns the present URL of a calendar. An account can move to another host while its paths stay (icloud.md, "Discovery and login"):
/// if the stored URL's host is none of `homes`, its path is resolved on the new host.
pub(crate) fn calendar_url(homes: &[String], stored: &str) -> Result<Url, Internal> {
    let calendar = url(stored)?;
    let mut moved = None;
    for home in homes {
        let home = url(home)?;
        if home.origin() == calendar.origin() {
            return Ok(calendar);
        }
        if calendar.path().starts_with(home.path()) {
            moved = Some(home);
        }
    }
    match moved {
        Some(home) => home.join(calendar.path()).map_err(Internal::because),
        None => Ok(calendar),
    }
}

/// Parses a stored URL.
pub(crate) fn url(text: &str) -> Result<Url, Internal> {
    Url::parse(text).map_err(Internal::because)
}
