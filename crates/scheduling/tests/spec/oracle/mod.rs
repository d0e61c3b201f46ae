//! The engine against an oracle that knows nothing but minutes: it looks at every minute of some days on each clock
//! and asks of each whether a meeting could start then.

mod clock;
mod expected;
mod generated;

use std::collections::BTreeMap;

use scheduling::{check, explain};

use expected::oracle;

use crate::dice::{Dice, seeds};

/// Compares some cases. Returns how many slots of each kind were compared.
fn compare(seeds: &[u64]) -> BTreeMap<&'static str, usize> {
    let mut compared = BTreeMap::new();
    for seed in seeds {
        let mut dice = Dice::new(*seed);
        let (scene, minutes) = generated::scene(&mut dice);
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
            "slots: {} of {}, {difference:?}, {scene:?}",
            found.len(),
            expected.len()
        );
        let explained: Vec<_> = explain(&scene.request())
            .unwrap()
            .into_iter()
            .inspect(|at| {
                assert!(
                    at.is_offered || !at.refusals.is_empty(),
                    "no reason: {at:?}, {scene:?}"
                );
            })
            .filter(|at| at.is_offered)
            .map(|at| {
                let minute = usize::try_from(minutes.of(at.start)).unwrap();
                (minute, at.hosts.into_vec())
            })
            .collect();
        assert_eq!(explained, expected, "explain: {scene:?}");
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
                "no reason: {instant}, {scene:?}"
            );
            assert_eq!(
                answer.ok().map(|slot| slot.hosts.into_vec()),
                expected,
                "check: {instant}, {scene:?}"
            );
        }
        *compared.entry(scene.kind.as_str()).or_default() += expected.len();
    }
    compared
}

#[test]
fn slots_explain_and_check_agree_with_a_look_at_every_minute() {
    let seeds = seeds(800);
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let stretches = seeds.chunks(200);
        let running: Vec<_> = stretches.map(|seeds| scope.spawn(|| compare(seeds))).collect();
        for one in running {
            for (kind, slots) in one.join().expect("the oracle disagrees") {
                *compared.entry(kind).or_default() += slots;
            }
        }
    });
    assert!(
        seeds.len() == 1 || compared.len() == 5 && compared.values().all(|slots| *slots > 500),
        "the cases offer too little: {compared:?}"
    );
}
