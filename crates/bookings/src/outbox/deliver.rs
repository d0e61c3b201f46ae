//! Puts one event into a calendar, or removes it, so that it is there once whatever was lost on the way.
//!
//! Nothing here remembers anything: the caller stores what comes back, and calls again after a failure.

use caldav::{Client, Credentials, Error};
use url::Url;

/// The calendar that is written to.
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) login: Credentials,
    pub(crate) calendar: Url,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Put {
    /// The event is in the calendar.
    Written { href: String, etag: Option<String> },
    /// This UID can no longer be used here: it was deleted, or another calendar of the account has it. Remember a fresh
    /// one before writing again, so that a lost answer cannot lead to two events.
    UidSpent,
}

impl Target {
    /// The path at which an event of this UID is made.
    pub(crate) fn href(&self, uid: &str) -> Option<String> {
        caldav::canonical_href(&self.calendar, &format!("{uid}.ics"))
    }

    /// Writes an event: makes it when it has no path yet, replaces it otherwise. Quince's version wins over what a
    /// person changed in iCloud (D4), as the appointment was changed in Quince since.
    pub(crate) async fn put(
        &self,
        uid: &str,
        href: Option<&str>,
        etag: Option<&str>,
        ics: &str,
    ) -> Result<Put, Error> {
        match href {
            None => self.create(uid, ics).await,
            Some(href) => self.replace(href, etag, ics).await,
        }
    }

    async fn create(&self, uid: &str, ics: &str) -> Result<Put, Error> {
        let taken = match self
            .client
            .create(&self.calendar, &self.login, &format!("{uid}.ics"), ics)
            .await
        {
            Ok(written) => {
                return Ok(Put::Written {
                    href: written.href,
                    etag: written.etag,
                });
            }
            Err(error @ (Error::PreconditionFailed | Error::UidConflict)) => error,
            Err(error) => return Err(error),
        };
        // The answer to an earlier try may have been lost: then the event that is in the way is ours.
        let Some(href) = self.href(uid) else {
            return Err(taken);
        };
        match self.client.fetch(&self.calendar, &self.login, &href).await? {
            Some(found) if ical::uid(&found.data).as_deref() == Some(uid) => {
                if ical::same_event(ics, &found.data) {
                    return Ok(Put::Written {
                        href,
                        etag: found.etag,
                    });
                }
                self.replace(&href, found.etag.as_deref(), ics).await
            }
            _ => Ok(Put::UidSpent),
        }
    }

    async fn replace(&self, href: &str, etag: Option<&str>, ics: &str) -> Result<Put, Error> {
        let known = match etag {
            Some(etag) => Some(etag.to_owned()),
            None => match self.client.etag(&self.calendar, &self.login, href).await {
                Err(Error::NotFound) => return self.spent().await,
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
                return Ok(Put::Written {
                    href: written.href,
                    etag: written.etag,
                });
            }
            Err(Error::NotFound) => return self.spent().await,
            Err(Error::PreconditionFailed) => {}
            Err(error) => return Err(error),
        }
        let Some(found) = self.client.fetch(&self.calendar, &self.login, href).await? else {
            return self.spent().await;
        };
        if ical::same_event(ics, &found.data) {
            return Ok(Put::Written {
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
            Ok(written) => Ok(Put::Written {
                href: written.href,
                etag: written.etag,
            }),
            Err(Error::NotFound) => self.spent().await,
            Err(error) => Err(error),
        }
    }

    /// The event is gone and its UID with it, if the calendar is still there. An account that has moved leaves a host
    /// behind that answers 404 to everything; a new event beside the present one would be one too many.
    async fn spent(&self) -> Result<Put, Error> {
        self.calendar_is_there().await?;
        Ok(Put::UidSpent)
    }

    /// # Errors
    /// [`Error::NotFound`] when the calendar itself is not where it was.
    async fn calendar_is_there(&self) -> Result<(), Error> {
        self.client
            .etag(&self.calendar, &self.login, self.calendar.path())
            .await
            .map(drop)
    }

    /// Removes an event, also one that a person changed meanwhile, and one whose making was never answered.
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
        self.calendar_is_there().await
    }
}
