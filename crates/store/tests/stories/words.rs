//! Columns that hold words: the database knows the same ones as the enum that a column is read into.

use scheduling::{Distribution, Kind, Priority};
use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{
    AppointmentStatus, BusyStatus, ChangeAction, ChangeSubject, ConnectionState, ImportPolicy, MessageKind,
    MessageState, Role, Server, WhenStale, WriteAction, WriteState,
};

use crate::database::{Database, stories};

stories! {
    a_column_takes_the_words_of_its_enum_and_no_others,
}

/// The words of an enum.
macro_rules! words {
    ($name:ident) => {
        $name::ALL.iter().map(|word| word.as_str()).collect()
    };
}

/// The words that a column takes, in the order in which the schema has them.
async fn taken(database: &Database, table: &str, column: &str) -> Vec<String> {
    let rule: String = if database.is_postgres() {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query_scalar("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1")
            .bind(format!("{table}_{column}_check"))
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
        let made: String = sqlx::query_scalar("SELECT sql FROM sqlite_master WHERE name = $1")
            .bind(table)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let (_, rule) = made.split_once(&format!("CHECK ({column} IN (")).unwrap();
        rule.split_once("))").unwrap().0.to_owned()
    };
    let quoted = rule.split('\'').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

async fn a_column_takes_the_words_of_its_enum_and_no_others(database: Database) {
    let owners = vec!["staff", "calendar", "unit"];
    let columns: [(&str, &str, Vec<&str>); 19] = [
        ("staff", "role", words!(Role)),
        ("connections", "server", words!(Server)),
        ("connections", "state", words!(ConnectionState)),
        ("connections", "import_policy", words!(ImportPolicy)),
        ("connections", "when_stale", words!(WhenStale)),
        ("booking_calendars", "kind", words!(Kind)),
        ("booking_calendars", "distribution", words!(Distribution)),
        ("calendar_members", "priority", words!(Priority)),
        ("appointments", "status", words!(AppointmentStatus)),
        ("occupancy", "owner_kind", owners.clone()),
        ("blocked_time", "owner_kind", owners),
        ("event_writes", "state", words!(WriteState)),
        ("event_writes", "action", words!(WriteAction)),
        ("messages", "kind", words!(MessageKind)),
        ("messages", "state", words!(MessageState)),
        ("changes", "subject", words!(ChangeSubject)),
        ("changes", "deed", words!(ChangeAction)),
        ("link_keys", "purpose", vec!["manage", "mailed", "waiting"]),
        ("external_instances", "blocks", words!(BusyStatus)),
    ];
    for (table, column, words) in columns {
        assert_eq!(taken(&database, table, column).await, words, "{table}.{column}");
    }
}
