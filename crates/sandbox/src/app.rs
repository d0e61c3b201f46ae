//! What the handlers of all requests share.

use std::net::SocketAddr;

use crate::world::Shared;

/// Where both hosts listen.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) entry: SocketAddr,
    pub(crate) partition: SocketAddr,
}

/// What every request handler is given.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) shared: Shared,
    pub(crate) addresses: Addresses,
}
