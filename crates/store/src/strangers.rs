//! What strangers send, by network and mail address: counted for the limits, and found again to be undone.

use jiff::Timestamp;
use scheduling::AppointmentId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::{Fields, inconsistent};
use crate::holds::VisitorId;
use crate::ids::WaitingId;
use crate::locks::Lock;
use crate::unreadable::Lenient;

/// What identifies a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The network that a request came from, as it is counted (an IPv4 address or an IPv6 prefix).
    pub network: String,
    /// The mail address that was typed, normalised by [`address_key`].
    pub address: String,
}

/// A stranger's booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// True if it came from the same network; false if it was made with the same address.
    pub from_network: bool,
    /// When it was booked.
    pub at: Timestamp,
    /// The seats that it took.
    pub seats: u32,
}

/// Locks the counters of this network and this address.
pub async fn lock_sender(tx: &mut WriteTx, sender: &Sender) -> Result<(), StoreError> {
    tx.lock([
        Lock::Sender(hashed("network", &sender.network)),
        Lock::Sender(hashed("address", &sender.address)),
    ])
    .await
}

/// Like [`lock_sender`], for requests without an address.
pub async fn lock_network(tx: &mut WriteTx, network: &str) -> Result<(), StoreError> {
    tx.lock([Lock::Sender(hashed("network", network))]).await
}

/// Records that somebody opened a link that was mailed to this address.
pub async fn confirm_address(tx: &mut WriteTx, address: &str, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO confirmed_addresses (address_key, confirmed_at) VALUES ($1, $2) ON CONFLICT (address_key) DO NOTHING",
        address_key(address),
        ms(now)
    )
    .map(drop)
}

/// Whether somebody opened a link that was mailed to this address.
pub async fn is_confirmed(tx: &mut ReadTx, address: &str) -> Result<bool, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| row.instant("confirmed_at"),
        "SELECT confirmed_at FROM confirmed_addresses WHERE address_key = $1",
        address_key(address)
    )?;
    Ok(found.is_some())
}

pub(crate) fn hashed(what: &str, key: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(format!("{what} {key}")).into();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(id)
}

fn read_sent(row: &dyn Fields) -> Result<Sent, StoreError> {
    let guests: Vec<String> = Lenient::of(row, "appointments").json("guests")?;
    Ok(Sent {
        from_network: row.int("from_network")? != 0,
        at: row.instant("created_at")?,
        seats: u32::try_from(guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1)),
    })
}

/// Returns the latest bookings within a span from this network and with this address, newest first; at most `limit` of each.
pub async fn bookings(
    tx: &mut ReadTx,
    sender: &Sender,
    since: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Sent>, StoreError> {
    fetch_all!(
        tx,
        read_sent,
        "SELECT * FROM (SELECT CAST(1 AS BIGINT) AS from_network, created_at, guests FROM appointments
            WHERE client_network = $1 AND created_at > $3 AND created_at <= $4 ORDER BY created_at DESC LIMIT $5) n
         UNION ALL
         SELECT * FROM (SELECT CAST(0 AS BIGINT) AS from_network, created_at, guests FROM appointments
            WHERE address_key = $2 AND created_at > $3 AND created_at <= $4 ORDER BY created_at DESC LIMIT $5) a",
        &sender.network,
        &sender.address,
        ms(since),
        ms(until),
        i64::from(limit)
    )
}

/// Counts the other visitors from this network who hold time.
pub async fn other_holders(
    tx: &mut ReadTx,
    network: &str,
    own: VisitorId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("holders"),
        "SELECT COUNT(DISTINCT holder) AS holders FROM occupancy_seats
         WHERE client_network = $1 AND holder <> $2 AND hold_expires_at > $3",
        network,
        own.0.as_slice(),
        ms(now)
    )?;
    Ok(count.unwrap_or_default())
}

