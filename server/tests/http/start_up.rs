//! What stops a start or a command is said in a sentence that names the setting, and makes nothing.

use std::process::Command;

use sqlx::{Connection, Executor as _, PgConnection, SqliteConnection};
use testdb::Postgres;

use crate::backup::{Ran, run};
use crate::support::Quince;

/// A start with one setting that must be refused, without the secret that is in it.
fn refused(key: &str, value: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let Ran { code, words, .. } = run(folder.path(), &["serve"], &[(key, value)]);
    assert_eq!(code, Some(1), "{value}: {words}");
    assert!(words.contains(key), "{value}: {words}");
    assert!(!words.contains("hunter22"), "{value}: {words}");
    assert!(
        !words.contains("panicked") && !words.contains("backtrace"),
        "{value}: {words}"
    );
    words
}

#[test]
fn a_bad_setting_is_named_with_its_cause_and_without_its_secret() {
    for (key, value, cause) in [
        ("QUINCE_MAIL_FROM", "booking", "write a mail address"),
        ("QUINCE_MAIL_FROM", "@example.com", "write a mail address"),
        ("QUINCE_MAIL_FROM", "Studio <booking>", "write a mail address"),
        (
            "QUINCE_MAIL_FROM",
            "a@b.example, c@d.example",
            "write a mail address",
        ),
        ("QUINCE_SMTP_URL", "http://u:hunter22@mail.example.com", "neither"),
        ("QUINCE_SMTP_URL", "smtp://u:hunter22@", "host"),
        (
            "QUINCE_SMTP_URL",
            "smtp://u:hunter22@mail.example.com:70000",
            "port",
        ),
        (
            "QUINCE_SMTP_URL",
            "smtp://u:hunter22@mail.example.com:0",
            "port 0",
        ),
        (
            "QUINCE_SMTP_URL",
            "smtp://u:hunter22@mail.example.com?tls=off",
            "?tls=required",
        ),
        (
            "QUINCE_SMTP_URL",
            "smtp://u:hunter22@mail.example.com?pool=3",
            "?tls=required",
        ),
        ("QUINCE_SMTP_URL", "smtp://u:hunter22@mail.example.com#x", "%23"),
        ("QUINCE_SMTP_URL", "mail.example.com", "smtps://"),
        (
            "QUINCE_DATABASE_URL",
            "postgres://u:hunter22@db:port/x",
            "host, port or options",
        ),
        (
            "QUINCE_DATABASE_URL",
            "postgres://u:hunter22@db/x?sslmode=hunter22",
            "host, port or options",
        ),
    ] {
        let words = refused(key, value);
        assert!(words.contains(cause), "{value}: {words}");
    }
}

const BROKEN_OFF: &str =
    "UPDATE _sqlx_migrations SET success = FALSE WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
const WHOLE_AGAIN: &str = "UPDATE _sqlx_migrations SET success = TRUE";
const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) SELECT 9999, description, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1";

#[tokio::test]
async fn an_update_that_broke_off_and_a_newer_database_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &[]).stop();
    let database = format!("sqlite://{}", folder.path().join("quince.db").display());
    let alter = async |sql: &'static str| {
        let mut connection = SqliteConnection::connect(&database).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    for (sql, cause) in [(BROKEN_OFF, "begun and not finished"), (NEWER, "newer version")] {
        alter(sql).await;
        let ran = run(folder.path(), &["serve"], &[]);
        assert_eq!(ran.code, Some(1), "{}", ran.words);
        assert!(ran.words.contains(cause), "{}", ran.words);
        alter(WHOLE_AGAIN).await;
    }

    let postgres = Postgres::start().await;
    let url = postgres.url();
    let vars = [("QUINCE_DATABASE_URL", url.as_str())];
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &vars).stop();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for (sql, cause) in [(BROKEN_OFF, "begun and not finished"), (NEWER, "newer version")] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        let ran = run(folder.path(), &["serve"], &vars);
        assert_eq!(ran.code, Some(1), "{}", ran.words);
        assert!(ran.words.contains(cause), "{}", ran.words);
        sqlx::query(WHOLE_AGAIN).execute(&mut connection).await.unwrap();
    }
}

