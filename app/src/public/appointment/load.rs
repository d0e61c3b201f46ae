//! Loading and changing an appointment through its client's link.

use bookings::appointments::{self, Actor, ClientView};
use jiff::Timestamp;

use super::reschedule::RescheduleView;
use super::{AppointmentState, AppointmentView};
use crate::context::{flash, quince};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::limit::{Attempt, limited};
use crate::public::locale::{Locale, full_day_label};
use crate::public::parse::{parse_start, zone_or};
use crate::public::slot_picker::PickerQuery;
use crate::public::slot_picker::load::{SlotFilter, load_month, present_host};
use crate::public::slot_picker::month::month_query;
use crate::ui::zone::zone_label;

/// Loads the appointment of a link.
pub async fn appointment(token: &str, mailed: &str) -> Result<AppointmentView, AppError> {
    let quince = quince()?;
    if !mailed.is_empty() {
        appointments::opened_from_mail(&quince, token, mailed).await?;
    }
    let found = appointments::by_token(&quince, token).await?;
    let shown = view(token, found, quince.now(), flash("cancel").await);
    Ok(AppointmentView {
        flash_of_guests: flash("guests").await,
        flash_of_confirm: flash("confirm").await,
        ..shown
    })
}

/// Loads the appointment with a month of times that it can be moved to, with anybody or with its present host only.
pub async fn reschedule(token: &str, query: &PickerQuery) -> Result<RescheduleView, AppError> {
    let quince = quince()?;
    let found = appointments::by_token(&quince, token).await?;
    let (zone, _) = zone_or(query.zone.as_deref(), &found.zone);
    let asked = month_query(query.month_to_load().as_deref(), &zone, quince.now());
    let choice = present_host(&quince, &found).await?;
    let present = choice.as_ref().map(|(id, _)| *id);
    let filter = SlotFilter {
        moving: Some(found.id),
        host: present.filter(|present| query.host == Some(present.to_string())),
        present,
        ..SlotFilter::default()
    };
    let offer = match load_month(&found.slug, asked, &zone, filter).await {
        // The booking calendar is switched off.
        Err(AppError::NotFound) => None,
        offer => Some(offer?),
    };
    Ok(RescheduleView {
        host: filter.host.map(|host| host.to_string()),
        choice: choice
            .map(|(id, name)| (id.to_string(), name))
            .into_iter()
            .collect(),
        is_closed: offer.is_none(),
        appointment: view(token, found, quince.now(), FormFlash::default()),
        offer: offer.unwrap_or_default(),
        flash: flash("move").await,
    })
}

/// Moves it. Returns the path of the page that shows it.
pub async fn move_to(token: &str, start: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    appointments::reschedule(&quince()?, &client(token), parse_start(start)?).await?;
    Ok(format!("/manage/{token}?done=moved"))
}

/// Takes a guest out. One who is already out is no error.
pub async fn take_out_guest(token: &str, guest: &str) -> Result<(), AppError> {
    limited(Attempt::Book)?;
    Ok(appointments::take_out_guest(&quince()?, &client(token), guest).await?)
}

/// Confirms it with the mark of a mailed link. Returns the path of the page that shows it.
pub async fn confirm(token: &str, mailed: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    appointments::confirm_by_mail(&quince()?, token, mailed).await?;
    Ok(format!("/booked/{token}"))
}

/// Cancels it. Returns the path of the page that shows it.
pub async fn cancel(token: &str, reason: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    appointments::cancel(&quince()?, &client(token), reason).await?;
    Ok(format!("/manage/{token}"))
}

fn client(token: &str) -> Actor {
    Actor::Client {
        token: token.to_owned(),
    }
}

/// Sentences with the deadlines for what the client can still do.
fn deadlines(found: &ClientView) -> Vec<String> {
    let until = |instant: Timestamp| {
        let local = found.zone.local(instant);
        let time = Locale::of_request().time(local);
        format!("{}, {time}", full_day_label(local.date()))
    };
    let sentence = |what: &str, instant| {
        if instant == found.start {
            format!("You can {what} it until it begins.")
        } else {
            format!("You can {what} it until {}.", until(instant))
        }
    };
    let (movable, cancellable) = (found.movable_until, found.cancellable_until);
    match (found.may_reschedule.is_ok(), found.may_cancel.is_ok()) {
        (true, true) if movable == cancellable => vec![sentence("move or cancel", movable)],
        (may_move, may_cancel) => [
            may_move.then(|| sentence("move", movable)),
            may_cancel.then(|| sentence("cancel", cancellable)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn view(token: &str, found: ClientView, now: Timestamp, flash: FormFlash) -> AppointmentView {
    let (from, to) = (found.zone.local(found.start), found.zone.local(found.end));
    AppointmentView {
        deadlines: deadlines(&found),
        token: token.to_owned(),
        slug: found.slug,
        is_bookable: found.calendar_active,
        calendar: found.calendar_name,
        host: found.host_name,
        day: full_day_label(from.date()),
        time: Locale::of_request().range(from, to),
        zone: zone_label(&found.zone, found.start),
        location: found.location,
        name: found.name,
        email: found.email,
        phone: found.phone,
        notes: found.notes,
        guests: found.guests,
        cancel_reason: found.cancel_reason.unwrap_or_default(),
        services: found
            .services
            .iter()
            .map(|part| {
                let (from, to) = (found.zone.local(part.start), found.zone.local(part.end));
                let time = Locale::of_request().range(from, to);
                format!("{time}, {}, with {}", part.name, part.host_name)
            })
            .collect(),
        answers: found
            .answers
            .into_iter()
            .map(|answer| (answer.label, answer.text))
            .collect(),
        confirm_until: found
            .confirm_until
            .map(|until| Locale::of_request().time(found.zone.local(until)))
            .unwrap_or_default(),
        state: match found.confirm_until {
            _ if found.has_expired => AppointmentState::Expired,
            // The cleanup cancels it within a second.
            Some(until) if until <= now => AppointmentState::Expired,
            Some(_) => AppointmentState::Unconfirmed,
            None => state(found.status.as_str(), found.start, now),
        },
        not_movable: found.may_reschedule.err().map(|refusal| refusal.to_string()),
        not_cancellable: found.may_cancel.err().map(|refusal| refusal.to_string()),
        flash,
        flash_of_guests: FormFlash::default(),
        flash_of_confirm: FormFlash::default(),
    }
}

/// The state for a stored status.
fn state(status: &str, start: Timestamp, now: Timestamp) -> AppointmentState {
    match status {
        "cancelled" | "invalid" => AppointmentState::Cancelled,
        _ if start <= now => AppointmentState::Past,
        "new" => AppointmentState::Pending,
        _ => AppointmentState::Upcoming,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_appointment_stays_cancelled_when_its_time_has_passed() {
        let start: Timestamp = "2026-11-24T08:30:00Z".parse().unwrap();
        let [before, after] =
            ["2026-11-23T08:00:00Z", "2026-11-24T08:30:00Z"].map(|now| now.parse().unwrap());
        assert_eq!(state("cancelled", start, after), AppointmentState::Cancelled);
        assert_eq!(state("confirmed", start, after), AppointmentState::Past);
        assert_eq!(state("confirmed", start, before), AppointmentState::Upcoming);
        assert_eq!(state("new", start, before), AppointmentState::Pending);
    }
}
