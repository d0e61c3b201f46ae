//! Which member of a Round Robin calendar gets an appointment (docs/scheduling.md, "Round robin").

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::ids::StaffId;
use crate::rules::{Distribution, Priority};

/// How a member of a Round Robin calendar stands: what decides whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The member.
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
    /// Their credit for the time in which they were absent ([`credits`]), in hundredths of an appointment.
    pub credit_hundredths: u32,
    /// Whether they are present on the day of the appointment ([`crate::present`]). A member who is absent does not hold the others back.
    pub active: bool,
}

/// A member who could get the appointment, with the reason that staff see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The member.
    pub host: StaffId,
    /// "fewest this month: 3, others 4".
    pub reason: String,
}

/// How far a member may be ahead of the lowest active one and still be offered, in hundredths of an appointment.
const MOST_AHEAD: u128 = 300;

/// An appointment that a member was given, with the members who were present then ([`crate::present`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given<'a> {
    /// The member who has it; counted as present in any case.
    pub host: StaffId,
    /// The members who were present on its day, as known when it was given.
    pub present: &'a [StaffId],
}

/// Returns the credit of each member of a team, who are given with their weights, in hundredths of an appointment: for each
/// appointment that was given while they were absent, the average share of it, by weight, of those who were present. So a member who
/// joins or comes back continues at the level of the others, without making up for the appointments they missed. Appointments of
/// people who are no longer members do not count.
pub fn credits<'a>(
    team: &[(StaffId, u32)],
    given: impl IntoIterator<Item = Given<'a>>,
) -> BTreeMap<StaffId, u32> {
    // How many appointments each member missed, by the total weight of the present members, so that each sum is rounded once.
    let mut missed: BTreeMap<(StaffId, u64), u64> = BTreeMap::new();
    for given in given {
        let was_present = |member: StaffId| member == given.host || given.present.contains(&member);
        if !team.iter().any(|(member, _)| *member == given.host) {
            continue;
        }
        let (present, absent): (Vec<_>, Vec<_>) =
            team.iter().copied().partition(|(member, _)| was_present(*member));
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

/// Appointments divided by weight. Shares are compared as fractions, because rounding would make different ones equal.
#[derive(Debug, Clone, Copy)]
struct Share {
    hundredths: u128,
    weight: u128,
}

impl Share {
    fn of(member: &Standing) -> Self {
        Self {
            hundredths: u128::from(member.booked_this_month) * 100 + u128::from(member.credit_hundredths),
            weight: u128::from(member.weight.max(1)),
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

/// The members of a team whom an equal distribution does not offer at the moment: those more than three appointments, by weight,
/// ahead of the lowest active one.
pub fn ahead(team: &[Standing]) -> Vec<StaffId> {
    let active = team.iter().filter(|member| member.active);
    let Some(lowest) = active.map(Share::of).min() else {
        return Vec::new();
    };
    team.iter()
        .filter(|member| Share::of(member).is_far_ahead_of(lowest))
        .map(|member| member.host)
        .collect()
}

/// Returns the free members of a team in the order in which they are to get the appointment. Shares are compared within the whole
/// team.
pub fn rank(distribution: Distribution, team: &[Standing], free: &BTreeSet<StaffId>) -> Vec<Choice> {
    let free: Vec<&Standing> = team.iter().filter(|member| free.contains(&member.host)).collect();
    match distribution {
        Distribution::Availability => by_availability(free),
        Distribution::Equal => by_share(team, free),
    }
}

fn by_availability(mut order: Vec<&Standing>) -> Vec<Choice> {
    order.sort_by_key(|member| (member.priority, member.last_booked, member.position));
    order
        .iter()
        .map(|member| {
            let lower = order.iter().any(|other| other.priority > member.priority);
            let same = order
                .iter()
                .filter(|other| other.priority == member.priority)
                .count();
            let reason = match (order.len(), same, member.last_booked) {
                (1, _, _) => "the only one free".to_owned(),
                (_, 1, _) if lower => format!("{} priority", member.priority.as_str()),
                (_, _, None) => "not booked here before".to_owned(),
                (_, _, Some(last)) => format!("booked longest ago: {}", last.strftime("%-d %B %Y")),
            };
            Choice {
                host: member.host,
                reason,
            }
        })
        .collect()
}

fn by_share(team: &[Standing], mut order: Vec<&Standing>) -> Vec<Choice> {
    let held_back = ahead(team);
    order.retain(|member| !held_back.contains(&member.host));
    order.sort_by_key(|member| (Share::of(member), member.priority, member.position));
    order
        .iter()
        .map(|member| Choice {
            host: member.host,
            reason: share_reason(team, member, order.len()),
        })
        .collect()
}

fn share_reason(team: &[Standing], member: &Standing, free: usize) -> String {
    let others = team
        .iter()
        .filter(|other| other.active && other.host != member.host);
    let Some(next) = others.min_by_key(|other| (Share::of(other), Reverse(other.position))) else {
        return "the only one free".to_owned();
    };
    let place = match Share::of(member).cmp(&Share::of(next)) {
        Ordering::Less => "fewest this month",
        Ordering::Equal => "as few this month as others",
        Ordering::Greater if free == 1 => "the only one free this time",
        Ordering::Greater => "next after those with fewer this month",
    };
    let by_weight = if member.weight == next.weight {
        ""
    } else {
        " (by weight)"
    };
    let credited = match (credit(member), credit(next)) {
        (Some(own), Some(other)) => format!(", credited with {own} and {other} for time away"),
        (Some(own), None) => format!(", credited with {own} for time away"),
        (None, Some(other)) => format!(", others credited with {other} for time away"),
        (None, None) => String::new(),
    };
    format!(
        "{place}: {}, others {}{by_weight}{credited}",
        member.booked_this_month, next.booked_this_month
    )
}

/// A credit in words: 2, 4.5 or 0.33.
fn credit(member: &Standing) -> Option<String> {
    let (whole, part) = (member.credit_hundredths / 100, member.credit_hundredths % 100);
    match (whole, part) {
        (0, 0) => None,
        (_, 0) => Some(whole.to_string()),
        _ => Some(format!("{whole}.{part:02}").trim_end_matches('0').to_owned()),
    }
}
