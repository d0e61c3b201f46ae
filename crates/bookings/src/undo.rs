//! Undoes everything that came from one network or with one mail address.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, StaffId};
use store::strangers::{self, OriginKey, Undoable, address_key};
use store::{ReadTx, appointments, booking_calendars, staff};

use crate::accounts::is_admin;
use crate::appointments::{release_hold, undo_booking};
use crate::classes;
use crate::error::{Error, Permission};
use crate::quince::Quince;
use crate::retry::retried;
use crate::strangers::network_of;

/// Maximum number of appointments that one request cancels; the page shows the others again.
const MAX_APPOINTMENTS: u32 = 500;
/// Maximum number of appointments, and of networks and addresses, that a page lists.
const LIST_LIMIT: u32 = 50;
/// The period in which [`busy`] counts bookings.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A network or mail address whose bookings are undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingOrigin(OriginKey);

/// The text is neither a mail address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Enter a mail address such as ada@example.com, or a network as the log names it, such as 203.0.113.7 or 2001:db8:0:1::/64."
)]
pub struct InvalidOrigin;

impl std::str::FromStr for BookingOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.trim();
        if text.contains('@') {
            return Ok(Self(OriginKey::Address(address_key(text))));
        }
        let address = ["/64", "/32"].into_iter().find_map(|end| text.strip_suffix(end));
        let address: IpAddr = address.unwrap_or(text).parse().map_err(|_| InvalidOrigin)?;
        Ok(Self(OriginKey::Network(network_of(address))))
    }
}

impl std::fmt::Display for BookingOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.text())
    }
}

/// What can be undone, or was undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoSummary {
    /// Number of future appointments.
    pub appointments: u32,
    /// Number of visitors who hold time.
    pub holds: u32,
    /// Number of places on waiting lists.
    pub waiting: u32,
    /// Number of waiting mails.
    pub mails: u32,
    /// The first of the appointments.
    pub first: Vec<UndoableAppointment>,
}

impl UndoSummary {
    /// Whether there is nothing to undo.
    pub fn is_empty(&self) -> bool {
        self.appointments == 0 && self.holds == 0 && self.waiting == 0 && self.mails == 0
    }
}

/// An appointment that would be cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoableAppointment {
    /// The appointment.
    pub id: AppointmentId,
    /// When it starts.
    pub start: Timestamp,
    /// The client's name.
    pub name: String,
    /// The name of the booking calendar.
    pub calendar: String,
}

/// A network or address with several recent bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusyOrigin {
    /// The network or address.
    pub whose: String,
    /// Number of future appointments that were booked recently.
    pub appointments: u32,
}

async fn check_admin(tx: &mut ReadTx, by: StaffId) -> Result<(), Error> {
    match staff::find(tx, by).await? {
        Some(person) if is_admin(person.role) => Ok(()),
        _ => Err(Error::NotAllowed(Permission::Administer)),
    }
}

/// Returns the networks and addresses with the most bookings of the last week, for the owner and admins.
pub async fn busy(quince: &Quince, by: StaffId) -> Result<Vec<BusyOrigin>, Error> {
    let now = quince.now();
    let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let found = strangers::busy(&mut tx, since, now, LIST_LIMIT).await?;
    let busy = |(whose, appointments)| BusyOrigin { whose, appointments };
    Ok(found.into_iter().map(busy).collect())
}

/// Returns what [`undo`] would undo, for the owner and admins.
pub async fn find(quince: &Quince, by: StaffId, whose: &BookingOrigin) -> Result<UndoSummary, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, by).await?;
    let Undoable {
        appointments: ids,
        holders,
        waiting,
        mails,
    } = strangers::undoable(&mut tx, &whose.0, now).await?;
    let mut first = Vec::new();
    for id in ids.iter().take(LIST_LIMIT as usize) {
        let Some(booked) = appointments::find(&mut tx, *id).await? else {
            continue;
        };
        let calendar = booking_calendars::find(&mut tx, booked.calendar_id).await?;
        first.push(UndoableAppointment {
            id: *id,
            start: booked.starts_at,
            name: booked.name,
            calendar: calendar.map(|calendar| calendar.name).unwrap_or_default(),
        });
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(UndoSummary {
        appointments: count(ids.len()),
        holds: count(holders.len()),
        waiting: count(waiting.len()),
        mails,
        first,
    })
}

/// Cancels future appointments, releases holds, and deletes places on waiting lists and waiting mails. Clients are notified if
/// `notify_clients` is set; hosts see it in their calendars. It runs in several transactions: after an error, what is done stays done, and
/// a second call continues.
pub async fn undo(
    quince: &Quince,
    by: StaffId,
    whose: &BookingOrigin,
    notify_clients: bool,
) -> Result<UndoSummary, Error> {
    let now = quince.now();
    let before = {
        let mut tx = quince.store().read().await?;
        check_admin(&mut tx, by).await?;
        strangers::undoable(&mut tx, &whose.0, now).await?
    };
    let mut done = UndoSummary::default();
    // Places on waiting lists come first, as they would get the seats that become free.
    for id in before.waiting {
        done.waiting += u32::from(classes::remove_from_waiting_list(quince, id).await?);
    }
    for holder in before.holders {
        release_hold(quince, holder).await?;
        done.holds += 1;
    }
    {
        let mut tx = quince.store().write().await?;
        done.mails = strangers::delete_waiting_mails(&mut tx, &whose.0, now).await?;
        tx.commit().await?;
    }
    // Reads again, as some places on waiting lists may have become seats meanwhile.
    let booked = strangers::undoable(&mut quince.store().read().await?, &whose.0, now).await?;
    for id in booked.appointments.into_iter().take(MAX_APPOINTMENTS as usize) {
        done.appointments += u32::from(retried(|| undo_booking(quince, id, by, notify_clients)).await?);
    }
    quince.wake();
    tracing::info!(
        target: "audit",
        staff = %by,
        appointments = done.appointments,
        holds = done.holds,
        waiting = done.waiting,
        mails = done.mails,
        "what a stranger sent was undone"
    );
    Ok(done)
}
