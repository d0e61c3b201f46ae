//! Weekly hours and date overrides as a form, in rows of "from" and "to". There is always an empty row to fill in, and an emptied row is
//! removed, so that it works without script. Problems name their row.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::FieldGroup;
use crate::ui::field::{Problem, sentence_of};

/// A span of opening hours as typed, such as `09:00` to `17:00`; none if both are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanText {
    /// Opening time, `HH:MM`.
    #[serde(default)]
    pub from: String,
    /// Closing time, `HH:MM`; at or before `from` it means the next day.
    #[serde(default)]
    pub to: String,
}

/// A date override as typed, for one date or several in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideText {
    /// The date, `YYYY-MM-DD`; empty for no override.
    #[serde(default)]
    pub date: String,
    /// The last of several dates; empty for one date.
    #[serde(default)]
    pub last: String,
    /// Opening time; closed all day if both times are empty.
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

impl SpanText {
    fn is_empty(&self) -> bool {
        self.from.is_empty() && self.to.is_empty()
    }
}

impl OverrideText {
    fn is_empty(&self) -> bool {
        [&self.date, &self.last, &self.from, &self.to]
            .into_iter()
            .all(String::is_empty)
    }
}

impl HoursText {
    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.days.iter().flatten().all(SpanText::is_empty)
            && self.overrides.iter().all(OverrideText::is_empty)
    }
}

/// Appends an empty row. Empty rows in between stay, so that an error finds its row.
fn with_spare<T: Default>(mut rows: Vec<T>, is_empty: impl Fn(&T) -> bool) -> Vec<T> {
    let used = rows
        .iter()
        .rposition(|row| !is_empty(row))
        .map_or(0, |last| last + 1);
    rows.truncate(used);
    rows.push(T::default());
    rows
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

/// The form's fields.
#[component]
pub fn HoursFields(
    /// The argument of the server function that receives them.
    name: &'static str,
    /// The initial values.
    hours: HoursText,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
) -> impl IntoView {
    let problem = problem.unwrap_or_else(|| Signal::stored(None));
    let days = WEEKDAYS
        .into_iter()
        .enumerate()
        .map(|(day, weekday)| {
            let spans = hours.days.get(day).cloned().unwrap_or_default();
            let rows = with_spare(spans, SpanText::is_empty)
                .into_iter()
                .enumerate()
                .map(|(row, span)| {
                    let field = format!("{name}[days][{day}][{row}]");
                    let what = if row == 0 { weekday.to_owned() } else { format!("{weekday}, span {}", row + 1) };
                    view! { <SpanFields field what from=span.from to=span.to problem/> }
                })
                .collect_view();
            view! { <div class="hours-day"><p class="hours-weekday" aria-hidden="true">{weekday}</p><div class="hours-spans">{rows}</div></div> }
        })
        .collect_view();
    view! {
        <FieldGroup
            legend="Weekly hours"
            name=name
            class="hours"
            help="When it opens and when it closes, such as 09:00 to 17:00. A day without times is closed. An end at or before the start is on the next day. Save to get another row for a day."
            problem
        >
            {days}
        </FieldGroup>
        <OverrideFields name overrides=hours.overrides problem/>
    }
}

#[component]
fn OverrideFields(name: &'static str, overrides: Vec<OverrideText>, problem: Problem) -> impl IntoView {
    let rows = with_spare(overrides, OverrideText::is_empty)
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
                    <div class="hours-spans"><SpanFields field what from=entry.from to=entry.to problem/></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <FieldGroup
            legend="Days off and other hours"
            name=format!("{name}[overrides]")
            class="hours date-overrides"
            help="A date here replaces that day's weekly hours; with a last day, such as of a holiday, so do all dates up to it. With no times they are closed. Empty the date to remove it. Save to get another row."
            problem
        >
            {rows}
        </FieldGroup>
    }
}

#[component]
fn SpanFields(field: String, what: String, from: String, to: String, problem: Problem) -> impl IntoView {
    let sentence = sentence_of(Some(problem), &field);
    let id = format!("field-{field}");
    let error_id = format!("{id}-error");
    let described_by = {
        let error_id = error_id.clone();
        move || sentence.read().is_some().then(|| error_id.clone())
    };
    let invalid = move || sentence.read().is_some().then_some("true");
    view! {
        <div class="hours-span">
            <input id=id type="time" name=format!("{field}[from]") value=from aria-label=format!("{what}, from") aria-invalid=invalid aria-describedby=described_by.clone()/>
            <span aria-hidden="true">"–"</span>
            <input type="time" name=format!("{field}[to]") value=to aria-label=format!("{what}, to") aria-invalid=invalid aria-describedby=described_by/>
            {move || sentence.get().map(|text| view! { <p class="field-error" id=error_id.clone()>{text}</p> })}
        </div>
    }
}

