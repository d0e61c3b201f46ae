//! Reads resources by their paths (RFC 4791 section 7.9), also from servers that fail on some of them.
//!
//! One resource that a server cannot serialise fails every multiget that includes it. So a batch that is refused is halved until
//! that resource is alone, which costs one request for each halving and one GET. The same is done with a batch whose answer
//! breaks off while the server answers something else: one resource can crash or hang its serialisation.

use std::collections::{BTreeMap, HashSet};

use crate::body::Bound;
use crate::error::Error;
use crate::href::last_segment;
use crate::model::{Reading, Resource, Unreadable};
use crate::outcome::{Outcome, Source, outcome};
use crate::requests;
use crate::transport::Request;

/// Number of refused multigets for a single resource, none having been answered, after which only GET is used.
const MAX_REFUSED: usize = 4;
/// Number of answers that break off in one reading after which it is given up. One resource in a batch of 50 costs eight.
const MAX_BROKEN_OFF: usize = 32;

/// Paths to read, and what is known about the server so far.
pub(crate) struct Paths {
    /// Batches in reverse order.
    batches: Vec<Batch>,
    /// Whether a multiget was answered.
    answered: bool,
    /// Number of refused multigets for a single resource.
    refused: usize,
    /// Whether the server answered anything about this calendar: a refusal then concerns what was asked for.
    works: bool,
    /// Number of answers that broke off.
    broken_off: usize,
}

/// Paths of one request.
struct Batch {
    hrefs: Vec<String>,
    /// Whether it is a part of a batch whose answer broke off.
    hasty: bool,
}

impl Paths {
    /// Returns batches of `batch` paths, each path once.
    pub(crate) fn new(hrefs: impl Iterator<Item = String>, batch: usize) -> Self {
        let mut known = HashSet::new();
        let hrefs: Vec<String> = hrefs.filter(|href| known.insert(href.clone())).collect();
        let batches = hrefs.chunks(batch.max(1)).rev().map(|hrefs| Batch {
            hrefs: hrefs.to_vec(),
            hasty: false,
        });
        Self {
            batches: batches.collect(),
            answered: false,
            refused: 0,
            works: false,
            broken_off: 0,
        }
    }

    /// Reads one more batch, or halves it; false when none is left.
    ///
    /// # Errors
    /// Errors that no other request for the same resources would avoid.
    pub(crate) async fn read_some(&mut self, source: Source<'_>, bit: &mut Reading) -> Result<bool, Error> {
        let Some(Batch { hrefs: batch, hasty }) = self.batches.pop() else {
            return Ok(false);
        };
        let mut found = BTreeMap::new();
        if self.answered || self.refused < MAX_REFUSED {
            match (source.multiget(&batch, hasty).await, batch.as_slice()) {
                (Ok(answer), _) => {
                    self.answered = true;
                    self.works = true;
                    found = answer;
                }
                (Err(Error::TooLarge { .. }), [alone]) => {
                    let too_large = Unreadable::TooLarge { etag: None };
                    bit.put(alone.clone(), Outcome::Unreadable(too_large));
                    return Ok(true);
                }
                (Err(error), hrefs) => {
                    let error = self.of_resources(source, error).await?;
                    if let [_] = hrefs {
                        self.refused += 1;
                    } else {
                        let (first, second) = hrefs.split_at(hrefs.len() / 2);
                        self.batches.extend([second, first].map(|hrefs| Batch {
                            hrefs: hrefs.to_vec(),
                            hasty: hasty || error.broke_off(),
                        }));
                        return Ok(true);
                    }
                }
            }
        }
        for asked in &batch {
            let outcome = match found.remove(asked.as_str()) {
                // None of these proves that it is gone: some servers compare paths by their spelling. Being wrong
                // here would free taken time, and it happens seldom, so each is asked for alone.
                None | Some(Outcome::Missing | Outcome::Unreadable(Unreadable::NoData)) => {
                    self.read_alone(source, asked).await?
                }
                Some(outcome) => outcome,
            };
            bit.put(asked.clone(), outcome);
        }
        Ok(true)
    }

