//! The workspace page, the booking page, and booking.

use std::collections::BTreeMap;

use bookings::Error;
use bookings::appointments::Booking;
use bookings::availability::SlotQuery;
use bookings::services::{Chosen, ServiceView};
use bookings::{Interval, Kind, StaffId, availability, booking_calendars};
use jiff::Timestamp;
use jiff::civil::Date;
use zones::Zone;

use super::visitor::{challenge, visitor};
use super::{Later, MonthAsked, Offered, menu, month_asked, month_offer};
use crate::context::{kept, kept_until_accepted, quince};
use crate::error::AppError;
use crate::limit::{Attempt, limited, noted, stranger};
use crate::public::booking::{About, AnswerText, BookingView, ProofText, asked_question, given};
use crate::public::choose::MonthOffer;
use crate::public::habits::{Habits, duration_words};
use crate::public::workspace::{Bookable, WorkspaceView};

/// What a client sends to book.
#[derive(Debug)]
pub struct Wish {
    /// The booking calendar's address.
    pub slug: String,
    /// The chosen instant, RFC 3339.
    pub start: String,
    /// The client's zone.
    pub zone: String,
    /// The client's name.
    pub name: String,
    /// The client's email address.
    pub email: String,
    /// The client's phone number; may be empty.
    pub phone: String,
    /// What the client wrote; may be empty.
    pub notes: String,
    /// The names of those whom the client brings to a class, each on a line.
    pub guests: String,
    /// Answers to the booking calendar's questions.
    pub answers: Vec<AnswerText>,
    /// The member whom the client wants, by id; empty for anybody.
    pub host: String,
    /// What they want from a menu; may be empty.
    pub visit: String,
    /// The client waits for a seat of a full session.
    pub waits: bool,
    /// What was sent of a puzzle.
    pub proof: ProofText,
    /// The same key books once.
    pub key: String,
}

/// The workspace page.
pub async fn workspace() -> Result<WorkspaceView, AppError> {
    let quince = quince()?;
    if bookings::accounts::needs_owner(&quince).await? {
        // The first visit on an empty database.
        leptos_axum::redirect("/setup");
        return Ok(WorkspaceView {
            name: "Quince".to_owned(),
            calendars: Vec::new(),
        });
    }
    let workspace = bookings::accounts::workspace(&quince).await?;
    let listed = booking_calendars::public_list(&quince).await?;
    let bookable = |calendar: booking_calendars::PublicCalendar| Bookable {
        slug: calendar.slug,
        name: calendar.name,
        description: first_words(&calendar.description),
        duration: match calendar.kind {
            Kind::Service => "A menu to choose from".to_owned(),
            _ => duration_words(calendar.duration),
        },
        location: calendar.location,
    };
    Ok(WorkspaceView {
        name: workspace.name,
        calendars: listed.into_iter().map(bookable).collect(),
    })
}

/// What the address of a booking page asks for.
#[derive(Debug, Clone, Copy)]
pub struct PageWish<'a> {
    /// The month, `2026-11`.
    pub month: Option<&'a str>,
    /// The visitor's zone.
    pub zone: Option<&'a str>,
    /// The member whom they want, by id.
    pub host: Option<&'a str>,
    /// What they want from a menu.
    pub visit: Option<&'a str>,
}

