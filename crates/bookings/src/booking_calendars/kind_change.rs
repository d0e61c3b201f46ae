//! Changes of a booking calendar's kind and their consequences for existing appointments, members and services.

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, StaffId};
use store::booking_calendars::{self, BookingCalendar};
use store::{ReadTx, StoreError, appointments, calendar_members, services};

use super::allowed::allowed;
use super::form::CalendarForm;
use crate::error::{Error, Missing};
use crate::quince::Quince;
use crate::validate::Validator;

/// A possible change of the kind, shown before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindChange {
    /// The new kind.
    pub kind: Kind,
    /// Why the change is refused, and what to do instead.
    pub refused: Option<String>,
    /// The consequences, in sentences.
    pub happens: Vec<String>,
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
    let others = ALL.into_iter().filter(|kind| *kind != row.settings.kind);
    Ok(others.map(|kind| existing.becomes(kind)).collect())
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
    let change = Existing::load(tx, old, now).await?.becomes(form.settings.kind);
    let mut checked = Validator::default();
    if let Some(sentence) = change.refused {
        checked.problem("kind", sentence);
    } else if !form.kind_change_confirmed {
        let happens = change.happens.join(" ");
        checked.problem(
            "kind_change_confirmed",
            format!("Tick that the kind is to change, if this is right: {happens}"),
        );
    }
    Ok(checked.finish()?)
}

impl Existing {
    async fn load(tx: &mut ReadTx, row: &BookingCalendar, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.settings.kind,
            coming: appointments::future_of_calendar(tx, row.id, now).await?.len(),
            members: calendar_members::with_staff(tx, &[row.id]).await?.len(),
            services: services::list(tx, row.id).await?.len(),
        })
    }

    fn becomes(&self, kind: Kind) -> KindChange {
        let apart = |kind| matches!(kind, Kind::ClassBooking | Kind::Simple | Kind::Service);
        let refused = (self.coming > 0 && (apart(self.kind) || apart(kind))).then(|| {
            format!(
                "{} under way or to come, with no place in a calendar of the other kind. Make a new booking calendar of that \
                 kind and switch this one off, or change the kind when they are over or cancelled.",
                are(self.coming, "appointment")
            )
        });
        let happens = if refused.is_some() {
            Vec::new()
        } else {
            self.consequences(kind)
        };
        KindChange {
            kind,
            refused,
            happens,
        }
    }

    fn consequences(&self, kind: Kind) -> Vec<String> {
        let mut happens = vec![if self.coming == 0 {
            "No appointment is under way or to come; past ones stay as they are.".to_owned()
        } else {
            format!(
                "{} under way or to come. They stay as they are, with those who hold them; what is booked from now on \
                 follows the new kind.",
                are(self.coming, "appointment")
            )
        }];
        let mut tell = |sentence: &str| happens.push(sentence.to_owned());
        let members_left = match kind {
            Kind::Simple => 0,
            Kind::Personal | Kind::ClassBooking => self.members.min(1),
            Kind::RoundRobin | Kind::Collective | Kind::Service => self.members,
        };
        if members_left == self.members {
            if self.kind == Kind::RoundRobin {
                tell(
                    "Priorities, weights and the way of sharing out are kept, but count in a Round Robin calendar alone.",
                );
            }
        } else if members_left == 0 {
            tell("Its members are taken out, and their priorities, weights and order are forgotten.");
        } else {
            tell(
                "Only the one member whom you leave ticked stays; the priorities, weights and order of the others are forgotten.",
            );
        }
        if self.kind == Kind::Simple {
            tell(
                "From now on its appointments are written to its members' iCloud, and events there block it.",
            );
        }
        if self.kind == Kind::ClassBooking {
            tell("The number of seats is kept, but counts in a Class Booking calendar alone.");
        }
        if self.kind == Kind::Service {
            let services = match self.services {
                0 => "Its menu is empty.".to_owned(),
                services => format!(
                    "Its menu of {} is kept, but nobody can book from it until this is a Service calendar again.",
                    counted(services, "service")
                ),
            };
            tell(&services);
            tell("Every appointment takes the duration that is set below.");
        }
        match kind {
            Kind::ClassBooking => tell("Whoever books takes one of a session's seats."),
            Kind::Simple => tell("It no longer uses iCloud, and needs hours of its own."),
            Kind::Service if self.services == 0 => {
                tell(
                    "Nobody can book it until there is a service on its menu; each has a duration of its own.",
                );
            }
            Kind::Service => {
                let menu = counted(self.services, "service");
                tell(&format!(
                    "Its menu of {menu} is used again; each has a duration of its own."
                ));
            }
            Kind::RoundRobin | Kind::Collective | Kind::Personal => {}
        }
        tell("Its questions, hours and limits stay.");
        happens
    }
}

fn are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, what))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
