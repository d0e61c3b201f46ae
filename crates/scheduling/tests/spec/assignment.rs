//! Whom a round robin chooses.

use std::collections::BTreeSet;

use scheduling::{Candidate, Choice, Distribution, Given, Priority, StaffId, credits};

use crate::scene::staff;

fn candidate(number: u32) -> Candidate {
    Candidate {
        host: staff(u128::from(number)),
        priority: Priority::Medium,
        weight: 1,
        position: number,
        last_booked: None,
        booked_this_month: 0,
        credit_hundredths: 0,
        active: true,
    }
}

fn booked_at(number: u32, last: &str) -> Candidate {
    Candidate {
        last_booked: Some(last.parse().unwrap()),
        ..candidate(number)
    }
}

fn with(number: u32, booked_this_month: u32) -> Candidate {
    Candidate {
        booked_this_month,
        ..candidate(number)
    }
}

/// The order of choice when everybody is free.
fn rank(distribution: Distribution, team: &[Candidate]) -> Vec<Choice> {
    let free: BTreeSet<StaffId> = team.iter().map(|candidate| candidate.host).collect();
    scheduling::rank(distribution, team, &free)
}

/// The numbers of the candidates in the order of choice.
fn order(distribution: Distribution, candidates: &[Candidate]) -> Vec<u32> {
    let choices = rank(distribution, candidates);
    let position = |host| {
        candidates
            .iter()
            .find(|candidate| candidate.host == host)
            .unwrap()
            .position
    };
    choices.iter().map(|choice| position(choice.host)).collect()
}

#[test]
fn nobody_is_chosen_from_nobody() {
    assert_eq!(rank(Distribution::Availability, &[]), []);
    assert_eq!(rank(Distribution::Equal, &[]), []);
}

#[test]
fn whoever_was_booked_longest_ago_is_next() {
    let team = [
        booked_at(0, "2026-06-03T00:00:00Z"),
        booked_at(1, "2026-06-01T00:00:00Z"),
        booked_at(2, "2026-06-02T00:00:00Z"),
    ];
    assert_eq!(order(Distribution::Availability, &team), [1, 2, 0]);
    assert_eq!(
        rank(Distribution::Availability, &team)[0].reason,
        "booked longest ago: 1 June 2026"
    );
}

#[test]
fn somebody_never_booked_goes_before_somebody_booked() {
    let team = [booked_at(0, "2020-01-01T00:00:00Z"), candidate(1)];
    assert_eq!(order(Distribution::Availability, &team), [1, 0]);
}

#[test]
fn priority_goes_before_the_last_booking() {
    let high = Candidate {
        priority: Priority::High,
        ..booked_at(0, "2026-06-03T00:00:00Z")
    };
    let low = Candidate {
        priority: Priority::Low,
        ..candidate(1)
    };
    let team = [low, candidate(2), high];
    assert_eq!(order(Distribution::Availability, &team), [0, 2, 1]);
    assert_eq!(rank(Distribution::Availability, &team)[0].reason, "high priority");
}

#[test]
fn the_order_of_the_team_breaks_ties_whatever_the_order_of_the_question() {
    let team = [candidate(2), candidate(0), candidate(1)];
    assert_eq!(order(Distribution::Availability, &team), [0, 1, 2]);
    assert_eq!(order(Distribution::Equal, &team), [0, 1, 2]);
}

#[test]
fn the_only_one_free_is_called_that() {
    for distribution in [Distribution::Availability, Distribution::Equal] {
        assert_eq!(rank(distribution, &[candidate(0)])[0].reason, "the only one free");
    }
}

#[test]
fn equal_distribution_prefers_the_fewest_this_month() {
    let team = [with(0, 4), with(1, 3), with(2, 5)];
    assert_eq!(order(Distribution::Equal, &team), [1, 0, 2]);
    let choices = rank(Distribution::Equal, &team);
    assert_eq!(choices[0].reason, "fewest this month: 3, others 4");
    assert_eq!(
        choices[1].reason,
        "next after those with fewer this month: 4, others 3"
    );
}

