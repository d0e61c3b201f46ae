//! Waiting lists of full sessions.

use jiff::Timestamp;
use zones::Zone;

use crate::db::{ReadTx, WriteTx, expect_row, json, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{SessionId, WaitingId};
use crate::questions::Answer;
use crate::unreadable::Lenient;

impl Client {
    /// The number of seats wanted: the client's and the guests'.
    pub fn seats(&self) -> u32 {
        u32::try_from(self.guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1))
    }
}

/// A place on a waiting list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The id of their place.
    pub id: WaitingId,
    /// The session.
    pub session_id: SessionId,
    /// The client who waits.
    pub client: Client,
    /// When they joined.
    pub created_at: Timestamp,
}

/// A client with everything that an appointment needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Their full name.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their notes.
    pub notes: Option<String>,
    /// Their answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// The names of their guests.
    pub guests: Vec<String>,
    /// Their zone.
    pub zone: Zone,
}

fn read(row: &dyn Fields) -> Result<Waiting, StoreError> {
    let mut lenient = Lenient::of(row, "waiting_list");
    Ok(Waiting {
        id: WaitingId(row.uuid("id")?),
        session_id: SessionId(row.uuid("session_id")?),
        client: Client {
            name: row.text("name")?,
            email: row.text("email")?,
            phone: row.opt_text("phone")?,
            notes: row.opt_text("notes")?,
            answers: lenient.json("answers")?,
            guests: lenient.json("guests")?,
            zone: lenient.zone("client_zone")?,
        },
        created_at: row.instant("created_at")?,
    })
}

/// Appends a place to the list, with the hash of its page's token.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when this address already waits for the session.
pub async fn insert(tx: &mut WriteTx, new: &Waiting, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    let client = &new.client;
    execute!(
        tx,
        "INSERT INTO waiting_list (id, session_id, name, email, phone, notes, guests, client_zone, token_hash, created_at,
            answers)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        new.session_id.0,
        &client.name,
        &client.email,
        client.phone.as_deref(),
        client.notes.as_deref(),
        json(&client.guests)?,
        client.zone.name(),
        &token_hash[..],
        ms(new.created_at),
        json(&client.answers)?
    )
    .map(drop)
}

/// Returns the places of a session, in order.
pub async fn list(tx: &mut ReadTx, session: SessionId) -> Result<Vec<Waiting>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM waiting_list WHERE session_id = $1 ORDER BY created_at, id",
        session.0
    )
}

/// Finds a place by its id.
pub async fn find(tx: &mut ReadTx, id: WaitingId) -> Result<Option<Waiting>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM waiting_list WHERE id = $1", id.0)
}

/// Finds a place by the hash of its page's token.
pub async fn find_by_token_hash(tx: &mut ReadTx, hash: &[u8; 32]) -> Result<Option<Waiting>, StoreError> {
    fetch_optional!(
        tx,
        read,
        "SELECT * FROM waiting_list WHERE token_hash = $1",
        &hash[..]
    )
}

/// Deletes a place.
pub async fn delete(tx: &mut WriteTx, id: WaitingId) -> Result<(), StoreError> {
    let rows = execute!(tx, "DELETE FROM waiting_list WHERE id = $1", id.0)?;
    expect_row(rows, "place on the waiting list")
}
