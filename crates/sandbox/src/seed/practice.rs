//! A believable person's calendars: some weeks around today, with each kind of event that matters to bookings.
//!
//! Paths and UIDs are the same in every run, so that a client which remembers them finds them again.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use super::plan::{Extra, PLANS, Plan, Turns};
use crate::control::plant;
use crate::ics::edit::compose;
use crate::ics::lines::escape;
use crate::ics::times::utc_text;
use crate::world::{AccountId, Calendar, CalendarId, Kind, World, stable_uuid};

/// Weeks before and after this one that hold single events.
const WEEKS: std::ops::RangeInclusive<i64> = -1..=5;

/// Gives an account the practice calendars; `person` varies the events from account to account.
pub(super) fn fill(world: &mut World, account: AccountId, person: usize) {
    let calendars = [
        ("Home", "#1BADF8FF", Kind::Events),
        ("Work", "#63DA38FF", Kind::Events),
        ("Family", "#CC73E1FF", Kind::Shared),
        ("Reminders", "#FF9500FF", Kind::Reminders),
        ("US Holidays", "#8E8E93FF", Kind::Subscribed),
        ("Office rooms", "#A2845EFF", Kind::SharedReadOnly),
    ];
    for (name, color, kind) in calendars {
        let Some(id) = world.add_calendar(account, Calendar::new(name, color, kind, true)) else {
            continue;
        };
        for (number, plan) in PLANS.iter().enumerate() {
            if plan.calendar == name && plan.persons.get(person % 3) == Some(&true) {
                sow(world, account, id, person, number, plan);
            }
        }
        if kind == Kind::Reminders {
            plant(world, id, &reminder(account, world.clock.now()));
        }
    }
}

fn sow(world: &mut World, account: AccountId, id: CalendarId, person: usize, number: usize, plan: &Plan) {
    let now = world.clock.now();
    let today = world.zone.date(now);
    let monday = today
        .checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())
        .unwrap_or(today);
    let weeks = match plan.turns {
        Turns::Once(week) => week..=week,
        Turns::Series(_) => *WEEKS.start()..=*WEEKS.start(),
        Turns::EachWeek => WEEKS,
    };
    for week in weeks {
        let Ok(day) = monday.checked_add((week * 7 + i64::from(plan.weekday)).days()) else {
            continue;
        };
        let low =
            (person as u64) << 32 | (number as u64) << 8 | week.unsigned_abs() << 1 | u64::from(week < 0);
        let seed = Sowing {
            uid: stable_uuid(account.0, low).to_string().to_uppercase(),
            zone: world.zone.name().to_owned(),
            me: world
                .account(account)
                .map(|account| account.apple_id.clone())
                .unwrap_or_default(),
            stamp: utc_text(now),
            // Each person's day is a little shifted.
            from: plan
                .from
                .map(|from| from + 15 * i16::try_from(person % 4).unwrap_or(0)),
        };
        plant(world, id, &seed.object(plan, day));
    }
}

struct Sowing {
    uid: String,
    zone: String,
    me: String,
    stamp: String,
    /// Minutes after midnight; none for whole days.
    from: Option<i16>,
}

impl Sowing {
    fn object(&self, plan: &Plan, day: Date) -> String {
        let mut master = self.event(plan.summary, plan.minutes, day);
        let mut events = Vec::new();
        if let Turns::Series(rule) = plan.turns {
            master.push(format!("RRULE:{rule}"));
        }
        for extra in plan.extras {
            match extra {
                Extra::Line(line) => master.push((*line).to_owned()),
                Extra::DeclinedByMe => {
                    master.push("ORGANIZER;CN=Sam Park:mailto:sam.park@icloud.example".to_owned());
                    master.push(format!("ATTENDEE;CN=Me;PARTSTAT=DECLINED:mailto:{}", self.me));
                }
                Extra::SkippedIn(weeks) => master.push(format!("EXDATE{}", self.value(after(day, *weeks)))),
                Extra::MovedIn(weeks, minutes) => {
                    let turn = after(day, *weeks);
                    let moved = Sowing {
                        from: self.from.map(|from| from + minutes),
                        ..self.copy()
                    };
                    let mut event = moved.event(plan.summary, plan.minutes, turn);
                    event.push(format!("RECURRENCE-ID{}", self.value(turn)));
                    events.push(event);
                }
                Extra::CancelledIn(weeks) => {
                    let turn = after(day, *weeks);
                    let mut event = self.event(plan.summary, plan.minutes, turn);
                    event.push(format!("RECURRENCE-ID{}", self.value(turn)));
                    event.push("STATUS:CANCELLED".to_owned());
                    events.push(event);
                }
            }
        }
        events.insert(0, master);
        compose(&events)
    }

    fn copy(&self) -> Self {
        Self {
            uid: self.uid.clone(),
            zone: self.zone.clone(),
            me: self.me.clone(),
            stamp: self.stamp.clone(),
            from: self.from,
        }
    }

    fn event(&self, summary: &str, minutes: i16, day: Date) -> Vec<String> {
        let end = match self.from {
            Some(from) => Sowing {
                from: Some(from + minutes),
                ..self.copy()
            }
            .value(day),
            None => self.value(after_days(day, i64::from(minutes / 1_440).max(1))),
        };
        vec![
            format!("UID:{}", self.uid),
            format!("DTSTAMP:{}", self.stamp),
            format!("DTSTART{}", self.value(day)),
            format!("DTEND{end}"),
            "SEQUENCE:0".to_owned(),
            format!("SUMMARY:{}", escape(summary)),
        ]
    }

    /// Parameters and value of a property that names this person's time on a day.
    fn value(&self, day: Date) -> String {
        let Some(from) = self.from else {
            return format!(";VALUE=DATE:{}", day.strftime("%Y%m%d"));
        };
        let (hour, minute) = (from.rem_euclid(1_440) / 60, from.rem_euclid(60));
        let day = after_days(day, i64::from(from.div_euclid(1_440)));
        let clock = Time::new(
            i8::try_from(hour).unwrap_or(0),
            i8::try_from(minute).unwrap_or(0),
            0,
            0,
        )
        .unwrap_or(Time::midnight());
        let local = day.to_datetime(clock).strftime("%Y%m%dT%H%M%S").to_string();
        if self.zone == "UTC" {
            format!(":{local}Z")
        } else {
            format!(";TZID={}:{local}", self.zone)
        }
    }
}

fn after(day: Date, weeks: i64) -> Date {
    after_days(day, 7 * weeks)
}

fn after_days(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

fn reminder(account: AccountId, now: Timestamp) -> String {
    let stamp = utc_text(now);
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//iOS 26.0//EN\r\nBEGIN:VTODO\r\nUID:{}\r\n\
         DTSTAMP:{stamp}\r\nSUMMARY:Renew the parking permit\r\nSTATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
        stable_uuid(account.0, u64::MAX)
    )
}
