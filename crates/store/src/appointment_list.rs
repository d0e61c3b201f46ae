//! Lists of appointments, one page at a time. Paging is by key (start and id), not by offset: bookings and cancellations between two
//! requests leave no gaps, and the last page is found as fast as the first.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::appointments::{self, Appointment};
use crate::collisions::{FreeStatuses, collides};
use crate::db::{ReadTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// The sort key of an appointment in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Start of the appointment; in one host's list, start of that host's first part.
    pub at: Timestamp,
    /// Breaks ties between appointments that start together.
    pub id: AppointmentId,
}

/// The form used in page addresses; [`FromStr`](std::str::FromStr) reads it back.
impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", ms(self.at), self.id)
    }
}

/// The text is not the address form of a sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no position in a list of appointments")]
pub struct InvalidPosition;

impl std::str::FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (at, id) = text.split_once('_').ok_or(InvalidPosition)?;
        let at = at
            .parse()
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok());
        Ok(Self {
            at: at.ok_or(InvalidPosition)?,
            id: id.parse().map_err(|_| InvalidPosition)?,
        })
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// The page that ends just before this key, nearest first.
    Before(Position),
    /// The page that begins just after this key, nearest first.
    After(Position),
}

/// Which appointments to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// True: appointments that end after `now`, soonest first. False: past ones, latest first.
    pub upcoming: bool,
    /// The present instant.
    pub now: Timestamp,
    /// Only those of this host.
    pub host: Option<StaffId>,
    /// Only those that staff still have to confirm.
    pub to_confirm: bool,
    /// Only active ones that an external event collides with. These statuses take no time.
    pub colliding: Option<FreeStatuses>,
    /// Only those whose client's name or address contains this text; empty for all.
    pub search: String,
    /// Where the page begins; none for the first page.
    pub cursor: Option<Cursor>,
    /// Maximum number of rows.
    pub limit: u32,
}

impl Filter {
    /// Whether rows are read in ascending order of time.
    pub fn is_ascending(&self) -> bool {
        match self.cursor {
            Some(Cursor::After(_)) => true,
            Some(Cursor::Before(_)) => false,
            None => self.upcoming,
        }
    }

    /// The SQL text. It is assembled from constant fragments only, values are bound.
    fn sql(&self) -> String {
        // A host's appointments are found through their parts, ordered by the first part of each.
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
            // Written as literals, not bound: only then can the planner use the partial index on unconfirmed appointments.
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
        let direction = if self.is_ascending() { "ASC" } else { "DESC" };
        format!(
            "SELECT a.*, {at} AS listed_at FROM {from} WHERE {conditions}
             ORDER BY {at} {direction}, {id} {direction} LIMIT $4"
        )
    }
}

/// An appointment in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The appointment.
    pub appointment: Appointment,
    /// Its sort key, from which the next page can begin.
    pub position: Position,
}

/// Lists appointments in the order of the filter, starting at its cursor.
pub async fn list(tx: &mut ReadTx, filter: &Filter) -> Result<Vec<ListEntry>, StoreError> {
    let escaped = filter
        .search
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let position = match filter.cursor {
        Some(Cursor::Before(position) | Cursor::After(position)) => Some(position),
        None => None,
    };
    // Its text, which is put together here, only reads.
    rows_of!(
        &mut tx.backend,
        |row: &dyn Fields| {
            let appointment = appointments::read(row)?;
            let at = row.instant("listed_at")?;
            let position = Position {
                at,
                id: appointment.id,
            };
            Ok(ListEntry {
                appointment,
                position,
            })
        },
        sqlx::AssertSqlSafe(filter.sql()),
        sqlx::AssertSqlSafe(filter.sql()),
        ms(filter.now),
        filter.host.map(|host| host.0),
        format!("%{escaped}%"),
        i64::from(filter.limit),
        position.map(|position| ms(position.at)),
        position.map(|position| position.id.0),
        filter.colliding.map(|free| free.always[0].as_str()),
        filter.colliding.map(|free| free.always[1].as_str()),
        filter.colliding.map(|free| free.always[2].as_str()),
        filter.colliding.map(|free| free.all_day.as_str())
    )
}
