//! Loading and leaving a place on a waiting list through its client's link.

use bookings::classes;

use super::WaitingView;
use crate::context::{flash, quince};
use crate::error::AppError;
use crate::limit::{Attempt, limited};
use crate::public::locale::{Locale, full_day_label};
use crate::ui::zone::zone_label;

/// Loads the place of a link.
pub async fn waiting(token: &str) -> Result<WaitingView, AppError> {
    let found = classes::waiting_place(&quince()?, token).await?;
    let (from, to) = (found.zone.local(found.start), found.zone.local(found.end));
    Ok(WaitingView {
        token: token.to_owned(),
        slug: found.slug,
        calendar: found.calendar_name,
        day: full_day_label(from.date()),
        time: Locale::of_request().range(from, to),
        zone: zone_label(&found.zone, found.start),
        place: match found.before {
            0 => "You are first on the list.".to_owned(),
            1 => "One person is ahead of you.".to_owned(),
            more => format!("{more} people are ahead of you."),
        },
        seats: match found.seats {
            1 => String::new(),
            seats => format!("You are waiting for {seats} seats."),
        },
        flash: flash("leave").await,
    })
}

/// Leaves the list. Returns the path to continue at.
pub async fn leave(token: &str) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    let quince = quince()?;
    let found = classes::waiting_place(&quince, token).await?;
    classes::leave_waiting_list(&quince, token).await?;
    Ok(format!("/book/{}", found.slug))
}
