//! Changes of a booking calendar's kind and their consequences for existing appointments, members and services.

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, StaffId};
use store::booking_calendars::{self, BookingCalendar};
use store::{ReadTx, StoreError, appointments, calendar_members, services};

use super::access::check_admin;
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
    pub consequences: Vec<String>,
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
    let others = ALL_KINDS.into_iter().filter(|kind| *kind != row.kind);
    Ok(others.map(|kind| existing.change_to(kind)).collect())
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
    let change = CalendarUsage::load(tx, old, now).await?.change_to(form.kind);
    let mut checked = Validator::default();
    if let Some(sentence) = change.refused {
        checked.problem("kind", sentence);
    } else if !form.kind_change_confirmed {
        let consequences = change.consequences.join(" ");
        checked.problem(
            "kind_change_confirmed",
            format!("Tick that the kind is to change, if this is right: {consequences}"),
        );
    }
    Ok(checked.finish()?)
}

impl CalendarUsage {
    async fn load(tx: &mut ReadTx, row: &BookingCalendar, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.kind,
            upcoming: appointments::future_of_calendar(tx, row.id, now).await?.len(),
            members: calendar_members::with_staff(tx, &[row.id]).await?.len(),
            services: services::list(tx, row.id).await?.len(),
        })
    }

    fn change_to(&self, kind: Kind) -> KindChange {
        let apart = |kind| matches!(kind, Kind::ClassBooking | Kind::Simple | Kind::Service);
        let refused = (self.upcoming > 0 && (apart(self.kind) || apart(kind))).then(|| {
            format!(
                "{} under way or to come, with no place in a calendar of the other kind. Make a new booking calendar of that \
                 kind and switch this one off, or change the kind when they are over or cancelled.",
                are(self.upcoming, "appointment")
            )
        });
        let consequences = if refused.is_some() {
            Vec::new()
        } else {
            self.consequences(kind)
        };
        KindChange {
            kind,
            refused,
            consequences,
        }
    }

    fn consequences(&self, kind: Kind) -> Vec<String> {
        let mut consequences = vec![if self.upcoming == 0 {
            "No appointment is under way or to come; past ones stay as they are.".to_owned()
        } else {
            format!(
                "{} under way or to come. They stay as they are, with those who hold them; what is booked from now on \
                 follows the new kind.",
                are(self.upcoming, "appointment")
            )
        }];
        let mut add = |sentence: &str| consequences.push(sentence.to_owned());
        match kind {
            Kind::Simple if self.members > 0 => {
                add("Its members are taken out, and their priorities, weights and order are forgotten.");
            }
            Kind::Personal | Kind::ClassBooking if self.members > 1 => add(
                "Only the one member whom you leave ticked stays; the priorities, weights and order of the others are forgotten.",
            ),
            _ if self.kind == Kind::RoundRobin => add(
                "Priorities, weights and the way of sharing out are kept, but count in a Round Robin calendar alone.",
            ),
            _ => {}
        }
        if self.kind == Kind::Simple {
            add(
                "From now on its appointments are written to its members' iCloud, and events there block it.",
            );
        }
        if self.kind == Kind::ClassBooking {
            add("The number of seats is kept, but counts in a Class Booking calendar alone.");
        }
        if self.kind == Kind::Service {
            let services = match self.services {
                0 => "Its menu is empty.".to_owned(),
                services => format!(
                    "Its menu of {} is kept, but nobody can book from it until this is a Service calendar again.",
                    counted(services, "service")
                ),
            };
            add(&services);
            add("Every appointment takes the duration that is set below.");
        }
        match kind {
            Kind::ClassBooking => add("Whoever books takes one of a session's seats."),
            Kind::Simple => add("It no longer uses iCloud, and needs hours of its own."),
            Kind::Service if self.services == 0 => {
                add(
                    "Nobody can book it until there is a service on its menu; each has a duration of its own.",
                );
            }
            Kind::Service => {
                let menu = counted(self.services, "service");
                add(&format!(
                    "Its menu of {menu} is used again; each has a duration of its own."
                ));
            }
            _ => {}
        }
        add("Its questions, hours and limits stay.");
        consequences
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
