//! A month grid whose days are links, so it works without script.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// A month to choose a day from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Month {
    /// "November 2026".
    pub title: String,
    /// Short and full name of each weekday, in the order shown.
    pub weekdays: Vec<(String, String)>,
    /// The weeks; cells outside the month are `None`.
    pub weeks: Vec<Vec<Option<DayCell>>>,
    /// The path of the previous month, unless it is past.
    pub previous: Option<String>,
    /// The path of the next month, unless it is too far ahead.
    pub next: Option<String>,
}

/// A day of the month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCell {
    /// Day of the month.
    pub day: u8,
    /// The date, `2026-11-24`.
    pub date: String,
    /// The label for screen readers: "Tuesday 24 November, 6 free times".
    pub label: String,
    /// The path that chooses it; none without free times.
    pub href: Option<String>,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether it is today.
    pub today: bool,
}

/// A month grid.
#[component]
pub fn MonthGrid(
    /// The month.
    month: Month,
) -> impl IntoView {
    let step = |href: Option<String>, label: &'static str, picture: Picture| match href {
        Some(href) => view! {
            <a class="month-step" href=href aria-label=label><Icon picture/></a>
        }
        .into_any(),
        None => view! { <span class="month-step" aria-hidden="true"><Icon picture/></span> }.into_any(),
    };
    view! {
        <div class="month">
            <div class="month-head">
                <h2 class="month-title" id="month-title" aria-live="polite">{month.title}</h2>
                {step(month.previous, "Previous month", Picture::ChevronLeft)}
                {step(month.next, "Next month", Picture::ChevronRight)}
            </div>
            <table class="month-grid" aria-labelledby="month-title">
                <thead>
                    <tr>
                        {month
                            .weekdays
                            .into_iter()
                            .map(|(short, full)| view! {
                                <th scope="col"><span aria-hidden="true">{short}</span><span class="visually-hidden">{full}</span></th>
                            })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {month
                        .weeks
                        .into_iter()
                        .map(|week| view! { <tr>{week.into_iter().map(day_cell).collect_view()}</tr> })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn day_cell(cell: Option<DayCell>) -> impl IntoView {
    let Some(cell) = cell else {
        return view! { <td></td> }.into_any();
    };
    let today = cell.today.then_some("true");
    match cell.href {
        Some(href) => view! {
            <td>
                <a
                    class="day day-free"
                    href=href
                    data-date=cell.date
                    data-today=today
                    aria-label=cell.label
                    aria-current=cell.chosen.then_some("date")

                >
                    {cell.day}
                </a>
            </td>
        }
        .into_any(),
        None => view! {
            <td>
                <span class="day" data-date=cell.date data-today=today>
                    <span aria-hidden="true">{cell.day}</span>
                    <span class="visually-hidden">{cell.label}</span>
                </span>
            </td>
        }
        .into_any(),
    }
}
