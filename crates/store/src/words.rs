//! Enums that are stored as text.

use scheduling::text_enum;

text_enum! {
    /// What a staff member may do.
    Role {
        /// Full access; there is exactly one owner.
        Owner = "owner",
        /// Full access, except to the owner's account.
        Admin = "admin",
        /// Access to their own calendar and appointments.
        Staff = "staff",
    }
}
text_enum! {
    /// What happens while a calendar cannot be read (scheduling.md).
    WhenStale {
        /// The last known events block.
        UseLastKnown = "use-last-known",
        /// The host is not offered.
        StopOffering = "stop-offering",
        /// The calendar's events do not block.
        IgnoreCalendar = "ignore-calendar",
    }
}
text_enum! {
    /// How later edits of external events are treated (product.md, D6).
    ImportPolicy {
        /// Moved and deleted events move and disappear here, too.
        KeepUp = "keep-up",
        /// They stay as they were first imported.
        AsFirstImported = "as-first-imported",
    }
}
text_enum! {
    /// The kind of a calendar server.
    Server {
        /// iCloud.
        Icloud = "icloud",
        /// Any other CalDAV server.
        Caldav = "caldav",
    }
}
text_enum! {
    /// State of a connection.
    ConnectionState {
        /// Syncs succeed.
        Connected = "connected",
        /// The login is refused; the person has to act.
        NeedsAttention = "needs-attention",
        /// It could not be read for a while.
        Stale = "stale",
        /// The person disconnected it.
        Disconnected = "disconnected",
    }
}
text_enum! {
    /// State of an appointment's event in the host's calendar.
    WriteState {
        /// To be written.
        Waiting = "waiting",
        /// Written and unchanged.
        Written = "written",
        /// Given up; the problem says why.
        Failed = "failed",
        /// Changed or deleted there by somebody (D4).
        ChangedInIcloud = "changed-in-icloud",
        /// Removed by Quince.
        Removed = "removed",
        /// The host has no primary calendar.
        NoCalendar = "no-calendar",
    }
}
text_enum! {
    /// The operation of a calendar write.
    WriteAction {
        /// Creates or updates the event.
        Put = "put",
        /// Deletes the event.
        Delete = "delete",
    }
}
text_enum! {
    /// State of a mail.
    MessageState {
        /// To be sent.
        Waiting = "waiting",
        /// Sent.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
    }
}
text_enum! {
    /// What a mail is about and whom it is for.
    MessageKind {
        /// To the client: the link by which they confirm what they booked.
        ClientConfirm = "client-confirm",
        /// To the client: booked.
        ClientBooked = "client-booked",
        /// To the client: moved to another time.
        ClientRescheduled = "client-rescheduled",
        /// To the client: with another member.
        ClientHostChanged = "client-host-changed",
        /// To the client: cancelled.
        ClientCancelled = "client-cancelled",
        /// To the client: what they asked for was not confirmed.
        ClientDeclined = "client-declined",
        /// To the client: got a seat from the waiting list.
        ClientPromoted = "client-moved-up",
        /// To the client: it takes place soon.
        ClientReminder = "client-reminder",
        /// To somebody who waits for a seat.
        Waiting = "waiting",
        /// To somebody who waited: there will be no seat, as the session is cancelled.
        WaitingOver = "waiting-over",
        /// To the host: somebody booked.
        HostBooked = "host-booked",
        /// To the host: moved to another time.
        HostRescheduled = "host-rescheduled",
        /// To the host: cancelled.
        HostCancelled = "host-cancelled",
        /// To the host: deleted.
        HostDeleted = "host-deleted",
        /// To who was a host: it takes place without them.
        HostLeft = "host-left",
        /// To the host: one of the others takes part in another one's place.
        HostOthersChanged = "host-others-changed",
        /// To the owner of a class: an admin cancelled their session.
        SessionCancelled = "session-cancelled",
        /// To a staff member: their calendar server can no longer be read.
        CalendarUnreadable = "calendar-unreadable",
        /// To a staff member: calendars of theirs fail while their server works.
        CalendarsFailing = "calendars-failing",
    }
}

impl MessageKind {
    /// Whether it goes to the appointment's host.
    pub fn is_for_host(self) -> bool {
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
    pub fn is_change(self) -> bool {
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
    pub fn is_about_the_past(self) -> bool {
        matches!(self, Self::HostCancelled | Self::HostLeft)
    }
}
text_enum! {
    /// Status of an appointment.
    AppointmentStatus {
        /// Waits to be confirmed; blocks its time.
        New = "new",
        /// Takes place.
        Confirmed = "confirmed",
        /// Cancelled; blocks nothing.
        Cancelled = "cancelled",
        /// The client came.
        Showed = "showed",
        /// The client did not come.
        NoShow = "no-show",
        /// A mistake or spam; blocks nothing.
        Invalid = "invalid",
    }
}

impl AppointmentStatus {
    /// Whether an appointment with this status occupies its host's time.
    pub fn is_active(self) -> bool {
        matches!(self, Self::New | Self::Confirmed | Self::Showed)
    }
}
text_enum! {
    /// Kinds of things whose changes are recorded.
    ChangeSubject {
        /// A booking calendar, with its members and questions.
        BookingCalendar = "booking-calendar",
        /// The menu of a Service calendar.
        Menu = "menu",
        /// The workspace, with its holidays. There is one.
        Workspace = "workspace",
        /// All rooms and equipment. There is one list.
        Resources = "resources",
        /// A staff member's profile: name, zone, hours.
        Profile = "profile",
        /// An appointment.
        Appointment = "appointment",
        /// Time that was blocked off.
        BlockedTime = "blocked-time",
    }
}
text_enum! {
    /// The kinds of change.
    ChangeAction {
        /// Saved.
        Saved = "saved",
        /// Deleted.
        Deleted = "deleted",
    }
}
text_enum! {
    /// Kinds of owners of time.
    OwnerKind {
        /// A staff member.
        Staff = "staff",
        /// A booking calendar without hosts.
        Calendar = "calendar",
        /// A room or a piece of equipment.
        Unit = "unit",
    }
}
text_enum! {
    /// A kind of party.
    PartyKind {
        /// The client.
        Client = "client",
        /// A staff member.
        Staff = "staff",
    }
}
text_enum! {
    /// What the key of a kind of links is for.
    LinkPurpose {
        /// The page of an appointment.
        Manage = "manage",
        /// What shows that a link was sent by mail.
        Mailed = "mailed",
        /// The page of a place on a waiting list.
        Waiting = "waiting",
    }
}
text_enum! {
    /// Whether an instance of an external event takes time, and why.
    BusyStatus {
        /// It does.
        Busy = "busy",
        /// It does, although it is not decided yet.
        Tentative = "tentative",
        /// It does if all-day events of its calendar do.
        AllDay = "all-day",
        /// It does, as a part of it could not be understood.
        NotUnderstood = "not-understood",
        /// It does not: it is shown as free.
        Transparent = "transparent",
        /// It does not: it was cancelled.
        Cancelled = "cancelled",
        /// It does not: the invitation was declined.
        Declined = "declined",
    }
}
