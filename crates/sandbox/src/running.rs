//! Starting and stopping.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::{Addresses, App};
use crate::control::Control;
use crate::dav;
use crate::listen::{Connection, Host, ResettableListener};
use crate::options::Options;
use crate::world::{Clock, Shared, World};
use crate::{page, seed};

/// A running sandbox. Dropping it, or [`Sandbox::stop`], frees its ports.
#[derive(Debug)]
pub struct Sandbox {
    addresses: Addresses,
    shared: Shared,
    tasks: Vec<JoinHandle<()>>,
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its logins are known to everybody, so it must not be reachable from elsewhere.
    #[error(
        "the practice iCloud only runs on this machine's own address, such as 127.0.0.1; {0} is another one"
    )]
    NotLoopback(IpAddr),
    /// A port is taken, or may not be taken.
    #[error("the practice iCloud cannot listen on {address}: {source}")]
    Listen {
        /// The address that was tried.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// What was saved cannot be read.
    #[error("the saved state of the practice iCloud cannot be read: {0}")]
    Saved(#[from] serde_json::Error),
}

impl Sandbox {
    /// Starts both hosts on the current runtime.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        if !options.address.is_loopback() {
            return Err(SandboxError::NotLoopback(options.address));
        }
        let mut world = World::new(options.zone.clone(), Clock::starting_at(options.now));
        seed::fill(&mut world, &options)?;
        let entry = listen(options.address, options.entry_port).await?;
        let partition = listen_elsewhere(options.address, options.partition_port).await?;
        let addresses = Addresses {
            entry: local(&entry, options.address)?,
            partition: local(&partition, options.address)?,
        };
        let shared = Shared::new(world);
        let app = App {
            shared: shared.clone(),
            addresses: addresses.clone(),
        };
        let router = page::routes().fallback(dav::answer).with_state(app);
        let tasks = vec![
            serve(entry, Host::Entry, router.clone()),
            serve(partition, Host::Partition, router),
        ];
        tracing::info!(entry = %addresses.entry, partition = %addresses.partition, "practice iCloud is running");
        Ok(Self {
            addresses,
            shared,
            tasks,
        })
    }

    /// The address to connect to, with a slash at its end; it stands for `https://caldav.icloud.com/`.
    pub fn entry_url(&self) -> String {
        format!("http://{}/", self.addresses.entry)
    }

    /// The other host, on which discovery finds the calendars.
    pub fn partition_url(&self) -> String {
        format!("http://{}/", self.addresses.partition)
    }

    /// The page on which a person sees the calendars and changes events as on a phone.
    pub fn page_url(&self) -> String {
        format!("http://{}{}", self.addresses.entry, page::PATH)
    }

    /// The handle that plays the person and the network.
    pub fn control(&self) -> Control {
        Control::new(self.shared.clone())
    }

    /// Stops, and returns when the ports are free.
    pub async fn stop(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            // An aborted task ends with an error that says just that.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen(address: IpAddr, port: u16) -> Result<TcpListener, SandboxError> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address)
        .await
        .map_err(|source| SandboxError::Listen { address, source })
}

/// The partition has a host of its own where the system offers one (127.0.0.2), else only a port of its own.
async fn listen_elsewhere(address: IpAddr, port: u16) -> Result<TcpListener, SandboxError> {
    let other = Ipv4Addr::new(127, 0, 0, 2);
    if address == IpAddr::V4(Ipv4Addr::LOCALHOST)
        && let Ok(listener) = listen(other.into(), port).await
    {
        return Ok(listener);
    }
    listen(address, port).await
}

fn local(listener: &TcpListener, address: IpAddr) -> Result<SocketAddr, SandboxError> {
    listener.local_addr().map_err(|source| SandboxError::Listen {
        address: SocketAddr::new(address, 0),
        source,
    })
}

fn serve(inner: TcpListener, host: Host, router: Router) -> JoinHandle<()> {
    let listener = ResettableListener { inner, host };
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Connection>();
        // Serving never ends by itself; the task is aborted.
        let _ = axum::serve(listener, service).await;
    })
}
