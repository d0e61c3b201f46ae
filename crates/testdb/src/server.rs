//! A server of a test's own: its own cluster in a temporary folder, reached by a socket.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A running Postgres; it ends when this is dropped.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempDir,
    server: Child,
    user: Option<Owner>,
    settings: Vec<String>,
}

impl PostgresServer {
    /// Starts one with an empty database.
    ///
    /// # Panics
    /// When Postgres is not installed or does not start.
    pub async fn start() -> Self {
        // What a test leaves behind need not survive a power cut.
        Self::with(&["-F", "-c", "shared_buffers=16MB"]).await
    }

    /// Starts one that keeps what it has confirmed, as one in earnest does: for benchmarks.
    ///
    /// # Panics
    /// When Postgres is not installed or does not start.
    pub async fn durable() -> Self {
        Self::with(&["-c", "shared_buffers=128MB", "-c", "max_wal_size=1GB"]).await
    }

    async fn with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let user = put_cluster(folder.path());
        let settings: Vec<String> = settings.iter().map(|&word| word.to_owned()).collect();
        let mut server = serve(folder.path(), user, &settings).spawn().unwrap();
        comes_up(folder.path(), &mut server).await;
        Self {
            folder,
            server,
            user,
            settings,
        }
    }

    /// Ends it as an operator does who is in a hurry: connections are cut, and everything is kept.
    ///
    /// # Panics
    /// When it cannot be told.
    pub fn stop(&mut self) {
        let told = Command::new("kill")
            .args(["-INT", &self.server.id().to_string()])
            .status();
        assert!(told.unwrap().success());
        self.server.wait().unwrap();
    }

    /// Starts it once more, where it was.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(&mut self) {
        self.server = serve(self.folder.path(), self.user, &self.settings)
            .spawn()
            .unwrap();
        comes_up(self.folder.path(), &mut self.server).await;
    }

    /// Its address.
    pub fn url(&self) -> String {
        url(self.folder.path(), "postgres")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // At once, but with its shared memory given back.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        let _ = self.server.wait();
    }
}

/// The address of a database of the server in a folder.
pub fn url(folder: &Path, name: &str) -> String {
    format!("postgres://quince@localhost/{name}?host={}", folder.display())
}

/// The socket by which the server in a folder is reached.
pub fn socket(folder: &Path) -> PathBuf {
    folder.join(".s.PGSQL.5432")
}

/// The socket appears when the server takes connections.
pub async fn comes_up(folder: &Path, server: &mut Child) {
    while !socket(folder).exists() {
        assert!(
            server.try_wait().unwrap().is_none(),
            "Postgres did not start: {}",
            std::fs::read_to_string(folder.join("log")).unwrap_or_default()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Puts a cluster without anything in it into a folder, which becomes that of the answered user.
pub fn put_cluster(folder: &Path) -> Option<Owner> {
    let user = Owner::of(folder);
    let copied = Command::new("cp")
        .arg("-a")
        .arg(template())
        .arg(folder.join("data"))
        .status()
        .unwrap();
    assert!(copied.success(), "the cluster could not be copied");
    user
}

/// A cluster without anything in it, made once: copying it takes a tenth of the time. Several tests may come at the same
/// moment, each in a process of its own.
fn template() -> PathBuf {
    let folder = place("postgres-small");
    let guard = std::fs::File::create(folder.join("lock")).unwrap();
    guard.lock().unwrap();
    let data = folder.join("data");
    if !data.exists() {
        // A temporary folder is one that the server's user can reach whatever the project's folder allows.
        let elsewhere = tempfile::tempdir().unwrap();
        let user = Owner::of(elsewhere.path());
        let made = command("initdb", user)
            .args([
                "--no-sync",
                // A log of one megabyte instead of sixteen: every test copies it.
                "--wal-segsize=1",
                "--auth=trust",
                "--username=quince",
                "--encoding=UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(elsewhere.path().join("data"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        // Renamed at the end, so that a copy that broke off is not taken for a whole one.
        let unfinished = folder.join("unfinished");
        let _ = std::fs::remove_dir_all(&unfinished);
        let copied = Command::new("cp")
            .arg("-a")
            .arg(elsewhere.path().join("data"))
            .arg(&unfinished)
            .status()
            .unwrap();
        assert!(copied.success(), "the cluster could not be kept");
        std::fs::rename(unfinished, &data).unwrap();
    }
    data
}

/// The command that serves the cluster in a folder.
pub fn serve(folder: &Path, user: Option<Owner>, settings: &[String]) -> Command {
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut command = command("postgres", user);
    command
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-h", "", "-c", "max_connections=120"])
        .args(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    command
}

/// A folder below `target/` that all tests share.
pub fn place(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/tmp")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The user whom a server runs as, when not as this one.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// Who runs the server and owns the folder: this user or, for root, `postgres`.
    fn of(folder: &Path) -> Option<Self> {
        if std::fs::metadata(folder).unwrap().uid() != 0 {
            return None;
        }
        let number = |what: &str| -> u32 {
            let answer = Command::new("id").args([what, "postgres"]).output().unwrap();
            String::from_utf8(answer.stdout)
                .unwrap()
                .trim()
                .parse()
                .unwrap_or_else(|_| panic!("there is no user called postgres"))
        };
        let owner = Self {
            uid: number("-u"),
            gid: number("-g"),
        };
        std::os::unix::fs::chown(folder, Some(owner.uid), Some(owner.gid)).unwrap();
        Some(owner)
    }
}

fn command(program: &str, owner: Option<Owner>) -> Command {
    let mut command = Command::new(find(program));
    command.current_dir("/").env_remove("PGDATA");
    if let Some(owner) = owner {
        command.uid(owner.uid).gid(owner.gid);
    }
    command
}

/// What is in the database at an address, as SQL.
pub fn dump(url: &str) -> String {
    let output = Command::new(find("pg_dump"))
        .args(["--column-inserts", "--no-owner", "--no-privileges", url])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "pg_dump: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The program on the path, or where Debian keeps it; the newest of several.
fn find(program: &str) -> PathBuf {
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .map(|version| version.unwrap().path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    debian.sort();
    on_path
        .chain(debian.into_iter().rev())
        .map(|folder| folder.join(program))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{program} is not installed: scripts/setup test installs it"))
}
