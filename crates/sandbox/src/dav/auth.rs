//! Who is calling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::Answer;
use super::call::Call;
use crate::switches::Switches;
use crate::world::{Account, World};

/// The account that the request's login opens (Basic in UTF-8, RFC 7617).
pub(super) fn account<'a>(world: &'a World, call: &Call<'_>) -> Option<&'a Account> {
    let (scheme, encoded) = call.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let login = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (apple_id, password) = login.split_once(':')?;
    world
        .accounts
        .iter()
        .find(|account| account.opens(apple_id, password))
}

/// 401 as iCloud says it: nothing tells a wrong password from a revoked one.
pub(super) fn challenge(switches: &Switches) -> Answer {
    let basic = "Basic realm=\"MMCalDav\"";
    let token = "X-MobileMe-AuthToken realm=\"MMCalDav\"";
    if switches.joined_challenges {
        Answer::status(401).header("WWW-Authenticate", &format!("{token}, {basic}"))
    } else {
        Answer::status(401)
            .header("WWW-Authenticate", token)
            .header("WWW-Authenticate", basic)
    }
}
