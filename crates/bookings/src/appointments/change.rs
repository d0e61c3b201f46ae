//! Calling off appointments, and how they stand. Every change goes to the calendar in the same transaction's outbox (D3).

use jiff::Timestamp;
use scheduling::{AppointmentId, Span, StaffId};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::{
    AppointmentStatus as Status, CalledOff, MessageKind, Party, ReadTx, StoreError, WriteTx, appointments,
    locks, occupancy,
};

use super::read::{calendar_of, check_viewer, hosts_of, of_token};
use super::view::next_statuses;
use crate::error::{Error, Kept, Missing, Refusal, Taken};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Versioned};
use crate::{classes, notifications, outbox};

/// Who changes an appointment.
#[derive(Clone, PartialEq, Eq)]
pub enum Actor {
    /// The client, by the manage link.
    Client {
        /// The link's secret.
        token: String,
    },
    /// A staff member: the host, or an admin.
    Staff {
        /// Who.
        id: StaffId,
        /// Which appointment.
        appointment: AppointmentId,
    },
}

/// Without the secret.
impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client { .. } => f.write_str("Client"),
            Self::Staff { id, appointment } => write!(f, "Staff({id}, {appointment})"),
        }
    }
}

/// The appointment an actor may act on, and who they are.
pub(super) struct Opened {
    pub(super) appointment: Appointment,
    pub(super) calendar: BookingCalendar,
    pub(super) by: Party,
}

impl Opened {
    /// Whose change this is, who saw a version of it if they are of the staff.
    pub(super) fn author(&self, seen: Option<i64>) -> Author {
        Author { party: self.by, seen }
    }

    /// Called off by them.
    pub(super) fn called_off(&self, reason: &str, now: Timestamp) -> CalledOff {
        CalledOff {
            at: now,
            by: Some(self.by),
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        }
    }

    /// Whether nobody changed it since the author saw it.
    pub(super) async fn compare(
        &self,
        tx: &mut ReadTx,
        seen: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let of = Versioned::appointment(self.appointment.id);
        versions::compare(tx, of, self.author(seen), now).await
    }
}

/// Records how an appointment becomes different.
pub(super) async fn record(
    tx: &mut WriteTx,
    id: AppointmentId,
    by: Author,
    differences: &Differences,
    now: Timestamp,
) -> Result<(), Error> {
    versions::save(tx, Versioned::appointment(id), by, differences, now).await
}

impl Actor {
    /// Finds the appointment and keeps it as it is until the transaction ends, so that two changes at the same moment
    /// follow each other.
    pub(super) async fn open(&self, tx: &mut WriteTx, now: Timestamp) -> Result<Opened, Error> {
        match self {
            Self::Client { token } => {
                let known = of_token(tx, token, now).await?;
                tx.lock(classes::locks_of(&known)).await?;
            }
            Self::Staff { appointment, .. } => {
                if let Some(known) = appointments::find(tx, *appointment).await? {
                    tx.lock(classes::locks_of(&known)).await?;
                }
            }
        }
        self.read(tx, now).await
    }

    /// Finds the appointment as it is at the moment.
    pub(super) async fn read(&self, tx: &mut ReadTx, now: Timestamp) -> Result<Opened, Error> {
        let (appointment, by) = match self {
            Self::Client { token } => (of_token(tx, token, now).await?, Party::Client),
            Self::Staff { id, appointment } => {
                let appointment = appointments::find(tx, *appointment)
                    .await?
                    .ok_or(Error::NotFound(Missing::Appointment))?;
                check_viewer(tx, *id, &appointment).await?;
                (appointment, Party::Staff(*id))
            }
        };
        let calendar = calendar_of(tx, &appointment).await?;
        Ok(Opened {
            appointment,
            calendar,
            by,
        })
    }
}

/// Whether the client may change an appointment now, given the cut-off; else why not.
pub(crate) fn client_may(
    appointment: &Appointment,
    calendar: &BookingCalendar,
    cutoff: Span,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !appointment.status.is_active() {
        return Err(Refusal::Over(appointment.status));
    }
    if appointment.is_unconfirmed() {
        return Err(Refusal::NotConfirmed);
    }
    if now >= appointment.starts_at {
        return Err(Refusal::Begun);
    }
    if now > cutoff.before(appointment.starts_at, &calendar.rules.zone) {
        return Err(Refusal::TooLate { cutoff });
    }
    Ok(())
}

pub(super) fn check_may(opened: &Opened, cutoff: Span, now: Timestamp) -> Result<(), Error> {
    let appointment = &opened.appointment;
    if !appointment.status.is_active() {
        return Err(Refusal::Over(appointment.status).into());
    }
    match opened.by {
        Party::Staff(_) if appointment.is_unconfirmed() => Err(Refusal::WaitsForClient.into()),
        Party::Staff(_) => Ok(()),
        Party::Client => Ok(client_may(appointment, &opened.calendar, cutoff, now)?),
    }
}

