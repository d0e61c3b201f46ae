//! Editing the client's details and guests.

use jiff::Timestamp;
use scheduling::{AppointmentId, Kind};
use store::appointments::Appointment;
use store::{StoreError, WriteTx, appointments, occupancy};

use super::actor::{Actor, OpenedAppointment, check_may, record};
use crate::error::{Error, Missing, Refusal};
use crate::placement::request::{Details, checked_guests};
use crate::problem::GuestProblem;
use crate::quince::Quince;
use crate::retry::{retried, retried_if_lost};
use crate::validate::Validator;
use crate::versions::{Differences, Editor, Field};
use crate::{classes, notifications, outbox};

/// New details of a client, and their guests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
    /// The names of the client's guests.
    pub guests: Vec<String>,
}

/// Changes the client's details and guests, for the hosts, for the staff member who booked it, and for admins.
pub async fn edit(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    edit: &Edit,
) -> Result<(), Error> {
    let Editor { staff, seen } = by.into();
    let details = Details::check(&edit.name, &edit.email, &edit.phone, &edit.notes, &edit.guests)?;
    let actor = Actor::Staff {
        id: staff,
        appointment: id,
    };
    retried_if_lost(|| edit_once(quince, &actor, seen, &details)).await
}

async fn edit_once(
    quince: &Quince,
    actor: &Actor,
    seen: Option<i64>,
    details: &Details,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    let id = opened.appointment.id;
    let differences = differences(&opened.appointment, details);
    record(&mut tx, id, opened.author(seen), &differences, now).await?;
    let (phone, notes) = (details.phone.as_deref(), details.notes.as_deref());
    appointments::update_contact(&mut tx, id, &details.name, &details.email, phone, notes, now).await?;
    set_guests(quince, &mut tx, &opened, &details.guests, now).await?;
    finish(quince, tx, &opened, now).await
}

/// Replaces the guests of a class booking: seats of removed guests are released, and further seats are claimed if there are enough. A
/// client may do so while they may cancel.
pub async fn edit_guests(quince: &Quince, actor: &Actor, guests: &[String]) -> Result<(), Error> {
    let guests = checked_guests(guests)?;
    retried_if_lost(|| edit_guests_once(quince, actor, |_| guests.clone())).await
}

/// Removes one guest, while the client may cancel. Concurrent changes of other guests are kept. Nothing happens if the guest is not on the
/// list.
pub async fn remove_guest(quince: &Quince, actor: &Actor, guest: &str) -> Result<(), Error> {
    let without = |guests: &[String]| {
        let mut left = guests.to_vec();
        if let Some(place) = left.iter().position(|name| name == guest) {
            left.remove(place);
        }
        left
    };
    retried(|| edit_guests_once(quince, actor, without)).await
}

async fn edit_guests_once(
    quince: &Quince,
    actor: &Actor,
    guests: impl Fn(&[String]) -> Vec<String>,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    let guests = guests(&opened.appointment.guests);
    if guests == opened.appointment.guests {
        return Ok(());
    }
    check_may(&opened, opened.calendar.settings.rules.cancel_cutoff, now)?;
    let mut differences = Differences::default();
    guests_differ(&mut differences, &opened.appointment.guests, &guests);
    record(
        &mut tx,
        opened.appointment.id,
        opened.author(None),
        &differences,
        now,
    )
    .await?;
    set_guests(quince, &mut tx, &opened, &guests, now).await?;
    finish(quince, tx, &opened, now).await
}

/// Returns the differences in an appointment's details. The pattern names every field, so that a new field cannot be left out.
fn differences(old: &Appointment, new: &Details) -> Differences {
    let Details {
        name,
        email,
        phone,
        notes,
        guests,
    } = new;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut all = Differences::default();
    all.value(Field::Name, &old.name, name);
    all.value(Field::Email, &old.email, email);
    all.described(Field::Phone, &old.phone, phone, text);
    all.text(Field::Notes, &text(&old.notes), &text(notes));
    guests_differ(&mut all, &old.guests, guests);
    all
}

fn guests_differ(all: &mut Differences, old: &[String], new: &[String]) {
    all.entries(Field::Guest, old, new, Clone::clone, Clone::clone);
}

/// Syncs the events and reminders after an edit, and commits.
async fn finish(
    quince: &Quince,
    mut tx: WriteTx,
    opened: &OpenedAppointment,
    now: Timestamp,
) -> Result<(), Error> {
    let changed = appointments::find(&mut tx, opened.appointment.id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    outbox::sync_events(&mut tx, &changed, now).await?;
    if changed.email != opened.appointment.email {
        notifications::replace_reminders(&mut tx, &changed, now).await?;
    }
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Sets the guests of an appointment, and claims or releases their seats.
async fn set_guests(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    guests: &[String],
    now: Timestamp,
) -> Result<(), Error> {
    let old = &opened.appointment;
    if old.guests == guests {
        return Ok(());
    }
    let mut checked = Validator::default();
    if opened.calendar.settings.kind != Kind::ClassBooking {
        checked.problem("guests", GuestProblem::NoClass);
    }
    checked.finish()?;
    let mut changed = old.clone();
    guests.clone_into(&mut changed.guests);
    let seats = changed.seats();
    let further = seats.saturating_sub(old.seats());
    let takes_place = old.status.is_active() && seats != old.seats();
    let left_of_day = classes::seats_left_of_day(tx, &opened.calendar, old.starts_at).await?;
    if takes_place && further > 0 && left_of_day.is_some_and(|left| left < further) {
        return Err(Refusal::NoSeatsOfDay.into());
    }
    appointments::update_guests(tx, old.id, guests, now).await?;
    if !takes_place {
        return Ok(());
    }
    let claims = classes::claims_again(tx, &opened.calendar, &changed).await?;
    let locked = occupancy::lock_to_relocate(tx, old.id, &claims).await?;
    match occupancy::relocate(tx, &locked, &claims, old.id, seats, now).await {
        Err(StoreError::SlotTaken) => {
            let left = classes::free_seats(tx, &opened.calendar, old, now).await?;
            return Err(Refusal::NoSeatsForGuests { left }.into());
        }
        other => other?,
    }
    if let Some(session) = old.session_id.filter(|_| further == 0) {
        classes::promote(quince, tx, session, now).await?;
    }
    Ok(())
}
