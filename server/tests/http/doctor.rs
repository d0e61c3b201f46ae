//! `quince doctor`: each part by a line, exit code 1 when something is wrong, and nothing is made or changed by looking.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection, SqliteConnection};
use testdb::PostgresServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::backup::{Ran, Studio, inside, run};
use crate::mail_server::{Behaviour, MailServer};
use crate::support::{Quince, beside, practice_icloud};

/// 32 bytes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";

/// The look itself, while this process serves what is looked at.
async fn doctor(folder: &Path, vars: &[(&str, &str)]) -> Ran {
    let folder = folder.to_owned();
    let vars: Vec<(String, String)> = vars
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let begun = Instant::now();
    let looking = tokio::task::spawn_blocking(move || {
        let vars: Vec<(&str, &str)> = vars
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        run(&folder, &["doctor"], &vars)
    });
    let ran = looking.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "{}", ran.words);
    ran
}

/// Whether a part is so, and its line holds these words.
#[track_caller]
fn says(ran: &Ran, state: &str, part: &str, words: &str) {
    let start = format!("{state:<8}{part:<10}");
    let line = ran
        .words
        .lines()
        .find(|line| line.starts_with(&start) && line.contains(words));
    assert!(line.is_some(), "no line “{start}…{words}…” in:\n{}", ran.words);
}

#[track_caller]
fn is_wrong(ran: &Ran, part: &str, words: &str) {
    says(ran, "wrong", part, words);
    assert_eq!(ran.code, Some(1), "{}", ran.words);
}

/// A workspace that has stopped, its practice iCloud, and its mail server.
struct Patient {
    studio: Studio,
    mail: MailServer,
    icloud: String,
    smtp: String,
}

impl Patient {
    async fn stopped() -> Self {
        let (studio, quince) = Studio::open(&[]).await;
        quince.stop();
        Self::of(studio).await
    }