/// Counts the places on waiting lists of future sessions, from this network and with this address.
pub async fn waiting(tx: &mut ReadTx, sender: &Sender, now: Timestamp) -> Result<(u32, u32), StoreError> {
    let read = |row: &dyn Fields| -> Result<(u32, u32), StoreError> {
        Ok((row.count("of_network")?, row.count("of_address")?))
    };
    let counts = fetch_optional!(
        tx,
        read,
        "SELECT
            (SELECT COUNT(*) FROM waiting_list w JOIN class_sessions s ON s.id = w.session_id
                WHERE w.client_network = $1 AND s.starts_at > $3 AND s.cancelled_at IS NULL) AS of_network,
            (SELECT COUNT(*) FROM waiting_list w JOIN class_sessions s ON s.id = w.session_id
                WHERE w.address_key = $2 AND s.starts_at > $3 AND s.cancelled_at IS NULL) AS of_address",
        &sender.network,
        &sender.address,
        ms(now)
    )?;
    Ok(counts.unwrap_or_default())
}

/// What bookings are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginKey {
    /// A network, see [`Sender::network`].
    Network(String),
    /// An address, see [`Sender::address`].
    Address(String),
}

impl OriginKey {
    /// The network or the address as text.
    pub fn text(&self) -> &str {
        match self {
            Self::Network(text) | Self::Address(text) => text,
        }
    }

    /// The values of the two columns: one is the text, the other is NULL.
    fn values(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Network(network) => (Some(network), None),
            Self::Address(address) => (None, Some(address)),
        }
    }
}

/// What can be undone of what somebody sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undoable {
    /// Active future appointments, in order of time.
    pub appointments: Vec<AppointmentId>,
    /// Visitors who hold time.
    pub holders: Vec<VisitorId>,
    /// Places on waiting lists of future sessions.
    pub waiting: Vec<WaitingId>,
    /// Number of waiting mails about these.
    pub mails: u32,
}

/// Returns what came from a network or with an address and can be undone.
pub async fn undoable(tx: &mut ReadTx, key: &OriginKey, now: Timestamp) -> Result<Undoable, StoreError> {
    let (network, address) = key.values();
    let appointments = fetch_all!(
        tx,
        |row: &dyn Fields| Ok(AppointmentId(row.uuid("id")?)),
        "SELECT id FROM appointments
         WHERE (client_network = $1 OR address_key = $2) AND starts_at > $3 AND booked_by IS NULL
            AND status IN ('new', 'confirmed', 'showed')
         ORDER BY starts_at, id",
        network,
        address,
        ms(now)
    )?;
    let holder = |row: &dyn Fields| {
        let bytes = row.bytes("holder")?;
        let bytes = bytes
            .try_into()
            .map_err(|_| inconsistent("holder", "not 32 bytes"))?;
        Ok::<_, StoreError>(VisitorId(bytes))
    };
    let holders = fetch_all!(
        tx,
        holder,
        "SELECT DISTINCT holder FROM occupancy_seats WHERE client_network = $1 AND hold_expires_at > $2",
        network,
        ms(now)
    )?;
    let waiting = fetch_all!(
        tx,
        |row: &dyn Fields| Ok(WaitingId(row.uuid("id")?)),
        "SELECT w.id FROM waiting_list w JOIN class_sessions s ON s.id = w.session_id
         WHERE (w.client_network = $1 OR w.address_key = $2) AND s.starts_at > $3",
        network,
        address,
        ms(now)
    )?;
    let mails = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("mails"),
        "SELECT COUNT(*) AS mails FROM messages
         WHERE state = 'waiting' AND (recipient_key = $2 OR appointment_id IN (SELECT id FROM appointments
            WHERE (client_network = $1 OR address_key = $2) AND starts_at > $3 AND booked_by IS NULL))",
        network,
        address,
        ms(now)
    )?;
    Ok(Undoable {
        appointments,
        holders,
        waiting,
        mails: mails.unwrap_or_default(),
    })
}

