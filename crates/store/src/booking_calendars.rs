//! Booking calendars.

use jiff::Timestamp;
use scheduling::{CalendarId, Distribution, Kind, Rules, StaffId};

use crate::calendar_members::{self, Member};
use crate::db::{ReadTx, WriteTx, expect_row, json, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::new_id;
use crate::json_rows::rows;
use crate::questions::IntakeQuestion;
use crate::unreadable::Lenient;

/// A booking calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingCalendar {
    /// Its id.
    pub id: CalendarId,
    /// What people set.
    pub settings: CalendarSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// Columns that could not be read. Their substitutes must not decide a booking.
    pub unreadable: Vec<&'static str>,
}

impl BookingCalendar {
    /// Whether everything that decides its times could be read. If not, it cannot be booked.
    pub fn is_readable(&self) -> bool {
        self.unreadable.is_empty() && self.settings.rules.zone.is_known()
    }

    /// Whether clients can book it: switched on and readable.
    pub fn is_open(&self) -> bool {
        self.settings.active && self.is_readable()
    }
}

/// The settings of a booking calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each switch")]
pub struct CalendarSettings {
    /// Last segment of the public page's path.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The description that clients read.
    pub description: String,
    /// Its kind.
    pub kind: Kind,
    /// How a round robin distributes appointments.
    pub distribution: Distribution,
    /// The rules for its times.
    pub rules: Rules,
    /// Where appointments take place.
    pub location: String,
    /// `#rrggbb`
    pub color: String,
    /// The questions asked of clients, in order.
    pub questions: Vec<IntakeQuestion>,
    /// Whether appointments are confirmed without staff.
    pub auto_confirm: bool,
    /// Whether clients confirm through a link in a mail before staff hear of the booking.
    pub confirm_by_mail: bool,
    /// Whether visitors solve a puzzle, or wait some seconds, before they book.
    pub ask_puzzle: bool,
    /// Whether it is switched on.
    pub active: bool,
}

impl CalendarSettings {
    /// The defaults of scheduling.md, for a booking calendar of this name. An empty slug is filled in when it is saved.
    pub fn new(name: &str) -> Self {
        Self {
            slug: String::new(),
            name: name.to_owned(),
            description: String::new(),
            kind: Kind::RoundRobin,
            distribution: Distribution::Availability,
            rules: Rules::default(),
            location: String::new(),
            color: "#0f766e".to_owned(),
            questions: Vec::new(),
            auto_confirm: true,
            confirm_by_mail: false,
            ask_puzzle: false,
            active: true,
        }
    }
}

fn read(row: &dyn Fields) -> Result<BookingCalendar, StoreError> {
    let mut lenient = Lenient::of(row, "booking_calendars");
    let rules: Rules = lenient.json("rules")?;
    lenient.note_zone("rules", &rules.zone);
    Ok(BookingCalendar {
        id: CalendarId(row.uuid("id")?),
        settings: CalendarSettings {
            slug: row.text("slug")?,
            name: row.text("name")?,
            description: row.text("description")?,
            kind: lenient.word("kind", Kind::Personal)?,
            distribution: lenient.word("distribution", Distribution::Availability)?,
            rules,
            location: row.text("location")?,
            color: row.text("color")?,
            questions: lenient.json("questions")?,
            auto_confirm: row.flag("auto_confirm")?,
            confirm_by_mail: row.flag("confirm_by_mail")?,
            ask_puzzle: row.flag("ask_puzzle")?,
            active: row.flag("active")?,
        },
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
        unreadable: lenient.unreadable(),
    })
}

/// Inserts a booking calendar.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when the slug is in use.
pub async fn insert(
    tx: &mut WriteTx,
    settings: &CalendarSettings,
    now: Timestamp,
) -> Result<CalendarId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO booking_calendars (id, slug, name, description, kind, distribution, rules, location, color, auto_confirm,
            active, created_at, updated_at, questions, confirm_by_mail, ask_puzzle)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $13, $11, $11, $12, $14, $15)",
        id,
        &settings.slug,
        &settings.name,
        &settings.description,
        settings.kind.as_str(),
        settings.distribution.as_str(),
        json(&settings.rules)?,
        &settings.location,
        &settings.color,
        settings.auto_confirm,
        ms(now),
        json(&settings.questions)?,
        settings.active,
        settings.confirm_by_mail,
        settings.ask_puzzle
    )?;
    Ok(CalendarId(id))
}

