//! Optimistic locking of what several people may edit, so that no change is overwritten unseen.
//!
//! A form carries the version that it shows. A use case compares that with the newest version in its own transaction, and records its
//! changes as the next one. If there is a newer version, the editor gets [`ChangedMeanwhile`], and may save again after seeing it.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};
use store::changes::{self, Change as Row};
use store::locks::Lock;
use store::{BlockId, ChangeAction, ChangeSubject, Party, ReadTx, StoreError, WriteTx, staff};
use uuid::Uuid;
use zones::Zone;

use crate::differences::{self, Seen};
use crate::error::Error;
use crate::people::names;
use crate::problem::Internal;
use crate::quince::Quince;

pub use crate::differences::{Change, ChangedMeanwhile, Difference, Field};
pub(crate) use crate::differences::{Differences, date_words};

/// A record whose changes are versioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versioned {
    subject: ChangeSubject,
    id: Uuid,
}

impl Versioned {
    /// The workspace with its holidays.
    pub const WORKSPACE: Self = Self::the_only(ChangeSubject::Workspace);
    /// All rooms and equipment.
    pub const RESOURCES: Self = Self::the_only(ChangeSubject::Resources);

    const fn the_only(subject: ChangeSubject) -> Self {
        Self {
            subject,
            id: Uuid::nil(),
        }
    }

    /// A booking calendar with its members and questions.
    pub fn calendar(id: CalendarId) -> Self {
        Self {
            subject: ChangeSubject::BookingCalendar,
            id: id.0,
        }
    }

    /// The menu of a Service calendar.
    pub fn menu(id: CalendarId) -> Self {
        Self {
            subject: ChangeSubject::Menu,
            id: id.0,
        }
    }

    /// A staff member's profile.
    pub fn profile(id: StaffId) -> Self {
        Self {
            subject: ChangeSubject::Profile,
            id: id.0,
        }
    }

    /// An appointment.
    pub fn appointment(id: AppointmentId) -> Self {
        Self {
            subject: ChangeSubject::Appointment,
            id: id.0,
        }
    }

    /// Blocked-off time.
    pub fn blocked_time(id: BlockId) -> Self {
        Self {
            subject: ChangeSubject::BlockedTime,
            id: id.0,
        }
    }
}

/// Returns the newest version for a form; 0 if there was no change. Call it before reading what the form shows, so that a change in
/// between is detected.
pub async fn newest(quince: &Quince, of: Versioned) -> Result<i64, Internal> {
    let mut tx = quince.store().read().await?;
    Ok(changes::version(&mut tx, of.subject, of.id).await?)
}

/// A staff member who edits a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Editor {
    /// The staff member.
    pub staff: StaffId,
    /// The version that their form shows; none to save without a comparison.
    pub seen: Option<i64>,
}

impl Editor {
    /// An editor whose form shows this version.
    pub fn having_seen(staff: StaffId, version: i64) -> Self {
        Self {
            staff,
            seen: Some(version),
        }
    }
}

/// An editor who saves without a comparison.
impl From<StaffId> for Editor {
    fn from(staff: StaffId) -> Self {
        Self { staff, seen: None }
    }
}

/// The author of a recorded change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author {
    /// The client or the staff member.
    pub(crate) party: Party,
    /// The version that they saw; none to save without a comparison.
    pub(crate) seen: Option<i64>,
}

impl From<Editor> for Author {
    fn from(editor: Editor) -> Self {
        Self {
            party: Party::Staff(editor.staff),
            seen: editor.seen,
        }
    }
}

/// A staff member who saves without a comparison.
impl From<StaffId> for Author {
    fn from(staff: StaffId) -> Self {
        Editor::from(staff).into()
    }
}

/// Checks that the version that was seen is the newest.
///
/// # Errors
/// [`ChangedMeanwhile`] if it is not.
pub(crate) async fn compare(tx: &mut ReadTx, of: Versioned, by: Author, now: Timestamp) -> Result<(), Error> {
    if by.seen.is_none() {
        return Ok(());
    }
    let newest = changes::version(tx, of.subject, of.id).await?;
    compare_with(tx, of, by, newest, now).await
}

