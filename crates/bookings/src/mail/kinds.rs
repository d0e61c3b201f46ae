//! Which mails there are.

/// What a mail is about and whom it is for. Kept as its word in `messages.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    /// To the client: booked.
    ClientBooked,
    /// To the client: moved to another time.
    ClientRescheduled,
    /// To the client: with another member.
    ClientHostChanged,
    /// To the client: called off.
    ClientCancelled,
    /// To the client: got a seat from the waiting list.
    ClientMovedUp,
    /// To somebody who waits for a seat.
    Waiting,
    /// To somebody who waited: there will be no seat, as the session is called off.
    WaitingOver,
    /// To the host: somebody booked.
    HostBooked,
    /// To the host: moved to another time.
    HostRescheduled,
    /// To the host: called off, or now another member's.
    HostCancelled,
    /// To a staff member: their calendar server can no longer be read.
    CalendarUnreadable,
}

const WORDS: [(MessageKind, &str); 11] = [
    (MessageKind::ClientBooked, "client-booked"),
    (MessageKind::ClientRescheduled, "client-rescheduled"),
    (MessageKind::ClientHostChanged, "client-host-changed"),
    (MessageKind::ClientCancelled, "client-cancelled"),
    (MessageKind::ClientMovedUp, "client-moved-up"),
    (MessageKind::Waiting, "waiting"),
    (MessageKind::WaitingOver, "waiting-over"),
    (MessageKind::HostBooked, "host-booked"),
    (MessageKind::HostRescheduled, "host-rescheduled"),
    (MessageKind::HostCancelled, "host-cancelled"),
    (MessageKind::CalendarUnreadable, "calendar-unreadable"),
];

impl MessageKind {
    /// The word it is kept as.
    pub(crate) fn as_str(self) -> &'static str {
        WORDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    /// Whether it goes to the appointment's host.
    pub(crate) fn is_for_host(self) -> bool {
        matches!(
            self,
            Self::HostBooked | Self::HostRescheduled | Self::HostCancelled
        )
    }

    /// The kind of a kept word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(kind, _)| *kind)
    }
}
