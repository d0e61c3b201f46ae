//! Enums that are stored as text.

/// The text is no variant of the enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a word known here")]
pub struct UnknownWord(pub String);

macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The stored text, also used in the API.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(UnknownWord(other.chars().take(40).collect())),
                }
            }
        }
    };
}

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
    ChangeDeed {
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
