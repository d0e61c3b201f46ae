//! Who changes an appointment, and whether they may.

use jiff::Timestamp;
use scheduling::{AppointmentId, Span, StaffId};
use store::appointments::{self, Appointment};
use store::booking_calendars::BookingCalendar;
use store::{Cancellation, Party, ReadTx, WriteTx};

use super::find::{calendar_of, check_viewer, of_token};
use crate::classes;
use crate::error::{Error, Missing, Refusal};
use crate::versions::{self, Author, Differences, Versioned};

/// Who changes an appointment.
#[derive(Clone, PartialEq, Eq)]
pub enum Actor {
    /// The client, by the manage link.
    Client {
        /// The link's secret.
        token: String,
    },
    /// A staff member: a host, the one who booked it, or an admin.
    Staff {
        /// Their id.
        id: StaffId,
        /// The appointment.
        appointment: AppointmentId,
    },
}

/// Omits the secret.
impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client { .. } => f.write_str("Client"),
            Self::Staff { id, appointment } => write!(f, "Staff({id}, {appointment})"),
        }
    }
}

/// An appointment that an actor may access, with its booking calendar and the actor's party.
pub(super) struct OpenedAppointment {
    pub(super) appointment: Appointment,
    pub(super) calendar: BookingCalendar,
    pub(super) by: Party,
}

impl OpenedAppointment {
    /// Returns the author of a change, with the version that a staff member saw.
    pub(super) fn author(&self, seen: Option<i64>) -> Author {
        Author { party: self.by, seen }
    }

    /// Returns the record of a cancellation by this actor.
    pub(super) fn cancellation(&self, reason: &str, now: Timestamp) -> Cancellation {
        Cancellation {
            at: now,
            by: Some(self.by),
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        }
    }

    /// Checks that nobody changed the appointment since the author saw it.
    pub(super) async fn compare(
        &self,
        tx: &mut ReadTx,
        seen: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let of = Versioned::appointment(self.appointment.id);
        versions::compare(tx, of, self.author(seen), now).await
    }
}

/// Records the differences in the appointment's change log.
pub(super) async fn record(
    tx: &mut WriteTx,
    id: AppointmentId,
    by: Author,
    differences: &Differences,
    now: Timestamp,
) -> Result<(), Error> {
    versions::save(tx, Versioned::appointment(id), by, differences, now).await
}

impl Actor {
    /// Finds the appointment and locks it until the transaction ends, so that concurrent changes are serialised.
    pub(super) async fn open(&self, tx: &mut WriteTx, now: Timestamp) -> Result<OpenedAppointment, Error> {
        match self {
            Self::Client { token } => {
                let known = of_token(tx, token, now).await?;
                tx.lock(classes::locks_of(&known)).await?;
            }
            Self::Staff { appointment, .. } => {
                if let Some(known) = appointments::find(tx, *appointment).await? {
                    tx.lock(classes::locks_of(&known)).await?;
                }
            }
        }
        self.read(tx, now).await
    }

    /// Finds the appointment without locking it.
    pub(super) async fn read(&self, tx: &mut ReadTx, now: Timestamp) -> Result<OpenedAppointment, Error> {
        let (appointment, by) = match self {
            Self::Client { token } => (of_token(tx, token, now).await?, Party::Client),
            Self::Staff { id, appointment } => {
                let appointment = appointments::find(tx, *appointment)
                    .await?
                    .ok_or(Error::NotFound(Missing::Appointment))?;
                check_viewer(tx, *id, &appointment).await?;
                (appointment, Party::Staff(*id))
            }
        };
        let calendar = calendar_of(tx, &appointment).await?;
        Ok(OpenedAppointment {
            appointment,
            calendar,
            by,
        })
    }
}

/// Checks whether the client may change an appointment now, given the cut-off.
pub(crate) fn client_may(
    appointment: &Appointment,
    calendar: &BookingCalendar,
    cutoff: Span,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !appointment.status.is_active() {
        return Err(Refusal::Inactive(appointment.status));
    }
    if appointment.is_unconfirmed() {
        return Err(Refusal::NotConfirmed);
    }
    if now >= appointment.starts_at {
        return Err(Refusal::Begun);
    }
    if now > cutoff.before(appointment.starts_at, &calendar.settings.rules.zone) {
        return Err(Refusal::TooLate { cutoff });
    }
    Ok(())
}

pub(super) fn check_may(opened: &OpenedAppointment, cutoff: Span, now: Timestamp) -> Result<(), Error> {
    let appointment = &opened.appointment;
    if !appointment.status.is_active() {
        return Err(Refusal::Inactive(appointment.status).into());
    }
    match opened.by {
        Party::Staff(_) if appointment.is_unconfirmed() => Err(Refusal::WaitsForClient.into()),
        Party::Staff(_) => Ok(()),
        Party::Client => Ok(client_may(appointment, &opened.calendar, cutoff, now)?),
    }
}
