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
    /// Its settings.
    pub new: NewService,
}

/// The settings of a service, to insert or update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewService {
    /// Position on the menu.
    pub position: u32,
    /// The heading above it on the menu; may be empty.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The description that clients read.
    pub description: String,
    /// Working time of the staff member, minutes.
    pub duration: u32,
    /// Processing time after that, in which the client stays, minutes.
    pub processing: u32,
    /// Who can perform it, in order of preference.
    pub staff: Vec<StaffId>,
    /// The rooms and equipment it needs, with quantities.
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
        new: NewService {
            position: row.count("position")?,
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
    new: &NewService,
    now: Timestamp,
) -> Result<ServiceId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO services (id, calendar_id, position, menu_group, name, description, duration, processing, staff, resources)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        calendar.0,
        i64::from(new.position),
        &new.group,
        &new.name,
        &new.description,
        i64::from(new.duration),
        i64::from(new.processing),
        json(&new.staff)?,
        json(&new.resources)?
    )?;
    Ok(ServiceId(id))
}

/// Updates a service.
pub async fn update(tx: &mut WriteTx, id: ServiceId, new: &NewService) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE services SET position = $2, menu_group = $3, name = $4, description = $5, duration = $6, processing = $7,
            staff = $8, resources = $9
         WHERE id = $1",
        id.0,
        i64::from(new.position),
        &new.group,
        &new.name,
        &new.description,
        i64::from(new.duration),
        i64::from(new.processing),
        json(&new.staff)?,
        json(&new.resources)?
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
