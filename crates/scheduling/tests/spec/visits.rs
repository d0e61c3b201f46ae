//! Service: several services in one visit, with processing time, rooms and equipment.

use jiff::SignedDuration;
use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, Cause, Interval, Kind, Reason, Refusal, Resource, ResourceId, StaffId, Step, UnitId,
    Visit, VisitRequest, check_visit, explain_visits, visit_all_the_same, visits,
};

use crate::scene::{Scene, daily, staff};

const DAY: &str = "2026-06-01";

/// A salon: a scene with steps and resources.
struct Salon {
    scene: Scene,
    steps: Vec<Step>,
    resources: Vec<Resource>,
}

fn resource(number: u128) -> ResourceId {
    ResourceId(Uuid::from_u128(1000 + number))
}

fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(2000 + number))
}

impl Salon {
    /// One host from nine to twelve.
    fn new(hours: &str) -> Self {
        let mut scene = Scene::new("Europe/Berlin", hours, DAY, DAY);
        scene.kind = Kind::Service;
        Self {
            scene,
            steps: Vec::new(),
            resources: Vec::new(),
        }
    }

    fn scene(mut self, change: impl FnOnce(Scene) -> Scene) -> Self {
        self.scene = change(self.scene);
        self
    }

    fn step(mut self, duration: u32, processing: u32, hosts: &[u128]) -> Self {
        self.steps.push(Step {
            duration,
            processing,
            hosts: hosts.iter().copied().map(staff).collect(),
            preferred: None,
            resources: Vec::new(),
        });
        self
    }

    /// The last step was theirs before.
    fn preferring(mut self, host: u128) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.preferred = Some(staff(host));
        }
        self
    }

    /// The last step needs so many of a resource.
    fn needs(mut self, number: u128, quantity: u32) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.resources.push((resource(number), quantity));
        }
        self
    }

    /// A resource of so many units, numbered on from ten times its own number.
    fn has(mut self, number: u128, quantity: u128) -> Self {
        self.resources.push(Resource {
            id: resource(number),
            units: (0..quantity)
                .map(|one| (unit(number * 10 + one), Vec::new()))
                .collect(),
        });
        self
    }

    fn taken(mut self, resource: usize, index: usize, from: &str, to: &str) -> Self {
        let interval = self.scene.span(&format!("{DAY}T{from}"), &format!("{DAY}T{to}"));
        self.resources[resource].units[index].1.push(Busy {
            interval,
            cause: Cause::Blocked,
            shared: None,
        });
        self
    }

    fn busy(self, host: usize, from: &str, to: &str) -> Self {
        let (from, to) = (format!("{DAY}T{from}"), format!("{DAY}T{to}"));
        self.scene(|scene| scene.busy(host, &from, &to, Cause::Blocked))
    }

    fn asked(&self) -> VisitRequest<'_> {
        VisitRequest {
            request: self.scene.request(),
            steps: &self.steps,
            resources: &self.resources,
        }
    }

    fn visits(&self) -> Vec<Visit> {
        visits(&self.asked())
    }

    fn starts(&self) -> String {
        let start = |visit: &Visit| self.scene.zone.local(visit.start).strftime("%H:%M").to_string();
        self.visits().iter().map(start).collect::<Vec<_>>().join(" ")
    }

    fn check(&self, time: &str) -> Result<Visit, Vec<&'static str>> {
        check_visit(&self.asked(), self.scene.at(&format!("{DAY}T{time}")))
            .map_err(|refusals| refusals.iter().map(|refusal| refusal.reason.code()).collect())
    }

    /// "0 09:00-09:30": who works when.
    fn parts(&self, time: &str) -> Vec<String> {
        let local = |instant| self.scene.zone.local(instant).strftime("%H:%M").to_string();
        let visit = self.check(time).unwrap();
        visit
            .parts
            .iter()
            .map(|part| {
                let host = part.host.0.as_u128() - staff(0).0.as_u128();
                format!("{host} {}-{}", local(part.work.start), local(part.work.end))
            })
            .collect()
    }
}

#[test]
fn steps_follow_one_another_and_the_visit_is_whole_or_not_there() {
    let salon = Salon::new("09:00-11:00").step(30, 0, &[0]).step(60, 0, &[0]);
    assert_eq!(salon.starts(), "09:00 09:30");
    assert_eq!(salon.parts("09:30"), ["0 09:30-10:00", "0 10:00-11:00"]);
    let busy = salon.busy(0, "10:15", "10:20");
    assert_eq!(busy.starts(), "");
    assert_eq!(busy.check("09:00").unwrap_err(), ["BLOCKED"]);
}

