//! Changes of a booking calendar's kind and their consequences for existing appointments, members and services.

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, StaffId};
use store::booking_calendars::{self, BookingCalendar};
use store::{ReadTx, StoreError, appointments, calendar_members, services};

use super::access::check_admin;
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
struct CalendarUsage {
    kind: Kind,
    /// Number of active appointments that have not ended.
    upcoming: usize,
    members: usize,
    services: usize,
}

const ALL_KINDS: [Kind; 6] = [
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
    check_admin(&mut tx, by).await?;
    let row = booking_calendars::find(&mut tx, id).await?;
    let row = row.ok_or(Error::NotFound(Missing::BookingCalendar))?;
    let existing = CalendarUsage::load(&mut tx, &row, quince.now()).await?;
    let others = ALL_KINDS.into_iter().filter(|kind| *kind != row.settings.kind);
    Ok(others.map(|kind| existing.change_to(kind)).collect())
}

/// Checks a change of the kind: it is possible with the existing appointments, and its consequences are confirmed.
pub(super) async fn check(
    tx: &mut ReadTx,
    old: &BookingCalendar,
    form: &CalendarForm,
    now: Timestamp,
) -> Result<(), Error> {
    if old.settings.kind == form.settings.kind {
        return Ok(());
    }
    let change = CalendarUsage::load(tx, old, now)
        .await?
        .change_to(form.settings.kind);
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

impl CalendarUsage {
    async fn load(tx: &mut ReadTx, row: &BookingCalendar, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.settings.kind,
            upcoming: appointments::future_of_calendar(tx, row.id, now).await?.len(),
            members: calendar_members::with_staff(tx, &[row.id]).await?.len(),
            services: services::list(tx, row.id).await?.len(),
        })
    }

    fn change_to(&self, kind: Kind) -> KindChange {
        let apart = |kind| matches!(kind, Kind::ClassBooking | Kind::Simple | Kind::Service);
        let is_refused = self.upcoming > 0 && (apart(self.kind) || apart(kind));
        KindChange {
            kind,
            refused: is_refused.then_some(KindProblem::AppointmentsToCome {
                appointments: self.upcoming,
            }),
            consequences: if is_refused {
                Vec::new()
            } else {
                self.consequences(kind)
            },
        }
    }

    fn consequences(&self, kind: Kind) -> Vec<KindConsequence> {
        let mut all = vec![match self.upcoming {
            0 => KindConsequence::NothingToCome,
            appointments => KindConsequence::AppointmentsStay { appointments },
        }];
        let members_left = match kind {
            Kind::Simple => 0,
            Kind::Personal | Kind::ClassBooking => self.members.min(1),
            Kind::RoundRobin | Kind::Collective | Kind::Service => self.members,
        };
        if members_left == self.members {
            if self.kind == Kind::RoundRobin {
                all.push(KindConsequence::DistributionIdle);
            }
        } else if members_left == 0 {
            all.push(KindConsequence::MembersRemoved);
        } else {
            all.push(KindConsequence::OneMemberStays);
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
