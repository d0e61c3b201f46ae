//! Places an appointment in people's time: a new booking, one that moves, one that somebody else takes over, and a hold. [`place`]
//! is the one way.
//!
//! 1. What is wanted is read, without keeping anybody waiting, and the hosts who could hold it are ranked ([`candidates`]).
//! 2. The calendars of the first of them are asked live ([`live_check`], [`free_busy`]).
//! 3. In one transaction that writes, everything is read again, one candidate is settled on, and the [`Request`] claims their time,
//!    keeps the appointment and notes who is to be told ([`claim`], [`persist`], [`notify`]). What somebody else took meanwhile is
//!    found by reading again.
//!
//! Who waits for a seat gets it by the same claim, persist and notify, in the transaction in which it became free.
//!
//! Staff may have a time although something is in the way of it ([`overrides`]).

pub(crate) mod candidates;
pub(crate) mod claim;
pub(crate) mod free_busy;
pub(crate) mod live_check;
pub(crate) mod notify;
pub(crate) mod overrides;
pub(crate) mod persist;
pub(crate) mod refusals;
pub(crate) mod request;

use jiff::Timestamp;
use scheduling::{Interval, Refusal, Slot, StaffId};
use store::{ReadTx, StoreError, WriteTx};

use crate::availability::input::AvailabilityInput;
use crate::error::{Error, Kept, Taken};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use candidates::{Candidate, Placement};
use live_check::{Found, FreeBusyQuery, LiveCheck};
use overrides::OnConflict;

/// Each time somebody else was faster, or one more host turned out to be busy.
const ROUNDS: usize = 20;

/// What a request came to when it was read.
pub(crate) enum Open<O, P> {
    /// There is nothing to place: it was carried out before.
    Done(P),
    /// What is known of the request, and where it is to go.
    Wanted(O, Box<Target>),
}

impl<O, P> Open<O, P> {
    /// What there is to place, if there is anything.
    pub(crate) fn wanted(self) -> Option<(O, Target)> {
        match self {
            Self::Done(_) => None,
            Self::Wanted(opened, target) => Some((opened, *target)),
        }
    }
}

/// A start for an appointment.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) context: AvailabilityInput,
    pub(crate) start: Timestamp,
    /// Who holds it already and keeps it if they are free.
    pub(crate) preferred: Option<StaffId>,
    /// What a staff member wants who may know what is in the way; nothing for clients.
    pub(crate) staff: Option<OnConflict>,
    /// As it is offered now; else what is in the way.
    pub(crate) offer: Result<Slot, Vec<Refusal>>,
}

/// What is to be placed: it is read, and kept where there is room for it.
pub(crate) trait Request: Sync {
    /// What is known of it besides its target.
    type Opened: Send + Sync;
    /// What it comes to.
    type Placed: Send;
    /// What is as it was when the time turns out to be taken.
    const KEPT: Kept;
    /// Whether people's calendar servers are asked before.
    const IS_CHECKED: bool = true;

    /// Reads what is asked for, without keeping anybody waiting; nothing where nobody's calendar is asked.
    fn look(
        &self,
        _tx: &mut ReadTx,
        _now: Timestamp,
    ) -> impl Future<Output = Result<Option<(Self::Opened, Target)>, Error>> + Send {
        async { Ok(None) }
    }

