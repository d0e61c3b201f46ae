//! What Quince writes for an appointment, and whether it was changed on the server since.

pub(crate) mod appointment;
pub(crate) mod compare;
mod fold;
