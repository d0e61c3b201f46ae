//! From an address and a login to an account (RFC 4791 section 6.2, RFC 5397, RFC 6638, RFC 6764).

mod address;
mod find;

use url::Url;

pub use address::{Address, NotAnAddress};
pub use find::{FindError, Found};

use crate::body::Bound;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::model::Account;
use crate::multistatus::Row;
use crate::requests;
use crate::scope::Scope;
use crate::transport::{Request, place_of};
use crate::xml::{Element, Ns};

/// Most homes and addresses of one account.
const MOST: usize = 100;
const PROPERTIES: &[&str] = &[
    "D:current-user-principal",
    "D:displayname",
    "C:calendar-home-set",
    "C:calendar-user-address-set",
];

impl Client {
    /// Finds the account behind an entry address and by that checks the login.
    ///
    /// The entry may be a server's root, a principal or a calendar home. For servers other than iCloud it is followed
    /// by `/.well-known/caldav` and the root of the same host when it leads nowhere.
    ///
    /// # Errors
    /// [`Error::WrongLogin`] as soon as any step says 401; [`Error::NoCalendars`] when the login is right but there is
    /// no calendar home; [`Error::OutOfScope`] when the server points to a host that must not get the login.
    pub async fn discover(&self, entry: &Url, login: &Credentials) -> Result<Account, Error> {
        let mut first_error = None;
        for start in self.starts(entry) {
            match self.discover_from(entry, &start, login).await {
                Ok(account) => return Ok(account),
                // Only these say "not here"; everything else would be the same at the next address.
                Err(
                    error @ (Error::NotFound
                    | Error::Refused { .. }
                    | Error::Malformed { .. }
                    | Error::NoCalendars),
                ) => {
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(first_error.unwrap_or(Error::NotFound))
    }

    fn starts(&self, entry: &Url) -> Vec<Url> {
        let mut starts = vec![entry.clone()];
        if self.scope != Scope::Icloud {
            for path in ["/.well-known/caldav", "/"] {
                starts.extend(entry.join(path).ok().filter(|url| !starts.contains(url)));
            }
        }
        starts
    }

    async fn discover_from(&self, entry: &Url, start: &Url, login: &Credentials) -> Result<Account, Error> {
        let (base, row) = self.propfind_account(start, login).await?;
        let principal = match principal_href(&row)? {
            Some(href) => self.resolve(entry, &base, href)?,
            // The entry may be the principal itself, on a server that does not say so.
            None if row.prop(Ns::CalDav, "calendar-home-set").is_some() => base,
            None => return Err(Error::malformed("it names no principal")),
        };
        let (base, row) = self.propfind_account(&principal, login).await?;
        Ok(Account {
            homes: self.homes(entry, &base, &row)?,
            addresses: addresses(&row),
            display_name: row.text(Ns::Dav, "displayname").map(str::to_owned),
            principal,
        })
    }

    /// The row that describes what was asked for, with the URL that answered: the answer to Depth 0 has one, whatever
    /// its href says.
    async fn propfind_account(&self, url: &Url, login: &Credentials) -> Result<(Url, Row), Error> {
        let request = Request::propfind(url.clone(), "0", requests::propfind(PROPERTIES));
        let rows = self.send(request, login).await?.rows(Bound::Whole).await?;
        let base = rows.base().clone();
        let row = rows.first().await?;
        match row.status {
            Some(404 | 410) => Err(Error::NotFound),
            Some(401) => Err(Error::WrongLogin),
            Some(status) if status >= 400 => Err(Error::Refused {
                status,
                precondition: None,
            }),
            _ => Ok((base, row)),
        }
    }

    fn homes(&self, entry: &Url, base: &Url, row: &Row) -> Result<Vec<Url>, Error> {
        let Some(set) = row.prop(Ns::CalDav, "calendar-home-set") else {
            return Err(Error::NoCalendars);
        };
        let mut homes = Vec::new();
        let mut out_of_scope = None;
        for href in set.all(Ns::Dav, "href").filter_map(Element::text).take(MOST) {
            match self.resolve(entry, base, href) {
                Ok(home) if homes.contains(&home) => {}
                Ok(home) => homes.push(home),
                Err(error) => out_of_scope = Some(error),
            }
        }
        if homes.is_empty() {
            Err(out_of_scope.unwrap_or(Error::NoCalendars))
        } else {
            Ok(homes)
        }
    }

    /// Returns an address from an answer, to which later requests will send the login.
    pub(crate) fn resolve(&self, given: &Url, base: &Url, href: &str) -> Result<Url, Error> {
        let target = base
            .join(href)
            .map_err(|_| Error::malformed("it holds an invalid address"))?;
        if self.scope.permits(given, &target) {
            Ok(target)
        } else {
            Err(Error::OutOfScope {
                host: place_of(&target),
            })
        }
    }
}

fn principal_href(row: &Row) -> Result<Option<&str>, Error> {
    let Some(principal) = row.prop(Ns::Dav, "current-user-principal") else {
        return Ok(None);
    };
    if principal.child(Ns::Dav, "unauthenticated").is_some() {
        return Err(Error::WrongLogin);
    }
    Ok(principal.href())
}

fn addresses(row: &Row) -> Vec<String> {
    let Some(set) = row.prop(Ns::CalDav, "calendar-user-address-set") else {
        return Vec::new();
    };
    let mut addresses = Vec::new();
    for text in set.all(Ns::Dav, "href").filter_map(Element::text).take(MOST) {
        let is_mail = text
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        let address = if is_mail { &text[7..] } else { continue };
        if !addresses
            .iter()
            .any(|known: &String| known.eq_ignore_ascii_case(address))
        {
            addresses.push(address.to_owned());
        }
    }
    addresses
}
