//! Holds: a time that a visitor has chosen is kept for them while they fill in the form.

use jiff::{SignedDuration, Timestamp};
use scheduling::{Kind, StaffId};
use store::occupancy::Holder;
use store::{StoreError, booking_calendars, occupancy, strangers};

use super::error::BookError;
use super::looks::Looks;
use super::{book, plan, token};
use crate::classes;
use crate::contention::retried;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::services::{self, Chosen};
use crate::slots::context::{Context, Own};
use crate::strangers::{SpentOn, Stranger};

/// How long a time is held, minutes.
pub const HOLD_MINUTES: i64 = 10;

/// A time that a visitor has chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldWish {
    /// Address of the booking calendar.
    pub slug: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// The member whom they chose; nobody in particular otherwise.
    pub host: Option<StaffId>,
    /// What they want from the menu of a Service calendar.
    pub services: Vec<Chosen>,
}

/// The visitor who knows a secret of at least 128 random bits.
pub fn holder(secret: &str) -> Holder {
    Holder(token::hash(secret))
}

/// Holds a time for a visitor, in place of what they held before, and says until when. In a class it is one seat. Whose
/// calendars would have to be free is not asked; that happens when they book.
pub async fn hold(quince: &Quince, holder: Holder, wish: &HoldWish) -> Result<Timestamp, BookError> {
    retried(|| hold_for(quince, None, holder, wish)).await
}

/// As [`hold`], for somebody who is not known, of whom no more is taken than [`crate::strangers`] says.
pub async fn hold_as_stranger(
    quince: &Quince,
    stranger: &Stranger,
    holder: Holder,
    wish: &HoldWish,
) -> Result<Timestamp, BookError> {
    retried(|| hold_for(quince, Some(stranger), holder, wish)).await
}

async fn hold_for(
    quince: &Quince,
    stranger: Option<&Stranger>,
    holder: Holder,
    wish: &HoldWish,
) -> Result<Timestamp, BookError> {
    let now = quince.now();
    let until = now
        .saturating_add(SignedDuration::from_mins(HOLD_MINUTES))
        .unwrap_or(now);
    let mut tx = quince.store().write().await?;
    if let Some(stranger) = stranger {
        stranger.may_hold(&mut tx, holder, now).await??;
    }
    let found = booking_calendars::find_with_members(&mut tx, &wish.slug).await?;
    let (row, members) = found
        .filter(|(row, _)| row.is_open())
        .ok_or(BookError::CalendarNotFound)?;
    if let Some(stranger) = stranger {
        stranger.prove(quince, &mut tx, &row, SpentOn::Hold).await??;
    }
    let own = Own {
        moved: None,
        holder: Some(holder),
    };
    let window = plan::window(wish.start);
    let mut context = if row.kind == Kind::Service {
        let wanted = services::wanted(&mut tx, &row, &members, &wish.services).await?;
        let wanted = wanted.map_err(BookError::NotOffered)?;
        Context::load_visit(&mut tx, row, members, window, now, own, wanted).await?
    } else {
        Context::load(&mut tx, row, members, window, now, own).await?
    };
    if let Some(host) = wish.host {
        context.choose(host)?;
    }
    let slot = context
        .check(now, false, wish.start)
        .map_err(|refusals| book::refused(&refusals))?;
    if context.calendar.kind == Kind::ClassBooking {
        occupancy::queue_to_hold(&mut tx, holder, &slot.hosts).await?;
        classes::waiting_first(quince, &mut tx, &context.calendar, wish.start, now).await?;
    }
    for mut plan in plan::plans(&mut tx, &context, &slot, &Looks::new(), None, now).await? {
        classes::hold_within(&mut tx, &context.calendar, wish.start, &mut plan.places).await?;
        match occupancy::hold(&mut tx, &plan.places, holder, until, now).await {
            Ok(freed) if services::are_there(&mut tx, &plan.parts).await? => {
                if let Some(stranger) = stranger {
                    strangers::note_hold(&mut tx, holder, &stranger.network).await?;
                }
                classes::holds_ended(quince, &mut tx, &freed, now).await?;
                tx.commit().await?;
                if !freed.is_empty() {
                    quince.wake();
                }
                return Ok(until);
            }
            Ok(_) => return Err(BookError::SlotTaken),
            Err(StoreError::SlotTaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(BookError::SlotTaken)
}

/// Gives back what a visitor holds.
pub(crate) async fn give_up(quince: &Quince, holder: Holder) -> Result<(), Internal> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let freed = occupancy::give_up_hold(&mut tx, holder, now).await?;
    classes::holds_ended(quince, &mut tx, &freed, now).await?;
    tx.commit().await?;
    if !freed.is_empty() {
        quince.wake();
    }
    Ok(())
}