    async fn of(studio: Studio) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let own = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(studio.folder.path(), own).unwrap();
        }
        let mail = beside(MailServer::start(Behaviour::default())).await;
        let (icloud, smtp) = (studio.sandbox.entry_url(), mail.url("localhost"));
        Self {
            studio,
            mail,
            icloud,
            smtp,
        }
    }

    fn folder(&self) -> &Path {
        self.studio.folder.path()
    }

    async fn look(&self, vars: &[(&str, &str)]) -> Ran {
        self.look_at(self.folder(), vars).await
    }

    async fn look_at(&self, folder: &Path, vars: &[(&str, &str)]) -> Ran {
        let own = [
            ("QUINCE_ICLOUD_URL", self.icloud.as_str()),
            ("QUINCE_SMTP_URL", self.smtp.as_str()),
        ];
        let before = inside(folder);
        let ran = doctor(folder, &[&own, vars].concat()).await;
        assert_eq!(inside(folder), before, "nothing is made: {}", ran.words);
        assert!(!ran.words.contains("hunter22"), "{}", ran.words);
        ran
    }

    /// Does something to the database.
    async fn sql(&self, statement: &'static str) {
        let url = format!("sqlite://{}", self.folder().join("quince.db").display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

#[tokio::test]
async fn all_is_well_while_quince_runs_and_while_it_is_stopped() {
    let (studio, quince) = Studio::open(&[]).await;
    let patient = Patient::of(studio).await;
    let (address, url) = (quince.address(), quince.url.clone());
    let vars = [
        ("QUINCE_ADDR", address.as_str()),
        ("QUINCE_BASE_URL", url.as_str()),
    ];
    let ran = patient.look(&vars).await;
    for (part, words) in [
        ("settings", "can all be used"),
        ("folder", "this user's"),
        ("disk", "MB are free"),
        ("database", "quince.db is whole"),
        ("schema", "this Quince's (version "),
        ("writes", "takes what is written"),
        ("key", "opens what is sealed (1 stored"),
        ("mail", "lets Quince in"),
        ("icloud", "answers (status "),
        ("clock", "goes as that of"),
        ("listen", "Quince runs and listens"),
        ("base url", "leads to a Quince"),
        ("zones", "release 20"),
    ] {
        says(&ran, "ok", part, words);
    }
    assert_eq!(ran.code, Some(0), "{}", ran.words);
    assert!(
        ran.words.lines().all(|line| line.starts_with("ok ")),
        "{}",
        ran.words
    );
    assert!(patient.mail.count("AUTH") > 0 && patient.mail.taken().is_empty());

    quince.stop();
    let written = |folder: &Path| std::fs::read(folder.join("quince.db")).unwrap();
    let before = written(patient.folder());
    let ran = patient.look(&vars).await;
    assert_eq!(ran.code, Some(0), "{}", ran.words);
    says(&ran, "ok", "listen", "Nobody listens");
    says(&ran, "warning", "base url", "does not lead to Quince");
    assert!(written(patient.folder()) == before, "the write is taken back");
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_told_and_nothing_is_made() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("data");
    let ran = doctor(
        &folder,
        &[("QUINCE_ADR", "x"), ("QUINCE_BASE_URL", "book.example.com")],
    )
    .await;
    is_wrong(&ran, "settings", "QUINCE_ADR is not a setting");
    is_wrong(&ran, "settings", "QUINCE_BASE_URL cannot be used");
    assert!(!folder.exists());
}

#[tokio::test]
async fn before_the_first_start_there_is_nothing_and_nothing_is_made() {
    let patient = Patient::stopped().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("data");
    let ran = patient.look_at(&folder, &[]).await;
    says(&ran, "warning", "folder", "QUINCE_DATA_DIR");
    says(&ran, "warning", "database", "`quince serve` makes it");
    assert_eq!(ran.code, Some(0), "{}", ran.words);
    assert!(!folder.exists());
    let ran = patient
        .look_at(elsewhere.path(), &[("QUINCE_SECRET_KEY", "c2hvcnQ=")])
        .await;
    is_wrong(&ran, "settings", "32 bytes");
    assert!(!ran.words.contains("c2hvcnQ"), "{}", ran.words);
}

#[tokio::test]
async fn a_database_and_a_key_that_do_not_belong_together_are_told() {
    let patient = Patient::stopped().await;
    let ran = patient.look(&[("QUINCE_SECRET_KEY", KEY)]).await;
    is_wrong(&ran, "key", "not the one this database was made with");
    says(&ran, "ok", "database", "is whole");

    patient
        .sql("UPDATE connections SET password_sealed = x'00'")
        .await;
    let ran = patient.look(&[]).await;
    is_wrong(&ran, "key", "1 of 1 stored calendar passwords cannot be opened");

    let [key, moved] = ["secret.key", "moved.key"].map(|name| patient.folder().join(name));
    std::fs::rename(&key, &moved).unwrap();
    is_wrong(&patient.look(&[]).await, "key", "no secret key");
    let database = patient.folder().join("quince.db");
    std::fs::remove_file(&database).unwrap();
    is_wrong(&patient.look(&[]).await, "database", "not there any more");
    std::fs::rename(&moved, &key).unwrap();
    is_wrong(&patient.look(&[]).await, "database", "quince restore");
}

#[tokio::test]
async fn a_database_that_is_damaged_or_of_another_version_is_told() {
    let patient = Patient::stopped().await;
    patient
        .sql("UPDATE _sqlx_migrations SET success = 0 WHERE version = 1")
        .await;
    is_wrong(
        &patient.look(&[]).await,
        "schema",
        "step 1 was begun and not finished",
    );
    patient
        .sql("UPDATE _sqlx_migrations SET success = 1, version = 999999 WHERE version = 1")
        .await;
    is_wrong(&patient.look(&[]).await, "schema", "newer version of Quince");
    patient
        .sql("UPDATE _sqlx_migrations SET version = 1, checksum = x'00' WHERE version = 999999")
        .await;
    is_wrong(&patient.look(&[]).await, "schema", "from before 0.1.0");

    let database = patient.folder().join("quince.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x55);
    std::fs::write(&database, &bytes).unwrap();
    is_wrong(&patient.look(&[]).await, "database", "is damaged");
    assert!(
        std::fs::read(&database).unwrap() == bytes,
        "what may be rescued is left alone"
    );
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_told() {
    let patient = Patient::stopped().await;
    let url = format!("sqlite://{}", patient.folder().join("quince.db").display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let ran = patient.look(&[]).await;
    is_wrong(&ran, "writes", "locked");
    other.close().await.unwrap();

    // Files cannot grow beyond 48 kB.
    let script = "trap '' XFSZ; ulimit -f 96; exec \"$0\" doctor";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_quince")])
        .env("QUINCE_DATA_DIR", patient.folder())
        .env("QUINCE_ICLOUD_URL", &patient.icloud);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let ran = Ran {
        is_ok: output.status.success(),
        code: output.status.code(),
        words: String::from_utf8_lossy(&output.stdout).into_owned(),
    };
    is_wrong(&ran, "writes", "free space");
}

#[cfg(unix)]
#[tokio::test]
async fn what_other_users_can_open_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let patient = Patient::stopped().await;
    for (name, mode, right) in [
        (".", 0o755, "chmod 700"),
        ("secret.key", 0o644, "chmod 600"),
        ("quince.db", 0o660, "chmod 600"),
    ] {
        let path = patient.folder().join(name);
        let before = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let ran = patient.look(&[]).await;
        says(&ran, "warning", "folder", right);
        assert_eq!(ran.code, Some(0), "{}", ran.words);
        std::fs::set_permissions(&path, before).unwrap();
    }
    let file = patient.folder().join("secret.key");
    is_wrong(&patient.look_at(&file, &[]).await, "folder", "it is no folder");
}

#[tokio::test]
async fn a_mail_server_that_lets_nobody_in_is_told_with_the_step() {
    let patient = Patient::stopped().await;
    for (behaviour, words) in [
        (
            Behaviour {
                answers: vec![("AUTH", "535 5.7.8 no: hunter22")],
                ..Behaviour::default()
            },
            "Check user and password",
        ),
        (
            Behaviour {
                answers: vec![("greeting", "554 no")],
                ..Behaviour::default()
            },
            "Check host and port",
        ),
        (
            Behaviour {
                hangs_at: Some("EHLO"),
                ..Behaviour::default()
            },
            "took too long",
        ),
    ] {
        patient.mail.behave(behaviour);
        is_wrong(&patient.look(&[]).await, "mail", words);
    }
    let closed = [("QUINCE_SMTP_URL", "smtp://quince:hunter22@localhost:1")];
    is_wrong(&patient.look(&closed).await, "mail", "could not be reached");
    let other_machine = patient.mail.url("0.0.0.0");
    patient.mail.behave(Behaviour::default());
    is_wrong(
        &patient.look(&[("QUINCE_SMTP_URL", &other_machine)]).await,
        "mail",
        "STARTTLS",
    );
    let ran = patient.look(&[("QUINCE_MAIL_FROM", "nobody")]).await;
    assert_eq!(ran.code, Some(1), "{}", ran.words);
    assert!(ran.words.contains("QUINCE_MAIL_FROM"), "{}", ran.words);
    let ran = patient.look(&[("QUINCE_SMTP_URL", "")]).await;
    says(&ran, "warning", "mail", "Set QUINCE_SMTP_URL");
    assert_eq!(ran.code, Some(0), "{}", ran.words);
}

/// A server whose clock is so many seconds ahead, or that says nothing.
async fn icloud(ahead: Option<i64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(ahead) = ahead else {
                silent.push(stream);
                continue;
            };
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let date = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(ahead);
            let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
            let answer = format!(
                "HTTP/1.1 401 Unauthorized\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/")
}

#[tokio::test]
async fn an_icloud_that_is_out_of_reach_or_of_another_time_is_told() {
    let patient = Patient::stopped().await;
    for (ahead, state) in [
        (0, "ok"),
        (120, "warning"),
        (-120, "warning"),
        (900, "wrong"),
        (-86_400, "wrong"),
    ] {
        let url = icloud(Some(ahead)).await;
        let ran = patient.look(&[("QUINCE_ICLOUD_URL", &url)]).await;
        says(&ran, "ok", "icloud", "status 401");
        says(&ran, state, "clock", "that of 127.0.0.1");
        assert_eq!(ran.code, Some(i32::from(state == "wrong")), "{}", ran.words);
    }
    let silent = icloud(None).await;
    for url in [
        silent.as_str(),
        "http://127.0.0.1:1/",
        "https://icloud.invalid/",
        "https://10.0.0.1/",
    ] {
        is_wrong(
            &patient.look(&[("QUINCE_ICLOUD_URL", url)]).await,
            "icloud",
            "QUINCE_ICLOUD_URL",
        );
    }
}

#[tokio::test]
async fn a_clock_behind_what_was_written_is_told() {
    let patient = Patient::stopped().await;
    patient
        .sql("INSERT OR REPLACE INTO write_check (id, written_at) VALUES (1, 4102444800000)")
        .await;
    is_wrong(&patient.look(&[]).await, "clock", "behind what was written last");
}

#[tokio::test]
async fn addresses_that_lead_nowhere_and_proxies_that_are_not_listed_are_told() {
    let patient = Patient::stopped().await;
    let plain = [("QUINCE_BASE_URL", "http://book.invalid")];
    is_wrong(&patient.look(&plain).await, "base url", "without encryption");

    let ran = patient.look(&[("QUINCE_BASE_URL", "https://book.invalid")]).await;
    says(&ran, "warning", "base url", "does not lead to Quince");
    says(&ran, "warning", "proxies", "QUINCE_TRUSTED_PROXIES");
    assert_eq!(ran.code, Some(0), "{}", ran.words);
    let proxied = [
        ("QUINCE_BASE_URL", "https://book.invalid"),
        ("QUINCE_TRUSTED_PROXIES", "10.0.0.2"),
    ];
    says(&patient.look(&proxied).await, "ok", "proxies", "10.0.0.2");
    for strangers in ["0.0.0.0/0", "0.0.0.0/1,128.0.0.0/1"] {
        let listed = [("QUINCE_TRUSTED_PROXIES", strangers)];
        is_wrong(&patient.look(&listed).await, "proxies", "strangers");
    }

    let other = practice_icloud().await;
    let url = other.entry_url();
    let ran = patient.look(&[("QUINCE_BASE_URL", &url)]).await;
    says(&ran, "warning", "base url", "is not Quince");
    let address = url
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let ran = patient.look(&[("QUINCE_ADDR", &address)]).await;
    is_wrong(&ran, "listen", "QUINCE_ADDR");

    let ran = patient.look(&[("QUINCE_ADDR", "0.0.0.0:0")]).await;
    says(&ran, "warning", "base url", "QUINCE_BASE_URL is not set");
}

#[tokio::test]
async fn a_postgres_is_looked_at_too() {
    let patient = Patient::stopped().await;
    let mut postgres = PostgresServer::start().await;
    let url = postgres.url();
    let vars = [("QUINCE_DATABASE_URL", url.as_str())];
    let folder = tempfile::tempdir().unwrap();
    let ran = patient.look_at(folder.path(), &vars).await;
    says(&ran, "ok", "database", "Postgres at ");
    says(&ran, "warning", "schema", "nothing of Quince");
    assert_eq!(ran.code, Some(0), "{}", ran.words);

    let quince = Quince::serve(folder.path(), &vars);
    let ran = patient.look_at(folder.path(), &vars).await;
    for (part, words) in [
        ("database", "Postgres"),
        ("schema", "this Quince's"),
        ("writes", "takes"),
        ("key", "(0 stored"),
        ("clock", "that of the database"),
    ] {
        says(&ran, "ok", part, words);
    }
    assert_eq!(ran.code, Some(0), "{}", ran.words);
    quince.stop();

    let other_key = [vars[0], ("QUINCE_SECRET_KEY", KEY)];
    is_wrong(
        &patient.look_at(folder.path(), &other_key).await,
        "key",
        "not the one",
    );
    let elsewhere = tempfile::tempdir().unwrap();
    is_wrong(
        &patient.look_at(elsewhere.path(), &vars).await,
        "key",
        "no secret key",
    );

    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("ALTER DATABASE postgres SET default_transaction_read_only = on")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    is_wrong(
        &patient.look_at(folder.path(), &vars).await,
        "writes",
        "read-only",
    );

    postgres.stop();
    is_wrong(
        &patient.look_at(folder.path(), &vars).await,
        "database",
        "QUINCE_DATABASE_URL",
    );
    for url in [
        "postgres://quince:hunter22@127.0.0.1:1/quince",
        "postgres://quince:hunter22@database.invalid/quince",
        "postgres://quince:hunter22@127.0.0.1:port/quince",
    ] {
        let ran = patient
            .look_at(folder.path(), &[("QUINCE_DATABASE_URL", url)])
            .await;
        assert_eq!(ran.code, Some(1), "{}", ran.words);
        assert!(ran.words.contains("QUINCE_DATABASE_URL"), "{}", ran.words);
    }
    let silent = icloud(None)
        .await
        .replace("http://", "postgres://quince:hunter22@")
        + "quince";
    let ran = patient
        .look_at(folder.path(), &[("QUINCE_DATABASE_URL", &silent)])
        .await;
    is_wrong(&ran, "database", "did not answer");
}
