//! The demo's data: a team of three, a booking calendar of every kind, and some clients.
//!
//! Everything goes through the use cases that the pages call, so the demo cannot show what the product cannot do. Two members are
//! connected to the practice iCloud; the owner is left for the person who tries the wizard.

mod clients;
mod offers;

use bookings::accounts::{OwnerForm, StaffForm};
use bookings::connections::Login;
use bookings::{Quince, Role, StaffId};

use offers::Team;

use super::people::{OWNER_EMAIL, OWNER_PASSWORD, Person, SECOND, THIRD, ZONE};
use super::practice::Practice;
use crate::failure::Failure;

/// Fills an empty workspace.
pub async fn fill(quince: &Quince, practice: &Practice) -> Result<(), Failure> {
    let owner = OwnerForm {
        workspace: "Harbor Street Studio".to_owned(),
        name: practice.login().me_name,
        email: OWNER_EMAIL.to_owned(),
        password: OWNER_PASSWORD.to_owned(),
        zone: ZONE.to_owned(),
        code: quince.settings().setup_code.clone().unwrap_or_default(),
    };
    let maya = bookings::accounts::create_owner(quince, owner)
        .await
        .map_err(Failure::seed)?
        .staff;
    let jonas = join(quince, maya, &SECOND).await?;
    let priya = join(quince, maya, &THIRD).await?;

    offers::make(quince, &Team { maya, jonas, priya }).await?;
    bookings::jobs::run_due(quince).await.map_err(Failure::seed)?;
    clients::book(quince).await?;
    bookings::jobs::run_due(quince).await.map_err(Failure::seed)?;
    Ok(())
}

/// Adds a member and connects their practice iCloud, as they would do themselves.
async fn join(quince: &Quince, owner: StaffId, person: &Person) -> Result<StaffId, Failure> {
    let new = StaffForm {
        name: person.name.to_owned(),
        email: person.email.to_owned(),
        password: OWNER_PASSWORD.to_owned(),
        zone: ZONE.to_owned(),
        role: Role::Staff,
    };
    let staff = bookings::accounts::add_staff(quince, owner, new)
        .await
        .map_err(Failure::seed)?;
    let login = Login {
        apple_id: person.apple_id.to_owned(),
        app_password: person.app_password.to_owned(),
    };
    bookings::connections::connect(quince, staff, login)
        .await
        .map_err(Failure::seed)?;
    let configuration = bookings::configuration::get(quince, staff)
        .await
        .map_err(Failure::seed)?;
    let calendars = || {
        configuration
            .connections
            .iter()
            .flat_map(|connection| &connection.calendars)
    };
    let named = |name: &str| {
        calendars()
            .find(|calendar| calendar.name == name)
            .map(|calendar| calendar.id)
    };
    let work = named("Work").ok_or_else(|| Failure::seed("the practice iCloud has no calendar “Work”"))?;
    bookings::configuration::save_primary(quince, staff, Some(work))
        .await
        .map_err(Failure::seed)?;
    let conflicts = [named("Home"), named("Family")].into_iter().flatten().collect();
    bookings::configuration::save_conflicts(quince, staff, conflicts)
        .await
        .map_err(Failure::seed)?;
    Ok(staff)
}