#[test]
fn processing_time_frees_the_host_and_keeps_the_client() {
    let salon = Salon::new("09:00-11:00").step(30, 30, &[0]).step(30, 0, &[0]);
    assert_eq!(salon.parts("09:00"), ["0 09:00-09:30", "0 10:00-10:30"]);
    // Somebody else's half hour fits between both.
    let salon = salon.busy(0, "09:30", "10:00");
    assert_eq!(salon.starts(), "09:00");
}

#[test]
fn processing_time_after_the_last_step_needs_no_host_and_no_hours() {
    let salon = Salon::new("09:00-10:00").step(30, 45, &[0]);
    assert_eq!(salon.starts(), "09:00 09:30");
    let visit = salon.check("09:30").unwrap();
    assert_eq!(visit.end, visit.start + SignedDuration::from_mins(75));
}

#[test]
fn rooms_stay_taken_while_the_client_stays() {
    let room = |quantity| {
        Salon::new("09:00-11:00")
            .step(30, 30, &[0])
            .needs(1, 1)
            .has(1, quantity)
            .taken(0, 0, "09:45", "10:00")
    };
    assert_eq!(room(1).starts(), "10:00 10:30");
    assert_eq!(room(1).check("09:00").unwrap_err(), ["RESOURCE"]);
    assert_eq!(room(2).starts(), "09:00 09:30 10:00 10:30");
    assert_eq!(room(2).check("09:00").unwrap().parts[0].units, [unit(11)]);
    assert_eq!(room(2).check("10:00").unwrap().parts[0].units, [unit(10)]);
}

#[test]
fn equipment_counts_by_quantity() {
    let two = |quantity| {
        Salon::new("09:00-09:30")
            .step(30, 0, &[0])
            .needs(1, 2)
            .has(1, quantity)
    };
    assert_eq!(two(1).starts(), "");
    assert_eq!(two(2).starts(), "09:00");
    assert_eq!(two(2).check("09:00").unwrap().parts[0].units.len(), 2);
    let unknown = Salon::new("09:00-09:30").step(30, 0, &[0]).needs(7, 1);
    assert_eq!(unknown.check("09:00").unwrap_err(), ["RESOURCE"]);
}

#[test]
fn a_room_that_two_steps_need_is_the_same_one_after_the_other() {
    let salon = Salon::new("09:00-10:00")
        .step(30, 0, &[0])
        .needs(1, 1)
        .step(30, 0, &[0])
        .needs(1, 1)
        .has(1, 1);
    assert_eq!(salon.starts(), "09:00");
}

#[test]
fn whoever_works_already_goes_on_if_they_can() {
    let two = || {
        Salon::new("09:00-11:00")
            .scene(|scene| scene.host("09:00-11:00"))
            .step(30, 0, &[1])
            .step(30, 0, &[0, 1])
    };
    assert_eq!(two().parts("09:00"), ["1 09:00-09:30", "1 09:30-10:00"]);
    assert_eq!(
        two().busy(1, "09:30", "10:00").parts("09:00"),
        ["1 09:00-09:30", "0 09:30-10:00"]
    );
}

#[test]
fn the_second_host_works_when_the_first_is_busy() {
    let salon = Salon::new("09:00-10:00")
        .scene(|scene| scene.host("09:00-10:00"))
        .step(30, 0, &[0, 1])
        .busy(0, "09:00", "09:30");
    assert_eq!(salon.parts("09:00"), ["1 09:00-09:30"]);
    assert_eq!(salon.parts("09:30"), ["0 09:30-10:00"]);
}

#[test]
fn each_step_lies_in_the_hours_of_its_own_host() {
    let salon = Salon::new("09:00-09:30")
        .scene(|scene| scene.host("09:30-10:00"))
        .step(30, 0, &[0])
        .step(30, 0, &[1]);
    assert_eq!(salon.starts(), "09:00");
    let too_long = Salon::new("09:00-10:00").step(60, 0, &[0]).step(15, 0, &[0]);
    assert_eq!(too_long.check("09:00").unwrap_err(), ["HOURS"]);
}

