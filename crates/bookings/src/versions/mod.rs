//! Versions of what several people may edit, so that nobody's change is lost.
//!
//! A form carries the version that it was made from. A use case compares it in its own transaction with the newest, and records what
//! it changes as the next one. Whoever would save over a newer version gets [`ChangedMeanwhile`] and may save again having seen that.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};
use store::changes::{self, Change as Row};
use store::locks::Lock;
use store::{BlockId, ChangeDeed, ChangeSubject, Party, ReadTx, StoreError, WriteTx, staff};
use uuid::Uuid;
use zones::Zone;

use crate::differences::{self, Seen};
use crate::error::Error;
use crate::people::names;
use crate::problem::Internal;
use crate::quince::Quince;

pub use crate::differences::{Change, ChangedMeanwhile, Difference, Field};
pub(crate) use crate::differences::{Differences, date_words};

/// Something whose changes are recorded.
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

/// The newest version, for a form; 0 when it was never changed. A page asks for it before it reads what the form shows: then a change
/// in between is noticed.
pub async fn newest(quince: &Quince, of: Versioned) -> Result<i64, Internal> {
    let mut tx = quince.store().read().await?;
    Ok(changes::version(&mut tx, of.subject, of.id).await?)
}

/// A staff member who changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Editor {
    /// Who.
    pub staff: StaffId,
    /// The version that their form was made from; none: they mean it whatever is there.
    pub seen: Option<i64>,
}

impl Editor {
    /// Somebody whose form was made from this version.
    pub fn having_seen(staff: StaffId, version: i64) -> Self {
        Self {
            staff,
            seen: Some(version),
        }
    }
}

/// Somebody who means it whatever is there.
impl From<StaffId> for Editor {
    fn from(staff: StaffId) -> Self {
        Self { staff, seen: None }
    }
}

/// Whose change is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author {
    /// Who.
    pub(crate) party: Party,
    /// The version that they saw; none: they mean it whatever is there.
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

/// Somebody of the staff who means it whatever is there.
impl From<StaffId> for Author {
    fn from(staff: StaffId) -> Self {
        Editor::from(staff).into()
    }
}

/// Whether nobody made another version than the one that was seen.
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

/// Whether the last change is the author's own, made since the version that they saw, and of this field: what they send has perhaps been
/// carried out already.
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

/// Keeps others from saving it until the transaction ends. Whoever writes a whole form locks before reading what is there: the form
/// may be as it was when it was read, and not as somebody else is saving it.
pub(crate) async fn lock(tx: &mut WriteTx, of: Versioned) -> Result<(), StoreError> {
    tx.lock([Lock::Edited(of.subject, of.id)]).await
}

/// Records what an author is about to write as the next version; where nothing becomes different there is none. An error breaks the
/// transaction off, so nothing has to be undone.
///
/// # Errors
/// [`ChangedMeanwhile`] when there is another version than the author saw, even one that is made at the same moment.
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
    record(tx, of, by, ChangeDeed::Saved, differences.to_json(), now).await
}

/// Records that an author deletes something, with what is to be known of it afterwards.
pub(crate) async fn delete(
    tx: &mut WriteTx,
    of: Versioned,
    by: Author,
    trace: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let trace = trace.unwrap_or_else(|| "[]".to_owned());
    record(tx, of, by, ChangeDeed::Deleted, trace, now).await
}

/// Whoever records something has locked it: what is edited as a whole by [`lock`], an appointment by itself, a seat of a session that
/// is called off by its owner's time. So nobody else makes the same version. Should somebody all the same, the transaction is carried
/// out again: having read what they wrote, an editor is told of it, and a client's change comes after theirs.
async fn record(
    tx: &mut WriteTx,
    of: Versioned,
    by: Author,
    deed: ChangeDeed,
    details: String,
    now: Timestamp,
) -> Result<(), Error> {
    let newest = changes::version(tx, of.subject, of.id).await?;
    compare_with(tx, of, by, newest, now).await?;
    let row = Row {
        subject: of.subject,
        subject_id: of.id,
        version: newest + 1,
        deed,
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
        is_deletion: row.deed == ChangeDeed::Deleted,
        differences: differences::from_json(&row.details),
    };
    Ok(ChangedMeanwhile {
        changes: rows.into_iter().map(change).collect(),
        newest,
        seen: if seen > newest { Seen::Later } else { Seen::Earlier },
        told: (reader.map_or_else(Zone::utc, |reader| reader.zone), now),
    })
}
