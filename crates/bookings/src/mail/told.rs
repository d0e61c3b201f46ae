//! What mails and downloads need to know of an appointment, gathered from the database.

use jiff::Timestamp;
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::staff::Staff;
use store::{AppointmentStatus as Status, Tx, appointment_parts, booking_calendars, staff, workspace};
use zones::Zone;

use super::render::Told;
use crate::appointments::{host_names, token};
use crate::problem::Internal;
use crate::quince::Quince;

/// An appointment with everything that belongs to it.
pub(crate) struct Gathered {
    appointment: Appointment,
    calendar: BookingCalendar,
    host: Option<Staff>,
    with: String,
    guests: String,
    /// The services of a visit.
    services: String,
    business: String,
    business_zone: Zone,
    manage_url: String,
    staff_url: String,
    sender: String,
}

impl Gathered {
    pub(crate) async fn load(
        quince: &Quince,
        tx: &mut Tx,
        appointment: &Appointment,
    ) -> Result<Self, Internal> {
        let calendar = booking_calendars::find(tx, appointment.calendar_id).await?;
        let calendar = calendar.ok_or_else(|| Internal::because("an appointment has no booking calendar"))?;
        let host = match appointment.host_id {
            Some(host) => staff::find(tx, host).await?,
            None => None,
        };
        let with = host_names(tx, appointment.id).await?;
        let parts = appointment_parts::list(tx, &[appointment.id]).await?;
        let services: Vec<String> = parts
            .into_iter()
            .filter_map(|part| Some(part.service?.name))
            .collect();
        let business = workspace::find(tx).await?;
        let secret = token::of(&quince.store().key().derive("manage"), appointment.id)?;
        Ok(Self {
            calendar,
            host,
            with,
            guests: appointment.guests.join(", "),
            services: services.join(", "),
            business: business
                .as_ref()
                .map(|business| business.name.clone())
                .unwrap_or_default(),
            business_zone: business.map_or_else(Zone::utc, |business| business.zone),
            manage_url: quince.manage_url(&secret),
            staff_url: quince.page(&format!("appointments/{}", appointment.id)),
            sender: quince.mailer().sender().to_owned(),
            appointment: appointment.clone(),
        })
    }

    /// The same with another host and time, for a mail to somebody who holds it no longer.
    pub(crate) fn before_the_move(
        mut self,
        host: Option<Staff>,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Self {
        if let Some(host) = host {
            host.name.clone_into(&mut self.with);
            self.host = Some(host);
        }
        if let Some((start, end)) = start.zip(end) {
            (self.appointment.starts_at, self.appointment.ends_at) = (start, end);
        }
        self
    }

    pub(crate) fn told(&self) -> Told<'_> {
        let appointment = &self.appointment;
        Told {
            business: &self.business,
            calendar: &self.calendar.name,
            location: &self.calendar.location,
            host: self
                .host
                .as_ref()
                .map(|host| (host.name.as_str(), host.email.as_str())),
            with: &self.with,
            guests: &self.guests,
            services: &self.services,
            host_zone: self.host.as_ref().map_or(&self.business_zone, |host| &host.zone),
            client: (&appointment.name, &appointment.email),
            client_zone: &appointment.client_zone,
            phone: appointment.phone.as_deref().unwrap_or_default(),
            answers: &appointment.answers,
            notes: appointment.notes.as_deref().unwrap_or_default(),
            start: appointment.starts_at,
            end: appointment.ends_at,
            manage_url: &self.manage_url,
            staff_url: &self.staff_url,
            pending: appointment.status == Status::New,
            ics: self.ics(),
        }
    }

    /// The appointment as an iCalendar file for the client. Its UID stays the same, so that a later file replaces an
    /// earlier one.
    pub(crate) fn ics(&self) -> String {
        let appointment = &self.appointment;
        let summary = if self.with.is_empty() {
            self.calendar.name.clone()
        } else {
            format!("{} with {}", self.calendar.name, self.with)
        };
        let uid = format!("{}@quince", appointment.id);
        let event = ical::Appointment {
            uid: &uid,
            sequence: appointment.sequence,
            stamp: appointment.updated_at,
            start: appointment.starts_at,
            end: appointment.ends_at,
            summary: &summary,
            description: &self.calendar.description,
            location: &self.calendar.location,
            url: &self.manage_url,
            status: match appointment.status {
                Status::New => ical::Status::Tentative,
                Status::Cancelled | Status::Invalid => ical::Status::Cancelled,
                Status::Confirmed | Status::Showed | Status::NoShow => ical::Status::Confirmed,
            },
        };
        let organizer = ical::Organizer {
            name: &self.business,
            email: &self.sender,
        };
        ical::download(&event, organizer)
    }
}

/// The appointment as an iCalendar file for the client.
pub(crate) async fn download(
    quince: &Quince,
    tx: &mut Tx,
    appointment: &Appointment,
) -> Result<String, Internal> {
    Ok(Gathered::load(quince, tx, appointment).await?.ics())
}
