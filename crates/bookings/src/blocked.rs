//! Time that staff block off: a lunch with a friend, a week of holidays. Nobody can book it; appointments in it stay.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, CalendarId, Interval, Kind, StaffId};
use store::appointment_parts::{self, Part};
use store::blocked_time::{self, Blocked};
use store::booking_calendars::{self, BookingCalendar};
use store::staff::{self, Staff};
use store::{BlockId, StoreError, Tx, appointments};
use zones::Zone;

use crate::accounts::is_admin;
use crate::availability::context::in_place_of_a_host;
use crate::error::ChangeError;
use crate::quince::Quince;
use crate::validate::{NAME_LIMIT, Validator};

/// The longest time that can be blocked off at once.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Blocked-off time as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockView {
    /// Its id.
    pub id: BlockId,
    /// Whose time, as [`owners`] names them.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// The zone in which they think of it.
    pub zone: Zone,
    /// From here.
    pub start: Timestamp,
    /// Up to here.
    pub end: Timestamp,
    /// Why; never empty.
    pub title: String,
    /// The clients whose appointments lie in it, with the starts of what this person does for them. They stay.
    pub appointments: Vec<(String, Timestamp)>,
}

/// Somebody, or a Simple calendar, whose time can be blocked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who; of a Simple calendar the calendar's id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The zone in which their times are.
    pub zone: Zone,
    /// The time is a Simple calendar's own.
    pub is_calendar: bool,
}

impl Owner {
    fn of_person(person: Staff) -> Self {
        Self {
            id: person.id,
            name: person.name,
            zone: person.zone,
            is_calendar: false,
        }
    }

    fn of_calendar(calendar: BookingCalendar) -> Self {
        Self {
            id: in_place_of_a_host(&calendar),
            name: calendar.name,
            zone: calendar.rules.zone,
            is_calendar: true,
        }
    }
}

/// Whose time somebody may block off, themselves first: for admins everybody's and that of Simple calendars.
pub async fn owners(quince: &Quince, by: StaffId) -> Result<Vec<Owner>, ChangeError> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, by).await?.ok_or(ChangeError::NotAllowed)?;
    let is_admin = is_admin(me.role);
    let mut owners = vec![Owner::of_person(me)];
    if is_admin {
        let team = staff::list(&mut tx).await?;
        let others = team.into_iter().filter(|person| person.id != by);
        owners.extend(others.map(Owner::of_person));
        let simple = simple_calendars(&mut tx).await?;
        owners.extend(simple.into_values().map(Owner::of_calendar));
    }
    Ok(owners)
}

/// All Simple calendars, by whom their time is kept under.
pub(crate) async fn simple_calendars(tx: &mut Tx) -> Result<BTreeMap<StaffId, BookingCalendar>, StoreError> {
    let all = booking_calendars::list(tx).await?.into_iter();
    let simple = all.filter(|calendar| calendar.kind == Kind::Simple);
    Ok(simple
        .map(|calendar| (in_place_of_a_host(&calendar), calendar))
        .collect())
}

/// Blocks time off: one's own, or for admins anybody's and that of Simple calendars. Without a title it is called “Blocked”.
pub async fn add(
    quince: &Quince,
    by: StaffId,
    who: StaffId,
    span: Interval,
    title: &str,
) -> Result<BlockView, ChangeError> {
    let title = checked(span, title)?;
    let mut tx = quince.store().write().await?;
    let owner = allowed(&mut tx, by, who).await?;
    let id = blocked_time::insert(&mut tx, who, span.start, span.end, &title, quince.now()).await?;
    let row = found(&mut tx, id).await?;
    let view = view(&mut tx, row, owner).await?;
    tx.commit().await?;
    Ok(view)
}

/// Blocked-off time, for its owner and for admins.
pub async fn get(quince: &Quince, by: StaffId, id: BlockId) -> Result<BlockView, ChangeError> {
    let mut tx = quince.store().read().await?;
    let row = found(&mut tx, id).await?;
    let owner = allowed(&mut tx, by, row.host_id).await?;
    view(&mut tx, row, owner).await
}

