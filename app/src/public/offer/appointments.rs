//! An appointment behind its client's link.

use bookings::appointments::{self, Actor, ClientView};
use bookings::{Kind, Quince};
use jiff::Timestamp;

use super::month_asked;
use super::wishes::{Want, instant, month_of, zone_or};
use crate::context::{kept, quince};
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::limit::{Attempt, limited};
use crate::public::appointment::reschedule::RescheduleView;
use crate::public::appointment::{AppointmentView, Standing};
use crate::public::habits::{Habits, full_day_words};
use crate::ui::zone::zone_words;

/// The appointment of a link.
pub async fn appointment(token: &str, mailed: &str) -> Result<AppointmentView, AppError> {
    let quince = quince()?;
    if !mailed.is_empty() {
        appointments::opened_from_mail(&quince, token, mailed).await?;
    }
    let found = appointments::by_token(&quince, token).await?;
    let shown = view(token, found, quince.now(), kept("cancel").await);
    Ok(AppointmentView {
        kept_guests: kept("guests").await,
        kept_confirm: kept("confirm").await,
        ..shown
    })
}

/// The appointment with one month of times to which it can be moved: with whoever is free, or with its present host alone.
pub async fn reschedule(
    token: &str,
    month: Option<&str>,
    zone: Option<&str>,
    host: Option<&str>,
) -> Result<RescheduleView, AppError> {
    let quince = quince()?;
    let found = appointments::by_token(&quince, token).await?;
    let (zone, _) = zone_or(zone, &found.zone);
    let asked = month_asked(month, &zone, quince.now());
    let choice = host_choice(&quince, &found).await?;
    let present = found.host.filter(|_| !choice.is_empty());
    let want = Want {
        moving: Some(found.id),
        host: present.filter(|present| host == Some(present.to_string().as_str())),
        present,
        ..Want::default()
    };
    let offer = match month_of(&found.slug, asked, &zone, want).await {
        // A booking calendar that is switched off.
        Err(AppError::NotFound) => None,
        offer => Some(offer?),
    };
    Ok(RescheduleView {
        host: want.host.map(|host| host.to_string()),
        choice,
        is_closed: offer.is_none(),
        appointment: view(token, found, quince.now(), KeptForm::default()),
        offer: offer.unwrap_or_default(),
        kept: kept("move").await,
    })
}

/// The present host, by id and name, where others could hold the appointment, too.
async fn host_choice(quince: &Quince, found: &ClientView) -> Result<Vec<(String, String)>, AppError> {
    if found.kind != Kind::RoundRobin || !found.calendar_active {
        return Ok(Vec::new());
    }
    let members = bookings::booking_calendars::by_slug(quince, &found.slug)
        .await?
        .hosts;
    let present = members.iter().find(|(member, _)| Some(*member) == found.host);
    Ok(present
        .filter(|_| members.len() > 1)
        .map(|(id, name)| (id.to_string(), name.clone()))
        .into_iter()
        .collect())
}

/// Moves it, and says where it is shown.
pub async fn move_to(token: &str, start: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    appointments::reschedule(&quince()?, &client(token), instant(start)?).await?;
    Ok(format!("/manage/{token}?done=moved"))
}

/// Takes a guest out of it. One who is not there any more is out already.
pub async fn take_out_guest(token: &str, guest: &str) -> Result<(), AppError> {
    limited(Attempt::Book)?;
    let quince = quince()?;
    let mut guests = appointments::by_token(&quince, token).await?.guests;
    if let Some(place) = guests.iter().position(|name| name == guest) {
        guests.remove(place);
        appointments::edit_guests(&quince, &client(token), &guests).await?;
    }
    Ok(())
}

/// Confirms it by what a mail's link holds, and says where it is shown.
pub async fn confirm(token: &str, mailed: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    appointments::confirm_by_mail(&quince()?, token, mailed).await?;
    Ok(format!("/booked/{token}"))
}

/// Cancels it, and says where it is shown.
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

/// Until when the client may do what can still be done.
fn deadlines(found: &ClientView) -> Vec<String> {
    let until = |instant: Timestamp| {
        let local = found.zone.local(instant);
        let time = Habits::of_visitor().time(local);
        format!("{}, {time}", full_day_words(local.date()))
    };
    let told = |what: &str, instant| {
        if instant == found.start {
            format!("You can {what} it until it begins.")
        } else {
            format!("You can {what} it until {}.", until(instant))
        }
    };
    let (movable, cancellable) = (found.movable_until, found.cancellable_until);
    match (found.may_reschedule.is_ok(), found.may_cancel.is_ok()) {
        (true, true) if movable == cancellable => vec![told("move or cancel", movable)],
        (may_move, may_cancel) => [
            may_move.then(|| told("move", movable)),
            may_cancel.then(|| told("cancel", cancellable)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn view(token: &str, found: ClientView, now: Timestamp, kept: KeptForm) -> AppointmentView {
    let (from, to) = (found.zone.local(found.start), found.zone.local(found.end));
    AppointmentView {
        deadlines: deadlines(&found),
        token: token.to_owned(),
        slug: found.slug,
        is_bookable: found.calendar_active,
        calendar: found.calendar_name,
        host: found.host_name,
        day: full_day_words(from.date()),
        time: Habits::of_visitor().range(from, to),
        zone: zone_words(&found.zone, found.start),
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
                let time = Habits::of_visitor().range(from, to);
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
            .map(|until| Habits::of_visitor().time(found.zone.local(until)))
            .unwrap_or_default(),
        standing: match found.confirm_until {
            _ if found.has_expired => Standing::Expired,
            // Somebody sees to it within a second.
            Some(until) if until <= now => Standing::Expired,
            Some(_) => Standing::Unconfirmed,
            None => standing(found.status.as_str(), found.start, now),
        },
        not_movable: found.may_reschedule.err().map(|refusal| refusal.to_string()),
        not_cancellable: found.may_cancel.err().map(|refusal| refusal.to_string()),
        kept,
        kept_guests: KeptForm::default(),
        kept_confirm: KeptForm::default(),
    }
}

/// Where an appointment of a status, as the database names it, stands for its client.
fn standing(status: &str, start: Timestamp, now: Timestamp) -> Standing {
    match status {
        "cancelled" | "invalid" => Standing::Cancelled,
        _ if start <= now => Standing::Past,
        "new" => Standing::Pending,
        _ => Standing::Upcoming,
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
        assert_eq!(standing("cancelled", start, after), Standing::Cancelled);
        assert_eq!(standing("confirmed", start, after), Standing::Past);
        assert_eq!(standing("confirmed", start, before), Standing::Upcoming);
        assert_eq!(standing("new", start, before), Standing::Pending);
    }
}
