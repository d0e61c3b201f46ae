//! What must be true, at every moment and when everything is quiet.

use std::collections::BTreeSet;

use bookings::appointments::Booked;
use bookings::availability::SlotQuery;
use bookings::connections::RemoteCalendarView;
use bookings::{Status, WriteState, availability, jobs};
use ical::{Horizon, Owner};
use jiff::{SignedDuration, Timestamp, ToSpan};
use sandbox::CalendarId;
use store::{BusyStatus, connections, external_events};
use zones::Zone;

use super::Soak;
use super::events::DENSE_UID;
use super::people::is_quinces;

/// Time that an event takes: start, end, UID.
type Busy = (Timestamp, Timestamp, String);

impl Soak {
    /// Whenever Quince says that it has read all of a calendar since the last edit, it knows exactly what lies there.
    pub(super) async fn check_picture(&mut self) {
        for calendar in self.read_since_the_last_edit().await {
            self.counts.pictures += 1;
            let on_server = self.world.icloud(&calendar.name);
            self.compare(&calendar, on_server, "as of its last read").await;
        }
    }

    /// Nothing is booked over what lay in a calendar when Quince read it.
    pub(super) async fn check_booking(&mut self, booked: &Booked) {
        let view = self.world.appointment(booked).await;
        let span = Horizon {
            from: view.start,
            to: view.end,
        };
        for calendar in self.read_since_the_last_edit().await {
            let taken = self.on_server(self.world.icloud(&calendar.name), span).await;
            assert!(
                taken.is_empty(),
                "booked at {} over {taken:?} in {}, read at {:?}; {:?}",
                view.start,
                calendar.name,
                calendar.synced_at,
                self.counts
            );
        }
    }

    async fn read_since_the_last_edit(&self) -> Vec<RemoteCalendarView> {
        let mut calendars = self.world.connection().await.calendars;
        calendars.retain(|calendar| {
            let on_server = self.world.icloud(&calendar.name);
            let edited = self.edited.get(&on_server).copied().unwrap_or(Timestamp::MIN);
            let ahead = self.read_ahead.get(&on_server).copied();
            ["Home", "Work"].contains(&calendar.name.as_str())
                && calendar.synced_at != ahead
                && calendar.synced_at.is_some_and(|read| read > edited)
        });
        let mut read = Vec::new();
        for calendar in calendars {
            if !self.has_unread(&calendar).await {
                read.push(calendar);
            }
        }
        read
    }

    /// Is there an event about which no answer came to its end? Its last known times stay, and that is said.
    async fn has_unread(&self, calendar: &RemoteCalendarView) -> bool {
        let mut tx = self.world.quince.store().read().await.unwrap();
        let keys = external_events::list_keys(&mut tx, calendar.id).await.unwrap();
        let ids: Vec<_> = keys.into_iter().map(|key| key.id).collect();
        let problems = external_events::problems_of(&mut tx, &ids).await.unwrap();
        problems
            .values()
            .any(|problem| problem.contains("could not be read, so it may not block"))
    }

    /// After a clock was ahead: what was edited then counts as edited now, and when calendars were read then says nothing.
    pub(super) async fn forget_instants_ahead(&mut self) {
        let now = self.world.quince.now();
        for edited in self.edited.values_mut() {
            *edited = now.min(*edited);
        }
        for calendar in self.world.connection().await.calendars {
            if let Some(read) = calendar.synced_at.filter(|read| *read > now) {
                self.read_ahead.insert(self.world.icloud(&calendar.name), read);
            }
        }
    }

    /// Trouble ends, time passes, the jobs find nothing more to do: now everything must be equal.
    pub(super) async fn quiet(&mut self) {
        self.counts.quiets += 1;
        self.calm().await;
        // Longer than the longest back-off.
        for _ in 0..3 {
            self.world.clock.advance(SignedDuration::from_mins(61));
            jobs::run_due(&self.quince).await.unwrap();
        }
        self.send_given_up_mails_again().await;
        let connection = self.world.connection().await;
        assert_eq!(connection.problem, None, "seen to, and it works again");
        let mut busy = BTreeSet::new();
        for name in ["Home", "Work"] {
            let calendar = connection
                .calendars
                .iter()
                .find(|calendar| calendar.name == name)
                .unwrap();
            let on_server = self.world.icloud(name);
            busy.extend(self.compare(calendar, on_server, "when all is quiet").await);
        }
        self.check_mails().await;
        self.check_writes().await;
        self.check_offers(&busy).await;
        // The record of all requests would grow without end.
        self.world.control.clear_requests();
    }