/// The booking page of one month; of a Service calendar the menu first.
pub async fn booking(slug: &str, wish: PageWish<'_>) -> Result<BookingView, AppError> {
    let quince = quince()?;
    let page = match booking_calendars::by_slug(&quince, slug).await {
        Err(Error::NotFound(_)) => {
            let closed = booking_calendars::switched_off(&quince, slug).await?;
            return Ok(closed_page(closed));
        }
        found => found?,
    };
    let (zone, zone_problem) = zone_or(wish.zone, &page.zone);
    let mut notices: Vec<String> = zone_problem.into_iter().collect();
    let is_service = page.calendar.kind == Kind::Service;
    let menu = if is_service {
        menu::as_shown(bookings::services::public_menu(&quince, slug).await?)
    } else {
        Vec::new()
    };
    let kept_menu = kept("menu").await;
    let visit = if is_service {
        menu::Visit::of(wish.visit.unwrap_or_default(), &menu)
    } else {
        menu::Visit::default()
    };
    let host = host_on_offer(&page, wish.host, &mut notices);
    // What cannot be chosen any more leads back to the menu.
    let to_choose = is_service && (visit.chosen.is_empty() || visit.problem.is_some());
    notices.extend(visit.problem.clone().filter(|_| !menu.is_empty()));
    let offer = if to_choose {
        MonthOffer {
            zone: zone.name().to_owned(),
            ..MonthOffer::default()
        }
    } else {
        let want = Want {
            host,
            services: &visit.chosen,
            holder: visitor().await,
            ..Want::default()
        };
        let asked = month_asked(wish.month, &zone, quince.now());
        month_of(slug, asked, &zone, want).await?
    };
    let ticked = match kept_menu.values.get("visit") {
        Some(typed) => menu::Visit::of(typed, &menu).chosen,
        None => visit.chosen.clone(),
    };
    let kept_form = kept_until_accepted("book").await;
    let puzzle = page
        .ask_puzzle
        .then(|| challenge(slug, &kept_form.value("challenge")))
        .transpose()?;
    let of_this_visit: &[Chosen] = if to_choose { &[] } else { &visit.chosen };
    Ok(BookingView {
        is_closed: false,
        to_choose,
        host: host.map(|host| host.to_string()),
        visit: (!of_this_visit.is_empty()).then(|| menu::text(of_this_visit)),
        questions: page.questions.iter().map(asked_question).collect(),
        confirm_by_mail: page.confirm_by_mail,
        challenge: puzzle,
        takes_guests: page.seats.is_some_and(|seats| seats > 1),
        about: about(page, &menu, of_this_visit),
        menu: menu
            .into_iter()
            .map(|service| menu::item(service, &ticked))
            .collect(),
        offer,
        notices,
        kept_menu,
        kept: kept_form,
        idempotency_key: bookings::random_id().to_string(),
    })
}

/// The page of a booking calendar that is switched off.
fn closed_page(calendar: booking_calendars::PublicCalendar) -> BookingView {
    BookingView {
        is_closed: true,
        about: About {
            slug: calendar.slug,
            name: calendar.name,
            ..About::default()
        },
        ..BookingView::default()
    }
}

/// The member whom the address names, where clients may choose one. Who cannot be chosen any more is as good as nobody in
/// particular.
fn host_on_offer(
    page: &booking_calendars::PublicPage,
    named: Option<&str>,
    notices: &mut Vec<String>,
) -> Option<StaffId> {
    let named = named.filter(|named| !named.is_empty() && page.calendar.kind == Kind::RoundRobin)?;
    let host = named.parse().ok();
    let host = host.filter(|host| page.hosts.iter().any(|(known, _)| known == host));
    if host.is_none() {
        notices.push(
            "The person whom this link names cannot be booked here any more. These are the times of everybody.".to_owned(),
        );
    }
    host
}

/// Books, or puts on the waiting list, and says where that is confirmed.
pub async fn book(mut wish: Wish) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    let proof = std::mem::take(&mut wish.proof).into();
    let (quince, stranger) = (quince()?, stranger()?.with(proof));
    if wish.waits {
        let waiting = bookings::classes::wait_as_stranger(&quince, &stranger, &booking_of(wish)?).await;
        let token = noted(Attempt::Wait, waiting.map_err(AppError::from))?;
        return Ok(format!("/waiting/{token}"));
    }
    let booking = Booking {
        holder: visitor().await,
        ..booking_of(wish)?
    };
    let booked = bookings::appointments::book_as_stranger(&quince, &stranger, booking).await;
    let booked = noted(Attempt::Book, booked.map_err(AppError::from))?;
    Ok(format!("/booked/{}", booked.manage_token))
}

