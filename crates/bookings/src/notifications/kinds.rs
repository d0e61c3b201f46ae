//! Which mails there are.

/// What a mail is about and whom it is for. Kept as its word in `messages.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    /// To the client: the link by which they confirm what they booked.
    ClientConfirm,
    /// To the client: booked.
    ClientBooked,
    /// To the client: moved to another time.
    ClientRescheduled,
    /// To the client: with another member.
    ClientHostChanged,
    /// To the client: called off.
    ClientCancelled,
    /// To the client: what they asked for was not confirmed.
    ClientDeclined,
    /// To the client: got a seat from the waiting list.
    ClientMovedUp,
    /// To the client: it takes place soon.
    ClientReminder,
    /// To somebody who waits for a seat.
    Waiting,
    /// To somebody who waited: there will be no seat, as the session is called off.
    WaitingOver,
    /// To the host: somebody booked.
    HostBooked,
    /// To the host: moved to another time.
    HostRescheduled,
    /// To the host: called off.
    HostCancelled,
    /// To the host: deleted.
    HostDeleted,
    /// To who was a host: it takes place without them.
    HostLeft,
    /// To the host: one of the others takes part in another one's place.
    HostOthersChanged,
    /// To the owner of a class: an admin called their session off.
    SessionCancelled,
    /// To a staff member: their calendar server can no longer be read.
    CalendarUnreadable,
    /// To a staff member: calendars of theirs fail while their server works.
    CalendarsFailing,
}

const WORDS: [(MessageKind, &str); 19] = [
    (MessageKind::ClientConfirm, "client-confirm"),
    (MessageKind::ClientBooked, "client-booked"),
    (MessageKind::ClientRescheduled, "client-rescheduled"),
    (MessageKind::ClientHostChanged, "client-host-changed"),
    (MessageKind::ClientCancelled, "client-cancelled"),
    (MessageKind::ClientDeclined, "client-declined"),
    (MessageKind::ClientMovedUp, "client-moved-up"),
    (MessageKind::ClientReminder, "client-reminder"),
    (MessageKind::Waiting, "waiting"),
    (MessageKind::WaitingOver, "waiting-over"),
    (MessageKind::HostBooked, "host-booked"),
    (MessageKind::HostRescheduled, "host-rescheduled"),
    (MessageKind::HostCancelled, "host-cancelled"),
    (MessageKind::HostDeleted, "host-deleted"),
    (MessageKind::HostLeft, "host-left"),
    (MessageKind::HostOthersChanged, "host-others-changed"),
    (MessageKind::SessionCancelled, "session-cancelled"),
    (MessageKind::CalendarUnreadable, "calendar-unreadable"),
    (MessageKind::CalendarsFailing, "calendars-failing"),
];

impl MessageKind {
    /// The word it is kept as.
    pub(crate) fn as_str(self) -> &'static str {
        WORDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    /// What it is about, in words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ClientConfirm => "To be confirmed by the client",
            Self::ClientBooked => "Booked",
            Self::ClientRescheduled | Self::HostRescheduled => "New time",
            Self::ClientHostChanged => "Somebody else takes part",
            Self::ClientCancelled | Self::HostCancelled => "Cancelled",
            Self::ClientDeclined => "Declined",
            Self::ClientMovedUp => "A seat from the waiting list",
            Self::ClientReminder => "Reminder",
            Self::Waiting => "On the waiting list",
            Self::WaitingOver | Self::SessionCancelled => "Session called off",
            Self::HostBooked => "New booking",
            Self::HostDeleted => "Deleted",
            Self::HostLeft => "No longer takes part",
            Self::HostOthersChanged => "One of the others is somebody else",
            Self::CalendarUnreadable | Self::CalendarsFailing => "A calendar cannot be read",
        }
    }

    /// Whether it goes to the appointment's host.
    pub(crate) fn is_for_host(self) -> bool {
        matches!(
            self,
            Self::HostBooked
                | Self::HostRescheduled
                | Self::HostCancelled
                | Self::HostDeleted
                | Self::HostLeft
                | Self::HostOthersChanged
        )
    }

    /// Whether it tells of a change, after which soon another one may come.
    pub(crate) fn is_change(self) -> bool {
        matches!(
            self,
            Self::ClientRescheduled
                | Self::ClientHostChanged
                | Self::HostRescheduled
                | Self::HostLeft
                | Self::HostOthersChanged
        )
    }

    /// Whether it tells of what was, when it was asked for, rather than of what is.
    pub(crate) fn is_about_the_past(self) -> bool {
        matches!(self, Self::HostCancelled | Self::HostLeft)
    }

    /// The kind of a kept word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(kind, _)| *kind)
    }
}
