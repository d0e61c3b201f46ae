//! Backups made while Quince runs, looked through, and put back.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reqwest::StatusCode;
use sandbox::Sandbox;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use testdb::Postgres;

use crate::studio::{ask, free, set_up};
use crate::support::{Browser, Quince, json_of, practice_icloud};

/// 32 bytes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";

/// A command of the operator, and what it said.
pub struct Ran {
    pub is_ok: bool,
    pub code: Option<i32>,
    pub words: String,
}

pub fn run(folder: &Path, args: &[&str], vars: &[(&str, &str)]) -> Ran {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args(args)
        .env("QUINCE_DATA_DIR", folder)
        .env("QUINCE_ADDR", "127.0.0.1:0")
        .envs(vars.iter().copied())
        .output()
        .unwrap();
    Ran {
        is_ok: output.status.success(),
        code: output.status.code(),
        words: String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    }
}

/// What lies in a folder, in order, without the mails that jobs put there at any moment.
pub fn inside(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "mail")
        .collect();
    names.sort();
    names
}

async fn count(database: &Path, sql: &'static str) -> i64 {
    let url = format!("sqlite://{}?mode=rw", database.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

/// A workspace that runs, with a booking calendar and a stored password.
pub struct Studio {
    pub sandbox: Sandbox,
    pub folder: TempDir,
    pub elsewhere: TempDir,
}

impl Studio {
    pub async fn open(vars: &[(&str, &str)]) -> (Self, Quince) {
        let studio = Self::closed().await;
        let quince = studio.serve(studio.folder.path(), vars);
        set_up(&quince, &studio.sandbox).await;
        (studio, quince)
    }

    /// Where nothing runs yet.
    pub async fn closed() -> Self {
        Self {
            sandbox: practice_icloud().await,
            folder: tempfile::tempdir().unwrap(),
            elsewhere: tempfile::tempdir().unwrap(),
        }
    }

    pub fn serve(&self, folder: &Path, vars: &[(&str, &str)]) -> Quince {
        let icloud = self.sandbox.entry_url();
        let own = [
            ("QUINCE_ICLOUD_URL", icloud.as_str()),
            ("QUINCE_RATE_LIMITS", "off"),
        ];
        Quince::serve(folder, &[&own, vars].concat())
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        run(self.folder.path(), args, &[])
    }

    /// A path that is not in the data folder.
    pub fn out(&self, name: &str) -> PathBuf {
        self.elsewhere.path().join(name)
    }

    /// Makes a backup that must be whole.
    pub fn backup(&self, name: &str) -> PathBuf {
        let path = self.out(name);
        let ran = self.run(&["backup", path.to_str().unwrap()]);
        assert!(ran.is_ok, "{}", ran.words);
        path
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_taken_while_people_book_are_whole_and_hold_what_was_answered() {
    let (studio, quince) = Studio::open(&[]).await;
    let times = free(&quince).await;
    let address = quince.url.clone();
    let (send, mut booked) = tokio::sync::watch::channel(Vec::<String>::new());
    let booking = tokio::spawn(async move {
        for (n, start) in times.iter().take(60).enumerate() {
            let answer = ask(&address, start, &format!("key-of-this-booking-{n}"))
                .await
                .unwrap();
            if answer.status() == StatusCode::CREATED {
                let id = json_of(answer).await["id"].as_str().unwrap().to_owned();
                send.send_modify(|ids| ids.push(id));
            }
        }
    });
    let mut copies = Vec::new();
    for n in 0..5 {
        booked.changed().await.unwrap();
        let answered = booked.borrow_and_update().clone();
        copies.push((studio.backup(&format!("backup-{n}")), answered));
    }
    booking.await.unwrap();
    assert!(
        copies.last().unwrap().1.len() > copies[0].1.len(),
        "people booked meanwhile"
    );
    for (n, (copy, answered)) in copies.iter().enumerate() {
        let verified = studio.run(&["verify", copy.to_str().unwrap()]);
        assert!(
            verified.is_ok && verified.words.contains("is whole"),
            "{}",
            verified.words
        );
        let folder = studio.out(&format!("restored-{n}"));
        let restored = run(&folder, &["restore", copy.to_str().unwrap()], &[]);
        assert!(restored.is_ok, "{}", restored.words);
        let database = folder.join("quince.db");
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display()))
            .await
            .unwrap();
        let kept: Vec<(uuid::Uuid,)> = sqlx::query_as("SELECT id FROM appointments")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        for id in answered {
            let id: uuid::Uuid = id.parse().unwrap();
            assert!(
                kept.contains(&(id,)),
                "backup {n} lacks a booking that was answered before it began"
            );
        }
    }
    // And it starts, with its people and their passwords.
    let again = studio.serve(&studio.out("restored-4"), &[]);
    let mut owner = Browser::new(&again);
    owner.sign_in("ada@quince.example", "correct horse battery").await;
    assert!(owner.page("/booking-calendars").await.contains("Intro call"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_for_its_user_alone_and_never_written_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let (studio, quince) = Studio::open(&[]).await;
    let copy = studio.backup("copy/");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&copy), 0o700);
    assert_eq!(inside(&copy), ["backup.json", "quince.db", "secret.key"]);
    for file in inside(&copy) {
        assert_eq!(mode(&copy.join(&file)), 0o600, "{file}");
    }
    assert_eq!(inside(studio.elsewhere.path()), ["copy"]);
    let manifest = std::fs::read_to_string(copy.join("backup.json")).unwrap();
    for word in [
        "\"quince\"",
        "\"made_at\"",
        "\"schema\"",
        "\"bytes\"",
        "\"sha256\"",
        "Z\"",
    ] {
        assert!(manifest.contains(word), "{word} in {manifest}");
    }
    let key = std::fs::read_to_string(copy.join("secret.key")).unwrap();
    assert!(!manifest.contains(key.trim()));

    let before = std::fs::read(copy.join("quince.db")).unwrap();
    let again = studio.run(&["backup", copy.to_str().unwrap()]);
    assert!(
        again.code == Some(1) && again.words.contains("exists already"),
        "{}",
        again.words
    );
    assert_eq!(std::fs::read(copy.join("quince.db")).unwrap(), before);
    // A name under which one is being made, or broke off.
    std::fs::create_dir(studio.out("next.unfinished")).unwrap();
    let next = studio.run(&["backup", studio.out("next").to_str().unwrap()]);
    assert!(!next.is_ok && next.words.contains("broke off"), "{}", next.words);
    std::fs::remove_dir(studio.out("next.unfinished")).unwrap();
    // Not over a file, either.
    std::fs::write(studio.out("letter"), "dear").unwrap();
    let over = studio.run(&["backup", studio.out("letter").to_str().unwrap()]);
    assert!(
        !over.is_ok && over.words.contains("exists already"),
        "{}",
        over.words
    );
    drop(quince);
    let ran = run(
        &studio.out("wrong folder"),
        &["backup", studio.out("x").to_str().unwrap()],
        &[],
    );
    assert!(
        ran.code == Some(1) && ran.words.contains("There is no database"),
        "{}",
        ran.words
    );
    assert_eq!(inside(studio.elsewhere.path()), ["copy", "letter"]);
}

#[cfg(unix)]
#[test]
fn a_backup_that_finds_no_room_leaves_nothing() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Quince::serve(folder.path(), &[]).stop();
    // Files cannot grow beyond 64 kB, as on a disk that is full.
    let ran = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" backup \"$1\""])
        .args([Path::new(env!("CARGO_BIN_EXE_quince")), &out.path().join("copy")])
        .env("QUINCE_DATA_DIR", folder.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(inside(out.path()).is_empty());
    let whole = run(
        folder.path(),
        &["backup", out.path().join("copy").to_str().unwrap()],
        &[],
    );
    assert!(whole.is_ok, "{}", whole.words);
}

