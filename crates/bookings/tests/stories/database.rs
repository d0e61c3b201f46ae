//! An empty database for each story.

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use store::{SecretKey, Store};
use tempfile::TempDir;
use testdb::Postgres;

pub struct Database {
    pub store: Store,
    url: String,
    key: SecretKey,
    folder: TempDir,
    server: Option<Postgres>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("quince.db").display());
        Self::open(&url, folder, None).await
    }

    pub async fn postgres() -> Self {
        let server = Postgres::start().await;
        Self::open(&server.url(), tempfile::tempdir().unwrap(), Some(server)).await
    }

    async fn open(url: &str, folder: TempDir, server: Option<Postgres>) -> Self {
        let key = SecretKey::random().unwrap();
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

    /// Puts a text into a column of all rows of a table; answers what the first of them held.
    pub async fn set(&self, table: &str, column: &str, text: &str) -> String {
        let held = format!("SELECT {column} FROM {table} LIMIT 1");
        let put = format!("UPDATE {table} SET {column} = $1");
        let (held, put) = (sqlx::AssertSqlSafe(held), sqlx::AssertSqlSafe(put));
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let before = sqlx::query_scalar(held).fetch_one(&mut connection).await.unwrap();
            sqlx::query(put)
                .bind(text)
                .execute(&mut connection)
                .await
                .unwrap();
            before
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            let before = sqlx::query_scalar(held).fetch_one(&mut connection).await.unwrap();
            sqlx::query(put)
                .bind(text)
                .execute(&mut connection)
                .await
                .unwrap();
            before
        }
    }

    /// Everything that the database has on disk.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let root = self.server.as_ref().map_or(self.folder.path(), Postgres::path);
        let mut folders = vec![root.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    // A running server may remove one of its files at any time.
                    files.extend(std::fs::read(path));
                }
            }
        }
        files
    }
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
