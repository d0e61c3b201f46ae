//! Reading events (RFC 4791 section 7): by span, by path, one alone; and listing versions.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use jiff::Timestamp;
use url::Url;

use crate::href::{canonical_path, last_segment, resource_url};
use crate::multistatus::{MultiStatus, Row, is_success, quoted_etag};
use crate::requests;
use crate::transport::Request;
use crate::xml::Ns;
use crate::{Client, Credentials, Error, Listed, Reading, Resource, Unreadable};

impl Client {
    /// Reads every resource that has an event touching the span, recurring ones whole.
    ///
    /// Servers may return more than asked for, so the caller looks at the times again. When the answer is too large
    /// or the server truncates it, the same is read in smaller pieces. [`Reading::missing`] is empty.
    pub async fn read_range(
        &self,
        calendar: &Url,
        login: &Credentials,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Reading, Error> {
        let answer = match self.query(calendar, login, from, to, true).await {
            Ok(answer) if !answer.is_truncated() => answer,
            Ok(_) | Err(Error::TooLarge { .. }) => {
                return self.read_range_in_pieces(calendar, login, from, to).await;
            }
            Err(error) => return Err(error),
        };
        let mut reading = Reading::default();
        let mut without_data = Vec::new();
        for (href, outcome) in outcomes(members(calendar, answer)) {
            match outcome {
                Outcome::Missing => {}
                Outcome::Unreadable(Unreadable::NoData) => without_data.push(href),
                outcome => reading.put(href, outcome),
            }
        }
        if !without_data.is_empty() {
            let rest = self.read(calendar, login, &without_data).await?;
            reading.resources.extend(rest.resources);
            reading.unreadable.extend(rest.unreadable);
        }
        Ok(reading)
    }

    async fn read_range_in_pieces(
        &self,
        calendar: &Url,
        login: &Credentials,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Reading, Error> {
        let answer = self.query(calendar, login, from, to, false).await?;
        let hrefs: Vec<String> = if answer.is_truncated() {
            let listed = self.list_etags(calendar, login).await?;
            listed.into_iter().map(|listed| listed.href).collect()
        } else {
            members(calendar, answer).map(|(href, _)| href).collect()
        };
        let mut reading = self.read(calendar, login, &hrefs).await?;
        // Removed between the two requests.
        reading.missing.clear();
        Ok(reading)
    }

    async fn query(
        &self,
        calendar: &Url,
        login: &Credentials,
        from: Timestamp,
        to: Timestamp,
        with_data: bool,
    ) -> Result<MultiStatus, Error> {
        let body = requests::calendar_query(from, to, with_data);
        self.send(Request::report(calendar.clone(), "1", body), login)
            .await?
            .multistatus()?
            .about(calendar)
    }

    /// Reads resources by their paths, at most [`crate::Limits::batch`] in one request.
    ///
    /// Every path asked for is in exactly one of the lists of the answer, under the spelling it was asked for. What the
    /// server calls missing is asked for once more, alone, before it is called missing here.
    pub async fn read(
        &self,
        calendar: &Url,
        login: &Credentials,
        hrefs: &[String],
    ) -> Result<Reading, Error> {
        let mut reading = Reading::default();
        let mut known = BTreeSet::new();
        let hrefs: Vec<String> = hrefs.iter().filter(|href| known.insert(*href)).cloned().collect();
        // Smaller batches are put back on the pile when an answer is too large.
        let mut batches: Vec<&[String]> = hrefs.chunks(self.limits.batch.max(1)).rev().collect();
        while let Some(batch) = batches.pop() {
            match (self.read_batch(calendar, login, batch, &mut reading).await, batch) {
                (Ok(()), _) => {}
                (Err(Error::TooLarge { .. }), [alone]) => {
                    reading.unreadable.push((alone.clone(), Unreadable::TooLarge));
                }
                (Err(Error::TooLarge { .. }), _) => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second, first]);
                }
                (Err(error), _) => return Err(error),
            }
        }
        Ok(reading)
    }

    async fn read_batch(
        &self,
        calendar: &Url,
        login: &Credentials,
        batch: &[String],
        reading: &mut Reading,
    ) -> Result<(), Error> {
        let request = Request::report(calendar.clone(), "1", requests::calendar_multiget(batch));
        let answer = self.send(request, login).await?.multistatus()?.about(calendar)?;
        let asked_rows = members(calendar, answer)
            .filter_map(|(href, row)| Some((match_href(batch, &href)?.to_owned(), row)));
        let mut found = outcomes(asked_rows);
        for asked in batch {
            let outcome = match found.remove(asked) {
                // None of these proves that it is gone: some servers compare paths by their spelling. Being wrong
                // here would free taken time, and it happens seldom, so each is asked for alone.
                None | Some(Outcome::Missing | Outcome::Unreadable(Unreadable::NoData)) => {
                    self.read_alone(calendar, login, asked).await?
                }
                Some(outcome) => outcome,
            };
            reading.put(asked.clone(), outcome);
        }
        Ok(())
    }

    async fn read_alone(&self, calendar: &Url, login: &Credentials, href: &str) -> Result<Outcome, Error> {
        match self.fetch(calendar, login, href).await {
            Ok(Some(Resource { etag, data, .. })) => Ok(Outcome::Read { etag, data }),
            Ok(None) => Ok(Outcome::Missing),
            Err(Error::TooLarge { .. }) => Ok(Outcome::Unreadable(Unreadable::TooLarge)),
            Err(Error::Refused { status, .. }) => Ok(Outcome::Unreadable(Unreadable::Status(status))),
            Err(error) => Err(error),
        }
    }

    /// Reads one resource; `None` when it does not exist.
    pub async fn fetch(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
    ) -> Result<Option<Resource>, Error> {
        let request = Request::new(Method::GET, resource_url(calendar, href));
        match self.send(request, login).await?.success() {
            Ok(reply) => {
                let etag = reply
                    .headers
                    .get(http::header::ETAG)
                    .and_then(|value| value.to_str().ok());
                let data = String::from_utf8_lossy(&reply.body).into_owned();
                Ok(Some(Resource {
                    href: href.to_owned(),
                    etag: etag.map(quoted_etag),
                    data,
                }))
            }
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for one resource's version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not exist. `Ok(None)` means that the server tells no version.
    pub async fn etag(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
    ) -> Result<Option<String>, Error> {
        let body = requests::propfind(&["D:getetag"]);
        let request = Request::propfind(resource_url(calendar, href), "0", body);
        let answer = self.send(request, login).await?.multistatus()?;
        let row = answer
            .rows
            .first()
            .ok_or_else(|| Error::malformed("it is empty"))?;
        match row.status {
            Some(404 | 410) => Err(Error::NotFound),
            _ => Ok(row.etag()),
        }
    }

    /// Lists the paths and versions of everything in a calendar, for servers without sync-collection.
    ///
    /// # Errors
    /// [`Error::Refused`] with status 507 when the server leaves rows out: half a list would look like removals.
    pub async fn list_etags(&self, calendar: &Url, login: &Credentials) -> Result<Vec<Listed>, Error> {
        let body = requests::propfind(&["D:getetag", "D:resourcetype"]);
        let answer = self
            .send(Request::propfind(calendar.clone(), "1", body), login)
            .await?
            .multistatus()?
            .about(calendar)?;
        if answer.is_truncated() {
            return Err(Error::Refused {
                status: 507,
                precondition: None,
            });
        }
        // A resource that failed is still there; only its version is unknown.
        let rows = members(calendar, answer).filter(|(_, row)| !matches!(row.status, Some(404 | 410)));
        let versions: BTreeMap<String, Option<String>> = rows.map(|(href, row)| (href, row.etag())).collect();
        Ok(versions
            .into_iter()
            .map(|(href, etag)| Listed { href, etag })
            .collect())
    }
}

enum Outcome {
    Read { etag: Option<String>, data: String },
    Missing,
    Unreadable(Unreadable),
}

impl Reading {
    fn put(&mut self, href: String, outcome: Outcome) {
        match outcome {
            Outcome::Read { etag, data } => self.resources.push(Resource { href, etag, data }),
            Outcome::Missing => self.missing.push(href),
            Outcome::Unreadable(reason) => self.unreadable.push((href, reason)),
        }
    }
}

/// One outcome for each path. Duplicates happen; a row with data beats one without.
fn outcomes(rows: impl Iterator<Item = (String, Row)>) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    for (href, row) in rows {
        let outcome = outcome(row);
        if matches!(outcome, Outcome::Read { .. }) || !outcomes.contains_key(&href) {
            outcomes.insert(href, outcome);
        }
    }
    outcomes
}

