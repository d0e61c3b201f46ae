//! Backups that are made while everything else goes on, and what they are worth when they are put back.

use std::path::Path;
use std::process::Command;

use bookings::appointments::Booked;
use bookings::{Quince, appointments, jobs};
use store::{SqliteFile, Store, backup};
use testdb::Postgres;

use super::Soak;

impl Soak {
    /// A backup is made under load, looked through and put back elsewhere: it holds all that was acknowledged before it began.
    pub(super) async fn back_up(&mut self) {
        self.counts.backups += 1;
        let folder = tempfile::tempdir().unwrap();
        let before = self.booked.clone();
        let acknowledged = self.counts.bookings;
        let source = self.world.database.url().to_owned();
        let copy = folder.path().join("copy");
        let making = tokio::spawn({
            let copy = copy.clone();
            async move { make(&source, &copy).await }
        });
        for round in 0.. {
            if round >= 3 && making.is_finished() {
                break;
            }
            self.client().await;
            if self.dice.below(6) == 0 {
                self.kill().await;
            } else {
                jobs::run_due(&self.quince).await.unwrap();
            }
        }
        making.await.unwrap();
        let found = self.restore(&copy, &before).await;
        assert!(found >= acknowledged, "{found} appointments of {acknowledged}");
    }

    /// Puts a copy back where there was nothing, and finds these in it. Answers how many appointments it holds.
    async fn restore(&self, copy: &Path, booked: &[Booked]) -> u64 {
        let database = &self.world.database;
        let place = tempfile::tempdir().unwrap();
        let (url, _postgres) = if SqliteFile::of(database.url()).unwrap().is_some() {
            let found = backup::check(copy, database.key()).await.unwrap();
            assert_eq!(found.lost_passwords, 0);
            let file = place.path().join("quince.db");
            std::fs::copy(copy, &file).unwrap();
            (format!("sqlite://{}", file.display()), None)
        } else {
            let empty = Postgres::empty().await;
            let url = empty.url();
            let mut restore = Command::new("pg_restore");
            restore.args(["--single-transaction", "--dbname", &url]).arg(copy);
            run(restore).await;
            (url, Some(empty))
        };
        let store = Store::open(&url, database.key().clone()).await.unwrap();
        let settings = self.world.quince.settings().clone();
        let restored = Quince::new(settings, store, self.world.clock.clone()).unwrap();
        for booked in booked {
            let view = appointments::get(&restored, self.world.owner, booked.id).await;
            assert!(view.is_ok(), "{booked:?} is not in the backup: {view:?}");
        }
        let found = crate::database::count(&url, "appointments").await;
        restored.store().close().await;
        found
    }
}

/// As `quince backup` does it, and as it says that a Postgres is to be dumped.
async fn make(source: &str, copy: &Path) {
    if let Some(file) = SqliteFile::of(source).unwrap() {
        backup::copy(&file, copy).await.unwrap();
        return;
    }
    let mut dump = Command::new("pg_dump");
    dump.args(["--format=custom", "--dbname", source, "--file"])
        .arg(copy);
    run(dump).await;
}

async fn run(mut command: Command) {
    let done = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
