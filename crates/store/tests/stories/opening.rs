//! Opening a database: its schema, its key, its settings.

use sqlx::{Connection, PgConnection, SqliteConnection};
use store::{KeyError, SecretKey, Store, StoreError, staff};

use crate::database::{Database, now, person, stories};

stories! {
    what_was_kept_is_there_after_opening_again,
    a_wrong_key_stops_the_start,
    an_update_that_broke_off_says_what_to_do,
    a_schema_from_before_the_first_release_is_refused,
    a_newer_schema_is_refused,
    whoever_cannot_get_a_turn_to_write_is_told,
}

async fn what_was_kept_is_there_after_opening_again(database: Database) {
    let mut tx = database.store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    tx.commit().await.unwrap();
    let mut tx = database.store.write().await.unwrap();
    person(&mut tx, "bob").await;
    drop(tx);

    let again = Store::open(&database.url, database.key.clone()).await.unwrap();
    let mut tx = again.read().await.unwrap();
    let team = staff::list(&mut tx).await.unwrap();
    assert_eq!(
        team.iter().map(|person| person.id).collect::<Vec<_>>(),
        [ada],
        "what was not committed is not there"
    );
    again.ping().await.unwrap();
}

async fn a_wrong_key_stops_the_start(database: Database) {
    let refused = Store::open(&database.url, SecretKey::random().unwrap()).await;
    assert!(matches!(refused, Err(StoreError::Key(KeyError::Wrong))));
    let renewed = SecretKey::random().unwrap().with_earlier(&database.key);
    assert!(
        Store::open(&database.url, renewed).await.is_ok(),
        "a new key that knows the earlier one opens it"
    );
}

/// Does something to the database behind the store's back.
async fn tamper(database: &Database, statement: &'static str) {
    if database.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

async fn an_update_that_broke_off_says_what_to_do(database: Database) {
    tamper(
        &database,
        "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 1",
    )
    .await;
    let refused = Store::open(&database.url, database.key.clone()).await;
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("step 1 was begun and not finished") && said.contains("restore"),
        "{said}"
    );
}

async fn a_schema_from_before_the_first_release_is_refused(database: Database) {
    tamper(
        &database,
        "UPDATE _sqlx_migrations SET checksum = checksum || checksum WHERE version = 1",
    )
    .await;
    let refused = Store::open(&database.url, database.key.clone()).await;
    assert!(matches!(refused, Err(StoreError::Unreleased)), "{refused:?}");
}

async fn a_newer_schema_is_refused(database: Database) {
    tamper(
        &database,
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1",
    )
    .await;
    let refused = Store::open(&database.url, database.key.clone()).await;
    assert!(
        matches!(refused, Err(StoreError::NewerSchema(9999))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn sqlite_writes_ahead_and_waits_for_the_disk() {
    let database = Database::sqlite().await;
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "{version}");
}

#[tokio::test]
async fn an_address_that_cannot_be_understood_is_refused_with_an_example() {
    let refused = Store::open("postgres://[broken", SecretKey::random().unwrap())
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("postgres://USER:PASSWORD@HOST/DATABASE"),
        "{refused}"
    );
}

async fn whoever_cannot_get_a_turn_to_write_is_told(database: Database) {
    let within = std::time::Duration::from_millis(200);
    database.store.can_write(within, now()).await.unwrap();
    // On SQLite one has the turn; Postgres has a turn for each connection.
    let mut turns = Vec::new();
    let others = if database.url.starts_with("sqlite") { 1 } else { 16 };
    for _ in 0..others {
        turns.push(database.store.write().await.unwrap());
    }
    let refused = database.store.can_write(within, now()).await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    drop(turns);
    database
        .store
        .can_write(std::time::Duration::from_secs(10), now())
        .await
        .unwrap();
}
