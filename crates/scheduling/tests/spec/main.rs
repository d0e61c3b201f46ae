//! The specification of scheduling as sentences, by area; and a minute-by-minute oracle on generated questions.

mod assignment;
mod busy;
mod explain;
mod grid;
mod hours;
mod limits;
mod look_busy;
mod oracle;
mod scene;
mod settings;
mod sharing;