#[test]
fn buffers_are_kept_around_the_work_of_each_host_and_not_within_it() {
    let salon = || {
        Salon::new("09:00-12:00")
            .scene(|scene| scene.buffers(15, 15))
            .step(30, 0, &[0])
            .step(30, 0, &[0])
    };
    assert_eq!(
        salon().busy(0, "10:10", "10:20").check("09:00").unwrap_err(),
        ["BUFFER"]
    );
    let visit = salon().check("09:00").unwrap();
    let zone = salon().scene.zone;
    let spans: Vec<String> = visit
        .parts
        .iter()
        .map(|part| {
            let local = |instant| zone.local(instant).strftime("%H:%M").to_string();
            format!("{}-{}", local(part.occupied.start), local(part.occupied.end))
        })
        .collect();
    assert_eq!(spans, ["08:45-09:30", "09:30-10:15"]);
}

#[test]
fn buffers_around_processing_time_never_overlap_each_other() {
    let salon = Salon::new("09:00-12:00")
        .scene(|scene| scene.buffers(20, 20))
        .step(30, 30, &[0])
        .step(30, 0, &[0]);
    let visit = salon.check("09:00").unwrap();
    assert!(visit.parts[0].occupied.end <= visit.parts[1].occupied.start);
}

#[test]
fn the_grid_is_that_of_those_who_begin_or_the_calendars_own() {
    let salon = || {
        Salon::new("09:10-10:10")
            .scene(|scene| scene.host("09:00-11:00"))
            .step(30, 0, &[0])
            .step(30, 0, &[1])
    };
    assert_eq!(salon().starts(), "09:10 09:40");
    let own = salon().scene(|scene| scene.rules(|rules| rules.hours = Some(daily("09:30-10:30"))));
    assert_eq!(own.starts(), "09:30");
    assert_eq!(salon().check("09:15").unwrap_err(), ["GRID"]);
    assert_eq!(salon().check("12:00").unwrap_err(), ["HOURS"]);
}

#[test]
fn without_anybody_or_anything_there_is_no_visit() {
    assert_eq!(Salon::new("09:00-10:00").visits(), []);
    let nobody = Salon::new("09:00-10:00").step(30, 0, &[0]).step(30, 0, &[]);
    assert_eq!(nobody.starts(), "");
    assert_eq!(nobody.check("09:00").unwrap_err(), ["HOURS"]);
}

#[test]
fn a_start_when_only_those_of_later_steps_work_is_outside_hours() {
    let salon = Salon::new("09:00-10:00")
        .scene(|scene| scene.host("09:00-18:00"))
        .step(30, 0, &[0])
        .step(30, 0, &[1]);
    assert_eq!(salon.check("15:00").unwrap_err(), ["HOURS"]);
    let nobody_begins = Salon::new("09:00-10:00").step(30, 0, &[]).step(30, 0, &[0]);
    assert_eq!(nobody_begins.check("09:00").unwrap_err(), ["HOURS"]);
}

#[test]
fn the_calendars_own_grid_is_explained_even_when_nobody_can_begin() {
    let salon = Salon::new("09:00-10:00")
        .scene(|scene| scene.rules(|rules| rules.hours = Some(daily("09:00-10:00"))))
        .step(30, 0, &[]);
    assert_eq!(salon.starts(), "");
    let reasons: Vec<Vec<Reason>> = explain_visits(&salon.asked())
        .iter()
        .map(|position| position.refusals.iter().map(|refusal| refusal.reason).collect())
        .collect();
    assert_eq!(reasons, [[Reason::Hours], [Reason::Hours]]);
}

#[test]
fn explain_names_the_host_and_what_is_in_the_way() {
    let appointment = Cause::Appointment(AppointmentId(Uuid::from_u128(5)));
    let salon = Salon::new("09:00-10:30")
        .scene(|scene| {
            scene
                .host("09:30-10:30")
                .busy(1, "2026-06-01T09:45", "2026-06-01T10:00", appointment)
        })
        .step(30, 0, &[0])
        .needs(1, 1)
        .step(30, 0, &[1])
        .has(1, 1)
        .taken(0, 0, "09:30", "09:40");
    let told = |refusal: Refusal| (refusal.reason, refusal.host, refusal.busy.map(|busy| busy.cause));
    let refusals: Vec<Vec<_>> = explain_visits(&salon.asked())
        .into_iter()
        .map(|position| position.refusals.into_iter().map(told).collect())
        .collect();
    assert_eq!(
        refusals,
        [
            [(Reason::Booked, Some(staff(1)), Some(appointment))],
            [(Reason::Resource, None, None)],
            [(Reason::Hours, Some(staff(1)), None)],
        ]
    );
}