#[test]
fn a_share_is_counted_by_weight() {
    let team = [
        Candidate {
            weight: 2,
            ..with(0, 4)
        },
        with(1, 3),
    ];
    assert_eq!(order(Distribution::Equal, &team), [0, 1]);
    assert_eq!(
        rank(Distribution::Equal, &team)[0].reason,
        "fewest this month: 4, others 3 (by weight)"
    );
}

#[test]
fn equal_shares_go_by_priority() {
    let team = [
        with(0, 2),
        Candidate {
            priority: Priority::High,
            ..with(1, 2)
        },
    ];
    assert_eq!(order(Distribution::Equal, &team), [1, 0]);
    assert_eq!(
        rank(Distribution::Equal, &team)[0].reason,
        "as few this month as others: 2, others 2"
    );
}

#[test]
fn more_than_three_ahead_of_the_lowest_is_not_offered() {
    assert_eq!(
        order(Distribution::Equal, &[with(0, 0), with(1, 3), with(2, 4)]),
        [0, 1]
    );
}

#[test]
fn somebody_absent_does_not_hold_the_others_up() {
    let absent = Candidate {
        active: false,
        ..with(0, 0)
    };
    assert_eq!(
        order(Distribution::Equal, &[absent, with(1, 6), with(2, 7)]),
        [0, 1, 2]
    );
}

/// What the members of a team are credited with after so many appointments that somebody has, while these were there.
fn credited(weights: &[u32], appointments: usize, host: u128, there: &[u128]) -> Vec<u32> {
    let team: Vec<(StaffId, u32)> = (0..).map(staff).zip(weights.iter().copied()).collect();
    let there: Vec<StaffId> = there.iter().copied().map(staff).collect();
    let given = Given {
        host: staff(host),
        there: &there,
    };
    credits(&team, vec![given; appointments]).into_values().collect()
}

#[test]
fn who_was_away_is_credited_with_what_the_others_had_on_average() {
    let equal = [1; 3];
    assert_eq!(credited(&equal, 0, 0, &[]), [0, 0, 0]);
    assert_eq!(credited(&equal, 9, 0, &[0, 1]), [0, 0, 450]);
    assert_eq!(credited(&equal, 9, 0, &[0, 1, 2]), [0, 0, 0], "all were there");
    assert_eq!(
        credited(&equal, 2, 0, &[]),
        [0, 200, 200],
        "who has it could have it"
    );
    assert_eq!(
        credited(&equal, 5, 7, &[0, 7]),
        [0, 0, 0],
        "7 is no member any more"
    );
    assert_eq!(
        credited(&equal, 5, 0, &[0, 1, 7]),
        [0, 0, 250],
        "only members share"
    );
    let back = Candidate {
        credit_hundredths: 450,
        ..with(0, 0)
    };
    assert_eq!(
        order(Distribution::Equal, &[back, with(1, 4), with(2, 5)]),
        [1, 0, 2]
    );
}

#[test]
fn a_credit_goes_by_weight() {
    // Those who were there had two for each weight, so the third would have had six.
    assert_eq!(credited(&[1, 3, 3], 8, 1, &[0, 1]), [0, 0, 600]);
    assert_eq!(
        credited(&[0, 1, 0], 8, 0, &[0, 1]),
        [0, 0, 400],
        "no weight counts as one"
    );
    assert_eq!(
        credited(&[1; 4], 100, 0, &[0, 1, 2]),
        [0, 0, 0, 3333],
        "little is rounded"
    );
    assert_eq!(
        credited(&[1, u32::MAX], 9, 0, &[0]),
        [0, u32::MAX],
        "no more fits"
    );
}

/// A team to whom appointments are given one by one.
struct Team {
    weights: Vec<u32>,
    given: Vec<(StaffId, Vec<StaffId>)>,
}

