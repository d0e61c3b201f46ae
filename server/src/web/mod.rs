//! Middleware, sessions, assets and other HTTP handlers.

pub mod assets;
pub mod client;
pub mod download;
pub mod headers;
pub mod health;
pub mod limits;
pub mod listener;
pub mod origin;
pub mod problem;
pub mod proxies;
pub mod read_again;
pub mod security;
pub mod sessions;
