//! Weekly hours and date overrides as a form: rows of "from" and "to". One empty row is always there to fill in,
//! and a row that is emptied is gone, so that it works without script.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One span of a day as typed: `09:00` to `17:00`. Both empty: no span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanText {
    /// Opening time, `HH:MM`.
    #[serde(default)]
    pub from: String,
    /// Closing time, `HH:MM`; at or before `from` it is on the next day.
    #[serde(default)]
    pub to: String,
}

/// A date with hours of its own, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideText {
    /// The date, `YYYY-MM-DD`; empty: no override.
    #[serde(default)]
    pub date: String,
    /// Opening time; both times empty: closed all day.
    #[serde(default)]
    pub from: String,
    /// Closing time.
    #[serde(default)]
    pub to: String,
}

/// Hours as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursText {
    /// Spans of each weekday, Monday first.
    #[serde(default)]
    pub days: Vec<Vec<SpanText>>,
    /// Dates with hours of their own.
    #[serde(default)]
    pub overrides: Vec<OverrideText>,
}

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// The form's fields; `name` is the argument that receives them.
#[component]
pub fn HoursFields(
    /// The argument's name.
    name: &'static str,
    /// What is shown at first.
    hours: HoursText,
) -> impl IntoView {
    let days = WEEKDAYS
        .into_iter()
        .enumerate()
        .map(|(day, weekday)| {
            let mut spans = hours.days.get(day).cloned().unwrap_or_default();
            spans.push(SpanText::default());
            let rows = spans
                .into_iter()
                .enumerate()
                .map(|(row, span)| {
                    let field = format!("{name}[days][{day}][{row}]");
                    let what = if row == 0 { weekday.to_owned() } else { format!("{weekday}, span {}", row + 1) };
                    view! { <SpanFields field what from=span.from to=span.to/> }
                })
                .collect_view();
            view! { <div class="hours-day"><p class="hours-weekday" aria-hidden="true">{weekday}</p><div class="hours-spans">{rows}</div></div> }
        })
        .collect_view();
    view! {
        <fieldset class="hours">
            <legend>"Weekly hours"</legend>
            <p class="field-help">"Leave both times of a row empty when there is nothing. An end at or before the start is on the next day."</p>
            {days}
        </fieldset>
        <OverrideFields name overrides=hours.overrides/>
    }
}

