//! The state of people's calendars, as colleagues may see it: the server and the time of the last sync, but no calendar names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::StaffId;
use store::remote_calendars::{self, RemoteCalendar};
use store::{ConnectionState, ReadTx, StoreError, connections, staff};

use crate::accounts::is_admin;
use crate::clock::ago;
use crate::error::Error;
use crate::quince::Quince;
use crate::servers::{CalendarState, freshness, server_name};

/// Current problems of people's connections and calendars, in sentences.
pub(crate) struct Health(Vec<(StaffId, String)>);

impl Health {
    pub(crate) async fn load(tx: &mut ReadTx, now: Timestamp) -> Result<Self, StoreError> {
        let team = staff::list(tx).await?;
        let calendars = remote_calendars::list_all(tx).await?;
        let mut ailing = Vec::new();
        for connection in connections::list_all(tx).await? {
            let owner = connection.staff_id;
            let state = freshness::state(&connection, now);
            if state != ConnectionState::Connected {
                ailing.push((owner, freshness::of_colleague(&connection, now)));
            }
            let person = team.iter().find(|person| person.id == owner);
            let primary = person.and_then(|person| person.primary_calendar_id);
            let own = calendars
                .iter()
                .filter(|calendar| calendar.connection_id == connection.id);
            for calendar in own {
                let of_calendar = CalendarState::of(calendar, primary, now);
                // If the connection is not connected, all of its calendars are out of date, and its own sentence suffices.
                if of_calendar == CalendarState::Stale && state != ConnectionState::Connected {
                    continue;
                }
                let name = if primary == Some(calendar.id) {
                    format!("the primary calendar ({})", server_name(&connection))
                } else {
                    format!(
                        "a calendar that is checked for conflicts ({})",
                        server_name(&connection)
                    )
                };
                ailing.extend(sentence(&name, calendar, of_calendar, now).map(|text| (owner, text)));
            }
        }
        Ok(Self(ailing))
    }

    /// Returns the sentences about a person's connections and calendars.
    pub(crate) fn of(&self, person: StaffId) -> impl Iterator<Item = &str> {
        let of_person = self.0.iter().filter(move |(owner, _)| *owner == person);
        of_person.map(|(_, sentence)| sentence.as_str())
    }
}

fn sentence(name: &str, calendar: &RemoteCalendar, state: CalendarState, now: Timestamp) -> Option<String> {
    match state {
        CalendarState::Unused | CalendarState::Fresh | CalendarState::Trying => None,
        CalendarState::Stale => Some(match calendar.synced_at {
            Some(at) => format!(
                "{name} was read {}; what you see may be out of date.",
                ago(at, now)
            ),
            None => format!("{name} could not be read yet."),
        }),
        CalendarState::Closed => Some(format!("{name} cannot be read.")),
        CalendarState::Vanished => Some(format!(
            "{name} is no longer there; what you see may be out of date."
        )),
        CalendarState::ReadOnly => Some(format!("{name} can no longer be written to.")),
    }
}

/// Returns problems of calendars by person, for the owner and admins; others get an empty map.
pub async fn out_of_date(quince: &Quince, viewer: StaffId) -> Result<BTreeMap<StaffId, Vec<String>>, Error> {
    let mut tx = quince.store().read().await?;
    let viewer = staff::find(&mut tx, viewer).await?;
    if !viewer.is_some_and(|viewer| is_admin(viewer.account.role)) {
        return Ok(BTreeMap::new());
    }
    let Health(ailing) = Health::load(&mut tx, quince.now()).await?;
    let mut by_person: BTreeMap<StaffId, Vec<String>> = BTreeMap::new();
    for (person, sentence) in ailing {
        // The sentence stands alone here, so it begins with a capital letter.
        let mut letters = sentence.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let sentence = first.chain(letters.clone()).collect();
        by_person.entry(person).or_default().push(sentence);
    }
    Ok(by_person)
}
