//! Days on which the whole workspace is closed. Whoever has hours for such a date all the same keeps them: a date override of
//! their own goes before.

use jiff::civil::Date;
use scheduling::{DateOverride, Hours, StaffId};
use store::{holidays, staff, workspace};
use zones::Zone;

pub use store::holidays::Holiday;

use crate::accounts::{AccountError, Workspace, is_admin};
use crate::input::{Checked, NAME_LIMIT};
use crate::quince::Quince;

/// Most holidays.
const HOLIDAYS_LIMIT: usize = 500;

/// The holidays, in order.
pub async fn list(quince: &Quince) -> Result<Vec<Holiday>, AccountError> {
    let mut tx = quince.store().read().await?;
    Ok(holidays::list(&mut tx).await?)
}

/// Changes the workspace's name, zone and holidays, for the owner and admins.
pub async fn save(
    quince: &Quince,
    by: StaffId,
    name: &str,
    zone: &str,
    all: Vec<Holiday>,
) -> Result<Workspace, AccountError> {
    let mut checked = Checked::default();
    let name = checked.required_line("name", "the name of your business", name, NAME_LIMIT);
    let zone = checked.zone("zone", zone);
    if all.len() > HOLIDAYS_LIMIT {
        checked.problem(
            "holidays",
            format!("At most {HOLIDAYS_LIMIT} holidays can be kept. Remove past ones."),
        );
    }
    let mut tidied: Vec<Holiday> = Vec::with_capacity(all.len());
    for holiday in all {
        let name = checked.line("holidays", "each holiday's name", &holiday.name, NAME_LIMIT);
        let date = holiday.date;
        if tidied.iter().any(|earlier| earlier.date == date) {
            checked.problem(
                "holidays",
                format!("{date} is in the list twice. Remove one of both."),
            );
            continue;
        }
        tidied.push(Holiday { date, name });
    }
    checked.finish()?;
    let zone = zone.unwrap_or_else(Zone::utc);
    let mut tx = quince.store().write().await?;
    let me = staff::find(&mut tx, by).await?.ok_or(AccountError::NotAllowed)?;
    if !is_admin(me.role) {
        return Err(AccountError::NotAllowed);
    }
    workspace::save(&mut tx, &name, &zone, quince.now()).await?;
    holidays::replace(&mut tx, &tidied).await?;
    tx.commit().await?;
    Ok(Workspace { name, zone })
}

/// The holidays as dates that are closed.
pub(crate) fn closed(holidays: Vec<Date>) -> Vec<DateOverride> {
    let closed = |date| DateOverride {
        date,
        windows: Vec::new(),
    };
    holidays.into_iter().map(closed).collect()
}

/// Hours with the holidays closed, where no date override says otherwise.
pub(crate) fn without(mut hours: Hours, closed: &[DateOverride]) -> Hours {
    for day in closed {
        if !hours.overrides.iter().any(|own| own.date == day.date) {
            hours.overrides.push(day.clone());
        }
    }
    hours
}
