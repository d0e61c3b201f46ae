//! The address that Quince listens on, the base URL, and the proxies in between.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bookings::probe::{self, Answer};
use tokio::net::TcpListener;
use url::Url;

use super::finding::Finding;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::web::origin::is_this_machine;

pub async fn look(settings: &Settings, base_url: &Url) -> Vec<Finding> {
    let (listening, mut people) = tokio::join!(listens(settings.addr), leads_here(settings, base_url));
    people.insert(0, listening);
    people.extend(proxies(settings, base_url));
    people
}

/// Whether a Quince already listens, or could.
async fn listens(addr: SocketAddr) -> Finding {
    const PART: &str = "listen";
    let Err(cause) = TcpListener::bind(addr).await else {
        return Finding::ok(PART, format!("Nobody listens on {addr} yet: `quince serve` can."));
    };
    if cause.kind() == ErrorKind::AddrInUse && livez(&local(addr)).await {
        let answer = ask(&local(addr), "readyz").await;
        return match answer.map(|answer| (answer.status, answer.beginning)) {
            Ok((200, _)) => Finding::ok(PART, format!("Quince runs and listens on {addr}.")),
            Ok((_, why)) => Finding::wrong(
                PART,
                format!("Quince runs and listens on {addr}, and nobody can book: {why}."),
            ),
            Err(cause) => Finding::wrong(
                PART,
                format!(
                    "Quince runs and listens on {addr}, and does not say whether people can book: {cause}."
                ),
            ),
        };
    }
    Finding::wrong(PART, Failure::Listen { addr, cause }.to_string())
}

/// An address that reaches the listener from this machine.
fn local(addr: SocketAddr) -> String {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}/", SocketAddr::new(ip, addr.port()))
}

async fn livez(base: &str) -> bool {
    matches!(ask(base, "livez").await, Ok(answer) if is_quince(&answer))
}

fn is_quince(answer: &Answer) -> bool {
    answer.status == 200 && answer.beginning == "ok"
}

async fn ask(base: &str, path: &str) -> Result<Answer, String> {
    let url = format!("{}/{path}", base.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|cause| cause.to_string())?;
    probe::own_instance(&url).await.map_err(|error| error.to_string())
}

/// Whether the base URL is usable and a Quince answers there.
async fn leads_here(settings: &Settings, base_url: &Url) -> Vec<Finding> {
    const PART: &str = "base url";
    let shown = shown(base_url);
    let is_local = is_this_machine(base_url);
    if settings.base_url.is_none() && !is_local {
        let sentence = format!(
            "QUINCE_BASE_URL is not set, so that links in mails lead to {shown}. Set it to the address that people use."
        );
        return vec![Finding::warning(PART, sentence)];
    }
    let mut all = Vec::new();
    if base_url.scheme() != "https" && !is_local {
        all.push(Finding::wrong(
            PART,
            format!(
                "QUINCE_BASE_URL is {shown}, without encryption, so that passwords can be read on their way. Put a reverse proxy with \
                 https in front, and set QUINCE_BASE_URL to its https:// address."
            ),
        ));
    }
    if settings.base_url.is_none() {
        return vec![Finding::ok(PART, format!("People at this machine open {shown}."))];
    }
    let problem = match ask(base_url.as_str(), "livez").await {
        Ok(answer) if is_quince(&answer) => {
            if all.is_empty() {
                all.push(Finding::ok(PART, format!("{shown} leads to a Quince that runs.")));
            }
            return all;
        }
        Ok(answer) => format!("what answers at {shown} is not Quince (status {})", answer.status),
        Err(cause) => format!("{shown} does not lead to Quince: {cause}"),
    };
    all.push(Finding::warning(
        PART,
        format!(
            "Asked from this machine, {problem}. If Quince runs, check QUINCE_BASE_URL, the name's address, and that the proxy hands \
             on to {}.",
            settings.addr
        ),
    ));
    all
}

/// A URL for display, without user and password.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// Prefix length of the widest private network, `fc00::/7`. A wider one in the list of proxies would include strangers.
const WIDEST: u8 = 7;

/// Whether clients behind a proxy can be told apart.
fn proxies(settings: &Settings, base_url: &Url) -> Option<Finding> {
    const PART: &str = "proxies";
    if settings.trusted_proxies.is_empty() {
        let is_proxied = base_url.scheme() == "https" && !is_this_machine(base_url);
        return is_proxied.then(|| {
            Finding::warning(
                PART,
                "QUINCE_BASE_URL is https, which a proxy speaks, and QUINCE_TRUSTED_PROXIES lists none: all clients share one limit. \
                 List the proxy's own address.",
            )
        });
    }
    let listed: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
    let lists_strangers = settings
        .trusted_proxies
        .iter()
        .any(|network| network.prefix_len() < WIDEST);
    if lists_strangers {
        return Some(Finding::wrong(
            PART,
            format!(
                "QUINCE_TRUSTED_PROXIES ({}) lists addresses of strangers, so that these can name any address as theirs and no limit holds. \
                 List the proxy's own address alone.",
                listed.join(", ")
            ),
        ));
    }
    Some(Finding::ok(
        PART,
        format!("X-Forwarded-For is believed of {}.", listed.join(", ")),
    ))
}
