//! Which member of a Round Robin calendar gets an appointment (docs/scheduling.md, "Round robin").

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

/// A member who could get the appointment, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The member.
    pub host: StaffId,
    /// Why it is their turn.
    pub reason: ChoiceReason,
}

/// Why it is a member's turn. Its `Display` text is what staff read: "fewest this month: 3, others 4".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChoiceReason {
    /// Nobody else could get it.
    OnlyOneFree,
    /// Others who are free have a lower priority, and nobody has the same.
    Priority(Priority),
    /// They were never booked in this booking calendar.
    NotBookedBefore,
    /// They were booked last at this instant, and the others later.
    BookedLongestAgo(Timestamp),
    /// By equal distribution.
    Share(ShareReason),
}

/// A member's share of this month's appointments, beside that of the next of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ShareReason {
    /// How the two compare.
    pub rank: ShareRank,
    /// The member's appointments this month.
    pub booked: u32,
    /// Those of the other.
    pub others: u32,
    /// Whether the two have different weights.
    pub by_weight: bool,
    /// The member's credit for time away, in hundredths of an appointment.
    pub credit_hundredths: u32,
    /// That of the other.
    pub others_credit_hundredths: u32,
}

/// How a member's share compares with that of the next of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareRank {
    /// It is smaller.
    Fewest,
    /// It is equal.
    AsFew,
    /// It is larger, but nobody else is free.
    OnlyOneFree,
    /// It is larger, and the member comes after those with a smaller one.
    Next,
}

impl fmt::Display for ChoiceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyOneFree => f.write_str("the only one free"),
            Self::Priority(priority) => write!(f, "{} priority", priority.as_str()),
            Self::NotBookedBefore => f.write_str("not booked here before"),
            Self::BookedLongestAgo(last) => write!(f, "booked longest ago: {}", last.strftime("%-d %B %Y")),
            Self::Share(share) => share.fmt(f),
        }
    }
}

impl fmt::Display for ShareReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = match self.rank {
            ShareRank::Fewest => "fewest this month",
            ShareRank::AsFew => "as few this month as others",
            ShareRank::OnlyOneFree => "the only one free this time",
            ShareRank::Next => "next after those with fewer this month",
        };
        let by_weight = if self.by_weight { " (by weight)" } else { "" };
        write!(f, "{rank}: {}, others {}{by_weight}", self.booked, self.others)?;
        match (
            credit(self.credit_hundredths),
            credit(self.others_credit_hundredths),
        ) {
            (Some(own), Some(other)) => write!(f, ", credited with {own} and {other} for time away"),
            (Some(own), None) => write!(f, ", credited with {own} for time away"),
            (None, Some(other)) => write!(f, ", others credited with {other} for time away"),
            (None, None) => Ok(()),
        }
    }
}

/// A credit in words: 2, 4.5 or 0.33.
fn credit(hundredths: u32) -> Option<String> {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match (whole, part) {
        (0, 0) => None,
        (_, 0) => Some(whole.to_string()),
        _ => Some(format!("{whole}.{part:02}").trim_end_matches('0').to_owned()),
    }
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
                (1, _, _) => ChoiceReason::OnlyOneFree,
                (_, 1, _) if lower => ChoiceReason::Priority(member.priority),
                (_, _, None) => ChoiceReason::NotBookedBefore,
                (_, _, Some(last)) => ChoiceReason::BookedLongestAgo(last),
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

fn share_reason(team: &[Standing], member: &Standing, free: usize) -> ChoiceReason {
    let others = team
        .iter()
        .filter(|other| other.active && other.host != member.host);
    let Some(next) = others.min_by_key(|other| (Share::of(other), Reverse(other.position))) else {
        return ChoiceReason::OnlyOneFree;
    };
    ChoiceReason::Share(ShareReason {
        rank: match Share::of(member).cmp(&Share::of(next)) {
            Ordering::Less => ShareRank::Fewest,
            Ordering::Equal => ShareRank::AsFew,
            Ordering::Greater if free == 1 => ShareRank::OnlyOneFree,
            Ordering::Greater => ShareRank::Next,
        },
        booked: member.booked_this_month,
        others: next.booked_this_month,
        by_weight: member.weight != next.weight,
        credit_hundredths: member.credit_hundredths,
        others_credit_hundredths: next.credit_hundredths,
    })
}
