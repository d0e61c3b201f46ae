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

/// A date with hours of its own, or several in a row, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideText {
    /// The date, `YYYY-MM-DD`; empty: no override.
    #[serde(default)]
    pub date: String,
    /// The last of several dates; empty: it is one alone.
    #[serde(default)]
    pub last: String,
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
            let (id, last_id) = (format!("override-{row}"), format!("override-{row}-last"));
            let what = format!("Date {}", row + 1);
            view! {
                <div class="hours-day">
                    <div class="hours-date">
                        <label class="visually-hidden" for=id.clone()>{what.clone()}</label>
                        <input id=id type="date" name=format!("{field}[date]") value=entry.date/>
                        <span aria-hidden="true">"–"</span>
                        <label class="visually-hidden" for=last_id.clone()>{format!("{what}, last day")}</label>
                        <input id=last_id type="date" name=format!("{field}[last]") value=entry.last/>
                    </div>
                    <div class="hours-spans"><SpanFields field what from=entry.from to=entry.to/></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="hours date-overrides">
            <legend>"Days off and other hours"</legend>
            <p class="field-help">"A date here replaces that day's weekly hours; with a last day, such as of a holiday, so do all dates up to it. With no times they are closed. Empty the date to remove it."</p>
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
    use jiff::ToSpan as _;
    use jiff::civil::Date;
    use scheduling::{DateOverride, LocalWindow, WeeklyHours};

    use super::{HoursText, OverrideText, SpanText, WEEKDAYS};
    use crate::error::{AppError, FieldProblem};

    const DAY: u16 = 24 * 60;
    /// Most dates of one row.
    const DAYS_LIMIT: usize = 366;

    impl OverrideText {
        fn is_empty(&self) -> bool {
            [&self.date, &self.last, &self.from, &self.to]
                .into_iter()
                .all(String::is_empty)
        }
    }

    /// Hours as the form shows them.
    pub fn from_rules(weekly: &WeeklyHours, overrides: &[DateOverride]) -> HoursText {
        let days = weekly
            .0
            .iter()
            .map(|windows| windows.iter().copied().map(span_text).collect())
            .collect();
        let mut overrides = overrides.to_vec();
        overrides.sort_by_key(|entry| entry.date);
        let follows = |one: &DateOverride, next: &DateOverride| {
            one.windows == next.windows && one.date.tomorrow().is_ok_and(|date| date == next.date)
        };
        let overrides = overrides.chunk_by(follows).flat_map(rows).collect();
        HoursText { days, overrides }
    }

    /// Dates in a row that have the same hours.
    fn rows(dates: &[DateOverride]) -> Vec<OverrideText> {
        let [first, rest @ ..] = dates else {
            return Vec::new();
        };
        let row = |span: SpanText| OverrideText {
            date: first.date.to_string(),
            last: rest.last().map(|last| last.date.to_string()).unwrap_or_default(),
            from: span.from,
            to: span.to,
        };
        if first.windows.is_empty() {
            return vec![row(SpanText::default())];
        }
        let spans = first.windows.iter().copied().map(span_text);
        spans.map(row).collect()
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
        for entry in text.overrides.iter().filter(|entry| !entry.is_empty()) {
            let (dates, found) = match date_overrides(entry) {
                Ok(found) => found,
                Err(problem) => {
                    problems.push(hours_problem(problem));
                    continue;
                }
            };
            for date in dates {
                match overrides.iter_mut().find(|earlier| earlier.date == date) {
                    Some(earlier) => earlier.windows.extend(found),
                    None => overrides.push(DateOverride {
                        date,
                        windows: found.into_iter().collect(),
                    }),
                }
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

    fn date_overrides(entry: &OverrideText) -> Result<(Vec<Date>, Option<LocalWindow>), String> {
        let date: Date = entry
            .date
            .parse()
            .map_err(|_| "Choose the date that the override is for, or empty its row.".to_owned())?;
        let last: Date = match entry.last.as_str() {
            "" => date,
            last => last
                .parse()
                .map_err(|_| format!("{date}: choose the last day, or leave it empty."))?,
        };
        if last < date {
            return Err(format!(
                "{date}: the last day, {last}, is before it. Exchange the two."
            ));
        }
        let dates: Vec<Date> = date
            .series(1.day())
            .take_while(|date| *date <= last)
            .take(DAYS_LIMIT + 1)
            .collect();
        if dates.len() > DAYS_LIMIT {
            return Err(format!("{date}: choose a last day within a year."));
        }
        let found = window(&entry.from, &entry.to).map_err(|problem| format!("{date}: {problem}"))?;
        Ok((dates, found))
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

        fn off(date: &str, last: &str) -> OverrideText {
            OverrideText {
                date: date.to_owned(),
                last: last.to_owned(),
                ..OverrideText::default()
            }
        }

        #[test]
        fn days_off_in_a_row_are_one_row() {
            let text = HoursText {
                days: Vec::new(),
                overrides: vec![off("2026-12-30", "2027-01-02"), off("2026-12-24", "")],
            };
            let (weekly, overrides) = to_rules(&text).unwrap();
            let dates: Vec<String> = overrides.iter().map(|entry| entry.date.to_string()).collect();
            assert_eq!(
                dates,
                [
                    "2026-12-24",
                    "2026-12-30",
                    "2026-12-31",
                    "2027-01-01",
                    "2027-01-02"
                ]
            );
            let shown = from_rules(&weekly, &overrides);
            assert_eq!(
                shown.overrides,
                [off("2026-12-24", ""), off("2026-12-30", "2027-01-02")]
            );
        }

        #[test]
        fn a_last_day_before_the_first_or_far_away_is_refused() {
            for (last, sentence) in [("2026-12-23", "is before it"), ("2028-01-01", "within a year")] {
                let text = HoursText {
                    days: Vec::new(),
                    overrides: vec![off("2026-12-24", last)],
                };
                let problem = to_rules(&text).unwrap_err().to_string();
                assert!(problem.contains(sentence), "{problem}");
            }
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
