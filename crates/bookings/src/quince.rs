//! The handle that every use case takes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caldav::{Client, Guard, Limits};
use jiff::Timestamp;
use store::due::ClaimTimes;
use store::{ReadTx, Store, StoreError};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use url::Url;

use crate::clock::Clock;
use crate::mailer::MailSettings;
use crate::mailer::outcomes::Outcomes;
use crate::mailer::transport::Mailer;
use crate::passwords::{PasswordWork, Passwords};
use crate::problem::Internal;

/// How long data is kept, in days; `None` keeps it for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Mails, counted from when they were sent.
    pub sent_mails: Option<u32>,
    /// The texts of external events, counted from the event's end. Without its text, a change of an event is not noticed.
    pub event_texts: Option<u32>,
    /// Appointments and sessions, counted from their end; records of deleted ones, counted from the deletion.
    pub appointments: Option<u32>,
}

/// The settings that the use cases need.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public address of this instance; links in mails start with it.
    pub base_url: Url,
    /// The CalDAV entry address of iCloud.
    pub icloud_url: Url,
    /// Whether calendar servers on the loopback interface are allowed: for the practice iCloud and for tests.
    pub allow_loopback: bool,
    /// Calendar servers in private networks that may be connected, in the format of `caldav::Guard::allow_host`.
    pub calendar_hosts: Vec<String>,
    /// How mails are sent.
    pub mail: MailSettings,
    /// The code that the first visitor must enter to become the owner; `None` where only people at this machine can be that visitor.
    pub setup_code: Option<String>,
    /// The practice iCloud's login, shown in the wizard.
    pub practice: Option<Practice>,
    /// How long data is kept.
    pub retention: Retention,
    /// How much work hashing a password is.
    pub password_work: PasswordWork,
}

/// The login of the practice iCloud. It is not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// The Apple ID.
    pub apple_id: String,
    /// The app-specific password.
    pub app_password: String,
    /// The page that shows the events in the practice calendars.
    pub page_url: String,
}

/// The handle that every use case takes: the store, the clock, the settings and the clients. Cloning is cheap.
#[derive(Clone)]
pub struct Quince(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: Store,
    clock: Arc<dyn Clock>,
    caldav: Client,
    live: Client,
    mailer: Mailer,
    render_lock: Mutex<()>,
    passwords: Passwords,
    mail_outcomes: Outcomes,
    mails_interrupted: watch::Sender<bool>,
    mails_limited: AtomicBool,
    wake: Notify,
}

impl fmt::Debug for Quince {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quince")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

/// Time limit of the live check of a host's calendars at the moment of booking (scheduling.md).
pub(crate) const LIVE_CHECK: Duration = Duration::from_secs(2);

/// Returns a CalDAV client that connects only to the servers that these settings allow.
pub(crate) fn calendar_client(settings: &Settings, limits: Limits) -> Result<Client, Internal> {
    let mut guard = Guard::strict();
    if settings.allow_loopback {
        guard = guard.allow_loopback();
    }
    for host in &settings.calendar_hosts {
        guard = guard.allow_host(host);
    }
    let built = Client::builder().guard(guard).limits(limits).build();
    built
        .map(|client| client.for_entry(&settings.icloud_url))
        .map_err(Internal::because)
}

impl Quince {
    /// Creates the handle.
    ///
    /// # Errors
    /// Fails if the mail server's address or the sender cannot be parsed, or TLS cannot be set up.
    pub fn new(settings: Settings, store: Store, clock: Arc<dyn Clock>) -> Result<Self, Internal> {
        let caldav = calendar_client(&settings, Limits::default())?;
        let live = Limits {
            connect: LIVE_CHECK,
            idle: LIVE_CHECK,
            total: LIVE_CHECK,
            ..Limits::default()
        };
        let live = calendar_client(&settings, live)?;
        let mailer = Mailer::new(&settings.mail)?;
        let passwords = Passwords::new(settings.password_work);
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            clock,
            caldav,
            live,
            mailer,
            render_lock: Mutex::new(()),
            passwords,
            mail_outcomes: Outcomes::default(),
            mails_interrupted: watch::Sender::new(false),
            mails_limited: AtomicBool::new(true),
            wake: Notify::new(),
        })))
    }

    /// Returns the current instant by the handle's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Returns the current instant by the clock for leases. Several processes on one database agree on it although their own clocks differ.
    pub(crate) async fn leases_now(&self, tx: &mut ReadTx) -> Result<Timestamp, StoreError> {
        if self.0.clock.is_actual() {
            tx.shared_now(self.now()).await
        } else {
            Ok(self.now())
        }
    }

    /// Returns the instants by which due work is claimed: by the handle's clock, and by the clock for leases.
    pub(crate) async fn claims_at(&self, tx: &mut ReadTx) -> Result<ClaimTimes, StoreError> {
        Ok(ClaimTimes {
            now: self.now(),
            leases: self.leases_now(tx).await?,
        })
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Returns the address of the page where a client manages an appointment.
    pub fn manage_url(&self, token: &str) -> String {
        self.page(&format!("manage/{token}"))
    }

    /// Returns the address of a page by its path, which has no leading slash.
    pub(crate) fn page(&self, path: &str) -> String {
        format!(
            "{}/{path}",
            self.0.settings.base_url.as_str().trim_end_matches('/')
        )
    }

    /// Returns the CalDAV client for an entry address.
    pub(crate) fn caldav(&self, entry: &Url) -> Client {
        self.0.caldav.for_entry(entry)
    }

    /// Returns the CalDAV client of the live check at the moment of booking, which has short timeouts ([`LIVE_CHECK`]).
    pub(crate) fn live_caldav(&self, entry: &Url) -> Client {
        self.0.live.for_entry(entry)
    }

    pub(crate) fn retention(&self) -> Retention {
        self.0.settings.retention
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Locks the mutex that lets one task at a time compose a mail.
    pub(crate) async fn render_lock(&self) -> MutexGuard<'_, ()> {
        self.0.render_lock.lock().await
    }

    pub(crate) fn mail_outcomes(&self) -> &Outcomes {
        &self.0.mail_outcomes
    }

    /// Lifts the limit of mails to unconfirmed addresses, for tests that send many mails to one address.
    pub fn disable_mail_limit(&self) {
        self.0.mails_limited.store(false, Ordering::Relaxed);
    }

    pub(crate) fn limits_mails(&self) -> bool {
        self.0.mails_limited.load(Ordering::Relaxed)
    }

    /// Sets whether mails in progress are interrupted, to be sent by another process or later.
    pub(crate) fn interrupt_mails(&self, now: bool) {
        self.0.mails_interrupted.send_replace(now);
    }

    /// Waits until mails in progress are to be interrupted.
    pub(crate) async fn mails_interrupted(&self) {
        let mut cut_off = self.0.mails_interrupted.subscribe();
        // The sender lives as long as the handle.
        let _ = cut_off.wait_for(|now| *now).await;
    }

    /// Wakes the background jobs, because work is due now.
    pub(crate) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Waits for a call of [`Quince::wake`].
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }
}
