//! The server's `CalDAV` side: one request in, one answer out, with the faults on the way.

mod answer;
mod auth;
mod call;
mod collection;
mod multistatus;
mod objects;
mod propfind;
mod props;
mod query;
mod report;
mod sync;
mod target;
mod token;

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use futures::{StreamExt, stream};

pub(crate) use answer::Answer;

use crate::app::App;
use crate::listen::{Connection, Host};
use crate::page;
use crate::record::{RecordedRequest, kept_body};
use crate::switches::{Fault, RedirectTarget};
use crate::world::World;
use call::Call;
use target::Target;

/// Apple's limit is 20 MB for an event with its attachments; a little more is read so that the answer can say so.
const MAX_BODY: usize = 24 * 1024 * 1024;

/// Answers every request that is not for the page.
pub(crate) async fn answer(
    State(app): State<App>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if is_a_person(&parts) {
        return Redirect::temporary(page::PATH).into_response();
    }
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        return Answer::status(413).into_response();
    };
    let text = String::from_utf8_lossy(&bytes);
    let (number, fault) = {
        let mut world = app.shared.lock();
        let number = world.log.push(record(&parts, &bytes, &connection));
        let is_search = text.contains("time-range");
        let fault = world.next_fault(parts.method.as_str(), parts.uri.path(), is_search);
        (number, fault)
    };
    tracing::debug!(method = %parts.method, path = parts.uri.path(), ?fault, "request to the practice iCloud");
    if let Some(refusal) = fault.as_ref().and_then(instead_of_answer) {
        app.shared.lock().log.answered(number, refusal.code());
        return refusal.into_response();
    }
    match fault {
        Some(Fault::Reset) => return reset(&connection),
        Some(Fault::Slow(delay)) => tokio::time::sleep(delay).await,
        _ => {}
    }
    let (answer, pace, breaks_off) = {
        let mut world = app.shared.lock();
        let call = Call {
            parts: &parts,
            body: &text,
            host: connection.host,
            addresses: &app.addresses,
        };
        let mut answer = decide(&mut world, &call);
        let crash = world.switches.breaks_off_at.as_ref();
        let breaks_off = crash.is_some_and(|text| answer.holds(text));
        if !matches!(fault, Some(Fault::ResetAfterEffect)) {
            world.log.answered(number, answer.code());
        }
        (answer, world.switches.bytes_per_second, breaks_off)
    };
    match fault {
        Some(Fault::ResetAfterEffect) => reset(&connection),
        Some(Fault::CutShort) => answer.cut_short(),
        fault if breaks_off || matches!(fault, Some(Fault::BrokenBody)) => {
            answer.broken(Duration::from_millis(20))
        }
        _ => match pace {
            Some(bytes_per_second) => paced(answer.into_response(), bytes_per_second),
            None => answer.into_response(),
        },
    }
}

/// The same answer over a slow line.
fn paced(answer: Response, bytes_per_second: u32) -> Response {
    let (head, body) = answer.into_parts();
    let line = body.into_data_stream().flat_map(|piece| match piece {
        Ok(piece) => stream::iter(parts_of(&piece).into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(error)]),
    });
    let line = line.then(move |part| async move {
        let bytes = part.as_ref().map_or(0, |part| part.len() as u64);
        let takes = bytes * 1_000_000 / u64::from(bytes_per_second.max(1));
        tokio::time::sleep(Duration::from_micros(takes)).await;
        part
    });
    Response::from_parts(head, Body::from_stream(line))
}

/// What a line carries at once.
fn parts_of(piece: &Bytes) -> Vec<Bytes> {
    const AT_ONCE: usize = 16 * 1024;
    let starts = (0..piece.len()).step_by(AT_ONCE);
    starts
        .map(|start| piece.slice(start..piece.len().min(start + AT_ONCE)))
        .collect()
}

/// Whether this is a browser in which somebody typed the server's address. No client asks for HTML.
fn is_a_person(parts: &Parts) -> bool {
    let accepted = parts.headers.get("accept").and_then(|value| value.to_str().ok());
    parts.method == Method::GET
        && parts.uri.path() == "/"
        && accepted.is_some_and(|kinds| kinds.contains("text/html"))
}

fn reset(connection: &Connection) -> Response {
    connection.reset();
    Response::new(Body::empty())
}

/// Faults that stand in the place of the answer.
fn instead_of_answer(fault: &Fault) -> Option<Answer> {
    match fault {
        Fault::Unavailable(after) => Some(Answer::status(503).header_if("Retry-After", after.header())),
        Fault::TooManyRequests(after) => Some(Answer::status(429).header_if("Retry-After", after.header())),
        Fault::ForbiddenThrottle => Some(Answer::status(403)),
        Fault::ServerError => Some(Answer::html(500, "Internal Server Error")),
        _ => None,
    }
}

fn record(parts: &Parts, body: &[u8], connection: &Connection) -> RecordedRequest {
    RecordedRequest {
        method: parts.method.to_string(),
        host_port: connection.local.to_string(),
        path: parts.uri.path().to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect(),
        body: kept_body(body),
        status: None,
    }
}

/// The answer, in the order in which iCloud seems to decide.
fn decide(world: &mut World, call: &Call<'_>) -> Answer {
    if world.switches.require_user_agent && call.header("user-agent").is_none() {
        return Answer::status(403);
    }
    if call.host == Host::Partition && world.switches.partition_gone {
        return Answer::status(404);
    }
    if call.host == Host::Entry
        && let Some(redirect) = &world.switches.redirect
    {
        let origin = match &redirect.to {
            RedirectTarget::Partition => format!("http://{}", call.addresses.partition),
            RedirectTarget::Origin(origin) => origin.trim_end_matches('/').to_owned(),
            RedirectTarget::Itself => format!("http://{}", call.addresses.entry),
        };
        return Answer::status(redirect.status)
            .header("Location", &format!("{origin}{}", call.parts.uri.path()));
    }
    let Some(account) = auth::account(world, call).map(|account| account.id) else {
        return auth::challenge(&world.switches);
    };
    let Some(account) = world.account(account) else {
        return auth::challenge(&world.switches);
    };
    match Target::of(account, call.parts.uri.path()) {
        target::Found::Here(target) => method(world, call, &target),
        target::Found::Foreign => Answer::status(403),
        target::Found::Nothing => Answer::status(404),
    }
}

fn method(world: &mut World, call: &Call<'_>, target: &Target) -> Answer {
    match call.method() {
        "OPTIONS" => Answer::status(200)
            .header("DAV", "1, access-control, calendar-access, calendar-schedule, calendar-auto-schedule, calendarserver-subscribed")
            .header("Allow", ALLOWED),
        "PROPFIND" => propfind::answer(world, call, target),
        "REPORT" => report::answer(world, call, target),
        "GET" | "HEAD" => objects::get(world, target),
        "PUT" => objects::put(world, call, target),
        "DELETE" => objects::delete(world, call, target),
        _ => Answer::status(405).header("Allow", ALLOWED),
    }
}

const ALLOWED: &str = "OPTIONS, PROPFIND, REPORT, GET, HEAD, PUT, DELETE";
