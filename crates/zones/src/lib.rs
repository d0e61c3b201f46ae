//! IANA time zones: the one place in Quince that decides an offset.
//!
//! A [`Zone`] turns UTC instants into local time and back. Local times that a daylight-saving change skips
//! or repeats are never guessed silently: [`Zone::instants`] says which case it is, and [`Zone::opening`] and
//! [`Zone::closing`] apply the rule of scheduling.md (a skipped opening becomes the first valid instant; a
//! repeated time is its first occurrence as a start and its second as an end).
//!
//! The zone rules are the newer of the operating system's and those compiled in, because an old system's data
//! would book people at the wrong hour after a country changed its clocks. A name that the newer lacks is looked up in the
//! other: what was stored by it must stay readable ([`Database`]).
//!
//! Calendar programs name zones in other ways, too: [`from_windows`], [`spelt`], [`labelled`], [`from_cdo`], [`by_offset`],
//! [`abbreviated`] and [`offset`] read those.

mod cdo;
mod data;
mod described;
mod label;
mod offset;
mod posix;
mod spelling;
mod windows;
mod zone;

pub use cdo::from_cdo;
pub use data::{Database, names, version};
pub use label::{Label, abbreviated, labelled};
pub use offset::offset;
pub use posix::{Possible, by_offset};
pub use spelling::spelt;
pub use windows::from_windows;
pub use zone::{LocalTime, UnknownZone, Zone};
