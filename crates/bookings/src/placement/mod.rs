//! Places appointments: new bookings, moves, reassignments and holds. All go through [`place`].
//!
//! 1. The request is read without locks, and the hosts who could hold it are ranked ([`candidates`]).
//! 2. The calendars of the first of them are checked live ([`live_check`], [`free_busy`]).
//! 3. In one write transaction, everything is read again, a candidate is chosen, and the [`Request`] claims its time, stores the
//!    appointment and enqueues what follows from it ([`claim`], [`persist`], [`notify`]). Reading again finds what somebody else took
//!    meanwhile.
//!
//! Clients on a waiting list get seats by the same claim, persist and notify, in the transaction in which the seats became free.
//!
//! Staff may override conflicts ([`overrides`]).

pub(crate) mod candidate;
pub(crate) mod candidates;
pub(crate) mod claim;
pub(crate) mod free_busy;
pub(crate) mod live_check;
pub(crate) mod notify;
pub(crate) mod on_conflict;
pub(crate) mod overrides;
pub(crate) mod persist;
pub(crate) mod refusals;
pub(crate) mod request;
pub(crate) mod target;

use jiff::Timestamp;
use scheduling::{Interval, Refusal, Slot};
use store::{ReadTx, StoreError, WriteTx};

use crate::error::{Error, Preserved, TakenBy};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use candidate::{Candidate, Placement};
use live_check::{FreeBusyQuery, LiveCheck, LiveCheckResult};
use on_conflict::OnConflict;
use target::Target;

/// Maximum number of rounds. Each round ends because somebody else was faster or one more host was found busy.
const MAX_ROUNDS: usize = 20;

/// The result of reading a request.
pub(crate) enum Loaded<O, P> {
    /// There is nothing to place: the request was carried out before.
    Done(P),
    /// The data of the request, and its target.
    ToPlace(O, Box<Target>),
}

impl<O, P> Loaded<O, P> {
    /// Returns what there is to place, if anything.
    pub(crate) fn into_target(self) -> Option<(O, Target)> {
        match self {
            Self::Done(_) => None,
            Self::ToPlace(data, target) => Some((data, *target)),
        }
    }
}

/// A request to place something.
pub(crate) trait Request: Sync {
    /// The data of the request besides its target.
    type Data: Send + Sync;
    /// The result.
    type Placed: Send;
    /// What is kept unchanged if the time turns out to be taken.
    const PRESERVED: Preserved;
    /// Whether the hosts' calendars are checked live.
    const IS_CHECKED: bool = true;

    /// Reads the request without locks; none if nothing has to be checked live.
    fn read_unlocked(
        &self,
        _tx: &mut ReadTx,
        _now: Timestamp,
    ) -> impl Future<Output = Result<Option<(Self::Data, Target)>, Error>> + Send {
        async { Ok(None) }
    }