impl Team {
    fn of(weights: &[u32]) -> Self {
        Self {
            weights: weights.to_vec(),
            given: Vec::new(),
        }
    }

    /// Gives so many appointments to whoever's turn it is of those who are there. Answers how many each member got.
    fn give(&mut self, appointments: usize, there: &[u32]) -> Vec<u32> {
        let there: Vec<StaffId> = there.iter().map(|number| staff(u128::from(*number))).collect();
        let free: BTreeSet<StaffId> = there.iter().copied().collect();
        let before = self.given.len();
        for _ in 0..appointments {
            let choices = scheduling::rank(Distribution::Equal, &self.candidates(&there), &free);
            self.given.push((choices[0].host, there.clone()));
        }
        let got = |member: StaffId| {
            let own = self.given[before..].iter().filter(|(host, _)| *host == member);
            u32::try_from(own.count()).unwrap()
        };
        self.members().map(|(member, _)| got(member)).collect()
    }

    fn members(&self) -> impl Iterator<Item = (StaffId, u32)> {
        (0..).map(staff).zip(self.weights.iter().copied())
    }

    fn candidates(&self, there: &[StaffId]) -> Vec<Candidate> {
        let team: Vec<(StaffId, u32)> = self.members().collect();
        let given = self
            .given
            .iter()
            .map(|(host, there)| Given { host: *host, there });
        let credits = credits(&team, given);
        let candidates = team.iter().zip(0..);
        candidates
            .map(|((member, weight), number)| {
                let own = self.given.iter().filter(|(host, _)| host == member);
                Candidate {
                    host: *member,
                    weight: *weight,
                    credit_hundredths: credits[member],
                    active: there.contains(member),
                    ..with(number, u32::try_from(own.count()).unwrap())
                }
            })
            .collect()
    }
}

#[test]
fn who_comes_back_gets_an_equal_share_of_what_follows() {
    for members in 2..=6 {
        let all: Vec<u32> = (0..members).collect();
        for away in 1..members {
            let mut team = Team::of(&vec![1; all.len()]);
            team.give(13, &all);
            team.give(40, &all[..(members - away) as usize]);
            let rounds = 4;
            let after = team.give(rounds * all.len(), &all);
            for got in &after {
                assert!(
                    got.abs_diff(4) <= 1,
                    "{away} of {members} were away, and then they got {after:?}"
                );
            }
        }
    }
}

