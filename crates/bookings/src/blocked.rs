//! Time that staff block off, for example for holidays. Nobody can book it; appointments in it stay.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, CalendarId, Interval, Kind, StaffId, TimeOwner};
use store::appointment_parts::{self, Part};
use store::blocked_time::{self, Blocked};
use store::booking_calendars::{self, BookingCalendar};
use store::staff::{self, Staff};
use store::{BlockId, ChangeSubject, ReadTx, StoreError, appointments, changes};
use zones::Zone;

use crate::accounts::is_admin;
use crate::error::{Error, Missing, Permission, Refusal};
use crate::problem::{TextName, TimeProblem};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// The longest time that can be blocked off at once.
const MAX_DURATION: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Blocked-off time, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockView {
    /// Its id.
    pub id: BlockId,
    /// Its owner, one of [`owners`].
    pub owner: TimeOwner,
    /// The owner's name.
    pub owner_name: String,
    /// The owner's zone.
    pub zone: Zone,
    /// Its start.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// Its title; never empty.
    pub title: String,
    /// The appointments in it, which stay: the client's name, and the start of this owner's part.
    pub appointments: Vec<(String, Timestamp)>,
}

/// A person or a Simple calendar whose time can be blocked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockOwner {
    /// The id.
    pub id: TimeOwner,
    /// The name.
    pub name: String,
    /// The zone.
    pub zone: Zone,
}

impl BlockOwner {
    fn of_person(person: Staff) -> Self {
        Self {
            id: person.id.into(),
            name: person.profile.name,
            zone: person.profile.zone,
        }
    }

    fn of_calendar(calendar: BookingCalendar) -> Self {
        Self {
            id: calendar.id.into(),
            name: calendar.settings.name,
            zone: calendar.settings.rules.zone,
        }
    }
}

/// Returns whose time a staff member may block off, themselves first: for admins everybody and Simple calendars.
pub async fn owners(quince: &Quince, by: StaffId) -> Result<Vec<BlockOwner>, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, by)
        .await?
        .ok_or(Error::NotAllowed(Permission::HandleTime))?;
    let is_admin = is_admin(me.account.role);
    let mut owners = vec![BlockOwner::of_person(me)];
    if is_admin {
        let team = staff::list(&mut tx).await?;
        let others = team.into_iter().filter(|person| person.id != by);
        owners.extend(others.map(BlockOwner::of_person));
        let simple = simple_calendars(&mut tx).await?;
        owners.extend(simple.into_values().map(BlockOwner::of_calendar));
    }
    Ok(owners)
}

/// Returns all Simple calendars.
pub(crate) async fn simple_calendars(
    tx: &mut ReadTx,
) -> Result<BTreeMap<CalendarId, BookingCalendar>, StoreError> {
    let all = booking_calendars::list(tx).await?.into_iter();
    let simple = all.filter(|calendar| calendar.settings.kind == Kind::Simple);
    Ok(simple.map(|calendar| (calendar.id, calendar)).collect())
}

/// Blocks time off: the staff member's own, or for admins anybody's and that of Simple calendars. The default title is “Blocked”.
pub async fn add(
    quince: &Quince,
    by: StaffId,
    who: impl Into<TimeOwner>,
    span: Interval,
    title: &str,
) -> Result<BlockView, Error> {
    let (who, title) = (who.into(), checked(span, title)?);
    let mut tx = quince.store().write().await?;
    let owner = owner_if_allowed(&mut tx, by, who).await?;
    let id = blocked_time::insert(&mut tx, who, span.start, span.end, &title, quince.now()).await?;
    let row = find(&mut tx, id).await?;
    let view = view(&mut tx, row, owner).await?;
    tx.commit().await?;
    Ok(view)
}

/// Returns blocked-off time, for its owner and for admins.
pub async fn get(quince: &Quince, by: StaffId, id: BlockId) -> Result<BlockView, Error> {
    let mut tx = quince.store().read().await?;
    let row = find(&mut tx, id).await?;
    let owner = owner_if_allowed(&mut tx, by, row.owner).await?;
    view(&mut tx, row, owner).await
}

/// Changes blocked-off time.
pub async fn change(
    quince: &Quince,
    by: impl Into<Editor>,
    id: BlockId,
    span: Interval,
    title: &str,
) -> Result<BlockView, Error> {
    let (by, title) = (by.into(), checked(span, title)?);
    retried_if_lost(|| change_once(quince, by, id, span, &title)).await
}

async fn change_once(
    quince: &Quince,
    by: Editor,
    id: BlockId,
    span: Interval,
    title: &str,
) -> Result<BlockView, Error> {
    let mut tx = quince.store().write().await?;
    let of = Versioned::blocked_time(id);
    versions::lock(&mut tx, of).await?;
    let row = find(&mut tx, id).await?;
    let owner = owner_if_allowed(&mut tx, by.staff, row.owner).await?;
    let mut differences = Differences::default();
    differences.value(Field::Title, row.title.as_str(), title);
    differences.value(Field::Start, &row.starts_at, &span.start);
    differences.value(Field::End, &row.ends_at, &span.end);
    let author = Author::from(by);
    versions::save(&mut tx, of, author, &differences, quince.now()).await?;
    blocked_time::update(&mut tx, id, span.start, span.end, title).await?;
    let row = find(&mut tx, id).await?;
    let view = view(&mut tx, row, owner).await?;
    tx.commit().await?;
    Ok(view)
}

