//! Idempotent writes and removals of one event: a call that is repeated after a lost response leads to the same result.
//!
//! This module keeps no state: the caller stores what is returned, and calls again after a failure.

use caldav::{Client, Credentials, Error};
use url::Url;

/// The calendar that is written to.
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) login: Credentials,
    pub(crate) calendar: Url,
}

/// The result of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PutResult {
    /// The event is in the calendar.
    Written { href: String, etag: Option<String> },
    /// The UID can no longer be used in this calendar: it was deleted, or another calendar of the account has it. Store a fresh UID
    /// before writing again, so that a lost response cannot lead to two events.
    UidSpent,
}

impl Target {
    /// Returns the path of a new event with this UID.
    pub(crate) fn href(&self, uid: &str) -> Option<String> {
        caldav::canonical_href(&self.calendar, &format!("{uid}.ics"))
    }

    /// Creates the event if it has no path yet, and replaces it otherwise. Quince's version overwrites changes that were made in iCloud
    /// (D4), as the appointment has changed in Quince since.
    pub(crate) async fn put(
        &self,
        uid: &str,
        href: Option<&str>,
        etag: Option<&str>,
        ics: &str,
    ) -> Result<PutResult, Error> {
        match href {
            None => self.create(uid, ics).await,
            Some(href) => self.replace(href, etag, ics).await,
        }
    }

    async fn create(&self, uid: &str, ics: &str) -> Result<PutResult, Error> {
        let taken = match self
            .client
            .create(&self.calendar, &self.login, &format!("{uid}.ics"), ics)
            .await
        {
            Ok(written) => {
                return Ok(PutResult::Written {
                    href: written.href,
                    etag: written.etag,
                });
            }
            Err(error @ (Error::PreconditionFailed | Error::UidConflict)) => error,
            Err(error) => return Err(error),
        };
        // If the response to an earlier attempt was lost, the event in the way is the one that it created.
        let Some(href) = self.href(uid) else {
            return Err(taken);
        };
        match self.client.fetch(&self.calendar, &self.login, &href).await? {
            Some(found) if ical::uid(&found.data).as_deref() == Some(uid) => {
                if ical::same_event(ics, &found.data) {
                    return Ok(PutResult::Written {
                        href,
                        etag: found.etag,
                    });
                }
                self.replace(&href, found.etag.as_deref(), ics).await
            }
            _ => Ok(PutResult::UidSpent),
        }
    }

    async fn replace(&self, href: &str, etag: Option<&str>, ics: &str) -> Result<PutResult, Error> {
        let known = match etag {
            Some(etag) => Some(etag.to_owned()),
            None => match self.client.etag(&self.calendar, &self.login, href).await {
                Err(Error::NotFound) => return self.uid_spent().await,
                other => other?,
            },
        };
        let Some(known) = known else {
            return Err(Error::Malformed {
                what: "the server tells no version of the event".to_owned(),
            });
        };
        match self
            .client
            .update(&self.calendar, &self.login, href, &known, ics)
            .await
        {
            Ok(written) => {
                return Ok(PutResult::Written {
                    href: written.href,
                    etag: written.etag,
                });
            }
            Err(Error::NotFound) => return self.uid_spent().await,
            Err(Error::PreconditionFailed) => {}
            Err(error) => return Err(error),
        }
        let Some(found) = self.client.fetch(&self.calendar, &self.login, href).await? else {
            return self.uid_spent().await;
        };
        if ical::same_event(ics, &found.data) {
            return Ok(PutResult::Written {
                href: href.to_owned(),
                etag: found.etag,
            });
        }
        let etag = found.etag.as_deref().unwrap_or(&known);
        match self
            .client
            .update(&self.calendar, &self.login, href, etag, ics)
            .await
        {
            Ok(written) => Ok(PutResult::Written {
                href: written.href,
                etag: written.etag,
            }),
            Err(Error::NotFound) => self.uid_spent().await,
            Err(error) => Err(error),
        }
    }

    /// Returns [`PutResult::UidSpent`] if the calendar still exists. After an account has moved, its old server answers 404 to everything,
    /// and a fresh UID would lead to a duplicate event.
    async fn uid_spent(&self) -> Result<PutResult, Error> {
        self.check_calendar_exists().await?;
        Ok(PutResult::UidSpent)
    }

    /// Checks that the calendar still exists.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the calendar is not at its URL.
    async fn check_calendar_exists(&self) -> Result<(), Error> {
        self.client
            .etag(&self.calendar, &self.login, self.calendar.path())
            .await
            .map(drop)
    }

    /// Removes an event, even if it was changed in the calendar meanwhile, or if the response to its creation was lost.
    pub(crate) async fn remove(
        &self,
        uid: &str,
        href: Option<&str>,
        etag: Option<&str>,
    ) -> Result<(), Error> {
        let Some(href) = href.map(str::to_owned).or_else(|| self.href(uid)) else {
            return Ok(());
        };
        let was_there = match self.client.delete(&self.calendar, &self.login, &href, etag).await {
            Err(Error::PreconditionFailed) => {
                self.client.delete(&self.calendar, &self.login, &href, None).await
            }
            other => other,
        };
        if was_there? {
            return Ok(());
        }
        self.check_calendar_exists().await
    }
}
