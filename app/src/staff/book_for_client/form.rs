//! Loading and handling the form by which staff book for a client.

use bookings::Kind;
use bookings::accounts::StaffMember;
use bookings::appointments::{Booking, OnConflict};
use bookings::availability::free_with_host;
use bookings::booking_calendars::{Calendar, NO_ICLOUD};
use jiff::civil::{Date, Time};

use super::super::format::{clock, long_date};
use super::super::visit::menu;
use super::{AnswerText, BookPage, ClientText, QuestionView, TimeChoice};
use crate::context::{flash_until_accepted, quince};
use crate::error::AppError;
use crate::form_problem::FormProblem;
use crate::public::booking::{question_view, to_answers};
use crate::public::locale::seats_label;

/// The query of the page's address; each part may be empty.
#[derive(Debug, Clone, Copy)]
pub struct PageQuery<'a> {
    pub calendar: &'a str,
    pub date: &'a str,
    pub time: &'a str,
    pub host: &'a str,
    pub visit: &'a str,
}

pub async fn page(me: StaffMember, asked: PageQuery<'_>) -> Result<BookPage, AppError> {
    let quince = quince()?;
    let flash = flash_until_accepted("book-for-client").await;
    let typed: ClientText = serde_json::from_str(&flash.value("booking")).unwrap_or_default();
    let mut calendars = bookings::booking_calendars::list(&quince, me.id).await?;
    calendars.retain(|calendar| calendar.settings.active && calendar.problem.is_none());
    // After a refusal the page shows what was posted, otherwise the query of its address.
    let refused = flash.problem.is_some();
    let first = |asked: &str, typed: &str| {
        let (one, other) = if refused { (typed, asked) } else { (asked, typed) };
        if one.is_empty() {
            other.to_owned()
        } else {
            one.to_owned()
        }
    };
    let (id, date, time, services) = (
        first(asked.calendar, &typed.calendar),
        first(asked.date, &typed.date),
        first(asked.time, &typed.time),
        first(asked.visit, &typed.services),
    );
    let host = if refused { typed.host.as_str() } else { asked.host };
    let chosen = calendars.iter().find(|calendar| calendar.id.to_string() == id);
    let chosen = chosen.or_else(|| calendars.first()).cloned();
    let today = me.zone.date(quince.now());
    let day = date.parse::<Date>().unwrap_or(today);
    let (menu, services) = match &chosen {
        Some(calendar) => menu::load(&quince, &me, calendar.id, &services).await?,
        None => (Vec::new(), Vec::new()),
    };
    let to_choose = !menu.is_empty() && services.is_empty();
    let hosts = chosen.as_ref().map(hosts).unwrap_or_default();
    let form = ClientText {
        // A member who cannot be chosen here counts as none.
        host: hosts
            .iter()
            .find(|(known, _)| known == host)
            .map(|(known, _)| known.clone())
            .unwrap_or_default(),
        // Overriding applies to one appointment only, so the box is not kept for the next.
        override_conflicts: if refused {
            typed.override_conflicts.clone()
        } else {
            String::new()
        },
        services: menu::text(&services),
        calendar: chosen
            .as_ref()
            .map(|calendar| calendar.id.to_string())
            .unwrap_or_default(),
        date: day.to_string(),
        time,
        key: bookings::random_id().to_string(),
        ..typed
    };
    let free = match &chosen {
        Some(calendar) if !to_choose => free(&me, calendar, day, &form).await?,
        _ => Vec::new(),
    };
    Ok(BookPage {
        hosts,
        questions: chosen.as_ref().map(questions).unwrap_or_default(),
        no_icloud: chosen
            .as_ref()
            .filter(|calendar| !calendar.settings.kind.uses_icloud())
            .map(|_| NO_ICLOUD.to_owned()),
        takes_guests: chosen
            .as_ref()
            .is_some_and(|calendar| calendar.settings.kind == Kind::ClassBooking),
        why_not: format!(
            "/booking-calendars/{}/why-not?date={day}{}&for=staff",
            form.calendar,
            menu::query(&form.services)
        ),
        calendars: calendars
            .into_iter()
            .map(|calendar| (calendar.id.to_string(), calendar.settings.name))
            .collect(),
        menu,
        to_choose,
        day: long_date(day),
        zone: me.zone.to_string(),
        form,
        free,
        flash,
    })
}