    /// Both sides of one calendar. Returns what takes time in it.
    async fn compare(
        &self,
        calendar: &RemoteCalendarView,
        on_server: CalendarId,
        when: &str,
    ) -> BTreeSet<Busy> {
        // Well within the horizon, whose ends move.
        let now = self.world.quince.now();
        let (from, to) = (
            now - SignedDuration::from_hours(24),
            now + SignedDuration::from_hours(90 * 24),
        );
        let there = self.on_server(on_server, Horizon { from, to }).await;
        let mut tx = self.world.quince.store().read().await.unwrap();
        let here = external_events::between(&mut tx, &[calendar.id], from, to)
            .await
            .unwrap()
            .into_iter()
            .filter(|instance| {
                !matches!(
                    instance.busy_status,
                    BusyStatus::Transparent | BusyStatus::Cancelled | BusyStatus::Declined
                )
            })
            .map(|instance| (instance.starts_at, instance.ends_at, instance.uid));
        let here = joined(here, Horizon { from, to });
        let is_within = |busy: &Busy| {
            let covers = |other: &&Busy| other.2 == busy.2 && other.0 <= busy.0 && other.1 >= busy.1;
            here.iter().any(|other| covers(&other))
        };
        let is_dense = |busy: &Busy| busy.2.starts_with(DENSE_UID);
        let lost: Vec<_> = there
            .difference(&here)
            .filter(|busy| !(is_dense(busy) && is_within(busy)))
            .collect();
        let invented: Vec<_> = here.difference(&there).filter(|busy| !is_dense(busy)).collect();
        assert!(
            lost.is_empty() && invented.is_empty(),
            "{} at {now}, {when}: busy and not known {lost:?}; known and not busy {invented:?}; \
             read at {:?}, {:?}; {:?}",
            calendar.name,
            calendar.synced_at,
            calendar.problem,
            self.counts
        );
        there
    }

    async fn on_server(&self, calendar: CalendarId, horizon: Horizon) -> BTreeSet<Busy> {
        let mut tx = self.world.quince.store().read().await.unwrap();
        let connections = connections::list_for_staff(&mut tx, self.world.owner)
            .await
            .unwrap();
        let zone = Zone::utc();
        let owner = Owner {
            zone: &zone,
            addresses: &connections[0].discovered.addresses,
        };
        let events = self.world.control.events(calendar);
        let busy = events
            .iter()
            .filter(|event| !is_quinces(event))
            .flat_map(|event| ical::read(&event.ics, &owner, &horizon).instances)
            .filter(|instance| instance.blocks.takes_time(true))
            .map(|instance| (instance.start, instance.end, instance.uid.to_string()));
        joined(busy, horizon)
    }

    /// Each appointment has its event once, in the primary calendar and at its time, or Quince says what differs.
    async fn check_writes(&mut self) {
        let primary = self.world.connection().await.calendars;
        let primary = primary
            .iter()
            .find(|calendar| calendar.is_primary)
            .unwrap()
            .name
            .clone();
        for booked in self.booked.clone() {
            let view = self.world.appointment(&booked).await;
            let marker = format!("https://book.example/appointments/{}", view.id);
            let mut events = Vec::new();
            for name in ["Home", "Work"] {
                let found = self.world.control.events(self.world.icloud(name));
                events.extend(
                    found
                        .into_iter()
                        .map(|event| (name, event.ics.replace("\r\n ", ""))),
                );
            }
            events.retain(|(_, text)| text.contains(&marker));
            let write = view.write.as_ref().unwrap();
            let is_past = view.end < self.world.quince.now() - SignedDuration::from_hours(2);
            let context = format!("{view:#?}\n{events:#?}\n{:?}", self.counts);
            assert!(events.len() <= 1, "an event twice: {context}");
            match (view.status, write.state) {
                (Status::Cancelled, _) => assert!(events.is_empty(), "cancelled, and still there: {context}"),
                // What lies behind is not followed from calendar to calendar.
                _ if is_past => {}
                (_, WriteState::ChangedInIcloud) => {
                    let moved = events.iter().any(|(_, text)| !text.contains(&starts(view.start)));
                    assert!(events.is_empty() || moved, "nothing was changed: {context}");
                }
                (_, WriteState::Written) => {
                    assert_eq!(events.len(), 1, "lost: {context}");
                    if view.end > self.followed_from {
                        assert_eq!(events[0].0, primary, "in another calendar: {context}");
                    }
                    assert!(
                        events[0].1.contains(&starts(view.start)),
                        "at another time: {context}"
                    );
                }
                _ => panic!("neither written nor changed: {context}"),
            }
        }
        // Settled ones need not be looked at for ever.
        let keep = self.booked.len().saturating_sub(60);
        self.booked.drain(..keep);
    }

    /// Nothing is offered at a time that is taken on the server.
    async fn check_offers(&self, busy: &BTreeSet<Busy>) {
        let zone = Zone::utc();
        let first = zone.date(self.world.quince.now());
        let last = first.saturating_add(14.days());
        let free = availability::free(&self.quince, &SlotQuery::new("intro", first, last, &zone))
            .await
            .unwrap();
        for slot in free.days.values().flatten() {
            let taken = busy
                .iter()
                .find(|(start, end, _)| *start < slot.end && *end > slot.start);
            assert_eq!(taken, None, "offered at {}", slot.start);
        }
    }
}

/// What an event takes of a span, in as few pieces as possible: occurrences that touch may be kept as one.
fn joined(busy: impl Iterator<Item = Busy>, span: Horizon) -> BTreeSet<Busy> {
    let mut all: Vec<Busy> = busy
        .map(|(start, end, uid)| (start.max(span.from), end.min(span.to), uid))
        .filter(|(start, end, _)| start < end)
        .collect();
    all.sort_by(|a, b| (&a.2, a.0, a.1).cmp(&(&b.2, b.0, b.1)));
    let mut joined: Vec<Busy> = Vec::new();
    for (start, end, uid) in all {
        match joined.last_mut() {
            Some(last) if last.2 == uid && start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end, uid)),
        }
    }
    joined.into_iter().collect()
}

fn starts(start: Timestamp) -> String {
    format!("DTSTART:{}", start.strftime("%Y%m%dT%H%M%SZ"))
}
