//! Read-only examination of a database for `quince doctor`, whether it is in use or not. Each check runs by itself, so the others still
//! answer when one fails.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{PgPool, SqlitePool};
use uuid::Uuid;

use crate::connections::SEALED_FOR;
use crate::db::{Backend, ConnectionHandle, ReadTx, WriteTx};
use crate::error::{StoreError, not_migrated};
use crate::fields::Fields;
use crate::ids::ConnectionId;
use crate::link_keys;
use crate::open::trial_write;
use crate::postgres::{self, POSTGRES};
use crate::secrets::SecretKey;
use crate::sqlite::{self, SQLITE};
use crate::sqlite_file::{InUse, SqliteFile};

/// How long a trial write waits for another writer.
const TRIAL_WRITE_TIMEOUT: Duration = Duration::from_secs(4);

/// A database under examination.
pub struct Examination {
    pool: Pool,
    is_fully_checked: bool,
}

enum Pool {
    Sqlite {
        pool: SqlitePool,
        /// Keeps others from replacing the file meanwhile.
        _in_use: Option<InUse>,
    },
    Postgres(PgPool),
}

/// State of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// The database is empty.
    None,
    /// An earlier Quince made it; the next start migrates it.
    Earlier {
        /// The version it has.
        found: i64,
        /// The version this Quince has.
        known: i64,
    },
    /// It is up to date.
    Current(i64),
}

/// State of the sealed secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Number of stored calendar passwords.
    pub passwords: usize,
    /// How many of those the key does not open.
    pub lost: usize,
    /// Whether everything is sealed with the current key rather than a previous one.
    pub is_current: bool,
}

/// What the database knows about the present time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresentTime {
    /// The clock of its server.
    Clock(Timestamp),
    /// The newest stored timestamp; the present cannot be earlier.
    NotBefore(Option<Timestamp>),
}

