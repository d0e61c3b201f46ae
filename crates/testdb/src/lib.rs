//! Postgres for tests. Most get a database of their own on a server that all tests of a run share; a test that stops its server
//! gets one of its own. Postgres refuses to run as root, so then it runs as the system's `postgres` user.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot have its database fails, and says why"
)]

mod server;
mod shared;

use std::path::Path;

pub use server::PostgresServer;
use shared::Shared;

/// A database on the shared server; it is dropped when this is.
#[derive(Debug)]
pub struct Postgres {
    server: Shared,
    name: String,
}

impl Postgres {
    /// One with Quince's tables, which are empty.
    ///
    /// # Panics
    /// When Postgres is not installed or does not start.
    pub async fn start() -> Self {
        let server = Shared::reach().await;
        let name = server.make_from(&server.migrated().await).await;
        Self { server, name }
    }

    /// One without any tables.
    ///
    /// # Panics
    /// When Postgres is not installed or does not start.
    pub async fn empty() -> Self {
        let server = Shared::reach().await;
        let name = server.make_from("template0").await;
        Self { server, name }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// What is in it, as SQL: tables, rows as `INSERT`s, rules.
    ///
    /// # Panics
    /// When `pg_dump` is not installed or fails.
    pub fn dump(&self) -> String {
        server::dump(&self.url())
    }

    /// The folder in which everything of its server lies, and what other tests have there at the moment.
    pub fn path(&self) -> &Path {
        self.server.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.server.remove(&self.name);
    }
}
