//! What people do: on their phones with their calendars, and as clients with the booking page.

use bookings::appointments::{self, Actor, Booking};
use bookings::availability::SlotQuery;
use bookings::{Error, Status, availability, configuration};
use jiff::{Timestamp, ToSpan};
use sandbox::{CalendarId, StoredEvent};
use zones::Zone;

use super::Soak;

impl Soak {
    pub(super) fn calendars(&self) -> Vec<CalendarId> {
        vec![self.world.icloud("Home"), self.world.icloud("Work")]
    }

    fn foreign_events(&self, calendar: CalendarId) -> Vec<StoredEvent> {
        let mut events = self.world.control.events(calendar);
        events.retain(|event| !is_quinces(event));
        events
    }

    /// Somebody edits a calendar on the phone.
    pub(super) fn edit(&mut self) {
        self.counts.edits += 1;
        let calendars = self.calendars();
        let calendar = self.dice.pick(&calendars).unwrap();
        let control = self.world.control.clone();
        let event = self.foreign_events(calendar);
        let event = self.dice.pick(&event);
        let start = self.some_time();
        match (self.dice.below(8), event) {
            (0..2, Some(event)) => {
                control.move_event(calendar, &event.href, start);
            }
            (2..4, Some(event)) => {
                control.delete_event(calendar, &event.href);
            }
            (4, Some(event)) => {
                control.retitle_event(calendar, &event.href, "Renamed");
            }
            (5, _) => self.edit_an_appointment(calendar),
            _ => {
                let ics = self.some_event(start);
                control.put_event(calendar, &ics);
            }
        }
        self.edited.insert(calendar, self.world.quince.now());
    }

    /// Somebody moves or deletes what Quince wrote (D4).
    fn edit_an_appointment(&mut self, calendar: CalendarId) {
        let mut events = self.world.control.events(calendar);
        events.retain(is_quinces);
        let Some(event) = self.dice.pick(&events) else {
            return;
        };
        let start = self.some_time();
        if self.dice.below(2) == 0 {
            self.world.control.move_event(calendar, &event.href, start);
        } else {
            self.world.control.delete_event(calendar, &event.href);
        }
    }

    /// An hour of the coming two weeks.
    fn some_time(&mut self) -> Timestamp {
        let day = self.world.quince.now().as_second() / 86_400 + i64::from(self.dice.below(14));
        let quarter = i64::from(self.dice.below(96));
        Timestamp::from_second(day * 86_400 + quarter * 900).unwrap()
    }

    /// A client books, moves or cancels; a host changes the primary calendar.
    pub(super) async fn client(&mut self) {
        match self.dice.below(10) {
            0..6 => self.book().await,
            6 => self.reschedule().await,
            7..9 => self.cancel().await,
            _ => self.change_primary().await,
        }
    }

    async fn free_time(&mut self) -> Option<Timestamp> {
        let zone = Zone::utc();
        let first = zone
            .date(self.world.quince.now())
            .saturating_add(i64::from(self.dice.below(7)).days());
        let last = first.saturating_add(3.days());
        let free = availability::free(&self.quince, &SlotQuery::new("intro", first, last, &zone))
            .await
            .unwrap();
        let starts: Vec<Timestamp> = free.days.values().flatten().map(|slot| slot.start).collect();
        self.dice.pick(&starts)
    }

    async fn book(&mut self) {
        let Some(start) = self.free_time().await else {
            return;
        };
        self.counts.tries += 1;
        let booking = Booking {
            start,
            idempotency_key: format!("soak-{}", self.counts.tries),
            ..crate::world::adas_booking("10:00")
        };
        match appointments::book(&self.quince, booking).await {
            Ok(booked) => {
                self.counts.bookings += 1;
                self.check_booking(&booked).await;
                self.booked.push(booked);
            }
            // The last look at the server found it taken.
            Err(Error::Refused(_) | Error::SlotTaken { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }

    /// A booking that can still be changed, with its client.
    async fn some_booking(&mut self) -> Option<Actor> {
        let recent: Vec<_> = self.booked.iter().rev().take(20).cloned().collect();
        let booked = self.dice.pick(&recent)?;
        let view = self.world.appointment(&booked).await;
        let is_active = matches!(view.status, Status::New | Status::Confirmed);
        (is_active && view.start > self.world.quince.now()).then_some(Actor::Client {
            token: booked.manage_token,
        })
    }

    async fn reschedule(&mut self) {
        let (Some(actor), Some(start)) = (self.some_booking().await, self.free_time().await) else {
            return;
        };
        match appointments::reschedule(&self.quince, &actor, start).await {
            Ok(_) => self.counts.changes += 1,
            Err(Error::Internal(error)) => panic!("{error:?}"),
            Err(_) => {}
        }
    }

    async fn cancel(&mut self) {
        if let Some(actor) = self.some_booking().await {
            appointments::cancel(&self.quince, &actor, "").await.unwrap();
            self.counts.changes += 1;
        }
    }

    async fn change_primary(&mut self) {
        let name = if self.dice.below(2) == 0 { "Home" } else { "Work" };
        let chosen = self.world.remote(name).await;
        let other = self
            .world
            .remote(if name == "Home" { "Work" } else { "Home" })
            .await;
        // Refused while the calendar is gone or may not be written to.
        if configuration::save_primary(&self.quince, self.world.owner, Some(chosen))
            .await
            .is_ok()
        {
            configuration::save_conflicts(&self.quince, self.world.owner, vec![other])
                .await
                .unwrap();
            self.counts.changes += 1;
            self.followed_from = self.followed_from.max(self.quince.now());
        }
    }
}

/// Whether Quince made an event, also when somebody changed it since.
pub(super) fn is_quinces(event: &StoredEvent) -> bool {
    event
        .ics
        .replace("\r\n ", "")
        .contains("https://book.example/appointments/")
}