    /// Reads the request after locking what it changes.
    fn read_locked(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> impl Future<Output = Result<Loaded<Self::Data, Self::Placed>, Error>> + Send;

    /// Returns the first choice among the candidates of the target, without hosts whom the live check found busy.
    fn first_choice(
        &self,
        tx: &mut ReadTx,
        _data: &Self::Data,
        target: &Target,
        slot: &Slot,
        check: &LiveCheck,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Candidate>, StoreError>> + Send {
        candidates::first_choice(tx, target, slot, check, now)
    }

    /// Checks that the requester may cause a live check.
    fn may_check_live(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        target: &Target,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Claims the time of a placement, and stores what is placed. If the time turns out to be taken, everything is read again.
    fn persist(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        data: &Self::Data,
        target: &Target,
        placement: Placement,
        now: Timestamp,
    ) -> impl Future<Output = Result<Self::Placed, NotPlaced>> + Send;
}

/// Why a placement was not stored.
pub(crate) enum NotPlaced {
    /// Somebody else took the time first.
    Overtaken,
    /// Anything else.
    Failed(Error),
}

impl From<StoreError> for NotPlaced {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::SlotTaken => Self::Overtaken,
            other => Self::Failed(other.into()),
        }
    }
}

impl From<Internal> for NotPlaced {
    fn from(error: Internal) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Error> for NotPlaced {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The result of one transaction.
enum Attempt<P> {
    Placed(P),
    /// These queries must be answered first.
    ToCheck(Vec<FreeBusyQuery>),
    /// Somebody else took the time first.
    Overtaken,
}

impl Target {
    /// Returns the conflicts, if a staff member wants to override them and may; otherwise fails with the refusal.
    pub(crate) fn conflicts(
        &mut self,
        preserved: Preserved,
        check: &LiveCheck,
        now: Timestamp,
    ) -> Result<Vec<Refusal>, Error> {
        let refusals = match &self.offer {
            Ok(slot) => check.conflicts(Interval::new(slot.start, slot.end)),
            Err(refusals) => refusals.clone(),
        };
        let Some(on_conflict) = self.staff else {
            return Err(self.taken_error(preserved, &refusals, now));
        };
        if on_conflict == OnConflict::Override && overrides::can_be_overridden(&self.input, self.start, now) {
            return Ok(refusals);
        }
        Err(overrides::scheduling_conflict(&self.input, &refusals, self.start, now).into())
    }

    /// Returns the error that explains to a client why the time is not available.
    fn taken_error(&mut self, preserved: Preserved, refusals: &[Refusal], now: Timestamp) -> Error {
        if self.offer.is_ok() {
            // The known data allow the time, so the live check found a conflict.
            let by = if refusals.is_empty() {
                TakenBy::Host
            } else {
                TakenBy::Event
            };
            return Error::SlotTaken { by, preserved };
        }
        let Some(by) = refusals::taken_by(refusals) else {
            return refusals::never_offered(refusals).into();
        };
        let by = match by {
            TakenBy::Seats { .. } => {
                // A group may find too few seats where a single person would find one.
                self.input.for_seats(1);
                match self.input.check(now, false, self.start) {
                    Ok(slot) => TakenBy::Seats {
                        left: slot.seats_left.unwrap_or(0),
                    },
                    Err(refusals) => refusals::taken_by(&refusals).unwrap_or(by),
                }
            }
            other => other,
        };
        Error::SlotTaken { by, preserved }
    }
}

/// Places a request.
pub(crate) async fn place<R: Request>(quince: &Quince, request: &R) -> Result<R::Placed, Error> {
    let mut check = LiveCheck::new();
    for _ in 0..MAX_ROUNDS {
        let to_check = if R::IS_CHECKED {
            retried_if_lost(|| plan(quince, request, &check)).await?
        } else {
            Vec::new()
        };
        if to_check.is_empty() {
            break;
        }
        // If all of them are free, no other host needs to be asked.
        if check.run(quince, to_check).await? == LiveCheckResult::Free {
            break;
        }
    }
    let mut is_contended = false;
    for _ in 0..MAX_ROUNDS {
        match retried_if_lost(|| attempt(quince, request, &check, is_contended)).await? {
            Attempt::Placed(placed) => return Ok(placed),
            Attempt::ToCheck(to_check) => drop(check.run(quince, to_check).await?),
            Attempt::Overtaken => is_contended = true,
        }
    }
    Err(Error::SlotTaken {
        by: TakenBy::Host,
        preserved: R::PRESERVED,
    })
}

/// Returns the queries that must be answered before the request can be placed.
async fn plan<R: Request>(
    quince: &Quince,
    request: &R,
    check: &LiveCheck,
) -> Result<Vec<FreeBusyQuery>, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let Some((data, target)) = request.read_unlocked(&mut tx, now).await? else {
        return Ok(Vec::new());
    };
    let (Ok(slot), true) = (&target.offer, target.input.is_watched()) else {
        return Ok(Vec::new());
    };
    let first = request
        .first_choice(&mut tx, &data, &target, slot, check, now)
        .await?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let to_check = check.needed(quince, &mut tx, &target.input, &first).await?;
    if !to_check.is_empty() {
        request.may_check_live(quince, &mut tx, &target, now).await?;
    }
    Ok(to_check)
}

/// Decides and stores everything in one transaction, under the request's locks.
async fn attempt<R: Request>(
    quince: &Quince,
    request: &R,
    check: &LiveCheck,
    is_contended: bool,
) -> Result<Attempt<R::Placed>, Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let (data, mut target) = match request.read_locked(quince, &mut tx, now).await? {
        Loaded::Done(placed) => return Ok(Attempt::Placed(placed)),
        Loaded::ToPlace(data, target) => (data, target),
    };
    let candidate = match &target.offer {
        Ok(slot) => request
            .first_choice(&mut tx, &data, &target, slot, check, now)
            .await?
            .map(|candidate| (slot.clone(), candidate)),
        Err(_) => None,
    };
    let placement = if let Some((slot, candidate)) = candidate {
        let to_check = if R::IS_CHECKED {
            check.needed(quince, &mut tx, &target.input, &candidate).await?
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
        let refusals = target.conflicts(R::PRESERVED, check, now)?;
        overrides::override_conflicts(&mut tx, &target, &refusals, now)
            .await?
            .ok_or_else(|| overrides::scheduling_conflict(&target.input, &refusals, target.start, now))?
    };
    match request
        .persist(quince, &mut tx, &data, &target, placement, now)
        .await
    {
        Err(NotPlaced::Overtaken) => Ok(Attempt::Overtaken),
        Err(NotPlaced::Failed(error)) => Err(error),
        Ok(placed) => {
            tx.commit().await?;
            Ok(Attempt::Placed(placed))
        }
    }
}
