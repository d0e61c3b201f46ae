//! Problems with the login to a calendar server.

/// What is wrong with a login before any server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginProblem {
    /// The Apple ID is not a mail address.
    #[error("The Apple ID is an email address, such as ada@icloud.com.")]
    AppleIdNotEmail,
    /// The app-specific password is empty.
    #[error("Please paste the app-specific password, such as abcd-efgh-ijkl-mnop.")]
    AppPasswordMissing,
    /// The text cannot be an app-specific password.
    #[error("This is not an app-specific password. Paste one such as abcd-efgh-ijkl-mnop.")]
    NotAppPassword,
    /// The text is not the address of a server.
    #[error(
        "This is not the address of a server. Enter one such as https://cloud.example.com, or only cloud.example.com."
    )]
    NotServerAddress,
}

impl LoginProblem {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::AppleIdNotEmail => "apple_id_not_email",
            Self::AppPasswordMissing => "app_password_missing",
            Self::NotAppPassword => "app_password_invalid",
            Self::NotServerAddress => "server_address_invalid",
        }
    }
}
