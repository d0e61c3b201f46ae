//! The parts of an appointment: which host works on it and when.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId, UnitId};

use crate::db::{ReadTx, WriteTx, json, ms, opt_ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::ServiceId;
use crate::unreadable::Lenient;

/// One host's part of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// Its index among the appointment's parts, from 0.
    pub position: u32,
    /// Who works.
    pub host_id: StaffId,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
    /// In a visit, the service that is performed.
    pub service: Option<PartService>,
}

impl Part {
    /// The same part as a new row.
    pub fn to_new(&self) -> NewPart {
        NewPart {
            host_id: self.host_id,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            service: self.service.clone(),
        }
    }
}

/// A part to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPart {
    /// Who works.
    pub host_id: StaffId,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
    /// In a visit, the service that is performed.
    pub service: Option<PartService>,
}

/// The service that one part of a visit performs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartService {
    /// The service; it may have left the menu since.
    pub id: ServiceId,
    /// Its name at the time of booking.
    pub name: String,
    /// When the client moves on to the next service or leaves, processing time included.
    pub leaves_at: Timestamp,
    /// The rooms and equipment occupied until `leaves_at`.
    pub units: Vec<UnitId>,
}

impl NewPart {
    /// A part outside a visit.
    pub fn of(host_id: StaffId, starts_at: Timestamp, ends_at: Timestamp) -> Self {
        Self {
            host_id,
            starts_at,
            ends_at,
            service: None,
        }
    }
}

fn read(row: &dyn Fields) -> Result<Part, StoreError> {
    Ok(Part {
        appointment_id: AppointmentId(row.uuid("appointment_id")?),
        position: row.count("position")?,
        host_id: StaffId(row.uuid("host_id")?),
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        service: read_service(row)?,
    })
}

fn read_service(row: &dyn Fields) -> Result<Option<PartService>, StoreError> {
    let (Some(id), Some(leaves_at)) = (row.opt_uuid("service_id")?, row.opt_instant("leaves_at")?) else {
        return Ok(None);
    };
    Ok(Some(PartService {
        id: ServiceId(id),
        name: row.text("service")?,
        leaves_at,
        units: Lenient::keyed(row, "appointment_parts", "appointment_id").json("units")?,
    }))
}

/// Returns the parts of these appointments, in order.
pub async fn list(tx: &mut ReadTx, appointments: &[AppointmentId]) -> Result<Vec<Part>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        appointments.iter().map(|id| id.0).collect(),
        "SELECT * FROM appointment_parts WHERE appointment_id",
        "ORDER BY appointment_id, position"
    )
}

/// Inserts the parts of a new appointment, in this order.
pub async fn insert(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    parts: &[NewPart],
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(parts.len());
    for (position, part) in (0_i64..).zip(parts) {
        let units = part.service.as_ref().map(|service| service.units.as_slice());
        rows.push((position, part, json(&units.unwrap_or_default())?));
    }
    insert_rows!(
        tx,
        "INSERT INTO appointment_parts (appointment_id, position, host_id, starts_at, ends_at, service_id, service, leaves_at,
            units) ",
        rows,
        |(position, part, units)| appointment.0,
        position,
        part.host_id.0,
        ms(part.starts_at),
        ms(part.ends_at),
        part.service.as_ref().map(|service| service.id.0),
        part.service.as_ref().map_or_else(String::new, |service| service.name.clone()),
        opt_ms(part.service.as_ref().map(|service| service.leaves_at)),
        units
    )
}

/// Replaces the parts of an appointment, in this order.
pub async fn replace(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    parts: &[NewPart],
) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM appointment_parts WHERE appointment_id = $1",
        appointment.0
    )?;
    insert(tx, appointment, parts).await
}
