//! Appointments. When they are is also in `occupancy`, which keeps them from overlapping.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Reason, StaffId};
use zones::Zone;

use crate::db::{ReadTx, WriteTx, expect_row, json, ms, opt_json, opt_ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::SessionId;
use crate::party::{CalledOff, Party, called_off};
use crate::questions::Answer;
use crate::strangers::Sender;
use crate::unreadable::Lenient;
use crate::words::AppointmentStatus;

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// Its booking calendar.
    pub calendar_id: CalendarId,
    /// Who holds it, or the first of those who do ([`crate::appointment_parts`]); nobody in a Simple calendar.
    pub host_id: Option<StaffId>,
    /// The session it has seats of, in a Class Booking calendar.
    pub session_id: Option<SessionId>,
    /// The names of those whom the client brings, each with a seat of their own.
    pub guests: Vec<String>,
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number.
    pub phone: Option<String>,
    /// What the client wrote.
    pub notes: Option<String>,
    /// What the client answered to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// The client's zone.
    pub client_zone: Zone,
    /// How it stands.
    pub status: AppointmentStatus,
    /// Start of the meeting.
    pub starts_at: Timestamp,
    /// End of the meeting.
    pub ends_at: Timestamp,
    /// Minutes kept free before, as they were when it was booked.
    pub pre_buffer: u32,
    /// Minutes kept free after.
    pub post_buffer: u32,
    /// Why this host.
    pub assignment_reason: Option<String>,
    /// Grows with every change that its event must follow.
    pub sequence: u32,
    /// Who booked it.
    pub booked_by: Party,
    /// Why it would not have been on offer, if a staff member booked it all the same: each reason once, in their order.
    pub overridden: Option<Vec<Reason>>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// That it was called off.
    pub called_off: Option<CalledOff>,
    /// Until when its client has to confirm it by mail; of one that was not confirmed in time, until when they had. Nothing when they
    /// have, or need not.
    pub unconfirmed_until: Option<Timestamp>,
}

impl Appointment {
    /// The seats it takes: the client's and their guests'.
    pub fn seats(&self) -> u32 {
        u32::try_from(self.guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1))
    }

    /// How long the meeting takes, minutes.
    pub fn length(&self) -> Option<u32> {
        u32::try_from(self.ends_at.duration_since(self.starts_at).as_mins()).ok()
    }

    /// Whether its client has yet to confirm it by mail.
    pub fn is_unconfirmed(&self) -> bool {
        self.unconfirmed_until.is_some() && self.status == AppointmentStatus::New
    }
}

pub(crate) fn read(row: &dyn Fields) -> Result<Appointment, StoreError> {
    let mut lenient = Lenient::of(row, "appointments");
    Ok(Appointment {
        id: AppointmentId(row.uuid("id")?),
        calendar_id: CalendarId(row.uuid("calendar_id")?),
        host_id: row.opt_uuid("host_id")?.map(StaffId),
        session_id: row.opt_uuid("session_id")?.map(SessionId),
        guests: lenient.json("guests")?,
        name: row.text("name")?,
        email: row.text("email")?,
        phone: row.opt_text("phone")?,
        notes: row.opt_text("notes")?,
        answers: lenient.json("answers")?,
        client_zone: lenient.zone("client_zone")?,
        // Its time stays taken whatever it is, and somebody has to say what becomes of it.
        status: lenient.word("status", AppointmentStatus::New)?,
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        pre_buffer: row.count("pre_buffer")?,
        post_buffer: row.count("post_buffer")?,
        assignment_reason: row.opt_text("assignment_reason")?,
        sequence: row.count("sequence")?,
        booked_by: row.opt_uuid("booked_by")?.map(StaffId).into(),
        overridden: lenient.opt_json("overridden")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
        called_off: called_off(row)?,
        unconfirmed_until: row.opt_instant("unconfirmed_until")?,
    })
}

