//! Use cases: connect, configure, sync, free times, book, reschedule, cancel, notify; the outbox.
//!
//! Everything that the pages, the API and the background jobs do goes through the functions of these modules. Each
//! takes the [`Quince`] handle first, opens its own transactions, reads the time from the handle's clock, and
//! returns a view or an [`Error`], whose causes are types with a sentence for a person, with a next step, and a code for programs.
//! An error of the machinery is always the variant `Internal`, whose cause is for logs only. No two modules import each other.
//!
//! | module | what for |
//! |---|---|
//! | [`accounts`] | the owner, the team, sign in, passwords |
//! | [`profile`] | name, zone and weekly hours of a staff member |
//! | [`connections`] | connect to iCloud (checked live), reconnect, disconnect |
//! | [`configuration`] | primary and conflict calendars, how later edits are treated |
//! | [`booking_calendars`] | booking calendars and their rules |
//! | [`availability`] | free times, from the database alone |
//! | `placement` | the one way in which bookings, holds and moves get their time |
//! | [`appointments`] | book, reschedule, reassign, cancel, edit, delete, look at |
//! | [`classes`] | sessions of Class Booking calendars and their waiting lists |
//! | [`warnings`] | what of their calendars a staff member has to know on every page |
//! | [`versions`] | nobody's change is lost: who saves over another's is told first |
//! | [`strangers`], [`undo`] | what people who are not known may do at most, and undoing what one of them sent |
//! | `notifications`, `mailer` | mails: asked for with the change itself, made and sent afterwards |
//! | [`mails`] | whether mails go out, which were given up, and a mail for trial |
//! | [`probe`] | whether iCloud and the own address answer |
//! | [`agenda`] | appointments and external events of some days |
//! | [`sync`] | reads what changed in a connection's calendars |
//! | `outbox` | writes events to calendars, again and again until it is done |
//! | `servers`, `outages` | what is known of calendar servers, and what becomes of one that fails |
//! | [`jobs`] | runs sync, calendar writes and mails in the background |
//!
//! # How a booking reaches iCloud
//! [`appointments::book`] commits the appointment, its place in the host's time, the write to the host's primary
//! calendar and the mails in one transaction, and answers. The jobs then write and send, again and again until it is
//! done; each write carries the appointment as it is at that moment, so the last change always wins.

pub mod accounts;
pub mod agenda;
pub mod appointments;
pub mod availability;
pub mod blocked;
pub mod booking_calendars;
pub mod classes;
pub mod clock;
pub mod configuration;
pub mod connections;
pub mod holidays;
pub mod jobs;
pub mod mails;
pub mod probe;
pub mod profile;
pub mod services;
pub mod strangers;
pub mod sync;
pub mod undo;
pub mod validate;
pub mod versions;
pub mod warnings;

mod caldav_messages;
mod cleanup;
mod collisions;
mod differences;
mod error;
mod links;
mod mailer;
mod notifications;
mod outages;
mod outbox;
mod people;
mod placement;
mod problem;
mod pruning;
mod questions;
mod quince;
mod reasons;
mod retry;
mod servers;
mod unreadable;

pub use error::{
    ConnectProblem, Deed, Error, Forbidden, HostProblem, InTheWay, Kept, Missing, Refusal, Silence, Taken,
    VisitProblem,
};
pub use mailer::Mail;
pub use people::{CalledOffView, PartyName};
pub use problem::{FieldProblem, Internal};
pub use quince::{Practice, Quince, Retention, Settings};
pub use store::random_id;

pub use scheduling::{
    AppointmentId, CalendarId, DateOverride, DateRange, Distribution, Interval, Kind, Priority, ResourceId,
    Rules, Slot, StaffId, TimeOwner, WeeklyHours,
};
pub use store::holds::VisitorId;
pub use store::{
    AppointmentStatus as Status, BlockId, ConnectionId, ConnectionState, EventId, ImportPolicy, MessageId,
    Party, RemoteCalendarId, Role, Server, ServiceId, SessionId, WaitingId, WhenStale, WriteState,
};
