//! Booking calendars: their settings, members and rules.

mod access;
mod differences;
mod form;
mod kind_change;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Kind, StaffId};
use store::locks::Lock;
use store::{
    ReadTx, StoreError, WriteTx, appointment_parts, appointments, booking_calendars, calendar_members, holds,
    staff, workspace,
};
use zones::Zone;

pub use crate::availability::PublicCalendar;
pub use crate::questions::{CHOICES_LIMIT, QUESTIONS_LIMIT};
use access::check_admin;
pub use form::CalendarForm;
pub use kind_change::{KindChange, kind_changes};
pub use store::booking_calendars::CalendarSettings;
pub use store::calendar_members::MemberSettings;
pub use store::questions::{Answer, AnswerKind, IntakeQuestion};

use crate::accounts::{WorkspaceSettings, is_admin};
use crate::availability::public_calendar::public;
use crate::classes;
use crate::connections::Health;
use crate::error::{Error, Missing, Permission, Refusal};
use crate::outbox;
use crate::problem::CalendarProblem;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::unreadable;
use crate::validate::Validator;
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// A booking calendar, as its editors see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// Its settings.
    pub settings: CalendarSettings,
    /// The members, in team order.
    pub members: Vec<MemberView>,
    /// Why it takes no bookings although it is active: its stored zone or settings cannot be read.
    pub problem: Option<String>,
    /// Notes for its editors: why it does not use iCloud (D1), who has not chosen a primary calendar, and whose calendars are out of date
    /// or fail.
    pub notes: Vec<String>,
}

/// A member of a booking calendar, as its editors see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// Who it is, and how they are chosen.
    pub settings: MemberSettings,
    /// Their name.
    pub name: String,
    /// Whether they have a primary calendar.
    pub has_primary: bool,
    /// Why they are not offered, if their stored zone or hours cannot be read.
    pub problem: Option<String>,
}

/// The content of a booking page besides the times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPage {
    /// The booking calendar.
    pub calendar: PublicCalendar,
    /// The business.
    pub workspace: WorkspaceSettings,
    /// The booking calendar's zone.
    pub zone: Zone,
    /// The members, in team order.
    pub hosts: Vec<(StaffId, String)>,
    /// The questions to clients, in order.
    pub questions: Vec<IntakeQuestion>,
    /// The seats of a session; `None` if the kind is not Class Booking.
    pub seats: Option<u32>,
    /// Whether clients must confirm by a link in a mail before hosts are notified.
    pub confirm_by_mail: bool,
    /// Whether visitors must solve a puzzle, or wait some seconds, before they book.
    pub ask_puzzle: bool,
}

/// Returns all booking calendars; staff who are not admins get only those that they are members of.
pub async fn list(quince: &Quince, by: StaffId) -> Result<Vec<Calendar>, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, by)
        .await?
        .ok_or(Error::NotAllowed(Permission::Administer))?;
    let rows = booking_calendars::list(&mut tx).await?;
    let mut calendars = views(&mut tx, rows, quince.now()).await?;
    if !is_admin(me.account.role) {
        calendars.retain(|calendar| {
            calendar
                .members
                .iter()
                .any(|member| member.settings.staff_id == by)
        });
    }
    Ok(calendars)
}

/// Returns the booking calendars that take bookings, for the public.
pub async fn public_list(quince: &Quince) -> Result<Vec<PublicCalendar>, Error> {
    let mut tx = quince.store().read().await?;
    let rows = booking_calendars::list(&mut tx).await?;
    Ok(rows.iter().filter(|row| row.is_open()).map(public).collect())
}

/// Finds a booking calendar, for its editors.
pub async fn get(quince: &Quince, by: StaffId, id: CalendarId) -> Result<Calendar, Error> {
    list(quince, by)
        .await?
        .into_iter()
        .find(|calendar| calendar.id == id)
        .ok_or(Error::NotFound(Missing::BookingCalendar))
}

/// Returns the content of the booking page with this slug, besides the times.
pub async fn by_slug(quince: &Quince, slug: &str) -> Result<PublicPage, Error> {
    let mut tx = quince.store().read().await?;
    let row = booking_calendars::find_by_slug(&mut tx, slug).await?;
    let row = row
        .filter(booking_calendars::BookingCalendar::is_open)
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let workspace = workspace::find(&mut tx)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let members = calendar_members::with_staff(&mut tx, &[row.id]).await?;
    Ok(PublicPage {
        calendar: public(&row),
        workspace,
        zone: row.settings.rules.zone.clone(),
        hosts: members
            .into_iter()
            .map(|(_, staff)| (staff.id, staff.profile.name))
            .collect(),
        seats: (row.settings.kind == Kind::ClassBooking).then_some(row.settings.rules.seats),
        confirm_by_mail: row.settings.confirm_by_mail,
        ask_puzzle: row.settings.ask_puzzle,
        questions: row.settings.questions,
    })
}

