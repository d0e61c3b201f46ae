//! What every request handler can reach.

use axum::extract::FromRef;
use bookings::Quince;
use leptos::config::LeptosOptions;

use crate::web::assets::Assets;
use crate::web::health::Readiness;
use crate::web::limits::Limits;
use crate::web::origin::OwnHosts;
use crate::web::proxies::TrustedProxies;
use crate::web::security::SecurityContact;

/// The state of the router; its parts are extracted one by one.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The use cases.
    pub quince: Quince,
    /// The browser's files.
    pub assets: Assets,
    /// Rate limits.
    pub limits: Limits,
    /// What load balancers were told last.
    pub readiness: Readiness,
    /// Whose word on the client's address is believed.
    pub proxies: TrustedProxies,
    /// The names that this server goes by.
    pub hosts: OwnHosts,
    /// Whom to tell about a weakness.
    pub security_contact: SecurityContact,
    /// Leptos' own options.
    pub leptos: LeptosOptions,
}
