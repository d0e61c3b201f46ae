//! A booking that was answered survives a power cut and reaches iCloud once.

use sandbox::{Options, Sandbox};

use crate::studio::{book, events, free, set_up};
use crate::support::{Quince, eventually};

#[tokio::test]
async fn a_booking_committed_before_a_power_cut_is_pushed_once_after_the_restart() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
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