/// Changes blocked-off time.
pub async fn change(
    quince: &Quince,
    by: StaffId,
    id: BlockId,
    span: Interval,
    title: &str,
) -> Result<BlockView, ChangeError> {
    let title = checked(span, title)?;
    let mut tx = quince.store().write().await?;
    let row = found(&mut tx, id).await?;
    let owner = allowed(&mut tx, by, row.host_id).await?;
    blocked_time::update(&mut tx, id, span.start, span.end, &title).await?;
    let row = found(&mut tx, id).await?;
    let view = view(&mut tx, row, owner).await?;
    tx.commit().await?;
    Ok(view)
}

/// Gives blocked-off time back.
pub async fn remove(quince: &Quince, by: StaffId, id: BlockId) -> Result<(), ChangeError> {
    let mut tx = quince.store().write().await?;
    let row = found(&mut tx, id).await?;
    allowed(&mut tx, by, row.host_id).await?;
    blocked_time::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

fn checked(span: Interval, title: &str) -> Result<String, ChangeError> {
    let mut checked = Validator::default();
    let title = checked.line("title", "the title", title, NAME_LIMIT);
    if span.is_empty() {
        checked.problem("end", "The end must be after the start.");
    } else if span.end.duration_since(span.start) > LONGEST {
        checked.problem("end", "Block off at most a year at once.");
    }
    checked.finish()?;
    Ok(if title.is_empty() {
        "Blocked".to_owned()
    } else {
        title
    })
}

async fn found(tx: &mut Tx, id: BlockId) -> Result<Blocked, ChangeError> {
    blocked_time::find(tx, id).await?.ok_or(ChangeError::NotFound)
}

/// Whose time it is, if `by` may change it.
async fn allowed(tx: &mut Tx, by: StaffId, who: StaffId) -> Result<Owner, ChangeError> {
    let me = staff::find(tx, by).await?.ok_or(ChangeError::NotAllowed)?;
    if by == who {
        return Ok(Owner::of_person(me));
    }
    if !is_admin(me.role) {
        return Err(ChangeError::NotAllowed);
    }
    if let Some(person) = staff::find(tx, who).await? {
        return Ok(Owner::of_person(person));
    }
    let calendar = booking_calendars::find(tx, CalendarId(who.0)).await?;
    let calendar = calendar.filter(|calendar| calendar.kind == Kind::Simple);
    calendar.map(Owner::of_calendar).ok_or(ChangeError::NotFound)
}

async fn view(tx: &mut Tx, row: Blocked, owner: Owner) -> Result<BlockView, ChangeError> {
    let appointments = if owner.is_calendar {
        in_calendar(tx, &row).await?
    } else {
        of_person(tx, &row).await?
    };
    Ok(BlockView {
        id: row.id,
        staff: row.host_id,
        staff_name: owner.name,
        zone: owner.zone,
        start: row.starts_at,
        end: row.ends_at,
        title: row.title,
        appointments,
    })
}

/// A Simple calendar's own appointments that lie in a block of its time.
async fn in_calendar(tx: &mut Tx, row: &Blocked) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let booked = appointments::of_nobody_between(tx, row.starts_at, row.ends_at).await?;
    let own = booked
        .into_iter()
        .filter(|found| found.calendar_id.0 == row.host_id.0 && found.status.is_active());
    Ok(own.map(|found| (found.name, found.starts_at)).collect())
}

/// A person's appointments that lie in a block; of a visit only their own parts count.
async fn of_person(tx: &mut Tx, row: &Blocked) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let booked = appointments::between(tx, &[row.host_id], row.starts_at, row.ends_at).await?;
    let active = booked.into_iter().filter(|found| found.status.is_active());
    let names: BTreeMap<AppointmentId, String> = active.map(|found| (found.id, found.name)).collect();
    let ids: Vec<AppointmentId> = names.keys().copied().collect();
    let mut parts = appointment_parts::list(tx, &ids).await?;
    parts.retain(|part| {
        part.host_id == row.host_id && part.starts_at < row.ends_at && part.ends_at > row.starts_at
    });
    parts.sort_by_key(|part| part.starts_at);
    let whose = |part: &Part| Some((names.get(&part.appointment_id)?.clone(), part.starts_at));
    Ok(parts.iter().filter_map(whose).collect())
}
