//! The server that the tests of a run share, each in a process of its own. The first starts it, and a shell stops it once no test
//! has used it for some seconds.
//!
//! Who uses it holds the lock of the file `users` together with the others; who starts or stops it holds that of `starting`, or
//! that of `users` alone. A process that is killed gives its locks back.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::server::{comes_up, place, put_cluster, serve, socket, url};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Looks every two seconds whether nobody uses the server any more, and ends it then.
const WATCH: &str = r#"
while sleep 2; do
  flock --exclusive --nonblock "$USERS" sh -c '
    kill -INT "$SERVER" 2>/dev/null
    while [ -e "$FOLDER/.s.PGSQL.5432" ] && kill -0 "$SERVER" 2>/dev/null; do sleep 0.1; done
    rm -rf "$FOLDER"' && exit
done"#;

/// The shared server, which runs as long as this is held.
#[derive(Debug)]
pub struct Shared {
    folder: PathBuf,
    _user: File,
}

impl Shared {
    pub async fn reach() -> Self {
        let place = place("postgres-shared");
        let users = place.join("users");
        let user = File::create(&users).unwrap();
        user.lock_shared().unwrap();
        let starting = File::create(place.join("starting")).unwrap();
        starting.lock().unwrap();
        let known = place.join("folder");
        let running = std::fs::read_to_string(&known)
            .ok()
            .map(PathBuf::from)
            .filter(|folder| UnixStream::connect(socket(folder)).is_ok());
        let folder = match running {
            Some(folder) => folder,
            None => start(&users, &known).await,
        };
        Self { folder, _user: user }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    pub fn url(&self, name: &str) -> String {
        url(&self.folder, name)
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url("postgres")).await.unwrap()
    }

    /// Makes a database as another one is. Answers its name.
    pub async fn make_from(&self, template: &str) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let mut connection = self.connect().await;
        // Of a process that had this number before and was killed.
        run(
            &mut connection,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        // Its files are copied as they are, which is quicker than a log of every page. Before Postgres 15 there is no other way.
        let strategy = match connection.server_version_num() {
            Some(150_000..) => "STRATEGY FILE_COPY",
            _ => "",
        };
        run(
            &mut connection,
            format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}"),
        )
        .await;
        connection.close().await.unwrap();
        name
    }

    /// The database with Quince's tables that others are copied from, by the migrations that these tests were built with.
    pub async fn migrated(&self) -> String {
        let name = MIGRATIONS
            .iter()
            .fold(String::from("migrated"), |name, migration| {
                let checksum = &migration.checksum;
                format!("{name}_{:02x}{:02x}", checksum[0], checksum[1])
            });
        // Postgres cuts longer names off.
        let name = match name.len() {
            ..63 => name,
            length => format!("migrated_{}_{}", MIGRATIONS.iter().count(), &name[length - 40..]),
        };
        let making = File::create(place("postgres-shared").join("making")).unwrap();
        making.lock().unwrap();
        let mut connection = self.connect().await;
        let is_there: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
                .bind(&name)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        if !is_there {
            // Renamed at the end, so that one whose making broke off is not taken for a whole one.
            for statement in ["DROP DATABASE IF EXISTS unfinished", "CREATE DATABASE unfinished"] {
                run(&mut connection, statement.to_owned()).await;
            }
            let mut unfinished = PgConnection::connect(&self.url("unfinished")).await.unwrap();
            MIGRATIONS.run(&mut unfinished).await.unwrap();
            unfinished.close().await.unwrap();
            run(
                &mut connection,
                format!("ALTER DATABASE unfinished RENAME TO {name}"),
            )
            .await;
        }
        connection.close().await.unwrap();
        name
    }

    /// Drops a database, whoever still uses it. From within whatever runtime a test has, so in a thread of its own.
    pub fn remove(&self, name: &str) {
        let url = self.url("postgres");
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                run(&mut connection, drop).await;
            });
        })
        .join();
    }
}

async fn run(connection: &mut PgConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .unwrap();
}

/// Starts the server, and the shell that ends it, neither of which ends with this test.
#[expect(clippy::zombie_processes, reason = "both outlive this process")]
async fn start(users: &Path, known: &Path) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("quince-postgres-")
        .tempdir()
        .unwrap()
        .keep();
    let user = put_cluster(&folder);
    // What tests leave behind need not survive a power cut, and nobody waits for its statistics.
    let settings = [
        "-F",
        "-c",
        "shared_buffers=64MB",
        "-c",
        "max_connections=600",
        "-c",
        "autovacuum=off",
        "-c",
        "full_page_writes=off",
        "-c",
        "max_wal_size=128MB",
    ];
    let mut server = serve(&folder, user, &settings.map(str::to_owned))
        .process_group(0)
        .spawn()
        .unwrap();
    comes_up(&folder, &mut server).await;
    // The socket is there a moment before anybody is let in.
    while let Err(error) = PgConnection::connect(&url(&folder, "postgres")).await {
        assert!(
            server.try_wait().unwrap().is_none(),
            "Postgres did not start: {error}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Command::new("sh")
        .args(["-c", WATCH])
        .env("USERS", users)
        .env("FOLDER", &folder)
        .env("SERVER", server.id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    std::fs::write(known, folder.to_str().unwrap()).unwrap();
    folder
}
