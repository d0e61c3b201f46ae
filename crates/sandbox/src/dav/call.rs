//! A request to the `CalDAV` side.

use axum::http::request::Parts;

use super::target::Target;
use crate::app::Addresses;
use crate::listen::Host;
use crate::world::{Account, World};

/// A request with its body.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a str,
    pub(super) host: Host,
    pub(super) addresses: &'a Addresses,
}

impl Call<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn method(&self) -> &str {
        self.parts.method.as_str()
    }
}

/// The account of a target that [`Target::of`] found.
pub(super) fn owner<'a>(world: &'a World, target: &Target) -> Option<&'a Account> {
    world.account(target.account)
}
