//! The database, and the key that opens its secrets. They are checked together, as at a start.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use store::backup::PostgresPlace;
use store::examination::{Examination, PresentTime, Schema, Sealed};
use store::{SecretKey, SqliteFile, StoreError};
use tokio::time::{Instant, timeout, timeout_at};

use super::clocks;
use super::finding::{Finding, LONGEST};
use crate::failure::Failure;
use crate::keys;
use crate::settings::Settings;

const PART: &str = "database";
const KEY: &str = "key";
/// Time limit for all checks of the database together.
const ALL: Duration = Duration::from_secs(15);

pub async fn look(settings: &Settings, now: impl Fn() -> Timestamp) -> Vec<Finding> {
    let file = match SqliteFile::of(&settings.database_url.0) {
        Ok(file) => file,
        Err(error) => return vec![Finding::wrong(PART, error.to_string())],
    };
    let key = key(settings);
    if let Some(file) = file.as_ref().filter(|file| !file.exists()) {
        let mut all = vec![absent(settings, file)];
        all.extend(key.err().map(|error| Finding::wrong(KEY, error.to_string())));
        return all;
    }
    let mut look = Look {
        settings,
        file,
        until: Instant::now() + ALL,
        all: Vec::new(),
    };
    if let Err(Stuck(key)) = look.take(key, now).await
        && let Err(error) = key
    {
        look.all.push(Finding::wrong(KEY, error.to_string()));
    }
    look.all
}

type Key = Result<Option<SecretKey>, StoreError>;

/// Reads the key. None is created.
fn key(settings: &Settings) -> Key {
    let path = settings.key_file();
    Ok(match keys::of_setting(settings)? {
        Some(key) => Some(key),
        None if path.exists() => Some(keys::with_previous(settings, SecretKey::load(&path)?)),
        None => None,
    })
}

/// What a missing SQLite file means.
fn absent(settings: &Settings, file: &SqliteFile) -> Finding {
    let database = file.path().to_owned();
    let key = settings.key_file();
    if settings.secret_key.is_none() && key.exists() && !file.unfinished().exists() {
        return Finding::wrong(PART, Failure::MissingDatabase { key, database }.to_string());
    }
    if file.had_database() {
        return Finding::wrong(PART, Failure::LostDatabase(database).to_string());
    }
    Finding::warning(
        PART,
        format!(
            "There is no database at {} yet. `quince serve` makes it. If Quince has run before, run this where it runs, or set \
             QUINCE_DATA_DIR or QUINCE_DATABASE_URL as for it.",
            database.display()
        ),
    )
}

/// Why a check got no answer.
enum Problem {
    Store(StoreError),
    Late,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(StoreError::Database(cause) | StoreError::Disconnected(cause)) => {
                write!(f, "{cause}.")
            }
            Self::Store(error) => error.fmt(f),
            Self::Late => f.write_str("there was no answer in time."),
        }
    }
}

/// The checks of a database that exists.
struct Look<'a> {
    settings: &'a Settings,
    file: Option<SqliteFile>,
    until: Instant,
    all: Vec<Finding>,
}

/// The database must not be queried any more; the key was not reported yet.
struct Stuck(Key);

