//! Problems with staff accounts and their passwords.

/// What is wrong with a password of a staff member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// It is too short.
    #[error("Choose a password of at least {min} characters.")]
    TooShort {
        /// Minimum number of characters.
        min: usize,
    },
    /// It is too long.
    #[error("Choose a password of at most {max} characters.")]
    TooLong {
        /// Maximum number of characters.
        max: usize,
    },
    /// It is easily guessed.
    #[error(
        "This password would be guessed soon. Choose a few words that have nothing to do with each other or with you."
    )]
    Guessable,
    /// It is not the person's current password.
    #[error("Your current password is not right. Try again.")]
    NotCurrent,
}

impl PasswordProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "password_too_short",
            Self::TooLong { .. } => "password_too_long",
            Self::Guessable => "password_guessable",
            Self::NotCurrent => "password_not_current",
        }
    }
}

/// What is wrong with a new staff account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// The set-up code is wrong.
    #[error(
        "This is not the set-up code. It is what Quince printed when it started, such as K7QF-2M9X-8TRD."
    )]
    WrongSetupCode,
    /// A second owner was asked for.
    #[error("There is one owner already. Choose admin or staff.")]
    SecondOwner,
    /// Another staff member has the mail address.
    #[error("Somebody in the team has this email address already. Use another one.")]
    EmailTaken,
}

impl AccountProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::WrongSetupCode => "wrong_setup_code",
            Self::SecondOwner => "second_owner",
            Self::EmailTaken => "email_taken",
        }
    }
}