    /// Reads a resource alone that an answer about several left in doubt or could not include.
    async fn read_alone(&mut self, source: Source<'_>, href: &str) -> Result<Outcome, Error> {
        let Source {
            client,
            calendar,
            login,
        } = source;
        let error = match client.fetch(calendar, login, href).await {
            Ok(found) => {
                self.works = true;
                return Ok(found.map_or(Outcome::Missing, as_read));
            }
            Err(error) => self.of_resources(source, error).await?,
        };
        // A server that is failing, or throttles with 403, refuses everything, and no resource is the cause.
        if !self.works {
            client.etag(calendar, login, calendar.path()).await?;
            self.works = true;
        }
        Ok(Outcome::Unreadable(match error {
            Error::TooLarge { .. } => Unreadable::TooLarge { etag: None },
            Error::Refused { status, .. } => Unreadable::Status(status),
            Error::PreconditionFailed => Unreadable::Status(412),
            Error::Unreachable { .. } => Unreadable::BrokeOff,
            _ => Unreadable::NoData,
        }))
    }

    /// Handles an error that is about the requested resources, which may succeed with other requests.
    ///
    /// # Errors
    /// The error itself when it is not about them, and what shows that the server is in trouble.
    async fn of_resources(&mut self, source: Source<'_>, error: Error) -> Result<Error, Error> {
        if error.suggests_another_question() {
            return Ok(error);
        }
        if !error.broke_off() || self.broken_off == MAX_BROKEN_OFF {
            return Err(error);
        }
        self.broken_off += 1;
        // Checked each time, since a server can fail later, too.
        let Source {
            client,
            calendar,
            login,
        } = source;
        client.etag(calendar, login, calendar.path()).await?;
        self.works = true;
        tracing::info!(%error, "an answer about some events broke off; they are asked for in smaller parts");
        Ok(error)
    }
}

/// Returns the outcome of a GET. An HTML page instead of a calendar says nothing about the resource.
fn as_read(resource: Resource) -> Outcome {
    let Resource { etag, data, .. } = resource;
    let begins = data.trim_start().get(..6);
    if begins.is_some_and(|begins| begins.eq_ignore_ascii_case("BEGIN:")) {
        Outcome::Read { etag, data }
    } else {
        Outcome::Unreadable(Unreadable::NoData)
    }
}

impl Source<'_> {
    /// Sends one request for several resources. Those missing in the answer are missing in the result.
    async fn multiget(self, batch: &[String], hasty: bool) -> Result<BTreeMap<&str, Outcome>, Error> {
        let body = requests::calendar_multiget(batch);
        let request = Request::report(self.calendar.clone(), "1", body);
        let request = if hasty {
            request.hasty()
        } else {
            request.streamed()
        };
        let reply = self.client.send(request, self.login).await?;
        let mut rows = reply.rows(Bound::Whole).await?.about(self.calendar);
        let mut found: BTreeMap<&str, Outcome> = BTreeMap::new();
        while let Some((href, row)) = rows.next_member().await? {
            let Some(asked) = match_href(batch, &href) else {
                continue;
            };
            let outcome = outcome(row);
            if matches!(outcome, Outcome::Read { .. }) || !found.contains_key(asked.as_str()) {
                found.insert(asked, outcome);
            }
        }
        Ok(found)
    }
}

/// Returns which requested path a row answers: the same path or, since hrefs may be spelt differently, one with the same last
/// part, which is unique within a calendar.
fn match_href<'a>(asked: &'a [String], href: &str) -> Option<&'a String> {
    let same = asked.iter().find(|asked| *asked == href);
    same.or_else(|| {
        asked
            .iter()
            .find(|asked| last_segment(asked) == last_segment(href))
    })
}