/// Keeps a new appointment with the hash of its manage token and, of a stranger, who sent it.
pub async fn insert(
    tx: &mut WriteTx,
    new: &Appointment,
    manage_token_hash: &[u8; 32],
    sender: Option<&Sender>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO appointments (id, calendar_id, host_id, name, email, phone, notes, client_zone, status, starts_at, ends_at,
            pre_buffer, post_buffer, assignment_reason, manage_token_hash, sequence, booked_by, created_at, updated_at,
            session_id, guests, overridden, answers, unconfirmed_until, client_network, address_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
            $25, $26)",
        new.id.0,
        new.calendar_id.0,
        new.host_id.map(|host| host.0),
        &new.name,
        &new.email,
        new.phone.as_deref(),
        new.notes.as_deref(),
        new.client_zone.name(),
        new.status.as_str(),
        ms(new.starts_at),
        ms(new.ends_at),
        i64::from(new.pre_buffer),
        i64::from(new.post_buffer),
        new.assignment_reason.as_deref(),
        &manage_token_hash[..],
        i64::from(new.sequence),
        new.booked_by.staff().map(|staff| staff.0),
        ms(new.created_at),
        ms(new.updated_at),
        new.session_id.map(|session| session.0),
        json(&new.guests)?,
        opt_json(new.overridden.as_ref())?,
        json(&new.answers)?,
        opt_ms(new.unconfirmed_until),
        sender.map(|sender| sender.network.as_str()),
        sender.map(|sender| sender.address.as_str())
    )
    .map(drop)
}

/// An appointment by id.
pub async fn find(tx: &mut ReadTx, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM appointments WHERE id = $1", id.0)
}

/// An appointment by the hash of its manage token.
pub async fn find_by_token_hash(tx: &mut ReadTx, hash: &[u8; 32]) -> Result<Option<Appointment>, StoreError> {
    fetch_optional!(
        tx,
        read,
        "SELECT * FROM appointments WHERE manage_token_hash = $1",
        &hash[..]
    )
}

/// How many appointments that have not ended wait to be confirmed, of one host or of all.
pub async fn count_to_confirm(
    tx: &mut ReadTx,
    host: Option<StaffId>,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("waiting"),
        "SELECT COUNT(*) AS waiting FROM appointments
         WHERE status = 'new' AND ends_at > $1 AND unconfirmed_until IS NULL
            AND ($2 IS NULL OR EXISTS (SELECT 1 FROM appointment_parts p WHERE p.appointment_id = appointments.id AND (p.host_id = $2) IS TRUE))",
        ms(now),
        host.map(|host| host.0)
    )?;
    Ok(count.unwrap_or_default())
}

/// The appointments of these hosts that touch a span of time, called-off ones included, in order.
pub async fn between(
    tx: &mut ReadTx,
    hosts: &[StaffId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        hosts.iter().map(|id| id.0).collect(),
        concat!(
            "SELECT * FROM appointments WHERE starts_at < $3 AND ends_at > $2 AND starts_at > ",
            begun_since!("$2"),
            " AND EXISTS (SELECT 1 FROM appointment_parts p WHERE p.appointment_id = appointments.id
                AND (p.host_id"
        ),
        ") IS TRUE) ORDER BY starts_at, id",
        ms(from),
        ms(to)
    )
}

/// The appointments that nobody holds and that touch a span of time, called-off ones included, in order.
pub async fn of_nobody_between(
    tx: &mut ReadTx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        concat!(
            "SELECT * FROM appointments WHERE host_id IS NULL AND starts_at < $2 AND ends_at > $1 AND starts_at > ",
            begun_since!("$1"),
            " ORDER BY starts_at, id"
        ),
        ms(from),
        ms(to)
    )
}

/// A host's active appointments that have not ended, in order, without those of class sessions.
pub async fn future_of_host(
    tx: &mut ReadTx,
    host: StaffId,
    now: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        concat!(
            "SELECT * FROM appointments
             WHERE id IN (SELECT appointment_id FROM appointment_parts WHERE host_id = $1 AND starts_at > ",
            begun_since!("$2"),
            ") AND (session_id IS NULL) IS TRUE AND ends_at > $2 AND status IN ('new', 'confirmed', 'showed')
             ORDER BY starts_at, id"
        ),
        host.0,
        ms(now)
    )
}

/// How many active appointments of a host have not ended.
pub async fn future_count(tx: &mut ReadTx, host: StaffId, now: Timestamp) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("n"),
        concat!(
            "SELECT COUNT(*) AS n FROM appointments
             WHERE id IN (SELECT appointment_id FROM appointment_parts WHERE host_id = $1 AND starts_at > ",
            begun_since!("$2"),
            ") AND ends_at > $2 AND status IN ('new', 'confirmed', 'showed')"
        ),
        host.0,
        ms(now)
    )?;
    Ok(count.unwrap_or(0))
}

