//! Service: a visit has one or more services, one after the other, each done by one person who does it. Processing time frees
//! that person for others. Rooms and equipment stay taken until it is over, and are counted by units.

use jiff::{SignedDuration, Timestamp};
use scheduling::{
    Busy, Cause, Interval, Kind, Part, Reason, Refusal, StaffId, Unit, UnsupportedKind, Visit, check_visit,
    explain_visits, override_visit, slots, visits,
};

use crate::dice::{Dice, seeds};

use crate::scene::{ALWAYS, BERLIN, DAY, Scene, appointment, day, days, only, staff, unit};
use crate::table::{case, hold};

const SERVICE: &[Kind] = &[Kind::Service];

#[test]
fn steps() {
    hold([
        case(
            "a visit is whole or not there",
            SERVICE,
            day("09:00-11:00").step(30, 0, &[0]).step(60, 0, &[0]),
        )
        .starts("09:00 09:30")
        .refuses("10:00", "HOURS"),
        case(
            "what is in the way of its second step is in its way",
            SERVICE,
            day("09:00-11:00")
                .step(30, 0, &[0])
                .step(60, 0, &[0])
                .taken("10:15", "10:20", Cause::Blocked),
        )
        .nothing()
        .refuses("09:00", "BLOCKED"),
        case(
            "a visit over the hour that is left out, too",
            SERVICE,
            days(BERLIN, "2026-03-29", "2026-03-29", "01:00-04:00")
                .interval(60)
                .step(60, 0, &[0])
                .step(60, 0, &[0]),
        )
        .starts("01:00"),
        case(
            "a visit through the repeated hour is counted in elapsed time",
            SERVICE,
            only(BERLIN, "2026-10-25", "01:00-04:00")
                .interval(60)
                .step(60, 0, &[0])
                .step(60, 0, &[0]),
        )
        .utc("23:00 00:00 01:00"),
        case(
            "a visit may pass midnight where the windows of two days touch",
            SERVICE,
            day(ALWAYS).step(30, 0, &[0]).step(30, 0, &[0]),
        )
        .count(48)
        .offers("23:30"),
        case(
            "each step lies in the hours of its own host",
            SERVICE,
            day("09:00-09:30")
                .host("09:30-10:00")
                .step(30, 0, &[0])
                .step(30, 0, &[1]),
        )
        .starts("09:00"),
        case(
            "nobody else's hours help",
            SERVICE,
            day("09:00-09:30")
                .host("09:30-10:00")
                .step(30, 0, &[0])
                .step(30, 0, &[0]),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "a step that nobody does has no hours",
            SERVICE,
            day("09:00-10:00").step(30, 0, &[0]).step(30, 0, &[]),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "nor has one that nobody can begin with",
            SERVICE,
            day("09:00-10:00").step(30, 0, &[]).step(30, 0, &[0]),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
    ]);
    let nothing_chosen = day("09:00-10:00").kind(Kind::Service);
    assert_eq!(visits(&nothing_chosen.visit()), []);
    assert_eq!(
        slots(&nothing_chosen.request()),
        Err(UnsupportedKind(Kind::Service))
    );
    assert!(nothing_chosen.check("09:00").is_err());
}

#[test]
fn the_starts_are_those_of_the_people_who_can_do_the_first_service() {
    let two = |second| {
        day("09:10-10:10")
            .host(second)
            .step(30, 0, &[0])
            .step(30, 0, &[1])
    };
    hold([
        case("their grid and their hours", SERVICE, two("09:00-18:00"))
            .starts("09:10 09:40")
            .refuses("09:15", "GRID")
            .refuses("12:00", "HOURS")
            .refuses("15:00", "HOURS"),
        case(
            "or the booking calendar's own",
            SERVICE,
            two("09:00-11:00").own("09:30-10:30"),
        )
        .starts("09:30"),
        case(
            "off the grid everything in the way is named, too",
            SERVICE,
            day("09:00-11:00").host("10:00-11:00").step(30, 0, &[0, 1]).taken(
                "09:20",
                "09:30",
                Cause::Blocked,
            ),
        )
        .refuses("09:10", "GRID BLOCKED HOURS"),
    ]);
}

#[test]
fn processing_time() {
    let colour = || day("09:00-11:00").step(30, 60, &[0]).step(30, 0, &[0]);
    hold([
        case(
            "it frees the host for others",
            SERVICE,
            colour().taken("09:30", "10:30", appointment()),
        )
        .starts("09:00"),
        case(
            "but not for their buffers",
            SERVICE,
            colour().buffers(0, 15).taken("09:40", "10:00", appointment()),
        )
        .refuses("09:00", "BUFFER"),
        case(
            "after which there is room",
            SERVICE,
            colour().buffers(0, 15).taken("09:45", "10:00", appointment()),
        )
        .starts("09:00"),
    ]);
}

#[test]
fn rooms_and_equipment() {
    let room = |from: &str, to: &str| {
        let room = day("09:00-11:00").step(30, 30, &[0]).needs(1, 1).has(1, 1);
        room.unit_taken(0, 0, from, to)
    };
    let two_of = |units| day("09:00-09:30").step(30, 0, &[0]).needs(1, 2).has(1, units);
    hold([
        case(
            "a room is taken while the client stays",
            SERVICE,
            room("09:45", "10:00"),
        )
        .starts("10:00 10:30")
        .refuses("09:00", "RESOURCE"),
        case(
            "rooms carry no buffers",
            SERVICE,
            room("09:00", "10:00").buffers(15, 0),
        )
        .starts("10:00 10:30"),
        case(
            "one room serves two steps, one after the other",
            SERVICE,
            day("09:00-10:00")
                .step(30, 0, &[0])
                .needs(1, 1)
                .step(30, 0, &[0])
                .needs(1, 1)
                .has(1, 1),
        )
        .starts("09:00"),
        case("two are needed and there is one", SERVICE, two_of(1)).nothing(),
        case("two are needed and there are two", SERVICE, two_of(2)).starts("09:00"),
        case(
            "what is not known is not there",
            SERVICE,
            day("09:00-09:30").step(30, 0, &[0]).needs(7, 1),
        )
        .refuses("09:00", "RESOURCE"),
    ]);
}

#[test]
fn limits_look_at_the_start_of_the_visit() {
    /// Steps of an hour and two, so that what starts at 22:00 ends after midnight.
    fn late(scene: Scene) -> Scene {
        scene.interval(60).step(60, 0, &[0]).step(120, 0, &[0])
    }
    let two_days = || late(days(BERLIN, DAY, "2026-06-02", ALWAYS));
    hold([
        case(
            "the notice",
            SERVICE,
            late(day("09:00-14:00"))
                .now("2026-06-01T08:00")
                .notice(2, Unit::Hours),
        )
        .starts("10:00 11:00")
        .refuses("09:00", "NOTICE"),
        case(
            "the date range: what begins on its last day may end on the next",
            SERVICE,
            two_days().between(DAY, DAY),
        )
        .count(24)
        .offers("23:00")
        .refuses("2026-06-02T00:00", "TOOFAR"),
        case(
            "the day's number: what begins on a full day is refused",
            SERVICE,
            two_days().per_day(1).booked(DAY, 1),
        )
        .refuses("23:00", "DAYLIMIT")
        .offers("2026-06-02T00:00"),
        case(
            "and what only ends on one is not",
            SERVICE,
            two_days().per_day(1).booked("2026-06-02", 1),
        )
        .offers("23:00")
        .refuses("2026-06-02T00:00", "DAYLIMIT"),
    ]);
}

/// "0 09:00-09:30": who works when.
fn parts(visit: &Visit, scene: &Scene) -> Vec<String> {
    let local = |instant| scene.zone.local(instant).strftime("%H:%M").to_string();
    let part = |part: &Part| {
        let host = part.host.0.as_u128() - staff(0).0.as_u128();
        format!("{host} {}-{}", local(part.work.start), local(part.work.end))
    };
    visit.parts.iter().map(part).collect()
}

fn visit_at(scene: &Scene, local: &str) -> Visit {
    check_visit(&scene.visit(), scene.at(local)).unwrap()
}

#[test]
fn who_works_when() {
    let pair = || day("09:00-11:00").host("09:00-11:00");
    let goes_on = || pair().step(30, 0, &[1]).step(30, 0, &[0, 1]);
    let either = || {
        pair()
            .step(30, 0, &[0, 1])
            .busy(0, "09:00", "09:30", Cause::Blocked)
    };
    let moved = || {
        pair()
            .step(30, 0, &[0, 1])
            .preferring(1)
            .step(30, 0, &[0, 1])
            .preferring(0)
    };
    let rows: [(&str, Scene, &str, &[&str]); 9] = [
        (
            "steps follow one another",
            day("09:00-11:00").step(30, 0, &[0]).step(60, 0, &[0]),
            "09:30",
            &["0 09:30-10:00", "0 10:00-11:00"],
        ),
        (
            "processing time lies between them",
            day("09:00-11:00").step(30, 30, &[0]).step(30, 0, &[0]),
            "09:00",
            &["0 09:00-09:30", "0 10:00-10:30"],
        ),
        (
            "whoever works already goes on",
            goes_on(),
            "09:00",
            &["1 09:00-09:30", "1 09:30-10:00"],
        ),
        (
            "if they can",
            goes_on().busy(1, "09:30", "10:00", Cause::Blocked),
            "09:00",
            &["1 09:00-09:30", "0 09:30-10:00"],
        ),
        (
            "the second works while the first is busy",
            either(),
            "09:00",
            &["1 09:00-09:30"],
        ),
        (
            "and the first before and after",
            either(),
            "09:30",
            &["0 09:30-10:00"],
        ),
        (
            "who had a step before a move keeps it before whoever works already",
            moved(),
            "09:00",
            &["1 09:00-09:30", "0 09:30-10:00"],
        ),
        (
            "if they can, too",
            moved().busy(0, "09:30", "10:00", Cause::Blocked),
            "09:00",
            &["1 09:00-09:30", "1 09:30-10:00"],
        ),
        (
            "and if it is still theirs",
            pair().step(30, 0, &[0]).preferring(1),
            "09:00",
            &["0 09:00-09:30"],
        ),
    ];
    for (sentence, scene, start, expected) in rows {
        assert_eq!(parts(&visit_at(&scene, start), &scene), expected, "{sentence}");
    }
}

#[test]
fn processing_time_after_the_last_step_needs_no_host_and_no_hours() {
    let scene = day("09:00-10:00").step(30, 45, &[0]);
    let visit = visit_at(&scene, "09:30");
    assert_eq!(visit.end, visit.start + SignedDuration::from_mins(75));
}

#[test]
fn buffers_are_kept_around_the_work_of_each_host_and_not_within_it() {
    let scene = day("09:00-12:00")
        .buffers(15, 15)
        .step(30, 0, &[0])
        .step(30, 0, &[0]);
    hold([case(
        "the buffer after the last step",
        SERVICE,
        scene.clone().taken("10:10", "10:20", Cause::Blocked),
    )
    .refuses("09:00", "BUFFER")]);
    let occupied: Vec<Interval> = visit_at(&scene, "09:00")
        .parts
        .iter()
        .map(|part| part.occupied)
        .collect();
    assert_eq!(
        occupied,
        [scene.span("08:45", "09:30"), scene.span("09:30", "10:15")]
    );
}

#[test]
fn buffers_around_processing_time_never_overlap_each_other() {
    let scene = day("09:00-12:00")
        .buffers(20, 20)
        .step(30, 30, &[0])
        .step(30, 0, &[0]);
    let visit = visit_at(&scene, "09:00");
    assert!(visit.parts[0].occupied.end <= visit.parts[1].occupied.start);
}

#[test]
fn a_visit_gets_units_that_are_free() {
    let scene = day("09:00-11:00")
        .step(30, 30, &[0])
        .needs(1, 1)
        .has(1, 2)
        .unit_taken(0, 0, "09:45", "10:00");
    hold([case("of two rooms one is free", SERVICE, scene.clone()).starts("09:00 09:30 10:00 10:30")]);
    assert_eq!(visit_at(&scene, "09:00").parts[0].units, [unit(11)]);
    assert_eq!(visit_at(&scene, "10:00").parts[0].units, [unit(10)]);
    let two = day("09:00-09:30").step(30, 0, &[0]).needs(1, 2).has(1, 2);
    assert_eq!(visit_at(&two, "09:00").parts[0].units.len(), 2);
}

#[test]
fn the_booking_calendars_own_grid_is_explained_even_when_nobody_can_begin() {
    let scene = day("09:00-10:00").own("09:00-10:00").step(30, 0, &[]);
    let reasons: Vec<Vec<Reason>> = explain_visits(&scene.visit())
        .iter()
        .map(|position| position.refusals.iter().map(|refusal| refusal.reason).collect())
        .collect();
    assert_eq!(reasons, [[Reason::Hours], [Reason::Hours]]);
}

#[test]
fn explain_names_the_host_and_what_is_in_the_way() {
    let scene = day("09:00-10:30")
        .host("09:30-10:30")
        .busy(1, "09:45", "10:00", appointment())
        .step(30, 0, &[0])
        .needs(1, 1)
        .step(30, 0, &[1])
        .has(1, 1)
        .unit_taken(0, 0, "09:30", "09:40");
    let told = |refusal: Refusal| {
        (
            refusal.reason,
            refusal.host(),
            refusal.busy.map(|busy| busy.cause),
        )
    };
    let refusals: Vec<Vec<_>> = explain_visits(&scene.visit())
        .into_iter()
        .map(|position| position.refusals.into_iter().map(told).collect())
        .collect();
    assert_eq!(
        refusals,
        [
            [(Reason::Booked, Some(staff(1)), Some(appointment()))],
            [(Reason::Resource, None, None)],
            [(Reason::Hours, Some(staff(1)), None)],
        ]
    );
}

#[test]
fn who_comes_back_to_a_visit_is_named_once() {
    let scene = day("09:00-11:00")
        .host("09:00-11:00")
        .step(30, 0, &[0])
        .step(30, 0, &[1])
        .step(30, 0, &[0]);
    let positions = explain_visits(&scene.visit());
    assert_eq!(positions[0].hosts[..], [staff(0), staff(1)]);
}

/// Who would work when whatever is in the way, and the reasons against it.
fn overridden(scene: &Scene, local: &str) -> (Visit, Vec<String>, Vec<&'static str>) {
    let (visit, refusals) = override_visit(&scene.visit(), scene.at(local)).unwrap();
    let codes = refusals.iter().map(|refusal| refusal.reason.as_str());
    let parts = parts(&visit, scene);
    (visit, parts, codes.collect())
}

#[test]
fn an_overriding_visit_goes_to_whoever_is_free_at_each_step() {
    let scene = day("09:00-11:00")
        .host("09:00-11:00")
        .step(30, 0, &[0, 1])
        .step(30, 0, &[0, 1])
        .step(30, 0, &[0])
        .taken("09:00", "10:30", Cause::Blocked);
    let (_, parts, codes) = overridden(&scene, "09:00");
    assert_eq!(parts, ["1 09:00-09:30", "1 09:30-10:00", "0 10:00-10:30"]);
    assert_eq!(codes, ["BLOCKED"], "of the last step, which nobody else does");
}

#[test]
fn an_overriding_visit_rather_leaves_the_hours_than_overlaps() {
    let scene =
        day("09:00-09:30")
            .host("09:00-18:00")
            .step(30, 0, &[1, 0])
            .busy(1, "12:00", "13:00", Cause::Blocked);
    for (start, part, code) in [
        ("12:00", "0 12:00-12:30", "HOURS"),
        ("09:10", "1 09:10-09:40", "GRID"),
    ] {
        let (_, parts, codes) = overridden(&scene, start);
        assert_eq!((parts, codes), (vec![part.to_owned()], vec![code]));
    }
}

#[test]
fn an_overriding_visit_gets_the_free_rooms_first() {
    let salon = |quantity| {
        day("09:00-11:00")
            .step(30, 0, &[0])
            .needs(1, quantity)
            .has(1, 2)
            .unit_taken(0, 0, "09:00", "10:00")
            .taken("09:00", "10:00", Cause::Blocked)
    };
    let (visit, _, codes) = overridden(&salon(1), "09:00");
    assert_eq!((&visit.parts[0].units, codes), (&vec![unit(11)], vec!["BLOCKED"]));
    let (visit, _, codes) = overridden(&salon(2), "09:00");
    assert_eq!(visit.parts[0].units, [unit(11), unit(10)]);
    assert_eq!(codes, ["BLOCKED", "RESOURCE"]);
}

#[test]
fn nobody_can_be_made_to_do_what_nobody_does() {
    let scene = day("09:00-11:00").step(30, 0, &[]);
    assert_eq!(override_visit(&scene.visit(), scene.at("09:00")), None);
}

/// Who would work in a visit that starts then, asked minute by minute; nobody when it cannot take place.
fn workers(scene: &Scene, start: Timestamp) -> Option<Vec<StaffId>> {
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
    let is_busy = |busy: &[Busy], at: Timestamp| {
        busy.iter()
            .any(|busy| busy.interval.start <= at && at < busy.interval.end)
    };
    let rules = &scene.rules;
    let mut at = start;
    let mut workers: Vec<StaffId> = Vec::new();
    for step in &scene.steps {
        let span = |from: i64, to: i64| Interval::new(at - minute * from_i(from), at + minute * from_i(to));
        let (work, stay) = (
            i64::from(step.duration),
            i64::from(step.duration + step.processing),
        );
        let occupied = span(i64::from(rules.pre_buffer), work + i64::from(rules.post_buffer));
        let is_able = |id: &StaffId| {
            let mut schedules = scene.schedules.iter();
            let host = schedules.find(|schedule| schedule.host() == Some(*id)).unwrap();
            let day = scene.zone.date(at);
            let open = host.hours.spans(day, day);
            open.iter().any(|open| open.contains(&span(0, work)))
                && !minutes(occupied).iter().any(|at| is_busy(&host.busy, *at))
        };
        let has_units = |(id, quantity): &(scheduling::ResourceId, u32)| {
            let resource = scene
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
fn assert_sound(scene: &Scene, visit: &Visit) {
    let mut at = visit.start;
    for (index, (step, part)) in scene.steps.iter().zip(&visit.parts).enumerate() {
        assert_eq!(part.work.start, at);
        assert!(part.occupied.contains(&part.work));
        at = part.leaves;
        for other in &visit.parts[..index] {
            assert!(other.host != part.host || !other.occupied.overlaps(&part.occupied));
        }
        let stay = Interval::new(part.work.start, part.leaves);
        for (id, quantity) in &step.resources {
            let resource = scene.resources.iter().find(|resource| resource.id == *id);
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

/// A salon of three people, two rooms and three machines, with some services and busy times.
fn by_chance(dice: &mut Dice) -> Scene {
    let mut scene = day("09:00-13:00")
        .host("08:00-12:30")
        .host("10:00-15:00")
        .has(1, 2)
        .has(2, 3)
        .kind(Kind::Service)
        .interval(dice.of(&[10, 15, 30]))
        .buffers(dice.of(&[0, 0, 5, 20]), dice.of(&[0, 0, 10, 15]));
    for _ in 0..=dice.below(3) {
        let hosts: Vec<u128> = (0..3).filter(|_| !dice.one_in(3)).collect();
        scene = scene.step(dice.of(&[10, 30, 45]), dice.of(&[0, 0, 20]), &hosts);
        if dice.one_in(2) {
            scene = scene.needs(dice.of(&[1, 2]), dice.of(&[1, 2]));
        }
    }
    let span = |dice: &mut Dice| {
        let from = 480 + dice.below(400);
        let clock = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
        (clock(from), clock(from + 5 + dice.below(60)))
    };
    for host in 0..3 {
        for _ in 0..dice.below(4) {
            let (from, to) = span(dice);
            scene = scene.busy(host, &from, &to, Cause::Blocked);
        }
    }
    for (resource, units) in [(0, 2), (1, 3)] {
        let (from, to) = span(dice);
        scene = scene.unit_taken(resource, dice.below(units), &from, &to);
    }
    scene
}

#[test]
fn visits_agree_with_a_look_at_every_minute() {
    let seeds = seeds(300);
    let mut compared = 0;
    for seed in &seeds {
        let mut dice = Dice::new(*seed);
        let scene = by_chance(&mut dice);
        let offered = visits(&scene.visit());
        for position in explain_visits(&scene.visit()) {
            compared += 1;
            let visit = offered.iter().find(|visit| visit.start == position.start);
            let hosts: Option<Vec<StaffId>> =
                visit.map(|visit| visit.parts.iter().map(|part| part.host).collect());
            assert_eq!(
                hosts,
                workers(&scene, position.start),
                "{}, {scene:?}",
                position.start
            );
            assert_eq!(position.is_offered, visit.is_some(), "{position:?}, {scene:?}");
            assert_eq!(
                position.refusals.is_empty(),
                visit.is_some(),
                "{position:?}, {scene:?}"
            );
            assert_eq!(
                check_visit(&scene.visit(), position.start).ok().as_ref(),
                visit,
                "{scene:?}"
            );
        }
        for visit in &offered {
            assert_sound(&scene, visit);
        }
    }
    assert!(compared > 2_000 || seeds.len() == 1, "{compared}");
}