fn outcome(mut row: Row) -> Outcome {
    if let Some(data) = row.take_prop(Ns::CalDav, "calendar-data") {
        let data = data.into_text();
        if !data.trim().is_empty() {
            return Outcome::Read {
                etag: row.etag(),
                data: data.trim_start().to_owned(),
            };
        }
    }
    match row.status_of(Ns::CalDav, "calendar-data") {
        Some(404 | 410) if row.status.is_some() => Outcome::Missing,
        Some(status) if !is_success(status) && status != 404 => {
            Outcome::Unreadable(Unreadable::Status(status))
        }
        _ => Outcome::Unreadable(Unreadable::NoData),
    }
}

/// The rows of an answer that stand for resources in the collection.
pub(crate) fn members(calendar: &Url, answer: MultiStatus) -> impl Iterator<Item = (String, Row)> {
    let own = canonical_path(calendar.path());
    let own = own.trim_end_matches('/').to_owned();
    let base = answer.base;
    answer.rows.into_iter().filter_map(move |row| {
        let href = crate::canonical_href(&base, &row.href)?;
        let is_member = !row.is_collection() && href.trim_end_matches('/') != own;
        is_member.then_some((href, row))
    })
}

/// Which of the paths asked for a row answers: the same path or, as hrefs may be mismatched, one with the same last
/// part, which is unique within a calendar.
fn match_href<'a>(asked: &'a [String], href: &str) -> Option<&'a String> {
    let same = asked.iter().find(|asked| *asked == href);
    same.or_else(|| {
        asked
            .iter()
            .find(|asked| last_segment(asked) == last_segment(href))
    })
}