fn booking_of(wish: Wish) -> Result<Booking, AppError> {
    let guests = wish.guests.lines().map(str::trim);
    Ok(Booking {
        start: instant(&wish.start)?,
        slug: wish.slug,
        zone: Zone::named(&wish.zone).map_err(|unknown| AppError::Refused(unknown.to_string()))?,
        name: wish.name,
        email: wish.email,
        phone: wish.phone,
        notes: wish.notes,
        guests: guests
            .filter(|guest| !guest.is_empty())
            .map(str::to_owned)
            .collect(),
        answers: given(wish.answers),
        services: services_of(&wish.visit)?,
        host: host_of(&wish.host)?,
        holder: None,
        idempotency_key: wish.key,
    })
}

/// What a form names from a menu.
pub(super) fn services_of(text: &str) -> Result<Vec<Chosen>, AppError> {
    Chosen::list(text).map_err(|error| AppError::Refused(error.to_string()))
}

/// The member whom a form names; nobody in particular when it is empty.
pub(super) fn host_of(text: &str) -> Result<Option<StaffId>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| AppError::Refused("Choose somebody of the list, or anybody.".to_owned()))
}

/// The chosen time of a form.
pub(super) fn instant(text: &str) -> Result<Timestamp, AppError> {
    text.parse()
        .map_err(|_| AppError::Refused("Choose one of the times shown.".to_owned()))
}

/// The zone that the address names, else the other one, else UTC; and why, if a name is not known.
pub(super) fn zone_or(named: Option<&str>, otherwise: &Zone) -> (Zone, Option<String>) {
    let named = named.filter(|name| !name.is_empty());
    if !otherwise.is_known() {
        return zone_or(named.or(Some(otherwise.name())), &Zone::utc());
    }
    match named.map(Zone::named) {
        Some(Ok(zone)) => (zone, None),
        Some(Err(unknown)) => (
            otherwise.clone(),
            Some(format!("{unknown} Times are shown in {otherwise} meanwhile.")),
        ),
        None => (otherwise.clone(), None),
    }
}

/// What a month of free times is for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Want<'a> {
    /// The member whom the client wants.
    pub host: Option<StaffId>,
    /// What they want from a menu.
    pub services: &'a [Chosen],
    /// The appointment that is being moved.
    pub moving: Option<bookings::AppointmentId>,
    /// The visitor.
    pub holder: Option<bookings::VisitorId>,
    /// Who holds the appointment that is being moved: with somebody else a time says so.
    pub present: Option<StaffId>,
}

/// A month's free times. A page that names no month opens on the first one with free times.
pub(super) async fn month_of(
    slug: &str,
    asked: MonthAsked,
    zone: &Zone,
    want: Want<'_>,
) -> Result<MonthOffer, AppError> {
    let quince = quince()?;
    let mut asked = asked;
    let question = |asked: &MonthAsked| SlotQuery {
        host: want.host,
        services: want.services,
        moving: want.moving,
        holder: want.holder,
        ..SlotQuery::new(slug, asked.first, asked.last, zone)
    };
    let mut free = availability::free(&quince, &question(&asked)).await?;
    if let (true, false, Some(next)) = (free.days.is_empty(), asked.is_named, free.next_free) {
        asked = asked.moved_to(next);
        free = availability::free(&quince, &question(&asked)).await?;
    }
    // Nobody moves to a session without seats, but whoever has none yet can wait for one.
    let full = if want.moving.is_none() {
        free.full
    } else {
        BTreeMap::new()
    };
    let team: BTreeMap<StaffId, String> = match want.present {
        Some(_) => bookings::accounts::team(&quince)
            .await?
            .into_iter()
            .map(|person| (person.id, person.name))
            .collect(),
        None => BTreeMap::new(),
    };
    let with = |slot: &availability::OfferedSlot| with_words(slot, want.present, &team);
    Ok(month_offer(
        asked,
        &shown(free.days, full, with),
        Later {
            next_free: free.next_free,
            last: free.last,
        },
        zone,
        Habits::of_visitor(),
    ))
}

/// "with Jonas Okafor", where somebody else than the present host would hold it.
fn with_words(
    slot: &availability::OfferedSlot,
    present: Option<StaffId>,
    team: &BTreeMap<StaffId, String>,
) -> String {
    match (present, slot.hosts.as_slice()) {
        (Some(present), hosts) if !hosts.is_empty() && !hosts.contains(&present) => match hosts {
            [one] => team
                .get(one)
                .map(|name| format!("with {name}"))
                .unwrap_or_default(),
            _ => "with somebody else".to_owned(),
        },
        _ => String::new(),
    }
}

