//! What follows from a new appointment: events in calendars, and mails.

use jiff::Timestamp;
use scheduling::StaffId;
use store::appointments::Appointment;
use store::staff::Staff;
use store::{MessageKind, StoreError, WriteTx};

use super::candidates::Candidate;
use crate::{notifications, outbox};

/// Has the event written to the hosts' calendars, and mails sent to the client and to the hosts, but not to who booked it.
pub(crate) async fn booked(
    tx: &mut WriteTx,
    appointment: &Appointment,
    candidate: &Candidate,
    (hosts, by): (&[Staff], Option<StaffId>),
    to_client: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    outbox::create_events(tx, appointment, &candidate.parts, now).await?;
    notifications::booked(tx, appointment, &candidate.parts, (hosts, by), to_client, now).await
}
