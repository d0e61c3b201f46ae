//! Starting and stopping the server: database, use cases, jobs, listener.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bookings::clock::Clock;
use bookings::{MailSettings, Practice, Quince};
use leptos::config::LeptosOptions;
use store::{SecretKey, Store, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::failure::Failure;
use crate::router::router;
use crate::settings::Settings;
use crate::state::AppState;
use crate::web::assets::Assets;
use crate::web::health::Readiness;
use crate::web::limits::Limits;
use crate::web::listener::{BoundedListener, Peer};
use crate::web::origin::{OwnHosts, is_this_machine};
use crate::web::proxies::TrustedProxies;
use crate::web::security::SecurityContact;

/// At a stop, requests and jobs that run longer than this are aborted. Containers are killed after ten seconds.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often the database file is checked.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const TIDY_EVERY: Duration = Duration::from_mins(10);

/// A server that listens and can be run.
pub struct Server {
    listener: TcpListener,
    state: AppState,
    url: Url,
    addr: SocketAddr,
    stopped: watch::Receiver<bool>,
}

/// Opens the database and builds the use cases.
pub async fn open(
    settings: &Settings,
    key: SecretKey,
    clock: Arc<dyn Clock>,
    base_url: Url,
    practice: Option<Practice>,
) -> Result<Quince, Failure> {
    let setup_code = is_reachable(settings.addr, &base_url).then(|| key.code("set-up"));
    let store = Store::open(&settings.database_url.0, key)
        .await
        .map_err(Failure::Store)?;
    let settings = for_use_cases(settings, base_url, setup_code, practice);
    Quince::new(settings, store, clock).map_err(Failure::Internal)
}

/// The settings of the use cases.
pub fn for_use_cases(
    settings: &Settings,
    base_url: Url,
    setup_code: Option<String>,
    practice: Option<Practice>,
) -> bookings::Settings {
    let mail = mail(settings, &base_url);
    bookings::Settings {
        base_url,
        icloud_url: settings.icloud_url.clone(),
        // A plain-http calendar server is accepted on this machine only: the practice iCloud.
        allow_loopback: settings.icloud_url.scheme() == "http",
        calendar_hosts: settings.calendar_hosts.clone(),
        mail,
        setup_code,
        practice,
        retention: settings.retention,
        password_work: bookings::PasswordWork::Full,
    }
}

/// The mail transport.
pub fn mail(settings: &Settings, base_url: &Url) -> MailSettings {
    let from = settings.mail_from.clone().unwrap_or_else(|| {
        format!(
            "quince@{}",
            base_url
                .domain()
                .filter(|domain| domain.contains('.'))
                .unwrap_or("localhost.localdomain")
        )
    });
    match &settings.smtp_url {
        Some(url) => MailSettings::Smtp {
            url: url.0.clone(),
            from,
        },
        None => MailSettings::Folder {
            path: settings.data_dir.join("mail"),
            from,
        },
    }
}

/// Whether the server can be reached from other machines, by its own address or a proxy's.
fn is_reachable(addr: SocketAddr, base_url: &Url) -> bool {
    let is_local = is_this_machine(base_url);
    !(is_local && addr.ip().is_loopback())
}

impl Server {
    /// Opens everything and starts to listen.
    pub async fn prepare(
        settings: Settings,
        key: SecretKey,
        clock: Arc<dyn Clock>,
        practice: Option<Practice>,
    ) -> Result<Self, Failure> {
        let assets = Assets::load().map_err(Failure::Assets)?;
        let listener = TcpListener::bind(settings.addr)
            .await
            .map_err(|cause| Failure::Listen {
                addr: settings.addr,
                cause,
            })?;
        let addr = listener.local_addr().map_err(|cause| Failure::Listen {
            addr: settings.addr,
            cause,
        })?;
        let url = match &settings.base_url {
            Some(url) => url.clone(),
            None => Url::parse(&format!("http://{addr}/")).map_err(|_| Failure::BaseUrl(addr))?,
        };
        let is_named = settings.base_url.is_some();
        let quince = open(&settings, key, clock, url.clone(), practice).await?;
        if settings.smtp_url.is_none() {
            tracing::info!(folder = %settings.data_dir.join("mail").display(), "no mail server is set: mails are files in this folder");
        }
        let limits = if settings.rate_limits {
            Limits::on()
        } else {
            tracing::warn!("rate limits are off: QUINCE_RATE_LIMITS=off is for load tests only");
            quince.disable_mail_limit();
            Limits::off()
        };
        let leptos = LeptosOptions::builder()
            .output_name("quince")
            .site_addr(addr)
            .build();
        let proxies = TrustedProxies::from(settings.trusted_proxies);
        Ok(Self {
            listener,
            state: AppState {
                quince,
                assets,
                limits,
                readiness: Readiness::default(),
                hosts: OwnHosts::new(url.clone(), is_named, proxies.clone()),
                proxies,
                security_contact: SecurityContact(settings.security_contact.map(Arc::new)),
                leptos,
            },
            url,
            addr,
            // Installed before anybody is told that the server is ready, so that a stop from then on closes the database in order.
            stopped: told_to_stop(),
        })
    }

    /// The use cases.
    pub fn quince(&self) -> &Quince {
        &self.state.quince
    }

    /// The base URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Serves until asked to stop, then finishes running requests and jobs.
    pub async fn run(self) -> Result<(), Failure> {
        let stopped = self.stopped;
        let jobs = tokio::spawn(bookings::jobs::run(
            self.state.quince.clone(),
            until(stopped.clone()),
        ));
        let limits = self.state.limits.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDY_EVERY).await;
                limits.tidy();
            }
        });
        tracing::info!(url = %self.url, addr = %self.addr, zones = zones::version(), "listening");

        let store = self.state.quince.store().clone();
        let listener = BoundedListener::new(self.listener, self.state.proxies.clone());
        let service = router(self.state).into_make_service_with_connect_info::<Peer>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(until(stopped.clone()));
        let all = async {
            let served = serving.await;
            let _ = jobs.await;
            served
        };
        let cut_off = async {
            until(stopped).await;
            tokio::time::sleep(PATIENCE).await;
        };
        let ended = tokio::select! {
            ended = all => ended.map_err(Failure::Serve),
            () = cut_off => {
                tracing::warn!("some requests or jobs did not end in time and were cut off");
                Ok(())
            }
            vanished = vanished(&store) => Err(Failure::Store(vanished)),
        };
        store.close().await;
        ended
    }
}

/// Returns when the database file has disappeared.
async fn vanished(store: &Store) -> StoreError {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Err(error) = store.is_in_place() {
            return error;
        }
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A closed channel also means to stop, since nobody is left to send.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Watches the signals that ask the process to stop, from now on.
fn told_to_stop() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    #[cfg(unix)]
    let told = {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
        async move {
            let [Ok(mut interrupt), Ok(mut terminate)] = signals else {
                return std::future::pending().await;
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
    };
    #[cfg(not(unix))]
    let told = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::spawn(async move {
        told.await;
        tracing::info!("stopping: running requests are finished first");
        let _ = stop.send(true);
    });
    stopped
}