    /// Reads what is asked for, after whoever changes the same.
    fn open(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> impl Future<Output = Result<Open<Self::Opened, Self::Placed>, Error>> + Send;

    /// The way in which it would be held that comes first: of those of the target, without hosts whom the live check found busy.
    fn first(
        &self,
        tx: &mut ReadTx,
        _opened: &Self::Opened,
        target: &Target,
        slot: &Slot,
        check: &LiveCheck,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Candidate>, StoreError>> + Send {
        candidates::first(tx, target, slot, check, now)
    }

    /// Whether whoever asks may have people's calendar servers asked.
    fn may_check(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        target: &Target,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Claims the time of a placement, and keeps whose it is. When it turns out to be taken, everything is read anew.
    fn keep(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        opened: &Self::Opened,
        target: &Target,
        placement: Placement,
        now: Timestamp,
    ) -> impl Future<Output = Result<Self::Placed, Error>> + Send;
}

/// What one transaction came to.
enum Attempt<P> {
    Placed(P),
    /// These calendars have to be asked first.
    ToCheck(Vec<FreeBusyQuery>),
    /// Somebody was faster: what they did is in the way now.
    Overtaken,
}

impl Target {
    /// What is in the way, for a staff member who wants it in spite of that; a refusal for everybody else.
    pub(crate) fn conflicts(
        &mut self,
        kept: Kept,
        check: &LiveCheck,
        now: Timestamp,
    ) -> Result<Vec<Refusal>, Error> {
        let refusals = match &self.offer {
            Ok(slot) => check.conflicts(Interval::new(slot.start, slot.end)),
            Err(refusals) => refusals.clone(),
        };
        let Some(on_conflict) = self.staff else {
            return Err(self.taken(kept, &refusals, now));
        };
        if on_conflict == OnConflict::Override && overrides::can_be_overridden(&self.context, self.start, now)
        {
            return Ok(refusals);
        }
        Err(overrides::in_the_way(&self.context, &refusals, self.start, now).into())
    }

    /// Why a client cannot have it.
    fn taken(&mut self, kept: Kept, refusals: &[Refusal], now: Timestamp) -> Error {
        if self.offer.is_ok() {
            // It is offered by what is known, so that the live check is against it.
            let by = if refusals.is_empty() {
                Taken::Host
            } else {
                Taken::Event
            };
            return Error::SlotTaken { by, kept };
        }
        let Some(by) = refusals::taken_by(refusals) else {
            return refusals::never_offered(refusals).into();
        };
        let by = match by {
            Taken::Seats { .. } => {
                // A group may find too few seats where one more person would find one.
                self.context.for_seats(1);
                match self.context.check(now, false, self.start) {
                    Ok(slot) => Taken::Seats {
                        left: slot.seats_left.unwrap_or(0),
                    },
                    Err(refusals) => refusals::taken_by(&refusals).unwrap_or(by),
                }
            }
            other => other,
        };
        Error::SlotTaken { by, kept }
    }
}

/// Places an appointment.
pub(crate) async fn place<R: Request>(quince: &Quince, request: &R) -> Result<R::Placed, Error> {
    let mut check = LiveCheck::new();
    for _ in 0..ROUNDS {
        let to_check = if R::IS_CHECKED {
            retried_if_lost(|| plan(quince, request, &check)).await?
        } else {
            Vec::new()
        };
        if to_check.is_empty() {
            break;
        }
        // Where all are free, nobody else has to be asked.
        if check.run(quince, to_check).await? == Found::Free {
            break;
        }
    }
    let mut is_contended = false;
    for _ in 0..ROUNDS {
        match retried_if_lost(|| attempt(quince, request, &check, is_contended)).await? {
            Attempt::Placed(placed) => return Ok(placed),
            Attempt::ToCheck(to_check) => drop(check.run(quince, to_check).await?),
            Attempt::Overtaken => is_contended = true,
        }
    }
    Err(Error::SlotTaken {
        by: Taken::Host,
        kept: R::KEPT,
    })
}

/// The calendars that have to be asked before it can be placed.
async fn plan<R: Request>(
    quince: &Quince,
    request: &R,
    check: &LiveCheck,
) -> Result<Vec<FreeBusyQuery>, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let Some((opened, target)) = request.look(&mut tx, now).await? else {
        return Ok(Vec::new());
    };
    let (Ok(slot), true) = (&target.offer, target.context.is_watched()) else {
        return Ok(Vec::new());
    };
    let first = request.first(&mut tx, &opened, &target, slot, check, now).await?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let to_check = check.needed(quince, &mut tx, &target.context, &first).await?;
    if !to_check.is_empty() {
        request.may_check(quince, &mut tx, &target, now).await?;
    }
    Ok(to_check)
}

/// Decides with nobody else changing the same, and keeps everything at once.
async fn attempt<R: Request>(
    quince: &Quince,
    request: &R,
    check: &LiveCheck,
    is_contended: bool,
) -> Result<Attempt<R::Placed>, Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let (opened, mut target) = match request.open(quince, &mut tx, now).await? {
        Open::Done(placed) => return Ok(Attempt::Placed(placed)),
        Open::Wanted(opened, target) => (opened, target),
    };
    let candidate = match &target.offer {
        Ok(slot) => request
            .first(&mut tx, &opened, &target, slot, check, now)
            .await?
            .map(|candidate| (slot.clone(), candidate)),
        Err(_) => None,
    };
    let placement = if let Some((slot, candidate)) = candidate {
        let to_check = if R::IS_CHECKED {
            check.needed(quince, &mut tx, &target.context, &candidate).await?
        } else {
            Vec::new()
        };
        if !to_check.is_empty() {
            return Ok(Attempt::ToCheck(to_check));
        }
        Placement {
            slot,
            candidate,
            overridden: None,
            is_contended,
        }
    } else {
        let refusals = target.conflicts(R::KEPT, check, now)?;
        overrides::override_conflicts(&mut tx, &target, &refusals, now)
            .await?
            .ok_or_else(|| overrides::in_the_way(&target.context, &refusals, target.start, now))?
    };
    match request
        .keep(quince, &mut tx, &opened, &target, placement, now)
        .await
    {
        Err(Error::SlotTaken { .. }) => Ok(Attempt::Overtaken),
        Err(error) => Err(error),
        Ok(placed) => {
            tx.commit().await?;
            Ok(Attempt::Placed(placed))
        }
    }
}
