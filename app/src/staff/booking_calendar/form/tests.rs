use bookings::booking_calendars::CalendarForm;
use scheduling::{DateRange, Kind, Span, Unit};

use super::super::{CalendarText, PriorityText, QuestionText};
use super::read::parse_form;
use crate::error::AppError;
use crate::settings::hours::{HoursText, OverrideText, SpanText};

/// The posted form of a new booking calendar.
fn text(kind: &str) -> CalendarText {
    let rules = scheduling::Rules::default();
    CalendarText {
        name: "Intro call".to_owned(),
        kind: kind.to_owned(),
        distribution: "availability".to_owned(),
        interval: String::new(),
        ..super::of_rules(&rules)
    }
}

fn problems(text: CalendarText) -> Vec<String> {
    match parse_form(text) {
        Ok(_) => Vec::new(),
        Err(AppError::Fields(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
        Err(error) => panic!("{error}"),
    }
}

fn read(text: CalendarText) -> CalendarForm {
    parse_form(text).unwrap()
}

fn person(number: u128) -> String {
    uuid::Uuid::from_u128(number).to_string()
}

/// Members with positions as typed.
fn team(places: &[&str]) -> CalendarText {
    let rows = (1..).zip(places).map(|(number, place)| PriorityText {
        member: person(number),
        place: (*place).to_owned(),
        ..PriorityText::default()
    });
    CalendarText {
        members: (1..).zip(places).map(|(number, _)| person(number)).collect(),
        priorities: rows.collect(),
        ..text("round-robin")
    }
}

#[test]
fn settings_of_other_kinds_never_stand_in_the_way() {
    let hidden = |kind: &str| CalendarText {
        seats: "0".to_owned(),
        per_slot: "many".to_owned(),
        look_busy_percent: "200".to_owned(),
        duration: "-1".to_owned(),
        distribution: "?".to_owned(),
        ..text(kind)
    };
    assert_eq!(
        problems(hidden("personal")),
        ["calendar[duration]", "calendar[per_slot]"],
        "what is shown; 200 percent are for the rules to refuse"
    );
    let menu = read(hidden("service"));
    assert_eq!(
        (
            menu.settings.rules.seats,
            menu.settings.rules.per_slot,
            menu.settings.rules.duration
        ),
        (10, 1, 30)
    );
    assert_eq!(menu.settings.rules.look_busy_percent, 0);
    let mut other_range = text("personal");
    other_range.range_kind = "unlimited".to_owned();
    other_range.range = "far".to_owned();
    assert_eq!(read(other_range).settings.rules.range, DateRange::Unlimited);
}

#[test]
fn an_empty_interval_is_the_default_of_the_kind() {
    for (kind, minutes) in [("personal", 30), ("service", 15), ("simple", 30)] {
        assert_eq!(read(text(kind)).settings.rules.interval, minutes, "{kind}");
    }
    let mut typed = text("service");
    typed.interval = "20".to_owned();
    assert_eq!(read(typed).settings.rules.interval, 20);
}

#[test]
fn members_stand_by_place_and_one_that_moved_passes_whoever_has_it() {
    for (places, order) in [
        (["1", "2", "3"], [1, 2, 3]),
        (["1", "2", "1"], [3, 1, 2]),
        (["2", "2", "3"], [2, 1, 3]),
        (["3", "2", "3"], [2, 3, 1]),
        (["", "2", "3"], [2, 3, 1]),
    ] {
        let members: Vec<String> = read(team(&places))
            .members
            .iter()
            .map(|member| member.staff_id.to_string())
            .collect();
        assert_eq!(members, order.map(person), "{places:?}");
    }
}

#[test]
fn a_wrong_weight_is_told_at_its_member_and_only_where_it_counts() {
    let mut wrong = team(&["1", "2"]);
    wrong.priorities[1].weight = "0".to_owned();
    assert_eq!(problems(wrong.clone()), ["calendar[priorities][1][weight]"]);
    wrong.kind = "collective".to_owned();
    assert_eq!(read(wrong).members[1].weight, 1);
}

#[test]
fn questions_are_told_by_the_number_of_their_row() {
    let question = |label: &str, kind: &str, choices: &str| QuestionText {
        label: label.to_owned(),
        kind: kind.to_owned(),
        choices: choices.to_owned(),
        required: String::new(),
    };
    let mut asked = text("personal");
    asked.questions = vec![
        question("", "line", "left over"),
        question("How?", "choice", "red"),
        question("", "choice", "red, green"),
        question("how? ", "line", ""),
    ];
    let Err(AppError::Fields(told)) = parse_form(asked.clone()) else {
        panic!("accepted");
    };
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|problem| (problem.field.as_str(), problem.sentence()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "calendar[questions][1][choices]",
                "Question 2: enter 2 to 50 different choices."
            ),
            (
                "calendar[questions][2][label]",
                "Question 3: enter its text, or empty its choices, too."
            ),
            (
                "calendar[questions][3][label]",
                "Question 4 is listed twice. Change its text, or empty it."
            ),
        ]
    );
    asked.questions.truncate(1);
    assert_eq!(read(asked).settings.questions, []);
}

#[test]
fn typed_hours_are_used_or_forgotten_but_not_without_a_word() {
    let span = SpanText {
        from: "09:00".to_owned(),
        to: "17:00".to_owned(),
    };
    let closed = OverrideText {
        date: "2026-12-24".to_owned(),
        ..OverrideText::default()
    };
    let with = |days: Vec<Vec<SpanText>>, overrides: Vec<OverrideText>, ticked: &str| CalendarText {
        hours: HoursText { days, overrides },
        own_hours: ticked.to_owned(),
        ..text("personal")
    };
    let monday = vec![vec![span]];
    for text in [
        with(monday.clone(), Vec::new(), ""),
        with(Vec::new(), vec![closed.clone()], ""),
    ] {
        assert_eq!(problems(text.clone()), ["calendar[forget_hours]"]);
        let forgotten = CalendarText {
            forget_hours: "true".to_owned(),
            ..text
        };
        assert_eq!(read(forgotten).settings.rules.hours, None);
    }
    let rules = read(with(monday, vec![closed.clone()], "true")).settings.rules;
    assert!(rules.hours.is_some() && rules.overrides.len() == 1);
    let rules = read(with(Vec::new(), vec![closed], "true")).settings.rules;
    assert!(rules.hours.is_none(), "on other days the members' hours decide");
    assert_eq!(rules.overrides.len(), 1);
}

#[test]
fn the_form_shows_what_it_was_sent() {
    let mut sent = text("class-booking");
    sent.seats = "12".to_owned();
    sent.interval = "45".to_owned();
    sent.notice = "3".to_owned();
    sent.notice_unit = "days".to_owned();
    let form = read(sent.clone());
    assert_eq!(form.settings.kind, Kind::ClassBooking);
    assert_eq!(form.settings.rules.notice, Span::new(3, Unit::Days));
    let shown = super::of_rules(&form.settings.rules);
    assert_eq!((shown.seats, shown.interval), (sent.seats, sent.interval));
}
