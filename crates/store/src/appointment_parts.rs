//! Who takes part in an appointment, and when.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// One host's part of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// Its place among the parts, from 0.
    pub position: u32,
    /// Who.
    pub host_id: StaffId,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
}

/// A part to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPart {
    /// Who.
    pub host_id: StaffId,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
}

fn read(row: &dyn Fields) -> Result<Part, StoreError> {
    Ok(Part {
        appointment_id: AppointmentId(row.uuid("appointment_id")?),
        position: row.count("position")?,
        host_id: StaffId(row.uuid("host_id")?),
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
    })
}

/// The parts of appointments, in order.
pub async fn list(tx: &mut Tx, appointments: &[AppointmentId]) -> Result<Vec<Part>, StoreError> {
    all_in!(
        tx,
        read,
        appointments.iter().map(|id| id.0).collect(),
        "SELECT * FROM appointment_parts WHERE appointment_id",
        "ORDER BY appointment_id, position"
    )
}

/// Sets the parts of an appointment, in this order.
pub async fn replace(tx: &mut Tx, appointment: AppointmentId, parts: &[NewPart]) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM appointment_parts WHERE appointment_id = $1",
        appointment.0
    )?;
    for (position, part) in parts.iter().enumerate() {
        execute!(
            tx,
            "INSERT INTO appointment_parts (appointment_id, position, host_id, starts_at, ends_at)
             VALUES ($1, $2, $3, $4, $5)",
            appointment.0,
            i64::try_from(position).unwrap_or(i64::MAX),
            part.host_id.0,
            ms(part.starts_at),
            ms(part.ends_at)
        )?;
    }
    Ok(())
}