/// The members to choose from; empty if there is no choice.
fn hosts(calendar: &Calendar) -> Vec<(String, String)> {
    if calendar.settings.kind != Kind::RoundRobin {
        return Vec::new();
    }
    let anybody = (String::new(), "Whoever is free".to_owned());
    let members = calendar.members.iter();
    let members = members.map(|member| (member.settings.staff_id.to_string(), member.name.clone()));
    std::iter::once(anybody).chain(members).collect()
}

/// The questions, none of them required.
fn questions(calendar: &Calendar) -> Vec<QuestionView> {
    let optional = |question| QuestionView {
        required: false,
        ..question_view(question)
    };
    calendar.settings.questions.iter().map(optional).collect()
}

async fn free(
    me: &StaffMember,
    calendar: &Calendar,
    day: Date,
    form: &ClientText,
) -> Result<Vec<TimeChoice>, AppError> {
    let services = menu::chosen(&form.services)?;
    let host = form.host.parse().ok();
    let free = free_with_host(&quince()?, me.id, calendar.id, &services, host, day, &me.zone).await?;
    let with = if form.host.is_empty() {
        String::new()
    } else {
        format!("&host={}", form.host)
    };
    Ok(free
        .into_iter()
        .map(|slot| {
            let time = me.zone.local(slot.start).time();
            let sent = time.strftime("%H:%M").to_string();
            TimeChoice {
                label: clock(time),
                note: seats_label(slot.seats_left),
                start: slot.start.to_string(),
                href: format!(
                    "/appointments/new?calendar={}&date={day}&time={sent}{with}{}",
                    calendar.id,
                    menu::query(&form.services)
                ),
                chosen: sent == form.time,
            }
        })
        .collect())
}

pub async fn book(text: ClientText, answers: Vec<AnswerText>) -> Result<String, AppError> {
    let me = super::super::access::me().await?;
    let quince = quince()?;
    let id = text.calendar.parse().map_err(|_| AppError::NotFound)?;
    let calendar = bookings::booking_calendars::get(&quince, me.id, id).await?;
    let date: Date = text
        .date
        .parse()
        .map_err(|_| AppError::field("booking[date]", FormProblem::NoDate))?;
    let time: Time = text
        .time
        .parse()
        .map_err(|_| AppError::field("booking[time]", FormProblem::NoTime))?;
    let host = match text.host.as_str() {
        "" => None,
        host => Some(host.parse().map_err(|_| AppError::NotFound)?),
    };
    let guests = text.guests.lines().map(str::trim);
    let booking = Booking {
        slug: calendar.settings.slug,
        start: me.zone.opening(date.to_datetime(time)),
        zone: calendar.settings.rules.zone,
        name: text.name,
        email: text.email,
        phone: text.phone,
        notes: text.notes,
        guests: guests
            .filter(|guest| !guest.is_empty())
            .map(str::to_owned)
            .collect(),
        answers: to_answers(answers),
        services: menu::chosen(&text.services)?,
        host,
        holder: None,
        idempotency_key: text.key,
    };
    let on_conflict = if text.override_conflicts == "true" {
        OnConflict::Override
    } else {
        OnConflict::Refuse
    };
    let booked = bookings::appointments::book_as_staff(&quince, me.id, booking, on_conflict).await;
    let booked = booked.map_err(|error| named(error.into()))?;
    // A colleague's appointment may not be visible to this person.
    match bookings::appointments::get(&quince, me.id, booked.id).await {
        Ok(_) => Ok(format!("/appointments/{}", booked.id)),
        Err(_) => Ok(format!("/appointments/new?calendar={id}&date={date}&booked=1")),
    }
}

/// Prefixes the fields of an error for this form.
fn named(error: AppError) -> AppError {
    error.at_fields(|field| match field {
        // The answers have fields of their own.
        "answers" => field.to_owned(),
        "start" => "booking[date]".to_owned(),
        _ => format!("booking[{field}]"),
    })
}