#[test]
fn a_visit_never_looks_busy() {
    let salon = || Salon::new("09:00-11:00").step(30, 0, &[0]);
    let busy_looking = salon().scene(|scene| scene.rules(|rules| rules.look_busy_percent = 90));
    assert_eq!(busy_looking.starts(), salon().starts());
}

#[test]
fn the_limits_of_time_and_of_the_day_hold() {
    let salon = || Salon::new("09:00-10:00").step(30, 0, &[0]);
    let noticed = salon().scene(|scene| scene.now("2026-06-01T09:15"));
    assert_eq!(noticed.starts(), "09:30");
    assert_eq!(noticed.check("09:00").unwrap_err(), ["PAST"]);
    let full = salon().scene(|scene| scene.rules(|rules| rules.per_day = Some(1)).booked(DAY, 1));
    assert_eq!(full.check("09:00").unwrap_err(), ["DAYLIMIT"]);
}

#[test]
fn a_day_on_which_the_clocks_change_is_counted_in_elapsed_time() {
    let mut salon = Salon::new("01:00-04:00").step(60, 0, &[0]).step(60, 0, &[0]);
    salon.scene = Scene::new("Europe/Berlin", "01:00-04:00", "2026-03-29", "2026-03-29");
    salon.scene.kind = Kind::Service;
    salon.scene.rules.interval = 60;
    // From one to four are two hours.
    assert_eq!(salon.starts(), "01:00");
}

#[test]
fn explain_and_check_agree_with_what_is_offered() {
    let salon = Salon::new("09:00-12:00")
        .scene(|scene| scene.host("09:30-12:00").interval(15).buffers(5, 10))
        .step(20, 25, &[0, 1])
        .needs(1, 1)
        .step(30, 0, &[1])
        .needs(2, 2)
        .has(1, 1)
        .has(2, 3)
        .taken(0, 0, "10:05", "10:20")
        .taken(1, 0, "09:50", "10:50")
        .taken(1, 1, "11:00", "11:30")
        .busy(0, "09:40", "09:55")
        .busy(1, "10:40", "10:45");
    let offered: Vec<_> = salon.visits().iter().map(|visit| visit.start).collect();
    assert!(!offered.is_empty());
    for position in explain_visits(&salon.asked()) {
        let is_offered = offered.contains(&position.start);
        assert_eq!(position.hosts.is_empty(), !is_offered, "{position:?}");
        assert_eq!(position.refusals.is_empty(), is_offered, "{position:?}");
        assert_eq!(check_visit(&salon.asked(), position.start).is_ok(), is_offered);
    }
}

/// Xorshift: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

/// Who would work in a visit that starts then, asked minute by minute; nobody when it cannot take place.
fn workers(salon: &Salon, start: jiff::Timestamp) -> Option<Vec<StaffId>> {
    let minute = SignedDuration::from_mins(1);
    let minutes = |span: Interval| {
        let mut all = Vec::new();
        let mut at = span.start;
        while at < span.end {
            all.push(at);
            at += minute;
        }
        all
    };
    let is_busy = |busy: &[Busy], at: jiff::Timestamp| {
        busy.iter()
            .any(|busy| busy.interval.start <= at && at < busy.interval.end)
    };
    let rules = &salon.scene.rules;
    let mut at = start;
    let mut workers: Vec<StaffId> = Vec::new();
    for step in &salon.steps {
        let span = |from: i64, to: i64| Interval::new(at - minute * from_i(from), at + minute * from_i(to));
        let (work, stay) = (
            i64::from(step.duration),
            i64::from(step.duration + step.processing),
        );
        let occupied = span(i64::from(rules.pre_buffer), work + i64::from(rules.post_buffer));
        let is_able = |id: &StaffId| {
            let host = salon.scene.hosts.iter().find(|host| host.id == *id).unwrap();
            let day = salon.scene.zone.date(at);
            let open = host.hours.spans(day, day);
            open.iter().any(|open| open.contains(&span(0, work)))
                && !minutes(occupied).iter().any(|at| is_busy(&host.busy, *at))
        };
        let has_units = |(id, quantity): &(ResourceId, u32)| {
            let resource = salon
                .resources
                .iter()
                .find(|resource| resource.id == *id)
                .unwrap();
            let taken = minutes(span(0, stay));
            let free = resource
                .units
                .iter()
                .filter(|(_, busy)| !taken.iter().any(|at| is_busy(busy, *at)));
            free.count() >= usize::try_from(*quantity).unwrap()
        };
        let able: Vec<StaffId> = step.hosts.iter().copied().filter(is_able).collect();
        let goes_on = workers.last().copied().filter(|last| able.contains(last));
        workers.push(goes_on.or(able.first().copied())?);
        if !step.resources.iter().all(has_units) {
            return None;
        }
        at += minute * from_i(stay);
    }
    Some(workers)
}

