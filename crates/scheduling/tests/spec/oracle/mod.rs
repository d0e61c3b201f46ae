//! The engine against an oracle that knows nothing but minutes: it looks at every minute of some days on each clock
//! and asks of each whether a meeting could start then.

mod clock;
pub mod dice;
mod expected;
mod generated;

use std::collections::BTreeMap;

use scheduling::{check, explain};

use dice::Dice;
use expected::oracle;

/// Compares one stretch of cases; four of them run side by side. Returns how many slots of each kind were compared.
fn compare(seed: u64, cases: usize) -> BTreeMap<&'static str, usize> {
    let mut dice = Dice(seed);
    let mut compared = BTreeMap::new();
    for case in 0..cases {
        let (scene, minutes) = generated::scene(&mut dice);
        let place = scene.zone.name();
        let expected = oracle(&scene, &minutes);
        let found: Vec<_> = scene
            .slots()
            .into_iter()
            .map(|slot| {
                (
                    usize::try_from(minutes.of(slot.start)).unwrap(),
                    slot.hosts.into_vec(),
                )
            })
            .collect();
        let difference = found
            .iter()
            .zip(&expected)
            .find(|(found, expected)| found != expected);
        assert!(
            difference.is_none() && found.len() == expected.len(),
            "slots, seed {seed:#x}, case {case}, {place}, {} of {}, {difference:?}, {:?} {:?}",
            found.len(),
            expected.len(),
            scene.rules,
            scene.hosts
        );
        let explained: Vec<_> = explain(&scene.request())
            .unwrap()
            .into_iter()
            .inspect(|at| {
                assert!(
                    !at.hosts.is_empty() || !at.refusals.is_empty(),
                    "no reason in case {case}"
                );
            })
            .filter(|at| !at.hosts.is_empty())
            .map(|at| (usize::try_from(minutes.of(at.start)).unwrap(), at.hosts))
            .collect();
        assert_eq!(
            explained, expected,
            "explain, seed {seed:#x}, case {case}, {place}"
        );
        for _ in 0..20 {
            // Half of them starts that are on offer, or one minute off.
            let minute = match expected.len() {
                0 => None,
                count => Some(expected[dice.below(count)].0 + dice.below(2)),
            };
            let random = usize::try_from(minutes.of(scene.window.start)).unwrap() + dice.below(2 * 1440);
            let minute = minute.filter(|_| dice.one_in(2)).unwrap_or(random);
            let instant = minutes.at(minute);
            if instant < scene.window.start || instant >= scene.window.end {
                continue;
            }
            let expected = expected
                .iter()
                .find(|(start, _)| *start == minute)
                .map(|(_, hosts)| hosts.clone());
            let answer = check(&scene.request(), instant);
            assert!(
                !answer.as_ref().is_err_and(Vec::is_empty),
                "no reason, seed {seed:#x}, case {case}, {instant}"
            );
            assert_eq!(
                answer.ok().map(|slot| slot.hosts.into_vec()),
                expected,
                "check, seed {seed:#x}, case {case}, {instant}"
            );
        }
        *compared.entry(scene.kind.as_str()).or_default() += expected.len();
    }
    compared
}

#[test]
fn slots_explain_and_check_agree_with_a_look_at_every_minute() {
    let seeds = [
        0x9e37_79b9_7f4a_7c15,
        0xdead_beef_cafe_f00d,
        0x0123_4567_89ab_cdef,
        0x5851_f42d_4c95_7f2d,
    ];
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = seeds
            .into_iter()
            .map(|seed| scope.spawn(move || compare(seed, 200)))
            .collect();
        for one in running {
            for (kind, slots) in one.join().expect("the oracle disagrees") {
                *compared.entry(kind).or_default() += slots;
            }
        }
    });
    assert!(
        compared.len() == 5 && compared.values().all(|slots| *slots > 500),
        "the cases offer too little: {compared:?}"
    );
}