async fn compare_with(
    tx: &mut ReadTx,
    of: Versioned,
    by: Author,
    newest: i64,
    now: Timestamp,
) -> Result<(), Error> {
    match by.seen {
        Some(seen) if seen != newest => Err(changed_meanwhile(tx, of, by, (seen, newest), now).await?.into()),
        _ => Ok(()),
    }
}

/// Whether the last change is the author's own, made after the version that they saw, and of this field. Then their request may have
/// been carried out already.
pub(crate) async fn was_changed_by(
    tx: &mut ReadTx,
    of: Versioned,
    by: Author,
    field: Field,
) -> Result<bool, StoreError> {
    let since = changes::since(tx, of.subject, of.id, by.seen.unwrap_or(0)).await?;
    Ok(since.last().is_some_and(|last| {
        let mut differences = differences::from_json(&last.details).into_iter();
        last.by == by.party && differences.any(|difference| difference.field == field)
    }))
}

/// Locks a record until the transaction ends. Take the lock before reading what a whole form replaces, or the form may be compared with
/// values that another transaction is replacing.
pub(crate) async fn lock(tx: &mut WriteTx, of: Versioned) -> Result<(), StoreError> {
    tx.lock([Lock::Edited(of.subject, of.id)]).await
}

/// Records the changes that an author is about to write as the next version; without differences no version is made. The error aborts
/// the transaction, so nothing has to be undone.
///
/// # Errors
/// [`ChangedMeanwhile`] if the newest version is not the one that the author saw, even if it was made concurrently.
pub(crate) async fn save(
    tx: &mut WriteTx,
    of: Versioned,
    by: Author,
    differences: &Differences,
    now: Timestamp,
) -> Result<(), Error> {
    if differences.is_empty() {
        return Ok(());
    }
    record(tx, of, by, ChangeAction::Saved, differences.to_json(), now).await
}

/// Records that an author deletes something. `details` holds the details that remain afterwards.
pub(crate) async fn delete(
    tx: &mut WriteTx,
    of: Versioned,
    by: Author,
    details: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let details = details.unwrap_or_else(|| "[]".to_owned());
    record(tx, of, by, ChangeAction::Deleted, details, now).await
}

/// Records a version. The caller holds a lock that makes versions unique: [`lock`] for what is edited as a whole, the appointment's own
/// lock, or the owner's lock for a session that is cancelled. If the version exists nevertheless, the transaction is retried: an editor
/// then gets [`ChangedMeanwhile`], and a client's change becomes the following version.
async fn record(
    tx: &mut WriteTx,
    of: Versioned,
    by: Author,
    action: ChangeAction,
    details: String,
    now: Timestamp,
) -> Result<(), Error> {
    let newest = changes::version(tx, of.subject, of.id).await?;
    compare_with(tx, of, by, newest, now).await?;
    let row = Row {
        subject: of.subject,
        subject_id: of.id,
        version: newest + 1,
        action,
        by: by.party,
        at: now,
        details,
    };
    if changes::record(tx, &row).await? {
        Ok(())
    } else {
        Err(StoreError::OutOfTurn.into())
    }
}

async fn changed_meanwhile(
    tx: &mut ReadTx,
    of: Versioned,
    by: Author,
    (seen, newest): (i64, i64),
    now: Timestamp,
) -> Result<ChangedMeanwhile, StoreError> {
    let reader = match by.party {
        Party::Staff(reader) => staff::find(tx, reader).await?,
        Party::Client => None,
    };
    let rows = changes::since(tx, of.subject, of.id, seen).await?;
    let people: Vec<StaffId> = rows.iter().filter_map(|row| row.by.staff()).collect();
    let names = names(staff::list_of(tx, &people).await?);
    let name = |by: Party| match by {
        Party::Client => "The client".to_owned(),
        Party::Staff(id) => names.get(&id).cloned().unwrap_or_default(),
    };
    let change = |row: Row| Change {
        by: (row.by == Party::Client || row.by != by.party).then(|| name(row.by)),
        at: row.at,
        is_deletion: row.action == ChangeAction::Deleted,
        differences: differences::from_json(&row.details),
    };
    Ok(ChangedMeanwhile {
        changes: rows.into_iter().map(change).collect(),
        newest,
        seen: if seen > newest { Seen::Later } else { Seen::Earlier },
        reader: (reader.map_or_else(Zone::utc, |reader| reader.profile.zone), now),
    })
}
