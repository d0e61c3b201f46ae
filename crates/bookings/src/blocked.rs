//! Time that staff block off: a lunch with a friend, a week of holidays. Nobody can book it; appointments in it stay.

use jiff::{SignedDuration, Timestamp};
use scheduling::{Interval, StaffId};
use store::blocked_time::{self, Blocked};
use store::staff::{self, Staff};
use store::{BlockId, Tx, appointments};

use crate::accounts::is_admin;
use crate::appointments::{ChangeError, is_active};
use crate::input::{Checked, NAME_LIMIT};
use crate::quince::Quince;

/// The longest time that can be blocked off at once.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Blocked-off time as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockView {
    /// Its id.
    pub id: BlockId,
    /// Whose time.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// From here.
    pub start: Timestamp,
    /// Up to here.
    pub end: Timestamp,
    /// Why; never empty.
    pub title: String,
    /// The clients whose appointments lie in it, with their starts. They stay.
    pub appointments: Vec<(String, Timestamp)>,
}

/// Blocks a staff member's time off: one's own, or anybody's for admins. Without a title it is called “Blocked”.
pub async fn add(
    quince: &Quince,
    by: StaffId,
    who: StaffId,
    span: Interval,
    title: &str,
) -> Result<BlockView, ChangeError> {
    let title = checked(span, title)?;
    let mut tx = quince.store().write().await?;
    let person = allowed(&mut tx, by, who).await?;
    let id = blocked_time::insert(&mut tx, who, span.start, span.end, &title, quince.now()).await?;
    let row = found(&mut tx, id).await?;
    let view = view(&mut tx, row, person).await?;
    tx.commit().await?;
    Ok(view)
}

/// Blocked-off time, for its owner and for admins.
pub async fn get(quince: &Quince, by: StaffId, id: BlockId) -> Result<BlockView, ChangeError> {
    let mut tx = quince.store().read().await?;
    let row = found(&mut tx, id).await?;
    let person = allowed(&mut tx, by, row.staff_id).await?;
    view(&mut tx, row, person).await
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
    let person = allowed(&mut tx, by, row.staff_id).await?;
    blocked_time::update(&mut tx, id, span.start, span.end, &title).await?;
    let row = found(&mut tx, id).await?;
    let view = view(&mut tx, row, person).await?;
    tx.commit().await?;
    Ok(view)
}

/// Gives blocked-off time back.
pub async fn remove(quince: &Quince, by: StaffId, id: BlockId) -> Result<(), ChangeError> {
    let mut tx = quince.store().write().await?;
    let row = found(&mut tx, id).await?;
    allowed(&mut tx, by, row.staff_id).await?;
    blocked_time::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

fn checked(span: Interval, title: &str) -> Result<String, ChangeError> {
    let mut checked = Checked::default();
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

/// The person whose time it is, if `by` may change it.
async fn allowed(tx: &mut Tx, by: StaffId, who: StaffId) -> Result<Staff, ChangeError> {
    let me = staff::find(tx, by).await?.ok_or(ChangeError::NotAllowed)?;
    if by == who {
        return Ok(me);
    }
    if !is_admin(me.role) {
        return Err(ChangeError::NotAllowed);
    }
    staff::find(tx, who).await?.ok_or(ChangeError::NotFound)
}

async fn view(tx: &mut Tx, row: Blocked, person: Staff) -> Result<BlockView, ChangeError> {
    let booked = appointments::between(tx, &[row.staff_id], row.starts_at, row.ends_at).await?;
    Ok(BlockView {
        id: row.id,
        staff: row.staff_id,
        staff_name: person.name,
        start: row.starts_at,
        end: row.ends_at,
        title: row.title,
        appointments: booked
            .into_iter()
            .filter(|found| is_active(found.status))
            .map(|found| (found.name, found.starts_at))
            .collect(),
    })
}
