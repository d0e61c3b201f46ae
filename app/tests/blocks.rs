//! The building blocks as HTML: what a browser without script and a screen reader get.
#![cfg(feature = "ssr")]

use app::error::AppError;
use app::flash::FormFlash;
use app::ui::{
    DayCell, Field, LongText, Month, MonthGrid, ProblemNotice, TimeChoice, TimeGroup, TimeList, ZoneOption,
    ZonePicker,
};
use bookings::{TextName, TextProblem};
use leptos::prelude::*;

fn html(view: impl FnOnce() -> AnyView) -> String {
    Owner::new().with(|| view().to_html())
}

fn month() -> Month {
    let cell = |day: u8, href: Option<&str>, label: &str| {
        Some(DayCell {
            day,
            href: href.map(str::to_owned),
            label: label.to_owned(),
            chosen: day == 24,
            ..DayCell::default()
        })
    };
    Month {
        title: "November 2026".to_owned(),
        weekdays: vec![("Mo".to_owned(), "Monday".to_owned())],
        weeks: vec![vec![
            cell(23, None, "Monday 23 November, no free times"),
            cell(
                24,
                Some("/book/x?date=2026-11-24"),
                "Tuesday 24 November, 6 free times",
            ),
            None,
        ]],
        previous: None,
        next: Some("/book/x?month=2026-12".to_owned()),
    }
}

#[test]
fn only_days_with_free_times_are_links_and_each_says_how_many() {
    let page = html(|| view! { <MonthGrid month=month()/> }.into_any());
    assert!(page.contains(r#"href="/book/x?date=2026-11-24""#));
    assert!(page.contains(r#"aria-label="Tuesday 24 November, 6 free times""#));
    assert!(page.contains(r#"aria-current="date""#));
    assert!(page.contains("Monday 23 November, no free times"));
    assert_eq!(
        page.matches("<a ").count(),
        2,
        "one day and the next month: {page}"
    );
}

#[test]
fn the_month_before_is_no_link_when_it_is_over() {
    let page = html(|| view! { <MonthGrid month=month()/> }.into_any());
    assert!(page.contains(r#"aria-label="Next month""#));
    assert!(!page.contains(r#"aria-label="Previous month""#));
}

#[test]
fn times_are_links_in_lists_under_the_part_of_the_day() {
    let groups = vec![TimeGroup {
        name: "Morning".to_owned(),
        times: vec![TimeChoice {
            label: "9:30".to_owned(),
            note: String::new(),
            start: "2026-11-24T08:30:00Z".to_owned(),
            href: "/book/x?start=1".to_owned(),
            chosen: false,
        }],
    }];
    let page = html(|| view! { <TimeList groups/> }.into_any());
    assert!(page.contains("Morning"));
    assert!(page.contains(r#"data-start="2026-11-24T08:30:00Z""#));
    assert!(page.contains(r#"href="/book/x?start=1""#));
}

#[test]
fn a_field_shows_its_own_error_and_keeps_what_was_typed() {
    let problem = Some(AppError::field("email", TextProblem::NotEmail));
    let page = html(move || {
        let problem = Signal::stored(problem);
        view! {
            <Field label="Email" name="email" value="ada@" problem required=true/>
            <Field label="Name" name="name" value="Ada" problem/>
        }
        .into_any()
    });
    assert!(page.contains(r#"value="ada@""#));
    assert!(page.contains(r#"aria-describedby="field-email-error""#));
    assert_eq!(page.matches("This is not an email address.").count(), 1);
    assert_eq!(page.matches(r#"aria-invalid="true""#).count(), 1);
    assert!(page.contains("(optional)"));
}

#[test]
fn what_was_typed_is_text_never_markup() {
    let nasty = r#""><script>alert(1)</script>"#;
    let page = html(move || {
        view! { <Field label="Name" name="name" value=nasty/> <LongText label="Notes" name="notes" value="</textarea><script>x</script>"/> }
            .into_any()
    });
    assert!(!page.contains("<script>"), "{page}");
}

#[test]
fn a_title_is_text_never_markup() {
    assert_eq!(
        app::ui::title::between_tags("</title><script>&".to_owned()),
        "&lt;/title>&lt;script>&amp;"
    );
}

#[test]
fn several_problems_are_listed_with_links_to_their_fields() {
    let error = AppError::Fields(
        [
            ("name", TextProblem::Missing(TextName::YourName)),
            ("email", TextProblem::EmailMissing),
        ]
        .map(|(field, cause)| app::error::FieldProblem::new(field, cause))
        .into(),
    );
    let page = html(move || view! { <ProblemNotice error/> }.into_any());
    assert!(page.contains(r##"href="#field-name""##));
    assert!(page.contains(r##"href="#field-email""##));
    assert!(page.contains(r#"role="alert""#));
}

#[test]
fn a_zone_under_an_old_name_is_not_lost_by_opening_the_form() {
    let options = vec![ZoneOption {
        name: "Europe/Kyiv".to_owned(),
        label: "Europe/Kyiv (UTC+2)".to_owned(),
    }];
    let page = html(move || view! { <ZonePicker options value="Europe/Kiev"/> }.into_any());
    assert!(page.contains(r#"<option value="Europe/Kiev" selected"#), "{page}");
}

#[test]
fn a_kept_form_falls_back_to_what_is_saved() {
    let mut flash = FormFlash::default();
    assert_eq!(flash.value_or("name", "Ada"), "Ada");
    flash.values.insert("name".to_owned(), "Bea".to_owned());
    assert_eq!(flash.value_or("name", "Ada"), "Bea");
}
