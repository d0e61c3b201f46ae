//! Whom a round robin gives an appointment to (scheduling.md, "Round robin").

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::ids::StaffId;
use crate::rules::{Distribution, Priority};

/// Somebody who is free and could be given the appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub host: StaffId,
    /// How much they are preferred.
    pub priority: Priority,
    /// Their share under equal distribution, at least 1.
    pub weight: u32,
    /// Their place in the team.
    pub position: u32,
    /// When they were booked last in this booking calendar.
    pub last_booked: Option<Timestamp>,
    /// Their appointments here in the calendar month of the appointment.
    pub booked_this_month: u32,
    /// What they are credited with for the time in which they were away ([`credits`]), in hundredths of an appointment.
    pub credit_hundredths: u32,
    /// Is there on the day of the appointment ([`crate::present`]); somebody who is away does not hold the others up.
    pub active: bool,
}

/// A candidate in the order of choice, with the reason that staff see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Who.
    pub host: StaffId,
    /// "fewest this month: 3, others 4".
    pub reason: String,
}

/// A member more than this far ahead of the lowest active one is not offered, in hundredths.
const MOST_AHEAD: u128 = 300;

/// An appointment that a member has, with the members who were there when it was given ([`crate::present`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given<'a> {
    /// Who has it. They could have it, whatever else is known.
    pub host: StaffId,
    /// Who was there on its day, as was known when it was given.
    pub there: &'a [StaffId],
}

/// What each member of a team, given with their weights, is credited with in hundredths of an appointment: of each appointment that
/// was given while they were away, what those who were there had of it on average, by weight. So whoever joins or comes back goes
/// on at the level of the others, and neither gets all that follows nor makes up for what they missed. What people have who are
/// members no more counts for nobody.
pub fn credits<'a>(
    team: &[(StaffId, u32)],
    given: impl IntoIterator<Item = Given<'a>>,
) -> BTreeMap<StaffId, u32> {
    // How many appointments each member missed, by the weight of those who were there, so that little is rounded.
    let mut missed: BTreeMap<(StaffId, u64), u64> = BTreeMap::new();
    for Given { host, there } in given {
        let was_there = |member: StaffId| member == host || there.contains(&member);
        if !team.iter().any(|(member, _)| *member == host) {
            continue;
        }
        let (present, absent): (Vec<_>, Vec<_>) =
            team.iter().copied().partition(|(member, _)| was_there(*member));
        let weights = present
            .iter()
            .map(|(_, weight)| u64::from((*weight).max(1)))
            .sum();
        for (member, _) in absent {
            *missed.entry((member, weights)).or_insert(0) += 1;
        }
    }
    let credit = |member: StaffId, weight: u32| {
        let of_member = missed.range((member, 0)..=(member, u64::MAX));
        let hundredths = of_member
            .map(|((_, weights), count)| count * 100 * u64::from(weight.max(1)) / weights)
            .sum::<u64>();
        u32::try_from(hundredths).unwrap_or(u32::MAX)
    };
    team.iter()
        .map(|(member, weight)| (*member, credit(*member, *weight)))
        .collect()
}

/// Appointments by weight. Shares are compared as the fractions that they are, so that no weight is too large to tell two apart.
#[derive(Debug, Clone, Copy)]
struct Share {
    hundredths: u128,
    weight: u128,
}

impl Share {
    fn of(candidate: &Candidate) -> Self {
        Self {
            hundredths: u128::from(candidate.booked_this_month) * 100
                + u128::from(candidate.credit_hundredths),
            weight: u128::from(candidate.weight.max(1)),
        }
    }

