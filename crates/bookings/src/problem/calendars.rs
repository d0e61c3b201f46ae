//! Problems with the settings of a booking calendar, beside those of its rules and questions.

/// What is wrong with a booking calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// The last part of its address has other characters, or is too long.
    #[error(
        "The address may hold small letters, digits and single dashes, at most {max}, such as intro-call."
    )]
    Slug {
        /// Maximum number of characters.
        max: usize,
    },
    /// Another booking calendar has the address.
    #[error("Another booking calendar has this address. Choose another one.")]
    SlugTaken,
    /// The colour is not `#rrggbb`.
    #[error("Choose a colour such as #0f766e.")]
    Color,
    /// It has no members.
    #[error("Choose at least one member of the team.")]
    NoMembers,
    /// A Personal calendar does not have one member.
    #[error("A Personal calendar has exactly one member. For more, choose Round Robin.")]
    PersonalMembers,
    /// A Collective calendar has too few or too many members.
    #[error(
        "A Collective calendar has {min} to {max} members, who all take part. For one member, choose Personal."
    )]
    CollectiveMembers {
        /// Minimum number of members.
        min: usize,
        /// Maximum number of members.
        max: usize,
    },
    /// A Class Booking calendar does not have one member.
    #[error("A Class Booking calendar has exactly one member, who owns its sessions.")]
    ClassMembers,
    /// A Service calendar has no members.
    #[error("Choose everybody who does one of the services.")]
    ServiceMembers,
    /// A member is listed twice.
    #[error("The same person is in the list twice. Remove one of both.")]
    MemberTwice,
    /// A member's weight is out of range.
    #[error("A member's weight is a number from 1 to 1,000.")]
    MemberWeight,
    /// A member is not in the team.
    #[error("Somebody in the list is not in the team any more. Reload the page.")]
    MemberNotInTeam,
    /// A Simple calendar has no hours.
    #[error(
        "A Simple calendar has no member whose hours could count. Give it hours of its own, with at least one time."
    )]
    SimpleWithoutHours,
    /// Its own hours are empty.
    #[error(
        "The hours of its own are empty, so nothing could be booked. Enter at least one time, or untick the box."
    )]
    HoursEmpty,
    /// A class with coming sessions cannot be given to another host.
    #[error(
        "{} to come with {host}. Move those who take part to other times, or call the sessions off, and then choose somebody \
         else. Or make a new booking calendar.",
        sessions_are(*sessions)
    )]
    SessionsToCome {
        /// The number of coming sessions.
        sessions: usize,
        /// The name of their host.
        host: String,
    },
}

impl CalendarProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Slug { .. } => "slug_invalid",
            Self::SlugTaken => "slug_taken",
            Self::Color => "color_invalid",
            Self::NoMembers => "no_members",
            Self::PersonalMembers => "personal_members",
            Self::CollectiveMembers { .. } => "collective_members",
            Self::ClassMembers => "class_members",
            Self::ServiceMembers => "service_members",
            Self::MemberTwice => "member_twice",
            Self::MemberWeight => "member_weight_out_of_range",
            Self::MemberNotInTeam => "member_not_in_team",
            Self::SimpleWithoutHours => "simple_without_hours",
            Self::HoursEmpty => "hours_empty",
            Self::SessionsToCome { .. } => "sessions_to_come",
        }
    }
}

fn sessions_are(sessions: usize) -> String {
    match sessions {
        1 => "1 session is".to_owned(),
        more => format!("{more} sessions are"),
    }
}
