//! Whom a round robin chooses.

use std::collections::BTreeSet;

use scheduling::{Candidate, Choice, Distribution, Priority, StaffId, newcomer_credit};

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

#[test]
fn a_newcomer_is_credited_with_the_average() {
    assert_eq!(newcomer_credit(&[], 0), 0);
    assert_eq!(newcomer_credit(&[4, 5], 0), 450);
    assert_eq!(newcomer_credit(&[u32::MAX, u32::MAX], 0), u32::MAX);
    let newcomer = Candidate {
        credit_hundredths: 450,
        ..with(0, 0)
    };
    assert_eq!(
        order(Distribution::Equal, &[newcomer, with(1, 4), with(2, 5)]),
        [1, 0, 2]
    );
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
fn what_a_member_had_before_they_joined_again_is_part_of_their_credit() {
    for (own, credit) in [(0, 450), (2, 250), (4, 50), (5, 0), (9, 0)] {
        assert_eq!(newcomer_credit(&[4, 5], own), credit, "{own} of their own");
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
fn the_reason_tells_of_a_newcomers_credit() {
    let newcomer = |booked, credit_hundredths| Candidate {
        credit_hundredths,
        ..with(0, booked)
    };
    let reason = |team: &[Candidate]| rank(Distribution::Equal, team)[0].reason.clone();
    assert_eq!(
        reason(&[newcomer(1, 200), with(1, 4)]),
        "fewest this month: 1, others 4, as a newcomer credited with 2"
    );
    assert_eq!(
        reason(&[newcomer(0, 450), with(1, 4)]),
        "fewest this month: 4, others 0, a newcomer credited with 4.5"
    );
    assert_eq!(
        reason(&[newcomer(0, 33), with(1, 2)]),
        "fewest this month: 0, others 2, as a newcomer credited with 0.33"
    );
}
