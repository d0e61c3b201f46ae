//! A database, what is in it, and a practice iCloud beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sandbox::{NewCalendar, Sandbox};
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;

use crate::support::{Quince, practice_icloud, use_cases_beside};

/// The rows of all tables, as text.
pub type Rows = BTreeMap<String, Vec<String>>;

/// What differs between two states of the database, but for some tables.
pub fn differences(before: &Rows, after: &Rows, except: &[&str]) -> Vec<String> {
    let of = |rows: &Rows, table: &String| -> BTreeSet<String> {
        rows.get(table).into_iter().flatten().cloned().collect()
    };
    let tables: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut found = Vec::new();
    for table in tables
        .into_iter()
        .filter(|table| !except.contains(&table.as_str()))
    {
        let (old, new) = (of(before, table), of(after, table));
        found.extend(old.difference(&new).map(|row| format!("  - {table}: {row}")));
        found.extend(new.difference(&old).map(|row| format!("  + {table}: {row}")));
    }
    found
}

/// The passwords of further Apple IDs.
pub const SECOND: &str = "quin-ceis-seco-ndone";
pub const THIRD: &str = "quin-ceis-thir-done";
/// 32 bytes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";

/// A database with a practice iCloud beside it.
pub struct Desk {
    url: String,
    pub folder: TempDir,
    pub sandbox: Sandbox,
}

impl Desk {
    pub async fn open(url: String, folder: TempDir) -> Self {
        let sandbox = practice_icloud().await;
        let control = sandbox.control();
        for (name, password) in [("second", SECOND), ("third", THIRD)] {
            let account = control.add_account(&format!("{name}@icloud.example"), password, name);
            control.add_calendar(account, NewCalendar::named("Home"));
        }
        Self { url, folder, sandbox }
    }

    pub fn serve(&self) -> Quince {
        let icloud = self.sandbox.entry_url();
        let vars = [
            ("QUINCE_DATABASE_URL", self.url.as_str()),
            ("QUINCE_SECRET_KEY", KEY),
            ("QUINCE_ICLOUD_URL", icloud.as_str()),
            ("QUINCE_RATE_LIMITS", "off"),
        ];
        Quince::serve(self.folder.path(), &vars)
    }

    /// The use cases on it, for what is quicker to set up without pages.
    pub async fn use_cases(&self) -> bookings::Quince {
        use_cases_beside(&self.sandbox.entry_url(), &self.url, KEY, self.folder.path()).await
    }

    /// Waits until nothing changes by itself.
    pub async fn is_quiet(&self) {
        for _ in 0..20 {
            let before = self.rows().await;
            // Background jobs look for work each second.
            tokio::time::sleep(Duration::from_millis(2_200)).await;
            if before == self.rows().await {
                return;
            }
        }
        panic!("the database never came to rest");
    }

    /// All that is in the database.
    pub async fn rows(&self) -> Rows {
        let mut all = Rows::new();
        if self.url.starts_with("postgres") {
            let mut database = PgConnection::connect(&self.url).await.unwrap();
            let tables: Vec<String> =
                sqlx::query_scalar("SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'")
                    .fetch_all(&mut database)
                    .await
                    .unwrap();
            for table in tables {
                let select = sqlx::AssertSqlSafe(format!("SELECT t::TEXT FROM {table} t ORDER BY 1"));
                let rows = sqlx::query_scalar(select).fetch_all(&mut database).await;
                all.insert(table, rows.unwrap());
            }
            database.close().await.unwrap();
        } else {
            let mut database = SqliteConnection::connect(&self.url).await.unwrap();
            let columns = sqlx::query(
                "SELECT t.name, group_concat('quote(' || c.name || ')', ' || '', '' || ') FROM sqlite_schema t
                 JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name",
            );
            for row in columns.fetch_all(&mut database).await.unwrap() {
                let (table, columns): (String, String) = (row.get(0), row.get(1));
                let select = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM {table} ORDER BY 1"));
                let rows = sqlx::query_scalar(select).fetch_all(&mut database).await;
                all.insert(table, rows.unwrap());
            }
            database.close().await.unwrap();
        }
        all
    }

    pub async fn run(&self, statement: &str) {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        if self.url.starts_with("postgres") {
            let mut database = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query(statement).execute(&mut database).await.unwrap();
        } else {
            let mut database = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query(statement).execute(&mut database).await.unwrap();
        }
    }
}
