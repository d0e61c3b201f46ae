//! Connecting: the login is checked live, and nothing is saved unless it succeeds (D8).

use std::time::Duration;

use caldav::{Account, Address, Calendar, Credentials, FindError};
use scheduling::StaffId;
use store::connections::{self, RemoteAccount};
use store::{ConnectionId, ConnectionState, ReadTx, Server};
use tokio::time::timeout;
use tracing::Instrument as _;
use url::Url;

use super::own::own;
use super::view::{ConnectionView, views};
use crate::error::{ConnectProblem, Error, Forbidden, Missing, Unreachable};
use crate::problem::{Internal, LoginProblem, TextName};
use crate::quince::Quince;
use crate::servers::login;
use crate::validate::{EMAIL_LIMIT, Validator};
use crate::{outbox, sync};

/// Time limit of the live check, for which a person waits.
const CHECK_TIMEOUT: Duration = Duration::from_secs(25);

/// A login to iCloud, as entered.
#[derive(Clone)]
pub struct Login {
    /// The iCloud email address.
    pub apple_id: String,
    /// The app-specific password, as pasted.
    pub app_password: String,
}

/// Omits the password.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("apple_id", &self.apple_id)
            .finish_non_exhaustive()
    }
}

/// A login to another CalDAV server, as entered.
#[derive(Clone)]
pub struct ServerLogin {
    /// The server's address, or only its domain.
    pub address: String,
    /// The user name there.
    pub username: String,
    /// The password, as pasted.
    pub password: String,
}

/// Omits the password.
impl std::fmt::Debug for ServerLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerLogin")
            .field("address", &self.address)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A login to check, with tidied texts.
struct LoginAttempt {
    server: Server,
    start: DiscoveryStart,
    username: String,
    password: String,
}

/// Where discovery begins.
enum DiscoveryStart {
    /// At an entry address.
    Entry(Url),
    /// At an address or domain that was entered, from which the server is found first.
    Named(Address),
}

impl DiscoveryStart {
    fn url(&self) -> &Url {
        match self {
            Self::Entry(url) => url,
            Self::Named(address) => address.url(),
        }
    }
}

impl LoginAttempt {
    /// Whether this login, which leads to `entry`, is that of a known connection.
    fn matches(&self, known: &connections::Connection, entry: &Url) -> bool {
        // A host can have a server on each of its ports.
        let same_server =
            || Url::parse(&known.account.entry_url).is_ok_and(|known| known.origin() == entry.origin());
        known.account.server == self.server
            && known.account.username.eq_ignore_ascii_case(&self.username)
            && (self.server == Server::Icloud || same_server())
    }
}

/// The result of the live check.
struct CheckedLogin {
    /// The entry address of later discoveries.
    entry: Url,
    credentials: Credentials,
    account: Account,
    calendars: Vec<Calendar>,
}

/// Checks a login to iCloud live, and creates a connection with the account's calendars. Nothing is saved on an error.
pub async fn connect(quince: &Quince, staff: StaffId, login: Login) -> Result<ConnectionId, Error> {
    let (username, password) = tidy_icloud(&login.apple_id, &login.app_password)?;
    let attempt = LoginAttempt {
        server: Server::Icloud,
        start: DiscoveryStart::Entry(quince.settings().icloud_url.clone()),
        username,
        password,
    };
    connect_with(quince, staff, attempt).await
}

/// Like [`connect`], for another CalDAV server, found from its address or its domain (RFC 6764).
pub async fn connect_server(
    quince: &Quince,
    staff: StaffId,
    login: ServerLogin,
) -> Result<ConnectionId, Error> {
    connect_with(quince, staff, tidy_server(&login)?).await
}