/// Finds the booking calendar with this slug if it takes no bookings: it is inactive, or its settings cannot be read.
pub async fn switched_off(quince: &Quince, slug: &str) -> Result<PublicCalendar, Error> {
    let mut tx = quince.store().read().await?;
    let row = booking_calendars::find_by_slug(&mut tx, slug).await?;
    let row = row
        .filter(|row| !row.is_open())
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    Ok(public(&row))
}

/// Creates a booking calendar.
pub async fn create(quince: &Quince, by: StaffId, form: CalendarForm) -> Result<CalendarId, Error> {
    let mut form = form.checked()?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    check_against_others(&mut tx, None, &mut form).await?;
    let id = booking_calendars::insert(&mut tx, &form.settings, now).await?;
    calendar_members::replace(&mut tx, id, &form.members, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Updates a booking calendar. Existing appointments keep their times and hosts.
pub async fn update(
    quince: &Quince,
    by: impl Into<Editor>,
    id: CalendarId,
    form: CalendarForm,
) -> Result<(), Error> {
    let by = by.into();
    let form = form.checked()?;
    retried_if_lost(|| update_once(quince, by, id, form.clone())).await?;
    quince.wake();
    Ok(())
}

async fn update_once(
    quince: &Quince,
    by: Editor,
    id: CalendarId,
    mut form: CalendarForm,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by.staff).await?;
    check_against_others(&mut tx, Some(id), &mut form).await?;
    versions::lock(&mut tx, Versioned::calendar(id)).await?;
    let old = booking_calendars::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let differences = differences::of(&mut tx, &old, &form).await?;
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::calendar(id), author, &differences, now).await?;
    kind_change::check(&mut tx, &old, &form, now).await?;
    check_change_of_owner(&mut tx, &old, &form, now).await?;
    booking_calendars::update(&mut tx, id, &form.settings, now).await?;
    calendar_members::replace(&mut tx, id, &form.members, now).await?;
    let (before, after) = (&old.settings, &form.settings);
    if after.rules.seats != before.rules.seats {
        classes::seats_changed(quince, &mut tx, id, now).await?;
    }
    if (&after.name, &after.location) != (&before.name, &before.location) {
        sync_events(&mut tx, id, now).await?;
    }
    Ok(tx.commit().await?)
}

/// Updates the events of future appointments after a change of the booking calendar's name or location.
async fn sync_events(tx: &mut WriteTx, id: CalendarId, now: Timestamp) -> Result<(), StoreError> {
    let coming = appointments::future_of_calendar(tx, id, now).await?;
    // All locks are taken at once, since all transactions take them in one order.
    let ids: Vec<AppointmentId> = coming.iter().map(|appointment| appointment.id).collect();
    let parts = appointment_parts::list(tx, &ids).await?;
    tx.lock(parts.iter().map(|part| Lock::Owner(part.host_id.into())))
        .await?;
    let mut sessions = BTreeSet::new();
    for appointment in coming {
        if appointment
            .session_id
            .is_none_or(|session| sessions.insert(session))
        {
            outbox::sync_events(tx, &appointment, now).await?;
        }
    }
    Ok(())
}

/// Refuses to change the owner of a class that has future sessions, as those take the owner's time and are in their calendar.
async fn check_change_of_owner(
    tx: &mut WriteTx,
    old: &booking_calendars::BookingCalendar,
    form: &CalendarForm,
    now: Timestamp,
) -> Result<(), Error> {
    if old.settings.kind != Kind::ClassBooking || form.settings.kind != Kind::ClassBooking {
        return Ok(());
    }
    let next = form.members.first().map(|member| member.staff_id);
    let owner = classes::owner_of(tx, old.id).await?;
    let Some(owner) = owner.filter(|owner| next != Some(*owner)) else {
        return Ok(());
    };
    // Prevents new sessions until the transaction ends.
    tx.lock([Lock::Owner(owner.into())]).await?;
    let coming = classes::count_upcoming(tx, old.id, now).await?;
    let name = staff::find(tx, owner).await?.map(|person| person.profile.name);
    if coming > 0 {
        let problem = CalendarProblem::SessionsToCome {
            sessions: coming,
            host: name.unwrap_or_default(),
        };
        return Err(Error::field("members", problem));
    }
    Ok(())
}

