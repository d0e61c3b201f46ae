//! The `Retry-After` header (RFC 9110 section 10.2.3), which comes in two forms.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;

/// When a throttling server wants the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// After this long.
    In(Duration),
    /// At this instant, by the server's clock.
    At(Timestamp),
}

impl RetryAfter {
    /// Returns how long to wait from `now`; zero when the instant has passed.
    pub fn wait(self, now: Timestamp) -> Duration {
        match self {
            Self::In(duration) => duration,
            Self::At(instant) => Duration::try_from(instant.duration_since(now)).unwrap_or(Duration::ZERO),
        }
    }

    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Self::In(Duration::from_secs(seconds)));
        }
        // Lenient: some servers give the wrong weekday, which does not make the instant unclear.
        let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
        parser.parse_timestamp(text).ok().map(Self::At)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn parse(text: &'static str) -> Option<RetryAfter> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        RetryAfter::from_headers(&headers)
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        let instant: Timestamp = "2026-11-24T10:00:30Z".parse().unwrap();
        assert_eq!(parse("90"), Some(RetryAfter::In(Duration::from_secs(90))));
        assert_eq!(
            parse("Tue, 24 Nov 2026 10:00:30 GMT"),
            Some(RetryAfter::At(instant))
        );
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("-5"), None);
    }

    #[test]
    fn a_wait_counts_from_now_and_is_never_negative() {
        let at = RetryAfter::At("2026-11-24T10:00:30Z".parse().unwrap());
        assert_eq!(
            at.wait("2026-11-24T10:00:00Z".parse().unwrap()),
            Duration::from_secs(30)
        );
        assert_eq!(at.wait("2026-11-24T11:00:00Z".parse().unwrap()), Duration::ZERO);
    }
}