    /// Whether it is more than three appointments, by weight, ahead of another.
    fn is_far_ahead_of(self, other: Self) -> bool {
        let most = other.hundredths + MOST_AHEAD * other.weight;
        self.hundredths * other.weight > most * self.weight
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.hundredths * other.weight).cmp(&(other.hundredths * self.weight))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Share {}

/// The candidates whom an equal distribution does not offer at the moment: those more than three appointments, by weight,
/// ahead of the lowest active one.
pub fn ahead(candidates: &[Candidate]) -> Vec<StaffId> {
    let active = candidates.iter().filter(|candidate| candidate.active);
    let Some(lowest) = active.map(Share::of).min() else {
        return Vec::new();
    };
    candidates
        .iter()
        .filter(|candidate| Share::of(candidate).is_far_ahead_of(lowest))
        .map(|candidate| candidate.host)
        .collect()
}

/// Those of a team who are free, in the order in which the appointment is to be offered to them. The whole team counts for
/// what is fair.
pub fn rank(distribution: Distribution, team: &[Candidate], free: &BTreeSet<StaffId>) -> Vec<Choice> {
    let candidates: Vec<&Candidate> = team
        .iter()
        .filter(|candidate| free.contains(&candidate.host))
        .collect();
    match distribution {
        Distribution::Availability => by_availability(candidates),
        Distribution::Equal => by_share(team, candidates),
    }
}

fn by_availability(mut order: Vec<&Candidate>) -> Vec<Choice> {
    order.sort_by_key(|candidate| (candidate.priority, candidate.last_booked, candidate.position));
    order
        .iter()
        .map(|candidate| {
            let lower = order.iter().any(|other| other.priority > candidate.priority);
            let same = order
                .iter()
                .filter(|other| other.priority == candidate.priority)
                .count();
            let reason = match (order.len(), same, candidate.last_booked) {
                (1, _, _) => "the only one free".to_owned(),
                (_, 1, _) if lower => format!("{} priority", candidate.priority.as_str()),
                (_, _, None) => "not booked here before".to_owned(),
                (_, _, Some(last)) => format!("booked longest ago: {}", last.strftime("%-d %B %Y")),
            };
            Choice {
                host: candidate.host,
                reason,
            }
        })
        .collect()
}

fn by_share(team: &[Candidate], mut order: Vec<&Candidate>) -> Vec<Choice> {
    let held_back = ahead(team);
    order.retain(|candidate| !held_back.contains(&candidate.host));
    order.sort_by_key(|candidate| (Share::of(candidate), candidate.priority, candidate.position));
    order
        .iter()
        .map(|candidate| Choice {
            host: candidate.host,
            reason: share_reason(team, candidate, order.len()),
        })
        .collect()
}

fn share_reason(team: &[Candidate], candidate: &Candidate, free: usize) -> String {
    let others = team
        .iter()
        .filter(|other| other.active && other.host != candidate.host);
    let Some(next) = others.min_by_key(|other| (Share::of(other), Reverse(other.position))) else {
        return "the only one free".to_owned();
    };
    let place = match Share::of(candidate).cmp(&Share::of(next)) {
        Ordering::Less => "fewest this month",
        Ordering::Equal => "as few this month as others",
        Ordering::Greater if free == 1 => "the only one free this time",
        Ordering::Greater => "next after those with fewer this month",
    };
    let by_weight = if candidate.weight == next.weight {
        ""
    } else {
        " (by weight)"
    };
    let credited = match (credit(candidate), credit(next)) {
        (Some(own), Some(other)) => format!(", credited with {own} and {other} for time away"),
        (Some(own), None) => format!(", credited with {own} for time away"),
        (None, Some(other)) => format!(", others credited with {other} for time away"),
        (None, None) => String::new(),
    };
    format!(
        "{place}: {}, others {}{by_weight}{credited}",
        candidate.booked_this_month, next.booked_this_month
    )
}

/// A credit in words: 2, 4.5 or 0.33.
fn credit(candidate: &Candidate) -> Option<String> {
    let (whole, part) = (
        candidate.credit_hundredths / 100,
        candidate.credit_hundredths % 100,
    );
    match (whole, part) {
        (0, 0) => None,
        (_, 0) => Some(whole.to_string()),
        _ => Some(format!("{whole}.{part:02}").trim_end_matches('0').to_owned()),
    }
}
