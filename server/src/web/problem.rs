//! Errors of the JSON API and of middleware, as `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bookings::strangers;
use serde::Serialize;

/// A problem, for a program and for the person who reads its log.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// A sentence with a next step.
    detail: String,
    /// A stable code for the cause; the sentence may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// The invalid input.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    input: Option<Box<Input>>,
    /// The puzzle to solve before the request is repeated.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    challenge: Option<Box<Challenge>>,
    #[serde(skip)]
    retry_after_seconds: Option<u64>,
}

/// An invalid input.
#[derive(Debug, Clone, Serialize)]
struct Input {
    field: String,
    /// A stable code for what is wrong with it, where the cause is `unusable_input`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// A puzzle, see `crates/puzzle`.
#[derive(Debug, Clone, Serialize)]
struct Challenge {
    challenge: String,
    bits: u32,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: detail.into(),
            cause: None,
            input: None,
            challenge: None,
            retry_after_seconds: None,
        }
    }

    /// Adds the code of the cause.
    #[must_use]
    pub fn because(self, cause: &'static str) -> Self {
        Self {
            cause: Some(cause),
            ..self
        }
    }

    /// 422: one input is invalid.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            input: Some(Box::new(Input {
                field: field.into(),
                code: None,
            })),
            cause: Some("unusable_input"),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Unusable input", detail)
        }
    }

    /// Adds the code of what is wrong with the input.
    #[must_use]
    pub fn coded(mut self, code: &'static str) -> Self {
        if let Some(input) = &mut self.input {
            input.code = Some(code);
        }
        self
    }

    /// 422 without a single invalid input.
    pub fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Unusable input", detail).because("unusable_input")
    }

    /// The body could not be read, for example 413.
    pub fn unread(status: StatusCode) -> Self {
        Self::new(
            status,
            "Unreadable body",
            "The body is too long, or did not arrive whole. An appointment takes a few kilobytes.",
        )
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", detail)
    }

    /// 421: the request was for another host.
    pub fn misdirected(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, "Another host", detail)
    }

    /// 409: somebody else was faster.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    /// 410: it was there, and is no more.
    pub fn gone(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "Gone", detail)
    }

    /// 429.
    pub fn too_many(seconds: u64) -> Self {
        Self::enough(
            seconds,
            format!("Too many attempts. Wait {seconds} seconds and try again."),
        )
    }

    /// 429 with a sentence of its own.
    pub fn enough(seconds: u64, detail: impl Into<String>) -> Self {
        Self {
            retry_after_seconds: Some(seconds),
            cause: Some("too_many"),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail)
        }
    }

    /// 428: a stranger has to solve a puzzle first, or wait.
    pub fn proof_of_work(seconds: u64, challenge: strangers::Challenge) -> Self {
        let strangers::Challenge { text, bits } = challenge;
        let detail = format!(
            "This booking calendar asks for proof of work. Find a whole number that, written in decimal digits behind the challenge, \
             gives a SHA-256 that begins with {bits} zero bits, and send the same request again with both as \"challenge\" and \
             \"solution\". Or send it again with \"challenge\" alone in {seconds} seconds."
        );
        Self {
            challenge: Some(Box::new(Challenge {
                challenge: text,
                bits,
            })),
            retry_after_seconds: Some(seconds),
            cause: Some("proof_of_work"),
            ..Self::new(StatusCode::PRECONDITION_REQUIRED, "Proof of work", detail)
        }
    }

    /// 500. The cause is logged, never sent.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error",
            "Something failed on the server. Try again; if it happens again, tell the operator the request id.",
        )
        .because("internal")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_seconds;
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
