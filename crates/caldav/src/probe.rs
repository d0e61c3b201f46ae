//! Checks whether a server answers at all: without a login, and with any answer.

use http::Method;
use http::header::DATE;
use jiff::Timestamp;
use url::Url;

use crate::client::Client;
use crate::error::Error;
use crate::transport::{unreachable, without_login};

/// Bytes of an answer's body that are kept, enough for a short "ok".
const KEPT: usize = 256;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. A redirect is an answer like any other.
    pub status: u16,
    /// The server's clock (RFC 9110 section 6.6.1), to the second.
    pub date: Option<Timestamp>,
    /// The beginning of the body.
    pub beginning: String,
}

impl Client {
    /// Asks an address with GET, without a login and without following redirects.
    ///
    /// # Errors
    /// Only when no answer comes, or the guard forbids the address.
    pub async fn probe(&self, url: &Url) -> Result<Answer, Error> {
        let url = without_login(url.clone());
        self.guard.check(&url)?;
        let asked = self.http.request(Method::GET, url.clone()).send().await;
        let mut response = asked.map_err(|error| unreachable(&url, &error))?;
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        // Lenient: a wrong weekday does not make the instant unclear.
        let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
        let date = date.and_then(|date| parser.parse_timestamp(date.trim()).ok());
        let mut body = Vec::new();
        // An answer whose body breaks off is an answer as well.
        while body.len() < KEPT
            && let Ok(Some(piece)) = response.chunk().await
        {
            body.extend(piece.iter().take(KEPT - body.len()));
        }
        Ok(Answer {
            status: response.status().as_u16(),
            date,
            beginning: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