/// Free times and full sessions in the order of the day.
fn shown(
    free: BTreeMap<Date, Vec<availability::OfferedSlot>>,
    full: BTreeMap<Date, Vec<Interval>>,
    with: impl Fn(&availability::OfferedSlot) -> String,
) -> BTreeMap<Date, Vec<Offered>> {
    let mut shown: BTreeMap<Date, Vec<Offered>> = BTreeMap::new();
    for (date, times) in free {
        let times = times.into_iter().map(|slot| Offered {
            with: with(&slot),
            start: slot.start,
            end: slot.end,
            seats_left: slot.seats_left,
        });
        shown.entry(date).or_default().extend(times);
    }
    for (date, sessions) in full {
        let sessions = sessions.into_iter().map(|session| Offered {
            start: session.start,
            end: session.end,
            seats_left: Some(0),
            with: String::new(),
        });
        shown.entry(date).or_default().extend(sessions);
    }
    for times in shown.values_mut() {
        times.sort_by_key(|offered| offered.start);
    }
    shown
}

fn about(page: booking_calendars::PublicPage, menu: &[ServiceView], chosen: &[Chosen]) -> About {
    let calendar = page.calendar;
    let may_choose = calendar.kind == Kind::RoundRobin && page.hosts.len() > 1;
    let choice = page.hosts.iter().filter(|_| may_choose);
    let wanted = chosen
        .iter()
        .filter_map(|choice| Some((choice, menu.iter().find(|service| service.id == choice.service)?)));
    let length = wanted
        .clone()
        .map(|(_, service)| service.duration + service.processing)
        .fold(0, u32::saturating_add);
    About {
        choice: choice.map(|(id, name)| (id.to_string(), name.clone())).collect(),
        services: wanted
            .map(|(choice, service)| service_words(choice, service))
            .collect(),
        slug: calendar.slug,
        name: calendar.name,
        hosts: page.hosts.into_iter().map(|(_, name)| name).collect(),
        duration: match (calendar.kind, length) {
            (Kind::Service, 0) => String::new(),
            (Kind::Service, length) => duration_words(length),
            _ => duration_words(calendar.duration),
        },
        location: calendar.location,
        description: calendar.description,
    }
}

/// "Cut, 45 minutes, with Jonas".
fn service_words(choice: &Chosen, service: &ServiceView) -> String {
    let time = duration_words(service.duration.saturating_add(service.processing));
    let host = service.staff.iter().find(|(id, _)| Some(*id) == choice.host);
    match host {
        Some((_, name)) => format!("{}, {time}, with {name}", service.name),
        None => format!("{}, {time}", service.name),
    }
}

/// The start of a description, for a list: its first paragraph, at most 160 characters.
fn first_words(description: &str) -> String {
    let paragraph = description.trim().lines().next().unwrap_or_default();
    if paragraph.chars().count() <= 160 {
        return paragraph.to_owned();
    }
    let cut: String = paragraph.chars().take(160).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_ends_at_a_whole_word() {
        let long = "word ".repeat(60);
        let short = first_words(&long);
        assert!(short.ends_with("word …"));
        assert!(short.chars().count() <= 162);
        assert_eq!(first_words("One line.\nAnother."), "One line.");
    }

    #[test]
    fn an_unknown_zone_is_named_and_the_calendars_own_is_used() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let (zone, problem) = zone_or(Some("Mars/Olympus"), &berlin);
        assert_eq!(zone, berlin);
        assert!(problem.unwrap().contains("Mars/Olympus"));
        assert_eq!(zone_or(Some("America/New_York"), &berlin).1, None);
        assert_eq!(zone_or(None, &berlin), (berlin.clone(), None));
        let lost = Zone::stored("Mars/Olympus");
        assert_eq!(zone_or(Some("Europe/Berlin"), &lost), (berlin, None));
        let (zone, problem) = zone_or(None, &lost);
        assert_eq!(zone, Zone::utc());
        assert!(problem.unwrap().contains("Mars/Olympus"));
    }
}