#[component]
fn OverrideFields(name: &'static str, overrides: Vec<OverrideText>) -> impl IntoView {
    let mut rows = overrides;
    rows.push(OverrideText::default());
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(row, entry)| {
            let field = format!("{name}[overrides][{row}]");
            let id = format!("override-{row}");
            let what = format!("Date {}", row + 1);
            view! {
                <div class="hours-day">
                    <div class="hours-date">
                        <label class="visually-hidden" for=id.clone()>{what.clone()}</label>
                        <input id=id type="date" name=format!("{field}[date]") value=entry.date/>
                    </div>
                    <div class="hours-spans"><SpanFields field what from=entry.from to=entry.to/></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="hours">
            <legend>"Date overrides"</legend>
            <p class="field-help">"A date here replaces that day's weekly hours. With no times it is closed. Empty the date to remove it."</p>
            {rows}
        </fieldset>
    }
}

#[component]
fn SpanFields(field: String, what: String, from: String, to: String) -> impl IntoView {
    view! {
        <div class="hours-span">
            <input type="time" name=format!("{field}[from]") value=from aria-label=format!("{what}, from")/>
            <span aria-hidden="true">"–"</span>
            <input type="time" name=format!("{field}[to]") value=to aria-label=format!("{what}, to")/>
        </div>
    }
}

#[cfg(feature = "ssr")]
pub use parse::{from_rules, to_rules};

#[cfg(feature = "ssr")]
mod parse {
    use jiff::civil::Date;
    use scheduling::{DateOverride, LocalWindow, WeeklyHours};

    use super::{HoursText, OverrideText, SpanText, WEEKDAYS};
    use crate::error::{AppError, FieldProblem};

    const DAY: u16 = 24 * 60;

    /// Hours as the form shows them.
    pub fn from_rules(weekly: &WeeklyHours, overrides: &[DateOverride]) -> HoursText {
        let days = weekly
            .0
            .iter()
            .map(|windows| windows.iter().copied().map(span_text).collect())
            .collect();
        let overrides = overrides
            .iter()
            .flat_map(|entry| {
                let date = entry.date.to_string();
                let closed = entry.windows.is_empty().then(|| OverrideText {
                    date: date.clone(),
                    ..OverrideText::default()
                });
                let open = entry.windows.iter().copied().map(span_text);
                closed.into_iter().chain(open.map(move |span| OverrideText {
                    date: date.clone(),
                    from: span.from,
                    to: span.to,
                }))
            })
            .collect();
        HoursText { days, overrides }
    }

    /// Hours as typed, understood. Every problem found is told.
    pub fn to_rules(text: &HoursText) -> Result<(WeeklyHours, Vec<DateOverride>), AppError> {
        let mut problems = Vec::new();
        let mut weekly = WeeklyHours::default();
        for ((spans, weekday), windows) in text.days.iter().zip(WEEKDAYS).zip(&mut weekly.0) {
            for span in spans {
                match window(&span.from, &span.to) {
                    Ok(found) => windows.extend(found),
                    Err(problem) => problems.push(hours_problem(format!("{weekday}: {problem}"))),
                }
            }
        }
        let mut overrides: Vec<DateOverride> = Vec::new();
        for entry in text
            .overrides
            .iter()
            .filter(|entry| !entry.date.is_empty() || !entry.from.is_empty() || !entry.to.is_empty())
        {
            match date_override(entry) {
                Ok((date, found)) => match overrides.iter_mut().find(|earlier| earlier.date == date) {
                    Some(earlier) => earlier.windows.extend(found),
                    None => overrides.push(DateOverride {
                        date,
                        windows: found.into_iter().collect(),
                    }),
                },
                Err(problem) => problems.push(hours_problem(problem)),
            }
        }
        overrides.sort_by_key(|entry| entry.date);
        if problems.is_empty() {
            Ok((weekly, overrides))
        } else {
            Err(AppError::Fields(problems))
        }
    }

    fn hours_problem(sentence: String) -> FieldProblem {
        FieldProblem {
            field: "hours".to_owned(),
            sentence,
        }
    }

    fn date_override(entry: &OverrideText) -> Result<(Date, Option<LocalWindow>), String> {
        let date = entry
            .date
            .parse()
            .map_err(|_| "Choose the date that the override is for, or empty its times.".to_owned())?;
        let found = window(&entry.from, &entry.to).map_err(|problem| format!("{date}: {problem}"))?;
        Ok((date, found))
    }

    fn window(from: &str, to: &str) -> Result<Option<LocalWindow>, &'static str> {
        match (from.trim(), to.trim()) {
            ("", "") => Ok(None),
            ("", _) => Err("enter when it starts, or empty both times."),
            (_, "") => Err("enter when it ends, or empty both times."),
            (from, to) => {
                let from = minutes(from).ok_or("enter times such as 09:00.")?;
                let to = minutes(to).ok_or("enter times such as 17:00.")?;
                let to = if to <= from { to + DAY } else { to };
                LocalWindow::new(from, to)
                    .map(Some)
                    .map_err(|_| "enter an end after the start.")
            }
        }
    }

    fn minutes(text: &str) -> Option<u16> {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    }

    fn span_text(window: LocalWindow) -> SpanText {
        SpanText {
            from: clock(window.from),
            to: clock(window.to),
        }
    }

    fn clock(minutes: u16) -> String {
        format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn span(from: &str, to: &str) -> SpanText {
            SpanText {
                from: from.to_owned(),
                to: to.to_owned(),
            }
        }

        #[test]
        fn hours_survive_being_shown_and_sent_again() {
            let mut weekly = WeeklyHours::default();
            weekly.0[0] = vec![
                LocalWindow::new(540, 720).unwrap(),
                LocalWindow::new(780, 1020).unwrap(),
            ];
            weekly.0[5] = vec![LocalWindow::new(1320, 1560).unwrap()];
            let overrides = vec![
                DateOverride {
                    date: "2026-12-24".parse().unwrap(),
                    windows: Vec::new(),
                },
                DateOverride {
                    date: "2026-12-31".parse().unwrap(),
                    windows: vec![LocalWindow::new(540, 1440).unwrap()],
                },
            ];
            let shown = from_rules(&weekly, &overrides);
            assert_eq!(shown.days[5], [span("22:00", "02:00")]);
            assert_eq!(to_rules(&shown).unwrap(), (weekly, overrides));
        }

        #[test]
        fn a_row_with_one_time_names_its_day() {
            let text = HoursText {
                days: vec![vec![span("09:00", "")]],
                overrides: Vec::new(),
            };
            assert_eq!(
                to_rules(&text).unwrap_err().to_string(),
                "Monday: enter when it ends, or empty both times."
            );
        }

        #[test]
        fn times_without_a_date_are_not_dropped_silently() {
            let entry = OverrideText {
                from: "09:00".to_owned(),
                to: "10:00".to_owned(),
                ..OverrideText::default()
            };
            let text = HoursText {
                days: Vec::new(),
                overrides: vec![entry],
            };
            assert!(
                to_rules(&text)
                    .unwrap_err()
                    .to_string()
                    .starts_with("Choose the date")
            );
        }
    }
}
