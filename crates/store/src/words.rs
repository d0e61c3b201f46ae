//! Enums that are stored as words.

/// A word that is none of those an enum knows.
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
            /// The word that is stored, and that programs see.
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
        /// Set up the workspace; there is one.
        Owner = "owner",
        /// Everything but removing the owner.
        Admin = "admin",
        /// Their own calendar and appointments.
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
    /// What later edits of external events do (product.md, D6).
    ImportPolicy {
        /// Moved and deleted events move and disappear here, too.
        KeepUp = "keep-up",
        /// They stay as they were first seen.
        AsFirstImported = "as-first-imported",
    }
}
text_enum! {
    /// The kind of a calendar server.
    Server {
        /// Apple's.
        Icloud = "icloud",
        /// Any other that speaks CalDAV.
        Caldav = "caldav",
    }
}
text_enum! {
    /// How a connection stands.
    ConnectionState {
        /// All is well.
        Connected = "connected",
        /// The login is refused; the person must act.
        NeedsAttention = "needs-attention",
        /// It could not be read for a while.
        Stale = "stale",
        /// Ended by the person.
        Disconnected = "disconnected",
    }
}
text_enum! {
    /// How the event of an appointment stands in its host's calendar.
    WriteState {
        /// Not written yet, or again.
        Waiting = "waiting",
        /// As Quince has it.
        Written = "written",
        /// Given up, with a reason.
        Failed = "failed",
        /// A person changed or deleted it there (D4).
        ChangedInIcloud = "changed-in-icloud",
        /// Removed by Quince.
        Removed = "removed",
        /// The host has no primary calendar.
        NoCalendar = "no-calendar",
    }
}
text_enum! {
    /// What a calendar write does.
    WriteAction {
        /// Makes or changes the event.
        Put = "put",
        /// Removes it.
        Delete = "delete",
    }
}
text_enum! {
    /// How a mail stands.
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
    /// How an appointment stands.
    AppointmentStatus {
        /// Waits for confirmation; blocks its time.
        New = "new",
        /// Agreed.
        Confirmed = "confirmed",
        /// Called off; blocks nothing.
        Cancelled = "cancelled",
        /// The client came.
        Showed = "showed",
        /// The client did not come.
        NoShow = "no-show",
        /// Should not have been booked.
        Invalid = "invalid",
    }
}

impl AppointmentStatus {
    /// Whether an appointment of this status takes its host's time.
    pub fn is_active(self) -> bool {
        matches!(self, Self::New | Self::Confirmed | Self::Showed)
    }
}
text_enum! {
    /// A kind of thing whose changes are recorded.
    ChangeSubject {
        /// A booking calendar, with its members and questions.
        BookingCalendar = "booking-calendar",
        /// A Service calendar's menu.
        Menu = "menu",
        /// The workspace, with its holidays. There is one.
        Workspace = "workspace",
        /// The rooms and other resources. There is one list.
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
    /// What was done with a thing whose changes are recorded.
    ChangeDeed {
        /// It was saved anew.
        Saved = "saved",
        /// It was deleted.
        Deleted = "deleted",
    }
}
text_enum! {
    /// A kind of owner of time.
    OwnerKind {
        /// A staff member.
        Staff = "staff",
        /// A booking calendar without hosts.
        Calendar = "calendar",
        /// A room or a piece of equipment.
        Unit = "unit",
    }
}