/// Updates a booking calendar.
pub async fn update(
    tx: &mut WriteTx,
    id: CalendarId,
    settings: &CalendarSettings,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE booking_calendars SET slug = $2, name = $3, description = $4, kind = $5, distribution = $6, rules = $7,
            location = $8, color = $9, auto_confirm = $10, updated_at = $11, questions = $12, active = $13,
            confirm_by_mail = $14, ask_puzzle = $15
         WHERE id = $1",
        id.0,
        &settings.slug,
        &settings.name,
        &settings.description,
        settings.kind.as_str(),
        settings.distribution.as_str(),
        json(&settings.rules)?,
        &settings.location,
        &settings.color,
        settings.auto_confirm,
        ms(now),
        json(&settings.questions)?,
        settings.active,
        settings.confirm_by_mail,
        settings.ask_puzzle
    )?;
    expect_row(rows, "booking calendar")
}

/// Switches a booking calendar on or off.
pub async fn set_active(
    tx: &mut WriteTx,
    id: CalendarId,
    active: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE booking_calendars SET active = $2, updated_at = $3 WHERE id = $1",
        id.0,
        active,
        ms(now)
    )?;
    expect_row(rows, "booking calendar")
}

/// Finds a booking calendar by id.
pub async fn find(tx: &mut ReadTx, id: CalendarId) -> Result<Option<BookingCalendar>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM booking_calendars WHERE id = $1", id.0)
}

/// Finds a booking calendar by slug.
pub async fn find_by_slug(tx: &mut ReadTx, slug: &str) -> Result<Option<BookingCalendar>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM booking_calendars WHERE slug = $1", slug)
}

/// Finds a booking calendar by slug, with its members in team order.
pub async fn find_with_members(
    tx: &mut ReadTx,
    slug: &str,
) -> Result<Option<(BookingCalendar, Vec<Member>)>, StoreError> {
    const SQLITE: &str = "SELECT c.*,
        (SELECT json_group_array(json_array(hex(s.id), s.email, s.name, s.password_hash, s.role, s.zone, s.hours, s.overrides,
                nullif(hex(s.primary_calendar_id), ''), s.session_epoch, s.created_at, hex(m.calendar_id), m.priority,
                m.weight, m.position, m.joined_at))
            FROM calendar_members m JOIN staff s ON s.id = m.staff_id WHERE m.calendar_id = c.id) AS members
        FROM booking_calendars c WHERE c.slug = $1";
    const POSTGRES: &str = "SELECT c.*,
        (SELECT json_agg(json_build_array(s.id, s.email, s.name, s.password_hash, s.role, s.zone, s.hours, s.overrides,
                s.primary_calendar_id, s.session_epoch, s.created_at, m.calendar_id, m.priority, m.weight, m.position,
                m.joined_at))::TEXT
            FROM calendar_members m JOIN staff s ON s.id = m.staff_id WHERE m.calendar_id = c.id) AS members
        FROM booking_calendars c WHERE c.slug = $1";
    let read_both = |row: &dyn Fields| {
        let mut members = rows(row, "members", calendar_members::COLUMNS, calendar_members::read)?;
        members.sort_by_key(|(member, person)| (member.position, person.id));
        Ok((read(row)?, members))
    };
    Ok(rows!(tx, read_both, SQLITE, POSTGRES, slug)?.pop())
}

/// Returns all booking calendars, by name.
pub async fn list(tx: &mut ReadTx) -> Result<Vec<BookingCalendar>, StoreError> {
    fetch_all!(tx, read, "SELECT * FROM booking_calendars ORDER BY name, id")
}

/// Returns the booking calendars that a staff member belongs to.
pub async fn list_of_member(tx: &mut ReadTx, staff: StaffId) -> Result<Vec<BookingCalendar>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT c.* FROM booking_calendars c JOIN calendar_members m ON m.calendar_id = c.id
         WHERE m.staff_id = $1 ORDER BY c.name, c.id",
        staff.0
    )
}

/// Deletes a booking calendar without appointments, together with its blocked-off time.
pub async fn delete(tx: &mut WriteTx, id: CalendarId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM blocked_time WHERE owner_id = $1", id.0)?;
    expect_row(
        execute!(tx, "DELETE FROM booking_calendars WHERE id = $1", id.0)?,
        "booking calendar",
    )
}