/// Deletes blocked-off time. Nothing happens if it is deleted already.
pub async fn remove(quince: &Quince, by: impl Into<Editor>, id: BlockId) -> Result<(), Error> {
    let by = by.into();
    retried_if_lost(|| remove_once(quince, by, id)).await
}

async fn remove_once(quince: &Quince, by: Editor, id: BlockId) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    let of = Versioned::blocked_time(id);
    versions::lock(&mut tx, of).await?;
    let row = match find(&mut tx, id).await {
        Err(Error::Refused(Refusal::Unblocked)) => return Ok(()),
        other => other?,
    };
    owner_if_allowed(&mut tx, by.staff, row.owner).await?;
    let author = Author::from(by);
    versions::delete(&mut tx, of, author, None, quince.now()).await?;
    blocked_time::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

fn checked(span: Interval, title: &str) -> Result<String, Error> {
    let mut checked = Validator::default();
    let title = checked.line("title", TextName::Title, title, NAME_LIMIT);
    if span.is_empty() {
        checked.problem("end", TimeProblem::EndNotAfterStart);
    } else if span.end.duration_since(span.start) > MAX_DURATION {
        checked.problem("end", TimeProblem::BlockTooLong);
    }
    checked.finish()?;
    Ok(if title.is_empty() {
        "Blocked".to_owned()
    } else {
        title
    })
}

/// # Errors
/// [`Refusal::Unblocked`] if it was deleted.
async fn find(tx: &mut ReadTx, id: BlockId) -> Result<Blocked, Error> {
    if let Some(row) = blocked_time::find(tx, id).await? {
        return Ok(row);
    }
    if changes::is_deleted(tx, ChangeSubject::BlockedTime, id.0).await? {
        return Err(Refusal::Unblocked.into());
    }
    Err(Missing::BlockedTime.into())
}

/// Returns the owner of the time, if `by` may change it.
async fn owner_if_allowed(tx: &mut ReadTx, by: StaffId, who: TimeOwner) -> Result<BlockOwner, Error> {
    let me = staff::find(tx, by).await?.ok_or(Permission::HandleTime)?;
    if who == by.into() {
        return Ok(BlockOwner::of_person(me));
    }
    if !is_admin(me.account.role) {
        return Err(Error::NotAllowed(Permission::HandleTime));
    }
    let owner = match who {
        TimeOwner::Staff(id) => staff::find(tx, id).await?.map(BlockOwner::of_person),
        TimeOwner::Calendar(id) => booking_calendars::find(tx, id)
            .await?
            .filter(|calendar| calendar.settings.kind == Kind::Simple)
            .map(BlockOwner::of_calendar),
        TimeOwner::Unit(_) => None,
    };
    Ok(owner.ok_or(Missing::StaffMember)?)
}

async fn view(tx: &mut ReadTx, row: Blocked, owner: BlockOwner) -> Result<BlockView, Error> {
    let appointments = match row.owner {
        TimeOwner::Staff(person) => of_person(tx, &row, person).await?,
        TimeOwner::Calendar(calendar) => in_calendar(tx, &row, calendar).await?,
        TimeOwner::Unit(_) => Vec::new(),
    };
    Ok(BlockView {
        id: row.id,
        owner: row.owner,
        owner_name: owner.name,
        zone: owner.zone,
        start: row.starts_at,
        end: row.ends_at,
        title: row.title,
        appointments,
    })
}

/// Returns a Simple calendar's active appointments that touch a block of its time.
async fn in_calendar(
    tx: &mut ReadTx,
    row: &Blocked,
    calendar: CalendarId,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let booked = appointments::hostless_between(tx, row.starts_at, row.ends_at).await?;
    let own = booked
        .into_iter()
        .filter(|found| found.calendar_id == calendar && found.status.is_active());
    Ok(own.map(|found| (found.name, found.starts_at)).collect())
}

/// Returns a person's active appointments that touch a block; of a visit, only the person's own parts.
async fn of_person(
    tx: &mut ReadTx,
    row: &Blocked,
    person: StaffId,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let booked = appointments::between(tx, &[person], row.starts_at, row.ends_at).await?;
    let active = booked.into_iter().filter(|found| found.status.is_active());
    let names: BTreeMap<AppointmentId, String> = active.map(|found| (found.id, found.name)).collect();
    let ids: Vec<AppointmentId> = names.keys().copied().collect();
    let mut parts = appointment_parts::list(tx, &ids).await?;
    parts.retain(|part| {
        part.host_id == person && part.starts_at < row.ends_at && part.ends_at > row.starts_at
    });
    parts.sort_by_key(|part| part.starts_at);
    let whose = |part: &Part| Some((names.get(&part.appointment_id)?.clone(), part.starts_at));
    Ok(parts.iter().filter_map(whose).collect())
}