/// The steps follow one another, no two parts take the same time of a host, and each takes units of its own that are free.
fn assert_sound(salon: &Salon, visit: &Visit) {
    let mut at = visit.start;
    for (index, (step, part)) in salon.steps.iter().zip(&visit.parts).enumerate() {
        assert_eq!(part.work.start, at);
        assert!(part.occupied.contains(&part.work));
        at = part.leaves;
        for other in &visit.parts[..index] {
            assert!(other.host != part.host || !other.occupied.overlaps(&part.occupied));
        }
        let stay = Interval::new(part.work.start, part.leaves);
        for (id, quantity) in &step.resources {
            let resource = salon.resources.iter().find(|resource| resource.id == *id);
            let taken = resource.unwrap().units.iter().filter(|(unit, busy)| {
                part.units.contains(unit) && !busy.iter().any(|busy| busy.interval.overlaps(&stay))
            });
            assert_eq!(taken.count(), usize::try_from(*quantity).unwrap());
        }
    }
    assert_eq!(visit.end, at);
}

fn from_i(minutes: i64) -> i32 {
    i32::try_from(minutes).unwrap()
}

#[test]
fn visits_agree_with_a_look_at_every_minute() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut compared = 0;
    for case in 0..300 {
        let pick = |dice: &mut Dice, choices: &[u32]| {
            choices[usize::try_from(dice.below(choices.len() as u64)).unwrap()]
        };
        let mut salon = Salon::new("09:00-13:00")
            .scene(|scene| scene.host("08:00-12:30").host("10:00-15:00"))
            .has(1, 2)
            .has(2, 3);
        salon.scene.rules.interval = pick(&mut dice, &[10, 15, 30]);
        salon.scene.rules.pre_buffer = pick(&mut dice, &[0, 0, 5, 20]);
        salon.scene.rules.post_buffer = pick(&mut dice, &[0, 0, 10, 15]);
        for _ in 0..=dice.below(3) {
            let all = [0, 1, 2];
            let hosts: Vec<u128> = all.into_iter().filter(|_| dice.below(3) > 0).collect();
            salon = salon.step(
                pick(&mut dice, &[10, 30, 45]),
                pick(&mut dice, &[0, 0, 20]),
                &hosts,
            );
            if dice.below(2) == 0 {
                let (which, quantity) = (1 + u128::from(dice.below(2)), pick(&mut dice, &[1, 2]));
                salon = salon.needs(which, quantity);
            }
        }
        let span = |dice: &mut Dice| {
            let from = 480 + dice.below(400);
            let to = from + 5 + dice.below(60);
            let clock = |minute: u64| format!("{:02}:{:02}", minute / 60, minute % 60);
            (clock(from), clock(to))
        };
        for host in 0..3 {
            for _ in 0..dice.below(4) {
                let (from, to) = span(&mut dice);
                salon = salon.busy(host, &from, &to);
            }
        }
        for (resource, units) in [(0, 2), (1, 3)] {
            let (from, to) = span(&mut dice);
            let unit = usize::try_from(dice.below(units)).unwrap();
            salon = salon.taken(resource, unit, &from, &to);
        }
        let offered = salon.visits();
        for position in explain_visits(&salon.asked()) {
            compared += 1;
            let visit = offered.iter().find(|visit| visit.start == position.start);
            let hosts = visit.map(|visit| visit.parts.iter().map(|part| part.host).collect());
            assert_eq!(
                hosts,
                workers(&salon, position.start),
                "case {case}, {}, {:?}",
                position.start,
                salon.steps
            );
        }
        for visit in &offered {
            assert_sound(&salon, visit);
        }
    }
    assert!(compared > 2_000, "{compared}");
}

