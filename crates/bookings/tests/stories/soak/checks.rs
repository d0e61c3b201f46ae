//! What must be true, at every moment and when everything is quiet.

use std::collections::BTreeSet;

use bookings::connections::RemoteCalendarView;
use bookings::slots::Question;
use bookings::{Status, WriteState, jobs, slots};
use ical::{Horizon, Owner};
use jiff::{SignedDuration, Timestamp, ToSpan};
use sandbox::CalendarId;
use store::external_events;
use zones::Zone;

use super::Soak;
use super::people::is_quinces;

/// Time that an event takes: start, end, UID.
type Busy = (Timestamp, Timestamp, String);

impl Soak {
    /// Whenever Quince says that it has read a calendar since the last edit, it knows exactly what lies there.
    pub(super) async fn check_picture(&mut self) {
        let connection = self.world.connection().await;
        for name in ["Home", "Work"] {
            let calendar = connection
                .calendars
                .iter()
                .find(|calendar| calendar.name == name)
                .unwrap();
            let on_server = self.world.icloud(name);
            let edited = self.edited.get(&on_server).copied().unwrap_or(Timestamp::MIN);
            if calendar.synced_at.is_some_and(|read| read > edited) {
                self.counts.pictures += 1;
                self.compare(calendar, on_server, "as of its last read").await;
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
        let there = self.on_server(on_server, Horizon { from, to });
        let mut tx = self.world.quince.store().read().await.unwrap();
        let here: BTreeSet<Busy> = external_events::between(&mut tx, &[calendar.id], from, to)
            .await
            .unwrap()
            .into_iter()
            .filter(|instance| !["transparent", "cancelled", "declined"].contains(&instance.blocks.as_str()))
            .map(|instance| (instance.starts_at, instance.ends_at, instance.uid))
            .collect();
        let lost: Vec<_> = there.difference(&here).collect();
        let invented: Vec<_> = here.difference(&there).collect();
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

    fn on_server(&self, calendar: CalendarId, horizon: Horizon) -> BTreeSet<Busy> {
        let zone = Zone::utc();
        let owner = Owner {
            zone: &zone,
            addresses: &[],
        };
        self.world
            .control
            .events(calendar)
            .iter()
            .filter(|event| !is_quinces(event))
            .flat_map(|event| ical::read(&event.ics, &owner, &horizon).instances)
            .filter(|instance| instance.blocks.takes_time(true))
            .map(|instance| (instance.start, instance.end, instance.uid.to_string()))
            .collect()
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
            let told = format!("{view:#?}\n{events:#?}\n{:?}", self.counts);
            assert!(events.len() <= 1, "an event twice: {told}");
            match (view.status, write.state) {
                (Status::Cancelled, _) => assert!(events.is_empty(), "cancelled, and still there: {told}"),
                // What lies behind is not followed from calendar to calendar.
                _ if is_past => {}
                (_, WriteState::ChangedInIcloud) => {
                    let moved = events.iter().any(|(_, text)| !text.contains(&starts(view.start)));
                    assert!(events.is_empty() || moved, "nothing was changed: {told}");
                }
                (_, WriteState::Written) => {
                    assert_eq!(events.len(), 1, "lost: {told}");
                    assert_eq!(events[0].0, primary, "in another calendar: {told}");
                    assert!(
                        events[0].1.contains(&starts(view.start)),
                        "at another time: {told}"
                    );
                }
                _ => panic!("neither written nor changed: {told}"),
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
        let free = slots::free(&self.quince, &Question::new("intro", first, last, &zone))
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

fn starts(start: Timestamp) -> String {
    format!("DTSTART:{}", start.strftime("%Y%m%dT%H%M%SZ"))
}
