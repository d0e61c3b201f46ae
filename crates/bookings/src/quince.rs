//! The handle that every use case takes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caldav::{Client, Guard, Limits};
use jiff::Timestamp;
use store::due::At;
use store::{ReadTx, Store, StoreError};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use url::Url;

use crate::clock::Clock;
use crate::mailer::Mail;
use crate::mailer::outcomes::Outcomes;
use crate::mailer::transport::Mailer;
use crate::problem::Internal;

/// How long things are kept, in days; nothing: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Mails, after they were sent.
    pub sent_mails: Option<u32>,
    /// The texts of events in people's calendars, after these are over. Without its text nobody notices a change of an event there.
    pub event_texts: Option<u32>,
    /// Appointments and sessions of classes, after they are over; what is known of deleted ones, after they were deleted.
    pub appointments: Option<u32>,
}

/// How Quince is set up, as far as the use cases care.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address people use; links in mails start with it.
    pub base_url: Url,
    /// Where iCloud's calendars are reached.
    pub icloud_url: Url,
    /// Whether calendar servers on this machine may be reached: for the practice iCloud and for tests.
    pub allow_loopback: bool,
    /// Calendar servers in private networks that people may connect, as `caldav::Guard::allow_host` takes them.
    pub calendar_hosts: Vec<String>,
    /// How mails leave.
    pub mail: Mail,
    /// What the first visitor has to know to become the owner; nothing where only people at this machine can be that visitor.
    pub setup_code: Option<String>,
    /// The practice iCloud's login, shown in the wizard.
    pub practice: Option<Practice>,
    /// How long what is over is kept.
    pub retention: Retention,
}

/// The login of the practice iCloud, which is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// The Apple ID.
    pub apple_id: String,
    /// The app-specific password.
    pub app_password: String,
    /// The page that shows what lies in the practice calendars.
    pub page_url: String,
}

/// The use cases' handle: the store, the clock, the settings and the clients. Cloning is cheap.
#[derive(Clone)]
pub struct Quince(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: Store,
    clock: Arc<dyn Clock>,
    caldav: Client,
    live: Client,
    mailer: Mailer,
    letter_turn: Mutex<()>,
    mail_outcomes: Outcomes,
    mails_cut_off: watch::Sender<bool>,
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

/// The check of a host's calendars at the moment of booking takes at most this long (scheduling.md).
pub(crate) const LIVE_CHECK: Duration = Duration::from_secs(2);

/// The client that reaches the calendar servers that these settings allow.
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
    /// Sets up the handle.
    ///
    /// # Errors
    /// When the mail server's address or the sender cannot be understood, or TLS cannot be set up.
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
        Ok(Self(Arc::new(Inner {
            settings,
            store,
            clock,
            caldav,
            live,
            mailer,
            letter_turn: Mutex::new(()),
            mail_outcomes: Outcomes::default(),
            mails_cut_off: watch::Sender::new(false),
            mails_limited: AtomicBool::new(true),
            wake: Notify::new(),
        })))
    }

    /// The current instant, by the handle's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The current instant by the clock of leases, which several processes on one database agree on although their own clocks
    /// differ.
    pub(crate) async fn leases_now(&self, tx: &mut ReadTx) -> Result<Timestamp, StoreError> {
        if self.0.clock.is_actual() {
            tx.shared_now(self.now()).await
        } else {
            Ok(self.now())
        }
    }

    /// By what work is claimed.
    pub(crate) async fn claims_at(&self, tx: &mut ReadTx) -> Result<At, StoreError> {
        Ok(At {
            now: self.now(),
            leases: self.leases_now(tx).await?,
        })
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// How Quince is set up.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The client's own page for an appointment.
    pub fn manage_url(&self, token: &str) -> String {
        self.page(&format!("manage/{token}"))
    }

    /// A page of the app by its path, without a slash at the start.
    pub(crate) fn page(&self, path: &str) -> String {
        format!(
            "{}/{path}",
            self.0.settings.base_url.as_str().trim_end_matches('/')
        )
    }

    /// The calendar client for an entry address.
    pub(crate) fn caldav(&self, entry: &Url) -> Client {
        self.0.caldav.for_entry(entry)
    }

    /// The client for the check at the moment of booking, which is short of time.
    pub(crate) fn live_caldav(&self, entry: &Url) -> Client {
        self.0.live.for_entry(entry)
    }

    pub(crate) fn retention(&self) -> Retention {
        self.0.settings.retention
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    /// The turn to put a mail together.
    pub(crate) async fn letter_turn(&self) -> MutexGuard<'_, ()> {
        self.0.letter_turn.lock().await
    }

    pub(crate) fn mail_outcomes(&self) -> &Outcomes {
        &self.0.mail_outcomes
    }

    /// Sends as many mails as there are to addresses that nobody confirmed: for tests that write much to one address.
    pub fn lift_mail_limit(&self) {
        self.0.mails_limited.store(false, Ordering::Relaxed);
    }

    pub(crate) fn limits_mails(&self) -> bool {
        self.0.mails_limited.load(Ordering::Relaxed)
    }

    /// Whether mails that are under way are broken off, to be sent by another process or later.
    pub(crate) fn cut_off_mails(&self, now: bool) {
        self.0.mails_cut_off.send_replace(now);
    }

    /// Waits until mails that are under way are broken off.
    pub(crate) async fn mails_cut_off(&self) {
        let mut cut_off = self.0.mails_cut_off.subscribe();
        // The sender lives as long as the handle.
        let _ = cut_off.wait_for(|now| *now).await;
    }

    /// Tells the background jobs that there is something to do now.
    pub(crate) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Waits until somebody calls [`Quince::wake`].
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }
}