#[test]
fn who_is_there_on_some_days_only_gets_their_share_of_those() {
    let mut team = Team::of(&[1, 1, 2]);
    let mut got = [0; 3];
    for _ in 0..10 {
        for (number, there) in [(8, &[0, 1][..]), (4, &[0, 1, 2]), (6, &[1, 2])] {
            let more = team.give(number, there);
            got.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }
    // Of 80 that two share, 40 that go by 1, 1 and 2, and 60 that go by 1 and 2.
    let expected = [40 + 10, 40 + 10 + 20, 20 + 40];
    for (got, expected) in got.iter().zip(expected) {
        assert!(got.abs_diff(expected) <= 2, "{got} in place of {expected}");
    }
}

#[test]
fn chance_decides_who_is_there_and_nobody_gets_far_from_their_share() {
    let mut dice = crate::oracle::dice::Dice(0x5eed);
    for _ in 0..20 {
        let weights: Vec<u32> = (0..4).map(|_| dice.of(&[1, 2, 3])).collect();
        let mut team = Team::of(&weights);
        let mut shares = [0.0; 4];
        let mut got = [0; 4];
        for _ in 0..100 {
            let there: Vec<u32> = (0..4).filter(|_| !dice.one_in(3)).collect();
            if there.is_empty() {
                continue;
            }
            let more = team.give(1, &there);
            let sum: u32 = there.iter().map(|member| weights[*member as usize]).sum();
            for member in there {
                shares[member as usize] += f64::from(weights[member as usize]) / f64::from(sum);
            }
            got.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        for (got, share) in got.iter().zip(shares) {
            assert!((f64::from(*got) - share).abs() < 4.0, "{got} in place of {share}");
        }
    }
}

#[test]
fn a_weight_of_nothing_counts_as_one() {
    assert_eq!(
        order(
            Distribution::Equal,
            &[
                Candidate {
                    weight: 0,
                    ..with(0, 1)
                },
                with(1, 2)
            ]
        ),
        [0, 1]
    );
}

#[test]
fn the_whole_team_counts_for_what_is_fair_and_only_the_free_are_chosen() {
    let team = [with(0, 1), with(1, 4), with(2, 5)];
    for (free, chosen, reason) in [
        (vec![1, 2], vec![1], "the only one free this time: 4, others 1"),
        (vec![2], vec![], ""),
        (vec![0, 1], vec![0, 1], "fewest this month: 1, others 4"),
        (vec![], vec![], ""),
    ] {
        let free: BTreeSet<StaffId> = free.into_iter().map(staff).collect();
        let choices = scheduling::rank(Distribution::Equal, &team, &free);
        let hosts: Vec<StaffId> = choices.iter().map(|choice| choice.host).collect();
        let expected: Vec<StaffId> = chosen.into_iter().map(staff).collect();
        assert_eq!(hosts, expected, "{free:?}");
        assert_eq!(choices.first().map_or("", |choice| &choice.reason), reason);
    }
}

#[test]
fn a_weight_stretches_what_counts_as_ahead() {
    let heavy = |booked| Candidate {
        weight: 3,
        ..with(1, booked)
    };
    for (booked, ahead) in [(9, false), (10, true)] {
        let held = scheduling::ahead(&[with(0, 0), heavy(booked)]);
        assert_eq!(!held.is_empty(), ahead, "{booked} at three times the weight");
    }
}

#[test]
fn shares_are_compared_exactly_whatever_the_weights() {
    let heavy = |number, booked| Candidate {
        weight: 1000,
        ..with(number, booked)
    };
    // 0.009, 0.005 and 0.001 appointments by weight.
    let team = [heavy(0, 9), heavy(1, 5), heavy(2, 1)];
    assert_eq!(order(Distribution::Equal, &team), [2, 1, 0]);
    let most = Candidate {
        weight: u32::MAX,
        ..with(0, u32::MAX)
    };
    assert_eq!(order(Distribution::Equal, &[most, with(1, 1)]), [0, 1]);
}

#[test]
fn a_weight_in_the_thousands_is_held_back_at_the_very_next_appointment() {
    let heavy = |booked| Candidate {
        weight: 1000,
        ..with(1, booked)
    };
    assert_eq!(scheduling::ahead(&[with(0, 0), heavy(3000)]), []);
    assert_eq!(scheduling::ahead(&[with(0, 0), heavy(3001)]), [staff(1)]);
}

#[test]
fn the_reason_tells_of_a_credit() {
    let back = |booked, credit_hundredths| Candidate {
        credit_hundredths,
        ..with(0, booked)
    };
    let reason = |team: &[Candidate]| rank(Distribution::Equal, team)[0].reason.clone();
    assert_eq!(
        reason(&[back(1, 200), with(1, 4)]),
        "fewest this month: 1, others 4, credited with 2 for time away"
    );
    assert_eq!(
        reason(&[back(0, 450), with(1, 4)]),
        "fewest this month: 4, others 0, others credited with 4.5 for time away"
    );
    assert_eq!(
        reason(&[back(0, 33), with(1, 2)]),
        "fewest this month: 0, others 2, credited with 0.33 for time away"
    );
    let other = Candidate {
        credit_hundredths: 300,
        ..with(1, 2)
    };
    assert_eq!(
        reason(&[back(1, 200), other]),
        "fewest this month: 1, others 2, credited with 2 and 3 for time away"
    );
}
