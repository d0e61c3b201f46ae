//! The form of a booking calendar and its validation.

use std::ops::RangeInclusive;

use scheduling::Kind;
use store::booking_calendars::CalendarSettings;
use store::calendar_members::MemberSettings;

use crate::problem::{CalendarProblem, FieldProblem, TextName};
use crate::questions::checked_questions;
use crate::validate::{NAME_LIMIT, NOTES_LIMIT, Validator};

/// Longest slug, in characters.
const SLUG_LIMIT: usize = 60;
/// The possible numbers of members of a Collective calendar.
const COLLECTIVE_MEMBERS: RangeInclusive<usize> = 2..=100;

/// The form of a booking calendar, as the owner or an admin fills it in. An empty slug is made from the name, with a number if another
/// booking calendar has it.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarForm {
    /// The settings.
    pub settings: CalendarSettings,
    /// The members, in team order.
    pub members: Vec<MemberSettings>,
    /// Whether a change of the kind, with its consequences, is confirmed.
    pub kind_change_confirmed: bool,
}

impl CalendarForm {
    /// Creates a form with these settings and members that confirms no change of the kind.
    pub fn new(settings: CalendarSettings, members: Vec<MemberSettings>) -> Self {
        Self {
            settings,
            members,
            kind_change_confirmed: false,
        }
    }

    /// Returns the form with tidied texts, or all of its problems.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut checked = Validator::default();
        let settings = &mut self.settings;
        settings.name = checked.required_line("name", TextName::Name, &settings.name, NAME_LIMIT);
        // An empty one is filled in later, when the other slugs are known.
        settings.slug = settings.slug.trim().to_lowercase();
        if !settings.slug.is_empty() && !is_slug(&settings.slug) {
            checked.problem("slug", CalendarProblem::Slug { max: SLUG_LIMIT });
        }
        settings.description = checked.text(
            "description",
            TextName::Description,
            &settings.description,
            NOTES_LIMIT,
        );
        settings.location = checked.line("location", TextName::Place, &settings.location, 300);
        if !is_color(&settings.color) {
            checked.problem("color", CalendarProblem::Color);
        }
        self.check_kind(&mut checked);
        let settings = &mut self.settings;
        settings.questions = checked_questions(&mut checked, std::mem::take(&mut settings.questions));
        for problem in settings.rules.check() {
            checked.problem(problem.field(), problem);
        }
        checked.finish()?;
        Ok(self)
    }

    fn check_kind(&mut self, checked: &mut Validator) {
        let members = self.members.len();
        match self.settings.kind {
            Kind::RoundRobin if members == 0 => {
                checked.problem("members", CalendarProblem::NoMembers);
            }
            Kind::Personal if members != 1 => {
                checked.problem("members", CalendarProblem::PersonalMembers);
            }
            Kind::Collective if !COLLECTIVE_MEMBERS.contains(&members) => {
                let (min, max) = COLLECTIVE_MEMBERS.into_inner();
                checked.problem("members", CalendarProblem::CollectiveMembers { min, max });
            }
            Kind::ClassBooking if members != 1 => {
                checked.problem("members", CalendarProblem::ClassMembers);
            }
            Kind::Simple => {
                // A Simple calendar has no members, whoever is ticked.
                self.members.clear();
            }
            Kind::Service if members == 0 => {
                checked.problem("members", CalendarProblem::ServiceMembers);
            }
            Kind::Service | Kind::RoundRobin | Kind::Personal | Kind::Collective | Kind::ClassBooking => {}
        }
        self.check_hours(checked);
        let mut seen = std::collections::BTreeSet::new();
        for member in &self.members {
            if !seen.insert(member.staff_id) {
                checked.problem("members", CalendarProblem::MemberTwice);
            }
            if !(1..=1_000).contains(&member.weight) {
                checked.problem("members", CalendarProblem::MemberWeight);
            }
        }
    }

    /// Checks that the booking calendar's own hours, if any, are not empty. A Simple calendar needs some.
    fn check_hours(&self, checked: &mut Validator) {
        let opens = match &self.settings.rules.hours {
            Some(weekly) => {
                weekly.0.iter().any(|windows| !windows.is_empty())
                    || self
                        .settings
                        .rules
                        .overrides
                        .iter()
                        .any(|date| !date.windows.is_empty())
            }
            None => self.settings.kind != Kind::Simple,
        };
        if opens {
            return;
        }
        checked.problem(
            "own_hours",
            match self.settings.kind {
                Kind::Simple => CalendarProblem::SimpleWithoutHours,
                Kind::ClassBooking | Kind::RoundRobin | Kind::Collective | Kind::Service | Kind::Personal => {
                    CalendarProblem::HoursEmpty
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
    use scheduling::StaffId;

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
        let staff = |number| StaffId(scheduling::ids::Uuid::from_u128(number));
        let settings = CalendarSettings {
            kind,
            ..CalendarSettings::new("Intro")
        };
        CalendarForm::new(
            settings,
            (0..members).map(staff).map(MemberSettings::new).collect(),
        )
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
        simple.settings.rules.hours = Some(scheduling::WeeklyHours::weekdays(540, 1020));
        assert_eq!(simple.checked().unwrap().members, []);
    }

    #[test]
    fn hours_of_its_own_open_at_least_once() {
        let mut personal = form(Kind::Personal, 1);
        personal.settings.rules.hours = Some(scheduling::WeeklyHours::default());
        let problems = personal.clone().checked().unwrap_err();
        assert_eq!(problems[0].field, "own_hours");
        let mut date = scheduling::DateOverride {
            date: "2026-12-24".parse().unwrap(),
            windows: Vec::new(),
        };
        personal.settings.rules.overrides = vec![date.clone()];
        assert!(personal.clone().checked().is_err(), "closed on one date more");
        date.windows = vec![scheduling::LocalWindow::new(540, 720).unwrap()];
        personal.settings.rules.overrides = vec![date];
        assert!(personal.clone().checked().is_ok(), "open on that date alone");
        personal.settings.rules.hours = None;
        personal.settings.rules.overrides[0].windows.clear();
        assert!(
            personal.checked().is_ok(),
            "closed on that date, else as its member"
        );
    }

    #[test]
    fn a_round_robin_calendar_needs_somebody() {
        let problems = form(Kind::RoundRobin, 0).checked().unwrap_err();
        assert_eq!(problems[0].field, "members");
    }
}
