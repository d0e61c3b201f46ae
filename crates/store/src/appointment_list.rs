//! Lists of appointments, a page at a time. A page goes on from a place and not from a number: what is booked or called off meanwhile
//! makes no gap, and the last page is found as fast as the first.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::appointments::{self, Appointment};
use crate::collisions::{FreeWords, collides};
use crate::db::{ReadTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Where an appointment stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When it starts; in one host's list, when that host's first part does.
    pub at: Timestamp,
    /// Which of several at the same time.
    pub id: AppointmentId,
}

/// As addresses of pages have it.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", ms(self.at), self.id)
    }
}

/// A text that is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in a list of appointments")]
pub struct NoPlace;

impl std::str::FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (at, id) = text.split_once('_').ok_or(NoPlace)?;
        let at = at
            .parse()
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok());
        Ok(Self {
            at: at.ok_or(NoPlace)?,
            id: id.parse().map_err(|_| NoPlace)?,
        })
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// What comes just before this place, the nearest first.
    Before(Place),
    /// What comes just after this place, the nearest first.
    After(Place),
}

/// Which appointments to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Those that end after `now`, the next first; else those that ended, the latest first.
    pub upcoming: bool,
    /// The present instant.
    pub now: Timestamp,
    /// Only this host's.
    pub host: Option<StaffId>,
    /// Only those that wait to be confirmed by staff.
    pub to_confirm: bool,
    /// Only active ones that an external event collides with; whether it does depends on these words.
    pub colliding: Option<FreeWords>,
    /// Only those whose client's name or address holds this text; empty: all.
    pub search: String,
    /// Not from the beginning of the list.
    pub cursor: Option<Cursor>,
    /// At most so many.
    pub limit: u32,
}

impl Filter {
    /// Whether the list goes from the earlier to the later.
    pub fn goes_on_in_time(&self) -> bool {
        match self.cursor {
            Some(Cursor::After(_)) => true,
            Some(Cursor::Before(_)) => false,
            None => self.upcoming,
        }
    }

    /// The question, put together from fixed words.
    fn sql(&self) -> String {
        // A host's appointments are found by their parts, in the order of the first part of each.
        let (from, at, id) = if self.host.is_some() {
            let from = "appointment_parts p CROSS JOIN appointments a";
            (from, "p.starts_at", "p.appointment_id")
        } else {
            ("appointments a", "a.starts_at", "a.id")
        };
        let mut conditions = if self.upcoming {
            let begun = concat!("{at} > ", begun_since!("$1")).replace("{at}", at);
            vec!["a.ends_at > $1".to_owned(), begun]
        } else {
            vec!["a.ends_at <= $1".to_owned(), format!("{at} <= $1")]
        };
        if self.host.is_some() {
            let first = "p.host_id = $2 AND a.id = p.appointment_id AND NOT EXISTS (SELECT 1 FROM appointment_parts q
                WHERE q.appointment_id = p.appointment_id AND q.host_id = p.host_id AND q.position < p.position)";
            conditions.push(first.to_owned());
        }
        if self.to_confirm {
            // Not as a value: those that wait to be confirmed have an index of their own.
            conditions.push("a.status = 'new' AND a.unconfirmed_until IS NULL".to_owned());
        }
        if self.colliding.is_some() {
            conditions.push("a.status IN ('new', 'confirmed', 'showed')".to_owned());
            let collides = collides!("$7, $8, $9", "$10");
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM appointment_parts q WHERE q.appointment_id = a.id AND {collides})"
            ));
        }
        if !self.search.is_empty() {
            let found = "(LOWER(a.name) LIKE $3 ESCAPE '\\' OR LOWER(a.email) LIKE $3 ESCAPE '\\')";
            conditions.push(found.to_owned());
        }
        match self.cursor {
            Some(Cursor::Before(_)) => conditions.push(format!("({at}, {id}) < ($5, $6)")),
            Some(Cursor::After(_)) => conditions.push(format!("({at}, {id}) > ($5, $6)")),
            None => {}
        }
        let conditions = conditions.join(" AND ");
        let direction = if self.goes_on_in_time() { "ASC" } else { "DESC" };
        format!(
            "SELECT a.*, {at} AS listed_at FROM {from} WHERE {conditions}
             ORDER BY {at} {direction}, {id} {direction} LIMIT $4"
        )
    }
}

/// An appointment in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The appointment.
    pub appointment: Appointment,
    /// Where it stands.
    pub place: Place,
}

/// Appointments in order: that of the list, or from a place on.
pub async fn list(tx: &mut ReadTx, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let escaped = filter
        .search
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let place = match filter.cursor {
        Some(Cursor::Before(place) | Cursor::After(place)) => Some(place),
        None => None,
    };
    // Its text, which is put together here, only reads.
    rows_of!(
        &mut tx.backend,
        |row: &dyn Fields| {
            let appointment = appointments::read(row)?;
            let at = row.instant("listed_at")?;
            let place = Place {
                at,
                id: appointment.id,
            };
            Ok(Listed { appointment, place })
        },
        sqlx::AssertSqlSafe(filter.sql()),
        sqlx::AssertSqlSafe(filter.sql()),
        ms(filter.now),
        filter.host.map(|host| host.0),
        format!("%{escaped}%"),
        i64::from(filter.limit),
        place.map(|place| ms(place.at)),
        place.map(|place| place.id.0),
        filter.colliding.map(|free| free.always[0]),
        filter.colliding.map(|free| free.always[1]),
        filter.colliding.map(|free| free.always[2]),
        filter.colliding.map(|free| free.all_day)
    )
}
