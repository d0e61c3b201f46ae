//! The form of a booking calendar and its validation.

use scheduling::{Distribution, Kind, Priority, Rules, StaffId};
use store::questions::IntakeQuestion;

use crate::problem::FieldProblem;
use crate::questions::checked_questions;
use crate::validate::{NAME_LIMIT, NOTES_LIMIT, Validator};

/// Longest slug, in characters.
const SLUG_LIMIT: usize = 60;

/// A member of a booking calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The staff member.
    pub staff: StaffId,
    /// Priority when several members are free.
    pub priority: Priority,
    /// Share under equal distribution, at least 1.
    pub weight: u32,
}

/// The settings of a booking calendar, as the owner or an admin enters them.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each switch of the form")]
pub struct CalendarForm {
    /// Name, also the title of events.
    pub name: String,
    /// The last part of its address. If empty, it is made from the name, with a number if another booking calendar has it.
    pub slug: String,
    /// Description for clients.
    pub description: String,
    /// Where it takes place.
    pub location: String,
    /// `#rrggbb`
    pub color: String,
    /// Its kind, which determines how many hosts take part and how they are chosen.
    pub kind: Kind,
    /// How a Round Robin calendar spreads bookings.
    pub distribution: Distribution,
    /// Times, durations and limits.
    pub rules: Rules,
    /// The members, in team order.
    pub members: Vec<Member>,
    /// The questions to clients, in order.
    pub questions: Vec<IntakeQuestion>,
    /// Whether bookings are confirmed at once.
    pub auto_confirm: bool,
    /// Whether clients must confirm by a link in a mail before hosts are notified.
    pub confirm_by_mail: bool,
    /// Whether visitors must solve a puzzle, or wait some seconds, before they book.
    pub ask_puzzle: bool,
    /// Whether it takes bookings.
    pub active: bool,
    /// Whether a change of the kind, with its consequences, is confirmed.
    pub kind_change_confirmed: bool,
}

impl CalendarForm {
    /// Creates a form with the defaults of scheduling.md and no members.
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
            questions: Vec::new(),
            auto_confirm: true,
            confirm_by_mail: false,
            ask_puzzle: false,
            active: true,
            kind_change_confirmed: false,
        }
    }

    /// Returns the form with tidied texts, or all of its problems.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut checked = Validator::default();
        self.name = checked.required_line("name", "the name", &self.name, NAME_LIMIT);
        // An empty one is filled in later, when the other slugs are known.
        self.slug = self.slug.trim().to_lowercase();
        if !self.slug.is_empty() && !is_slug(&self.slug) {
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
        self.questions = checked_questions(&mut checked, self.questions);
        for problem in self.rules.check() {
            checked.problem(problem.field, problem.sentence);
        }
        checked.finish()?;
        Ok(self)
    }

    fn check_kind(&mut self, checked: &mut Validator) {
        let members = self.members.len();
        match self.kind {
            Kind::RoundRobin if members == 0 => {
                checked.problem("members", "Choose at least one member of the team.");
            }
            Kind::Personal if members != 1 => {
                checked.problem("members", "A Personal calendar has exactly one member. For more, choose Round Robin.");
            }
            Kind::Collective if !(2..=100).contains(&members) => checked.problem(
                "members",
                "A Collective calendar has 2 to 100 members, who all take part. For one member, choose Personal.",
            ),
            Kind::ClassBooking if members != 1 => {
                checked.problem("members", "A Class Booking calendar has exactly one member, who owns its sessions.");
            }
            Kind::Simple => {
                // A Simple calendar has no members, whoever is ticked.
                self.members.clear();
            }
            Kind::Service if members == 0 => {
                checked.problem("members", "Choose everybody who does one of the services.");
            }
            Kind::Service | Kind::RoundRobin | Kind::Personal | Kind::Collective | Kind::ClassBooking => {}
        }
        self.check_hours(checked);
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

    /// Checks that the booking calendar's own hours, if any, are not empty. A Simple calendar needs some.
    fn check_hours(&self, checked: &mut Validator) {
        let opens = match &self.rules.hours {
            Some(weekly) => {
                weekly.0.iter().any(|windows| !windows.is_empty())
                    || self.rules.overrides.iter().any(|date| !date.windows.is_empty())
            }
            None => self.kind != Kind::Simple,
        };
        if opens {
            return;
        }
        checked.problem(
            "own_hours",
            match self.kind {
                Kind::Simple => {
                    "A Simple calendar has no member whose hours could count. Give it hours of its own, with at least one time."
                }
                Kind::ClassBooking | Kind::RoundRobin | Kind::Collective | Kind::Service | Kind::Personal => {
                    "The hours of its own are empty, so nothing could be booked. Enter at least one time, or untick the box."
                }
            },
        );
    }
}

