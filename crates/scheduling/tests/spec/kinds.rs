//! One scene as a booking calendar of each kind would have it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{
    Kind, Position, Refusal, Schedule, Step, check, check_visit, explain, explain_visits, slots, visits,
};

use crate::scene::{CALENDAR, Scene, staff};

/// Rules that hold everywhere.
pub const EVERY: &[Kind] = &[
    Kind::RoundRobin,
    Kind::Personal,
    Kind::Collective,
    Kind::ClassBooking,
    Kind::Simple,
    Kind::Service,
];

/// Rules about members with hours, zones and events of their own; a Simple calendar has no member.
pub const WITH_MEMBERS: &[Kind] = &[
    Kind::RoundRobin,
    Kind::Personal,
    Kind::Collective,
    Kind::ClassBooking,
    Kind::Service,
];

/// Kinds in which several appointments may have one start: places of a slot, or seats of a class.
pub const WITH_PLACES: &[Kind] = &[Kind::RoundRobin, Kind::Personal, Kind::ClassBooking, Kind::Simple];

/// Kinds that may look busy.
pub const HIDING: &[Kind] = &[Kind::RoundRobin, Kind::Personal, Kind::Collective, Kind::Simple];

/// A scene in one kind.
pub struct Asked {
    scene: Scene,
}

impl Asked {
    /// A Collective gets a second member who works just as the first and is free; a class as many seats as a slot has
    /// places; a Simple calendar the member's hours and busy time as its own; a Service calendar one step as long as a meeting.
    pub fn of(scene: &Scene, kind: Kind) -> Self {
        let mut scene = scene.clone();
        scene.kind = kind;
        let alone = scene.schedules.len() == 1;
        match kind {
            Kind::Personal => assert!(alone, "a Personal calendar has one member"),
            Kind::Collective if alone => {
                let mut twin = scene.schedules[0].clone();
                (twin.owner, twin.busy) = (staff(99).into(), Vec::new());
                scene.schedules.push(twin);
            }
            Kind::RoundRobin | Kind::Collective => {}
            Kind::ClassBooking => {
                assert!(alone, "a class has one owner");
                scene.rules.seats = scene.rules.seats.max(scene.rules.per_slot);
            }
            Kind::Simple => {
                assert!(alone, "a Simple calendar has no member");
                if scene.rules.hours.is_none() {
                    let hours = scene.schedules[0].hours.clone();
                    assert_eq!(hours.zone, scene.rules.zone, "its hours are in its own zone");
                    (scene.rules.hours, scene.rules.overrides) = (Some(hours.weekly), hours.overrides);
                }
                scene.schedules[0].owner = CALENDAR.into();
                scene.schedules[0].hours = scene.rules.own_hours().unwrap();
            }
            Kind::Service => {
                if scene.steps.is_empty() {
                    let duration = scene.rules.duration;
                    let hosts = scene.schedules.iter().filter_map(Schedule::host).collect();
                    scene.steps.push(Step {
                        preferred: None,
                        duration,
                        processing: 0,
                        hosts,
                        resources: Vec::new(),
                    });
                }
            }
        }
        let asked = Self { scene };
        asked.agrees_with_itself();
        asked
    }

    /// What is offered is what is explained as offered, and can be booked.
    fn agrees_with_itself(&self) {
        let starts = self.starts();
        let explained = self.positions().into_iter();
        let offered: Vec<_> = explained
            .filter(|position| position.is_offered)
            .map(|position| position.start)
            .collect();
        assert_eq!(starts, offered, "slots and reasons of {:?}", self.scene);
        for start in starts {
            assert!(self.check(start).is_ok(), "{start} in {:?}", self.scene);
        }
    }

    pub fn starts(&self) -> Vec<Timestamp> {
        match self.scene.kind {
            Kind::Service => visits(&self.scene.visit())
                .iter()
                .map(|visit| visit.start)
                .collect(),
            _ => slots(&self.scene.request())
                .unwrap()
                .iter()
                .map(|slot| slot.start)
                .collect(),
        }
    }

    fn positions(&self) -> Vec<Position> {
        match self.scene.kind {
            Kind::Service => explain_visits(&self.scene.visit()),
            _ => explain(&self.scene.request()).unwrap(),
        }
    }

    fn check(&self, start: Timestamp) -> Result<(), Vec<Refusal>> {
        match self.scene.kind {
            Kind::Service => check_visit(&self.scene.visit(), start).map(|_| ()),
            _ => check(&self.scene.request(), start).map(|_| ()),
        }
    }

    pub fn local(&self) -> String {
        self.scene.local_times(&self.starts())
    }

    pub fn utc(&self) -> String {
        let times = self.starts().into_iter();
        let times: Vec<String> = times.map(|start| start.strftime("%H:%M").to_string()).collect();
        times.join(" ")
    }

    /// "offered", or the codes of the reasons against a start, each once. That the second member of a Collective is free is
    /// left out: a reason of that kind alone.
    pub fn verdict(&self, start: &str) -> String {
        let Err(refusals) = self.check(self.scene.at(start)) else {
            return "offered".to_owned();
        };
        let mut told = BTreeSet::new();
        let codes = refusals.iter().map(|refusal| refusal.reason.as_str());
        let codes: Vec<&str> = codes
            .filter(|code| *code != "COLLECTIVE" && told.insert(*code))
            .collect();
        codes.join(" ")
    }
}