/// A booking calendar's active appointments that have not ended, in order.
pub async fn future_of_calendar(
    tx: &mut ReadTx,
    calendar: CalendarId,
    now: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        concat!(
            "SELECT * FROM appointments
             WHERE calendar_id = $1 AND ends_at > $2 AND status IN ('new', 'confirmed', 'showed') AND starts_at > ",
            begun_since!("$2"),
            " ORDER BY starts_at, id"
        ),
        calendar.0,
        ms(now)
    )
}

/// Whether a booking calendar ever had an appointment.
pub async fn has_any(tx: &mut ReadTx, calendar: CalendarId) -> Result<bool, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM appointments WHERE calendar_id = $1 LIMIT 1",
        calendar.0
    )?;
    Ok(found.is_some())
}

/// The start of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// Who holds it.
    pub host_id: Option<StaffId>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it was booked.
    pub created_at: Timestamp,
    /// The seats it takes.
    pub seats: u32,
    /// The members who were there when it was given, where that was noted ([`set_members_there`]).
    pub members_there: Option<Vec<StaffId>>,
}

/// The starts of a booking calendar's active appointments in a span of time, with the guests' seats.
pub async fn starts_between(
    tx: &mut ReadTx,
    calendar: CalendarId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Start>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| {
            let guests: Vec<String> = Lenient::of(row, "appointments").json("guests")?;
            Ok(Start {
                appointment_id: AppointmentId(row.uuid("id")?),
                host_id: row.opt_uuid("host_id")?.map(StaffId),
                starts_at: row.instant("starts_at")?,
                created_at: row.instant("created_at")?,
                seats: u32::try_from(guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1)),
                members_there: row
                    .opt_text("members_there")?
                    .and_then(|text| serde_json::from_str(&text).ok()),
            })
        },
        "SELECT id, host_id, starts_at, created_at, guests, members_there FROM appointments
         WHERE calendar_id = $1 AND starts_at >= $2 AND starts_at < $3 AND status IN ('new', 'confirmed', 'showed')",
        calendar.0,
        ms(from),
        ms(to)
    )
}

/// Notes which members were there when an appointment was given.
pub async fn set_members_there(
    tx: &mut WriteTx,
    id: AppointmentId,
    there: &[StaffId],
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE appointments SET members_there = $2 WHERE id = $1",
        id.0,
        json(&there)?
    )
    .map(drop)
}

/// When each of these members was last booked in a booking calendar.
pub async fn last_booked(
    tx: &mut ReadTx,
    calendar: CalendarId,
    hosts: &[StaffId],
) -> Result<Vec<(StaffId, Timestamp)>, StoreError> {
    // One look into the index for each, however much they have had.
    let last = fetch_all_in!(
        tx,
        |row: &dyn Fields| Ok((StaffId(row.uuid("id")?), row.opt_instant("last")?)),
        hosts.iter().map(|id| id.0).collect(),
        "SELECT s.id, (SELECT created_at FROM appointments
            WHERE calendar_id = $2 AND host_id = s.id AND status IN ('new', 'confirmed', 'showed')
            ORDER BY created_at DESC LIMIT 1) AS last
         FROM staff s WHERE s.id",
        "",
        calendar.0
    )?;
    Ok(last
        .into_iter()
        .filter_map(|(host, last)| Some((host, last?)))
        .collect())
}

/// The active appointments with seats of a session, in the order in which they were booked.
pub async fn of_session(tx: &mut ReadTx, session: SessionId) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM appointments WHERE session_id = $1 AND status IN ('new', 'confirmed', 'showed')
         ORDER BY created_at, id",
        session.0
    )
}

/// Everybody who has, or had, seats of a session: those who did not come are in its roster, too. In the order in which they
/// booked.
pub async fn roster_of_session(tx: &mut ReadTx, session: SessionId) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM appointments WHERE session_id = $1 AND status NOT IN ('cancelled', 'invalid')
         ORDER BY created_at, id",
        session.0
    )
}

