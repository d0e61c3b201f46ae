//! Holds: the time that a visitor chose is kept for them while they fill in the form.

use jiff::{SignedDuration, Timestamp};
use scheduling::{Kind, StaffId, TimeOwner};
use store::booking_calendars::BookingCalendar;
use store::calendar_members::Member;
use store::holds::VisitorId;
use store::{ReadTx, WriteTx, booking_calendars, holds, occupancy, strangers};

use crate::availability::input::{AvailabilityInput, Exclusions, limited_calendar_lock};
use crate::classes;
use crate::error::{Error, Missing, Preserved};
use crate::links;
use crate::placement::candidate::Placement;
use crate::placement::candidates;
use crate::placement::target::Target;
use crate::placement::{Loaded, NotPlaced, Request, place};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::services::{self, ChosenService};
use crate::strangers::{SpentOn, Stranger};
use crate::validate::Validator;

/// How long a time is held, in minutes.
pub const HOLD_MINUTES: i64 = 10;

/// The time that a visitor chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// Address of the booking calendar.
    pub slug: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// The member whom they chose, if any.
    pub host: Option<StaffId>,
    /// The services that they chose from the menu of a Service calendar.
    pub services: Vec<ChosenService>,
}

/// Returns the id of the visitor who knows a secret of at least 128 random bits.
pub fn holder(secret: &str) -> VisitorId {
    VisitorId(links::hash(secret))
}

/// Holds a time for a visitor instead of their previous hold, and returns when the hold expires. In a class it is one seat. The hosts'
/// calendars are not checked live until the visitor books.
pub async fn hold(quince: &Quince, holder: VisitorId, request: &HoldRequest) -> Result<Timestamp, Error> {
    hold_for(quince, None, holder, request).await
}

/// Like [`hold`], for an anonymous visitor, within the limits of [`crate::strangers`].
pub async fn hold_as_stranger(
    quince: &Quince,
    stranger: &Stranger,
    holder: VisitorId,
    request: &HoldRequest,
) -> Result<Timestamp, Error> {
    hold_for(quince, Some(stranger), holder, request).await
}

async fn hold_for(
    quince: &Quince,
    stranger: Option<&Stranger>,
    holder: VisitorId,
    request: &HoldRequest,
) -> Result<Timestamp, Error> {
    let mut checked = Validator::default();
    checked.start("start", request.start);
    checked.finish()?;
    let hold = Hold {
        stranger,
        holder,
        request,
    };
    let placed = place(quince, &hold).await?;
    if placed.frees_another {
        quince.wake();
    }
    Ok(placed.until)
}

/// A hold request, which can be attempted any number of times.
struct Hold<'a> {
    stranger: Option<&'a Stranger>,
    holder: VisitorId,
    request: &'a HoldRequest,
}

struct Held {
    until: Timestamp,
    /// Whether the visitor's previous hold was released.
    frees_another: bool,
}

impl Request for Hold<'_> {
    type Data = ();
    type Placed = Held;

    const PRESERVED: Preserved = Preserved::FormInput;
    const IS_CHECKED: bool = false;

    async fn read_locked(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> Result<Loaded<(), Held>, Error> {
        if let Some(stranger) = self.stranger {
            stranger.may_hold(tx, self.holder, now).await??;
        }
        let (row, members) = booking_calendars::find_with_members(tx, &self.request.slug)
            .await?
            .filter(|(row, _)| row.is_open())
            .ok_or(Error::NotFound(Missing::BookingCalendar))?;
        if let Some(stranger) = self.stranger {
            stranger.prove(quince, tx, &row, SpentOn::Hold).await??;
        }
        let start = self.request.start;
        if row.settings.kind == Kind::ClassBooking {
            let owner = members.first().map(|(_, person)| person.id);
            let _locked =
                occupancy::lock_to_hold(tx, self.holder, limited_calendar_lock(&row), owner).await?;
            classes::serve_start(quince, tx, &row, start, now).await?;
        }
        let mut input = self.input(tx, row, members, now).await?;
        if let Some(host) = self.request.host {
            input.choose(host)?;
        }
        let offer = input.check(now, false, start);
        let target = Target {
            input,
            start,
            preferred: None,
            staff: None,
            offer,
        };
        Ok(Loaded::ToPlace((), Box::new(target)))
    }

    async fn may_check_live(
        &self,
        _: &Quince,
        _: &mut ReadTx,
        _: &Target,
        _: Timestamp,
    ) -> Result<(), Error> {
        Ok(())
    }

    async fn persist(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        (): &(),
        target: &Target,
        placement: Placement,
        now: Timestamp,
    ) -> Result<Held, NotPlaced> {
        let until = now
            .saturating_add(SignedDuration::from_mins(HOLD_MINUTES))
            .unwrap_or(now);
        let mut candidate = placement.candidate;
        classes::limit_hold_to_session(tx, &target.input.calendar, target.start, &mut candidate.claims)
            .await?;
        let owners: Vec<TimeOwner> = candidate.claims.iter().map(|claim| claim.owner).collect();
        let locked = occupancy::lock_to_hold(tx, self.holder, None, owners).await?;
        let freed = occupancy::hold(tx, &locked, &candidate.claims, self.holder, until, now).await?;
        if !services::resources_exist(tx, &candidate.parts).await? {
            return Err(NotPlaced::Overtaken);
        }
        if let Some(stranger) = self.stranger {
            strangers::note_hold(tx, self.holder, &stranger.network).await?;
        }
        classes::serve_ended_holds(quince, tx, &freed, now).await?;
        Ok(Held {
            until,
            frees_another: !freed.is_empty(),
        })
    }
}

impl Hold<'_> {
    async fn input(
        &self,
        tx: &mut ReadTx,
        row: BookingCalendar,
        members: Vec<Member>,
        now: Timestamp,
    ) -> Result<AvailabilityInput, Error> {
        let exclude = Exclusions {
            moved: None,
            holder: Some(self.holder),
        };
        let window = candidates::window(self.request.start);
        if row.settings.kind != Kind::Service {
            return Ok(AvailabilityInput::load(tx, row, members, window, now, exclude).await?);
        }
        let visit = services::visit_request(tx, &row, &members, &self.request.services).await??;
        Ok(AvailabilityInput::load_visit(tx, row, members, window, now, exclude, visit).await?)
    }
}

/// Releases a visitor's hold.
pub(crate) async fn release(quince: &Quince, holder: VisitorId) -> Result<(), Internal> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let freed = holds::release(&mut tx, holder, now).await?;
    classes::serve_ended_holds(quince, &mut tx, &freed, now).await?;
    tx.commit().await?;
    if !freed.is_empty() {
        quince.wake();
    }
    Ok(())
}
