//! Stories: what people do and see, against both databases and the practice iCloud. Those that show a line of product.md
//! carry its number (D1–D10).
#![expect(clippy::unwrap_used, reason = "a story that breaks off has failed")]

mod database;
mod world;

mod accounts;
mod booking;
mod configuring;
mod connecting;
mod external;
mod habits;
mod mails;
mod promises;
mod pushing;
mod races;
mod running;
mod secrets;
mod soak;
mod truth;
mod why_not;
