//! What goes wrong, what is switched, and what was asked.

use jiff::Timestamp;

use super::Control;
use crate::record::RecordedRequest;
use crate::switches::{Fault, Switches};
use crate::world::{CalendarId, Invitation};

impl Control {
    /// Makes every sync token of a calendar that was given out so far unknown.
    pub fn expire_sync_tokens(&self, calendar: CalendarId) {
        self.shared.lock().expire_tokens(calendar);
    }

    /// Down: every connection is reset before any answer. Up again ends any standing fault.
    pub fn set_down(&self, down: bool) {
        self.set_outage(down.then_some(Fault::Reset));
    }

    /// Strikes every request with this fault, until told otherwise.
    pub fn set_outage(&self, fault: Option<Fault>) {
        self.shared.lock().faults.standing = fault;
    }

    /// Strikes every request to one calendar with this fault, until told otherwise. The others go on working.
    pub fn set_calendar_fault(&self, calendar: CalendarId, fault: Option<Fault>) {
        self.shared.lock().faults.set_for_calendar(calendar, fault);
    }

    /// Strikes every search of a calendar by time with this fault, until told otherwise. Each other request goes on working.
    pub fn set_search_fault(&self, fault: Option<Fault>) {
        self.shared.lock().faults.of_searches = fault;
    }

    /// Strikes the next request with this fault; several faults wait in line.
    pub fn inject(&self, fault: Fault) {
        self.shared.lock().faults.push(None, fault);
    }

    /// Strikes the next request of this method with this fault.
    pub fn inject_on(&self, method: &str, fault: Fault) {
        self.shared.lock().faults.push(Some(method), fault);
    }

    /// Ends the outage and forgets waiting faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// The positions of all switches.
    pub fn switches(&self) -> Switches {
        self.shared.lock().switches.clone()
    }

    /// Sets all switches.
    pub fn set_switches(&self, switches: Switches) {
        self.shared.lock().switches = switches;
    }

    /// Changes some switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.shared.lock().switches);
    }

    /// The requests to the `CalDAV` side since the start or the last clearing, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock().log.all()
    }

    /// Forgets the requests.
    pub fn clear_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// The mails that would have been sent to guests.
    pub fn invitations(&self) -> Vec<Invitation> {
        self.shared.lock().invitations.clone()
    }

    /// The sandbox's time.
    pub fn now(&self) -> Timestamp {
        self.shared.lock().clock.now()
    }
}
