//! An answer before it becomes HTTP.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::{StreamExt, stream};

use crate::xml::write::Node;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    code: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    pub(crate) fn status(code: u16) -> Self {
        Self {
            code,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn xml(code: u16, root: &Node) -> Self {
        let mut answer = Self::status(code).header("Content-Type", "text/xml; charset=UTF-8");
        answer.body = root.document();
        answer
    }

    pub(crate) fn html(code: u16, sentence: &str) -> Self {
        let mut answer = Self::status(code).header("Content-Type", "text/html; charset=UTF-8");
        answer.body = format!(
            "<html><head><title>{sentence}</title></head><body><h1>{code}</h1><p>{sentence}</p></body></html>\n"
        );
        answer
    }

    pub(crate) fn calendar(etag: &str, ics: &str) -> Self {
        let mut answer = Self::status(200)
            .header("Content-Type", "text/calendar; charset=utf-8")
            .header("ETag", etag);
        ics.clone_into(&mut answer.body);
        answer
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn header_if(self, name: &str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.header(name, &value),
            None => self,
        }
    }

    pub(crate) fn code(&self) -> u16 {
        self.code
    }

    /// With the second half of the body missing.
    pub(crate) fn cut_short(mut self) -> Self {
        let mut half = self.body.len() / 2;
        while !self.body.is_char_boundary(half) {
            half -= 1;
        }
        self.body.truncate(half);
        self
    }

    /// The connection breaks after half of the body; the delay lets that half get through first.
    pub(crate) fn broken(self, delay: Duration) -> Response {
        let half = self.clone().cut_short();
        let pieces = stream::iter([
            Ok(half.body.clone()),
            Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        ])
        .then(move |piece| async move {
            if piece.is_err() {
                tokio::time::sleep(delay).await;
            }
            piece
        });
        half.build(Body::from_stream(pieces))
    }

    pub(crate) fn into_response(self) -> Response {
        let body = Body::from(self.body.clone());
        self.build(body)
    }

    fn build(self, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