/// Deletes the waiting mails that no worker has claimed. Returns how many.
pub async fn delete_waiting_mails(
    tx: &mut WriteTx,
    key: &OriginKey,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let (network, address) = key.values();
    let mails = execute!(
        tx,
        "DELETE FROM messages
         WHERE state = 'waiting' AND lease_until IS NULL AND (recipient_key = $2 OR appointment_id IN (SELECT id FROM appointments
            WHERE (client_network = $1 OR address_key = $2) AND starts_at > $3 AND booked_by IS NULL))",
        network,
        address,
        ms(now)
    )?;
    Ok(u32::try_from(mails).unwrap_or(u32::MAX))
}

/// Returns the networks and addresses with more than one active future appointment booked since an instant, the most first, with the
/// number.
pub async fn busy(
    tx: &mut ReadTx,
    since: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(String, u32)>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok((row.text("whose")?, row.count("booked")?)),
        "SELECT whose, booked FROM (
            SELECT client_network AS whose, COUNT(*) AS booked FROM appointments
                WHERE (client_network IS NOT NULL) IS TRUE AND created_at > $1 AND starts_at > $2 AND booked_by IS NULL
                    AND status IN ('new', 'confirmed', 'showed')
                GROUP BY client_network HAVING COUNT(*) > 1
            UNION ALL
            SELECT address_key AS whose, COUNT(*) AS booked FROM appointments
                WHERE (address_key IS NOT NULL) IS TRUE AND created_at > $1 AND starts_at > $2 AND booked_by IS NULL
                    AND status IN ('new', 'confirmed', 'showed')
                GROUP BY address_key HAVING COUNT(*) > 1) b
         ORDER BY booked DESC, whose LIMIT $3",
        ms(since),
        ms(now),
        i64::from(limit)
    )
}

/// Erases the network of bookings made before an instant.
pub async fn forget_networks(tx: &mut WriteTx, before: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE appointments SET client_network = NULL WHERE client_network IS NOT NULL AND created_at < $1",
        ms(before)
    )
    .map(drop)
}

/// Records the network of a visitor who holds time.
pub async fn note_hold(tx: &mut WriteTx, holder: VisitorId, network: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE occupancy_seats SET client_network = $2 WHERE holder = $1",
        holder.0.as_slice(),
        network
    )
    .map(drop)
}

/// Records who joined a waiting list.
pub async fn note_waiting(tx: &mut WriteTx, id: WaitingId, sender: &Sender) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE waiting_list SET client_network = $2, address_key = $3 WHERE id = $1",
        id.0,
        &sender.network,
        &sender.address
    )
    .map(drop)
}

/// Copies the sender of a place on a waiting list to the appointment it became.
pub async fn note_promoted(tx: &mut WriteTx, from: WaitingId, to: AppointmentId) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE appointments SET client_network = (SELECT client_network FROM waiting_list WHERE id = $2),
            address_key = (SELECT address_key FROM waiting_list WHERE id = $2)
         WHERE id = $1",
        to.0,
        from.0
    )
    .map(drop)
}

/// Mail services that are known to ignore what follows a plus sign in the mailbox.
const PLUS: [&str; 12] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "fastmail.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
];

/// Normalises a mail address for comparison: spellings that are known to reach the same mailbox become equal.
pub fn address_key(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((mailbox, host)) = address.rsplit_once('@') else {
        return address;
    };
    let host = host.trim_end_matches('.');
    let mailbox = match mailbox.split_once('+') {
        Some((before, _)) if PLUS.contains(&host) && !before.is_empty() => before,
        _ => mailbox,
    };
    match host {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", mailbox.replace('.', "")),
        _ => format!("{mailbox}@{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::address_key;

    #[test]
    fn one_mailbox_is_one_address() {
        for same in [
            "ada.byron@gmail.com",
            "AdaByron@GMAIL.com",
            " a.d.a.byron+x@googlemail.com",
            "adabyron+1+2@gmail.com",
        ] {
            assert_eq!(address_key(same), "adabyron@gmail.com");
        }
        assert_eq!(address_key("Ada+news@icloud.com"), "ada@icloud.com");
        // With other services these may be different people.
        for other in ["a.b@example.com", "ab@example.com", "a.b+c@example.com"] {
            assert_eq!(address_key(other), other);
        }
        assert_eq!(address_key("+x@gmail.com"), "+x@gmail.com");
    }
}
