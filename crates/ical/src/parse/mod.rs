//! From bytes to components (RFC 5545, sections 3.1 and 3.6): content lines, and which component each belongs to.

mod ascii;
pub(crate) mod calendar;
pub(crate) mod components;
mod delimiters;
pub(crate) mod line_breaks;
pub(crate) mod lines;
pub(crate) mod names;
mod notes;
pub(crate) mod oddities;
mod unmarked_folds;
