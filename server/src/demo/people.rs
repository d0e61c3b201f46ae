//! The demo's people and their logins.

/// The owner's address, for signing in.
pub const OWNER_EMAIL: &str = "maya@quince.example";
/// The owner's password.
pub const OWNER_PASSWORD: &str = "golden quince orchard";
/// The team's zone.
pub const ZONE: &str = "America/New_York";

/// A member who is connected from the start.
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub apple_id: &'static str,
    pub app_password: &'static str,
}

pub const SECOND: Person = Person {
    name: "Jonas Okafor",
    email: "jonas@quince.example",
    apple_id: "jonas@icloud.example",
    app_password: "oaks-pear-plum-figs",
};

pub const THIRD: Person = Person {
    name: "Priya Raman",
    email: "priya@quince.example",
    apple_id: "priya@icloud.example",
    app_password: "mint-sage-dill-bays",
};
