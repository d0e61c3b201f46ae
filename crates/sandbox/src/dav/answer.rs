//! An answer before it becomes HTTP.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::{StreamExt, stream};

use crate::xml::DAV;
use crate::xml::write::{Node, document_of};

pub(crate) struct Answer {
    code: u16,
    headers: Vec<(String, String)>,
    content: Content,
}

enum Content {
    Text(String),
    /// Made while it is sent, as servers do with long answers.
    Pieces(Box<dyn Iterator<Item = String> + Send>),
}

/// Bytes that are sent at a time.
const PIECE: usize = 64 * 1024;

impl Answer {
    pub(crate) fn status(code: u16) -> Self {
        Self {
            code,
            headers: Vec::new(),
            content: Content::Text(String::new()),
        }
    }

    pub(crate) fn xml(code: u16, root: &Node) -> Self {
        let mut answer = Self::status(code).header("Content-Type", "text/xml; charset=UTF-8");
        answer.content = Content::Text(root.document());
        answer
    }

    /// A 207 of these rows, which are made while they are sent.
    pub(crate) fn rows(rows: impl Iterator<Item = Node> + Send + 'static) -> Self {
        let mut answer = Self::status(207).header("Content-Type", "text/xml; charset=UTF-8");
        answer.content = Content::Pieces(Box::new(document_of(DAV, "multistatus", rows)));
        answer
    }

    pub(crate) fn html(code: u16, sentence: &str) -> Self {
        let mut answer = Self::status(code).header("Content-Type", "text/html; charset=UTF-8");
        answer.content = Content::Text(format!(
            "<html><head><title>{sentence}</title></head><body><h1>{code}</h1><p>{sentence}</p></body></html>\n"
        ));
        answer
    }

    pub(crate) fn calendar(etag: &str, ics: &str) -> Self {
        let mut answer = Self::status(200)
            .header("Content-Type", "text/calendar; charset=utf-8")
            .header("ETag", etag);
        answer.content = Content::Text(ics.to_owned());
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

    /// Whether its body holds a text.
    pub(crate) fn holds(&mut self, text: &str) -> bool {
        if let Content::Pieces(pieces) = &mut self.content {
            self.content = Content::Text(pieces.collect());
        }
        matches!(&self.content, Content::Text(body) if body.contains(text))
    }

    /// With the second half of the body missing.
    pub(crate) fn cut_short(self) -> Response {
        let (head, half) = self.half();
        head.build(Body::from(half))
    }

    /// The connection breaks after half of the body; the delay lets that half get through first.
    pub(crate) fn broken(self, delay: Duration) -> Response {
        let (head, half) = self.half();
        let pieces = stream::iter([Ok(half), Err(io::Error::from(io::ErrorKind::BrokenPipe))]).then(
            move |piece| async move {
                if piece.is_err() {
                    tokio::time::sleep(delay).await;
                }
                piece
            },
        );
        head.build(Body::from_stream(pieces))
    }

    /// The answer without its body, and the first half of that.
    fn half(mut self) -> (Self, String) {
        let mut body = match std::mem::replace(&mut self.content, Content::Text(String::new())) {
            Content::Text(text) => text,
            Content::Pieces(pieces) => pieces.collect(),
        };
        let mut half = body.len() / 2;
        while !body.is_char_boundary(half) {
            half -= 1;
        }
        body.truncate(half);
        (self, body)
    }

    pub(crate) fn into_response(mut self) -> Response {
        let body = match std::mem::replace(&mut self.content, Content::Text(String::new())) {
            Content::Text(text) => Body::from(text),
            Content::Pieces(mut pieces) => {
                let next = move || {
                    let mut piece = pieces.next()?;
                    while piece.len() < PIECE
                        && let Some(more) = pieces.next()
                    {
                        piece.push_str(&more);
                    }
                    Some(Ok::<_, Infallible>(piece))
                };
                Body::from_stream(stream::iter(std::iter::from_fn(next)))
            }
        };
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
