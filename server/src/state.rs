//! The state of the HTTP router.

use axum::extract::FromRef;
use bookings::Quince;
use leptos::config::LeptosOptions;

use crate::web::assets::Assets;
use crate::web::health::Readiness;
use crate::web::limits::Limits;
use crate::web::origin::OwnHosts;
use crate::web::proxies::TrustedProxies;
use crate::web::security::SecurityContact;

/// The state; handlers extract its parts.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The use cases.
    pub quince: Quince,
    /// The browser files.
    pub assets: Assets,
    /// Rate limits.
    pub limits: Limits,
    /// The last result of `/readyz`.
    pub readiness: Readiness,
    /// The proxies that are trusted to name the client's address.
    pub proxies: TrustedProxies,
    /// The host names of this server.
    pub hosts: OwnHosts,
    /// The contact for security reports.
    pub security_contact: SecurityContact,
    /// Leptos' options.
    pub leptos: LeptosOptions,
}
