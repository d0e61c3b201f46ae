//! Databases as SQL text, and back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection,
};
use tempfile::TempDir;
use testdb::Postgres;

use super::Dialect;
use crate::database::Database;

/// Stands for the addresses of the practice iCloud, which ends with its story. Nothing listens there.
pub const NO_SERVER: &str = "127.0.0.1:1";
const SERVERS: &str = "127.0.0.1:";

/// How many rows each table has.
pub type Tables = BTreeMap<String, i64>;

/// What `sqlx` keeps of its own.
const MIGRATIONS: &str = "_sqlx_migrations";

/// A database as SQL.
pub async fn of(database: &Database) -> String {
    let text = match database.server() {
        Some(server) => of_postgres(&server.dump()),
        None => of_sqlite(&mut SqliteConnection::connect(database.url()).await.unwrap()).await,
    };
    without_servers(&text)
}

/// The tables with their rows, then what looks at rows: triggers would refuse those that come before others, and indexes are made
/// sooner at once.
async fn of_sqlite(connection: &mut SqliteConnection) -> String {
    let schema: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
         ORDER BY type <> 'table', rowid",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let mut dump = "BEGIN;\n".to_owned();
    for (kind, name, sql) in schema {
        writeln!(dump, "{sql};").unwrap();
        if kind != "table" {
            continue;
        }
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(&name)
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        // Line ends of texts are written as such, so that no editor changes them.
        let values = columns.iter().map(|column| {
            format!(
                "replace(replace(quote({column}), char(13), '''||char(13)||'''), char(10), '''||char(10)||''')"
            )
        });
        let values = values.collect::<Vec<_>>().join(" || ', ' || ");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT {values} FROM {name} ORDER BY rowid"
        )))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
        for row in rows {
            writeln!(
                dump,
                "INSERT INTO {name} ({}) VALUES ({row});",
                columns.join(", ")
            )
            .unwrap();
        }
    }
    dump + "COMMIT;\n"
}

/// What `pg_dump` wrote, without what is of the session and the version that it ran with.
fn of_postgres(dump: &str) -> String {
    let is_kept = |line: &&str| {
        let is_of_session = ["SET ", "SELECT pg_catalog.set_config", "\\", "--"]
            .iter()
            .any(|start| line.starts_with(start));
        !is_of_session && !line.is_empty()
    };
    let lines: Vec<&str> = dump.split('\n').filter(is_kept).collect();
    (lines.join("\n") + "\n").replace('\r', "'||chr(13)||'")
}

fn without_servers(text: &str) -> String {
    let mut parts = text.split(SERVERS);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + NO_SERVER + part.trim_start_matches(|letter: char| letter.is_ascii_digit())
    })
}

/// A database that a dump was put into.
pub struct Place {
    pub url: String,
    server: Option<Postgres>,
    _folder: TempDir,
}

impl Place {
    pub async fn load(dialect: Dialect, dump: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("quince.db");
        let server = match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(Postgres::empty().await),
        };
        if server.is_none() {
            let options = SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(true)
                .foreign_keys(false);
            let mut connection = options.connect().await.unwrap();
            connection.execute(AssertSqlSafe(dump)).await.unwrap();
            connection.close().await.unwrap();
        }
        let place = Self {
            url: match &server {
                Some(server) => server.url(),
                None => format!("sqlite://{}", file.display()),
            },
            server,
            _folder: folder,
        };
        if place.server.is_some() {
            place.run(dump).await;
        }
        place
    }

    /// Runs statements behind the store's back.
    pub async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql);
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            connection.execute(sql).await.unwrap();
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            connection.execute(sql).await.unwrap();
        }
    }

    async fn texts(&self, sqlite: &'static str, postgres: &'static str) -> Vec<String> {
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let all = sqlx::query_scalar(postgres).fetch_all(&mut connection);
            all.await.unwrap()
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            let all = sqlx::query_scalar(sqlite).fetch_all(&mut connection);
            all.await.unwrap()
        }
    }

    pub async fn tables(&self) -> Tables {
        let tables = self
            .texts(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
            )
            .await;
        let mut counts = Tables::new();
        for table in tables.into_iter().filter(|table| table != MIGRATIONS) {
            let rows = crate::database::count(&self.url, &table).await;
            counts.insert(table, i64::try_from(rows).unwrap());
        }
        counts
    }

    /// Pages that are damaged, rows that speak of others that are not there, and rules that were not checked.
    pub async fn broken_rules(&self) -> Vec<String> {
        let damaged = "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
             UNION ALL
             SELECT \"table\" || ' speaks of rows of ' || parent || ' that are not there' FROM pragma_foreign_key_check";
        let unchecked =
            "SELECT conrelid::regclass || ': ' || conname || ' was not checked' FROM pg_constraint
             WHERE NOT convalidated";
        self.texts(damaged, unchecked).await
    }
}
