//! Secret tokens of links in mails. A token is derived from a sealed key and the id of what it is for, so mails can be rendered when they
//! are sent and no token is stored; the database holds only its SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use scheduling::AppointmentId;
use sha2::{Digest, Sha256};
use store::WaitingId;
use store::strangers::address_key;

use crate::problem::Internal;
use crate::quince::Quince;

/// Returns the token of the page where a client manages an appointment.
pub(crate) fn manage(quince: &Quince, id: AppointmentId) -> Result<String, Internal> {
    of(&quince.store().link_keys().manage, id)
}

/// Returns the token of the page of a place on a waiting list.
pub(crate) fn waiting(quince: &Quince, id: WaitingId) -> Result<String, Internal> {
    of(&quince.store().link_keys().waiting, id)
}

/// Derives the token: the HMAC-SHA256 of the id, 32 bytes as base64url without padding.
fn of(key: &[u8; 32], id: impl std::fmt::Display) -> Result<String, Internal> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(Internal::because)?;
    mac.update(id.to_string().as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Returns the token that proves that a link was sent to this address, and not only shown in the browser that booked.
pub(crate) fn mailed(quince: &Quince, id: AppointmentId, address: &str) -> Result<String, Internal> {
    let key = &quince.store().link_keys().mailed;
    of(key, format!("{id} {}", address_key(address)))
}

/// Returns the SHA-256 of a token, which is what the database holds.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_stable_and_differ_by_appointment_and_key() {
        let [one, two]: [AppointmentId; 2] = [
            "018f0000-0000-7000-8000-000000000001",
            "018f0000-0000-7000-8000-000000000002",
        ]
        .map(|id| id.parse().unwrap());
        let token = of(&[7; 32], one).unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(token, of(&[7; 32], one).unwrap());
        assert_ne!(token, of(&[7; 32], two).unwrap());
        assert_ne!(token, of(&[8; 32], one).unwrap());
    }
}
