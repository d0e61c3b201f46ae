//! Which servers a domain names for its calendars (RFC 6764 sections 3 and 4): DNS SRV and TXT records.

use std::fmt::Debug;
use std::time::Duration;

use futures::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;

/// One server that a domain names for its calendars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Servers with a lower number come first (RFC 2782).
    pub priority: u16,
    /// Among those of the same priority, servers with a higher number come first.
    pub weight: u16,
    /// The name of its host, without a closing dot.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// The path of its `CalDAV` service, from the TXT record.
    pub path: Option<String>,
}

/// Where the servers of a domain are looked up. The client's own is the system's name server; tests bring another.
pub trait Services: Debug + Send + Sync {
    /// The servers that the records of `name` (`_caldavs._tcp.example.com`) name, in any order. None when there are no
    /// such records or they cannot be had: discovery then goes on without them.
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<Service>>;
}

/// The system's name server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemServices;

/// The time limit of a look-up: discovery can do without it.
const PATIENCE: Duration = Duration::from_secs(3);

impl Services for SystemServices {
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<Service>> {
        Box::pin(async move {
            let found = tokio::time::timeout(PATIENCE, ask(name)).await;
            found.unwrap_or_else(|_| {
                tracing::debug!(name, "the name server did not answer in time");
                Vec::new()
            })
        })
    }
}

async fn ask(name: &str) -> Vec<Service> {
    // Made anew each time: it is seldom needed, and the system's settings may have changed.
    let resolver = match TokioResolver::builder_tokio().and_then(hickory_resolver::ResolverBuilder::build) {
        Ok(resolver) => resolver,
        Err(error) => {
            tracing::debug!(%error, "the system's name server is not known");
            return Vec::new();
        }
    };
    // With the closing dot, no domain of this machine is tried behind it.
    let name = format!("{name}.");
    let (services, texts) = tokio::join!(
        resolver.srv_lookup(name.as_str()),
        resolver.txt_lookup(name.as_str())
    );
    let Ok(services) = services else {
        return Vec::new();
    };
    let path = texts.ok().and_then(|texts| {
        texts.answers().iter().find_map(|record| match &record.data {
            RData::TXT(text) => text.txt_data.iter().find_map(|pair| path_of(pair)),
            _ => None,
        })
    });
    let service = |data: &RData| match data {
        RData::SRV(service) => Some(Service {
            priority: service.priority,
            weight: service.weight,
            host: service.target.to_ascii().trim_end_matches('.').to_owned(),
            port: service.port,
            path: path.clone(),
        }),
        _ => None,
    };
    services
        .answers()
        .iter()
        .filter_map(|record| service(&record.data))
        .collect()
}

/// The value of a TXT record's `path` pair (RFC 6764 section 4, RFC 6763 section 6).
fn path_of(pair: &[u8]) -> Option<String> {
    let (key, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
    (key.eq_ignore_ascii_case("path") && value.starts_with('/')).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_pair_gives_a_path() {
        assert_eq!(path_of(b"path=/dav/"), Some("/dav/".to_owned()));
        assert_eq!(path_of(b"Path=/dav=x"), Some("/dav=x".to_owned()));
        for other in [&b"path"[..], b"path=", b"path=dav", b"note=/dav/", b"path=/\xff"] {
            assert_eq!(path_of(other), None);
        }
    }
}