impl Look<'_> {
    async fn take(&mut self, key: Key, now: impl Fn() -> Timestamp) -> Result<(), Stuck> {
        let begun = Examination::begin(&self.settings.database_url.0);
        let Ok(Some(examination)) = self.ask(PART, begun).await else {
            return Err(Stuck(key));
        };
        self.all.push(Finding::ok(PART, self.reached(&examination)));
        let Ok(schema) = self.ask("schema", examination.schema()).await else {
            return Err(Stuck(key));
        };
        self.all.extend(schema.map(told));
        let is_current = matches!(schema, Some(Schema::Current(_)));
        if is_current {
            match self.ask("clock", examination.present(now())).await {
                Ok(present) => self
                    .all
                    .extend(present.and_then(|present| beside(present, now()))),
                Err(Late) => return Err(Stuck(key)),
            }
        }
        self.opens(&examination, key, schema).await;
        // Runs last, since SQLite cannot be used after a write to a full disk.
        if is_current && let Ok(Some(())) = self.ask("writes", examination.write(now())).await {
            let sentence = "The database takes what is written.";
            self.all.push(Finding::ok("writes", sentence));
        }
        let _ = timeout(Duration::from_secs(1), examination.end()).await;
        Ok(())
    }

    /// Runs a check within the time that is left, and reports a failure.
    async fn ask<T>(
        &mut self,
        part: &'static str,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Option<T>, Late> {
        let answer = match timeout_at(self.until.min(Instant::now() + LONGEST), question).await {
            Ok(answer) => answer.map_err(Problem::Store),
            Err(_) => Err(Problem::Late),
        };
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(problem) => {
                self.all.push(Finding::wrong(part, self.sentence(&problem)));
                match problem {
                    Problem::Store(_) => Ok(None),
                    Problem::Late => Err(Late),
                }
            }
        }
    }

    /// What is wrong, and what to do.
    fn sentence(&self, problem: &Problem) -> String {
        if let Problem::Store(error) = problem
            && !matches!(error, StoreError::Database(_) | StoreError::Disconnected(_))
        {
            return error.to_string();
        }
        match &self.file {
            Some(file) => format!(
                "The database {} cannot be used: {problem} Give this user the right to read and write it, free space on the disk, and \
                 look whether another program holds it.",
                file.path().display()
            ),
            None => format!(
                "{} cannot be used: {problem} Check QUINCE_DATABASE_URL, and that Postgres runs and lets this user read and write there.",
                self.place()
            ),
        }
    }

    /// Where a Postgres is, without its password.
    fn place(&self) -> String {
        match PostgresPlace::of(&self.settings.database_url.0) {
            Ok(place) => format!(
                "Postgres at {}, port {}, database {}",
                place.host, place.port, place.database
            ),
            Err(_) => "Postgres".to_owned(),
        }
    }

    fn reached(&self, examination: &Examination) -> String {
        match &self.file {
            None => format!("{} answers.", self.place()),
            Some(file) if examination.is_fully_checked() => {
                format!("The database {} is whole.", file.path().display())
            }
            Some(file) => format!(
                "The database {} is whole as far as it was looked at; `quince backup` and `quince verify` look at all of it.",
                file.path().display()
            ),
        }
    }

    /// Reports whether the key opens what is sealed.
    async fn opens(&mut self, examination: &Examination, key: Key, schema: Option<Schema>) {
        let key = match key {
            Err(error) => return self.all.push(Finding::wrong(KEY, error.to_string())),
            // The key is created together with the database.
            Ok(None) if schema == Some(Schema::None) => return,
            Ok(None) => {
                let database = self.file.as_ref();
                let missing = Failure::MissingKey {
                    key: self.settings.key_file(),
                    database: database
                        .map_or_else(String::new, |file| format!(" at {}", file.path().display())),
                };
                return self.all.push(Finding::wrong(KEY, missing.to_string()));
            }
            Ok(Some(key)) => key,
        };
        if matches!(schema, None | Some(Schema::None)) {
            return;
        }
        let opened = self.ask(KEY, examination.sealed(&key)).await;
        let Ok(Some(opened)) = opened else { return };
        self.all.push(match opened {
            Some(Sealed { passwords, lost: lost @ 1.., .. }) => Finding::wrong(
                KEY,
                format!(
                    "{lost} of {passwords} stored calendar passwords cannot be opened. Enter them again under Settings, Integrations; \
                     if the key was changed, give the one before in QUINCE_PREVIOUS_SECRET_KEYS."
                ),
            ),
            Some(Sealed { is_current: false, .. }) => Finding::warning(
                KEY,
                "What is sealed was sealed with a key before this one, which must be kept until `quince reseal` says that it can go.",
            ),
            Some(Sealed { passwords, .. }) => Finding::ok(
                KEY,
                format!("The secret key opens what is sealed ({passwords} stored calendar passwords)."),
            ),
            None => Finding::ok(KEY, "The secret key has sealed nothing yet."),
        });
    }
}

/// The database did not answer in time. Further checks would only wait again.
struct Late;

fn told(schema: Schema) -> Finding {
    const PART: &str = "schema";
    match schema {
        Schema::Current(version) => {
            Finding::ok(PART, format!("The schema is this Quince's (version {version})."))
        }
        Schema::Earlier { found, known } => Finding::warning(
            PART,
            format!(
                "The schema is an earlier Quince's (version {found} instead of {known}). The next start brings it up to date; make a \
                 backup first."
            ),
        ),
        Schema::None => Finding::warning(
            PART,
            "There is nothing of Quince in this database yet. `quince serve` makes it. If Quince has run before, check \
             QUINCE_DATABASE_URL.",
        ),
    }
}

/// Compares this machine's clock with the database's.
fn beside(present: PresentTime, now: Timestamp) -> Option<Finding> {
    match present {
        PresentTime::Clock(theirs) => Some(clocks::compare("clock", "that of the database", theirs, now)),
        PresentTime::NotBefore(last) => last.map(|last| clocks::compare_last("clock", last, now)),
    }
}