/// Calls an appointment off. Doing it twice is as good as once.
pub async fn cancel(quince: &Quince, actor: &Actor, reason: &str) -> Result<(), Error> {
    cancel_having_seen(quince, actor, None, reason).await
}

/// As [`cancel`], by a staff member whose form may be of an earlier version.
pub async fn cancel_as_staff(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    reason: &str,
) -> Result<(), Error> {
    let Editor { staff, seen } = by.into();
    let actor = Actor::Staff {
        id: staff,
        appointment: id,
    };
    cancel_having_seen(quince, &actor, seen, reason).await
}

async fn cancel_having_seen(
    quince: &Quince,
    actor: &Actor,
    seen: Option<i64>,
    reason: &str,
) -> Result<(), Error> {
    let mut checked = Validator::default();
    let reason = checked.line("reason", "the reason", reason, NAME_LIMIT);
    checked.finish()?;
    retried_if_lost(|| try_to_cancel(quince, actor, seen, &reason)).await?;
    quince.wake();
    Ok(())
}

async fn try_to_cancel(quince: &Quince, actor: &Actor, seen: Option<i64>, reason: &str) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == Status::Cancelled {
        return Ok(());
    }
    opened.compare(&mut tx, seen, now).await?;
    // What nobody was told of can always be called off.
    if !opened.appointment.is_unconfirmed() {
        check_may(&opened, opened.calendar.rules.cancel_cutoff, now)?;
    }
    let called_off = opened.called_off(reason, now);
    change_status(
        quince,
        &mut tx,
        &opened,
        Status::Cancelled,
        Some(&called_off),
        Told::All,
        now,
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Sets where an appointment stands, for its host and for admins. What no longer takes place gives its time back; what
/// takes place again needs its time to be free.
pub async fn set_status(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    status: Status,
) -> Result<(), Error> {
    let Editor { staff, seen } = by.into();
    let actor = Actor::Staff {
        id: staff,
        appointment: id,
    };
    if status == Status::Cancelled {
        return cancel_having_seen(quince, &actor, seen, "").await;
    }
    retried_if_lost(|| try_to_set_status(quince, &actor, seen, status)).await?;
    quince.wake();
    Ok(())
}

async fn try_to_set_status(
    quince: &Quince,
    actor: &Actor,
    seen: Option<i64>,
    status: Status,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == status {
        return Ok(());
    }
    opened.compare(&mut tx, seen, now).await?;
    if opened.appointment.status == Status::Cancelled {
        return Err(Refusal::Over(Status::Cancelled).into());
    }
    let has_begun = opened.appointment.starts_at <= now;
    if !next_statuses(opened.appointment.status, has_begun).contains(&status) {
        return Err(Refusal::StatusNotNow.into());
    }
    change_status(quince, &mut tx, &opened, status, None, Told::All, now).await?;
    Ok(tx.commit().await?)
}

/// Calls off what a stranger booked, whatever its cut-off; false when it was called off, or is over, already. What of it waited to be
/// mailed is not mailed.
pub(crate) async fn undo_booking(
    quince: &Quince,
    id: AppointmentId,
    by: StaffId,
    tell_client: bool,
) -> Result<bool, Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let Some(known) = appointments::find(&mut tx, id).await? else {
        return Ok(false);
    };
    tx.lock(classes::locks_of(&known)).await?;
    let Some(appointment) = appointments::find(&mut tx, id).await? else {
        return Ok(false);
    };
    if !appointment.status.is_active() || appointment.starts_at <= now {
        return Ok(false);
    }
    let opened = Opened {
        calendar: calendar_of(&mut tx, &appointment).await?,
        appointment,
        by: Party::Staff(by),
    };
    for mail in store::messages::all_unclaimed(&mut tx, id).await? {
        store::messages::delete(&mut tx, mail.id).await?;
    }
    let called_off = opened.called_off("", now);
    let told = if tell_client { Told::Client } else { Told::Nobody };
    change_status(
        quince,
        &mut tx,
        &opened,
        Status::Cancelled,
        Some(&called_off),
        told,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Who gets a mail about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    Client,
    Nobody,
}

/// Gives an appointment a status, which its time, its event and its reminders follow; nobody is told. Answers which hosts need not be
/// told that it does not take place, as they do not know of it yet.
pub(super) async fn follow_status(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &Opened,
    status: Status,
    called_off: Option<&CalledOff>,
    now: Timestamp,
) -> Result<(Appointment, Vec<StaffId>), Error> {
    let old = &opened.appointment;
    // The row is written first: on Postgres, a move at the same moment ends before its time is given back.
    appointments::set_status(tx, old.id, status, called_off, now).await?;
    let changed = appointments::find(tx, old.id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    match (old.status.is_active(), status.is_active()) {
        (true, false) => {
            let locked = occupancy::lock_to_release(tx, changed.id).await?;
            occupancy::release(tx, &locked, changed.id).await?;
            if let Some(session) = changed.session_id {
                // Before the event follows, so that it stays when those who wait are all who come.
                classes::seats_freed(quince, tx, session, now).await?;
            }
        }
        (false, true) => {
            let places = classes::places_again(tx, &opened.calendar, &changed).await?;
            let locked = locks::owners(tx, places.iter().map(|place| place.owner)).await?;
            match occupancy::claim(tx, &locked, &places, changed.id, changed.seats(), now).await {
                Err(StoreError::SlotTaken) => return Err(taken_again(tx, opened, &changed, now).await?),
                other => other?,
            }
        }
        _ => {}
    }
    outbox::sync_events(tx, &changed, now).await?;
    let mut unaware = Vec::new();
    if old.status.is_active() != status.is_active() {
        notifications::remind(tx, &changed, now).await?;
        unaware = notifications::changes::take_back(tx, changed.id, now).await?;
    }
    Ok((changed, unaware))
}

/// What takes the time of an appointment that is to take place again.
async fn taken_again(
    tx: &mut ReadTx,
    opened: &Opened,
    changed: &Appointment,
    now: Timestamp,
) -> Result<Error, StoreError> {
    let left = match changed.session_id {
        Some(_) => classes::free_seats(tx, &opened.calendar, changed, now).await?,
        None => u32::MAX,
    };
    let by = if left < changed.seats() {
        Taken::Seats { left }
    } else {
        Taken::Host
    };
    Ok(Error::SlotTaken {
        by,
        kept: Kept::Appointment,
    })
}

/// The hosts who are told that an appointment does not take place; nothing when all of them need not be.
pub(super) async fn aware_hosts(
    tx: &mut ReadTx,
    id: AppointmentId,
    unaware: &[StaffId],
) -> Result<Option<Vec<StaffId>>, StoreError> {
    let mut hosts = hosts_of(tx, id).await?;
    if !hosts.is_empty() && hosts.iter().all(|host| unaware.contains(host)) {
        return Ok(None);
    }
    hosts.retain(|host| !unaware.contains(host));
    Ok(Some(hosts))
}

/// What the client is told when staff, or they themselves, call an appointment off.
pub(super) fn calling_off(opened: &Opened) -> MessageKind {
    if opened.appointment.status == Status::New && opened.by != Party::Client {
        MessageKind::ClientDeclined
    } else {
        MessageKind::ClientCancelled
    }
}

async fn change_status(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &Opened,
    status: Status,
    called_off: Option<&CalledOff>,
    told: Told,
    now: Timestamp,
) -> Result<(), Error> {
    let old = &opened.appointment;
    let differences = Differences::status(old.status, status);
    record(tx, old.id, opened.author(None), &differences, now).await?;
    let (changed, unaware) = follow_status(quince, tx, opened, status, called_off, now).await?;
    if old.is_unconfirmed() {
        return match status {
            Status::Confirmed => super::unconfirmed::tell(tx, old.id, opened.by.staff(), now).await,
            _ => Ok(()),
        };
    }
    if told == Told::Nobody {
        return Ok(());
    }
    match (old.status, status) {
        (_, Status::Cancelled) => {
            notifications::enqueue(tx, &changed, calling_off(opened), now).await?;
            if told == Told::Client {
                return Ok(());
            }
            let Some(hosts) = aware_hosts(tx, changed.id, &unaware).await? else {
                return Ok(());
            };
            notifications::enqueue_for_hosts(
                tx,
                &changed,
                hosts,
                opened.by.staff(),
                MessageKind::HostCancelled,
                now,
            )
            .await?;
        }
        // An invalid one reads as cancelled on the client's page, and may never have been confirmed.
        (Status::New | Status::Invalid, Status::Confirmed) => {
            notifications::enqueue(tx, &changed, MessageKind::ClientBooked, now).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Writes an appointment's event again after it was changed or deleted in iCloud, or could not be written (D4).
pub async fn write_again(quince: &Quince, by: StaffId, id: AppointmentId) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = Actor::Staff {
        id: by,
        appointment: id,
    }
    .open(&mut tx, now)
    .await?;
    if !opened.appointment.status.is_active() {
        return Err(Refusal::Over(opened.appointment.status).into());
    }
    outbox::sync_events(&mut tx, &opened.appointment, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}