#[test]
fn who_had_a_step_keeps_it_before_whoever_works_already() {
    let moved = || {
        Salon::new("09:00-11:00")
            .scene(|scene| scene.host("09:00-11:00"))
            .step(30, 0, &[0, 1])
            .preferring(1)
            .step(30, 0, &[0, 1])
            .preferring(0)
    };
    assert_eq!(moved().parts("09:00"), ["1 09:00-09:30", "0 09:30-10:00"]);
    assert_eq!(
        moved().busy(0, "09:30", "10:00").parts("09:00"),
        ["1 09:00-09:30", "1 09:30-10:00"]
    );
    let not_theirs_any_more = Salon::new("09:00-11:00")
        .scene(|scene| scene.host("09:00-11:00"))
        .step(30, 0, &[0])
        .preferring(1);
    assert_eq!(not_theirs_any_more.parts("09:00"), ["0 09:00-09:30"]);
}

#[test]
fn off_the_grid_everything_in_the_way_is_named_too() {
    let salon = Salon::new("09:00-11:00")
        .scene(|scene| scene.host("10:00-11:00"))
        .step(30, 0, &[0, 1])
        .busy(0, "09:20", "09:30");
    assert_eq!(salon.check("09:10").unwrap_err(), ["GRID", "BLOCKED", "HOURS"]);
}

impl Salon {
    /// "0 09:00, 1 09:30": who would work when whatever is in the way; and the reasons against it.
    fn all_the_same(&self, time: &str) -> (Visit, String, Vec<&'static str>) {
        let start = self.scene.at(&format!("{DAY}T{time}"));
        let (visit, refusals) = visit_all_the_same(&self.asked(), start).unwrap();
        let part = |part: &scheduling::Part| {
            let host = part.host.0.as_u128() - staff(0).0.as_u128();
            let local = self.scene.zone.local(part.work.start);
            format!("{host} {}", local.strftime("%H:%M"))
        };
        let parts: Vec<String> = visit.parts.iter().map(part).collect();
        let codes = refusals.iter().map(|refusal| refusal.reason.code());
        (visit.clone(), parts.join(", "), codes.collect())
    }
}

#[test]
fn a_visit_all_the_same_goes_to_whoever_is_free_at_each_step() {
    let salon = Salon::new("09:00-11:00")
        .scene(|scene| scene.host("09:00-11:00"))
        .step(30, 0, &[0, 1])
        .step(30, 0, &[0, 1])
        .step(30, 0, &[0])
        .busy(0, "09:00", "10:30");
    let (_, parts, codes) = salon.all_the_same("09:00");
    assert_eq!(parts, "1 09:00, 1 09:30, 0 10:00");
    assert_eq!(codes, ["BLOCKED"], "of the last step, which nobody else does");
}

#[test]
fn a_visit_all_the_same_rather_leaves_the_hours_than_overlaps() {
    let salon = Salon::new("09:00-09:30")
        .scene(|scene| scene.host("09:00-18:00"))
        .step(30, 0, &[1, 0])
        .busy(1, "12:00", "13:00");
    let (_, parts, codes) = salon.all_the_same("12:00");
    assert_eq!((parts.as_str(), codes), ("0 12:00", vec!["HOURS"]));
    let (_, parts, codes) = salon.all_the_same("09:10");
    assert_eq!((parts.as_str(), codes), ("1 09:10", vec!["GRID"]));
}

#[test]
fn a_visit_all_the_same_gets_the_free_rooms_first() {
    let salon = |quantity| {
        Salon::new("09:00-11:00")
            .step(30, 0, &[0])
            .needs(1, quantity)
            .has(1, 2)
            .taken(0, 0, "09:00", "10:00")
            .busy(0, "09:00", "10:00")
    };
    let (visit, _, codes) = salon(1).all_the_same("09:00");
    assert_eq!((&visit.parts[0].units, codes), (&vec![unit(11)], vec!["BLOCKED"]));
    let (visit, _, codes) = salon(2).all_the_same("09:00");
    assert_eq!(visit.parts[0].units, [unit(11), unit(10)]);
    assert_eq!(codes, ["BLOCKED", "RESOURCE"]);
}

#[test]
fn nobody_can_be_made_to_do_what_nobody_does() {
    let salon = Salon::new("09:00-11:00").step(30, 0, &[]);
    assert_eq!(
        visit_all_the_same(&salon.asked(), salon.scene.at(&format!("{DAY}T09:00"))),
        None
    );
}

#[test]
fn who_comes_back_to_a_visit_is_named_once() {
    let salon = Salon::new("09:00-11:00")
        .scene(|scene| scene.host("09:00-11:00"))
        .step(30, 0, &[0])
        .step(30, 0, &[1])
        .step(30, 0, &[0]);
    let positions = explain_visits(&salon.asked());
    assert_eq!(positions[0].hosts, [staff(0), staff(1)]);
}
