//! The server functions behind the forms on an appointment's page.

use bookings::appointments::{Edit, OnConflict};
use leptos::prelude::*;

use super::appointment_id;
use crate::error::AppError;

/// The name of the form with the client's details.
pub const EDIT: &str = "edit";
/// The form that deletes it.
pub const DELETE: &str = "delete";

/// Writes the event to the hosts' calendars again (D4).
#[server(prefix = "/api/fn", endpoint = "write-again")]
pub async fn write_again(id: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment");
    form.stay(again(&id).await, "It will be written again in a moment.")
        .await
}

async fn again(id: &str) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    bookings::appointments::write_again(&crate::context::quince()?, staff, appointment_id(id)?).await?;
    Ok(())
}

/// Moves the appointment, and informs the client.
#[server(prefix = "/api/fn", endpoint = "staff-reschedule")]
pub async fn staff_reschedule(
    id: String,
    date: String,
    time: String,
    /// `true` to move it even if the time is not free.
    #[server(default)]
    override_conflicts: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment")
        .keep("date", &date)
        .keep("time", &time);
    let on_conflict = match override_conflicts.as_str() {
        "true" => OnConflict::Override,
        _ => OnConflict::Refuse,
    };
    let moved = move_to(&seen, &id, &date, &time, on_conflict).await;
    let done = match &moved {
        Ok(Some(host)) => format!("Moved. The host is now {host}. Everybody concerned has been notified."),
        _ => "Moved. The client has been notified.".to_owned(),
    };
    form.stay(moved.map(drop), &done).await
}

/// Moves it. Returns the name of the new host, if it changed.
async fn move_to(
    seen: &str,
    id: &str,
    date: &str,
    time: &str,
    on_conflict: OnConflict,
) -> Result<Option<String>, AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let me = crate::staff::access::me().await?;
    let date: jiff::civil::Date = date
        .parse()
        .map_err(|_| AppError::field("date", "Choose a date."))?;
    let time: jiff::civil::Time = time
        .parse()
        .map_err(|_| AppError::field("time", "Enter a time such as 14:30."))?;
    let start = me.zone.opening(date.to_datetime(time));
    let (quince, id) = (crate::context::quince()?, appointment_id(id)?);
    let before = bookings::appointments::get(&quince, me.id, id).await?;
    let moved = bookings::appointments::reschedule_as_staff(&quince, by, id, start, on_conflict).await;
    let moved = moved.map_err(|error| AppError::from(error).at_fields(|_| "date".to_owned()))?;
    Ok(Some(moved.host_name).filter(|host| *host != before.host_name && !host.is_empty()))
}

/// Cancels the appointment, and informs the client.
#[server(prefix = "/api/fn", endpoint = "staff-cancel")]
pub async fn staff_cancel(
    id: String,
    reason: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment").keep("reason", &reason);
    form.stay(
        cancel(&seen, &id, &reason).await,
        "Cancelled. The client has been notified.",
    )
    .await
}

async fn cancel(seen: &str, id: &str, reason: &str) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let quince = crate::context::quince()?;
    bookings::appointments::cancel_as_staff(&quince, by, appointment_id(id)?, reason).await?;
    Ok(())
}

/// Declines an appointment that waits for confirmation, and informs the client.
#[server(prefix = "/api/fn", endpoint = "decline")]
pub async fn decline(
    id: String,
    reason: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment").keep("reason", &reason);
    form.stay(
        cancel(&seen, &id, &reason).await,
        "Declined. The client has been notified.",
    )
    .await
}

/// Deletes the appointment, and redirects to the list.
#[server(prefix = "/api/fn", endpoint = "delete-appointment")]
pub async fn delete_appointment(
    id: String,
    /// `true` to inform the client that it was cancelled.
    #[server(default)]
    tell: String,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("appointment");
    let deleted = delete(&seen, &id, tell == "true").await;
    let deleted = deleted.map_err(|error| error.in_form(DELETE));
    form.go_with_message(deleted, "appointments").await
}

async fn delete(seen: &str, id: &str, tell: bool) -> Result<(String, Option<String>), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    bookings::appointments::delete(&crate::context::quince()?, by, appointment_id(id)?, tell).await?;
    let done =
        "The appointment is deleted. If it was written to a calendar, it is removed there in a moment.";
    Ok(("/appointments".to_owned(), Some(done.to_owned())))
}

/// Changes the client's details and notes.
#[server(prefix = "/api/fn", endpoint = "edit-appointment")]
pub async fn edit_appointment(
    id: String,
    name: String,
    email: String,
    phone: String,
    notes: String,
    /// The guests in a class, one per line.
    #[server(default)]
    guests: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment")
        .keep("name", &name)
        .keep("email", &email)
        .keep("phone", &phone)
        .keep("notes", &notes)
        .keep("guests", &guests)
        .keep("seen", &seen);
    let lines = guests.lines().map(str::trim).filter(|line| !line.is_empty());
    let edit = Edit {
        guests: lines.map(str::to_owned).collect(),
        name,
        email,
        phone,
        notes,
    };
    form.stay(
        change(&seen, &id, &edit)
            .await
            .map_err(|error| error.in_form(EDIT)),
        "Saved. The event in the calendar follows.",
    )
    .await
}

async fn change(seen: &str, id: &str, edit: &Edit) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    bookings::appointments::edit(&crate::context::quince()?, by, appointment_id(id)?, edit).await?;
    Ok(())
}

/// Sets the status.
#[server(prefix = "/api/fn", endpoint = "set-status")]
pub async fn set_status(
    id: String,
    status: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment");
    form.stay(give_status(&seen, &id, &status).await, "Saved.").await
}

async fn give_status(seen: &str, id: &str, status: &str) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let status = status
        .parse()
        .map_err(|_| AppError::Refused("Choose one of the statuses shown.".to_owned()))?;
    bookings::appointments::set_status(&crate::context::quince()?, by, appointment_id(id)?, status).await?;
    Ok(())
}

/// Gives a host's part to another member.
#[server(prefix = "/api/fn", endpoint = "reassign")]
pub async fn reassign(
    id: String,
    from: String,
    to: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("appointment")
        .keep("from", &from)
        .keep("to", &to);
    form.stay(
        reassigned(&seen, &id, &from, &to).await,
        "The host was replaced. Everybody concerned has been notified.",
    )
    .await
}

async fn reassigned(seen: &str, id: &str, from: &str, to: &str) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let person = |field: &str, id: &str| {
        id.parse::<bookings::StaffId>()
            .map_err(|_| AppError::field(field, "Choose somebody."))
    };
    let (from, to) = (person("from", from)?, person("to", to)?);
    let quince = crate::context::quince()?;
    bookings::appointments::reassign(&quince, by, appointment_id(id)?, from, to).await?;
    Ok(())
}
