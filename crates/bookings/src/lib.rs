//! Use cases: connect, configure, sync, free times, book, reschedule, cancel, notify; the outbox.
//!
//! Everything that the pages, the API and the background jobs do goes through the functions of these modules. Each takes the [`Quince`]
//! handle first, opens its own transactions, reads the time from the handle's clock, and returns a view or an [`Error`]. The causes of an
//! error are types with a sentence for a person, including a next step, and a code for programs. Failures of the database, the disk or a
//! library are always the variant `Internal`, whose cause is for logs only. No two modules import each other.
//!
//! | module | purpose |
//! |---|---|
//! | [`accounts`] | the owner, the team, sessions, passwords |
//! | [`profile`] | name, zone and weekly hours of a staff member |
//! | [`connections`] | connect to iCloud (checked live), reconnect, disconnect |
//! | [`configuration`] | primary and conflict calendars, how later edits are treated |
//! | [`booking_calendars`] | booking calendars and their rules |
//! | [`availability`] | free times, computed from the database alone |
//! | `placement` | claims time for bookings, holds and moves |
//! | [`appointments`] | book, reschedule, reassign, cancel, edit, delete, view |
//! | [`classes`] | sessions of Class Booking calendars and their waiting lists |
//! | [`warnings`] | warnings about their calendars that a staff member sees on every page |
//! | [`versions`] | optimistic locking: an edit of an outdated version is refused with the differences |
//! | [`strangers`], [`undo`] | rate limits for anonymous visitors, and undoing what one of them sent |
//! | `notifications`, `mailer` | mails: enqueued in the transaction of the change, rendered and sent later |
//! | [`mails`] | the state of mail delivery, mails that were given up, and test mails |
//! | [`probe`] | checks that iCloud and the instance's own address answer |
//! | [`agenda`] | appointments and external events of a range of days |
//! | [`sync`] | reads the changes of a connection's calendars |
//! | `outbox` | writes events to calendars, and retries until it succeeds |
//! | `servers`, `outages` | the state of calendar servers, and what happens when one fails |
//! | [`jobs`] | runs sync, calendar writes and mails in the background |
//!
//! # How a booking reaches iCloud
//! [`appointments::book`] commits the appointment, the claim on the host's time, the write to the host's primary calendar and the mails in
//! one transaction, and returns. The jobs then write and send, and retry until it succeeds. Each write carries the appointment as it is at
//! that moment, so the last change always wins.

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

mod busy_status;
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
mod passwords;
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
    ConnectProblem, Error, Forbidden, Missing, Permission, Preserved, Refusal, SchedulingConflict, TakenBy,
    Unreachable,
};
pub use mailer::MailSettings;
pub use passwords::PasswordWork;
pub use people::{CancellationView, PartyName};
pub use problem::{
    AccountProblem, AnswerProblem, CalendarProblem, FieldCause, FieldProblem, GuestProblem, HostProblem,
    Internal, KindConsequence, KindProblem, LoginProblem, PasswordProblem, QuestionProblem, ReassignProblem,
    ResourceProblem, ServiceProblem, TextName, TextProblem, TimeProblem, VisitProblem,
};
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
