//! Pure scheduling rules: hours, busy sets, grid, limits, kinds, assignment. No I/O, no clock.
//!
//! [`slots`] returns the starts that are offered and who is free then, [`check`] says whether one start is offered, [`explain`] why
//! or why not, and [`rank`] whom a round robin gives an appointment to. [`visits`], [`check_visit`] and [`explain_visits`] do the same
//! for several services in one visit. Everything they need is an argument, the present instant included. All intervals are half-open;
//! instants are UTC, and local rules carry their zone. docs/scheduling.md has the rules.

mod assignment;
mod class;
mod clock;
mod collective;
mod engine;
mod explain;
mod free_starts;
mod grid;
mod hours;
pub mod ids;
pub mod interval;
mod limits;
mod look_busy;
mod presence;
mod request;
mod rule_problem;
mod rules;
mod visits;
pub mod words;

pub use assignment::{Choice, ChoiceReason, Given, ShareRank, ShareReason, Standing, ahead, credits, rank};
pub use class::{full_sessions, is_live};
pub use engine::slots;
pub use explain::{check, explain};
pub use hours::{DateOverride, Hours, LocalWindow, NotAWindow, Opening, WeeklyHours};
pub use ids::{AppointmentId, CalendarId, NotAnId, ResourceId, StaffId, TimeOwner, UnitId};
pub use interval::Interval;
pub use presence::present;
pub use request::{
    Busy, Cause, Position, Reason, Refusal, Request, Schedule, Shared, Slot, SlotHosts, UnsupportedKind,
};
pub use rule_problem::RuleProblem;
pub use rules::{DateRange, Distribution, Kind, Priority, Rules, Span, Unit};
pub use visits::{
    Part, Resource, Step, Visit, VisitRequest, check_visit, explain_visits, override_visit, visits,
};
pub use words::UnknownWord;
