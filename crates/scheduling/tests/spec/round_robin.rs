//! Round robin. Optimise for availability: highest priority, then whoever was booked here longest ago, then the order of the
//! team. Equal distribution: lowest (count + credit) / weight, then priority, then the order of the team; a member who is more
//! than 3 ahead of the lowest who is there is not offered.

use std::collections::BTreeSet;

use scheduling::{Choice, Distribution, Given, Kind, Priority, StaffId, Standing, ahead, credits};

use crate::dice::{Dice, seeds};
use crate::scene::{BERLIN, DAY, day, days, staff};
use crate::table::{case, hold};

fn standing(number: u32) -> Standing {
    Standing {
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

fn booked_on(number: u32, date: &str) -> Standing {
    Standing {
        last_booked: Some(format!("{date}T09:00Z").parse().unwrap()),
        ..standing(number)
    }
}

fn with(number: u32, booked_this_month: u32) -> Standing {
    Standing {
        booked_this_month,
        ..standing(number)
    }
}

fn weighing(weight: u32, member: Standing) -> Standing {
    Standing { weight, ..member }
}

fn of_priority(priority: Priority, member: Standing) -> Standing {
    Standing { priority, ..member }
}

fn credited_with(credit_hundredths: u32, member: Standing) -> Standing {
    Standing {
        credit_hundredths,
        ..member
    }
}

fn absent(member: Standing) -> Standing {
    Standing {
        active: false,
        ..member
    }
}

/// The order of choice when everybody is free.
fn rank(distribution: Distribution, team: &[Standing]) -> Vec<Choice> {
    let free: BTreeSet<StaffId> = team.iter().map(|member| member.host).collect();
    scheduling::rank(distribution, team, &free)
}

/// Why the first choice comes first; empty without one.
fn first_reason(choices: &[Choice]) -> String {
    choices
        .first()
        .map(|choice| choice.reason.to_string())
        .unwrap_or_default()
}

/// A sentence, a team, the numbers of its members in the order of choice, and why the first one was chosen.
type Row<'a> = (&'a str, &'a [Standing], &'a [u128], &'a str);

fn choose(distribution: Distribution, rows: &[Row]) {
    for (sentence, team, order, reason) in rows {
        let choices = rank(distribution, team);
        let hosts: Vec<StaffId> = choices.iter().map(|choice| choice.host).collect();
        let expected: Vec<StaffId> = order.iter().copied().map(staff).collect();
        assert_eq!(hosts, expected, "{sentence}");
        assert_eq!(first_reason(&choices), *reason, "{sentence}");
        if distribution == Distribution::Equal {
            let held: Vec<StaffId> = ahead(team);
            assert!(hosts.iter().all(|host| !held.contains(host)), "{sentence}");
            assert_eq!(hosts.len() + held.len(), team.len(), "{sentence}");
        }
    }
}

#[test]
fn optimise_for_availability() {
    use Priority::{High, Low};
    choose(
        Distribution::Availability,
        &[
            (
                "whoever was booked longest ago is next",
                &[
                    booked_on(0, "2026-06-03"),
                    booked_on(1, "2026-06-01"),
                    booked_on(2, "2026-06-02"),
                ],
                &[1, 2, 0],
                "booked longest ago: 1 June 2026",
            ),
            (
                "whoever was never booked comes first",
                &[booked_on(0, "2020-01-01"), standing(1)],
                &[1, 0],
                "not booked here before",
            ),
            (
                "priority goes before the last booking",
                &[
                    of_priority(Low, standing(1)),
                    standing(2),
                    of_priority(High, booked_on(0, "2026-06-03")),
                ],
                &[0, 2, 1],
                "high priority",
            ),
            (
                "the order of the team breaks ties of those who were never booked",
                &[standing(2), standing(0), standing(1)],
                &[0, 1, 2],
                "not booked here before",
            ),
            (
                "and of those who were booked at the same moment",
                &[
                    booked_on(2, "2026-05-01"),
                    booked_on(0, "2026-05-01"),
                    booked_on(1, "2026-05-01"),
                ],
                &[0, 1, 2],
                "booked longest ago: 1 May 2026",
            ),
            (
                "the only one free is called that",
                &[standing(0)],
                &[0],
                "the only one free",
            ),
            ("nobody is chosen from nobody", &[], &[], ""),
        ],
    );
}

#[test]
fn equal_distribution() {
    choose(
        Distribution::Equal,
        &[
            (
                "the fewest this month go first",
                &[with(0, 4), with(1, 3), with(2, 5)],
                &[1, 0, 2],
                "fewest this month: 3, others 4",
            ),
            (
                "a share is counted by weight",
                &[weighing(2, with(0, 4)), with(1, 3)],
                &[0, 1],
                "fewest this month: 4, others 3 (by weight)",
            ),
            (
                "a weight of nothing counts as one",
                &[weighing(0, with(0, 1)), with(1, 2)],
                &[0, 1],
                "fewest this month: 1, others 2 (by weight)",
            ),
            (
                "shares are compared exactly: 0.009, 0.005 and 0.001 by weight",
                &[
                    weighing(1000, with(0, 9)),
                    weighing(1000, with(1, 5)),
                    weighing(1000, with(2, 1)),
                ],
                &[2, 1, 0],
                "fewest this month: 1, others 5",
            ),
            (
                "however large they are",
                &[weighing(u32::MAX, with(0, u32::MAX)), with(1, 1)],
                &[0, 1],
                "as few this month as others: 4294967295, others 1 (by weight)",
            ),
            (
                "equal shares go by priority",
                &[with(0, 2), of_priority(Priority::High, with(1, 2))],
                &[1, 0],
                "as few this month as others: 2, others 2",
            ),
            (
                "then by the order of the team",
                &[standing(2), standing(0), standing(1)],
                &[0, 1, 2],
                "as few this month as others: 0, others 0",
            ),
            (
                "a credit counts as appointments do",
                &[credited_with(450, with(0, 0)), with(1, 4), with(2, 5)],
                &[1, 0, 2],
                "fewest this month: 4, others 0, others credited with 4.5 for time away",
            ),
            (
                "the only one free is called that",
                &[standing(0)],
                &[0],
                "the only one free",
            ),
            ("nobody is chosen from nobody", &[], &[], ""),
        ],
    );
}

#[test]
fn equal_distribution_holds_back_who_is_ahead() {
    choose(
        Distribution::Equal,
        &[
            (
                "more than three ahead of the lowest is not offered",
                &[with(0, 0), with(1, 3), with(2, 4)],
                &[0, 1],
                "fewest this month: 0, others 3",
            ),
            (
                "the lowest is absent: the others count from the lowest who is there",
                &[absent(with(0, 0)), with(1, 5), with(2, 8)],
                &[0, 1, 2],
                "fewest this month: 0, others 5",
            ),
            (
                "and are held back by that one",
                &[absent(with(0, 0)), with(1, 5), with(2, 9)],
                &[0, 1],
                "fewest this month: 0, others 5",
            ),
            (
                "a weight stretches what counts as ahead",
                &[with(0, 0), weighing(3, with(1, 9))],
                &[0, 1],
                "fewest this month: 0, others 9 (by weight)",
            ),
            (
                "not without end",
                &[with(0, 0), weighing(3, with(1, 10))],
                &[0],
                "fewest this month: 0, others 10 (by weight)",
            ),
            (
                "a weight in the thousands",
                &[with(0, 0), weighing(1000, with(1, 3000))],
                &[0, 1],
                "fewest this month: 0, others 3000 (by weight)",
            ),
            (
                "is held back at the very next appointment",
                &[with(0, 0), weighing(1000, with(1, 3001))],
                &[0],
                "fewest this month: 0, others 3001 (by weight)",
            ),
        ],
    );
}

#[test]
fn the_reason_tells_of_those_with_fewer_and_of_credits() {
    let second = rank(Distribution::Equal, &[with(0, 4), with(1, 3), with(2, 5)]).remove(1);
    assert_eq!(
        second.reason.to_string(),
        "next after those with fewer this month: 4, others 3"
    );
    choose(
        Distribution::Equal,
        &[
            (
                "one's own credit",
                &[credited_with(200, with(0, 1)), with(1, 4)],
                &[0, 1],
                "fewest this month: 1, others 4, credited with 2 for time away",
            ),
            (
                "that of others",
                &[credited_with(450, with(0, 0)), with(1, 4)],
                &[1, 0],
                "fewest this month: 4, others 0, others credited with 4.5 for time away",
            ),
            (
                "hundredths",
                &[credited_with(33, with(0, 0)), with(1, 2)],
                &[0, 1],
                "fewest this month: 0, others 2, credited with 0.33 for time away",
            ),
            (
                "both",
                &[credited_with(200, with(0, 1)), credited_with(300, with(1, 2))],
                &[0, 1],
                "fewest this month: 1, others 2, credited with 2 and 3 for time away",
            ),
        ],
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
        assert_eq!(first_reason(&choices), reason);
    }
}

#[test]
fn who_is_too_far_ahead_is_not_offered() {
    const ROUND_ROBIN: &[Kind] = &[Kind::RoundRobin];
    let june_and_july = || days(BERLIN, "2026-06-30", "2026-07-01", "09:00-10:00");
    hold([
        case(
            "a start that only they could take is not there, with the reason",
            ROUND_ROBIN,
            day("09:00-10:00").host("09:30-10:00").held_back(0, DAY),
        )
        .starts("09:30")
        .refuses("09:00", "ROUNDROBIN HOURS"),
        case(
            "on that day only",
            ROUND_ROBIN,
            june_and_july().held_back(0, "2026-06-30"),
        )
        .starts("09:00 09:30")
        .refuses("2026-06-30T09:30", "ROUNDROBIN")
        .offers("2026-07-01T09:00"),
        case(
            "others are offered then",
            ROUND_ROBIN,
            june_and_july().host("09:30-10:00").held_back(0, "2026-06-30"),
        )
        .starts("30.09:30 01.09:00 01.09:30"),
        case(
            "of several days each holds back its own",
            ROUND_ROBIN,
            days(BERLIN, DAY, "2026-06-06", "09:00-09:30")
                .held_back(0, DAY)
                .held_back(0, "2026-06-03")
                .held_back(0, "2026-06-04")
                .held_back(1, "2026-06-05"),
        )
        .starts("02.09:00 05.09:00 06.09:00")
        .refuses("2026-06-04T09:00", "ROUNDROBIN"),
        case(
            "days are those of the booking calendar's zone",
            ROUND_ROBIN,
            // The first of July in Berlin.
            days("UTC", "2026-06-30", "2026-06-30", "22:00-23:00")
                .calendar_in(BERLIN)
                .held_back(0, "2026-06-30"),
        )
        .starts("22:00 22:30"),
    ]);
    let shared = june_and_july().host("09:30-10:00").held_back(0, "2026-06-30");
    let hosts: Vec<_> = shared
        .slots()
        .into_iter()
        .map(|slot| slot.hosts.into_vec())
        .collect();
    assert_eq!(hosts, [vec![staff(1)], vec![staff(0)], vec![staff(0), staff(1)]]);
}

/// What the members of a team are credited with after so many appointments that somebody has, while these were there.
fn credited(weights: &[u32], appointments: usize, host: u128, there: &[u128]) -> Vec<u32> {
    let team: Vec<(StaffId, u32)> = (0..).map(staff).zip(weights.iter().copied()).collect();
    let there: Vec<StaffId> = there.iter().copied().map(staff).collect();
    let given = Given {
        host: staff(host),
        present: &there,
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
            let choices = scheduling::rank(Distribution::Equal, &self.standings(&there), &free);
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

    fn standings(&self, there: &[StaffId]) -> Vec<Standing> {
        let team: Vec<(StaffId, u32)> = self.members().collect();
        let given = self.given.iter().map(|(host, there)| Given {
            host: *host,
            present: there,
        });
        let credits = credits(&team, given);
        team.iter()
            .zip(0..)
            .map(|((member, weight), number)| {
                let own = self.given.iter().filter(|(host, _)| host == member);
                Standing {
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
    for seed in seeds(20) {
        let mut dice = Dice::new(seed);
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
            assert!(
                (f64::from(*got) - share).abs() < 4.0,
                "{got} in place of {share}, weights {weights:?}"
            );
        }
    }
}