async fn connect_with(quince: &Quince, staff: StaffId, attempt: LoginAttempt) -> Result<ConnectionId, Error> {
    refuse_known(
        &mut quince.store().read().await?,
        staff,
        &attempt,
        attempt.start.url(),
    )
    .await?;
    let found = check(quince, &attempt).await?;
    let now = quince.now();
    let account = RemoteAccount {
        server: attempt.server,
        entry_url: found.entry.to_string(),
        username: found.credentials.username.clone(),
    };
    let discovered = sync::discovered(&found.account);
    let mut tx = quince.store().write().await?;
    // The address that was entered can lead to a server that is already connected.
    refuse_known(&mut tx, staff, &attempt, &found.entry).await?;
    let id = connections::insert(&mut tx, staff, &account, &discovered, now).await?;
    login::store_password(quince, &mut tx, id, found.credentials.password.expose()).await?;
    let calendars = found.calendars.iter();
    let listed: Vec<_> = calendars.map(|found| sync::to_listed(found, now)).collect();
    sync::store_calendars(&mut tx, id, &listed, now).await?;
    connections::sync_succeeded(&mut tx, id, now, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(id)
}

async fn refuse_known(
    tx: &mut ReadTx,
    staff: StaffId,
    attempt: &LoginAttempt,
    entry: &Url,
) -> Result<(), Error> {
    let known = connections::list_for_staff(tx, staff).await?;
    if known.iter().any(|known| attempt.matches(known, entry)) {
        return Err(ConnectProblem::AlreadyConnected.into());
    }
    Ok(())
}

/// Checks a new password for a connection live, and saves it. Writes that waited for the connection or were given up become due now, and
/// the connection is synced.
pub async fn reconnect(
    quince: &Quince,
    staff: StaffId,
    id: ConnectionId,
    app_password: &str,
) -> Result<(), Error> {
    let known = {
        let mut tx = quince.store().read().await?;
        own(&mut tx, staff, id).await?.account
    };
    let (username, password) = match known.server {
        Server::Icloud => tidy_icloud(&known.username, app_password)?,
        Server::Caldav => (known.username.clone(), tidy_password(app_password)?),
    };
    let attempt = LoginAttempt {
        server: known.server,
        start: DiscoveryStart::Entry(login::url(&known.entry_url)?),
        username,
        password,
    };
    let found = check(quince, &attempt).await?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    own(&mut tx, staff, id).await?;
    login::store_password(quince, &mut tx, id, &attempt.password).await?;
    connections::set_discovered(&mut tx, id, &sync::discovered(&found.account)).await?;
    connections::set_state(&mut tx, id, ConnectionState::Connected, None).await?;
    connections::end_outage(&mut tx, id).await?;
    connections::sync_now(&mut tx, id, now).await?;
    outbox::connection_works(&mut tx, id, now).await?;
    tx.commit().await?;
    quince.wake();
    read_after_saving(quince, id).await;
    Ok(())
}

/// Syncs a connection now, and returns its view.
pub async fn check_now(quince: &Quince, staff: StaffId, id: ConnectionId) -> Result<ConnectionView, Error> {
    {
        let mut tx = quince.store().read().await?;
        own(&mut tx, staff, id).await?;
    }
    sync_within_limit(quince, id).await?;
    let mut tx = quince.store().read().await?;
    let all = views(&mut tx, staff, quince.now()).await?;
    all.into_iter()
        .find(|view| view.id == id)
        .ok_or(Error::NotFound(Missing::Connection))
}

/// Syncs a connection after its owner has saved a change. The change is committed, so errors are only logged; the background job tries
/// again.
pub(crate) async fn read_after_saving(quince: &Quince, id: ConnectionId) {
    if let Err(error) = sync_within_limit(quince, id).await {
        tracing::error!(connection = %id, cause = %error.cause(), "a connection could not be read at once");
    }
}

/// Syncs a connection while a person waits, for a limited time; then the sync continues in the background.
async fn sync_within_limit(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    const SYNC_WAIT: Duration = Duration::from_secs(8);
    let quince = quince.clone();
    let reading = tokio::spawn(async move { sync::connection(&quince, id).await }.in_current_span());
    match timeout(SYNC_WAIT, reading).await {
        Ok(outcome) => outcome.map_err(Internal::because)?,
        Err(_) => Ok(()),
    }
}

/// Longest server address, in characters.
const ADDRESS_LIMIT: usize = 500;
/// Longest user name and password on a calendar server, in characters.
const LOGIN_LIMIT: usize = 200;

fn tidy_icloud(apple_id: &str, app_password: &str) -> Result<(String, String), Error> {
    let mut checked = Validator::default();
    let apple_id = checked.required_line("apple_id", TextName::AppleId, apple_id, EMAIL_LIMIT);
    if !apple_id.is_empty() && !apple_id.contains('@') {
        checked.problem("apple_id", LoginProblem::AppleIdNotEmail);
    }
    let password = caldav::clean_app_password(app_password);
    if password.is_empty() {
        checked.problem("app_password", LoginProblem::AppPasswordMissing);
    } else if password.chars().count() > LOGIN_LIMIT || password.chars().any(char::is_control) {
        checked.problem("app_password", LoginProblem::NotAppPassword);
    }
    checked.finish()?;
    Ok((apple_id, password))
}

fn tidy_password(typed: &str) -> Result<String, Error> {
    let mut checked = Validator::default();
    let password = checked.required_line("app_password", TextName::ServerPassword, typed, LOGIN_LIMIT);
    checked.finish()?;
    Ok(password)
}

fn tidy_server(login: &ServerLogin) -> Result<LoginAttempt, Error> {
    let mut checked = Validator::default();
    let address = checked.required_line("address", TextName::ServerAddress, &login.address, ADDRESS_LIMIT);
    let username = checked.required_line("username", TextName::UserName, &login.username, LOGIN_LIMIT);
    let password = checked.required_line("password", TextName::ServerPassword, &login.password, LOGIN_LIMIT);
    let named = Address::typed(&address);
    if !address.is_empty() && named.is_err() {
        checked.problem("address", LoginProblem::NotServerAddress);
    }
    checked.finish()?;
    Ok(LoginAttempt {
        server: Server::Caldav,
        start: DiscoveryStart::Named(named.map_err(Internal::because)?),
        username,
        password,
    })
}

async fn check(quince: &Quince, attempt: &LoginAttempt) -> Result<CheckedLogin, Error> {
    let server = attempt.server;
    let credentials = Credentials::new(attempt.username.as_str(), attempt.password.as_str());
    let checking = async {
        let client = quince.caldav(attempt.start.url());
        let (entry, account) = match &attempt.start {
            DiscoveryStart::Entry(entry) => (entry.clone(), client.discover(entry, &credentials).await?),
            DiscoveryStart::Named(address) => {
                let found = client.find(address, &credentials).await?;
                (found.entry, found.account)
            }
        };
        let client = quince.caldav(&entry);
        let calendars = client.calendars(&account.homes, &credentials).await?;
        Ok::<_, FindError>((entry, account, calendars))
    };
    let outcome = timeout(CHECK_TIMEOUT, checking)
        .await
        .map_err(|_| ConnectProblem::Unreachable(Unreachable::TimedOut(server)))?;
    let (entry, account, calendars) = outcome.map_err(|error| match error {
        FindError::Server(error) => ConnectProblem::of_check(server, &error, quince.now()),
        FindError::LeadsElsewhere { from, to } => {
            ConnectProblem::Forbidden(Forbidden::LeadsElsewhere { from, to })
        }
    })?;
    if calendars.is_empty() {
        return Err(ConnectProblem::NoCalendars(server).into());
    }
    Ok(CheckedLogin {
        entry,
        credentials,
        account,
        calendars,
    })
}
