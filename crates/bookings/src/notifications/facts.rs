//! The data for mails and downloads about an appointment, loaded from the database.

use scheduling::StaffId;
use store::appointment_parts::{NewPart, Part};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::staff::Staff;
use store::{AppointmentStatus as Status, ReadTx, appointment_parts, booking_calendars, staff, workspace};
use zones::Zone;

use super::detail::{Detail, HostPart};
use super::render::AppointmentContext;
use crate::links;
use crate::people::{names, names_of};
use crate::problem::Internal;
use crate::quince::Quince;

/// An appointment with its related data.
pub(crate) struct AppointmentFacts {
    appointment: Appointment,
    calendar: BookingCalendar,
    host: Option<Staff>,
    host_names: String,
    guests: String,
    /// The services of a visit.
    services: String,
    /// The parts of all hosts.
    all_parts: Vec<NewPart>,
    /// The parts of the host whom the mail is for.
    parts: Vec<HostPart>,
    business: String,
    business_zone: Zone,
    manage_url: String,
    /// The client's page with a proof that the mail was delivered.
    mailed_url: String,
    /// The page on which the client confirms the booking.
    confirm_url: String,
    staff_url: String,
    sender: String,
}

impl AppointmentFacts {
    pub(crate) async fn load(
        quince: &Quince,
        tx: &mut ReadTx,
        appointment: &Appointment,
    ) -> Result<Self, Internal> {
        let calendar = booking_calendars::find(tx, appointment.calendar_id).await?;
        let calendar = calendar.ok_or_else(|| Internal::because("an appointment has no booking calendar"))?;
        let parts = appointment_parts::list(tx, &[appointment.id]).await?;
        let hosts: Vec<StaffId> = parts.iter().map(|part| part.host_id).collect();
        let lead = appointment.host_id;
        let known: Vec<StaffId> = hosts.iter().copied().chain(lead).collect();
        let people = staff::list_of(tx, &known).await?;
        let host = people.iter().find(|person| lead == Some(person.id)).cloned();
        let host_names = names_of(&hosts, &names(people));
        let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
        let services: Vec<String> = parts
            .iter()
            .filter_map(|part| Some(part.service.as_ref()?.name.clone()))
            .collect();
        let business = workspace::find(tx).await?;
        let secret = links::manage(quince, appointment.id)?;
        Ok(Self {
            calendar,
            host,
            host_names,
            guests: appointment.guests.join(", "),
            services: services.join(", "),
            all_parts: parts,
            parts: Vec::new(),
            business: business
                .as_ref()
                .map(|business| business.name.clone())
                .unwrap_or_default(),
            business_zone: business.map_or_else(Zone::utc, |business| business.zone),
            mailed_url: quince.manage_url(&secret),
            confirm_url: String::new(),
            manage_url: quince.manage_url(&secret),
            staff_url: quince.page(&format!("appointments/{}", appointment.id)),
            sender: quince.mailer().sender().to_owned(),
            appointment: appointment.clone(),
        })
    }

    /// Adds the links of a mail to this address.
    pub(crate) fn with_links_for(self, quince: &Quince, address: &str) -> Result<Self, Internal> {
        let proof = links::mailed(quince, self.appointment.id, address)?;
        Ok(Self {
            mailed_url: format!("{}?mailed={proof}", self.manage_url),
            confirm_url: format!("{}/confirm?mailed={proof}", self.manage_url),
            ..self
        })
    }

    /// Adds the data of one of the hosts, or of a former one, whose parts `was` holds.
    pub(crate) fn for_host(mut self, host: Option<Staff>, was: Option<&Detail>) -> Self {
        if let Some(host) = host {
            self.parts = HostPart::of_host(&self.all_parts, host.id);
            self.host = Some(host);
        }
        let (mut start, mut end) = (self.appointment.starts_at, self.appointment.ends_at);
        if let Some(was) = was {
            self.parts.clone_from(&was.parts);
            (start, end) = was.start.zip(was.end).unwrap_or((start, end));
        }
        if self.parts.is_empty() {
            self.parts.push(HostPart {
                start,
                end,
                service: String::new(),
            });
        }
        self
    }

    pub(crate) fn context<'a>(&'a self, detail: &'a Detail) -> AppointmentContext<'a> {
        let appointment = &self.appointment;
        let replacement = detail.replacement.as_ref();
        AppointmentContext {
            business: &self.business,
            calendar: &self.calendar.settings.name,
            location: &self.calendar.settings.location,
            host: self
                .host
                .as_ref()
                .map(|host| (host.profile.name.as_str(), host.account.email.as_str())),
            host_names: &self.host_names,
            guests: &self.guests,
            services: &self.services,
            parts: &self.parts,
            before: &detail.before,
            replacement: replacement.map(|(left, joined)| (left.as_str(), joined.as_str())),
            reason: detail.reason.as_deref().unwrap_or_default(),
            host_zone: self
                .host
                .as_ref()
                .map_or(&self.business_zone, |host| &host.profile.zone),
            client: (&appointment.name, &appointment.email),
            client_zone: &appointment.client_zone,
            phone: appointment.phone.as_deref().unwrap_or_default(),
            answers: &appointment.answers,
            notes: appointment.notes.as_deref().unwrap_or_default(),
            start: appointment.starts_at,
            end: appointment.ends_at,
            manage_url: &self.mailed_url,
            confirm_url: &self.confirm_url,
            confirm_until: appointment.unconfirmed_until,
            staff_url: &self.staff_url,
            pending: appointment.status == Status::New,
            ics: self.ics(),
        }
    }

    /// Renders the appointment as an iCalendar file for the client. Its UID is constant, so that a later file replaces an earlier one.
    pub(crate) fn ics(&self) -> String {
        let appointment = &self.appointment;
        let summary = if self.host_names.is_empty() {
            self.calendar.settings.name.clone()
        } else {
            format!("{} with {}", self.calendar.settings.name, self.host_names)
        };
        let uid = format!("{}@quince", appointment.id);
        let event = ical::Appointment {
            uid: &uid,
            sequence: appointment.sequence,
            stamp: appointment.updated_at,
            start: appointment.starts_at,
            end: appointment.ends_at,
            summary: &summary,
            description: &self.calendar.settings.description,
            location: &self.calendar.settings.location,
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

/// Renders the appointment as an iCalendar file for the client.
pub(crate) async fn download(
    quince: &Quince,
    tx: &mut ReadTx,
    appointment: &Appointment,
) -> Result<String, Internal> {
    Ok(AppointmentFacts::load(quince, tx, appointment).await?.ics())
}
