//! The client's network address, for rate limits and the log.

use std::pin::Pin;
use std::task::{Context, Poll};

use app::limit::Client;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

use super::listener::{Answering, Peer};
use super::proxies::TrustedProxies;

/// Adds the client's address to the request, and marks the connection as busy until the response is sent.
pub async fn identify(
    State(proxies): State<TrustedProxies>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = proxies.client(peer.addr, request.headers());
    request.extensions_mut().insert(Client(client));
    let answering = peer.requests.begin();
    let answer = next.run(request).await;
    answer.map(|body| {
        Body::new(Sending {
            body,
            _answering: answering,
        })
    })
}

/// The body of a response that is being sent.
struct Sending {
    body: Body,
    _answering: Answering,
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
