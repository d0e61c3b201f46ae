//! What lies in the calendars at the start.

mod plan;
mod practice;

use jiff::ToSpan;

use crate::control::{plant, plant_oddities};
use crate::oddities;
use crate::options::{Options, Seed};
use crate::world::{Account, Calendar, CalendarId, Kind, World};

/// Fills a new world.
pub(crate) fn fill(world: &mut World, options: &Options) -> Result<(), serde_json::Error> {
    if let Seed::Saved(json) = &options.seed {
        let accounts: Vec<Account> = serde_json::from_str(json)?;
        world.restore(accounts);
        return Ok(());
    }
    for (place, login) in options.accounts.iter().enumerate() {
        let account = world.add_account(&login.apple_id, &login.app_password, &login.me_name);
        if options.seed == Seed::Practice {
            practice::fill(world, account, place);
        } else {
            for (name, color) in [("Home", "#1BADF8FF"), ("Work", "#63DA38FF")] {
                let calendar = world.add_calendar(account, Calendar::new(name, color, Kind::Events, true));
                if let Some(calendar) = calendar.filter(|_| options.seed == Seed::Odd && name == "Home") {
                    sow_oddities(world, calendar);
                }
            }
        }
    }
    Ok(())
}

/// One event of each oddity, and on the day after the last of them one with an attachment of 20 MB.
fn sow_oddities(world: &mut World, calendar: CalendarId) {
    let planted = plant_oddities(world, calendar);
    let days = i64::try_from(planted.len()).unwrap_or(i64::MAX);
    let day = world
        .zone
        .date(world.clock.now())
        .saturating_add((days + 1).days());
    let start = world.zone.opening(day.at(10, 0, 0, 0));
    plant(
        world,
        calendar,
        &oddities::large_attachment("attachment", start, oddities::ATTACHMENT),
    );
}