/// What a version from before the first release made, as far as it tells itself from others by it.
const UNRELEASED: [&str; 4] = [
    "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BYTES NOT NULL, \
     execution_time BIGINT NOT NULL)",
    "CREATE TABLE key_check (id BIGINT PRIMARY KEY, sealed BYTES NOT NULL)",
    "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (1, 'foundation', TRUE, 'f', 1), (2, 'problems', TRUE, 'p', 1), (3, 'kinds', TRUE, 'k', 1)",
    "INSERT INTO key_check (id, sealed) VALUES (1, 's')",
];

/// Its statements, with the database's own name for bytes.
fn unreleased(bytes: &str) -> String {
    UNRELEASED.join(";").replace("BYTES", bytes)
}

#[tokio::test]
async fn a_database_from_before_the_first_release_is_left_as_it_is() {
    let is_told = |ran: &Ran| {
        assert_eq!(ran.code, Some(1), "{}", ran.words);
        for words in [
            "from before 0.1.0",
            "Nothing in it was changed",
            "QUINCE_DATA_DIR",
        ] {
            assert!(ran.words.contains(words), "{words}: {}", ran.words);
        }
    };

    let folder = tempfile::tempdir().unwrap();
    store::SecretKey::load_or_create(&folder.path().join("secret.key")).unwrap();
    let file = folder.path().join("quince.db");
    let database = format!("sqlite://{}?mode=rwc", file.display());
    let mut connection = SqliteConnection::connect(&database).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(unreleased("BLOB")))
        .await
        .unwrap();
    is_told(&run(folder.path(), &["serve"], &[]));
    let ran = run(folder.path(), &["backup", "copy"], &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.words);
    assert!(ran.words.contains("from before 0.1.0"), "{}", ran.words);
    let tables = "SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_schema WHERE type = 'table'";
    let tables: String = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, "_sqlx_migrations key_check");

    let postgres = Postgres::empty().await;
    let url = postgres.url();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(unreleased("BYTEA")))
        .await
        .unwrap();
    is_told(&run(
        folder.path(),
        &["serve"],
        &[("QUINCE_DATABASE_URL", url.as_str())],
    ));
    let tables =
        "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'";
    let tables: String = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, "_sqlx_migrations key_check");
}

#[tokio::test]
async fn a_command_makes_nothing_in_a_postgres_where_no_quince_is() {
    let postgres = Postgres::empty().await;
    let url = postgres.url();
    let folder = tempfile::tempdir().unwrap();
    // Left by another instance.
    store::SecretKey::load_or_create(&folder.path().join("secret.key")).unwrap();
    let reset = ["reset-password", "--email", "a@b.example"];
    let ran = run(folder.path(), &reset, &[("QUINCE_DATABASE_URL", url.as_str())]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.words.contains("no database of Quince"), "{}", ran.words);
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let (is_made,): (bool,) = sqlx::query_as("SELECT to_regclass('key_check') IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(!is_made);
}

#[test]
fn whoever_reads_no_further_ends_a_command_quietly() {
    for args in [&["settings"][..], &["--help"], &["--version"]] {
        let folder = tempfile::tempdir().unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_quince"))
            .args(args)
            .env("QUINCE_DATA_DIR", folder.path())
            .stdout(writer)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {words}");
        assert!(!words.contains("panicked"), "{args:?}: {words}");
    }
    // Nor does anybody have to read what went wrong.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("serve")
        .env("QUINCE_LOG", "inof")
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn variables_that_are_no_text_stop_only_quinces_own() {
    use std::os::unix::ffi::OsStrExt as _;

    let odd = std::ffi::OsStr::from_bytes(b"\xff");
    let said = |key: &str| {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_quince"))
            .args(["backup", "copy"])
            .current_dir(folder.path())
            .env(key, odd)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said("QUINCE_BASE_URL").contains("QUINCE_BASE_URL is not written in UTF-8"));
    assert!(said("SOMETHING_ELSE").contains("no database"));
}
