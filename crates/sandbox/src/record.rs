//! The log of requests, kept so that tests can assert what was sent and what was not.

use std::collections::VecDeque;
use std::fmt;

/// At most this many requests are kept; older ones are forgotten.
const KEPT_REQUESTS: usize = 5_000;
/// Longer bodies are cut in the log, in bytes.
const KEPT_BODY: usize = 256 * 1024;

/// One request to the `CalDAV` side, as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// The method in capitals.
    pub method: String,
    /// The address that was connected to, such as `127.0.0.1:4123`.
    pub host_port: String,
    /// The path as sent.
    pub path: String,
    /// The headers in their order, names in lower case, `authorization` included.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are not UTF-8 are replaced, and very long bodies are cut.
    pub body: String,
    /// The status of the answer; `None` while it is not known, and when the connection was reset.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The login never appears, so a failing assertion prints no password.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| match name.as_str() {
                "authorization" => ("authorization", "(hidden)"),
                name => (name, value.as_str()),
            })
            .collect();
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("host_port", &self.host_port)
            .field("path", &self.path)
            .field("headers", &headers)
            .field("body", &self.body)
            .field("status", &self.status)
            .finish()
    }
}

/// The requests so far. Each gets a running number under which its answer is noted.
#[derive(Debug, Default)]
pub(crate) struct Log {
    first: u64,
    requests: VecDeque<RecordedRequest>,
}

impl Log {
    pub(crate) fn push(&mut self, request: RecordedRequest) -> u64 {
        if self.requests.len() == KEPT_REQUESTS {
            self.requests.pop_front();
            self.first += 1;
        }
        self.requests.push_back(request);
        self.first + self.requests.len() as u64 - 1
    }

    pub(crate) fn answered(&mut self, number: u64, status: u16) {
        let place = number
            .checked_sub(self.first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(request) = place.and_then(|place| self.requests.get_mut(place)) {
            request.status = Some(status);
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.first += self.requests.len() as u64;
        self.requests.clear();
    }
}

/// The body as it is kept.
pub(crate) fn kept_body(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..KEPT_BODY).unwrap_or(body)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recorded_but_never_printed() {
        let request = RecordedRequest {
            method: "GET".into(),
            host_port: "127.0.0.1:1".into(),
            path: "/".into(),
            headers: vec![("authorization".into(), "Basic c2VjcmV0".into())],
            body: String::new(),
            status: None,
        };
        assert_eq!(request.header("authorization"), Some("Basic c2VjcmV0"));
        assert!(!format!("{request:?}").contains("c2VjcmV0"));
    }

    #[test]
    fn an_answer_to_a_forgotten_request_is_noted_nowhere() {
        let mut log = Log::default();
        let request = RecordedRequest {
            method: "GET".into(),
            host_port: String::new(),
            path: "/".into(),
            headers: Vec::new(),
            body: String::new(),
            status: None,
        };
        let early = log.push(request.clone());
        log.clear();
        let late = log.push(request);
        log.answered(early, 500);
        log.answered(late, 207);
        assert_eq!(
            log.all().iter().map(|one| one.status).collect::<Vec<_>>(),
            [Some(207)]
        );
    }
}
