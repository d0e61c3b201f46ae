//! What the client's tests share: servers to talk to and events to write.

pub mod cyrus;
pub mod events;
pub mod icloud;
mod port;
pub mod python;
pub mod scripted;

use caldav::{Calendar, Client, Credentials, Guard, Limits, Readable, Scope};
use url::Url;

/// A client that may talk to this machine, with the scope that fits the entry.
pub fn client(entry: &Url) -> Client {
    Client::builder()
        .guard(Guard::strict().allow_loopback())
        .build()
        .unwrap()
        .for_entry(entry)
}

/// A client for this machine with other bounds than usual.
pub fn client_with_limits(limits: Limits) -> Client {
    let guard = Guard::strict().allow_loopback();
    Client::builder()
        .guard(guard)
        .limits(limits)
        .scope(Scope::Loopback)
        .build()
        .unwrap()
}

/// A running server with an account in it.
pub struct Practice {
    pub entry: Url,
    pub login: Credentials,
    pub client: Client,
    /// Stops the server when dropped.
    pub _running: Box<dyn std::any::Any>,
}

impl Practice {
    /// The first calendar of the account that can be read and written.
    pub async fn writable_calendar(&self) -> Calendar {
        let account = self.client.discover(&self.entry, &self.login).await.unwrap();
        let calendars = self.client.calendars(&account.homes, &self.login).await.unwrap();
        let usable = |calendar: &Calendar| calendar.writable && calendar.readable == Readable::Events;
        calendars
            .into_iter()
            .find(usable)
            .expect("the practice account has a writable calendar")
    }
}
