//! The form of a booking calendar, and what is wrong with it.

use scheduling::{Distribution, Kind, Priority, Rules, StaffId};

use crate::input::{Checked, NAME_LIMIT, NOTES_LIMIT};
use crate::problem::FieldProblem;

/// A member of a booking calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub staff: StaffId,
    /// Who comes first when several are free.
    pub priority: Priority,
    /// Share under equal distribution, at least 1.
    pub weight: u32,
}

/// What an owner or admin says about a booking calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarForm {
    /// Name, also the title of events.
    pub name: String,
    /// The last part of its address; made from the name when empty.
    pub slug: String,
    /// What clients read about it.
    pub description: String,
    /// Where it takes place.
    pub location: String,
    /// `#rrggbb`
    pub color: String,
    /// How hosts are chosen and how many.
    pub kind: Kind,
    /// How a Round Robin calendar spreads bookings.
    pub distribution: Distribution,
    /// Times and limits.
    pub rules: Rules,
    /// Who can be booked, in team order.
    pub members: Vec<Member>,
    /// Whether bookings are confirmed at once.
    pub auto_confirm: bool,
}

impl CalendarForm {
    /// The defaults of scheduling.md, for a calendar without members.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            slug: String::new(),
            description: String::new(),
            location: String::new(),
            color: "#0f766e".to_owned(),
            kind: Kind::RoundRobin,
            distribution: Distribution::Availability,
            rules: Rules::default(),
            members: Vec::new(),
            auto_confirm: true,
        }
    }

    /// The form with its texts tidied, or everything that is wrong with it.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut checked = Checked::default();
        self.name = checked.required_line("name", "the name", &self.name, NAME_LIMIT);
        let typed = self.slug.trim();
        self.slug = if typed.is_empty() {
            slug_of(&self.name)
        } else {
            typed.to_lowercase()
        };
        if !is_slug(&self.slug) {
            checked.problem(
                "slug",
                "The address may hold small letters, digits and single dashes, at most 60, such as intro-call.",
            );
        }
        self.description = checked.text("description", "the description", &self.description, NOTES_LIMIT);
        self.location = checked.line("location", "the place", &self.location, 300);
        if !is_color(&self.color) {
            checked.problem("color", "Choose a colour such as #0f766e.");
        }
        self.check_kind(&mut checked);
        for problem in self.rules.check() {
            checked.problem(problem.field, problem.sentence);
        }
        checked.finish()?;
        Ok(self)
    }

    fn check_kind(&self, checked: &mut Checked) {
        match self.kind {
            Kind::RoundRobin if self.members.is_empty() => {
                checked.problem("members", "Choose at least one member of the team.");
            }
            Kind::Personal if self.members.len() != 1 => {
                checked.problem("members", "A Personal calendar has exactly one member. For more, choose Round Robin.");
            }
            Kind::Simple => checked.problem(
                "kind",
                "A Simple calendar has no assigned member, so it cannot use iCloud, and it cannot be booked here yet. \
                 Choose Round Robin or Personal.",
            ),
            Kind::ClassBooking | Kind::Collective | Kind::Service => checked.problem(
                "kind",
                "Calendars of this kind cannot be booked here yet. Choose Round Robin or Personal.",
            ),
            Kind::RoundRobin | Kind::Personal => {}
        }
        let mut seen = std::collections::BTreeSet::new();
        for member in &self.members {
            if !seen.insert(member.staff) {
                checked.problem(
                    "members",
                    "The same person is in the list twice. Remove one of both.",
                );
            }
            if !(1..=1_000).contains(&member.weight) {
                checked.problem("members", "A member's weight is a number from 1 to 1,000.");
            }
        }
    }
}

/// An address made from a name: `Intro call (30 min)` → `intro-call-30-min`.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "calendar".to_owned()
    } else {
        slug.to_owned()
    }
}

fn is_slug(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.split('-').all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_from_the_name() {
        assert_eq!(slug_of("Intro call (30 min)"), "intro-call-30-min");
        assert_eq!(slug_of("  Überblick  "), "berblick");
        assert_eq!(slug_of("会议"), "calendar");
        assert!(is_slug(&slug_of(&"long name ".repeat(20))));
    }

    #[test]
    fn d1_a_simple_calendar_is_refused_with_the_reason() {
        let form = CalendarForm {
            kind: Kind::Simple,
            ..CalendarForm::new("Room")
        };
        let problems = form.checked().unwrap_err();
        assert!(
            problems
                .iter()
                .any(|p| p.field == "kind" && p.sentence.contains("iCloud")),
            "{problems:?}"
        );
    }

    #[test]
    fn a_round_robin_calendar_needs_somebody() {
        let problems = CalendarForm::new("Intro").checked().unwrap_err();
        assert_eq!(problems[0].field, "members");
    }
}
