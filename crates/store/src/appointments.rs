//! Appointments. Their times are also rows of `occupancy`, which keeps them from overlapping.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Reason, StaffId};
use zones::Zone;

use crate::assignment_reason::{self, AssignmentReason};
use crate::db::{ReadTx, WriteTx, expect_row, json, ms, opt_json, opt_ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::SessionId;
use crate::party::{Cancellation, Party, cancellation};
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
    /// The host, or the first of several ([`crate::appointment_parts`]); none in a Simple calendar.
    pub host_id: Option<StaffId>,
    /// The session whose seats it takes, in a Class Booking calendar.
    pub session_id: Option<SessionId>,
    /// The names of the client's guests, each of whom takes a seat.
    pub guests: Vec<String>,
    /// The client's full name.
    pub name: String,
    /// The client's mail address.
    pub email: String,
    /// The client's telephone number.
    pub phone: Option<String>,
    /// The client's notes.
    pub notes: Option<String>,
    /// The client's answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// The client's zone.
    pub client_zone: Zone,
    /// Its status.
    pub status: AppointmentStatus,
    /// Start of the meeting.
    pub starts_at: Timestamp,
    /// End of the meeting.
    pub ends_at: Timestamp,
    /// Minutes kept free before, as configured at booking.
    pub pre_buffer: u32,
    /// Minutes kept free after, as configured at booking.
    pub post_buffer: u32,
    /// Why this host was chosen.
    pub assignment_reason: Option<AssignmentReason>,
    /// Counts the changes that its written event must follow.
    pub sequence: u32,
    /// Who booked it.
    pub booked_by: Party,
    /// Why the time was not on offer, if a staff member overrode that: each reason once, in their order.
    pub overridden: Option<Vec<Reason>>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// When, by whom and why it was cancelled, if it was.
    pub cancellation: Option<Cancellation>,
    /// The deadline for the client to confirm by mail, also once it has passed. None when no confirmation is needed or it was given.
    pub unconfirmed_until: Option<Timestamp>,
}

impl Appointment {
    /// The number of seats it takes: the client's and the guests'.
    pub fn seats(&self) -> u32 {
        u32::try_from(self.guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1))
    }

    /// Duration of the meeting in minutes.
    pub fn length(&self) -> Option<u32> {
        u32::try_from(self.ends_at.duration_since(self.starts_at).as_mins()).ok()
    }

    /// Whether the client still has to confirm it by mail.
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
        // An unreadable status counts as new: the time stays blocked, and staff have to decide.
        status: lenient.word("status", AppointmentStatus::New)?,
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        pre_buffer: row.count("pre_buffer")?,
        post_buffer: row.count("post_buffer")?,
        assignment_reason: assignment_reason::read(row, "assignment_reason")?,
        sequence: row.count("sequence")?,
        booked_by: row.opt_uuid("booked_by")?.map(StaffId).into(),
        overridden: lenient.opt_json("overridden")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
        cancellation: cancellation(row)?,
        unconfirmed_until: row.opt_instant("unconfirmed_until")?,
    })
}

/// Inserts an appointment with the hash of its manage token and, for a public booking, its sender.
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
        assignment_reason::stored(new.assignment_reason.as_ref())?,
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

/// Finds an appointment by id.
pub async fn find(tx: &mut ReadTx, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM appointments WHERE id = $1", id.0)
}

/// Finds an appointment by the hash of its manage token.
pub async fn find_by_token_hash(tx: &mut ReadTx, hash: &[u8; 32]) -> Result<Option<Appointment>, StoreError> {
    fetch_optional!(
        tx,
        read,
        "SELECT * FROM appointments WHERE manage_token_hash = $1",
        &hash[..]
    )
}

/// Counts the appointments that have not ended and wait for staff to confirm, for one host or for all.
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

/// Returns these hosts' appointments that touch a span, cancelled ones included, in order of time.
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

