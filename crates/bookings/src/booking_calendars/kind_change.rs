//! Changes of a booking calendar's kind and their consequences for existing appointments, members and services.

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, StaffId};
use store::booking_calendars::{self, BookingCalendar};
use store::{ReadTx, StoreError, appointments, calendar_members, services};

use super::allowed::allowed;
use super::form::CalendarForm;
use crate::error::{Error, Missing};
use crate::problem::{KindConsequence, KindProblem};
use crate::quince::Quince;

/// A possible change of the kind, shown before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindChange {
    /// The new kind.
    pub kind: Kind,
    /// Why the change is refused.
    pub refused: Option<KindProblem>,
    /// What the change does, if it is not refused.
    pub consequences: Vec<KindConsequence>,
}

/// The data of a booking calendar that a change of its kind affects.
struct Existing {
    kind: Kind,
    /// Number of active appointments that have not ended.
    coming: usize,
    members: usize,
    services: usize,
}

const ALL: [Kind; 6] = [
    Kind::Personal,
    Kind::RoundRobin,
    Kind::Collective,
    Kind::ClassBooking,
    Kind::Service,
    Kind::Simple,
];

/// Returns the possible changes of a booking calendar's kind, for the owner and admins.
pub async fn kind_changes(quince: &Quince, by: StaffId, id: CalendarId) -> Result<Vec<KindChange>, Error> {
    let mut tx = quince.store().read().await?;
    allowed(&mut tx, by).await?;
    let row = booking_calendars::find(&mut tx, id).await?;
    let row = row.ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let existing = Existing::load(&mut tx, &row, quince.now()).await?;
    let others = ALL.into_iter().filter(|kind| *kind != row.kind);
    Ok(others.map(|kind| existing.becomes(kind)).collect())
}

/// Checks a change of the kind: it is possible with the existing appointments, and its consequences are confirmed.
pub(super) async fn check(
    tx: &mut ReadTx,
    old: &BookingCalendar,
    form: &CalendarForm,
    now: Timestamp,
) -> Result<(), Error> {
    if old.kind == form.kind {
        return Ok(());
    }
    let change = Existing::load(tx, old, now).await?.becomes(form.kind);
    if let Some(problem) = change.refused {
        return Err(Error::field("kind", problem));
    }
    if !form.kind_change_confirmed {
        let problem = KindProblem::NotConfirmed {
            consequences: change.consequences,
        };
        return Err(Error::field("kind_change_confirmed", problem));
    }
    Ok(())
}

impl Existing {
    async fn load(tx: &mut ReadTx, row: &BookingCalendar, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.kind,
            coming: appointments::future_of_calendar(tx, row.id, now).await?.len(),
            members: calendar_members::with_staff(tx, &[row.id]).await?.len(),
            services: services::list(tx, row.id).await?.len(),
        })
    }

    fn becomes(&self, kind: Kind) -> KindChange {
        let apart = |kind| matches!(kind, Kind::ClassBooking | Kind::Simple | Kind::Service);
        let is_refused = self.coming > 0 && (apart(self.kind) || apart(kind));
        KindChange {
            kind,
            refused: is_refused.then_some(KindProblem::AppointmentsToCome {
                appointments: self.coming,
            }),
            consequences: if is_refused {
                Vec::new()
            } else {
                self.consequences(kind)
            },
        }
    }

    fn consequences(&self, kind: Kind) -> Vec<KindConsequence> {
        let mut all = vec![match self.coming {
            0 => KindConsequence::NothingToCome,
            appointments => KindConsequence::AppointmentsStay { appointments },
        }];
        match kind {
            Kind::Simple if self.members > 0 => all.push(KindConsequence::MembersRemoved),
            Kind::Personal | Kind::ClassBooking if self.members > 1 => {
                all.push(KindConsequence::OneMemberStays);
            }
            _ if self.kind == Kind::RoundRobin => all.push(KindConsequence::DistributionIdle),
            _ => {}
        }
        match self.kind {
            Kind::Simple => all.push(KindConsequence::UsesIcloud),
            Kind::ClassBooking => all.push(KindConsequence::SeatsIdle),
            Kind::Service => {
                all.push(match self.services {
                    0 => KindConsequence::MenuEmpty,
                    services => KindConsequence::MenuIdle { services },
                });
                all.push(KindConsequence::OneDuration);
            }
            Kind::RoundRobin | Kind::Personal | Kind::Collective => {}
        }
        match kind {
            Kind::ClassBooking => all.push(KindConsequence::SeatsTaken),
            Kind::Simple => all.push(KindConsequence::NoIcloud),
            Kind::Service => all.push(match self.services {
                0 => KindConsequence::MenuNeeded,
                services => KindConsequence::MenuUsed { services },
            }),
            Kind::RoundRobin | Kind::Personal | Kind::Collective => {}
        }
        all.push(KindConsequence::OthersStay);
        all
    }
}
