//! Services: the menu of a Service calendar.

use jiff::Timestamp;
use scheduling::{CalendarId, ResourceId, StaffId};

use crate::db::{ReadTx, WriteTx, expect_row, json};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{ServiceId, new_id};
use crate::unreadable::Lenient;

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The booking calendar whose menu it is on.
    pub calendar_id: CalendarId,
    /// Position on the menu.
    pub position: u32,
    /// What people set.
    pub settings: ServiceSettings,
}

/// The settings of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// The heading above it on the menu; may be empty.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The description that clients read; may be empty.
    pub description: String,
    /// How long a staff member works, in minutes.
    pub duration: u32,
    /// How long the client stays after that, in minutes: the staff member is free, but rooms and equipment stay in use.
    pub processing: u32,
    /// The members who can do it, preferred first.
    pub staff: Vec<StaffId>,
    /// The rooms and equipment that it needs, with the quantity of each.
    pub resources: Vec<(ResourceId, u32)>,
}

fn read(row: &dyn Fields) -> Result<Service, StoreError> {
    let mut lenient = Lenient::of(row, "services");
    let (mut staff, resources): (Vec<StaffId>, _) = (lenient.json("staff")?, lenient.json("resources")?);
    if !lenient.unreadable().is_empty() {
        // If the required rooms cannot be read, nobody can perform the service, so it is not offered.
        staff.clear();
    }
    Ok(Service {
        id: ServiceId(row.uuid("id")?),
        calendar_id: CalendarId(row.uuid("calendar_id")?),
        position: row.count("position")?,
        settings: ServiceSettings {
            group: row.text("menu_group")?,
            name: row.text("name")?,
            description: row.text("description")?,
            duration: row.count("duration")?,
            processing: row.count("processing")?,
            staff,
            resources,
        },
    })
}

/// Returns the services of a booking calendar, in menu order.
pub async fn list(tx: &mut ReadTx, calendar: CalendarId) -> Result<Vec<Service>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM services WHERE calendar_id = $1 ORDER BY position, id",
        calendar.0
    )
}

/// Returns the services of all booking calendars.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<Service>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM services ORDER BY calendar_id, position, id"
    )
}

/// Inserts a service.
pub async fn insert(
    tx: &mut WriteTx,
    calendar: CalendarId,
    position: u32,
    settings: &ServiceSettings,
    now: Timestamp,
) -> Result<ServiceId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO services (id, calendar_id, position, menu_group, name, description, duration, processing, staff, resources)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        calendar.0,
        i64::from(position),
        &settings.group,
        &settings.name,
        &settings.description,
        i64::from(settings.duration),
        i64::from(settings.processing),
        json(&settings.staff)?,
        json(&settings.resources)?
    )?;
    Ok(ServiceId(id))
}

/// Updates the settings of a service.
pub async fn update(tx: &mut WriteTx, id: ServiceId, settings: &ServiceSettings) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE services SET menu_group = $2, name = $3, description = $4, duration = $5, processing = $6, staff = $7,
            resources = $8
         WHERE id = $1",
        id.0,
        &settings.group,
        &settings.name,
        &settings.description,
        i64::from(settings.duration),
        i64::from(settings.processing),
        json(&settings.staff)?,
        json(&settings.resources)?
    )?;
    expect_row(rows, "service")
}

/// Moves a service to another position on the menu.
pub async fn set_position(tx: &mut WriteTx, id: ServiceId, position: u32) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE services SET position = $2 WHERE id = $1",
        id.0,
        i64::from(position)
    )?;
    expect_row(rows, "service")
}

/// Deletes a service. Booked visits keep its name.
pub async fn delete(tx: &mut WriteTx, id: ServiceId) -> Result<(), StoreError> {
    expect_row(
        execute!(tx, "DELETE FROM services WHERE id = $1", id.0)?,
        "service",
    )
}