pub use parse::{from_rules, to_rules};

mod parse {
    use jiff::ToSpan as _;
    use jiff::civil::Date;
    use scheduling::{DateOverride, LocalWindow, WeeklyHours};

    use super::{HoursText, OverrideText, SpanText, WEEKDAYS};
    use crate::error::{AppError, FieldProblem};

    const DAY: u16 = 24 * 60;
    /// Maximum number of dates in a row.
    const DAYS_LIMIT: usize = 366;

    /// Converts rules to rows.
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

    /// Joins consecutive dates with the same hours to one row.
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

    /// Parses the rows of the argument `name`. Every problem is reported at its row.
    pub fn to_rules(name: &str, text: &HoursText) -> Result<(WeeklyHours, Vec<DateOverride>), AppError> {
        let mut problems = Vec::new();
        let mut weekly = WeeklyHours::default();
        let days = text.days.iter().zip(WEEKDAYS).zip(&mut weekly.0);
        for (day, ((spans, weekday), windows)) in days.enumerate() {
            for (row, span) in spans.iter().enumerate() {
                match window(&span.from, &span.to) {
                    Ok(found) => windows.extend(found),
                    Err(problem) => problems.push(FieldProblem {
                        field: format!("{name}[days][{day}][{row}]"),
                        sentence: format!("{weekday}: {problem}"),
                    }),
                }
            }
        }
        let mut overrides: Vec<DateOverride> = Vec::new();
        for (row, entry) in text
            .overrides
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_empty())
        {
            if let Err(sentence) =
                date_overrides(entry).and_then(|(dates, found)| add(&mut overrides, &dates, found))
            {
                problems.push(FieldProblem {
                    field: format!("{name}[overrides][{row}]"),
                    sentence,
                });
            }
        }
        overrides.sort_by_key(|entry| entry.date);
        if problems.is_empty() {
            Ok((weekly, overrides))
        } else {
            Err(AppError::Fields(problems))
        }
    }

    /// Adds the dates of a row. A date may occur in several rows only if each has times.
    fn add(
        overrides: &mut Vec<DateOverride>,
        dates: &[Date],
        found: Option<LocalWindow>,
    ) -> Result<(), String> {
        for date in dates.iter().copied() {
            match overrides.iter_mut().find(|earlier| earlier.date == date) {
                Some(earlier) if earlier.windows.is_empty() != found.is_none() => {
                    return Err(format!(
                        "{date} is listed twice: once closed, once with times. Empty one of the two rows."
                    ));
                }
                Some(earlier) => earlier.windows.extend(found),
                None => overrides.push(DateOverride {
                    date,
                    windows: found.into_iter().collect(),
                }),
            }
        }
        Ok(())
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
                "{date}: the last day, {last}, is before it. Swap the two."
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
            assert_eq!(to_rules("hours", &shown).unwrap(), (weekly, overrides));
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
            let (weekly, overrides) = to_rules("hours", &text).unwrap();
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
                let problem = to_rules("hours", &text).unwrap_err().to_string();
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
                to_rules("hours", &text).unwrap_err().to_string(),
                "Monday: enter when it ends, or empty both times."
            );
        }

        #[test]
        fn a_problem_is_told_at_its_row() {
            let text = HoursText {
                days: vec![Vec::new(), vec![span("", ""), span("", "12:00")]],
                overrides: vec![OverrideText::default(), off("2026-12-24", "2026-12-01")],
            };
            let AppError::Fields(problems) = to_rules("calendar[hours]", &text).unwrap_err() else {
                panic!("no problem of a field");
            };
            let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(
                fields,
                ["calendar[hours][days][1][1]", "calendar[hours][overrides][1]"]
            );
        }

        #[test]
        fn a_date_is_not_closed_and_open_at_once() {
            let open = OverrideText {
                from: "09:00".to_owned(),
                to: "10:00".to_owned(),
                ..off("2026-12-24", "")
            };
            let both = |overrides: [OverrideText; 2]| {
                let text = HoursText {
                    days: Vec::new(),
                    overrides: overrides.to_vec(),
                };
                to_rules("hours", &text)
            };
            for rows in [
                [off("2026-12-23", "2026-12-26"), open.clone()],
                [open.clone(), off("2026-12-24", "")],
            ] {
                let problem = both(rows).unwrap_err().to_string();
                assert!(problem.starts_with("2026-12-24 is listed twice"), "{problem}");
            }
            let afternoon = OverrideText {
                from: "14:00".to_owned(),
                to: "15:00".to_owned(),
                ..off("2026-12-24", "")
            };
            let (_, overrides) = both([open, afternoon]).unwrap();
            assert_eq!(overrides[0].windows.len(), 2);
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
                to_rules("hours", &text)
                    .unwrap_err()
                    .to_string()
                    .starts_with("Choose the date")
            );
        }
    }
}