/// Sets whether a booking calendar is active. An inactive one takes no bookings; appointments stay.
pub async fn set_active(quince: &Quince, by: StaffId, id: CalendarId, active: bool) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    versions::lock(&mut tx, Versioned::calendar(id)).await?;
    let old = booking_calendars::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let mut differences = Differences::default();
    differences.switch(Field::Active, old.settings.active, active);
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::calendar(id), author, &differences, now).await?;
    booking_calendars::set_active(&mut tx, id, active, now).await?;
    Ok(tx.commit().await?)
}

/// Deletes a booking calendar, and releases its holds. It must not have any appointment, past ones included.
pub async fn delete(quince: &Quince, by: impl Into<Editor>, id: CalendarId) -> Result<(), Error> {
    let by = by.into();
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by.staff).await?;
    versions::lock(&mut tx, Versioned::calendar(id)).await?;
    booking_calendars::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::BookingCalendar))?;
    if appointments::has_any(&mut tx, id).await? {
        return Err(Refusal::HasAppointments.into());
    }
    let author = Author::from(by);
    versions::delete(&mut tx, Versioned::calendar(id), author, None, now).await?;
    holds::release_all_of(&mut tx, id).await?;
    booking_calendars::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

async fn check_against_others(
    tx: &mut ReadTx,
    own: Option<CalendarId>,
    form: &mut CalendarForm,
) -> Result<(), Error> {
    let mut checked = Validator::default();
    let mut number = 0;
    let settings = &mut form.settings;
    while settings.slug.is_empty() {
        number += 1;
        let slug = form::numbered_slug(&settings.name, number);
        if !is_taken(tx, own, &slug).await? {
            settings.slug = slug;
        }
    }
    if is_taken(tx, own, &settings.slug).await? {
        checked.problem("slug", CalendarProblem::SlugTaken);
    }
    let team: Vec<StaffId> = staff::list(tx).await?.iter().map(|person| person.id).collect();
    if form.members.iter().any(|member| !team.contains(&member.staff_id)) {
        checked.problem("members", CalendarProblem::MemberNotInTeam);
    }
    Ok(checked.finish()?)
}

async fn is_taken(tx: &mut ReadTx, own: Option<CalendarId>, slug: &str) -> Result<bool, StoreError> {
    let found = booking_calendars::find_by_slug(tx, slug).await?;
    Ok(found.is_some_and(|other| Some(other.id) != own))
}

async fn views(
    tx: &mut ReadTx,
    rows: Vec<booking_calendars::BookingCalendar>,
    now: Timestamp,
) -> Result<Vec<Calendar>, Error> {
    let ids: Vec<CalendarId> = rows.iter().map(|row| row.id).collect();
    let mut members: BTreeMap<CalendarId, Vec<MemberView>> = BTreeMap::new();
    for (member, person) in calendar_members::with_staff(tx, &ids).await? {
        members.entry(member.calendar_id).or_default().push(MemberView {
            problem: unreadable::hours_of(&person),
            settings: member.settings,
            name: person.profile.name,
            has_primary: person.primary_calendar_id.is_some(),
        });
    }
    let health = Health::load(tx, now).await?;
    Ok(rows
        .into_iter()
        .map(|row| view(members.remove(&row.id).unwrap_or_default(), row, &health))
        .collect())
}

fn view(members: Vec<MemberView>, row: booking_calendars::BookingCalendar, health: &Health) -> Calendar {
    let problem = unreadable::settings_of(&row);
    let mut notes = notes(row.settings.kind, &members, health);
    notes.splice(0..0, problem.clone());
    Calendar {
        problem,
        id: row.id,
        settings: row.settings,
        members,
        notes,
    }
}

/// Why a Simple calendar does not use iCloud (D1).
pub const NO_ICLOUD: &str = "A Simple calendar has no assigned member, so it cannot use iCloud: its appointments are not \
     written there, and events in iCloud do not block it.";

fn notes(kind: Kind, members: &[MemberView], health: &Health) -> Vec<String> {
    if !kind.uses_icloud() {
        return vec![NO_ICLOUD.to_owned()];
    }
    let mut notes = Vec::new();
    let without: Vec<&str> = members
        .iter()
        .filter(|member| !member.has_primary)
        .map(|member| member.name.as_str())
        .collect();
    if !without.is_empty() {
        notes.push(format!(
            "Appointments of {} are written to no calendar until a primary calendar is chosen under Calendar Configuration.",
            without.join(", ")
        ));
    }
    for member in members {
        let problem = member.problem.iter();
        notes.extend(problem.map(|problem| format!("{} cannot be booked: {problem}.", member.name)));
        let of_member = health.of(member.settings.staff_id);
        notes.extend(of_member.map(|sentence| format!("{}: {sentence}", member.name)));
    }
    notes
}
