//! An empty database for each story, and the rows that most stories need.

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, CalendarId, Distribution, Kind, Rules, StaffId};
use store::appointment_parts::{self, NewPart};
use store::appointments::Appointment;
use store::booking_calendars::NewBookingCalendar;
use store::holds::{FreedSlot, VisitorId};
use store::occupancy::{Holds, TimeClaim};
use store::staff::NewStaff;
use store::{
    AppointmentStatus, Party, Role, SecretKey, Store, StoreError, WriteTx, appointments, booking_calendars,
    new_id, occupancy, staff,
};
use tempfile::TempDir;
use testdb::Postgres;
use zones::Zone;

pub struct Database {
    pub store: Store,
    pub url: String,
    pub key: SecretKey,
    _folder: TempDir,
    server: Option<Postgres>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("quince.db").display());
        Self::open(url, folder, None).await
    }

    pub async fn postgres() -> Self {
        let server = Postgres::start().await;
        Self::open(server.url(), tempfile::tempdir().unwrap(), Some(server)).await
    }

    /// Another empty one of the same kind.
    pub async fn another(&self) -> Self {
        if self.is_postgres() {
            Self::postgres().await
        } else {
            Self::sqlite().await
        }
    }

    pub fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    async fn open(url: String, folder: TempDir, server: Option<Postgres>) -> Self {
        let key = SecretKey::random().unwrap();
        let store = Store::open(&url, key.clone()).await.unwrap();
        Self {
            store,
            url,
            key,
            _folder: folder,
            server,
        }
    }
}

/// Each story becomes a test on SQLite and one on Postgres.
macro_rules! stories {
    ($($story:ident,)+) => {
        $(
            mod $story {
                use crate::database::Database;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    super::$story(Database::sqlite().await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    super::$story(Database::postgres().await).await;
                }
            }
        )+
    };
}
pub(crate) use stories;

/// Tuesday, 1 December 2026, nine o'clock UTC.
pub fn now() -> Timestamp {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

pub fn in_minutes(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

pub async fn person(tx: &mut WriteTx, name: &str) -> StaffId {
    let new = NewStaff {
        email: format!("{name}@quince.example"),
        name: name.to_owned(),
        password_hash: "hash".to_owned(),
        role: Role::Staff,
        zone: Zone::utc(),
        hours: scheduling::WeeklyHours::weekdays(540, 1020),
    };
    staff::insert(tx, &new, now()).await.unwrap()
}

pub async fn booking_calendar(tx: &mut WriteTx, slug: &str) -> CalendarId {
    let new = NewBookingCalendar {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        description: String::new(),
        kind: Kind::RoundRobin,
        distribution: Distribution::Equal,
        rules: Rules {
            per_day: Some(3),
            ..Rules::default()
        },
        location: String::new(),
        color: "#b8860b".to_owned(),
        questions: Vec::new(),
        auto_confirm: true,
        confirm_by_mail: false,
        ask_puzzle: false,
        active: true,
    };
    booking_calendars::insert(tx, &new, now()).await.unwrap()
}

/// Half an hour of a host's time, from so many minutes after now.
pub fn place(host: StaffId, calendar: CalendarId, minutes: i64, capacity: u32) -> TimeClaim {
    TimeClaim {
        owner: host.into(),
        calendar_id: calendar,
        meeting_start: in_minutes(minutes),
        from: in_minutes(minutes),
        to: in_minutes(minutes + 30),
        capacity,
        overriding: false,
    }
}

/// A confirmed appointment at a place, which it does not take by itself.
pub async fn appointment(tx: &mut WriteTx, at: &TimeClaim) -> AppointmentId {
    let id = AppointmentId(new_id(now()).unwrap());
    let row = Appointment {
        id,
        calendar_id: at.calendar_id,
        host_id: at.owner.staff(),
        session_id: None,
        guests: Vec::new(),
        answers: Vec::new(),
        name: "Grace Hopper".to_owned(),
        email: "grace@client.example".to_owned(),
        phone: None,
        notes: Some("100% sure_ly".to_owned()),
        client_zone: Zone::named("Europe/Berlin").unwrap(),
        status: AppointmentStatus::Confirmed,
        starts_at: at.meeting_start,
        ends_at: at.to,
        pre_buffer: 0,
        post_buffer: 0,
        assignment_reason: None,
        sequence: 0,
        booked_by: Party::Client,
        overridden: None,
        created_at: now(),
        updated_at: now(),
        cancellation: None,
        unconfirmed_until: None,
    };
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(id.0.as_bytes());
    appointments::insert(tx, &row, &hash, None).await.unwrap();
    let part = NewPart {
        host_id: at.owner.staff().unwrap(),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        service: None,
    };
    appointment_parts::replace(tx, id, &[part]).await.unwrap();
    id
}

/// Locks and claims as those do who book without a visitor's hold.
pub async fn claim(
    tx: &mut WriteTx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let locked = occupancy::lock_to_claim(tx, places, now, (None, Holds::MayBeInTheWay)).await?;
    occupancy::claim(tx, &locked, places, appointment, seats, now).await
}

/// As [`claim`], for a visitor.
pub async fn claim_held(
    tx: &mut WriteTx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
    (visitor, holds): (Option<VisitorId>, Holds),
) -> Result<(), StoreError> {
    let locked = occupancy::lock_to_claim(tx, places, now, (visitor, holds)).await?;
    occupancy::claim_held(tx, &locked, places, appointment, seats, now, visitor).await
}

/// Locks and moves.
pub async fn relocate(
    tx: &mut WriteTx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let locked = occupancy::lock_to_relocate(tx, appointment, places).await?;
    occupancy::relocate(tx, &locked, places, appointment, seats, now).await
}

/// Locks and releases.
pub async fn release(tx: &mut WriteTx, appointment: AppointmentId) -> Result<(), StoreError> {
    let locked = occupancy::lock_to_release(tx, appointment).await?;
    occupancy::release(tx, &locked, appointment).await
}

/// Locks and holds.
pub async fn hold(
    tx: &mut WriteTx,
    places: &[TimeClaim],
    visitor: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let owners = places.iter().map(|place| place.owner);
    let locked = occupancy::lock_to_hold(tx, visitor, None, owners).await?;
    occupancy::hold(tx, &locked, places, visitor, until, now).await
}