impl Examination {
    /// Connects to a database. For SQLite the file must exist, and is checked for damage for a few seconds.
    ///
    /// # Errors
    /// An address that cannot be used, a damaged file, a file that is no Quince database, or the database's own failure.
    pub async fn begin(url: &str) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Self::of_postgres(url).await;
        }
        let file = SqliteFile::of(url)?
            .ok_or_else(|| StoreError::Address("a database in memory is kept by nobody".to_owned()))?;
        let in_use = if file.lock_path().exists() {
            Some(file.lock_shared().await?)
        } else {
            None
        };
        let failed = |error: StoreError| error.or_damaged(file.path());
        // A process that uses the file, or crashed, leaves a log or a journal beside it.
        let is_unused = !file.log().exists() && !file.beside("-journal").exists();
        let checked = sqlite::check_file(&file, is_unused).await;
        let is_fully_checked = checked.map_err(failed)?;
        let options = SqliteConnectOptions::new()
            .filename(file.path())
            .create_if_missing(false)
            .busy_timeout(TRIAL_WRITE_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|error| failed(error.into()))?;
        Ok(Self {
            pool: Pool::Sqlite {
                pool,
                _in_use: in_use,
            },
            is_fully_checked,
        })
    }

    async fn of_postgres(url: &str) -> Result<Self, StoreError> {
        let options = postgres::reach(url).await?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        Ok(Self {
            pool: Pool::Postgres(pool),
            is_fully_checked: false,
        })
    }

    /// Whether every page was checked. Postgres checks its own.
    pub fn is_fully_checked(&self) -> bool {
        self.is_fully_checked
    }

    /// Returns the state of the schema.
    ///
    /// # Errors
    /// A schema of a newer Quince or of one that was never released, or a migration that was interrupted.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        let mut tx = self.begin_tx("BEGIN").await?;
        if !has_table(&mut tx, "_sqlx_migrations").await? {
            return Ok(Schema::None);
        }
        let applied = fetch_all!(
            &mut tx,
            |row: &dyn Fields| Ok((row.int("version")?, row.flag("success")?, row.bytes("checksum")?)),
            "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version"
        )?;
        tx.roll_back().await?;
        state(&applied, self.migrator())
    }

    fn migrator(&self) -> &'static Migrator {
        match &self.pool {
            Pool::Sqlite { .. } => &SQLITE,
            Pool::Postgres(_) => &POSTGRES,
        }
    }

    /// Whether a writer gets its turn and there is space on the disk. The trial write is rolled back. The schema must be current.
    pub async fn write(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin_tx("BEGIN IMMEDIATE").await?;
        trial_write(&mut tx, now).await?;
        if let Backend::Sqlite(_) = &tx.backend {
            // A tiny page cache forces SQLite to write to the disk at once, since the commit that would do so never comes.
            for statement in [
                "PRAGMA cache_size = 10",
                "CREATE TABLE room_on_the_disk (bytes BLOB)",
                "INSERT INTO room_on_the_disk VALUES (zeroblob(262144))",
            ] {
                tx.run(statement).await?;
            }
        }
        tx.roll_back().await
    }

    /// Checks the key against what is sealed; none if no key was used yet.
    ///
    /// # Errors
    /// When the database was sealed with another key.
    pub async fn sealed(&self, key: &SecretKey) -> Result<Option<Sealed>, StoreError> {
        let mut tx = self.begin_tx("BEGIN").await?;
        let proof = fetch_optional!(
            &mut tx,
            |row: &dyn Fields| row.bytes("sealed"),
            "SELECT sealed FROM key_check WHERE id = 1"
        )?;
        let Some(proof) = proof else { return Ok(None) };
        key.check(&proof)?;
        let stored = fetch_all!(
            &mut tx,
            |row: &dyn Fields| Ok((row.text("purpose")?, row.bytes("sealed")?)),
            "SELECT purpose, sealed FROM link_keys"
        )?;
        let (table, column) = link_keys::SEALED_FOR;
        for (purpose, sealed) in stored {
            key.open(table, &purpose, column, &sealed)?;
        }
        let sealed: Vec<(Uuid, Vec<u8>)> = fetch_all!(
            &mut tx,
            |row: &dyn Fields| Ok((row.uuid("id")?, row.bytes("password_sealed")?)),
            "SELECT id, password_sealed FROM connections WHERE password_sealed IS NOT NULL"
        )?;
        tx.roll_back().await?;
        let (table, column) = SEALED_FOR;
        let is_lost = |(id, sealed): &&(Uuid, Vec<u8>)| {
            let row = ConnectionId(*id).to_string();
            key.open(table, &row, column, sealed).is_err()
        };
        Ok(Some(Sealed {
            passwords: sealed.len(),
            lost: sealed.iter().filter(is_lost).count(),
            is_current: key.has_sealed(&proof),
        }))
    }

    /// Returns what the database knows about the present time. The schema must be current.
    pub async fn present(&self, own: Timestamp) -> Result<PresentTime, StoreError> {
        let mut tx = self.begin_tx("BEGIN").await?;
        if let Backend::Postgres(_) = &tx.backend {
            return Ok(PresentTime::Clock(tx.shared_now(own).await?));
        }
        let last = fetch_optional!(
            &mut tx,
            |row: &dyn Fields| row.opt_instant("last"),
            "SELECT max(at) AS last FROM (SELECT max(written_at) AS at FROM write_check
             UNION ALL SELECT max(created_at) FROM appointments) AS all_times"
        )?;
        tx.roll_back().await?;
        Ok(PresentTime::NotBefore(last.flatten()))
    }

    async fn begin_tx(&self, sqlite: &'static str) -> Result<WriteTx, StoreError> {
        Ok(WriteTx::from(match &self.pool {
            Pool::Sqlite { pool, .. } => {
                Backend::Sqlite(ConnectionHandle::Transaction(pool.begin_with(sqlite).await?))
            }
            Pool::Postgres(pool) => Backend::Postgres(ConnectionHandle::Transaction(pool.begin().await?)),
        }))
    }

    /// Closes the database. Beside an unused SQLite file nothing is left behind.
    pub async fn end(self) {
        match self.pool {
            Pool::Sqlite { pool, .. } => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

fn state(applied: &[(i64, bool, Vec<u8>)], migrator: &Migrator) -> Result<Schema, StoreError> {
    let first_step = applied.iter().find(|(version, ..)| *version == 1);
    let first_step = first_step.map(|(.., checksum)| checksum.as_slice());
    for (version, is_done, checksum) in applied {
        let known = migrator.iter().find(|known| known.version == *version);
        let error = match known {
            None => MigrateError::VersionMissing(*version),
            Some(_) if !is_done => MigrateError::Dirty(*version),
            Some(known) if *known.checksum != **checksum => MigrateError::VersionMismatch(*version),
            Some(_) => continue,
        };
        return Err(not_migrated(error, first_step, migrator));
    }
    let known = migrator.iter().map(|known| known.version).max().unwrap_or(0);
    Ok(match applied.last() {
        None => Schema::None,
        Some((found, ..)) if *found < known => Schema::Earlier { found: *found, known },
        Some((found, ..)) => Schema::Current(*found),
    })
}

async fn has_table(tx: &mut ReadTx, name: &'static str) -> Result<bool, StoreError> {
    let found = rows!(
        tx,
        |row: &dyn Fields| row.flag("is_there"),
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = $1) AS is_there",
        "SELECT to_regclass($1) IS NOT NULL AS is_there",
        name
    )?;
    Ok(found == [true])
}

#[cfg(test)]
mod tests {
    use sqlx::SqlSafeStr as _;
    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn steps(versions: &[i64]) -> Migrator {
        let step = |&version| {
            let text = "SELECT 1".into_sql_str();
            Migration::new(version, "step".into(), MigrationType::Simple, text, false)
        };
        Migrator::with_migrations(versions.iter().map(step).collect())
    }

    fn applied(migrator: &Migrator) -> Vec<(i64, bool, Vec<u8>)> {
        let rows = migrator.iter();
        rows.map(|step| (step.version, true, step.checksum.to_vec()))
            .collect()
    }

    #[test]
    fn a_schema_is_told_by_its_steps() {
        let (first, both) = (steps(&[1]), steps(&[1, 2]));
        assert_eq!(state(&[], &both).unwrap(), Schema::None);
        assert_eq!(state(&applied(&both), &both).unwrap(), Schema::Current(2));
        let earlier = Schema::Earlier { found: 1, known: 2 };
        assert_eq!(state(&applied(&first), &both).unwrap(), earlier);
        assert!(matches!(
            state(&applied(&both), &first),
            Err(StoreError::NewerSchema(2))
        ));

        let mut broken_off = applied(&both);
        broken_off[1].1 = false;
        let said = state(&broken_off, &both).unwrap_err().to_string();
        assert!(said.contains("step 2 was begun and not finished"), "{said}");
        let mut of_another_build = applied(&both);
        of_another_build[1].2 = vec![0];
        let said = state(&of_another_build, &both).unwrap_err().to_string();
        assert!(said.contains("step 2 is not as this Quince knows it"), "{said}");
        let mut unreleased = applied(&steps(&[1, 2, 3]));
        unreleased[0].2 = vec![0];
        assert!(matches!(state(&unreleased, &both), Err(StoreError::Unreleased)));
    }
}
