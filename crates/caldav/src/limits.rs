//! The bounds of every request.

use std::time::Duration;

/// Upper bounds for every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time to make a connection.
    pub connect: Duration,
    /// Time without a single byte arriving.
    pub idle: Duration,
    /// Time for one request in all, with its answer.
    pub total: Duration,
    /// Bytes of one answer that is held as a whole, after decompression and without attachments.
    pub body_bytes: u64,
    /// Bytes of the paths and versions of one listing, which is held as a whole.
    pub listing_bytes: u64,
    /// Bytes of one event's text, without attachments. A longer one is reported as too large.
    pub resource_bytes: u64,
    /// Bytes of one answer after decompression, with everything that is not kept.
    pub answer_bytes: u64,
    /// Time for one answer whose events are handed on while it arrives.
    pub stream: Duration,
    /// Time for one answer about a part of the events of which an answer did not come to its end.
    pub hasty: Duration,
    /// Resources asked for in one multiget.
    pub batch: usize,
}

impl Default for Limits {
    /// 10 s to connect, 30 s idle, 2 min in all; 16 MiB an answer held whole, 32 MiB a listing (more than 100,000 events),
    /// 4 MiB an event; 512 MiB and 10 min an answer that is not held (Apple allows 20 MB an event with its attachments);
    /// 10 s where an answer did not come to its end before; 50 a batch.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(2),
            body_bytes: 16 * 1024 * 1024,
            listing_bytes: 32 * 1024 * 1024,
            resource_bytes: 4 * 1024 * 1024,
            answer_bytes: 512 * 1024 * 1024,
            stream: Duration::from_mins(10),
            hasty: Duration::from_secs(10),
            batch: 50,
        }
    }
}