/// Returns the appointments without host that touch a span, cancelled ones included, in order of time.
pub async fn hostless_between(
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

/// Returns a host's active appointments that have not ended, in order of time, without those in class sessions.
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

/// Counts a host's active appointments that have not ended.
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

/// Returns a booking calendar's active appointments that have not ended, in order of time.
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

/// Whether a booking calendar has any appointment, past ones included.
pub async fn has_any(tx: &mut ReadTx, calendar: CalendarId) -> Result<bool, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM appointments WHERE calendar_id = $1 LIMIT 1",
        calendar.0
    )?;
    Ok(found.is_some())
}

/// What limits and distribution need to know about an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedStart {
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// Its host.
    pub host_id: Option<StaffId>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it was booked.
    pub created_at: Timestamp,
    /// The number of seats it takes.
    pub seats: u32,
    /// The members at the time of assignment, if recorded ([`set_present_members`]).
    pub members_there: Option<Vec<StaffId>>,
}

/// Returns the starts of a booking calendar's active appointments within a span, with their seats.
pub async fn starts_between(
    tx: &mut ReadTx,
    calendar: CalendarId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<BookedStart>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| {
            let guests: Vec<String> = Lenient::of(row, "appointments").json("guests")?;
            Ok(BookedStart {
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

/// Records who was a member when an appointment was assigned.
pub async fn set_present_members(
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

/// Returns when each of these members was last booked in a booking calendar.
pub async fn last_booked(
    tx: &mut ReadTx,
    calendar: CalendarId,
    hosts: &[StaffId],
) -> Result<Vec<(StaffId, Timestamp)>, StoreError> {
    // One index lookup per member, however many appointments they have had.
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

/// Returns the active appointments that have seats in a session, in the order of booking.
pub async fn of_session(tx: &mut ReadTx, session: SessionId) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM appointments WHERE session_id = $1 AND status IN ('new', 'confirmed', 'showed')
         ORDER BY created_at, id",
        session.0
    )
}

/// Returns the appointments in a session's roster, no-shows included, in the order of booking.
pub async fn roster_of_session(tx: &mut ReadTx, session: SessionId) -> Result<Vec<Appointment>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM appointments WHERE session_id = $1 AND status NOT IN ('cancelled', 'invalid')
         ORDER BY created_at, id",
        session.0
    )
}

/// The new time, host and reason of an appointment that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTime {
    /// The host, or the first of several.
    pub host_id: Option<StaffId>,
    /// The session whose seats it takes.
    pub session_id: Option<SessionId>,
    /// Start of the meeting.
    pub starts_at: Timestamp,
    /// End of the meeting.
    pub ends_at: Timestamp,
    /// Minutes kept free before.
    pub pre_buffer: u32,
    /// Minutes kept free after.
    pub post_buffer: u32,
    /// Why this host was chosen.
    pub assignment_reason: Option<AssignmentReason>,
    /// Why the time was not on offer, if a staff member overrode that.
    pub overridden: Option<Vec<Reason>>,
}

/// Updates time and host of an appointment.
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
        assignment_reason::stored(new.assignment_reason.as_ref())?,
        ms(now),
        new.session_id.map(|session| session.0),
        opt_json(new.overridden.as_ref())?
    )?;
    expect_row(rows, "appointment")
}

/// Updates the client's name, address and notes.
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

/// Replaces the list of guests.
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

/// Returns some of the appointments whose mail confirmation is overdue, or whose deadline lies further ahead than any that is given (set
/// by a clock that was ahead).
pub async fn confirmation_overdue(
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

/// Sets the status of an appointment, and when, by whom and why it was cancelled.
pub async fn set_status(
    tx: &mut WriteTx,
    id: AppointmentId,
    status: AppointmentStatus,
    cancellation: Option<&Cancellation>,
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
        cancellation.map(|cancellation| ms(cancellation.at)),
        cancellation.and_then(Cancellation::kind),
        cancellation.and_then(Cancellation::staff),
        cancellation.and_then(|cancellation| cancellation.reason.as_deref()),
        ms(now)
    )?;
    expect_row(rows, "appointment")
}

/// Deletes an appointment with its parts, seats and mails. Its rows in the outbox stay until its events are removed.
pub async fn delete(tx: &mut WriteTx, id: AppointmentId) -> Result<(), StoreError> {
    let rows = execute!(tx, "DELETE FROM appointments WHERE id = $1", id.0)?;
    expect_row(rows, "appointment")
}