/// What is done to a copy.
type Damage = Box<dyn Fn(&Path)>;

/// Copies that are no longer whole: each with its name, a word of what is said of it, and what is done to it. `other` is a key that
/// fits nothing.
fn damages(other: PathBuf) -> Vec<(&'static str, &'static str, Damage)> {
    let edit = |file: &str, change: fn(&mut Vec<u8>)| {
        let file = file.to_owned();
        move |copy: &Path| {
            let path = copy.join(&file);
            let mut bytes = std::fs::read(&path).unwrap();
            change(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
        }
    };
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    let truncate = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
    let append = |bytes: &mut Vec<u8>| bytes.push(b' ');
    vec![
        ("cut off", "bytes long", Box::new(edit("quince.db", truncate))),
        ("empty", "bytes long", Box::new(edit("quince.db", Vec::clear))),
        ("longer", "bytes long", Box::new(edit("quince.db", append))),
        ("a flipped bit", "checksum", Box::new(edit("quince.db", flip))),
        (
            "the first byte",
            "checksum",
            Box::new(edit("quince.db", |bytes| bytes[0] ^= 0x80)),
        ),
        (
            "the last byte",
            "checksum",
            Box::new(edit("quince.db", |bytes| *bytes.last_mut().unwrap() ^= 1)),
        ),
        (
            "a flipped bit of the key",
            "secret.key",
            Box::new(edit("secret.key", flip)),
        ),
        (
            "a key cut off",
            "secret.key",
            Box::new(edit("secret.key", truncate)),
        ),
        (
            "a flipped bit of the manifest",
            "backup.json",
            Box::new(edit("backup.json", flip)),
        ),
        (
            "a manifest cut off",
            "backup.json",
            Box::new(edit("backup.json", truncate)),
        ),
        (
            "another date",
            "backup.json",
            Box::new(|copy: &Path| {
                let path = copy.join("backup.json");
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, text.replacen("\"made_at\": \"2", "\"made_at\": \"1", 1)).unwrap();
            }),
        ),
        (
            "no manifest",
            "backup.json is missing",
            Box::new(|copy: &Path| std::fs::remove_file(copy.join("backup.json")).unwrap()),
        ),
        (
            "no database",
            "quince.db",
            Box::new(|copy: &Path| std::fs::remove_file(copy.join("quince.db")).unwrap()),
        ),
        (
            "no key",
            "secret.key",
            Box::new(|copy: &Path| std::fs::remove_file(copy.join("secret.key")).unwrap()),
        ),
        (
            "another key",
            "secret.key",
            Box::new(move |copy: &Path| {
                std::fs::copy(&other, copy.join("secret.key")).unwrap();
            }),
        ),
    ]
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_changes_nothing() {
    let (studio, quince) = Studio::open(&[]).await;
    let whole = studio.backup("whole");
    quince.stop();
    let other = studio.out("other.key");
    store::SecretKey::load_or_create(&other).unwrap();
    for (n, (name, words, damage)) in damages(other).iter().enumerate() {
        let copy = studio.out(&format!("copy-{n}"));
        std::fs::create_dir(&copy).unwrap();
        for file in inside(&whole) {
            std::fs::copy(whole.join(&file), copy.join(&file)).unwrap();
        }
        damage(&copy);
        let verified = studio.run(&["verify", copy.to_str().unwrap()]);
        assert_eq!(verified.code, Some(1), "{name}: {}", verified.words);
        assert!(verified.words.contains(words), "{name}: {}", verified.words);
        let target = studio.out("target");
        let restored = run(&target, &["restore", copy.to_str().unwrap()], &[]);
        assert_eq!(restored.code, Some(1), "{name}: {}", restored.words);
        assert!(!target.exists(), "{name}: nothing is made");
    }
    // A key that somebody else's database was made with, given by a setting.
    std::fs::remove_file(whole.join("secret.key")).unwrap();
    let right = std::fs::read_to_string(studio.folder.path().join("secret.key")).unwrap();
    for (key, is_right) in [(KEY, false), (right.trim(), true)] {
        let vars = [("QUINCE_SECRET_KEY", key)];
        let verified = run(studio.folder.path(), &["verify", whole.to_str().unwrap()], &vars);
        assert_eq!(verified.is_ok, is_right, "{}", verified.words);
        assert!(
            is_right
                || (verified.words.contains("which was made with another one")
                    && !verified.words.contains("not whole")),
            "{}",
            verified.words
        );
        assert!(!verified.words.contains(key));
    }
}

#[tokio::test]
async fn rows_that_speak_of_nothing_and_a_newer_schema_are_found_whatever_the_checksum_says() {
    let (studio, quince) = Studio::open(&[]).await;
    quince.stop();
    let database = studio.folder.path().join("quince.db");
    let url = format!("sqlite://{}", database.display());
    for (sql, back, words) in [
        (
            "INSERT INTO sessions (id_hash, staff_id, data, created_at, expires_at) VALUES (x'00', x'01', '', 0, 0)",
            "DELETE FROM sessions WHERE id_hash = x'00'",
            "sessions",
        ),
        (
            "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1",
            "UPDATE _sqlx_migrations SET version = 1 WHERE version = 9999",
            "newer version",
        ),
    ] {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query("PRAGMA foreign_keys = OFF")
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        let path = studio.out("copy");
        let ran = studio.run(&["backup", path.to_str().unwrap()]);
        assert!(ran.code == Some(1) && ran.words.contains(words), "{}", ran.words);
        assert!(
            inside(studio.elsewhere.path()).is_empty(),
            "what is not whole is no backup"
        );
        sqlx::query(back).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
    studio.backup("copy");
}

#[tokio::test]
async fn a_backup_takes_the_place_of_a_database_only_when_told_and_when_nobody_uses_it() {
    let (studio, quince) = Studio::open(&[]).await;
    let copy = studio.backup("copy");
    let copy = copy.to_str().unwrap();
    let start = free(&quince).await.remove(0);
    let later = ask(&quince.url, &start, "a-booking-after-the-backup")
        .await
        .unwrap();
    assert_eq!(later.status(), StatusCode::CREATED);
    let before = inside(studio.folder.path());
    for args in [vec!["restore", copy], vec!["restore", "--replace", copy]] {
        let ran = studio.run(&args);
        assert!(
            ran.code == Some(1) && ran.words.contains("in use"),
            "{}",
            ran.words
        );
    }
    assert_eq!(inside(studio.folder.path()), before);
    // What was committed lies in the log after a kill.
    quince.kill();
    let ran = studio.run(&["restore", copy]);
    assert!(
        ran.code == Some(1) && ran.words.contains("--replace"),
        "{}",
        ran.words
    );
    let ran = studio.run(&["restore", copy, "--replace"]);
    assert!(ran.is_ok, "{}", ran.words);

    let kept = inside(studio.folder.path());
    let old = kept
        .iter()
        .find(|name| name.starts_with("quince.db.replaced-") && name.ends_with('Z'))
        .unwrap_or_else(|| panic!("{kept:?}"));
    assert!(ran.words.contains(old.as_str()), "{}", ran.words);
    assert!(
        !kept.iter().any(|name| name == "quince.db-wal"),
        "the old log is not read into the copy"
    );
    let appointments = "SELECT count(*) FROM appointments";
    assert_eq!(
        count(&studio.folder.path().join(old), appointments).await,
        1,
        "with its log"
    );
    assert_eq!(
        count(&studio.folder.path().join("quince.db"), appointments).await,
        0
    );
    studio.serve(studio.folder.path(), &[]).stop();

    // Another key beside it gives way, too, and can be found again.
    let key = studio.folder.path().join("secret.key");
    std::fs::write(&key, KEY).unwrap();
    std::fs::remove_file(studio.folder.path().join("quince.db")).unwrap();
    let ran = studio.run(&["restore", copy]);
    assert!(
        ran.code == Some(1) && ran.words.contains("secret.key exists already"),
        "{}",
        ran.words
    );
    assert!(studio.run(&["restore", copy, "--replace"]).is_ok);
    studio.serve(studio.folder.path(), &[]).stop();
    let aside = inside(studio.folder.path());
    let aside = aside
        .iter()
        .find(|name| name.starts_with("secret.key.replaced-"))
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(studio.folder.path().join(aside)).unwrap(),
        KEY
    );
}

/// An operator often is another user than the service.
#[cfg(unix)]
#[tokio::test]
async fn what_is_put_back_belongs_to_whom_the_folder_belongs() {
    use std::os::unix::fs::{MetadataExt as _, chown};

    const NOBODY: u32 = 65_534;
    let (studio, quince) = Studio::open(&[]).await;
    let copy = studio.backup("copy");
    quince.stop();
    let target = studio.out("target");
    std::fs::create_dir(&target).unwrap();
    // Nobody but the superuser may give files away.
    let owner = match chown(&target, Some(NOBODY), Some(NOBODY)) {
        Ok(()) => NOBODY,
        Err(_) => std::fs::metadata(&target).unwrap().uid(),
    };
    let restored = run(&target, &["restore", copy.to_str().unwrap()], &[]);
    assert!(restored.is_ok, "{}", restored.words);
    for file in ["quince.db", "secret.key"] {
        assert_eq!(
            std::fs::metadata(target.join(file)).unwrap().uid(),
            owner,
            "{file}"
        );
    }
}

#[tokio::test]
async fn a_key_that_a_setting_gives_stays_out_of_the_backup_and_is_asked_for() {
    let key = [("QUINCE_SECRET_KEY", KEY)];
    let (studio, quince) = Studio::open(&key).await;
    let copy = studio.out("copy");
    let copy = copy.to_str().unwrap();
    let made = run(studio.folder.path(), &["backup", copy], &key);
    assert!(
        made.is_ok && made.words.contains("keep QUINCE_SECRET_KEY"),
        "{}",
        made.words
    );
    assert_eq!(inside(Path::new(copy)), ["backup.json", "quince.db"]);
    quince.stop();
    let target = studio.out("target");
    for command in ["verify", "restore"] {
        let without = run(&target, &[command, copy], &[]);
        assert!(
            without.code == Some(1) && without.words.contains("QUINCE_SECRET_KEY"),
            "{}",
            without.words
        );
        assert!(!target.exists());
        let with = run(&target, &[command, copy], &key);
        assert!(with.is_ok && !with.words.contains(KEY), "{}", with.words);
    }
    assert!(!target.join("secret.key").exists());
    studio.serve(&target, &key).stop();
}

#[tokio::test]
async fn of_a_postgres_the_key_is_kept_and_the_dump_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let copy = out.path().join("copy");
    let copy = copy.to_str().unwrap();
    let vars = [(
        "QUINCE_DATABASE_URL",
        "postgres://quince:s3cr%27et@db.example:5433/book%20ings",
    )];
    store::SecretKey::load_or_create(&folder.path().join("secret.key")).unwrap();
    let made = run(folder.path(), &["backup", copy], &vars);
    assert!(made.is_ok, "{}", made.words);
    assert!(!made.words.contains("s3cr"), "{}", made.words);
    for word in [
        "pg_dump --format=custom",
        "--host=db.example",
        "--port=5433",
        "--username=quince",
        "--dbname='book ings'",
        "copy/quince.dump",
    ] {
        assert!(made.words.contains(word), "{word} in {}", made.words);
    }
    assert_eq!(inside(Path::new(copy)), ["backup.json", "secret.key"]);
    let verified = run(folder.path(), &["verify", copy], &vars);
    assert!(
        verified.code == Some(1) && verified.words.contains("pg_dump"),
        "{}",
        verified.words
    );
    std::fs::write(Path::new(copy).join("quince.dump"), "PGDMP and more").unwrap();
    assert!(run(folder.path(), &["verify", copy], &vars).is_ok);
    let restored = run(&out.path().join("target"), &["restore", copy], &vars);
    assert!(
        restored.code == Some(1) && restored.words.contains("pg_restore --clean"),
        "{}",
        restored.words
    );
    assert!(
        restored.words.contains("cp ") && !restored.words.contains("s3cr"),
        "{}",
        restored.words
    );
    let other = run(&out.path().join("target"), &["restore", copy], &[]);
    assert!(
        other.code == Some(1) && other.words.contains("another kind"),
        "{}",
        other.words
    );
}

#[tokio::test]
async fn the_named_commands_dump_a_postgres_and_put_it_back() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    let vars = [("QUINCE_DATABASE_URL", url.as_str())];
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &vars).stop();
    let out = tempfile::tempdir().unwrap();
    let copy = out.path().join("copy");
    let copy = copy.to_str().unwrap();
    let named = |ran: &Ran, program: &str| {
        let at = ran.words.find(program).unwrap_or_else(|| panic!("{}", ran.words));
        let command = ran.words[at..].lines().next().unwrap();
        command.split(" and the key").next().unwrap().to_owned()
    };
    let made = run(folder.path(), &["backup", copy], &vars);
    shell(&named(&made, "pg_dump"));
    let verified = run(folder.path(), &["verify", copy], &vars);
    assert!(verified.is_ok, "{}", verified.words);
    let restored = run(folder.path(), &["restore", copy], &vars);
    shell(&named(&restored, "pg_restore"));
    Quince::serve(folder.path(), &vars).stop();
}

fn shell(command: &str) {
    let ran = Command::new("sh").args(["-c", command]).output().unwrap();
    assert!(
        ran.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
