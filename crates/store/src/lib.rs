//! Persistence: SQLite and Postgres behind one interface, migrations, sealed secrets.
//!
//! [`Store::open`] migrates the schema and hands out transactions. Each module has the functions of one aggregate, which take the
//! transaction as first argument. A use case works in one transaction and commits once.
//!
//! One SQL text serves both databases (`$n` placeholders). Where they differ, the two variants stand side by side, most of them in `db`.
//! The database itself prevents double bookings: both report [`StoreError::SlotTaken`].
//!
//! Ids are UUIDv7. Instants are milliseconds since 1970 in UTC. Rules and hours, which are only read whole, are JSON.

mod assignment_reason;
#[macro_use]
mod db;
mod error;
mod fields;
mod held_locks;
mod ids;
mod json_rows;
mod key_files;
mod link_keys;
pub mod locks;
mod open;
mod party;
mod postgres;
mod secrets;
mod spans;
mod sqlite;
mod sqlite_file;
mod time_owner;
mod unreadable;
mod words;

pub mod appointment_list;
pub mod appointment_parts;
pub mod appointments;
pub mod backup;
pub mod blocked_time;
pub mod booking_calendars;
pub mod busy_time;
pub mod calendar_members;
pub mod changes;
pub mod class_sessions;
pub mod collisions;
pub mod connections;
pub mod due;
pub mod event_writes;
pub mod examination;
pub mod external_events;
pub mod holds;
pub mod holidays;
pub mod idempotency_keys;
pub mod key_check;
pub mod mail_trouble;
pub mod messages;
pub mod occupancy;
pub mod pruning;
pub mod questions;
pub mod remote_calendars;
pub mod reseal;
pub mod resources;
pub mod services;
pub mod sessions;
pub mod spent_puzzles;
pub mod staff;
pub mod strangers;
pub mod waiting_list;
pub mod workspace;

pub use assignment_reason::AssignmentReason;
pub use db::{Backend, ReadTx, WriteTx};
pub use error::{StoreError, lost_connections};
pub use ids::{
    BlockId, ConnectionId, EventId, EventWriteId, MessageId, OccupancyId, RemoteCalendarId, ServiceId,
    SessionId, WaitingId, new_id, random_id,
};
pub use key_files::{KeyListError, Rotated, keep_owner, previous_keys_file};
pub use link_keys::LinkKeys;
pub use open::Store;
pub use party::{Cancellation, Party};
pub use secrets::{KeyError, KeyId, SecretKey};
pub use sqlite_file::{InUse, SqliteFile, sync_folder};
pub use words::{
    AppointmentStatus, BusyStatus, ChangeAction, ChangeSubject, ConnectionState, ImportPolicy, MessageKind,
    MessageState, Role, Server, WhenStale, WriteAction, WriteState,
};