/// A new time and host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTime {
    /// Who holds it, or the first of those who do.
    pub host_id: Option<StaffId>,
    /// The session it has seats of.
    pub session_id: Option<SessionId>,
    /// Start of the meeting.
    pub starts_at: Timestamp,
    /// End of the meeting.
    pub ends_at: Timestamp,
    /// Minutes kept free before.
    pub pre_buffer: u32,
    /// Minutes kept free after.
    pub post_buffer: u32,
    /// Why this host.
    pub assignment_reason: Option<String>,
    /// Why this time would not be on offer, if a staff member wants it all the same.
    pub overridden: Option<Vec<Reason>>,
}

/// Moves an appointment.
pub async fn update_time(
    tx: &mut WriteTx,
    id: AppointmentId,
    new: &NewTime,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE appointments SET host_id = $2, starts_at = $3, ends_at = $4, pre_buffer = $5, post_buffer = $6,
            assignment_reason = $7, session_id = $9, overridden = $10, sequence = sequence + 1, updated_at = $8
         WHERE id = $1",
        id.0,
        new.host_id.map(|host| host.0),
        ms(new.starts_at),
        ms(new.ends_at),
        i64::from(new.pre_buffer),
        i64::from(new.post_buffer),
        new.assignment_reason.as_deref(),
        ms(now),
        new.session_id.map(|session| session.0),
        opt_json(new.overridden.as_ref())?
    )?;
    expect_row(rows, "appointment")
}

/// Changes who the client is.
pub async fn update_contact(
    tx: &mut WriteTx,
    id: AppointmentId,
    name: &str,
    email: &str,
    phone: Option<&str>,
    notes: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE appointments SET name = $2, email = $3, phone = $4, notes = $5, sequence = sequence + 1, updated_at = $6
         WHERE id = $1",
        id.0,
        name,
        email,
        phone,
        notes,
        ms(now)
    )?;
    expect_row(rows, "appointment")
}

/// Changes whom the client brings.
pub async fn update_guests(
    tx: &mut WriteTx,
    id: AppointmentId,
    guests: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE appointments SET guests = $2, sequence = sequence + 1, updated_at = $3 WHERE id = $1",
        id.0,
        json(&guests)?,
        ms(now)
    )?;
    expect_row(rows, "appointment")
}

/// Some of the appointments that their clients had to confirm before now; and those that they would have to confirm later than
/// anybody was told.
pub async fn not_confirmed(
    tx: &mut ReadTx,
    now: Timestamp,
    longest: Timestamp,
    limit: u32,
) -> Result<Vec<AppointmentId>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok(AppointmentId(row.uuid("id")?)),
        "SELECT id FROM appointments
         WHERE status = 'new' AND unconfirmed_until IS NOT NULL AND (unconfirmed_until <= $1 OR unconfirmed_until > $2)
         ORDER BY unconfirmed_until LIMIT $3",
        ms(now),
        ms(longest),
        i64::from(limit)
    )
}

/// Changes how an appointment stands, and when, by whom and why it was called off.
pub async fn set_status(
    tx: &mut WriteTx,
    id: AppointmentId,
    status: AppointmentStatus,
    called_off: Option<&CalledOff>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE appointments SET status = $2, cancelled_at = $3, cancelled_by = $4, cancelled_by_staff = $5, cancel_reason = $6,
            sequence = sequence + 1, updated_at = $7,
            unconfirmed_until = CASE WHEN $2 = 'cancelled' THEN unconfirmed_until ELSE NULL END
         WHERE id = $1",
        id.0,
        status.as_str(),
        called_off.map(|called_off| ms(called_off.at)),
        called_off.and_then(CalledOff::kind),
        called_off.and_then(CalledOff::staff),
        called_off.and_then(|called_off| called_off.reason.as_deref()),
        ms(now)
    )?;
    expect_row(rows, "appointment")
}

/// Deletes an appointment with all that belongs to it: its parts, its seats, the mails about it. Its events stay asked for as they are.
pub async fn delete(tx: &mut WriteTx, id: AppointmentId) -> Result<(), StoreError> {
    let rows = execute!(tx, "DELETE FROM appointments WHERE id = $1", id.0)?;
    expect_row(rows, "appointment")
}
