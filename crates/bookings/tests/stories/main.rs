//! Stories: what people do and see, against both databases and the practice iCloud. Those that show a line of product.md
//! carry its number (D1–D10).
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a story that breaks off has failed, and some compare with the machine's clock"
)]

mod database;
mod dice;
mod mail_server;
mod servers;
mod warnings;
mod world;

mod accounts;
mod away;
mod balance;
mod booking;
mod causes;
mod classes;
mod clocks;
mod collective;
mod collisions;
mod comparing;
mod configuring;
mod confirming;
mod connecting;
mod crowded;
mod deleting;
mod external;
mod guarantee;
mod habits;
mod holds;
mod horizon;
mod kinds;
mod known_bugs;
mod lengths;
mod mails;
mod offers;
mod overriding;
mod paging;
mod posting;
mod promises;
mod pruning;
mod pushing;
mod puzzles;
mod questions;
mod quiet;
mod races;
mod releases;
mod round_robin;
mod running;
mod rush;
mod secrets;
mod services;
mod simple;
mod soak;
mod strangers;
mod truth;
mod unreadable;
mod unsearchable;
mod versions;
mod why_not;
