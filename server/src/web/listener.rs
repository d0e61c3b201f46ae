//! Connections from browsers and proxies, bounded in number and in idle time. hyper's own timer (which axum does not set) would treat idle
//! connections like those that send a request head slowly.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use super::proxies::{TrustedProxies, network};

/// Time limit for a request head.
const HEAD: Duration = Duration::from_secs(10);
/// Time limit for an idle connection.
const IDLE: Duration = Duration::from_mins(1);
/// Time limit for a client that reads nothing of its response.
const STUCK: Duration = Duration::from_mins(1);
/// Maximum number of connections; further clients wait.
const IN_ALL: usize = 1_000;
/// Maximum number of connections per client network; further ones are closed at once.
const OF_ONE_NETWORK: usize = 100;

/// Accepts connections within the limits.
pub struct BoundedListener {
    listener: TcpListener,
    places: Arc<Semaphore>,
    clients: Clients,
    proxies: TrustedProxies,
}

impl BoundedListener {
    /// Listed proxies and local programs speak for many clients, so only the total limit applies to them.
    pub fn new(listener: TcpListener, proxies: TrustedProxies) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(IN_ALL)),
            clients: Clients::default(),
            proxies,
        }
    }
}

impl Listener for BoundedListener {
    type Io = BoundedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (BoundedStream, SocketAddr) {
        loop {
            // The semaphore is never closed.
            let place = Arc::clone(&self.places).acquire_owned().await.ok();
            let (stream, peer) = Listener::accept(&mut self.listener).await;
            let client = peer.ip().to_canonical();
            let speaks_for_many = client.is_loopback() || self.proxies.contains(client);
            let turn = if speaks_for_many {
                None
            } else {
                match self.clients.enter(network(client)) {
                    Some(turn) => Some(turn),
                    None => continue,
                }
            };
            let stream = BoundedStream {
                stream,
                requests: Requests::default(),
                answered: 0,
                phase: Phase::Head,
                reading: Box::pin(sleep(HEAD)),
                writing: None,
                _place: place,
                _turn: turn,
            };
            return (stream, peer);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The number of connections of each network.
#[derive(Debug, Clone, Default)]
struct Clients(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection that counts for its network until it is dropped.
#[derive(Debug)]
struct Turn {
    clients: Clients,
    network: IpAddr,
}

impl Clients {
    fn enter(&self, network: IpAddr) -> Option<Turn> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_default();
        if *count >= OF_ONE_NETWORK {
            return None;
        }
        *count += 1;
        Some(Turn {
            clients: self.clone(),
            network,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut counts = self.clients.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

/// The requests of a connection. While one is being answered the connection may be silent; the response has its own time limit.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicUsize,
    answered: AtomicUsize,
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Answering(Requests);

impl Requests {
    /// Marks a request as being answered until the result is dropped.
    pub fn begin(&self) -> Answering {
        self.0.begun.fetch_add(1, Ordering::AcqRel);
        Answering(self.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.answered.fetch_add(1, Ordering::AcqRel);
    }
}

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The address of the client or proxy.
    pub addr: SocketAddr,
    /// The requests of this connection.
    pub requests: Requests,
}

impl Connected<IncomingStream<'_, BoundedListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, BoundedListener>) -> Self {
        Self {
            addr: *stream.remote_addr(),
            requests: stream.io().requests.clone(),
        }
    }
}

/// What is expected of an idle connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The rest of a request head.
    Head,
    /// The first byte of another request, if any.
    Idle,
}

/// A connection that fails when its client is too slow.
pub struct BoundedStream {
    stream: TcpStream,
    requests: Requests,
    /// Number of answered requests when it was last polled.
    answered: usize,
    phase: Phase,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
    _turn: Option<Turn>,
}

impl BoundedStream {
    fn wait_for(&mut self, phase: Phase) {
        self.phase = phase;
        let lasts = match phase {
            Phase::Head => HEAD,
            Phase::Idle => IDLE,
        };
        self.reading.as_mut().reset(Instant::now() + lasts);
    }

    fn wrote<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.writing = None;
            return outcome;
        }
        let stuck = self.writing.get_or_insert_with(|| Box::pin(sleep(STUCK)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for BoundedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        let answered = self.requests.0.answered.load(Ordering::Acquire);
        if self.requests.0.begun.load(Ordering::Acquire) > answered {
            return outcome;
        }
        if answered > self.answered {
            self.answered = answered;
            self.wait_for(Phase::Idle);
        }
        if outcome.is_ready() && self.phase == Phase::Idle {
            self.wait_for(Phase::Head);
        }
        if outcome.is_ready() {
            return outcome;
        }
        ready!(self.reading.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for BoundedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_gets_another_connection_when_one_of_its_ends() {
        let clients = Clients::default();
        let (client, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut turns: Vec<_> = (0..OF_ONE_NETWORK)
            .map(|_| clients.enter(client).unwrap())
            .collect();
        assert!(clients.enter(client).is_none());
        assert!(clients.enter(other).is_some());
        turns.pop();
        assert!(clients.enter(client).is_some());
        drop(turns);
        assert!(clients.0.lock().unwrap().is_empty());
    }
}
