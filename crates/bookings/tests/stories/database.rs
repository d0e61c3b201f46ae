//! An empty database for each story.

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use store::{SecretKey, Store};
use tempfile::TempDir;
use testdb::Postgres;
use uuid::Uuid;

/// A mail as the database has it. Instants are in milliseconds since 1970.
#[derive(Debug, sqlx::FromRow)]
pub struct KeptMail {
    pub id: Uuid,
    pub appointment_id: Option<Uuid>,
    pub kind: String,
    pub state: String,
    pub attempts: i64,
    pub next_attempt_at: i64,
    pub lease_until: Option<i64>,
    pub sent_at: Option<i64>,
}

pub struct Database {
    pub store: Store,
    url: String,
    key: SecretKey,
    folder: TempDir,
    server: Option<Postgres>,
}

impl Database {
    pub async fn sqlite() -> Self {
        Self::sqlite_sealed_by(SecretKey::random().unwrap()).await
    }

    pub async fn sqlite_sealed_by(key: SecretKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("quince.db").display());
        Self::open(&url, key, folder, None).await
    }

    pub async fn postgres() -> Self {
        Self::postgres_sealed_by(SecretKey::random().unwrap()).await
    }

    pub async fn postgres_sealed_by(key: SecretKey) -> Self {
        let server = Postgres::start().await;
        Self::open(&server.url(), key, tempfile::tempdir().unwrap(), Some(server)).await
    }

    async fn open(url: &str, key: SecretKey, folder: TempDir, server: Option<Postgres>) -> Self {
        let store = Store::open(url, key.clone()).await.unwrap();
        Self {
            store,
            url: url.to_owned(),
            key,
            folder,
            server,
        }
    }
}

impl Database {
    /// The same database over connections of its own, as another process has them.
    pub async fn open_again(&self) -> Store {
        Store::open(&self.url, self.key.clone()).await.unwrap()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The Postgres that it is on, if it is.
    pub fn server(&self) -> Option<&Postgres> {
        self.server.as_ref()
    }

    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The mails for which a condition holds.
    pub async fn mails(&self, condition: &str) -> Vec<KeptMail> {
        let select = format!(
            "SELECT id, appointment_id, kind, state, attempts, next_attempt_at, lease_until, sent_at
             FROM messages WHERE {condition}"
        );
        let select = sqlx::AssertSqlSafe(select);
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_as(select).fetch_all(&mut connection).await.unwrap()
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_as(select).fetch_all(&mut connection).await.unwrap()
        }
    }

    /// Puts a text into a column of all rows of a table, be it one that the column's list of words does not have; answers what the
    /// first of them held.
    pub async fn set(&self, table: &str, column: &str, text: &str) -> String {
        let held = format!("SELECT {column} FROM {table} LIMIT 1");
        let put = format!("UPDATE {table} SET {column} = $1");
        let (held, put) = (sqlx::AssertSqlSafe(held), sqlx::AssertSqlSafe(put));
        let any = format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_check");
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let before = sqlx::query_scalar(held).fetch_one(&mut connection).await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(any))
                .execute(&mut connection)
                .await
                .unwrap();
            sqlx::query(put)
                .bind(text)
                .execute(&mut connection)
                .await
                .unwrap();
            before
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            let before = sqlx::query_scalar(held).fetch_one(&mut connection).await.unwrap();
            sqlx::query("PRAGMA ignore_check_constraints = TRUE")
                .execute(&mut connection)
                .await
                .unwrap();
            sqlx::query(put)
                .bind(text)
                .execute(&mut connection)
                .await
                .unwrap();
            before
        }
    }

    /// The one number that a query is answered with.
    pub async fn count(&self, sql: &'static str) -> i64 {
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
    }

    /// Everything that the database has on disk.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let root = self.server.as_ref().map_or(self.folder.path(), Postgres::path);
        let mut folders = vec![root.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            // A running server may remove a file or a folder at any time.
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files.extend(std::fs::read(path));
                }
            }
        }
        files
    }
}

/// How many rows a table has in the database at an address.
pub async fn count(url: &str, table: &str) -> u64 {
    let select = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    let count: i64 = if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_scalar(select)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query_scalar(select)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    u64::try_from(count).unwrap()
}

/// Each story becomes a test on SQLite and one on Postgres.
macro_rules! stories {
    ($start:ident: $($story:ident,)+) => {
        $(
            mod $story {
                use crate::database::Database;
                use crate::world::World;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    super::$story(World::$start(Database::sqlite().await).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    super::$story(World::$start(Database::postgres().await).await).await;
                }
            }
        )+
    };
}
pub(crate) use stories;
