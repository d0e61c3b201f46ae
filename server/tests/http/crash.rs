//! A booking that was answered survives a power cut and reaches iCloud once.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::studio::{book, events, free, set_up};
use crate::support::{Quince, eventually, practice_icloud};

#[tokio::test]
async fn a_booking_committed_before_a_power_cut_is_pushed_once_after_the_restart() {
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let icloud = sandbox.entry_url();
    let vars = [("QUINCE_ICLOUD_URL", icloud.as_str())];
    let quince = Quince::serve(folder.path(), &vars);
    set_up(&quince, &sandbox).await;
    let start = free(&quince).await.remove(0);

    sandbox.control().set_down(true);
    let booked = book(&quince, &start).await;
    quince.kill();
    assert!(events(&sandbox).is_empty());
    sandbox.control().set_down(false);
    end_leases(folder.path()).await;

    let quince = Quince::serve(folder.path(), &vars);
    eventually("the event is in iCloud", async || !events(&sandbox).is_empty()).await;
    let written = events(&sandbox);
    assert_eq!(written.len(), 1);
    assert!(
        written[0].ics.contains("Grace") && !written[0].ics.contains("ATTENDEE"),
        "{}",
        written[0].ics
    );
    let again = book(&quince, &start).await;
    assert_eq!(again["id"], booked["id"], "the key still answers as at first");

    // Nothing is written twice by a further restart either.
    quince.kill();
    let _quince = Quince::serve(folder.path(), &vars);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(events(&sandbox).len(), 1);
}

/// As if the lease had ended of a write that the killed process had in hand, which it has or has not by chance: nobody waits for
/// two minutes in a test.
async fn end_leases(folder: &Path) {
    let url = format!("sqlite://{}", folder.join("quince.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let ended = sqlx::query("UPDATE event_writes SET lease_until = 0 WHERE lease_until IS NOT NULL");
    ended.execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}