/// Returns the slug of the `number`th booking calendar with a name: `intro-call`, `intro-call-2` …
pub(super) fn numbered_slug(name: &str, number: u32) -> String {
    let slug = slug_of(name);
    if number < 2 {
        return slug;
    }
    let end = format!("-{number}");
    let room = SLUG_LIMIT.saturating_sub(end.len()).min(slug.len());
    format!("{}{end}", slug[..room].trim_end_matches('-'))
}

/// Makes a slug from a name: `Intro call (30 min)` → `intro-call-30-min`.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= SLUG_LIMIT {
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
    (1..=SLUG_LIMIT).contains(&text.len())
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
        assert_eq!(numbered_slug("Intro call", 1), "intro-call");
        assert_eq!(numbered_slug("Intro call", 2), "intro-call-2");
        let long = numbered_slug(&"long name ".repeat(20), 12);
        assert!(is_slug(&long) && long.ends_with("-12"), "{long}");
        assert!(is_slug(&slug_of(&"long name ".repeat(20))));
    }

    fn form(kind: Kind, members: u128) -> CalendarForm {
        let member = |number| Member {
            staff: StaffId(scheduling::ids::Uuid::from_u128(number)),
            priority: Priority::Medium,
            weight: 1,
        };
        CalendarForm {
            kind,
            members: (0..members).map(member).collect(),
            ..CalendarForm::new("Intro")
        }
    }

    #[test]
    fn each_kind_has_the_members_that_it_needs() {
        for (kind, members, good) in [
            (Kind::RoundRobin, 0, false),
            (Kind::RoundRobin, 1, true),
            (Kind::Personal, 1, true),
            (Kind::Personal, 2, false),
            (Kind::Collective, 1, false),
            (Kind::Collective, 2, true),
            (Kind::Collective, 100, true),
            (Kind::Collective, 101, false),
            (Kind::ClassBooking, 0, false),
            (Kind::ClassBooking, 1, true),
            (Kind::ClassBooking, 2, false),
        ] {
            let problems = form(kind, members).checked().err().unwrap_or_default();
            assert_eq!(problems.is_empty(), good, "{kind:?} of {members}: {problems:?}");
            assert!(problems.iter().all(|problem| problem.field == "members"));
        }
    }

    #[test]
    fn d1_a_simple_calendar_has_no_members_and_needs_hours_of_its_own() {
        let problems = form(Kind::Simple, 2).checked().unwrap_err();
        assert_eq!(problems[0].field, "own_hours");
        let mut simple = form(Kind::Simple, 2);
        simple.rules.hours = Some(scheduling::WeeklyHours::weekdays(540, 1020));
        assert_eq!(simple.checked().unwrap().members, []);
    }

    #[test]
    fn hours_of_its_own_open_at_least_once() {
        let mut personal = form(Kind::Personal, 1);
        personal.rules.hours = Some(scheduling::WeeklyHours::default());
        let problems = personal.clone().checked().unwrap_err();
        assert_eq!(problems[0].field, "own_hours");
        let mut date = scheduling::DateOverride {
            date: "2026-12-24".parse().unwrap(),
            windows: Vec::new(),
        };
        personal.rules.overrides = vec![date.clone()];
        assert!(personal.clone().checked().is_err(), "closed on one date more");
        date.windows = vec![scheduling::LocalWindow::new(540, 720).unwrap()];
        personal.rules.overrides = vec![date];
        assert!(personal.clone().checked().is_ok(), "open on that date alone");
        personal.rules.hours = None;
        personal.rules.overrides[0].windows.clear();
        assert!(
            personal.checked().is_ok(),
            "closed on that date, else as its member"
        );
    }

    #[test]
    fn a_round_robin_calendar_needs_somebody() {
        let problems = CalendarForm::new("Intro").checked().unwrap_err();
        assert_eq!(problems[0].field, "members");
    }
}
