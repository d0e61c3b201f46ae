//! Streams events while they arrive (RFC 4791 section 7): by span or by path.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use url::Url;

use crate::body::{Body, Bound};
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::held::Held;
use crate::model::{Reading, Unreadable};
use crate::multiget::Paths;
use crate::multistatus::Rows;
use crate::outcome::{Outcome, Source, outcome};
use crate::requests;
use crate::transport::Request;

/// Most resources, and bytes of their texts, in one piece.
const BATCH_RESOURCES: usize = 250;
const BATCH_BYTES: usize = 1024 * 1024;

/// Events that are read in pieces: [`Client::stream_range`], [`Client::stream`].
///
/// However many and however large they are, only one piece of them is in memory. Attachments are left out of their texts. An
/// error after some pieces concerns only the rest: what was returned before is as the server has it.
#[must_use = "nothing is read before `next` is called"]
pub struct EventStream<'a> {
    source: Source<'a>,
    state: State,
    /// The paths that were handed on.
    seen: HashSet<String>,
    /// The bytes of these paths, and of rows in doubt.
    held: Held,
}

enum State {
    /// The span, before the first request.
    Range(Timestamp, Timestamp),
    /// The answer to a query.
    Answer {
        rows: Box<Rows<Body>>,
        span: (Timestamp, Timestamp),
        /// Rows without data, about which another row or request may know more.
        doubtful: BTreeMap<String, Outcome>,
    },
    /// Paths to read, and outcomes that are certain already.
    Paths(Paths, Reading),
    Done,
    /// An error, or a cancelled call, came before the end.
    Broken,
}

impl Client {
    /// Reads every resource that has an event touching the span, recurring ones whole, and hands them on while they
    /// arrive. Apart from that as [`Client::read_range`].
    pub fn stream_range<'a>(
        &'a self,
        calendar: &'a Url,
        login: &'a Credentials,
        from: Timestamp,
        to: Timestamp,
    ) -> EventStream<'a> {
        EventStream::new(
            Source {
                client: self,
                calendar,
                login,
            },
            State::Range(from, to),
        )
    }

    /// Reads resources by their paths and hands them on batch by batch. Apart from that as [`Client::read`].
    pub fn stream<'a>(
        &'a self,
        calendar: &'a Url,
        login: &'a Credentials,
        hrefs: &[String],
    ) -> EventStream<'a> {
        let source = Source {
            client: self,
            calendar,
            login,
        };
        let paths = source.paths(hrefs.iter().cloned());
        EventStream::new(source, State::Paths(paths, Reading::default()))
    }
}

impl<'a> EventStream<'a> {
    fn new(source: Source<'a>, state: State) -> Self {
        Self {
            source,
            state,
            seen: HashSet::new(),
            held: Held::within(source.client.limits.listing_bytes),
        }
    }

    /// Returns the next piece; `None` when everything was returned. No path is in two of them.
    ///
    /// # Errors
    /// As the requests. After an error, or a call that was dropped, every call is an error: what is missing then must not
    /// look as if it were not there.
    pub async fn next(&mut self) -> Result<Option<Reading>, Error> {
        loop {
            let bit = match std::mem::replace(&mut self.state, State::Broken) {
                State::Range(from, to) => self.begin((from, to)).await?,
                State::Answer { rows, span, doubtful } => self.answer(rows, span, doubtful).await?,
                State::Paths(mut paths, mut bit) => {
                    self.state = if paths.read_some(self.source, &mut bit).await? {
                        State::Paths(paths, Reading::default())
                    } else {
                        State::Done
                    };
                    bit
                }
                State::Done => {
                    self.state = State::Done;
                    return Ok(None);
                }
                State::Broken => return Err(Error::malformed("reading it broke off before its end")),
            };
            if !bit.is_empty() {
                return Ok(Some(bit));
            }
        }
    }

    /// Reads everything that is left.
    pub(crate) async fn all(mut self) -> Result<Reading, Error> {
        let mut all = Reading::default();
        while let Some(bit) = self.next().await? {
            all.resources.extend(bit.resources);
            all.missing.extend(bit.missing);
            all.unreadable.extend(bit.unreadable);
        }
        Ok(all)
    }

    async fn begin(&mut self, span: (Timestamp, Timestamp)) -> Result<Reading, Error> {
        self.state = State::Answer {
            rows: Box::new(self.source.query(span, true).await?),
            span,
            doubtful: BTreeMap::new(),
        };
        Ok(Reading::default())
    }

    async fn answer(
        &mut self,
        mut rows: Box<Rows<Body>>,
        span: (Timestamp, Timestamp),
        mut doubtful: BTreeMap<String, Outcome>,
    ) -> Result<Reading, Error> {
        let mut bit = Reading::default();
        let mut bytes = 0;
        while bit.resources.len() < BATCH_RESOURCES && bytes < BATCH_BYTES {
            match rows.next_member().await {
                Ok(Some((href, row))) => {
                    // More paths than can be held are more than could be listed, too.
                    self.held.add(&href, None)?;
                    match outcome(row) {
                        read @ Outcome::Read { .. } => {
                            bytes += read.bytes();
                            if self.seen.insert(href.clone()) {
                                bit.put(href, read);
                            }
                        }
                        outcome => drop(doubtful.entry(href).or_insert(outcome)),
                    }
                }
                Ok(None) if !rows.is_truncated() => {
                    self.settle(doubtful);
                    return Ok(bit);
                }
                Ok(None) | Err(Error::TooLarge { .. }) => {
                    let hrefs = self.source.rest(span).await?;
                    let hrefs = hrefs.into_iter().filter(|href| !self.seen.contains(href));
                    self.state = State::Paths(self.source.paths(hrefs), Reading::default());
                    return Ok(bit);
                }
                Err(error) => return Err(error),
            }
        }
        self.state = State::Answer { rows, span, doubtful };
        Ok(bit)
    }

    /// Adds what a complete answer left in doubt. Duplicates happen; a row with data takes precedence over one without.
    fn settle(&mut self, doubtful: BTreeMap<String, Outcome>) {
        let mut certain = Reading::default();
        let mut without_data = Vec::new();
        for (href, outcome) in doubtful {
            match outcome {
                _ if self.seen.contains(&href) => {}
                Outcome::Missing => {}
                Outcome::Unreadable(Unreadable::NoData) => without_data.push(href),
                outcome => certain.put(href, outcome),
            }
        }
        self.state = State::Paths(self.source.paths(without_data.into_iter()), certain);
    }
}

impl Source<'_> {
    fn paths(self, hrefs: impl Iterator<Item = String>) -> Paths {
        Paths::new(hrefs, self.client.limits.batch)
    }

    pub(crate) async fn query(
        self,
        (from, to): (Timestamp, Timestamp),
        with_data: bool,
    ) -> Result<Rows<Body>, Error> {
        let body = requests::calendar_query(from, to, with_data);
        let request = Request::report(self.calendar.clone(), "1", body).streamed();
        let reply = self.client.send(request, self.login).await?;
        Ok(reply.rows(Bound::Bits).await?.about(self.calendar))
    }

    /// Returns the paths to read with smaller requests, since the answer was too large or the server truncated it.
    async fn rest(self, (from, to): (Timestamp, Timestamp)) -> Result<Vec<String>, Error> {
        let listed = match self.client.search(self.calendar, self.login, from, to).await {
            Err(error) if error.suggests_another_question() => {
                self.client.list_etags(self.calendar, self.login).await?
            }
            found => found?,
        };
        Ok(listed.into_iter().map(|listed| listed.href).collect())
    }
}
