//! What follows from a new appointment: event writes and mails.

use jiff::Timestamp;
use scheduling::StaffId;
use store::appointments::Appointment;
use store::staff::Staff;
use store::{MessageKind, StoreError, WriteTx};

use super::candidate::Candidate;
use crate::{notifications, outbox};

/// Enqueues the writes of the hosts' events, and the mails to the client and to the hosts except whoever booked.
pub(crate) async fn enqueue_booked(
    tx: &mut WriteTx,
    appointment: &Appointment,
    candidate: &Candidate,
    (hosts, by): (&[Staff], Option<StaffId>),
    to_client: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    outbox::create_events(tx, appointment, &candidate.parts, now).await?;
    notifications::enqueue_booked(tx, appointment, &candidate.parts, (hosts, by), to_client, now).await
}
