//! Problems with texts: their length, their characters, and addresses.

use std::fmt;

/// A text of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextName {
    /// The name of whoever fills the form in.
    YourName,
    /// The name of a client's guest.
    GuestName,
    /// The client's telephone number.
    Phone,
    /// The client's notes.
    Notes,
    /// The key under which a request is sent again.
    IdempotencyKey,
    /// The reason of a cancellation.
    Reason,
    /// The title of blocked-off time.
    Title,
    /// The name of the workspace.
    BusinessName,
    /// The name of a holiday.
    HolidayName,
    /// The name of a sort of rooms or equipment.
    ResourceName,
    /// The name of a booking calendar or a service.
    Name,
    /// The description of a booking calendar or a service.
    Description,
    /// Where a booking calendar's appointments take place.
    Place,
    /// The heading under which a service is listed.
    Heading,
    /// The text of a question to clients.
    Question,
    /// A choice of a question.
    QuestionChoice {
        /// The text of the question.
        question: String,
    },
    /// The answer to a question.
    Answer {
        /// The text of the question.
        question: String,
    },
    /// The address of an iCloud account.
    AppleId,
    /// The address of a calendar server.
    ServerAddress,
    /// The user name on a calendar server.
    UserName,
    /// The password on a calendar server.
    ServerPassword,
}

/// Formats the text's name within a sentence: "your name".
impl fmt::Display for TextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::YourName => "your name",
            Self::GuestName => "each guest's name",
            Self::Phone => "the telephone number",
            Self::Notes => "the notes",
            Self::IdempotencyKey => "an idempotency key",
            Self::Reason => "the reason",
            Self::Title => "the title",
            Self::BusinessName => "the name of your business",
            Self::HolidayName => "each holiday's name",
            Self::ResourceName => "each name",
            Self::Name => "the name",
            Self::Description => "the description",
            Self::Place => "the place",
            Self::Heading => "the heading",
            Self::Question => "the text of each question",
            Self::QuestionChoice { question } => return write!(f, "each choice of “{question}”"),
            Self::Answer { question } => return write!(f, "the answer to “{question}”"),
            Self::AppleId => "your iCloud email address",
            Self::ServerAddress => "the server's address",
            Self::UserName => "your user name",
            Self::ServerPassword => "the password",
        })
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// It is empty.
    #[error("Please enter {0}.")]
    Missing(TextName),
    /// It is too long.
    #[error("Please shorten {text} to at most {max} characters.")]
    TooLong {
        /// The text.
        text: TextName,
        /// Maximum number of characters.
        max: usize,
    },
    /// A text of one line has line breaks or other control characters.
    #[error("Please type {0} on one line, without special control characters.")]
    NotOneLine(TextName),
    /// A text of several lines has control characters.
    #[error("Please remove the special control characters from {0}.")]
    ControlCharacters(TextName),
    /// Mail programs would make a link of a part of it.
    #[error("Please enter {0} without web addresses, with a blank behind each dot.")]
    WebAddress(TextName),
    /// The mail address is empty.
    #[error("Please enter an email address such as ada@example.com.")]
    EmailMissing,
    /// The text is not a mail address.
    #[error("This is not an email address. Enter one such as ada@example.com.")]
    NotEmail,
    /// The telephone number has other characters.
    #[error("A telephone number holds digits and + - ( ) only, such as +49 30 1234567.")]
    NotPhone,
}

impl TextProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "text_missing",
            Self::TooLong { .. } => "text_too_long",
            Self::NotOneLine(_) => "text_not_one_line",
            Self::ControlCharacters(_) => "text_control_characters",
            Self::WebAddress(_) => "text_web_address",
            Self::EmailMissing => "email_missing",
            Self::NotEmail => "email_invalid",
            Self::NotPhone => "phone_invalid",
        }
    }
}
