//! How long slots take: 60 days, 30-minute grid, 100 events per host. The bars are those of quality.md. And how long
//! visits of several services take.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use scheduling::ids::Uuid;
use scheduling::{
    Busy, CalendarId, Cause, Hours, Interval, Kind, Request, Resource, ResourceId, Rules, Schedule, StaffId,
    Step, UnitId, VisitRequest, WeeklyHours, check, check_visit, explain, explain_visits, slots, visits,
};
use zones::Zone;

const ROUNDS: usize = 500;

fn schedules(count: u32, start: Timestamp, zone: &Zone) -> Vec<Schedule> {
    (0..count)
        .map(|number| Schedule {
            owner: StaffId(Uuid::from_u128(u128::from(number))).into(),
            hours: Hours {
                zone: zone.clone(),
                weekly: WeeklyHours::weekdays(540, 1020),
                overrides: Vec::new(),
            },
            busy: (0..100)
                .map(|event: i64| {
                    let from = start + SignedDuration::from_mins(event * 864 + i64::from(number) * 7);
                    Busy {
                        interval: Interval::new(from, from + SignedDuration::from_mins(50)),
                        cause: Cause::External,
                        shared: None,
                    }
                })
                .collect(),
        })
        .collect()
}

/// The median and the fastest of many rounds. The answer is dropped after the clock is stopped.
fn time<T>(mut work: impl FnMut() -> T) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            let answer = black_box(work());
            let elapsed = begin.elapsed();
            drop(answer);
            elapsed
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[0])
}

fn main() {
    let rules = Rules {
        zone: Zone::named("Europe/Berlin").unwrap_or_else(|_| Zone::utc()),
        ..Rules::default()
    };
    // The clocks change within the 60 days.
    let now = Timestamp::from_second(1_772_000_000).unwrap_or_default();
    let window = Interval::new(now, now + SignedDuration::from_hours(60 * 24));
    let booked_per_day = BTreeMap::new();
    println!("slots, 60 days, 30-minute grid, 100 events per host");
    for (count, bar) in [(1, Some(20)), (10, None), (50, Some(1000))] {
        let schedules = schedules(count, now, &rules.zone);
        let request = Request {
            calendar: CalendarId(Uuid::from_u128(1)),
            kind: Kind::RoundRobin,
            rules: &rules,
            schedules: &schedules,
            window,
            now,
            booked_per_day: &booked_per_day,
            seats: 1,
            held_back: &BTreeMap::new(),
            staff_view: false,
        };
        let found = slots(&request).map_or(0, |slots| slots.len());
        let (median, fastest) = time(|| slots(black_box(&request)));
        let bar = bar.map(|bar| format!(", bar {bar} µs")).unwrap_or_default();
        println!("{count:>3} hosts: median {median:?}, fastest {fastest:?}{bar} ({found} slots)");
        let last = now + SignedDuration::from_hours(24 * 40);
        let (median, _) = time(|| check(black_box(&request), last));
        println!("           check of one start {median:?}");
        let (median, _) = time(|| explain(black_box(&request)));
        println!("           explain {median:?}");
    }
    time_visits(&rules, window, now);
}

/// Three services by any of five hosts, in a room of two with busy times of its own.
fn time_visits(rules: &Rules, window: Interval, now: Timestamp) {
    let schedules = schedules(5, now, &rules.zone);
    let rules = Rules {
        interval: 15,
        ..rules.clone()
    };
    let room = ResourceId(Uuid::from_u128(1));
    let steps: Vec<Step> = [(30, 15), (45, 0), (20, 30)]
        .into_iter()
        .map(|(duration, processing)| Step {
            duration,
            processing,
            hosts: schedules.iter().filter_map(Schedule::host).collect(),
            preferred: None,
            resources: vec![(room, 1)],
        })
        .collect();
    let units = schedules.iter().take(2).zip(1..);
    let resources = [Resource {
        id: room,
        units: units
            .map(|(host, number)| (UnitId(Uuid::from_u128(number)), host.busy.clone()))
            .collect(),
    }];
    let asked = VisitRequest {
        request: Request {
            calendar: CalendarId(Uuid::from_u128(1)),
            kind: Kind::Service,
            rules: &rules,
            schedules: &schedules,
            window,
            now,
            booked_per_day: &BTreeMap::new(),
            seats: 1,
            held_back: &BTreeMap::new(),
            staff_view: false,
        },
        steps: &steps,
        resources: &resources,
    };
    println!("visits, 60 days, 15-minute grid, 3 services, 5 hosts with 100 events each");
    let found = visits(&asked).len();
    let (median, fastest) = time(|| visits(black_box(&asked)));
    println!("           median {median:?}, fastest {fastest:?}, bar 5 ms ({found} visits)");
    let last = now + SignedDuration::from_hours(24 * 40);
    let (median, _) = time(|| check_visit(black_box(&asked), last));
    println!("           check of one start {median:?}");
    let (median, _) = time(|| explain_visits(black_box(&asked)));
    println!("           explain {median:?}");
}
