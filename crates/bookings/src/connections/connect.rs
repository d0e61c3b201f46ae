//! Connecting: the login is checked live, and nothing is saved unless it works (D8).

use std::time::Duration;

use caldav::{Account, Calendar, Credentials};
use scheduling::StaffId;
use store::connections::{self, NewConnection};
use store::{ConnectionId, ConnectionState, ImportPolicy, Server};
use tokio::time::timeout;
use url::Url;

use super::error::ConnectError;
use super::view::ConnectionView;
use super::{login, own, views};
use crate::input::{Checked, EMAIL_LIMIT};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::{outbox, sync};

/// A person waits for the check at most this long.
const CHECK: Duration = Duration::from_secs(25);

/// What a person types to connect.
#[derive(Clone)]
pub struct Login {
    /// The iCloud email address.
    pub apple_id: String,
    /// The app-specific password, as pasted.
    pub app_password: String,
}

/// Without the password.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("apple_id", &self.apple_id)
            .finish_non_exhaustive()
    }
}

/// What the live check found.
struct Checkup {
    credentials: Credentials,
    account: Account,
    calendars: Vec<Calendar>,
}

/// Checks the login live and makes a connection with the account's calendars. Nothing is saved on an error.
pub async fn connect(quince: &Quince, staff: StaffId, login: Login) -> Result<ConnectionId, ConnectError> {
    let (apple_id, password) = tidy(&login.apple_id, &login.app_password)?;
    let is_same = |known: &connections::Connection| known.username.eq_ignore_ascii_case(&apple_id);
    {
        let mut tx = quince.store().read().await?;
        if connections::list_for_staff(&mut tx, staff)
            .await?
            .iter()
            .any(is_same)
        {
            return Err(ConnectError::AlreadyConnected);
        }
    }
    let entry = quince.settings().icloud_url.clone();
    let found = check(quince, &entry, &apple_id, &password).await?;
    let now = quince.now();
    let new = NewConnection {
        staff_id: staff,
        server: Server::Icloud,
        entry_url: entry.to_string(),
        username: found.credentials.username.clone(),
        discovered: sync::discovered(&found.account),
        import_policy: ImportPolicy::KeepUp,
    };
    let mut tx = quince.store().write().await?;
    if connections::list_for_staff(&mut tx, staff)
        .await?
        .iter()
        .any(is_same)
    {
        return Err(ConnectError::AlreadyConnected);
    }
    let id = connections::insert(&mut tx, &new, now).await?;
    let sealed = login::seal(quince, id, found.credentials.password.expose())?;
    connections::set_password(&mut tx, id, &sealed).await?;
    let listed: Vec<_> = found.calendars.iter().map(sync::as_listed).collect();
    sync::keep(&mut tx, id, &listed, now).await?;
    connections::sync_succeeded(&mut tx, id, now, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(id)
}

/// Checks a new password for a connection live and takes it. Whatever waited for the connection is done at once.
pub async fn reconnect(
    quince: &Quince,
    staff: StaffId,
    id: ConnectionId,
    app_password: &str,
) -> Result<(), ConnectError> {
    let known = {
        let mut tx = quince.store().read().await?;
        own(&mut tx, staff, id).await?
    };
    let (username, password) = tidy(&known.username, app_password)?;
    let found = check(quince, &login::url(&known.entry_url)?, &username, &password).await?;
    let now = quince.now();
    let sealed = login::seal(quince, id, &password)?;
    let mut tx = quince.store().write().await?;
    own(&mut tx, staff, id).await?;
    connections::set_password(&mut tx, id, &sealed).await?;
    connections::set_discovered(&mut tx, id, &sync::discovered(&found.account)).await?;
    connections::set_state(&mut tx, id, ConnectionState::Connected, None).await?;
    connections::set_outage_mailed(&mut tx, id, None).await?;
    connections::set_next_sync(&mut tx, id, now).await?;
    outbox::connection_works(&mut tx, id, now).await?;
    tx.commit().await?;
    quince.wake();
    sync_for_a_while(quince, id).await?;
    Ok(())
}

/// Reads a connection now and says how it stands.
pub async fn check_now(
    quince: &Quince,
    staff: StaffId,
    id: ConnectionId,
) -> Result<ConnectionView, ConnectError> {
    {
        let mut tx = quince.store().read().await?;
        own(&mut tx, staff, id).await?;
    }
    sync_for_a_while(quince, id).await?;
    let mut tx = quince.store().read().await?;
    let all = views(&mut tx, staff, quince.now()).await?;
    all.into_iter()
        .find(|view| view.id == id)
        .ok_or(ConnectError::NotFound)
}

/// Reads a connection while a person waits; what takes longer goes on in the background.
pub(crate) async fn sync_for_a_while(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    const PATIENCE: Duration = Duration::from_secs(8);
    let quince = quince.clone();
    let reading = tokio::spawn(async move { sync::connection(&quince, id).await });
    match timeout(PATIENCE, reading).await {
        Ok(outcome) => outcome.map_err(Internal::because)?,
        Err(_) => Ok(()),
    }
}

fn tidy(apple_id: &str, app_password: &str) -> Result<(String, String), ConnectError> {
    let mut checked = Checked::default();
    let apple_id = checked.required_line("apple_id", "your iCloud email address", apple_id, EMAIL_LIMIT);
    if !apple_id.is_empty() && !apple_id.contains('@') {
        checked.problem(
            "apple_id",
            "The Apple ID is an email address, such as ada@icloud.com.",
        );
    }
    let password = caldav::clean_app_password(app_password);
    if password.is_empty() {
        checked.problem(
            "app_password",
            "Please paste the app-specific password, such as abcd-efgh-ijkl-mnop.",
        );
    } else if password.chars().count() > 200 || password.chars().any(char::is_control) {
        checked.problem(
            "app_password",
            "This is not an app-specific password. Paste one such as abcd-efgh-ijkl-mnop.",
        );
    }
    checked.finish().map_err(ConnectError::Fields)?;
    Ok((apple_id, password))
}

async fn check(
    quince: &Quince,
    entry: &Url,
    username: &str,
    password: &str,
) -> Result<Checkup, ConnectError> {
    let credentials = Credentials::new(username, password);
    let client = quince.caldav(entry);
    let look = async {
        let account = client.discover(entry, &credentials).await?;
        let calendars = client.calendars(&account.homes, &credentials).await?;
        Ok::<_, caldav::Error>((account, calendars))
    };
    let outcome = timeout(CHECK, look).await;
    let outcome =
        outcome.map_err(|_| ConnectError::Unreachable("iCloud did not answer in time.".to_owned()))?;
    let (account, calendars) = outcome.map_err(|error| ConnectError::of_check(&error, quince.now()))?;
    if calendars.is_empty() {
        return Err(ConnectError::NoCalendars);
    }
    Ok(Checkup {
        credentials,
        account,
        calendars,
    })
}
