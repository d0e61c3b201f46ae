//! "Optimise for availability: highest priority → least recently booked here → team order. Equal distribution: lowest
//! (count + credit)/weight → priority → team order; a member more than 3 ahead of the lowest *active* member is not
//! offered; absent members don't freeze the team."

use std::collections::BTreeSet;

use scheduling::{Candidate, Distribution, Kind, Priority, StaffId, ahead, rank};

use super::words::{BERLIN, day, days};
use super::{case, hold};
use crate::scene::staff;

fn member(number: u32) -> Candidate {
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

fn last(number: u32, priority: Priority, booked: &str) -> Candidate {
    Candidate {
        priority,
        last_booked: (!booked.is_empty()).then(|| format!("{booked}T09:00Z").parse().unwrap()),
        ..member(number)
    }
}

fn with(number: u32, booked_this_month: u32, active: bool) -> Candidate {
    Candidate {
        booked_this_month,
        active,
        ..member(number)
    }
}

#[test]
fn who_is_asked_first() {
    use Distribution::{Availability, Equal};
    use Priority::{High, Low, Medium};
    let cases: [(&str, Distribution, Vec<Candidate>, &[u128]); 7] = [
        (
            "least recently booked goes first",
            Availability,
            vec![
                last(0, Medium, "2026-05-03"),
                last(1, Medium, "2026-05-01"),
                last(2, Medium, "2026-05-02"),
            ],
            &[1, 2, 0],
        ),
        (
            "the same priority and the same last booking: the order of the team",
            Availability,
            vec![
                last(2, Medium, "2026-05-01"),
                last(0, Medium, "2026-05-01"),
                last(1, Medium, "2026-05-01"),
            ],
            &[0, 1, 2],
        ),
        (
            "high goes before medium, though booked a moment ago and the other never",
            Availability,
            vec![last(0, Medium, ""), last(1, High, "2026-05-31"), last(2, Low, "")],
            &[1, 0, 2],
        ),
        (
            "the fewest this month go first",
            Equal,
            vec![with(0, 2, true), with(1, 1, true)],
            &[1, 0],
        ),
        (
            "more than three ahead of the lowest is not asked",
            Equal,
            vec![with(0, 0, true), with(1, 3, true), with(2, 4, true)],
            &[0, 1],
        ),
        (
            "the lowest is absent: the others count from the lowest who is there",
            Equal,
            vec![with(0, 0, false), with(1, 5, true), with(2, 8, true)],
            &[0, 1, 2],
        ),
        (
            "and are held back by that one",
            Equal,
            vec![with(0, 0, false), with(1, 5, true), with(2, 9, true)],
            &[0, 1],
        ),
    ];
    for (sentence, distribution, team, expected) in cases {
        let everybody: BTreeSet<StaffId> = team.iter().map(|member| member.host).collect();
        let order: Vec<StaffId> = rank(distribution, &team, &everybody)
            .iter()
            .map(|choice| choice.host)
            .collect();
        let expected: Vec<StaffId> = expected.iter().copied().map(staff).collect();
        assert_eq!(order, expected, "{sentence}");
        if distribution == Equal {
            let held: Vec<StaffId> = ahead(&team);
            assert!(order.iter().all(|host| !held.contains(host)), "{sentence}");
            assert_eq!(order.len() + held.len(), team.len(), "{sentence}");
        }
    }
}

#[test]
fn who_is_too_far_ahead_is_not_offered() {
    const ROUND_ROBIN: &[Kind] = &[Kind::RoundRobin];
    hold([
        case(
            "a start that only they could take is not there, with the reason",
            ROUND_ROBIN,
            day("09:00-10:00").host("09:30-10:00").held_back("2026-06-01"),
        )
        .starts("09:30")
        .refuses("09:00", "ROUNDROBIN HOURS"),
        case(
            "on that day only",
            ROUND_ROBIN,
            days(BERLIN, "2026-06-30", "2026-07-01", "09:00-10:00").held_back("2026-06-30"),
        )
        .starts("09:00 09:30")
        .refuses("2026-06-30T09:30", "ROUNDROBIN")
        .offers("2026-07-01T09:00"),
    ]);
}

#[test]
fn one_member_has_to_do_it_all() {
    hold([
        case(
            "two hosts' halves are not one slot",
            &[Kind::RoundRobin, Kind::Collective],
            day("09:00-10:00").host("10:00-11:00").duration(120).interval(60),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "any member who is free is enough",
            &[Kind::RoundRobin],
            day("09:00-10:00").host("09:30-10:30"),
        )
        .starts("09:00 09:30 10:00"),
        case(
            "all members must be free",
            &[Kind::Collective],
            day("09:00-10:00").host("09:30-10:30"),
        )
        .starts("09:30"),
    ]);
}
