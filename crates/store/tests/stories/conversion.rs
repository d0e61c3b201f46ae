//! Rows of an earlier schema, as they are read after they were converted.

use scheduling::{AppointmentId, Reason, StaffId};
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};
use store::changes::{self, Change};
use store::{CalledOff, ChangeSubject, Party, SecretKey, Store, appointments, class_sessions};
use testdb::Postgres;
use uuid::Uuid;

static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The last migration before who called something off was kept as an id.
const BEFORE: i64 = 33;

/// Two staff members of whom one has the word for a client as their name, and what was called off by each, by the client, and by nobody.
/// Ids are written as texts, which each database takes in its own way.
const ROWS: &[&str] = &[
    "INSERT INTO staff (id, email, name, password_hash, role, zone, hours, overrides, session_epoch, created_at)
     VALUES (:01, 'maya@quince.example', 'Maya', '', 'owner', 'UTC', '[[],[],[],[],[],[],[]]', '[]', 0, 1),
        (:02, 'maya2@quince.example', 'Maya', '', 'staff', 'UTC', '[[],[],[],[],[],[],[]]', '[]', 0, 2)",
    "INSERT INTO booking_calendars (id, slug, name, description, kind, distribution, rules, location, color, auto_confirm, active,
        created_at, updated_at)
     VALUES (:03, 'intro', 'Intro', '', 'personal', 'availability', '{}', '', '', TRUE, TRUE, 0, 0)",
    "INSERT INTO appointments (id, calendar_id, name, email, client_zone, status, starts_at, ends_at, pre_buffer, post_buffer,
        manage_token_hash, sequence, created_at, updated_at, cancelled_at, cancelled_by, cancel_reason, overridden, booked_by)
     VALUES (:11, :03, 'Ada', 'ada@example.com', 'UTC', 'cancelled', 0, 60000, 0, 0, :11, 0, 0, 0, 7, 'client', 'ill', NULL, NULL),
        (:12, :03, 'Ada', 'ada@example.com', 'UTC', 'cancelled', 0, 60000, 0, 0, :12, 0, 0, 0, 7, 'nobody', NULL, NULL, NULL),
        (:13, :03, 'Ada', 'ada@example.com', 'UTC', 'cancelled', 0, 60000, 0, 0, :13, 0, 0, 0, 7, 'Maya', NULL, 'BOOKED', :01),
        (:14, :03, 'Ada', 'ada@example.com', 'UTC', 'cancelled', 0, 60000, 0, 0, :14, 0, 0, 0, 7, 'Maya', NULL, '', :01),
        (:15, :03, 'Ada', 'ada@example.com', 'UTC', 'new', 0, 60000, 0, 0, :15, 0, 0, 0, NULL, NULL, NULL, 'DAYLIMIT, BOOKED', :01)",
    "INSERT INTO class_sessions (id, calendar_id, host_id, starts_at, ends_at, sequence, created_at, updated_at, cancelled_at,
        cancelled_by)
     VALUES (:21, :03, :01, 0, 60000, 0, 0, 0, 7, 'Maya')",
    "INSERT INTO changes (subject, subject_id, version, deed, staff_id, staff_name, at, details)
     VALUES ('appointment', :13, 1, 'saved', :02, 'Maya', 7, '[]'), ('appointment', :14, 1, 'saved', NULL, 'Maya', 7, '[]'),
        ('appointment', :11, 1, 'saved', NULL, 'The client', 7, '[]')",
];

fn id(number: u8) -> Uuid {
    format!("{number:032x}").parse().unwrap()
}

/// A statement with each `:11` as an id that ends with these digits.
fn with_ids(statement: &str, written: impl Fn(Uuid) -> String) -> String {
    let mut parts = statement.split(':');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        let number = u8::from_str_radix(digits, 16).unwrap();
        text + &written(id(number)) + rest
    })
}

async fn rows_are_read_as_they_were_meant(url: &str) {
    let store = Store::open(url, SecretKey::random().unwrap()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut found = async |number| {
        let found = appointments::find(&mut tx, AppointmentId(id(number))).await;
        found.unwrap().unwrap()
    };
    let maya = Party::Staff(StaffId(id(1)));
    let by = |called_off: Option<CalledOff>| called_off.map(|called_off| called_off.by);
    let client = found(0x11).await;
    assert_eq!((client.booked_by, client.overridden), (Party::Client, None));
    let called_off = client.called_off.unwrap();
    assert_eq!(called_off.by, Some(Party::Client));
    assert_eq!(called_off.reason.as_deref(), Some("ill"));
    assert_eq!(called_off.at.as_millisecond(), 7);
    assert_eq!(by(found(0x12).await.called_off), Some(None), "nobody did");
    let recorded = found(0x13).await;
    let other = Party::Staff(StaffId(id(2)));
    assert_eq!(
        by(recorded.called_off),
        Some(Some(other)),
        "the record tells which Maya"
    );
    assert_eq!(
        (recorded.booked_by, recorded.overridden),
        (maya, Some(vec![Reason::Booked]))
    );
    let named = found(0x14).await;
    assert_eq!(by(named.called_off), Some(Some(maya)), "the first of this name");
    assert_eq!(named.overridden, Some(Vec::new()));
    let coming = found(0x15).await;
    assert_eq!(coming.called_off, None);
    assert_eq!(coming.overridden, Some(vec![Reason::DayLimit, Reason::Booked]));
    let session = class_sessions::find(&mut tx, store::SessionId(id(0x21)))
        .await
        .unwrap();
    assert_eq!(by(session.unwrap().called_off), Some(Some(maya)));
    for (number, who) in [(0x11, Party::Client), (0x13, other), (0x14, maya)] {
        let recorded = changes::since(&mut tx, ChangeSubject::Appointment, id(number), 0).await;
        let recorded: Vec<Party> = recorded
            .unwrap()
            .iter()
            .map(|change: &Change| change.by)
            .collect();
        assert_eq!(recorded, [who], "{number:x}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_become_parties_and_codes_a_list_on_postgres() {
    let server = Postgres::empty().await;
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    POSTGRES.run_to(BEFORE, &mut connection).await.unwrap();
    for row in ROWS {
        let row = with_ids(row, |id| format!("'{id}'"));
        sqlx::query(sqlx::AssertSqlSafe(row))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    rows_are_read_as_they_were_meant(&server.url()).await;
}
