//! What lies in the calendars at the start.

pub(crate) mod oddities;
mod plan;
mod practice;

use crate::options::{Options, Seed};
use crate::world::{Account, Calendar, Kind, World};

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
                world.add_calendar(account, Calendar::new(name, color, Kind::Events, true));
            }
        }
    }
    Ok(())
}
